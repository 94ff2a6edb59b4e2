// SPDX-License-Identifier: MIT
/*
 * if6.c - which interfaces speak IPv6, and which groups they hear
 *
 * Theory of operation
 * ===================
 * Nothing of IPv6 happens on an interface before it is enabled: a network that
 * has only IPv4 sees no frame more.  Then it has a link-local address, hears
 * the group of all nodes and, on a router, that of all routers.
 *
 * A group is counted, because several addresses may share the group that
 * their neighbours ask in.  Groups are kept by ip/group.c, for both versions.
 */

#include <errno.h>

#include "ip/group_shared.h"
#include "ip6/ip6_int.h"

struct ip6_if *ip6_if_find(const struct ip6 *ip6, const struct netif *netif)
{
	struct ip6_if *i;

	list_for_each_entry(i, &ip6->ifs, struct ip6_if, node)
		if (i->netif == netif)
			return i;
	return NULL;
}

bool ip6_is_enabled(const struct stack *stack, const struct netif *netif)
{
	return ip6_if_find(ip6_of(stack), netif);
}

int ip6_if_conf_set(struct stack *stack, struct netif *netif,
		    const struct ip6_if_conf *conf)
{
	struct ip6_if *i = ip6_if_find(ip6_of(stack), netif);

	if (!i)
		return -ENOENT;
	if (conf->mtu && conf->mtu < IP6_MTU_MIN)
		return -EINVAL;
	stack->epoch++;
	i->conf = *conf;
	return 0;
}

struct ip6_if_conf ip6_if_conf_of(const struct stack *stack,
				  const struct netif *netif)
{
	const struct ip6_if *i = ip6_if_find(ip6_of(stack), netif);

	return i ? i->conf : (struct ip6_if_conf){0};
}

uint32_t if6_mtu(const struct ip6 *ip6, const struct netif *netif)
{
	uint32_t mtu = ip6_if_conf_of(ip6->stack, netif).mtu;

	return mtu && mtu < netif->mtu ? mtu : netif->mtu;
}

/*
 * Groups.
 */

bool ip6_in_group(const struct stack *stack, const struct netif *netif,
		  ip6_addr group)
{
	return group_is_joined(stack, netif, ip_addr_v6(group));
}

int ip6_group_add(struct stack *stack, struct netif *netif, ip6_addr group)
{
	int err = ip6_is_multicast(group) ? ip6_enable(stack, netif) : -EINVAL;

	return err ? err : group_hold(stack, netif, ip_addr_v6(group));
}

int ip6_group_del(struct stack *stack, struct netif *netif, ip6_addr group)
{
	return group_release(stack, netif, ip_addr_v6(group));
}

/*
 * Enabling.
 */

/* Groups and the first address. */
static int if_dress(struct ip6 *ip6, struct netif *netif, ip6_addr link_local)
{
	struct ip6_addr_conf conf = {.origin = IP6_FROM_LINK};
	int err;

	if (netif_is_lo(netif)) {
		ip6->lo = netif;
		conf.net = (struct ip6_net){IP6_LOOPBACK, 128};
		return ip6_addr_add_conf(ip6->stack, netif, &conf);
	}
	err = ip6_group_add(ip6->stack, netif, IP6_ALL_NODES);
	if (!err && ip6->is_forwarding)
		err = ip6_group_add(ip6->stack, netif, IP6_ALL_ROUTERS);
	conf.net = (struct ip6_net){link_local, 64};
	return err ? err : ip6_addr_add_conf(ip6->stack, netif, &conf);
}

static int if_enable(struct stack *stack, struct netif *netif,
		     ip6_addr link_local)
{
	struct ip6 *ip6 = ip6_of(stack);
	struct ip6_if *i;
	int err;

	if (ip6_if_find(ip6, netif))
		return 0;
	if (netif->mtu < IP6_MTU_MIN)
		return -EINVAL; /* RFC 8200, 5 */
	i = mem_alloc(stack->place.env->mem, sizeof(*i));
	if (!i)
		return -ENOMEM;
	*i = (struct ip6_if){.netif = netif};
	list_add_tail(&ip6->ifs, &i->node);
	err = if_dress(ip6, netif, link_local);
	if (err)
		ip6_disable(stack, netif);
	else if (ip6->nd && ip6->nd->if_up && !netif_is_lo(netif))
		ip6->nd->if_up(stack, netif);
	return err;
}

int ip6_enable(struct stack *stack, struct netif *netif)
{
	ip6_addr fe80 = {{0xfe, 0x80}};

	return if_enable(stack, netif, ip6_eui64(fe80, netif->mac));
}

int ip6_enable_iid(struct stack *stack, struct netif *netif, uint64_t iid)
{
	ip6_addr fe80 = {{0xfe, 0x80}};

	put64(fe80.o + 8, iid);
	return if_enable(stack, netif, fe80);
}

void ip6_disable(struct stack *stack, struct netif *netif)
{
	struct ip6 *ip6 = ip6_of(stack);
	struct ip6_if *i = ip6_if_find(ip6, netif);

	if (!i)
		return;
	if (ip6->nd && ip6->nd->if_down)
		ip6->nd->if_down(stack, netif);
	addr6_drop(ip6, netif);
	groups_drop(stack, IP_V6, netif);
	route6_drop(ip6, netif);
	if (ip6->lo == netif)
		ip6->lo = NULL;
	list_del(&i->node);
	mem_free(stack->place.env->mem, i, sizeof(*i));
	ip_generation_bump(stack);
}

void if6_forwarding_set(struct ip6 *ip6, bool is_on)
{
	struct ip6_if *i;

	if (ip6->is_forwarding == is_on)
		return;
	ip6->is_forwarding = is_on;
	list_for_each_entry(i, &ip6->ifs, struct ip6_if, node) {
		if (netif_is_lo(i->netif))
			continue;
		if (is_on)
			ip6_group_add(ip6->stack, i->netif, IP6_ALL_ROUTERS);
		else
			ip6_group_del(ip6->stack, i->netif, IP6_ALL_ROUTERS);
	}
	if (ip6->nd && ip6->nd->forwarding)
		ip6->nd->forwarding(ip6->stack, is_on);
}
