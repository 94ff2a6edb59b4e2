// SPDX-License-Identifier: MIT
/*
 * uplink_flow.c - which frame of ours does a frame from outside answer?
 *
 * Theory of operation
 * ===================
 * Inside a world every frame has a cause, and the chain leads back to what a
 * person did.  A kernel does not tell why it sends.  But most of what it sends
 * answers something: so the last frame that left in the same conversation is
 * taken for the cause of one that comes.  A conversation is known by what both
 * directions have in common, whoever is the source: the two ends, and the
 * protocol.
 *
 *	ARP		the two IP addresses
 *	TCP, UDP	addresses and ports
 *	ICMP echo	addresses and identifier
 *	other IP	addresses and protocol
 *
 * Limits
 * ------
 * It is a guess, and right as long as the outside speaks when spoken to.  A
 * conversation forgets another one that has the same slot.  Only IPv4.
 */

#include "vnet/uplink_flow.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/hash.h"

#include "wire/arp.h"
#include "wire/ether.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/proto.h"

#include "core/pkt.h"

enum { LOOK = ETH_HLEN + ETH_VLAN_LEN + IP4_HLEN_MAX + 8 };

/* What is known of a frame: its ends in either order, and between what. */
static uint32_t flow_hash(uint64_t a, uint64_t b, uint32_t kind)
{
	static const struct hash_key key; /* no secret: a clash only confuses */
	const uint64_t what[] = {min_u64(a, b), max_u64(a, b), kind};
	uint32_t h = (uint32_t)siphash13(&key, what, sizeof(what));

	return h ? h : 1;
}

static uint64_t end_of(ip4_addr addr, uint16_t port)
{
	return (uint64_t)addr.v << 16 | port;
}

static uint32_t hash_arp(const uint8_t *p, size_t len)
{
	struct arp_hdr arp;

	if (arp_parse(&arp, p, len) < 0)
		return 0;
	return flow_hash(arp.spa.v, arp.tpa.v, ETH_ARP);
}

static uint32_t hash_ip4(const uint8_t *p, size_t len)
{
	struct ip4_hdr ip;
	const uint8_t *l4;
	uint16_t from = 0, to = 0;

	if (ip4_hdr_parse_quoted(&ip, p, len) < 0)
		return 0;
	l4 = p + ip.hlen;
	if (len < ip.hlen + 8U || ip4_is_fragment(&ip)) {
		ip.proto = 0; /* no ports to be seen */
	} else if (ip.proto == IP_PROTO_TCP || ip.proto == IP_PROTO_UDP) {
		from = get16(l4);
		to = get16(l4 + 2);
	} else if (ip.proto == IP_PROTO_ICMP) {
		from = to = get16(l4 + 4);
	}
	return flow_hash(end_of(ip.src, from), end_of(ip.dst, to), ip.proto);
}

/* 0: nothing that has two ends.  A VLAN tag is looked behind. */
static uint32_t hash_of(const struct pkt *pkt)
{
	size_t len = min_size(pkt->len, LOOK);
	uint8_t buf[LOOK];
	struct ether_hdr eth;

	pkt_copy_out(pkt, 0, buf, len);
	if (ether_parse(&eth, buf, len) < 0)
		return 0;
	if (eth.type == ETH_ARP)
		return hash_arp(buf + eth.len, len - eth.len);
	if (eth.type == ETH_IP4)
		return hash_ip4(buf + eth.len, len - eth.len);
	return 0;
}

void uplink_flow_out(struct uplink_flows *flows, const struct pkt *pkt)
{
	uint32_t h = pkt->cause ? hash_of(pkt) : 0;

	if (!h)
		return;
	flows->slot[h % UPLINK_FLOWS].hash = h;
	flows->slot[h % UPLINK_FLOWS].cause = pkt->cause;
}

uint32_t uplink_flow_in(const struct uplink_flows *flows, const struct pkt *pkt)
{
	uint32_t h = hash_of(pkt);

	if (!h || flows->slot[h % UPLINK_FLOWS].hash != h)
		return 0;
	return flows->slot[h % UPLINK_FLOWS].cause;
}
