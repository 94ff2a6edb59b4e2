// SPDX-License-Identifier: MIT
/*
 * cmd_hops.c - weft hops N: one frame followed through every box
 */

#include "cli/cli.h"
#include "trace/chain.h"

static const char help[] =
	"usage: weft hops N [-l LOG]\n\n"
	"Follows frame N through every switch and router, and names each field "
	"that\neach of them changed.\n\n"
	"  -l, --log FILE   the log; else the newest *.jsonl here or one "
	"folder down\n\n"
	"examples:\n"
	"  weft hops 30\n";

int cmd_hops(int argc, char **argv)
{
	struct cli_query q;
	int status = cli_query_begin(&q, argc, argv, help, 0);

	if (status >= 0)
		return status;
	if (chain_hops(q.log, q.n, &q.out))
		return cli_query_end(
			&q, cli_usage("hops", "#%u is about no frame", q.n));
	return cli_query_end(&q, CLI_OK);
}
