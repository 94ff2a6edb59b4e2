// SPDX-License-Identifier: MIT
/*
 * gso.c - cutting a large segment into those that go on the wire
 *
 * Theory of operation
 * ===================
 * A transport may hand down up to 64 KB with one header, and say in gso_size
 * how much payload each real segment has.  The whole way down is walked once
 * instead of forty times.  A device that can cuts it itself; for all others it
 * is cut here, last thing before the link: each segment gets a copy of both
 * headers, mended where segments differ, and references to its part of the
 * payload.
 *
 *	IPv4	length, identification, checksum
 *	IPv6	length
 *	TCP	sequence number; FIN and PSH only in the last, CWR only in the
 *		first; the checksum's pseudo header
 *	UDP	length; the checksum's pseudo header
 */

#include <errno.h>
#include <string.h>

#include "wire/csum.h"
#include "wire/ip4_opt.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "ip/ip_id.h"
#include "ip/ip_int.h"

/* A packet being cut. */
struct gso {
	struct stack *stack;
	struct pkt *pkt;
	struct ip_addr src, dst;
	uint8_t proto;
	size_t l3_hlen, l4_hlen;
	size_t len; /* of all payload */
};

/* Octets of the transport header, 0 if there is none that we know. */
static size_t l4_header_len(const struct pkt *pkt)
{
	const uint8_t *p = pkt->room + pkt->l4_off;
	size_t linear = (size_t)(pkt->lin_off + pkt->lin_len - pkt->l4_off);
	struct tcp_hdr tcp;
	int n;

	if (pkt->gso == PKT_GSO_UDP)
		return linear >= UDP_HLEN ? UDP_HLEN : 0;
	n = tcp_parse(&tcp, p, linear);
	return n > 0 ? (size_t)n : 0;
}

size_t gso_segment_len(const struct pkt *pkt)
{
	size_t l3_hlen = (size_t)(pkt->l4_off - pkt->l3_off);

	return l3_hlen + l4_header_len(pkt) + pkt->gso_size;
}

static void mend_tcp(uint8_t *p, size_t off, bool is_last)
{
	struct tcp_wire *w = (void *)p;

	put32(w->seq, get32(w->seq) + (uint32_t)off);
	if (!is_last)
		w->flags[0] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
	if (off)
		w->flags[0] &= (uint8_t)~TCP_CWR;
}

static void mend_l4(const struct gso *g, struct pkt *seg, size_t off)
{
	uint8_t *p = pkt_data(seg);
	size_t len = seg->len;
	bool is_last = off + (len - g->l4_hlen) == g->len;
	uint32_t sum = csum_pseudo(g->src, g->dst, g->proto, (uint32_t)len);

	if (g->pkt->gso == PKT_GSO_UDP) {
		put16(p + offsetof(struct udp_wire, len), (uint16_t)len);
		seg->csum_off = offsetof(struct udp_wire, sum);
	} else {
		mend_tcp(p, off, is_last);
		seg->csum_off = offsetof(struct tcp_wire, sum);
	}
	put16(p + seg->csum_off, csum_fold_raw(sum));
	seg->csum = PKT_CSUM_PARTIAL;
}

/* The IP header of a segment, a copy of the large one's so far. */
static void mend_l3(const struct gso *g, struct pkt *seg, size_t off)
{
	uint8_t *p = pkt_data(seg);
	struct ip4_hdr h;

	if (g->src.family == IP_V6) {
		put16(((struct ip6_wire *)(void *)p)->payload_len,
		      (uint16_t)(seg->len - IP6_HLEN));
		return;
	}
	ip4_hdr_parse_quoted(&h, p, g->l3_hlen);
	h.total_len = (uint16_t)seg->len;
	if (off && !(h.flags & IP4_DF))
		h.id = (uint16_t)(g->stack ? ip_id_next(ip_of(g->stack))
					   : h.id + off / g->pkt->gso_size);
	h.opts = g->pkt->room + g->pkt->l3_off + IP4_HLEN;
	ip4_hdr_emit(p, &h);
}

/* The segment with @len octets of payload from @off on. */
static struct pkt *gso_piece(const struct gso *g, size_t off, size_t len)
{
	struct pkt *seg = pkt_slice(g->pkt, g->l3_hlen + g->l4_hlen + off, len);
	const uint8_t *from = g->pkt->room;
	uint8_t *p;

	p = seg ? pkt_push(seg, g->l4_hlen) : NULL;
	if (!p)
		goto fail;
	memcpy(p, from + g->pkt->l4_off, g->l4_hlen);
	seg->l4_off = seg->lin_off;
	mend_l4(g, seg, off);
	p = pkt_push(seg, g->l3_hlen);
	if (!p)
		goto fail;
	memcpy(p, from + g->pkt->l3_off, g->l3_hlen);
	mend_l3(g, seg, off);
	if (off && g->pkt->gso == PKT_GSO_UDP)
		seg->gso = PKT_GSO_UDP; /* it follows the one before */
	seg->l3_off = seg->lin_off;
	return seg;
fail:
	pkt_free(seg);
	return NULL;
}

/* Checksums are of where a packet will be in the end, whatever the next stop of
 * its source route. */
static ip4_addr final_dst(const struct ip4_hdr *h)
{
	struct ip4_opts o;

	if (!h->opts_len || ip4_opts_parse(&o, h->opts, h->opts_len) ||
	    !o.sr.len || ip4_is_zero(ip4_opt_route_next(o.sr.data)))
		return h->dst;
	return get_ip4(o.sr.data + o.sr.len - 4);
}

/* What all segments have in common; false if it makes no sense. */
static bool gso_begin(struct gso *g, struct stack *stack, struct pkt *pkt)
{
	const uint8_t *p = pkt_cdata(pkt);
	struct ip4_hdr h4;
	struct ip6_hdr h6;

	*g = (struct gso){.stack = stack, .pkt = pkt};
	pkt->l3_off = pkt->lin_off;
	if (ip4_hdr_parse_quoted(&h4, p, pkt->lin_len) > 0) {
		g->src = ip_addr_v4(h4.src);
		g->dst = ip_addr_v4(final_dst(&h4));
	} else if (ip6_hdr_parse_quoted(&h6, p, pkt->lin_len) > 0) {
		g->src = ip_addr_v6(h6.src);
		g->dst = ip_addr_v6(h6.dst);
	} else {
		return false;
	}
	g->proto = pkt->gso == PKT_GSO_UDP ? IP_PROTO_UDP : IP_PROTO_TCP;
	if (pkt->l4_off <= pkt->l3_off ||
	    pkt->l4_off > pkt->lin_off + pkt->lin_len)
		return false;
	g->l3_hlen = (size_t)(pkt->l4_off - pkt->l3_off);
	g->l4_hlen = l4_header_len(pkt);
	if (!g->l4_hlen || pkt->len < g->l3_hlen + g->l4_hlen)
		return false;
	g->len = pkt->len - g->l3_hlen - g->l4_hlen;
	return true;
}

int gso_split(struct stack *stack, struct pkt *pkt, ip_piece_fn *fn, void *arg)
{
	struct place *place = stack ? &stack->place : pkt->netif->place;
	struct gso g;
	size_t off = 0;
	int err = 0;

	if (!gso_begin(&g, stack, pkt)) {
		pkt_drop(place, pkt, DROP_vnet_bad);
		return -EINVAL;
	}
	do {
		size_t n = min_size(g.len - off, pkt->gso_size);
		struct pkt *seg = gso_piece(&g, off, n);

		if (!seg) {
			pkt_drop(place, pkt, DROP_no_memory);
			return -ENOMEM;
		}
		err = fn(arg, seg);
		off += n;
	} while (off < g.len && !err);
	pkt_free(pkt);
	return err;
}
