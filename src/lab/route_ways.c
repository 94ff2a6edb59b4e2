// SPDX-License-Identifier: MIT
/*
 * route_ways.c - all the shortest ways, for routers that may use several
 *
 * The search of route.c (and that of ip6.c) says how many routers lie between
 * the target and each segment, and each router.  A neighbour that is one step
 * nearer leads there as well as any other such neighbour; so all of them are
 * ways of equal cost, and no search is needed to find them.
 */
#include <errno.h>

#include "lab/expand.h"

bool is_rip(const struct lab *lab, const struct lab_node *node)
{
	const struct lab_num *own = &node->router.routing;
	uint64_t v = own->is_set ? own->v : lab->spec.routing.v;

	return node->kind.v == LAB_ROUTER && v == LAB_ROUTING_RIP;
}

int ways_alloc(struct lab *lab, struct ways *w)
{
	w->lab = lab;
	w->segment = arena_alloc(&lab->arena, lab->topo.segments.count + 1,
				 sizeof(*w->segment));
	w->node = arena_alloc(&lab->arena, lab->spec.nodes.count + 1,
			      sizeof(*w->node));
	return w->segment && w->node ? 0 : -ENOMEM;
}

void ways_clear(struct ways *w, size_t target)
{
	for (size_t i = 0; i < w->lab->topo.segments.count; i++)
		w->segment[i] = SIZE_MAX;
	for (size_t i = 0; i < w->lab->spec.nodes.count; i++)
		w->node[i] = SIZE_MAX;
	w->segment[target] = 0;
	w->target = target;
}

static size_t distance(const struct ways *w, const struct lab_node *node)
{
	return w->node[node -
		       (const struct lab_node *)w->lab->spec.nodes.items];
}

/* Is there a way out of @node to its other side?  Not out of a LAN that it
 * hides. */
static bool passes_on(const struct ways *w, const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;
	size_t inside = route_nat_inside(node);

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].is_plugged && iface[i].segment != inside &&
		    w->segment[iface[i].segment] == distance(w, node))
			return true;
	return false;
}

void ways_each(const struct ways *w, const struct lab_node *node,
	       void (*fn)(void *arg, const struct lab_iface *via), void *arg)
{
	const struct lab_iface *iface = node->interfaces.items;
	const struct topo_segment *seg = w->lab->topo.segments.items;
	size_t here = distance(w, node);

	for (size_t i = 0; i < node->interfaces.count; i++) {
		const struct topo_segment *s = &seg[iface[i].segment];
		const struct topo_port *port = s->ports.items;

		if (!iface[i].is_plugged ||
		    w->segment[iface[i].segment] != here)
			continue;
		for (size_t j = 0; j < s->ports.count; j++)
			if (port[j].node->kind.v == LAB_ROUTER &&
			    distance(w, port[j].node) == here - 1 &&
			    passes_on(w, port[j].node))
				fn(arg, port[j].iface);
	}
}
