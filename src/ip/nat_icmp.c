// SPDX-License-Identifier: MIT
/*
 * nat_icmp.c - ICMP errors through the translation (RFC 5508, 4)
 *
 * An error quotes a packet as it was where the error happened.  An error that
 * comes in is about a packet that went out: the quoted source is our outside
 * endpoint and becomes the inside one.  An error that goes out is about a
 * packet that came in: the quoted destination is inside and becomes the
 * outside one.  The outer address changes accordingly, and the ICMP checksum
 * is computed anew after it was found to be right.
 *
 *	in	outer dst, inner src:	outside -> inside
 *	out	outer src, inner dst:	inside -> outside
 */

#include "wire/csum.h"
#include "wire/icmp4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "ip/ip_int.h"
#include "ip/nat_int.h"

/* An error, taken apart; pointers into the packet's linear part. */
struct quoted {
	uint8_t *icmp; /* the message */
	uint8_t *ip;   /* quoted IP header */
	uint8_t *l4;   /* quoted transport header, 8 octets at least */
	size_t l4_len; /* how many are in the linear part */
	struct ip4_hdr h;
	struct nat_end src, dst;
};

/* Ports of the quoted packet; of an echo the identifier. */
static bool quoted_ports(struct quoted *q)
{
	struct icmp4_hdr h;

	switch (q->h.proto) {
	case IP_PROTO_TCP:
	case IP_PROTO_UDP:
		q->src.port = get16(q->l4);
		q->dst.port = get16(q->l4 + 2);
		return true;
	case IP_PROTO_ICMP:
		icmp4_parse_quoted(&h, q->l4, ICMP4_HLEN);
		if (h.type == ICMP4_ECHO)
			q->src.port = h.id;
		else if (h.type == ICMP4_ECHO_REPLY)
			q->dst.port = h.id;
		return h.type == ICMP4_ECHO || h.type == ICMP4_ECHO_REPLY;
	default:
		return false;
	}
}

static bool quoted_read(struct quoted *q, struct pkt *pkt,
			const struct ip4_hdr *h)
{
	size_t fixed = (size_t)h->hlen + ICMP4_HLEN + IP4_HLEN, need;
	uint8_t *p = pkt_need(pkt, fixed);

	if (!p)
		return false;
	need = fixed - IP4_HLEN + (size_t)(p[fixed - IP4_HLEN] & 15) * 4 +
	       ICMP4_QUOTE_MIN;
	p = pkt_need(pkt, need);
	if (!p || csum_fold(pkt_csum(pkt, h->hlen, pkt->len - h->hlen)))
		return false;
	q->icmp = p + h->hlen;
	q->ip = q->icmp + ICMP4_HLEN;
	if (ip4_hdr_parse_quoted(&q->h, q->ip, need - fixed + IP4_HLEN) < 0 ||
	    q->h.frag_off)
		return false;
	q->l4 = q->ip + q->h.hlen;
	q->l4_len = (size_t)(p + pkt->lin_len - q->l4);
	q->src = (struct nat_end){.addr = q->h.src};
	q->dst = (struct nat_end){.addr = q->h.dst};
	return quoted_ports(q);
}

/* Where in the quoted transport header its checksum is; NULL: not there. */
static uint8_t *quoted_sum(const struct quoted *q)
{
	size_t off = q->h.proto == IP_PROTO_TCP
			     ? offsetof(struct tcp_wire, sum)
			     : offsetof(struct udp_wire, sum);

	if (q->h.proto == IP_PROTO_ICMP)
		off = offsetof(struct icmp4_wire, sum);
	return off + 2 <= q->l4_len ? q->l4 + off : NULL;
}

static void quoted_rewrite(struct quoted *q, bool is_src, struct nat_end from,
			   struct nat_end to)
{
	bool is_echo = q->h.proto == IP_PROTO_ICMP;
	uint8_t *sum = quoted_sum(q);

	check(q->l4);
	if (sum && (q->h.proto != IP_PROTO_UDP || get16(sum))) {
		uint16_t v = csum_update16(get16(sum), from.port, to.port);

		if (!is_echo)
			v = csum_update32(v, from.addr.v, to.addr.v);
		put16(sum, v);
	}
	if (is_echo)
		put16(q->l4 + offsetof(struct icmp4_wire, rest), to.port);
	else
		put16(q->l4 + (is_src ? 0 : 2), to.port);
	if (is_src)
		ip4_patch_src(q->ip, to.addr);
	else
		ip4_patch_dst(q->ip, to.addr);
}

static void icmp_resum(struct pkt *pkt, const struct quoted *q, size_t hlen)
{
	uint8_t *sum = q->icmp + offsetof(struct icmp4_wire, sum);

	put16(sum, 0);
	put16(sum, csum_fold(pkt_csum(pkt, hlen, pkt->len - hlen)));
}

enum drop nat_icmp_in(struct nat *nat, struct pkt *pkt, struct ip4_hdr *h)
{
	struct nat_session *s;
	struct quoted q;

	if (!quoted_read(&q, pkt, h))
		return DROP_COUNT; /* ICMP here will judge it */
	s = nat_find_in(nat, q.h.proto, q.src, q.dst);
	if (!s)
		return DROP_COUNT;
	quoted_rewrite(&q, true, q.src, s->map->in);
	icmp_resum(pkt, &q, h->hlen);
	ip4_patch_dst(pkt_data(pkt), s->map->in.addr);
	h->dst = s->map->in.addr;
	return DROP_COUNT;
}

enum drop nat_icmp_out(struct nat *nat, struct pkt *pkt, struct ip4_hdr *h)
{
	struct nat_session *s;
	struct quoted q;

	if (!quoted_read(&q, pkt, h))
		return DROP_icmp_embed;
	s = nat_find_out(nat, q.h.proto, q.dst, q.src);
	if (!s)
		return DROP_nat_none;
	quoted_rewrite(&q, false, q.dst, s->map->out);
	icmp_resum(pkt, &q, h->hlen);
	ip4_patch_src(pkt_data(pkt), s->map->out.addr);
	h->src = s->map->out.addr;
	return DROP_COUNT;
}
