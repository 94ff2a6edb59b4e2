/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_CC_H
#define TCP_TCP_CC_H

/*
 * tcp_cc.h - congestion control: how much the path can bear
 *
 * An algorithm is a table of functions that move c->cwnd and c->ssthresh, in
 * octets; c->cc_priv is its own.  It is not asked what to send: tcp_snd.c keeps
 * within cwnd, tcp_loss.c finds out what was lost.
 *
 * Private to tcp/.
 */

#include <stdint.h>

struct tcp_conn;

/**
 * struct tcp_cc - an algorithm
 * @name:	As setsockopt() and logs know it
 * @init:	(required) The connection is established; cwnd and ssthresh are
 *		at their initial values
 * @on_ack:	(required) @acked octets were acknowledged, outside of fast
 *		recovery
 * @ssthresh:	(required) A loss was noticed: what ssthresh is to become,
 *		at least two segments
 */
struct tcp_cc {
	const char *name;
	void (*init)(struct tcp_conn *c);
	void (*on_ack)(struct tcp_conn *c, uint32_t acked);
	uint32_t (*ssthresh)(const struct tcp_conn *c);
};

extern const struct tcp_cc tcp_reno;

/* NULL if there is none of that name. */
const struct tcp_cc *tcp_cc_find(const char *name);

uint32_t tcp_cc_initial_window(const struct tcp_conn *c);

#endif /* TCP_TCP_CC_H */
