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

/* `steal-ip6`: one address more, which somebody on the LAN has.  It is tried
 * first, as any address that nobody vouches for (RFC 4862, 5.4). */
static int boot_stolen(struct run_node *n)
{
	const struct lab_ip6 *ip = expand_stolen_ip6(n->run->lab, n->spec);
	struct ip6_addr_conf addr = {.net = {.len = 64}};

	if (!ip)
		return 0;
	addr.net.addr = ip->v;
	return ip6_addr_add_conf(&n->host->stack, run_netif(n, 0), &addr);
}

/* Who has this address on a LAN where routers advertise themselves? */
static const struct lab_iface *advertiser(const struct topo_segment *s,
					  ip6_addr addr)
{
	const struct topo_port *port = s->ports.items;

	for (size_t i = 0; s->lan && s->lan->slaac.v && i < s->ports.count; i++)
		if (ip6_eq(port[i].iface->ip6.v, addr))
			return port[i].iface;
	return NULL;
}

/* Hosts there know routers by their link-local addresses, so routers that tell
 * of one another have to as well, or no redirect could be (RFC 4861, 8.2). */
static void use_link_local(struct run_node *n, struct ip6_route *r)
{
	const struct ip6_net link = {.addr = {{0xfe, 0x80}}, .len = 64};
	const struct lab_iface *own = n->spec->interfaces.items, *router;

	for (size_t i = 0; i < n->spec->interfaces.count; i++) {
		if (!own[i].is_plugged)
			continue;
		router = advertiser(segment_of(n, &own[i]), r->gateway);
		if (!router)
			continue;
		r->gateway = ip6_eui64(link.addr, router->mac.v);
		r->netif = run_netif(n, i);
		return;
	}
}

static int boot_route(struct run_node *n, struct ip6_net to, ip6_addr via)
{
	struct ip6_route r = {.net = to, .gateway = via};
	struct ip_addr ip = ip_addr_v6(via);

	if (ppp_leads_to(n->run->lab, n->spec, &ip))
		return 0; /* ppp.c, when it is up */
	if (n->spec->kind.v == LAB_ROUTER)
		use_link_local(n, &r);
	return ip6_route_add(&n->host->stack, &r);
}

int run_node_boot_ip6(struct run_node *n)
{
	const struct lab_route6 *route = n->spec->routes6.items;
	const struct ip6_net all = {.len = 0};
	int err = 0;

	for (size_t i = 0; i < n->spec->interfaces.count && !err; i++)
		err = boot_iface(n, i);
	if (!err)
		err = boot_stolen(n);
	if (!err && n->spec->gateway6.is_set)
		err = boot_route(n, all, n->spec->gateway6.v);
	for (size_t i = 0; i < n->spec->routes6.count && !err; i++)
		err = boot_route(n, route[i].to, route[i].via);
	return err;
}
