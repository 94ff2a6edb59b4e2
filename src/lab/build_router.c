// SPDX-License-Identifier: MIT
/*
 * build_router.c - routes, translation and habits of a router, when it boots
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "wire/proto.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "ip/nat.h"
#include "lab/expand.h"
#include "lab/ppp.h"
#include "lab/run_int.h"

static const struct topo_segment *segment_of(const struct run_node *n,
					     const struct lab_iface *iface)
{
	const struct topo_segment *s = n->run->lab->topo.segments.items;

	return &s[iface->segment];
}

/* The way to that router is there only while PPP is up. */
static bool is_later(const struct run_node *n, ip4_addr via)
{
	struct ip_addr ip = ip_addr_v4(via);

	return ppp_leads_to(n->run->lab, n->spec, &ip);
}

static int boot_ways(struct run_node *n, const struct lab_route *route)
{
	ip4_addr via;
	int err = 0;

	for (size_t i = 0; i < route->via.count && !err; i++) {
		check(route_via(route, i, &via));
		if (!is_later(n, via))
			err = ip_route_add(&n->host->stack, route->to.v, via,
					   NULL, 0);
	}
	return err;
}

int boot_routes(struct run_node *n)
{
	const struct lab_route *route = n->spec->routes.items;
	const struct ip4_net all = {.len = 0};
	struct stack *stack = &n->host->stack;
	int err = 0;

	if (n->spec->gateway.is_set && !is_later(n, n->spec->gateway.v))
		err = ip_route_add(stack, all, n->spec->gateway.v, NULL, 0);
	for (size_t i = 0; i < n->spec->routes.count && !err; i++)
		err = boot_ways(n, &route[i]);
	return err;
}

/* Where a forward leads. */
static struct endpoint target_of(const struct run_node *n, const char *text)
{
	char name[NODE_NAME_MAX];
	struct endpoint to = {0};
	ip4_addr ip;

	check(text_split(text, name, sizeof(name), &to.port));
	if (ip4_parse(&ip, name) != 0)
		ip = topo_first_iface(run_node(n->run, name)->spec)->ip.v;
	to.addr = ip_addr_v4(ip);
	return to;
}

static int boot_forwards(struct run_node *n)
{
	const struct lab_forward *f = n->spec->router.forward.items;
	int err = 0;

	for (size_t i = 0; i < n->spec->router.forward.count && !err; i++)
		err = nat_forward_add(
			&n->host->stack,
			f[i].tcp.is_set ? IP_PROTO_TCP : IP_PROTO_UDP,
			(uint16_t)(f[i].tcp.is_set ? f[i].tcp.v : f[i].udp.v),
			target_of(n, f[i].to.s));
	return err;
}

int boot_nat(struct run_node *n, struct netif *outside)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	const struct lab_num *filter = &n->spec->router.nat_filter;
	struct stack *stack = &n->host->stack;
	struct ip4_net inside = {0};
	int err;

	if (!n->spec->nat.s)
		return 0;
	for (size_t i = 0; i < n->spec->interfaces.count; i++)
		if (strcmp(iface[i].on.s, n->spec->nat.s) == 0)
			inside = segment_of(n, &iface[i])->net->v;
	err = nat_enable(stack, outside, &inside, 1);
	if (!err && filter->is_set)
		nat_set_filtering(stack, (enum nat_filtering)filter->v);
	return err ? err : boot_forwards(n);
}

/* The first interface that leads elsewhere; NULL: none, or it is not there yet:
 * PPPoE. */
static struct netif *outside_of(struct run_node *n)
{
	const struct lab_iface *iface = n->spec->interfaces.items;

	if (!n->spec->nat.s || n->spec->pppoe.name.s)
		return NULL;
	for (size_t i = 0; i < n->spec->interfaces.count; i++)
		if (strcmp(iface[i].on.s, n->spec->nat.s) != 0)
			return run_netif(n, i);
	return NULL;
}

int boot_router(struct run_node *n)
{
	const struct lab_router *r = &n->spec->router;
	struct stack *stack = &n->host->stack;
	struct netif *outside = outside_of(n);
	int err = outside ? boot_nat(n, outside) : 0;

	if (err || n->spec->kind.v != LAB_ROUTER)
		return err;
	if (r->rpf.is_set)
		ip_rpf_set(stack, (enum ip_rpf)r->rpf.v);
	if (r->redirects.is_set)
		ip_redirects_send_set(stack, r->redirects.v);
	if (r->icmp_rate.is_set)
		icmp_rate_set(stack, (uint32_t)r->icmp_rate.v);
	ip_proxy_arp_set(stack, r->proxy_arp.v);
	ip_directed_bcast_set(stack, r->directed.v);
	return 0;
}
