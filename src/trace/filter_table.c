// SPDX-License-Identifier: MIT
/*
 * filter_table.c - what each filter did when, as a table
 *
 * The same columns for all connections, so that their stories can be compared:
 * one is silent and forgotten, another is kept alive.  How many frames passed
 * and how far apart they were stands in the row that ends a connection, and is
 * known only when all rows are gathered (filter_rows.c).
 */

#include <string.h>

#include "wire/proto.h"

#include "trace/filter_rows.h"
#include "trace/ladder.h"
#include "trace/names.h"

#define CONN_WIDTH  36
#define SILENCE_MIN (NS_PER_S / 10) /* less is not worth words */

static bool is_icmp(const struct filter_talk *t)
{
	return t->proto == IP_PROTO_ICMP || t->proto == IP_PROTO_ICMP6;
}

static void put_end(const struct filter_table *t,
		    const struct filter_talk *talk, struct endpoint e,
		    struct strbuf *out)
{
	bool has_port = e.port && !is_icmp(talk);
	char ip[IP_TEXT], whole[ENDPOINT_TEXT];
	const char *name = name_of_ip(t->log, ip_addr_print(e.addr, ip));

	if (name && has_port)
		strbuf_printf(out, "%s:%u", name, e.port);
	else
		strbuf_puts(out, name	    ? name
				 : has_port ? endpoint_print(e, whole)
					    : ip);
}

static void put_talk(const struct filter_table *t,
		     const struct filter_talk *talk, struct strbuf *out)
{
	if (!talk->from.addr.family) {
		strbuf_puts(out, "(not in the log)");
		return;
	}
	put_end(t, talk, talk->from, out);
	strbuf_puts(out, " -> ");
	put_end(t, talk, talk->to, out);
	if (is_icmp(talk) && talk->from.port)
		strbuf_printf(out, ", ping %u", talk->from.port);
	else if (talk->proto == IP_PROTO_UDP)
		strbuf_puts(out, ", UDP");
	else if (talk->proto && talk->proto != IP_PROTO_TCP && !is_icmp(talk))
		strbuf_printf(out, ", protocol %u", talk->proto);
}

static void put_life(const struct filter_row *life, struct strbuf *out)
{
	strbuf_printf(out, "%u frame%s passed", life->count,
		      life->count == 1 ? "" : "s");
	if (life->keepalives)
		strbuf_printf(out, ", %u of them keepalives", life->keepalives);
	if (life->silence_ns >= SILENCE_MIN)
		strbuf_printf(out, ", never more than %.1f s apart",
			      (double)life->silence_ns / NS_PER_S);
}

static bool is_closed(const char *state)
{
	return state && !strcmp(state, "CLOSED");
}

static void put_new(const struct filter_row *r, struct strbuf *out)
{
	int64_t rule = log_num(r->ev, "rule", 0);
	const char *state = log_text(r->ev, "state");

	strbuf_printf(out, "noted it: %s", state ? state : "?");
	if (rule)
		strbuf_printf(out, ", rule %lld", (long long)rule);
	if (!r->is_live || is_closed(r->state))
		return;
	strbuf_puts(out, "; no end of it in the log: ");
	put_life(r, out);
}

static void put_change(const struct filter_row *r, struct strbuf *out)
{
	const char *old = log_text(r->ev, "old");
	const char *state = log_text(r->ev, "state");
	bool is_end = r->ev->what == R_FILTER_STATE ? is_closed(state)
						    : !is_closed(state);

	if (r->ev->what == R_FILTER_STATE)
		strbuf_printf(out, "saw it move: %s -> %s", old ? old : "?",
			      state ? state : "?");
	else if (r->ev->what == R_FILTER_EXPIRE)
		strbuf_printf(out, "forgot it: silent for %lld s",
			      (long long)log_num(r->ev, "idle_s", 0));
	else
		strbuf_puts(out, "forgot it: its place was needed");
	if (!r->life || !is_end)
		return;
	strbuf_puts(out, "; ");
	put_life(r->life, out);
}

static void put_drop(const struct filter_row *r, struct strbuf *out)
{
	const char *text = log_text(r->ev, "text");
	char last[LADDER_TIME];

	strbuf_printf(out, "dropped: %s",
		      text ? text : log_text(r->ev, "drop"));
	if (r->count > 1)
		strbuf_printf(out, " (and %u more, until %s)", r->count - 1,
			      ladder_time(r->last_ns, last));
}

static void put_row(const struct filter_table *t, const struct filter_row *r,
		    struct strbuf *out)
{
	char time[LADDER_TIME];
	size_t begin;

	strbuf_printf(out, "%10s  ", ladder_time(r->ev->t_ns, time));
	begin = strbuf_width(out);
	put_talk(t, &r->talk, out);
	strbuf_pad_to(out, begin + CONN_WIDTH);
	strbuf_puts(out, "  ");
	if (r->ev->kind == EV_DROP)
		put_drop(r, out);
	else if (r->ev->what == R_FILTER_NEW)
		put_new(r, out);
	else
		put_change(r, out);
	strbuf_putc(out, '\n');
}

static void put_table(const struct trace_log *log, const char *node,
		      struct strbuf *out)
{
	struct filter_table t;

	filter_table_gather(&t, log, node);
	if (!t.count)
		return;
	strbuf_printf(out, "filter at %s\n%10s  %-*s  %s\n", node, "time ms",
		      CONN_WIDTH, "connection", "what the filter did");
	for (size_t i = 0; i < t.count; i++)
		put_row(&t, &t.rows[i], out);
	if (t.more)
		strbuf_printf(out, "%12sand %u more\n", "", t.more);
}

void filter_tables_print(const struct trace_log *log, struct strbuf *out)
{
	for (uint32_t n = 1; n <= trace_log_count(log); n++) {
		const struct log_event *ev = trace_log_get(log, n);
		const char *node =
			ev->what == R_LAB_NODE ? log_text(ev, "name") : NULL;

		if (node)
			put_table(log, node, out);
	}
}
