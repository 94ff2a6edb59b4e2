// SPDX-License-Identifier: MIT
/*
 * arp_tab.c - the neighbour cache as a table: room, eviction, age
 *
 * Theory of operation
 * ===================
 * Entries are in a table by interface and address, and in one of three lists
 * by rank, the one idle for longest first.  When there is no room the lists
 * say whose place may be taken; nobody loses his who was talked to in the
 * last half minute, however many strangers want to be known.
 *
 * Age is kept by one timer for the whole cache.  Lists are in order of use,
 * so the timer looks only at their heads.
 *
 * Limits
 * ------
 * max entries; a quarter of them may be questions.
 */

#include "base/check.h"

#include "core/probe.h"

#include "link/arp_int.h"

#define SWEEP_MAX 64 /* entries that one firing of the age timer looks at */

/*
 * Lists and ranks.
 */

void arp_set_rank(struct arp_entry *e, enum arp_rank rank)
{
	struct arp *arp = e->arp;

	arp->count[e->rank]--;
	arp->count[rank]++;
	e->rank = rank;
	list_move_tail(&arp->by_rank[rank], &e->node);
}

/* Note that the entry is used; the lists are in order to the second. */
void arp_touch(struct arp_entry *e)
{
	uint64_t now = arp_now(e->arp);

	if (e->rank == ARP_USED && now - e->used_ns < NS_PER_S)
		return;
	e->used_ns = now;
	arp_set_rank(e, ARP_USED);
}

/* When the entry was last of interest. */
static uint64_t arp_last_ns(const struct arp_entry *e)
{
	return e->rank == ARP_USED ? e->used_ns : e->confirmed_ns;
}

/*
 * Entries.
 */

static uint32_t arp_hash(const struct arp *arp, const struct netif *netif,
			 ip4_addr addr)
{
	return (uint32_t)siphash13_u64(&arp->key,
				       (uint64_t)netif->index << 32 | addr.v);
}

struct arp_key {
	const struct netif *netif;
	ip4_addr addr;
};

static bool arp_eq(const void *item, const void *key)
{
	const struct arp_entry *e = item;
	const struct arp_key *k = key;

	return e->netif == k->netif && e->addr.v == k->addr.v;
}

struct arp_entry *arp_find(struct arp *arp, const struct netif *netif,
			   ip4_addr addr)
{
	struct arp_key key = {.netif = netif, .addr = addr};
	struct arp_entry **recent = &arp->recent[addr.v % ARP_RECENT];
	struct arp_entry *e = *recent;

	if (e && arp_eq(e, &key))
		return e;
	e = htab_find(&arp->tab, arp_hash(arp, netif, addr), arp_eq, &key);
	if (e)
		*recent = e;
	return e;
}

void arp_free(struct arp_entry *e)
{
	struct arp *arp = e->arp;

	check(list_is_empty(&e->queue));
	arp->stack->epoch++;
	if (arp->recent[e->addr.v % ARP_RECENT] == e)
		arp->recent[e->addr.v % ARP_RECENT] = NULL;
	stack_disarm(arp->stack, &e->timer);
	arp->count[e->rank]--;
	list_del(&e->node);
	htab_del(&arp->tab, e->hash, e);
	pool_put(&arp->entries, e);
}

/* Forget an entry for lack of room; what waits for it fails. */
static void arp_evict(struct arp_entry *e)
{
	if (e->waiting)
		arp_fail_waiting(e);
	arp_free(e);
}

static struct arp_entry *arp_oldest(struct arp *arp, enum arp_rank rank)
{
	return list_first_entry(&arp->by_rank[rank], struct arp_entry, node);
}

/* Whose place may be taken; NULL if nobody's. */
static struct arp_entry *arp_victim(struct arp *arp, bool is_question)
{
	struct arp_entry *e = arp_oldest(arp, ARP_IDLE);

	if (is_question && arp->count[ARP_ASKED] >= arp->max / 4)
		return arp_oldest(arp, ARP_ASKED);
	if (e)
		return e;
	e = arp_oldest(arp, ARP_USED);
	if (e && arp_now(arp) - e->used_ns >= ARP_KEEP_S * NS_PER_S)
		return e;
	return is_question ? arp_oldest(arp, ARP_ASKED) : NULL;
}

static bool arp_make_room(struct arp *arp, bool is_question)
{
	struct arp_entry *e;

	if (arp->tab.count < arp->max &&
	    !(is_question && arp->count[ARP_ASKED] >= arp->max / 4))
		return true;
	e = arp_victim(arp, is_question);
	if (!e)
		return false;
	arp_evict(e);
	return true;
}

struct arp_entry *arp_new(struct arp *arp, struct netif *netif, ip4_addr addr,
			  enum arp_state state)
{
	struct arp_entry *e;

	if (!arp_make_room(arp, state == ARP_INCOMPLETE))
		return NULL;
	e = pool_get_zeroed(&arp->entries);
	if (!e)
		return NULL;
	e->hash = arp_hash(arp, netif, addr);
	if (htab_add(&arp->tab, e->hash, e)) {
		pool_put(&arp->entries, e);
		return NULL;
	}
	e->arp = arp;
	e->netif = netif;
	e->addr = addr;
	e->state = state;
	e->rank = state == ARP_INCOMPLETE ? ARP_ASKED : ARP_IDLE;
	e->confirmed_ns = arp_now(arp);
	list_init(&e->queue);
	timer_init(&e->timer, arp_on_timer, e);
	list_add_tail(&arp->by_rank[e->rank], &e->node);
	arp->count[e->rank]++;
	if (!timer_is_armed(&arp->age))
		stack_arm_in(arp->stack, &arp->age, ARP_AGE_S * NS_PER_S);
	return e;
}

/*
 * Age.
 */

/* Forget the entries of a rank that are too old, at most @budget. */
static void arp_sweep(struct arp *arp, enum arp_rank rank, int budget)
{
	struct arp_entry *e;

	while (budget-- && (e = arp_oldest(arp, rank))) {
		struct ip_addr ip = ip_addr_v4(e->addr);

		if (arp_now(arp) - arp_last_ns(e) < ARP_AGE_S * NS_PER_S)
			return;
		PROBE(&arp->stack->place, EV_LEARN, R_ARP_AGE, NULL,
		      EVF_IP("ip", &ip), EVF_MAC("mac", &e->mac));
		arp_evict(e);
	}
}

void arp_on_age(struct timer *t, void *arg)
{
	struct arp *arp = arg;
	uint64_t oldest = UINT64_MAX;
	int c;

	(void)t;
	arp_sweep(arp, ARP_IDLE, SWEEP_MAX);
	arp_sweep(arp, ARP_USED, SWEEP_MAX);
	if (!arp->tab.count)
		return;
	for (c = ARP_IDLE; c < ARP_RANKS; c++) {
		struct arp_entry *e = arp_oldest(arp, (enum arp_rank)c);

		if (e)
			oldest = min_u64(oldest, arp_last_ns(e));
	}
	oldest = min_u64(oldest, arp_now(arp));
	stack_arm(arp->stack, &arp->age, oldest + ARP_AGE_S * NS_PER_S);
}

void arp_flush(struct stack *stack, struct netif *netif)
{
	struct arp *arp = arp_of(stack);
	int c;

	for (c = 0; c < ARP_RANKS; c++) {
		struct list *pos, *next;

		list_for_each_safe(pos, next, &arp->by_rank[c]) {
			struct arp_entry *e =
				container_of(pos, struct arp_entry, node);

			if (e->netif == netif)
				arp_evict(e);
		}
	}
}

void arp_for_each(struct stack *stack,
		  void (*fn)(void *arg, const struct arp_view *v), void *arg)
{
	struct arp *arp = arp_of(stack);
	const struct arp_entry *e;
	size_t pos = 0;

	while ((e = htab_next(&arp->tab, &pos))) {
		struct arp_view v = {
			.netif = e->netif,
			.addr = e->addr,
			.mac = e->rank == ARP_ASKED ? MAC_ZERO : e->mac,
			.state = e->state,
			.used_ns = e->used_ns,
			.confirmed_ns = e->confirmed_ns,
			.waiting = e->waiting,
		};

		fn(arg, &v);
	}
}

size_t arp_count(const struct stack *stack)
{
	return arp_of(stack)->tab.count;
}
