// SPDX-License-Identifier: MIT
/*
 * cmd_run.c - weft run: programs that nobody changed, on hosts of a lab
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cmd_lab.h"
#include "cli/live.h"
#include "cli/run_files.h"
#include "lab/run.h"
#include "os/control.h"
#include "os/mem.h"
#include "os/pace.h"
#include "run/run.h"
#include "vnet/vnet.h"

static const char help[] =
	"usage: weft run [-o|--out DIR] [--json] [--uplink[=loopback] | LAB] "
	"[HOST] --\n"
	"                PROGRAM [ARG...]\n"
	"                [++ HOST -- PROGRAM [ARG...]]...\n\n"
	"Runs a program on a host of a lab, in real time.  The program is not "
	"changed and\n"
	"needs no privileges; all of its network is the lab's, and nothing of "
	"it reaches\n"
	"this machine's, unless you ask for that.\n\n"
	"  LAB     a lab file (*.yaml); if not said, the lab of `weft visit`\n"
	"  HOST    which host; if not said, one that asks for names, or serves "
	"nobody\n"
	"  ++      one more program, on another host of the same lab\n"
	"  --uplink           a lab with one host, 'laptop', whose router "
	"translates to\n"
	"                     sockets of this machine: it reaches what you "
	"reach\n"
	"  --uplink=loopback  the same, and 'gateway' is this machine itself: "
	"what listens\n"
	"                     on 127.0.0.1\n"
	"  --out   write the log and the captures to DIR\n"
	"  --json  at the end, say on standard error what is left: processes, "
	"sockets,\n"
	"          descriptors, memory; on SIGUSR1 that is said at any time\n\n"
	"It ends when all processes have ended.  The exit status is that of "
	"the first\n"
	"program that was named, 128 and the signal if one killed it, 126 if "
	"it could not\n"
	"be run, 127 if it was not found.\n\n"
	"examples:\n"
	"  weft run -- curl http://www.shop.test/\n"
	"  weft run labs/url-journey.yaml laptop -- wget -O- "
	"http://10.9.0.80/\n"
	"  weft run --uplink -- curl https://www.debian.org/\n"
	"  weft run --uplink=loopback -- curl http://gateway:8000/\n"
	"  weft run phone -- python3 -m http.server ++ laptop -- curl "
	"http://phone:8000/\n";

/* PART_EVENTS: of the log, in memory at one time.  The lab waits while they are
 * written, so they should be soon. */
enum { PROGRAMS_MAX = 64, PART_EVENTS = 2048, NOT_RUN = 126, NOT_FOUND = 127 };

/* One of the programs; @argv ends with NULL. */
struct wish {
	const char *host;
	char **argv;
};

/**
 * struct args - what was asked for
 * @file:	Lab file, or NULL: the default lab
 * @out:	Folder for files, or NULL: none
 * @is_json:	Say at the end what is left
 * @has_uplink:	The default lab is one with a way out; @has_loopback: to this
 *		machine, too
 * @wishes:	Programs, @count of them
 */
struct args {
	const char *file, *out;
	bool is_json, has_uplink, has_loopback;
	struct wish wishes[PROGRAMS_MAX];
	size_t count;
};

static bool is_word(const char *arg, const char *word)
{
	return arg && !strcmp(arg, word);
}

static bool is_uplink(const char *arg)
{
	return is_word(arg, "--uplink") || is_word(arg, "--uplink=loopback");
}

static bool is_option(const char *arg)
{
	return is_word(arg, "-o") || is_word(arg, "--out") ||
	       is_word(arg, "--json") || is_uplink(arg);
}

/* One that stands alone; false: it wants a word behind it. */
static bool take_flag(struct args *a, const char *arg)
{
	if (is_word(arg, "--json"))
		a->is_json = true;
	else if (is_uplink(arg))
		a->has_uplink = true;
	else
		return false;
	a->has_loopback |= is_word(arg, "--uplink=loopback");
	return true;
}

static bool is_file(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '/') ||
	       (len > 5 && !strcmp(name + len - 5, ".yaml"));
}

/* "HOST -- PROGRAM ARGS" up to "++" or the end; returns what follows.  NULL:
 * it is something else. */
static char **parse_wish(struct args *a, char **argv)
{
	struct wish *w = &a->wishes[a->count];

	if (a->count == PROGRAMS_MAX)
		return NULL;
	if (*argv && !is_word(*argv, "--"))
		w->host = *argv++;
	if (!is_word(*argv, "--") || !argv[1])
		return NULL;
	w->argv = ++argv;
	a->count++;
	while (*argv && !is_word(*argv, "++"))
		argv++;
	if (*argv)
		*argv++ = NULL;
	return argv;
}

/* -1: go on. */
static int parse_args(int argc, char **argv, struct args *a)
{
	char **at = argv + 1;

	(void)argc;
	if (is_word(*at, "--help") || is_word(*at, "-h")) {
		fputs(help, stdout);
		return CLI_OK;
	}
	for (; is_option(*at); at++) {
		if (take_flag(a, *at))
			continue;
		a->out = *++at;
		if (!a->out)
			return cli_usage("run", "which folder?");
	}
	if (*at && !is_word(*at, "--") && is_file(*at))
		a->file = *at++;
	if (a->file && a->has_uplink)
		return cli_usage("run", "a lab of its own says itself where it "
					"leads (uplink: {sockets: host})");
	do
		at = parse_wish(a, at);
	while (at && *at);
	if (!at)
		return cli_usage("run", "[LAB] [HOST] -- PROGRAM is wanted");
	return -1;
}

static int load(struct lab *lab, struct mem *mem, const struct args *a)
{
	if (a->file)
		return cmd_lab_load(lab, mem, a->file);
	if (a->has_uplink && lab_load_way_out(lab, mem, a->has_loopback) == 0)
		return CLI_OK;
	if (!a->has_uplink && lab_load_default(lab, mem) == 0)
		return CLI_OK;
	fprintf(stderr, "weft run: %s\n", strerror(ENOMEM));
	return CLI_FAILED;
}

/* How much a node looks like somebody's own machine: a host, that serves
 * nobody, that asks somebody for names. */
static int likeness(const struct lab_node *node)
{
	if (node->kind.v != LAB_HOST)
		return 0;
	return 1 + !(node->serve.item.is_set || node->run.is_set) +
	       2 * (node->dns.count != 0);
}

static const struct lab_node *likely_node(const struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items, *best = NULL;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (likeness(&node[i]) > (best ? likeness(best) : 0))
			best = &node[i];
	return best;
}

/* The host of that name, or a likely one; NULL with a complaint. */
static struct host *find_host(struct lab_run *run, const char *name)
{
	const struct lab *lab = lab_run_lab(run);
	const struct lab_node *node =
		name ? topo_node(&lab->topo, name) : likely_node(lab);

	if (node && !topo_is_switch(node))
		return host_of(
			world_find(lab_run_world(run), node->item.name.s));
	if (!name)
		fprintf(stderr, "weft run: the lab has no host\n");
	else if (node)
		fprintf(stderr, "weft run: '%s' is no host\n", name);
	else
		fprintf(stderr, "weft run: the lab has no host '%s'\n", name);
	return NULL;
}

/* A program that begins before its host has its addresses finds no network. */
static int wait_ready(struct supervisor *sup, struct lab_run *run,
		      const struct args *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct host *host = find_host(run, a->wishes[i].host);
		int err;

		if (!host)
			return CLI_USAGE;
		err = sup_wait_ready(sup, host);
		if (err == -EINTR)
			return 128 + SIGINT;
		if (err)
			fprintf(stderr,
				"weft run: nobody has given %s an address "
				"so far; programs start without\n",
				host->node.name);
	}
	return 0;
}

/* 0, or an exit status with a complaint. */
static int start(struct supervisor *sup, struct lab_run *run,
		 const struct args *a, struct program **first)
{
	for (size_t i = 0; i < a->count; i++) {
		struct program_cfg cfg = {
			.host = find_host(run, a->wishes[i].host),
			.argv = a->wishes[i].argv,
		};
		struct program *p;
		int err;

		if (!cfg.host)
			return CLI_USAGE;
		err = sup_start(sup, &cfg, &p);
		if (err) {
			fprintf(stderr, "weft run: %s\n", sup_complaint(sup));
			return err == -ENOENT ? NOT_FOUND : NOT_RUN;
		}
		if (i == 0)
			*first = p;
	}
	return 0;
}

static int run_programs(struct lab_run *run, struct mem *mem,
			const struct args *a)
{
	struct program *first = NULL;
	struct supervisor *sup;
	int status, err = sup_new(&sup, mem, run);

	if (err) {
		fprintf(stderr,
			"weft run: the supervisor cannot be set up (%s); a "
			"container forbids it, perhaps\n",
			strerror(-err));
		return NOT_RUN;
	}
	status = wait_ready(sup, run, a);
	if (!status)
		status = start(sup, run, a, &first);
	if (!status) {
		err = sup_run(sup);
		lab_run_drain(run);
		status = err ? NOT_RUN : program_status(first);
		if (status == 128 + SIGSYS)
			fprintf(stderr,
				"weft run: %s made a call of another processor "
				"(is it a 32-bit program?), and was ended\n",
				a->wishes[0].argv[0]);
		if (a->is_json)
			sup_count_say(sup, stderr);
	}
	sup_free(sup);
	return status;
}

static int write_files(struct lab_run *run, struct mem *mem,
		       const struct args *a)
{
	struct strbuf names;
	int err;

	if (!a->out)
		return 0;
	strbuf_init(&names, mem);
	err = run_write_files(run, a->out, "weft run", &names);
	if (err)
		fprintf(stderr, "weft run: %s: %s\n", strbuf_text(&names),
			strerror(-err));
	strbuf_fini(&names);
	return err;
}

/**
 * struct part_writer - what goes to disk while programs run
 * @driven:	Looks at the log each time that anything happens
 * @run, @mem, @args: What to write, and where
 * @err:	What went wrong; nothing more is written then
 */
struct part_writer {
	struct pace_driven driven;
	struct lab_run *run;
	struct mem *mem;
	const struct args *args;
	int err;
};

static uint64_t part_when(void *arg)
{
	(void)arg;
	return UINT64_MAX;
}

/* There is much in memory: it goes to the files, and is forgotten. */
static void part_write(void *arg, uint64_t now_ns)
{
	struct part_writer *w = arg;
	struct trace_log *log = lab_run_log(w->run);

	(void)now_ns;
	if (w->err ||
	    trace_log_count(log) - trace_log_forgotten(log) < PART_EVENTS)
		return;
	w->err = write_files(w->run, w->mem, w->args);
	if (w->err)
		trace_log_detach(log);
	trace_log_forget(log);
}

static int run_lab(struct lab *lab, struct mem *mem, const struct args *a)
{
	struct control *control;
	struct part_writer parts = {.mem = mem, .args = a};
	struct lab_run *run;
	int status, err;

	lab->spec.time.v = LAB_REAL;
	err = lab_run_new(&run, mem, lab, lab->spec.seed.v);
	if (err) {
		fprintf(stderr, "weft run: %s\n", strerror(-err));
		return NOT_RUN;
	}
	if (!a->out) /* nobody will read it, and it would grow */
		trace_log_detach(lab_run_log(run));
	parts.run = run;
	parts.driven = (struct pace_driven){
		.next = part_when,
		.run = part_write,
		.arg = &parts,
	};
	pace_add(lab_run_pace(run), &parts.driven);
	control = live_open(run, mem);
	status = run_programs(run, mem, a);
	control_close(control);
	pace_del(&parts.driven);
	if ((parts.err || write_files(run, mem, a)) && !status)
		status = CLI_FAILED;
	(void)lab_run_free(run);
	return status;
}

int cmd_run(int argc, char **argv)
{
	struct args a = {0};
	char why[RUN_SENTENCE_MAX];
	struct lab lab;
	struct mem mem;
	int status = parse_args(argc, argv, &a);

	if (status >= 0)
		return status;
	if (run_needs(why, sizeof(why))) {
		fprintf(stderr, "weft run: %s\n", why);
		return NOT_RUN;
	}
	(void)guard_begin(); /* without it is as well, as long as we live */
	os_mem_init(&mem, 0);
	status = load(&lab, &mem, &a);
	if (status == CLI_OK)
		status = run_lab(&lab, &mem, &a);
	lab_fini(&lab);
	return status;
}
