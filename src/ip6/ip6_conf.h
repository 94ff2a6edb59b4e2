/* SPDX-License-Identifier: MIT */
#ifndef IP6_IP6_CONF_H
#define IP6_IP6_CONF_H

/*
 * ip6_conf.h - the interfaces and addresses of IPv6
 *
 * Routes and groups are in ip6_route.h, which comes along.
 *
 * Whether a host forwards is asked and set with ip_forwarding(); an interface
 * comes, changes and goes with ip_netif_changed() and ip_netif_gone(), for
 * both versions.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "ip/ip_conf.h"
#include "ip6/ip6_route.h"

struct netif;
struct stack;

/*
 * Interfaces.
 */

/**
 * ip6_enable() - Speak IPv6 on an interface
 *
 * Gives it a link-local address made from its MAC address (RFC 4291, App. A)
 * and has neighbour discovery begin.  Enabled already: nothing happens.  "lo"
 * gets ::1 instead.
 *
 * Return: 0, -ENOMEM, or -EINVAL (an MTU below 1280)
 */
int ip6_enable(struct stack *stack, struct netif *netif);

/**
 * ip6_enable_iid() - The same where a link has agreed on an identifier
 * @iid:	The last 64 bits of the link-local address (RFC 5072, 5)
 */
int ip6_enable_iid(struct stack *stack, struct netif *netif, uint64_t iid);

/* Stop: addresses and routes through it go. */
void ip6_disable(struct stack *stack, struct netif *netif);

bool ip6_is_enabled(const struct stack *stack, const struct netif *netif);

/**
 * struct ip6_if_conf - what routers tell us of a link (RFC 4861, 6.3.2)
 * @hops:	Hop limit of packets we send; 0: 64
 * @mtu:	Of the link, at least 1280 and at most the interface's; 0: the
 *		interface's
 */
struct ip6_if_conf {
	uint8_t hops;
	uint32_t mtu;
};

/* 0, -EINVAL (an MTU below 1280), or -ENOENT (not enabled). */
int ip6_if_conf_set(struct stack *stack, struct netif *netif,
		    const struct ip6_if_conf *conf);
struct ip6_if_conf ip6_if_conf_of(const struct stack *stack,
				  const struct netif *netif);

/*
 * Addresses.
 */

enum ip6_addr_state {
	IP6_TENTATIVE,	/* may be somebody else's: not ours yet (4862, 5.4) */
	IP6_OPTIMISTIC, /* tentative, but used already (RFC 4429) */
	IP6_PREFERRED,
	IP6_DEPRECATED, /* not for new conversations (RFC 4862, 5.5.4) */
	IP6_DUPLICATED, /* is somebody else's */
	IP6_ADDR_STATES
};

enum ip6_addr_origin {
	IP6_FROM_HAND,
	IP6_FROM_LINK,	  /* link-local or loopback, made by ip6_enable() */
	IP6_FROM_RA,	  /* made from a router's prefix (RFC 7217) */
	IP6_FROM_RA_TEMP, /* the same, temporary (RFC 8981) */
	IP6_FROM_DHCP,
};

/**
 * struct ip6_addr_conf - an address to be
 * @net:	Address, and the prefix that is attached with it.  128: only the
 *		address; what is on the link is told elsewhere (RFC 5942)
 * @origin:	Where it comes from
 * @router:	FROM_RA: who advertised its prefix (RFC 6724, rule 5.5)
 * @no_dad:	It is known to be unique: preferred at once
 * @preferred_ns: From now on; 0: for ever
 * @valid_ns:	From now on; 0: for ever.  Then it is taken away
 */
struct ip6_addr_conf {
	struct ip6_net net;
	enum ip6_addr_origin origin;
	ip6_addr router;
	bool no_dad;
	uint64_t preferred_ns;
	uint64_t valid_ns;
};

/**
 * struct ip6_addr_info - an address of ours, to look at
 * @netif:	Whose
 * @net:	Address and prefix length
 * @state:	enum ip6_addr_state
 * @origin:	enum ip6_addr_origin
 * @router:	Who advertised its prefix, or ::
 * @preferred_until_ns: By the stack's clock; UINT64_MAX: for ever
 * @valid_until_ns: "
 */
struct ip6_addr_info {
	struct netif *netif;
	struct ip6_net net;
	enum ip6_addr_state state;
	enum ip6_addr_origin origin;
	ip6_addr router;
	uint64_t preferred_until_ns;
	uint64_t valid_until_ns;
};

/**
 * ip6_addr_add() - Give an interface an address, by hand
 * @net:	2001:db8::1/64
 *
 * Enables the interface.  The address is tentative until neighbour discovery
 * has found nobody else with it; see ip6_addr_add_conf() to do without.
 *
 * Return: 0, -EEXIST, -EINVAL (not a host address, or an MTU below
 * 1280), -ENOMEM
 */
int ip6_addr_add(struct stack *stack, struct netif *netif, struct ip6_net net);

int ip6_addr_add_conf(struct stack *stack, struct netif *netif,
		      const struct ip6_addr_conf *conf);

/* Take it away with its routes.  0 or -ENOENT. */
int ip6_addr_del(struct stack *stack, struct netif *netif, ip6_addr addr);

/* Move an address to another state; the only writer is neighbour discovery.
 * 0 or -ENOENT. */
int ip6_addr_state_set(struct stack *stack, struct netif *netif, ip6_addr addr,
		       enum ip6_addr_state state);

/* Lifetimes from now on; 0: for ever.  0 or -ENOENT. */
int ip6_addr_life_set(struct stack *stack, struct netif *netif, ip6_addr addr,
		      uint64_t preferred_ns, uint64_t valid_ns);

/* NULL: none such.  @netif NULL: any.  Lent until addresses change. */
const struct ip6_addr_info *ip6_addr_find(const struct stack *stack,
					  const struct netif *netif,
					  ip6_addr addr);

/* The link-local address of an interface, whatever its state; or NULL. */
const struct ip6_addr_info *ip6_link_local(const struct stack *stack,
					   const struct netif *netif);

/* In order of their making.  @fn must not add or take away any. */
void ip6_addr_for_each(const struct stack *stack,
		       void (*fn)(void *arg, const struct ip6_addr_info *a),
		       void *arg);

const char *ip6_addr_state_name(enum ip6_addr_state state);

/* The usual interface identifier of a MAC address (RFC 4291, App. A). */
ip6_addr ip6_eui64(ip6_addr prefix, mac_addr mac);

/**
 * ip6_source_select() - Which address of ours a packet would carry (RFC 6724)
 * @netif:	Where it leaves
 * @dst:	Where it goes
 * @next_hop:	By way of whom; NULL: not known
 *
 * Return: 0 and @out, or -EADDRNOTAVAIL
 */
int ip6_source_select(struct stack *stack, const struct netif *netif,
		      ip6_addr dst, const ip6_addr *next_hop, ip6_addr *out);

/* Prefer temporary addresses (RFC 6724, rule 7)?  Yes, at first. */
void ip6_prefer_temporary(struct stack *stack, bool is_preferred);

/**
 * struct ip6_policy - a row of the policy table (RFC 6724, 2.1)
 * @net:	Addresses; IPv4 ones are those of ::ffff:0:0/96
 * @precedence:	Destinations with a greater one come first
 * @label:	Source and destination should have the same
 */
struct ip6_policy {
	struct ip6_net net;
	uint8_t precedence;
	uint8_t label;
};

/* Another table, lent; NULL: the default one. */
void ip6_policy_set(struct stack *stack, const struct ip6_policy *rows,
		    size_t count);

/**
 * ip6_dest_sort() - Order destinations, the one to try first in front
 * @list:	Addresses of both versions, as a name has them
 * @count:	How many; up to IP6_DEST_MAX are sorted, the rest stay behind
 *
 * RFC 6724, 6, rules 1 to 3, 5, 6, 8 and 9; otherwise the order stays.
 */
#define IP6_DEST_MAX 16
void ip6_dest_sort(struct stack *stack, struct ip_addr *list, size_t count);

/**
 * ip6_dest_why() - Why one destination is tried before another
 *
 * Return: a sentence about @first, by the rule of RFC 6724, 6 that decides;
 *	about the order in which they came if none does
 */
const char *ip6_dest_why(struct stack *stack, struct ip_addr first,
			 struct ip_addr second);

#endif /* IP6_IP6_CONF_H */
