// SPDX-License-Identifier: MIT
/* cursor_test.c - reading and writing what may not be there */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cursor.h"

static const uint8_t octets[18] = {1,  2,  3,  4,  5,  6,  7,  8,  9,
				   10, 11, 12, 13, 14, 15, 16, 17, 18};

static void fields_come_in_order(void **state)
{
	struct cursor c = cur_init(octets, 18);

	(void)state;
	assert_int_equal(cur_u8(&c), 0x01);
	assert_int_equal(cur_u16(&c), 0x0203);
	assert_int_equal(cur_u24(&c), 0x040506);
	assert_int_equal(cur_u32(&c), 0x0708090a);
	assert_true(cur_u64(&c) == 0x0b0c0d0e0f101112);
	assert_int_equal(cur_left(&c), 0);
	assert_true(cur_ok(&c));
}

static void one_octet_too_many_is_bad_for_good(void **state)
{
	struct cursor c = cur_init(octets, 3);

	(void)state;
	assert_int_equal(cur_u32(&c), 0);
	assert_false(cur_ok(&c));
	assert_int_equal(cur_left(&c), 0);
	assert_int_equal(cur_u8(&c), 0); /* though there were three */
	assert_null(cur_take(&c, 0));
	assert_null(cur_peek(&c, 0));
}

static void every_length_is_either_enough_or_bad(void **state)
{
	size_t len, want;

	(void)state;
	for (len = 0; len <= 18; len++) {
		for (want = 0; want <= 20; want++) {
			struct cursor c = cur_init(octets, len);

			assert_int_equal(cur_take(&c, want) != NULL,
					 want <= len);
			assert_int_equal(cur_ok(&c), want <= len);
		}
	}
}

static void sizes_near_the_limit_do_not_wrap(void **state)
{
	struct cursor c = cur_init(octets, 18);

	(void)state;
	cur_skip(&c, 10);
	assert_null(cur_peek(&c, SIZE_MAX));
	assert_true(cur_ok(&c));
	cur_skip(&c, SIZE_MAX - 5);
	assert_false(cur_ok(&c));
}

static void a_part_is_confined_to_itself(void **state)
{
	struct cursor c = cur_init(octets, 18);
	struct cursor part = cur_sub(&c, 4);

	(void)state;
	assert_int_equal(cur_left(&c), 14);
	cur_skip(&part, 5);
	assert_false(cur_ok(&part));
	assert_true(cur_ok(&c));
	part = cur_sub(&c, 15);
	assert_false(cur_ok(&part));
	assert_int_equal(cur_left(&part), 0);
	assert_false(cur_ok(&c));
}

static void copying_too_much_copies_zeroes(void **state)
{
	static const uint8_t zero[4];
	struct cursor c = cur_init(octets, 3);
	uint8_t to[4] = {9, 9, 9, 9};

	(void)state;
	cur_copy(&c, to, 4);
	assert_memory_equal(to, zero, 4);
	assert_false(cur_ok(&c));
}

static void nothing_at_all_can_be_read(void **state)
{
	struct cursor c = cur_init(NULL, 0);

	(void)state;
	cur_skip(&c, 0);
	assert_true(cur_ok(&c));
	cur_copy(&c, NULL, 0);
	assert_true(cur_ok(&c));
	assert_int_equal(cur_u8(&c), 0);
	assert_false(cur_ok(&c));
}

static void what_was_written_reads_the_same(void **state)
{
	uint8_t buf[18];
	struct wcursor w = wcur_init(buf, sizeof(buf));

	(void)state;
	wcur_u8(&w, 0x01);
	wcur_u16(&w, 0x0203);
	wcur_u24(&w, 0x040506);
	wcur_u32(&w, 0x0708090a);
	wcur_u64(&w, 0x0b0c0d0e0f101112);
	assert_true(wcur_ok(&w));
	assert_int_equal(wcur_len(&w), 18);
	assert_memory_equal(buf, octets, 18);
	wcur_bytes(&w, NULL, 0);
	assert_true(wcur_ok(&w));
}

static void nothing_is_written_past_the_room(void **state)
{
	uint8_t buf[8] = {0};
	struct wcursor w = wcur_init(buf, 6);

	(void)state;
	wcur_u32(&w, 0x01020304);
	wcur_u32(&w, 0x05060708);
	assert_false(wcur_ok(&w));
	wcur_u8(&w, 9); /* would fit, but the text before it is missing */
	assert_int_equal(wcur_len(&w), 4);
	assert_int_equal(wcur_left(&w), 0);
	assert_int_equal(buf[4] | buf[5] | buf[6], 0);
}

static void padding_reaches_the_next_multiple(void **state)
{
	uint8_t buf[8];
	size_t len;

	(void)state;
	for (len = 0; len <= 8; len++) {
		struct wcursor w = wcur_init(buf, sizeof(buf));

		wcur_bytes(&w, octets, len);
		wcur_pad(&w, 0, 4);
		assert_int_equal(wcur_len(&w), (len + 3) / 4 * 4);
		assert_true(wcur_ok(&w));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_come_in_order),
		cmocka_unit_test(one_octet_too_many_is_bad_for_good),
		cmocka_unit_test(every_length_is_either_enough_or_bad),
		cmocka_unit_test(sizes_near_the_limit_do_not_wrap),
		cmocka_unit_test(a_part_is_confined_to_itself),
		cmocka_unit_test(copying_too_much_copies_zeroes),
		cmocka_unit_test(nothing_at_all_can_be_read),
		cmocka_unit_test(what_was_written_reads_the_same),
		cmocka_unit_test(nothing_is_written_past_the_room),
		cmocka_unit_test(padding_reaches_the_next_multiple),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
