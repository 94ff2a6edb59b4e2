// SPDX-License-Identifier: MIT
/*
 * ppp_if.c - what a session of PPP means for a host's addresses
 *
 * There is no network on a line, only a neighbour: our own address has no net,
 * and one route leads to the peer.  Whatever else is to be reached through him
 * is for whoever has set up the session to say.
 */

#include "inet/ppp_if.h"

#include "ip/ip.h"
#include "ip6/ip6.h"

int ppp_if_up(struct stack *stack, struct netif *netif, ip4_addr local,
	      ip4_addr peer)
{
	int err = 0;

	if (local.v)
		err = ip_addr_add(stack, netif, (struct ip4_net){local, 32});
	if (!err && peer.v)
		err = ip_route_add(stack, (struct ip4_net){peer, 32},
				   (ip4_addr){0}, netif, 0);
	return err;
}

void ppp_if_down(struct stack *stack, struct netif *netif, ip4_addr local,
		 ip4_addr peer)
{
	if (peer.v)
		(void)ip_route_del(stack, (struct ip4_net){peer, 32},
				   (ip4_addr){0}, netif, 0);
	if (local.v)
		(void)ip_addr_del(stack, netif, (struct ip4_net){local, 32});
}

int ppp_if_up6(struct stack *stack, struct netif *netif, uint64_t local)
{
	return ip6_enable_iid(stack, netif, local);
}

void ppp_if_down6(struct stack *stack, struct netif *netif)
{
	ip6_disable(stack, netif);
}
