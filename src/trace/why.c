// SPDX-License-Identifier: MIT
/*
 * why.c - the chain of causes, told backwards
 *
 * Each event names the one that caused it, so the chain is found by walking
 * the cause numbers.  A frame's way through switches and routers takes several
 * links for each box (it arrives, a table is asked, it is passed on); they are
 * told in one line, because hops tells them in full.
 */

#include <string.h>

#include "base/check.h"

#include "trace/blame.h"
#include "trace/chain.h"
#include "trace/explain.h"
#include "trace/frame.h"

void put_time_ms(struct strbuf *out, uint64_t t_ns)
{
	strbuf_printf(out, "%llu.%03llu ms",
		      (unsigned long long)(t_ns / NS_PER_MS),
		      (unsigned long long)(t_ns % NS_PER_MS / NS_PER_US));
}

static bool is_arrival(const struct log_event *ev)
{
	return ev->kind == EV_RX;
}

/* Part of what a box did to pass on the frame that was told of last. */
static bool is_passage(const struct log_event *ev, const struct log_event *told)
{
	return told && frame_is_relayed(told) &&
	       !strcmp(ev->host, told->host) &&
	       (is_arrival(ev) || ev->kind == EV_LOOKUP);
}

static void put_link(const struct trace_log *log, const struct log_event *ev,
		     struct strbuf *out)
{
	const char *rfc = explain_rfc(ev);
	size_t before;

	strbuf_printf(out, "  #%-5u ", ev->n);
	put_time_ms(out, ev->t_ns);
	strbuf_printf(out, "  %s%s%s: ", ev->host, ev->netif ? " " : "",
		      ev->netif ? ev->netif : "");
	explain_say(log, ev, out);
	strbuf_putc(out, '\n');
	before = out->len;
	strbuf_puts(out, "         because ");
	explain_why(log, ev, out);
	if (out->len == before + 17)
		strbuf_truncate(out, before);
	else if (rfc && !is_arrival(ev))
		strbuf_printf(out, " (RFC %s)\n", rfc);
	else
		strbuf_putc(out, '\n');
}

/* Why what was waited for did not come. */
static void put_blame(const struct trace_log *log, uint32_t n,
		      struct strbuf *out)
{
	struct blame b;

	if (!blame_find(log, n, &b))
		return;
	strbuf_puts(out, b.lost ? "what did not arrive, so that #"
				: "what was broken");
	if (b.lost)
		strbuf_printf(out, "%u had to be\n", b.timer);
	else
		strbuf_putc(out, '\n');
	if (b.lost)
		put_link(log, trace_log_get(log, b.lost), out);
	if (b.fault)
		put_link(log, trace_log_get(log, b.fault), out);
}

/* What a program lost time with, and the longest of it explained. */
static void put_program(const struct trace_log *log, uint32_t n,
			struct strbuf *out)
{
	struct held_up h = blame_program(log, n);

	if (!h.timers)
		return;
	strbuf_printf(out,
		      "what held it up: %u timer%s of its connections fired, "
		      "%llu ms of silence; the longest:\n",
		      h.timers, h.timers == 1 ? "" : "s",
		      (unsigned long long)h.silence_ms);
	put_link(log, trace_log_get(log, h.worst), out);
	put_blame(log, h.worst, out);
}

uint32_t chain_why(const struct trace_log *log, uint32_t n, struct strbuf *out)
{
	const struct log_event *ev = trace_log_get(log, n), *told = NULL;

	check(ev);
	strbuf_printf(out, "why is there #%u?\n", n);
	for (;;) {
		if (!is_passage(ev, told)) {
			put_link(log, ev, out);
			told = ev;
		}
		if (!ev->cause)
			break;
		ev = trace_log_get(log, ev->cause);
	}
	put_program(log, n, out);
	put_blame(log, n, out);
	return ev->n;
}

static void put_json(const struct trace_log *log, const struct log_event *ev,
		     bool is_missing, struct json *j)
{
	char text[512];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	json_open(j, '{');
	json_key_num(j, "n", ev->n);
	json_key_num(j, "t", (int64_t)ev->t_ns);
	json_key_text(j, "host", ev->host);
	json_key_text(j, "what", reason_name(ev->what));
	explain_say(log, ev, &sb);
	json_key_text(j, "say", strbuf_text(&sb));
	strbuf_clear(&sb);
	explain_why(log, ev, &sb);
	json_key_text(j, "why", strbuf_text(&sb));
	json_key_text(j, "rfc", explain_rfc(ev));
	if (is_missing)
		json_key_bool(j, "beside", true);
	json_close(j, '}');
}

void chain_why_json(const struct trace_log *log, uint32_t n, struct json *j)
{
	const struct log_event *ev;
	struct blame b;

	json_open(j, '[');
	for (ev = trace_log_get(log, n); ev; ev = trace_log_get(log, ev->cause))
		put_json(log, ev, false, j);
	if (blame_find(log, n, &b) && b.lost)
		put_json(log, trace_log_get(log, b.lost), true, j);
	if (b.fault)
		put_json(log, trace_log_get(log, b.fault), true, j);
	json_close(j, ']');
}
