/* SPDX-License-Identifier: MIT */
#ifndef IP6_IP6_PATH_H
#define IP6_IP6_PATH_H

/*
 * ip6_path.h - what is known of the way to a destination, all in one place
 *
 * Private to ip6/; the theory stands in path6.c.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/ether.h"

struct ip6;
struct ip6_hdr;
struct ip6_hop;
struct ip6_route;
struct ip_send;
struct netif;
struct pkt;

#define PATH6_BITS 5
#define PATHS6	   (1 << PATH6_BITS)

/**
 * struct ip6_path - how packets from @src to @dst leave
 * @epoch:	Valid while this is the stack's
 * @until_ns:	... and until then
 * @netif:	Where they leave
 * @mtu:	What is known of the path
 * @ports:	Of the conversation whose flow label is @flow, and its @proto
 * @has_flow:	There is one
 * @hops:	Hop limit where the sender says nothing
 * @link:	The header of the frame
 */
struct ip6_path {
	uint64_t epoch, until_ns;
	struct netif *netif;
	ip6_addr dst, src;
	uint32_t mtu;
	uint32_t ports, flow;
	uint8_t proto, hops;
	bool has_flow;
	uint8_t link[ETH_HLEN];
};

/**
 * struct ip6_seen - packets with these addresses are for us
 * @epoch:	Valid while this is the stack's
 * @netif:	Where they come in
 * @home:	Whose address @dst is
 */
struct ip6_seen {
	uint64_t epoch;
	const struct netif *netif, *home;
	ip6_addr src, dst;
};

/* The packet has gone its way, and @err is what it met with; or false, and
 * nothing has happened. */
bool ip6_path_output(struct ip6 *ip6, struct pkt *pkt,
		     const struct ip_send *how, int *err);
/* A packet has left by @hop, as all such will. */
void ip6_path_learn(struct ip6 *ip6, const struct ip_send *how,
		    const struct ip6_hop *hop);

/* A packet that has arrived is at its transport; or false, and nothing has
 * happened. */
bool ip6_path_input(struct ip6 *ip6, struct pkt *pkt);
/* A packet with such a header is for us, by the route @r. */
void ip6_path_input_learn(struct ip6 *ip6, const struct pkt *pkt,
			  const struct ip6_hdr *h, const struct ip6_route *r);

#endif /* IP6_IP6_PATH_H */
