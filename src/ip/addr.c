// SPDX-License-Identifier: MIT
/*
 * addr.c - our addresses
 *
 * Theory of operation
 * ===================
 * An address is a set of routes: to itself (LOCAL), to the network attached
 * (UNICAST without a gateway), to that network's broadcast addresses (BCAST).
 * So the one question "what is the best route to X?" also answers "is X
 * ours?" and "is X a broadcast?", and the paths of packets need no other.
 *
 * The all-zeroes host of a network is a broadcast too: an old form that must
 * be understood and never be a source (RFC 1122, 3.2.1.3).
 */

#include <errno.h>

#include "ip/group_shared.h"
#include "ip/ip_int.h"
#include "link/arp.h"

/* The routes of one address, at most. */
#define ADDR_ROUTES 4

static size_t addr_routes(struct netif *netif, struct ip4_net net,
			  struct ip_route out[ADDR_ROUTES])
{
	const struct ip_route route = {.netif = netif, .src = net.addr};
	struct ip4_net base = ip4_net_base(net);
	size_t i, n = 1;

	for (i = 0; i < ADDR_ROUTES; i++)
		out[i] = route;
	out[0].kind = IP_ROUTE_LOCAL;
	if (ip4_is_loopback(net.addr)) {
		out[0].net = base; /* all of 127.0.0.0/8 */
		return n;
	}
	out[0].net = (struct ip4_net){net.addr, 32};
	if (net.len < 32)
		out[n++].net = base;
	if (net.len < 31) {
		out[n].kind = IP_ROUTE_BCAST;
		out[n++].net = (struct ip4_net){base.addr, 32};
		out[n].kind = IP_ROUTE_BCAST;
		out[n++].net = (struct ip4_net){ip4_net_broadcast(net), 32};
	}
	return n;
}

static bool addr_is_possible(const struct netif *netif, struct ip4_net net)
{
	ip4_addr a = net.addr;

	if (net.len > 32 || a.v >> 24 == 0 || ip4_is_multicast(a) ||
	    ip4_is_broadcast(a) || ip4_is_reserved(a))
		return false;
	if (ip4_is_loopback(a))
		return netif->features & NETIF_F_LOOPBACK;
	return net.len >= 31 || (a.v != ip4_net_base(net).addr.v &&
				 a.v != ip4_net_broadcast(net).v);
}

static struct ip_ifaddr *addr_find(struct ip *ip, const struct netif *netif,
				   struct ip4_net net)
{
	struct ip_ifaddr *a;

	list_for_each_entry(a, &ip->addrs, struct ip_ifaddr, node)
		if (a->netif == netif && a->net.addr.v == net.addr.v &&
		    a->net.len == net.len)
			return a;
	return NULL;
}

/* Does another address of ours need that route as well? */
static bool route_is_shared(struct ip *ip, const struct ip_ifaddr *a,
			    const struct ip_route *r)
{
	struct ip_ifaddr *other;

	list_for_each_entry(other, &ip->addrs, struct ip_ifaddr, node)
		if (other != a && other->netif == a->netif &&
		    r->kind != IP_ROUTE_LOCAL && other->net.len == a->net.len &&
		    ip4_net_has(a->net, other->net.addr))
			return true;
	return false;
}

static int addr_add_routes(struct ip *ip, struct ip_ifaddr *a)
{
	struct ip_route r[ADDR_ROUTES];
	size_t i, n = addr_routes(a->netif, a->net, r);
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		err = route_insert(ip, &r[i]);
		if (err == -EEXIST && route_is_shared(ip, a, &r[i]))
			err = 0;
	}
	if (!err)
		return 0;
	while (--i)
		if (!route_is_shared(ip, a, &r[i - 1]))
			route_remove(ip, &r[i - 1]);
	return err;
}

int ip_addr_add(struct stack *stack, struct netif *netif, struct ip4_net net)
{
	struct ip *ip = ip_of(stack);
	struct ip_ifaddr *a;
	int err = 0;

	if (!addr_is_possible(netif, net))
		return -EINVAL;
	if (addr_find(ip, netif, net))
		return -EEXIST;
	a = mem_alloc(stack->place.env->mem, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->netif = netif;
	a->net = net;
	if (!(netif->features & NETIF_F_NO_ARP))
		err = arp_addr_add(stack, netif, net.addr, ARP_CLAIM_QUIET);
	if (!err) {
		err = addr_add_routes(ip, a);
		if (err)
			arp_addr_del(stack, netif, net.addr);
	}
	if (err) {
		mem_free(stack->place.env->mem, a, sizeof(*a));
		return err;
	}
	list_add_tail(&ip->addrs, &a->node);
	if (netif->features & NETIF_F_LOOPBACK)
		ip->lo = netif;
	ip_changed(ip);
	return 0;
}

static void addr_free(struct ip *ip, struct ip_ifaddr *a)
{
	struct ip_route r[ADDR_ROUTES];
	size_t n = addr_routes(a->netif, a->net, r);

	while (n--)
		if (!route_is_shared(ip, a, &r[n]))
			route_remove(ip, &r[n]);
	arp_addr_del(ip->stack, a->netif, a->net.addr);
	list_del(&a->node);
	mem_free(ip->stack->place.env->mem, a, sizeof(*a));
	ip_changed(ip);
}

int ip_addr_del(struct stack *stack, struct netif *netif, struct ip4_net net)
{
	struct ip *ip = ip_of(stack);
	struct ip_ifaddr *a = addr_find(ip, netif, net);

	if (!a)
		return -ENOENT;
	addr_free(ip, a);
	return 0;
}

bool ip_addr_is_ours(struct stack *stack, struct ip_addr addr)
{
	const struct ip_route *r;

	if (ip_other(stack, addr.family))
		return ip_other(stack, addr.family)->addr_is_ours(stack, addr);
	if (addr.family != IP_V4)
		return false;
	r = route_find(ip_of(stack), addr.v4);
	return r && r->kind == IP_ROUTE_LOCAL;
}

bool ip_addr_is_bcast(struct stack *stack, struct ip_addr addr)
{
	const struct ip_route *r;

	if (addr.family != IP_V4)
		return false;
	if (ip4_is_broadcast(addr.v4))
		return true;
	if (path_home(ip_of(stack), addr.v4).v)
		return false;
	r = route_find(ip_of(stack), addr.v4);
	return r && r->kind == IP_ROUTE_BCAST;
}

struct ip4_net ip_addr_of(struct stack *stack, const struct netif *netif)
{
	struct ip_ifaddr *a;

	list_for_each_entry(a, &ip_of(stack)->addrs, struct ip_ifaddr, node)
		if (a->netif == netif)
			return a->net;
	return (struct ip4_net){.len = 0};
}

void ip_addr_for_each(struct stack *stack,
		      void (*fn)(void *arg, const struct netif *netif,
				 struct ip4_net net),
		      void *arg)
{
	struct ip_ifaddr *a;

	list_for_each_entry(a, &ip_of(stack)->addrs, struct ip_ifaddr, node)
		fn(arg, a->netif, a->net);
}

bool ip_on_same_net(const struct ip *ip, const struct netif *netif, ip4_addr a)
{
	struct ip_ifaddr *own;

	list_for_each_entry(own, &ip->addrs, struct ip_ifaddr, node)
		if (own->netif == netif && ip4_net_has(own->net, a))
			return true;
	return false;
}

/*
 * An interface goes away.
 */

static bool route_through(void *arg, const struct ip_route *r)
{
	struct ip_route *found = arg;

	if (r->netif != found->netif)
		return true;
	*found = *r;
	return false;
}

static void routes_drop(struct ip *ip, struct netif *netif)
{
	for (;;) {
		struct ip_route r = {.netif = netif, .net = {.len = 255}};

		trie_walk(&ip->trie, route_through, &r);
		if (r.net.len == 255)
			return;
		route_remove(ip, &r);
	}
}

void ip_netif_gone(struct stack *stack, struct netif *netif)
{
	struct ip *ip = ip_of(stack);
	struct list *pos, *next;

	list_for_each_safe(pos, next, &ip->addrs) {
		struct ip_ifaddr *a = container_of(pos, struct ip_ifaddr, node);

		if (a->netif == netif)
			addr_free(ip, a);
	}
	groups_drop(stack, IP_V4, netif);
	if (ip->other)
		ip->other->netif_gone(stack, netif);
	routes_drop(ip, netif);
	arp_flush(stack, netif);
	if (ip->lo == netif)
		ip->lo = NULL;
	ip_changed(ip);
}
