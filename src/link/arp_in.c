// SPDX-License-Identifier: MIT
/*
 * arp_in.c - what to believe of an ARP message
 *
 * Theory of operation
 * ===================
 * ARP has no secrets, so anybody can say anything.  The rules here limit what
 * a lie can do.  A message passes these steps:
 *
 *	1  form			arp_bad
 *	2  sender possible?	arp_sender	a group, a broadcast, ourselves
 *	3  about our address?	arp_conflict	defended (RFC 5227, 2.4)
 *	4  sender known?	arp_conflict	a known neighbour never changes
 *						by somebody's word: he is asked
 *						at the address we know
 *	5  request for us: learn the sender (RFC 826), answer
 *	6  reply that we wait for: learn, let the waiting packets go
 *	7  rest			arp_other, arp_unasked
 *
 * Step 5 learns from a request that is aimed at us, because its sender is
 * about to talk to us; it creates nothing else from unasked messages.
 */

#include "core/netif.h"
#include "core/probe.h"

#include "link/arp_int.h"

/* Step 2: can this be the sender's address?  0.0.0.0 is allowed: a probe. */
static bool sender_is_possible(const struct netif *netif,
			       const struct arp_hdr *h)
{
	if (mac_is_group(h->sha) || mac_is_zero(h->sha) ||
	    mac_eq(h->sha, netif->mac))
		return false;
	return !ip4_is_multicast(h->spa) && !ip4_is_broadcast(h->spa) &&
	       !ip4_is_loopback(h->spa) && !ip4_is_reserved(h->spa);
}

/* Step 4: what is known of the sender, and what the message says to it.
 * Returns false if it contradicts. */
static bool merge_sender(struct arp *arp, struct arp_entry *e,
			 const struct arp_hdr *h)
{
	struct ip_addr ip = ip_addr_v4(h->spa);

	if (e->state == ARP_INCOMPLETE || e->state == ARP_FAILED) {
		arp_learn(e, h->sha, h->op == ARP_REPLY ? "reply" : "request");
		return true;
	}
	if (mac_eq(e->mac, h->sha)) {
		arp_confirm(e);
		return true;
	}
	PROBE(&arp->stack->place, EV_LEARN, R_ARP_CONFLICT, NULL,
	      EVF_IP("ip", &ip), EVF_MAC("known", &e->mac),
	      EVF_MAC("claimed", &h->sha));
	arp_verify(e);
	return false;
}

static void answer(struct arp *arp, struct netif *netif,
		   const struct arp_hdr *h, enum reason why)
{
	struct arp_hdr reply = {
		.op = ARP_REPLY,
		.sha = netif->mac,
		.spa = h->tpa,
		.tha = h->sha,
		.tpa = h->spa,
	};

	arp_send(arp, netif, h->sha, &reply, why);
}

/* Step 5.  Returns whether the request was for us. */
static bool request_input(struct arp *arp, struct netif *netif,
			  const struct arp_hdr *h, bool is_known)
{
	bool is_ours = arp_own_find(arp, netif, h->tpa);

	if (!is_ours && (h->spa.v == h->tpa.v || ip4_is_zero(h->spa) ||
			 !arp_proxy_has(arp, netif, h->tpa)))
		return false;
	if (!is_known && !ip4_is_zero(h->spa))
		arp_learn_new(arp, netif, h->spa, h->tpa, h->sha);
	answer(arp, netif, h, is_ours ? R_ARP_REPLY : R_ARP_PROXY);
	return true;
}

/* Steps 4 to 7.  Returns DROP_COUNT if the message was of use. */
static enum drop arp_consider(struct arp *arp, struct netif *netif,
			      const struct arp_hdr *h)
{
	struct arp_entry *e =
		ip4_is_zero(h->spa) ? NULL : arp_find(arp, netif, h->spa);
	bool was_asked =
		e && (e->state == ARP_INCOMPLETE || e->state == ARP_PROBE);
	bool is_true = !e || merge_sender(arp, e, h);

	if (h->op == ARP_REQUEST && request_input(arp, netif, h, e))
		return DROP_COUNT;
	if (!is_true)
		return DROP_arp_conflict;
	if (h->op == ARP_REQUEST)
		return DROP_arp_other;
	return was_asked ? DROP_COUNT : DROP_arp_unasked;
}

static enum drop arp_judge(struct arp *arp, struct pkt *pkt)
{
	const uint8_t *p = pkt_need(pkt, ARP_LEN);
	struct netif *netif = pkt->netif;
	struct arp_own *own;
	struct arp_hdr h;

	if (!p || arp_parse(&h, p, ARP_LEN) < 0)
		return DROP_arp_bad;
	if (h.op != ARP_REQUEST && h.op != ARP_REPLY)
		return DROP_arp_bad;
	if (!sender_is_possible(netif, &h))
		return DROP_arp_sender;
	if (arp_inquiry_hit(arp, netif, &h))
		return DROP_arp_conflict;
	own = arp_own_find(arp, netif, h.spa);
	if (own) {
		arp_defend(arp, own, h.sha);
		return DROP_arp_conflict;
	}
	return arp_consider(arp, netif, &h);
}

void arp_input(struct stack *stack, struct pkt *pkt)
{
	enum drop why = arp_judge(arp_of(stack), pkt);

	if (why == DROP_COUNT)
		pkt_free(pkt);
	else
		pkt_drop(&stack->place, pkt, why);
}
