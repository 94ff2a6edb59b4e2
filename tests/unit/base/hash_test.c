// SPDX-License-Identifier: MIT
/* hash_test.c - SipHash against its reference */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/hash.h"

/* The key 00 01 02 ... 0f, as two little-endian words. */
static const struct hash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};

/* The message of length n is 00 01 ... n-1. */
static void message(uint8_t *buf, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = (uint8_t)i;
}

/* From the appendix of the SipHash paper, and its reference vectors. */
static void siphash24_gives_the_published_values(void **state)
{
	static const uint64_t expect[] = {
		[0] = 0x726fdb47dd0e0e31,
		[1] = 0x74f839c593dc67fd,
		[8] = 0x93f5f5799a932462,
		[15] = 0xa129ca6149be45e5,
	};
	uint8_t buf[16];

	(void)state;
	message(buf, sizeof(buf));
	assert_true(siphash24(&key, buf, 0) == expect[0]);
	assert_true(siphash24(&key, buf, 1) == expect[1]);
	assert_true(siphash24(&key, buf, 8) == expect[8]);
	assert_true(siphash24(&key, buf, 15) == expect[15]);
}

static void words_hash_as_their_octets(void **state)
{
	uint8_t buf[12];

	(void)state;
	message(buf, sizeof(buf));
	assert_true(siphash24_u64(&key, 0x0706050403020100) ==
		    siphash24(&key, buf, 8));
	assert_true(siphash24_u96(&key, 0x0706050403020100, 0x0b0a0908) ==
		    siphash24(&key, buf, 12));
}

/* SipHash 1-3 written down once more, with no regard to speed. */
static uint64_t naive_siphash13(const uint8_t *p, size_t len)
{
	uint64_t v[4] = {
		key.k[0] ^ 0x736f6d6570736575, key.k[1] ^ 0x646f72616e646f6d,
		key.k[0] ^ 0x6c7967656e657261, key.k[1] ^ 0x7465646279746573};
	size_t words = len / 8 + 1, i, j;
	uint64_t m;
	int r;

	for (i = 0; i <= words; i++) {
		for (m = 0, j = 0; i < words && j < 8; j++)
			if (i * 8 + j < len)
				m |= (uint64_t)p[i * 8 + j] << 8 * j;
		if (i == words - 1)
			m |= (uint64_t)len << 56;
		if (i == words)
			v[2] ^= 0xff;
		else
			v[3] ^= m;
		for (r = 0; r < (i == words ? 3 : 1); r++) {
			v[0] += v[1], v[2] += v[3];
			v[1] = (v[1] << 13 | v[1] >> 51) ^ v[0];
			v[3] = (v[3] << 16 | v[3] >> 48) ^ v[2];
			v[0] = v[0] << 32 | v[0] >> 32;
			v[2] += v[1], v[0] += v[3];
			v[1] = (v[1] << 17 | v[1] >> 47) ^ v[2];
			v[3] = (v[3] << 21 | v[3] >> 43) ^ v[0];
			v[2] = v[2] << 32 | v[2] >> 32;
		}
		if (i < words)
			v[0] ^= m;
	}
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void siphash13_follows_the_description(void **state)
{
	uint8_t buf[300];
	size_t len;

	(void)state;
	message(buf, sizeof(buf));
	for (len = 0; len < sizeof(buf); len++)
		assert_true(siphash13(&key, buf, len) ==
			    naive_siphash13(buf, len));
}

static void fixed_lengths_agree_with_the_general_one(void **state)
{
	uint8_t buf[40];
	uint64_t w[5];
	int i;

	(void)state;
	message(buf, sizeof(buf));
	for (i = 0; i < 5; i++)
		w[i] = get64le(buf + 8 * i);
	assert_true(siphash13_u64(&key, w[0]) == siphash13(&key, buf, 8));
	assert_true(siphash13_u64x2(&key, w[0], w[1]) ==
		    siphash13(&key, buf, 16));
	assert_true(siphash13_u64x5(&key, w) == siphash13(&key, buf, 40));
}

static void another_key_is_another_hash(void **state)
{
	struct hash_key other = key;

	(void)state;
	other.k[1] ^= 1;
	assert_true(siphash13(&key, "weft", 4) != siphash13(&other, "weft", 4));
	assert_true(siphash24(&key, "weft", 4) != siphash24(&other, "weft", 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash24_gives_the_published_values),
		cmocka_unit_test(words_hash_as_their_octets),
		cmocka_unit_test(siphash13_follows_the_description),
		cmocka_unit_test(fixed_lengths_agree_with_the_general_one),
		cmocka_unit_test(another_key_is_another_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
