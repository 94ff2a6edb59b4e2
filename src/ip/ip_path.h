/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_PATH_H
#define IP_IP_PATH_H

/*
 * ip_path.h - what is known of the way to a destination, all in one place
 *
 * Private to ip/; the theory stands in path.c.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/ether.h"
#include "wire/ip4.h"

struct ip;
struct ip4_hdr;
struct ip_hop;
struct ip_route;
struct ip_send;
struct netif;
struct pkt;
struct stack;

#define PATH_BITS 6
#define PATHS	  (1 << PATH_BITS)

/**
 * struct ip_path - all that is known of the way to a destination; path.c
 * @epoch:	Valid while this is the stack's
 * @until_ns:	... and until then
 * @netif:	Where packets leave
 * @dst:	The destination
 * @asked:	The source as the sender named it, or @asked_family is IP_NONE
 * @src:	The source in the header
 * @home:	Our address where they leave
 * @mtu:	What is known of the path
 * @head:	The header of the frame, and that of IP as far as it is always
 *		the same; the rest is zero
 * @sum:	Of the latter
 * @first:	The first word of the latter, to be filled up
 */
struct ip_path {
	uint64_t epoch, until_ns;
	struct netif *netif;
	ip4_addr dst, asked, src, home;
	uint32_t mtu, first, sum;
	uint8_t asked_family;
	uint8_t head[ETH_HLEN + IP4_HLEN];
};

#define SEEN_BITS 6
#define SEENS	  (1 << SEEN_BITS)

/**
 * struct ip_seen - packets with these addresses are for us; path_in.c
 * @epoch:	Valid while this is the stack's
 * @netif:	Where they come in
 * @home:	Whose address @dst is
 * @src:	From whom, and he is credible there.  Whole addresses, for a struct
 *		that was just put together from pieces cannot be read at once
 *		until the pieces are in the cache
 * @dst:	For whom
 */
struct ip_seen {
	uint64_t epoch;
	const struct netif *netif, *home;
	struct ip_addr src, dst;
};

#define FROM_BITS 4
#define FROMS	  (1 << FROM_BITS)

/**
 * struct ip_from - a source that lives where its packets come from; path_fwd.c
 * @epoch:	Valid while this is the stack's
 * @netif:	Where they come in
 * @src:	The source
 */
struct ip_from {
	uint64_t epoch;
	const struct netif *netif;
	ip4_addr src;
};

#define NEXT_BITS 5
#define NEXTS	  (1 << NEXT_BITS)

/**
 * struct ip_next - a neighbour to whom packets of others go on; path_fwd.c
 * @epoch:	Valid while this is the stack's
 * @until_ns:	... and until then
 * @netif:	Where they leave
 * @addr:	His address
 * @src:	Ours, on that link
 * @link:	The header of the frame
 */
struct ip_next {
	uint64_t epoch, until_ns;
	const struct netif *netif;
	ip4_addr addr, src;
	uint8_t link[ETH_HLEN];
};

/* What ip_input() has read of a header that is right. */
struct ip_head {
	ip4_addr src, dst;
	uint32_t len; /* of the packet with its header */
};

/* ip_output(), all steps one after the other. */
int ip_output_far(struct stack *stack, struct pkt *pkt,
		  const struct ip_send *how);
/* A large segment whose pieces fit in @mtu has gone, in pieces, and @err is
 * what they met with; or false, and nothing has happened.  Takes @pkt. */
bool path_cut(struct stack *stack, struct pkt *pkt, const struct ip_send *how,
	      uint32_t mtu, int *err);
/* A packet has left, by @hop and with @src, as all such will. */
void path_learn(struct ip *ip, const struct ip_send *how,
		const struct ip_hop *hop, ip4_addr src);

/* Our address on the way to a destination; zero: no path leads there. */
ip4_addr path_home(struct ip *ip, ip4_addr dst);

/* What fits on the way to a destination; zero: no path leads there. */
uint32_t path_mtu(struct ip *ip, ip4_addr dst);

/* ip_input(), all steps one after the other. */
void ip_input_far(struct stack *stack, struct pkt *pkt);
/* A packet with such a header is for us, by the route @r. */
void path_input_learn(struct ip *ip, const struct pkt *pkt,
		      const struct ip4_hdr *h, const struct ip_route *r);

/* At a router: a packet for somebody else goes on, and any other to path_keep(),
 * who asks whether it is for us.  Takes @pkt, which is in a frame for us alone,
 * and a right header without options at the front; @len: with that.  (Not a
 * struct ip_head: what has just been written in pieces is slow to read as a
 * whole.) */
void path_forward(struct ip *ip, struct pkt *pkt, ip4_addr src, ip4_addr dst,
		  uint32_t len);
void path_keep(struct ip *ip, struct pkt *pkt, ip4_addr src, ip4_addr dst,
	       uint32_t len);
/* One goes on now, by @hop. */
void path_forward_learn(struct ip *ip, const struct ip_hop *hop);

/* Is a link one whose header can be written once and copied then?  Frames of
 * Ethernet without a tag. */
bool path_is_plain(const struct netif *netif);

#endif /* IP_IP_PATH_H */
