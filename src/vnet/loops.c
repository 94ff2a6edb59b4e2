// SPDX-License-Identifier: MIT
/*
 * loops.c - keeping frames from going round, without a word on the wire
 *
 * Of the cables between switches those that join two trees stay open, in the
 * order of their making; the others are blocked at one end (union-find).
 * Switches that negotiate a tree themselves (stp.c), or are to keep their
 * loops, are left alone.
 */

#include "vnet/stp.h"
#include "vnet/switch_int.h"
#include "vnet/vnet_int.h"

static struct vswitch *tree_root(struct vswitch *sw)
{
	while (sw->tree != sw) {
		sw->tree = sw->tree->tree; /* halve the way for the next */
		sw = sw->tree;
	}
	return sw;
}

/* Not for world_open_loops() to decide. */
static bool minds_loops(const struct vswitch *sw)
{
	return sw->stp || sw->keeps_loops;
}

/* Does this cable close a loop?  If not it becomes part of the tree. */
static bool closes_loop(struct vswitch *a, struct vswitch *b)
{
	a = tree_root(a);
	b = tree_root(b);
	b->tree = a;
	return a == b;
}

size_t world_open_loops(struct world *w)
{
	struct list *pos;
	size_t count = 0;

	list_for_each(pos, &w->nodes) {
		struct vswitch *sw =
			switch_of(list_entry(pos, struct node, list));

		if (!sw)
			continue;
		sw->tree = sw;
		if (sw->stp)
			stp_look(sw->stp);
		else
			switch_flush(sw); /* the way may be another one now */
	}
	list_for_each(pos, &w->cables) {
		struct cable *c = list_entry(pos, struct cable, list);
		struct port *pa = c->half[0].from, *pb = c->half[0].to;
		struct vswitch *a = switch_of(pa->node);
		struct vswitch *b = switch_of(pb->node);
		bool is_blocked;

		if (!a || !b || !c->half[0].is_up || !c->half[1].is_up)
			continue;
		if (minds_loops(a) || minds_loops(b))
			continue;
		is_blocked = closes_loop(a, b);
		switch_block_port(pa, false);
		switch_block_port(pb, is_blocked);
		count += is_blocked;
	}
	return count;
}
