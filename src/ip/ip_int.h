/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_INT_H
#define IP_IP_INT_H

/*
 * ip_int.h - what the files of ip/ share
 *
 *	ip.c		assembly, protocols, failures of our own
 *	ip_in.c		a packet arrives		ip_fwd.c  it goes on
 *	ip_foreign.c	... for an address that is nobody's here
 *	ip_out.c	a packet of ours leaves		ip_xmit.c any packet leaves
 *	addr.c		our addresses			route.c	  the table
 *	trie.c		longest prefix match		fib.c	  ... of very many
 *	frag.c		fragments out			reass4.c  fragments in
 *	ip_id.c		identification			ip_srcroute.c  by way of
 *	group*.c	groups, of both versions: group_int.h
 *	ways.c		several ways of equal cost	path.c	  the way at once
 * What both versions use is in ip_shared.h; the table in ip_table.h.
 */

#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/wheel.h"

#include "wire/ip4.h"

#include "core/netif.h"
#include "core/pkt.h"
#include "core/stack.h"

#include "ip/ip.h"
#include "ip/ip_foreign.h"
#include "ip/ip_listen.h"
#include "ip/ip_path.h"
#include "ip/ip_shared.h"
#include "ip/ip_table.h"

/*
 * The state of IP in one stack.
 */

/* An address of an interface. */
struct ip_ifaddr {
	struct list node;
	struct netif *netif;
	struct ip4_net net;
};

#define IP_ID_ROUNDS 4

#define ROUTE_CACHE_BITS 7
#define ROUTE_CACHE_SIZE (1 << ROUTE_CACHE_BITS)

/* A recent answer of the table, valid while the generation is the same. */
struct route_cached {
	ip4_addr dst;
	uint32_t generation;
	const struct ip_route *route;
};

struct group_proto;
struct reass;

/* The groups of one version of IP: struct ip_group, struct group_if, and how
 * they are spoken of; NULL: not at all. */
struct groups {
	struct stack *stack;
	struct list groups, ifs;
	const struct group_proto *proto;
};

/**
 * struct ip - IP in one stack
 * @other:	The other version, or NULL
 * @listener:	Who hears everything, or NULL
 * @foreign:	Who stands in for others, or NULL; @foreign_arg is his
 * @generation:	Grows when addresses or routes change; never 0
 * @groups:	Of IPv4 and of IPv6; see group_int.h
 * @fib:	Beside the trie when there are many routes, else NULL
 * @paths:	Ways that were taken lately, whose packets were @seen; of those
 *		that went on, who was @nexts, and @froms whom they came
 * @lo:		"lo", through which packets to ourselves go; NULL: none
 * @id_key:	Of the permutation in ip_id.c
 * @id_next:	Its argument
 * @id_table:	Its rounds
 * @reass:	Fragments that wait; allocated with the first
 * @pmtu:	struct pmtu by destination
 */
struct ip {
	struct stack *stack;
	const struct ip_proto *protos[IP_PROTOS_MAX];
	int proto_count;
	uint8_t proto_at[256]; /* by number: which of them, from 1; 0: none */
	const struct ip_version *other;
	const struct ip_listener *listener;
	ip_foreign_fn *foreign;
	void *foreign_arg;
	bool is_forwarding;
	enum ip_rpf rpf;
	bool passes_directed;
	bool has_no_redirects;
	bool takes_source_routes;
	uint32_t generation;
	struct trie trie;
	struct fib *fib;
	struct route_cached cache[ROUTE_CACHE_SIZE];
	struct ip_path paths[PATHS];
	struct ip_seen seen[SEENS];
	struct ip_next nexts[NEXTS];
	struct ip_from froms[FROMS];
	struct list addrs;
	struct groups groups[2];
	struct netif *lo;
	struct hash_key key;
	struct hash_key id_key;
	uint32_t id_next;
	uint8_t id_table[IP_ID_ROUNDS][256];
	struct reass *reass;
	struct htab pmtu;
	struct list pmtu_by_age;
	struct timer pmtu_timer;
};

static inline struct ip *ip_of(const struct stack *stack)
{
	return stack->slot[SLOT_IP];
}

/* The other version, if @family is its; else NULL. */
static inline const struct ip_version *ip_other(const struct stack *stack,
						uint8_t family)
{
	const struct ip_version *v = ip_of(stack)->other;

	return v && v->family == family ? v : NULL;
}

/* Header of a packet whose l3_off is known. */
static inline uint8_t *ip_header(struct pkt *pkt)
{
	return pkt->room + pkt->l3_off;
}

static inline const uint8_t *ip_cheader(const struct pkt *pkt)
{
	return pkt->room + pkt->l3_off;
}

const struct ip_proto *ip_proto_find(const struct ip *ip, uint8_t proto);

/* Addresses and routes have changed: what was remembered is void. */
void ip_changed(struct ip *ip);

/* route.c */
int route_insert(struct ip *ip, const struct ip_route *r); /* as trie_add() */
int route_remove(struct ip *ip, const struct ip_route *r); /* as trie_del() */
/* Best route; of its net only the next hop is to be relied on. */
const struct ip_route *route_find(struct ip *ip, ip4_addr dst);
void route_tell(struct ip *ip, const struct pkt *pkt, ip4_addr dst,
		const struct ip_route *r);

/* ways.c: the way that a packet takes of several, of equal cost */
const struct ip_route *ways_choose(struct ip *ip, const struct pkt *pkt,
				   const struct ip_flow *flow);
/* What can be told of a flow from a header; fragments have no ports. */
struct ip_flow ways_flow(const struct pkt *pkt, const struct ip4_hdr *h);

/* addr.c */
bool ip_on_same_net(const struct ip *ip, const struct netif *netif, ip4_addr a);

/* pmtu.c */
int pmtu_init(struct ip *ip);
void pmtu_fini(struct ip *ip);
/* Lookups and changes are in ip_shared.h. */

/* ip_srcroute.c: a packet with a source route has arrived; DROP_COUNT: it goes
 * its way, perhaps to a new @h->dst */
struct ip4_opt;
enum drop srcroute_in(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h,
		      const struct ip4_opt *sr);
/* How a packet with options leaves: to the first stop of its route, if it has
 * one, with the rest of it in @opts (room for 40).  0 or -EINVAL. */
int srcroute_out(struct ip_send *first, uint8_t *opts,
		 const struct ip_send *how);

/* ip_opts.c: enter us, or the time, in options that want it, of a header of @hlen
 * octets.  False: they are impossible, or too many found no room. */
bool ip_opts_mark(struct ip *ip, uint8_t *p, size_t hlen, ip4_addr self);

/* ip_id.c */
void ip_id_draw(struct ip *ip, uint32_t n); /* a new permutation, from n on */

/* path_in.c */
void ip_input(struct stack *stack, struct pkt *pkt);
/* ip_in.c: a whole packet that is for us; takes @pkt, its header is at the front. */
void ip_deliver(struct ip *ip, struct pkt *pkt, const struct ip4_hdr *h);
/* Its header of @hlen octets is off: to its transport.  Sets meta->l4_len. */
void ip_hand_up(struct ip *ip, struct pkt *pkt, size_t hlen,
		struct ip_meta *meta);

/* ip_fwd.c: @r is the route to its destination, or NULL */
void ip_forward(struct ip *ip, struct pkt *pkt, const struct ip4_hdr *h,
		const struct ip_route *r);

/* Where a packet goes. */
struct ip_hop {
	struct netif *netif;
	ip4_addr next_hop;
	ip4_addr src;  /* our address there */
	uint32_t mtu;  /* of the link */
	bool to_all;   /* a broadcast */
	bool to_group; /* a group address */
};

/* ip_out.c: where a packet of ours goes; 0 or -ENETUNREACH */
int ip_hop_find(struct ip *ip, const struct pkt *pkt, const struct ip_send *how,
		struct ip_hop *hop);

/* ip_out.c: by that route; 0 or -ENETUNREACH */
int ip_hop_by_route(struct ip *ip, const struct ip_route *r,
		    struct ip_hop *hop);

/* ip_xmit.c: does that device cut a large segment for a path of @mtu itself?
 * @len: of the packet with its header, whose place is known */
bool ip_takes_gso(const struct netif *netif, const struct pkt *pkt, size_t len,
		  uint32_t mtu);
/* ip_xmit.c: the last step for every packet.  Takes @pkt, whose IP header is
 * at its front and as it is to leave; segments, fragments, resolves. */
int ip_xmit(struct ip *ip, struct pkt *pkt, const struct ip_hop *hop,
	    uint32_t mtu);
/* Add up what a partial transport checksum lacks. */
void ip_complete_csum(struct pkt *pkt);

/* frag.c */
int ip_fragment(struct ip *ip, struct pkt *pkt, uint32_t mtu, ip_piece_fn *fn,
		void *arg);

/* reass4.c: takes @pkt.  Returns the whole datagram, its header at the front
 * and mended, when this was the last piece; else NULL. */
struct pkt *reass_input(struct ip *ip, struct pkt *pkt,
			const struct ip4_hdr *h);
/* The same for any packet: itself if it is no fragment; @h is parsed again. */
struct pkt *reass_whole(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h);
/* Discard the datagram that this impossible fragment belongs to. */
void reass_kill(struct ip *ip, const struct ip4_hdr *h, enum drop why);
void reass_fini(struct ip *ip);

#endif /* IP_IP_INT_H */
