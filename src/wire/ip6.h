/* SPDX-License-Identifier: MIT */
#ifndef WIRE_IP6_H
#define WIRE_IP6_H

/*
 * ip6.h - the header of IPv6 (RFC 8200, 3)
 *
 * Always forty octets, without a checksum.  What IPv4 has as options follows
 * in extension headers: ip6_ext.h.
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
	IP6_HLEN = 40,
	IP6_PAYLOAD_MAX = 65535,
	IP6_MTU_MIN = 1280,	   /* RFC 8200, 5: every link carries this */
	IP6_REASSEMBLY_MIN = 1500, /* ... and every host reassembles this */
	IP6_HOPS_DEFAULT = 64,
	IP6_FLOW_MASK = 0xfffff,
};

struct ip6_wire {
	uint8_t ver_class_flow[4];
	uint8_t payload_len[2];
	uint8_t next[1];
	uint8_t hops[1];
	uint8_t src[16];
	uint8_t dst[16];
};
static_assert(sizeof(struct ip6_wire) == IP6_HLEN, "RFC 8200, 3");

/**
 * struct ip6_hdr - the header, in host order
 * @src:	Source
 * @dst:	Destination
 * @flow:	Flow label, 20 bits (RFC 6437)
 * @payload_len: Octets behind the header, extension headers included
 * @next:	What follows, enum ip_proto_number
 * @hops:	Hop limit
 * @tclass:	Traffic class; its lower two bits are enum ip_ecn
 */
struct ip6_hdr {
	ip6_addr src, dst;
	uint32_t flow;
	uint16_t payload_len;
	uint8_t next;
	uint8_t hops;
	uint8_t tclass;
};

/* The traffic class of a header of IP6_HLEN octets, read and written in place;
 * there is no checksum to mend. */
uint8_t ip6_tclass(const uint8_t *buf);
void ip6_patch_tclass(uint8_t *buf, uint8_t tclass);

/**
 * ip6_hdr_parse() - Read and verify a header
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet of the packet
 * @len:	Octets there, link padding included; may be anything
 *
 * On success IP6_HLEN + @hdr->payload_len <= @len; the rest is padding.  A
 * payload length of 0 with a hop-by-hop header means a jumbogram (RFC 2675),
 * which we do not speak: WIRE_LEN.
 *
 * Return: IP6_HLEN; WIRE_SHORT, WIRE_VERSION or WIRE_LEN
 */
int ip6_hdr_parse(struct ip6_hdr *hdr, const uint8_t *buf, size_t len);

/* The same for a header that an error quotes: WIRE_SHORT or WIRE_VERSION. */
int ip6_hdr_parse_quoted(struct ip6_hdr *hdr, const uint8_t *buf, size_t len);

/**
 * ip6_hdr_emit() - Write a header
 * @buf:	Room for IP6_HLEN octets
 * @hdr:	What to write; @hdr->flow is cut to 20 bits
 */
void ip6_hdr_emit(uint8_t *buf, const struct ip6_hdr *hdr);

/* "2001:db8::1 > 2001:db8::2 tcp hops 64 len 20", appended. */
void ip6_hdr_print(struct strbuf *sb, const struct ip6_hdr *hdr);

#endif /* WIRE_IP6_H */
