// SPDX-License-Identifier: MIT
/*
 * tcp_rtt.c - how long a round trip takes, and how long to wait (RFC 6298)
 *
 * Theory of operation
 * ===================
 * One segment at a time is timed, from its first transmission to the segment
 * that acknowledges it.  A segment that was sent twice is not timed (Karn):
 * nobody knows which copy is being acknowledged.  Timestamps can tell (RFC
 * 7323, 4), so after a retransmission the echoed clock is used instead; it is
 * coarser, one millisecond.
 *
 * An echo from before the last retransmission measures nothing, though: the
 * first copy had arrived, its ACK was lost, and what looks like a round trip
 * is our own waiting.  It only shows that the path is open, so the doubled
 * timeout goes back to what it was.
 *
 * The mean is kept times 8 and the mean deviation times 4, so that the
 * exponential averages of RFC 6298 need no division:
 *
 *	rttvar = 3/4 rttvar + 1/4 |srtt - r|
 *	srtt   = 7/8 srtt   + 1/8 r
 *	rto    = srtt + 4 rttvar
 */

#include "tcp/tcp_int.h"

/* More than this is nonsense, and would not fit. */
#define RTT_MAX_US (120 * 1000 * 1000U)

static void tcp_rtt_sample(struct tcp_conn *c, uint64_t rtt_ns)
{
	uint32_t r = (uint32_t)min_u64(rtt_ns / NS_PER_US, RTT_MAX_US);
	uint32_t srtt, dev;

	r = max_u32(r, 1);
	if (!c->srtt_8us) {
		c->srtt_8us = r * 8;
		c->rttvar_4us = r * 2;
	} else {
		srtt = c->srtt_8us / 8;
		dev = r > srtt ? r - srtt : srtt - r;
		c->rttvar_4us += dev - c->rttvar_4us / 4;
		c->srtt_8us += r - srtt;
	}
	c->active->backoff = 0;
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_RTT, NULL,
	      EVF_NUM("rtt_us", r), EVF_NUM("srtt_us", c->srtt_8us / 8),
	      EVF_NUM("rto_ms", tcp_rto_ns(c) / NS_PER_MS));
}

void tcp_rtt_start(struct tcp_conn *c, seq32 seq)
{
	struct tcp_active *a = c->active;

	if (a->rtt_ns)
		return;
	a->rtt_ns = c->tcp->env->now_ns;
	a->rtt_seq = seq;
}

void tcp_rtt_forget(struct tcp_conn *c)
{
	c->active->rtt_ns = 0;
	c->active->resent_ms = tcp_ms(c->tcp);
}

void tcp_rtt_first(struct tcp_conn *c, uint64_t sent_ns)
{
	if (sent_ns)
		tcp_rtt_sample(c, c->tcp->env->now_ns - sent_ns);
}

/* What the echoed timestamp says. */
static void echo_acked(struct tcp_conn *c, uint32_t echo)
{
	uint32_t sent_ms = echo - c->ts_offset;
	uint32_t ms = tcp_ms(c->tcp) - sent_ms;

	if ((int32_t)(sent_ms - c->active->resent_ms) < 0)
		c->active->backoff = 0;
	else if (ms < RTT_MAX_US / 1000)
		tcp_rtt_sample(c, ms * NS_PER_MS);
}

void tcp_rtt_acked(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_active *a = c->active;

	if (a->rtt_ns && seq_gt(s->h.ack, a->rtt_seq)) {
		tcp_rtt_sample(c, c->tcp->env->now_ns - a->rtt_ns);
		a->rtt_ns = 0;
		return;
	}
	if (a->rtt_ns && !a->backoff)
		return; /* the better clock will tell */
	if (c->flags & TCPF_TS && s->o.has & TCP_HAS_TIMESTAMP && s->o.ts_ecr)
		echo_acked(c, s->o.ts_ecr);
}

/* RFC 6298, 2 and 5.5; the doubling is part of it. */
uint64_t tcp_rto_ns(const struct tcp_conn *c)
{
	uint64_t rto = TCP_RTO_INITIAL_NS;
	unsigned int shift = c->active ? c->active->backoff : 0;

	if (c->srtt_8us)
		rto = (c->srtt_8us / 8 + (uint64_t)c->rttvar_4us) * NS_PER_US;
	rto = max_u64(rto, TCP_RTO_MIN_NS);
	if (!c->srtt_8us)
		rto = TCP_RTO_INITIAL_NS;
	return min_u64(rto << min_u32(shift, 16), TCP_RTO_MAX_NS);
}
