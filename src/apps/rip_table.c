// SPDX-License-Identifier: MIT
/*
 * rip_table.c - the routes of RIP: learned, lost, forgotten (RFC 2453, 3.9.2)
 *
 * Theory of operation
 * ===================
 *	(none) ---- heard of ---> valid ---- timeout, or metric 16 ---> gone
 *	   ^			    ^					 |
 *	   |			    +----- heard of again ---------------+
 *	   +--------------------------- garbage -------------------------+
 *
 * A valid route stands in the stack's table, too; one that is gone does not,
 * but neighbours are still told that it is gone: a neighbour who is told
 * nothing would believe in it for three minutes more.
 *
 * What the neighbour says whose route we have is always believed, also when it
 * is worse: he must know.  Another one is believed if his way is shorter; or
 * as short, and ours has not been heard of for half of its time.
 *
 * Invariants
 * ----------
 *  (1) There is one route to a network, and it is in the stack's table if its
 *	metric is less than infinity and it was learned.
 *  (2) A learned route has its timer armed.
 */

#include <errno.h>
#include <stdio.h>

#include "core/probe.h"

#include "apps/rip_int.h"
#include "ip/ip.h"

/* Routes by hand have metric 0, and win. */
#define METRIC_BASE 100

static void route_tell(const struct rip_route *r, enum reason what,
		       const char *text)
{
	char net[IP4_TEXT + 4], addr[IP4_TEXT];
	struct ip_addr gateway = {0};

	if (r->gateway.v)
		gateway = ip_addr_v4(r->gateway);
	snprintf(net, sizeof(net), "%s/%u", ip4_print(r->net.addr, addr),
		 r->net.len);
	PROBE(&r->rip->stack->place, EV_LEARN, what, NULL, EVF_TEXT("net", net),
	      EVF_IP("gateway", &gateway), EVF_NUM("metric", r->metric),
	      EVF_TEXT("netif", r->ifc->netif->name), EVF_TEXT("text", text));
}

/*
 * The stack's table.
 */

static void stack_add(const struct rip_route *r)
{
	if (r->from.v)
		(void)ip_route_add(r->rip->stack, r->net, r->gateway,
				   r->ifc->netif, METRIC_BASE + r->metric);
}

static void stack_del(const struct rip_route *r)
{
	if (r->from.v && r->metric < RIP_INFINITY)
		(void)ip_route_del(r->rip->stack, r->net, r->gateway,
				   r->ifc->netif, METRIC_BASE + r->metric);
}

/*
 * Routes.
 */

static bool comes_before(struct ip4_net a, struct ip4_net b)
{
	return a.addr.v < b.addr.v || (a.addr.v == b.addr.v && a.len < b.len);
}

struct rip_route *rip_find(const struct rip *rip, struct ip4_net net)
{
	struct rip_route *r;

	list_for_each_entry(r, &rip->routes, struct rip_route, node)
		if (r->net.addr.v == net.addr.v && r->net.len == net.len)
			return r;
	return NULL;
}

static void route_free(struct rip_route *r)
{
	struct rip *rip = r->rip;

	stack_del(r);
	stack_disarm(rip->stack, &r->timer);
	list_del(&r->node);
	rip->route_count--;
	mem_free(rip_mem(rip), r, sizeof(*r));
}

static void route_changed(struct rip_route *r)
{
	r->is_changed = true;
	rip_trigger(r->rip);
}

/* It leads nowhere any more. */
static void route_gone(struct rip_route *r, const char *text)
{
	if (r->metric == RIP_INFINITY)
		return;
	stack_del(r);
	r->metric = RIP_INFINITY;
	route_tell(r, R_RIP_GONE, text);
	stack_arm_in(r->rip->stack, &r->timer, r->rip->cfg.garbage_ns);
	route_changed(r);
}

static void on_timer(struct timer *t, void *arg)
{
	struct rip_route *r = arg;

	(void)t;
	if (r->metric < RIP_INFINITY) {
		route_gone(r, "nobody has spoken of it for too long");
		return;
	}
	route_tell(r, R_RIP_FORGET, NULL);
	route_free(r);
}

static struct rip_route *route_new(struct rip_if *ifc, struct ip4_net net)
{
	struct rip *rip = ifc->rip;
	struct rip_route *r, *next;
	struct list *at = &rip->routes;

	if (rip->route_count >= RIP_ROUTES_MAX)
		return NULL;
	r = mem_alloc(rip_mem(rip), sizeof(*r));
	if (!r)
		return NULL;
	r->rip = rip;
	r->ifc = ifc;
	r->net = net;
	r->metric = RIP_INFINITY;
	timer_init(&r->timer, on_timer, r);
	list_for_each_entry(next, &rip->routes, struct rip_route, node)
		if (comes_before(net, next->net)) {
			at = &next->node;
			break;
		}
	list_add_tail(at, &r->node);
	rip->route_count++;
	return r;
}

int rip_attach(struct rip_if *ifc)
{
	struct ip4_net net = ip4_net_base(ifc->net);
	struct rip_route *r = rip_find(ifc->rip, net);

	if (!r)
		r = route_new(ifc, net);
	if (!r)
		return -ENOMEM;
	stack_del(r);
	stack_disarm(ifc->rip->stack, &r->timer);
	r->ifc = ifc;
	r->from = r->gateway = (ip4_addr){0};
	r->metric = 1;
	r->tag = 0;
	route_tell(r, R_RIP_ATTACHED, NULL);
	route_changed(r);
	return 0;
}

/* Who has told us, and what. */
struct heard {
	struct rip_if *ifc;
	ip4_addr from, gateway;
	uint32_t metric;
	uint16_t tag;
};

/* Take a route as it was told, in place of what it was. */
static void route_take(struct rip_route *r, const struct heard *h)
{
	bool is_other = r->from.v != h->from.v || r->metric != h->metric;

	stack_del(r);
	r->ifc = h->ifc;
	r->from = h->from;
	r->gateway = h->gateway;
	r->metric = h->metric;
	r->tag = h->tag;
	stack_add(r);
	stack_arm_in(r->rip->stack, &r->timer, r->rip->cfg.timeout_ns);
	if (is_other)
		route_tell(r, R_RIP_LEARN, NULL);
	route_changed(r);
}

static bool is_same(const struct rip_route *r, const struct heard *h)
{
	return r->metric == h->metric && r->gateway.v == h->gateway.v &&
	       r->tag == h->tag && r->ifc == h->ifc;
}

/* As long as ours, and ours has been silent for half of its time? */
static bool is_fresher(const struct rip_route *r, const struct heard *h)
{
	uint64_t now = stack_now(r->rip->stack);

	return h->metric == r->metric && h->metric < RIP_INFINITY &&
	       r->timer.expires_ns - now <= r->rip->cfg.timeout_ns / 2;
}

/* The neighbour whose route we have speaks of it. */
static void heard_again(struct rip_route *r, const struct heard *h)
{
	if (h->metric == RIP_INFINITY)
		route_gone(r, "the neighbour that led there says so");
	else if (is_same(r, h))
		stack_arm_in(r->rip->stack, &r->timer, r->rip->cfg.timeout_ns);
	else
		route_take(r, h);
}

void rip_learn(struct rip_if *ifc, ip4_addr from, const struct rip_entry *e)
{
	struct rip_route *r = rip_find(ifc->rip, e->net);
	const struct heard h = {
		.ifc = ifc,
		.from = from,
		.gateway = e->next_hop.v ? e->next_hop : from,
		.metric = e->metric,
		.tag = e->tag,
	};

	if (r && !r->from.v && r->metric < RIP_INFINITY)
		return; /* attached: nobody knows it better */
	if (!r && h.metric < RIP_INFINITY) {
		r = route_new(ifc, e->net);
		if (r)
			route_take(r, &h);
	} else if (r && r->from.v == from.v) {
		heard_again(r, &h);
	} else if (r && (h.metric < r->metric || is_fresher(r, &h))) {
		route_take(r, &h);
	}
}

void rip_lose(struct rip_if *ifc)
{
	struct rip_route *r;

	list_for_each_entry(r, &ifc->rip->routes, struct rip_route, node)
		if (r->ifc == ifc)
			route_gone(r, "the cable has no signal");
}

void rip_table_fini(struct rip *rip)
{
	struct rip_route *r;

	while ((r = list_first_entry(&rip->routes, struct rip_route, node)))
		route_free(r);
}
