/* SPDX-License-Identifier: MIT */
#ifndef WIRE_IP4_H
#define WIRE_IP4_H

/*
 * ip4.h - the header of IPv4 (RFC 791, 3.1)
 *
 * ip4_parse() and ip4_print() are about the text of an address and live in
 * addr.h; those of the header are ip4_hdr_parse() and ip4_hdr_print().
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/addr.h"
#include "wire/bad.h"
#include "wire/proto.h"

enum {
	IP4_HLEN = 20,
	IP4_HLEN_MAX = 60,
	IP4_OPTS_MAX = IP4_HLEN_MAX - IP4_HLEN,
	IP4_LEN_MAX = 65535,
	IP4_MTU_MIN = 68,	  /* RFC 791, 3.2: every link carries this */
	IP4_REASSEMBLY_MIN = 576, /* ... and every host reassembles this */
	IP4_TTL_DEFAULT = 64,
};

/* The three bits in front of the fragment offset. */
enum ip4_flag {
	IP4_MF = 1, /* more fragments follow */
	IP4_DF = 2, /* do not fragment */
	IP4_RF = 4, /* reserved, zero */
};

/* The lower two bits of the type of service (RFC 3168, 5). */
enum ip_ecn {
	IP_ECN_NOT_ECT = 0,
	IP_ECN_ECT1 = 1,
	IP_ECN_ECT0 = 2,
	IP_ECN_CE = 3,
	IP_ECN_MASK = 3,
};

struct ip4_wire {
	uint8_t ver_hlen[1];
	uint8_t tos[1];
	uint8_t total_len[2];
	uint8_t id[2];
	uint8_t frag[2];
	uint8_t ttl[1];
	uint8_t proto[1];
	uint8_t sum[2];
	uint8_t src[4];
	uint8_t dst[4];
};
static_assert(sizeof(struct ip4_wire) == IP4_HLEN, "RFC 791, 3.1");

/**
 * struct ip4_hdr - the header, in host order
 * @src:	Source
 * @dst:	Destination
 * @proto:	What is inside, enum ip_proto_number
 * @ttl:	Hops left
 * @tos:	Traffic class; its lower two bits are enum ip_ecn
 * @flags:	Set of enum ip4_flag
 * @id:		Fragments of one packet have the same
 * @frag_off:	Where this fragment's data belongs, in octets, multiple of 8
 * @total_len:	Octets of header and data
 * @hlen:	Octets of the header, options included
 * @opts:	Options, inside the buffer that was parsed; NULL if none
 * @opts_len:	Octets of them, 0 ... 40
 */
struct ip4_hdr {
	ip4_addr src, dst;
	uint8_t proto;
	uint8_t ttl;
	uint8_t tos;
	uint8_t flags;
	uint16_t id;
	uint16_t frag_off;
	uint16_t total_len;
	uint8_t hlen;
	uint8_t opts_len;
	const uint8_t *opts;
};

static inline bool ip4_is_fragment(const struct ip4_hdr *hdr)
{
	return hdr->frag_off || hdr->flags & IP4_MF;
}

/**
 * ip4_hdr_parse() - Read and verify a header
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet of the packet
 * @len:	Octets there, link padding included; may be anything
 *
 * On success @hdr->hlen <= @hdr->total_len <= @len; what lies behind
 * total_len is padding.  The options are not looked at: ip4_opts_parse().
 *
 * Return: header length in octets; WIRE_SHORT, WIRE_VERSION, WIRE_HLEN,
 * WIRE_LEN, WIRE_CSUM, tested in this order; WIRE_FIELD for a fragment that
 * would end beyond 65535
 */
int ip4_hdr_parse(struct ip4_hdr *hdr, const uint8_t *buf, size_t len);

/**
 * ip4_hdr_parse_quoted() - Read the header that an ICMP error quotes
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet of the quoted packet
 * @len:	Octets there, usually fewer than the packet had
 *
 * Looks neither at the checksum nor whether total_len octets are there:
 * routers change some fields, and quote little (RFC 1812, 4.3.2.3).
 *
 * Return: header length; WIRE_SHORT, WIRE_VERSION, WIRE_HLEN
 */
int ip4_hdr_parse_quoted(struct ip4_hdr *hdr, const uint8_t *buf, size_t len);

/**
 * ip4_hdr_len() - Octets that ip4_hdr_emit() writes
 * @hdr:	Only @hdr->opts_len is looked at
 *
 * Return: 20 ... 60, options rounded up to a multiple of four
 */
size_t ip4_hdr_len(const struct ip4_hdr *hdr);

/**
 * ip4_hdr_emit() - Write a header with its checksum
 * @buf:	Room for ip4_hdr_len() octets
 * @hdr:	What to write; @hdr->hlen is computed from @hdr->opts_len, options
 *		are copied and padded with zeroes; @hdr->frag_off must be a
 *		multiple of 8
 */
void ip4_hdr_emit(uint8_t *buf, const struct ip4_hdr *hdr);

/*
 * Change one field of a header in place and its checksum with it (RFC 1624).
 * @buf is a header that ip4_hdr_parse() accepted.
 */
void ip4_patch_ttl(uint8_t *buf, uint8_t ttl);
void ip4_patch_tos(uint8_t *buf, uint8_t tos);
void ip4_patch_id(uint8_t *buf, uint16_t id);
void ip4_patch_src(uint8_t *buf, ip4_addr src);
void ip4_patch_dst(uint8_t *buf, ip4_addr dst);

/* "10.1.0.10 > 10.9.0.80 tcp ttl 64 len 60", appended. */
void ip4_hdr_print(struct strbuf *sb, const struct ip4_hdr *hdr);

#endif /* WIRE_IP4_H */
