/* SPDX-License-Identifier: MIT */
#ifndef IP6_IP6_H
#define IP6_IP6_H

/*
 * ip6.h - IPv6: a host and a router (RFC 8200)
 *
 * Transports do not come here: they speak to ip/ip.h, which goes through the
 * table that ip6_init() registers.
 *
 *	ip6_conf.h	interfaces, addresses, routes, groups
 *	icmp6.h		errors, and messages of further protocols
 *	ip6_nd.h	what neighbour discovery does for IPv6
 *
 * An interface speaks IPv6 from ip6_enable() or its first address on; until
 * then packets that arrive there are dropped as ip6_off, and nothing is said.
 */

#include "ip6/icmp6.h"
#include "ip6/ip6_conf.h"
#include "ip6/ip6_nd.h"

/**
 * ip6_init() - Give a stack IPv6
 * @stack:	With ip_init() and icmp_init() done
 *
 * Draws no randomness and says nothing before an interface is enabled.
 *
 * Return: 0, -ENOMEM, or what ether_register() says
 */
int ip6_init(struct stack *stack);

void ip6_fini(struct stack *stack);

#endif /* IP6_IP6_H */
