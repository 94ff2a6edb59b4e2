/* SPDX-License-Identifier: MIT */
#ifndef LINK_ETHER_INT_H
#define LINK_ETHER_INT_H

/*
 * ether_int.h - what ether.c and vlan.c know of each other
 *
 * Private to link/.
 */

#include "base/list.h"

#include "core/netif.h"

#include "link/ether.h"

/**
 * struct ether - the link layer of a stack
 * @types:	Who speaks which EtherType
 * @type_count:	How many
 * @ip:		Who speaks IPv4, and IPv6: the same as in @types
 * @vlans:	struct vlan_if
 * @tap:	Looks at every frame, or NULL
 */
struct ether {
	struct {
		uint16_t type;
		ether_input_fn *fn;
	} types[ETHER_TYPES_MAX];
	int type_count;
	ether_input_fn *ip[2];
	struct list vlans;
	ether_tap_fn *tap;
};

/**
 * struct vlan_if - an interface for a VLAN
 * @list:	In struct ether
 * @netif:	The interface
 * @parent:	On which it stands
 * @vid:	Its VLAN
 * @tci:	The same with the priority of what is sent
 */
struct vlan_if {
	struct list list;
	struct netif netif;
	struct netif *parent;
	uint16_t vid;
	uint16_t tci;
};

/* The interface for @vid on @parent, or NULL. */
struct vlan_if *vlan_find(const struct ether *e, const struct netif *parent,
			  uint16_t vid);

/* The driver of all of them. */
extern const struct netif_ops vlan_ops;

/* What @netif is part of, if it is for a VLAN, or NULL. */
static inline struct vlan_if *vlan_of(struct netif *netif)
{
	return netif->ops == &vlan_ops ? netif->drv : NULL;
}

/* All of them go away. */
void vlan_fini(struct stack *stack);

#endif /* LINK_ETHER_INT_H */
