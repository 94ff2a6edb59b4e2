// SPDX-License-Identifier: MIT
/*
 * tcp_cubic_test.c - CUBIC against the formulas of RFC 9438
 *
 * The formulas stand here a second time, in floating point and in segments and
 * seconds, as the RFC has them.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"

#include "ccbed.h"
#include "tcp/tcp_cubic.h"

/* Figure 1 and figure 2 of RFC 9438, 4.2. */
static double rfc_k(double w_max, double cwnd)
{
	return cbrt((w_max - cwnd) / 0.4);
}

static double rfc_w(double w_max, double k, double t)
{
	return 0.4 * pow(t - k, 3) + w_max;
}

static void assert_near(double got, double want, double tolerance)
{
	if (fabs(got - want) > tolerance)
		fail_msg("got %f, want %f +- %f", got, want, tolerance);
}

static void cube_roots_are_exact(void **state)
{
	struct rng rng;
	uint64_t r;
	int i;

	(void)state;
	assert_int_equal(tcp_cubic_root(0), 0);
	assert_int_equal(tcp_cubic_root(7), 1);
	assert_int_equal(tcp_cubic_root(8), 2);
	assert_int_equal(tcp_cubic_root(UINT64_MAX), 2642245);
	rng_init(&rng, 1, "cube");
	for (i = 0; i < 1000; i++) {
		r = 1 + rng_u64(&rng) % 2642244;
		assert_int_equal(tcp_cubic_root(r * r * r), r);
		assert_int_equal(tcp_cubic_root(r * r * r - 1), r - 1);
		assert_int_equal(tcp_cubic_root(r * r * r + 1), r);
	}
}

/* RFC 9438, 4.2 */
static void the_curve_is_that_of_the_rfc(void **state)
{
	static const uint32_t windows[] = {10, 100, 1000, 20000, 300000};
	uint32_t mss = 1448, i, t;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(windows); i++) {
		double w_max = windows[i], k = rfc_k(w_max, 0.7 * w_max);
		uint32_t octets = windows[i] * mss;
		uint32_t k_ms = tcp_cubic_k_ms(octets - octets / 10 * 7, mss);

		assert_near(k_ms / 1e3, k, 0.002);
		for (t = 0; t < 3 * k_ms; t += k_ms / 10 + 1) {
			double w = fmin(rfc_w(w_max, k, t / 1e3),
					(double)TCP_CWND_MAX / mss);
			double got = tcp_cubic_window(octets, k_ms, t, mss);

			assert_near(got / mss, w, 0.002 * w + 0.1);
		}
	}
}

/* RFC 9438, 4.6: beta is 0.7 and W_max what was too much. */
static void a_loss_takes_three_tenths(void **state)
{
	struct ccbed b;

	(void)state;
	ccbed_init(&b, &tcp_cubic);
	b.c.cwnd = 100 * CCBED_MSS;
	ccbed_fill(&b);
	ccbed_lose(&b);
	assert_int_equal(b.c.cwnd, 70 * CCBED_MSS);
	assert_int_equal(b.c.cc_priv, 100 * CCBED_MSS);
}

/* RFC 9438, 4.7 */
static void who_is_crowded_out_aims_lower(void **state)
{
	struct ccbed b;

	(void)state;
	ccbed_init(&b, &tcp_cubic);
	b.c.cwnd = 100 * CCBED_MSS;
	ccbed_fill(&b);
	ccbed_lose(&b);
	b.c.cwnd = 80 * CCBED_MSS; /* never came back to 100 */
	ccbed_fill(&b);
	ccbed_lose(&b);
	assert_int_equal(b.c.cc_priv, 68 * CCBED_MSS); /* 80 (1 + 0.7) / 2 */
}

/* After each round trip the window is where the formula says. */
static void the_window_follows_the_curve(void **state)
{
	const double w_max = 1000;
	const uint32_t rtt_us = 100000;
	double k = rfc_k(w_max, 700), t;
	uint64_t epoch;
	struct ccbed b;
	int i;

	(void)state;
	ccbed_init(&b, &tcp_cubic);
	b.c.cwnd = 1000 * CCBED_MSS;
	ccbed_fill(&b);
	ccbed_lose(&b);
	ccbed_ack(&b, 1, rtt_us);
	epoch = b.env.now_ns;
	for (i = 0; i < 200; i++) {
		ccbed_round(&b, rtt_us);
		t = (double)(b.env.now_ns - epoch) / 1e9;
		assert_near(b.c.cwnd / 1e3, rfc_w(w_max, k, t), 0.02 * w_max);
	}
	assert_true(b.c.cwnd > 1500 * CCBED_MSS);
}

/* RFC 9438, 4.3: alpha = 9/17 segments a round trip up to W_max, then 1. */
static void on_a_short_path_it_grows_like_reno(void **state)
{
	const uint32_t rtt_us = 10000;
	double want = 35;
	struct ccbed b;
	int i;

	(void)state;
	ccbed_init(&b, &tcp_cubic);
	b.c.cwnd = 50 * CCBED_MSS;
	ccbed_fill(&b);
	ccbed_lose(&b);
	for (i = 0; i < 60; i++) {
		ccbed_round(&b, rtt_us);
		want += want < 50 ? 9.0 / 17 : 1;
		assert_near(b.c.cwnd / 1e3, want, 1.5);
	}
	assert_true(want > 75);
}

/* RFC 9438, 4.2: time without need for the window is no time. */
static void idle_time_does_not_move_the_curve(void **state)
{
	struct ccbed b;
	uint32_t before;

	(void)state;
	ccbed_init(&b, &tcp_cubic);
	b.c.cwnd = 1000 * CCBED_MSS;
	ccbed_fill(&b);
	ccbed_lose(&b);
	ccbed_round(&b, 100000);
	before = b.c.cwnd;
	b.c.flags &= ~(uint32_t)TCPF_CWND_LIMIT;
	b.env.now_ns += 3600 * NS_PER_S;
	ccbed_ack(&b, 2, 100000);
	assert_int_equal(b.c.cwnd, before);
	b.c.flags |= TCPF_CWND_LIMIT;
	ccbed_round(&b, 100000);
	assert_true(b.c.cwnd < before + 30 * CCBED_MSS);
}

/* RFC 9438, 4.8: the curve begins at its middle, so it is flat at first. */
static void after_a_timeout_it_begins_where_it_is(void **state)
{
	struct ccbed b;
	int i;

	(void)state;
	ccbed_init(&b, &tcp_cubic);
	b.c.cwnd = 1000 * CCBED_MSS;
	ccbed_fill(&b);
	b.c.ssthresh = tcp_cubic.ssthresh(&b.c);
	b.c.cwnd = CCBED_MSS;
	tcp_cc_event(&b.c, TCP_CC_TIMEOUT);
	ccbed_fill(&b);
	while (b.c.cwnd < b.c.ssthresh)
		ccbed_round(&b, 100000);
	for (i = 0; i < 9; i++)
		ccbed_round(&b, 100000);
	/* alpha segments a round trip, the curve has not left 700 yet */
	assert_near(b.c.cwnd / 1e3, 700 + 9 * 9.0 / 17, 3);
}

/* RFC 9438, 4.9.2 */
static void a_mistaken_reduction_is_taken_back(void **state)
{
	struct ccbed b, other;
	int i;

	(void)state;
	ccbed_init(&b, &tcp_cubic);
	b.c.cwnd = 1000 * CCBED_MSS;
	ccbed_fill(&b);
	ccbed_lose(&b);
	for (i = 0; i < 20; i++)
		ccbed_round(&b, 50000);
	other = b; /* what would have been */
	other.c.tcp = &other.tcp;
	other.tcp.env = &other.env;
	other.c.active = &other.a;
	ccbed_lose(&b);
	tcp_cc_event(&b.c, TCP_CC_UNDO);
	b.c.cwnd = other.c.cwnd;
	b.c.ssthresh = other.c.ssthresh;
	ccbed_fill(&b);
	for (i = 0; i < 20; i++) {
		ccbed_round(&b, 50000);
		ccbed_round(&other, 50000);
		assert_near(b.c.cwnd, other.c.cwnd, CCBED_MSS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cube_roots_are_exact),
		cmocka_unit_test(the_curve_is_that_of_the_rfc),
		cmocka_unit_test(a_loss_takes_three_tenths),
		cmocka_unit_test(who_is_crowded_out_aims_lower),
		cmocka_unit_test(the_window_follows_the_curve),
		cmocka_unit_test(on_a_short_path_it_grows_like_reno),
		cmocka_unit_test(idle_time_does_not_move_the_curve),
		cmocka_unit_test(after_a_timeout_it_begins_where_it_is),
		cmocka_unit_test(a_mistaken_reduction_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
