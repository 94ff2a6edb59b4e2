/* SPDX-License-Identifier: MIT */
#ifndef IP6_ND_VIEW_H
#define IP6_ND_VIEW_H

/*
 * nd_view.h - what neighbour discovery knows, to be shown
 *
 * Include nd.h, which brings this and says what the states mean.  A function
 * that is called for each must not change anything.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/nd_opt.h"

struct netif;
struct stack;

enum nd_state {
	ND_INCOMPLETE,
	ND_REACHABLE,
	ND_STALE,
	ND_DELAY,
	ND_PROBE,
	ND_UNREACHABLE,
	ND_FAILED,
	ND_STATES
};

struct nd_neighbour_view {
	const struct netif *netif;
	ip6_addr addr;
	mac_addr mac; /* zero while INCOMPLETE or FAILED */
	enum nd_state state;
	bool is_router;
	uint64_t used_ns, confirmed_ns;
	unsigned int waiting; /* packets */
};

struct nd_router_view {
	const struct netif *netif;
	ip6_addr addr;
	enum nd_pref pref;
	bool is_default; /* has a lifetime */
	bool is_unreachable;
	uint64_t expires_ns; /* UINT64_MAX: never; likewise below */
};

struct nd_net_view {
	const struct netif *netif;
	struct ip6_net net;
	uint64_t expires_ns;
};

/* @addr or @domain, the other is zero or NULL. */
struct nd_dns_view {
	const struct netif *netif;
	ip6_addr addr;
	const char *domain;
	uint64_t expires_ns;
};

void nd_for_each(struct stack *stack,
		 void (*fn)(void *arg, const struct nd_neighbour_view *v),
		 void *arg);
void nd_router_for_each(struct stack *stack,
			void (*fn)(void *arg, const struct nd_router_view *v),
			void *arg);
void nd_net_for_each(struct stack *stack,
		     void (*fn)(void *arg, const struct nd_net_view *v),
		     void *arg);
void nd_dns_for_each(struct stack *stack,
		     void (*fn)(void *arg, const struct nd_dns_view *v),
		     void *arg);

size_t nd_count(const struct stack *stack); /* neighbours */
const char *nd_state_name(enum nd_state s);

#endif /* IP6_ND_VIEW_H */
