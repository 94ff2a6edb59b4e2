// SPDX-License-Identifier: MIT
/*
 * cmd_show.c - weft show N: every octet of a frame, named
 */

#include <errno.h>

#include "cli/cli.h"
#include "trace/chain.h"

static const char help[] =
	"usage: weft show N [-v] [-l LOG] [--json]\n\n"
	"Names every octet of frame N, header by header, with its layer.\n\n"
	"  -v, --verbose    show the octets beside each field\n"
	"  -l, --log FILE   the log; else the newest *.jsonl here or one "
	"folder down\n"
	"  -j, --json       for programs\n\n"
	"examples:\n"
	"  weft show 30\n"
	"  weft show 30 -v\n";

static int answer(struct cli_query *q)
{
	struct json j = json_begin(&q->out);
	int err;

	if (!q->is_json)
		return chain_show(q->log, q->n, q->verbosity > 0, &q->out);
	err = chain_show_json(q->log, q->n, &j);
	if (!err)
		strbuf_putc(&q->out, '\n');
	return err;
}

int cmd_show(int argc, char **argv)
{
	struct cli_query q;
	int err = cli_query_begin(&q, argc, argv, help,
				  CLI_TAKES_JSON | CLI_TAKES_VERBOSE);

	if (err >= 0)
		return err;
	err = answer(&q);
	if (err == -EINVAL)
		err = cli_usage("show", "#%u has no frame", q.n);
	return cli_query_end(&q, err);
}
