// SPDX-License-Identifier: MIT
/* os_test.c - clock, randomness and memory of the system */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/env.h"

#include "os/clock.h"
#include "os/mem.h"
#include "os/random.h"

static void clock_does_not_go_back(void **state)
{
	uint64_t last = os_clock_ns();
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		uint64_t now = os_clock_ns();

		assert_true(now >= last);
		last = now;
	}
	/* Later than this was written, and before the year 2200. */
	assert_true(os_wall_ns() > UINT64_C(1700000000) * NS_PER_S);
	assert_true(os_wall_ns() < UINT64_C(7258118400) * NS_PER_S);
}

static void random_octets_differ(void **state)
{
	uint8_t a[64] = {0}, b[64] = {0};

	(void)state;
	assert_int_equal(os_random_fill(NULL, a, sizeof(a)), 0);
	assert_int_equal(os_random_fill(NULL, b, sizeof(b)), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_memory_not_equal(a + 32, b, 32);
	assert_int_equal(os_random_fill(NULL, a, 0), 0);
}

/* Answers of a system that is not at its best. */
static int asked;

static long three_at_a_time(void *buf, size_t len)
{
	size_t n = len < 3 ? len : 3;

	if (asked++ % 2)
		return -EINTR;
	memset(buf, 0xaa, n);
	return (long)n;
}

static long always_interrupted(void *buf, size_t len)
{
	(void)buf;
	(void)len;
	asked++;
	return -EINTR;
}

static long fails_half_way(void *buf, size_t len)
{
	if (asked++)
		return -ENOSYS;
	memset(buf, 0xaa, len / 2);
	return (long)(len / 2);
}

static long too_much(void *buf, size_t len)
{
	(void)buf;
	return (long)len + 1;
}

static long nothing(void *buf, size_t len)
{
	(void)buf;
	(void)len;
	return 0;
}

static void short_and_interrupted_answers_are_asked_again(void **state)
{
	uint8_t buf[100] = {0};
	size_t i;

	(void)state;
	asked = 0;
	assert_int_equal(os_random_fill_from(three_at_a_time, buf, 100), 0);
	for (i = 0; i < 100; i++)
		assert_int_equal(buf[i], 0xaa);
	assert_int_equal(asked, 2 * 33 + 1);
}

static void without_randomness_the_answer_is_no(void **state)
{
	uint8_t buf[100], zero[100] = {0};

	(void)state;
	asked = 0;
	assert_int_equal(os_random_fill_from(fails_half_way, buf, 100), -EIO);
	assert_memory_equal(buf, zero, 100); /* nothing half random */
	assert_int_equal(os_random_fill_from(too_much, buf, 100), -EIO);
	assert_int_equal(os_random_fill_from(nothing, buf, 100), -EIO);
	asked = 0;
	assert_int_equal(os_random_fill_from(always_interrupted, buf, 100),
			 -EIO);
	assert_true(asked >= 100);
}

static void memory_of_any_size_is_zeroed_and_goes_back(void **state)
{
	static const size_t sizes[] = {1, 100, OS_MEM_MAP_MIN - 1,
				       OS_MEM_MAP_MIN, 3 * OS_MEM_MAP_MIN + 7};
	struct mem mem;
	size_t i, j;

	(void)state;
	os_mem_init(&mem, 2 * OS_MEM_MAP_MIN);
	for (i = 0; i < 4; i++) {
		uint8_t *p = mem_alloc(&mem, sizes[i]);

		assert_non_null(p);
		for (j = 0; j < sizes[i]; j++)
			assert_int_equal(p[j], 0);
		memset(p, 0xff, sizes[i]);
		mem_free(&mem, p, sizes[i]);
	}
	assert_null(mem_alloc(&mem, sizes[4])); /* above the cap */
	assert_int_equal(mem.in_use_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_does_not_go_back),
		cmocka_unit_test(random_octets_differ),
		cmocka_unit_test(short_and_interrupted_answers_are_asked_again),
		cmocka_unit_test(without_randomness_the_answer_is_no),
		cmocka_unit_test(memory_of_any_size_is_zeroed_and_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
