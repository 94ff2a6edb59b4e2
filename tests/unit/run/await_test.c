// SPDX-License-Identifier: MIT
/*
 * await_test.c - who goes first: calls, or octets
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/env.h"

#include "run/run_int.h"

/* At @now_us somebody calls, or nobody: do octets wait? */
static bool waits(struct supervisor *sup, bool has_calls, uint64_t now_us)
{
	await_hold(sup, has_calls, now_us * NS_PER_US);
	return sup->is_held;
}

static void octets_wait_while_somebody_calls(void **state)
{
	struct supervisor sup = {0};

	(void)state;
	assert_false(waits(&sup, false, 100));
	assert_true(waits(&sup, true, 110));
	assert_true(waits(&sup, true, 120));
	assert_false(waits(&sup, false, 130));
}

static void octets_do_not_wait_for_ever(void **state)
{
	struct supervisor sup = {0};
	uint64_t waited_us = 0, longest_us = 0;
	int turns = 0;

	(void)state;
	for (uint64_t now_us = 1000; now_us < 11000; now_us += 10) {
		waited_us = waits(&sup, true, now_us) ? waited_us + 10 : 0;
		if (!waited_us)
			turns++;
		if (waited_us > longest_us)
			longest_us = waited_us;
	}
	assert_int_equal(longest_us, 200);
	assert_int_equal(turns, 47); /* 10 ms, of 210 us each */
}

static void who_calls_later_finds_all_of_the_time(void **state)
{
	struct supervisor sup = {0};

	(void)state;
	assert_true(waits(&sup, true, 0));
	assert_false(waits(&sup, false, 190));
	assert_true(waits(&sup, true, 195));
	assert_true(waits(&sup, true, 390));
	assert_false(waits(&sup, true, 395));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_wait_while_somebody_calls),
		cmocka_unit_test(octets_do_not_wait_for_ever),
		cmocka_unit_test(who_calls_later_finds_all_of_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
