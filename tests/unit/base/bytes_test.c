// SPDX-License-Identifier: MIT
/* bytes_test.c - octets and numbers */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/check.h"

static const uint8_t octets[8] = {0x01, 0x23, 0x45, 0x67,
				  0x89, 0xab, 0xcd, 0xef};

static void the_first_octet_on_the_wire_is_the_most_significant(void **state)
{
	(void)state;
	assert_int_equal(get16(octets), 0x0123);
	assert_int_equal(get24(octets), 0x012345);
	assert_int_equal(get32(octets), 0x01234567);
	assert_true(get64(octets) == 0x0123456789abcdef);
}

static void little_endian_is_the_other_way_round(void **state)
{
	(void)state;
	assert_int_equal(get16le(octets), 0x2301);
	assert_int_equal(get32le(octets), 0x67452301);
	assert_true(get64le(octets) == 0xefcdab8967452301);
}

static void what_was_put_can_be_got(void **state)
{
	uint8_t buf[10] = {0};

	(void)state;
	put16(buf + 1, 0x0123);
	assert_memory_equal(buf + 1, octets, 2);
	put24(buf + 1, 0x012345);
	assert_memory_equal(buf + 1, octets, 3);
	put32(buf + 1, 0x01234567);
	assert_memory_equal(buf + 1, octets, 4);
	put64(buf + 1, 0x0123456789abcdef);
	assert_memory_equal(buf + 1, octets, 8);
	assert_int_equal(buf[0] | buf[9], 0);

	put16le(buf + 1, 0x2301);
	assert_memory_equal(buf + 1, octets, 2);
	put32le(buf + 1, 0x67452301);
	assert_memory_equal(buf + 1, octets, 4);
	put64le(buf + 1, 0xefcdab8967452301);
	assert_memory_equal(buf + 1, octets, 8);
	assert_int_equal(buf[0] | buf[9], 0);
}

struct outer {
	int before;
	int member;
};

static void a_member_leads_to_the_structure_around_it(void **state)
{
	struct outer o = {1, 2};
	const struct outer *c = &o;

	(void)state;
	assert_ptr_equal(container_of(&o.member, struct outer, member), &o);
	assert_ptr_equal(container_of_const(&c->member, struct outer, member),
			 &o);
}

static void smaller_and_larger(void **state)
{
	(void)state;
	assert_int_equal(min_u32(1, UINT32_MAX), 1);
	assert_true(max_u32(1, UINT32_MAX) == UINT32_MAX);
	assert_int_equal(min_size(SIZE_MAX, 0), 0);
	assert_true(max_size(SIZE_MAX, 0) == SIZE_MAX);
	assert_true(min_u64(UINT64_MAX, 1) == 1);
	assert_true(max_u64(UINT64_MAX, 1) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_first_octet_on_the_wire_is_the_most_significant),
		cmocka_unit_test(little_endian_is_the_other_way_round),
		cmocka_unit_test(what_was_put_can_be_got),
		cmocka_unit_test(a_member_leads_to_the_structure_around_it),
		cmocka_unit_test(smaller_and_larger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
