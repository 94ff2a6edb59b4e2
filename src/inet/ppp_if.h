/* SPDX-License-Identifier: MIT */
#ifndef INET_PPP_IF_H
#define INET_PPP_IF_H

/*
 * ppp_if.h - what a session of PPP means for a host's addresses
 *
 * The callbacks of link/ppp.h say what was agreed on; these make it so.
 */

#include <stdint.h>

#include "wire/addr.h"

struct netif;
struct stack;

/* Our address, and the way to the peer's.  An address of zero is left out.
 * 0 or as ip_addr_add(), ip_route_add(). */
int ppp_if_up(struct stack *stack, struct netif *netif, ip4_addr local,
	      ip4_addr peer);

/* All of IPv4 that goes through it: addresses and routes. */
void ppp_if_down(struct stack *stack, struct netif *netif, ip4_addr local,
		 ip4_addr peer);

/* The link-local address; neighbour discovery begins.  0 or as ip6_enable(). */
int ppp_if_up6(struct stack *stack, struct netif *netif, uint64_t local);
void ppp_if_down6(struct stack *stack, struct netif *netif);

#endif /* INET_PPP_IF_H */
