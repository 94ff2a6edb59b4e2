// SPDX-License-Identifier: MIT
/*
 * path_in.c - the packet that is like those before it, on its way up
 *
 * Theory of operation
 * ===================
 * What ip_in.c asks of a packet's source and destination (is the source
 * possible, is it somebody else's, does it live behind this interface; is the
 * destination ours) depends on the two addresses and the interface alone, as
 * long as the stack's epoch stands still.  So the answer "all is well" is kept
 * in a struct ip_seen, and a packet that finds one there, has a header without
 * options that is whole and right, and is no fragment, goes straight to its
 * transport:
 *
 *	45 tos len | id 0 0 | ttl proto sum | src | dst
 *	^^     ^^^      ^^^              ^^^  ^^^^^^^^^
 *	what is looked at: five words, and one entry of the table
 *
 * A packet for somebody else may have a short way of its own: path_fwd.c.  Any
 * other packet goes the long way, where it is dropped under its name if it
 * is to be dropped, so nothing here can lose one.  Where NAT may change a
 * destination there is no short way.
 *
 * Measured (callgrind, from ip_input() to the transport): about 470
 * instructions for the long way, 140 for this.
 *
 * Limits
 * ------
 * SEENS pairs of addresses, direct-mapped.
 */

#include <string.h>

#include "base/likely.h"
#include "base/small.h"

#include "ip/ip_int.h"
#include "ip/nat_int.h"

/* Neither more fragments nor an offset. */
#define NO_FRAGMENT 0x3fff

static struct ip_seen *seen_slot(struct ip *ip, ip4_addr src, ip4_addr dst)
{
	uint32_t h = (src.v ^ dst.v << 16 ^ dst.v >> 16) * 0x9e3779b1u;

	return &ip->seen[h >> (32 - SEEN_BITS)];
}

static inline bool seen_is_for(const struct ip_seen *s,
			       const struct stack *stack,
			       const struct netif *netif, ip4_addr src,
			       ip4_addr dst)
{
	return s->epoch == stack->epoch && s->src.v4.v == src.v &&
	       s->dst.v4.v == dst.v && s->netif == netif && s->home->is_up;
}

/* Is the checksum of a header without options right?  Whether a sum is zero
 * does not depend on the order of octets, so the words are taken as they lie;
 * and ones' complement zero is what 65,535 divides, which is a multiplication
 * and a comparison.  (12 instructions; folding takes 30.) */
static inline bool sum_is_right(const uint8_t *p)
{
	uint64_t a, b, sum;
	uint32_t c;

	memcpy(&a, p, sizeof(a));
	memcpy(&b, p + 8, sizeof(b));
	memcpy(&c, p + 16, sizeof(c));
	sum = a + b;
	sum += sum < b;
	sum += c;
	sum += sum < c;
	return sum % 0xffff == 0;
}

/* Is it a whole packet without options, right, and for this host's link? */
static inline bool head_read(struct ip_head *h, const struct pkt *pkt,
			     const uint8_t *p)
{
	if (pkt->lin_len < IP4_HLEN || p[0] != (IP_V4 << 4 | IP4_HLEN / 4) ||
	    get16(p + 6) & NO_FRAGMENT || pkt->dest != PKT_TO_US)
		return false;
	h->len = get16(p + 2);
	h->src = get_ip4(p + 12);
	h->dst = get_ip4(p + 16);
	return h->len >= IP4_HLEN && h->len <= pkt->len && sum_is_right(p);
}

/* All is well: to its transport.  ip_hand_up() if others may want it, too. */
HOT static __attribute__((noinline)) void
seen_up(struct ip *ip, struct pkt *pkt, const struct ip_seen *s, size_t len)
{
	const uint8_t *p = pkt_cdata(pkt);
	uint8_t at = ip->proto_at[p[offsetof(struct ip4_wire, proto)]];
	const struct ip_proto *proto = at ? ip->protos[at - 1] : NULL;
	struct ip_meta meta;

	meta.src = s->src;
	meta.dst = s->dst;
	meta.proto = p[offsetof(struct ip4_wire, proto)];
	meta.ttl = p[offsetof(struct ip4_wire, ttl)];
	meta.tos = p[offsetof(struct ip4_wire, tos)];
	meta.is_bcast = meta.is_mcast = meta.has_alert = false;
	meta.whose = IP_OURS;
	meta.l4_len = (uint16_t)(len - IP4_HLEN);
	meta.netif = pkt->netif;
	if (UNLIKELY(!proto) || UNLIKELY(proto->family == IP_V6) ||
	    UNLIKELY(ip->foreign) || UNLIKELY(ip->listener)) {
		ip_hand_up(ip, pkt, IP4_HLEN, &meta);
		return;
	}
	pkt->l3_off = pkt->lin_off;
	pkt_pull(pkt, IP4_HLEN);
	pkt->l4_off = pkt->lin_off;
	pkt->is_heard = false;
	proto->input(ip->stack, pkt, &meta);
}

/* The frame was filled up, or has something behind the packet. */
static __attribute__((noinline)) void
seen_trim(struct ip *ip, struct pkt *pkt, const struct ip_seen *s, size_t len)
{
	pkt_trim(pkt, len);
	seen_up(ip, pkt, s, len);
}

static inline void seen(struct ip *ip, struct pkt *pkt, const struct ip_seen *s,
			size_t len)
{
	if (UNLIKELY(len < pkt->len))
		seen_trim(ip, pkt, s, len);
	else
		seen_up(ip, pkt, s, len);
}

void path_keep(struct ip *ip, struct pkt *pkt, ip4_addr src, ip4_addr dst,
	       uint32_t len)
{
	const struct ip_seen *s = seen_slot(ip, src, dst);

	if (seen_is_for(s, ip->stack, pkt->netif, src, dst))
		seen(ip, pkt, s, len);
	else
		ip_input_far(ip->stack, pkt);
}

/* What follows is the last thing that each of these does, so that nothing is
 * saved and fetched again.  A router has little to do for itself, so it asks
 * first who else wants the packet. */
HOT void ip_input(struct stack *stack, struct pkt *pkt)
{
	struct ip *ip = ip_of(stack);
	const struct ip_seen *s;
	struct ip_head h;

	if (!HAS_SHORT_WAYS || UNLIKELY(nat_of(stack)) ||
	    UNLIKELY(!head_read(&h, pkt, pkt_cdata(pkt)))) {
		ip_input_far(stack, pkt);
		return;
	}
	if (UNLIKELY(ip->is_forwarding)) {
		path_forward(ip, pkt, h.src, h.dst, h.len);
		return;
	}
	s = seen_slot(ip, h.src, h.dst);
	if (LIKELY(seen_is_for(s, stack, pkt->netif, h.src, h.dst)))
		seen(ip, pkt, s, h.len);
	else
		ip_input_far(stack, pkt);
}

void path_input_learn(struct ip *ip, const struct pkt *pkt,
		      const struct ip4_hdr *h, const struct ip_route *r)
{
	struct ip_seen *s = seen_slot(ip, h->src, h->dst);
	const struct ip_route *back;

	if (h->opts_len || ip4_is_fragment(h) || nat_of(ip->stack) ||
	    seen_is_for(s, ip->stack, pkt->netif, h->src, h->dst))
		return;
	/* Nothing that depends on another interface than these two. */
	back = route_find(ip, h->src);
	if (back && back->netif != pkt->netif && back->netif != r->netif)
		return;
	*s = (struct ip_seen){
		.epoch = ip->stack->epoch,
		.netif = pkt->netif,
		.home = r->netif,
		.src = ip_addr_v4(h->src),
		.dst = ip_addr_v4(h->dst),
	};
}
