// SPDX-License-Identifier: MIT
/* udp_hdr_test.c - UDP headers, and the names of numbers */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/proto.h"
#include "wire/udp.h"

static const uint8_t known[12] = {0xc0, 0, 0, 53, 0, 12, 0xab, 0xcd};

static void a_header_is_read_and_written(void **state)
{
	struct udp_hdr h;
	uint8_t out[8];
	char text[40];
	struct strbuf sb;

	(void)state;
	assert_int_equal(udp_parse(&h, known, sizeof(known)), UDP_HLEN);
	assert_int_equal(h.sport, 49152);
	assert_int_equal(h.dport, PORT_DNS);
	assert_int_equal(h.len, 12);
	assert_int_equal(h.sum, 0xabcd);
	udp_emit(out, &h);
	assert_memory_equal(out, known, 8);
	strbuf_init_fixed(&sb, text, sizeof(text));
	udp_print(&sb, &h);
	assert_string_equal(text, "49152 > 53 len 12");
}

/* RFC 768: the length counts header and data */
static void the_length_must_fit(void **state)
{
	uint8_t buf[20] = {0};
	struct udp_hdr h;
	size_t len;
	uint8_t said;

	(void)state;
	for (len = 0; len <= 20; len++) {
		for (said = 0; said < 24; said++) {
			int expect = len < 8		      ? WIRE_SHORT
				     : said < 8 || said > len ? WIRE_LEN
							      : 8;

			buf[5] = said;
			assert_int_equal(udp_parse(&h, buf, len), expect);
		}
	}
}

/* RFC 3828, 3.1: the header is covered at least, and 0 covers all */
static void coverage_must_be_of_what_is_there(void **state)
{
	uint8_t buf[20] = {[7] = 1};
	struct udp_hdr h;

	(void)state;
	for (size_t len = 0; len <= 20; len++) {
		for (uint8_t said = 0; said < 24; said++) {
			bool is_bad = (said && said < 8) || said > len;
			int expect = len < 8  ? WIRE_SHORT
				     : is_bad ? WIRE_LEN
					      : 8;

			buf[5] = said;
			assert_int_equal(udplite_parse(&h, buf, len), expect);
			if (expect == 8)
				assert_int_equal(h.len, said ? said : len);
		}
	}
	buf[5] = buf[7] = 0;
	assert_int_equal(udplite_parse(&h, buf, sizeof(buf)), WIRE_CSUM);
}

static void zero_means_no_checksum_and_is_not_sent(void **state)
{
	(void)state;
	assert_int_equal(udp_sum_to_send(0), 0xffff);
	assert_int_equal(udp_sum_to_send(0x1234), 0x1234);
}

static void numbers_have_names(void **state)
{
	(void)state;
	assert_string_equal(ip_proto_name(IP_PROTO_UDP), "udp");
	assert_string_equal(ip_proto_name(IP_PROTO_ICMP6), "icmp6");
	assert_null(ip_proto_name(200));
	assert_string_equal(port_name(80), "http");
	assert_null(port_name(81));
	assert_string_equal(wire_bad_name(WIRE_CSUM), "csum");
	assert_string_equal(wire_bad_name(WIRE_SHORT), "short");
	assert_string_equal(wire_bad_name(1), "bad");
}

static void every_refusal_has_a_word(void **state)
{
	(void)state;
	assert_string_equal(wire_bad_name(WIRE_VERSION), "version");
	assert_string_equal(wire_bad_name(WIRE_HLEN), "hlen");
	assert_string_equal(wire_bad_name(WIRE_LEN), "len");
	assert_string_equal(wire_bad_name(WIRE_FIELD), "field");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_read_and_written),
		cmocka_unit_test(the_length_must_fit),
		cmocka_unit_test(coverage_must_be_of_what_is_there),
		cmocka_unit_test(zero_means_no_checksum_and_is_not_sent),
		cmocka_unit_test(numbers_have_names),
		cmocka_unit_test(every_refusal_has_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
