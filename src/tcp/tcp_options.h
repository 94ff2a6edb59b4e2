/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_OPTIONS_H
#define TCP_TCP_OPTIONS_H

/*
 * tcp_options.h - options of a connection; looking into its queues; urgent data
 *
 * A part of the door; include "tcp/tcp.h".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tcp_conn;

/**
 * tcp_peek() - Copy octets that stay in the queue
 * @off:	How many to leave out
 * @buf:	NULL: only ask
 *
 * Return: as tcp_recv(), which also stops at the mark of urgent data
 */
long tcp_peek(struct tcp_conn *c, size_t off, void *buf, size_t len);

/**
 * tcp_recv_urgent() - The urgent octet, out of line (MSG_OOB)
 * @flags:	enum tcp_recv_flag
 *
 * WAIT_PRI tells that there is one.
 *
 * Return: 1; 0 if @len is 0 or the stream ended before it came; -EAGAIN (it is
 * announced only), -EINVAL (none, fetched already, or SO_OOBINLINE)
 */
long tcp_recv_urgent(struct tcp_conn *c, void *buf, size_t len,
		     unsigned int flags);

/* Would the next octet read, or the one @off behind, be the urgent one
 * (SIOCATMARK)? */
bool tcp_at_mark(const struct tcp_conn *c, size_t off);

/* Octets that can be read (up to a mark); that are queued and not
 * acknowledged; of these, that were never sent. */
uint32_t tcp_inq(const struct tcp_conn *c);
uint32_t tcp_outq(const struct tcp_conn *c);
uint32_t tcp_outq_not_sent(const struct tcp_conn *c);

/* Options.  All may be set at any time, most matter most before connecting. */
void tcp_set_nodelay(struct tcp_conn *c, bool on);
void tcp_set_cork(struct tcp_conn *c, bool on);
void tcp_set_keepalive(struct tcp_conn *c, bool on);
int tcp_set_keep_times(struct tcp_conn *c, unsigned int idle_s,
		       unsigned int interval_s, unsigned int probes);
int tcp_set_linger(struct tcp_conn *c, bool on, unsigned int s);
int tcp_set_maxseg(struct tcp_conn *c, unsigned int mss); /* 88 ... 65495 */
void tcp_set_sndbuf(struct tcp_conn *c, size_t octets);
void tcp_set_rcvbuf(struct tcp_conn *c, size_t octets);
int tcp_set_user_timeout(struct tcp_conn *c,
			 uint32_t ms);		       /* RFC 5482; 0: off */
int tcp_set_ttl(struct tcp_conn *c, unsigned int ttl); /* 1 ... 255 */
void tcp_set_tos(struct tcp_conn *c, uint8_t tos);

/**
 * tcp_set_ip_options() - IP options of every segment (RFC 9293, 3.9.2.1)
 * @opt:	As in an IPv4 header; of a source route the stops before the
 *		destination.  Copied
 * @len:	Octets, at most 40; 0: none
 *
 * Return: 0, -EINVAL (no such options, or a route that cannot be begun),
 * -ENOMEM
 */
int tcp_set_ip_options(struct tcp_conn *c, const void *opt, size_t len);

/* The options now: the user's, or the way a SYN came.  Returns octets copied. */
size_t tcp_ip_options(const struct tcp_conn *c, void *opt, size_t size);
void tcp_set_oob_inline(struct tcp_conn *c, bool on);

/**
 * tcp_set_quickack() - How ACKs are given (TCP_QUICKACK)
 * @how:	0: they wait for answers; 1: at once; 2: one that waits goes now
 *
 * Not for ever: the connection goes on watching what happens.
 */
void tcp_set_quickack(struct tcp_conn *c, int how);
bool tcp_is_pingpong(const struct tcp_conn *c); /* they wait for answers */

/* What is in use; octets of payload. */
uint32_t tcp_sndbuf(const struct tcp_conn *c);
uint32_t tcp_rcvbuf(const struct tcp_conn *c);

/* The same, but 0 or -ENOMEM: they need a place of their own. */
int tcp_set_rcvlowat(struct tcp_conn *c, uint32_t octets);
int tcp_set_notsent_lowat(struct tcp_conn *c, uint32_t octets); /* 0: none */
int tcp_set_linger2(struct tcp_conn *c, int32_t s); /* < 0: no FIN-WAIT-2 */
int tcp_set_window_clamp(struct tcp_conn *c, uint32_t octets); /* -EINVAL */

#endif /* TCP_TCP_OPTIONS_H */
