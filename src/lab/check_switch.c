// SPDX-License-Identifier: MIT
/*
 * check_switch.c - can the ports of a switch be as the file wants them?
 *
 * What concerns VLANs is checked where they are found out: topo_vlan.c.
 */
#include <string.h>

#include "lab/expand.h"

enum { PORT_PRIORITY_MAX = 240, PORT_PRIORITY_STEP = 16 };

static bool is_plugged(const struct lab *lab, const struct lab_node *sw,
		       const char *other)
{
	return topo_cable(&lab->topo, sw->item.name.s, other) != NULL;
}

/* A limit of 0 would let nothing pass, and is more likely meant otherwise. */
static void check_limit(struct lab *lab, const struct lab_num *n,
			const char *key)
{
	if (n->is_set && (!n->v || n->v > UINT32_MAX))
		diag_error(&lab->diag, n->at, "'%s' is from 1 to %u", key,
			   UINT32_MAX);
}

static void check_limits(struct lab *lab, const struct lab_port *port)
{
	check_limit(lab, &port->macs, "macs");
	check_limit(lab, &port->broadcast, "broadcast");
	check_limit(lab, &port->multicast, "multicast");
	check_limit(lab, &port->unknown, "unknown");
}

/* The first key about spanning tree that is set, or NULL. */
static const char *stp_key(const struct lab_port *port)
{
	if (port->cost.is_set)
		return "cost";
	if (port->priority.is_set)
		return "priority";
	if (port->edge.is_set)
		return "edge";
	return port->guard.is_set ? "bpdu-guard" : NULL;
}

static void check_stp(struct lab *lab, const struct lab_node *sw,
		      const struct lab_port *port)
{
	const char *key = stp_key(port);

	if (key && !sw->stp.v)
		diag_error(&lab->diag, port->item.at,
			   "'%s' is about spanning tree, which '%s' does not "
			   "speak; give it 'stp: on'",
			   key, sw->item.name.s);
	if (port->cost.is_set && (!port->cost.v || port->cost.v > 200000000))
		diag_error(&lab->diag, port->cost.at,
			   "'cost' is from 1 to 200000000");
	if (port->priority.is_set && (port->priority.v > PORT_PRIORITY_MAX ||
				      port->priority.v % PORT_PRIORITY_STEP))
		diag_error(&lab->diag, port->priority.at,
			   "the priority of a port is a multiple of %d up to "
			   "%d",
			   PORT_PRIORITY_STEP, PORT_PRIORITY_MAX);
}

static void check_mirror(struct lab *lab, const struct lab_node *sw,
			 const struct lab_port *port)
{
	const struct lab_str *from = port->mirror.items;

	for (size_t i = 0; i < port->mirror.count; i++) {
		const struct lab_port *other = topo_port(sw, from[i].s);

		if (!strcmp(from[i].s, port->item.name.s))
			diag_error(&lab->diag, from[i].at,
				   "a port cannot show its own frames");
		else if (!is_plugged(lab, sw, from[i].s))
			diag_error(&lab->diag, from[i].at,
				   "no cable leads from '%s' to '%s'",
				   sw->item.name.s, from[i].s);
		else if (other && other->mirror.is_set)
			diag_error(&lab->diag, from[i].at,
				   "the port to '%s' is itself a mirror",
				   from[i].s);
	}
	if (port->mirror.is_set && port->vlans)
		diag_error(&lab->diag, port->mirror.at,
			   "a mirror takes part in no VLAN");
}

static void check_port(struct lab *lab, const struct lab_node *sw,
		       const struct lab_port *port)
{
	const char *name = port->item.name.s;

	if (!name)
		return;
	if (!is_plugged(lab, sw, name))
		diag_error(&lab->diag, port->item.at,
			   "no cable leads from '%s' to '%s'", sw->item.name.s,
			   name);
	check_limits(lab, port);
	check_stp(lab, sw, port);
	check_mirror(lab, sw, port);
}

static void check_switch(struct lab *lab, const struct lab_node *sw)
{
	const struct lab_port *port = sw->ports.items;

	check_limit(lab, &sw->macs, "macs");
	if (sw->ageing.is_set && !sw->ageing.v)
		diag_error(&lab->diag, sw->ageing.at,
			   "'ageing' is more than nothing: 1s, 300s");
	for (size_t i = 0; i < sw->ports.count; i++)
		check_port(lab, sw, &port[i]);
}

/* Interfaces for VLANs: those that the file gives. */
static void check_ifaces(struct lab *lab, const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].vlan.is_set && iface[i].mac.is_set &&
		    iface[i].mac.at.line)
			diag_error(&lab->diag, iface[i].mac.at,
				   "'%s' has the MAC address of the interface "
				   "that it stands on",
				   iface[i].item.name.s);
}

void check_switches(struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		check_ifaces(lab, &node[i]);
		if (node[i].kind.v == LAB_SWITCH && node[i].item.name.s)
			check_switch(lab, &node[i]);
	}
}
