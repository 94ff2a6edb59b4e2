// SPDX-License-Identifier: MIT
/*
 * ip_foreign.c - standing in for addresses that are nobody's here
 *
 * Routes decide, and nothing else: what a route leads to is forwarded as ever,
 * so that a router can stand in for the rest of the world and still be one
 * among its own networks.
 */

#include "ip/ip_foreign.h"

#include "ip/ip_int.h"

void ip_foreign_set(struct stack *stack, ip_foreign_fn *fn, void *arg)
{
	struct ip *ip = ip_of(stack);

	if (!ip)
		return;
	stack->epoch++;
	ip->foreign = fn;
	ip->foreign_arg = arg;
}

bool ip_foreign_is_on(const struct stack *stack)
{
	const struct ip *ip = stack->slot[SLOT_IP];

	return ip && ip->foreign;
}

bool ip_foreign_source(struct stack *stack, struct ip_addr src)
{
	return ip_foreign_is_on(stack) && !ip_addr_is_zero(src) &&
	       !ip_addr_is_multicast(src) && !ip_addr_is_loopback(src) &&
	       !ip_addr_is_bcast(stack, src);
}

bool ip_foreign_input(struct stack *stack, struct pkt *pkt,
		      struct ip_meta *meta)
{
	struct ip *ip = ip_of(stack);

	if (!ip->foreign || meta->is_bcast || meta->is_mcast)
		return false;
	if (!ip_addr_is_ours(stack, meta->dst))
		meta->whose = IP_FOREIGN;
	return ip->foreign(ip->foreign_arg, pkt, meta);
}
