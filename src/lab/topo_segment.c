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
 * A switch with VLANs is a vertex for each of them, and a cable joins those
 * that its two ends carry alike: with the same tag, or both without.  A tunnel
 * joins what hangs on its mouths as a cable would.
 *
 * The network of a segment stands at its first LAN or switch that names one,
 * else at its first; two that name different ones contradict each other.
 */
#include <string.h>

#include "base/check.h"

#include "lab/topo_int.h"
#include "link/vlan.h"
#include "vnet/switch_vlan.h"

#define NO_SEGMENT SIZE_MAX

/* The switches: LANs first, then the nodes that are switches, in the order of
 * the file; one that has VLANs is as many as it has. */
struct vertices {
	size_t *parent;
	size_t *segment; /* of each root, or NO_SEGMENT */
	size_t *first;	 /* vertex of each node */
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

static size_t vertices_of_node(const struct lab_node *node)
{
	if (!topo_is_switch(node) || !node->item.name.s)
		return 0;
	return node->has_vlans ? node->vlans.count : 1;
}

/* Vertex of a VLAN of a switch, which has it. */
static size_t vertex_of_vlan(const struct topo_ctx *c, const struct vertices *v,
			     const struct lab_node *sw, uint16_t vid)
{
	const struct lab_vlan *vlan = sw->vlans.items;
	const struct lab_node *nodes = c->spec->nodes.items;

	for (size_t i = 0; i < sw->vlans.count; i++)
		if (vlan[i].vid == vid)
			return v->first[sw - nodes] + i;
	return NO_SEGMENT;
}

/* Where frames belong that have this tag (0: none) on the cable, at its end
 * @at; NO_SEGMENT: to no switch there. */
static size_t vertex_of(const struct topo_ctx *c, const struct vertices *v,
			const struct topo_cable *cable, int at, uint16_t vid)
{
	const struct topo_end *end = &cable->end[at];
	const struct vlan_port *vp;

	if (end->lan && !vid)
		return (size_t)(end->lan -
				(const struct lab_lan *)c->spec->lans.items);
	if (end->lan)
		return NO_SEGMENT;
	check(end->node);
	if (!topo_is_switch(end->node))
		return NO_SEGMENT;
	if (!end->node->has_vlans)
		return vid ? NO_SEGMENT
			   : v->first[end->node - (const struct lab_node *)
							  c->spec->nodes.items];
	vp = topo_port_vlans(end->node, topo_end_name(&cable->end[!at]));
	if (!vid || vid == vp->pvid)
		return vid || !vp->pvid
			       ? NO_SEGMENT
			       : vertex_of_vlan(c, v, end->node, vp->pvid);
	return vp->mode == VLAN_TRUNK && vlan_carries(vp, vid)
		       ? vertex_of_vlan(c, v, end->node, vid)
		       : NO_SEGMENT;
}

static bool vertices_alloc(struct topo_ctx *c, struct vertices *v)
{
	const struct lab_node *node = c->spec->nodes.items;

	v->lan_count = c->spec->lans.count;
	v->first = arena_alloc(c->arena, c->spec->nodes.count, sizeof(size_t));
	if (!v->first)
		return false;
	v->count = v->lan_count;
	for (size_t i = 0; i < c->spec->nodes.count; i++) {
		v->first[i] = v->count;
		v->count += vertices_of_node(&node[i]);
	}
	v->parent = arena_alloc(c->arena, v->count, sizeof(size_t));
	v->segment = arena_alloc(c->arena, v->count, sizeof(size_t));
	if (!v->parent || !v->segment)
		return false;
	for (size_t i = 0; i < v->count; i++) {
		v->parent[i] = i;
		v->segment[i] = NO_SEGMENT;
	}
	return true;
}

/* Join what end @ai of a cable and end @bi of another, or of the same, carry
 * alike. */
static void vertices_join(struct topo_ctx *c, struct vertices *v,
			  const struct topo_cable *ca, int ai,
			  const struct topo_cable *cb, int bi)
{
	const struct lab_node *sw = ca->end[ai].node;
	const struct lab_vlan *vlan = sw ? sw->vlans.items : NULL;
	size_t n = sw && sw->has_vlans ? sw->vlans.count : 0;

	for (size_t i = 0; i <= n; i++) {
		uint16_t vid = i ? vlan[i - 1].vid : 0;
		size_t a = vertex_of(c, v, ca, ai, vid);
		size_t b = vertex_of(c, v, cb, bi, vid);

		if (a != NO_SEGMENT && b != NO_SEGMENT)
			vertex_join(v, a, b);
	}
}

/* The end of a cable that is the mouth of a tunnel, or -1. */
static int tunnel_end(const struct topo_cable *cable)
{
	for (int i = 0; i < 2; i++) {
		const struct lab_node *sw = cable->end[i].node;

		if (sw && sw->has_vlans &&
		    topo_port_vlans(sw, topo_end_name(&cable->end[!i]))->mode ==
			    VLAN_TUNNEL)
			return i;
	}
	return -1;
}

/* What goes into a tunnel at @ca comes out at each other mouth of it. */
static void tunnels_join(struct topo_ctx *c, struct vertices *v, size_t from)
{
	const struct topo_cable *all = c->topo->cables.items, *ca = &all[from];
	int a = tunnel_end(ca), b;

	for (size_t i = from + 1; a >= 0 && i < c->topo->cables.count; i++) {
		b = tunnel_end(&all[i]);
		if (b >= 0 &&
		    vertex_root(v, vertex_of(c, v, ca, a, 0)) ==
			    vertex_root(v, vertex_of(c, v, &all[i], b, 0)))
			vertices_join(c, v, ca, !a, &all[i], !b);
	}
}

static bool vertices_init(struct topo_ctx *c, struct vertices *v)
{
	const struct topo_cable *cable = c->topo->cables.items;

	if (!vertices_alloc(c, v))
		return false;
	for (size_t i = 0; i < c->topo->cables.count; i++)
		vertices_join(c, v, &cable[i], 0, &cable[i], 1);
	for (size_t i = 0; i < c->topo->cables.count; i++)
		tunnels_join(c, v, i);
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

/* What belongs to a segment: a LAN, a switch, or a VLAN of one. */
struct part {
	struct lab_lan *lan;
	struct lab_node *sw;
	struct lab_vlan *vlan;
};

static const char *part_name(struct topo_ctx *c, const struct part *p)
{
	check(p->lan || p->sw);
	if (p->vlan)
		return arena_printf(c->arena, "VLAN %u of %s", p->vlan->vid,
				    p->sw->item.name.s);
	return p->lan ? p->lan->item.name.s : p->sw->item.name.s;
}

static void segment_take(struct topo_ctx *c, struct topo_segment *s,
			 const struct part *p)
{
	struct lab_net *net;

	check(p->lan || p->sw);
	net = p->lan ? &p->lan->net : p->vlan ? &p->vlan->net : &p->sw->net;
	if (!s->net6 || !s->net6->is_set)
		s->net6 = p->lan    ? &p->lan->net6
			  : p->vlan ? &p->vlan->net6
				    : &p->sw->net6;
	s->is_vlan = p->vlan && (!s->name || s->is_vlan);
	if (!s->name)
		s->name = part_name(c, p);
	if (p->lan && !s->lan)
		s->lan = p->lan;
	if (!s->net || (!s->net->is_set && net->is_set)) {
		s->net = net;
	} else if (net->is_set && (net->v.addr.v != s->net->v.addr.v ||
				   net->v.len != s->net->v.len)) {
		diag_error(c->diag, net->at,
			   "'%s' hangs on '%s' without a router between, and "
			   "has another network",
			   part_name(c, p), s->name);
	}
}

/* Vertex @i is @p. */
static void segment_of_part(struct topo_ctx *c, struct vertices *v, size_t i,
			    const struct part *p)
{
	size_t root = vertex_root(v, i);
	struct topo_segment *all;

	if (v->segment[root] == NO_SEGMENT) {
		v->segment[root] = c->topo->segments.count;
		if (!segment_new(c))
			return;
	}
	all = c->topo->segments.items;
	segment_take(c, &all[v->segment[root]], p);
}

static void segments_of_switches(struct topo_ctx *c, struct vertices *v)
{
	struct lab_lan *lans = c->spec->lans.items;
	struct lab_node *nodes = c->spec->nodes.items;
	struct part p = {0};

	for (size_t i = 0; i < v->lan_count; i++) {
		p.lan = &lans[i];
		segment_of_part(c, v, i, &p);
	}
	p.lan = NULL;
	for (size_t i = 0; i < c->spec->nodes.count; i++) {
		struct lab_vlan *vlan = nodes[i].vlans.items;
		size_t n = vertices_of_node(&nodes[i]);

		p.sw = &nodes[i];
		for (size_t j = 0; j < n && !arena_is_out(c->arena); j++) {
			p.vlan = nodes[i].has_vlans ? &vlan[j] : NULL;
			segment_of_part(c, v, v->first[i] + j, &p);
		}
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
			s->is_ppp = links[i].kind.v != LAB_LINK_ETHERNET;
			s->is_known = !links[i].arp.v && !s->is_ppp;
		}
	return c->topo->segments.count - 1;
}

static void segment_add_port(struct topo_ctx *c, size_t index,
			     struct lab_node *node, struct lab_iface *iface)
{
	struct topo_segment *all = c->topo->segments.items;
	struct lab_seq *ports = &all[index].ports;
	struct topo_port *port;

	if (!iface)
		return;
	iface->segment = index;
	if (!all[index].net) {
		if (iface->ip.is_set)
			diag_error(c->diag, iface->ip.at,
				   "'%s' is on a trunk without a native VLAN; "
				   "the addresses are those of its VLANs",
				   iface->item.name.s);
		return;
	}
	port = arena_append(c->arena, &ports->items, &ports->count,
			    sizeof(*port));
	if (port)
		*port = (struct topo_port){node, iface};
}

/* Interfaces for VLANs that stand on the one at end @at of the cable. */
static void segments_of_vlans(struct topo_ctx *c, struct vertices *v,
			      const struct topo_cable *cable, int at)
{
	const struct topo_end *end = &cable->end[at];
	struct lab_iface *iface;

	if (!end->iface)
		return;
	iface = end->node->interfaces.items;
	for (size_t i = 0; i < end->node->interfaces.count; i++) {
		size_t vertex;

		if (!iface[i].vlan.is_set || !iface[i].on.s ||
		    strcmp(iface[i].on.s, end->iface->on.s) != 0)
			continue;
		iface[i].is_plugged = true;
		vertex = iface[i].vlan.v > VLAN_ID_MAX
				 ? NO_SEGMENT
				 : vertex_of(c, v, cable, !at,
					     (uint16_t)iface[i].vlan.v);
		if (vertex == NO_SEGMENT)
			diag_error(c->diag, iface[i].vlan.at,
				   "'%s' does not carry VLAN %llu with a tag "
				   "to '%s'",
				   iface[i].on.s,
				   (unsigned long long)iface[i].vlan.v,
				   end->node->item.name.s);
		else
			segment_add_port(c, v->segment[vertex_root(v, vertex)],
					 end->node, &iface[i]);
	}
}

/* A trunk without a native VLAN: what has no tag belongs to nobody. */
static bool is_dark(const struct topo_cable *cable)
{
	for (int i = 0; i < 2; i++)
		if (cable->end[i].node && cable->end[i].node->has_vlans)
			return true;
	return false;
}

static size_t segment_dark(struct topo_ctx *c, const struct topo_cable *cable)
{
	struct topo_segment *s = segment_new(c);

	if (!s)
		return 0;
	s->name = cable->name;
	return c->topo->segments.count - 1;
}

/* Where what has no tag on the cable belongs. */
static size_t segment_of_cable(struct topo_ctx *c, struct vertices *v,
			       struct topo_cable *cable)
{
	size_t a = vertex_of(c, v, cable, 0, 0);

	if (a == NO_SEGMENT)
		a = vertex_of(c, v, cable, 1, 0);
	if (a != NO_SEGMENT)
		return v->segment[vertex_root(v, a)];
	return is_dark(cable) ? segment_dark(c, cable)
			      : segment_of_link(c, cable);
}

void topo_segments(struct topo_ctx *c)
{
	struct topo_cable *cable = c->topo->cables.items;
	struct vertices v;

	if (!vertices_init(c, &v))
		return;
	segments_of_switches(c, &v);
	for (size_t i = 0; i < c->topo->cables.count; i++) {
		cable[i].segment = segment_of_cable(c, &v, &cable[i]);
		if (arena_is_out(c->arena))
			return;
		for (int at = 0; at < 2; at++) {
			const struct topo_end *end = &cable[i].end[at];

			segment_add_port(c, cable[i].segment, end->node,
					 end->iface);
			segments_of_vlans(c, &v, &cable[i], at);
		}
	}
}
