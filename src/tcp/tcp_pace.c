// SPDX-License-Identifier: MIT
/*
 * tcp_pace.c - sending at a rate instead of in bursts
 *
 * Theory of operation
 * ===================
 * An ACK that opens the window by ten segments lets ten leave back to back,
 * and where the path is narrowest these stand in a queue.  Paced, the same ten
 * are spread over the time in which they will be acknowledged:
 *
 *	not paced  ||||||||||              ||||||||||
 *	paced      | | | | | | | | | | | | | | | | |
 *
 * After a burst of n octets nothing leaves for n / rate.  A sender that comes
 * late, because it had nothing to send, may make up for half a burst at most.
 *
 * Who is paced: BBR, which is nothing without it and sets the rate itself; and
 * whoever was given an upper limit by its user (SO_MAX_PACING_RATE).  For
 * these the rate is a multiple of cwnd / RTT: twice in slow start, for the
 * window doubles within the round trip, and 1.2 times later, so that pacing
 * does not keep the window from being filled (knobs pacing_ss_ratio and
 * pacing_ca_ratio).  CUBIC and Reno are not paced otherwise: their ACKs clock
 * them, and on a host with many connections a timer each is not free.
 *
 * The timer is set only while there is something to send that must wait, so
 * an idle connection has none.
 *
 * Sources: draft-cardwell-iccrg-bbr-congestion-control-00, 4.2; no RFC of TCP
 * asks for it.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

/* A burst is what leaves in a millisecond, as with most hosts. */
#define BURSTS_PER_S 1000

static bool has_limit(const struct tcp_conn *c)
{
	return tcp_pacing_max(c) != TCP_PACING_NONE;
}

bool tcp_pace_is_on(const struct tcp_conn *c)
{
	return c->cc->flags & TCP_CC_PACED || has_limit(c);
}

/* An algorithm with a rate of its own has none before the first ACK: one that
 * doubles the window in a round trip, or in what may be one. */
static uint64_t first_rate(const struct tcp_conn *c)
{
	uint64_t rtt_us = c->srtt_8us / 8;

	return c->cwnd * UINT64_C(2885000) / max_u64(rtt_us, 1000);
}

/* What the window amounts to, and somewhat more. */
static uint64_t window_rate(const struct tcp_conn *c)
{
	const struct tcp_knobs *k = &c->tcp->knobs;
	uint64_t rtt_us = max_u32(c->srtt_8us / 8, 1);
	uint32_t ratio = c->cwnd < c->ssthresh / 2 ? k->pacing_ss_ratio
						   : k->pacing_ca_ratio;

	return (uint64_t)c->cwnd * ratio * 10000 / rtt_us;
}

uint64_t tcp_pace_rate(const struct tcp_conn *c)
{
	uint64_t rate = c->active->pace.rate;

	if (!tcp_pace_is_on(c))
		return 0;
	if (!(c->cc->flags & TCP_CC_PACED))
		rate = window_rate(c);
	else if (!rate)
		rate = first_rate(c);
	if (has_limit(c))
		rate = min_u64(rate, tcp_pacing_max(c));
	return max_u64(rate, 1);
}

bool tcp_pace_allows(struct tcp_conn *c, uint64_t *at_ns)
{
	const struct tcp_pace *p = &c->active->pace;

	if (!tcp_pace_rate(c) || c->tcp->env->now_ns >= p->next_ns)
		return true;
	*at_ns = p->next_ns;
	return false;
}

uint32_t tcp_pace_burst(const struct tcp_conn *c)
{
	uint32_t whole = max_u32(TCP_GSO_MAX, c->mss);
	uint64_t rate = tcp_pace_rate(c), n;

	if (!rate)
		return whole;
	n = max_u64(rate / BURSTS_PER_S,
		    (uint64_t)c->tcp->knobs.min_tso_segs * c->mss);
	n -= n % c->mss;
	return (uint32_t)min_u64(n, whole);
}

void tcp_pace_sent(struct tcp_conn *c, uint32_t octets)
{
	struct tcp_pace *p = &c->active->pace;
	uint64_t now = c->tcp->env->now_ns, rate = tcp_pace_rate(c), takes;

	if (!rate || !octets)
		return;
	takes = octets * NS_PER_S / rate;
	if (p->next_ns && p->next_ns < now)
		takes -= min_u64(takes / 2, now - p->next_ns);
	p->next_ns = max_u64(p->next_ns, now) + takes;
}

void tcp_pace_on_timer(struct tcp_conn *c)
{
	PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_PACE, NULL,
		    EVF_NUM("rate", tcp_pace_rate(c)), EVF_NUM("cwnd", c->cwnd),
		    EVF_NUM("flight", tcp_flight(c)));
	tcp_output(c);
}

/* Zero would be "not set"; nobody wants to wait for ever. */
int tcp_set_pacing(struct tcp_conn *c, uint64_t rate)
{
	if (!tcp_extra_get(c))
		return -ENOMEM;
	c->extra->pacing_max =
		(uint32_t)max_u64(min_u64(rate, TCP_PACING_NONE), 1);
	return 0;
}

uint64_t tcp_pacing(const struct tcp_conn *c)
{
	return has_limit(c) ? tcp_pacing_max(c) : TCP_PACING_UNLIMITED;
}
