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
 *	IP	length, identification, checksum
 *	TCP	sequence number; FIN and PSH only in the last, CWR only in the
 *		first; the checksum's pseudo header
 *	UDP	length; the checksum's pseudo header
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "wire/csum.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "ip/ip_int.h"

/* A packet being cut. */
struct gso {
	struct ip *ip;
	struct pkt *pkt;
	struct ip4_hdr h;
	size_t l4_hlen;
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
	uint32_t sum =
		csum_pseudo4(g->h.src, g->h.dst, g->h.proto, (uint32_t)len);

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

/* The segment with @len octets of payload from @off on. */
static struct pkt *gso_piece(const struct gso *g, size_t off, size_t len)
{
	size_t headers = g->h.hlen + g->l4_hlen;
	struct pkt *seg = pkt_slice(g->pkt, headers + off, len);
	struct ip4_hdr h = g->h;
	uint8_t *p;

	p = seg ? pkt_push(seg, g->l4_hlen) : NULL;
	if (!p)
		goto fail;
	memcpy(p, g->pkt->room + g->pkt->l4_off, g->l4_hlen);
	seg->l4_off = seg->lin_off;
	mend_l4(g, seg, off);
	h.total_len = (uint16_t)(h.hlen + seg->len);
	if (off && !(h.flags & IP4_DF))
		h.id = ip_id_next(g->ip);
	p = pkt_push(seg, h.hlen);
	if (!p)
		goto fail;
	ip4_hdr_emit(p, &h);
	seg->l3_off = seg->lin_off;
	return seg;
fail:
	pkt_free(seg);
	return NULL;
}

int gso_split(struct ip *ip, struct pkt *pkt, ip_piece_fn *fn, void *arg)
{
	struct gso g = {.ip = ip, .pkt = pkt};
	size_t off = 0;
	int err = 0;

	check(ip4_hdr_parse_quoted(&g.h, pkt_data(pkt), pkt->lin_len) > 0);
	g.l4_hlen = l4_header_len(pkt);
	if (!g.l4_hlen || pkt->len < g.h.hlen + g.l4_hlen) {
		pkt_drop(&ip->stack->place, pkt, DROP_vnet_bad);
		return -EINVAL;
	}
	g.len = pkt->len - g.h.hlen - g.l4_hlen;
	do {
		size_t n = min_size(g.len - off, pkt->gso_size);
		struct pkt *seg = gso_piece(&g, off, n);

		if (!seg) {
			pkt_drop(&ip->stack->place, pkt, DROP_no_memory);
			return -ENOMEM;
		}
		err = fn(arg, seg);
		off += n;
	} while (off < g.len && !err);
	pkt_free(pkt);
	return err;
}
