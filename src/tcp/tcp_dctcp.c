// SPDX-License-Identifier: MIT
/*
 * tcp_dctcp.c - DCTCP: a window that falls as much as there are marks
 *
 * Theory of operation
 * ===================
 * (RFC 8257.)  In a data centre round trips take microseconds and switches
 * have small buffers.  A switch there marks each packet that finds more than a
 * few before it, so marks are frequent and say little each; but their fraction
 * says how much too fast the senders are.  DCTCP keeps a moving mean of it,
 *
 *	alpha = (1 - g) alpha + g M,	g = 1/16, M = marked / acknowledged
 *
 * over each window, and at a mark, once in a window,
 *
 *	cwnd = cwnd (1 - alpha / 2)
 *
 * So one marked segment in a hundred costs half a percent, and if all are
 * marked it is Reno.  A loss is a loss: the window is halved (3.5).  Between
 * marks it grows as Reno does.
 *
 * It is for networks where all do the same, and where switches mark early.
 *
 * c->cc_priv: alpha, times 2^20; it begins at 1 (3.3, step 1), and survives
 * idle times.
 */

#include <assert.h>

#include "tcp/tcp_int.h"

#define ONE	   (1U << 20)
#define G_SHIFT	   4
#define SHOW_SHIFT 10 /* 1024ths are enough to look at */

/**
 * struct dctcp - private state
 * @window_end:	snd_nxt when the window began that is being counted
 * @acked:	Octets acknowledged in it
 * @marked:	... that were marked
 * @count:	Octets acknowledged since cwnd last grew
 * @is_counting: @window_end is valid
 */
struct dctcp {
	uint64_t acked, marked;
	seq32 window_end;
	uint32_t count;
	bool is_counting;
};
static_assert(sizeof(struct dctcp) <= 8 * TCP_CC_STATE, "fits");

static struct dctcp *dctcp_of(const struct tcp_conn *c)
{
	return (struct dctcp *)c->active->cc_state;
}

static void dctcp_init(struct tcp_conn *c)
{
	c->cc_priv = ONE;
}

/* RFC 8257, 3.3, steps 6 to 8. */
static void end_window(struct tcp_conn *c, struct dctcp *d)
{
	uint32_t m = d->acked ? (uint32_t)(d->marked * ONE / d->acked) : 0;

	if (d->is_counting && d->acked)
		c->cc_priv += (m >> G_SHIFT) - (c->cc_priv >> G_SHIFT);
	if (m)
		PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_DCTCP, NULL,
		      EVF_NUM("marked", m >> SHOW_SHIFT),
		      EVF_NUM("alpha", c->cc_priv >> SHOW_SHIFT),
		      EVF_NUM("cwnd", c->cwnd),
		      EVF_NUM("ssthresh", c->ssthresh));
	d->acked = d->marked = 0;
	d->window_end = c->snd_nxt;
	d->is_counting = true;
}

static void dctcp_on_marks(struct tcp_conn *c, const struct tcp_ack *ack)
{
	struct dctcp *d = dctcp_of(c);

	if (!d->is_counting)
		end_window(c, d);
	d->acked += ack->delivered;
	d->marked += min_u32(ack->ce_octets, ack->delivered);
	if (seq_geq(c->snd_una, d->window_end))
		end_window(c, d);
}

static void dctcp_on_ack(struct tcp_conn *c, const struct tcp_ack *ack)
{
	struct dctcp *d = dctcp_of(c);
	uint32_t rest;

	if (!tcp_cwv_may_grow(c))
		return;
	rest = tcp_cc_slow_start(c, ack->acked);
	if (rest)
		tcp_cc_grow_per(c, &d->count, rest, c->cwnd);
}

static uint32_t dctcp_ssthresh(struct tcp_conn *c)
{
	uint32_t cwnd = c->cwnd, alpha = c->cc_priv;

	dctcp_of(c)->count = 0;
	if (!c->active->ecn.is_cutting)
		alpha = ONE;
	cwnd -= (uint32_t)((uint64_t)cwnd * alpha / (2 * ONE));
	return max_u32(cwnd, 2U * c->mss);
}

static void dctcp_info(const struct tcp_conn *c, struct tcp_cc_info *info)
{
	info->alpha = c->cc_priv >> SHOW_SHIFT;
	info->phase =
		c->cwnd < c->ssthresh ? "slow start" : "congestion avoidance";
}

const struct tcp_cc tcp_dctcp = {
	.name = "dctcp",
	.flags = TCP_CC_NEEDS_ECN,
	.init = dctcp_init,
	.on_ack = dctcp_on_ack,
	.on_marks = dctcp_on_marks,
	.ssthresh = dctcp_ssthresh,
	.info = dctcp_info,
};
