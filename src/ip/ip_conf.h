/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_CONF_H
#define IP_IP_CONF_H

/*
 * ip_conf.h - the addresses and routes of a stack
 *
 * An address belongs to an interface and brings the route to its network.
 * Further routes are added by hand.  The longest prefix wins; of routes with
 * the same prefix the smallest metric; a route whose interface is down does
 * not count.  Several routes with the same prefix and metric are ways of equal
 * cost: each flow takes one of them (ways.c).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct netif;
struct stack;

/*
 * Addresses.
 */

/**
 * ip_addr_add() - Give an interface an address
 * @stack:	Which
 * @netif:	Which
 * @net:	Address with its prefix length: 10.0.0.1/24
 *
 * Adds the route to the attached network, and to the address itself through
 * "lo".  Says nothing to the neighbours: see arp_announce().  An interface
 * may have several.
 *
 * Return: 0, -EEXIST, -EINVAL (not a host address) or -ENOMEM
 */
int ip_addr_add(struct stack *stack, struct netif *netif, struct ip4_net net);

/* Take it away with its routes.  0 or -ENOENT. */
int ip_addr_del(struct stack *stack, struct netif *netif, struct ip4_net net);

/* An address of one of our interfaces, or of 127.0.0.0/8. */
bool ip_addr_is_ours(struct stack *stack, struct ip_addr addr);

/* First address of an interface with its prefix; len 0 and zero if none. */
struct ip4_net ip_addr_of(struct stack *stack, const struct netif *netif);

void ip_addr_for_each(struct stack *stack,
		      void (*fn)(void *arg, const struct netif *netif,
				 struct ip4_net net),
		      void *arg);

/* A broadcast address: 255.255.255.255 or of an attached network. */
bool ip_addr_is_bcast(struct stack *stack, struct ip_addr addr);

/**
 * ip_source_for() - Which address of ours a packet to @dst would carry
 *
 * Return: 0 and @out, or -ENETUNREACH
 */
int ip_source_for(struct stack *stack, struct ip_addr dst, struct ip_addr *out);

/* Largest packet to @dst, IP header included: link and path.  0: no route. */
uint32_t ip_mtu_for(struct stack *stack, struct ip_addr dst);

/* Interface that a packet to @dst would take (its features, its gso_max). */
struct netif *ip_netif_for(struct stack *stack, struct ip_addr dst);

/* Receive packets of a group on an interface, from anybody; counted, each one
 * needs an ip_group_del().  0, -ENOMEM, -EINVAL; -ENOENT. */
int ip_group_add(struct stack *stack, struct netif *netif, ip4_addr group);
int ip_group_del(struct stack *stack, struct netif *netif, ip4_addr group);

#define IP_GROUP_SOURCES 64

/**
 * struct ip_filter - from whom a group's packets are wanted (RFC 3376, 3.2)
 * @is_exclude:	From all but @src; else from @src alone
 * @count:	How many; excluding none is any source, including none nobody
 * @src:	Sources
 */
struct ip_filter {
	bool is_exclude;
	uint8_t count;
	struct ip_addr src[IP_GROUP_SOURCES];
};

/* Is @src in the list; is what it sends wanted? */
bool ip_filter_has(const struct ip_filter *f, struct ip_addr src);

static inline bool ip_filter_wants(const struct ip_filter *f,
				   struct ip_addr src)
{
	return ip_filter_has(f, src) != f->is_exclude;
}

/**
 * ip_group_filter() - Say from whom an interface wants a group's packets
 * @stack:	Which
 * @netif:	Where
 * @group:	Which, of either version; IPv6 is enabled there
 * @want:	In place of what was wanted before.  Including nobody leaves
 *		the group
 *
 * The link's routers are told (group.h).
 *
 * Return: 0, -EINVAL (no group, too many sources), -ENOMEM
 */
int ip_group_filter(struct stack *stack, struct netif *netif,
		    struct ip_addr group, const struct ip_filter *want);

/*
 * Routes.
 */

enum ip_route_kind {
	IP_ROUTE_UNICAST, /* attached, or through a gateway */
	IP_ROUTE_LOCAL,	  /* one of our addresses */
	IP_ROUTE_BCAST,	  /* broadcast address of an attached network */
};

/**
 * struct ip_route - an entry of the table
 * @net:	Destinations
 * @gateway:	Next hop, 0: directly attached
 * @netif:	Where packets leave; LOCAL: whose address it is
 * @src:	Source address for our own packets
 * @metric:	Of several for the same @net the smallest is used
 * @ways:	Routes of this net, metric and kind, itself included; the table
 *		counts them
 * @kind:	What it is for
 */
struct ip_route {
	struct ip4_net net;
	ip4_addr gateway;
	struct netif *netif;
	ip4_addr src;
	uint32_t metric;
	uint16_t ways;
	enum ip_route_kind kind;
};

/**
 * ip_route_add() - Add a route
 * @stack:	Which
 * @net:	Destinations; host bits are ignored; 0.0.0.0/0: the default
 * @gateway:	Neighbour that is nearer, or 0: attached
 * @netif:	Where; NULL: where @gateway is attached
 * @metric:	Smaller is better
 *
 * Return: 0, -EEXIST, -ENETUNREACH (@gateway is not attached), -EINVAL,
 * -ENOMEM
 */
int ip_route_add(struct stack *stack, struct ip4_net net, ip4_addr gateway,
		 struct netif *netif, uint32_t metric);

/* Take away a route of exactly that shape.  0 or -ENOENT. */
int ip_route_del(struct stack *stack, struct ip4_net net, ip4_addr gateway,
		 struct netif *netif, uint32_t metric);

/* Longest prefix that matches, or NULL.  Lent until the table changes. */
const struct ip_route *ip_route_lookup(struct stack *stack, struct ip_addr dst);

/* Show all routes, in order of address and then prefix length. */
void ip_route_for_each(struct stack *stack,
		       void (*fn)(void *arg, const struct ip_route *r),
		       void *arg);

size_t ip_route_count(const struct stack *stack);

void ip_forwarding_set(struct stack *stack, bool is_on);
bool ip_forwarding(const struct stack *stack);

/* Which sources a router refuses (RFC 3704). */
enum ip_rpf {
	IP_RPF_OFF,
	IP_RPF_LOOSE,  /* those that it has no route to */
	IP_RPF_STRICT, /* those that it would answer through another interface */
};

void ip_rpf_set(struct stack *stack, enum ip_rpf how);

/* Pass on broadcasts for an attached network that come from another one; off
 * at first (RFC 2644). */
void ip_directed_bcast_set(struct stack *stack, bool is_on);

/* Tell senders of a shorter way; on at first. */
void ip_redirects_send_set(struct stack *stack, bool is_on);

/* Answer ARP questions for all that is reached through us, and not through
 * the interface on which it was asked (RFC 1027). */
void ip_proxy_arp_set(struct stack *stack, bool is_on);

/* Take and pass on packets with a source route; off at first, and always off
 * in a router that translates addresses (RFC 7126, 4.3). */
void ip_source_routes_set(struct stack *stack, bool is_on);

/* An interface came up or went down: remembered routes are looked up again. */
void ip_netif_changed(struct stack *stack);

/* An interface goes away: its addresses, routes and neighbours with it. */
void ip_netif_gone(struct stack *stack, struct netif *netif);

#endif /* IP_IP_CONF_H */
