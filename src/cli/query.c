// SPDX-License-Identifier: MIT
/*
 * query.c - questions about a log: which log, which number
 *
 * why, show, hops and back have the same arguments and end the same way; only
 * the answer differs.
 */

#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "trace/log_load.h"

/* The newest log of this folder and those in it; false: there is none. */
static bool newest_log(char *path, size_t size)
{
	struct stat st, best = {0};
	bool is_found = false;
	glob_t g;
	size_t i;

	if (glob("*.jsonl", 0, NULL, &g) == GLOB_NOSPACE)
		return false;
	glob("*/*.jsonl", GLOB_APPEND, NULL, &g);
	for (i = 0; i < g.gl_pathc; i++) {
		if (stat(g.gl_pathv[i], &st))
			continue;
		if (is_found && (st.st_mtim.tv_sec < best.st_mtim.tv_sec ||
				 (st.st_mtim.tv_sec == best.st_mtim.tv_sec &&
				  st.st_mtim.tv_nsec <= best.st_mtim.tv_nsec)))
			continue;
		best = st;
		is_found =
			snprintf(path, size, "%s", g.gl_pathv[i]) < (int)size;
	}
	globfree(&g);
	return is_found;
}

static bool parse_number(const char *text, uint32_t *n)
{
	char *end;
	unsigned long v;

	if (*text == '#')
		text++;
	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || v == 0 ||
	    v > UINT32_MAX)
		return false;
	*n = (uint32_t)v;
	return true;
}

static int load(struct cli_query *q, const char *command, const char *path)
{
	struct strbuf text, error;
	int err;

	strbuf_init(&text, &q->mem);
	strbuf_init(&error, &q->mem);
	err = cli_read_file(path, &text);
	if (err)
		strbuf_printf(&error, "%s: %s\n", path, strerror(-err));
	else
		q->log = trace_log_load(&q->mem, strbuf_text(&text), text.len,
					path, &error);
	if (!q->log)
		fprintf(stderr, "weft %s: %s", command, strbuf_text(&error));
	strbuf_fini(&text);
	strbuf_fini(&error);
	return q->log ? CLI_OK : CLI_USAGE;
}

/* One option.  False: it is none. */
static bool take_option(struct cli_query *q, int c, unsigned int takes,
			const char **path)
{
	switch (c) {
	case 'j':
		q->is_json = true;
		return takes & CLI_TAKES_JSON;
	case 'v':
		q->verbosity++;
		return takes & CLI_TAKES_VERBOSE;
	case 'a':
		q->is_ascii = true;
		return takes & CLI_TAKES_SIGNAL;
	case 's':
		q->signal = optarg ? optarg : "manchester";
		return takes & CLI_TAKES_SIGNAL;
	case 'l':
		*path = optarg;
		return true;
	default:
		return false;
	}
}

/* -1: go on. */
static int options(struct cli_query *q, int argc, char **argv,
		   unsigned int takes, const char **path)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, 'j'},
		{"log", required_argument, NULL, 'l'},
		{"ascii", no_argument, NULL, 'a'},
		{"signal", optional_argument, NULL, 's'},
		{"verbose", no_argument, NULL, 'v'},
		{0},
	};
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":hjl:v", longs, NULL)) != -1) {
		if (c == 'h') {
			fputs(q->help, stdout);
			return CLI_OK;
		}
		if (!take_option(q, c, takes, path))
			return cli_usage(argv[0], "what is '%s'?",
					 argv[optind - 1]);
	}
	if (optind + 1 != argc)
		return cli_usage(argv[0], "one number is wanted");
	if (!parse_number(argv[optind], &q->n))
		return cli_usage(argv[0], "'%s' is not a number of an event",
				 argv[optind]);
	return -1;
}

static int begin(struct cli_query *q, int argc, char **argv, unsigned int takes)
{
	const char *path = NULL;
	char found[4096];
	int status = options(q, argc, argv, takes, &path);

	if (status >= 0)
		return status;
	if (!path && !newest_log(found, sizeof(found)))
		return cli_usage(argv[0],
				 "there is no log (*.jsonl) in this folder; "
				 "weft visit makes one, -l FILE names one");
	status = load(q, argv[0], path ? path : found);
	if (status != CLI_OK)
		return status;
	if (strcmp(argv[0], "back") != 0 && !trace_log_get(q->log, q->n))
		return cli_usage(argv[0], "there is no #%u: the log ends at %u",
				 q->n, trace_log_count(q->log));
	return -1;
}

/* Give everything back. */
static int finish(struct cli_query *q, int status)
{
	strbuf_fini(&q->out);
	trace_log_free(q->log);
	q->log = NULL;
	return status;
}

int cli_query_begin(struct cli_query *q, int argc, char **argv,
		    const char *help, unsigned int takes)
{
	int status;

	memset(q, 0, sizeof(*q));
	q->command = argv[0];
	q->help = help;
	mem_init_libc(&q->mem);
	strbuf_init(&q->out, &q->mem);
	status = begin(q, argc, argv, takes);
	return status < 0 ? status : finish(q, status);
}

int cli_query_end(struct cli_query *q, int err)
{
	int status = err;

	if (err < 0) {
		fprintf(stderr, "weft %s: %s\n", q->command, strerror(-err));
		status = CLI_FAILED;
	}
	if (status == CLI_OK)
		status = cli_put(&q->out);
	return finish(q, status);
}
