// SPDX-License-Identifier: MIT
/*
 * route.c - the routing table as others see it
 *
 * Theory of operation
 * ===================
 * The trie answers; in front of it a small direct-mapped cache remembers
 * recent destinations, so that a router asks the trie once for a conversation
 * and not once for a packet.  Whatever changes addresses or routes counts up
 * a generation, and every remembered answer of an older one is void: here,
 * and in the struct ip_route_ref of connections.
 *
 * From FIB_MIN routes on a second table (fib.c) takes the place of the cache.
 */

#include <errno.h>
#include <stdio.h>

#include "base/likely.h"

#include "core/probe.h"

#include "ip/ip_int.h"

#define FIB_MIN 512

/* Without memory the trie has to do alone. */
static void fib_give_up(struct ip *ip)
{
	fib_free(ip->fib);
	ip->fib = NULL;
}

static bool fib_copy(void *arg, const struct ip_route *r)
{
	struct ip *ip = arg;
	const struct ip_route *best =
		trie_lookup_upto(&ip->trie, r->net.addr, r->net.len);

	if (fib_set(ip->fib, r->net, best))
		fib_give_up(ip);
	return ip->fib;
}

static void fib_build(struct ip *ip)
{
	ip->fib = fib_new(ip->stack->place.env->mem);
	if (ip->fib)
		trie_walk(&ip->trie, fib_copy, ip);
}

/* The routes to @net have changed. */
static void fib_follow(struct ip *ip, struct ip4_net net)
{
	const struct ip_route *best;

	if (!ip->fib) {
		if (ip->trie.count == FIB_MIN)
			fib_build(ip);
		return;
	}
	best = trie_lookup_upto(&ip->trie, net.addr, net.len);
	if (fib_set(ip->fib, net, best))
		fib_give_up(ip);
}

int route_insert(struct ip *ip, const struct ip_route *r)
{
	int err = trie_add(&ip->trie, r);

	if (!err)
		fib_follow(ip, r->net);
	return err;
}

int route_remove(struct ip *ip, const struct ip_route *r)
{
	int err = trie_del(&ip->trie, r);

	if (!err)
		fib_follow(ip, r->net);
	return err;
}

void ip_netif_changed(struct stack *stack)
{
	struct ip *ip = ip_of(stack);

	ip_changed(ip);
	if (ip->other)
		ip->other->netif_changed(stack);
	if (!ip->fib)
		return;
	fib_give_up(ip); /* it knows only routes that could be used then */
	fib_build(ip);
}

static struct route_cached *cache_slot(struct ip *ip, ip4_addr dst)
{
	/* Multiplicative hashing; a collision costs a lookup, no more. */
	return &ip->cache[dst.v * 0x9e3779b1u >> (32 - ROUTE_CACHE_BITS)];
}

/* Ask the trie, and remember what it says. */
static __attribute__((noinline)) const struct ip_route *find_far(struct ip *ip,
								 ip4_addr dst)
{
	struct route_cached *c = cache_slot(ip, dst);

	*c = (struct route_cached){
		.dst = dst,
		.route = trie_lookup(&ip->trie, dst, NULL),
	};
	if (c->route)
		c->generation = ip->generation;
	return c->route;
}

/* What was found lately, or the trie. */
static inline const struct ip_route *find_cached(struct ip *ip, ip4_addr dst)
{
	const struct route_cached *c = cache_slot(ip, dst);

	if (LIKELY(c->generation == ip->generation && c->dst.v == dst.v &&
		   c->route->netif->is_up))
		return c->route;
	return find_far(ip, dst);
}

HOT const struct ip_route *route_find(struct ip *ip, ip4_addr dst)
{
	const struct ip_route *r;

	if (!ip->fib)
		return find_cached(ip, dst);
	r = fib_lookup(ip->fib, dst);
	if (!r || r->netif->is_up)
		return r;
	return find_cached(ip, dst);
}

void route_tell(struct ip *ip, const struct pkt *pkt, ip4_addr dst,
		const struct ip_route *r)
{
	struct ip_addr to = ip_addr_v4(dst);
	struct ip_addr gateway = {0};
	char net[IP4_TEXT + 4] = "", addr[IP4_TEXT];

	if (!ip->stack->place.env->probe)
		return;
	if (r && r->ways < 2)
		r = trie_lookup(&ip->trie, dst, NULL); /* to name its net */
	if (!r) {
		PROBE(&ip->stack->place, EV_LOOKUP, R_ROUTE_MISS, pkt,
		      EVF_IP("dst", &to));
		return;
	}
	if (r->gateway.v)
		gateway = ip_addr_v4(r->gateway);
	snprintf(net, sizeof(net), "%s/%u", ip4_print(r->net.addr, addr),
		 r->net.len);
	PROBE(&ip->stack->place, EV_LOOKUP, R_ROUTE_HIT, pkt,
	      EVF_IP("dst", &to), EVF_TEXT("net", net),
	      EVF_IP("gateway", &gateway), EVF_TEXT("netif", r->netif->name));
}

/* Where a gateway is attached; NULL: nowhere. */
static const struct ip_route *attached(struct ip *ip, ip4_addr gateway,
				       const struct netif *netif)
{
	const struct ip_route *r = trie_lookup(&ip->trie, gateway, netif);

	return r && r->kind == IP_ROUTE_UNICAST && !r->gateway.v ? r : NULL;
}

int ip_route_add(struct stack *stack, struct ip4_net net, ip4_addr gateway,
		 struct netif *netif, uint32_t metric)
{
	struct ip *ip = ip_of(stack);
	struct ip_route r = {
		.net = ip4_net_base(net),
		.gateway = gateway,
		.netif = netif,
		.metric = metric,
	};
	int err;

	if (net.len > 32 || (!netif && !gateway.v))
		return -EINVAL;
	if (gateway.v) {
		const struct ip_route *via = attached(ip, gateway, netif);

		if (!via)
			return -ENETUNREACH;
		r.netif = via->netif;
		r.src = via->src;
	} else {
		r.src = ip_addr_of(stack, netif).addr;
	}
	err = route_insert(ip, &r);
	if (!err)
		ip_changed(ip);
	return err;
}

/* A search for the interface of a route that was named without it. */
struct route_search {
	struct ip_route want;
	struct netif *found;
};

static bool search_step(void *arg, const struct ip_route *r)
{
	struct route_search *s = arg;

	if (r->net.addr.v == s->want.net.addr.v &&
	    r->net.len == s->want.net.len && r->kind == IP_ROUTE_UNICAST &&
	    r->gateway.v == s->want.gateway.v && r->metric == s->want.metric)
		s->found = r->netif;
	return !s->found;
}

int ip_route_del(struct stack *stack, struct ip4_net net, ip4_addr gateway,
		 struct netif *netif, uint32_t metric)
{
	struct ip *ip = ip_of(stack);
	struct route_search s = {
		.want =
			{
				.net = ip4_net_base(net),
				.gateway = gateway,
				.netif = netif,
				.metric = metric,
			},
	};
	int err;

	if (!netif) {
		trie_walk(&ip->trie, search_step, &s);
		s.want.netif = s.found;
	}
	err = route_remove(ip, &s.want);
	if (!err)
		ip_changed(ip);
	return err;
}

const struct ip_route *ip_route_lookup(struct stack *stack, struct ip_addr dst)
{
	return dst.family == IP_V4
		       ? trie_lookup(&ip_of(stack)->trie, dst.v4, NULL)
		       : NULL;
}

struct for_each {
	void (*fn)(void *arg, const struct ip_route *r);
	void *arg;
};

static bool for_each_step(void *arg, const struct ip_route *r)
{
	const struct for_each *f = arg;

	f->fn(f->arg, r);
	return true;
}

void ip_route_for_each(struct stack *stack,
		       void (*fn)(void *arg, const struct ip_route *r),
		       void *arg)
{
	struct for_each f = {.fn = fn, .arg = arg};

	trie_walk(&ip_of(stack)->trie, for_each_step, &f);
}

size_t ip_route_count(const struct stack *stack)
{
	return ip_of(stack)->trie.count;
}
