/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_SHARED_H
#define IP_IP_SHARED_H

/*
 * ip_shared.h - machinery that both versions of IP use
 *
 *	pmtu.c		path MTUs			reass.c	  reassembly
 *	gso.c		cutting large segments		icmp_err.c rate limits
 *	ways.c		which of several ways
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "core/drop.h"

struct pkt;
struct stack;

/*
 * Path MTUs.
 */

/* Path MTU to @dst, 0 if nothing is known.  @is_floor: it is lower than what
 * we believe, so packets must be allowed to be fragmented on the way. */
uint32_t pmtu_get(const struct stack *stack, struct ip_addr dst,
		  bool *is_floor);
/* What an error claims, brought within bounds; 0 if it is no news. */
uint32_t pmtu_judge(struct stack *stack, struct ip_addr dst, uint32_t claimed,
		    uint32_t pkt_len);
void pmtu_lower(struct stack *stack, struct ip_addr dst, uint32_t claimed,
		uint32_t mtu);

/*
 * Reassembly.
 */

/**
 * struct reass_piece - a fragment
 * @src:	These four say which datagram it belongs to; IPv6 has no @proto
 * @dst:	"
 * @id:		"
 * @proto:	"
 * @is_last:	No fragment behind it
 * @off:	Where its payload belongs, in octets
 * @len_max:	The payload of the whole may have so many
 * @wait_ns:	How long to wait for the others
 */
struct reass_piece {
	struct ip_addr src, dst;
	uint32_t id;
	uint8_t proto;
	bool is_last;
	uint32_t off;
	uint32_t len_max;
	uint64_t wait_ns;
};

/**
 * reass_add() - A fragment arrived
 * @pkt:	Taken; its payload at the front, its header still in the room
 *		at pkt->l3_off
 * @piece:	What its header says
 *
 * Return: when it was the last that was missing, the payload of the whole
 * behind the header of the first fragment, which stands at l3_off still and is
 * to be mended; else NULL
 */
struct pkt *reass_add(struct stack *stack, struct pkt *pkt,
		      const struct reass_piece *piece);

/* Discard the datagram that this impossible fragment belongs to. */
void reass_spoil(struct stack *stack, const struct reass_piece *piece,
		 enum drop why);

/*
 * Ways of equal cost.
 */

#define WAYS_MAX 16

/* What is kept in order: packets that have these in common. */
struct ip_flow {
	struct ip_addr src, dst;
	uint8_t proto;
	uint16_t sport, dport;
};

/* What is known of the next hop of one of several ways. */
struct ip_way {
	bool is_silent;
	uint64_t silent_ns; /* since when, or when it was asked last */
};

/* What way_judge() says. */
enum way_verdict {
	WAY_TAKE,  /* it may be used */
	WAY_LEAVE, /* it leads nowhere */
	WAY_ASK,   /* leave it; and ask its next hop whether it is back */
};

/**
 * way_judge() - May a way be used?
 * @way:	What is known of it; brought up to date
 * @heard:	What the neighbour cache says: 1, 0 or -1, as arp_heard()
 * @now_ns:	The time
 */
enum way_verdict way_judge(struct ip_way *way, int heard, uint64_t now_ns);

/* Ports, if the transport header at @off of the packet has some. */
void way_ports(struct ip_flow *flow, const struct pkt *pkt, size_t off);

/* Which of @count ways a flow takes: hash-threshold (RFC 2992, 2). */
size_t way_pick(struct stack *stack, const struct ip_flow *flow, size_t count);

/* Tell of a choice: way @number, from 1, of @count that lead somewhere, of
 * @all. */
struct way_choice {
	const struct netif *netif;
	struct ip_addr gateway;
	size_t number, count, all;
};
void way_tell(struct stack *stack, const struct pkt *pkt,
	      const struct ip_flow *flow, const struct way_choice *choice);
/* Tell that a next hop fell silent, or is back. */
void way_tell_state(struct stack *stack, struct ip_addr gateway,
		    const struct netif *netif, bool is_silent);

/*
 * Large segments.
 */

/* Sends one piece of a packet; takes it. */
typedef int ip_piece_fn(void *arg, struct pkt *piece);

/**
 * gso_split() - Cut a packet with a gso_size into segments
 * @stack:	Whose; NULL: it is passed on by something that has none, and
 *		what is lost is counted at @pkt->netif
 * @pkt:	Taken; the IP header at the front, of either version
 * @fn:		Takes each segment
 *
 * Return: 0, -EINVAL, -ENOMEM, or what @fn says
 */
int gso_split(struct stack *stack, struct pkt *pkt, ip_piece_fn *fn, void *arg);

/* Octets of the largest packet that will leave: one segment of it. */
size_t gso_segment_len(const struct pkt *pkt);

/*
 * Errors.
 */

enum icmp_limit { ICMP_LIMIT_PROTO, ICMP_LIMIT_MTU, ICMP_LIMIT_OTHER };

/* May an error of that kind go to @dst?  Uses up credit; see icmp_err.c. */
bool icmp_limit_take(struct stack *stack, struct ip_addr dst,
		     enum icmp_limit kind);

/* icmp_err.c: what an error quotes: up to @max octets of the original, from
 * its IP header on.  Returns how many. */
size_t icmp_quote(const struct pkt *orig, uint8_t *buf, size_t max);

#endif /* IP_IP_SHARED_H */
