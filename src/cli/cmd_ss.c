// SPDX-License-Identifier: MIT
/*
 * cmd_ss.c - weft ss and weft ps: sockets and programs of a lab
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/live.h"
#include "cli/look_rows.h"
#include "lab/value.h"
#include "os/mem.h"

static const char ss_help[] =
	"usage: weft ss [LAB] [--at TIME] [-t|-u|-l] [-i] [-o] [--epoll] "
	"[--json]\n"
	"               [FILTER...]\n"
	"       weft ss --pid PID ...\n\n"
	"The sockets of every host of a lab: what waits to be read, what is "
	"not\n"
	"acknowledged yet, the room for both, the timer that is armed, and who "
	"waits.\n\n"
	"  LAB        a lab file (*.yaml): run it, in its own time, and look; "
	"if not\n"
	"             said, the lab that runs in real time (weft run, weft lab "
	"run)\n"
	"  --at TIME  when to look, 250ms; if not said, at the end of the lab\n"
	"  --pid PID  which running lab: its process, or a program in it\n"
	"  -t  -u     TCP only, UDP only\n"
	"  -l         those that listen only\n"
	"  -i         more of TCP: cwnd, ssthresh, srtt, rto, what was sent "
	"again\n"
	"  -o         options that are not what a new socket has\n"
	"  --epoll    the epoll sets instead: what they watch, what is ready, "
	"who waits\n"
	"  --json     a line of JSON for each\n\n"
	"filters, as many as you like:\n"
	"  host NAME          on this host\n"
	"  state STATE        established, time-wait, listening, connected "
	"...\n"
	"  port N             with this port at either end\n"
	"  sport N, dport N   with this port here, or there\n\n"
	"examples:\n"
	"  weft ss labs/url-journey.yaml --at 250ms\n"
	"  weft ss labs/url-journey.yaml state time-wait\n"
	"  weft ss -i host server port 6379\n"
	"  weft ss --epoll\n";

static const char ps_help[] =
	"usage: weft ps [--pid PID] [--json] [host NAME]\n"
	"       weft ps LAB --at TIME [--json] [host NAME]\n\n"
	"The processes of all programs in a lab that runs in real time: where, "
	"whose\n"
	"child, in which state, how many sockets it has, what went through "
	"them, how many\n"
	"of its calls were weft's, and what it waits in.\n\n"
	"  LAB        a lab file (*.yaml) to run first\n"
	"  --at TIME  when to look\n"
	"  --pid PID  which running lab: its process, or a program in it\n"
	"  --json     a line of JSON for each\n\n"
	"examples:\n"
	"  weft ps\n"
	"  weft ps host server\n"
	"  weft ps --json\n";

/**
 * struct args - what was asked for
 * @command:	"ss" or "ps"
 * @file:	Lab file, or NULL: one that runs
 * @at_ns:	When; UINT64_MAX: at its end
 * @pid:	Which one, 0: the newest
 * @style:	What to show
 * @is_epoll:	Sets and not sockets
 * @is_json:	For programs
 */
struct args {
	const char *command;
	const char *file;
	uint64_t at_ns;
	int pid;
	struct ss_style style;
	bool is_epoll, is_json;
};

/* A number up to @max, or 0. */
static unsigned int number(const char *text, unsigned int max)
{
	unsigned long n;
	char *end;

	if (text && *text == ':') /* as ss(8) has it */
		text++;
	if (!text || *text < '0' || *text > '9')
		return 0;
	n = strtoul(text, &end, 10);
	return *end || n > max ? 0 : (unsigned int)n;
}

/* "--at TIME": CLI_USAGE, or -1: go on.  Likewise below. */
static int set_time(struct args *a, const char *text)
{
	if (!text || value_parse(text, VALUE_DURATION, &a->at_ns) != VALUE_OK)
		return cli_usage(a->command, "--at wants a time, 250ms");
	return -1;
}

static int set_pid(struct args *a, const char *text)
{
	a->pid = (int)number(text, INT_MAX);
	return a->pid ? -1
		      : cli_usage(a->command, "--pid wants the number of a "
					      "process");
}

/* Options without a value, of ss. */
static bool take_flag(struct args *a, const char *arg)
{
	struct ss_style *s = &a->style;

	if (!strcmp(arg, "--json") || !strcmp(arg, "-j"))
		return a->is_json = true;
	if (!strcmp(a->command, "ps"))
		return false;
	if (!strcmp(arg, "--epoll") || !strcmp(arg, "-e"))
		return a->is_epoll = true;
	if (!strcmp(arg, "-l") || !strcmp(arg, "--listening"))
		return s->is_listening = true;
	if (!strcmp(arg, "-i") || !strcmp(arg, "--info"))
		return s->has_info = true;
	if (!strcmp(arg, "-o") || !strcmp(arg, "--options"))
		return s->has_options = true;
	if (!strcmp(arg, "-t") || !strcmp(arg, "--tcp"))
		return (s->kind = "tcp");
	if (!strcmp(arg, "-u") || !strcmp(arg, "--udp"))
		return (s->kind = "udp");
	return false;
}

/* "state established", "dport = :80": words that were used up, 0: no filter,
 * -1: a bad one. */
static int take_filter(struct args *a, char **argv)
{
	const char *word = argv[0], *value = argv[1];
	struct ss_style *s = &a->style;
	unsigned int *port = !strcmp(word, "port")    ? &s->port
			     : !strcmp(word, "sport") ? &s->sport
			     : !strcmp(word, "dport") ? &s->dport
						      : NULL;
	const char **text = !strcmp(word, "host")    ? &s->host
			    : !strcmp(word, "state") ? &s->state
						     : NULL;
	int used = 2;

	if (!port && !text)
		return 0;
	if (value && (!strcmp(value, "=") || !strcmp(value, "eq"))) {
		value = argv[2];
		used = 3;
	}
	if (!value)
		return -1;
	if (text)
		*text = value;
	else
		*port = number(value, UINT16_MAX);
	return !port || *port ? used : -1;
}

static int parse_args(char **argv, struct args *a, const char *help)
{
	int used, status = -1;

	for (argv++; *argv && status < 0; argv++) {
		const char *arg = *argv;

		if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
			fputs(help, stdout);
			return CLI_OK;
		}
		if (!strcmp(arg, "--at")) {
			status = set_time(a, argv[1]);
			argv += argv[1] != NULL;
		} else if (!strcmp(arg, "--pid")) {
			status = set_pid(a, argv[1]);
			argv += argv[1] != NULL;
		} else if (!take_flag(a, arg)) {
			used = *arg == '-' ? -1 : take_filter(a, argv);
			if (used < 0 || (!used && a->file))
				return cli_usage(a->command, "what is '%s'?",
						 arg);
			if (!used)
				a->file = arg;
			argv += used ? used - 1 : 0;
		}
	}
	if (status < 0 && a->file && a->pid)
		return cli_usage(a->command, "a lab file, or a process?");
	if (status < 0 && !a->file && a->at_ns != UINT64_MAX)
		return cli_usage(a->command, "--at wants a lab file: a running "
					     "lab is looked at now");
	return status;
}

static void show(const struct args *a, const struct look_rows *rows,
		 struct mem *mem, struct strbuf *out)
{
	bool is_ps = !strcmp(a->command, "ps");

	if (a->is_json)
		look_rows_json(rows,
			       is_ps	     ? "process"
			       : a->is_epoll ? "epoll"
					     : "socket",
			       &a->style, out);
	else if (is_ps)
		ps_print(rows, a->style.host, mem, out);
	else if (a->is_epoll)
		ss_print_epoll(rows, a->style.host, mem, out);
	else
		ss_print(rows, &a->style, mem, out);
}

static int answer(const struct args *a, struct mem *mem,
		  const struct strbuf *text)
{
	struct look_rows rows;
	struct strbuf out;
	int status, err = look_rows_read(&rows, strbuf_text(text));

	if (err == -EINVAL) {
		fprintf(stderr, "weft %s: that was no answer of a lab\n",
			a->command);
		look_rows_fini(&rows);
		return CLI_FAILED;
	}
	strbuf_init(&out, mem);
	out.error = err;
	if (!err)
		show(a, &rows, mem, &out);
	status = cli_put(&out);
	strbuf_fini(&out);
	look_rows_fini(&rows);
	return status;
}

static int look(char **argv, const char *command, const char *help)
{
	struct args a = {.command = command, .at_ns = UINT64_MAX};
	int status = parse_args(argv, &a, help);
	struct strbuf text;
	struct mem mem;

	if (status >= 0)
		return status;
	os_mem_init(&mem, 0);
	strbuf_init(&text, &mem);
	status = a.file ? live_get_file(command, a.file, a.at_ns, &mem, &text)
			: live_get(command, a.pid, &text);
	if (status == CLI_OK)
		status = answer(&a, &mem, &text);
	strbuf_fini(&text);
	return status;
}

int cmd_ss(int argc, char **argv)
{
	(void)argc;
	return look(argv, "ss", ss_help);
}

int cmd_ps(int argc, char **argv)
{
	(void)argc;
	return look(argv, "ps", ps_help);
}
