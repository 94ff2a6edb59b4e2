// SPDX-License-Identifier: MIT
/*
 * tcp_rtt.c - how long a round trip takes, and how long to wait (RFC 6298)
 *
 * Theory of operation
 * ===================
 * Each record of what is under way knows when it was sent, so each ACK that
 * moves something is a measurement.  The oldest octets it acknowledges count,
 * for the peer may have waited for company.  What was sent twice is not timed
 * (Karn): nobody knows which copy is being acknowledged; nor is what an ACK
 * acknowledges beside it, for it may have waited at the peer for the repair.
 * Timestamps can tell (RFC 7323, 4), so after a retransmission the echoed clock
 * is used instead; it is coarser, one millisecond.
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
 *	rto    = srtt + 4 rttvar, and at least rto_min more than srtt
 *
 * The RFC has the minimum for the whole rto.  Hosts on the Internet add it to
 * the round trip, as it is there for the peer that delays its ACK, and that
 * delay adds to the round trip, too.
 */

#include "tcp/tcp_int.h"

/* A round trip of what was sent once, or an echo of that age. */
void tcp_rtt_sample(struct tcp_conn *c, uint64_t rtt_ns)
{
	uint32_t r = tcp_rtt_us(rtt_ns);

	tcp_rtt_smooth(c, r);
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_RTT, NULL,
	      EVF_NUM("rtt_us", r), EVF_NUM("srtt_us", c->srtt_8us / 8),
	      EVF_NUM("rto_ms", tcp_rto_ns(c) / NS_PER_MS));
}

void tcp_rtt_forget(struct tcp_conn *c)
{
	c->active->syn_ns = 0;
	c->active->resent_ms = tcp_ms(c->tcp);
}

void tcp_rtt_first(struct tcp_conn *c, uint64_t sent_ns)
{
	uint64_t rtt_ns = c->tcp->env->now_ns - sent_ns;

	if (!sent_ns)
		return;
	tcp_rack_rtt(c, rtt_ns);
	tcp_rtt_sample(c, rtt_ns);
}

/* What the echoed timestamp says. */
static void echo_acked(struct tcp_conn *c, uint32_t echo)
{
	uint32_t sent_ms = echo - c->active->ts_offset;
	uint32_t ms = tcp_ms(c->tcp) - sent_ms;

	if ((int32_t)(sent_ms - c->active->resent_ms) < 0)
		c->active->backoff = 0;
	else if (ms < TCP_RTT_MAX_US / 1000)
		tcp_rtt_sample(c, ms * NS_PER_MS);
}

static bool has_echo(const struct tcp_conn *c, const struct tcp_seg *s)
{
	return c->flags & TCPF_TS && s->o.has & TCP_HAS_TIMESTAMP &&
	       s->o.ts_ecr;
}

/* Our SYN was answered. */
void tcp_rtt_of_syn(struct tcp_conn *c, const struct tcp_seg *s)
{
	if (c->active->syn_ns)
		tcp_rtt_first(c, c->active->syn_ns);
	else if (has_echo(c, s))
		echo_acked(c, s->o.ts_ecr);
}

/* What an ACK says of octets that were sent once; else its echo. */
void tcp_rtt_take(struct tcp_conn *c, struct tcp_news *n)
{
	uint64_t now = c->tcp->env->now_ns, sent_ns = n->first_ns;

	if (n->has_repaired)
		sent_ns = n->last_ns = 0;
	if (!sent_ns)
		sent_ns = n->sack_ns;
	if (n->last_ns) {
		n->ack.rtt_ns = max_u64(now - n->last_ns, 1);
		tcp_rack_rtt(c, n->ack.rtt_ns);
	}
	if (sent_ns)
		tcp_rtt_sample(c, now - sent_ns);
	else if (tcp_news_advances(n) && has_echo(c, n->s))
		echo_acked(c, n->s->o.ts_ecr);
}
