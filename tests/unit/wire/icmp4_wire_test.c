// SPDX-License-Identifier: MIT
/* icmp4_wire_test.c - ICMP messages */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"

#include "wire/csum.h"
#include "wire/icmp4.h"

static const struct {
	struct icmp4_hdr hdr;
	uint8_t rest[4];
	const char *text;
} messages[] = {
	{{.type = ICMP4_ECHO, .id = 0x1234, .seq = 2},
	 {0x12, 0x34, 0, 2},
	 "echo id 4660 seq 2"},
	{{.type = ICMP4_ECHO_REPLY, .id = 1, .seq = 0xffff},
	 {0, 1, 0xff, 0xff},
	 "echo reply id 1 seq 65535"},
	{{.type = ICMP4_UNREACHABLE, .code = ICMP4_PORT},
	 {0, 0, 0, 0},
	 "port unreachable"},
	/* RFC 1191, 4 */
	{{.type = ICMP4_UNREACHABLE, .code = ICMP4_FRAG_NEEDED, .mtu = 1400},
	 {0, 0, 0x05, 0x78},
	 "fragmentation needed mtu 1400"},
	{{.type = ICMP4_UNREACHABLE, .code = 99}, {0, 0, 0, 0}, "unreachable"},
	{{.type = ICMP4_TIME_EXCEEDED, .code = ICMP4_TTL},
	 {0, 0, 0, 0},
	 "time to live exceeded"},
	{{.type = ICMP4_TIME_EXCEEDED, .code = ICMP4_REASSEMBLY},
	 {0, 0, 0, 0},
	 "reassembly time exceeded"},
	{{.type = ICMP4_PARAM_PROBLEM, .pointer = 22},
	 {22, 0, 0, 0},
	 "parameter problem at octet 22"},
	{{.type = ICMP4_REDIRECT, .code = 1, .gateway = {0x0a010002}},
	 {10, 1, 0, 2},
	 "redirect to 10.1.0.2"},
	{{.type = 200, .code = 3}, {0, 0, 0, 0}, "unknown"},
	{{.type = 1}, {0, 0, 0, 0}, "unknown"},
};

/* RFC 792 */
static void each_type_has_its_own_four_octets(void **state)
{
	uint8_t buf[40];
	struct icmp4_hdr h;
	char text[80];
	struct strbuf sb;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		memset(buf, 0xa7, sizeof(buf));
		icmp4_emit(buf, sizeof(buf) - 1, &messages[i].hdr);
		assert_memory_equal(buf + 4, messages[i].rest, 4);
		assert_int_equal(csum(buf, sizeof(buf) - 1), 0);
		assert_int_equal(icmp4_parse(&h, buf, sizeof(buf) - 1), 8);
		assert_int_equal(h.type, messages[i].hdr.type);
		assert_int_equal(h.code, messages[i].hdr.code);
		assert_int_equal(h.id, messages[i].hdr.id);
		assert_int_equal(h.seq, messages[i].hdr.seq);
		assert_int_equal(h.mtu, messages[i].hdr.mtu);
		assert_int_equal(h.pointer, messages[i].hdr.pointer);
		assert_true(ip4_eq(h.gateway, messages[i].hdr.gateway));
		strbuf_init_fixed(&sb, text, sizeof(text));
		icmp4_print(&sb, &h);
		assert_string_equal(text, messages[i].text);
		assert_int_equal(buf[sizeof(buf) - 1], 0xa7);
	}
}

static void a_wrong_bit_anywhere_is_seen(void **state)
{
	uint8_t buf[33] = {0};
	struct icmp4_hdr h = {.type = ICMP4_ECHO, .id = 7, .seq = 9};
	size_t bit, len;

	(void)state;
	icmp4_emit(buf, sizeof(buf), &h);
	for (bit = 0; bit < sizeof(buf) * 8; bit++) {
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(icmp4_parse(&h, buf, sizeof(buf)), WIRE_CSUM);
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (len = 0; len < 8; len++)
		assert_int_equal(icmp4_parse(&h, buf, len), WIRE_SHORT);
	assert_int_equal(icmp4_parse(&h, buf, sizeof(buf)), 8);
}

/* RFC 1122, 3.2.2: no errors about errors */
static void errors_are_known_as_errors(void **state)
{
	(void)state;
	assert_true(icmp4_is_error(ICMP4_UNREACHABLE));
	assert_true(icmp4_is_error(ICMP4_SOURCE_QUENCH));
	assert_true(icmp4_is_error(ICMP4_REDIRECT));
	assert_true(icmp4_is_error(ICMP4_TIME_EXCEEDED));
	assert_true(icmp4_is_error(ICMP4_PARAM_PROBLEM));
	assert_false(icmp4_is_error(ICMP4_ECHO));
	assert_false(icmp4_is_error(ICMP4_ECHO_REPLY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_its_own_four_octets),
		cmocka_unit_test(a_wrong_bit_anywhere_is_seen),
		cmocka_unit_test(errors_are_known_as_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
