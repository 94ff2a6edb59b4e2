// SPDX-License-Identifier: MIT
/* ether_test.c - frames */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "wire/ether.h"

static const uint8_t plain[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
				0,    0,    0,	  0,	0x01, 0x08, 0x06};

static void print(char *buf, size_t size, const struct ether_hdr *h)
{
	struct strbuf sb;

	strbuf_init_fixed(&sb, buf, size);
	ether_print(&sb, h);
}

static void a_type_says_what_is_inside(void **state)
{
	struct ether_hdr h;
	uint8_t out[14];
	char text[100];

	(void)state;
	assert_int_equal(ether_parse(&h, plain, sizeof(plain)), 14);
	assert_true(mac_is_broadcast(h.dst));
	assert_int_equal(h.src.o[5], 1);
	assert_int_equal(h.type, ETH_ARP);
	assert_false(h.has_vlan);
	ether_emit(out, &h);
	assert_memory_equal(out, plain, 14);
	print(text, sizeof(text), &h);
	assert_string_equal(text, "02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff arp");
}

static void a_tag_stands_before_the_type(void **state)
{
	struct ether_hdr in = {
		.type = ETH_IP4, .has_vlan = true, .tci = 0xa064};
	struct ether_hdr h;
	uint8_t buf[18];

	(void)state;
	assert_int_equal(ether_len(&in), 18);
	ether_emit(buf, &in);
	assert_int_equal(get16(buf + 12), ETH_VLAN);
	assert_int_equal(ether_parse(&h, buf, 18), 18);
	assert_int_equal(h.type, ETH_IP4);
	assert_int_equal(ether_vlan_id(&h), 100);
	assert_int_equal(ether_parse(&h, buf, 17), WIRE_SHORT);
}

/* IEEE 802.3, 3.2.6 */
static void a_length_is_not_a_type(void **state)
{
	struct ether_hdr h;
	uint8_t buf[14 + 1600] = {0};

	(void)state;
	put16(buf + 12, 46);
	assert_int_equal(ether_parse(&h, buf, 14 + 46), 14);
	assert_int_equal(h.length, 46);
	assert_int_equal(h.type, 0);
	assert_int_equal(ether_parse(&h, buf, 14 + 45), WIRE_LEN);
	put16(buf + 12, 1500);
	assert_int_equal(ether_parse(&h, buf, sizeof(buf)), 14);
	put16(buf + 12, 1501);
	assert_int_equal(ether_parse(&h, buf, sizeof(buf)), WIRE_FIELD);
	put16(buf + 12, 1535);
	assert_int_equal(ether_parse(&h, buf, sizeof(buf)), WIRE_FIELD);
	put16(buf + 12, 1536);
	assert_int_equal(ether_parse(&h, buf, sizeof(buf)), 14);
	assert_int_equal(h.type, 1536);
}

static void what_is_too_short_is_refused_and_changes_nothing(void **state)
{
	struct ether_hdr h;
	struct ether_hdr before;
	size_t len;

	(void)state;
	memset(&h, 0x5a, sizeof(h));
	before = h;
	for (len = 0; len < 14; len++)
		assert_int_equal(ether_parse(&h, plain, len), WIRE_SHORT);
	assert_memory_equal(&h, &before, sizeof(h));
}

static void the_wire_is_busy_for_longer_than_the_frame(void **state)
{
	(void)state;
	assert_int_equal(ether_wire_len(60), 84);
	assert_int_equal(ether_wire_len(14), 84);
	assert_int_equal(ether_wire_len(1514), 1538);
}

static void what_is_inside_has_a_name(void **state)
{
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {
		{ETH_IP4, "ipv4"},
		{ETH_ARP, "arp"},
		{ETH_RARP, "rarp"},
		{ETH_VLAN, "vlan"},
		{ETH_IP6, "ipv6"},
		{ETH_PPPOE_DISCOVERY, "pppoe-discovery"},
		{ETH_PPPOE_SESSION, "pppoe"},
		{ETH_QINQ, "qinq"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(ether_type_name(names[i].type),
				    names[i].name);
	assert_null(ether_type_name(0x1234));
}

static void tags_lengths_and_strange_types_are_shown(void **state)
{
	struct ether_hdr h = {.type = 0x1234, .has_vlan = true, .tci = 7};
	char text[100];

	(void)state;
	print(text, sizeof(text), &h);
	assert_string_equal(text, "00:00:00:00:00:00 > 00:00:00:00:00:00 "
				  "vlan 7 type 0x1234");
	h = (struct ether_hdr){.length = 46};
	print(text, sizeof(text), &h);
	assert_string_equal(text, "00:00:00:00:00:00 > 00:00:00:00:00:00 "
				  "length 46");
}

static void a_length_survives_the_wire(void **state)
{
	struct ether_hdr in = {.length = 3}, out;
	uint8_t buf[17] = {0};

	(void)state;
	ether_emit(buf, &in);
	assert_int_equal(ether_parse(&out, buf, sizeof(buf)), 14);
	assert_int_equal(out.length, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_type_says_what_is_inside),
		cmocka_unit_test(a_tag_stands_before_the_type),
		cmocka_unit_test(a_length_is_not_a_type),
		cmocka_unit_test(
			what_is_too_short_is_refused_and_changes_nothing),
		cmocka_unit_test(the_wire_is_busy_for_longer_than_the_frame),
		cmocka_unit_test(what_is_inside_has_a_name),
		cmocka_unit_test(tags_lengths_and_strange_types_are_shown),
		cmocka_unit_test(a_length_survives_the_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
