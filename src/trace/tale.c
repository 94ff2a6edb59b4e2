// SPDX-License-Identifier: MIT
/*
 * tale.c - what happened in a lab, told in order, in words
 *
 * Theory of operation
 * ===================
 * The log holds everything, several events for each box that a frame passes.  A
 * person wants to hear what matters, in order: who said what to whom, who
 * learnt what, what was lost.  So a frame is told of where it is made, not
 * where it is passed on or arrives; and what happened the same way many times
 * is told of a few times and then counted.
 *
 * Whatever a person or the script did begins a section.  The reason for
 * something is given the first time, and not again.
 */

#include "trace/tale.h"

#include <string.h>

#include "base/check.h"

#include "trace/explain.h"
#include "trace/frame.h"
#include "trace/ladder.h"
#include "trace/visit_print.h"

#define HOST_WIDTH 12
#define SAY_WIDTH  62 /* from the sentence to the event's number */
#define TELL_MAX   6  /* of one kind in a section; then they are counted */

struct tale {
	const struct trace_log *log;
	const struct tale_style *style;
	struct strbuf *out;
	uint64_t last_ns;
	bool has_time;
	bool has_reason[R_COUNT]; /* was given */
	uint32_t count[R_COUNT];  /* in this section */
	struct strbuf line;
};

/* Who it is for: the smallest verbosity that tells of it. */
static int level_of(const struct log_event *ev)
{
	if (ev->kind == EV_ACTION || ev->kind == EV_FAULT || ev->kind == EV_APP)
		return 0;
	if (ev->kind == EV_RX || ev->kind == EV_LOOKUP || ev->kind == EV_CALL)
		return 2;
	return ev->kind == EV_TX && frame_is_relayed(ev) ? 2 : 1;
}

static void end_section(struct tale *t)
{
	uint32_t more = 0;
	size_t i;

	for (i = 0; i < R_COUNT; i++)
		if (t->count[i] > TELL_MAX)
			more += t->count[i] - TELL_MAX;
	if (more) {
		strbuf_printf(t->out, "%10s%-*s  and %u more like these:", "",
			      HOST_WIDTH, "", more);
		for (i = 0; i < R_COUNT; i++)
			if (t->count[i] > TELL_MAX)
				strbuf_printf(t->out, " %s %u",
					      reason_name((enum reason)i),
					      t->count[i] - TELL_MAX);
		strbuf_putc(t->out, '\n');
	}
	memset(t->count, 0, sizeof(t->count));
}

static void begin_section(struct tale *t, const struct log_event *ev)
{
	end_section(t);
	strbuf_clear(&t->line);
	explain_say(t->log, ev, &t->line);
	visit_rule(strbuf_text(&t->line), t->style->is_ascii, t->out);
	t->has_time = false;
}

static void put_time(struct tale *t, const struct log_event *ev)
{
	char text[LADDER_TIME];

	if (t->has_time && ev->t_ns == t->last_ns)
		strbuf_printf(t->out, "%8s  ", "");
	else
		strbuf_printf(t->out, "%8s  ", ladder_time(ev->t_ns, text));
	t->has_time = true;
	t->last_ns = ev->t_ns;
}

static void put_reason(struct tale *t, const struct log_event *ev)
{
	const char *rfc = explain_rfc(ev);

	if (t->style->verbosity < 1 || ev->kind == EV_DROP ||
	    (t->style->verbosity < 2 && t->has_reason[ev->what]))
		return;
	t->has_reason[ev->what] = true;
	strbuf_clear(&t->line);
	explain_why(t->log, ev, &t->line);
	if (!t->line.len && !rfc)
		return;
	strbuf_printf(t->out, "%10s%-*s    ", "", HOST_WIDTH, "");
	if (t->line.len)
		strbuf_printf(t->out, "because %s", strbuf_text(&t->line));
	if (rfc)
		strbuf_printf(t->out, "%s(RFC %s)", t->line.len ? " " : "",
			      rfc);
	strbuf_putc(t->out, '\n');
}

static void put_event(struct tale *t, const struct log_event *ev)
{
	size_t width;

	put_time(t, ev);
	strbuf_printf(t->out, "%-*s  ", HOST_WIDTH, ev->host);
	strbuf_clear(&t->line);
	explain_say(t->log, ev, &t->line);
	width = utf8_width(strbuf_text(&t->line), t->line.len);
	strbuf_puts(t->out, strbuf_text(&t->line));
	strbuf_fill(t->out, ' ', width < SAY_WIDTH ? SAY_WIDTH - width : 1);
	strbuf_printf(t->out, "  #%u\n", ev->n);
	put_reason(t, ev);
}

static bool is_wanted(const struct tale *t, const struct log_event *ev)
{
	const struct tale_style *style = t->style;

	if (level_of(ev) > style->verbosity)
		return false;
	return !style->is_told || !style->is_told(style->arg, ev);
}

static void tell(struct tale *t, const struct log_event *ev)
{
	if (ev->kind == EV_ACTION) {
		begin_section(t, ev);
		return;
	}
	if (t->style->verbosity < 2 && t->count[ev->what]++ >= TELL_MAX)
		return;
	put_event(t, ev);
}

void tale_print(const struct trace_log *log, const struct tale_style *style,
		struct strbuf *out)
{
	struct tale t = {.log = log, .style = style, .out = out};
	uint32_t n;

	strbuf_init(&t.line, out->mem);
	for (n = 1; n <= trace_log_count(log); n++) {
		const struct log_event *ev = trace_log_get(log, n);

		if (is_wanted(&t, ev))
			tell(&t, ev);
	}
	end_section(&t);
	strbuf_fini(&t.line);
}
