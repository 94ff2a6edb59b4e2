/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP6_CLIENT_INT_H
#define APPS_DHCP6_CLIENT_INT_H

/*
 * dhcp6_client_int.h - shared by the files of the DHCPv6 client, and nobody else
 */

#include "core/stack.h"

#include "apps/dhcp6_client.h"
#include "apps/dhcp6_rt.h"
#include "apps/dhcp_sock.h"
#include "ip6/nd.h"

enum { DHCP6_DECLINE_WAIT_S = 10 };

/**
 * struct dhcp6_client - one interface's
 * @cfg:	As given
 * @duid:	Who we are
 * @iaid:	Which of our associations
 * @rt:		The question under way
 * @xid:	Its number
 * @got:	Offered, or granted
 * @best:	Preference of the best offer so far; -1: none
 * @asked_ns:	When the question was asked last
 * @bound_ns:	When that was asked which was granted
 * @has_addr:	The interface has the address
 */
struct dhcp6_client {
	struct dhcp6_client_config cfg;
	struct dhcp_sock sock;
	struct nd_watch watch;
	struct timer timer;
	struct dhcp6_duid duid;
	enum dhcp6_state state;
	struct dhcp6_rt rt;
	uint32_t iaid, xid, sol_max_s, inf_max_s;
	struct dhcp6_got got;
	int best;
	uint64_t asked_ns, bound_ns;
	bool has_addr;
};

static inline struct place *dhcp6_place(const struct dhcp6_client *c)
{
	return &c->sock.stack->place;
}

static inline uint64_t dhcp6_now(const struct dhcp6_client *c)
{
	return stack_now(c->sock.stack);
}

/*
 * dhcp6_client.c
 */

/* To another state; a question of it begins with dhcp6_begin(). */
void dhcp6_move(struct dhcp6_client *c, enum dhcp6_state to, const char *why);

/* To a state that asks, until @until_ns: a new number, and the time begins
 * again. */
void dhcp6_begin(struct dhcp6_client *c, enum dhcp6_state to, uint64_t until_ns,
		 const char *why);

/* From the beginning, after @wait_s and up to a second: all hosts of a house
 * must not ask together.  The address goes. */
void dhcp6_restart(struct dhcp6_client *c, const char *why, uint64_t wait_s);

/*
 * dhcp6_addr.c
 */

/* When @s seconds of what was granted are over; UINT64_MAX: never. */
uint64_t dhcp6_at_ns(const struct dhcp6_client *c, uint32_t s);

/* Set the address, and find out whether a neighbour has it. */
void dhcp6_addr_check(struct dhcp6_client *c, const struct dhcp6_got *got);

/* More time for an address that the interface has. */
void dhcp6_addr_extend(struct dhcp6_client *c, const struct dhcp6_got *got);

/* It is ours: to BOUND. */
void dhcp6_bind(struct dhcp6_client *c);

/* The interface has it no more, if it had; say so. */
void dhcp6_addr_drop(struct dhcp6_client *c, const char *why);

/* Tell the owner what @c->got says. */
void dhcp6_tell_rest(struct dhcp6_client *c);

/* struct nd_watch: duplicate detection is over. */
void dhcp6_on_dad(void *arg, struct netif *netif, ip6_addr addr, bool is_ours);

#endif /* APPS_DHCP6_CLIENT_INT_H */
