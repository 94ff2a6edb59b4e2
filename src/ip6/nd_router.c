// SPDX-License-Identifier: MIT
/*
 * nd_router.c - the routers of a link, and the routes through them
 *
 * Theory of operation
 * ===================
 * A router says for how long it is a default router, and to which prefixes it
 * leads besides (RFC 4191).  Both are the same thing here, a way: being a
 * default router is a way to ::/0.
 *
 * All ways of all routers are in the routing table, and the metric says which
 * is used: the router's preference decides, and a router that neighbour
 * unreachability detection has found silent comes after all that are not
 * (RFC 4861, 6.3.6).  Of several silent ones the one that was found silent
 * first is tried first, so in a row of failures each has its turn.  There is
 * no other memory of which router is in use: the table is it.
 *
 *	1023 1024 1025		high, medium, low preference
 *	100000 + n		the n-th failure
 *
 * Limits
 * ------
 * ND_ROUTERS_MAX routers, ND_WAYS_MAX ways of each; further ones are ignored.
 */

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

#define METRIC_MEDIUM 1024
#define METRIC_FAILED 100000

struct nd_router *nd_router_find(const struct nd_link *link, ip6_addr addr)
{
	struct nd_router *r;

	list_for_each_entry(r, &link->routers, struct nd_router, node)
		if (ip6_eq(r->addr, addr))
			return r;
	return NULL;
}

static const struct nd_way *default_way(const struct nd_router *r)
{
	const struct nd_way *way;

	list_for_each_entry(way, &r->ways, struct nd_way, node)
		if (way->net.len == 0)
			return way;
	return NULL;
}

bool nd_router_is_default(const struct nd_router *r)
{
	return default_way(r);
}

static void tell(const struct nd_router *r, enum reason what, const char *why)
{
	const struct nd_way *way = default_way(r);
	struct ip_addr ip = ip_addr_v6_on(r->addr, r->link->netif->index);

	PROBE_CAUSE(&r->link->nd->stack->place, EV_LEARN, what, NULL,
		    EVF_IP("ip", &ip), EVF_TEXT("how", why),
		    EVF_TEXT("netif", r->link->netif->name),
		    EVF_NUM("pref", way ? way->pref : 0));
}

/*
 * Ways and the routing table.
 */

static struct ip6_route route_of(const struct nd_router *r,
				 const struct nd_way *way, uint32_t metric)
{
	return (struct ip6_route){
		.net = way->net,
		.gateway = r->addr,
		.netif = r->link->netif,
		.metric = metric,
		.kind = IP_ROUTE_UNICAST,
		.origin = IP6_ROUTE_RA,
	};
}

static uint32_t metric_of(const struct nd_router *r, const struct nd_way *way)
{
	if (r->failure)
		return METRIC_FAILED + r->failure;
	return (uint32_t)(METRIC_MEDIUM - (int)way->pref);
}

static void way_uninstall(const struct nd_router *r, struct nd_way *way)
{
	struct ip6_route route = route_of(r, way, way->metric);

	if (way->metric)
		ip6_route_del(r->link->nd->stack, &route);
	way->metric = 0;
}

/* Put the way into the table as it is now.  Without memory it is not there,
 * and the next advertisement puts it in. */
static void way_install(const struct nd_router *r, struct nd_way *way)
{
	uint32_t metric = metric_of(r, way);
	struct ip6_route route = route_of(r, way, metric);

	if (way->metric == metric)
		return;
	way_uninstall(r, way);
	if (!ip6_route_add(r->link->nd->stack, &route))
		way->metric = metric;
}

static void ways_install(const struct nd_router *r)
{
	struct nd_way *way;

	list_for_each_entry(way, &r->ways, struct nd_way, node)
		way_install(r, way);
}

static void way_free(struct nd_router *r, struct nd_way *way)
{
	way_uninstall(r, way);
	list_del(&way->node);
	r->way_count--;
	mem_free(r->link->nd->stack->place.env->mem, way, sizeof(*way));
}

static struct nd_way *way_find(const struct nd_router *r, struct ip6_net net)
{
	struct nd_way *way;

	list_for_each_entry(way, &r->ways, struct nd_way, node)
		if (way->net.len == net.len && ip6_eq(way->net.addr, net.addr))
			return way;
	return NULL;
}

static struct nd_way *way_new(struct nd_router *r, struct ip6_net net)
{
	struct nd_way *way = NULL;

	if (r->way_count < ND_WAYS_MAX)
		way = mem_alloc(r->link->nd->stack->place.env->mem,
				sizeof(*way));
	if (!way)
		return NULL;
	way->net = net;
	list_add_tail(&r->ways, &way->node);
	r->way_count++;
	return way;
}

/* What the router says of one destination. */
static void way_learn(struct nd_router *r, const struct nd_route *said)
{
	struct ip6_net net = ip6_net_base(said->net);
	struct nd_way *way = way_find(r, net);

	if (!said->lifetime_s) {
		if (way)
			way_free(r, way);
		return;
	}
	if (!way)
		way = way_new(r, net);
	if (!way)
		return;
	way->pref = said->pref;
	way->expires_ns = nd_until(r->link->nd, said->lifetime_s);
	way_install(r, way);
	nd_ends_at(r->link, way->expires_ns);
}

/*
 * Routers.
 */

static struct nd_router *router_new(struct nd_link *link, ip6_addr addr)
{
	struct mem *mem = link->nd->stack->place.env->mem;
	struct nd_router *r = NULL;

	if (link->router_count < ND_ROUTERS_MAX)
		r = mem_alloc(mem, sizeof(*r));
	if (!r)
		return NULL;
	r->link = link;
	r->addr = addr;
	list_init(&r->ways);
	list_add_tail(&link->routers, &r->node);
	link->router_count++;
	return r;
}

static void router_free(struct nd_router *r)
{
	struct nd_link *link = r->link;
	struct nd_way *way;

	while ((way = list_first_entry(&r->ways, struct nd_way, node)))
		way_free(r, way);
	list_del(&r->node);
	link->router_count--;
	mem_free(link->nd->stack->place.env->mem, r, sizeof(*r));
}

static void learn_ways(struct nd_router *r, const struct nd_msg *m)
{
	const struct nd_route as_default = {
		.pref = m->pref,
		.lifetime_s = m->lifetime_s,
	};
	const struct nd_opts *o = &m->opts;
	size_t i;

	way_learn(r, &as_default);
	for (i = 0; i < o->route_count; i++)
		if (!ip6_is_link_local(o->route[i].net.addr) &&
		    !ip6_is_multicast(o->route[i].net.addr))
			way_learn(r, &o->route[i]);
}

/* It speaks again, and is in no state that says it does not listen. */
static void router_heard(struct nd_router *r)
{
	const struct nd_entry *e =
		nd_find(r->link->nd, r->link->netif, r->addr);

	if (r->failure && e && e->state != ND_UNREACHABLE &&
	    e->state != ND_FAILED)
		r->failure = 0;
}

void nd_router_learn(struct nd_link *link, const struct nd_msg *m,
		     ip6_addr addr)
{
	struct nd_router *r = nd_router_find(link, addr);
	bool was_default = r && nd_router_is_default(r);

	if (!r && (m->lifetime_s || m->opts.route_count))
		r = router_new(link, addr);
	if (!r)
		return;
	router_heard(r);
	learn_ways(r, m);
	ways_install(r);
	if (!was_default && nd_router_is_default(r))
		tell(r, R_ND_ROUTER_FOUND, "it advertises itself");
	if (was_default && !nd_router_is_default(r))
		tell(r, R_ND_ROUTER_LOST, "it says so");
	if (list_is_empty(&r->ways))
		router_free(r);
}

void nd_router_reached(struct nd *nd, const struct netif *netif, ip6_addr addr,
		       bool is_reached)
{
	const struct nd_link *link = nd_link_find(nd, netif);
	struct nd_router *r = link ? nd_router_find(link, addr) : NULL;

	if (!is_reached)
		nd_redirect_lost(nd, netif, addr);
	if (!r || (is_reached && !r->failure))
		return;
	r->failure = is_reached ? 0 : ++nd->failures;
	tell(r, is_reached ? R_ND_ROUTER_FOUND : R_ND_ROUTER_DOWN,
	     is_reached ? "it answers again" : "it does not answer");
	ways_install(r);
}

void nd_router_lost(struct nd_link *link, ip6_addr addr)
{
	struct nd_router *r = nd_router_find(link, addr);

	nd_redirect_lost(link->nd, link->netif, addr);
	if (!r)
		return;
	tell(r, R_ND_ROUTER_LOST, "it is no router any more");
	router_free(r);
	nd_rs_start(link);
}

/* Ways of @r that have ended; the next end. */
static uint64_t ways_sweep(struct nd_router *r)
{
	uint64_t next = UINT64_MAX;
	struct list *pos, *tmp;

	list_for_each_safe(pos, tmp, &r->ways) {
		struct nd_way *way = container_of(pos, struct nd_way, node);

		if (way->expires_ns > nd_now(r->link->nd)) {
			next = min_u64(next, way->expires_ns);
			continue;
		}
		if (way->net.len == 0)
			tell(r, R_ND_ROUTER_LOST, "its lifetime is over");
		way_free(r, way);
	}
	return next;
}

uint64_t nd_router_sweep(struct nd_link *link)
{
	uint64_t next = UINT64_MAX;
	struct list *pos, *tmp;

	list_for_each_safe(pos, tmp, &link->routers) {
		struct nd_router *r = container_of(pos, struct nd_router, node);

		next = min_u64(next, ways_sweep(r));
		if (list_is_empty(&r->ways))
			router_free(r);
	}
	return next;
}

void nd_router_forget(struct nd_link *link)
{
	struct nd_router *r;

	while ((r = list_first_entry(&link->routers, struct nd_router, node)))
		router_free(r);
}

void nd_router_for_each(struct stack *stack,
			void (*fn)(void *arg, const struct nd_router_view *v),
			void *arg)
{
	const struct nd_link *link;
	const struct nd_router *r;

	list_for_each_entry(link, &nd_of(stack)->links, struct nd_link, node)
		list_for_each_entry(r, &link->routers, struct nd_router, node) {
			const struct nd_way *way = default_way(r);
			struct nd_router_view v = {
				.netif = link->netif,
				.addr = r->addr,
				.pref = way ? way->pref : ND_PREF_MEDIUM,
				.is_default = way,
				.is_unreachable = r->failure,
				.expires_ns = way ? way->expires_ns : 0,
			};

			fn(arg, &v);
		}
}
