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
 *
 * All of it is the same for both versions of IP; what programs say to have it
 * done is in sock_opt_group.c.
 */

#include "sock/sock_group.h"

#include <errno.h>

#include "wire/addr.h"

#include "core/netif.h"

#include "ip6/ip6.h"
#include "sock/sock_int.h"

/* As many as Linux allows, by default; of IPv6 groups it counts the memory. */
enum { MEMBERSHIPS_MAX = 20, MEMBERSHIPS6_MAX = 256, SOURCES_MAX = 10 };

/* A group that is received on an interface. */
struct group {
	struct list node; /* in struct sock_stack */
	struct netif *netif;
	struct ip_addr addr;
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

static struct group *group_find(struct stack *stack, const struct netif *netif,
				struct ip_addr addr)
{
	struct group *g;

	list_for_each_entry(g, &sock_stack_of(stack)->groups, struct group,
			    node)
		if (g->netif == netif && ip_addr_eq(g->addr, addr))
			return g;
	return NULL;
}

static bool is_wanted(const struct group *g, struct ip_addr src)
{
	const struct membership *m;

	list_for_each_entry(m, &g->members, struct membership, peer)
		if (ip_filter_wants(&m->want, src))
			return true;
	return false;
}

/* Put the sources of one membership into the sum, if it is about them. */
static int sum_add(struct ip_filter *sum, const struct group *g,
		   const struct ip_filter *f)
{
	for (uint8_t i = 0; i < f->count; i++) {
		if (ip_filter_has(sum, f->src[i]) ||
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
			       struct ip_addr addr)
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

static struct membership *membership_find(const struct sock *s,
					  const struct group_at *at)
{
	struct membership *m;

	if (!s->rest)
		return NULL;
	list_for_each_entry(m, &s->rest->groups, struct membership, node)
		if ((!at->netif || m->group->netif == at->netif) &&
		    ip_addr_eq(m->group->addr, at->group))
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

/* One more?  Linux stops at 20 groups of IPv4. */
static int room_check(const struct sock *s, uint8_t family)
{
	const struct membership *m;
	uint32_t n = 0;

	list_for_each_entry(m, &s->rest->groups, struct membership, node)
		n += m->group->addr.family == family;
	if (family == IP_V4)
		return n < MEMBERSHIPS_MAX ? 0 : -ENOBUFS;
	return n < MEMBERSHIPS6_MAX ? 0 : -ENOMEM;
}

/* A membership that wants @want.  0, -ENOMEM, -ENOBUFS, -EINVAL. */
static int membership_add(struct sock *s, const struct group_at *at,
			  const struct ip_filter *want)
{
	struct stack *stack = s->file.stack;
	struct sock_rest *rest = sock_rest_of(s);
	int err = rest ? room_check(s, at->group.family) : -ENOMEM;
	struct membership *m;

	if (at->group.family == IP_V6 && !ip6_is_enabled(stack, at->netif))
		err = -EINVAL;
	if (err)
		return err;
	m = mem_alloc(mem_of(s), sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->group = group_get(stack, at->netif, at->group);
	if (!m->group) {
		mem_free(mem_of(s), m, sizeof(*m));
		return -ENOMEM;
	}
	m->want = *want;
	list_add_tail(&m->group->members, &m->peer);
	list_add_tail(&rest->groups, &m->node);
	err = group_apply(stack, m->group);
	if (err)
		membership_del(s, m);
	return err;
}

int sock_group_join(struct sock *s, const struct group_at *at)
{
	const struct ip_filter any = {.is_exclude = true};

	if (membership_find(s, at))
		return -EADDRINUSE;
	return membership_add(s, at, &any);
}

int sock_group_leave(struct sock *s, const struct group_at *at)
{
	struct membership *m = membership_find(s, at);

	if (!m)
		return -EADDRNOTAVAIL;
	membership_del(s, m);
	return 0;
}

void sock_group_leave_all(struct sock *s)
{
	struct membership *m;

	if (!s->rest)
		return;
	while ((m = list_first_entry(&s->rest->groups, struct membership,
				     node)))
		membership_del(s, m);
}

uint32_t sock_group_sources_max(uint8_t family)
{
	return family == IP_V4 ? SOURCES_MAX : IP_GROUP_SOURCES;
}

/* Put a source into the list, or take it out. */
static int source_change(struct ip_filter *f, struct ip_addr src, bool is_add)
{
	uint8_t i, n = 0;

	if (is_add && f->count == sock_group_sources_max(src.family))
		return -ENOBUFS;
	if (ip_filter_has(f, src) == is_add)
		return -EADDRNOTAVAIL;
	if (is_add) {
		f->src[f->count++] = src;
		return 0;
	}
	for (i = 0; i < f->count; i++)
		if (!ip_addr_eq(f->src[i], src))
			f->src[n++] = f->src[i];
	f->count = n;
	return 0;
}

/* Give a membership another filter; without sources included nothing is left
 * of it. */
static int membership_set(struct sock *s, struct membership *m,
			  const struct ip_filter *want)
{
	const struct ip_filter old = m->want;
	int err;

	if (!want->is_exclude && !want->count) {
		membership_del(s, m);
		return 0;
	}
	m->want = *want;
	err = group_apply(s->file.stack, m->group);
	if (err)
		m->want = old;
	return err;
}

int sock_group_source(struct sock *s, const struct group_at *at,
		      enum source_act act, struct ip_addr src)
{
	bool is_block = act == SOURCE_BLOCK || act == SOURCE_UNBLOCK;
	bool is_add = act == SOURCE_BLOCK || act == SOURCE_ADD;
	struct ip_filter want = {.is_exclude = is_block};
	struct membership *m = membership_find(s, at);
	int err;

	if (!m && act != SOURCE_ADD)
		return -EINVAL;
	/* Who has named no source yet may still choose the way. */
	if (m && m->want.is_exclude != is_block && m->want.count)
		return -EINVAL;
	if (m && m->want.is_exclude == is_block)
		want = m->want;
	err = source_change(&want, src, is_add);
	if (err)
		return err;
	return m ? membership_set(s, m, &want) : membership_add(s, at, &want);
}

int sock_group_filter(struct sock *s, const struct group_at *at,
		      const struct ip_filter *want)
{
	struct membership *m = membership_find(s, at);

	return m ? membership_set(s, m, want) : -EINVAL;
}

const struct ip_filter *sock_group_filter_of(const struct sock *s,
					     const struct group_at *at)
{
	const struct membership *m = membership_find(s, at);

	return m ? &m->want : NULL;
}

/* Who has not joined hears what others of this host have joined, unless he
 * says otherwise (IP_MULTICAST_ALL).  To IPv4 a membership is of one
 * interface; to IPv6, as Linux has it, any will do. */
bool sock_group_hears(const struct sock *s, const struct netif *netif,
		      struct ip_addr group, struct ip_addr src)
{
	bool is_v4 = group.family == IP_V4, is_member = false;
	const struct membership *m;

	if (!s->rest)
		return is_v4 ? s->opts->group_all : s->opts->group_all6;
	list_for_each_entry(m, &s->rest->groups, struct membership, node) {
		if (!ip_addr_eq(m->group->addr, group) ||
		    (is_v4 && m->group->netif != netif))
			continue;
		if (ip_filter_wants(&m->want, src))
			return true;
		is_member = true;
	}
	return !is_member && (is_v4 ? s->opts->group_all : s->opts->group_all6);
}
