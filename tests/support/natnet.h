/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_NATNET_H
#define SUPPORT_NATNET_H

/*
 * natnet.h - a home router: 10.1.0.0/24 inside, 192.0.2.1 outside
 *
 * Its two interfaces have no wire: packets are injected and taken.  Whoever it
 * talks to is a neighbour that it knows.
 */

#include "testframe.h"
#include "testnet.h"

/* The frame that was made or taken last. */
extern struct frame natnet_frame;
extern uint8_t natnet_payload[4000];
/* 192.0.2.1 */
extern const uint8_t natnet_us[4];

/* *@state is a struct testnet; testnet_teardown() frees it. */
int natnet_setup(void **state);

ip4_addr natnet_inside(uint8_t n); /* 10.1.0.n */
ip4_addr natnet_server(uint8_t n); /* 198.51.100.n */
struct netif *natnet_in(struct testnet *net);
struct netif *natnet_out(struct testnet *net);

/* Neighbours speak.  And time passes, of which ARP takes no notice. */
void natnet_meet(struct testnet *net);
void natnet_pass(struct testnet *net, uint64_t seconds);

struct ip4_hdr natnet_ip(ip4_addr src, ip4_addr dst);

/* The transport checksum of natnet_frame is right. */
void natnet_assert_sum(void);

/* A packet from inside; what comes out is in natnet_frame, its source port is
 * returned, 0 if nothing comes. */
uint16_t natnet_udp_out(struct testnet *net, uint8_t host, uint16_t sport,
			ip4_addr to, uint16_t dport);
uint16_t natnet_tcp_out(struct testnet *net, uint8_t host, uint16_t sport,
			ip4_addr to, uint16_t flags);

/* One to the outside address; true if it got in, and is in natnet_frame.  A
 * segment comes from port 80. */
bool natnet_udp_in(struct testnet *net, ip4_addr from, uint16_t sport,
		   uint16_t dport);
bool natnet_tcp_in(struct testnet *net, ip4_addr from, uint16_t dport,
		   uint16_t flags);

#endif /* SUPPORT_NATNET_H */
