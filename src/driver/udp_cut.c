// SPDX-License-Identifier: MIT
/*
 * udp_cut.c - datagrams that come several in one
 *
 * Theory of operation
 * ===================
 * A program may hand many datagrams to the kernel in one call (UDP_SEGMENT),
 * and the kernel keeps them together as far as the devices on the way go
 * along.  TCP does not care where a segment ends; a datagram is a message, so
 * here is where they part:
 *
 *	[ link | IP | UDP | a a a a b b b b c c ]
 *
 *	[ link | IP | UDP | a a a a ]  [ link | IP | UDP | b b b b ]
 *	[ link | IP | UDP | c c ]
 *
 * Headers are copied and mended where they differ (lengths, the identification
 * of IPv4 and its checksum), payload is referred to.
 */

#include "driver/udp_cut.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/udp.h"

#include "core/pkt.h"

/* What all frames of one packet have in common. */
struct cut {
	const struct pkt *pkt;
	size_t l3, l4;	/* where these headers begin */
	size_t headers; /* octets of all three */
};

static void mend_ip(uint8_t *p, size_t len, size_t hlen, size_t number)
{
	struct ip4_wire *w4 = (void *)p;
	struct ip6_wire *w6 = (void *)p;

	if (p[0] >> 4 == 6) {
		put16(w6->payload_len, (uint16_t)(len - IP6_HLEN));
		return;
	}
	put16(w4->total_len, (uint16_t)len);
	put16(w4->id, (uint16_t)(get16(w4->id) + number));
	put16(w4->sum, 0);
	put16(w4->sum, csum_fold(csum_add(0, p, hlen)));
}

/* In the field stands the sum of the pseudo header, of which only the length
 * changes. */
static void mend_udp(uint8_t *p, size_t was, size_t len)
{
	struct udp_wire *w = (void *)p;
	uint32_t sum = get16(w->sum) + (uint32_t)(uint16_t)~was + (uint32_t)len;

	put16(w->len, (uint16_t)len);
	put16(w->sum, csum_fold_raw(sum));
}

/* The frame number @number, with @len octets of payload from @off on. */
static struct pkt *piece(const struct cut *c, size_t number, size_t off,
			 size_t len)
{
	struct pkt *frame = pkt_slice(c->pkt, c->headers + off, len);
	uint8_t *p = frame ? pkt_push(frame, c->headers) : NULL;

	if (!p) {
		pkt_free(frame);
		return NULL;
	}
	memcpy(p, pkt_cdata(c->pkt), c->headers);
	mend_ip(p + c->l3, c->headers - c->l3 + len, c->l4 - c->l3, number);
	mend_udp(p + c->l4, c->pkt->len - c->l4, UDP_HLEN + len);
	frame->l2_off = frame->lin_off;
	frame->l4_off = (uint16_t)(frame->lin_off + c->l4);
	frame->csum = PKT_CSUM_PARTIAL;
	frame->csum_off = offsetof(struct udp_wire, sum);
	frame->gso =
		number ? PKT_GSO_UDP : PKT_GSO_NONE; /* with the one before */
	return frame;
}

/* The driver has looked: behind the link header stands what l4_off is behind. */
static size_t find_l3(const struct pkt *pkt)
{
	const struct ether_wire *w = (const void *)pkt_cdata(pkt);

	return get16(w->type) == ETH_VLAN ? ETH_HLEN + ETH_VLAN_LEN : ETH_HLEN;
}

int udp_cut(const struct pkt *pkt, void (*fn)(void *arg, struct pkt *frame),
	    void *arg)
{
	struct cut c = {
		.pkt = pkt,
		.l3 = find_l3(pkt),
		.l4 = (size_t)(pkt->l4_off - pkt->lin_off),
	};
	size_t off = 0, number = 0, all;

	c.headers = c.l4 + UDP_HLEN;
	all = pkt->len - c.headers;
	while (off < all) {
		size_t n = min_size(all - off, pkt->gso_size);
		struct pkt *frame = piece(&c, number++, off, n);

		if (!frame)
			return -ENOMEM;
		fn(arg, frame);
		off += n;
	}
	return 0;
}
