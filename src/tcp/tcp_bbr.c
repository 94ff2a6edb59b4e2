// SPDX-License-Identifier: MIT
/*
 * tcp_bbr.c - BBR: a model of the path instead of its losses
 *
 * Theory of operation
 * ===================
 * (draft-cardwell-iccrg-bbr-congestion-control-00: version 1.)  A path has a
 * narrowest place, with bandwidth BtlBw, and a length, RTprop.  With less than
 * BtlBw * RTprop under way the pipe is not full; with more, what is too much
 * stands in a queue:
 *
 *	rate |      ___________ BtlBw		RTT |          /
 *	     |     /|					    |        /|
 *	     |   /  |					    |______/  |
 *	     | /    |					    |      |  | RTprop
 *	     +------|-----------|--> under way	    +------|----------> under way
 *		   BDP         BDP + queue		  BDP
 *
 * Loss-based algorithms work at the right end, where the queue overflows, and
 * take each loss on the way for its sign.  BBR works at the left corner: it
 * sends at the rate at which the path delivered, and keeps at most two BDP
 * under way.  A loss by itself tells it nothing, so it fills paths that lose
 * a percent of all frames.
 *
 * BtlBw is the greatest delivery rate of the last ten round trips, RTprop the
 * least round trip of the last ten seconds.  They cannot be seen at the same
 * time - one needs a full pipe, the other an empty queue - so BBR takes turns:
 *
 *	STARTUP    2.89 times the rate: doubles each round, until three rounds
 *		   have brought no quarter more: the pipe is full
 *	DRAIN	   1/2.89: until the queue that made is gone
 *	PROBE_BW   rounds of 1.25, 0.75, 1, 1, 1, 1, 1, 1: more? if not, let
 *		   the queue go; cruise
 *	PROBE_RTT  if no round trip was as short for ten seconds: four segments
 *		   for 200 ms and a round, so that all queues run dry
 *
 * Losses count only this far: in the first round of a recovery what leaves
 * does not exceed what arrives, and when it is over the window is what it was.
 *
 * Of later versions there is nothing here: no reaction to loss rates or ECN
 * (v2, v3), no allowance for aggregated ACKs, no detection of policers.
 *
 * A connection that was idle has lost its model, but for the bandwidth, which
 * stays in c->cc_priv; it goes on in PROBE_BW with the smoothed round trip as
 * a first RTprop.
 *
 * Gains are in 256ths.
 */

#include <assert.h>

#include "tcp/tcp_int.h"
#include "tcp/tcp_max.h"

#define UNIT	       256
#define HIGH_GAIN      739 /* 2 / ln 2 */
#define DRAIN_GAIN     88
#define CWND_GAIN      512
#define CYCLE_LEN      8
#define BW_ROUNDS      10
#define FULL_ROUNDS    3
#define MIN_RTT_NS     (10 * NS_PER_S)
#define PROBE_RTT_NS   (200 * NS_PER_MS)
#define CWND_MIN_SEGS  4
#define MARGIN_PERCENT 99 /* a little less than the path bears */
#define PRIV_OCTETS    16 /* unit of c->cc_priv */

enum bbr_mode { STARTUP, DRAIN, PROBE_BW, PROBE_RTT };

static const char *const mode_names[] = {"startup", "drain", "probe_bw",
					 "probe_rtt"};

static const uint16_t cycle_gain[CYCLE_LEN] = {
	UNIT * 5 / 4, UNIT * 3 / 4, UNIT, UNIT, UNIT, UNIT, UNIT, UNIT,
};

/**
 * struct bbr - private state
 * @bw:		BtlBw, octets a second, over BW_ROUNDS
 * @full_bw:	Rate that STARTUP compares with
 * @round_end:	rate.delivered at which this round ends
 * @min_rtt_ns:	When @min_rtt_us was seen
 * @until_ns:	PROBE_RTT: its end, 0: not yet down to four segments;
 *		PROBE_BW: when the phase began
 * @min_rtt_us:	RTprop, 0: unknown
 * @rounds:	Round trips so far
 * @prior_cwnd:	Window before a recovery or PROBE_RTT
 * @mode:	enum bbr_mode
 * @phase:	Of PROBE_BW
 * @full_rounds: ... without growth
 * @is_started:	All this is valid
 * @is_full:	STARTUP has seen the pipe full
 * @round_began: This ACK begins a round
 * @conserve:	First round of a recovery: send no more than arrives
 * @was_in_recovery: At the last ACK
 * @was_idle:	Sending again after silence: RTprop may be old, but the queues
 *		are empty without PROBE_RTT
 * @round_done:	PROBE_RTT has lasted a round
 */
struct bbr {
	struct tcp_max bw;
	uint64_t full_bw, round_end, min_rtt_ns, until_ns;
	uint32_t min_rtt_us, rounds, prior_cwnd;
	uint8_t mode, phase, full_rounds;
	bool is_started : 1, is_full : 1, round_began : 1, conserve : 1;
	bool was_in_recovery : 1, was_idle : 1, round_done : 1;
};
static_assert(sizeof(struct bbr) <= 8 * TCP_CC_STATE, "fits");

static struct bbr *bbr_of(const struct tcp_conn *c)
{
	return (struct bbr *)c->active->cc_state;
}

static uint64_t bw_of(const struct bbr *b)
{
	return b->bw.value[0];
}

static uint64_t now_of(const struct tcp_conn *c)
{
	return c->tcp->env->now_ns;
}

static bool is_recovering(const struct tcp_conn *c)
{
	return c->active->ca == TCP_CA_RECOVERY || c->active->ca == TCP_CA_LOSS;
}

static uint32_t pacing_gain(const struct bbr *b)
{
	switch ((enum bbr_mode)b->mode) {
	case STARTUP:
		return HIGH_GAIN;
	case DRAIN:
		return DRAIN_GAIN;
	case PROBE_BW:
		return cycle_gain[b->phase];
	case PROBE_RTT:
		break;
	}
	return UNIT;
}

static uint32_t cwnd_gain(const struct bbr *b)
{
	if (b->mode == STARTUP || b->mode == DRAIN)
		return HIGH_GAIN;
	return b->mode == PROBE_BW ? CWND_GAIN : UNIT;
}

static void tell(const struct tcp_conn *c, const struct bbr *b, const char *why)
{
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_BBR, NULL,
	      EVF_TEXT("why", why), EVF_TEXT("mode", mode_names[b->mode]),
	      EVF_NUM("bw", bw_of(b)), EVF_NUM("min_rtt_us", b->min_rtt_us),
	      EVF_NUM("cwnd", c->cwnd), EVF_NUM("ssthresh", c->ssthresh),
	      EVF_NUM("gain", pacing_gain(b)));
}

/* Octets under way at @gain times the model's BDP, and room for bursts that
 * leave as one and are acknowledged as one. */
static uint32_t inflight_for(const struct tcp_conn *c, const struct bbr *b,
			     uint32_t gain)
{
	uint64_t n;

	if (!bw_of(b) || !b->min_rtt_us)
		return tcp_cc_initial_window(c);
	n = bw_of(b) * b->min_rtt_us / 1000000 * gain / UNIT;
	n += 3 * tcp_pace_burst(c);
	if (b->mode == PROBE_BW && !b->phase)
		n += 2U * c->mss;
	return (uint32_t)min_u64(n, TCP_CWND_MAX);
}

static void update_round(struct tcp_conn *c, struct bbr *b,
			 const struct tcp_ack *ack)
{
	b->round_began = false;
	if (!ack->interval_ns || ack->prior_delivered < b->round_end)
		return;
	b->round_end = c->active->rate.delivered;
	b->rounds++;
	b->round_began = true;
	b->conserve = false;
}

static void update_bw(struct tcp_conn *c, struct bbr *b,
		      const struct tcp_ack *ack)
{
	update_round(c, b, ack);
	if (!ack->rate || (ack->is_app_limited && ack->rate < bw_of(b)))
		return;
	tcp_max_add(&b->bw, BW_ROUNDS, b->rounds, ack->rate);
	c->cc_priv = (uint32_t)min_u64(bw_of(b) / PRIV_OCTETS, UINT32_MAX);
}

static void set_phase(struct tcp_conn *c, struct bbr *b, unsigned int phase)
{
	b->mode = PROBE_BW;
	b->phase = (uint8_t)(phase % CYCLE_LEN);
	b->until_ns = now_of(c);
	if (b->phase == 0)
		tell(c, b, "is there more bandwidth?");
}

/* Begin anywhere but with the queue's drain: flows must not march in step. */
static void enter_probe_bw(struct tcp_conn *c, struct bbr *b)
{
	uint32_t r = tcp_random_below(c->tcp, CYCLE_LEN - 1);

	set_phase(c, b, r ? r + 1 : 0);
	tell(c, b, "the queue is gone: cruising");
}

/* 1.25: until the pipe has seen it; 0.75: until the queue is gone. */
static bool phase_is_over(const struct tcp_conn *c, const struct bbr *b,
			  const struct tcp_ack *ack)
{
	bool is_full = now_of(c) - b->until_ns > b->min_rtt_us * NS_PER_US;
	uint32_t gain = cycle_gain[b->phase];

	if (gain > UNIT)
		return is_full &&
		       (ack->lost ||
			ack->prior_in_flight >= inflight_for(c, b, gain));
	if (gain < UNIT)
		return is_full ||
		       ack->prior_in_flight <= inflight_for(c, b, UNIT);
	return is_full;
}

static void check_full(struct tcp_conn *c, struct bbr *b,
		       const struct tcp_ack *ack)
{
	if (b->is_full || !b->round_began || ack->is_app_limited)
		return;
	if (bw_of(b) >= b->full_bw + b->full_bw / 4) {
		b->full_bw = bw_of(b);
		b->full_rounds = 0;
		return;
	}
	if (++b->full_rounds < FULL_ROUNDS)
		return;
	b->is_full = true;
	if (b->mode == STARTUP) {
		b->mode = DRAIN;
		tell(c, b, "the pipe is full: letting the queue go");
	}
}

static void check_drain(struct tcp_conn *c, struct bbr *b)
{
	if (b->mode == DRAIN && tcp_pipe(c) <= inflight_for(c, b, UNIT))
		enter_probe_bw(c, b);
}

static void save_cwnd(struct tcp_conn *c, struct bbr *b)
{
	if (!b->was_in_recovery && b->mode != PROBE_RTT)
		b->prior_cwnd = c->cwnd;
	else
		b->prior_cwnd = max_u32(b->prior_cwnd, c->cwnd);
}

static void leave_probe_rtt(struct tcp_conn *c, struct bbr *b)
{
	b->min_rtt_ns = now_of(c);
	c->cwnd = max_u32(c->cwnd, b->prior_cwnd);
	if (b->is_full) {
		enter_probe_bw(c, b);
	} else {
		b->mode = STARTUP;
		tell(c, b, "the round trip is known anew");
	}
}

/* Four segments under way; from then on 200 ms and a round. */
static void stay_in_probe_rtt(struct tcp_conn *c, struct bbr *b)
{
	struct tcp_rate *r = &c->active->rate;

	/* What is sent in this mode says nothing of the bandwidth. */
	r->app_limited = max_u64(r->delivered + tcp_pipe(c), 1);
	if (!b->until_ns) {
		if (tcp_pipe(c) > CWND_MIN_SEGS * c->mss)
			return;
		b->until_ns = now_of(c) + PROBE_RTT_NS;
		b->round_done = false;
		b->round_end = r->delivered;
		return;
	}
	if (b->round_began)
		b->round_done = true;
	if (b->round_done && now_of(c) >= b->until_ns)
		leave_probe_rtt(c, b);
}

static void update_min_rtt(struct tcp_conn *c, struct bbr *b,
			   const struct tcp_ack *ack)
{
	bool is_old = now_of(c) > b->min_rtt_ns + MIN_RTT_NS;
	uint32_t us = (uint32_t)min_u64(ack->rtt_ns / NS_PER_US, UINT32_MAX);

	if (ack->rtt_ns && (us <= b->min_rtt_us || is_old || !b->min_rtt_us)) {
		b->min_rtt_us = max_u32(us, 1);
		b->min_rtt_ns = now_of(c);
	}
	if (is_old && !b->was_idle && b->mode != PROBE_RTT) {
		save_cwnd(c, b);
		b->mode = PROBE_RTT;
		b->until_ns = 0;
		tell(c, b, "is the path shorter than it looks?");
	}
	if (b->mode == PROBE_RTT)
		stay_in_probe_rtt(c, b);
	if (ack->delivered)
		b->was_idle = false;
}

static void set_pacing(struct tcp_conn *c, const struct bbr *b)
{
	uint64_t rate = bw_of(b) * pacing_gain(b) / UNIT * MARGIN_PERCENT / 100;
	struct tcp_pace *p = &c->active->pace;

	if (rate && (b->is_full || rate > p->rate))
		p->rate = rate;
}

/* Returns whether the window is settled: the first round of a recovery. */
static bool recover(struct tcp_conn *c, struct bbr *b,
		    const struct tcp_ack *ack)
{
	bool is_in = is_recovering(c);

	if (ack->lost)
		c->cwnd = max_u32(c->cwnd > ack->lost ? c->cwnd - ack->lost : 0,
				  c->mss);
	if (is_in && !b->was_in_recovery) {
		b->conserve = c->active->ca == TCP_CA_RECOVERY;
		b->round_end = c->active->rate.delivered;
		c->cwnd = tcp_pipe(c) + max_u32(ack->delivered, c->mss);
	} else if (!is_in && b->was_in_recovery) {
		c->cwnd = max_u32(c->cwnd, b->prior_cwnd);
		b->conserve = false;
	}
	b->was_in_recovery = is_in;
	if (!b->conserve)
		return false;
	c->cwnd = max_u32(c->cwnd, tcp_pipe(c) + ack->delivered);
	return true;
}

static void set_cwnd(struct tcp_conn *c, struct bbr *b,
		     const struct tcp_ack *ack)
{
	uint32_t least = CWND_MIN_SEGS * c->mss;
	uint32_t target = inflight_for(c, b, cwnd_gain(b));

	if (ack->delivered && !recover(c, b, ack)) {
		if (b->is_full)
			c->cwnd = min_u32(c->cwnd + ack->delivered, target);
		else if (c->cwnd < target ||
			 c->active->rate.delivered < tcp_cc_initial_window(c))
			tcp_cc_grow(c, ack->delivered);
	}
	c->cwnd = max_u32(c->cwnd, least);
	if (b->mode == PROBE_RTT)
		c->cwnd = min_u32(c->cwnd, least);
}

/* All zero: new, or idle since. */
static void start(struct tcp_conn *c, struct bbr *b)
{
	b->is_started = true;
	b->min_rtt_ns = now_of(c);
	if (!c->cc_priv)
		return;
	b->min_rtt_us = max_u32(c->srtt_8us / 8, 1);
	tcp_max_set(&b->bw, 0, (uint64_t)c->cc_priv * PRIV_OCTETS);
	b->is_full = true;
	enter_probe_bw(c, b);
}

static void bbr_init(struct tcp_conn *c)
{
	c->cc_priv = 0;
	c->ssthresh = TCP_CWND_MAX;
}

static void bbr_on_ack(struct tcp_conn *c, const struct tcp_ack *ack)
{
	struct bbr *b = bbr_of(c);

	if (!b->is_started)
		start(c, b);
	update_bw(c, b, ack);
	if (b->mode == PROBE_BW && phase_is_over(c, b, ack))
		set_phase(c, b, b->phase + 1U);
	check_full(c, b, ack);
	check_drain(c, b);
	update_min_rtt(c, b, ack);
	set_pacing(c, b);
	set_cwnd(c, b, ack);
}

/* A loss does not change what the path can bear. */
static uint32_t bbr_ssthresh(struct tcp_conn *c)
{
	save_cwnd(c, bbr_of(c));
	return c->ssthresh;
}

static uint32_t bbr_undo(struct tcp_conn *c)
{
	struct bbr *b = bbr_of(c);

	b->full_bw = 0; /* the growth that was missed was the mistake's fault */
	b->full_rounds = 0;
	return max_u32(c->cwnd, b->prior_cwnd);
}

static void bbr_on_event(struct tcp_conn *c, enum tcp_cc_event ev)
{
	struct bbr *b = bbr_of(c);

	if (ev == TCP_CC_TIMEOUT) {
		b->full_bw = 0;
		b->conserve = false;
	} else if (ev == TCP_CC_RESTART && b->is_started) {
		b->was_idle = true;
		if (b->mode == PROBE_BW && bw_of(b))
			c->active->pace.rate = bw_of(b);
	}
}

static void bbr_info(const struct tcp_conn *c, struct tcp_cc_info *info)
{
	const struct bbr *b = bbr_of(c);

	info->phase = mode_names[b->mode];
	info->bw = bw_of(b);
	info->min_rtt_us = b->min_rtt_us;
	info->pacing_gain = pacing_gain(b);
	info->cwnd_gain = cwnd_gain(b);
}

const struct tcp_cc tcp_bbr = {
	.name = "bbr",
	.flags = TCP_CC_PACED | TCP_CC_IS_MODEL,
	.init = bbr_init,
	.on_ack = bbr_on_ack,
	.ssthresh = bbr_ssthresh,
	.on_event = bbr_on_event,
	.undo = bbr_undo,
	.info = bbr_info,
};
