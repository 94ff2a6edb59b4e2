// SPDX-License-Identifier: MIT
/*
 * ways.c - several ways of equal cost, and which of them a packet takes
 *
 * Theory of operation
 * ===================
 * A packet here and a packet there would use both ways evenly, and have the
 * packets of each connection overtake each other: to TCP that looks like loss.
 * So it is the flow that chooses, not the packet: all packets with the same
 * addresses, protocol and ports have the same hash, and go the same way.
 *
 *	hash	0 .............. 2^32/3 ............. 2*2^32/3 ......... 2^32
 *	way	|       1       |          2         |         3        |
 *
 * The space of hashes is cut into as many regions as there are ways (RFC 2992,
 * 2, hash-threshold).  When a way comes or goes, only the flows between the
 * old and the new edges of the regions change theirs: with N ways between a
 * quarter and a half of all.  Hash modulo N would move nearly all of them.
 * The hash is keyed, so that nobody can choose flows that all go one way.
 *
 * A way whose next hop is silent leads nowhere, and is left out: its cable has
 * no carrier, or its neighbour does not answer ARP or neighbour discovery.
 * Half a minute later, and then again and again, the neighbour is asked anew;
 * as soon as it answers, the way is one of them again.  Nobody's packet is
 * risked for the question.  If all are silent, all are taken: to try is
 * better than to know.
 *
 * Fragments have no ports but the first.  So a datagram that comes in pieces
 * is told apart by addresses and protocol alone: its pieces stay together.
 *
 * Limits
 * ------
 * WAYS_MAX ways to a network.  Only routers' next hops can be silent: of a
 * network that is attached twice each neighbour would have to be known.
 */

#include "core/probe.h"

#include "ip/ip_int.h"
#include "link/arp.h"

#define ASK_AGAIN_NS (30 * NS_PER_S)

enum way_verdict way_judge(struct ip_way *way, int heard, uint64_t now_ns)
{
	if (heard > 0) {
		way->is_silent = false;
		return WAY_TAKE;
	}
	if (heard < 0 && !way->is_silent) {
		way->is_silent = true;
		way->silent_ns = now_ns;
	}
	if (!way->is_silent)
		return WAY_TAKE;
	if (heard < 0 || now_ns - way->silent_ns < ASK_AGAIN_NS)
		return WAY_LEAVE;
	way->silent_ns = now_ns;
	return WAY_ASK;
}

void way_ports(struct ip_flow *flow, const struct pkt *pkt, size_t off)
{
	uint8_t l4[4];

	if (pkt->len < off + sizeof(l4) ||
	    (flow->proto != IP_PROTO_TCP && flow->proto != IP_PROTO_UDP))
		return;
	pkt_copy_out(pkt, off, l4, sizeof(l4));
	flow->sport = get16(l4);
	flow->dport = get16(l4 + 2);
}

struct ip_flow ways_flow(const struct pkt *pkt, const struct ip4_hdr *h)
{
	struct ip_flow flow = {
		.src = ip_addr_v4(h->src),
		.dst = ip_addr_v4(h->dst),
		.proto = h->proto,
	};

	if (!ip4_is_fragment(h))
		way_ports(&flow, pkt, h->hlen);
	return flow;
}

static uint64_t addr_word(const struct ip_addr *a, bool is_second)
{
	if (a->family == IP_V6)
		return get64(a->v6.o + 8 * is_second);
	return is_second ? 0 : a->v4.v;
}

static uint32_t flow_hash(const struct ip *ip, const struct ip_flow *flow)
{
	const uint64_t w[5] = {
		addr_word(&flow->src, false),
		addr_word(&flow->src, true),
		addr_word(&flow->dst, false),
		addr_word(&flow->dst, true),
		(uint64_t)flow->proto << 32 | (uint32_t)flow->sport << 16 |
			flow->dport,
	};

	return (uint32_t)siphash13_u64x5(&ip->key, w);
}

size_t way_pick(struct stack *stack, const struct ip_flow *flow, size_t count)
{
	return (size_t)((uint64_t)flow_hash(ip_of(stack), flow) * count >> 32);
}

void way_tell(struct stack *stack, const struct pkt *pkt,
	      const struct ip_flow *flow, const struct way_choice *c)
{
	PROBE(&stack->place, EV_LOOKUP, R_ROUTE_WAY, pkt,
	      EVF_IP("dst", &flow->dst), EVF_IP("gateway", &c->gateway),
	      EVF_TEXT("netif", c->netif->name), EVF_NUM("number", c->number),
	      EVF_NUM("count", c->count), EVF_NUM("all", c->all));
}

void way_tell_state(struct stack *stack, struct ip_addr gateway,
		    const struct netif *netif, bool is_silent)
{
	PROBE(&stack->place, EV_STATE,
	      is_silent ? R_ROUTE_WAY_LOST : R_ROUTE_WAY_BACK, NULL,
	      EVF_IP("gateway", &gateway), EVF_TEXT("netif", netif->name));
}

/* May this way be used? */
static bool way_is_usable(struct ip *ip, struct trie_route *t)
{
	struct netif *netif = t->r.netif;
	bool was_silent = t->way.is_silent;
	enum way_verdict verdict = WAY_TAKE;
	int heard = 1;

	if (!netif->is_up)
		return false;
	if (netif->has_no_carrier)
		heard = -1;
	else if (t->r.gateway.v)
		heard = arp_heard(ip->stack, netif, t->r.gateway, t->r.src,
				  false);
	verdict = way_judge(&t->way, heard, stack_now(ip->stack));
	if (verdict == WAY_ASK)
		arp_heard(ip->stack, netif, t->r.gateway, t->r.src, true);
	if (was_silent != t->way.is_silent)
		way_tell_state(ip->stack, ip_addr_v4(t->r.gateway), netif,
			       t->way.is_silent);
	return verdict == WAY_TAKE;
}

const struct ip_route *ways_choose(struct ip *ip, const struct pkt *pkt,
				   const struct ip_flow *flow)
{
	struct trie_route *first = trie_ways(&ip->trie, flow->dst.v4), *t;
	const struct ip_route *usable[WAYS_MAX], *all[WAYS_MAX], *r;
	struct way_choice c = {0};
	size_t n;

	if (!first || first->r.ways < 2)
		return first ? &first->r : NULL;
	for (t = first; t && t->r.metric == first->r.metric; t = t->next) {
		if (c.all == WAYS_MAX)
			break;
		all[c.all++] = &t->r;
		if (way_is_usable(ip, t))
			usable[c.count++] = &t->r;
	}
	n = way_pick(ip->stack, flow, c.count ? c.count : c.all);
	r = c.count ? usable[n] : all[n];
	c.number = n + 1;
	c.netif = r->netif;
	if (r->gateway.v)
		c.gateway = ip_addr_v4(r->gateway);
	way_tell(ip->stack, pkt, flow, &c);
	return r;
}
