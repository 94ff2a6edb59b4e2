/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CCBED_H
#define TESTS_CCBED_H

/*
 * ccbed.h - a connection without a network, for one congestion control
 *
 * Nothing is sent; the test says what was sent and what an ACK said, and moves
 * the clock.  The window is taken to be used up at all times, unless the test
 * clears TCPF_CWND_LIMIT.
 */

#include "tcp/tcp_int.h"

#define CCBED_MSS 1000

struct ccbed {
	struct env env;
	struct stack stack;
	struct tcp_stack tcp;
	struct tcp_conn c;
	struct tcp_active a;
};

/* Established at 1 s, initial window, nothing under way. */
void ccbed_init(struct ccbed *b, const struct tcp_cc *cc);

/* The whole window is sent. */
void ccbed_fill(struct ccbed *b);

/* @segs segments are acknowledged; the window is sent again behind them.
 * @rtt_us: what the ACK measures, 0: nothing. */
void ccbed_ack(struct ccbed *b, uint32_t segs, uint32_t rtt_us);

/* One round trip: every second segment of the window gets its ACK, evenly
 * spread over @rtt_us. */
void ccbed_round(struct ccbed *b, uint32_t rtt_us);

/* What tcp_loss.c does at the begin and at the end of a recovery. */
void ccbed_lose(struct ccbed *b);

static inline uint32_t ccbed_segs(const struct ccbed *b)
{
	return b->c.cwnd / b->c.mss;
}

#endif /* TESTS_CCBED_H */
