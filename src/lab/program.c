// SPDX-License-Identifier: MIT
/*
 * program.c - real programs that a lab file names
 *
 * Theory of operation
 * ===================
 *	nodes:
 *	  server: {run: [nginx, -g, "daemon off;"]}
 *	script:
 *	  - {at: 1s, on: laptop, run: [curl, -sS, "http://server/"]}
 *	expect:
 *	  - {run: 1, status: 0}
 *
 * A node's program is started when the node is switched on and has the
 * addresses that it asks for (a server that binds to one would find none
 * before), and again when it starts again; it is killed when the node goes off.
 * A line's program is done when it has ended; the lab waits for it.
 *
 * Which of them runs how is known to struct lab_programs; here is only when.
 */
#include "lab/program.h"

#include <errno.h>
#include <string.h>

#include "lab/run_int.h"

/* How often a node is looked at, and how long its program waits at most. */
#define PROGRAM_LOOK_NS	 (10 * NS_PER_MS)
#define PROGRAM_READY_NS (15 * NS_PER_S)

bool lab_has_programs(const struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;
	const struct lab_line *line = lab->spec.script.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (node[i].run.count)
			return true;
	for (size_t i = 0; i < lab->spec.script.count; i++)
		if (line[i].run.count)
			return true;
	return false;
}

/* The words of a line, as main() wants them. */
static char **argv_of(struct lab_run *run, const struct lab_seq *words)
{
	const struct lab_str *s = words->items;
	char **argv = arena_alloc(&run->arena, words->count + 1, sizeof(*argv));

	for (size_t i = 0; argv && i < words->count; i++) {
		argv[i] = arena_text(&run->arena, s[i].s, strlen(s[i].s));
		if (!argv[i])
			return NULL;
	}
	return argv;
}

static int start(struct run_node *n, const struct lab_seq *words, void *line)
{
	const struct lab_programs *p = n->run->programs;
	char **argv = argv_of(n->run, words);

	if (!p)
		return -EOPNOTSUPP;
	return argv ? p->start(p->arg, n->host, argv, line) : -ENOMEM;
}

static void on_look(void *arg);

/* Look again in a moment; once for each node at any time. */
static int look_later(struct run_node *n)
{
	struct world *w = n->run->world;
	int err;

	if (n->program_is_due)
		return 0;
	err = world_at(w, world_now(w) + PROGRAM_LOOK_NS, on_look, n);
	n->program_is_due = !err;
	return err;
}

static int start_if_ready(struct run_node *n)
{
	bool is_late = world_now(n->run->world) >= n->program_by_ns;

	if (!is_late && !lab_run_is_ready(n->run, n->host))
		return look_later(n);
	n->program_waits = false;
	return start(n, &n->spec->run, NULL);
}

static void on_look(void *arg)
{
	struct run_node *n = arg;
	int err = 0;

	n->program_is_due = false;
	if (n->program_waits && n->run->programs)
		err = start_if_ready(n);
	if (err == -ENOMEM)
		n->run->error = err;
}

int program_boot(struct run_node *n)
{
	if (!n->run->programs || !n->spec->run.count)
		return 0;
	n->program_waits = true;
	n->program_by_ns = world_now(n->run->world) + PROGRAM_READY_NS;
	return start_if_ready(n);
}

void program_halt(struct run_node *n)
{
	n->program_waits = false;
	if (n->run->programs)
		n->run->programs->stop(n->run->programs->arg, n->host);
}

void program_freeze(struct run_node *n, bool is_frozen)
{
	const struct lab_programs *p = n->run->programs;

	if (p && p->freeze)
		p->freeze(p->arg, n->host, is_frozen);
}

int program_begin(struct run_line *line)
{
	line->status = -1;
	return start(line->node, &line->spec->run, line);
}

void lab_run_program_ended(void *arg, int status)
{
	struct run_line *line = arg;

	line->status = status;
	line->is_done = true;
}

int lab_run_set_programs(struct lab_run *run, const struct lab_programs *p)
{
	int err = 0;

	run->programs = p;
	for (size_t i = 0; p && i < run_node_count(run) && !err; i++)
		if (run->nodes[i].host && run->nodes[i].host->is_on)
			err = program_boot(&run->nodes[i]);
	return err;
}

int lab_run_program_status(const struct lab_run *run, size_t number)
{
	for (size_t i = 0; i < run_line_count(run); i++) {
		const struct run_line *line = &run->lines[i];

		if (line->spec->run.count && --number == 0)
			return line->is_done ? line->status : -1;
	}
	return -1;
}
