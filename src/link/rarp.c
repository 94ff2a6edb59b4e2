// SPDX-License-Identifier: MIT
/*
 * rarp.c - which IP address have I?
 *
 * Theory of operation
 * ===================
 * Messages have the layout of ARP and an EtherType of their own, so hosts that
 * know nothing of RARP never see them.  Who asks says his own MAC address
 * twice, as sender and as target: a host may also ask for another (RFC 903).  A
 * server looks the target up in its table and answers to the sender.
 *
 * The question is repeated, at growing distances, until it is answered: a host
 * that boots from the network has nothing else to do.  A reply is believed if
 * it is about our MAC address and gives an address that a host can have.
 *
 * Limits
 * ------
 * Frames do not pass routers, so every network needs a server of its own;
 * BOOTP was invented for that reason among others.
 */

#include "link/rarp.h"

#include <errno.h>

#include "wire/arp.h"
#include "wire/ether.h"

#include "core/netif.h"
#include "core/pkt.h"
#include "core/probe.h"
#include "core/stack.h"

#include "link/ether.h"

/**
 * struct rarp - of one stack
 * @stack:	Whose
 * @asking:	Which interface asks, or NULL
 * @on_done:	Whom to tell
 * @arg:	For @on_done
 * @timer:	The next question
 * @tries:	Questions so far
 * @count:	Of @table
 * @table:	What a server knows
 */
struct rarp {
	struct stack *stack;
	struct netif *asking;
	rarp_fn *on_done;
	void *arg;
	struct timer timer;
	unsigned int tries;
	size_t count;
	struct {
		mac_addr mac;
		ip4_addr addr;
	} table[RARP_CLIENTS_MAX];
};

static struct rarp *rarp_of(const struct stack *stack)
{
	return stack->slot[SLOT_RARP];
}

static void rarp_send(struct rarp *r, struct netif *netif, mac_addr to,
		      const struct arp_hdr *hdr, enum reason why)
{
	struct pkt *pkt = pkt_new(r->stack->place.env, why);
	uint8_t octets[ARP_LEN];

	if (!pkt)
		return; /* as if it had been lost: asked again */
	arp_emit(octets, hdr);
	if (pkt_append(pkt, octets, sizeof(octets)))
		pkt_free(pkt);
	else
		(void)ether_output(r->stack, netif, pkt, to, ETH_RARP);
}

static void on_timer(struct timer *t, void *arg)
{
	struct rarp *r = arg;
	uint64_t wait_s = RARP_LAST_S;
	struct arp_hdr hdr = {
		.op = RARP_REQUEST,
		.sha = r->asking->mac,
		.tha = r->asking->mac,
	};

	(void)t;
	PROBE_CAUSE(&r->stack->place, EV_TIMER, R_RARP_TIMER, NULL,
		    EVF_MAC("mac", &hdr.sha), EVF_NUM("tries", r->tries));
	if (r->tries < 4)
		wait_s = (uint64_t)RARP_FIRST_S << r->tries;
	r->tries++;
	rarp_send(r, r->asking, MAC_BROADCAST, &hdr, R_RARP_REQUEST);
	stack_arm_in(r->stack, &r->timer, wait_s * NS_PER_S);
}

static enum drop request_input(struct rarp *r, struct netif *netif,
			       const struct arp_hdr *h)
{
	struct arp_hdr reply = {
		.op = RARP_REPLY,
		.sha = netif->mac,
		.tha = h->tha,
	};

	for (size_t i = 0; i < r->count; i++) {
		if (!mac_eq(r->table[i].mac, h->tha))
			continue;
		reply.tpa = r->table[i].addr;
		rarp_send(r, netif, h->sha, &reply, R_RARP_REPLY);
		return DROP_COUNT;
	}
	return DROP_rarp_unasked;
}

static bool is_host(ip4_addr a)
{
	return a.v >> 24 != 0 && !ip4_is_loopback(a) && !ip4_is_multicast(a) &&
	       !ip4_is_broadcast(a) && !ip4_is_reserved(a);
}

static enum drop reply_input(struct rarp *r, struct netif *netif,
			     const struct arp_hdr *h)
{
	struct ip_addr ip = ip_addr_v4(h->tpa);

	if (r->asking != netif || !mac_eq(h->tha, netif->mac))
		return DROP_rarp_unasked;
	if (!is_host(h->tpa))
		return DROP_rarp_bad;
	stack_disarm(r->stack, &r->timer);
	r->asking = NULL;
	PROBE_CAUSE(&r->stack->place, EV_LEARN, R_RARP_LEARN, NULL,
		    EVF_TEXT("name", r->stack->place.name), EVF_IP("ip", &ip),
		    EVF_MAC("mac", &h->sha));
	r->on_done(r->arg, netif, h->tpa);
	return DROP_COUNT;
}

static enum drop rarp_judge(struct rarp *r, struct pkt *pkt)
{
	const uint8_t *p = pkt_need(pkt, ARP_LEN);
	struct arp_hdr h;

	if (!p || arp_parse(&h, p, ARP_LEN) < 0 || mac_is_group(h.sha))
		return DROP_rarp_bad;
	if (h.op == RARP_REQUEST)
		return request_input(r, pkt->netif, &h);
	return h.op == RARP_REPLY ? reply_input(r, pkt->netif, &h)
				  : DROP_rarp_bad;
}

static void rarp_input(struct stack *stack, struct pkt *pkt)
{
	struct rarp *r = rarp_of(stack);
	enum drop why = r ? rarp_judge(r, pkt) : DROP_l2_proto;

	if (why == DROP_COUNT)
		pkt_free(pkt);
	else
		pkt_drop(&stack->place, pkt, why);
}

int rarp_init(struct stack *stack)
{
	struct rarp *r;
	int err;

	if (rarp_of(stack))
		return 0;
	err = ether_register(stack, ETH_RARP, rarp_input);
	if (err)
		return err;
	r = mem_alloc(stack->place.env->mem, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->stack = stack;
	timer_init(&r->timer, on_timer, r);
	stack->slot[SLOT_RARP] = r;
	return 0;
}

void rarp_fini(struct stack *stack)
{
	struct rarp *r = rarp_of(stack);

	if (!r)
		return;
	stack_disarm(stack, &r->timer);
	mem_free(stack->place.env->mem, r, sizeof(*r));
	stack->slot[SLOT_RARP] = NULL;
}

int rarp_ask(struct stack *stack, struct netif *netif, rarp_fn *on_done,
	     void *arg)
{
	struct rarp *r = rarp_of(stack);

	if (r->asking)
		return -EBUSY;
	r->asking = netif;
	r->on_done = on_done;
	r->arg = arg;
	r->tries = 0;
	stack_arm_in(stack, &r->timer, 0);
	return 0;
}

int rarp_serve(struct stack *stack, mac_addr mac, ip4_addr addr)
{
	struct rarp *r = rarp_of(stack);

	for (size_t i = 0; i < r->count; i++)
		if (mac_eq(r->table[i].mac, mac))
			return -EEXIST;
	if (r->count == RARP_CLIENTS_MAX)
		return -ENOSPC;
	r->table[r->count].mac = mac;
	r->table[r->count++].addr = addr;
	return 0;
}
