/* SPDX-License-Identifier: MIT */
#ifndef IP6_IP6_ROUTE_H
#define IP6_IP6_ROUTE_H

/*
 * ip6_route.h - the routes and groups of IPv6
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "ip/ip_conf.h"

struct netif;
struct stack;

/*
 * Routes.
 */

enum ip6_route_origin { IP6_ROUTE_HAND, IP6_ROUTE_RA, IP6_ROUTE_REDIRECT };

/**
 * struct ip6_route - an entry of the table
 * @net:	Destinations
 * @gateway:	Next hop, a link-local address as a rule; ::: attached
 * @netif:	Where packets leave; LOCAL: whose address it is
 * @metric:	Of several for the same @net the smallest is used
 * @ways:	Routes of this net, metric and kind, itself included; the table
 *		counts them
 * @kind:	UNICAST, or LOCAL: one of our addresses
 * @origin:	enum ip6_route_origin
 */
struct ip6_route {
	struct ip6_net net;
	ip6_addr gateway;
	struct netif *netif;
	uint32_t metric;
	uint16_t ways;
	enum ip_route_kind kind;
	uint8_t origin;
};

/**
 * ip6_route_add() - Add a route
 * @r:		Copied; host bits of its net are ignored.  Its netif may be NULL
 *		if its gateway is not a link-local address
 *
 * Return: 0, -EEXIST, -ENETUNREACH (the gateway is not attached), -EINVAL,
 * -ENOMEM
 */
int ip6_route_add(struct stack *stack, const struct ip6_route *r);

/* Take away the route with that net, gateway, netif and metric.  0, -ENOENT. */
int ip6_route_del(struct stack *stack, const struct ip6_route *r);

/* Best usable route, or NULL; only through @netif if that is not NULL.  Lent
 * until the table changes. */
const struct ip6_route *ip6_route_lookup(struct stack *stack, ip6_addr dst,
					 const struct netif *netif);

/* In order of address, then prefix length. */
void ip6_route_for_each(struct stack *stack,
			void (*fn)(void *arg, const struct ip6_route *r),
			void *arg);

size_t ip6_route_count(const struct stack *stack);

/* Is @addr attached to that link: does no gateway stand between? */
bool ip6_is_on_link(struct stack *stack, const struct netif *netif,
		    ip6_addr addr);

/*
 * Groups.
 */

/**
 * ip6_group_add() - Receive packets of a group on an interface
 *
 * Counted: each one needs an ip6_group_del().  Addresses join the groups that
 * neighbours ask in by themselves.  Routers are told (ip/group.h); for sources
 * there is ip_group_filter().
 *
 * Return: 0, -EINVAL or -ENOMEM
 */
int ip6_group_add(struct stack *stack, struct netif *netif, ip6_addr group);
int ip6_group_del(struct stack *stack, struct netif *netif, ip6_addr group);
bool ip6_in_group(const struct stack *stack, const struct netif *netif,
		  ip6_addr group);

#endif /* IP6_IP6_ROUTE_H */
