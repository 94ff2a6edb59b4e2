/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_LAN6_H
#define SUPPORT_LAN6_H

/*
 * lan6.h - hosts and routers that speak IPv6, on one switch or on several
 *
 * Whatever fails in here fails the test.
 */

#include "core/reason.h"

#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "vnet/vnet.h"

/**
 * struct lan6 - the world
 * @sw:		The first switch; more with world_add_switch()
 * @events:	How many of each reason were emitted by anyone; a frame counts
 *		where it is made, not where it passes.  Switches are "sw..."
 */
struct lan6 {
	struct mem mem;
	struct world *w;
	struct vswitch *sw;
	uint64_t events[R_COUNT];
	uint32_t event_count;
};

void lan6_init(struct lan6 *l, uint64_t seed);
void lan6_fini(struct lan6 *l); /* fails the test if something leaked */

/* Another interface of @h, plugged into @sw (NULL: the first); not enabled. */
struct netif *lan6_port(struct lan6 *l, struct host *h, struct vswitch *sw);

/* A node with one interface on the first switch; enabled. */
struct host *lan6_host(struct lan6 *l, const char *name);
struct host *lan6_router(struct lan6 *l, const char *name);

/* A box on the first switch that swallows what it gets. */
struct port *lan6_box(struct lan6 *l, const char *name);

struct netif *lan6_netif(struct host *h, uint32_t index); /* from 1 */

/* Let time pass. */
void lan6_run(struct lan6 *l, uint64_t ms);

ip6_addr lan6_addr(const char *text);
struct ip6_net lan6_net(const char *text);
ip6_addr lan6_link_local(struct host *h);

/* The @n-th address (from 0) of @h with that origin; NULL: none. */
const struct ip6_addr_info *lan6_find(struct host *h,
				      enum ip6_addr_origin origin, int n);

/* How many of @count pings, a second each, are answered. */
int lan6_ping(struct lan6 *l, struct host *from, ip6_addr to, int count);

/* State of a neighbour in @h's cache; ND_STATES: there is none. */
enum nd_state lan6_state(struct host *h, ip6_addr addr);
mac_addr lan6_mac(struct host *h, ip6_addr addr);

/* A message of neighbour discovery, sent from a box, right in all respects
 * that are not arguments. */
struct lan6_msg {
	mac_addr to, from;
	ip6_addr src, dst;
	uint8_t hops; /* 0: 255 */
	const uint8_t *msg;
	size_t len;
};

void lan6_send(struct port *box, const struct lan6_msg *m);

#endif /* SUPPORT_LAN6_H */
