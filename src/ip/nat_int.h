/* SPDX-License-Identifier: MIT */
#ifndef IP_NAT_INT_H
#define IP_NAT_INT_H

/*
 * nat_int.h - what the files of translation share, and where the paths of
 * packets call it
 *
 *	nat.c		sessions: who, how long, how many
 *	nat_map.c	mappings: which port; tables and quotas
 *	nat_enter.c	what may come in unasked
 *	nat_xlate.c	packets: which session, and the change of headers
 *	nat_icmp.c	errors: the packet that they quote is changed too
 */

#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/wheel.h"

#include "wire/ip4.h"

#include "core/pkt.h"
#include "core/stack.h"

#include "ip/nat.h"

/* Outside ports that mappings get: below those that the router's own sockets
 * choose for themselves (RFC 6335, 6), so that the two never meet. */
#define NAT_PORT_MIN 1024
#define NAT_PORT_MAX 49151
/* And those for endpoints whose own port is a well-known one (REQ-3a). */
#define NAT_PORT_LOW_MIN 600
#define NAT_PORT_LOW_MAX 1023

/* One end of a flow; of an ICMP echo the port is the identifier, and the
 * remote port 0. */
struct nat_end {
	ip4_addr addr;
	uint16_t port;
};

/* An inside host, for its quota. */
struct nat_host {
	ip4_addr addr;
	size_t sessions;
};

/**
 * struct nat_mapping - an inside endpoint and its place outside
 * @sessions:	That use it; it goes with the last
 * @of_mapping:	They, struct nat_session
 */
struct nat_mapping {
	uint8_t proto;
	struct nat_end in, out;
	struct nat_host *host;
	size_t sessions;
	struct list of_mapping;
};

/**
 * struct nat_session - a mapping and one remote endpoint that may answer
 * @node:	In the list of its state, the longest idle first
 * @sibling:	In the list of its mapping
 * @state:	Written by nat_set_state() only
 * @used_ns:	Last packet, to a twentieth of a second
 * @has_answered: The remote end has spoken
 * @syn_in:	It has sent a SYN
 * @fin_in:	And a FIN
 * @syn_out:	The inside end has sent a SYN
 * @fin_out:	And a FIN
 */
struct nat_session {
	struct list node, sibling;
	struct nat_mapping *map;
	struct nat_end remote;
	enum nat_state state;
	uint64_t used_ns;
	bool has_answered, syn_in, fin_in, syn_out, fin_out;
};

struct nat_forward {
	struct list node;
	uint8_t proto;
	uint16_t port;
	struct nat_end to;
};

/**
 * struct nat_ops - where the paths of packets, and the end, enter translation
 * @input:	A packet has arrived, and perhaps is for somebody inside
 * @output:	A packet is about to leave through @out
 * @disable:	See nat_disable()
 *
 * By pointer, which nat_enable() sets: who never calls it need not link it.
 * @input and @output take the packet, its IP header at the front and parsed in
 * @h, and return it (or another: the whole datagram, with its last fragment)
 * with @h as it is now.  NULL: it is gone, or waits.  @why is set when the
 * caller is to drop it.
 */
struct nat_ops {
	struct pkt *(*input)(struct stack *stack, struct pkt *pkt,
			     struct ip4_hdr *h, enum drop *why);
	struct pkt *(*output)(struct stack *stack, struct pkt *pkt,
			      struct ip4_hdr *h, struct netif *out,
			      enum drop *why);
	void (*disable)(struct stack *stack);
};

struct nat {
	const struct nat_ops *ops;
	struct stack *stack;
	struct netif *outside;
	struct ip4_net inside[NAT_NETS_MAX];
	size_t inside_count;
	struct hash_key key;
	struct htab by_inside;	 /* sessions by proto, inside, remote */
	struct htab by_outside;	 /* sessions by proto, outside, remote */
	struct htab map_inside;	 /* mappings by proto, inside */
	struct htab map_outside; /* mappings by proto, outside */
	struct htab hosts;
	struct pool sessions, maps, host_pool;
	size_t per_host_max;
	enum nat_filtering filtering;
	struct list by_state[NAT_STATES];
	uint32_t idle_s[NAT_STATES];
	struct timer timer;
	struct list forwards;
};

static inline struct nat *nat_of(const struct stack *stack)
{
	return stack->slot[SLOT_NAT];
}

/* What a session or a mapping is looked up by; no remote for a mapping. */
struct nat_key {
	uint8_t proto;
	struct nat_end a, b;
};

/* nat_map.c */
uint32_t nat_key_hash(const struct nat *nat, const struct nat_key *k);
/* NULL: over the quota, or no memory.  A host without sessions is put back. */
struct nat_host *nat_host_get(struct nat *nat, ip4_addr a);
void nat_host_put(struct nat *nat, struct nat_host *h);
bool nat_port_is_taken(const struct nat *nat, uint8_t proto,
		       struct nat_end out);
struct nat_mapping *nat_map_new(struct nat *nat, uint8_t proto,
				struct nat_end in, struct nat_end out);
/* The mapping of an inside endpoint, made now if there is none. */
struct nat_mapping *nat_map_get(struct nat *nat, uint8_t proto,
				struct nat_end in);
struct nat_mapping *nat_map_find_out(const struct nat *nat, uint8_t proto,
				     struct nat_end out);
/* Forget a mapping without sessions. */
void nat_map_put(struct nat *nat, struct nat_mapping *m);

/* nat.c */
struct nat_session *nat_find_out(const struct nat *nat, uint8_t proto,
				 struct nat_end in, struct nat_end remote);
struct nat_session *nat_find_in(const struct nat *nat, uint8_t proto,
				struct nat_end out, struct nat_end remote);
/* A new flow from inside.  NULL: no port, no room, or over the quota. */
struct nat_session *nat_open_out(struct nat *nat, uint8_t proto,
				 struct nat_end in, struct nat_end remote);
/* A new session of @m (NULL: none); if it cannot be, @m and @host are put
 * back. */
struct nat_session *nat_session_open(struct nat *nat, struct nat_mapping *m,
				     struct nat_host *host,
				     struct nat_end remote);
/* Room for one more; the least established, longest idle one goes. */
bool nat_make_room(struct nat *nat);
void nat_set_state(struct nat *nat, struct nat_session *s, enum nat_state to);
void nat_touch(struct nat *nat, struct nat_session *s);
bool nat_is_inside(const struct nat *nat, ip4_addr a);
ip4_addr nat_outside_addr(const struct nat *nat);

/* nat_enter.c */
/* A new flow from outside, if it may come in; else NULL. */
struct nat_session *nat_open_in(struct nat *nat, uint8_t proto,
				struct nat_end out, struct nat_end remote);
/* To whom such a flow would go; false: it may not come in. */
bool nat_place_in(const struct nat *nat, uint8_t proto, struct nat_end out,
		  struct nat_end remote, struct nat_end *in);
/* Does anything inside have this outside endpoint? */
bool nat_has_place(const struct nat *nat, uint8_t proto, struct nat_end out);
/* The outside port that is forwarded to an inside endpoint; 0: none. */
uint16_t nat_forward_port(const struct nat *nat, uint8_t proto,
			  struct nat_end in);
void nat_forwards_fini(struct nat *nat);

/* nat_icmp.c */
enum drop nat_icmp_out(struct nat *nat, struct pkt *pkt, struct ip4_hdr *h);
/* DROP_COUNT and unchanged if the error is about nothing of ours. */
enum drop nat_icmp_in(struct nat *nat, struct pkt *pkt, struct ip4_hdr *h);

/* nat_xlate.c: two of struct nat_ops. */
struct pkt *nat_input(struct stack *stack, struct pkt *pkt, struct ip4_hdr *h,
		      enum drop *why);
struct pkt *nat_output(struct stack *stack, struct pkt *pkt, struct ip4_hdr *h,
		       struct netif *out, enum drop *why);

#endif /* IP_NAT_INT_H */
