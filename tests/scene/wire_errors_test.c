// SPDX-License-Identifier: MIT
/*
 * wire_errors_test.c - no damaged frame is ever taken for a good one
 *
 * bench/wire_errors.c does the same with ten million frames.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "badwire.h"

static void the_fcs_catches_every_frame_that_was_hit(void **state)
{
	static const double rates[] = {1e-5, 1e-4, 1e-3};
	static const size_t lens[] = {60, 512, 1514};
	size_t i, k;

	(void)state;
	for (i = 0; i < 3; i++) {
		for (k = 0; k < 3; k++) {
			const struct badwire_cfg cfg = {
				.frames = 5000,
				.len = lens[k],
				.bit_errors = rates[i],
			};
			struct badwire_result r = badwire_run(&cfg, i + 1);

			assert_int_equal(r.wrong, 0);
			assert_int_equal(r.caught, r.hit);
			assert_int_equal(r.right, cfg.frames - r.hit);
			assert_true(r.hit > 0);
		}
	}
}

static void with_correction_all_arrive_and_each_repair_counts(void **state)
{
	const struct badwire_cfg cfg = {
		.frames = 20000,
		.len = 1514,
		.bit_errors = 1e-5,
		.has_fec = true,
	};
	struct badwire_result r = badwire_run(&cfg, 1);

	(void)state;
	assert_true(r.hit > 2000);
	assert_int_equal(r.right, cfg.frames);
	assert_int_equal(r.wrong + r.caught + r.broken, 0);
	/* Two flips in one octet are one repair. */
	assert_true(r.repaired <= r.flipped && r.repaired + 20 > r.flipped);
}

static void what_cannot_be_repaired_is_caught_all_the_same(void **state)
{
	const struct badwire_cfg cfg = {
		.frames = 2000,
		.len = 1514,
		.bit_errors = 3e-3,
		.has_fec = true,
	};
	struct badwire_result r = badwire_run(&cfg, 1);

	(void)state;
	assert_true(r.broken > 100);
	assert_true(r.caught > 100 && r.right > 100);
	assert_int_equal(r.wrong, 0);
	assert_int_equal(r.caught + r.right, cfg.frames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fcs_catches_every_frame_that_was_hit),
		cmocka_unit_test(
			with_correction_all_arrive_and_each_repair_counts),
		cmocka_unit_test(
			what_cannot_be_repaired_is_caught_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
