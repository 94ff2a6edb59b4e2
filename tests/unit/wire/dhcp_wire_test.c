// SPDX-License-Identifier: MIT
/* dhcp_wire_test.c - messages of DHCP, and what strangers make of them */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "wire/dhcp.h"

enum { OPTIONS = DHCP_FIXED_LEN + 4, SNAME = 44, FILE_AT = 108 };

/* A DISCOVER with these options; END is theirs. */
static size_t message(uint8_t *buf, size_t size, const uint8_t *opts,
		      size_t len)
{
	memset(buf, 0, size);
	buf[0] = BOOTP_REQUEST;
	buf[1] = DHCP_HTYPE_ETHER;
	buf[2] = 6;
	put32(buf + DHCP_FIXED_LEN, DHCP_COOKIE);
	memcpy(buf + OPTIONS, opts, len);
	return OPTIONS + len;
}

#define MESSAGE(...)                                              \
	message(buf, sizeof(buf), (const uint8_t[]){__VA_ARGS__}, \
		sizeof((const uint8_t[]){__VA_ARGS__}))

static void what_is_written_is_read_back(void **state)
{
	struct dhcp_msg m = {
		.op = BOOTP_REPLY,
		.type = DHCP_ACK,
		.xid = 0x12345678,
		.flags = DHCP_F_BROADCAST,
		.yiaddr = {0x0a000064},
		.chaddr = {{2, 0, 0, 0, 0, 1}},
		.mask = {0xffffff00},
		.server = {0x0a000001},
		.lease_s = 3600,
		.routers = {1, {{0x0a000001}}},
		.dns = {2, {{0x0a000035}, {0x0a000036}}},
		.domain = "home.test",
		.client = {7, {1, 2, 0, 0, 0, 0, 1}},
	};
	struct dhcp_msg back;
	uint8_t buf[DHCP_LEN_MAX];
	size_t len = dhcp_emit(buf, sizeof(buf), &m);

	(void)state;
	assert_int_equal(len, DHCP_LEN_MIN + 0);
	assert_int_equal(dhcp_parse(&back, buf, len), len);
	assert_memory_equal(&back, &m, sizeof(m));
	assert_int_equal(dhcp_emit(buf, 240, &m), 0);
}

/* HOSTILE 133 */
static void options_must_end_where_they_say(void **state)
{
	uint8_t buf[400];
	struct dhcp_msg m;

	(void)state;
	assert_true(dhcp_parse(&m, buf, MESSAGE(53, 1, 1, 255)) > 0);
	assert_int_equal(m.type, DHCP_DISCOVER);
	assert_int_equal(dhcp_parse(&m, buf, MESSAGE(53, 1, 1)), WIRE_LEN);
	assert_int_equal(dhcp_parse(&m, buf, MESSAGE(53, 200, 1, 255)),
			 WIRE_LEN);
	assert_int_equal(dhcp_parse(&m, buf, MESSAGE(53)), WIRE_LEN);
	assert_int_equal(dhcp_parse(&m, buf, MESSAGE(0, 0, 0)), WIRE_LEN);
	assert_int_equal(dhcp_parse(&m, buf, MESSAGE(53, 2, 1, 1, 255)),
			 WIRE_LEN);
	assert_int_equal(dhcp_parse(&m, buf, MESSAGE(1, 3, 1, 1, 1, 255)),
			 WIRE_LEN);
	assert_int_equal(dhcp_parse(&m, buf, MESSAGE(3, 5, 1, 1, 1, 1, 1, 255)),
			 WIRE_LEN);
	assert_int_equal(dhcp_parse(&m, buf, MESSAGE(53, 1, 99, 255)),
			 WIRE_FIELD);
	assert_int_equal(dhcp_parse(&m, buf, 235), WIRE_SHORT);
	assert_int_equal(dhcp_parse(&m, buf, 0), WIRE_SHORT);
}

/* HOSTILE 133: overload into `sname` and `file`; RFC 2132, 9.3 */
static void options_may_go_on_in_file_and_sname(void **state)
{
	static const uint8_t in_file[] = {12, 2, 'l', 'a', 255};
	static const uint8_t in_sname[] = {12, 2, 'p', 's', 255};
	uint8_t buf[400];
	struct dhcp_msg m;
	size_t len = MESSAGE(52, 1, 3, 53, 1, 1, 255);

	(void)state;
	assert_int_equal(dhcp_parse(&m, buf, len), WIRE_LEN); /* no END */
	memcpy(buf + FILE_AT, in_file, sizeof(in_file));
	assert_int_equal(dhcp_parse(&m, buf, len), WIRE_LEN);
	memcpy(buf + SNAME, in_sname, sizeof(in_sname));
	assert_int_equal(dhcp_parse(&m, buf, len), len);
	assert_string_equal(m.host_name, "laps"); /* RFC 3396: joined */
	buf[SNAME + 1] = 70;
	assert_int_equal(dhcp_parse(&m, buf, len), WIRE_LEN);
	len = MESSAGE(52, 1, 4, 53, 1, 1, 255);
	assert_int_equal(dhcp_parse(&m, buf, len), WIRE_LEN);
}

/* HOSTILE 133: the longest name there is, and one octet more in two pieces. */
static void a_long_host_name_fits_or_is_refused(void **state)
{
	uint8_t buf[800], opts[300] = {12, 255};
	struct dhcp_msg m;
	size_t len;

	(void)state;
	memset(opts + 2, 'x', 255);
	opts[257] = 255;
	len = message(buf, sizeof(buf), opts, 258);
	assert_int_equal(dhcp_parse(&m, buf, len), len);
	assert_int_equal(strlen(m.host_name), 255);
	opts[257] = 12;
	opts[258] = 1;
	opts[259] = 'y';
	opts[260] = 255;
	len = message(buf, sizeof(buf), opts, 261);
	assert_int_equal(dhcp_parse(&m, buf, len), WIRE_LEN);
}

static void a_name_with_control_octets_is_no_name(void **state)
{
	uint8_t buf[400];
	struct dhcp_msg m;

	(void)state;
	assert_true(dhcp_parse(&m, buf, MESSAGE(12, 3, 'a', '\n', 'b', 255)) >
		    0);
	assert_string_equal(m.host_name, "");
	assert_true(dhcp_parse(&m, buf, MESSAGE(12, 3, 'a', 'b', 0, 255)) > 0);
	assert_string_equal(m.host_name, "ab");
}

/* HOSTILE 134 */
static void a_search_list_that_loops_is_none(void **state)
{
	static const struct dhcp_bytes good = {
		9, {1, 'a', 0, 1, 'b', 0xc0, 0, 1, 'c'}};
	static const struct dhcp_bytes self = {2, {0xc0, 0}};
	static const struct dhcp_bytes ahead = {5, {0xc0, 2, 1, 'a', 0}};
	static const struct dhcp_bytes beyond = {2, {0xc0, 77}};
	static const struct dhcp_bytes loop = {4, {1, 'a', 0xc0, 0}};
	struct dhcp_bytes one = good;

	(void)state;
	one.len = 7;
	assert_true(dhcp_search_valid(&one));
	assert_false(dhcp_search_valid(&good)); /* its last has no end */
	assert_false(dhcp_search_valid(&self));
	assert_false(dhcp_search_valid(&ahead));
	assert_false(dhcp_search_valid(&beyond));
	assert_false(dhcp_search_valid(&loop));
}

static void masks_have_a_length_or_not(void **state)
{
	(void)state;
	assert_int_equal(dhcp_mask_len((ip4_addr){0xffffff00}), 24);
	assert_int_equal(dhcp_mask_len((ip4_addr){0}), 0);
	assert_int_equal(dhcp_mask_len((ip4_addr){0xffffffff}), 32);
	assert_int_equal(dhcp_mask_len((ip4_addr){0xff00ff00}), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(options_must_end_where_they_say),
		cmocka_unit_test(options_may_go_on_in_file_and_sname),
		cmocka_unit_test(a_long_host_name_fits_or_is_refused),
		cmocka_unit_test(a_name_with_control_octets_is_no_name),
		cmocka_unit_test(a_search_list_that_loops_is_none),
		cmocka_unit_test(masks_have_a_length_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
