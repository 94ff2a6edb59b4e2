// SPDX-License-Identifier: MIT
/*
 * route_ways.c - the shortest ways to a segment
 *
 * Theory of operation
 * ===================
 * For each segment a search begins there and goes outwards, router by router,
 * segment by segment (breadth first): the first time a router is met is by a
 * shortest way, and it sends back to where the search came from.  Ties are
 * decided by the order of the file.
 *
 *	target <-- R1 <-- segment <-- R2 <-- segment <-- R3
 *	           attached        via R1             via R2
 *
 * A router with `multipath` takes all of them.  The search has said how many
 * routers lie between the target and each segment, and each router.  A
 * neighbour that is one step nearer leads there as well as any other such
 * neighbour; so no second search is needed to find them.
 *
 * The versions of IP differ in where a search may pass.  IPv4 needs interfaces
 * with addresses; NAT hides a LAN, and from outside there is no way into it: so
 * the search may not leave a NAT router's inner LAN through that router.  IPv6
 * needs segments that have it.
 *
 * Limits
 * ------
 * The length of a way is the number of routers on it, not the delay.
 */
#include <errno.h>
#include <string.h>

#include "lab/expand.h"

bool is_rip(const struct lab *lab, const struct lab_node *node)
{
	const struct lab_num *own = &node->router.routing;
	uint64_t v = own->is_set ? own->v : lab->spec.routing.v;

	return node->kind.v == LAB_ROUTER && v == LAB_ROUTING_RIP;
}

size_t route_nat_inside(const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; node->nat.s && i < node->interfaces.count; i++)
		if (iface[i].on.s && strcmp(iface[i].on.s, node->nat.s) == 0)
			return iface[i].segment;
	return SIZE_MAX;
}

int ways_alloc(struct lab *lab, struct ways *w, uint8_t family)
{
	size_t segments = lab->topo.segments.count + 1;
	size_t nodes = lab->spec.nodes.count + 1;

	*w = (struct ways){.lab = lab, .family = family};
	w->segment = arena_alloc(&lab->arena, segments, sizeof(*w->segment));
	w->queue = arena_alloc(&lab->arena, segments, sizeof(*w->queue));
	w->entry = arena_alloc(&lab->arena, segments, sizeof(*w->entry));
	w->node = arena_alloc(&lab->arena, nodes, sizeof(*w->node));
	w->via = arena_alloc(&lab->arena, nodes, sizeof(*w->via));
	return w->segment && w->queue && w->entry && w->node && w->via
		       ? 0
		       : -ENOMEM;
}

static const struct topo_segment *segment_at(const struct ways *w, size_t i)
{
	const struct topo_segment *all = w->lab->topo.segments.items;

	return &all[i];
}

static size_t node_index(const struct ways *w, const struct lab_node *node)
{
	return (size_t)(node -
			(const struct lab_node *)w->lab->spec.nodes.items);
}

static size_t distance(const struct ways *w, const struct lab_node *node)
{
	return w->node[node_index(w, node)];
}

/*
 * The search.
 */

static bool may_enter(const struct ways *w, const struct topo_port *port)
{
	return port->node->kind.v == LAB_ROUTER &&
	       (w->family == IP_V6 || port->iface->address.v != LAB_NONE);
}

static bool may_leave(const struct ways *w, const struct lab_iface *iface)
{
	if (!iface->is_plugged)
		return false;
	return w->family == IP_V6 ? topo_has_ip6(segment_at(w, iface->segment))
				  : iface->address.v != LAB_NONE;
}

/* A router met for the first time, coming from segment @from. */
static void search_router(struct ways *w, const struct lab_node *node,
			  size_t from)
{
	const struct lab_iface *iface = node->interfaces.items;

	w->node[node_index(w, node)] = w->segment[from];
	w->via[node_index(w, node)] = w->entry[from];
	if (w->family == IP_V4 && from == route_nat_inside(node))
		return;
	for (size_t i = 0; i < node->interfaces.count; i++) {
		size_t to = iface[i].segment;

		if (!may_leave(w, &iface[i]) || w->segment[to] != SIZE_MAX)
			continue;
		w->segment[to] = w->segment[from] + 1;
		w->entry[to] = &iface[i];
		w->queue[w->tail++] = to;
	}
}

static void search_segment(struct ways *w, size_t index)
{
	const struct topo_segment *seg = segment_at(w, index);
	const struct topo_port *port = seg->ports.items;

	for (size_t i = 0; i < seg->ports.count; i++)
		if (may_enter(w, &port[i]) &&
		    distance(w, port[i].node) == SIZE_MAX)
			search_router(w, port[i].node, index);
}

void ways_search(struct ways *w, size_t target)
{
	for (size_t i = 0; i < w->lab->topo.segments.count; i++)
		w->segment[i] = SIZE_MAX;
	for (size_t i = 0; i < w->lab->spec.nodes.count; i++)
		w->node[i] = SIZE_MAX;
	w->segment[target] = 0;
	w->entry[target] = NULL;
	w->queue[0] = target;
	w->tail = 1;
	for (size_t head = 0; head < w->tail; head++)
		search_segment(w, w->queue[head]);
}

/*
 * What it has found.
 */

bool ways_are_there(const struct ways *w, const struct lab_node *node)
{
	return distance(w, node) && distance(w, node) != SIZE_MAX;
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

/* All neighbours that are one step nearer. */
static void each_neighbour(const struct ways *w, const struct lab_node *node,
			   way_fn *fn, void *arg)
{
	const struct lab_iface *iface = node->interfaces.items;
	size_t here = distance(w, node);

	for (size_t i = 0; i < node->interfaces.count; i++) {
		const struct topo_segment *s = segment_at(w, iface[i].segment);
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

void ways_each(const struct ways *w, const struct lab_node *node, way_fn *fn,
	       void *arg)
{
	if (!ways_are_there(w, node))
		return;
	if (node->router.multipath.v)
		each_neighbour(w, node, fn, arg);
	else
		fn(arg, w->via[node_index(w, node)]);
}
