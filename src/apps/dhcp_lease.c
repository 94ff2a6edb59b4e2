// SPDX-License-Identifier: MIT
/*
 * dhcp_lease.c - which address is whose, and until when
 *
 * The table is an array in the order of addresses and is searched from one end
 * to the other: a pool has at most 4096 addresses, and a question takes a few
 * microseconds.  What a flood of questions from made-up MAC addresses costs is
 * therefore bounded, and so is what it can take.  When nothing else is left an
 * address is offered to several, and is his who first asks for it: a flood that
 * never takes what it is offered keeps nobody from it.  Against one that does
 * take, each port of a switch that marks questions has its share.
 */

#include "apps/dhcp_lease.h"

#include <errno.h>

#include "core/env.h"

/* The address @n behind @from. */
static struct ip_addr addr_at(struct ip_addr from, size_t n)
{
	if (from.family == IP_V4)
		from.v4.v += (uint32_t)n;
	else
		put64(from.v6.o + 8, get64(from.v6.o + 8) + n);
	return from;
}

int lease_table_init(struct lease_table *t, struct mem *mem,
		     struct ip_addr from, size_t count, size_t fixed)
{
	*t = (struct lease_table){.mem = mem};
	if (count > LEASE_POOL_MAX || fixed > LEASE_POOL_MAX ||
	    !(count + fixed))
		return -EINVAL;
	t->leases = mem_alloc(mem, (count + fixed) * sizeof(*t->leases));
	if (!t->leases)
		return -ENOMEM;
	t->count = count + fixed;
	for (size_t i = 0; i < count; i++)
		t->leases[i].ip = addr_at(from, i);
	return 0;
}

uint64_t lease_owner(const struct hash_key *key, const void *id, size_t len)
{
	uint64_t h = siphash24(key, id, len);

	return h ? h : 1;
}

void lease_table_fini(struct lease_table *t)
{
	if (t->leases)
		mem_free(t->mem, t->leases, t->count * sizeof(*t->leases));
	t->leases = NULL;
	t->count = 0;
}

/* The pool is in order of addresses; behind it are those that are fixed. */
static struct lease *find_in_pool(struct lease_table *t, struct ip_addr ip)
{
	struct ip_addr first = t->leases[0].ip;
	uint64_t n;

	if (ip.family != first.family)
		return NULL;
	n = ip.family == IP_V4 ? ip.v4.v - first.v4.v
			       : get64(ip.v6.o + 8) - get64(first.v6.o + 8);
	return n < t->count && ip_addr_eq(t->leases[n].ip, ip) ? &t->leases[n]
							       : NULL;
}

struct lease *lease_find(struct lease_table *t, struct ip_addr ip)
{
	struct lease *l = t->count ? find_in_pool(t, ip) : NULL;

	if (l)
		return l;
	for (size_t i = 0; !ip_addr_is_zero(ip) && i < t->count; i++)
		if (ip_addr_eq(t->leases[i].ip, ip))
			return &t->leases[i];
	return NULL;
}

struct lease *lease_fix(struct lease_table *t, struct ip_addr ip,
			uint64_t owner)
{
	struct lease *l = lease_find(t, ip);

	for (size_t i = 0; !l && i < t->count; i++)
		if (ip_addr_is_zero(t->leases[i].ip))
			l = &t->leases[i];
	if (!l)
		return NULL;
	l->ip = ip;
	l->owner = owner;
	l->is_fixed = true;
	return l;
}

/* The fixed one first: he may have had another before. */
struct lease *lease_of(struct lease_table *t, uint64_t owner)
{
	struct lease *found = NULL;

	for (size_t i = 0; i < t->count; i++) {
		struct lease *l = &t->leases[i];

		if (l->owner != owner || ip_addr_is_zero(l->ip))
			continue;
		if (l->is_fixed)
			return l;
		if (!found || l->state > found->state)
			found = l;
	}
	return found;
}

bool lease_port_is_full(const struct lease_table *t, uint64_t port)
{
	size_t share = t->count / LEASE_PORT_PART, taken = 0;

	if (!port)
		return false;
	for (size_t i = 0; i < t->count; i++) {
		const struct lease *l = &t->leases[i];

		taken += l->port == port && l->state != LEASE_FREE &&
			 !l->is_fixed;
	}
	return taken >= (share ? share : 1);
}

bool lease_is_open(const struct lease *l)
{
	return l && l->state == LEASE_OFFERED && !l->is_fixed;
}

bool lease_is_his(const struct lease *l, uint64_t owner)
{
	return l && l->owner == owner && l->state != LEASE_DECLINED;
}

/* May @l be another's now?  The smaller the better; 0: no. */
static uint64_t rank(const struct lease *l)
{
	if (l->is_fixed || ip_addr_is_zero(l->ip))
		return 0;
	if (l->state == LEASE_FREE)
		return l->owner ? 2 + l->until_ns : 1;
	if (l->state == LEASE_OFFERED)
		return UINT64_MAX / 2 + l->until_ns;
	return 0;
}

struct lease *lease_choose(struct lease_table *t, uint64_t owner,
			   struct ip_addr want)
{
	struct lease *l = lease_of(t, owner), *best = NULL;
	uint64_t best_rank = UINT64_MAX;

	if (l && l->state != LEASE_DECLINED)
		return l;
	l = lease_find(t, want);
	if (l && l->state == LEASE_FREE && !l->is_fixed)
		return l;
	for (size_t i = 0; i < t->count; i++) {
		uint64_t r = rank(&t->leases[i]);

		if (r && r < best_rank) {
			best = &t->leases[i];
			best_rank = r;
		}
	}
	return best;
}

uint64_t lease_expire(struct lease_table *t, uint64_t now_ns,
		      void (*on_free)(void *arg, struct lease *l), void *arg)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < t->count; i++) {
		struct lease *l = &t->leases[i];

		if (l->state == LEASE_FREE)
			continue;
		if (l->until_ns <= now_ns)
			on_free(arg, l);
		else if (l->until_ns < next)
			next = l->until_ns;
	}
	return next;
}

const char *lease_state_name(enum lease_state state)
{
	static const char *const names[] = {"FREE", "CHECKING", "OFFERED",
					    "LEASED", "DECLINED"};

	return names[state];
}
