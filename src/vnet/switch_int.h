/* SPDX-License-Identifier: MIT */
#ifndef VNET_SWITCH_INT_H
#define VNET_SWITCH_INT_H

/*
 * switch_int.h - what a switch keeps
 *
 * Private to vnet/.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#include "vnet/mac_table.h"
#include "vnet/snoop.h"
#include "vnet/vnet.h"

struct stp;
struct stp_port;

/**
 * struct bucket - so many a second, and so many at once
 * @tokens:	How many may pass now, in units of 1 / NS_PER_S
 * @filled_ns:	When @tokens was right
 */
struct bucket {
	uint64_t tokens;
	uint64_t filled_ns;
};

/* Who wants which group in one VLAN. */
struct vlan_snoop {
	struct list list;
	uint16_t vid;
	struct snoop snoop;
};

/**
 * struct switch_port - what the switch keeps for one port
 * @owner:	Its addresses
 * @list:	In the switch
 * @port:	The port itself
 * @floods:	Floods of any kind that it may cause now
 * @storms:	The same for each kind that has a limit
 * @limits:	Its own
 * @vlan:	What it does about VLANs, or NULL: nobody said
 * @copy_in:	Who gets copies of what comes in, or NULL
 * @copy_out:	Likewise of what leaves
 * @stp:	Its part of the spanning tree, or NULL
 * @is_blocked:	Takes part in nothing
 * @is_mirror:	Gets copies and nothing else
 * @is_dhcp_trusted: There may be a server of DHCP, or a relay
 * @is_full:	An address had to go; told once
 */
struct switch_port {
	struct mac_owner owner;
	struct list list;
	struct port *port;
	struct bucket floods;
	struct bucket storms[SWITCH_STORMS];
	struct switch_limits limits;
	struct vlan_port *vlan;
	struct switch_port *copy_in, *copy_out;
	struct stp_port *stp;
	bool is_blocked;
	bool is_mirror;
	bool is_dhcp_trusted;
	bool is_full;
};

/**
 * struct vswitch - a switch
 * @node:	What it has in common with other nodes
 * @place:	Its counters and events
 * @table:	What it has learned
 * @snoop:	Who wants which group, where there are no VLANs
 * @snoops:	struct vlan_snoop, where there are
 * @ports:	struct switch_port.list
 * @tree:	world_open_loops(): nearer to the root of its tree; the root
 *		itself
 * @stp:	It negotiates the tree, or NULL
 * @has_vlans:	One of its ports was told of VLANs
 * @marks_dhcp:	Questions of DHCP get a mark
 * @keeps_loops: world_open_loops() leaves its cables alone
 */
struct vswitch {
	struct node node;
	struct place place;
	struct mac_table table;
	struct snoop snoop;
	struct list snoops;
	struct list ports;
	struct vswitch *tree;
	struct stp *stp;
	bool has_vlans;
	bool marks_dhcp;
	bool keeps_loops;
};

/* switch.c: struct netif.on_input of each port */
void switch_input(struct netif *netif, struct pkt *pkt);

/* switch.c: forget what is too old, and tell so. */
void switch_age(struct vswitch *sw);

static inline uint64_t switch_now(const struct vswitch *sw)
{
	return sw->place.env->now_ns;
}

static inline struct switch_port *port_of_owner(struct mac_owner *owner)
{
	return container_of(owner, struct switch_port, owner);
}

/* switch_admin.c: what a port does about VLANs, and who wants which group in
 * one.  NULL: no memory. */
const struct vlan_port *switch_vlan_of(const struct switch_port *sp);
struct snoop *switch_snoop(struct vswitch *sw, uint16_t vid);

/* switch_storm.c */

/* A full bucket. */
struct bucket bucket_full(uint64_t burst, uint64_t now_ns);

/* May @in have one more frame of this kind sent to many ports?  DROP_COUNT:
 * yes; else why it may not. */
enum drop storm_check(struct vswitch *sw, struct switch_port *in,
		      enum switch_storm kind);

/* switch_copy.c: if somebody is to see what passes at @of, he gets a copy. */
void switch_copy(struct vswitch *sw, struct switch_port *of,
		 enum mirror_dir dir, const struct pkt *pkt);

/* switch_dhcp.c: takes @pkt, and returns it, marked if it is a question of
 * DHCP, or freed of its mark if it is an answer; NULL: it was dropped. */
struct pkt *switch_dhcp(struct vswitch *sw, struct switch_port *in,
			struct pkt *pkt);

#endif /* VNET_SWITCH_INT_H */
