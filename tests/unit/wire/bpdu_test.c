// SPDX-License-Identifier: MIT
/* bpdu_test.c - BPDUs are read, written, and refused */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/bpdu.h"

/* A rapid BPDU, octet by octet from IEEE 802.1D-2004, 9.3.3. */
static const uint8_t rst[BPDU_RST_LEN] = {
	0,    0,    2,	  2,		     /* protocol to type */
	0x4e,				     /* agreement, designated.. */
	0x10, 0x00, 0x02, 1,	2, 3, 4,  5, /* root */
	0,    0,    0x4e, 0x20,		     /* cost 20000 */
	0x80, 0x00, 0x02, 9,	8, 7, 6,  5, /* bridge */
	0x80, 0x03,			     /* port */
	1,    0,    20,	  0,	2, 0, 15, 0, /* times */
	0,
};

static void fields_are_read_and_written_back(void **state)
{
	uint8_t out[BPDU_RST_LEN];
	struct bpdu_hdr h;

	(void)state;
	assert_int_equal(bpdu_parse(&h, rst, sizeof(rst)), BPDU_RST_LEN);
	assert_int_equal(h.root, 0x1000020102030405);
	assert_int_equal(h.cost, 20000);
	assert_int_equal(h.bridge, 0x8000020908070605);
	assert_int_equal(h.port, 0x8003);
	assert_int_equal(h.age, BPDU_SECOND);
	assert_int_equal(h.max_age, 20 * BPDU_SECOND);
	assert_int_equal(h.hello, 2 * BPDU_SECOND);
	assert_int_equal(h.fwd_delay, 15 * BPDU_SECOND);
	assert_int_equal(bpdu_role(&h), BPDU_ROLE_DESIGNATED);
	assert_int_equal(bpdu_len(&h), sizeof(out));
	bpdu_emit(out, &h);
	assert_memory_equal(out, rst, sizeof(rst));
}

static void every_cut_is_refused(void **state)
{
	struct bpdu_hdr h;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(rst); len++)
		assert_int_equal(bpdu_parse(&h, rst, len), WIRE_SHORT);
}

static int parse_with(size_t at, uint8_t octet)
{
	uint8_t buf[BPDU_RST_LEN];
	struct bpdu_hdr h;

	memcpy(buf, rst, sizeof(buf));
	buf[at] = octet;
	return bpdu_parse(&h, buf, sizeof(buf));
}

static void impossible_fields_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse_with(1, 1), WIRE_VERSION); /* protocol */
	assert_int_equal(parse_with(3, 7), WIRE_VERSION); /* type */
	assert_int_equal(parse_with(2, 0), WIRE_VERSION); /* rapid, old */
	assert_int_equal(parse_with(27, 20), WIRE_FIELD); /* too old */
	assert_int_equal(parse_with(29, 5), WIRE_FIELD);  /* maximum age */
	assert_int_equal(parse_with(29, 41), WIRE_FIELD);
	assert_int_equal(parse_with(31, 0), WIRE_FIELD); /* hello */
	assert_int_equal(parse_with(31, 11), WIRE_FIELD);
	assert_int_equal(parse_with(33, 3), WIRE_FIELD); /* forward delay */
	assert_int_equal(parse_with(33, 31), WIRE_FIELD);
	assert_int_equal(parse_with(2, 3), BPDU_RST_LEN); /* later version */
}

static void notification_is_four_octets(void **state)
{
	static const uint8_t tcn[BPDU_TCN_LEN] = {0, 0, 0, 0x80};
	struct bpdu_hdr h;
	uint8_t out[BPDU_TCN_LEN];

	(void)state;
	assert_int_equal(bpdu_parse(&h, tcn, sizeof(tcn)), BPDU_TCN_LEN);
	assert_int_equal(h.type, BPDU_TCN);
	bpdu_emit(out, &h);
	assert_memory_equal(out, tcn, sizeof(tcn));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read_and_written_back),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(impossible_fields_are_refused),
		cmocka_unit_test(notification_is_four_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
