// SPDX-License-Identifier: MIT
/* tcp_bulk_test.c - streams over cables that lose, repeat, reorder, corrupt */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/env.h"

#include "bulk.h"

static void a_clean_cable_is_filled(void **state)
{
	struct cable_params cable = {.delay_ns = NS_PER_MS,
				     .rate_bps = 100 * 1000 * 1000};

	(void)state;
	/* 3 MB at 100 Mbit/s take 240 ms; both directions at once. */
	assert_true(bulk_run(&cable, 1, 3000000) < 320);
}

static void an_ideal_cable_needs_no_time(void **state)
{
	struct cable_params cable = {0};

	(void)state;
	assert_true(bulk_run(&cable, 1, 3000000) < 60);
}

static void whole_segments_of_64_kb_arrive(void **state)
{
	struct cable_params cable = {.delay_ns = NS_PER_MS,
				     .has_offload = true};

	(void)state;
	assert_true(bulk_run(&cable, 1, 10000000) < 1000);
}

static void one_percent_loss_is_survived(void **state)
{
	struct cable_params cable = {.delay_ns = 5 * NS_PER_MS, .loss = 0.01};
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 10; seed++)
		bulk_run(&cable, seed, 1000000);
}

static void twenty_percent_loss_is_survived(void **state)
{
	struct cable_params cable = {.delay_ns = 5 * NS_PER_MS, .loss = 0.2};
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 10; seed++)
		bulk_run(&cable, seed, 100000);
}

static void a_cable_that_does_everything_is_survived(void **state)
{
	struct cable_params cable = {.delay_ns = 3 * NS_PER_MS,
				     .jitter_ns = 2 * NS_PER_MS,
				     .loss = 0.05,
				     .dup = 0.05,
				     .reorder = 0.1,
				     .corrupt = 0.03};
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 20; seed++)
		bulk_run(&cable, seed, 200000);
}

static void reordering_alone_loses_nothing(void **state)
{
	struct cable_params cable = {
		.delay_ns = 3 * NS_PER_MS, .reorder = 0.3, .dup = 0.3};
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 10; seed++)
		bulk_run(&cable, seed, 300000);
}

static void a_short_queue_is_shared(void **state)
{
	struct cable_params cable = {.delay_ns = 10 * NS_PER_MS,
				     .rate_bps = 10 * 1000 * 1000,
				     .queue_frames = 10};

	(void)state;
	bulk_run(&cable, 3, 2000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_cable_is_filled),
		cmocka_unit_test(an_ideal_cable_needs_no_time),
		cmocka_unit_test(whole_segments_of_64_kb_arrive),
		cmocka_unit_test(one_percent_loss_is_survived),
		cmocka_unit_test(twenty_percent_loss_is_survived),
		cmocka_unit_test(a_cable_that_does_everything_is_survived),
		cmocka_unit_test(reordering_alone_loses_nothing),
		cmocka_unit_test(a_short_queue_is_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
