// SPDX-License-Identifier: MIT
/*
 * group.c - the groups that our interfaces receive, and from whom
 *
 * Theory of operation
 * ===================
 * A group is received on an interface through a filter (RFC 3376, 3.2; RFC
 * 3810, 4.2): from these sources alone, or from all but these.  Joining in the
 * old way is to exclude nobody; including nobody is to leave.  Sockets add up
 * what their users want and set one filter; the stack itself may hold a group
 * beside it (IPv6 does for the groups that neighbours ask in), and then takes
 * it from anybody.
 *
 * A group that was left stays in the list, receiving nothing, until the
 * routers have been told often enough (group_host.c).
 *
 * Few groups ever see a source named, so the room for sources is made when
 * the first one is: an IPv6 host has three groups or more without anybody
 * having asked for one.
 *
 * Limits
 * ------
 * IP_GROUP_SOURCES sources in a filter.
 */

#include <errno.h>

#include "ip/group_int.h"

static const struct ip_filter nobody;
static const struct ip_filter anybody = {.is_exclude = true};

static struct mem *mem_of(const struct groups *set)
{
	return set->stack->place.env->mem;
}

bool ip_filter_has(const struct ip_filter *f, struct ip_addr src)
{
	for (uint8_t i = 0; i < f->count; i++)
		if (ip_addr_eq(f->src[i], src))
			return true;
	return false;
}

const struct ip_filter *group_want(const struct ip_group *g)
{
	if (g->holds)
		return &anybody;
	if (g->detail && g->detail->want.count)
		return &g->detail->want;
	return g->is_exclude ? &anybody : &nobody;
}

struct ip_group *group_find(const struct groups *set, const struct netif *netif,
			    struct ip_addr group)
{
	struct ip_group *g;

	list_for_each_entry(g, &set->groups, struct ip_group, node)
		if (g->netif == netif && ip_addr_eq(g->group, group))
			return g;
	return NULL;
}

/* Everybody is in 224.0.0.1, and need not say so (RFC 1112, 4).  In IPv6 it is
 * joined like any other. */
static bool is_all_hosts4(struct ip_addr group)
{
	return group.family == IP_V4 && group.v4.v == 0xe0000001;
}

enum drop group_check(const struct stack *stack, const struct netif *netif,
		      struct ip_addr group, struct ip_addr src)
{
	const struct ip_filter *want;
	const struct ip_group *g;

	if (is_all_hosts4(group))
		return DROP_COUNT;
	g = group_find(groups_of(stack, group.family), netif, group);
	if (!g || filter_is_nobody(group_want(g)))
		return DROP_ip_not_ours;
	want = group_want(g);
	return ip_filter_wants(want, src) ? DROP_COUNT : DROP_group_source;
}

bool group_is_joined(const struct stack *stack, const struct netif *netif,
		     struct ip_addr group)
{
	const struct ip_group *g =
		group_find(groups_of(stack, group.family), netif, group);

	return is_all_hosts4(group) || (g && !filter_is_nobody(group_want(g)));
}

static struct ip_group *group_get(struct stack *stack, struct netif *netif,
				  struct ip_addr group)
{
	struct groups *set = groups_of(stack, group.family);
	struct ip_group *g = group_find(set, netif, group);

	if (g)
		return g;
	g = mem_alloc(mem_of(set), sizeof(*g));
	if (!g)
		return NULL;
	*g = (struct ip_group){.set = set, .netif = netif, .group = group};
	group_host_init(g);
	list_add_tail(&set->groups, &g->node);
	return g;
}

void group_free(struct ip_group *g)
{
	struct stack *stack = g->set->stack;
	struct mem *mem = mem_of(g->set);

	stack_disarm(stack, &g->answer);
	stack_disarm(stack, &g->again);
	list_del(&g->node);
	if (g->detail)
		mem_free(mem, g->detail, sizeof(*g->detail));
	mem_free(mem, g, sizeof(*g));
}

/* Room for sources, if @want has some; 0 or -ENOMEM. */
static int detail_need(struct ip_group *g, const struct ip_filter *want)
{
	if (g->detail || !want->count)
		return 0;
	g->detail = mem_alloc(mem_of(g->set), sizeof(*g->detail));
	if (!g->detail)
		return -ENOMEM;
	*g->detail = (struct group_detail){0};
	return 0;
}

int ip_group_filter(struct stack *stack, struct netif *netif,
		    struct ip_addr group, const struct ip_filter *want)
{
	struct ip_group *g;
	struct ip_filter old;
	int err;

	if (!ip_addr_is_multicast(group) || want->count > IP_GROUP_SOURCES)
		return -EINVAL;
	g = group_find(groups_of(stack, group.family), netif, group);
	if (!g && filter_is_nobody(want))
		return 0;
	if (!g)
		g = group_get(stack, netif, group);
	err = g ? detail_need(g, want) : -ENOMEM;
	if (err && g && filter_is_nobody(group_want(g)) && !g->mode_left)
		group_free(g);
	if (err)
		return err;
	old = *group_want(g);
	g->is_exclude = want->is_exclude;
	if (g->detail)
		g->detail->want = *want;
	group_host_changed(g, &old);
	return 0;
}

int group_hold(struct stack *stack, struct netif *netif, struct ip_addr group)
{
	struct ip_group *g;
	struct ip_filter old;

	if (!ip_addr_is_multicast(group))
		return -EINVAL;
	g = group_get(stack, netif, group);
	if (!g)
		return -ENOMEM;
	old = *group_want(g);
	g->holds++;
	group_host_changed(g, &old);
	return 0;
}

int group_release(struct stack *stack, struct netif *netif,
		  struct ip_addr group)
{
	struct ip_group *g =
		group_find(groups_of(stack, group.family), netif, group);
	struct ip_filter old;

	if (!g || !g->holds)
		return -ENOENT;
	old = *group_want(g);
	g->holds--;
	group_host_changed(g, &old);
	return 0;
}

int ip_group_add(struct stack *stack, struct netif *netif, ip4_addr group)
{
	return group_hold(stack, netif, ip_addr_v4(group));
}

int ip_group_del(struct stack *stack, struct netif *netif, ip4_addr group)
{
	return group_release(stack, netif, ip_addr_v4(group));
}

void group_for_each(const struct stack *stack, uint8_t family,
		    void (*fn)(void *arg, struct netif *netif,
			       struct ip_addr group),
		    void *arg)
{
	const struct ip_group *g;

	list_for_each_entry(g, &groups_of(stack, family)->groups,
			    struct ip_group, node)
		if (!filter_is_nobody(group_want(g)))
			fn(arg, g->netif, g->group);
}

void groups_drop(struct stack *stack, uint8_t family, const struct netif *netif)
{
	struct groups *set = groups_of(stack, family);
	struct list *pos, *next;

	list_for_each_safe(pos, next, &set->groups) {
		struct ip_group *g = container_of(pos, struct ip_group, node);

		if (!netif || g->netif == netif)
			group_free(g);
	}
	group_ifs_drop(set, netif);
}

void groups_tell_again(struct stack *stack, uint8_t family,
		       const struct netif *netif)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &groups_of(stack, family)->groups) {
		struct ip_group *g = container_of(pos, struct ip_group, node);

		if (g->netif == netif && !filter_is_nobody(group_want(g)))
			group_host_changed(g, &nobody);
	}
}
