// SPDX-License-Identifier: MIT
/*
 * route6.c - the routing table as others see it
 *
 * Theory of operation
 * ===================
 * Our own addresses are routes too (LOCAL), so that one question to the table
 * says whether a packet is for us, for a neighbour, or for a gateway.  Every
 * change counts up the generation that connections' remembered routes carry.
 *
 * Link-local destinations are not in the table: fe80::/10 is attached to
 * every link, and which one is meant is said by the zone (RFC 4007, 6).
 */

#include <errno.h>
#include <stdio.h>

#include "core/probe.h"

#include "ip6/ip6_int.h"

/* Where a gateway without an interface is attached; NULL: nowhere. */
static struct netif *netif_of_gateway(struct ip6 *ip6, ip6_addr gateway)
{
	const struct ip6_route *r = trie6_lookup(&ip6->trie, gateway, NULL);

	return r && r->kind == IP_ROUTE_UNICAST && ip6_is_zero(r->gateway)
		       ? r->netif
		       : NULL;
}

int route6_insert(struct ip6 *ip6, const struct ip6_route *r)
{
	int err = trie6_add(&ip6->trie, r);

	if (!err)
		ip_generation_bump(ip6->stack);
	return err;
}

int route6_remove(struct ip6 *ip6, const struct ip6_route *r)
{
	int err = trie6_del(&ip6->trie, r);

	if (!err)
		ip_generation_bump(ip6->stack);
	return err;
}

int ip6_route_add(struct stack *stack, const struct ip6_route *r)
{
	struct ip6 *ip6 = ip6_of(stack);
	struct ip6_route own = *r;

	if (r->net.len > 128 || r->kind != IP_ROUTE_UNICAST ||
	    ip6_is_multicast(r->gateway))
		return -EINVAL;
	if (!own.netif &&
	    (ip6_is_zero(r->gateway) || ip6_is_link_local(r->gateway)))
		return -EINVAL;
	if (!own.netif)
		own.netif = netif_of_gateway(ip6, r->gateway);
	if (!own.netif)
		return -ENETUNREACH;
	if (!ip6_is_zero(r->gateway) &&
	    !ip6_is_on_link(stack, own.netif, r->gateway))
		return -ENETUNREACH;
	own.net = ip6_net_base(r->net);
	return route6_insert(ip6, &own);
}

/* A search for the interface of a route that was named without it. */
struct route6_search {
	struct ip6_route want;
	struct netif *found;
};

static bool search_step(void *arg, const struct ip6_route *r)
{
	struct route6_search *s = arg;

	if (r->net.len == s->want.net.len && r->metric == s->want.metric &&
	    r->kind == s->want.kind && ip6_eq(r->gateway, s->want.gateway) &&
	    ip6_eq(r->net.addr, s->want.net.addr))
		s->found = r->netif;
	return !s->found;
}

int ip6_route_del(struct stack *stack, const struct ip6_route *r)
{
	struct ip6 *ip6 = ip6_of(stack);
	struct route6_search s = {.want = *r};

	s.want.net = ip6_net_base(r->net);
	if (!r->netif) {
		trie6_walk(&ip6->trie, search_step, &s);
		s.want.netif = s.found;
	}
	return route6_remove(ip6, &s.want);
}

const struct ip6_route *ip6_route_lookup(struct stack *stack, ip6_addr dst,
					 const struct netif *netif)
{
	return trie6_lookup(&ip6_of(stack)->trie, dst, netif);
}

bool ip6_is_on_link(struct stack *stack, const struct netif *netif,
		    ip6_addr addr)
{
	const struct ip6_route *r;

	if (ip6_is_link_local(addr))
		return true;
	r = trie6_lookup(&ip6_of(stack)->trie, addr, netif);
	return r && r->kind == IP_ROUTE_UNICAST && ip6_is_zero(r->gateway);
}

struct for_each6 {
	void (*fn)(void *arg, const struct ip6_route *r);
	void *arg;
};

static bool for_each_step(void *arg, const struct ip6_route *r)
{
	const struct for_each6 *f = arg;

	f->fn(f->arg, r);
	return true;
}

void ip6_route_for_each(struct stack *stack,
			void (*fn)(void *arg, const struct ip6_route *r),
			void *arg)
{
	struct for_each6 f = {.fn = fn, .arg = arg};

	trie6_walk(&ip6_of(stack)->trie, for_each_step, &f);
}

size_t ip6_route_count(const struct stack *stack)
{
	return ip6_of(stack)->trie.count;
}

static bool through_step(void *arg, const struct ip6_route *r)
{
	struct ip6_route *found = arg;

	if (r->netif != found->netif)
		return true;
	*found = *r;
	return false;
}

void route6_drop(struct ip6 *ip6, struct netif *netif)
{
	for (;;) {
		struct ip6_route r = {.netif = netif, .net = {.len = 255}};

		trie6_walk(&ip6->trie, through_step, &r);
		if (r.net.len == 255 || route6_remove(ip6, &r))
			return;
	}
}

void route6_tell(struct ip6 *ip6, const struct pkt *pkt, ip6_addr dst,
		 const struct ip6_route *r)
{
	struct ip_addr to = ip_addr_v6(dst), gateway = {0};
	char net[IP6_TEXT + 4], addr[IP6_TEXT];

	if (!ip6->stack->place.env->probe)
		return;
	if (!r) {
		PROBE(ip6_place(ip6), EV_LOOKUP, R_ROUTE_MISS, pkt,
		      EVF_IP("dst", &to));
		return;
	}
	if (!ip6_is_zero(r->gateway))
		gateway = ip_addr_v6(r->gateway);
	snprintf(net, sizeof(net), "%s/%u", ip6_print(r->net.addr, addr),
		 r->net.len);
	PROBE(ip6_place(ip6), EV_LOOKUP, R_ROUTE_HIT, pkt, EVF_IP("dst", &to),
	      EVF_TEXT("net", net), EVF_IP("gateway", &gateway),
	      EVF_TEXT("netif", r->netif->name));
}
