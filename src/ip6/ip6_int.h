/* SPDX-License-Identifier: MIT */
#ifndef IP6_IP6_INT_H
#define IP6_IP6_INT_H

/*
 * ip6_int.h - what the files of ip6/ share
 *
 *	ip6.c		assembly			addr6.c	  our addresses
 *	ip6_in.c	a packet arrives		ip6_fwd.c it goes on
 *	ip6_out.c	a packet of ours leaves		ip6_xmit.c any packet leaves
 *	ext6.c		extension headers that arrive	frag6.c	  fragments, both ways
 *	source6.c	source and destination selection
 *	route6.c	the table			trie6.c	  longest prefix match
 *	ways6.c		equal ways			filter6.c for the filter
 *	path6.c		all of it at once
 *	icmp6.c		messages			icmp6_err.c errors out
 *	mld.c		the words for groups: ip/group_shared.h
 */

#include "base/hash.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/wheel.h"

#include "wire/ip6.h"

#include "core/netif.h"
#include "core/pkt.h"
#include "core/stack.h"

#include "ip/ip_shared.h"
#include "ip6/ip6.h"
#include "ip6/ip6_path.h"

/* An interface that speaks IPv6. */
struct ip6_if {
	struct list node;
	struct netif *netif;
	struct ip6_if_conf conf;
};

/* An address of an interface. */
struct ip6_ifaddr {
	struct list node;
	struct stack *stack;
	struct ip6_addr_info info;
	struct timer timer; /* of the next of its lifetimes to end */
};

/* A route in the table; of one prefix the best comes first. */
struct trie6_route {
	struct trie6_route *next;
	struct ip6_route r;
	struct ip_way way;
};

struct trie6_node;

struct trie6 {
	struct trie6_node *root;
	struct pool nodes, routes;
	size_t count;
};

void trie6_init(struct trie6 *t, struct mem *mem);
void trie6_fini(struct trie6 *t);
int trie6_add(struct trie6 *t,
	      const struct ip6_route *r); /* -EEXIST, -ENOMEM */
int trie6_del(struct trie6 *t, const struct ip6_route *r); /* -ENOENT */
/* Best usable route to @dst; if @netif is not NULL, only through it. */
const struct ip6_route *trie6_lookup(const struct trie6 *t, ip6_addr dst,
				     const struct netif *netif);
/* The list that trie6_lookup() would choose from, at its choice; or NULL. */
struct trie6_route *trie6_ways(const struct trie6 *t, ip6_addr dst);
/* In order of address, then length; @fn returns false to stop. */
void trie6_walk(const struct trie6 *t,
		bool (*fn)(void *arg, const struct ip6_route *r), void *arg);

/* A datagram in fragments that the filter has let pass. */
#define IP6_PIECES 64

struct ip6_piece {
	ip6_addr src, dst;
	uint32_t id;
	uint64_t until_ns;
};

/**
 * struct ip6 - IPv6 in one stack
 * @ifs:	Interfaces that are enabled, struct ip6_if
 * @addrs:	struct ip6_ifaddr
 * @nd:		Neighbour discovery, or NULL
 * @types:	Who speaks which ICMPv6 messages
 * @key:	For fragment identifications and flow labels: ip6_key()
 * @id_next:	Argument of the permutation in frag6.c
 */
struct ip6 {
	struct stack *stack;
	struct list ifs, addrs;
	struct netif *lo;
	struct trie6 trie;
	bool is_forwarding;
	bool prefers_temporary;
	bool has_key;
	struct hash_key key;
	uint32_t id_next;
	const struct ip6_nd_ops *nd;
	const struct ip6_policy *policy;
	size_t policy_count;
	struct {
		uint8_t type;
		icmp6_input_fn *fn;
	} types[ICMP6_TYPES_MAX];
	int type_count;
	struct ip6_path paths[PATHS6];
	struct ip6_seen seen[PATHS6];
	struct ip6_piece pieces[IP6_PIECES];
	size_t piece_next;
};

static inline struct ip6 *ip6_of(const struct stack *stack)
{
	return stack->slot[SLOT_IP6];
}

static inline struct place *ip6_place(const struct ip6 *ip6)
{
	return &ip6->stack->place;
}

static inline bool netif_is_lo(const struct netif *netif)
{
	return netif->features & NETIF_F_LOOPBACK;
}

/* The secret, drawn when it is needed first, for a stack without IPv6 takes
 * nothing from its source of randomness.  NULL: no entropy. */
const struct hash_key *ip6_key(struct ip6 *ip6);

/* if6.c */
struct ip6_if *ip6_if_find(const struct ip6 *ip6, const struct netif *netif);
uint32_t if6_mtu(const struct ip6 *ip6, const struct netif *netif);
void if6_forwarding_set(struct ip6 *ip6, bool is_on);

/* addr6.c: all of an interface; NULL: of all */
void addr6_drop(struct ip6 *ip6, const struct netif *netif);

/* route6.c */
int route6_insert(struct ip6 *ip6, const struct ip6_route *r); /* as trie6 */
int route6_remove(struct ip6 *ip6, const struct ip6_route *r);
void route6_drop(struct ip6 *ip6, struct netif *netif);
void route6_tell(struct ip6 *ip6, const struct pkt *pkt, ip6_addr dst,
		 const struct ip6_route *r);

/* ways6.c: of several ways the one that a packet takes */
const struct ip6_route *ways6_choose(struct ip6 *ip6, const struct pkt *pkt,
				     const struct ip_flow *flow);
/* What can be told of a flow from a header; fragments have no ports. */
struct ip_flow ways6_flow(const struct pkt *pkt, const struct ip6_hdr *h);

/* filter6.c: may it go on?  DROP_COUNT: yes; on a router that filters */
enum drop filter6_check(struct ip6 *ip6, const struct pkt *pkt,
			const struct ip6_hdr *h);

/* Where a packet goes. */
struct ip6_hop {
	struct netif *netif;
	ip6_addr next_hop;
	bool to_group;
};

/* ip6_out.c: the first step of every packet of ours; @pkt may be NULL.
 * 0 or -ENETUNREACH. */
int ip6_hop_find(struct ip6 *ip6, const struct pkt *pkt,
		 const struct ip_send *how, struct ip6_hop *hop);

/* ip6_in.c */
void ip6_input(struct stack *stack, struct pkt *pkt);
/* A whole packet that is for us, without extension headers; takes @pkt, its
 * header is at the front. */
void ip6_deliver(struct ip6 *ip6, struct pkt *pkt, const struct ip6_hdr *h);

/* ip6_fwd.c: takes @pkt; @r is the route to its destination, or NULL */
void ip6_forward(struct ip6 *ip6, struct pkt *pkt, const struct ip6_hdr *h,
		 const struct ip6_route *r);

/* ip6_out.c: the flow label of a packet of ours, without IP header */
uint32_t ip6_flow_of(struct ip6 *ip6, const struct pkt *pkt,
		     const struct ip_send *how, ip6_addr src);

/* ip6_out.c: the doors of struct ip_version */
int ip6_output(struct stack *stack, struct pkt *pkt, const struct ip_send *how);
/* ip6_whole.c */
int ip6_output_whole(struct stack *stack, struct pkt *pkt,
		     const struct ip_send *how);
int ip6_source_for(struct stack *stack, struct ip_addr dst,
		   struct ip_addr *out);
uint32_t ip6_mtu_for(struct stack *stack, struct ip_addr dst);
/* ip_confirm() */
void ip6_confirm(struct stack *stack, struct ip_addr dst,
		 const struct ip_route_ref *ref);
struct netif *ip6_netif_for(struct stack *stack, struct ip_addr dst);

/* ip6_xmit.c: the last step for every packet.  Takes @pkt, whose IPv6 header is
 * at its front and as it is to leave.  @mtu: cut what is larger; 0: do not,
 * it was seen to fit. */
int ip6_xmit(struct ip6 *ip6, struct pkt *pkt, const struct ip6_hop *hop,
	     uint32_t mtu);

/* Add up what a partial transport checksum lacks. */
void ip6_complete_csum(struct pkt *pkt);

/* frag6.c */
int frag6_cut(struct ip6 *ip6, struct pkt *pkt, uint32_t mtu, ip_piece_fn *fn,
	      void *arg);

/* mld.c: the interface has a link-local address now, to be heard by routers */
void mld_speaks(struct stack *stack, struct netif *netif);

/* icmp6.c */
int icmp6_init(struct ip6 *ip6);

#endif /* IP6_IP6_INT_H */
