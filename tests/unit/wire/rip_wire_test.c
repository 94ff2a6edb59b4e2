// SPDX-License-Identifier: MIT
/* rip_wire_test.c - messages of RIP: what is written is read, and no more */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/rip.h"

static struct rip_msg sample(size_t count)
{
	struct rip_msg m = {.command = RIP_RESPONSE, .count = count};

	for (size_t i = 0; i < count; i++)
		m.entry[i] = (struct rip_entry){
			.family = RIP_FAMILY_IP,
			.tag = (uint16_t)(i * 3),
			.net = {{(uint32_t)(10 << 24 | i << 16)}, 16},
			.next_hop = {(uint32_t)i},
			.metric = (uint32_t)(1 + i % 16),
		};
	return m;
}

static void assert_entry_equal(const struct rip_entry *a,
			       const struct rip_entry *b)
{
	assert_int_equal(a->family, b->family);
	assert_int_equal(a->tag, b->tag);
	assert_int_equal(a->net.addr.v, b->net.addr.v);
	assert_int_equal(a->net.len, b->net.len);
	assert_int_equal(a->next_hop.v, b->next_hop.v);
	assert_int_equal(a->metric, b->metric);
}

static void message_is_read_as_it_was_written(void **state)
{
	struct rip_msg m = sample(25), got;
	uint8_t buf[RIP_LEN_MAX];
	size_t len = rip_emit(buf, &m);

	(void)state;
	assert_int_equal(len, 4 + 25 * 20);
	assert_int_equal(rip_parse(&got, buf, len), 0);
	assert_int_equal(got.count, 25);
	for (size_t i = 0; i < 25; i++)
		assert_entry_equal(&got.entry[i], &m.entry[i]);
}

/* RFC 2453, 4 and 3.9.1: octets as they stand there. */
static void octets_are_those_of_the_standard(void **state)
{
	static const uint8_t want[] = {2,   2,	 0, 0, 0, 2, 0, 7, 10, 9, 0, 0,
				       255, 255, 0, 0, 0, 0, 0, 0, 0,  0, 0, 3};
	struct rip_msg m = {
		.command = RIP_RESPONSE,
		.count = 1,
		.entry = {{.family = RIP_FAMILY_IP,
			   .tag = 7,
			   .net = {{0x0a090000}, 16},
			   .metric = 3}},
	};
	uint8_t buf[RIP_LEN_MAX];

	(void)state;
	assert_int_equal(rip_emit(buf, &m), sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
}

static void every_prefix_length_has_its_mask(void **state)
{
	(void)state;
	for (unsigned len = 0; len <= 32; len++) {
		struct rip_msg m = sample(1), got;
		uint8_t buf[RIP_LEN_MAX];

		m.entry[0].net.addr.v = 0xffffffff & ip4_mask(len);
		m.entry[0].net.len = (uint8_t)len;
		assert_int_equal(rip_parse(&got, buf, rip_emit(buf, &m)), 0);
		assert_int_equal(got.entry[0].net.len, len);
		assert_int_equal(got.entry[0].net.addr.v,
				 m.entry[0].net.addr.v);
	}
}

/* Host bits, and masks with holes. */
static void impossible_networks_are_seen(void **state)
{
	struct rip_msg m = sample(1), got;
	uint8_t buf[RIP_LEN_MAX];
	size_t len = rip_emit(buf, &m);

	(void)state;
	buf[4 + 7] = 1;
	assert_int_equal(rip_parse(&got, buf, len), 0);
	assert_int_equal(got.entry[0].net.len, 255);
	buf[4 + 7] = 0;
	buf[4 + 9] = 0xfe;
	buf[4 + 8] = 0x7f;
	assert_int_equal(rip_parse(&got, buf, len), 0);
	assert_int_equal(got.entry[0].net.len, 255);
}

static void lengths_that_cannot_be_are_refused(void **state)
{
	struct rip_msg m = sample(25), got;
	uint8_t buf[RIP_LEN_MAX + 40] = {0};
	size_t len = rip_emit(buf, &m);

	(void)state;
	for (size_t n = 0; n <= len + 40; n++) {
		int want = n < 4		     ? WIRE_SHORT
			   : (n - 4) % 20 || n > len ? WIRE_LEN
						     : 0;

		assert_int_equal(rip_parse(&got, buf, n), want);
	}
	buf[1] = 1;
	assert_int_equal(rip_parse(&got, buf, len), WIRE_VERSION);
	buf[1] = 2;
	buf[0] = 3;
	assert_int_equal(rip_parse(&got, buf, len), WIRE_FIELD);
}

/* RFC 4822: no octet can change, and none of the secret. */
static void digest_covers_everything(void **state)
{
	struct rip_msg m = sample(24), got;
	uint8_t buf[RIP_LEN_MAX], secret[16] = "open sesame";
	size_t len;

	(void)state;
	m.auth = RIP_AUTH_MD5;
	m.key_id = 9;
	m.seq = 77;
	memcpy(m.secret, secret, 16);
	len = rip_emit(buf, &m);
	assert_int_equal(len, RIP_LEN_MAX);
	assert_int_equal(rip_parse(&got, buf, len), 0);
	assert_int_equal(got.auth, RIP_AUTH_MD5);
	assert_int_equal(got.key_id, 9);
	assert_int_equal(got.seq, 77);
	assert_int_equal(got.count, 24);
	assert_true(rip_digest_is_right(buf, len, secret));
	for (size_t i = 0; i < len; i++) {
		buf[i] ^= 0x10;
		assert_false(rip_digest_is_right(buf, len, secret));
		buf[i] ^= 0x10;
	}
	secret[11] = '!';
	assert_false(rip_digest_is_right(buf, len, secret));
}

static void digest_that_is_not_there_is_no_message(void **state)
{
	struct rip_msg m = sample(2), got;
	uint8_t buf[RIP_LEN_MAX];
	size_t len;

	(void)state;
	m.auth = RIP_AUTH_MD5;
	len = rip_emit(buf, &m);
	assert_int_equal(rip_parse(&got, buf, len - 20), WIRE_LEN);
	assert_int_equal(rip_parse(&got, buf, 24), WIRE_LEN);
	buf[9] = 0xff; /* it stands beyond the end, so it says */
	assert_int_equal(rip_parse(&got, buf, len), WIRE_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_is_read_as_it_was_written),
		cmocka_unit_test(octets_are_those_of_the_standard),
		cmocka_unit_test(every_prefix_length_has_its_mask),
		cmocka_unit_test(impossible_networks_are_seen),
		cmocka_unit_test(lengths_that_cannot_be_are_refused),
		cmocka_unit_test(digest_covers_everything),
		cmocka_unit_test(digest_that_is_not_there_is_no_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
