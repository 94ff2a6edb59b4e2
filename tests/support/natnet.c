// SPDX-License-Identifier: MIT
/* natnet.c - a home router, and packets through it */

#include "natnet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/tcp.h"

#include "ip/ip.h"
#include "ip/nat.h"
#include "link/arp.h"

struct frame natnet_frame;
uint8_t natnet_payload[4000];

ip4_addr natnet_inside(uint8_t n)
{
	return ip4_make(10, 1, 0, n);
}

ip4_addr natnet_server(uint8_t n)
{
	return ip4_make(198, 51, 100, n);
}

const uint8_t natnet_us[4] = {192, 0, 2, 1};

/* Neighbours that have spoken just now. */
void natnet_meet(struct testnet *net)
{
	struct stack *r = testnet_host(net, 0);
	uint8_t i;

	for (i = 2; i < 50; i++)
		arp_add(r, testnet_netif(net, 0, 0), natnet_inside(i),
			test_mac(i));
	arp_add(r, testnet_netif(net, 0, 1), ip4_make(192, 0, 2, 254),
		test_mac(254));
}

/* Let time pass, of which ARP takes no notice. */
void natnet_pass(struct testnet *net, uint64_t seconds)
{
	testnet_run_ms(net, seconds * 1000);
	natnet_meet(net);
}

int natnet_setup(void **state)
{
	const struct inet_config cfg = {
		.is_router = true,
		.has_no_transport = true,
	};
	const struct ip4_net all = {IP4_ANY, 0};
	const struct ip4_net home = {ip4_make(10, 1, 0, 0), 24};
	struct testnet *net = testnet_new_empty();
	struct netif *out;
	struct stack *r;
	uint8_t i;

	testnet_add_host(net, &cfg);
	r = testnet_host(net, 0);
	testnet_add_port(net, 0, "10.1.0.1/24");
	out = testnet_add_port(net, 0, "192.0.2.1/24");
	natnet_meet(net);
	ip_route_add(r, all, ip4_make(192, 0, 2, 254), NULL, 0);
	assert_int_equal(nat_enable(r, out, &home, 1), 0);
	assert_int_equal(nat_enable(r, out, &home, 1), -EEXIST);
	for (i = 0; i < 200; i++)
		natnet_payload[i] = (uint8_t)(i * 3);
	*state = net;
	return 0;
}

struct netif *natnet_in(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

struct netif *natnet_out(struct testnet *net)
{
	return testnet_netif(net, 0, 1);
}

struct ip4_hdr natnet_ip(ip4_addr src, ip4_addr dst)
{
	return (struct ip4_hdr){.src = src, .dst = dst, .ttl = 64};
}

/* The transport checksum of the frame in @f is right. */
void natnet_assert_sum(void)
{
	struct ip4_hdr h = frame_to_ip4(&natnet_frame);
	size_t len;
	const uint8_t *p = frame_l4(&natnet_frame, &len);
	uint32_t sum = 0;

	if (h.proto != IP_PROTO_ICMP)
		sum = csum_pseudo4(h.src, h.dst, h.proto, (uint32_t)len);
	assert_int_equal(csum_fold(csum_add(sum, p, len)), 0);
}

/* A datagram from inside; what comes out is in @f, its source port is
 * returned, 0 if nothing comes. */
uint16_t natnet_udp_out(struct testnet *net, uint8_t host, uint16_t sport,
			ip4_addr to, uint16_t dport)
{
	struct ip4_hdr h = natnet_ip(natnet_inside(host), to);
	size_t len;

	frame_udp(&natnet_frame, natnet_in(net), &h, sport, dport,
		  natnet_payload, 100);
	frame_inject(&natnet_frame, natnet_in(net));
	if (!frame_take(&natnet_frame, natnet_out(net)))
		return 0;
	natnet_assert_sum();
	h = frame_to_ip4(&natnet_frame);
	assert_memory_equal((&(uint32_t){h.src.v}),
			    (&(uint32_t){get32(natnet_us)}), 4);
	assert_int_equal(h.dst.v, to.v);
	return get16(frame_l4(&natnet_frame, &len));
}

/* A datagram to the outside address; true if it got in, and is in @f. */
bool natnet_udp_in(struct testnet *net, ip4_addr from, uint16_t sport,
		   uint16_t dport)
{
	struct ip4_hdr h = natnet_ip(from, get_ip4(natnet_us));

	frame_udp(&natnet_frame, natnet_out(net), &h, sport, dport,
		  natnet_payload, 50);
	frame_inject(&natnet_frame, natnet_out(net));
	if (!frame_take(&natnet_frame, natnet_in(net)))
		return false;
	natnet_assert_sum();
	return true;
}

uint16_t natnet_tcp_out(struct testnet *net, uint8_t host, uint16_t sport,
			ip4_addr to, uint16_t flags)
{
	struct ip4_hdr h = natnet_ip(natnet_inside(host), to);
	size_t len;

	frame_tcp(&natnet_frame, natnet_in(net), &h, sport, 80, flags);
	frame_inject(&natnet_frame, natnet_in(net));
	if (!frame_take(&natnet_frame, natnet_out(net)))
		return 0;
	natnet_assert_sum();
	return get16(frame_l4(&natnet_frame, &len));
}

bool natnet_tcp_in(struct testnet *net, ip4_addr from, uint16_t dport,
		   uint16_t flags)
{
	struct ip4_hdr h = natnet_ip(from, get_ip4(natnet_us));

	frame_tcp(&natnet_frame, natnet_out(net), &h, 80, dport, flags);
	frame_inject(&natnet_frame, natnet_out(net));
	if (!frame_take(&natnet_frame, natnet_in(net)))
		return false;
	natnet_assert_sum();
	return true;
}
