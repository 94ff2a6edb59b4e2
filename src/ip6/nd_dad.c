// SPDX-License-Identifier: MIT
/*
 * nd_dad.c - is an address free? (RFC 4862, 5.4)
 *
 * Theory of operation
 * ===================
 * Before an address is ours we ask who has it, from no address, and wait.
 * Whoever has it advertises it; whoever tries it at the same time asks the
 * same question.  In both cases it is not ours: it becomes DUPLICATED, an
 * event says who has it, and it is not used.  (An address that was made from
 * a prefix is made again in another way: nd_auto.c.)
 *
 * A link that gives frames back to who sent them would make every address a
 * duplicate of itself.  So each question carries a nonce (RFC 7527): one that
 * comes back with our own nonce is our own question.  Then the address is
 * asked for three times more, lest somebody else is hidden behind the loop.
 *
 * The first message of a link waits for up to a second, for when the power
 * comes back all hosts of a house start at the same moment.
 */

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

#define START_DELAY_NS (1 * NS_PER_S) /* MAX_RTR_SOLICITATION_DELAY */
#define LOOP_TRIES     3	      /* RFC 7527, 4.2: mcast solicitations */
#define AGAIN_NS       (1 * NS_PER_S) /* for want of memory */

struct nd_dad *nd_dad_find(const struct nd *nd, const struct netif *netif,
			   ip6_addr addr)
{
	struct nd_dad *dad;

	list_for_each_entry(dad, &nd->dads, struct nd_dad, node)
		if (dad->link->netif == netif && ip6_eq(dad->addr, addr))
			return dad;
	return NULL;
}

static void dad_free(struct nd_dad *dad)
{
	struct nd *nd = dad->link->nd;

	stack_disarm(nd->stack, &dad->timer);
	list_del(&dad->node);
	mem_free(nd->stack->place.env->mem, dad, sizeof(*dad));
}

static void tell_watches(const struct nd_link *link, ip6_addr addr,
			 bool is_ours)
{
	struct nd_watch *w;

	list_for_each_entry(w, &link->nd->watches, struct nd_watch, node)
		if (w->on_dad)
			w->on_dad(w->arg, link->netif, addr, is_ours);
}

/* The outcome; @dad is gone afterwards. */
static void dad_end(struct nd_dad *dad, enum ip6_addr_state state)
{
	struct nd_link *link = dad->link;
	ip6_addr addr = dad->addr;

	dad_free(dad);
	ip6_addr_state_set(link->nd->stack, link->netif, addr, state);
	nd_auto_dad_done(link, addr, state == IP6_PREFERRED);
	tell_watches(link, addr, state == IP6_PREFERRED);
	/* Now that there is somebody to ask as. */
	if (state == IP6_PREFERRED && ip6_is_link_local(addr))
		nd_rs_start(link);
}

void nd_dad_fail(struct nd_dad *dad, mac_addr mac)
{
	struct ip_addr ip = ip_addr_v6(dad->addr);

	PROBE_CAUSE(&dad->link->nd->stack->place, EV_LEARN, R_ND_DAD_TAKEN,
		    NULL, EVF_IP("ip", &ip), EVF_MAC("mac", &mac),
		    EVF_TEXT("netif", dad->link->netif->name));
	dad_end(dad, IP6_DUPLICATED);
}

void nd_dad_loop(struct nd_dad *dad)
{
	struct ip_addr ip = ip_addr_v6(dad->addr);

	PROBE(&dad->link->nd->stack->place, EV_NOTE, R_ND_DAD_LOOP, NULL,
	      EVF_IP("ip", &ip));
	if (!dad->is_looped)
		dad->wanted += LOOP_TRIES;
	dad->is_looped = true;
}

static void dad_ask(struct nd_dad *dad)
{
	struct nd_link *link = dad->link;
	struct nd_out out = {
		.netif = link->netif,
		.dst = ip6_solicited_node(dad->addr),
		.why = R_ND_DAD_PROBE,
	};

	dad->tries++;
	stack_arm_in(link->nd->stack, &dad->timer,
		     link->retrans_ms * NS_PER_MS);
	nd_send_ns(link->nd, &out, dad->addr, dad->nonce);
}

static void dad_on_timer(struct timer *t, void *arg)
{
	struct nd_dad *dad = arg;
	struct ip_addr ip = ip_addr_v6(dad->addr);
	struct place *place = &dad->link->nd->stack->place;

	(void)t;
	PROBE_CAUSE(place, EV_TIMER, R_ND_TIMER, NULL, EVF_IP("ip", &ip),
		    EVF_NUM("tries", dad->tries),
		    EVF_TEXT("state", "it is being tried"));
	if (dad->tries < dad->wanted) {
		dad_ask(dad);
		return;
	}
	PROBE_CAUSE(place, EV_LEARN, R_ND_DAD_FREE, NULL, EVF_IP("ip", &ip),
		    EVF_NUM("tries", dad->tries));
	dad_end(dad, IP6_PREFERRED);
}

/* No memory, or no entropy: once more in a second. */
static void dad_put_off(struct nd *nd)
{
	if (!timer_is_armed(&nd->dad_again))
		stack_arm_in(nd->stack, &nd->dad_again, AGAIN_NS);
}

/* Is the address one of several that are tried for the same reason at the
 * same moment by all hosts: a prefix that was advertised to everyone? */
static bool is_from_prefix(const struct ip6_addr_info *a)
{
	return a->origin == IP6_FROM_RA || a->origin == IP6_FROM_RA_TEMP;
}

void nd_addr_start(struct stack *stack, const struct ip6_addr_info *a)
{
	struct nd *nd = nd_of(stack);
	struct mem *mem = stack->place.env->mem;
	struct nd_link *link;
	struct nd_dad *dad;
	bool has_to_wait;

	if (a->netif->features & (NETIF_F_NO_ARP | NETIF_F_LOOPBACK)) {
		ip6_addr_state_set(stack, a->netif, a->net.addr, IP6_PREFERRED);
		return;
	}
	link = nd_link_get(nd, a->netif);
	dad = link ? mem_alloc(mem, sizeof(*dad)) : NULL;
	if (!dad || stack_random(stack, dad->nonce, sizeof(dad->nonce))) {
		mem_free(mem, dad, sizeof(*dad));
		dad_put_off(nd);
		return;
	}
	dad->link = link;
	dad->addr = a->net.addr;
	dad->wanted = link->conf.dad_transmits ? link->conf.dad_transmits : 1;
	timer_init(&dad->timer, dad_on_timer, dad);
	list_add_tail(&nd->dads, &dad->node);
	has_to_wait = !link->has_spoken || is_from_prefix(a);
	stack_arm_in(stack, &dad->timer,
		     has_to_wait ? nd_random(nd, 0, START_DELAY_NS) : 0);
}

void nd_addr_stop(struct stack *stack, const struct ip6_addr_info *a)
{
	struct nd *nd = nd_of(stack);
	struct nd_dad *dad = nd_dad_find(nd, a->netif, a->net.addr);
	struct nd_link *link = nd_link_find(nd, a->netif);

	if (dad)
		dad_free(dad);
	if (link)
		nd_auto_stop(link, a->net.addr);
}

/* An address that nobody has begun to try. */
struct idle_search {
	struct nd *nd;
	const struct ip6_addr_info *found;
};

static void idle_step(void *arg, const struct ip6_addr_info *a)
{
	struct idle_search *s = arg;

	if (!s->found && a->state == IP6_TENTATIVE &&
	    !nd_dad_find(s->nd, a->netif, a->net.addr))
		s->found = a;
}

void nd_dad_on_again(struct timer *t, void *arg)
{
	struct idle_search s = {.nd = arg};

	(void)t;
	do {
		s.found = NULL;
		ip6_addr_for_each(s.nd->stack, idle_step, &s);
		if (s.found)
			nd_addr_start(s.nd->stack, s.found);
	} while (s.found && !timer_is_armed(&s.nd->dad_again));
}

void nd_dad_forget(struct nd *nd, const struct netif *netif)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &nd->dads) {
		struct nd_dad *dad = container_of(pos, struct nd_dad, node);

		if (!netif || dad->link->netif == netif)
			dad_free(dad);
	}
}
