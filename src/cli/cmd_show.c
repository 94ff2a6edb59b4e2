// SPDX-License-Identifier: MIT
/*
 * cmd_show.c - weft show N: every octet of a frame, named
 */

#include <errno.h>

#include "cli/cli.h"
#include "trace/chain.h"
#include "trace/signal.h"

static const char help[] =
	"usage: weft show N [-v] [-l LOG] [--json]\n"
	"       weft show N --signal[=CODE] [-v] [-l LOG] [--ascii]\n\n"
	"Names every octet of frame N, header by header, with its layer; or "
	"draws it\n"
	"as the signal that it is on a pair of copper wires.\n\n"
	"  -v, --verbose    show the octets beside each field; draw all of "
	"them\n"
	"  --signal[=CODE]  CODE is manchester (10 Mbit/s) or mlt-3 (100 "
	"Mbit/s)\n"
	"  --ascii          draw without characters beyond ASCII\n"
	"  -l, --log FILE   the log; else the newest *.jsonl here or one "
	"folder down\n"
	"  -j, --json       for programs\n\n"
	"examples:\n"
	"  weft show 30\n"
	"  weft show 30 -v\n"
	"  weft show 30 --signal\n"
	"  weft show 30 --signal=mlt-3 -v | less\n";

static int draw(struct cli_query *q)
{
	enum signal_code code = signal_by_name(q->signal);

	if (code == SIGNAL_CODES)
		return cli_usage(
			"show",
			"a signal is manchester or mlt-3, not '%s' (gigabit "
			"Ethernet, PAM-5 on four pairs, is not drawn)",
			q->signal);
	return chain_signal(q->log, q->n, code, q->verbosity > 0, q->is_ascii,
			    &q->out);
}

static int answer(struct cli_query *q)
{
	struct json j = json_begin(&q->out);
	int err;

	if (q->signal)
		return draw(q);
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
				  CLI_TAKES_JSON | CLI_TAKES_VERBOSE |
					  CLI_TAKES_SIGNAL);

	if (err >= 0)
		return err;
	err = answer(&q);
	if (err == -EINVAL)
		err = cli_usage("show", "#%u has no frame", q.n);
	return cli_query_end(&q, err);
}
