// SPDX-License-Identifier: MIT
/*
 * sock_group.c - which sockets have joined which groups
 *
 * IP receives a group on an interface or it does not; many sockets may want
 * it.  So there is one struct group for each pair in use, counted by
 * memberships, and the first and last of these tell IP (RFC 1112, 6.1).  A
 * socket that closes leaves all its groups.
 */

#include <errno.h>

#include "wire/addr.h"

#include "core/netif.h"

#include "ip/ip.h"
#include "sock/sock_int.h"

/* A group that is received on an interface. */
struct group {
	struct list node; /* in struct sock_stack */
	struct netif *netif;
	ip4_addr addr;
	uint32_t members;
};

/* A socket's membership. */
struct membership {
	struct list node; /* in struct sock */
	struct group *group;
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

static int group_get(struct stack *stack, struct netif *netif, ip4_addr addr,
		     struct group **out)
{
	struct mem *mem = stack->place.env->mem;
	struct group *g = group_find(stack, netif, addr);
	int err;

	*out = g;
	if (g) {
		g->members++;
		return 0;
	}
	g = mem_alloc(mem, sizeof(*g));
	if (!g)
		return -ENOMEM;
	err = ip_group_add(stack, netif, addr);
	if (err && err != -EEXIST) {
		mem_free(mem, g, sizeof(*g));
		return err;
	}
	g->netif = netif;
	g->addr = addr;
	g->members = 1;
	list_add_tail(&sock_stack_of(stack)->groups, &g->node);
	*out = g;
	return 0;
}

static void group_put(struct stack *stack, struct group *g)
{
	if (--g->members)
		return;
	ip_group_del(stack, g->netif, g->addr);
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
	list_del(&m->node);
	group_put(s->file.stack, m->group);
	mem_free(mem_of(s), m, sizeof(*m));
}

/* 0, -EINVAL (no group), -ENODEV (no interface), -EADDRINUSE (joined already),
 * -ENOMEM. */
int sock_group_join(struct sock *s, const struct sk_mreq *req)
{
	struct stack *stack = s->file.stack;
	ip4_addr addr = get_ip4(req->group);
	struct membership *m;
	struct netif *netif;
	int err;

	if (!ip4_is_multicast(addr))
		return -EINVAL;
	netif = netif_for(stack, req);
	if (!netif)
		return -ENODEV;
	if (membership_find(s, netif, addr))
		return -EADDRINUSE;
	m = mem_alloc(mem_of(s), sizeof(*m));
	if (!m)
		return -ENOMEM;
	err = group_get(stack, netif, addr, &m->group);
	if (err) {
		mem_free(mem_of(s), m, sizeof(*m));
		return err;
	}
	list_add_tail(&s->groups, &m->node);
	return 0;
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
