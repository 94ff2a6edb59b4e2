// SPDX-License-Identifier: MIT
/*
 * nd_tab.c - the neighbour cache as a table: room, eviction, age
 *
 * Theory of operation
 * ===================
 * A /64 has more addresses than any table has room, and whoever sends packets
 * to all of them through a router makes it ask for all of them (RFC 6583).
 * So a question is the cheapest thing in the table: it may take the place of
 * an older question, and never that of a neighbour who is in use.
 *
 * Entries are in a table by interface and address, and in one of four lists
 * by rank, the one idle for longest first.  A quarter of the room may be
 * questions for packets that are forwarded, another quarter our own; so a
 * flood from outside cannot even push out the router's own questions, and
 * each of the flood's has its place until max / 4 younger ones have come:
 * longer than a neighbour who is there takes to answer.
 *
 * Age is kept by one timer for the whole cache.  Lists are in order of use,
 * so the timer looks only at their heads.
 *
 * Limits
 * ------
 * max entries; a quarter of them questions for others, a quarter our own.
 */

#include "base/check.h"

#include "core/probe.h"

#include "ip6/nd_int.h"

#define SWEEP_MAX 64 /* entries that one firing of the age timer looks at */

/*
 * Lists and ranks.
 */

void nd_set_rank(struct nd_entry *e, enum nd_rank rank)
{
	struct nd *nd = e->nd;

	nd->count[e->rank]--;
	nd->count[rank]++;
	e->rank = rank;
	list_move_tail(&nd->by_rank[rank], &e->node);
}

void nd_touch(struct nd_entry *e)
{
	uint64_t now = nd_now(e->nd);

	if (e->rank == ND_USED && now - e->used_ns < NS_PER_S)
		return;
	e->used_ns = now;
	nd_set_rank(e, ND_USED);
}

/* When the entry was last of interest. */
static uint64_t nd_last_ns(const struct nd_entry *e)
{
	return e->rank == ND_USED ? e->used_ns : e->confirmed_ns;
}

/*
 * Entries.
 */

static uint32_t nd_hash(const struct nd *nd, const struct netif *netif,
			ip6_addr addr)
{
	uint64_t w[2];

	memcpy(w, addr.o, sizeof(w));
	return (uint32_t)siphash13_u64x2(&nd->key, w[0] ^ netif->index, w[1]);
}

struct nd_key {
	const struct netif *netif;
	ip6_addr addr;
};

static bool nd_eq(const void *item, const void *key)
{
	const struct nd_entry *e = item;
	const struct nd_key *k = key;

	return e->netif == k->netif && ip6_eq(e->addr, k->addr);
}

static struct nd_entry **nd_recent(struct nd *nd, ip6_addr addr)
{
	return &nd->recent[addr.o[15] % ND_RECENT];
}

struct nd_entry *nd_find(struct nd *nd, const struct netif *netif,
			 ip6_addr addr)
{
	struct nd_key key = {.netif = netif, .addr = addr};
	struct nd_entry **recent = nd_recent(nd, addr);
	struct nd_entry *e = *recent;

	if (e && nd_eq(e, &key))
		return e;
	e = htab_find(&nd->tab, nd_hash(nd, netif, addr), nd_eq, &key);
	if (e)
		*recent = e;
	return e;
}

void nd_free(struct nd_entry *e)
{
	struct nd *nd = e->nd;

	check(list_is_empty(&e->queue));
	nd->stack->epoch++;
	if (*nd_recent(nd, e->addr) == e)
		*nd_recent(nd, e->addr) = NULL;
	stack_disarm(nd->stack, &e->timer);
	nd->count[e->rank]--;
	list_del(&e->node);
	htab_del(&nd->tab, e->hash, e);
	pool_put(&nd->entries, e);
}

/* Forget an entry for lack of room; what waits for it fails. */
static void nd_evict(struct nd_entry *e)
{
	if (e->waiting)
		nd_fail_waiting(e);
	nd_free(e);
}

static struct nd_entry *nd_oldest(struct nd *nd, enum nd_rank rank)
{
	return list_first_entry(&nd->by_rank[rank], struct nd_entry, node);
}

/* Whose place may be taken by an entry of @rank; NULL if nobody's. */
static struct nd_entry *nd_victim(struct nd *nd, enum nd_rank rank)
{
	struct nd_entry *e = nd_oldest(nd, ND_IDLE);

	if (rank < ND_IDLE && nd->count[rank] >= nd->max / 4)
		return nd_oldest(nd, rank);
	if (e)
		return e;
	e = nd_oldest(nd, ND_USED);
	if (e && nd_now(nd) - e->used_ns >= ND_KEEP_S * NS_PER_S)
		return e;
	e = nd_oldest(nd, ND_ASKED_FOR);
	if (e || rank != ND_ASKED)
		return rank < ND_IDLE ? e : NULL;
	return nd_oldest(nd, ND_ASKED);
}

static bool nd_make_room(struct nd *nd, enum nd_rank rank)
{
	struct nd_entry *e;

	if (nd->tab.count < nd->max &&
	    !(rank < ND_IDLE && nd->count[rank] >= nd->max / 4))
		return true;
	e = nd_victim(nd, rank);
	if (!e)
		return false;
	nd_evict(e);
	return true;
}

static enum nd_rank rank_of(enum nd_state state, bool is_relayed)
{
	if (state != ND_INCOMPLETE)
		return ND_IDLE;
	return is_relayed ? ND_ASKED_FOR : ND_ASKED;
}

struct nd_entry *nd_new(struct nd *nd, struct netif *netif, ip6_addr addr,
			enum nd_state state, bool is_relayed)
{
	enum nd_rank rank = rank_of(state, is_relayed);
	struct nd_link *link = nd_link_get(nd, netif);
	struct nd_entry *e;

	if (!link || !nd_make_room(nd, rank))
		return NULL;
	e = pool_get_zeroed(&nd->entries);
	if (!e)
		return NULL;
	e->hash = nd_hash(nd, netif, addr);
	if (htab_add(&nd->tab, e->hash, e)) {
		pool_put(&nd->entries, e);
		return NULL;
	}
	e->nd = nd;
	e->netif = netif;
	e->link = link;
	e->addr = addr;
	e->state = state;
	e->rank = rank;
	e->confirmed_ns = nd_now(nd);
	list_init(&e->queue);
	timer_init(&e->timer, nd_on_timer, e);
	list_add_tail(&nd->by_rank[rank], &e->node);
	nd->count[rank]++;
	if (!timer_is_armed(&nd->age))
		stack_arm_in(nd->stack, &nd->age, ND_AGE_S * NS_PER_S);
	return e;
}

/*
 * Age.
 */

/* Forget the entries of a rank that are too old, at most SWEEP_MAX. */
static void nd_sweep(struct nd *nd, enum nd_rank rank)
{
	int budget = SWEEP_MAX;
	struct nd_entry *e;

	while (budget-- && (e = nd_oldest(nd, rank))) {
		struct ip_addr ip = ip_addr_v6(e->addr);

		if (nd_now(nd) - nd_last_ns(e) < ND_AGE_S * NS_PER_S)
			return;
		PROBE(&nd->stack->place, EV_LEARN, R_ND_AGE, NULL,
		      EVF_IP("ip", &ip), EVF_MAC("mac", &e->mac));
		nd_evict(e);
	}
}

void nd_on_age(struct timer *t, void *arg)
{
	struct nd *nd = arg;
	uint64_t oldest = nd_now(nd);
	int rank;

	nd_sweep(nd, ND_IDLE);
	nd_sweep(nd, ND_USED);
	if (!nd->tab.count)
		return;
	for (rank = ND_IDLE; rank < ND_RANKS; rank++) {
		struct nd_entry *e = nd_oldest(nd, (enum nd_rank)rank);

		if (e)
			oldest = min_u64(oldest, nd_last_ns(e));
	}
	stack_arm(nd->stack, t, oldest + ND_AGE_S * NS_PER_S);
}

void nd_flush(struct stack *stack, struct netif *netif)
{
	struct nd *nd = nd_of(stack);
	int rank;

	for (rank = 0; rank < ND_RANKS; rank++) {
		struct list *pos, *next;

		list_for_each_safe(pos, next, &nd->by_rank[rank]) {
			struct nd_entry *e =
				container_of(pos, struct nd_entry, node);

			if (e->netif == netif)
				nd_evict(e);
		}
	}
}

void nd_for_each(struct stack *stack,
		 void (*fn)(void *arg, const struct nd_neighbour_view *v),
		 void *arg)
{
	struct nd *nd = nd_of(stack);
	const struct nd_entry *e;
	size_t pos = 0;

	while ((e = htab_next(&nd->tab, &pos))) {
		struct nd_neighbour_view v = {
			.netif = e->netif,
			.addr = e->addr,
			.mac = nd_is_asked(e) ? MAC_ZERO : e->mac,
			.state = e->state,
			.is_router = e->is_router,
			.used_ns = e->used_ns,
			.confirmed_ns = e->confirmed_ns,
			.waiting = e->waiting,
		};

		fn(arg, &v);
	}
}

size_t nd_count(const struct stack *stack)
{
	return nd_of(stack)->tab.count;
}
