// SPDX-License-Identifier: MIT
/*
 * reass4.c - reassembly as IPv4 has it (RFC 791, 3.2)
 *
 * The work is done in reass.c.  Here stands what a header of IPv4 says about a
 * fragment, and how the header of the whole is mended.
 */

#include "wire/csum.h"

#include "ip/ip_int.h"

#define REASS4_NS (30 * NS_PER_S)

static struct reass_piece piece_of(const struct ip4_hdr *h)
{
	return (struct reass_piece){
		.src = ip_addr_v4(h->src),
		.dst = ip_addr_v4(h->dst),
		.id = h->id,
		.proto = h->proto,
		.is_last = !(h->flags & IP4_MF),
		.off = h->frag_off,
		.len_max = IP4_LEN_MAX - (uint32_t)h->hlen,
		.wait_ns = REASS4_NS,
	};
}

/* Its header becomes that of a packet that was never cut. */
static void header_mend(struct pkt *pkt)
{
	size_t hlen = (size_t)(pkt->lin_off - pkt->l3_off);
	struct ip4_wire *w;

	pkt_unpull(pkt, pkt->l3_off);
	w = (void *)pkt_data(pkt);
	put16(w->total_len, (uint16_t)pkt->len);
	put16(w->frag, 0);
	put16(w->sum, 0);
	put16(w->sum, csum(w, hlen));
}

struct pkt *reass_input(struct ip *ip, struct pkt *pkt, const struct ip4_hdr *h)
{
	struct reass_piece piece = piece_of(h);

	pkt->l3_off = pkt->lin_off;
	pkt_pull(pkt, h->hlen);
	pkt = reass_add(ip->stack, pkt, &piece);
	if (pkt)
		header_mend(pkt);
	return pkt;
}

void reass_kill(struct ip *ip, const struct ip4_hdr *h, enum drop why)
{
	struct reass_piece piece = piece_of(h);

	reass_spoil(ip->stack, &piece, why);
}

struct pkt *reass_whole(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h)
{
	if (!ip4_is_fragment(h))
		return pkt;
	pkt = reass_input(ip, pkt, h);
	if (!pkt)
		return NULL;
	ip4_hdr_parse_quoted(h, pkt_data(pkt), pkt->lin_len);
	pkt->l4_off = (uint16_t)(pkt->lin_off + h->hlen);
	return pkt;
}
