// SPDX-License-Identifier: MIT
/*
 * cmd_lab_run.c - weft lab run: let a lab happen, and compare
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cmd_lab.h"
#include "cli/live.h"
#include "cli/look_rows.h"
#include "cli/run_files.h"
#include "lab/expect.h"
#include "lab/look.h"
#include "lab/program.h"
#include "lab/run.h"
#include "os/control.h"
#include "run/run.h"
#include "trace/filter_table.h"
#include "trace/json.h"
#include "trace/tale.h"
#include "trace/visit_print.h"
#include "vnet/vnet.h"

/* Arguments of the command. */
struct args {
	const char *file;
	const char *dir; /* NULL: named after the lab */
	uint64_t seed;
	bool has_seed, is_twice, is_json, is_ascii;
	int verbosity;
};

/* -1: go on. */
static int parse_args(int argc, char **argv, struct args *a)
{
	static const struct option longs[] = {
		{"out", required_argument, NULL, 'o'},
		{"seed", required_argument, NULL, 's'},
		{"twice", no_argument, NULL, 't'},
		{"json", no_argument, NULL, 'j'},
		{"ascii", no_argument, NULL, 'a'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":o:s:tjaqvh", longs, NULL)) !=
	       -1) {
		switch (c) {
		case 'o':
			a->dir = optarg;
			break;
		case 's':
			a->has_seed = true;
			if (!cli_number(optarg, UINT64_MAX, &a->seed))
				return cli_usage("lab run", "'%s' is no seed",
						 optarg);
			break;
		case 't':
			a->is_twice = true;
			break;
		case 'j':
			a->is_json = true;
			break;
		case 'a':
			a->is_ascii = true;
			break;
		case 'q':
			a->verbosity = -1;
			break;
		case 'v':
			a->verbosity++;
			break;
		case 'h':
			return cmd_lab_help();
		default:
			return cli_usage("lab run", "what is '%s'?",
					 argv[optind - 1]);
		}
	}
	if (optind + 1 != argc)
		return cli_usage("lab run", "one file is wanted");
	a->file = argv[optind];
	return -1;
}

/* Build and run.  CLI_OK, else complained.  @look: the sockets and programs at
 * the end are appended, unless NULL. */
static int run_once(struct lab_run **run, struct mem *mem,
		    const struct lab *lab, uint64_t seed, struct strbuf *look)
{
	struct control *control;
	struct supervisor *sup = NULL;
	int err = lab_run_new(run, mem, lab, seed);

	if (err == -EOPNOTSUPP) {
		fprintf(stderr,
			"weft lab: %s: it runs real programs (run:), and "
			"these need 'time: real'\n",
			lab->diag.file);
		return CLI_USAGE;
	}
	if (!err && lab_has_programs(lab)) {
		err = sup_new(&sup, mem, *run);
		if (err)
			(void)lab_run_free(*run);
	}
	if (!err) {
		if (lab->spec.time.v == LAB_REAL)
			fprintf(stderr,
				"weft lab: %s runs by the clock; "
				"Ctrl-C ends it\n",
				lab->diag.file);
		control = live_open(*run, mem);
		err = lab_run_go(*run);
		control_close(control);
		if (look && !err)
			lab_look(*run, 0, look);
		sup_free(sup);
		if (err)
			(void)lab_run_free(*run);
	}
	if (err)
		fprintf(stderr, "weft lab: %s: %s\n", lab->diag.file,
			strerror(-err));
	return err ? CLI_FAILED : CLI_OK;
}

/* Is the event part of a visit, which is told of in its own way? */
static bool is_of_a_visit(void *arg, const struct log_event *ev)
{
	const struct trace_log *log = lab_run_log(arg);

	for (; ev; ev = trace_log_get(log, ev->cause)) {
		if (ev->what == R_VISIT_BEGIN)
			return true;
		if (!ev->cause)
			return log_has(ev, "visit");
	}
	return false;
}

/* What happened, for a person: visits in steps, all else in order. */
static void print_story(struct lab_run *run, const struct args *a,
			struct strbuf *out)
{
	const struct visit_style style = {
		.verbosity = a->verbosity,
		.is_ascii = a->is_ascii,
		.is_real = lab_run_lab(run)->spec.time.v == LAB_REAL,
		.seed = world_seed(lab_run_world(run)),
	};
	const struct tale_style rest = {
		.verbosity = a->verbosity,
		.is_ascii = a->is_ascii,
		.is_told = is_of_a_visit,
		.arg = run,
	};
	struct visit_view v;

	for (unsigned int i = 1; visit_find(&v, lab_run_log(run), i); i++) {
		visit_print(&v, &style, out);
		strbuf_putc(out, '\n');
	}
	if (a->verbosity >= 0)
		tale_print(lab_run_log(run), &rest, out);
	if (a->verbosity > 0) {
		lab_run_counters(run, out);
		filter_tables_print(lab_run_log(run), out);
	}
}

static int report(struct lab_run *run, const struct args *a,
		  const struct strbuf *look, struct strbuf *out)
{
	const struct lab *lab = lab_run_lab(run);
	struct strbuf text;
	int failed;

	if (!a->is_json)
		print_story(run, a, out);
	if (look->len)
		look_tables(look, lab->arena.mem, out);
	strbuf_init(&text, lab->arena.mem);
	failed = expectations_check(run, &text, a->is_json);
	if (a->is_json)
		strbuf_printf(out,
			      "{\"lab\": \"%s\", \"failed\": %d, "
			      "\"expectations\": %s",
			      lab->spec.name.s, failed, strbuf_text(&text));
	else if (text.len && (a->verbosity >= 0 || failed))
		strbuf_printf(out, "expectations\n%s", strbuf_text(&text));
	strbuf_fini(&text);
	return failed;
}

/* The end of the answer for programs. */
static void print_folder(const char *dir, struct strbuf *out)
{
	struct json j = json_begin(out);

	strbuf_puts(out, ", ");
	json_key_text(&j, "folder", dir);
	strbuf_puts(out, "}\n");
}

static int write_files(struct lab_run *run, const struct args *a,
		       struct strbuf *out)
{
	const struct lab *lab = lab_run_lab(run);
	const char *dir = a->dir ? a->dir : lab->spec.name.s;
	struct strbuf names;
	int err;

	strbuf_init(&names, lab->arena.mem);
	err = run_write_files(run, dir, "weft lab run", &names);
	if (err)
		fprintf(stderr, "weft lab: %s: %s\n", strbuf_text(&names),
			strerror(-err));
	else if (a->is_json)
		print_folder(dir, out);
	else if (a->verbosity >= 0)
		strbuf_printf(out, "files in %s: %s\n", dir,
			      strbuf_text(&names));
	strbuf_fini(&names);
	return err;
}

/* The first line in which two logs differ; 0 if they are the same. */
static size_t first_difference(const struct strbuf *a, const struct strbuf *b,
			       size_t *at)
{
	size_t line = 1, begin = 0, i;

	for (i = 0; i < a->len && i < b->len; i++) {
		if (a->text[i] != b->text[i])
			break;
		if (a->text[i] == '\n') {
			line++;
			begin = i + 1;
		}
	}
	*at = begin;
	return i == a->len && i == b->len ? 0 : line;
}

static void print_line(const char *name, const struct strbuf *text, size_t at)
{
	const char *line = at < text->len ? text->text + at : "(the end)";

	fprintf(stderr, "  %s: %.*s\n", name, (int)strcspn(line, "\n"), line);
}

/* Run it again; the log must be the same.  @out NULL: say nothing if so. */
static int run_again(struct lab_run *run, struct mem *mem, struct strbuf *out)
{
	const struct lab *lab = lab_run_lab(run);
	struct lab_run *again;
	struct strbuf a, b;
	size_t line, at;
	int status = run_once(&again, mem, lab, world_seed(lab_run_world(run)),
			      NULL);

	if (status != CLI_OK)
		return status;
	strbuf_init(&a, mem);
	strbuf_init(&b, mem);
	run_log_text(run, &a);
	run_log_text(again, &b);
	line = first_difference(&a, &b, &at);
	if (line) {
		fprintf(stderr, "two runs differ first in event %zu\n", line);
		print_line("first run ", &a, at);
		print_line("second run", &b, at);
		status = CLI_FAILED;
	} else if (out) {
		strbuf_printf(out, "ran twice: %u events, the same octets\n",
			      trace_log_count(lab_run_log(run)));
	}
	strbuf_fini(&a);
	strbuf_fini(&b);
	(void)lab_run_free(again);
	return status;
}

static int run_lab(struct lab *lab, struct mem *mem, const struct args *a)
{
	struct lab_run *run;
	struct strbuf out, look;
	int status;

	strbuf_init(&look, mem);
	status = run_once(&run, mem, lab,
			  a->has_seed ? a->seed : lab->spec.seed.v,
			  a->verbosity > 0 && !a->is_json ? &look : NULL);
	if (status != CLI_OK) {
		strbuf_fini(&look);
		return status;
	}
	strbuf_init(&out, mem);
	if (report(run, a, &look, &out))
		status = CLI_FAILED;
	strbuf_fini(&look);
	if (write_files(run, a, &out))
		status = CLI_FAILED;
	if (a->is_twice &&
	    run_again(run, mem, a->is_json ? NULL : &out) != CLI_OK)
		status = CLI_FAILED;
	if (cli_put(&out) != CLI_OK)
		status = CLI_FAILED;
	strbuf_fini(&out);
	if (lab_run_free(run)) {
		fprintf(stderr, "weft lab: packets leaked\n");
		status = CLI_FAILED;
	}
	return status;
}

/* CLI_OK, else complained. */
static int begin_programs(void)
{
	char why[RUN_SENTENCE_MAX];

	if (run_needs(why, sizeof(why))) {
		fprintf(stderr, "weft lab: %s\n", why);
		return CLI_FAILED;
	}
	(void)guard_begin(); /* without it is as well, as long as we live */
	return CLI_OK;
}

int cmd_lab_run(int argc, char **argv)
{
	struct args a = {0};
	struct lab lab;
	struct mem mem;
	int status = parse_args(argc, argv, &a);

	if (status >= 0)
		return status;
	mem_init_libc(&mem);
	status = cmd_lab_load(&lab, &mem, a.file);
	if (status == CLI_OK && lab_has_programs(&lab))
		status = begin_programs();
	if (status == CLI_OK)
		status = run_lab(&lab, &mem, &a);
	lab_fini(&lab);
	return status;
}
