// SPDX-License-Identifier: MIT
/*
 * ip_fwd.c - a packet for somebody else goes on (RFC 1812, 5.2 and 5.3)
 *
 * Theory of operation
 * ===================
 * Steps, in this order; each may drop the packet under its own name, and most
 * then tell the sender.
 *
 *	0  filter		filter.c, on a router that has rules; without
 *				a word to the sender
 *	1  forwardable?		martian: link-local and reserved addresses
 *	2  time to live		ip_ttl
 *	3  route		ip_no_route; of several ways one, by flow (ways.c)
 *	4  size			ip_df
 *	5  translation		nat.c, if it leaves by the outside interface
 *	6  redirect		the sender is told of a shorter way; the packet
 *				goes on all the same
 *	7  header		TTL less one; our address in record route and
 *				timestamp options
 *	8  ip_xmit()
 *
 * Errors come before translation, because they quote the packet as its
 * sender knows it.
 *
 * The filter comes first, because what it refuses gets no answer at all, not
 * even an error.
 *
 * A packet like one that has passed all steps takes them at once: path_fwd.c.
 *
 * A packet that is forwarded is not copied and nothing is allocated for it:
 * eight octets of its header change.
 */

#include "base/check.h"
#include "base/small.h"

#include "wire/csum.h"
#include "wire/icmp4.h"
#include "wire/ip4_opt.h"

#include "core/probe.h"

#include "ip/filter_int.h"
#include "ip/icmp.h"
#include "ip/icmp_int.h"
#include "ip/ip_int.h"
#include "ip/nat_int.h"

/* Step 1: addresses that mean something on one link only. */
static bool is_forwardable(const struct ip4_hdr *h)
{
	return !ip4_is_link_local(h->src) && !ip4_is_link_local(h->dst) &&
	       !ip4_is_reserved(h->dst) && h->dst.v >> 24 != 0 &&
	       !ip4_is_zero(h->src);
}

/* Steps 1 to 4. */
static enum drop fwd_check(struct ip *ip, struct pkt *pkt,
			   const struct ip4_hdr *h, const struct ip_route *r)
{
	struct stack *stack = ip->stack;
	size_t len;

	if (!is_forwardable(h))
		return DROP_martian;
	if (h->ttl <= 1) {
		icmp_error(stack, pkt, ICMP4_TIME_EXCEEDED, ICMP4_TTL, 0);
		return DROP_ip_ttl;
	}
	if (!r) {
		icmp_error(stack, pkt, ICMP4_UNREACHABLE, ICMP4_NET, 0);
		return DROP_ip_no_route;
	}
	len = pkt->gso_size ? gso_segment_len(pkt) : pkt->len;
	if (len > r->netif->mtu && h->flags & IP4_DF) {
		icmp_error(stack, pkt, ICMP4_UNREACHABLE, ICMP4_FRAG_NEEDED,
			   r->netif->mtu);
		return DROP_ip_df;
	}
	return DROP_COUNT;
}

/* Step 6: it leaves where it came from, and the next hop is the sender's own
 * neighbour (RFC 1812, 5.2.7.2). */
static bool wants_redirect(const struct ip *ip, const struct pkt *pkt,
			   const struct ip4_hdr *h, const struct ip_hop *hop)
{
	return hop->netif == pkt->netif && !ip->has_no_redirects &&
	       ip_on_same_net(ip, hop->netif, h->src) &&
	       ip_on_same_net(ip, hop->netif, hop->next_hop);
}

/* Steps 6 to 8. */
static void fwd_send(struct ip *ip, struct pkt *pkt, const struct ip4_hdr *h,
		     const struct ip_hop *hop)
{
	uint8_t *p = pkt_data(pkt);

	if (wants_redirect(ip, pkt, h, hop))
		icmp_redirect(ip->stack, pkt, hop->next_hop);
	if (h->opts_len && !ip_opts_mark(ip, p, h->hlen, hop->src)) {
		icmp_error(ip->stack, pkt, ICMP4_PARAM_PROBLEM, 0, IP4_HLEN);
		pkt_drop(&ip->stack->place, pkt, DROP_ip_opt);
		return;
	}
	ip4_patch_ttl(p, (uint8_t)(h->ttl - 1));
	if (HAS_SHORT_WAYS)
		path_forward_learn(ip, hop);
	ip_xmit(ip, pkt, hop, hop->netif->mtu);
}

void ip_forward(struct ip *ip, struct pkt *pkt, const struct ip4_hdr *h,
		const struct ip_route *r)
{
	struct ip_hop hop = {.next_hop = h->dst};
	struct ip4_hdr now = *h;
	enum drop why = DROP_COUNT;

	pkt->l3_off = pkt->lin_off;
	if (r && r->ways > 1) {
		struct ip_flow flow = ways_flow(pkt, h);

		r = ways_choose(ip, pkt, &flow);
	}
	route_tell(ip, pkt, h->dst, r);
	if (filter_of(ip->stack)) {
		pkt = filter_of(ip->stack)->ops->forward(ip->stack, pkt, &now,
							 &why);
		if (!pkt)
			return;
		pkt->l3_off = pkt->lin_off;
	}
	if (why == DROP_COUNT)
		why = fwd_check(ip, pkt, &now, r);
	if (why != DROP_COUNT) {
		pkt_drop(&ip->stack->place, pkt, why);
		return;
	}
	hop.netif = r->netif;
	hop.src = r->src;
	hop.to_all = r->kind == IP_ROUTE_BCAST;
	if (r->gateway.v)
		hop.next_hop = r->gateway;
	if (nat_of(ip->stack)) {
		pkt = nat_of(ip->stack)->ops->output(ip->stack, pkt, &now,
						     hop.netif, &why);
		if (!pkt)
			return;
	}
	if (why == DROP_COUNT)
		fwd_send(ip, pkt, &now, &hop);
	else
		pkt_drop(&ip->stack->place, pkt, why);
}
