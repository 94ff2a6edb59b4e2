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

static int answer(struct cli_query *q, const struct visit_view *v)
{
	const struct step *s = &v->steps[q->n - 1];
	uint32_t n = s->is_done ? s->last : v->last;
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
