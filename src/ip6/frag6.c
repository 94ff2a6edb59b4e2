// SPDX-License-Identifier: MIT
/*
 * frag6.c - fragments of IPv6, in and out (RFC 8200, 4.5)
 *
 * Theory of operation
 * ===================
 *	whole	| IPv6 | per-fragment headers | the rest, cut at multiples of 8 |
 *	piece	| IPv6 | per-fragment headers | fragment header | a part |
 *
 * Only the source cuts.  In: the pieces wait in ip/reass.c, under the rules
 * that IPv4 has too (what overlaps is thrown away with all of its packet, RFC
 * 5722); here stands what is IPv6's own: a length that is no multiple of 8 and
 * one that leads beyond 65,535 octets are reported to the source.
 *
 * A fragment header on a packet that is whole ("atomic", RFC 6946) is taken off
 * at once, and has nothing to do with fragments of the same identification.
 * We never send one (RFC 8021).
 *
 * Identifications are a secret permutation of a counter, as in ip/ip_id.c and
 * for the same reasons (RFC 7739).
 *
 * Limits
 * ------
 * The per-fragment headers of what arrives must lie in a packet's own room,
 * some 80 octets with the IPv6 header; longer ones are dropped as ip6_ext.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "core/probe.h"

#include "ip6/ext6.h"

#define WAIT_NS (60 * NS_PER_S)
#define ROUNDS	4

/*
 * In.
 */

/* Take the fragment header away, and put what it stood in front of in its
 * place.  @pkt: its front is behind that header, l3_off is the IPv6 header's.
 */
static void header_mend(struct pkt *pkt, const struct ext6 *x)
{
	uint8_t *p = pkt->room + pkt->l3_off;

	p[x->frag_next_at] = x->frag.next;
	memmove(p + IP6_FRAG_HLEN, p, x->frag_at);
	pkt->l3_off = (uint16_t)(pkt->l3_off + IP6_FRAG_HLEN);
	pkt_unpull(pkt, pkt->l3_off);
	put16(((struct ip6_wire *)(void *)pkt_data(pkt))->payload_len,
	      (uint16_t)(pkt->len - IP6_HLEN));
}

/* What the header of the first piece says goes for the whole: where its
 * fragment header stands is found again there. */
static bool whole_mend(struct pkt *pkt)
{
	struct cursor c = cur_init(pkt->room + pkt->l3_off,
				   (size_t)(pkt->lin_off - pkt->l3_off));
	struct ext6 x = {.frag_next_at = offsetof(struct ip6_wire, next)};
	const struct ip6_wire *w = (const void *)cur_take(&c, IP6_HLEN);
	size_t all = cur_left(&c) + IP6_HLEN;
	struct ip6_ext e;

	if (!w)
		return false;
	x.next = w->next[0];
	x.frag_at = IP6_HLEN;
	while (x.next != IP_PROTO_FRAGMENT) {
		if (!ip6_is_ext(x.next) || !ip6_ext_read(&c, &e))
			return false;
		x.next = e.next;
		x.frag_next_at = x.frag_at;
		x.frag_at = all - cur_left(&c);
	}
	if (!ip6_frag_read(&c, &x.frag))
		return false;
	header_mend(pkt, &x);
	return pkt->len - IP6_HLEN <= IP6_PAYLOAD_MAX;
}

static struct reass_piece
piece_of(const struct pkt *pkt, const struct ip6_hdr *h, const struct ext6 *x)
{
	uint32_t zone = pkt->netif->index;

	return (struct reass_piece){
		.src = ip_addr_v6_on(h->src, zone),
		.dst = ip_addr_v6_on(h->dst, zone),
		.id = x->frag.id,
		.is_last = !x->frag.has_more,
		.off = x->frag.off,
		.len_max = IP6_PAYLOAD_MAX - (uint32_t)(x->frag_at - IP6_HLEN),
		.wait_ns = WAIT_NS,
	};
}

/* RFC 8200, 4.5: lengths that are reported.  DROP_COUNT: all is well. */
static enum drop piece_check(struct ip6 *ip6, const struct pkt *pkt,
			     const struct ext6 *x, size_t len, uint32_t len_max)
{
	if (x->frag.has_more && len % 8) {
		icmp6_error(ip6->stack, pkt, ICMP6_PARAM_PROBLEM,
			    ICMP6_BAD_FIELD,
			    offsetof(struct ip6_wire, payload_len));
		return DROP_frag_align;
	}
	if (x->frag.off + len > len_max) {
		icmp6_error(ip6->stack, pkt, ICMP6_PARAM_PROBLEM,
			    ICMP6_BAD_FIELD, (uint32_t)x->frag_at + 2);
		return DROP_frag_size;
	}
	return DROP_COUNT;
}

struct pkt *frag6_input(struct ip6 *ip6, struct pkt *pkt,
			const struct ip6_hdr *h, const struct ext6 *x)
{
	struct reass_piece piece = piece_of(pkt, h, x);
	size_t headers = x->frag_at + IP6_FRAG_HLEN;
	enum drop why = DROP_ip6_ext;

	if (pkt_need(pkt, headers))
		why = piece_check(ip6, pkt, x, pkt->len - headers,
				  piece.len_max);
	if (why != DROP_COUNT) {
		if (why == DROP_frag_size)
			reass_spoil(ip6->stack, &piece, why);
		pkt_drop(ip6_place(ip6), pkt, why);
		return NULL;
	}
	pkt_pull(pkt, headers);
	if (!x->frag.off && !x->frag.has_more) {
		header_mend(pkt, x);
		return pkt;
	}
	pkt = reass_add(ip6->stack, pkt, &piece);
	if (pkt && !whole_mend(pkt)) {
		pkt_drop(ip6_place(ip6), pkt, DROP_frag_size);
		return NULL;
	}
	return pkt;
}

/*
 * Out.
 */

/* See ip/ip_id.c; here over two halves of 16 bits. */
static bool id_next(struct ip6 *ip6, uint32_t *id)
{
	const struct hash_key *key = ip6_key(ip6);
	uint32_t n = ip6->id_next++, left = n >> 16, right = n & 0xffff, i;

	if (!key)
		return false;
	for (i = 0; i < ROUNDS; i++) {
		uint32_t f =
			(uint32_t)siphash13_u64(key, (uint64_t)i << 32 | right);
		uint32_t turn = (left ^ f) & 0xffff;

		left = right;
		right = turn;
	}
	*id = left << 16 | right;
	return true;
}

/* A packet being cut: @h_len octets of headers stay in front of each piece. */
struct cut6 {
	struct pkt *pkt;
	struct ip6_frag frag;
	size_t h_len;
	size_t next_at;
	size_t len;
};

/* Where the part begins that is cut: behind hop-by-hop options. */
static void cut_begin(struct cut6 *c)
{
	const uint8_t *p = pkt_cdata(c->pkt);

	c->next_at = offsetof(struct ip6_wire, next);
	c->h_len = IP6_HLEN;
	if (p[c->next_at] == IP_PROTO_HOPOPTS) {
		c->next_at = IP6_HLEN;
		c->h_len += ((size_t)p[IP6_HLEN + 1] + 1) * IP6_EXT_UNIT;
	}
	check(c->h_len <= c->pkt->lin_len);
	c->frag.next = p[c->next_at];
	c->len = c->pkt->len - c->h_len;
}

static struct pkt *cut_piece(const struct cut6 *c, size_t off, size_t len)
{
	struct pkt *piece = pkt_slice(c->pkt, c->h_len + off, len);
	struct ip6_frag f = c->frag;
	uint8_t *p = piece ? pkt_push(piece, c->h_len + IP6_FRAG_HLEN) : NULL;

	if (!p) {
		pkt_free(piece);
		return NULL;
	}
	f.off = (uint16_t)off;
	f.has_more = off + len < c->len;
	memcpy(p, pkt_cdata(c->pkt), c->h_len);
	p[c->next_at] = IP_PROTO_FRAGMENT;
	ip6_frag_emit(p + c->h_len, &f);
	put16(((struct ip6_wire *)(void *)p)->payload_len,
	      (uint16_t)(piece->len - IP6_HLEN));
	piece->l3_off = piece->lin_off;
	piece->l4_off = (uint16_t)(piece->lin_off + c->h_len + IP6_FRAG_HLEN);
	return piece;
}

int frag6_cut(struct ip6 *ip6, struct pkt *pkt, uint32_t mtu, ip_piece_fn *fn,
	      void *arg)
{
	struct cut6 c = {.pkt = pkt};
	size_t off = 0, max;
	int err = 0;

	cut_begin(&c);
	if (!id_next(ip6, &c.frag.id)) {
		pkt_drop(ip6_place(ip6), pkt, DROP_ip_refused);
		return -EIO;
	}
	max = (mtu - c.h_len - IP6_FRAG_HLEN) & ~(size_t)7;
	PROBE(ip6_place(ip6), EV_NOTE, R_IP6_FRAGMENT, pkt,
	      EVF_NUM("len", pkt->len), EVF_NUM("mtu", mtu));
	while (off < c.len && !err) {
		size_t n = min_size(c.len - off, max);
		struct pkt *piece = cut_piece(&c, off, n);

		if (!piece) {
			pkt_drop(ip6_place(ip6), pkt, DROP_no_memory);
			return -ENOMEM;
		}
		err = fn(arg, piece);
		off += n;
	}
	pkt_free(pkt);
	return err;
}
