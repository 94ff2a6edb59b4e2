/* SPDX-License-Identifier: MIT */
#ifndef IP6_IP6_ND_H
#define IP6_IP6_ND_H

/*
 * ip6_nd.h - what neighbour discovery does for IPv6
 *
 * IPv6 does not know how the link address of a neighbour is found, nor how an
 * address is seen to be unique.  Whoever does registers this table; messages
 * come to him through icmp6_register().  Without it only interfaces that need
 * no link addresses (NETIF_F_NO_ARP) and groups can be sent to, and addresses
 * are preferred at once.
 */

#include <stdbool.h>

#include "wire/addr.h"

struct ip6_addr_info;
struct netif;
struct pkt;
struct stack;

/**
 * struct ip6_nd_ops - neighbour discovery
 * @output:	(required) Find a neighbour's link address and send; takes the
 *		packet, its IPv6 header at the front
 * @if_up:	(optional) An interface was enabled; it has its link-local
 *		address, whose addr_start was called before
 * @if_down:	(optional) It is disabled, or goes away: forget it
 * @addr_start:	(optional) An address was added as tentative: see whether it is
 *		unique, then ip6_addr_state_set().  Not there: preferred at once
 * @addr_stop:	(optional) An address goes away
 * @confirm:	(optional) What was sent to that neighbour arrives (4861, 7.3.1)
 * @redirect:	(optional) A packet is being forwarded out of the interface it
 *		came in by, to @next_hop; tell its sender
 * @heard:	(optional) Is that neighbour there?  1, 0 or -1, as arp_heard()
 * @current:	(optional) Which MAC address has that neighbour, and until when
 *		may packets go there without asking @output, while stack->epoch
 *		stands still?  As arp_current()
 * @forwarding:	(optional) The stack became a router, or a host again
 */
struct ip6_nd_ops {
	int (*output)(struct stack *stack, struct netif *netif, struct pkt *pkt,
		      const ip6_addr *next_hop);
	void (*if_up)(struct stack *stack, struct netif *netif);
	void (*if_down)(struct stack *stack, struct netif *netif);
	void (*addr_start)(struct stack *stack, const struct ip6_addr_info *a);
	void (*addr_stop)(struct stack *stack, const struct ip6_addr_info *a);
	void (*confirm)(struct stack *stack, struct netif *netif,
			const ip6_addr *next_hop);
	void (*redirect)(struct stack *stack, const struct pkt *orig,
			 const ip6_addr *next_hop);
	int (*heard)(struct stack *stack, struct netif *netif,
		     const ip6_addr *next_hop, bool asks);
	bool (*current)(struct stack *stack, const struct netif *netif,
			const ip6_addr *next_hop, mac_addr *mac,
			uint64_t *until_ns);
	void (*forwarding)(struct stack *stack, bool is_on);
};

/* Take part.  Static; NULL: no more.  The stack has done ip6_init(). */
void ip6_nd_register(struct stack *stack, const struct ip6_nd_ops *ops);

/**
 * ip6_nd_failed() - A neighbour did not answer; what waited for it comes back
 * @pkt:	Taken; its IPv6 header at the front
 *
 * Its sender is told: our own transport, or by an ICMP error (RFC 4861, 7.2.2).
 */
void ip6_nd_failed(struct stack *stack, struct pkt *pkt);

#endif /* IP6_IP6_ND_H */
