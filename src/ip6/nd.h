/* SPDX-License-Identifier: MIT */
#ifndef IP6_ND_H
#define IP6_ND_H

/*
 * nd.h - neighbour discovery and autoconfiguration (RFC 4861, RFC 4862)
 *
 * Four questions that a host on a link has, and one protocol that answers
 * them all, with five messages of ICMPv6:
 *
 *	which MAC has that neighbour, and is he still there?	NS, NA
 *	is this address free?					NS, NA
 *	who is the router here, which prefixes are there?	RS, RA
 *	is somebody nearer to that destination?			Redirect
 *
 * A neighbour is an entry of the cache and has a state (RFC 4861, 7.3):
 *
 *	INCOMPLETE	asked everybody; packets wait
 *	REACHABLE	confirmed lately, by an answer to our question or by a
 *			transport whose data arrives
 *	STALE		known, not confirmed; used as it is
 *	DELAY		used while stale: 5 s for a transport to confirm it
 *	PROBE		asks the neighbour itself, up to 3 times
 *	UNREACHABLE	silent: asks everybody, ever more seldom (RFC 7048);
 *			the old MAC is used meanwhile
 *	FAILED		nobody answered; packets fail at once for 1 s
 *
 * Nothing happens on an interface before ip6_enable().  All is driven through
 * the table of ip6_nd.h; what is here is for those who configure or look.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

#include "wire/addr.h"
#include "wire/nd.h"

#include "ip6/nd_view.h"

struct netif;
struct pkt;
struct stack;

/* RFC 4861, 10; others in the files that need them. */
#define ND_TRIES	3     /* MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT */
#define ND_RETRANS_MS	1000  /* RETRANS_TIMER */
#define ND_REACHABLE_MS 30000 /* REACHABLE_TIME */
#define ND_DELAY_S	5     /* DELAY_FIRST_PROBE_TIME */

#define ND_AGE_S	 600  /* forgotten when unused for so long */
#define ND_KEEP_S	 30   /* never evicted when used in that time */
#define ND_HOLD_S	 1    /* a failure is remembered for so long */
#define ND_ENTRIES_MAX	 4096 /* default, see nd_set_max() */
#define ND_WAITING_MAX	 64   /* packets per entry: a datagram in pieces */
#define ND_QUEUED_MAX	 1024 /* packets in all entries together */
#define ND_ROUTERS_MAX	 8    /* per interface */
#define ND_NETS_MAX	 32   /* on-link prefixes per interface */
#define ND_AUTO_MAX	 32   /* addresses made from prefixes, per interface */
#define ND_PROXIES_MAX	 64   /* per stack */
#define ND_REDIRECTS_MAX 64   /* per stack */

/**
 * nd_init() - Give a stack neighbour discovery
 * @stack:	With ip6_init() done
 *
 * Draws no randomness and sends nothing before an interface is enabled.
 *
 * Return: 0, -ENOMEM, or what icmp6_register() says
 */
int nd_init(struct stack *stack);

void nd_fini(struct stack *stack);

/* Cap on entries of the neighbour cache, at least 16. */
void nd_set_max(struct stack *stack, size_t max);

/* How the second half of an address is made. */
enum nd_iid {
	ND_IID_OPAQUE, /* stable here, means nothing elsewhere (RFC 7217) */
	ND_IID_EUI64,  /* the MAC, for everyone to see (RFC 4291, App. A) */
};

/**
 * struct nd_conf - how a host behaves on a link; zeroed is the usual
 * @iid:	How addresses are made from prefixes
 * @has_temporary: Make temporary addresses too (RFC 8981)
 * @no_autoconf: Make no addresses from prefixes
 * @no_routers:	Send no RS, believe no RA
 * @no_redirects: Believe no redirects
 * @dad_transmits: Questions before an address is ours; 0: one
 * @temp_preferred_s: 0: a day; temporary addresses are for new conversations
 *		for at most so long, less up to 40 % by chance
 * @temp_valid_s: 0: two days
 */
struct nd_conf {
	enum nd_iid iid;
	bool has_temporary;
	bool no_autoconf;
	bool no_routers;
	bool no_redirects;
	uint8_t dad_transmits;
	uint32_t temp_preferred_s, temp_valid_s;
};

/* Best before ip6_enable(); it counts for what happens from now on.  0, or
 * -ENOMEM. */
int nd_conf_set(struct stack *stack, struct netif *netif,
		const struct nd_conf *conf);

/*
 * Neighbours.
 */

/**
 * nd_output() - Send a packet to a neighbour, now or when it has answered
 * @stack:	Which
 * @netif:	Where it leaves
 * @pkt:	Taken; its IPv6 header at the front
 * @next_hop:	The neighbour
 *
 * If it does not answer, or did not a moment ago, @pkt goes to
 * ip6_nd_failed(), at the end of the call under way at the earliest.
 *
 * Return: 0 (sent, waits, or to be reported), -ENOBUFS (too many wait), or
 * what ether_output() says
 */
int nd_output(struct stack *stack, struct netif *netif, struct pkt *pkt,
	      const ip6_addr *next_hop);

/* What was sent there arrives: a transport has seen it (RFC 4861, 7.3.1). */
void nd_confirm(struct stack *stack, struct netif *netif,
		const ip6_addr *next_hop);

/* Put in an entry by hand: REACHABLE, and ages.  0, -EINVAL or -ENOMEM. */
int nd_add(struct stack *stack, struct netif *netif, ip6_addr addr,
	   mac_addr mac);

/* Forget the neighbours on an interface; waiting packets fail. */
void nd_flush(struct stack *stack, struct netif *netif);

/* Say unasked that an address is ours, at this MAC (RFC 4861, 7.2.6). */
void nd_announce(struct stack *stack, struct netif *netif, ip6_addr addr);

/**
 * nd_proxy_add() - Answer for an address that is reached through us
 *
 * Also for anycast addresses: others may answer too, so ours comes after a
 * random delay and overrides nothing (RFC 4861, 7.2.7 and 7.2.8).
 *
 * Return: 0, -ENOSPC, -EEXIST, or as ip6_group_add()
 */
int nd_proxy_add(struct stack *stack, struct netif *netif, ip6_addr addr);
void nd_proxy_del(struct stack *stack, struct netif *netif, ip6_addr addr);

/*
 * Being a router.
 */

#define ND_CONF_PREFIXES 8
#define ND_CONF_ROUTES	 4
#define ND_CONF_DNS	 4

/**
 * struct nd_ra_conf - what a router advertises (RFC 4861, 6.2.1)
 * @lifetime_s:	As a default router, at most 9000; 0: it is none
 * @pref:	Of it
 * @max_interval_s: Between unsolicited advertisements, 4 ... 1800; 0: 600
 * @min_interval_s: 3 ... 0.75 of that; 0: a third of it
 * @hop_limit:	For hosts to use; 0: not said
 * @is_managed:	There is DHCPv6 for addresses
 * @is_other:	There is DHCPv6 for other things
 * @mtu:	0: not said
 * @reachable_ms: 0: not said
 * @retrans_ms:	0: not said
 * @prefix:	Prefixes
 * @route:	More specific routes (RFC 4191)
 * @rdnss:	DNS servers
 * @domain:	Search list, texts copied
 * @dns_lifetime_s: Of both; 0: three times @max_interval_s
 */
struct nd_ra_conf {
	uint16_t lifetime_s;
	enum nd_pref pref;
	uint16_t max_interval_s, min_interval_s;
	uint8_t hop_limit;
	bool is_managed, is_other;
	uint32_t mtu, reachable_ms, retrans_ms;
	struct nd_prefix prefix[ND_CONF_PREFIXES];
	size_t prefix_count;
	struct nd_route route[ND_CONF_ROUTES];
	size_t route_count;
	ip6_addr rdnss[ND_CONF_DNS];
	size_t rdnss_count;
	char domain[ND_CONF_DNS][ND_NAME_MAX];
	size_t domain_count;
	uint32_t dns_lifetime_s;
};

/**
 * nd_router_conf() - Advertise on an interface, or something else from now on
 * @conf:	Copied; NULL: no more, and say so
 *
 * Advertises while the stack forwards and the interface is enabled.
 *
 * Return: 0, -EINVAL (bounds, or it does not fit into a message of 1280
 * octets), -ENOMEM
 */
int nd_router_conf(struct stack *stack, struct netif *netif,
		   const struct nd_ra_conf *conf);

/* DNS servers or search list have changed: for a resolver.  NULL: nobody. */
typedef void nd_dns_fn(void *arg, struct stack *stack);
void nd_dns_hook_set(struct stack *stack, nd_dns_fn *fn, void *arg);

/**
 * struct nd_watch - who wants to know what happens on the links of a stack
 * @node:	In its list
 * @on_ra:	(optional) A router has advertised: M, there are addresses by
 *		DHCPv6; O, there are other things
 * @on_dad:	(optional) Duplicate detection of an address is over: it is
 *		ours, or somebody else's.  May take it away
 * @arg:	For both
 *
 * For DHCPv6, which begins with the one and waits for the other.  A callback
 * must not end its own watch.
 */
struct nd_watch {
	struct list node;
	void (*on_ra)(void *arg, struct netif *netif, bool is_managed,
		      bool is_other);
	void (*on_dad)(void *arg, struct netif *netif, ip6_addr addr,
		       bool is_ours);
	void *arg;
};

/* @w stays the caller's, who ends it before the stack goes. */
void nd_watch_begin(struct stack *stack, struct nd_watch *w);
void nd_watch_end(struct nd_watch *w);

#endif /* IP6_ND_H */
