/* SPDX-License-Identifier: MIT */
#ifndef UDP_UDP_INT_H
#define UDP_UDP_INT_H

/*
 * udp_int.h - sockets, ports and datagrams, as the files of udp/ see them
 */

#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/mem.h"

#include "core/pkt.h"
#include "core/stack.h"

#include "ip/ip.h"
#include "udp/udp.h"

struct udp_hdr;

/* Which have ports of their own. */
enum udp_kind { UDP_PLAIN, UDP_LITE, UDP_KINDS };

/**
 * struct udp_stack - UDP of one stack
 * @key:	Hashes ports
 * @ports:	struct udp_port by number, of each kind
 * @sock_pool:	struct udp_sock
 * @port_pool:	struct udp_port
 * @dgram_pool: struct udp_dgram
 * @stats:	Counters, of each kind
 * @last:	UDP's port that was looked for last, or NULL
 */
struct udp_stack {
	struct hash_key key;
	struct htab ports[UDP_KINDS];
	struct pool sock_pool;
	struct pool port_pool;
	struct pool dgram_pool;
	struct udp_stats stats[UDP_KINDS];
	struct udp_port *last;
};

/* A port in use; goes away with its last socket. */
struct udp_port {
	uint16_t num;
	struct list socks; /* the newest first */
};

/* A datagram that waits to be read; @pkt is its payload. */
struct udp_dgram {
	struct list node;
	struct pkt *pkt;
	struct endpoint peer;
	struct ip_addr dst;
	struct netif *netif; /* where it came in; NULL: anywhere */
	uint64_t time_ns;
	uint8_t ttl, tos;
	uint8_t kind;	   /* enum udp_kind */
	uint16_t covers;   /* octets its checksum covers; 0: all */
	uint16_t size;	   /* several that were joined: octets of each; or 0 */
	uint32_t truesize; /* memory that it keeps alive */
	bool is_seen;	   /* somebody has looked at it: it stays as it is */
};

/**
 * struct udp_path - how the last datagram was sent, see udp_path.c
 * @port:	Of whom it went to; 0: nothing is remembered
 * @sum:	Sum of addresses, protocol and ports
 * @how:	How; its dst is whom it went to
 * @route:	What @how.ref points to
 */
struct udp_path {
	uint16_t port;
	uint32_t sum;
	struct ip_send how;
	struct ip_route_ref route;
};

/**
 * struct udp_sock - a socket
 * @node:	In its port's list, when bound
 * @stack:	Whose
 * @kind:	enum udp_kind
 * @user:	Whom to tell
 * @arg:	For @user
 * @port:	Where it is bound, or NULL
 * @local:	Local endpoint; its address is zero for any
 * @peer:	Peer, or without address
 * @is_any:	Bound to any address: @local.addr is the peer's doing
 * @family:	enum ip_family of what it was bound to; IP_NONE: both
 * @route:	To the peer
 * @netif:	Where alone it hears and sends, or NULL
 * @queue:	struct udp_dgram, the oldest first
 * @queue_size:	Memory they keep alive; at most @rcvbuf, but one always fits
 * @queue_len:	Octets of payload in them
 * @rcvbuf:	Cap on @queue_size
 * @err:	Pending error, positive
 * @ttl:	Of what is sent; 0: the default
 * @group:	How to send to groups, of IPv4 and of IPv6
 * @tos:	Of what is sent
 * @may_reuse:	Address and port may be bound twice
 * @may_be_free: It may be bound to an address that is not ours (yet)
 * @may_share:	... and what comes is shared
 * @may_bcast:	Broadcasts may be sent
 * @df:		Do not fragment; @no_pmtu: and ask only the first link
 * @covers:	UDP-Lite: octets that checksums cover; 0: all
 * @wants:	UDP-Lite: octets that they have to cover at least, if @is_choosy
 * @joins:	Datagrams that come together wait as one
 * @is_send_shut: No more sending
 * @is_recv_shut: No more receiving
 * @path:	How the last datagram was sent
 */
struct udp_sock {
	struct list node;
	struct stack *stack;
	uint8_t kind;
	const struct udp_user *user;
	void *arg;
	struct udp_port *port;
	struct endpoint local, peer;
	bool is_any;
	uint8_t family;
	struct ip_route_ref route;
	struct netif *netif;
	struct list queue;
	size_t queue_size, queue_len, rcvbuf;
	int err;
	uint8_t ttl, tos;
	struct udp_group_conf group[2];
	bool may_be_free;
	bool may_reuse, may_share, may_bcast, df, no_pmtu;
	uint16_t covers, wants;
	bool is_choosy, joins;
	bool is_send_shut, is_recv_shut;
	struct udp_path path;
};

/* Memory that a datagram keeps alive. */
static inline uint32_t udp_dgram_size(const struct pkt *pkt)
{
	size_t size = pkt->frag_count ? pkt_truesize(pkt) : sizeof(*pkt);

	return (uint32_t)(size + sizeof(struct udp_dgram));
}

static inline struct udp_stack *udp_of(struct stack *stack)
{
	return stack->slot[SLOT_UDP];
}

/* Is it bound so that it may speak to addresses of this family? */
static inline bool udp_speaks(const struct udp_sock *u, uint8_t family)
{
	return !u->port || u->family == IP_NONE || u->family == family;
}

static inline struct udp_stats *udp_stats_of(const struct udp_sock *u)
{
	return &udp_of(u->stack)->stats[u->kind];
}

/* udp_out.c: which address of ours would reach @dst; as ip_source_for() */
int udp_source_for(const struct udp_sock *u, struct ip_addr dst,
		   struct ip_addr *src);

static inline bool udp_has_peer(const struct udp_sock *u)
{
	return u->peer.addr.family != IP_NONE;
}

/* udp_path.c */

/* Something changed that has a say in how datagrams are sent. */
static inline void udp_path_forget(struct udp_sock *u)
{
	u->path.port = 0;
}

/* Would a datagram to @to be sent as the last one was? */
static inline bool udp_path_leads_to(const struct udp_sock *u,
				     const struct endpoint *to)
{
	const struct udp_path *p = &u->path;

	return p->port && p->port == to->port && to->addr.family == IP_V4 &&
	       p->how.dst.v4.v == to->addr.v4.v &&
	       p->route.generation == ip_generation(u->stack) &&
	       p->route.netif->is_up && !u->stack->place.env->probe;
}

/* Where ip_output() is to note the route of a datagram; NULL: not wanted. */
struct ip_route_ref *udp_path_begin(struct udp_sock *u);
/* A datagram to this port was sent, as nothing but the socket says. */
void udp_path_learn(struct udp_sock *u, uint16_t port,
		    const struct ip_send *how);

/* udp_port.c */
struct udp_port *udp_port_find(const struct udp_stack *us, enum udp_kind kind,
			       uint16_t num);
int udp_port_bind(struct udp_sock *u, const struct endpoint *local);
void udp_port_unbind(struct udp_sock *u);
struct udp_sock *udp_port_match(const struct udp_port *port,
				const struct udp_dgram *what);
bool udp_accepts(const struct udp_sock *u, const struct udp_dgram *what);

/* udp_path_in.c */
void udp_input(struct stack *stack, struct pkt *pkt,
	       const struct ip_meta *meta);

/* udp_in.c */
void udp_input_far(struct stack *stack, struct pkt *pkt,
		   const struct ip_meta *meta);
bool udp_input_error(struct stack *stack, const struct ip_error *err);
void udp_lite_input(struct stack *stack, struct pkt *pkt,
		    const struct ip_meta *meta);
bool udp_lite_input_error(struct stack *stack, const struct ip_error *err);

/* udp_lite.c */
/* What is wrong with it; DROP_COUNT: nothing. */
enum drop udp_lite_check(struct pkt *pkt, const struct ip_meta *meta,
			 struct udp_hdr *h);
/* Header @h in front of @pkt's payload, all but its checksum. */
void udp_lite_finish(const struct udp_sock *u, struct pkt *pkt,
		     struct udp_hdr *h, const struct endpoint *src,
		     const struct endpoint *to);
/* Is it covered as much as the socket wants? */
bool udp_lite_suits(const struct udp_sock *u, const struct udp_dgram *what);

/* udp_queue.c */
void udp_queue_add(struct udp_sock *u, struct pkt *pkt,
		   const struct udp_dgram *what);
void udp_queue_clear(struct udp_sock *u);

/* udp.c */
void udp_tell(struct udp_sock *u, uint32_t events);

#endif /* UDP_UDP_INT_H */
