// SPDX-License-Identifier: MIT
/* rng_test.c - streams that are the same every time */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/rng.h"

static void seed_and_name_make_the_stream(void **state)
{
	struct rng a, b, other_seed, other_name;
	int i, same_seed = 0, same_name = 0;

	(void)state;
	rng_init(&a, 42, "laptop");
	rng_init(&b, 42, "laptop");
	rng_init(&other_seed, 43, "laptop");
	rng_init(&other_name, 42, "web");
	for (i = 0; i < 100; i++) {
		uint64_t v = rng_u64(&a);

		assert_true(v == rng_u64(&b));
		same_seed += v == rng_u64(&other_seed);
		same_name += v == rng_u64(&other_name);
	}
	assert_int_equal(same_seed + same_name, 0);
}

/* First numbers of xoshiro256** from the state 1, 2, 3, 4. */
static void the_generator_is_the_published_one(void **state)
{
	static const uint64_t expect[] = {11520, 0, 1509978240,
					  1215971899390074240};
	struct rng r = {{1, 2, 3, 4}};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_true(rng_u64(&r) == expect[i]);
}

static void below_is_even_and_below(void **state)
{
	enum { N = 7, DRAWS = 70000 };
	uint32_t count[N] = {0};
	struct rng r;
	int i;

	(void)state;
	rng_init(&r, 1, "dice");
	for (i = 0; i < DRAWS; i++) {
		uint32_t v = rng_below(&r, N);

		assert_true(v < N);
		count[v]++;
	}
	for (i = 0; i < N; i++)
		assert_in_range(count[i], DRAWS / N - 500, DRAWS / N + 500);
	assert_int_equal(rng_below(&r, 0), 0);
	assert_int_equal(rng_below(&r, 1), 0);
	assert_true(rng_below(&r, UINT32_MAX) < UINT32_MAX);
}

/* Three quarters of 2^32: without rejection, a third would come twice. */
static void below_does_not_favour_the_small(void **state)
{
	const uint32_t n = 0xc0000000;
	struct rng r;
	int i, low = 0;

	(void)state;
	rng_init(&r, 2, "large");
	for (i = 0; i < 30000; i++)
		low += rng_below(&r, n) % 3 == 0;
	assert_in_range(low, 9600, 10400);
}

static void doubles_lie_in_the_unit_interval(void **state)
{
	struct rng r;
	double v, sum = 0;
	int i;

	(void)state;
	rng_init(&r, 3, "loss");
	for (i = 0; i < 10000; i++) {
		v = rng_double(&r);
		assert_true(v >= 0 && v < 1);
		sum += v;
	}
	assert_true(sum > 4900 && sum < 5100);
	assert_false(rng_chance(&r, 0));
	assert_true(rng_chance(&r, 1));
}

static void octets_are_words_with_the_low_octet_first(void **state)
{
	struct rng a, b;
	uint8_t buf[13] = {0}, word[8];

	(void)state;
	rng_init(&a, 4, "key");
	b = a;
	rng_fill(&a, buf, 11);
	put64le(word, rng_u64(&b));
	assert_memory_equal(buf, word, 8);
	put64le(word, rng_u64(&b));
	assert_memory_equal(buf + 8, word, 3);
	assert_int_equal(buf[11] | buf[12], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_and_name_make_the_stream),
		cmocka_unit_test(the_generator_is_the_published_one),
		cmocka_unit_test(below_is_even_and_below),
		cmocka_unit_test(below_does_not_favour_the_small),
		cmocka_unit_test(doubles_lie_in_the_unit_interval),
		cmocka_unit_test(octets_are_words_with_the_low_octet_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
