// SPDX-License-Identifier: MIT
/*
 * visit_race.c - which address of a name was tried when, and which one won
 *
 * Theory of operation
 * ===================
 * A browser on a host with both versions of IP gets addresses of both, and does
 * not know which of them works.  So it orders them (RFC 6724), tries the first,
 * and a quarter of a second later the next, which is of the other version; the
 * first connection that stands is the one (RFC 8305).  All of that is in the
 * log as four kinds of events, one line of this drawing each:
 *
 *	order	fd00:3::80, 10.9.0.80
 *	try	IPv6 to [fd00:3::80]:80 ...
 *	try	IPv4 to 10.9.0.80:80 ...
 *	won	IPv4 ...
 *	lost	[fd00:3::80]:80 ...
 */

#include "trace/visit_race.h"

#include <string.h>

#include "trace/names.h"

static const char *text_of(const struct log_event *ev, const char *key)
{
	const char *text = log_text(ev, key);

	return text ? text : "?";
}

static bool is_of_race(const struct visit_view *v, const struct log_event *ev)
{
	return (ev->what == R_EYEBALLS_ORDER || ev->what == R_EYEBALLS_TRY ||
		ev->what == R_EYEBALLS_WON || ev->what == R_EYEBALLS_LOST) &&
	       !strcmp(ev->host, v->host);
}

/* Losers are told of at the moment when there is a winner. */
static bool is_over(const struct visit_view *v, const struct step *s,
		    const struct log_event *ev)
{
	return s->is_done && ev->n > s->last &&
	       ev->t_ns > trace_log_get(v->log, s->last)->t_ns;
}

/* The next event of the race behind number @n, or NULL. */
static const struct log_event *next_of(const struct visit_view *v,
				       const struct step *s, uint32_t n)
{
	const struct log_event *ev;

	while (++n <= v->last) {
		ev = trace_log_get(v->log, n);
		if (is_over(v, s, ev))
			return NULL;
		if (is_of_race(v, ev))
			return ev;
	}
	return NULL;
}

static void put_server(const struct visit_view *v, const struct log_event *ev,
		       struct strbuf *out)
{
	const char *server = text_of(ev, "server"), *rest, *name;
	char ip[64];
	size_t len = strcspn(server, "]");

	name = name_of_address(v->log, server, &rest);
	if (*server == '[' && len <= sizeof(ip)) {
		memcpy(ip, server + 1, len - 1);
		ip[len - 1] = '\0';
		name = name_of_ip(v->log, ip);
	}
	strbuf_printf(out, "%-6s%s", *server == '[' ? "IPv6" : "IPv4", server);
	if (name)
		strbuf_printf(out, " (%s)", name);
}

static void put_line(const struct visit_view *v, const struct log_event *ev,
		     struct strbuf *out)
{
	strbuf_printf(out, "%7.1f   ",
		      (double)(ev->t_ns - v->begin_ns) / (double)NS_PER_MS);
	if (ev->what == R_EYEBALLS_ORDER) {
		strbuf_printf(out, "order    %s\n%10s%9s", text_of(ev, "order"),
			      "", "");
		strbuf_printf(out, "why the first is first: %s\n",
			      text_of(ev, "text"));
		return;
	}
	if (ev->what == R_EYEBALLS_TRY)
		strbuf_printf(out, "try %lld    ",
			      (long long)log_num(ev, "number", 0));
	else
		strbuf_puts(out, ev->what == R_EYEBALLS_WON ? "WON      "
							    : "given up ");
	put_server(v, ev, out);
	if (ev->what == R_EYEBALLS_LOST)
		strbuf_puts(out, ": one connection is enough");
	else
		strbuf_printf(out, ": %s", text_of(ev, "text"));
	strbuf_printf(out, "   #%u\n", ev->n);
}

void visit_race(const struct visit_view *v, const struct step *s,
		struct strbuf *out)
{
	const struct log_event *ev = trace_log_get(v->log, s->first);

	strbuf_puts(out, "     ms\n");
	for (; ev; ev = next_of(v, s, ev->n))
		put_line(v, ev, out);
	if (!s->is_done)
		strbuf_puts(out, "          nobody won\n");
}

/* "a, b" as an array. */
static void list_json(const char *list, struct json *j)
{
	char one[64];
	size_t len;

	json_open(j, '[');
	for (; *list; list += len + strspn(list + len, ", ")) {
		len = strcspn(list, ",");
		if (!len || len >= sizeof(one))
			break;
		memcpy(one, list, len);
		one[len] = '\0';
		json_text(j, one);
	}
	json_close(j, ']');
}

static void attempt_json(const struct visit_view *v, const struct log_event *ev,
			 struct json *j)
{
	json_open(j, '{');
	json_key_text(j, "version", text_of(ev, "version"));
	json_key_text(j, "server", text_of(ev, "server"));
	json_key_num(j, "at_ns", (int64_t)(ev->t_ns - v->begin_ns));
	json_key_text(j, "why", text_of(ev, "text"));
	json_close(j, '}');
}

void visit_race_json(const struct visit_view *v, const struct step *s,
		     struct json *j)
{
	const struct log_event *first = trace_log_get(v->log, s->first), *ev;
	const char *winner = NULL, *order = NULL, *why = NULL;

	for (ev = first; ev && !order; ev = next_of(v, s, ev->n)) {
		order = log_text(ev, "order");
		why = order ? log_text(ev, "text") : NULL;
	}
	json_key(j, "order");
	list_json(order ? order : "", j);
	json_key_text(j, "why", why);
	json_key(j, "attempts");
	json_open(j, '[');
	for (ev = first; ev; ev = next_of(v, s, ev->n)) {
		if (ev->what == R_EYEBALLS_TRY)
			attempt_json(v, ev, j);
		else if (ev->what == R_EYEBALLS_WON)
			winner = log_text(ev, "server");
	}
	json_close(j, ']');
	json_key_text(j, "winner", winner);
}
