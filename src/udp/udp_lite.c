// SPDX-License-Identifier: MIT
/*
 * udp_lite.c - what is different about UDP-Lite (RFC 3828)
 *
 * Theory of operation
 * ===================
 * A picture or a second of sound with one wrong bit in it is worth more than
 * none.  So the sender of UDP-Lite says which part of a datagram must be right,
 * from the first octet of its header on:
 *
 *	0                 8              covers                      end
 *	| header          | what matters   | what may be damaged       |
 *	|<---------- checksum ------------>|
 *
 * The number stands where UDP has a length that IP knows anyway.  The header
 * itself is always covered, and there is no going without a checksum.  The
 * pseudo-header has the length of the whole, as IP says it (RFC 3828, 3.2): an
 * octet that was lost on the way is never harmless.
 *
 * Ports, queues and errors are UDP's, but the ports are other ones: no socket
 * of UDP hears a datagram of UDP-Lite, whose damage it would not expect.
 *
 * Limits
 * ------
 * It only pays where links deliver damaged frames; Ethernet drops them.
 * Checksums are added here, no card does it.
 */

#include "base/check.h"

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/udp.h"

#include "core/pkt.h"

#include "udp/udp_int.h"

enum drop udp_lite_check(struct pkt *pkt, const struct ip_meta *meta,
			 struct udp_hdr *h)
{
	const uint8_t *p = pkt_need(pkt, UDP_HLEN);
	int err = p ? udplite_parse(h, p, pkt->len) : WIRE_SHORT;
	uint32_t sum;

	if (err == WIRE_SHORT)
		return DROP_udplite_short;
	if (err == WIRE_LEN)
		return DROP_udplite_cover;
	if (err < 0)
		return DROP_udplite_csum;
	if (!h->dport)
		return DROP_udp_zero_port;
	sum = csum_pseudo(meta->src, meta->dst, IP_PROTO_UDPLITE,
			  (uint32_t)pkt->len);
	sum = csum_combine(sum, pkt_csum(pkt, 0, h->len));
	return csum_fold(sum) ? DROP_udplite_csum : DROP_COUNT;
}

void udp_lite_finish(const struct udp_sock *u, struct pkt *pkt,
		     struct udp_hdr *h, const struct endpoint *src,
		     const struct endpoint *to)
{
	uint8_t *p = pkt_data(pkt);
	uint32_t sum;

	if (u->covers && u->covers < h->len)
		h->len = u->covers;
	h->sum = 0;
	udp_emit(p, h);
	sum = csum_pseudo(src->addr, to->addr, IP_PROTO_UDPLITE,
			  (uint32_t)pkt->len);
	sum = csum_combine(sum, pkt_csum(pkt, 0, h->len));
	h->sum = udp_sum_to_send(csum_fold(sum));
	udp_emit(p, h);
}

bool udp_lite_suits(const struct udp_sock *u, const struct udp_dgram *what)
{
	return !u->is_choosy || !what->covers ||
	       (u->wants && what->covers >= u->wants);
}

/* Less than the header cannot be, and more than there can be is all. */
static uint16_t bounded(unsigned int octets)
{
	if (!octets)
		return 0;
	return (uint16_t)min_size(max_size(octets, UDP_HLEN), UINT16_MAX);
}

void udp_set_covers(struct udp_sock *u, unsigned int octets)
{
	u->covers = bounded(octets);
}

void udp_set_wants_covered(struct udp_sock *u, unsigned int octets)
{
	u->wants = bounded(octets);
	u->is_choosy = true;
}

bool udp_is_lite(const struct udp_sock *u)
{
	return u->kind == UDP_LITE;
}
