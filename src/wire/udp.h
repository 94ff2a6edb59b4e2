/* SPDX-License-Identifier: MIT */
#ifndef WIRE_UDP_H
#define WIRE_UDP_H

/*
 * udp.h - the header of UDP (RFC 768) and of UDP-Lite (RFC 3828)
 *
 * They differ in what the third field means: UDP says there how long the
 * datagram is, which IP knows anyway; UDP-Lite, how much of it the checksum
 * covers.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/strbuf.h"

#include "wire/bad.h"

enum { UDP_HLEN = 8 };

struct udp_wire {
	uint8_t sport[2];
	uint8_t dport[2];
	uint8_t len[2];
	uint8_t sum[2];
};
static_assert(sizeof(struct udp_wire) == UDP_HLEN, "RFC 768");

/**
 * struct udp_hdr - the header, in host order
 * @sport:	Source port; 0 if no reply is wanted
 * @dport:	Destination port
 * @len:	Octets of header and data; UDP-Lite: that the checksum covers, 0: all
 * @sum:	Checksum as received; 0 means that there is none
 */
struct udp_hdr {
	uint16_t sport, dport;
	uint16_t len;
	uint16_t sum;
};

/**
 * udp_parse() - Read a header
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet of the datagram
 * @len:	Octets of the packet's payload; may be anything
 *
 * On success 8 <= @hdr->len <= @len.  Does not verify the checksum, which
 * covers addresses too: csum_pseudo().
 *
 * Return: UDP_HLEN, WIRE_SHORT, or WIRE_LEN
 */
static inline int udp_parse(struct udp_hdr *hdr, const uint8_t *buf, size_t len)
{
	const struct udp_wire *w = (const void *)buf;
	uint16_t said;

	if (len < sizeof(*w))
		return WIRE_SHORT;
	said = get16(w->len);
	if (said < sizeof(*w) || said > len)
		return WIRE_LEN;
	*hdr = (struct udp_hdr){
		.sport = get16(w->sport),
		.dport = get16(w->dport),
		.len = said,
		.sum = get16(w->sum),
	};
	return UDP_HLEN;
}

/**
 * udplite_parse() - Read a header of UDP-Lite
 *
 * On success @hdr->len is how many octets the checksum covers: 8 <= @hdr->len
 * <= @len.  A checksum of 0, which would be none, is WIRE_CSUM (RFC 3828, 3.1).
 *
 * Return: UDP_HLEN, WIRE_SHORT, WIRE_LEN (it covers less than the header, or
 * more than there is), or WIRE_CSUM
 */
int udplite_parse(struct udp_hdr *hdr, const uint8_t *buf, size_t len);

/**
 * udp_emit() - Write a header
 * @buf:	Room for UDP_HLEN octets
 * @hdr:	What to write, @hdr->sum included
 */
void udp_emit(uint8_t *buf, const struct udp_hdr *hdr);

/* The checksum to send: a sum that happens to be 0 goes as 0xffff. */
static inline uint16_t udp_sum_to_send(uint16_t folded)
{
	return folded ? folded : 0xffff;
}

/* "49152 > 53 len 40", appended. */
void udp_print(struct strbuf *sb, const struct udp_hdr *hdr);

#endif /* WIRE_UDP_H */
