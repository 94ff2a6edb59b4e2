/* SPDX-License-Identifier: MIT */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

/*
 * tcp.h - TCP segment header, as bytes and as values
 *
 * Two views of the same thing:
 *
 *   struct tcp_wire   the twenty octets, in the order of RFC 9293, 3.1
 *   struct tcp_hdr    the meaning, in host order
 *
 * Everything above wire/ sees only struct tcp_hdr.  Options are in tcp_opt.h.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/bad.h"
#include "wire/seq.h"

enum {
	TCP_HLEN = 20,
	TCP_HLEN_MAX = 60,
	TCP_OPTS_MAX = TCP_HLEN_MAX - TCP_HLEN,
	TCP_MSS_DEFAULT = 536,	 /* RFC 9293, 3.7.1, IPv4 */
	TCP_MSS_DEFAULT6 = 1220, /* IPv6 */
	TCP_WSCALE_MAX = 14,	 /* RFC 7323, 2.3 */
};

struct tcp_wire {
	uint8_t sport[2];
	uint8_t dport[2];
	uint8_t seq[4];
	uint8_t ack[4];
	uint8_t off
		[1]; /* header length in words, high nibble; AE, lowest bit */
	uint8_t flags[1];
	uint8_t win[2];
	uint8_t sum[2];
	uint8_t urp[2];
};
static_assert(sizeof(struct tcp_wire) == TCP_HLEN, "RFC 9293, 3.1");
static_assert(_Alignof(struct tcp_wire) == 1, "may sit at any offset");

enum tcp_flag {
	TCP_FIN = 0x001,
	TCP_SYN = 0x002,
	TCP_RST = 0x004,
	TCP_PSH = 0x008,
	TCP_ACK = 0x010,
	TCP_URG = 0x020,
	TCP_ECE = 0x040, /* RFC 3168 */
	TCP_CWR = 0x080,
	TCP_AE = 0x100, /* accurate ECN, once NS */
};

/**
 * struct tcp_hdr - the header, in host order
 * @sport:	Source port
 * @dport:	Destination port
 * @seq:	Sequence number of the first octet, or of SYN
 * @ack:	Next sequence number expected, if ACK is set
 * @flags:	Set of enum tcp_flag
 * @win:	Window as received, not yet scaled
 * @sum:	Checksum as received; not written by tcp_emit()
 * @urp:	Urgent pointer
 * @len:	Header length in octets, options included
 */
struct tcp_hdr {
	uint16_t sport, dport;
	seq32 seq, ack;
	uint16_t flags;
	uint16_t win;
	uint16_t sum;
	uint16_t urp;
	uint8_t len;
};

/* Sequence numbers that the flags take: SYN and FIN count one each. */
static inline uint32_t tcp_flags_len(uint16_t flags)
{
	return !!(flags & TCP_SYN) + (uint32_t) !!(flags & TCP_FIN);
}

/**
 * tcp_parse() - Read a TCP header
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet of the segment
 * @len:	Octets available at @buf, may be anything
 *
 * Trusts nothing: any @len octets at @buf are safe to pass.  Does not verify
 * the checksum, which covers addresses too: csum_pseudo().
 *
 * Return: header length in octets, WIRE_SHORT, or WIRE_HLEN
 */
int tcp_parse(struct tcp_hdr *hdr, const uint8_t *buf, size_t len);

/**
 * tcp_emit() - Write a TCP header with a zero checksum
 * @buf:	Room for at least @hdr->len octets; options are zeroed
 * @hdr:	What to write; must be a header that tcp_parse() could return
 */
void tcp_emit(uint8_t *buf, const struct tcp_hdr *hdr);

/**
 * tcp_flags_print() - Names of flags, "SYN,ACK"; nothing for none
 * @sb:		Appended to
 * @flags:	Set of enum tcp_flag
 */
void tcp_flags_print(struct strbuf *sb, uint16_t flags);

/* "49152 > 80 SYN,ACK seq=1 ack=2 win=3", appended. */
void tcp_print(struct strbuf *sb, const struct tcp_hdr *hdr);

#endif /* WIRE_TCP_H */
