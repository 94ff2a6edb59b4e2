// SPDX-License-Identifier: MIT
/*
 * cmd_why.c - weft why N: the chain of causes of an event
 */

#include "cli/cli.h"
#include "trace/chain.h"

static const char help[] =
	"usage: weft why N [-l LOG] [--json]\n\n"
	"The chain of causes of event N (the #N of a frame on the screen), "
	"from "
	"it back\nto what a person did.\n\n"
	"  -l, --log FILE   the log; else the newest *.jsonl here or one "
	"folder down\n"
	"  -j, --json       for programs\n\n"
	"examples:\n"
	"  weft why 30\n"
	"  weft why 30 -l url-journey/url-journey.jsonl --json\n";

int cmd_why(int argc, char **argv)
{
	struct cli_query q;
	int status = cli_query_begin(&q, argc, argv, help, CLI_TAKES_JSON);

	if (status >= 0)
		return status;
	if (q.is_json) {
		struct json j = json_begin(&q.out);

		chain_why_json(q.log, q.n, &j);
		strbuf_putc(&q.out, '\n');
	} else {
		chain_why(q.log, q.n, &q.out);
	}
	return cli_query_end(&q, CLI_OK);
}
