/* SPDX-License-Identifier: MIT */
#ifndef IP_GROUP_H
#define IP_GROUP_H

/*
 * group.h - telling routers which groups are wanted, and being such a router
 *
 *	host	ip_group_filter() --> reports ---+
 *						 v
 *	router	queries <-- group_querier_start() table of members
 *
 * IPv4 does it with IGMP (RFC 3376), IPv6 with MLD (RFC 3810): two languages
 * for the same thing, so whoever asks names the family and no more.  A host
 * says by itself what it wants, in the version of the oldest querier that it
 * hears.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

struct netif;
struct stack;

/* Version in which an interface reports at present: IGMP 1, 2 or 3; MLD 1 or
 * 2. */
uint8_t group_version(struct stack *stack, uint8_t family,
		      const struct netif *netif);

/**
 * group_querier_start() - Be a router of groups on an interface
 * @stack:	Which; to forward groups it needs ip_forwarding_set() too
 * @family:	enum ip_family
 * @netif:	Where; IPv4 has its address already, IPv6 is enabled
 *
 * Asks who wants what, unless a router with a lower address does, and takes
 * note of the answers.  Groups are forwarded between all such interfaces.
 *
 * Return: 0, -EEXIST, -ENOMEM, -EAFNOSUPPORT
 */
int group_querier_start(struct stack *stack, uint8_t family,
			struct netif *netif);
void group_querier_stop(struct stack *stack, uint8_t family,
			struct netif *netif);

/* Is it we who ask there? */
bool group_is_querier(struct stack *stack, uint8_t family,
		      const struct netif *netif);

/* Groups that somebody on that link wants. */
uint32_t group_member_count(struct stack *stack, uint8_t family,
			    const struct netif *netif);

#endif /* IP_GROUP_H */
