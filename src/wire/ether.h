/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ETHER_H
#define WIRE_ETHER_H

/*
 * ether.h - Ethernet frames
 *
 *	preamble  start  | destination source type  payload  pad | FCS | gap
 *	    7       1    |      6         6     2   46 ... 1500  |  4  |  12
 *	                 |<---------- what software sees ------->|
 *
 * Software sees the part between the bars.  The rest takes time on the wire
 * all the same, and cables count it.
 *
 * The two octets after the source are a type if they are at least 0x600, and
 * a length if they are at most 1500 (IEEE 802.3, 3.2.6); an 802.1Q tag sits in
 * front of them and has the shape of a type.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/addr.h"
#include "wire/bad.h"

enum ether_type {
	ETH_IP4 = 0x0800,
	ETH_ARP = 0x0806,
	ETH_RARP = 0x8035,
	ETH_VLAN = 0x8100,
	ETH_IP6 = 0x86dd,
	ETH_PPPOE_DISCOVERY = 0x8863,
	ETH_PPPOE_SESSION = 0x8864,
	ETH_QINQ = 0x88a8,
};

enum {
	ETH_HLEN = 14,
	ETH_VLAN_LEN = 4,
	ETH_MTU = 1500,
	ETH_FRAME_MIN = 60, /* without FCS */
	ETH_PAYLOAD_MIN = ETH_FRAME_MIN - ETH_HLEN,
	ETH_LENGTH_MAX = 1500, /* type fields up to here are lengths */
	ETH_TYPE_MIN = 0x600,

	/* On the wire, around the frame, in octets. */
	ETH_PREAMBLE_LEN = 8, /* start delimiter included */
	ETH_FCS_LEN = 4,
	ETH_GAP_LEN = 12,
};

struct ether_wire {
	uint8_t dst[6];
	uint8_t src[6];
	uint8_t type[2];
};
static_assert(sizeof(struct ether_wire) == ETH_HLEN, "IEEE 802.3, 3.1.1");

/**
 * struct ether_hdr - the header of a frame, in host order
 * @dst:	Destination
 * @src:	Source
 * @type:	What the payload is, behind the tag if there is one; 0 when
 *		the frame has a length instead (802.3)
 * @length:	That length, else 0
 * @has_vlan:	There is an 802.1Q tag
 * @tci:	Its priority (3 bits), drop eligibility (1), VLAN (12)
 * @len:	Octets of the header: 14, or 18 with a tag
 */
struct ether_hdr {
	mac_addr dst, src;
	uint16_t type;
	uint16_t length;
	bool has_vlan;
	uint16_t tci;
	uint8_t len;
};

static inline uint16_t ether_vlan_id(const struct ether_hdr *hdr)
{
	return hdr->tci & 0xfff;
}

/**
 * ether_parse() - Read the header of a frame
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet of the frame
 * @len:	Octets of it, without FCS; may be anything
 *
 * One tag is understood; a second one appears as the type.
 *
 * Return: header length in octets (14 or 18); WIRE_SHORT; WIRE_FIELD if the
 * type is neither type nor length (1501 ... 1535); WIRE_LEN if the length is
 * greater than what follows
 */
int ether_parse(struct ether_hdr *hdr, const uint8_t *buf, size_t len);

/**
 * ether_len() - Octets that ether_emit() writes
 * @hdr:	Only @hdr->has_vlan is looked at
 *
 * Return: 14 or 18
 */
size_t ether_len(const struct ether_hdr *hdr);

/**
 * ether_emit() - Write the header of a frame
 * @buf:	Room for ether_len() octets
 * @hdr:	What to write; @hdr->len is not looked at
 */
void ether_emit(uint8_t *buf, const struct ether_hdr *hdr);

/* "02:..:01 > ff:..:ff arp", appended. */
void ether_print(struct strbuf *sb, const struct ether_hdr *hdr);

/* "ipv4", "arp", ...; NULL for a type without a name. */
const char *ether_type_name(uint16_t type);

/* Octet times a frame of @len octets (without FCS) occupies the wire. */
static inline size_t ether_wire_len(size_t len)
{
	return (len < ETH_FRAME_MIN ? ETH_FRAME_MIN : len) + ETH_PREAMBLE_LEN +
	       ETH_FCS_LEN + ETH_GAP_LEN;
}

#endif /* WIRE_ETHER_H */
