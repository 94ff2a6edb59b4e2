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
 * struct switch_port - what the switch keeps for one port
 * @owner:	Its addresses
 * @list:	In the switch
 * @port:	The port itself
 * @tokens:	Floods that it may cause now, in units of 1 / NS_PER_S
 * @filled_ns:	When @tokens was right
 * @stp:	Its part of the spanning tree, or NULL
 * @is_blocked:	Takes part in nothing
 * @is_full:	An address had to go; told once
 */
struct switch_port {
	struct mac_owner owner;
	struct list list;
	struct port *port;
	uint64_t tokens;
	uint64_t filled_ns;
	struct stp_port *stp;
	bool is_blocked;
	bool is_full;
};

/**
 * struct vswitch - a switch
 * @node:	What it has in common with other nodes
 * @place:	Its counters and events
 * @table:	What it has learned
 * @snoop:	Who wants which group
 * @ports:	struct switch_port.list
 * @tree:	world_open_loops(): nearer to the root of its tree; the root
 *		itself
 * @stp:	It negotiates the tree, or NULL
 * @keeps_loops: world_open_loops() leaves its cables alone
 */
struct vswitch {
	struct node node;
	struct place place;
	struct mac_table table;
	struct snoop snoop;
	struct list ports;
	struct vswitch *tree;
	struct stp *stp;
	bool keeps_loops;
};

#endif /* VNET_SWITCH_INT_H */
