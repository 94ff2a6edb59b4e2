// SPDX-License-Identifier: MIT
/*
 * group.c - the groups that our interfaces receive, and from whom
 *
 * Theory of operation
 * ===================
 * A group is received on an interface through a filter (RFC 3376, 3.2): from
 * these sources alone, or from all but these.  Joining in the old way is to
 * exclude nobody; including nobody is to leave.  Whoever is above (sockets)
 * adds up what its users want and sets the one filter of the interface.
 *
 * A group that was left stays in the list, receiving nothing, until the
 * routers have been told often enough (igmp_host.c).
 *
 * Limits
 * ------
 * IP_GROUP_SOURCES sources in a filter.
 */

#include <errno.h>

#include "ip/igmp_int.h"

struct ip_group *group_find(const struct ip *ip, const struct netif *netif,
			    ip4_addr group)
{
	struct ip_group *g;

	list_for_each_entry(g, &ip->groups, struct ip_group, node)
		if (g->netif == netif && g->group.v == group.v)
			return g;
	return NULL;
}

enum drop ip_group_check(const struct ip *ip, const struct netif *netif,
			 ip4_addr group, ip4_addr src)
{
	const struct ip_group *g;

	/* Everybody is in 224.0.0.1 (RFC 1112, 4). */
	if (group.v == IGMP_ALL_HOSTS.v)
		return DROP_COUNT;
	g = group_find(ip, netif, group);
	if (!g || filter_is_nobody(&g->want))
		return DROP_ip_not_ours;
	if (filter_has(&g->want, src) == g->want.is_exclude)
		return DROP_group_source;
	return DROP_COUNT;
}

bool ip_in_group(const struct ip *ip, const struct netif *netif, ip4_addr group)
{
	const struct ip_group *g = group_find(ip, netif, group);

	return group.v == IGMP_ALL_HOSTS.v ||
	       (g && !filter_is_nobody(&g->want));
}

static struct ip_group *group_new(struct ip *ip, struct netif *netif,
				  ip4_addr group)
{
	struct ip_group *g = mem_alloc(ip->stack->place.env->mem, sizeof(*g));

	if (!g)
		return NULL;
	g->ip = ip;
	g->netif = netif;
	g->group = group;
	igmp_host_init(g);
	list_add_tail(&ip->groups, &g->node);
	return g;
}

void group_free(struct ip_group *g)
{
	struct stack *stack = g->ip->stack;

	stack_disarm(stack, &g->answer);
	stack_disarm(stack, &g->again);
	list_del(&g->node);
	mem_free(stack->place.env->mem, g, sizeof(*g));
}

int ip_group_filter(struct stack *stack, struct netif *netif, ip4_addr group,
		    const struct ip_filter *want)
{
	struct ip *ip = ip_of(stack);
	struct ip_group *g;
	struct ip_filter old;

	if (!ip4_is_multicast(group) || want->count > IP_GROUP_SOURCES)
		return -EINVAL;
	g = group_find(ip, netif, group);
	if (!g && filter_is_nobody(want))
		return 0;
	if (!g)
		g = group_new(ip, netif, group);
	if (!g)
		return -ENOMEM;
	old = g->want;
	g->want = *want;
	igmp_host_changed(g, &old);
	return 0;
}

int ip_group_add(struct stack *stack, struct netif *netif, ip4_addr group)
{
	const struct ip_filter any = {.is_exclude = true};
	const struct ip_group *g = group_find(ip_of(stack), netif, group);

	if (g && !filter_is_nobody(&g->want))
		return -EEXIST;
	return ip_group_filter(stack, netif, group, &any);
}

int ip_group_del(struct stack *stack, struct netif *netif, ip4_addr group)
{
	static const struct ip_filter nobody;
	const struct ip_group *g = group_find(ip_of(stack), netif, group);

	if (!g || filter_is_nobody(&g->want))
		return -ENOENT;
	return ip_group_filter(stack, netif, group, &nobody);
}

void ip_groups_drop(struct ip *ip, const struct netif *netif)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &ip->groups) {
		struct ip_group *g = container_of(pos, struct ip_group, node);

		if (!netif || g->netif == netif)
			group_free(g);
	}
	if (netif)
		igmp_if_gone(ip->stack, netif);
}
