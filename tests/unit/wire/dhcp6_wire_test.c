// SPDX-License-Identifier: MIT
/* dhcp6_wire_test.c - messages of DHCPv6, and what strangers make of them */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/dhcp6.h"

static ip6_addr addr(const char *text)
{
	ip6_addr a;

	assert_int_equal(ip6_parse(&a, text), 0);
	return a;
}

static struct dhcp6_msg full_reply(void)
{
	struct dhcp6_msg m = {
		.type = DHCP6_REPLY,
		.xid = 0x123456,
		.client = dhcp6_duid_ll((mac_addr){{2, 0, 0, 0, 0, 1}}),
		.server = dhcp6_duid_llt((mac_addr){{2, 0, 0, 0, 0, 2}}, 99),
		.ia_count = 1,
		.ia = {{.id = 7,
			.t1_s = 50,
			.t2_s = 80,
			.count = 2,
			.addr = {{addr("fd00:1::100"), 60, 100, false, 0},
				 {addr("fd00:1::101"), 0, 0, true,
				  DHCP6_NO_BINDING}}}},
		.has_preference = true,
		.preference = 255,
		.has_elapsed = true,
		.elapsed_cs = 500,
		.has_status = true,
		.status = DHCP6_USE_MULTICAST,
		.is_rapid = true,
		.want_count = 2,
		.wants = {DHCP6_OPT_DNS, DHCP6_OPT_SOL_MAX},
		.dns_count = 1,
		.dns = {addr("fd00:1::53")},
		.domain_count = 2,
		.domain = {"home.test", "lab.test"},
		.refresh_s = 600,
		.sol_max_s = 3600,
		.inf_max_s = 7200,
	};

	return m;
}

static void what_is_written_is_read_back(void **state)
{
	struct dhcp6_msg m = full_reply(), back;
	uint8_t buf[DHCP6_LEN_MAX];
	size_t len = dhcp6_emit(buf, sizeof(buf), &m);

	(void)state;
	assert_true(len > 0);
	assert_int_equal(dhcp6_parse(&back, buf, len), len);
	assert_memory_equal(&back, &m, sizeof(m));
	assert_int_equal(dhcp6_emit(buf, len - 1, &m), 0);
}

/* RFC 8415, 21.1: every octet that is missing is missed. */
static void no_message_that_was_cut_is_taken_for_whole(void **state)
{
	struct dhcp6_msg m = full_reply(), back;
	uint8_t buf[DHCP6_LEN_MAX], again[DHCP6_LEN_MAX];
	size_t len = dhcp6_emit(buf, sizeof(buf), &m);

	(void)state;
	for (size_t n = 0; n < len; n++) {
		/* Where it is cut between two options it is a shorter one. */
		if (dhcp6_parse(&back, buf, n) < 0)
			continue;
		assert_int_equal(dhcp6_emit(again, sizeof(again), &back), n);
	}
	assert_int_equal(dhcp6_parse(&back, buf, 3), WIRE_SHORT);
}

#define BAD(want, ...)                                                        \
	assert_int_equal(dhcp6_parse(&m, (const uint8_t[]){__VA_ARGS__},      \
				     sizeof((const uint8_t[]){__VA_ARGS__})), \
			 want)

/* HOSTILE 133, as DHCPv6 has it. */
static void impossible_options_are_refused(void **state)
{
	struct dhcp6_msg m;

	(void)state;
	BAD(WIRE_FIELD, 0, 0, 0, 0);
	BAD(WIRE_FIELD, 14, 0, 0, 0);
	BAD(WIRE_FIELD, DHCP6_RELAY_FORW, 0, 0, 0);
	BAD(WIRE_LEN, 1, 0, 0, 0, 0);
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 1, 0);
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 1, 0, 200, 1);
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 1, 0, 2, 1, 1);	     /* DUID of two */
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 8, 0, 1, 1);	     /* elapsed */
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 14, 0, 1, 1);	     /* rapid */
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 6, 0, 3, 1, 2, 3);	     /* wants */
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 23, 0, 4, 1, 2, 3, 4);  /* DNS */
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 3, 0, 4, 1, 2, 3, 4);   /* IA_NA */
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 13, 0, 1, 0);	     /* status */
	BAD(WIRE_FIELD, 1, 0, 0, 0, 0, 24, 0, 3, 5, 'a', 0); /* domain */
	BAD(WIRE_FIELD, 1, 0, 0, 0, 0, 1, 0, 3, 1, 2, 3, 0, 1, 0, 3, 1, 2, 3);
	/* An address of an IA that runs beyond the IA. */
	BAD(WIRE_LEN, 1, 0, 0, 0, 0, 3, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 0, 5, 0, 24);
}

static void more_than_there_is_room_for_is_left_out(void **state)
{
	uint8_t buf[4 + 200 * 16] = {DHCP6_SOLICIT};
	struct dhcp6_msg m;

	(void)state;
	for (int i = 0; i < 200; i++) {
		buf[4 + i * 16 + 1] = DHCP6_OPT_IA_NA;
		buf[4 + i * 16 + 3] = 12;
	}
	assert_int_equal(dhcp6_parse(&m, buf, sizeof(buf)), sizeof(buf));
	assert_int_equal(m.ia_count, DHCP6_IAS);
}

/* RFC 8415, 19 */
static void a_relays_envelope_is_read_back(void **state)
{
	static const uint8_t inner[] = {DHCP6_SOLICIT, 1, 2, 3};
	struct dhcp6_relay r = {
		.type = DHCP6_RELAY_FORW,
		.hops = 2,
		.link = addr("fd00:1::1"),
		.peer = addr("fe80::1"),
		.iface_len = 4,
		.iface = "eth0",
		.inner = inner,
		.inner_len = sizeof(inner),
	};
	struct dhcp6_relay back;
	uint8_t buf[200];
	size_t len = dhcp6_relay_emit(buf, sizeof(buf), &r);

	(void)state;
	assert_true(dhcp6_is_relayed(buf, len));
	assert_int_equal(dhcp6_relay_parse(&back, buf, len), len);
	assert_true(ip6_eq(back.link, r.link) && ip6_eq(back.peer, r.peer));
	assert_int_equal(back.hops, 2);
	assert_int_equal(back.inner_len, sizeof(inner));
	assert_memory_equal(back.inner, inner, sizeof(inner));
	assert_memory_equal(back.iface, "eth0", 4);
	assert_int_equal(dhcp6_relay_parse(&back, buf, 33), WIRE_SHORT);
	assert_int_equal(dhcp6_relay_parse(&back, buf, 34), WIRE_FIELD);
	assert_int_equal(dhcp6_relay_parse(&back, buf, len - 1), WIRE_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(no_message_that_was_cut_is_taken_for_whole),
		cmocka_unit_test(impossible_options_are_refused),
		cmocka_unit_test(more_than_there_is_room_for_is_left_out),
		cmocka_unit_test(a_relays_envelope_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
