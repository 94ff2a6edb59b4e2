// SPDX-License-Identifier: MIT
/*
 * tcp_cc.c - Reno, and the table of algorithms
 *
 * Theory of operation
 * ===================
 * Reno (RFC 5681) probes for the path's capacity from below.  In slow start
 * the window grows by what is acknowledged, so it doubles each round trip,
 * until ssthresh; from there on by one segment each round trip, until
 * something is lost; then half of what was under way is the new ssthresh.
 *
 * Growth counts octets, not ACKs (RFC 3465): a peer that acknowledges each
 * octet by itself gains nothing.  It does not grow while the user, not the
 * window, limits what is under way: such a window has proved nothing.
 */

#include <string.h>

#include "tcp/tcp_int.h"

static void reno_init(struct tcp_conn *c)
{
	c->cc_priv = 0;
}

static void grow(struct tcp_conn *c, uint32_t n)
{
	c->cwnd = min_u32(c->cwnd + n, TCP_CWND_MAX);
}

/* c->cc_priv: octets acknowledged since the window last grew. */
static void reno_on_ack(struct tcp_conn *c, uint32_t acked)
{
	if (!(c->flags & TCPF_CWND_LIMIT))
		return;
	if (c->cwnd < c->ssthresh) {
		/* After a timeout ACKs may be for older copies (RFC 3465). */
		if (c->active->ca == TCP_CA_LOSS)
			acked = min_u32(acked, c->mss);
		grow(c, acked);
		return;
	}
	c->cc_priv += acked;
	if (c->cc_priv >= c->cwnd) {
		c->cc_priv -= c->cwnd;
		grow(c, c->mss);
	}
}

static uint32_t reno_ssthresh(const struct tcp_conn *c)
{
	return max_u32(tcp_flight(c) / 2, 2U * c->mss);
}

const struct tcp_cc tcp_reno = {
	.name = "reno",
	.init = reno_init,
	.on_ack = reno_on_ack,
	.ssthresh = reno_ssthresh,
};

static const struct tcp_cc *const algorithms[] = {&tcp_reno};

const struct tcp_cc *tcp_cc_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (!strcmp(algorithms[i]->name, name))
			return algorithms[i];
	return NULL;
}

/* RFC 6928, 2. */
uint32_t tcp_cc_initial_window(const struct tcp_conn *c)
{
	uint32_t mss = c->mss;

	return min_u32(TCP_IW_SEGMENTS * mss, max_u32(2 * mss, 14600));
}
