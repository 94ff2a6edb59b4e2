/* SPDX-License-Identifier: MIT */
#ifndef IP_IGMP_H
#define IP_IGMP_H

/*
 * igmp.h - telling routers which groups are wanted (RFC 3376, RFC 2236)
 *
 *	host	ip_group_filter() --> reports ---+
 *						 v
 *	router	queries <-- igmp_querier_start() table of members
 *
 * A host says by itself what it wants, in the version of the oldest querier
 * that it hears.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

struct netif;
struct stack;

/* Give a stack IGMP, after ip.  0, -ENOMEM, or what ip_register() says. */
int igmp_init(struct stack *stack);

void igmp_fini(struct stack *stack);

/* Version in which an interface reports at present: 1, 2 or 3. */
uint8_t igmp_version(struct stack *stack, const struct netif *netif);

/**
 * igmp_querier_start() - Be a router of groups on an interface
 * @stack:	Which; to forward groups it needs ip_forwarding_set() too
 * @netif:	Where; has its address already
 *
 * Asks who wants what, unless a router with a lower address does, and takes
 * note of the answers.  Groups are forwarded between all such interfaces.
 *
 * Return: 0, -EEXIST, -ENOMEM
 */
int igmp_querier_start(struct stack *stack, struct netif *netif);
void igmp_querier_stop(struct stack *stack, struct netif *netif);

/* Is it we who ask there? */
bool igmp_is_querier(struct stack *stack, const struct netif *netif);

#endif /* IP_IGMP_H */
