// SPDX-License-Identifier: MIT
/*
 * steps_net.c - steps of a visit that ask: neighbours for their MAC addresses,
 * servers for the addresses of a name
 *
 * Theory of operation
 * ===================
 * ARP and neighbour discovery are the same step with two names.  An answer ends
 * it if it is about the address that was asked for: a host hears of other
 * neighbours, too.
 *
 * A host with both versions of IP asks DNS twice at the same time, for A and
 * for AAAA.  That is one step, which ends when both are answered, or when a
 * connection is tried with the one that is.
 */

#include <string.h>

#include "trace/names.h"
#include "trace/steps_int.h"

void step_on_neighbour(struct visit_view *v, const struct log_event *ev)
{
	bool is_v6 = ev->what == R_ND_MISS;
	enum step_kind kind = is_v6 ? STEP_ND : STEP_ARP;
	const char *ip = log_text_or(ev, "ip", "?");
	const char *name = name_of_ip(v->log, ip);
	const char *node = name ? kind_of_node(v->log, name) : NULL;
	const char *what = is_v6 ? "ND" : "ARP";
	struct step *s;

	if (step_open(v, kind))
		return;
	s = step_begin(v, kind, ev);
	if (!s)
		return;
	s->peer = name;
	if ((node && !strcmp(node, "router")) || !strncmp(ip, "fe80::", 6))
		STEP_SET(s->name, "%s for the gateway", what);
	else
		STEP_SET(s->name, "%s for %s", what, name ? name : ip);
	STEP_SET(s->result, "nobody answers for %s", ip);
}

void step_on_neighbour_end(struct visit_view *v, const struct log_event *ev)
{
	bool is_v6 = ev->what == R_ND_LEARN || ev->what == R_ND_FAIL;
	struct step *s = step_open(v, is_v6 ? STEP_ND : STEP_ARP);
	const char *ip = log_text_or(ev, "ip", "?"), *asked;

	if (!s)
		return;
	asked = log_text_or(trace_log_get(v->log, s->first), "ip", "?");
	if (strcmp(ip, asked) != 0)
		return;
	step_end(s, ev);
	if (ev->what == R_ARP_LEARN || ev->what == R_ND_LEARN)
		STEP_SET(s->result, "%s is at %s", ip,
			 log_text_or(ev, "mac", "?"));
}

/* struct step.pending */
enum { ASKED_A = 1 << 0, ASKED_AAAA = 1 << 1 };

static unsigned int asked(const struct log_event *ev)
{
	return strcmp(log_text_or(ev, "type", "A"), "AAAA") ? ASKED_A
							    : ASKED_AAAA;
}

void step_on_dns_query(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_open(v, STEP_DNS);

	if (!s) {
		s = step_begin(v, STEP_DNS, ev);
		if (!s)
			return;
		STEP_SET(s->name, "DNS");
		STEP_SET(s->result, "no answer");
	}
	s->pending |= asked(ev);
}

/* The step that asked for what the event is about, over or not: a connection
 * may be tried before the last answer is here. */
static struct step *step_that_asked(struct visit_view *v,
				    const struct log_event *ev)
{
	size_t i;

	for (i = v->count; i > 0; i--)
		if (v->steps[i - 1].kind == STEP_DNS &&
		    v->steps[i - 1].pending & asked(ev))
			return &v->steps[i - 1];
	return NULL;
}

static void end_if_answered(struct step *s, const struct log_event *ev)
{
	s->pending &= ~asked(ev);
	if (s->is_done)
		return;
	s->last = ev->n;
	if (!s->pending)
		step_end(s, ev);
}

/* "www.test = fd00:3::80 (keep 3600 s) and 10.9.0.80 (keep 3600 s)" */
static void put_answer(struct step *s, const struct log_event *ev)
{
	const char *data = log_text_or(ev, "data", "?");
	long long ttl = log_num(ev, "ttl", 0);
	size_t len = strlen(s->result);

	if (strstr(s->result, " = ") && len < sizeof(s->result))
		snprintf(s->result + len, sizeof(s->result) - len, ", %s",
			 data);
	else
		STEP_SET(s->result, "%s = %s (keep %lld s)",
			 log_text_or(ev, "name", "?"), data, ttl);
}

void step_on_dns_end(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_that_asked(v, ev);

	if (!s)
		return;
	if (ev->what == R_DNS_ANSWER)
		put_answer(s, ev);
	else if (!strstr(s->result, " = "))
		STEP_SET(s->result, "%s",
			 log_text_or(ev, "text", "no such name"));
	end_if_answered(s, ev);
}

/* A connection is tried: what is still asked for does not matter any more. */
void step_dns_is_enough(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_open(v, STEP_DNS);

	if (s)
		step_end(s, ev);
}
