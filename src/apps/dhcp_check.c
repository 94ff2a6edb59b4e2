// SPDX-License-Identifier: MIT
/*
 * dhcp_check.c - does anybody use an address that is about to be offered?
 *
 * Theory of operation
 * ===================
 * A host may have been given an address by hand, or keep one after the server
 * has lost its table.  So before the server offers an address it asks for an
 * echo there, and waits half a second.  On its own wire ARP tells more than the
 * echo: a host that answers no echoes still says where it is.  What ARP knew
 * before the question proves nothing, since the last holder of the address has
 * left it there.
 *
 * An answer ends the wait at once; but never within the call that brought it,
 * because the next step may be another question.
 *
 * Limits
 * ------
 * DHCP_CHECKS_MAX at a time.  Beyond that addresses are offered unasked: the
 * client asks, too (RFC 5227), and a server that stops answering because many
 * ask would be easy to silence.
 */

#include "apps/dhcp_check.h"

#include <errno.h>

#include "core/netif.h"
#include "core/probe.h"
#include "core/stack.h"

#include "apps/dhcp_lease.h"
#include "ip/icmp.h"
#include "ip/ip_conf.h"
#include "link/arp.h"

/**
 * struct check - one question
 * @node:	In the list
 * @m:		Who asked the server
 * @lease:	About what
 * @seq:	Number of the echo
 * @was_known:	ARP knew the address before
 * @is_taken:	Somebody has answered
 */
struct check {
	struct list node;
	struct dhcp_checks *all;
	struct dhcp_msg m;
	struct lease *lease;
	struct timer timer;
	uint16_t seq;
	bool was_known, is_taken;
};

/* Has a neighbour that address? */
struct search {
	const struct netif *netif;
	ip4_addr addr;
	bool is_found;
};

static void search_step(void *arg, const struct arp_view *v)
{
	struct search *s = arg;

	if (v->netif == s->netif && v->addr.v == s->addr.v &&
	    !mac_is_zero(v->mac))
		s->is_found = true;
}

static bool arp_knows(const struct dhcp_checks *c, const struct lease *l)
{
	struct search s = {.netif = c->netif, .addr = l->ip.v4};

	arp_for_each(c->stack, search_step, &s);
	return s.is_found;
}

static void check_free(struct check *k)
{
	struct dhcp_checks *c = k->all;

	stack_disarm(c->stack, &k->timer);
	list_del(&k->node);
	c->count--;
	mem_free(c->stack->place.env->mem, k, sizeof(*k));
}

static void on_timer(struct timer *t, void *arg)
{
	struct check *k = arg;
	struct dhcp_checks *c = k->all;
	bool has_mac = !k->was_known && arp_knows(c, k->lease);
	struct lease *l = k->lease;
	struct dhcp_msg m = k->m;
	bool is_free = !k->is_taken && !has_mac;

	(void)t;
	if (!is_free)
		PROBE_CAUSE(&c->stack->place, EV_LEARN, R_DHCP_TAKEN, NULL,
			    EVF_IP("ip", &l->ip),
			    EVF_TEXT("text", k->is_taken
						     ? "somebody answers there"
						     : "a neighbour has it"));
	check_free(k);
	c->on_checked(c->arg, &m, l, is_free);
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	struct dhcp_checks *c = arg;
	struct check *k;

	if (ev->kind != ICMP_ECHO_ANSWER)
		return;
	list_for_each_entry(k, &c->list, struct check, node) {
		if (k->seq != ev->seq || !ip_addr_eq(ev->from, k->lease->ip))
			continue;
		k->is_taken = true;
		stack_arm_in(c->stack, &k->timer, 0);
	}
}

int dhcp_checks_init(struct dhcp_checks *c, struct stack *stack,
		     struct netif *netif, dhcp_checked_fn *on_checked,
		     void *arg)
{
	*c = (struct dhcp_checks){
		.stack = stack,
		.netif = netif,
		.on_checked = on_checked,
		.arg = arg,
	};
	list_init(&c->list);
	c->echo = icmp_echo_open(stack, on_echo, c);
	return c->echo ? 0 : -ENOMEM;
}

void dhcp_checks_fini(struct dhcp_checks *c)
{
	struct check *k;

	if (!c->stack)
		return;
	while ((k = list_first_entry(&c->list, struct check, node)))
		check_free(k);
	if (c->echo)
		icmp_echo_close(c->echo);
	c->echo = NULL;
}

int dhcp_check_begin(struct dhcp_checks *c, const struct dhcp_msg *m,
		     struct lease *l)
{
	struct check *k;

	if (c->count >= DHCP_CHECKS_MAX)
		return -ENOSPC;
	k = mem_alloc(c->stack->place.env->mem, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->all = c;
	k->m = *m;
	k->lease = l;
	k->seq = ++c->seq;
	k->was_known = arp_knows(c, l);
	timer_init(&k->timer, on_timer, k);
	list_add_tail(&c->list, &k->node);
	c->count++;
	PROBE_CAUSE(&c->stack->place, EV_APP, R_DHCP_CHECK, NULL,
		    EVF_IP("ip", &l->ip));
	stack_arm_in(c->stack, &k->timer, DHCP_CHECK_MS * NS_PER_MS);
	/* What cannot be sent is not answered: nobody is there to be reached. */
	(void)icmp_echo_send(c->echo, l->ip, k->seq, 0, 0);
	return 0;
}
