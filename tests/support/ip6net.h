/* SPDX-License-Identifier: MIT */
#ifndef TESTS_IP6NET_H
#define TESTS_IP6NET_H

/*
 * ip6net.h - IPv6 on the stacks of testnet.h, without neighbour discovery
 *	      and MLD
 *
 * Whoever has an address on the other end of a wire is known at once: so the
 * tests of IPv6 see no frames but their own.  Where there is no wire everybody
 * is test_mac(9).
 *
 *	h0 2001:db8:0::1 -- h1 -- h2 -- h3 2001:db8:2::1
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/icmp6.h"
#include "wire/ip6.h"
#include "wire/ip6_ext.h"

#include "ip6/ip6.h"
#include "testframe.h"
#include "testnet.h"

ip6_addr a6(const char *text);
struct ip6_net n6(const char *text);
struct ip_addr i6(const char *text);

/* The stack knows its neighbours, and tells nobody of its groups. */
void ip6net_know(struct testnet *net, int host);

/* An interface with "2001:db8::1/64", preferred at once. */
struct netif *ip6net_port(struct testnet *net, int host, const char *address);
void ip6net_addr(struct testnet *net, struct netif *netif, const char *address);
void ip6net_route(struct testnet *net, int host, const char *prefix,
		  const char *gateway);

/* One host, 2001:db8::2/64, whose interface has no wire. */
struct testnet *ip6net_new(void);
int ip6net_setup(void **state);

/* Two hosts with two routers between; the wires have MTUs of 1500, @mtu, 1500.
 * h0 2001:db8:0::1, h3 2001:db8:2::1. */
struct testnet *ip6net_new_routed(uint32_t mtu);

/* A packet to the interface @to; payload_len and hops (64) are filled in. */
void frame_ip6(struct frame *f, const struct netif *to,
	       const struct ip6_hdr *hdr, const void *payload, size_t len);

/* An ICMPv6 message with checksum; @payload follows eight octets. */
void frame_icmp6(struct frame *f, const struct netif *to,
		 const struct ip6_hdr *hdr, const struct icmp6_hdr *icmp,
		 const void *payload, size_t len);

/* A UDP datagram with checksum. */
void frame_udp6(struct frame *f, const struct netif *to,
		const struct ip6_hdr *hdr, uint16_t sport, uint16_t dport,
		const void *payload, size_t len);

/* Parse what frame_take() got; fails the test if it is something else. */
struct ip6_hdr frame_to_ip6(const struct frame *f);
struct icmp6_hdr frame_to_icmp6(const struct frame *f);

#endif /* TESTS_IP6NET_H */
