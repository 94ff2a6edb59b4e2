// SPDX-License-Identifier: MIT
/*
 * build_ip6.c - a host of a lab gets its IPv6 addresses and routes
 *
 * Addresses that the file gives are used at once: whoever wrote it has seen to
 * it that they are there once.  On a `slaac` LAN the routers advertise the
 * network, and a host listens and makes its own address; it has to ask first
 * whether somebody has it, which takes a second or more (RFC 4862, 5.4).
 */
#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "lab/expand.h"
#include "lab/ppp.h"
#include "lab/run_int.h"

enum { ROUTER_LIFETIME_S = 1800 };

static const struct topo_segment *segment_of(const struct run_node *n,
					     const struct lab_iface *iface)
{
	const struct topo_segment *s = n->run->lab->topo.segments.items;

	return &s[iface->segment];
}

/* A host that listens to routers. */
static int boot_slaac(struct stack *stack, struct netif *netif)
{
	const struct nd_conf conf = {.iid = ND_IID_EUI64};
	int err = nd_conf_set(stack, netif, &conf);

	return err ? err : ip6_enable(stack, netif);
}

/* A router that tells hosts the network, and what there is of DHCPv6. */
static int boot_advertise(struct stack *stack, struct netif *netif,
			  struct ip6_net net, const struct lab_lan *lan)
{
	const struct nd_ra_conf conf = {
		.lifetime_s = ROUTER_LIFETIME_S,
		.is_managed = lan->dhcp6.v == LAB_DHCP6_MANAGED,
		.is_other = lan->dhcp6.v != LAB_DHCP6_NONE,
		.prefix = {{.net = net,
			    .is_onlink = true,
			    .is_auto = lan->slaac.v,
			    .valid_s = ND_FOREVER_S,
			    .preferred_s = ND_FOREVER_S}},
		.prefix_count = 1,
	};

	return nd_router_conf(stack, netif, &conf);
}

static int boot_iface(struct run_node *n, size_t index)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	const struct topo_segment *s = segment_of(n, &iface[index]);
	struct netif *netif = run_netif(n, index);
	struct stack *stack = &n->host->stack;
	const struct nd_conf by_hand = {.no_autoconf = true,
					.no_routers = true};
	const struct ip6_addr_conf addr = {
		.net = {iface[index].ip6.v, 64},
		.no_dad = true,
	};
	int err;

	if (expand_is_slaac(n->run->lab, n->spec, &iface[index]) ||
	    expand_is_managed(n->run->lab, n->spec, &iface[index]))
		return boot_slaac(stack, netif);
	if (!iface[index].ip6.is_set || s->is_ppp)
		return 0;
	err = nd_conf_set(stack, netif, &by_hand);
	if (!err)
		err = ip6_addr_add_conf(stack, netif, &addr);
	if (!err && n->spec->kind.v == LAB_ROUTER && s->lan &&
	    (s->lan->slaac.v || s->lan->dhcp6.v))
		err = boot_advertise(stack, netif, s->net6->v, s->lan);
	return err;
}

static int boot_route(struct run_node *n, struct ip6_net to, ip6_addr via)
{
	const struct ip6_route r = {.net = to, .gateway = via};
	struct ip_addr ip = ip_addr_v6(via);

	if (ppp_leads_to(n->run->lab, n->spec, &ip))
		return 0; /* ppp.c, when it is up */
	return ip6_route_add(&n->host->stack, &r);
}

int run_node_boot_ip6(struct run_node *n)
{
	const struct lab_route6 *route = n->spec->routes6.items;
	const struct ip6_net all = {.len = 0};
	int err = 0;

	for (size_t i = 0; i < n->spec->interfaces.count && !err; i++)
		err = boot_iface(n, i);
	if (!err && n->spec->gateway6.is_set)
		err = boot_route(n, all, n->spec->gateway6.v);
	for (size_t i = 0; i < n->spec->routes6.count && !err; i++)
		err = boot_route(n, route[i].to, route[i].via);
	return err;
}
