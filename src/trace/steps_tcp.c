// SPDX-License-Identifier: MIT
/*
 * steps_tcp.c - steps of a visit that connect: the race between versions of IP,
 * handshakes, and the close
 *
 * Theory of operation
 * ===================
 * A name with addresses of both versions makes a race (RFC 8305): that is a
 * step of its own, from the order of the addresses to the first connection that
 * stands, and each attempt is a handshake inside it.  Handshakes that go on at
 * the same time are told apart by their ends.
 */

#include <string.h>

#include "trace/names.h"
#include "trace/steps_int.h"

/* "10.9.0.80:80", "[fd00::80]:80" to the name of its host. */
static const char *host_of_endpoint(const struct visit_view *v,
				    const char *endpoint)
{
	const char *open = endpoint + (*endpoint == '[');
	const char *end = strrchr(endpoint, *endpoint == '[' ? ']' : ':');
	char ip[64];
	size_t len = end ? (size_t)(end - open) : strlen(open);

	if (len >= sizeof(ip))
		return NULL;
	memcpy(ip, open, len);
	ip[len] = '\0';
	return name_for_ip(v->log, ip);
}

static const char *version_of(const char *endpoint)
{
	return *endpoint == '[' ? "IPv6" : "IPv4";
}

uint8_t step_family(const struct visit_view *v, const struct step *s)
{
	const struct log_event *ev = trace_log_get(v->log, s->first);

	return *log_text_or(ev, "remote", "") == '[' ? IP_V6 : IP_V4;
}

/* Is the step about the connection that the event is about? */
static bool is_about(const struct visit_view *v, const struct step *s,
		     const struct log_event *ev, const char *key)
{
	const struct log_event *first = trace_log_get(v->log, s->first);
	const char *a = log_text(first, key), *b = log_text(ev, key);

	return !a || !b || !strcmp(a, b);
}

/* The open handshake of a connection; an event may name one end only. */
static struct step *open_handshake(struct visit_view *v,
				   const struct log_event *ev)
{
	size_t i;

	for (i = v->count; i > 0; i--) {
		struct step *s = &v->steps[i - 1];

		if (s->kind == STEP_TCP && !s->is_done &&
		    is_about(v, s, ev, "local") && is_about(v, s, ev, "remote"))
			return s;
	}
	return NULL;
}

static bool has_race(const struct visit_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (v->steps[i].kind == STEP_RACE)
			return true;
	return false;
}

/* Does a connection stand already? */
static bool has_winner(const struct visit_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (v->steps[i].kind == STEP_RACE && v->steps[i].is_done)
			return true;
	return false;
}

/* Addresses of both versions are there, or may be soon. */
void step_on_race(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_open(v, STEP_RACE);

	step_dns_is_enough(v, ev);
	if (!s)
		s = step_begin(v, STEP_RACE, ev);
	if (!s)
		return;
	STEP_SET(s->name, "IPv6 or IPv4?");
	STEP_SET(s->result, "nobody answers");
}

void step_on_race_won(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_open(v, STEP_RACE);
	const char *server = log_text_or(ev, "server", "?");

	if (!s)
		return;
	step_end(s, ev);
	s->peer = host_of_endpoint(v, server);
	STEP_SET(s->result, "%s: %s", log_text_or(ev, "version", "?"),
		 log_text_or(ev, "text", "?"));
}

static void begin_tcp(struct visit_view *v, const struct log_event *ev)
{
	struct step *s;

	step_dns_is_enough(v, ev);
	s = step_begin(v, STEP_TCP, ev);
	if (!s)
		return;
	s->peer = host_of_endpoint(v, log_text_or(ev, "remote", ""));
	if (has_race(v) || *log_text_or(ev, "remote", "") == '[')
		STEP_SET(s->name, "TCP handshake, %s",
			 version_of(log_text_or(ev, "remote", "")));
	else
		STEP_SET(s->name, "TCP handshake");
	STEP_SET(s->result, "no answer");
}

static void begin_close(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_begin(v, STEP_CLOSE, ev);

	if (!s)
		return;
	s->peer = host_of_endpoint(v, log_text_or(ev, "remote", ""));
	STEP_SET(s->name, "TCP close");
	STEP_SET(s->result, "not finished");
}

static const char *port_of(const char *endpoint)
{
	const char *p = strrchr(endpoint, ':');

	return p ? p + 1 : "?";
}

static void end_close(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_open(v, STEP_CLOSE);
	const char *to = log_text_or(ev, "to", "");

	if (!s)
		return;
	step_end(s, ev);
	if (!strcmp(to, "TIME-WAIT"))
		STEP_SET(s->result, "TIME-WAIT, port %s free again at %.1f s",
			 port_of(log_text_or(ev, "local", "")),
			 (double)(ev->t_ns - v->begin_ns +
				  (uint64_t)log_num(ev, "wait_ms", 0) *
					  NS_PER_MS) /
				 1e9);
	else
		STEP_SET(s->result, "%s", to);
}

/* Its third step, or its end, belong to a handshake though all is said. */
void step_add_to_handshake(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = v->count ? &v->steps[v->count - 1] : NULL;

	if (s && s->kind == STEP_TCP && s->is_done && s->end_ns == ev->t_ns)
		s->last = ev->n;
}

void step_on_tcp_state(struct visit_view *v, const struct log_event *ev)
{
	const char *to = log_text_or(ev, "to", "");
	struct step *s = open_handshake(v, ev);

	if (!strcmp(to, "SYN-SENT")) {
		begin_tcp(v, ev);
	} else if (s && (!strcmp(to, "ESTABLISHED") || !strcmp(to, "CLOSED"))) {
		step_end(s, ev);
		if (!strcmp(to, "ESTABLISHED"))
			STEP_SET(s->result, "%s", to);
		else if (has_winner(v) && !strcmp(s->result, "no answer"))
			STEP_SET(s->result, "given up: the other one stands");
	} else if (!strcmp(to, "FIN-WAIT-1") || !strcmp(to, "LAST-ACK") ||
		   !strcmp(to, "CLOSE-WAIT")) {
		if (!step_open(v, STEP_CLOSE))
			begin_close(v, ev);
	} else if (!strcmp(to, "TIME-WAIT") || !strcmp(to, "CLOSED")) {
		end_close(v, ev);
		step_add_to_handshake(v, ev);
	}
}

void step_on_tcp_refused(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = open_handshake(v, ev);

	if (!s)
		return;
	step_end(s, ev);
	STEP_SET(s->result, "%s",
		 ev->what == R_TCP_REFUSED
			 ? "REFUSED: nobody listens on that port"
			 : "gave up: no answer");
}

/* Somebody on the way says that it cannot be done. */
void step_on_icmp_error(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_open(v, STEP_TCP);
	const char *from = log_text_or(ev, "from", "?");
	const char *name = name_of_ip(v->log, from);

	if (!s)
		return;
	if (!s->peer)
		s->peer = name;
	STEP_SET(s->result, "%s, says %s", log_text_or(ev, "error", "an error"),
		 name ? name : from);
}
