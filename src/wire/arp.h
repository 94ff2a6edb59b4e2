/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ARP_H
#define WIRE_ARP_H

/*
 * arp.h - address resolution for IPv4 on Ethernet (RFC 826), and the reverse
 * (RFC 903), which has the same layout under another Ethernet type
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/addr.h"
#include "wire/bad.h"

enum arp_op {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	RARP_REQUEST = 3,
	RARP_REPLY = 4,
};

enum {
	ARP_HTYPE_ETHER = 1,
	ARP_LEN = 28,
};

struct arp_wire {
	uint8_t htype[2];
	uint8_t ptype[2];
	uint8_t hlen[1];
	uint8_t plen[1];
	uint8_t op[2];
	uint8_t sha[6];
	uint8_t spa[4];
	uint8_t tha[6];
	uint8_t tpa[4];
};
static_assert(sizeof(struct arp_wire) == ARP_LEN, "RFC 826");

/**
 * struct arp_hdr - a message, in host order
 * @op:		enum arp_op, or a number that is not there
 * @sha:	Sender's hardware address
 * @spa:	Sender's protocol address
 * @tha:	Target's hardware address: what a request asks for
 * @tpa:	Target's protocol address
 */
struct arp_hdr {
	uint16_t op;
	mac_addr sha;
	ip4_addr spa;
	mac_addr tha;
	ip4_addr tpa;
};

/**
 * arp_parse() - Read a message
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet after the Ethernet header
 * @len:	Octets there, padding included; may be anything
 *
 * Return: ARP_LEN; WIRE_SHORT; WIRE_VERSION if it is not about Ethernet and
 * IPv4; WIRE_HLEN if it says so but the address lengths are others
 */
int arp_parse(struct arp_hdr *hdr, const uint8_t *buf, size_t len);

/**
 * arp_emit() - Write a message
 * @buf:	Room for ARP_LEN octets
 * @hdr:	What to write
 */
void arp_emit(uint8_t *buf, const struct arp_hdr *hdr);

/* "who has 10.1.0.1? tell 10.1.0.10", appended. */
void arp_print(struct strbuf *sb, const struct arp_hdr *hdr);

#endif /* WIRE_ARP_H */
