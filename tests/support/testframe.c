// SPDX-License-Identifier: MIT
/*
 * testframe.c - frames made by hand, and taken apart
 */

#include "testframe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "core/netif.h"

#include "testnet.h"

mac_addr test_mac(uint8_t last)
{
	return (mac_addr){{0x02, 0xaa, 0, 0, 0, last}};
}

void frame_ether(struct frame *f, mac_addr dst, mac_addr src, uint16_t type,
		 const void *payload, size_t len)
{
	const struct ether_hdr h = {.dst = dst, .src = src, .type = type};

	assert_true(len <= sizeof(f->b) - ETH_HLEN);
	ether_emit(f->b, &h);
	if (len)
		memcpy(f->b + ETH_HLEN, payload, len);
	f->len = ETH_HLEN + len;
}

void frame_arp(struct frame *f, mac_addr dst, mac_addr src,
	       const struct arp_hdr *hdr)
{
	uint8_t buf[ARP_LEN];

	arp_emit(buf, hdr);
	frame_ether(f, dst, src, ETH_ARP, buf, sizeof(buf));
}

void frame_ip4(struct frame *f, const struct netif *to,
	       const struct ip4_hdr *hdr, const void *payload, size_t len)
{
	const struct ether_hdr eth = {
		.dst = to->mac,
		.src = test_mac(9),
		.type = ETH_IP4,
	};
	struct ip4_hdr h = *hdr;
	size_t hlen = ip4_hdr_len(&h);

	assert_true(hlen + len <= 65535);
	h.total_len = (uint16_t)(hlen + len);
	if (!h.ttl)
		h.ttl = 64;
	ether_emit(f->b, &eth);
	ip4_hdr_emit(f->b + ETH_HLEN, &h);
	if (len)
		memmove(f->b + ETH_HLEN + hlen, payload, len);
	f->len = ETH_HLEN + hlen + len;
}

void frame_mend_ip4(struct frame *f)
{
	struct ip4_wire *w = (void *)(f->b + ETH_HLEN);
	size_t hlen = (size_t)(w->ver_hlen[0] & 15) * 4;

	put16(w->sum, 0);
	put16(w->sum, csum(w, hlen));
}

void frame_icmp4(struct frame *f, const struct netif *to,
		 const struct ip4_hdr *hdr, const struct icmp4_hdr *icmp,
		 const void *payload, size_t len)
{
	static uint8_t buf[65535];
	struct ip4_hdr h = *hdr;

	if (len)
		memmove(buf + ICMP4_HLEN, payload, len);
	icmp4_emit(buf, ICMP4_HLEN + len, icmp);
	h.proto = IP_PROTO_ICMP;
	frame_ip4(f, to, &h, buf, ICMP4_HLEN + len);
}

void frame_udp(struct frame *f, const struct netif *to,
	       const struct ip4_hdr *hdr, uint16_t sport, uint16_t dport,
	       const void *payload, size_t len)
{
	static uint8_t buf[65535];
	struct ip4_hdr h = *hdr;
	uint16_t n = (uint16_t)(UDP_HLEN + len);
	struct udp_hdr u = {.sport = sport, .dport = dport, .len = n};
	uint32_t sum = csum_pseudo4(h.src, h.dst, IP_PROTO_UDP, n);

	udp_emit(buf, &u);
	if (len)
		memmove(buf + UDP_HLEN, payload, len);
	u.sum = udp_sum_to_send(csum_fold(csum_add(sum, buf, n)));
	udp_emit(buf, &u);
	h.proto = IP_PROTO_UDP;
	frame_ip4(f, to, &h, buf, n);
}

void frame_tcp(struct frame *f, const struct netif *to,
	       const struct ip4_hdr *hdr, uint16_t sport, uint16_t dport,
	       uint16_t flags)
{
	struct tcp_hdr t = {
		.sport = sport,
		.dport = dport,
		.flags = flags,
		.win = 1000,
		.len = TCP_HLEN,
	};
	struct ip4_hdr h = *hdr;
	struct tcp_wire w;
	uint32_t sum = csum_pseudo4(h.src, h.dst, IP_PROTO_TCP, TCP_HLEN);

	tcp_emit((uint8_t *)&w, &t);
	put16(w.sum, csum_fold(csum_add(sum, &w, sizeof(w))));
	h.proto = IP_PROTO_TCP;
	frame_ip4(f, to, &h, &w, sizeof(w));
}

void frame_inject(const struct frame *f, struct netif *netif)
{
	testnet_inject(netif, f->b, f->len);
}

size_t frame_take(struct frame *f, struct netif *netif)
{
	f->len = testnet_take(netif, f->b, sizeof(f->b));
	return f->len;
}

static const uint8_t *payload_of(const struct frame *f, uint16_t type)
{
	struct ether_hdr h;

	assert_int_equal(ether_parse(&h, f->b, f->len), ETH_HLEN);
	assert_int_equal(h.type, type);
	return f->b + ETH_HLEN;
}

struct arp_hdr frame_to_arp(const struct frame *f)
{
	struct arp_hdr h;

	assert_int_equal(
		arp_parse(&h, payload_of(f, ETH_ARP), f->len - ETH_HLEN),
		ARP_LEN);
	return h;
}

struct ip4_hdr frame_to_ip4(const struct frame *f)
{
	struct ip4_hdr h;

	assert_true(ip4_hdr_parse(&h, payload_of(f, ETH_IP4),
				  f->len - ETH_HLEN) > 0);
	return h;
}

const uint8_t *frame_l4(const struct frame *f, size_t *len)
{
	struct ip4_hdr h = frame_to_ip4(f);

	*len = (size_t)(h.total_len - h.hlen);
	return f->b + ETH_HLEN + h.hlen;
}

struct icmp4_hdr frame_to_icmp4(const struct frame *f)
{
	struct icmp4_hdr h;
	size_t len;
	const uint8_t *p = frame_l4(f, &len);

	assert_int_equal(frame_to_ip4(f).proto, IP_PROTO_ICMP);
	assert_int_equal(icmp4_parse(&h, p, len), ICMP4_HLEN);
	return h;
}
