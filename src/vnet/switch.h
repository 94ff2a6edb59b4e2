/* SPDX-License-Identifier: MIT */
#ifndef VNET_SWITCH_H
#define VNET_SWITCH_H

/*
 * switch.h - a learning switch
 *
 * Its ports have no addresses.  It learns at which port a source address
 * lives, forwards to that port, floods what it does not know to all others,
 * and forgets what it has not heard for five minutes (IEEE 802.1D, 7.8, 7.9).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "vnet/switch_vlan.h"

struct node;
struct port;
struct vswitch;
struct world;

/**
 * struct switch_cfg - limits of a switch
 * @age_ns:	An address is forgotten after this long
 * @table_max:	Addresses in all
 * @port_max:	Addresses of one port; its own oldest makes room
 * @moves_per_s: How often an address may change ports in a second; one that is
 *		heard at its old port again goes back and is held for a minute
 * @floods_per_s: Broadcast, group and unknown frames a second from one port
 * @flood_burst: ... and how many at once
 * @is_sticky:	A known address never moves
 * @is_deaf:	Reads along nothing: all groups are flooded
 */
struct switch_cfg {
	uint64_t age_ns;
	uint32_t table_max;
	uint32_t port_max;
	uint32_t moves_per_s;
	uint32_t floods_per_s;
	uint32_t flood_burst;
	bool is_sticky;
	bool is_deaf;
};

/* 300 s, 8192, 2048, 5, 20000, 2000, not sticky, not deaf */
extern const struct switch_cfg switch_cfg_default;

/**
 * struct switch_stats - what a switch did
 * @forwarded:	Frames to a known address
 * @flooded:	Frames to all ports
 * @grouped:	Frames to the ports that want their group
 * @spared:	Copies that a flood would have made of these
 * @learned:	New addresses
 * @moved:	Addresses that changed ports
 * @move_alarms: Moves that were refused
 * @evicted:	Addresses forgotten for lack of room
 * @aged:	Addresses forgotten after age_ns
 */
struct switch_stats {
	uint64_t forwarded, flooded, grouped, spared;
	uint64_t learned, moved, move_alarms, evicted, aged;
};

/* One line of the table. */
struct switch_entry {
	mac_addr mac;
	uint16_t vid; /* 0: the switch has no VLANs */
	const struct port *port;
	uint64_t seen_ns;    /* last frame from it, to the second */
	uint64_t expires_ns; /* forgotten then */
};

/* NULL: no memory, or the name is in use, empty or too long. */
struct vswitch *world_add_switch(struct world *w, const char *name);

struct vswitch *switch_of(struct node *node); /* NULL if it is none */
struct node *switch_node(struct vswitch *sw);

/* Another port: p1, p2, ...  NULL: no memory. */
struct port *switch_add_port(struct vswitch *sw);

/* At any time; entries beyond a lower limit stay until they age. */
void switch_set_cfg(struct vswitch *sw, const struct switch_cfg *cfg);
const struct switch_stats *switch_stats(const struct vswitch *sw);

/* Frames that go to many ports, each kind with its own limit. */
enum switch_storm {
	STORM_BROADCAST,
	STORM_MULTICAST, /* to groups */
	STORM_UNKNOWN,	 /* to one address that is not in the table */
	SWITCH_STORMS
};

/**
 * struct switch_limits - what one port may do
 * @macs_max:	Addresses; 0: as struct switch_cfg says
 * @storm:	Frames a second of each kind, a tenth of it at once; 0: no limit
 *		of its own, only floods_per_s for all kinds together
 */
struct switch_limits {
	uint32_t macs_max;
	uint32_t storm[SWITCH_STORMS];
};

void switch_set_limits(struct port *port, const struct switch_limits *limits);

/* Which frames of a port are copied. */
enum mirror_dir {
	MIRROR_IN = 1,	/* those that come in there */
	MIRROR_OUT = 2, /* those that leave there */
	MIRROR_BOTH = 3,
};

/**
 * switch_mirror() - Copy the frames of one port to another
 * @from:	Whose frames
 * @to:		Who gets the copies: another port of the same switch.  From now
 *		on it gets nothing else, and what comes in there is dropped
 *		(sw_mirror)
 * @dirs:	Which frames; each as it is on the cable, with its tag
 *
 * A frame that was damaged on its way is not copied; one that is dropped later
 * is.  BPDUs that the switch makes itself are not copied.
 */
void switch_mirror(struct port *from, struct port *to, enum mirror_dir dirs);

/**
 * switch_mark_dhcp() - Tell DHCP servers at which port a host is
 *
 * From now on questions that come in get a mark (option 82, RFC 3046), answers
 * lose it; what hosts may not say is dropped (dhcp_spoofed, sw_dhcp).
 */
void switch_mark_dhcp(struct vswitch *sw);

/* There is a server or a relay at that port: it is believed. */
void switch_trust_dhcp(struct port *port);

/* A blocked port neither forwards nor learns: keeps loops open. */
void switch_block_port(struct port *port, bool is_blocked);

#define SWITCH_STP_PRIORITY 32768 /* default; the least becomes the root */

/**
 * switch_stp_start() - Negotiate the tree with the other switches
 * @sw:		Not started yet; ports may come before and after
 * @priority:	A multiple of 4096; the least of all switches becomes the root
 *
 * IEEE 802.1D-2004, 17: rapid spanning tree.  Ports to hosts and routers
 * forward from the next event on, others when the other end has agreed.
 *
 * Return: 0 or -ENOMEM
 */
int switch_stp_start(struct vswitch *sw, uint16_t priority);

enum stp_edge { STP_EDGE_AUTO, STP_EDGE_NO, STP_EDGE_YES };

/**
 * struct stp_cfg - what a port is told about spanning tree
 * @cost:	Of its cable; 0: by its rate (table 17-3)
 * @priority:	Of the port among those of its bridge, a multiple of 16 below
 *		256; the least wins
 * @edge:	Is no bridge behind it?  AUTO: if a host or a router is
 * @is_guarded:	A BPDU that comes in closes it until its cable is plugged in
 *		again: whoever sends one there wants to be the root
 */
struct stp_cfg {
	uint32_t cost;
	uint8_t priority;
	enum stp_edge edge;
	bool is_guarded;
};

#define STP_PORT_PRIORITY 128

/* After switch_stp_start(), which must have been called. */
void switch_set_stp(struct port *port, const struct stp_cfg *cfg);

/* Role and state of a port (vnet/stp.h); NULL: not started. */
struct stp_port;
const struct stp_port *switch_port_stp(const struct port *port);

/* Let frames go round: world_open_loops() leaves the cables of @sw alone. */
void switch_keep_loops(struct vswitch *sw);

/**
 * world_open_loops() - Keep frames from going round
 * @w:		With all its cables
 *
 * Of the cables between switches that are up, keeps a tree and blocks a port
 * of each other one; ports blocked before are opened where they belong to the
 * tree.  All addresses are forgotten.  The tree is computed, not negotiated:
 * call again when a cable between switches is plugged in, breaks or comes back.
 * Cables of switches that negotiate or keep loops are left alone; those that
 * negotiate are told to look at them.
 *
 * Return: how many cables are blocked now
 */
size_t world_open_loops(struct world *w);

/* Call @fn for every address known now, the longest silent first. */
void switch_for_each(struct vswitch *sw,
		     void (*fn)(void *arg, const struct switch_entry *entry),
		     void *arg);
size_t switch_count(struct vswitch *sw);
void switch_flush(struct vswitch *sw); /* forget all */

#endif /* VNET_SWITCH_H */
