// SPDX-License-Identifier: MIT
/* tcp_hystart_test.c - slow start that listens to the delay (RFC 9406) */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ccbed.h"

static void begin(struct ccbed *b)
{
	ccbed_init(b, &tcp_cubic);
	ccbed_round(b, 50000);
	ccbed_round(b, 50000);
}

static bool is_over(const struct ccbed *b)
{
	return b->c.ssthresh != TCP_CWND_MAX;
}

/* RFC 5681, 3.1 */
static void without_delay_the_window_doubles(void **state)
{
	struct ccbed b;
	int i;

	(void)state;
	ccbed_init(&b, &tcp_cubic);
	for (i = 0; i < 8; i++)
		ccbed_round(&b, 50000);
	assert_false(is_over(&b));
	assert_in_range(ccbed_segs(&b), 10 * 256, 10 * 256 + 512);
}

/* RFC 9406, 4.2: an eighth of 50 ms is 6.25 ms. */
static void a_small_rise_is_ignored(void **state)
{
	struct ccbed b;
	uint32_t before;

	(void)state;
	begin(&b);
	before = ccbed_segs(&b);
	ccbed_round(&b, 56000);
	assert_in_range(ccbed_segs(&b), 2 * before - 2, 2 * before + 2);
}

/* RFC 9406, 4.2: five rounds at a quarter of the growth, then ssthresh. */
static void a_rise_leads_out_of_slow_start_in_five_rounds(void **state)
{
	double before;
	struct ccbed b;
	int rounds = 0;

	(void)state;
	begin(&b);
	/* RFC 9406 begins a round in the middle of ours: one is mixed */
	ccbed_round(&b, 57000);
	before = ccbed_segs(&b);
	ccbed_round(&b, 57000);
	assert_in_range(ccbed_segs(&b), 1.25 * before, 1.75 * before);
	while (!is_over(&b) && rounds < 10) {
		before = ccbed_segs(&b);
		ccbed_round(&b, 57000);
		assert_in_range(ccbed_segs(&b), before, 1.25 * before + 3);
		rounds++;
	}
	assert_in_range(rounds, 4, 5);
	assert_in_range(b.c.ssthresh, b.c.cwnd / 2, b.c.cwnd);
}

/* RFC 9406, 4.2: "if the current round's minRTT is less than the baseline" */
static void a_false_alarm_is_forgotten(void **state)
{
	struct ccbed b;
	uint32_t before;
	int i;

	(void)state;
	begin(&b);
	ccbed_round(&b, 60000);
	ccbed_round(&b, 50000);
	before = ccbed_segs(&b);
	ccbed_round(&b, 50000);
	assert_in_range(ccbed_segs(&b), 2 * before - 2, 2 * before + 2);
	for (i = 0; i < 5; i++)
		ccbed_round(&b, 50000);
	assert_false(is_over(&b));
}

/* RFC 9406, 4.2: N_RTT_SAMPLE is 8. */
static void seven_samples_prove_nothing(void **state)
{
	struct ccbed b;
	uint32_t before;
	int i;

	(void)state;
	begin(&b);
	for (i = 0; i < 14; i++) /* the round is over then */
		ccbed_ack(&b, 2, 50000);
	before = ccbed_segs(&b);
	for (i = 0; i < 7; i++)
		ccbed_ack(&b, 2, 90000);
	assert_int_equal(ccbed_segs(&b), before + 14);
	ccbed_ack(&b, 8, 90000);
	ccbed_ack(&b, 8, 90000);
	assert_int_equal(ccbed_segs(&b), before + 14 + 4);
}

/* RFC 9406, 4.3: L is 8. */
static void one_ack_releases_no_large_burst(void **state)
{
	struct ccbed b;

	(void)state;
	begin(&b);
	ccbed_ack(&b, 30, 50000);
	assert_int_equal(ccbed_segs(&b), 48);
}

/* RFC 9406, 4.3: later slow starts know their ssthresh. */
static void it_is_for_the_first_slow_start_only(void **state)
{
	struct ccbed b;

	(void)state;
	begin(&b);
	b.c.ssthresh = 1000 * CCBED_MSS;
	ccbed_ack(&b, 30, 50000);
	assert_int_equal(ccbed_segs(&b), 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_delay_the_window_doubles),
		cmocka_unit_test(a_small_rise_is_ignored),
		cmocka_unit_test(a_rise_leads_out_of_slow_start_in_five_rounds),
		cmocka_unit_test(a_false_alarm_is_forgotten),
		cmocka_unit_test(seven_samples_prove_nothing),
		cmocka_unit_test(one_ack_releases_no_large_burst),
		cmocka_unit_test(it_is_for_the_first_slow_start_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
