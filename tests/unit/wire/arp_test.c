// SPDX-License-Identifier: MIT
/* arp_test.c - ARP and RARP messages */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "wire/arp.h"

/* RFC 826: 10.1.0.10 asks who has 10.1.0.1 */
static const uint8_t request[ARP_LEN] = {
	0, 1, 8, 0, 6, 4,  0,  1,	 /* Ethernet, IPv4, request */
	2, 0, 0, 0, 0, 10, 10, 1, 0, 10, /* sender */
	0, 0, 0, 0, 0, 0,  10, 1, 0, 1,	 /* target */
};

static void check_text(const struct arp_hdr *h, const char *expect)
{
	char text[100];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	arp_print(&sb, h);
	assert_string_equal(text, expect);
}

static void a_request_is_read_and_written(void **state)
{
	struct arp_hdr h;
	uint8_t out[ARP_LEN];

	(void)state;
	assert_int_equal(arp_parse(&h, request, sizeof(request)), ARP_LEN);
	assert_int_equal(h.op, ARP_REQUEST);
	assert_true(h.spa.v == 0x0a01000a && h.tpa.v == 0x0a010001);
	assert_int_equal(h.sha.o[5], 10);
	assert_true(mac_is_zero(h.tha));
	arp_emit(out, &h);
	assert_memory_equal(out, request, sizeof(out));
}

static void each_operation_has_a_sentence(void **state)
{
	struct arp_hdr h;

	(void)state;
	arp_parse(&h, request, sizeof(request));
	check_text(&h, "who has 10.1.0.1? tell 10.1.0.10");
	h.op = ARP_REPLY;
	check_text(&h, "10.1.0.10 is at 02:00:00:00:00:0a");
	h.op = RARP_REQUEST;
	check_text(&h, "who is 00:00:00:00:00:00? tell 02:00:00:00:00:0a");
	h.op = RARP_REPLY;
	check_text(&h, "00:00:00:00:00:00 is 10.1.0.1");
	h.op = 9;
	check_text(&h, "arp op 9 from 02:00:00:00:00:0a");
}

static void padding_does_not_matter_but_too_short_does(void **state)
{
	uint8_t buf[46] = {0};
	struct arp_hdr h;
	size_t len;

	(void)state;
	memcpy(buf, request, sizeof(request));
	for (len = 0; len <= sizeof(buf); len++)
		assert_int_equal(arp_parse(&h, buf, len),
				 len < ARP_LEN ? WIRE_SHORT : ARP_LEN);
}

static void other_hardware_and_protocols_are_refused(void **state)
{
	uint8_t buf[ARP_LEN];
	struct arp_hdr h;
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		memcpy(buf, request, sizeof(buf));
		buf[i]++;
		assert_int_equal(arp_parse(&h, buf, sizeof(buf)),
				 i < 4 ? WIRE_VERSION : WIRE_HLEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read_and_written),
		cmocka_unit_test(each_operation_has_a_sentence),
		cmocka_unit_test(padding_does_not_matter_but_too_short_does),
		cmocka_unit_test(other_hardware_and_protocols_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
