// SPDX-License-Identifier: MIT
/*
 * arp.c - neighbours: states, questions, waiting packets
 *
 * Theory of operation
 * ===================
 * arp_resolve() sends a packet at once if the neighbour's address is known;
 * else the packet waits in the entry while the question goes out.  The
 * diagram of states stands in arp.h; the table below is the same as data, and
 * arp_set_state() is the only writer.
 *
 * A neighbour is not given up because he was not heard of for a while: STALE
 * entries are used as they are, and the first use asks him directly (unicast)
 * whether he is still there.  So traffic never stops for a refresh.
 *
 * Failure is told upwards from a task, not from the middle of the call that
 * brought it about: whoever hears of it may send packets, which may need
 * entries, which may evict entries, which fail.
 *
 * Invariants
 * ----------
 *  (1) An entry has waiting packets only while INCOMPLETE.
 *  (2) An entry's timer runs in INCOMPLETE, PROBE and FAILED, not else.
 *  (3) Each entry is in the table and in the list of its rank (arp_tab.c).
 *
 * Limits
 * ------
 * ARP_WAITING_MAX packets for each entry, the oldest goes first (RFC 1122,
 * 2.3.2.2); ARP_QUEUED_MAX in all, those to be reported included.
 */

#include <assert.h>
#include <errno.h>

#include "base/check.h"

#include "wire/ether.h"

#include "core/probe.h"

#include "link/arp_int.h"
#include "link/ether.h"

#define TO(s) (1u << ARP_##s)

/* clang-format off */
static const uint8_t arp_moves[] = {
	[ARP_INCOMPLETE]	= TO(REACHABLE) | TO(FAILED),
	[ARP_REACHABLE]		= TO(STALE) | TO(PROBE),
	[ARP_STALE]		= TO(REACHABLE) | TO(PROBE),
	[ARP_PROBE]		= TO(REACHABLE) | TO(INCOMPLETE),
	[ARP_FAILED]		= TO(REACHABLE) | TO(INCOMPLETE),
};
static_assert(ARRAY_SIZE(arp_moves) == ARP_STATES, "a row for each state");

static const char *const arp_names[] = {
	[ARP_INCOMPLETE]	= "INCOMPLETE",
	[ARP_REACHABLE]		= "REACHABLE",
	[ARP_STALE]		= "STALE",
	[ARP_PROBE]		= "PROBE",
	[ARP_FAILED]		= "FAILED",
};
static_assert(ARRAY_SIZE(arp_names) == ARP_STATES, "a name for each state");
/* clang-format on */

const char *arp_state_name(enum arp_state s)
{
	return s < ARP_STATES ? arp_names[s] : "?";
}

void arp_set_state(struct arp_entry *e, enum arp_state to)
{
	struct ip_addr ip = ip_addr_v4(e->addr);
	struct stack *stack = e->arp->stack;

	check(arp_moves[e->state] & 1u << to);
	PROBE(&stack->place, EV_STATE, R_ARP_STATE, NULL, EVF_IP("ip", &ip),
	      EVF_TEXT("from", arp_names[e->state]),
	      EVF_TEXT("to", arp_names[to]));
	if (e->state == ARP_REACHABLE)
		stack->epoch++;
	e->state = to;
	e->tries = 0;
	stack_disarm(stack, &e->timer);
	if (to == ARP_INCOMPLETE || to == ARP_FAILED)
		arp_set_rank(e, ARP_ASKED);
	else if (e->rank == ARP_ASKED)
		arp_set_rank(e, ARP_IDLE);
}

/*
 * Questions.
 */

static void arp_ask(struct arp_entry *e, enum reason why)
{
	struct arp_hdr hdr = {
		.op = ARP_REQUEST,
		.sha = e->netif->mac,
		.spa = e->src,
		.tpa = e->addr,
	};
	bool is_known = e->state == ARP_PROBE;

	e->tries++;
	stack_arm_in(e->arp->stack, &e->timer, ARP_RETRY_S * NS_PER_S);
	arp_send(e->arp, e->netif, is_known ? e->mac : MAC_BROADCAST, &hdr,
		 why);
}

void arp_verify(struct arp_entry *e)
{
	if (e->state != ARP_REACHABLE && e->state != ARP_STALE)
		return;
	arp_set_state(e, ARP_PROBE);
	arp_ask(e, R_ARP_REFRESH);
}

void arp_confirm(struct arp_entry *e)
{
	e->confirmed_ns = arp_now(e->arp);
	if (e->state != ARP_REACHABLE)
		arp_set_state(e, ARP_REACHABLE);
}

/*
 * Waiting packets.
 */

static void arp_report(struct task *task, void *arg)
{
	struct arp *arp = arg;
	struct list *node;

	(void)task;
	while ((node = list_pop_head(&arp->failed))) {
		struct pkt *pkt = container_of(node, struct pkt, node);

		arp->queued--;
		probe_set_cause(pkt->env, (uint32_t)pkt->mark);
		if (arp->on_failed)
			arp->on_failed(arp->stack, pkt);
		else
			pkt_drop(&arp->stack->place, pkt, DROP_arp_failed);
	}
}

/* Have a packet reported; @event is what it failed for. */
static void arp_fail_pkt(struct arp *arp, struct pkt *pkt, uint32_t event)
{
	if (arp->queued >= ARP_QUEUED_MAX) {
		pkt_drop(&arp->stack->place, pkt, DROP_arp_failed);
		return;
	}
	arp->queued++;
	pkt->mark = event;
	list_add_tail(&arp->failed, &pkt->node);
	stack_defer(arp->stack, &arp->report);
}

static struct pkt *arp_dequeue(struct arp_entry *e)
{
	struct list *node = list_pop_head(&e->queue);

	if (!node)
		return NULL;
	e->waiting--;
	e->arp->queued--;
	return container_of(node, struct pkt, node);
}

void arp_fail_waiting(struct arp_entry *e)
{
	struct ip_addr ip = ip_addr_v4(e->addr);
	uint32_t n = PROBE(&e->arp->stack->place, EV_LEARN, R_ARP_FAIL, NULL,
			   EVF_IP("ip", &ip), EVF_NUM("tries", e->tries),
			   EVF_NUM("waiting", e->waiting));
	struct pkt *pkt;

	while ((pkt = arp_dequeue(e)))
		arp_fail_pkt(e->arp, pkt, n);
}

static int arp_enqueue(struct arp_entry *e, struct pkt *pkt)
{
	struct place *place = &e->arp->stack->place;

	if (e->waiting == ARP_WAITING_MAX)
		pkt_drop(place, arp_dequeue(e), DROP_arp_queue);
	if (e->arp->queued >= ARP_QUEUED_MAX) {
		pkt_drop(place, pkt, DROP_arp_queue);
		return -ENOBUFS;
	}
	pkt->netif = e->netif;
	list_add_tail(&e->queue, &pkt->node);
	e->waiting++;
	e->arp->queued++;
	return 0;
}

static void arp_send_queue(struct arp_entry *e)
{
	struct stack *stack = e->arp->stack;
	struct netif *netif = e->netif;
	mac_addr mac = e->mac;
	struct list queue;
	struct pkt *pkt;
	struct list *node;

	list_init(&queue);
	while ((pkt = arp_dequeue(e)))
		list_add_tail(&queue, &pkt->node);
	if (!list_is_empty(&queue))
		arp_touch(e);
	while ((node = list_pop_head(&queue)))
		ether_output(stack, netif, container_of(node, struct pkt, node),
			     mac, ETH_IP4);
}

/* Nobody has answered in time. */
void arp_on_timer(struct timer *t, void *arg)
{
	struct arp_entry *e = arg;
	struct ip_addr ip = ip_addr_v4(e->addr);

	(void)t;
	if (e->state == ARP_FAILED) {
		arp_free(e);
		return;
	}
	PROBE_CAUSE(&e->arp->stack->place, EV_TIMER, R_ARP_TIMER, NULL,
		    EVF_IP("ip", &ip), EVF_NUM("tries", e->tries));
	if (e->tries < ARP_TRIES) {
		arp_ask(e, e->state == ARP_PROBE ? R_ARP_REFRESH : R_ARP_RETRY);
	} else if (e->state == ARP_PROBE) {
		arp_set_state(e, ARP_INCOMPLETE);
		arp_ask(e, R_ARP_REQUEST);
	} else {
		arp_fail_waiting(e);
		arp_set_state(e, ARP_FAILED);
		stack_arm_in(e->arp->stack, &e->timer, ARP_HOLD_S * NS_PER_S);
	}
}

static void arp_tell_learn(struct arp_entry *e, const char *how)
{
	struct ip_addr ip = ip_addr_v4(e->addr);

	PROBE_CAUSE(&e->arp->stack->place, EV_LEARN, R_ARP_LEARN, NULL,
		    EVF_IP("ip", &ip), EVF_MAC("mac", &e->mac),
		    EVF_TEXT("how", how));
}

void arp_learn(struct arp_entry *e, mac_addr mac, const char *how)
{
	if (!mac_eq(e->mac, mac))
		e->arp->stack->epoch++;
	e->mac = mac;
	arp_tell_learn(e, how);
	arp_confirm(e);
	arp_send_queue(e);
}

void arp_learn_new(struct arp *arp, struct netif *netif, ip4_addr addr,
		   ip4_addr src, mac_addr mac)
{
	struct arp_entry *e = arp_new(arp, netif, addr, ARP_REACHABLE);

	if (!e)
		return;
	e->src = src;
	e->mac = mac;
	arp_tell_learn(e, "request");
}

/*
 * The door.
 */

/* The neighbour is not known: the packet waits, everybody is asked. */
static int arp_miss(struct arp *arp, struct netif *netif, ip4_addr next_hop,
		    ip4_addr src, struct pkt *pkt)
{
	struct arp_entry *e = arp_new(arp, netif, next_hop, ARP_INCOMPLETE);
	int err;

	if (!e) {
		pkt_drop(&arp->stack->place, pkt, DROP_no_memory);
		return -ENOBUFS;
	}
	e->src = src;
	err = arp_enqueue(e, pkt);
	arp_ask(e, R_ARP_REQUEST);
	return err;
}

/* The neighbour's address is not known, or not yet, or not any more. */
static int arp_wait(struct arp *arp, struct arp_entry *e, struct pkt *pkt)
{
	if (e->state == ARP_INCOMPLETE)
		return arp_enqueue(e, pkt);
	arp_fail_pkt(arp, pkt, pkt->env->cause);
	return 0;
}

/* Send through a resolved entry, and see to it that it stays fresh. */
static int arp_use(struct arp_entry *e, struct pkt *pkt)
{
	uint64_t age = arp_now(e->arp) - e->confirmed_ns;
	struct netif *netif = e->netif;
	struct arp *arp = e->arp;
	ip4_addr addr = e->addr;
	bool is_stale;
	int err;

	arp_touch(e);
	if (e->state == ARP_REACHABLE && age >= ARP_REACHABLE_S * NS_PER_S)
		arp_set_state(e, ARP_STALE);
	is_stale = e->state == ARP_STALE;
	err = ether_output(arp->stack, netif, pkt, e->mac, ETH_IP4);
	/* A driver may have called back, and the entry be gone. */
	e = is_stale ? arp_find(arp, netif, addr) : NULL;
	if (e)
		arp_verify(e);
	return err;
}

int arp_resolve(struct stack *stack, struct netif *netif, ip4_addr next_hop,
		ip4_addr src, struct pkt *pkt)
{
	struct arp *arp = arp_of(stack);
	struct ip_addr ip = ip_addr_v4(next_hop);
	struct env *env = stack->place.env;
	uint32_t outer = env->cause;
	struct arp_entry *e;
	int err;

	if (netif->features & NETIF_F_NO_ARP)
		return ether_output(stack, netif, pkt, netif->mac, ETH_IP4);
	e = arp_find(arp, netif, next_hop);
	if (e && e->src.v != src.v) {
		e->src = src;
		stack->epoch++;
	}
	if (e && e->rank != ARP_ASKED) {
		PROBE(&stack->place, EV_LOOKUP, R_ARP_HIT, pkt,
		      EVF_IP("ip", &ip), EVF_MAC("mac", &e->mac));
		return arp_use(e, pkt);
	}
	probe_set_cause(env, pkt->cause);
	PROBE_CAUSE(&stack->place, EV_LOOKUP, R_ARP_MISS, pkt,
		    EVF_IP("ip", &ip));
	err = e ? arp_wait(arp, e, pkt)
		: arp_miss(arp, netif, next_hop, src, pkt);
	env->cause = outer;
	return err;
}

bool arp_current(struct stack *stack, const struct netif *netif,
		 ip4_addr next_hop, mac_addr *mac, uint64_t *until_ns)
{
	const struct arp_entry *e;

	*mac = netif->mac;
	*until_ns = UINT64_MAX;
	if (netif->features & NETIF_F_NO_ARP)
		return true;
	e = arp_find(arp_of(stack), netif, next_hop);
	if (!e || e->state != ARP_REACHABLE || e->rank != ARP_USED)
		return false;
	*mac = e->mac;
	*until_ns = min_u64(e->confirmed_ns + ARP_REACHABLE_S * NS_PER_S,
			    e->used_ns + NS_PER_S);
	return true;
}

int arp_heard(struct stack *stack, struct netif *netif, ip4_addr addr,
	      ip4_addr src, bool asks)
{
	struct arp *arp = arp_of(stack);
	struct arp_entry *e = arp_find(arp, netif, addr);

	if (netif->features & NETIF_F_NO_ARP)
		return 1;
	if (!e && asks) {
		e = arp_new(arp, netif, addr, ARP_INCOMPLETE);
		if (!e)
			return 0;
		e->src = src;
		arp_ask(e, R_ARP_REQUEST);
	}
	if (!e)
		return 0;
	if (e->state == ARP_FAILED)
		return -1;
	if (e->state == ARP_INCOMPLETE)
		return e->tries > 1 ? -1 : 0;
	return e->state == ARP_PROBE && e->tries > 1 ? -1 : 1;
}

int arp_add(struct stack *stack, struct netif *netif, ip4_addr addr,
	    mac_addr mac)
{
	struct arp *arp = arp_of(stack);
	struct arp_entry *e = arp_find(arp, netif, addr);
	uint32_t cause = stack->place.env->cause;

	if (mac_is_group(mac) || mac_is_zero(mac))
		return -EINVAL;
	if (!e)
		e = arp_new(arp, netif, addr, ARP_REACHABLE);
	if (!e)
		return -ENOMEM;
	arp_learn(e, mac, "by hand");
	/* What the caller does next does not follow from it. */
	stack->place.env->cause = cause;
	return 0;
}

void arp_set_callbacks(struct stack *stack, arp_failed_fn *on_failed,
		       arp_conflict_fn *on_conflict)
{
	arp_of(stack)->on_failed = on_failed;
	arp_of(stack)->on_conflict = on_conflict;
}

void arp_set_max(struct stack *stack, size_t max)
{
	arp_of(stack)->max = max_size(max, 16);
}

int arp_init(struct stack *stack)
{
	struct mem *mem = stack->place.env->mem;
	struct arp *arp = mem_alloc(mem, sizeof(*arp));
	int c;

	if (!arp)
		return -ENOMEM;
	if (stack_new_key(stack, &arp->key)) {
		mem_free(mem, arp, sizeof(*arp));
		return -EIO;
	}
	arp->stack = stack;
	arp->max = ARP_ENTRIES_MAX;
	htab_init(&arp->tab, mem, 0);
	pool_init(&arp->entries, mem, "arp", sizeof(struct arp_entry), 0);
	for (c = 0; c < ARP_RANKS; c++)
		list_init(&arp->by_rank[c]);
	list_init(&arp->failed);
	list_init(&arp->own);
	list_init(&arp->inquiries);
	timer_init(&arp->age, arp_on_age, arp);
	task_init(&arp->report, arp_report, arp);
	stack->slot[SLOT_ARP] = arp;
	return ether_register(stack, ETH_ARP, arp_input);
}

void arp_fini(struct stack *stack)
{
	struct arp *arp = arp_of(stack);
	struct arp_entry *e;
	struct list *node;
	struct pkt *pkt;

	if (!arp)
		return;
	while ((e = htab_pop(&arp->tab))) {
		while ((pkt = arp_dequeue(e)))
			pkt_free(pkt);
		stack_disarm(stack, &e->timer);
		pool_put(&arp->entries, e);
	}
	while ((node = list_pop_head(&arp->failed)))
		pkt_free(container_of(node, struct pkt, node));
	task_cancel(&arp->report);
	stack_disarm(stack, &arp->age);
	arp_own_fini(arp);
	htab_fini(&arp->tab);
	pool_fini(&arp->entries);
	mem_free(stack->place.env->mem, arp, sizeof(*arp));
	stack->slot[SLOT_ARP] = NULL;
}
