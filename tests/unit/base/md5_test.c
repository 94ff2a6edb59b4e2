// SPDX-License-Identifier: MIT
/* md5_test.c - the digest of RFC 1321 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/md5.h"

static void check_digest(const char *text, size_t piece, const char *expect)
{
	uint8_t digest[MD5_LEN];
	char hex[2 * MD5_LEN + 1];
	size_t left = strlen(text), i;
	struct md5 m;

	md5_init(&m);
	while (left > 0) {
		size_t len = piece < left ? piece : left;

		md5_add(&m, text, len);
		text += len;
		left -= len;
	}
	md5_done(&m, digest);
	for (i = 0; i < MD5_LEN; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(hex, expect);
}

/* RFC 1321, A.5 */
static void the_test_suite_of_the_standard_passes(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{"", "d41d8cd98f00b204e9800998ecf8427e"},
		{"a", "0cc175b9c0f1b6a831c399e269772661"},
		{"abc", "900150983cd24fb0d6963f7d28e17f72"},
		{"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
		{"abcdefghijklmnopqrstuvwxyz",
		 "c3fcd3d76192e4007dfb496cca67e13b"},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		 "0123456789",
		 "d174ab98d277d9f5a5611c2c9f419d9f"},
		{"1234567890123456789012345678901234567890"
		 "1234567890123456789012345678901234567890",
		 "57edf4a22be3c955ac49da2e2107b67a"},
	};
	size_t i, piece;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (piece = 1; piece < 100; piece++)
			check_digest(rows[i].text, piece, rows[i].digest);
}

/* Every way in which the length can fall out of the last block. */
static void padding_is_right_around_the_end_of_a_block(void **state)
{
	static const struct {
		size_t len;
		const char *digest;
	} rows[] = {
		{54, "61ea0974c662328da964d977a8253873"},
		{55, "04364420e25c512fd958a70738aa8f72"},
		{56, "668a72d5ba17f08e62dabcafad6db14b"},
		{57, "693037871c4a9d3d8685018905cb530a"},
		{63, "7dc2ca208106a2f703567bdff99d8981"},
		{64, "c1bb4f81d892b2d57947682aeb252456"},
		{65, "1bc932052302d074bdec39795fe00cf6"},
		{119, "ab347a5f68c8a443cfcddc633f12c24f"},
		{120, "fb98667f98096de92620b64f46e1c5b5"},
		{121, "e8bb0ccd83750100b37f4831cd5d7ee2"},
	};
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(text, 'x', rows[i].len);
		text[rows[i].len] = 0;
		check_digest(text, 64, rows[i].digest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_test_suite_of_the_standard_passes),
		cmocka_unit_test(padding_is_right_around_the_end_of_a_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
