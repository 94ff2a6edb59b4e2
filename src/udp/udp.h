/* SPDX-License-Identifier: MIT */
#ifndef UDP_UDP_H
#define UDP_UDP_H

/*
 * udp.h - the door of UDP (RFC 768; RFC 1122, 4.1) and UDP-Lite (RFC 3828)
 *
 * A socket has a local endpoint, perhaps a peer, and a queue of datagrams that
 * have arrived.  No call blocks.  Errors are -errno as Linux gives them.
 * Calls must be made between stack_enter() and stack_leave(), or from within
 * a call of the stack (a task, a timer).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct ip_error;
struct netif;
struct stack;
struct udp_sock;

#define UDP_PAYLOAD_MAX	   65507  /* 65,535 - IP header - UDP header */
#define UDP_RCVBUF_DEFAULT 212992 /* octets, overhead included */

/**
 * struct udp_user - what the owner of a socket is told
 * @on_event:	(required) Something may have become possible: a set of enum
 *		wait_event.  Called from within input processing, so it may
 *		note, wake and defer, but not call back here
 * @hears:	(optional) Is what this source sends to a group wanted, at that
 *		interface?
 * @on_error:	(optional) An ICMP error came about a datagram of this socket;
 *		returns whether it is to be the pending error even if it is
 *		soft or the socket has no peer
 */
struct udp_user {
	void (*on_event)(struct udp_sock *u, void *arg, uint32_t events);
	bool (*hears)(void *arg, const struct netif *netif,
		      struct ip_addr group, struct ip_addr src);
	bool (*on_error)(void *arg, const struct ip_error *err);
};

/* Give a stack UDP, after ip.  0, -ENOMEM, or -EIO (no entropy). */
int udp_init(struct stack *stack);

/* Forget all sockets.  Users go first. */
void udp_fini(struct stack *stack);

/* Would a datagram from @peer to @local, an endpoint of ours, find a socket? */
bool udp_is_heard(struct stack *stack, const struct endpoint *local,
		  const struct endpoint *peer);

/* A socket bound to nothing, or NULL (no memory). */
struct udp_sock *udp_new(struct stack *stack, const struct udp_user *user,
			 void *arg);

/**
 * udp_new_lite() - The same, of UDP-Lite
 *
 * UDP-Lite has ports of its own, and says with each datagram how much of it the
 * checksum covers: all, unless udp_set_covers() says less.  Damage in the rest
 * does not keep a datagram from arriving (RFC 3828, 2).
 */
struct udp_sock *udp_new_lite(struct stack *stack, const struct udp_user *user,
			      void *arg);

/* Let go of it, and of what waits in its queue. */
void udp_free(struct udp_sock *u);

/**
 * udp_bind() - Choose the local endpoint
 * @local:	Address may be zero: any; of no family: any of both versions.
 *		A broadcast or group address receives only what was sent there.
 *		Port 0: some free one, unpredictable (RFC 6056, 3.3.1)
 *
 * Two sockets may have the same endpoint only if both may share it.
 *
 * Return: 0, -EINVAL (bound already), -EADDRINUSE, -EADDRNOTAVAIL (not an
 * address of this host), -EAFNOSUPPORT, -EIO (no entropy), -ENOMEM
 */
int udp_bind(struct udp_sock *u, const struct endpoint *local);

/**
 * udp_connect() - Fix the peer
 * @peer:	To whom to send, and whom alone to hear; family IP_NONE: nobody
 *		any more
 *
 * Binds if not bound; from then on the local address is the one that reaches
 * the peer.
 *
 * Return: 0, -ENETUNREACH, -EACCES (broadcast not allowed), -EINVAL (port 0),
 * -EAFNOSUPPORT, or as udp_bind()
 */
int udp_connect(struct udp_sock *u, const struct endpoint *peer);

/**
 * udp_send() - Send one datagram
 * @to:		To whom, or NULL: the peer
 *
 * Binds if not bound.
 *
 * Return: @len; a pending error, which is fetched by this; -EDESTADDRREQ (no
 * peer), -EMSGSIZE, -EACCES (broadcast not allowed), -EPIPE (shut down),
 * -EINVAL (port 0), -EAFNOSUPPORT, what ip_output() and udp_bind() say
 */
long udp_send(struct udp_sock *u, const void *buf, size_t len,
	      const struct endpoint *to);

/**
 * struct udp_how - how to send one datagram; zeroed: as the socket says
 * @src:	From which of our addresses
 * @netif:	Leave here and nowhere else
 * @ttl:	Time to live
 * @tos:	With @has_tos: DSCP and ECN
 * @opt:	IP options for IPv4, or NULL: as in struct ip_send
 * @size:	Not 0: several datagrams of so many octets, the last perhaps less
 * @follows:	Handed over with the one before, and may be joined to it again;
 *		its packet is PKT_GSO_UDP without a size
 */
struct udp_how {
	struct ip_addr src;
	struct netif *netif;
	const uint8_t *opt;
	size_t size;
	uint8_t ttl, tos, opt_len;
	bool has_tos, follows;
};

/* May @size of struct udp_how be used?  Only where a device cuts. */
bool udp_may_cut_late(const struct udp_sock *u, const struct endpoint *to);

/* The same, and how: see udp_send(). */
long udp_send_how(struct udp_sock *u, const void *buf, size_t len,
		  const struct endpoint *to, const struct udp_how *how);

/**
 * struct udp_from - what else is known of a datagram
 * @peer:	Who sent it
 * @dst:	To which address
 * @len:	Its length, however much room there was
 * @netif:	Where it came in; lent
 * @ttl:	As received; likewise @tos
 * @time_ns:	When it came, by the stack's clock
 * @size:	As in struct udp_how; likewise @opt: those that came
 */
struct udp_from {
	struct endpoint peer;
	struct ip_addr dst;
	size_t len;
	const struct netif *netif;
	uint8_t ttl, tos;
	uint64_t time_ns;
	size_t size;
	uint8_t opt_len, opt[40];
};

/**
 * udp_recv() - Take the oldest datagram
 * @len:	Room at @buf; what does not fit is lost
 * @is_peek:	Leave it in the queue
 * @from:	Filled in, may be NULL
 *
 * Return: octets copied; -EAGAIN; 0 if nothing waits and receiving is shut
 * down; a pending error, which is fetched by this
 */
long udp_recv(struct udp_sock *u, void *buf, size_t len, bool is_peek,
	      struct udp_from *from);

/* The same when no more is asked than who sent it and how long it was; where
 * nothing is received @peer has no family. */
long udp_take(struct udp_sock *u, void *buf, size_t len, struct endpoint *peer,
	      size_t *whole);

/* No more sending, receiving, or both.  0, or -ENOTCONN (no peer; what waits
 * for it is woken all the same). */
int udp_shutdown(struct udp_sock *u, bool send, bool recv);

/* Fetch and clear the pending error: 0 or -errno. */
int udp_error(struct udp_sock *u);

/* What is possible at present: a set of enum wait_event. */
uint32_t udp_poll(const struct udp_sock *u);

/* Address family 0 where there is no endpoint. */
struct endpoint udp_local(const struct udp_sock *u);
struct endpoint udp_peer(const struct udp_sock *u);
size_t udp_next_len(const struct udp_sock *u); /* of the oldest datagram */
size_t udp_queued(const struct udp_sock *u);   /* octets, without overhead */

/* Of sockets that share an endpoint the newest hears (SO_REUSEADDR), or all do
 * by turns, each peer always with the same one (SO_REUSEPORT). */
void udp_set_reuse(struct udp_sock *u, bool on);
void udp_set_share(struct udp_sock *u, bool on);
void udp_set_joins(struct udp_sock *u, bool on);    /* what came together */
void udp_set_freebind(struct udp_sock *u, bool on); /* any address */
void udp_set_broadcast(struct udp_sock *u, bool on);
void udp_set_rcvbuf(struct udp_sock *u, size_t octets);
int udp_set_ttl(struct udp_sock *u, unsigned int ttl); /* 1 ... 255 */
void udp_set_tos(struct udp_sock *u, uint8_t tos);
void udp_set_df(struct udp_sock *u, bool df, bool no_pmtu); /* see ip_send */
/* UDP-Lite: octets that checksums of what is sent cover, the header's 8 included
 * (below 8 is 8), and have to cover of what arrives; 0: all. */
void udp_set_covers(struct udp_sock *u, unsigned int octets);
void udp_set_wants_covered(struct udp_sock *u, unsigned int octets);
bool udp_is_lite(const struct udp_sock *u);
void udp_set_error(struct udp_sock *u, int err); /* pending: positive, or 0 */

/**
 * struct udp_group_conf - how to send to groups
 * @ttl:	Time to live; 0: to members on this host alone
 * @no_loop:	Members on this host get no copy
 * @index:	Interface to leave by; 0: by the routes
 * @src:	Source, of an address that says nothing; no family: the interface's
 */
struct udp_group_conf {
	uint8_t ttl;
	bool no_loop;
	uint32_t index;
	struct ip_addr src;
};

/* To groups of @family; at first ttl 1 and all else 0. */
void udp_set_group(struct udp_sock *u, uint8_t family,
		   const struct udp_group_conf *conf);

/**
 * udp_set_netif() - Hear and send at one interface only
 * @netif:	Which; must outlive that; NULL: any again
 *
 * Such a socket may also send to 255.255.255.255 when the interface has no
 * address yet: from 0.0.0.0 (RFC 1122, 3.2.1.3).  Who asks for an address has
 * no other way.
 */
void udp_set_netif(struct udp_sock *u, struct netif *netif);

/* Counters of one stack, with the names of RFC 4113; drops are counted in the
 * stack's place. */
struct udp_stats {
	uint64_t in_datagrams, no_ports, in_errors, out_datagrams;
	uint64_t sockets; /* at present */
};

const struct udp_stats *udp_stats(struct stack *stack);
/* Likewise of UDP-Lite (RFC 5097). */
const struct udp_stats *udp_lite_stats(struct stack *stack);

#endif /* UDP_UDP_H */
