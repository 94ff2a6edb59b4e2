// SPDX-License-Identifier: MIT
/* buf_test.c - counted buffers with two indexes */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reactor/buf.h"

static int setup(void **state)
{
	static struct mem mem;

	mem_init_libc(&mem);
	*state = &mem;
	return 0;
}

static int teardown(void **state)
{
	const struct mem *mem = *state;

	assert_int_equal(mem->in_use_count, 0);
	return 0;
}

static void writing_and_reading_move_their_own_index(void **state)
{
	struct buf *b = buf_new(*state, 100);

	assert_int_equal(buf_append_text(b, "hello world"), 0);
	assert_int_equal(buf_readable(b), 11);
	buf_skip(b, 6);
	assert_memory_equal(buf_rptr(b), "world", 5);
	assert_int_equal(buf_readable(b), 5);
	assert_int_equal(buf_writable(b), 89);
	buf_put(b);
}

static void numbers_go_in_network_order(void **state)
{
	struct buf *b = buf_new(*state, 0);

	buf_append_u8(b, 1);
	buf_append_u16(b, 0x0203);
	buf_append_u32(b, 0x04050607);
	assert_memory_equal(buf_rptr(b), "\1\2\3\4\5\6\7", 7);
	buf_put(b);
}

static void buffer_grows_and_keeps_what_it_has(void **state)
{
	struct buf *b = buf_of_text(*state, "0123456789");
	size_t i;

	buf_skip(b, 3);
	for (i = 0; i < 1000; i++)
		assert_int_equal(buf_append_u8(b, (uint8_t)i), 0);
	assert_int_equal(buf_readable(b), 1007);
	assert_memory_equal(buf_rptr(b), "3456789", 7);
	for (i = 0; i < 1000; i++)
		assert_int_equal(buf_rptr(b)[7 + i], (uint8_t)i);
	buf_put(b);
}

static void room_in_front_is_used_before_memory(void **state)
{
	struct mem *mem = *state;
	struct buf *b = buf_new(mem, 100);
	uint64_t calls;

	b->w = 100;
	memset(b->data, 'x', 100);
	buf_skip(b, 90);
	calls = mem->calls;
	assert_int_equal(buf_append_text(b, "more"), 0);
	assert_int_equal(mem->calls, calls);
	assert_memory_equal(buf_rptr(b), "xxxxxxxxxxmore", 14);
	buf_put(b);
}

static void slice_keeps_its_parent_alive(void **state)
{
	struct buf *b = buf_of_text(*state, "one two three"), *s, *t;

	buf_skip(b, 4);
	s = buf_slice(b, 0, 9);
	t = buf_slice(s, 4, 5);
	buf_put(b);
	buf_put(s);
	assert_memory_equal(buf_rptr(t), "three", 5);
	assert_int_equal(buf_readable(t), 5);
	buf_put(t);
}

static void what_has_slices_does_not_move(void **state)
{
	struct buf *b = buf_of_text(*state, "abc"), *s = buf_slice(b, 0, 3);

	assert_int_equal(buf_reserve(b, 1000), -EBUSY);
	assert_int_equal(buf_append_text(s, "x"), -EBUSY);
	buf_put(s);
	assert_int_equal(buf_reserve(b, 1000), 0);
	buf_put(b);
}

static void no_buffer_above_the_cap(void **state)
{
	struct buf *b;

	assert_null(buf_new(*state, BUF_MAX + 1));
	b = buf_new(*state, 10);
	assert_int_equal(buf_reserve(b, BUF_MAX), 0);
	b->w = BUF_MAX;
	assert_int_equal(buf_append_u8(b, 0), -EMSGSIZE);
	assert_int_equal(buf_reserve(b, SIZE_MAX), -EMSGSIZE);
	buf_put(b);
}

static void octet_is_found_from_the_reader_on(void **state)
{
	struct buf *b = buf_of_text(*state, "a\nbc\n");

	assert_int_equal(buf_find(b, '\n'), 1);
	buf_skip(b, 2);
	assert_int_equal(buf_find(b, '\n'), 2);
	assert_int_equal(buf_find(b, 'a'), -1);
	buf_put(b);
}

static void failed_allocation_changes_nothing(void **state)
{
	struct mem *mem = *state;
	struct buf *b;
	int k;

	for (k = 1; k <= 2; k++) {
		mem->fail_at = mem->calls + (uint64_t)k;
		assert_null(buf_new(mem, 10));
		mem->fail_at = 0;
	}
	b = buf_of_text(mem, "keep");
	mem->fail_at = mem->calls + 1;
	assert_int_equal(buf_reserve(b, 5000), -ENOMEM);
	mem->fail_at = mem->calls + 1;
	assert_null(buf_slice(b, 0, 4));
	mem->fail_at = 0;
	assert_memory_equal(buf_rptr(b), "keep", 4);
	assert_int_equal(b->refs, 1);
	buf_put(b);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(writing_and_reading_move_their_own_index),
		T(numbers_go_in_network_order),
		T(buffer_grows_and_keeps_what_it_has),
		T(room_in_front_is_used_before_memory),
		T(slice_keeps_its_parent_alive),
		T(what_has_slices_does_not_move),
		T(no_buffer_above_the_cap),
		T(octet_is_found_from_the_reader_on),
		T(failed_allocation_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
