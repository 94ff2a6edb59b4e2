// SPDX-License-Identifier: MIT
/*
 * check_fault.c - can this be broken, and when?
 */
#include <string.h>

#include "lab/expand.h"
#include "lab/pattern.h"

static bool cable_has_any(const struct lab_cable *c)
{
	return c->delay.is_set || c->jitter.is_set || c->rate.is_set ||
	       c->loss.is_set || c->dup.is_set || c->corrupt.is_set ||
	       c->reorder.is_set || c->queue.is_set || c->bit_errors.is_set ||
	       c->fec.is_set || c->ecn.is_set;
}

/* One end of a cable as a fault names it: a node, a LAN or its switch. */
static bool end_is_known(struct lab *lab, const struct lab_str *name)
{
	size_t len = strlen(TOPO_SWITCH_PREFIX);

	if (topo_node(&lab->topo, name->s) || topo_lan(&lab->topo, name->s))
		return true;
	if (strncmp(name->s, TOPO_SWITCH_PREFIX, len) == 0 &&
	    topo_lan(&lab->topo, name->s + len))
		return true;
	topo_unknown(&lab->spec, &lab->diag, name);
	return false;
}

static void fault_link(struct lab *lab, const struct lab_fault *f)
{
	const struct lab_wire *w = &f->link;

	if (!end_is_known(lab, &w->a) || !end_is_known(lab, &w->b))
		return;
	if (!topo_cable(&lab->topo, w->a.s, w->b.s))
		diag_error(&lab->diag, w->at,
			   "there is no cable between '%s' and '%s'", w->a.s,
			   w->b.s);
	if (!f->down.is_set && !cable_has_any(&f->cable))
		diag_error(&lab->diag, w->at,
			   "a fault of a cable says what: down, delay, loss "
			   "...");
	if (f->down.is_set && cable_has_any(&f->cable))
		diag_error(&lab->diag, f->down.at,
			   "a cable that is down has no delay or loss");
}

/* @name stands in group @g; does it stand in an earlier place too? */
static bool group_has_before(const struct lab_seq *groups, size_t g, size_t i,
			     const char *name)
{
	const struct lab_seq *group = groups->items;

	for (size_t a = 0; a <= g; a++) {
		const struct lab_str *s = group[a].items;
		size_t n = a == g ? i : group[a].count;

		for (size_t b = 0; b < n; b++)
			if (strcmp(s[b].s, name) == 0)
				return true;
	}
	return false;
}

static void fault_partition(struct lab *lab, const struct lab_fault *f)
{
	const struct lab_seq *group = f->partition.items;

	if (f->partition.count < 2)
		diag_error(&lab->diag, f->partition.at,
			   "a partition has two groups or more: [[a, b], "
			   "[c]]");
	for (size_t g = 0; g < f->partition.count; g++) {
		const struct lab_str *s = group[g].items;

		if (!group[g].count)
			diag_error(&lab->diag, group[g].at,
				   "a group without nodes");
		for (size_t i = 0; i < group[g].count; i++) {
			(void)check_name(lab, &s[i]);
			if (group_has_before(&f->partition, g, i, s[i].s))
				diag_error(&lab->diag, s[i].at,
					   "'%s' stands in the partition "
					   "already",
					   s[i].s);
		}
	}
}

/* What a node cannot send need not be dropped. */
static void drop_over(struct lab *lab, const struct lab_drop *d)
{
	const struct lab_str *ends[] = {&d->from, &d->to};

	for (size_t i = 0; d->over.v == LAB_OVER_IPV6 && i < 2; i++) {
		const struct lab_node *node = topo_node(&lab->topo, ends[i]->s);

		if (node && !topo_first_ip6(node))
			diag_error(&lab->diag, d->over.at,
				   "'%s' has no IPv6 address", ends[i]->s);
	}
}

static void fault_drop(struct lab *lab, const struct lab_fault *f)
{
	if (!f->drop.from.s || !f->drop.to.s)
		return;
	(void)check_name(lab, &f->drop.from);
	(void)check_name(lab, &f->drop.to);
	if (strcmp(f->drop.from.s, f->drop.to.s) == 0)
		diag_error(&lab->diag, f->drop.to.at,
			   "'%s' does not send to itself over a cable",
			   f->drop.to.s);
	drop_over(lab, &f->drop);
}

static void fault_match(struct lab *lab, const struct lab_fault *f)
{
	struct pattern p;

	if (f->nth.is_set && !f->nth.v)
		diag_error(&lab->diag, f->nth.at, "'nth' counts from 1");
	if (!pattern_parse(&p, &f->match, &lab->diag))
		return;
	if (p.kind == PATTERN_EVENT || p.kind == PATTERN_DROP)
		diag_error(&lab->diag, f->match.at,
			   "'%s' is an event, not a frame that could be "
			   "dropped",
			   f->match.s);
	check_pattern_names(lab, &p);
}

static void fault_host(struct lab *lab, const struct lab_fault *f)
{
	const struct lab_node *node = check_name(lab, &f->host);
	int what = f->freeze.is_set + f->kill.is_set + f->restart.is_set;

	if (node && topo_is_switch(node))
		diag_error(&lab->diag, f->host.at,
			   "'%s' is a switch; cut its cables instead",
			   f->host.s);
	if (what != 1)
		diag_error(&lab->diag, f->host.at,
			   "a fault of a host is one of freeze, kill, "
			   "restart");
	if ((f->kill.is_set || f->restart.is_set) &&
	    (f->until.is_set || f->for_.is_set))
		diag_error(&lab->diag, f->host.at,
			   "what is killed comes back with a line 'restart', "
			   "not by itself");
}

/* Cable values need a cable. */
static void fault_values(struct lab *lab, const struct lab_fault *f)
{
	if (!f->link.a.s && !f->link.at.line && cable_has_any(&f->cable))
		diag_error(&lab->diag, f->item.at,
			   "delay, loss and the like go with 'link'");
}

static void fault_when(struct lab *lab, const struct lab_line *line)
{
	const struct lab_fault *f = &line->fault;
	const struct lab_num *own = f->down.is_set ? &f->down : &f->freeze;
	const struct lab_num *begin = f->from.is_set ? &f->from : &line->when;

	if (f->from.is_set && line->when.is_set)
		diag_error(&lab->diag, f->from.at,
			   "the line says 'at' already; 'from' is too much");
	if (!begin->is_set) {
		diag_error(&lab->diag, line->item.at,
			   "a fault needs 'at': when");
		return;
	}
	if (f->until.is_set && f->for_.is_set)
		diag_error(&lab->diag, f->for_.at,
			   "the fault says 'until' already; 'for' is too much");
	if (f->for_.is_set && !f->for_.v)
		diag_error(&lab->diag, f->for_.at,
			   "a fault of no time breaks nothing");
	if (own->v && (f->until.is_set || f->for_.is_set))
		diag_error(&lab->diag, own->at, "how long is said twice");
	if (f->until.is_set && f->until.v <= begin->v)
		diag_error(&lab->diag, f->until.at,
			   "'until' is not after the fault begins");
}

void check_fault(struct lab *lab, const struct lab_line *line)
{
	const struct lab_fault *f = &line->fault;

	if (f->link.a.s)
		fault_link(lab, f);
	if (f->partition.is_set)
		fault_partition(lab, f);
	if (f->drop.item.is_set)
		fault_drop(lab, f);
	if (f->match.s)
		fault_match(lab, f);
	if (f->host.s)
		fault_host(lab, f);
	fault_values(lab, f);
	fault_when(lab, line);
}
