// SPDX-License-Identifier: MIT
/*
 * topo_vlan.c - which networks a switch of a lab tells apart
 *
 * Theory of operation
 * ===================
 * A switch has VLANs as soon as its file says a word about one: in `vlans`, at
 * one of its `ports`, or as the `vlan` of a node that is plugged into it, which
 * is short for the same at the port.  From then on each of its ports has a
 * VLAN; those of which nothing is said have VLAN 1.
 *
 * What is found out here, each VLAN that a port carries, is added to `vlans`,
 * so that every one has a place where its network stands.  Who is plugged into
 * a trunk and is no switch gets an interface for each VLAN of it: eth0.10.
 *
 * Limits
 * ------
 * TRUNK_HOST_MAX interfaces for VLANs on one cable.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "lab/topo_int.h"
#include "link/vlan.h"
#include "vnet/switch_vlan.h"

enum { TRUNK_HOST_MAX = 64 };

struct lab_port *topo_port(const struct lab_node *sw, const char *name)
{
	struct lab_port *port = sw->ports.items;

	for (size_t i = 0; i < sw->ports.count; i++)
		if (port[i].item.name.s && !strcmp(port[i].item.name.s, name))
			return &port[i];
	return NULL;
}

const struct vlan_port *topo_port_vlans(const struct lab_node *sw,
					const char *other)
{
	static const struct vlan_port ordinary = {.mode = VLAN_ACCESS,
						  .pvid = VLAN_DEFAULT};
	const struct lab_port *port = topo_port(sw, other);

	return port && port->vlans ? port->vlans : &ordinary;
}

static bool port_has_vlans(const struct lab_port *port)
{
	return port->vlan.is_set || port->trunk.is_set || port->tunnel.is_set;
}

static bool is_vid(uint64_t v)
{
	return v >= 1 && v <= VLAN_ID_MAX;
}

/* A number of a VLAN, or an error and 0. */
static uint16_t vid_of(struct topo_ctx *c, const struct lab_num *n)
{
	if (!n->is_set)
		return 0;
	if (!is_vid(n->v)) {
		diag_error(c->diag, n->at, "a VLAN is a number from 1 to %d",
			   VLAN_ID_MAX);
		return 0;
	}
	return (uint16_t)n->v;
}

/* "10" or "20-29" */
static bool range_parse(const char *text, uint64_t *first, uint64_t *last)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*first = *last = strtoull(text, &end, 10);
	if (*end == '-' && end[1] >= '0' && end[1] <= '9')
		*last = strtoull(end + 1, &end, 10);
	return !*end && is_vid(*first) && is_vid(*last) && *first <= *last;
}

static void trunk_read(struct topo_ctx *c, const struct lab_seq *trunk,
		       struct vlan_port *vp)
{
	const struct lab_str *s = trunk->items;
	uint64_t first, last;

	for (size_t i = 0; i < trunk->count; i++) {
		if (!range_parse(s[i].s, &first, &last)) {
			diag_error(c->diag, s[i].at,
				   "'%s' is no VLAN; one is from 1 to %d, and "
				   "'20-29' are ten",
				   s[i].s, VLAN_ID_MAX);
			continue;
		}
		for (; first <= last; first++)
			vlan_carry(vp, (uint16_t)first);
	}
}

static void port_read(struct topo_ctx *c, struct lab_port *port)
{
	int kinds =
		port->vlan.is_set + port->trunk.is_set + port->tunnel.is_set;
	struct vlan_port *vp;

	if (!kinds)
		return;
	vp = arena_alloc(c->arena, 1, sizeof(*vp));
	if (!vp)
		return;
	if (kinds > 1)
		diag_error(c->diag, port->item.at,
			   "a port has 'vlan', 'trunk' or 'tunnel', and not "
			   "two of them");
	vp->mode = port->trunk.is_set	 ? VLAN_TRUNK
		   : port->tunnel.is_set ? VLAN_TUNNEL
					 : VLAN_ACCESS;
	vp->pvid = vid_of(c, port->trunk.is_set	   ? &port->native
			     : port->tunnel.is_set ? &port->tunnel
						   : &port->vlan);
	trunk_read(c, &port->trunk, vp);
	port->vlans = vp;
}

/* `vlan` of a node is short for that of the switch's port. */
static void port_of_node(struct topo_ctx *c, struct lab_node *sw,
			 struct lab_node *node)
{
	struct lab_port *port;

	if (sw->kind.v != LAB_SWITCH || !node->vlan.is_set ||
	    !node->item.name.s)
		return;
	port = topo_port(sw, node->item.name.s);
	if (port && port_has_vlans(port)) {
		diag_error(c->diag, node->vlan.at,
			   "'%s' says of its port to '%s' what it is already",
			   sw->item.name.s, node->item.name.s);
	} else if (!port) {
		port = arena_append(c->arena, &sw->ports.items,
				    &sw->ports.count, sizeof(*port));
		if (!port)
			return;
		sw->ports.is_set = true;
		port->item =
			(struct lab_item){node->item.at, true, node->item.name};
	}
	port->vlan = node->vlan;
	node->vlan.v = 0; /* done; see nodes_without_switch() */
}

static void nodes_without_switch(struct topo_ctx *c)
{
	struct lab_node *node = c->spec->nodes.items;

	for (size_t i = 0; i < c->spec->nodes.count; i++) {
		if (node[i].vlan.is_set && node[i].vlan.v &&
		    node[i].kind.v != LAB_SWITCH && node[i].kind.v != LAB_HUB)
			diag_error(c->diag, node[i].vlan.at,
				   "no link leads from '%s' to a switch that "
				   "could have VLANs",
				   node[i].item.name.s ? node[i].item.name.s
						       : "it");
		if (!node[i].vlan.v)
			node[i].vlan.is_set = false;
	}
}

/* The VLAN has a place in the switch, where its network stands. */
static void vlan_need(struct topo_ctx *c, struct lab_node *sw, uint16_t vid)
{
	struct lab_vlan *vlan = sw->vlans.items;

	for (size_t i = 0; i < sw->vlans.count; i++)
		if (vlan[i].vid == vid)
			return;
	vlan = arena_append(c->arena, &sw->vlans.items, &sw->vlans.count,
			    sizeof(*vlan));
	if (!vlan)
		return;
	sw->vlans.is_set = true;
	vlan->item = (struct lab_item){.at = sw->item.at, .is_set = true};
	vlan->item.name.s = arena_printf(c->arena, "%u", vid);
	vlan->vid = vid;
}

static void vlans_of_port(struct topo_ctx *c, struct lab_node *sw,
			  const struct vlan_port *vp)
{
	if (vp->pvid)
		vlan_need(c, sw, vp->pvid);
	for (unsigned int vid = 1; vid <= VLAN_ID_MAX; vid++)
		if (vp->mode == VLAN_TRUNK && vlan_carries(vp, (uint16_t)vid))
			vlan_need(c, sw, (uint16_t)vid);
}

/* Numbers of the VLANs that the file names. */
static void vlans_named(struct topo_ctx *c, struct lab_node *sw)
{
	struct lab_vlan *vlan = sw->vlans.items;
	uint64_t first, last;

	for (size_t i = 0; i < sw->vlans.count; i++) {
		const struct lab_str *name = &vlan[i].item.name;

		if (!name->s)
			continue;
		if (range_parse(name->s, &first, &last) && first == last)
			vlan[i].vid = (uint16_t)first;
		else
			diag_error(c->diag, name->at,
				   "'%s' is no VLAN; its name is its number, "
				   "from 1 to %d",
				   name->s, VLAN_ID_MAX);
	}
}

static void switch_read(struct topo_ctx *c, struct lab_node *sw)
{
	struct lab_port *port = sw->ports.items;

	sw->has_vlans = sw->vlans.count;
	vlans_named(c, sw);
	for (size_t i = 0; i < sw->ports.count; i++) {
		port_read(c, &port[i]);
		sw->has_vlans |= port_has_vlans(&port[i]);
		if (port[i].vlans)
			vlans_of_port(c, sw, port[i].vlans);
	}
	if (sw->has_vlans && sw->net.is_set)
		diag_error(c->diag, sw->net.at,
			   "'%s' has VLANs; their networks stand in 'vlans'",
			   sw->item.name.s);
}

/* Its port of which nothing is said has VLAN 1; not if it is a mirror. */
static void port_ordinary(struct topo_ctx *c, const char *name,
			  const char *other)
{
	struct lab_node *sw = topo_node(c->topo, name);
	const struct lab_port *port;

	if (!sw || !sw->has_vlans)
		return;
	port = topo_port(sw, other);
	if (!port || (!port->vlans && !port->mirror.is_set))
		vlan_need(c, sw, VLAN_DEFAULT);
}

void topo_vlans(struct topo_ctx *c)
{
	const struct lab_link *link = c->spec->links.items;
	const struct lab_lan *lan = c->spec->lans.items;
	struct lab_node *node = c->spec->nodes.items;

	for (size_t i = 0; i < c->spec->links.count; i++) {
		struct lab_node *a = topo_node(c->topo, link[i].wire.a.s);
		struct lab_node *b = topo_node(c->topo, link[i].wire.b.s);

		if (!a || !b)
			continue;
		port_of_node(c, a, b);
		port_of_node(c, b, a);
	}
	nodes_without_switch(c);
	for (size_t i = 0; i < c->spec->nodes.count; i++)
		if (node[i].kind.v == LAB_SWITCH && node[i].item.name.s)
			switch_read(c, &node[i]);
	for (size_t i = 0; i < c->spec->links.count; i++) {
		port_ordinary(c, link[i].wire.a.s, link[i].wire.b.s);
		port_ordinary(c, link[i].wire.b.s, link[i].wire.a.s);
	}
	for (size_t i = 0; i < c->spec->lans.count; i++) {
		const struct lab_str *s = lan[i].join.items;

		for (size_t j = 0; j < lan[i].join.count; j++)
			if (lan[i].item.name.s)
				port_ordinary(c, s[j].s, lan[i].item.name.s);
	}
}

struct lab_iface *topo_iface_vlan(const struct lab_node *node, const char *on,
				  uint16_t vid)
{
	struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].vlan.is_set && iface[i].vlan.v == vid &&
		    iface[i].on.s && !strcmp(iface[i].on.s, on))
			return &iface[i];
	return NULL;
}

/* One interface for a VLAN, called after the one that it stands on. */
static void iface_vlan_need(struct topo_ctx *c, struct lab_node *node,
			    const struct lab_str *on, const char *base,
			    uint16_t vid)
{
	struct lab_iface *iface = topo_iface_vlan(node, on->s, vid);
	const char *name = arena_printf(c->arena, "%s.%u", base, vid);

	if (!name)
		return;
	if (iface) {
		if (iface->item.name.s && strcmp(iface->item.name.s, name) != 0)
			diag_error(c->diag, iface->item.at,
				   "an interface for VLAN %u on '%s' is called "
				   "'%s'",
				   vid, base, name);
		return;
	}
	iface = arena_append(c->arena, &node->interfaces.items,
			     &node->interfaces.count, sizeof(*iface));
	if (!iface)
		return;
	iface->item = (struct lab_item){on->at, true, {on->at, name}};
	iface->on = *on;
	iface->vlan = (struct lab_num){.is_set = true, .v = vid};
}

void topo_ifaces_vlan(struct topo_ctx *c, struct lab_node *node,
		      const struct lab_node *sw, const struct lab_str *on,
		      const char *base)
{
	const struct vlan_port *vp;
	unsigned int count = 0;

	if (topo_is_switch(node) || !sw->has_vlans)
		return;
	vp = topo_port_vlans(sw, node->item.name.s);
	for (unsigned int vid = 1; vid <= VLAN_ID_MAX; vid++) {
		if (vp->mode != VLAN_TRUNK ||
		    !vlan_carries(vp, (uint16_t)vid) || vid == vp->pvid)
			continue;
		if (++count <= TRUNK_HOST_MAX)
			iface_vlan_need(c, node, on, base, (uint16_t)vid);
	}
	if (count > TRUNK_HOST_MAX)
		diag_error(c->diag, on->at,
			   "the trunk to '%s' carries %u VLANs; no more than "
			   "%d, or it needs an interface for each",
			   node->item.name.s, count, TRUNK_HOST_MAX);
}
