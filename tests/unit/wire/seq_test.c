// SPDX-License-Identifier: MIT
/* seq_test.c - sequence numbers, across the wrap */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/seq.h"

static seq32 s(uint32_t v)
{
	return (seq32){v};
}

/* RFC 9293, 3.4 */
static void order_is_that_of_the_circle(void **state)
{
	(void)state;
	assert_true(seq_lt(s(0xfffffff0), s(0x10)));
	assert_false(seq_lt(s(0x10), s(0xfffffff0)));
	assert_false(seq_lt(s(5), s(5)));
	assert_true(seq_leq(s(5), s(5)));
	assert_true(seq_geq(s(5), s(5)));
	assert_true(seq_gt(s(0), s(0xffffffff)));
	assert_int_equal(seq_diff(s(0xffffffff), s(1)), 2);
	assert_int_equal(seq_diff(s(1), s(0xffffffff)), -2);
	assert_true(seq_dist(s(1), s(0)) == 0xffffffff);
}

static void exactly_one_of_less_equal_greater_holds(void **state)
{
	static const uint32_t step[] = {0,	    1,		2,	   1000,
					0x7fffffff, 0x80000001, 0xffffffff};
	uint32_t base;
	size_t i;

	(void)state;
	for (base = 0; base < 5; base++) {
		for (i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
			seq32 a = s(base * 0x40000000 - 1);
			seq32 b = seq_add(a, step[i]);

			assert_int_equal(
				seq_lt(a, b) + seq_gt(a, b) + seq_eq(a, b), 1);
			assert_int_equal(seq_leq(a, b), !seq_gt(a, b));
			assert_int_equal(seq_geq(a, b), !seq_lt(a, b));
			assert_true(seq_eq(seq_sub(b, step[i]), a));
		}
	}
}

static void the_later_and_the_earlier(void **state)
{
	(void)state;
	assert_true(seq_max(s(0xfffffff0), s(3)).v == 3);
	assert_true(seq_min(s(0xfffffff0), s(3)).v == 0xfffffff0);
}

static void a_range_may_lie_across_the_wrap(void **state)
{
	(void)state;
	assert_true(seq_in(s(0xffffffff), s(0xfffffffe), 4));
	assert_true(seq_in(s(1), s(0xfffffffe), 4));
	assert_false(seq_in(s(2), s(0xfffffffe), 4));
	assert_false(seq_in(s(0xfffffffd), s(0xfffffffe), 4));
	assert_false(seq_in(s(7), s(7), 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_that_of_the_circle),
		cmocka_unit_test(exactly_one_of_less_equal_greater_holds),
		cmocka_unit_test(the_later_and_the_earlier),
		cmocka_unit_test(a_range_may_lie_across_the_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
