/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TESTFRAME_H
#define TESTS_TESTFRAME_H

/*
 * testframe.h - frames made by hand, and taken apart
 *
 * A struct frame is octets on the wire.  Makers fill in everything, right
 * checksums included; a test then spoils what it wants to spoil.
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/arp.h"
#include "wire/ether.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"

struct netif;

struct frame {
	uint8_t b[ETH_HLEN + 65535];
	size_t len;
};

/* Any payload behind an Ethernet header. */
void frame_ether(struct frame *f, mac_addr dst, mac_addr src, uint16_t type,
		 const void *payload, size_t len);

void frame_arp(struct frame *f, mac_addr dst, mac_addr src,
	       const struct arp_hdr *hdr);

/* An IPv4 packet to the interface @to; hdr->total_len is computed. */
void frame_ip4(struct frame *f, const struct netif *to,
	       const struct ip4_hdr *hdr, const void *payload, size_t len);

/* After a change: IP header checksum of the frame again. */
void frame_mend_ip4(struct frame *f);

/* An ICMP message in an IPv4 packet; @payload is what follows 8 octets. */
void frame_icmp4(struct frame *f, const struct netif *to,
		 const struct ip4_hdr *hdr, const struct icmp4_hdr *icmp,
		 const void *payload, size_t len);

/* A UDP datagram with checksum. */
void frame_udp(struct frame *f, const struct netif *to,
	       const struct ip4_hdr *hdr, uint16_t sport, uint16_t dport,
	       const void *payload, size_t len);

/* A bare TCP header with checksum. */
void frame_tcp(struct frame *f, const struct netif *to,
	       const struct ip4_hdr *hdr, uint16_t sport, uint16_t dport,
	       uint16_t flags);

/* Play it to an interface. */
void frame_inject(const struct frame *f, struct netif *netif);

/* Next frame that left an interface without wire; 0: none. */
size_t frame_take(struct frame *f, struct netif *netif);

/* Parse what frame_take() got; fails the test if it is something else. */
struct arp_hdr frame_to_arp(const struct frame *f);
struct ip4_hdr frame_to_ip4(const struct frame *f);
struct icmp4_hdr frame_to_icmp4(const struct frame *f);
const uint8_t *frame_l4(const struct frame *f, size_t *len);

mac_addr test_mac(uint8_t last);

#endif /* TESTS_TESTFRAME_H */
