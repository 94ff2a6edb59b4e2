// SPDX-License-Identifier: MIT
/* crc32_test.c - the frame check sequence */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/crc32.h"
#include "base/rng.h"

/* One bit after the other, as the standard describes it. */
static uint32_t naive_crc32(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;
	int bit;

	for (; len > 0; len--, p++) {
		crc ^= *p;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void the_check_value_is_right(void **state)
{
	(void)state;
	assert_true(crc32_update(0, "123456789", 9) == 0xcbf43926);
	assert_true(crc32_update(0, "", 0) == 0);
}

static void all_lengths_and_offsets_agree_with_the_definition(void **state)
{
	uint8_t buf[300];
	struct rng r;
	size_t off, len;

	(void)state;
	rng_init(&r, 1, "crc");
	rng_fill(&r, buf, sizeof(buf));
	for (off = 0; off < 8; off++)
		for (len = 0; len < 280; len += 1 + off)
			assert_true(crc32_update(0, buf + off, len) ==
				    naive_crc32(buf + off, len));
}

/* Every octet value in every column of the tables. */
static void every_table_entry_is_right(void **state)
{
	uint8_t buf[8];
	int at, v;

	(void)state;
	for (at = 0; at < 8; at++) {
		for (v = 0; v < 256; v++) {
			memset(buf, 0, sizeof(buf));
			buf[at] = (uint8_t)v;
			assert_true(crc32_update(0, buf, 8) ==
				    naive_crc32(buf, 8));
		}
	}
}

static void pieces_make_the_whole(void **state)
{
	uint8_t buf[100];
	struct rng r;
	size_t cut;

	(void)state;
	rng_init(&r, 2, "crc");
	rng_fill(&r, buf, sizeof(buf));
	for (cut = 0; cut <= sizeof(buf); cut++) {
		uint32_t crc = crc32_update(0, buf, cut);

		crc = crc32_update(crc, buf + cut, sizeof(buf) - cut);
		assert_true(crc == naive_crc32(buf, sizeof(buf)));
	}
}

static void an_intact_frame_leaves_the_residue(void **state)
{
	uint8_t frame[64];
	struct rng r;
	size_t bit;

	(void)state;
	rng_init(&r, 3, "crc");
	rng_fill(&r, frame, 60);
	put32le(frame + 60, crc32_update(0, frame, 60));
	assert_true(crc32_update(0, frame, 64) == CRC32_RESIDUE);
	for (bit = 0; bit < 64 * 8; bit++) {
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(crc32_update(0, frame, 64) != CRC32_RESIDUE);
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_check_value_is_right),
		cmocka_unit_test(
			all_lengths_and_offsets_agree_with_the_definition),
		cmocka_unit_test(every_table_entry_is_right),
		cmocka_unit_test(pieces_make_the_whole),
		cmocka_unit_test(an_intact_frame_leaves_the_residue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
