// SPDX-License-Identifier: MIT
/*
 * tcp_cubic.c - CUBIC: the window as a curve over time (RFC 9438)
 *
 * Theory of operation
 * ===================
 * The window that was too much, W_max, is the best guess of what the path
 * bears.  So after a reduction CUBIC hurries back towards it, stays near it
 * for a while, and, if nothing happens, moves away from it faster and faster:
 *
 *	cwnd |                             .
 *	W_max|- - - - - - _ . - - - - - . '- -	W(t) = C (t - K)^3 + W_max
 *	     |        . '
 *	     |     .'				K = cbrt((W_max - cwnd0) / C)
 *	     |   .'
 *	cwnd0|  .				C = 0.4 segments / s^3
 *	     +--|-----------|--------------> t
 *		0	    K
 *
 * Growth depends on the time since the reduction, not on ACKs, so flows with
 * different round trips grow alike, and a large window comes back in seconds
 * where Reno needs minutes.  Its mean window at loss probability p is
 * 1.054 (RTT / p)^(3/4) ... (RFC 9438, 5.1), against Reno's 1.22 / p^(1/2).
 *
 * On short or slow paths the curve would grow less than Reno.  There CUBIC
 * takes as much as Reno would on average have: w_est, which grows by alpha
 * segments a round trip, where alpha = 3 (1 - beta) / (1 + beta) makes up for
 * falling to 0.7 instead of 0.5 (RFC 9438, 4.3).
 *
 * Fast convergence (4.7): who loses before having come back to W_max is being
 * crowded out, and leaves room by aiming lower than what it had.
 *
 * All is computed in octets and milliseconds, without floating point: the
 * cube of a time in ms, divided by 10^6, times 4 mss / 10^4.
 *
 * Where slow start ends without a loss, or after a timeout, there is no W_max
 * to come back to: K = 0, the curve begins at its middle (4.8, 4.10).
 *
 * State
 * -----
 * W_max is in c->cc_priv and survives idle times.  The epoch, which begins
 * with the first growth after a reduction, does not: a new one begins.  Time
 * in which the user, not the window, was the limit does not count (4.2).
 *
 * A reduction that turns out to have been a mistake (RFC 9438, 4.9) restores
 * the epoch as it was; the caller restores cwnd and ssthresh.
 */

#include "tcp/tcp_cubic.h"

#include <assert.h>

#include "tcp/tcp_int.h"

/* beta_cubic = 7/10, alpha_cubic = 3 (1 - beta) / (1 + beta) = 9/17. */
#define BETA_NUM  7
#define BETA_DEN  10
#define ALPHA_NUM 9
#define ALPHA_DEN 17

/* Nobody keeps a window for longer without a loss; keeps cubes in 64 bits. */
#define AGE_MAX_MS 1000000

/**
 * struct curve - where we are on the curve
 * @epoch_ns:	When it began, moved on by idle times; 0: not yet
 * @k_ms:	Time from there to its middle
 * @origin:	W_max of it, octets
 * @w_est:	What Reno would have, octets
 * @cwnd_prior:	Window before the reduction; from there on w_est grows as
 *		Reno's does
 */
struct curve {
	uint64_t epoch_ns;
	uint32_t k_ms, origin, w_est, cwnd_prior;
};

/**
 * struct cubic - private state
 * @now:	The curve we are on
 * @before:	... we were on before the last reduction
 * @last_ns:	When an ACK was last looked at
 * @w_max_before: cc_priv before the last reduction
 * @rest:	Not yet a whole octet of growth, times cwnd
 * @est_rest:	Not yet a whole octet of w_est, times ALPHA_DEN * cwnd
 * @from_here:	Begin the next curve at its middle
 */
struct cubic {
	struct curve now, before;
	uint64_t last_ns;
	uint32_t w_max_before;
	uint32_t rest;
	uint64_t est_rest;
	struct tcp_hystart hystart;
	bool from_here;
};
static_assert(sizeof(struct cubic) <= 8 * TCP_CC_STATE, "fits");

static struct cubic *cubic_of(const struct tcp_conn *c)
{
	return (struct cubic *)c->active->cc_state;
}

/* Bit by bit from above; the cube of 2^22 does not fit in 64 bits. */
uint32_t tcp_cubic_root(uint64_t x)
{
	uint64_t r = 0, bit;

	for (bit = UINT64_C(1) << 21; bit; bit >>= 1) {
		uint64_t t = r | bit;

		if (t * t <= x / t)
			r = t;
	}
	return (uint32_t)r;
}

/* K in ms: the cube of it is (W_max - cwnd) / (C mss) * 10^9. */
uint32_t tcp_cubic_k_ms(uint32_t octets, uint32_t mss)
{
	uint64_t tenths = (uint64_t)octets * (NS_PER_S * 10);

	return tcp_cubic_root(tenths / (4 * mss));
}

/* C (t - K)^3 + W_max, in octets; never below one segment. */
uint32_t tcp_cubic_window(uint32_t w_max, uint32_t k_ms, uint64_t t_ms,
			  uint32_t mss)
{
	bool is_past = t_ms >= k_ms;
	uint64_t d = is_past ? t_ms - k_ms : k_ms - t_ms, octets;

	d = min_u64(d, AGE_MAX_MS);
	octets = d * d * d / 1000000 * 4 * mss / 10000;
	if (is_past)
		return (uint32_t)min_u64(w_max + octets, TCP_CWND_MAX);
	return octets + mss < w_max ? w_max - (uint32_t)octets : mss;
}

static void tell_epoch(const struct tcp_conn *c, const struct cubic *q)
{
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_CUBIC, NULL,
	      EVF_NUM("cwnd", c->cwnd), EVF_NUM("w_max", q->now.origin),
	      EVF_NUM("k_ms", q->now.k_ms), EVF_NUM("ssthresh", c->ssthresh),
	      EVF_TEXT("why", q->now.k_ms ? "heading back to where it was"
					  : "looking for more"));
}

static void begin_epoch(struct tcp_conn *c, struct cubic *q, uint64_t now)
{
	q->now.epoch_ns = now;
	q->now.w_est = c->cwnd;
	q->rest = 0;
	q->est_rest = 0;
	if (q->from_here || c->cc_priv <= c->cwnd) {
		q->now.origin = c->cwnd;
		q->now.k_ms = 0;
	} else {
		q->now.origin = c->cc_priv;
		q->now.k_ms = tcp_cubic_k_ms(c->cc_priv - c->cwnd, c->mss);
	}
	q->from_here = false;
	tell_epoch(c, q);
}

/* RFC 9438, 4.3: alpha segments for each window that is acknowledged. */
static void grow_estimate(const struct tcp_conn *c, struct cubic *q,
			  uint32_t acked)
{
	bool is_back = q->now.w_est >= q->now.cwnd_prior;
	uint64_t num = is_back ? ALPHA_DEN : ALPHA_NUM;
	uint64_t per = (uint64_t)ALPHA_DEN * c->cwnd;
	uint64_t octets;

	q->est_rest += num * acked * c->mss;
	octets = q->est_rest / per;
	q->est_rest %= per;
	q->now.w_est = (uint32_t)min_u64(q->now.w_est + octets, TCP_CWND_MAX);
}

/* Towards the curve one round trip ahead, by at most half a window in it. */
static void follow_curve(struct tcp_conn *c, struct cubic *q, uint64_t t_ms,
			 uint32_t acked)
{
	uint32_t target = tcp_cubic_window(q->now.origin, q->now.k_ms,
					   t_ms + c->srtt_8us / 8000, c->mss);
	uint64_t n;

	target = min_u32(target, c->cwnd + c->cwnd / 2);
	if (target <= c->cwnd)
		return;
	n = (uint64_t)(target - c->cwnd) * acked + q->rest;
	q->rest = (uint32_t)(n % c->cwnd);
	tcp_cc_grow(c, (uint32_t)(n / c->cwnd));
}

static void avoid_congestion(struct tcp_conn *c, struct cubic *q, uint64_t now,
			     uint32_t acked)
{
	uint64_t t_ms;

	if (!q->now.epoch_ns)
		begin_epoch(c, q, now);
	acked = min_u32(acked, c->cwnd);
	t_ms = (now - q->now.epoch_ns) / NS_PER_MS;
	grow_estimate(c, q, acked);
	if (tcp_cubic_window(q->now.origin, q->now.k_ms, t_ms, c->mss) <
	    q->now.w_est)
		c->cwnd = max_u32(c->cwnd, q->now.w_est);
	else
		follow_curve(c, q, t_ms, acked);
}

/* RFC 9438, 4.2: time without need for the window is no time. */
static void skip_time(struct cubic *q, uint64_t now)
{
	if (q->now.epoch_ns && q->last_ns)
		q->now.epoch_ns += now - q->last_ns;
	q->last_ns = now;
}

static void cubic_init(struct tcp_conn *c)
{
	c->cc_priv = 0;
}

/* Apart, so that a window that nobody needs costs little. */
static __attribute__((noinline)) void grow(struct tcp_conn *c,
					   const struct tcp_ack *ack)
{
	struct cubic *q = cubic_of(c);
	uint64_t now = c->tcp->env->now_ns;
	uint32_t rest = 0;

	if (c->ssthresh == TCP_CWND_MAX && c->tcp->knobs.hystart)
		tcp_hystart_on_ack(c, &q->hystart, ack);
	else
		rest = tcp_cc_slow_start(c, ack->acked);
	if (rest)
		avoid_congestion(c, q, now, rest);
	q->last_ns = now;
}

HOT static void cubic_on_ack(struct tcp_conn *c, const struct tcp_ack *ack)
{
	if (tcp_cwv_may_grow(c))
		grow(c, ack);
	else
		skip_time(cubic_of(c), c->tcp->env->now_ns);
}

static uint32_t part(uint32_t n, uint32_t num, uint32_t den)
{
	return (uint32_t)((uint64_t)n * num / den);
}

/* RFC 9438, 4.6 and 4.7. */
static uint32_t cubic_ssthresh(struct tcp_conn *c)
{
	struct cubic *q = cubic_of(c);
	uint32_t flight = min_u32(tcp_flight(c), c->cwnd);

	q->before = q->now;
	q->w_max_before = c->cc_priv;
	q->now.epoch_ns = 0;
	q->now.cwnd_prior = c->cwnd;
	if (c->cwnd < c->cc_priv)
		c->cc_priv = part(c->cwnd, BETA_DEN + BETA_NUM, 2 * BETA_DEN);
	else
		c->cc_priv = c->cwnd;
	return max_u32(part(flight, BETA_NUM, BETA_DEN), 2U * c->mss);
}

static void cubic_on_event(struct tcp_conn *c, enum tcp_cc_event ev)
{
	struct cubic *q = cubic_of(c);

	if (ev == TCP_CC_TIMEOUT) {
		q->now.epoch_ns = 0;
		q->from_here = true;
	} else if (ev == TCP_CC_UNDO) {
		q->now = q->before;
		c->cc_priv = q->w_max_before;
		q->from_here = false;
	} else if (ev == TCP_CC_RESTART) {
		skip_time(q, c->tcp->env->now_ns);
	}
}

static void cubic_info(const struct tcp_conn *c, struct tcp_cc_info *info)
{
	const struct cubic *q = cubic_of(c);

	info->w_max = c->cc_priv;
	if (c->cwnd >= c->ssthresh)
		info->phase = "congestion avoidance";
	else if (q->hystart.is_css && c->ssthresh == TCP_CWND_MAX)
		info->phase = "conservative slow start";
	else
		info->phase = "slow start";
}

const struct tcp_cc tcp_cubic = {
	.name = "cubic",
	.init = cubic_init,
	.on_ack = cubic_on_ack,
	.ssthresh = cubic_ssthresh,
	.on_event = cubic_on_event,
	.info = cubic_info,
};
