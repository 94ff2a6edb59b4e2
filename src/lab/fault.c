// SPDX-License-Identifier: MIT
/*
 * fault.c - breaking things, and mending them
 *
 * Theory of operation
 * ===================
 * A fault has a beginning and perhaps an end, both in the world's calendar.
 * Faults of one cable may overlap: at each change the cable is set to what it
 * does by itself, with the values of every fault under way laid over it in the
 * order of the script.  So it does not matter in which order they end.
 *
 * Faults that look at frames (partition, drop, match) are asked by a filter
 * that stands on every cable while there is such a fault (fault_filter.c).
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "lab/run_int.h"

#define FOREVER UINT64_MAX

static uint64_t fault_begin_ns(const struct run_line *line)
{
	const struct lab_fault *f = &line->spec->fault;

	return f->from.is_set ? f->from.v : line->spec->when.v;
}

static uint64_t fault_end_ns(const struct run_line *line)
{
	const struct lab_fault *f = &line->spec->fault;
	uint64_t begin = fault_begin_ns(line);
	uint64_t lasts = f->for_.v + f->down.v + f->freeze.v; /* one is set */

	if (f->until.is_set)
		return f->until.v;
	return lasts ? begin + lasts : FOREVER;
}

static void set_num(uint64_t *to, const struct lab_num *n)
{
	if (n->is_set)
		*to = n->v;
}

static void set_share(double *to, const struct lab_num *n)
{
	if (n->is_set)
		*to = (double)n->v / (double)VALUE_WHOLE;
}

/* Lay the values of a fault over what a cable does. */
static void fault_overlay(const struct lab_cable *c, struct cable_params *p)
{
	set_num(&p->delay_ns, &c->delay);
	set_num(&p->jitter_ns, &c->jitter);
	set_num(&p->rate_bps, &c->rate);
	set_share(&p->loss, &c->loss);
	set_share(&p->dup, &c->dup);
	set_share(&p->corrupt, &c->corrupt);
	set_share(&p->bit_errors, &c->bit_errors);
	if (c->fec.is_set)
		p->has_fec = c->fec.v != 0;
	set_share(&p->reorder, &c->reorder);
	if (c->queue.is_set)
		p->queue_octets = (uint32_t)min_u64(c->queue.v, UINT32_MAX);
	if (c->ecn.is_set)
		p->mark_octets = (uint32_t)min_u64(c->ecn.v, UINT32_MAX);
}

/* Set a cable to what it does by itself and every fault under way. */
static void cable_refresh(struct run_cable *c)
{
	struct lab_run *run = c->run;
	struct cable_params params = c->base;
	bool is_up = true;

	c->fault = 0;
	for (size_t i = 0; i < run_line_count(run); i++) {
		const struct run_line *line = &run->lines[i];

		if (line->cable != c || !line->is_active)
			continue;
		if (line->spec->fault.down.is_set)
			is_up = false;
		c->fault = line->event;
		fault_overlay(&line->spec->fault.cable, &params);
	}
	c->cable->place.fault = c->fault;
	cable_set_params(c->cable, CABLE_BOTH, &params);
	if (cable_is_up(c->cable, CABLE_AB) != is_up) {
		cable_set_up(c->cable, CABLE_BOTH, is_up);
		world_open_loops(run->world);
	}
}

static bool fault_is_filter(const struct lab_fault *f)
{
	return f->partition.is_set || f->drop.item.is_set || f->match.s;
}

/* The filter stands on all cables while anybody needs it. */
static void filters_change(struct lab_run *run, bool is_more)
{
	bool had = run->filters;

	run->filters += is_more ? 1 : (size_t)-1;
	if (had == (run->filters != 0))
		return;
	for (size_t i = 0; i < run->lab->topo.cables.count; i++)
		cable_set_filter(run->cables[i].cable,
				 is_more ? fault_filter : NULL,
				 &run->cables[i]);
}

static void fault_host_begin(struct run_line *line)
{
	const struct lab_fault *f = &line->spec->fault;
	struct host *h = line->node->host;

	if (f->freeze.is_set) {
		h->node.place->fault = line->event;
		host_freeze(h);
		program_freeze(line->node, true);
	} else if (f->kill.is_set) {
		h->node.place->fault = line->event;
		host_kill(h);
	} else {
		int err = host_restart(h);

		h->node.place->fault = 0;
		if (err)
			line->run->error = err;
	}
}

static void fault_host_end(struct run_line *line)
{
	line->node->host->node.place->fault = 0;
	host_thaw(line->node->host);
	program_freeze(line->node, false);
}

static void fault_apply(struct run_line *line, bool is_begin)
{
	const struct lab_fault *f = &line->spec->fault;

	line->is_active = is_begin;
	if (line->cable)
		cable_refresh(line->cable);
	else if (fault_is_filter(f))
		filters_change(line->run, is_begin);
	else if (is_begin)
		fault_host_begin(line);
	else
		fault_host_end(line);
}

static void fault_tell(struct run_line *line, enum reason what)
{
	struct env *env = run_env(line->run);
	char text[256];
	struct strbuf sb;
	uint32_t n;

	strbuf_init_fixed(&sb, text, sizeof(text));
	line_text(line, &sb);
	n = PROBE(world_place(line->run->world), EV_FAULT, what, NULL,
		  EVF_TEXT("text", strbuf_text(&sb)));
	if (what == R_FAULT_BEGIN)
		line->event = n;
	probe_set_cause(env, n);
}

static void on_begin(void *arg)
{
	struct run_line *line = arg;
	struct env *env = run_env(line->run);

	env->cause = 0;
	fault_tell(line, R_FAULT_BEGIN);
	fault_apply(line, true);
	line->is_done |= fault_end_ns(line) == FOREVER;
	env->cause = 0;
}

static void on_end(void *arg)
{
	struct run_line *line = arg;
	struct env *env = run_env(line->run);

	env->cause = line->event;
	fault_tell(line, R_FAULT_END);
	if (line->is_active)
		fault_apply(line, false);
	line->is_done = true;
	env->cause = 0;
}

int fault_schedule(struct run_line *line)
{
	const struct lab_fault *f = &line->spec->fault;
	struct lab_run *run = line->run;
	int err;

	if (f->link.a.s)
		line->cable = run_cable(run, &f->link);
	if (f->host.s)
		line->node = run_node(run, f->host.s);
	if (f->match.s) {
		struct diag none;

		diag_init(&none, &run->arena, "", "", 0);
		if (!pattern_parse(&line->pattern, &f->match, &none))
			return -ENOMEM; /* it was read before */
	}
	err = world_at(run->world, fault_begin_ns(line), on_begin, line);
	if (!err && fault_end_ns(line) != FOREVER)
		err = world_at(run->world, fault_end_ns(line), on_end, line);
	return err;
}
