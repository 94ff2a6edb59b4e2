// SPDX-License-Identifier: MIT
/* linecode_test.c - bits as voltages */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/linecode.h"

static void manchester_bits_are_edges_least_significant_first(void **state)
{
	line_level out[MANCHESTER_LEVELS];
	int octet, i;

	(void)state;
	for (octet = 0; octet < 256; octet++) {
		int sum = 0;

		manchester_encode((uint8_t)octet, out);
		for (i = 0; i < 8; i++) {
			assert_int_equal(out[2 * i], -out[2 * i + 1]);
			assert_int_equal(out[2 * i + 1] > 0, octet >> i & 1);
			sum += out[2 * i] + out[2 * i + 1];
		}
		assert_int_equal(sum, 0); /* no direct current */
	}
}

/* IEEE 802.3, 24.2.2.1: what makes the groups good. */
static void groups_of_five_are_different_and_have_ones_enough(void **state)
{
	static const uint8_t control[] = {CODE_IDLE, CODE_J, CODE_K, CODE_T,
					  CODE_R};
	bool is_used[32] = {false};
	int i, j;

	(void)state;
	for (i = 0; i < 16; i++) {
		uint8_t g = code_4b5b((uint8_t)i);

		assert_true(g < 32 && !is_used[g]);
		is_used[g] = true;
		assert_true(g >> 3 != 0);	/* at most one 0 leads */
		assert_true((g & 7) != 0);	/* at most two 0 follow */
		assert_true((g >> 1 & 7) != 0); /* never three in a row */
	}
	for (j = 0; j < (int)sizeof(control); j++) {
		assert_false(is_used[control[j]]);
		is_used[control[j]] = true;
	}
	assert_int_equal(code_4b5b(0), 0x1e);
	assert_int_equal(code_4b5b(5), 0x0b);
	assert_int_equal(code_4b5b(15), 0x1d);
}

static void mlt3_moves_one_level_at_a_one_and_stays_at_a_zero(void **state)
{
	struct mlt3 m = MLT3_INIT;
	line_level out[5], last = 0, before = -1; /* the last that was not 0 */
	uint8_t bits[5];
	int n, i;

	(void)state;
	for (n = 0; n < 1000; n++) {
		mlt3_send(&m, (uint8_t)(n % 32), bits, out);
		for (i = 0; i < 5; i++) {
			assert_int_equal(abs(out[i] - last), bits[i]);
			if (bits[i] && out[i]) {
				assert_int_equal(out[i], -before);
				before = out[i];
			}
			last = out[i];
		}
	}
}

static void the_scrambler_repeats_after_2047_bits_and_no_earlier(void **state)
{
	static uint8_t seq[4100];
	struct mlt3 m = MLT3_INIT;
	line_level out[5];
	int i, period;

	(void)state;
	for (i = 0; i < 4100;
	     i += 5) /* zeroes: what comes out is the sequence */
		mlt3_send(&m, 0, seq + i, out);
	for (period = 1; period < 2047; period++)
		if (!memcmp(seq, seq + period, 2048))
			break;
	assert_int_equal(period, 2047);
	assert_memory_equal(seq, seq + 2047, 2048);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			manchester_bits_are_edges_least_significant_first),
		cmocka_unit_test(
			groups_of_five_are_different_and_have_ones_enough),
		cmocka_unit_test(
			mlt3_moves_one_level_at_a_one_and_stays_at_a_zero),
		cmocka_unit_test(
			the_scrambler_repeats_after_2047_bits_and_no_earlier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
