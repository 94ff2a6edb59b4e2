// SPDX-License-Identifier: MIT
/*
 * frag.c - cutting a packet into fragments (RFC 791, 3.2)
 *
 * The payload is cut at multiples of eight octets; each piece refers to the
 * same blocks as the whole.  A packet that is a fragment already is cut
 * further in the same way: its offset is added, and its last piece has "more
 * fragments" if it had.  Only options with the copied bit go into pieces
 * after the first.
 */

#include <errno.h>

#include "base/check.h"

#include "wire/ip4_opt.h"

#include "core/probe.h"

#include "ip/ip_int.h"

/* A packet being cut. */
struct cut {
	struct ip *ip;
	struct pkt *pkt;
	struct ip4_hdr h;
	uint8_t opts[IP4_OPTS_MAX];
	size_t opts_len; /* in pieces after the first */
};

/* One piece with @len octets of payload from @off on. */
static struct pkt *cut_piece(const struct cut *c, size_t off, size_t len)
{
	struct pkt *piece = pkt_slice(c->pkt, c->h.hlen + off, len);
	struct ip4_hdr h = c->h;
	uint8_t *p;

	if (!piece)
		return NULL;
	if (off) {
		h.opts = c->opts;
		h.opts_len = (uint8_t)c->opts_len;
	}
	if (off + len < (size_t)(c->h.total_len - c->h.hlen))
		h.flags |= IP4_MF;
	h.frag_off = (uint16_t)(h.frag_off + off);
	h.total_len = (uint16_t)(ip4_hdr_len(&h) + len);
	piece->l4_off = piece->lin_off;
	p = pkt_push(piece, ip4_hdr_len(&h));
	if (!p) {
		pkt_free(piece);
		return NULL;
	}
	ip4_hdr_emit(p, &h);
	piece->l3_off = piece->lin_off;
	return piece;
}

int ip_fragment(struct ip *ip, struct pkt *pkt, uint32_t mtu, ip_piece_fn *fn,
		void *arg)
{
	struct cut c = {.ip = ip, .pkt = pkt};
	size_t off = 0, len, max;
	int err = 0;

	/* It was parsed or written by us a moment ago. */
	check(ip4_hdr_parse_quoted(&c.h, pkt_data(pkt), pkt->lin_len) > 0);
	ip_complete_csum(pkt);
	c.opts_len = ip4_opts_copied(c.opts, c.h.opts, c.h.opts_len);
	len = (size_t)(c.h.total_len - c.h.hlen);
	max = (mtu - c.h.hlen) & ~(size_t)7;
	PROBE(&ip->stack->place, EV_NOTE, R_IP_FRAGMENT, pkt,
	      EVF_NUM("len", pkt->len), EVF_NUM("mtu", mtu));
	while (off < len && !err) {
		size_t n = min_size(len - off, max);
		struct pkt *piece = cut_piece(&c, off, n);

		if (!piece) {
			pkt_drop(&ip->stack->place, pkt, DROP_no_memory);
			return -ENOMEM;
		}
		err = fn(arg, piece);
		off += n;
	}
	pkt_free(pkt);
	return err;
}
