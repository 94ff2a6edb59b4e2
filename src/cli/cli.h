/* SPDX-License-Identifier: MIT */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/*
 * cli.h - what the subcommands share
 *
 * A subcommand is a function in a file of its own, and a row of the table in
 * main.c.  It gets its own name as argv[0], writes what was asked for to
 * standard output, and complaints to standard error.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "trace/log.h"

/* What the program exits with. */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1, /* it ran, and the answer is no */
	CLI_USAGE = 2,	/* wrong arguments, or a wrong file */
};

int cmd_back(int argc, char **argv);
int cmd_drill(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_hops(int argc, char **argv);
int cmd_iomodels(int argc, char **argv);
int cmd_lab(int argc, char **argv);
int cmd_ping(int argc, char **argv);
int cmd_ps(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_ss(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_up(int argc, char **argv);
int cmd_visit(int argc, char **argv);
int cmd_why(int argc, char **argv);

/* "weft NAME: text" to standard error, with the way to help. CLI_USAGE. */
int cli_usage(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A whole number without a sign, up to @max; false: it is none. */
bool cli_number(const char *text, uint64_t max, uint64_t *v);

/**
 * cli_put() - Write text to standard output
 * @sb:		The text.  Control characters that a stranger may have put into
 *		a name or a header are replaced, so that they cannot command
 *		the terminal
 *
 * On a terminal some lines are coloured, unless NO_COLOR is set; colour adds
 * nothing to what the words say.
 *
 * Return: CLI_OK, or CLI_FAILED with a complaint
 */
int cli_put(struct strbuf *sb);

/**
 * cli_read_file() - A whole file
 * @path:	Which
 * @out:	Appended to
 *
 * Return: 0 or -errno
 */
int cli_read_file(const char *path, struct strbuf *out);

/* Write a file; 0 or -errno.  What stood there before is replaced. */
int cli_write_file(const char *path, const void *buf, size_t len);

/* Make a folder and those above it; 0 or -errno. */
int cli_make_dirs(const char *path);

/**
 * struct cli_query - a question about a log: weft why, show, hops, back
 * @command:	Which question
 * @help:	Its text for --help
 * @n:		The number asked about
 * @verbosity:	How often -v was given
 * @is_json:	--json
 * @is_ascii:	--ascii
 * @signal:	What --signal says, "manchester" if it says nothing; or NULL
 * @log:	The log that was found
 */
struct cli_query {
	const char *command;
	const char *help;
	struct mem mem;
	uint32_t n;
	int verbosity;
	bool is_json, is_ascii;
	const char *signal;
	struct trace_log *log;
	struct strbuf out;
};

/* What a question takes besides a number and a log. */
enum cli_query_takes {
	CLI_TAKES_JSON = 1 << 0,
	CLI_TAKES_VERBOSE = 1 << 1,
	CLI_TAKES_SIGNAL = 1 << 2,
};

/**
 * cli_query_begin() - Read the arguments of a question, and the log
 * @q:		Filled in; goes with cli_query_end()
 * @argc:	Arguments, the name of the command first
 * @argv:	Likewise
 * @help:	Text for --help
 * @takes:	CLI_TAKES_xxx
 *
 * The log is the file named by -l, or the newest *.jsonl in this folder or one
 * of those in it.
 *
 * Return: -1: go on; or the exit status, and there is nothing to end
 */
int cli_query_begin(struct cli_query *q, int argc, char **argv,
		    const char *help, unsigned int takes);

/**
 * cli_query_end() - Write the answer and give everything back
 * @q:		The question
 * @err:	0; a complaint was made if it is CLI_xxx; -errno otherwise
 *
 * Return: the exit status
 */
int cli_query_end(struct cli_query *q, int err);

#endif /* CLI_CLI_H */
