/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_COLD_H
#define SOCK_SOCK_COLD_H

/*
 * sock_cold.h - what most sockets never have, see sock_cold.c
 *
 * Private to sock/.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/mem.h"

#include "wire/addr.h"

#include "sock/sock.h"

struct sock;
struct sock_cork;
struct sock_kept;
struct sock_stack;

/* Kinds of sockets that begin with options of their own. */
#define SOCK_OPT_FRESH 8

/* Values of options, as getsockopt() returns them.  Shared as long as nobody
 * sets one: see sock_cold.c. */
struct sock_opts {
	uint32_t users;
	bool is_changed; /* setsockopt() was called: some may be others */
	int reuse_addr, reuse_port, broadcast, keepalive;
	int rcvbuf, sndbuf;
	struct sk_linger linger;
	uint64_t recv_timeout_ns, send_timeout_ns; /* 0: none */
	int ttl, tos, group_ttl, group_loop, group_all, group_if;
	ip4_addr group_if_addr; /* as the program named @group_if */
	int v6only, hops, tclass;
	int group_hops, group_loop6, group_all6, group_if6;
	int nodelay, cork, maxseg;
	int keep_idle_s, keep_interval_s, keep_count;
	int user_timeout_ms, linger2, window_clamp, notsent_lowat, inq;
	int quickack;
	int oob_inline, rcvlowat;
	int fastopen, fastopen_connect, defer_accept_s, syncnt;
	int timestamp, timestamp_ns;
	int pktinfo, recv_ttl, recv_tos, recv_orig_dst;
	int pktinfo6, recv_hops, recv_hops_old, recv_tclass;
	int dontroute, no_check, priority, mark;
	int recverr, recverr6, pmtudisc, pmtudisc6;
	int freebind, transparent, no_port;
	int udp_cork, udp_segment, udp_gro, zerocopy;
	int lite_covers, lite_wants;
	int peek_off; /* where the next SK_MSG_PEEK begins; -1: at the front */
	struct sock_kept *kept; /* those that change nothing, or NULL */
};

/**
 * struct sock_rest - what most sockets never have
 * @bound:	Streams: what the program chose with bind()
 * @later:	Streams in STREAM_LATER: where to
 * @groups:	struct membership, see sock_group.c
 * @errors:	struct sock_err, the oldest first, see sock_err.c
 * @zeros:	struct sock_zero, see sock_zero.c; @zero_next: the next's number
 * @error_count: How many @errors
 * @cork:	Datagrams: what is being gathered, or NULL
 * @ip_opt:	Of datagrams: IP_OPTIONS, padded to @ip_opt_len octets
 */
struct sock_rest {
	struct endpoint bound, later;
	struct list groups, errors, zeros;
	uint32_t error_count, zero_next;
	struct sock_cork *cork;
	uint8_t ip_opt_len, ip_opt[40];
};

/* False: no memory. */
void sock_cold_init(struct sock_stack *ss, struct mem *mem);
void sock_cold_fini(struct sock_stack *ss);
bool sock_opts_begin(struct sock *s); /* a new socket gets its options */
void sock_opts_end(struct sock *s);
bool sock_opts_own(struct sock *s);   /* now they may be changed */
void sock_opts_noted(struct sock *s); /* ... and have been: is_plain is true */
void sock_opts_inherit(struct sock *child, const struct sock *listener);
struct sock_rest *sock_rest_of(struct sock *s); /* made if need be; or NULL */
void sock_rest_free(struct sock *s);

#endif /* SOCK_SOCK_COLD_H */
