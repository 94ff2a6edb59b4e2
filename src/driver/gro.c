// SPDX-License-Identifier: MIT
/*
 * gro.c - segments that come one behind the other, joined to a large one
 *
 * Theory of operation
 * ===================
 * A sender of bulk sends forty segments that differ in nothing but their
 * sequence number, and each makes the whole way through the stack.  A device
 * that offloads hands them up as one; for all others it is done here ("generic
 * receive offload"), last thing before the stack:
 *
 *	[ Ethernet | IP | TCP 1000 | a a a a ]   [ .. | TCP 1004 | b b b b ]
 *
 *	[ Ethernet | IP | TCP 1000 | a a a a b b b b ]	gso_size 4
 *
 * Frames are held only while a batch is read: nothing waits for time to pass.
 * A bulk stream over a device without offload costs the stack's receiving side
 * a third of the instructions so.
 *
 * A segment is joined only if what came can be told from what is handed on
 * (but for the header's identification, which means nothing where DF is set:
 * RFC 6864, 4.1).  So these must be equal:
 *
 *	Ethernet  both addresses, the type
 *	IP	  addresses, type of service (a CE mark among them), time to
 *		  live, DF set; of IPv6 the flow label, too
 *	TCP	  ports, acknowledgment, window, options (timestamps among
 *		  them), all flags but PSH and FIN
 *
 * and it must begin where the one before ended.  The sums of both headers are
 * verified before, since nobody can do it afterwards; a frame with a wrong one
 * goes up alone, and is dropped up there by its name.  SYN, RST, URG and CWR
 * are never part of a large segment.  PSH, FIN, or less payload than the first
 * had end one, as they would have ended the sender's.
 *
 * Datagrams are never joined here: each is a message.  They are marked as
 * having come together.
 *
 * Invariants
 * ----------
 *  (1) Frames of a flow are handed on in the order in which they came: whatever
 *	cannot be joined sends off what is held of its flow, first.
 *  (2) No flow has two entries.
 *  (3) All segments of an entry but the last have @size octets of payload.
 *
 * Limits
 * ------
 * GRO_FLOWS flows at a time, and the oldest gives way.  Behind a VLAN tag, IPv4
 * options or IPv6 extension headers nothing is joined.  A packet has PKT_FRAGS
 * fragments, so seventeen full segments of Ethernet or thereabouts is the most.
 */

#include "driver/gro.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/proto.h"
#include "wire/tcp.h"

#include "core/pkt.h"

enum { IP_LEN_MAX = 65535, FLAGS_MAY_DIFFER = TCP_FIN | TCP_PSH };

/**
 * struct seg - a frame with a segment in it
 * @pkt:	It
 * @p:		Its first octet
 * @l4:		Octets in front of the TCP header
 * @hlen:	... of the payload
 */
struct seg {
	struct pkt *pkt;
	uint8_t *p;
	size_t l4, hlen;
};

static struct tcp_wire *tcp_at(uint8_t *frame, size_t l4)
{
	return (void *)(frame + l4);
}

static bool is_six(const uint8_t *frame)
{
	return frame[ETH_HLEN] >> 4 == 6;
}

/*
 * Reading a frame.
 */

/* Octets of IP as its header has them, 0 if this is nothing for us. */
static size_t ip4_len(const uint8_t *p)
{
	const struct ip4_wire *w = (const void *)(p + ETH_HLEN);

	if (w->ver_hlen[0] != 0x45 || w->proto[0] != IP_PROTO_TCP ||
	    get16(w->frag) != IP4_DF << 13)
		return 0;
	return get16(w->total_len);
}

static size_t ip6_len(const uint8_t *p)
{
	const struct ip6_wire *w = (const void *)(p + ETH_HLEN);

	if (!is_six(p) || w->next[0] != IP_PROTO_TCP)
		return 0;
	return (size_t)get16(w->payload_len) + IP6_HLEN;
}

/* False: no TCP, or behind headers that we do not read. */
static bool seg_find(struct seg *s, struct pkt *frame)
{
	const struct ether_wire *eth;
	size_t len;

	*s = (struct seg){.pkt = frame};
	s->p = pkt_need(frame, ETH_HLEN + IP4_HLEN + TCP_HLEN);
	if (!s->p)
		return false;
	eth = (const void *)s->p;
	if (get16(eth->type) == ETH_IP4) {
		len = ip4_len(s->p);
		s->l4 = ETH_HLEN + IP4_HLEN;
	} else if (get16(eth->type) == ETH_IP6) {
		s->p = pkt_need(frame, ETH_HLEN + IP6_HLEN + TCP_HLEN);
		len = s->p ? ip6_len(s->p) : 0;
		s->l4 = ETH_HLEN + IP6_HLEN;
	} else {
		return false;
	}
	if (!len || frame->len < ETH_HLEN + len)
		return false;
	if (frame->len > ETH_HLEN + len) /* padding */
		pkt_trim(frame, ETH_HLEN + len);
	s->hlen = s->l4 + (size_t)(tcp_at(s->p, s->l4)->off[0] >> 4) * 4;
	s->p = pkt_need(frame, s->hlen);
	return s->p && s->hlen >= s->l4 + TCP_HLEN;
}

/* Sum of the pseudo header for @len octets of TCP. */
static uint32_t pseudo(const uint8_t *p, size_t len)
{
	uint32_t sum = IP_PROTO_TCP + (uint32_t)len;

	if (is_six(p))
		return csum_add(sum, p + ETH_HLEN + 8, 32);
	return csum_add(sum, p + ETH_HLEN + 12, 8);
}

static bool sums_are_right(const struct seg *s)
{
	size_t len = s->pkt->len - s->l4;
	uint32_t sum;

	if (!is_six(s->p) && csum_fold(csum_add(0, s->p + ETH_HLEN, IP4_HLEN)))
		return false;
	if (s->pkt->csum != PKT_CSUM_NONE)
		return true;
	sum = csum_combine(pseudo(s->p, len), pkt_csum(s->pkt, s->l4, len));
	if (csum_fold(sum))
		return false;
	s->pkt->csum = PKT_CSUM_VERIFIED;
	return true;
}

/*
 * What belongs together.
 */

static bool same(const uint8_t *a, const uint8_t *b, size_t from, size_t to)
{
	return !memcmp(a + from, b + from, to - from);
}

/* Ethernet header, addresses, ports: no two flows have them all. */
static bool same_flow(const uint8_t *a, const uint8_t *b, size_t l4)
{
	size_t addresses = ETH_HLEN + (is_six(b) ? 8 : 12);

	return same(a, b, 0, ETH_HLEN) && same(a, b, addresses, l4 + 4);
}

/* What else IP says. */
static bool same_ip(const uint8_t *a, const uint8_t *b)
{
	const struct ip4_wire *wa = (const void *)(a + ETH_HLEN);
	const struct ip4_wire *wb = (const void *)(b + ETH_HLEN);

	if (is_six(b)) /* version, class and label; the hop limit */
		return same(a, b, ETH_HLEN, ETH_HLEN + 4) &&
		       a[ETH_HLEN + 7] == b[ETH_HLEN + 7];
	return wa->tos[0] == wb->tos[0] && wa->ttl[0] == wb->ttl[0];
}

/* Is @s the next segment of what is held? */
static bool may_join(const struct gro_held *h, const struct seg *s)
{
	uint8_t *p = pkt_data(h->pkt);
	const struct tcp_wire *a = tcp_at(p, h->l4), *b = tcp_at(s->p, h->l4);
	size_t payload = s->pkt->len - s->hlen;

	return payload && payload <= h->size && s->hlen == h->hlen &&
	       h->pkt->len - ETH_HLEN + payload <= IP_LEN_MAX &&
	       get32(b->seq) == h->next_seq && same_ip(p, s->p) &&
	       get32(a->ack) == get32(b->ack) && a->off[0] == b->off[0] &&
	       !((a->flags[0] ^ b->flags[0]) & ~FLAGS_MAY_DIFFER) &&
	       get16(a->win) == get16(b->win) &&
	       same(p, s->p, h->l4 + TCP_HLEN, h->hlen);
}

/* May more be joined to it? */
static bool may_begin(const struct seg *s)
{
	uint8_t flags = tcp_at(s->p, s->l4)->flags[0];

	return (flags & ~TCP_ECE) == TCP_ACK && s->pkt->len > s->hlen;
}

/*
 * Holding, joining, handing on.
 */

/* The headers of one large segment. */
static void mend(struct gro_held *h)
{
	struct pkt *pkt = h->pkt;
	uint8_t *p = pkt_data(pkt);
	struct ip4_wire *w4 = (void *)(p + ETH_HLEN);
	struct ip6_wire *w6 = (void *)(p + ETH_HLEN);
	size_t len = pkt->len - ETH_HLEN;

	if (is_six(p)) {
		put16(w6->payload_len, (uint16_t)(len - IP6_HLEN));
		pkt->gso = PKT_GSO_TCP6;
	} else {
		put16(w4->total_len, (uint16_t)len);
		put16(w4->sum, 0);
		put16(w4->sum, csum_fold(csum_add(0, p + ETH_HLEN, IP4_HLEN)));
		pkt->gso = PKT_GSO_TCP4;
	}
	pkt->gso_size = h->size;
	pkt->l4_off = (uint16_t)(pkt->lin_off + h->l4);
	pkt->csum = PKT_CSUM_PARTIAL;
	pkt->csum_off = offsetof(struct tcp_wire, sum);
	put16(tcp_at(p, h->l4)->sum,
	      csum_fold_raw(pseudo(p, pkt->len - h->l4)));
}

/* Hand on entry @i. */
static void send_off(struct gro *g, uint32_t i)
{
	struct gro_held h = g->held[i];

	g->used--;
	memmove(&g->held[i], &g->held[i + 1],
		(g->used - i) * sizeof(g->held[0]));
	if (h.count > 1)
		mend(&h);
	g->fn(g->arg, h.pkt);
}

void gro_flush(struct gro *g)
{
	while (g->used)
		send_off(g, 0);
}

static void hold(struct gro *g, const struct seg *s)
{
	if (g->used == GRO_FLOWS)
		send_off(g, 0);
	g->held[g->used++] = (struct gro_held){
		.pkt = s->pkt,
		.next_seq = get32(tcp_at(s->p, s->l4)->seq) + s->pkt->len -
			    (uint32_t)s->hlen,
		.hlen = (uint16_t)s->hlen,
		.l4 = (uint16_t)s->l4,
		.size = (uint16_t)(s->pkt->len - s->hlen),
		.count = 1,
	};
}

/* False: it has too many pieces.  Otherwise it is part of entry @i, which may
 * have ended by that. */
static bool join(struct gro *g, uint32_t i, const struct seg *s)
{
	struct gro_held *h = &g->held[i];
	uint8_t flags = tcp_at(s->p, s->l4)->flags[0];
	size_t payload = s->pkt->len - s->hlen;

	pkt_pull(s->pkt, s->hlen);
	if (pkt_join(h->pkt, s->pkt)) {
		pkt_unpull(s->pkt, (uint16_t)(s->pkt->lin_off - s->hlen));
		return false;
	}
	tcp_at(pkt_data(h->pkt), h->l4)->flags[0] |= flags;
	h->next_seq += (uint32_t)payload;
	h->count++;
	g->joined++;
	if (payload < h->size || flags & FLAGS_MAY_DIFFER)
		send_off(g, i);
	return true;
}

/* Datagrams of one batch may be joined, but only by who knows that their reader
 * wants it: udp_queue.c. */
static void mark_datagram(struct pkt *frame)
{
	const uint8_t *p = pkt_cdata(frame);

	if (!frame->gso_size && frame->lin_len >= ETH_HLEN + IP4_HLEN &&
	    (is_six(p) ? p[ETH_HLEN + 6] : p[ETH_HLEN + 9]) == IP_PROTO_UDP)
		frame->gso = PKT_GSO_UDP;
}

/* The entry of a flow; @used: there is none. */
static uint32_t find(const struct gro *g, const struct seg *s)
{
	uint32_t i;

	for (i = 0; i < g->used; i++)
		if (g->held[i].l4 == s->l4 &&
		    same_flow(pkt_cdata(g->held[i].pkt), s->p, s->l4))
			break;
	return i;
}

void gro_input(struct gro *g, struct pkt *frame)
{
	struct seg s;
	uint32_t i;
	bool good;

	if (frame->gso_size || !seg_find(&s, frame)) {
		gro_flush(g);
		mark_datagram(frame);
		g->fn(g->arg, frame);
		return;
	}
	i = find(g, &s);
	good = sums_are_right(&s);
	if (good && i < g->used && may_join(&g->held[i], &s) && join(g, i, &s))
		return;
	if (i < g->used)
		send_off(g, i);
	if (good && may_begin(&s))
		hold(g, &s);
	else
		g->fn(g->arg, frame);
}
