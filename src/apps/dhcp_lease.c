// SPDX-License-Identifier: MIT
/*
 * dhcp_lease.c - which address is whose, and until when
 *
 * The table is an array in the order of addresses and is searched from one end
 * to the other: a pool has at most 4096 addresses, and a question takes a few
 * microseconds.  What a flood of questions from made-up MAC addresses costs is
 * therefore bounded, and so is what it can take: an offer that nobody takes is
 * another's after a second if there is nothing else.
 */

#include "apps/dhcp_lease.h"

#include <errno.h>

#include "core/env.h"

int lease_table_init(struct lease_table *t, struct mem *mem, ip4_addr from,
		     ip4_addr to, size_t fixed)
{
	size_t pool =
		to.v >= from.v && from.v ? (size_t)(to.v - from.v) + 1 : 0;

	*t = (struct lease_table){.mem = mem};
	if (pool > LEASE_POOL_MAX || fixed > LEASE_POOL_MAX || !(pool + fixed))
		return -EINVAL;
	t->leases = mem_alloc(mem, (pool + fixed) * sizeof(*t->leases));
	if (!t->leases)
		return -ENOMEM;
	t->count = pool + fixed;
	for (size_t i = 0; i < pool; i++)
		t->leases[i].ip.v = from.v + (uint32_t)i;
	return 0;
}

void lease_table_fini(struct lease_table *t)
{
	if (t->leases)
		mem_free(t->mem, t->leases, t->count * sizeof(*t->leases));
	t->leases = NULL;
	t->count = 0;
}

struct lease *lease_find(struct lease_table *t, ip4_addr ip)
{
	for (size_t i = 0; ip.v && i < t->count; i++)
		if (t->leases[i].ip.v == ip.v)
			return &t->leases[i];
	return NULL;
}

void lease_fix(struct lease_table *t, ip4_addr ip, mac_addr mac)
{
	struct lease *l = lease_find(t, ip);

	for (size_t i = 0; !l && i < t->count; i++)
		if (!t->leases[i].ip.v)
			l = &t->leases[i];
	if (!l)
		return;
	l->ip = ip;
	l->mac = mac;
	l->is_fixed = true;
}

/* The fixed one first: he may have had another before. */
struct lease *lease_of(struct lease_table *t, mac_addr mac)
{
	struct lease *found = NULL;

	for (size_t i = 0; i < t->count; i++) {
		struct lease *l = &t->leases[i];

		if (!l->ip.v || !mac_eq(l->mac, mac))
			continue;
		if (l->is_fixed)
			return l;
		if (!found || l->state > found->state)
			found = l;
	}
	return found;
}

/* May @l be another's now?  The smaller the better; 0: no. */
static uint64_t rank(const struct lease *l, uint64_t now_ns)
{
	const uint64_t kept = (LEASE_OFFER_S - LEASE_OFFER_MIN_S) * NS_PER_S;

	if (!l->ip.v || l->is_fixed)
		return 0;
	if (l->state == LEASE_FREE)
		return mac_is_zero(l->mac) ? 1 : 2 + l->until_ns;
	if (l->state == LEASE_OFFERED && l->until_ns <= now_ns + kept)
		return UINT64_MAX / 2 + l->until_ns;
	return 0;
}

struct lease *lease_choose(struct lease_table *t, mac_addr mac, ip4_addr want,
			   uint64_t now_ns)
{
	struct lease *l = lease_of(t, mac), *best = NULL;
	uint64_t best_rank = UINT64_MAX;

	if (l && l->state != LEASE_DECLINED)
		return l;
	l = lease_find(t, want);
	if (l && l->state == LEASE_FREE && !l->is_fixed)
		return l;
	for (size_t i = 0; i < t->count; i++) {
		uint64_t r = rank(&t->leases[i], now_ns);

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
	static const char *const names[] = {"FREE", "OFFERED", "LEASED",
					    "DECLINED"};

	return names[state];
}
