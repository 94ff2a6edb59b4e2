// SPDX-License-Identifier: MIT
/*
 * tcp_cwv.c - a window that was not used proves nothing
 *
 * Theory of operation
 * ===================
 * The congestion window is what the path bore a moment ago.  If the user sends
 * less than it, or nothing, it becomes an old rumour, and to fill it at once
 * would be a burst that nobody has tried.  Three rules follow (RFC 2861, which
 * RFC 7661 refines; hosts in use do the former):
 *
 *   growing	Only a window that is used up may grow.  What counts is the
 *		round trip: the send queue runs dry at times even where the
 *		window is the limit.  In slow start half the window is enough,
 *		for it doubles anyway.
 *
 *   decaying	If for a whole RTO it was never used up, it goes halfway to
 *		what was used.  ssthresh remembers: it becomes 3/4 of the
 *		window, if it was less, so growing back is quick.
 *
 *   restarting	After silence it halves for each RTO of it, down to the
 *		initial window (RFC 5681, 4.1 would take that at once).
 *
 * The latter two can be turned off (knob slow_start_after_idle), and do not
 * concern an algorithm that has a model of the path (TCP_CC_IS_MODEL).
 *
 * When the window was last used up is kept in c->tally, for a connection that
 * rests between two sends must not forget it.
 */

#include "tcp/tcp_int.h"

static bool is_decaying(const struct tcp_conn *c)
{
	return c->tcp->knobs.slow_start_after_idle &&
	       !(c->cc->flags & TCP_CC_IS_MODEL);
}

static void note_full(struct tcp_conn *c)
{
	if (c->tally)
		c->tally->full_ms = tcp_ms(c->tcp);
}

/* For a whole RTO?  That is at least rto_min, once a round trip was measured,
 * and mostly there is no need to know more. */
static bool is_long_unused(const struct tcp_conn *c)
{
	uint32_t ms;

	if (!c->tally)
		return false;
	ms = tcp_ms(c->tcp) - c->tally->full_ms;
	if (c->srtt_8us &&
	    ms < min_u32(c->tcp->knobs.rto_min_us, 1000000) / 1000)
		return false;
	return ms * NS_PER_MS >= tcp_rto_ns(c);
}

static void remember(struct tcp_conn *c)
{
	c->ssthresh = max_u32(c->ssthresh, c->cwnd - c->cwnd / 4);
}

/* The window was not used up for a whole RTO. */
static void decay(struct tcp_conn *c)
{
	struct tcp_cwv *v = &c->active->cwv;
	uint32_t used = max_u32(v->max_flight, tcp_cc_initial_window(c));

	note_full(c);
	if (used >= c->cwnd || c->active->ca != TCP_CA_OPEN)
		return;
	remember(c);
	c->cwnd = (c->cwnd + used) / 2;
	tcp_cc_tell(c, "the user needs less than the window");
}

/* The window was used up, or perhaps not for a long time. */
void tcp_cwv_judge(struct tcp_conn *c)
{
	if (c->flags & TCPF_CWND_LIMIT)
		note_full(c);
	else if (is_long_unused(c) && is_decaying(c))
		decay(c);
}

void tcp_cwv_restart(struct tcp_conn *c)
{
	uint32_t least = min_u32(c->cwnd, tcp_cc_initial_window(c));
	uint64_t idle_ns = (tcp_ms(c->tcp) - c->snd_ms) * NS_PER_MS;
	uint64_t rto = tcp_rto_ns(c);

	if (tcp_flight(c) || idle_ns <= rto)
		return;
	tcp_cc_event(c, TCP_CC_RESTART);
	if (!is_decaying(c) || c->cwnd <= least)
		return;
	remember(c);
	for (; idle_ns > rto && c->cwnd > least; idle_ns -= rto)
		c->cwnd /= 2;
	c->cwnd = max_u32(c->cwnd, least);
	note_full(c);
	tcp_cc_tell(c, "silence: what the path bore then says little");
}
