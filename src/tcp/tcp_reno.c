// SPDX-License-Identifier: MIT
/*
 * tcp_reno.c - Reno: the window as a saw blade (RFC 5681)
 *
 * Theory of operation
 * ===================
 * Reno probes for the path's capacity from below.  In slow start the window
 * grows by what is acknowledged, so it doubles each round trip, until
 * ssthresh; from there on by one segment each round trip, until something is
 * lost; then half of what was under way is the new ssthresh.
 *
 *	cwnd        /|      /|      /|
 *	     |     / |     / |     / |
 *	     |   _/  |    /  |    /  |     one segment a round trip up,
 *	     |  /    |   /   |   /   |     a half down
 *	     | /     |  /    |  /    |
 *	     |/      |_/     |_/     |_
 *	     +-------------------------------> time
 *
 * A saw blade between W/2 and W carries 3/4 W a round trip and needs W/2 round
 * trips, 3/8 W^2 segments, from one loss to the next.  So at a loss
 * probability p its mean window is 1.22 / sqrt(p): long, fast paths with any
 * loss at all are out of its reach, which is what CUBIC and BBR are for.
 *
 * Growth counts octets, not ACKs (RFC 3465): a peer that acknowledges each
 * octet by itself gains nothing, and one that acknowledges rarely loses
 * nothing.
 *
 * c->cc_priv: octets acknowledged since the window last grew.
 */

#include "tcp/tcp_int.h"

static void reno_init(struct tcp_conn *c)
{
	c->cc_priv = 0;
}

static void reno_on_ack(struct tcp_conn *c, const struct tcp_ack *ack)
{
	uint32_t rest;

	if (!tcp_cwv_may_grow(c))
		return;
	rest = tcp_cc_slow_start(c, ack->acked);
	if (rest)
		tcp_cc_grow_per(c, &c->cc_priv, rest, c->cwnd);
}

static uint32_t reno_ssthresh(struct tcp_conn *c)
{
	/* Limited transmit does not count (RFC 5681, 3.2, step 2). */
	uint32_t flight = min_u32(tcp_flight(c), c->cwnd);

	return max_u32(flight / 2, 2U * c->mss);
}

static void reno_on_event(struct tcp_conn *c, enum tcp_cc_event ev)
{
	(void)ev;
	c->cc_priv = 0;
}

const struct tcp_cc tcp_reno = {
	.name = "reno",
	.init = reno_init,
	.on_ack = reno_on_ack,
	.ssthresh = reno_ssthresh,
	.on_event = reno_on_event,
};
