// SPDX-License-Identifier: MIT
/*
 * tcp_prr.c - how much to send while repairing (RFC 6937)
 *
 * Theory of operation
 * ===================
 * After a loss the window must come down from what it was (RecoverFS) to
 * ssthresh within one round trip.  Halving it at once would mean silence until
 * half of the ACKs have come, and then a burst.  Instead, for each octet that
 * is reported as delivered ssthresh / RecoverFS octets are sent: the reduction
 * is spread evenly, whatever the ratio is that the congestion control wants.
 *
 *	sndcnt = ceil(delivered * ssthresh / RecoverFS) - out
 *
 * If so much was lost that less than ssthresh is under way, there is nothing
 * to be reduced any more: then what is delivered is replaced (conservative
 * bound), and while the repair makes progress one segment more for each ACK,
 * as in slow start (reduction bound), up to ssthresh.
 *
 * At least one segment may go at the beginning: that is the fast retransmit.
 */

#include "tcp/tcp_int.h"

void tcp_prr_begin(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	a->prr = (struct tcp_prr){.prior_cwnd = max_u32(c->cwnd, c->mss)};
	a->recover = c->snd_nxt;
	a->tlp.is_out = false;
	c->ssthresh = c->cc->ssthresh(c);
}

/* In proportion, as long as too much is under way. */
static uint32_t proportional(const struct tcp_conn *c)
{
	const struct tcp_prr *p = &c->active->prr;
	uint64_t want = (uint64_t)p->delivered * c->ssthresh;

	want = (want + p->prior_cwnd - 1) / p->prior_cwnd;
	return want > p->out ? (uint32_t)(want - p->out) : 0;
}

/* Less than ssthresh is under way: back to it, but not in a burst. */
static uint32_t bounded(const struct tcp_conn *c, const struct tcp_news *n,
			uint32_t pipe)
{
	const struct tcp_prr *p = &c->active->prr;
	uint32_t limit = p->delivered > p->out ? p->delivered - p->out : 0;

	limit = max_u32(limit, n->ack.delivered);
	if (tcp_news_advances(n) && !n->ack.lost)
		limit += c->mss;
	return min_u32(limit, c->ssthresh - pipe);
}

void tcp_prr_acked(struct tcp_conn *c, const struct tcp_news *n)
{
	struct tcp_prr *p = &c->active->prr;
	uint32_t pipe = tcp_pipe(c), sndcnt;

	if (!n->ack.delivered && p->out)
		return;
	p->delivered += n->ack.delivered;
	sndcnt = pipe > c->ssthresh ? proportional(c) : bounded(c, n, pipe);
	if (!p->out)
		sndcnt = max_u32(sndcnt, c->mss);
	/* Whole segments: a part of one could not be used. */
	sndcnt = (sndcnt + c->mss - 1U) / c->mss * c->mss;
	c->cwnd = max_u32(pipe + sndcnt, c->mss);
}

/* All of it is repaired, and nothing was taken back. */
void tcp_prr_end(struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	if (c->cc->flags & TCP_CC_IS_MODEL) {
		tcp_cc_event(c, TCP_CC_RECOVERED);
		return;
	}
	if (c->ssthresh < TCP_CWND_MAX &&
	    (a->ca == TCP_CA_CWR || a->undo.is_armed))
		c->cwnd = c->ssthresh;
	tcp_cc_event(c, TCP_CC_RECOVERED);
}
