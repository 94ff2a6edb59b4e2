// SPDX-License-Identifier: MIT
/* csum_test.c - the Internet checksum against its definition */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"

#include "wire/csum.h"
#include "wire/proto.h"

/* RFC 1071, 1: 16-bit words in network order, end-around carry. */
static uint16_t naive(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
		if (sum > 0xffff)
			sum -= 0xffff;
	}
	return (uint16_t)~sum;
}

/* Ones' complement has two zeroes; they mean the same. */
static bool same(uint16_t a, uint16_t b)
{
	return a % 0xffff == b % 0xffff;
}

static uint8_t data[5000];

static int setup(void **state)
{
	struct rng r;

	(void)state;
	rng_init(&r, 1, "csum");
	rng_fill(&r, data, sizeof(data));
	memset(data + 200, 0xff, 300); /* carries all the way */
	return 0;
}

/* RFC 1071, 3 */
static void the_example_of_the_rfc(void **state)
{
	static const uint8_t p[] = {0x00, 0x01, 0xf2, 0x03,
				    0xf4, 0xf5, 0xf6, 0xf7};

	(void)state;
	assert_int_equal(csum(p, sizeof(p)), (uint16_t)~0xddf2);
	assert_int_equal(csum(p, 0), 0xffff);
}

static void every_length_at_every_alignment(void **state)
{
	size_t off, len;

	(void)state;
	for (off = 0; off < 9; off++)
		for (len = 0; len < 400; len++)
			assert_int_equal(csum(data + off, len),
					 naive(data + off, len));
	assert_int_equal(csum(data, sizeof(data)), naive(data, sizeof(data)));
}

static void pieces_may_end_at_odd_offsets(void **state)
{
	struct rng r;
	int round;

	(void)state;
	rng_init(&r, 2, "csum");
	for (round = 0; round < 2000; round++) {
		size_t len = rng_below(&r, 300), off = 0;
		uint32_t sum = 0;

		while (off < len) {
			size_t n = 1 + rng_below(&r, (uint32_t)(len - off));

			sum = csum_add_at(sum, data + off, n, off);
			off += n;
		}
		assert_true(same(csum_fold(sum), naive(data, len)));
	}
}

static void two_pieces_that_lie_apart_are_one(void **state)
{
	static const size_t heads[] = {0, 20, 32, 60, 190, 192, 254, 1024};
	uint8_t whole[4000];
	size_t i, n, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(heads); i++)
		for (n = 0; n < 700; n += 1 + n / 40) {
			len = heads[i] + n;
			memcpy(whole, data + 100, heads[i]);
			memcpy(whole + heads[i], data + 2001, n);
			assert_true(same(
				csum_fold(csum_add_two(data + 100, heads[i],
						       data + 2001, n)),
				naive(whole, len)));
		}
}

static void copying_sums_on_the_way(void **state)
{
	static uint8_t to[sizeof(data)];
	size_t len;

	(void)state;
	for (len = 0; len <= sizeof(data); len += 1 + len / 7) {
		memset(to, 0, sizeof(to));
		assert_int_equal(csum_fold(csum_copy(0, to, data, len)),
				 naive(data, len));
		assert_memory_equal(to, data, len);
	}
}

/* The accumulators at their largest: nothing may overflow. */
static void all_ones_do_not_overflow(void **state)
{
	static uint8_t ones[65536];
	uint32_t sum = 0;
	int i;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (i = 0; i < 100; i++)
		sum = csum_add(sum, ones, sizeof(ones));
	assert_true(same(csum_fold(sum), 0));
}

/* RFC 1624 */
static void a_changed_field_changes_the_sum(void **state)
{
	uint8_t p[40];
	struct rng r;
	int round;

	(void)state;
	rng_init(&r, 3, "csum");
	for (round = 0; round < 2000; round++) {
		size_t at = 2 * rng_below(&r, 18);
		uint32_t old, now = rng_u32(&r);
		uint16_t sum;

		rng_fill(&r, p, sizeof(p));
		if (rng_below(&r, 3) == 0)
			now = rng_below(&r, 2) ? 0 : 0xffffffff;
		sum = csum(p, sizeof(p));
		old = get32(p + at);
		put32(p + at, now);
		assert_true(
			same(csum_update32(sum, old, now), csum(p, sizeof(p))));
		old = get16(p + at);
		sum = csum(p, sizeof(p));
		put16(p + at, (uint16_t)(now >> 3));
		assert_true(same(
			csum_update16(sum, (uint16_t)old, (uint16_t)(now >> 3)),
			csum(p, sizeof(p))));
	}
}

static void the_pseudo_header_counts(void **state)
{
	const ip4_addr src = {0xfffefdfc}, dst = {0xffffffff};
	ip6_addr src6 = IP6_LOOPBACK, dst6;
	uint8_t p4[12], p6[40] = {0};

	(void)state;
	put_ip4(p4, src);
	put_ip4(p4 + 4, dst);
	put16(p4 + 8, IP_PROTO_TCP);
	put16(p4 + 10, 0xfff1);
	assert_true(
		same(csum_fold(csum_pseudo4(src, dst, IP_PROTO_TCP, 0xfff1)),
		     naive(p4, sizeof(p4))));
	assert_int_equal(
		csum_fold(csum_pseudo(ip_addr_v4(src), ip_addr_v4(dst),
				      IP_PROTO_TCP, 0xfff1)),
		csum_fold(csum_pseudo4(src, dst, IP_PROTO_TCP, 0xfff1)));

	memset(&dst6, 0xfe, sizeof(dst6));
	put_ip6(p6, src6);
	put_ip6(p6 + 16, dst6);
	put32(p6 + 32, 0x12345);
	p6[39] = IP_PROTO_UDP;
	assert_true(
		same(csum_fold(csum_pseudo6(src6, dst6, IP_PROTO_UDP, 0x12345)),
		     naive(p6, sizeof(p6))));
	assert_int_equal(
		csum_fold(csum_pseudo(ip_addr_v6(src6), ip_addr_v6(dst6),
				      IP_PROTO_UDP, 0x12345)),
		csum_fold(csum_pseudo6(src6, dst6, IP_PROTO_UDP, 0x12345)));
}

static void what_was_summed_verifies_as_zero(void **state)
{
	uint8_t p[64];
	size_t bit;

	(void)state;
	memcpy(p, data, sizeof(p));
	put16(p + 10, 0);
	put16(p + 10, csum(p, sizeof(p)));
	assert_int_equal(csum(p, sizeof(p)), 0);
	for (bit = 0; bit < sizeof(p) * 8; bit++) {
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(csum(p, sizeof(p)), 0);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_rfc),
		cmocka_unit_test(every_length_at_every_alignment),
		cmocka_unit_test(pieces_may_end_at_odd_offsets),
		cmocka_unit_test(two_pieces_that_lie_apart_are_one),
		cmocka_unit_test(copying_sums_on_the_way),
		cmocka_unit_test(all_ones_do_not_overflow),
		cmocka_unit_test(a_changed_field_changes_the_sum),
		cmocka_unit_test(the_pseudo_header_counts),
		cmocka_unit_test(what_was_summed_verifies_as_zero),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
