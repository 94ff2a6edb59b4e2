// SPDX-License-Identifier: MIT
/*
 * ip6_fwd.c - a packet for somebody else goes on
 *
 * Theory of operation
 * ===================
 * Steps, in this order; each may drop the packet under its own name, and most
 * then tell the sender.
 *
 *	0  filter	filter6.c, on a router that has rules; without a word
 *			to the sender
 *	1  frame	it was sent to us alone: ip_bcast
 *	2  source	it has one: martian; and lives where the packet came
 *			from, if that is asked for: ip_rpf
 *	3  hop limit	ip_ttl
 *	4  route	ip_no_route; of several ways one, by flow (ways6.c)
 *	5  scope	ip6_scope: a link-local source stays on its link
 *	6  size		ip6_too_big: routers do not cut (RFC 8200, 5)
 *	7  redirect	the sender is told of a shorter way; the packet goes on
 *			all the same
 *	8  hop limit less one, and ip6_xmit()
 */

#include "ip/filter.h"
#include "ip6/ip6_int.h"

/* Step 2: would an answer leave by the interface it came in by? */
static bool source_is_behind(struct ip6 *ip6, const struct pkt *pkt,
			     ip6_addr src)
{
	enum ip_rpf how = ip_rpf(ip6->stack);
	const struct ip6_route *r, *here;

	if (ip6_is_link_local(src) || how == IP_RPF_OFF)
		return true;
	r = trie6_lookup(&ip6->trie, src, NULL);
	if (!r || how == IP_RPF_LOOSE || r->netif == pkt->netif)
		return r;
	here = r->ways > 1 ? trie6_lookup(&ip6->trie, src, pkt->netif) : NULL;
	return here && here->net.len == r->net.len && here->metric == r->metric;
}

/* Steps 1 to 5. */
static enum drop fwd_check(struct ip6 *ip6, const struct pkt *pkt,
			   const struct ip6_hdr *h, const struct ip6_route *r)
{
	struct stack *stack = ip6->stack;

	if (pkt->dest != PKT_TO_US)
		return DROP_ip_bcast;
	if (ip6_is_zero(h->src))
		return DROP_martian;
	if (!source_is_behind(ip6, pkt, h->src))
		return DROP_ip_rpf;
	if (h->hops <= 1) {
		icmp6_error(stack, pkt, ICMP6_TIME_EXCEEDED, ICMP6_HOPS, 0);
		return DROP_ip_ttl;
	}
	if (!r) {
		icmp6_error(stack, pkt, ICMP6_UNREACHABLE, ICMP6_NO_ROUTE, 0);
		return DROP_ip_no_route;
	}
	if (ip6_is_link_local(h->src) && r->netif != pkt->netif) {
		icmp6_error(stack, pkt, ICMP6_UNREACHABLE, ICMP6_BEYOND_SCOPE,
			    0);
		return DROP_ip6_scope;
	}
	return DROP_COUNT;
}

/* Step 6. */
static enum drop fwd_size(struct ip6 *ip6, const struct pkt *pkt,
			  const struct netif *netif)
{
	size_t len = pkt->gso_size ? gso_segment_len(pkt) : pkt->len;
	uint32_t mtu = if6_mtu(ip6, netif);

	if (len <= mtu)
		return DROP_COUNT;
	icmp6_error(ip6->stack, pkt, ICMP6_TOO_BIG, 0, mtu);
	return DROP_ip6_too_big;
}

/* Step 7: the sender is a neighbour of the next hop (RFC 4861, 8.2). */
static void fwd_redirect(struct ip6 *ip6, const struct pkt *pkt,
			 const struct ip6_hdr *h, const struct ip6_hop *hop)
{
	if (hop->netif != pkt->netif || !ip6->nd || !ip6->nd->redirect ||
	    !ip_sends_redirects(ip6->stack))
		return;
	if (ip6_is_on_link(ip6->stack, hop->netif, h->src))
		ip6->nd->redirect(ip6->stack, pkt, &hop->next_hop);
}

/* Where the transport's header is, for those who finish its checksum or cut
 * the segment; known already if no extension header stands in front. */
static void fwd_l4(struct pkt *pkt, const struct ip6_hdr *h)
{
	if (h->next == IP_PROTO_TCP || h->next == IP_PROTO_UDP)
		pkt->l4_off = (uint16_t)(pkt->lin_off + IP6_HLEN);
}

void ip6_forward(struct ip6 *ip6, struct pkt *pkt, const struct ip6_hdr *h,
		 const struct ip6_route *r)
{
	struct ip6_hop hop = {.next_hop = h->dst};
	enum drop why;

	fwd_l4(pkt, h);
	if (r && r->ways > 1) {
		struct ip_flow flow = ways6_flow(pkt, h);

		r = ways6_choose(ip6, pkt, &flow);
	}
	route6_tell(ip6, pkt, h->dst, r);
	why = filter_is_on(ip6->stack) ? filter6_check(ip6, pkt, h)
				       : DROP_COUNT;
	if (why == DROP_COUNT)
		why = fwd_check(ip6, pkt, h, r);
	if (why == DROP_COUNT)
		why = fwd_size(ip6, pkt, r->netif);
	if (why != DROP_COUNT) {
		pkt_drop(ip6_place(ip6), pkt, why);
		return;
	}
	hop.netif = r->netif;
	if (!ip6_is_zero(r->gateway))
		hop.next_hop = r->gateway;
	fwd_redirect(ip6, pkt, h, &hop);
	((struct ip6_wire *)(void *)pkt_data(pkt))->hops[0] =
		(uint8_t)(h->hops - 1);
	pkt->is_relayed = true;
	ip6_xmit(ip6, pkt, &hop, 0);
}
