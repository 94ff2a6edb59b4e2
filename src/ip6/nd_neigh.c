// SPDX-License-Identifier: MIT
/*
 * nd_neigh.c - neighbours: states, questions, waiting packets
 *
 * Theory of operation
 * ===================
 * nd_output() sends a packet at once if the neighbour's MAC is known; else it
 * waits in the entry while the question goes out.  After that the question is
 * another one: is the neighbour still there?  An answer to a question of ours
 * proves it, for it shows that both directions work; so does a transport that
 * sees its data acknowledged (nd_confirm()), and as long as one does nothing
 * is asked at all.  What a neighbour says unasked proves nothing about the
 * way to it, and makes an entry STALE at most.
 *
 *	 INCOMPLETE --answer--> REACHABLE --time--> STALE
 *	     |  \                   ^  ^              | a packet goes out
 *	silence  +--said unasked----|--|--> STALE     v
 *	     v                      |  +--confirm-- DELAY
 *	  FAILED                 answer               | 5 s
 *	     ^                      |                 v
 *	     |                      +-------------- PROBE
 *	  silence                   |                 | 3 questions, silence
 *	     +----------------- UNREACHABLE <---------+
 *
 * The table below is the same as data, nd_set_state() the only writer.
 *
 * RFC 4861 forgets a neighbour after three seconds of silence; RFC 7048 found
 * that too hasty, and UNREACHABLE is what it says to do instead: ask everybody
 * with growing distance, and go on as before meanwhile.  Of a router we turn
 * away at once (nd_router_reached()).
 *
 * A line of PPP has no addresses of its own.  There an entry begins as STALE,
 * and what is left is to find out whether the neighbour is there.
 *
 * Failure is told upwards from a task, not from the middle of the call that
 * brought it about: whoever hears of it may send packets, which may need
 * entries, which may evict entries, which fail.
 *
 * Invariants
 * ----------
 *  (1) An entry has waiting packets only while INCOMPLETE.
 *  (2) An entry's timer runs in INCOMPLETE, DELAY, PROBE, UNREACHABLE and
 *	FAILED, not else.
 *  (3) Each entry is in the table and in the list of its rank (nd_tab.c).
 *
 * Limits
 * ------
 * ND_WAITING_MAX packets for each entry, the oldest goes first (RFC 4861,
 * 7.2.2); ND_QUEUED_MAX in all, those to be reported included.
 */

#include <assert.h>
#include <errno.h>

#include "base/check.h"

#include "wire/ether.h"

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"
#include "link/ether.h"

#define BACKOFF 3 /* RFC 7048, 3: BackoffMultiple */

#define TO(s) (1u << ND_##s)

/* clang-format off */
static const uint8_t nd_moves[] = {
	[ND_INCOMPLETE]	= TO(REACHABLE) | TO(STALE) | TO(FAILED),
	[ND_REACHABLE]	= TO(STALE),
	[ND_STALE]	= TO(REACHABLE) | TO(DELAY),
	[ND_DELAY]	= TO(REACHABLE) | TO(STALE) | TO(PROBE),
	[ND_PROBE]	= TO(REACHABLE) | TO(STALE) | TO(UNREACHABLE),
	[ND_UNREACHABLE] = TO(REACHABLE) | TO(STALE) | TO(FAILED),
	[ND_FAILED]	= TO(REACHABLE) | TO(STALE),
};
static_assert(ARRAY_SIZE(nd_moves) == ND_STATES, "a row for each state");

static const char *const nd_names[] = {
	[ND_INCOMPLETE]	= "INCOMPLETE",
	[ND_REACHABLE]	= "REACHABLE",
	[ND_STALE]	= "STALE",
	[ND_DELAY]	= "DELAY",
	[ND_PROBE]	= "PROBE",
	[ND_UNREACHABLE] = "UNREACHABLE",
	[ND_FAILED]	= "FAILED",
};
static_assert(ARRAY_SIZE(nd_names) == ND_STATES, "a name for each state");
/* clang-format on */

const char *nd_state_name(enum nd_state s)
{
	return s < ND_STATES ? nd_names[s] : "?";
}

void nd_set_state(struct nd_entry *e, enum nd_state to)
{
	struct ip_addr ip = ip_addr_v6(e->addr);
	struct stack *stack = e->nd->stack;

	check(nd_moves[e->state] & 1u << to);
	PROBE(&stack->place, EV_STATE, R_ND_STATE, NULL, EVF_IP("ip", &ip),
	      EVF_TEXT("from", nd_names[e->state]),
	      EVF_TEXT("to", nd_names[to]));
	if (e->state == ND_REACHABLE)
		stack->epoch++;
	e->state = to;
	e->tries = 0;
	stack_disarm(stack, &e->timer);
	if (to == ND_FAILED)
		nd_set_rank(e, ND_ASKED_FOR);
	else if (e->rank < ND_IDLE)
		nd_set_rank(e, ND_IDLE);
	if (to == ND_UNREACHABLE || to == ND_FAILED || to == ND_REACHABLE)
		nd_router_reached(e->nd, e->netif, e->addr, to == ND_REACHABLE);
}

/*
 * Questions.
 */

/* Ask once more; the neighbour itself, or everybody. */
static void nd_ask(struct nd_entry *e, enum reason why)
{
	bool is_known = e->state == ND_PROBE;
	struct nd_out out = {
		.netif = e->netif,
		.src = e->src,
		.dst = is_known ? e->addr : ip6_solicited_node(e->addr),
		.to = is_known ? &e->mac : NULL,
		.why = why,
	};
	uint64_t wait_ns = e->link->retrans_ms * NS_PER_MS;
	unsigned int i;

	for (i = 0; i < e->tries && e->state == ND_UNREACHABLE; i++)
		wait_ns *= BACKOFF;
	e->tries++;
	stack_arm_in(e->nd->stack, &e->timer, wait_ns);
	nd_send_ns(e->nd, &out, e->addr, NULL);
}

void nd_reached(struct nd_entry *e)
{
	e->confirmed_ns = nd_now(e->nd);
	if (e->state != ND_REACHABLE)
		nd_set_state(e, ND_REACHABLE);
}

void nd_confirm(struct stack *stack, struct netif *netif,
		const ip6_addr *next_hop)
{
	struct nd *nd = nd_of(stack);
	struct nd_entry *e = nd_find(nd, netif, *next_hop);

	if (e && !nd_is_asked(e))
		nd_reached(e);
}

/*
 * Waiting packets.
 */

void nd_report(struct task *task, void *arg)
{
	struct nd *nd = arg;
	struct list *node;

	(void)task;
	while ((node = list_pop_head(&nd->failed))) {
		struct pkt *pkt = container_of(node, struct pkt, node);

		nd->queued--;
		probe_set_cause(pkt->env, (uint32_t)pkt->mark);
		ip6_nd_failed(nd->stack, pkt);
	}
}

/* Have a packet reported; @event is what it failed for. */
static void nd_fail_pkt(struct nd *nd, struct pkt *pkt, uint32_t event)
{
	if (nd->queued >= ND_QUEUED_MAX) {
		pkt_drop(&nd->stack->place, pkt, DROP_nd_failed);
		return;
	}
	nd->queued++;
	pkt->mark = event;
	list_add_tail(&nd->failed, &pkt->node);
	stack_defer(nd->stack, &nd->report);
}

static struct pkt *nd_dequeue(struct nd_entry *e)
{
	struct list *node = list_pop_head(&e->queue);

	if (!node)
		return NULL;
	e->waiting--;
	e->nd->queued--;
	return container_of(node, struct pkt, node);
}

void nd_fail_waiting(struct nd_entry *e)
{
	struct ip_addr ip = ip_addr_v6(e->addr);
	uint32_t n = PROBE(&e->nd->stack->place, EV_LEARN, R_ND_FAIL, NULL,
			   EVF_IP("ip", &ip), EVF_NUM("tries", e->tries),
			   EVF_NUM("waiting", e->waiting));
	struct pkt *pkt;

	while ((pkt = nd_dequeue(e)))
		nd_fail_pkt(e->nd, pkt, n);
}

void nd_drop_waiting(struct nd_entry *e)
{
	struct pkt *pkt;

	while ((pkt = nd_dequeue(e)))
		pkt_free(pkt);
}

static int nd_enqueue(struct nd_entry *e, struct pkt *pkt)
{
	struct place *place = &e->nd->stack->place;

	if (e->waiting == ND_WAITING_MAX)
		pkt_drop(place, nd_dequeue(e), DROP_nd_queue);
	if (e->nd->queued >= ND_QUEUED_MAX) {
		pkt_drop(place, pkt, DROP_nd_queue);
		return -ENOBUFS;
	}
	pkt->netif = e->netif;
	list_add_tail(&e->queue, &pkt->node);
	e->waiting++;
	e->nd->queued++;
	return 0;
}

/*
 * What is learned.
 */

static int nd_use(struct nd_entry *e, struct pkt *pkt);

/* Let waiting packets go.  @e may be gone afterwards. */
static void nd_send_queue(struct nd_entry *e)
{
	struct netif *netif = e->netif;
	struct nd *nd = e->nd;
	ip6_addr addr = e->addr;
	struct list queue;
	struct list *node;
	struct pkt *pkt;

	list_init(&queue);
	while ((pkt = nd_dequeue(e)))
		list_add_tail(&queue, &pkt->node);
	while ((node = list_pop_head(&queue))) {
		pkt = container_of(node, struct pkt, node);
		/* A driver may have called back, and the entry be gone. */
		e = nd_find(nd, netif, addr);
		if (e && !nd_is_asked(e))
			nd_use(e, pkt);
		else
			nd_fail_pkt(nd, pkt, pkt->env->cause);
	}
}

static void nd_tell_learn(struct nd_entry *e, const char *how)
{
	struct ip_addr ip = ip_addr_v6(e->addr);

	PROBE_CAUSE(&e->nd->stack->place, EV_LEARN, R_ND_LEARN, NULL,
		    EVF_IP("ip", &ip), EVF_MAC("mac", &e->mac),
		    EVF_TEXT("how", how));
}

void nd_learn(struct nd_entry *e, mac_addr mac, enum nd_state to,
	      const char *how)
{
	if (!mac_eq(e->mac, mac))
		e->nd->stack->epoch++;
	e->mac = mac;
	nd_tell_learn(e, how);
	if (to == ND_REACHABLE)
		nd_reached(e);
	else if (e->state != to)
		nd_set_state(e, to);
	nd_send_queue(e);
}

/* RFC 4861, 7.2.3, 6.2.6, 6.3.4, 8.3: all of them say this. */
void nd_hear(struct nd *nd, struct netif *netif, ip6_addr addr, mac_addr mac,
	     const char *how)
{
	struct nd_entry *e = nd_find(nd, netif, addr);

	if (e && !nd_is_asked(e) && mac_eq(e->mac, mac))
		return;
	if (e) {
		nd_learn(e, mac, ND_STALE, how);
		return;
	}
	e = nd_new(nd, netif, addr, ND_STALE, false);
	if (!e)
		return; /* asked for when it is needed */
	e->mac = mac;
	nd_tell_learn(e, how);
}

/*
 * Time passes.
 */

/* Nobody has answered the last of the questions. */
static void nd_silent(struct nd_entry *e)
{
	if (e->state == ND_PROBE) {
		nd_set_state(e, ND_UNREACHABLE);
		nd_ask(e, R_ND_RETRY);
		return;
	}
	if (e->state == ND_INCOMPLETE)
		nd_fail_waiting(e);
	nd_set_state(e, ND_FAILED);
	stack_arm_in(e->nd->stack, &e->timer, ND_HOLD_S * NS_PER_S);
}

void nd_on_timer(struct timer *t, void *arg)
{
	struct nd_entry *e = arg;
	struct ip_addr ip = ip_addr_v6(e->addr);

	(void)t;
	if (e->state == ND_FAILED) {
		nd_free(e);
		return;
	}
	PROBE_CAUSE(&e->nd->stack->place, EV_TIMER, R_ND_TIMER, NULL,
		    EVF_IP("ip", &ip), EVF_NUM("tries", e->tries),
		    EVF_TEXT("state", nd_names[e->state]));
	if (e->state == ND_DELAY) {
		nd_set_state(e, ND_PROBE);
		nd_ask(e, R_ND_REFRESH);
	} else if (e->tries < ND_TRIES) {
		nd_ask(e, e->state == ND_PROBE ? R_ND_REFRESH : R_ND_RETRY);
	} else {
		nd_silent(e);
	}
}

/*
 * The door.
 */

/* Where the packet comes from, if it is ours: the question is asked from that
 * address, so that the neighbour learns it (RFC 4861, 7.2.2). */
static ip6_addr source_of(const struct nd *nd, struct pkt *pkt,
			  const struct netif *netif)
{
	const struct ip6_addr_info *a;
	struct ip6_hdr h;

	if (pkt->is_relayed || !pkt_need(pkt, IP6_HLEN) ||
	    ip6_hdr_parse_quoted(&h, pkt_data(pkt), IP6_HLEN) < 0)
		return IP6_ANY;
	a = ip6_addr_find(nd->stack, netif, h.src);
	if (!a || a->state == IP6_TENTATIVE || a->state == IP6_DUPLICATED)
		return IP6_ANY;
	return h.src;
}

/* The neighbour is not known: the packet waits, everybody is asked. */
static int nd_miss(struct nd *nd, struct netif *netif, ip6_addr next_hop,
		   struct pkt *pkt)
{
	struct nd_entry *e =
		nd_new(nd, netif, next_hop, ND_INCOMPLETE, pkt->is_relayed);
	int err;

	if (!e) {
		pkt_drop(&nd->stack->place, pkt, DROP_no_memory);
		return -ENOBUFS;
	}
	e->src = source_of(nd, pkt, netif);
	err = nd_enqueue(e, pkt);
	nd_ask(e, R_ND_SOLICIT);
	return err;
}

/* Send through a resolved entry, and see to it that it stays fresh.  @e may
 * be gone afterwards. */
static int nd_use(struct nd_entry *e, struct pkt *pkt)
{
	struct nd *nd = e->nd;

	nd_touch(e);
	if (e->state == ND_REACHABLE &&
	    nd_now(nd) - e->confirmed_ns >= nd_reachable_ns(e->link))
		nd_set_state(e, ND_STALE);
	if (e->state == ND_STALE) {
		nd_set_state(e, ND_DELAY);
		stack_arm_in(nd->stack, &e->timer, ND_DELAY_S * NS_PER_S);
	}
	return ether_output(nd->stack, e->netif, pkt, e->mac, ETH_IP6);
}

/* Nothing is known yet, or not any more. */
static int nd_wait(struct nd *nd, struct nd_entry *e, struct netif *netif,
		   const ip6_addr *next_hop, struct pkt *pkt)
{
	struct ip_addr ip = ip_addr_v6(*next_hop);
	struct env *env = nd->stack->place.env;
	uint32_t outer = env->cause;
	int err = 0;

	probe_set_cause(env, pkt->cause);
	PROBE_CAUSE(&nd->stack->place, EV_LOOKUP, R_ND_MISS, pkt,
		    EVF_IP("ip", &ip));
	if (!e)
		err = nd_miss(nd, netif, *next_hop, pkt);
	else if (e->state == ND_INCOMPLETE)
		err = nd_enqueue(e, pkt);
	else
		nd_fail_pkt(nd, pkt, env->cause);
	env->cause = outer;
	return err;
}

int nd_output(struct stack *stack, struct netif *netif, struct pkt *pkt,
	      const ip6_addr *next_hop)
{
	struct nd *nd = nd_of(stack);
	struct ip_addr ip = ip_addr_v6(*next_hop);
	struct nd_entry *e;

	if (!nd_is_spoken(netif))
		return ether_output(stack, netif, pkt, netif->mac, ETH_IP6);
	if (ip6_is_multicast(*next_hop))
		return ether_output(stack, netif, pkt,
				    mac_of_ip6_group(*next_hop), ETH_IP6);
	e = nd_find(nd, netif, *next_hop);
	/* On a line nobody has to be asked where he is, only whether. */
	if (!e && !nd_has_macs(netif))
		e = nd_new(nd, netif, *next_hop, ND_STALE, false);
	if (!e && !nd_has_macs(netif))
		return ether_output(stack, netif, pkt, netif->mac, ETH_IP6);
	if (!e || nd_is_asked(e))
		return nd_wait(nd, e, netif, next_hop, pkt);
	PROBE(&stack->place, EV_LOOKUP, R_ND_HIT, pkt, EVF_IP("ip", &ip),
	      EVF_MAC("mac", &e->mac));
	return nd_use(e, pkt);
}

bool nd_current(struct stack *stack, const struct netif *netif,
		const ip6_addr *next_hop, mac_addr *mac, uint64_t *until_ns)
{
	const struct nd_entry *e = nd_find(nd_of(stack), netif, *next_hop);

	if (!e || e->state != ND_REACHABLE || e->rank != ND_USED)
		return false;
	*mac = e->mac;
	*until_ns = min_u64(
		e->confirmed_ns + nd_reachable_ns(e->link),
		min_u64(e->used_ns + NS_PER_S, e->link->reachable_until_ns));
	return true;
}

int nd_heard(struct stack *stack, struct netif *netif, const ip6_addr *hop,
	     bool asks)
{
	struct nd *nd = nd_of(stack);
	struct nd_entry *e = nd_find(nd, netif, *hop);

	if (netif->features & NETIF_F_NO_ARP)
		return 1;
	if (!e && asks) {
		e = nd_new(nd, netif, *hop, ND_INCOMPLETE, true);
		if (!e)
			return 0;
		nd_ask(e, R_ND_SOLICIT);
	}
	if (!e)
		return 0;
	if (e->state == ND_FAILED || e->state == ND_UNREACHABLE)
		return -1;
	if (e->state == ND_INCOMPLETE)
		return e->tries > 1 ? -1 : 0;
	return e->state == ND_PROBE && e->tries > 1 ? -1 : 1;
}

int nd_add(struct stack *stack, struct netif *netif, ip6_addr addr,
	   mac_addr mac)
{
	struct nd *nd = nd_of(stack);
	struct nd_entry *e = nd_find(nd, netif, addr);

	if (mac_is_group(mac) || mac_is_zero(mac))
		return -EINVAL;
	if (!e)
		e = nd_new(nd, netif, addr, ND_STALE, false);
	if (!e)
		return -ENOMEM;
	nd_learn(e, mac, ND_REACHABLE, "by hand");
	return 0;
}
