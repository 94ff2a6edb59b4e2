// SPDX-License-Identifier: MIT
/* tcp_dctcp_test.c - DCTCP against the formulas of RFC 8257, 3.3 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ccbed.h"

/* A window of 100 segments, @marked of them with a mark. */
static void window_with(struct ccbed *b, uint32_t marked)
{
	uint32_t i;

	b->c.ssthresh = b->c.cwnd = 100 * CCBED_MSS;
	ccbed_fill(b);
	for (i = 0; i < 100; i++) {
		struct tcp_ack ack = {
			.delivered = CCBED_MSS,
			.ce_octets = i < marked ? CCBED_MSS : 0,
			.is_ece = i < marked,
		};

		b->c.snd_una = seq_add(b->c.snd_una, CCBED_MSS);
		b->c.snd_nxt = seq_add(b->c.snd_nxt, CCBED_MSS);
		tcp_dctcp.on_marks(&b->c, &ack);
	}
}

/* Where the first window ends. */
static void begin_window(struct ccbed *b)
{
	struct tcp_ack ack = {0};

	b->c.ssthresh = b->c.cwnd = 100 * CCBED_MSS;
	ccbed_fill(b);
	tcp_dctcp.on_marks(&b->c, &ack);
}

static double alpha_of(const struct ccbed *b)
{
	return b->c.cc_priv / 1048576.0;
}

/* 3.3, step 1: DCTCP.Alpha begins at 1. */
static void it_begins_as_reno(void **state)
{
	struct ccbed b;

	(void)state;
	ccbed_init(&b, &tcp_dctcp);
	assert_true(fabs(alpha_of(&b) - 1) < 1e-6);
	b.c.cwnd = 100 * CCBED_MSS;
	b.a.ecn.is_cutting = true;
	assert_int_equal(tcp_dctcp.ssthresh(&b.c), 50 * CCBED_MSS);
}

/* 3.3, step 8: alpha = alpha (1 - g) + g M, g = 1/16. */
static void alpha_is_the_moving_mean_of_marks(void **state)
{
	static const uint32_t marked[] = {0, 0, 100, 10, 1, 0, 50, 50, 3, 0};
	double want = 1;
	struct ccbed b;
	unsigned int i, k;

	(void)state;
	ccbed_init(&b, &tcp_dctcp);
	begin_window(&b);
	for (i = 0; i < 200; i++) {
		k = i % 10;
		window_with(&b, marked[k]);
		want = want * 15 / 16 + marked[k] / 1600.0;
		assert_true(fabs(alpha_of(&b) - want) < 0.002);
	}
	for (i = 0; i < 200; i++)
		window_with(&b, 0);
	assert_true(alpha_of(&b) < 0.001);
	for (i = 0; i < 200; i++)
		window_with(&b, 100);
	assert_true(alpha_of(&b) > 0.999);
}

/* 3.3: cwnd = cwnd (1 - alpha / 2); 3.5: a loss is a loss. */
static void marks_cut_by_alpha_and_losses_by_half(void **state)
{
	struct ccbed b;
	unsigned int i;

	(void)state;
	ccbed_init(&b, &tcp_dctcp);
	for (i = 0; i < 100; i++)
		window_with(&b, 20);
	assert_true(fabs(alpha_of(&b) - 0.2) < 0.01);
	b.c.cwnd = 100 * CCBED_MSS;
	b.a.ecn.is_cutting = true;
	assert_in_range(tcp_dctcp.ssthresh(&b.c), 89 * CCBED_MSS,
			91 * CCBED_MSS);
	b.a.ecn.is_cutting = false;
	assert_int_equal(tcp_dctcp.ssthresh(&b.c), 50 * CCBED_MSS);
}

/* Alpha survives what an idle connection loses. */
static void idle_time_does_not_forget_alpha(void **state)
{
	struct ccbed b;
	double before;
	unsigned int i;

	(void)state;
	ccbed_init(&b, &tcp_dctcp);
	for (i = 0; i < 100; i++)
		window_with(&b, 20);
	before = alpha_of(&b);
	for (i = 0; i < TCP_CC_STATE; i++)
		b.a.cc_state[i] = 0;
	window_with(&b, 20);
	assert_true(fabs(alpha_of(&b) - before) < 0.02);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_begins_as_reno),
		cmocka_unit_test(alpha_is_the_moving_mean_of_marks),
		cmocka_unit_test(marks_cut_by_alpha_and_losses_by_half),
		cmocka_unit_test(idle_time_does_not_forget_alpha),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
