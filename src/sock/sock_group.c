// SPDX-License-Identifier: MIT
/*
 * sock_group.c - which sockets have joined which groups
 *
 * IP receives a group on an interface or it does not; many sockets may want
 * it.  So there is one struct group for each pair in use, counted by
 * memberships, and the first and last of these tell IP (RFC 1112, 6.1).  A
 * socket that closes leaves all its groups.
 *
 * Each membership has a filter of sources.  The interface must let in what any
 * of them wants (RFC 3376, 3.2):
 *
 *	some exclude	exclude what all of these exclude and nobody includes
 *	all include	include what any of them includes
 *
 * and each socket then hears what its own filter lets through.
 */

#include <errno.h>
#include <string.h>

#include "wire/addr.h"

#include "core/netif.h"

#include "ip/ip.h"
#include "sock/sock_int.h"

/* A group that is received on an interface. */
struct group {
	struct list node; /* in struct sock_stack */
	struct netif *netif;
	ip4_addr addr;
	struct list members; /* struct membership.peer */
};

/* A socket's membership. */
struct membership {
	struct list node; /* in struct sock */
	struct list peer; /* in struct group */
	struct group *group;
	struct ip_filter want;
};

static struct mem *mem_of(const struct sock *s)
{
	return s->file.stack->place.env->mem;
}

static struct netif *netif_with(struct stack *stack, ip4_addr addr)
{
	struct netif *n;

	list_for_each_entry(n, &stack->netifs, struct netif, node)
		if (ip4_eq(ip_addr_of(stack, n).addr, addr))
			return n;
	return NULL;
}

/* Where: the interface with that address, or the one that routes say. */
static struct netif *netif_for(struct stack *stack, const struct sk_mreq *req)
{
	ip4_addr local = get_ip4(req->local);

	if (!ip4_is_zero(local))
		return netif_with(stack, local);
	return ip_netif_for(stack, ip_addr_v4(get_ip4(req->group)));
}

static struct group *group_find(struct stack *stack, const struct netif *netif,
				ip4_addr addr)
{
	struct group *g;

	list_for_each_entry(g, &sock_stack_of(stack)->groups, struct group,
			    node)
		if (g->netif == netif && ip4_eq(g->addr, addr))
			return g;
	return NULL;
}

static bool filter_has(const struct ip_filter *f, ip4_addr src)
{
	for (uint8_t i = 0; i < f->count; i++)
		if (ip4_eq(f->src[i], src))
			return true;
	return false;
}

static bool filter_wants(const struct ip_filter *f, ip4_addr src)
{
	return filter_has(f, src) != f->is_exclude;
}

static bool is_wanted(const struct group *g, ip4_addr src)
{
	const struct membership *m;

	list_for_each_entry(m, &g->members, struct membership, peer)
		if (filter_wants(&m->want, src))
			return true;
	return false;
}

/* Put the sources of one membership into the sum, if it is about them. */
static int sum_add(struct ip_filter *sum, const struct group *g,
		   const struct ip_filter *f)
{
	for (uint8_t i = 0; i < f->count; i++) {
		if (filter_has(sum, f->src[i]) ||
		    is_wanted(g, f->src[i]) == sum->is_exclude)
			continue;
		if (sum->count == IP_GROUP_SOURCES)
			return -ENOBUFS;
		sum->src[sum->count++] = f->src[i];
	}
	return 0;
}

/* Tell IP what all members together want. */
static int group_apply(struct stack *stack, const struct group *g)
{
	struct ip_filter sum = {.is_exclude = false};
	const struct membership *m;
	int err = 0;

	list_for_each_entry(m, &g->members, struct membership, peer)
		sum.is_exclude |= m->want.is_exclude;
	list_for_each_entry(m, &g->members, struct membership, peer)
		if (!err)
			err = sum_add(&sum, g, &m->want);
	return err ? err : ip_group_filter(stack, g->netif, g->addr, &sum);
}

static struct group *group_get(struct stack *stack, struct netif *netif,
			       ip4_addr addr)
{
	struct group *g = group_find(stack, netif, addr);

	if (g)
		return g;
	g = mem_alloc(stack->place.env->mem, sizeof(*g));
	if (!g)
		return NULL;
	g->netif = netif;
	g->addr = addr;
	list_init(&g->members);
	list_add_tail(&sock_stack_of(stack)->groups, &g->node);
	return g;
}

static void group_put(struct stack *stack, struct group *g)
{
	if (!list_is_empty(&g->members))
		return;
	list_del(&g->node);
	mem_free(stack->place.env->mem, g, sizeof(*g));
}

static struct membership *
membership_find(const struct sock *s, const struct netif *netif, ip4_addr addr)
{
	struct membership *m;

	list_for_each_entry(m, &s->groups, struct membership, node)
		if (m->group->netif == netif && ip4_eq(m->group->addr, addr))
			return m;
	return NULL;
}

static void membership_del(struct sock *s, struct membership *m)
{
	struct stack *stack = s->file.stack;
	struct group *g = m->group;

	list_del(&m->node);
	list_del(&m->peer);
	(void)group_apply(stack, g);
	group_put(stack, g);
	mem_free(mem_of(s), m, sizeof(*m));
}

/* A membership that wants @want.  0, -ENOMEM, -ENOBUFS. */
static int membership_add(struct sock *s, struct netif *netif, ip4_addr addr,
			  const struct ip_filter *want)
{
	struct stack *stack = s->file.stack;
	struct membership *m = mem_alloc(mem_of(s), sizeof(*m));
	int err;

	if (!m)
		return -ENOMEM;
	m->group = group_get(stack, netif, addr);
	if (!m->group) {
		mem_free(mem_of(s), m, sizeof(*m));
		return -ENOMEM;
	}
	m->want = *want;
	list_add_tail(&m->group->members, &m->peer);
	list_add_tail(&s->groups, &m->node);
	err = group_apply(stack, m->group);
	if (err)
		membership_del(s, m);
	return err;
}

/* 0, -EINVAL (no group), -ENODEV (no interface), -EADDRINUSE (joined already),
 * -ENOMEM, -ENOBUFS. */
int sock_group_join(struct sock *s, const struct sk_mreq *req)
{
	const struct ip_filter any = {.is_exclude = true};
	ip4_addr addr = get_ip4(req->group);
	struct netif *netif;

	if (!ip4_is_multicast(addr))
		return -EINVAL;
	netif = netif_for(s->file.stack, req);
	if (!netif)
		return -ENODEV;
	if (membership_find(s, netif, addr))
		return -EADDRINUSE;
	return membership_add(s, netif, addr, &any);
}

/* 0, -ENODEV, -EADDRNOTAVAIL (not joined). */
int sock_group_leave(struct sock *s, const struct sk_mreq *req)
{
	struct netif *netif = netif_for(s->file.stack, req);
	struct membership *m;

	if (!netif)
		return -ENODEV;
	m = membership_find(s, netif, get_ip4(req->group));
	if (!m)
		return -EADDRNOTAVAIL;
	membership_del(s, m);
	return 0;
}

void sock_group_leave_all(struct sock *s)
{
	struct membership *m;

	while ((m = list_first_entry(&s->groups, struct membership, node)))
		membership_del(s, m);
}

/* Put a source into the list, or take it out. */
static int source_change(struct ip_filter *f, ip4_addr src, bool is_add)
{
	uint8_t i, n = 0;

	if (filter_has(f, src) == is_add)
		return -EADDRNOTAVAIL;
	if (is_add && f->count == IP_GROUP_SOURCES)
		return -ENOBUFS;
	if (is_add) {
		f->src[f->count++] = src;
		return 0;
	}
	for (i = 0; i < f->count; i++)
		if (!ip4_eq(f->src[i], src))
			f->src[n++] = f->src[i];
	f->count = n;
	return 0;
}

/* Of the membership @m.  Without sources included nothing is left of it. */
static int membership_source(struct sock *s, struct membership *m, int name,
			     ip4_addr src)
{
	bool is_block =
		name == SK_IP_BLOCK_SOURCE || name == SK_IP_UNBLOCK_SOURCE;
	const struct ip_filter old = m->want;
	int err;

	if (is_block != m->want.is_exclude)
		return -EINVAL;
	err = source_change(&m->want, src,
			    name == SK_IP_BLOCK_SOURCE ||
				    name == SK_IP_ADD_SOURCE_MEMBERSHIP);
	if (err)
		return err;
	if (!m->want.is_exclude && !m->want.count) {
		membership_del(s, m);
		return 0;
	}
	err = group_apply(s->file.stack, m->group);
	if (err)
		m->want = old;
	return err;
}

/* 0, -EINVAL (no group; not joined in that way), -ENODEV, -EADDRNOTAVAIL (no
 * such source, or there already), -ENOBUFS (too many), -ENOMEM. */
int sock_group_source(struct sock *s, int name,
		      const struct sk_mreq_source *req)
{
	ip4_addr addr = get_ip4(req->group), src = get_ip4(req->source);
	struct ip_filter only = {.count = 1};
	struct membership *m;
	struct sk_mreq where;
	struct netif *netif;

	memcpy(where.group, req->group, sizeof(where.group));
	memcpy(where.local, req->local, sizeof(where.local));
	netif = netif_for(s->file.stack, &where);
	if (!ip4_is_multicast(addr))
		return -EINVAL;
	if (!netif)
		return -ENODEV;
	m = membership_find(s, netif, addr);
	if (m)
		return membership_source(s, m, name, src);
	if (name != SK_IP_ADD_SOURCE_MEMBERSHIP)
		return -EINVAL;
	only.src[0] = src;
	return membership_add(s, netif, addr, &only);
}

/* Who has not joined hears what others of this host have joined, as in Linux
 * (IP_MULTICAST_ALL). */
bool sock_group_hears(const struct sock *s, struct ip_addr group,
		      struct ip_addr src)
{
	const struct membership *m;
	bool is_member = false;

	if (group.family != IP_V4)
		return true;
	list_for_each_entry(m, &s->groups, struct membership, node) {
		if (!ip4_eq(m->group->addr, group.v4))
			continue;
		if (filter_wants(&m->want, src.v4))
			return true;
		is_member = true;
	}
	return !is_member;
}
