// SPDX-License-Identifier: MIT
/*
 * cmd_back.c - weft back STEP: every table as it was after a step
 */

#include "cli/cli.h"
#include "trace/back.h"
#include "trace/chain.h"
#include "trace/steps.h"

static const char help[] =
	"usage: weft back STEP [-l LOG] [--json]\n\n"
	"Every table of the network as it was after that step of the first "
	"visit: MAC\ntables, ARP caches, translations, caches of names and "
	"pages, connections.\n\n"
	"  -l, --log FILE   the log; else the newest *.jsonl here or one "
	"folder down\n"
	"  -j, --json       for programs\n\n"
	"examples:\n"
	"  weft back 3\n";

static bool begins_a_step(const struct visit_view *v, uint32_t n)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (v->steps[i].first == n)
			return true;
	return false;
}

/* What follows a step at the same moment is what came of it. */
static uint32_t end_of(const struct trace_log *log, const struct visit_view *v,
		       const struct step *s)
{
	const struct log_event *ev;
	uint32_t n = s->last;

	if (!s->is_done)
		return v->last;
	while ((ev = trace_log_get(log, n + 1)) && n < v->last &&
	       ev->t_ns == s->end_ns && !begins_a_step(v, n + 1))
		n++;
	return n;
}

static int answer(struct cli_query *q, const struct visit_view *v)
{
	const struct step *s = &v->steps[q->n - 1];
	uint32_t n = end_of(q->log, v, s);
	struct json j = json_begin(&q->out);
	int err;

	if (q->is_json) {
		err = back_tables_json(q->log, n, &j);
		strbuf_putc(&q->out, '\n');
		return err;
	}
	strbuf_printf(&q->out, "after step %u (%s), #%u, ", q->n, s->name, n);
	put_time_ms(&q->out, s->end_ns);
	strbuf_putc(&q->out, '\n');
	return back_tables(q->log, n, &q->out);
}

int cmd_back(int argc, char **argv)
{
	struct visit_view v;
	struct cli_query q;
	int status = cli_query_begin(&q, argc, argv, help, CLI_TAKES_JSON);

	if (status >= 0)
		return status;
	if (!visit_find(&v, q.log, 1))
		return cli_query_end(
			&q, cli_usage("back", "there is no visit in this log"));
	if (q.n > v.count)
		return cli_query_end(
			&q,
			cli_usage("back", "the visit has %zu steps", v.count));
	return cli_query_end(&q, answer(&q, &v));
}
