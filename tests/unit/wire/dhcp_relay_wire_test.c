// SPDX-License-Identifier: MIT
/* dhcp_relay_wire_test.c - what a relay changes in a message, and what not */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "wire/dhcp_relay.h"

enum { ROOM = 1500 };

static const struct dhcp_mark mark = {
	.circuit_len = 4,
	.remote_len = 6,
	.circuit = "eth0",
	.remote = {2, 0, 0, 0, 0, 9},
};

/* A DISCOVER with an option that nobody here knows (43), and its length. */
static size_t discover(uint8_t buf[static ROOM])
{
	struct dhcp_msg m = {
		.op = BOOTP_REQUEST,
		.type = DHCP_DISCOVER,
		.chaddr = {{2, 0, 0, 0, 0, 1}},
		.host_name = "laptop",
	};
	static const uint8_t more[] = {43, 3, 1, 2, 3, 0, 0, 255};
	size_t len = dhcp_emit(buf, ROOM, &m), at = DHCP_FIXED_LEN + 4;

	while (buf[at] != DHCP_OPT_END)
		at += 2 + buf[at + 1];
	memcpy(buf + at, more, sizeof(more));
	return len;
}

/* RFC 3046, 2.1 */
static void a_mark_is_put_last_and_nothing_else_changes(void **state)
{
	uint8_t buf[ROOM], before[ROOM];
	size_t len = discover(buf), marked;
	struct dhcp_mark back;
	struct dhcp_msg m;

	(void)state;
	memcpy(before, buf, len);
	marked = dhcp_mark_put(buf, len, ROOM, &mark);
	assert_int_equal(dhcp_parse(&m, buf, marked), marked);
	assert_string_equal(m.host_name, "laptop");
	assert_int_equal(m.relay.len, 14);
	assert_int_equal(dhcp_mark_parse(&back, &m.relay), 0);
	assert_true(dhcp_mark_eq(&back, &mark));
	assert_int_equal(dhcp_mark_strip(buf, marked), len);
	assert_memory_equal(buf, before, len);
}

static void a_message_without_room_goes_on_unmarked(void **state)
{
	uint8_t buf[ROOM], before[ROOM];
	size_t len = discover(buf), at;

	(void)state;
	for (at = DHCP_FIXED_LEN + 4; buf[at] != DHCP_OPT_END;)
		at += buf[at] ? 2U + buf[at + 1] : 1;
	memcpy(before, buf, len);
	assert_int_equal(dhcp_mark_put(buf, at + 1, at + 10, &mark), at + 1);
	assert_memory_equal(buf, before, at + 1);
}

/* RFC 951: a host of 1985 has no options. */
static void bootp_without_options_goes_on_unmarked(void **state)
{
	uint8_t buf[ROOM] = {BOOTP_REQUEST, DHCP_HTYPE_ETHER, 6};

	(void)state;
	assert_int_equal(dhcp_mark_put(buf, 300, ROOM, &mark), 300);
	assert_int_equal(dhcp_mark_strip(buf, 300), 300);
}

static void every_mark_is_taken_off(void **state)
{
	uint8_t buf[ROOM];
	size_t len = discover(buf);
	struct dhcp_msg m;

	(void)state;
	len = dhcp_mark_put(buf, len, ROOM, &mark);
	len = dhcp_mark_put(buf, len, ROOM, &mark);
	assert_int_equal(dhcp_parse(&m, buf, len), len);
	assert_int_equal(m.relay.len, 28);
	len = dhcp_mark_strip(buf, len);
	assert_int_equal(dhcp_parse(&m, buf, len), len);
	assert_int_equal(m.relay.len, 0);
}

static void giaddr_and_hops_are_the_relays(void **state)
{
	uint8_t buf[ROOM];
	size_t len = discover(buf);
	struct dhcp_msg m;

	(void)state;
	dhcp_relay_set(buf, (ip4_addr){0x0a010001}, 3);
	assert_int_equal(dhcp_parse(&m, buf, len), len);
	assert_int_equal(m.giaddr.v, 0x0a010001);
	assert_int_equal(m.hops, 3);
}

/* HOSTILE 133: lengths within option 82 that cannot be. */
static void a_mark_that_runs_over_is_refused(void **state)
{
	static const struct dhcp_bytes bad[] = {
		{3, {1, 2, 'e'}},
		{1, {1}},
		{2, {2, 255}},
		{40, {1, 33}},
	};
	struct dhcp_mark back;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(dhcp_mark_parse(&back, &bad[i]), WIRE_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_is_put_last_and_nothing_else_changes),
		cmocka_unit_test(a_message_without_room_goes_on_unmarked),
		cmocka_unit_test(bootp_without_options_goes_on_unmarked),
		cmocka_unit_test(every_mark_is_taken_off),
		cmocka_unit_test(giaddr_and_hops_are_the_relays),
		cmocka_unit_test(a_mark_that_runs_over_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
