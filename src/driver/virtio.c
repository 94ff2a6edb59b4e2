// SPDX-License-Identifier: MIT
/*
 * virtio.c - the header with which a device and a driver share work
 *
 * Theory of operation
 * ===================
 * The header that comes with a frame is input like any other: whoever is at
 * the far end of a TAP device may write into it what he likes.  The stack
 * above trusts what stands in struct pkt, so nothing may get there that the
 * frame does not bear out.  Each claim is compared with the frame's own
 * headers:
 *
 *	NEEDS_CSUM	The field lies inside the frame.  If it is that of
 *			TCP or UDP, exactly where the headers say, the packet
 *			is PKT_CSUM_PARTIAL, as if it came from this process:
 *			nobody computes a sum that nobody needs.  Any other
 *			place is summed here, which is what the flag asks for.
 *	gso_type	TCP of the version that it names, with a size that
 *			is not 0, whole headers, and NEEDS_CSUM; or UDP to be
 *			cut into datagrams, likewise.  UDP to be cut into
 *			fragments we did not offer to take.
 *	hdr_len		A hint, and a foolish one if longer than the frame.
 *
 * Limits
 * ------
 * The transport header is found behind an IPv4 header with options or a plain
 * IPv6 header, and behind one VLAN tag; behind extension headers checksums are
 * completed here and large segments are refused.
 */

#include "driver/virtio.h"

#include <stdbool.h>

#include "base/bytes.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/proto.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "core/pkt.h"

enum { IP6_HLEN = 40, IP6_NEXT = 6 };

/* The header in host order. */
struct virtio_hdr {
	uint8_t flags, gso_type;
	uint16_t hdr_len, gso_size, csum_start, csum_offset;
};

/* Where a frame's transport header is, and which. */
struct place_l4 {
	uint16_t type; /* of the frame */
	uint8_t proto;
	size_t off;
};

static void hdr_parse(struct virtio_hdr *h, const uint8_t *buf)
{
	const struct virtio_wire *w = (const void *)buf;

	h->flags = w->flags[0];
	h->gso_type = w->gso_type[0];
	h->hdr_len = get16le(w->hdr_len);
	h->gso_size = get16le(w->gso_size);
	h->csum_start = get16le(w->csum_start);
	h->csum_offset = get16le(w->csum_offset);
}

/* Octets of the link header with at most one tag; 0: not all of it is there. */
static size_t find_l3(struct pkt *pkt, uint16_t *type)
{
	const uint8_t *p = pkt_need(pkt, ETH_HLEN + IP4_HLEN);

	if (!p)
		return 0;
	*type = get16(p + offsetof(struct ether_wire, type));
	if (*type != ETH_VLAN)
		return ETH_HLEN;
	*type = get16(p + ETH_HLEN + 2);
	return pkt_need(pkt, ETH_HLEN + ETH_VLAN_LEN + IP4_HLEN)
		       ? ETH_HLEN + ETH_VLAN_LEN
		       : 0;
}

/* Returns false where there is none that we can find. */
static bool find_l4(struct pkt *pkt, struct place_l4 *l4)
{
	size_t l3 = find_l3(pkt, &l4->type);
	const uint8_t *p = pkt_data(pkt) + l3;

	if (!l3)
		return false;
	if (l4->type == ETH_IP4) {
		l4->proto = p[offsetof(struct ip4_wire, proto)];
		l4->off = l3 + (size_t)(p[0] & 15) * 4;
		return p[0] >> 4 == 4 && l4->off >= l3 + IP4_HLEN;
	}
	if (l4->type == ETH_IP6) {
		l4->proto = p[IP6_NEXT];
		l4->off = l3 + IP6_HLEN;
		return p[0] >> 4 == 6;
	}
	return false;
}

/* Is the field that of the transport's own header? */
static bool is_transport_csum(const struct virtio_hdr *h,
			      const struct place_l4 *l4)
{
	size_t want;

	if (l4->proto == IP_PROTO_TCP)
		want = offsetof(struct tcp_wire, sum);
	else if (l4->proto == IP_PROTO_UDP)
		want = offsetof(struct udp_wire, sum);
	else
		return false;
	return h->csum_start == l4->off && h->csum_offset == want;
}

/* Do what the flag says: sum to the end of the frame, which may be padded. */
static enum drop complete(struct pkt *pkt, const struct virtio_hdr *h)
{
	size_t at = (size_t)h->csum_start + h->csum_offset;
	uint8_t *p = pkt_need(pkt, at + 2);

	if (!p)
		return DROP_vnet_bad;
	put16(p + at, csum_fold(pkt_csum(pkt, h->csum_start,
					 pkt->len - h->csum_start)));
	return DROP_COUNT;
}

static enum drop apply_csum(struct pkt *pkt, const struct virtio_hdr *h,
			    const struct place_l4 *l4)
{
	size_t end = (size_t)h->csum_start + h->csum_offset + 2;

	if (end > pkt->len || h->csum_start < ETH_HLEN)
		return DROP_vnet_bad;
	if (!l4 || !is_transport_csum(h, l4))
		return complete(pkt, h);
	if (!pkt_need(pkt, end))
		return DROP_vnet_bad;
	pkt->csum = PKT_CSUM_PARTIAL;
	pkt->csum_off = (uint8_t)h->csum_offset;
	pkt->l4_off = (uint16_t)(pkt->lin_off + l4->off);
	return DROP_COUNT;
}

/* Several datagrams of one size, in one. */
static enum drop apply_udp(struct pkt *pkt, const struct virtio_hdr *h,
			   const struct place_l4 *l4)
{
	if (!l4 || l4->proto != IP_PROTO_UDP || !h->gso_size ||
	    pkt->csum != PKT_CSUM_PARTIAL || !pkt_need(pkt, l4->off + UDP_HLEN))
		return DROP_vnet_bad;
	if (pkt->len - l4->off - UDP_HLEN <= h->gso_size)
		return DROP_COUNT; /* one datagram */
	pkt->gso = PKT_GSO_UDP;
	pkt->gso_size = h->gso_size;
	return DROP_COUNT;
}

/* Octets of the headers of a large segment, 0 if it is none. */
static size_t segment_headers(struct pkt *pkt, const struct virtio_hdr *h,
			      const struct place_l4 *l4)
{
	uint16_t type = ETH_IP4;
	struct tcp_hdr tcp;
	const uint8_t *p;
	int n;

	if ((h->gso_type & ~VIRTIO_GSO_ECN) == VIRTIO_GSO_TCP6)
		type = ETH_IP6;
	else if ((h->gso_type & ~VIRTIO_GSO_ECN) != VIRTIO_GSO_TCP4)
		return 0;
	if (!l4 || l4->type != type || l4->proto != IP_PROTO_TCP)
		return 0;
	p = pkt_need(pkt, l4->off + TCP_HLEN);
	if (!p)
		return 0;
	n = (p[l4->off + offsetof(struct tcp_wire, off)] >> 4) * 4;
	p = pkt_need(pkt, l4->off + (size_t)n);
	n = p ? tcp_parse(&tcp, p + l4->off, pkt->lin_len - l4->off) : 0;
	return n > 0 ? l4->off + (size_t)n : 0;
}

static enum drop apply_gso(struct pkt *pkt, const struct virtio_hdr *h,
			   const struct place_l4 *l4)
{
	size_t headers;

	if (h->gso_type == VIRTIO_GSO_UDP_L4)
		return apply_udp(pkt, h, l4);
	headers = segment_headers(pkt, h, l4);
	if (!headers || !h->gso_size || pkt->csum != PKT_CSUM_PARTIAL)
		return DROP_vnet_bad;
	if (pkt->len - headers <= h->gso_size)
		return DROP_COUNT; /* one segment, and no larger than it */
	pkt->gso = l4->type == ETH_IP6 ? PKT_GSO_TCP6 : PKT_GSO_TCP4;
	pkt->gso_size = h->gso_size;
	return DROP_COUNT;
}

enum drop virtio_apply(struct pkt *pkt, const uint8_t *hdr)
{
	struct virtio_hdr h;
	struct place_l4 l4;
	bool has_l4;
	enum drop why = DROP_COUNT;

	hdr_parse(&h, hdr);
	if (!h.flags && !h.gso_type)
		return h.hdr_len > pkt->len ? DROP_vnet_bad : DROP_COUNT;
	if (h.flags & ~(VIRTIO_NEEDS_CSUM | VIRTIO_DATA_VALID) ||
	    h.hdr_len > pkt->len)
		return DROP_vnet_bad;
	has_l4 = find_l4(pkt, &l4);
	if (h.flags & VIRTIO_NEEDS_CSUM)
		why = apply_csum(pkt, &h, has_l4 ? &l4 : NULL);
	else if (h.flags & VIRTIO_DATA_VALID)
		pkt->csum = PKT_CSUM_VERIFIED;
	if (why == DROP_COUNT && h.gso_type)
		why = apply_gso(pkt, &h, has_l4 ? &l4 : NULL);
	return why;
}

static void describe_gso(const struct pkt *pkt, struct virtio_wire *w)
{
	size_t l4 = (size_t)(pkt->l4_off - pkt->lin_off);
	const struct tcp_wire *tcp = (const void *)(pkt_cdata(pkt) + l4);

	put16le(w->gso_size, pkt->gso_size);
	if (pkt->gso == PKT_GSO_UDP) {
		w->gso_type[0] = VIRTIO_GSO_UDP_L4;
		put16le(w->hdr_len, (uint16_t)(l4 + UDP_HLEN));
		return;
	}
	w->gso_type[0] =
		pkt->gso == PKT_GSO_TCP6 ? VIRTIO_GSO_TCP6 : VIRTIO_GSO_TCP4;
	if (tcp->flags[0] & TCP_CWR)
		w->gso_type[0] |= VIRTIO_GSO_ECN;
	put16le(w->hdr_len, (uint16_t)(l4 + (size_t)(tcp->off[0] >> 4) * 4));
}

void virtio_describe(const struct pkt *pkt, uint8_t *hdr)
{
	struct virtio_wire *w = (void *)hdr;

	*w = (struct virtio_wire){0};
	if (pkt->csum != PKT_CSUM_PARTIAL)
		return;
	w->flags[0] = VIRTIO_NEEDS_CSUM;
	put16le(w->csum_start, (uint16_t)(pkt->l4_off - pkt->lin_off));
	put16le(w->csum_offset, pkt->csum_off);
	if (pkt->gso_size)
		describe_gso(pkt, w);
}

void virtio_shift(uint8_t *hdr, size_t n)
{
	struct virtio_wire *w = (void *)hdr;

	if (w->flags[0] & VIRTIO_NEEDS_CSUM)
		put16le(w->csum_start, (uint16_t)(get16le(w->csum_start) + n));
	if (get16le(w->hdr_len))
		put16le(w->hdr_len, (uint16_t)(get16le(w->hdr_len) + n));
}

void virtio_set_hdr_len(uint8_t *hdr, uint16_t n)
{
	struct virtio_wire *w = (void *)hdr;

	put16le(w->hdr_len, n);
}
