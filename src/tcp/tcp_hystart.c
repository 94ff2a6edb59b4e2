// SPDX-License-Identifier: MIT
/*
 * tcp_hystart.c - HyStart++: leaving slow start before something is lost
 *
 * Theory of operation
 * ===================
 * Slow start doubles the window each round trip until something is lost; by
 * then the window is up to twice too large, and so many segments are lost at
 * once that repairing them takes longer than the doubling saved.  But a queue
 * that fills can be seen before it overflows: round trips become longer.
 *
 *		  least RTT of this round >= that of the last
 *		  + an eighth of it (4 to 16 ms)
 *	SLOW START ---------------------------------> CONSERVATIVE SLOW START
 *	    ^          RTT fell below the baseline         |
 *	    +----------------------------------------------+
 *						           | five rounds
 *						           v
 *					ssthresh = cwnd, congestion avoidance
 *
 * A longer round trip may be a coincidence, so the growth is only slowed down
 * to a quarter, for five rounds; if the delay goes away, so does the caution.
 * The least of eight samples is compared, not the mean: jitter adds to delay
 * but never takes from it.
 *
 * An ACK lets the window grow by no more than L segments, or a burst would
 * leave in answer to it; a paced sender makes no bursts and needs no such
 * limit (RFC 9406, 4.3).
 */

#include "tcp/tcp_int.h"

#define RTT_THRESH_MIN_US 4000
#define RTT_THRESH_MAX_US 16000
#define RTT_DIVISOR	  8
#define SAMPLES_MIN	  8
#define CSS_GROWTH_DIV	  4
#define CSS_ROUNDS	  5
#define BURST_SEGS	  8 /* L */

static void tell(const struct tcp_conn *c, const struct tcp_hystart *h,
		 const char *why)
{
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_HYSTART, NULL,
	      EVF_TEXT("why", why), EVF_NUM("cwnd", c->cwnd),
	      EVF_NUM("ssthresh", c->ssthresh), EVF_NUM("rtt_us", h->curr_us),
	      EVF_NUM("last_rtt_us", h->last_us));
}

static void begin_round(const struct tcp_conn *c, struct tcp_hystart *h)
{
	h->last_us = h->curr_us;
	h->curr_us = 0;
	h->samples = 0;
	h->round_end = c->snd_nxt;
	h->is_running = true;
}

static void take_sample(struct tcp_hystart *h, uint64_t rtt_ns)
{
	uint32_t us = (uint32_t)min_u64(rtt_ns / NS_PER_US, UINT32_MAX);

	if (!us)
		return;
	if (!h->curr_us || us < h->curr_us)
		h->curr_us = us;
	if (h->samples < UINT16_MAX)
		h->samples++;
}

/* Is this round's least RTT so much larger than the last one's? */
static bool delay_rose(const struct tcp_hystart *h)
{
	uint32_t thresh = h->last_us / RTT_DIVISOR;

	if (h->samples < SAMPLES_MIN || !h->last_us)
		return false;
	thresh = max_u32(thresh, RTT_THRESH_MIN_US);
	thresh = min_u32(thresh, RTT_THRESH_MAX_US);
	return h->curr_us >= h->last_us + thresh;
}

static void judge_delay(struct tcp_conn *c, struct tcp_hystart *h)
{
	if (!h->is_css && delay_rose(h)) {
		h->is_css = true;
		h->baseline_us = h->curr_us;
		h->css_rounds = 0;
		tell(c, h, "the delay rises: slow start becomes careful");
	} else if (h->is_css && h->samples >= SAMPLES_MIN &&
		   h->curr_us < h->baseline_us) {
		h->is_css = false;
		h->baseline_us = 0;
		tell(c, h, "the delay fell again: slow start goes on");
	}
}

static void end_round(struct tcp_conn *c, struct tcp_hystart *h)
{
	if (h->is_css && ++h->css_rounds >= CSS_ROUNDS) {
		c->ssthresh = c->cwnd;
		tell(c, h, "the delay stays: slow start is over, nothing lost");
	}
	begin_round(c, h);
}

/* In congestion avoidance nothing of it is needed any more: the caller's
 * test of ssthresh sees to that. */
void tcp_hystart_on_ack(struct tcp_conn *c, struct tcp_hystart *h,
			const struct tcp_ack *ack)
{
	uint32_t n = ack->acked;

	if (!h->is_running)
		begin_round(c, h);
	take_sample(h, ack->rtt_ns);
	judge_delay(c, h);
	if (!tcp_pace_is_on(c))
		n = min_u32(n, BURST_SEGS * c->mss);
	tcp_cc_grow(c, h->is_css ? n / CSS_GROWTH_DIV : n);
	if (seq_geq(c->snd_una, h->round_end))
		end_round(c, h);
}
