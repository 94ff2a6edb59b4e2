/* SPDX-License-Identifier: MIT */
#ifndef LINK_VLAN_H
#define LINK_VLAN_H

/*
 * vlan.h - 802.1Q: many networks on one cable
 *
 *	destination source | 8100  PPP D VVVVVVVVVVVV | type payload ...
 *	     6        6    |   2   3 + 1 + 12 bits    |   2
 *	                    <--------- tag ---------->
 *
 * A VLAN interface stands on another one and has its MAC address: eth0.10
 * takes the frames of eth0 whose tag says VLAN 10 and puts that tag into what
 * it sends.  To the protocols above it is an interface like any other; frames
 * are seen where they really pass, at eth0, with their tag.
 */

#include <stdint.h>

struct netif;
struct pkt;
struct stack;

enum {
	VLAN_ID_MASK = 0xfff,
	VLAN_ID_MAX = 4094, /* 4095 is reserved (IEEE 802.1Q, table 9-2) */
	VLAN_PRIORITY_SHIFT = 13,
};

/**
 * vlan_add() - An interface for a VLAN
 * @stack:	Which
 * @parent:	An interface of it, perhaps itself of a VLAN; must outlive this
 * @vid:	1 to VLAN_ID_MAX
 * @priority:	0 to 7, put into the tag of what is sent
 * @out:	Set on success: the interface, "eth0.10"; owned by the stack,
 *		gone with ether_fini()
 *
 * Return: 0, -EINVAL (no such VLAN or priority), -EEXIST, -ENOMEM
 */
int vlan_add(struct stack *stack, struct netif *parent, uint16_t vid,
	     uint8_t priority, struct netif **out);

/**
 * vlan_push() - Put a tag behind the addresses of a frame
 * @pkt:	Link header first
 * @tpid:	ETH_VLAN or ETH_QINQ
 * @tci:	Priority, drop eligibility, VLAN
 *
 * Return: 0, -ENOBUFS: no room in front, or no whole header
 */
int vlan_push(struct pkt *pkt, uint16_t tpid, uint16_t tci);

/* Take the tag away that is there; 18 octets must lie in the linear part. */
void vlan_pop(struct pkt *pkt);

#endif /* LINK_VLAN_H */
