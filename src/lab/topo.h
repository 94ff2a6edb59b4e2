/* SPDX-License-Identifier: MIT */
#ifndef LAB_TOPO_H
#define LAB_TOPO_H

/*
 * topo.h - how the nodes of a lab hang together
 *
 * A lab is nodes and cables.  A LAN is short for a switch and the cables into
 * it; the switch is called sw- and the LAN's name.  All that can reach each
 * other without a router is a segment, and has one network:
 *
 *	laptop ---+
 *	phone  ---sw-home           segment home, 10.1.0.0/24
 *	r-home ---+
 *	     \
 *	      +--- r-isp            segment "r-home -- r-isp", a /30
 */

#include "base/htab.h"

#include "lab/diag.h"
#include "lab/spec.h"

#define TOPO_SWITCH_PREFIX "sw-"

/* An interface in a segment. */
struct topo_port {
	struct lab_node *node;
	struct lab_iface *iface;
};

/**
 * struct topo_end - one end of a cable
 * @node:	The node it is plugged into, or NULL: the switch of
 * @lan:	this LAN
 * @iface:	The node's interface; NULL for switches
 */
struct topo_end {
	struct lab_node *node;
	struct lab_lan *lan;
	struct lab_iface *iface;
};

/**
 * struct topo_cable - one cable
 * @end:	Its two ends
 * @name:	"a -- b"
 * @at:		Where it stands in the file
 * @params:	What it does to frames
 * @delay_ns:	Its delay; half of the LAN's, which counts both cables
 * @segment:	Index of its segment
 */
struct topo_cable {
	struct topo_end end[2];
	const char *name;
	struct lab_pos at;
	const struct lab_cable *params;
	uint64_t delay_ns;
	size_t segment;
};

/**
 * struct topo_segment - what reaches each other without a router
 * @name:	Its first LAN or switch, or the cable's name
 * @net:	Where its network stands in the spec
 * @net6:	The same for IPv6; stays unset where there is none
 * @lan:	Its first LAN, or NULL
 * @ports:	struct topo_port of every interface in it
 * @gateway:	Index in @ports of the router that hosts send to, or -1
 * @is_cable:	Two ends, no switch
 * @is_vlan:	VLANs of switches, and nothing else
 * @is_known:	Both ends know each other, nobody asks
 * @is_ppp:	... and have addresses only while PPP is up
 */
struct topo_segment {
	const char *name;
	struct lab_net *net;
	struct lab_net6 *net6;
	struct lab_lan *lan;
	struct lab_seq ports;
	ptrdiff_t gateway;
	bool is_cable, is_vlan, is_known, is_ppp;
};

/* Has the segment a network of IPv6, whose number is known? */
static inline bool topo_has_ip6(const struct topo_segment *s)
{
	return s->net6 && s->net6->is_set && !s->net6->is_auto;
}

/**
 * struct topo - all of it
 * @names:	Nodes and LANs by name
 * @nodes:	The spec's
 * @lans:	The spec's
 * @cables:	struct topo_cable, LANs first, in the order of the file
 * @segments:	struct topo_segment
 */
struct topo {
	struct htab names;
	const struct lab_seq *nodes, *lans;
	struct lab_seq cables;
	struct lab_seq segments;
};

/**
 * topo_build() - Find out how the nodes hang together
 * @topo:	Zeroed; goes with topo_fini()
 * @diag:	Errors go there
 * @mem:	For the table of names
 * @spec:	Gets the nodes that only a LAN or a link mentions, and the
 *		interfaces that are not written out
 */
void topo_build(struct topo *topo, struct diag *diag, struct mem *mem,
		struct lab_spec *spec);
void topo_fini(struct topo *topo);

/* What a switch says of its port that leads there, or NULL: nothing. */
struct lab_port *topo_port(const struct lab_node *sw, const char *name);

/* What a switch with VLANs does about them at its port to this node or LAN. */
const struct vlan_port *topo_port_vlans(const struct lab_node *sw,
					const char *other);

/* What is at that end of a cable: a node or a LAN. */
const char *topo_end_name(const struct topo_end *end);

/* A node or LAN of that name, or NULL. */
struct lab_node *topo_node(const struct topo *topo, const char *name);
struct lab_lan *topo_lan(const struct topo *topo, const char *name);

/* The cable between two nodes; a LAN, or sw- and its name, is its switch. */
const struct topo_cable *topo_cable(const struct topo *topo, const char *a,
				    const char *b);

/* Is it a switch, a hub or an uplink, which has no interface? */
static inline bool topo_is_switch(const struct lab_node *node)
{
	return node->kind.v == LAB_SWITCH || node->kind.v == LAB_HUB ||
	       node->kind.v == LAB_UPLINK;
}

/* First interface of a node that has an address, or NULL. */
const struct lab_iface *topo_first_iface(const struct lab_node *node);

/* First IPv6 address of a node, or NULL. */
const struct lab_ip6 *topo_first_ip6(const struct lab_node *node);

/* Node that has this address, or NULL. */
const struct lab_node *topo_node_by_ip(const struct lab_spec *spec,
				       ip4_addr ip);

/* Note that a name is unknown, with the nearest that is known. */
void topo_unknown(const struct lab_spec *spec, struct diag *diag,
		  const struct lab_str *name);

#endif /* LAB_TOPO_H */
