// SPDX-License-Identifier: MIT
/*
 * ways6.c - several ways of equal cost: of IPv6
 *
 * As in ip/ways.c, where the idea is explained.  The ports stand behind the
 * IPv6 header only if there are no extension headers; routers do not look
 * further, so a flow with such headers is told apart by its addresses alone,
 * and by its flow label, which its source has made from the ports for exactly
 * this purpose (RFC 6438, 3).
 */

#include "core/probe.h"

#include "ip6/ip6_int.h"

struct ip_flow ways6_flow(const struct pkt *pkt, const struct ip6_hdr *h)
{
	struct ip_flow flow = {
		.src = ip_addr_v6(h->src),
		.dst = ip_addr_v6(h->dst),
		.proto = h->next,
	};

	way_ports(&flow, pkt, IP6_HLEN);
	if (!flow.sport && !flow.dport) {
		flow.sport = (uint16_t)(h->flow >> 16);
		flow.dport = (uint16_t)h->flow;
	}
	return flow;
}

/* May this way be used? */
static bool way_is_usable(struct ip6 *ip6, struct trie6_route *t)
{
	const struct ip6_nd_ops *nd = ip6->nd;
	struct stack *stack = ip6->stack;
	struct netif *netif = t->r.netif;
	bool was_silent = t->way.is_silent;
	bool has_gateway = !ip6_is_zero(t->r.gateway);
	enum way_verdict verdict;
	int heard = 1;

	if (!netif->is_up)
		return false;
	if (netif->has_no_carrier)
		heard = -1;
	else if (has_gateway && nd && nd->heard)
		heard = nd->heard(stack, netif, &t->r.gateway, false);
	verdict = way_judge(&t->way, heard, stack_now(stack));
	if (verdict == WAY_ASK && nd && nd->heard)
		nd->heard(stack, netif, &t->r.gateway, true);
	if (was_silent != t->way.is_silent)
		way_tell_state(stack, ip_addr_v6(t->r.gateway), netif,
			       t->way.is_silent);
	return verdict == WAY_TAKE;
}

const struct ip6_route *ways6_choose(struct ip6 *ip6, const struct pkt *pkt,
				     const struct ip_flow *flow)
{
	struct trie6_route *first = trie6_ways(&ip6->trie, flow->dst.v6), *t;
	const struct ip6_route *usable[WAYS_MAX], *all[WAYS_MAX], *r;
	struct way_choice c = {0};
	size_t n;

	if (!first || first->r.ways < 2)
		return first ? &first->r : NULL;
	for (t = first; t && t->r.metric == first->r.metric; t = t->next) {
		if (c.all == WAYS_MAX)
			break;
		all[c.all++] = &t->r;
		if (way_is_usable(ip6, t))
			usable[c.count++] = &t->r;
	}
	n = way_pick(ip6->stack, flow, c.count ? c.count : c.all);
	r = c.count ? usable[n] : all[n];
	c.number = n + 1;
	c.netif = r->netif;
	if (!ip6_is_zero(r->gateway))
		c.gateway = ip_addr_v6(r->gateway);
	way_tell(ip6->stack, pkt, flow, &c);
	return r;
}
