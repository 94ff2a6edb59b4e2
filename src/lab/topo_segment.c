// SPDX-License-Identifier: MIT
/*
 * topo_segment.c - what reaches each other without a router
 *
 * Theory of operation
 * ===================
 * Switches are the vertices of a graph: one for each LAN, one for each node
 * of kind switch.  A cable between two switches joins them.  What is joined is
 * one segment (union-find, the smaller index is the root, so that segments
 * come out in the order of the file).  A cable with no switch at either end is
 * a segment of its own.
 *
 * The network of a segment stands at its first LAN or switch that names one,
 * else at its first; two that name different ones contradict each other.
 */
#include <string.h>

#include "base/check.h"

#include "lab/topo_int.h"

#define NO_SEGMENT SIZE_MAX

/* The switches: LANs first, then all nodes (of which some are switches). */
struct vertices {
	size_t *parent;
	size_t *segment; /* of each root, or NO_SEGMENT */
	size_t lan_count, count;
};

static size_t vertex_root(struct vertices *v, size_t i)
{
	while (v->parent[i] != i)
		i = v->parent[i] = v->parent[v->parent[i]];
	return i;
}

static void vertex_join(struct vertices *v, size_t a, size_t b)
{
	a = vertex_root(v, a);
	b = vertex_root(v, b);
	if (a < b)
		v->parent[b] = a;
	else
		v->parent[a] = b;
}

/* Vertex of a cable's end, NO_SEGMENT if it is no switch. */
static size_t vertex_of(const struct topo_ctx *c, const struct vertices *v,
			const struct topo_end *end)
{
	const struct lab_lan *lans = c->spec->lans.items;
	const struct lab_node *nodes = c->spec->nodes.items;

	if (end->lan)
		return (size_t)(end->lan - lans);
	if (topo_is_switch(end->node))
		return v->lan_count + (size_t)(end->node - nodes);
	return NO_SEGMENT;
}

static bool vertices_init(struct topo_ctx *c, struct vertices *v)
{
	const struct topo_cable *cable = c->topo->cables.items;

	v->lan_count = c->spec->lans.count;
	v->count = v->lan_count + c->spec->nodes.count;
	v->parent = arena_alloc(c->arena, v->count, sizeof(size_t));
	v->segment = arena_alloc(c->arena, v->count, sizeof(size_t));
	if (!v->parent || !v->segment)
		return false;
	for (size_t i = 0; i < v->count; i++) {
		v->parent[i] = i;
		v->segment[i] = NO_SEGMENT;
	}
	for (size_t i = 0; i < c->topo->cables.count; i++) {
		size_t a = vertex_of(c, v, &cable[i].end[0]);
		size_t b = vertex_of(c, v, &cable[i].end[1]);

		if (a != NO_SEGMENT && b != NO_SEGMENT)
			vertex_join(v, a, b);
	}
	return true;
}

static struct topo_segment *segment_new(struct topo_ctx *c)
{
	struct lab_seq *seq = &c->topo->segments;
	struct topo_segment *s =
		arena_append(c->arena, &seq->items, &seq->count, sizeof(*s));

	if (s)
		s->gateway = -1;
	return s;
}

/* A LAN or a switch belongs to @s. */
static void segment_take(struct topo_ctx *c, struct topo_segment *s,
			 struct lab_lan *lan, struct lab_node *sw)
{
	struct lab_net *net;

	check(lan || sw);
	net = lan ? &lan->net : &sw->net;
	if (!s->net6 || !s->net6->is_set)
		s->net6 = lan ? &lan->net6 : &sw->net6;
	if (!s->name)
		s->name = lan ? lan->item.name.s : sw->item.name.s;
	if (lan && !s->lan)
		s->lan = lan;
	if (!s->net || (!s->net->is_set && net->is_set)) {
		s->net = net;
	} else if (net->is_set && (net->v.addr.v != s->net->v.addr.v ||
				   net->v.len != s->net->v.len)) {
		diag_error(c->diag, net->at,
			   "'%s' hangs on '%s' without a router between, and "
			   "has another network",
			   lan ? lan->item.name.s : sw->item.name.s, s->name);
	}
}

static void segments_of_switches(struct topo_ctx *c, struct vertices *v)
{
	struct lab_lan *lans = c->spec->lans.items;
	struct lab_node *nodes = c->spec->nodes.items;
	struct topo_segment *all, *s;

	for (size_t i = 0; i < v->count; i++) {
		struct lab_lan *lan = i < v->lan_count ? &lans[i] : NULL;
		struct lab_node *sw = lan ? NULL : &nodes[i - v->lan_count];
		size_t root = vertex_root(v, i);

		if (sw && (!topo_is_switch(sw) || !sw->item.name.s))
			continue;
		if (v->segment[root] == NO_SEGMENT) {
			v->segment[root] = c->topo->segments.count;
			if (!segment_new(c))
				return;
		}
		all = c->topo->segments.items;
		s = &all[v->segment[root]];
		segment_take(c, s, lan, sw);
	}
}

/* A cable between two nodes that are no switches. */
static size_t segment_of_link(struct topo_ctx *c, struct topo_cable *cable)
{
	struct lab_link *links = c->spec->links.items;
	struct topo_segment *s = segment_new(c);

	if (!s)
		return 0;
	s->name = cable->name;
	s->is_cable = true;
	for (size_t i = 0; i < c->spec->links.count; i++)
		if (&links[i].cable == cable->params) {
			s->net = &links[i].net;
			s->net6 = &links[i].net6;
			s->is_known = !links[i].arp.v;
		}
	return c->topo->segments.count - 1;
}

static void segment_add_port(struct topo_ctx *c, size_t index,
			     const struct topo_end *end)
{
	struct topo_segment *all = c->topo->segments.items;
	struct lab_seq *ports = &all[index].ports;
	struct topo_port *port;

	if (!end->iface)
		return;
	end->iface->segment = index;
	port = arena_append(c->arena, &ports->items, &ports->count,
			    sizeof(*port));
	if (port)
		*port = (struct topo_port){end->node, end->iface};
}

void topo_segments(struct topo_ctx *c)
{
	struct topo_cable *cable = c->topo->cables.items;
	struct vertices v;

	if (!vertices_init(c, &v))
		return;
	segments_of_switches(c, &v);
	for (size_t i = 0; i < c->topo->cables.count; i++) {
		size_t a = vertex_of(c, &v, &cable[i].end[0]);
		size_t b = vertex_of(c, &v, &cable[i].end[1]);

		if (a == NO_SEGMENT)
			a = b;
		cable[i].segment = a == NO_SEGMENT
					   ? segment_of_link(c, &cable[i])
					   : v.segment[vertex_root(&v, a)];
		if (arena_is_out(c->arena))
			return;
		segment_add_port(c, cable[i].segment, &cable[i].end[0]);
		segment_add_port(c, cable[i].segment, &cable[i].end[1]);
	}
}
