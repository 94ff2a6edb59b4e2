/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_FASTOPEN_H
#define TCP_TCP_FASTOPEN_H

/*
 * tcp_fastopen.h - data in the SYN (RFC 7413)
 *
 * Private to tcp/.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/htab.h"
#include "base/list.h"

#include "wire/addr.h"
#include "wire/tcp_opt.h"

struct tcp_conn;
struct tcp_listen;
struct tcp_req;
struct tcp_seg;
struct tcp_stack;

/**
 * struct tcp_tfo - what a connection that opens remembers of it
 * @node:	Server: among its listener's unproven ones
 * @at:		Server: that listener; NULL: not, or no more, among them
 * @syn_len:	Client: octets that went with the SYN, unanswered so far
 * @asks:	Client: the SYN carries the option
 * @gives:	Server: the SYN-ACK carries a fresh cookie
 */
struct tcp_tfo {
	struct list node;
	struct tcp_listen *at;
	uint32_t syn_len;
	bool asks, gives;
};

/* Octets that are to go with a SYN; @taken: how many will. */
struct tcp_first {
	const void *buf;
	size_t len, taken;
};

/* What a client knows of a server. */
struct tcp_tfo_peer {
	struct list node; /* least recently used first */
	struct ip_addr addr;
	uint32_t lost_ms; /* a SYN with data was lost, if losses */
	uint16_t mss;
	uint8_t losses; /* in a row */
	uint8_t len;	/* of the cookie */
	uint8_t cookie[TCP_FASTOPEN_MAX];
};

/* tcp_tfo_peer.c: the client's memory of servers */
void tcp_tfo_init(struct tcp_stack *tcp);
void tcp_tfo_fini(struct tcp_stack *tcp);
const struct tcp_tfo_peer *tcp_tfo_peer(struct tcp_stack *tcp,
					struct ip_addr addr);
bool tcp_tfo_may_try(const struct tcp_stack *tcp, const struct tcp_tfo_peer *p);
void tcp_tfo_learn(struct tcp_conn *c, const struct tcp_opts *o);
void tcp_tfo_went_well(struct tcp_conn *c);
void tcp_tfo_was_lost(struct tcp_conn *c);

/* tcp_fastopen.c, client */
void tcp_fastopen_begin(struct tcp_conn *c, struct tcp_first *first);
uint32_t tcp_fastopen_put(const struct tcp_conn *c, struct tcp_opts *o);
void tcp_fastopen_timeout(struct tcp_conn *c);
void tcp_fastopen_answered(struct tcp_conn *c, const struct tcp_seg *s);

/* tcp_fastopen.c, server.  tcp_fastopen_open(): the connection that a SYN with
 * a cookie opens at once, or NULL: as usual; tells whether the SYN-ACK is to
 * carry a cookie. */
struct tcp_conn *tcp_fastopen_open(struct tcp_conn *l, struct tcp_seg *s,
				   bool *gives);
void tcp_fastopen_cookie(const struct tcp_stack *tcp, struct ip_addr peer,
			 struct tcp_opts *o);
void tcp_fastopen_proven(struct tcp_conn *c);
void tcp_fastopen_end(struct tcp_listen *l);

#endif /* TCP_TCP_FASTOPEN_H */
