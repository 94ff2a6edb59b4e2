// SPDX-License-Identifier: MIT
/* addr_test.c - addresses and their text */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/rng.h"

#include "wire/addr.h"

static void mac_text_is_exact(void **state)
{
	static const char *const wrong[] = {
		"",
		"0",
		"02:00:5e:10:00",
		"02:00:5e:10:00:01:",
		"02:00:5e:10:00:1",
		"02-00-5e-10-00-01",
		"02:00:5e:10:00:0g",
		"02:00:5e:10:00:011",
		" 02:00:5e:10:00:01",
	};
	mac_addr m = MAC_ZERO;
	char buf[MAC_TEXT];
	size_t i;

	(void)state;
	assert_int_equal(mac_parse(&m, "02:00:5E:10:00:fF"), 0);
	assert_string_equal(mac_print(m, buf), "02:00:5e:10:00:ff");
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(mac_parse(&m, wrong[i]), -EINVAL);
	assert_int_equal(m.o[5], 0xff); /* left alone */
}

static void ip4_text_is_strict(void **state)
{
	static const char *const wrong[] = {
		"",	     "1",
		"1.2.3",     "1.2.3.4.",
		"1.2.3.4.5", "1.2.3.256",
		"1.2.3.04",  "1..2.3",
		".1.2.3",    "1.2.3.4 ",
		" 1.2.3.4",  "0x1.2.3.4",
		"1.2.3.-4",  "1.2.3.99999999999",
		"1.2.3.00",
	};
	ip4_addr a = IP4_ANY;
	char buf[IP4_TEXT];
	size_t i;

	(void)state;
	assert_int_equal(ip4_parse(&a, "10.0.255.1"), 0);
	assert_true(a.v == 0x0a00ff01);
	assert_string_equal(ip4_print(a, buf), "10.0.255.1");
	assert_string_equal(ip4_print(IP4_BROADCAST, buf), "255.255.255.255");
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(ip4_parse(&a, wrong[i]), -EINVAL);
	assert_true(a.v == 0x0a00ff01);
}

/* RFC 5952, 4, and RFC 4291, 2.2: what is read and how it is written */
static void ip6_text_is_canonical(void **state)
{
	static const char *const pairs[][2] = {
		{"::", "::"},
		{"::1", "::1"},
		{"1::", "1::"},
		{"2001:db8::1", "2001:db8::1"},
		{"2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"},
		{"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
		{"::ffff:c000:201", "::ffff:192.0.2.1"},
		{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
		{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
		{"fe80::1:ffff", "fe80::1:ffff"},
	};
	char buf[IP6_TEXT];
	ip6_addr a;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		assert_int_equal(ip6_parse(&a, pairs[i][0]), 0);
		assert_string_equal(ip6_print(a, buf), pairs[i][1]);
	}
}

static void ip6_text_that_is_wrong_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		":",
		":::",
		"1",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1::2::3",
		"1:2:3:4:5:6:7:8::",
		"::1:2:3:4:5:6:7:8",
		"1:2:3:4::5:6:7:8",
		":1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:",
		"12345::",
		"g::",
		"::1.2.3",
		"::1.2.3.4.5",
		"1.2.3.4",
		"1:2:3:4:5:6:7:1.2.3.4",
		"::1.2.3.4:5",
		"fe80::1%eth0",
		"::1 ",
		"1:",
		"1:2:",
		"::ffff:1.2.3.256",
	};
	ip6_addr a = IP6_LOOPBACK;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		if (ip6_parse(&a, wrong[i]) != -EINVAL)
			fail_msg("\"%s\" was accepted", wrong[i]);
	assert_true(ip6_is_loopback(a));
}

static uint8_t rng_octet(struct rng *r)
{
	return (uint8_t)rng_u32(r);
}

static void what_is_printed_reads_the_same(void **state)
{
	char buf[ENDPOINT_TEXT];
	struct endpoint e, back;
	struct rng r;
	int i, k;

	(void)state;
	rng_init(&r, 1, "addr");
	for (i = 0; i < 3000; i++) {
		memset(&e, 0, sizeof(e));
		e.addr.family = rng_below(&r, 2) ? IP_V4 : IP_V6;
		e.port = (uint16_t)rng_u32(&r);
		e.addr.v4.v = rng_u32(&r);
		for (k = 0; e.addr.family == IP_V6 && k < 16; k++)
			e.addr.v6.o[k] = rng_below(&r, 3) ? 0 : rng_octet(&r);
		endpoint_print(e, buf);
		assert_true(strlen(buf) < sizeof(buf));
		assert_int_equal(endpoint_parse(&back, buf), 0);
		assert_true(endpoint_eq(e, back));
	}
}

static void endpoints_have_an_address_and_a_port(void **state)
{
	static const char *const wrong[] = {
		"10.0.0.1",	 "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:080",
		"::1:80",	 "[::1]",     "[::1]:",		"[::1:80",
		"[10.0.0.1]:80", ":80",	      "10.0.0.1:80x",	"10.0.0.1:-1",
	};
	char buf[ENDPOINT_TEXT];
	struct endpoint e;
	size_t i;

	(void)state;
	assert_int_equal(endpoint_parse(&e, "[2001:db8::1]:443"), 0);
	assert_int_equal(e.port, 443);
	assert_string_equal(endpoint_print(e, buf), "[2001:db8::1]:443");
	assert_int_equal(endpoint_parse(&e, "10.1.0.10:49152"), 0);
	assert_string_equal(endpoint_print(e, buf), "10.1.0.10:49152");
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(endpoint_parse(&e, wrong[i]), -EINVAL);
}

static void families_are_told_apart(void **state)
{
	struct ip_addr a, b, none = {.family = IP_NONE};
	char buf[IP_TEXT];

	(void)state;
	assert_int_equal(ip_addr_parse(&a, "127.0.0.1"), 0);
	assert_int_equal(ip_addr_parse(&b, "::1"), 0);
	assert_int_equal(a.family, IP_V4);
	assert_int_equal(b.family, IP_V6);
	assert_false(ip_addr_eq(a, b));
	assert_true(ip_addr_is_loopback(a) && ip_addr_is_loopback(b));
	assert_false(ip_addr_is_loopback(none));
	assert_true(ip_addr_is_zero(none));
	assert_true(ip_addr_is_zero(ip_addr_v4(IP4_ANY)));
	assert_true(ip_addr_is_zero(ip_addr_v6(IP6_ANY)));
	assert_true(ip_addr_eq(none, none));
	assert_string_equal(ip_addr_print(none, buf), "none");
	assert_int_equal(ip_addr_parse(&a, "localhost"), -EINVAL);
}

static void kinds_of_ip4_addresses(void **state)
{
	(void)state;
	assert_true(ip4_is_loopback(ip4_make(127, 255, 0, 9)));
	assert_true(ip4_is_multicast(ip4_make(224, 0, 0, 1)));
	assert_true(ip4_is_multicast(ip4_make(239, 255, 255, 255)));
	assert_false(ip4_is_multicast(ip4_make(240, 0, 0, 0)));
	assert_true(ip4_is_reserved(ip4_make(240, 0, 0, 0)));
	assert_false(ip4_is_reserved(IP4_BROADCAST));
	assert_true(ip4_is_broadcast(IP4_BROADCAST));
	assert_true(ip4_is_link_local(ip4_make(169, 254, 1, 1)));
	assert_true(ip4_is_private(ip4_make(10, 0, 0, 1)));
	assert_true(ip4_is_private(ip4_make(172, 31, 0, 1)));
	assert_false(ip4_is_private(ip4_make(172, 32, 0, 1)));
	assert_true(ip4_is_private(ip4_make(192, 168, 0, 1)));
	assert_true(ip4_is_zero(IP4_ANY));
}

static void networks_have_a_length(void **state)
{
	struct ip4_net n;
	struct ip6_net n6;
	ip6_addr a;

	(void)state;
	assert_int_equal(ip4_net_parse(&n, "10.1.2.3/20"), 0);
	assert_true(ip4_net_base(n).addr.v == 0x0a010000);
	assert_true(ip4_net_broadcast(n).v == 0x0a010fff);
	assert_true(ip4_net_has(n, ip4_make(10, 1, 15, 255)));
	assert_false(ip4_net_has(n, ip4_make(10, 1, 16, 0)));
	assert_int_equal(ip4_net_parse(&n, "10.1.2.3/33"), -EINVAL);
	assert_int_equal(ip4_net_parse(&n, "10.1.2.3"), -EINVAL);
	assert_int_equal(ip4_net_parse(&n, "10.1.2.3/"), -EINVAL);
	assert_true(ip4_mask(0) == 0 && ip4_mask(32) == 0xffffffff);
	n.len = 0;
	assert_true(ip4_net_has(n, IP4_BROADCAST));
	n.len = 31;
	assert_true(ip4_is_zero(ip4_net_broadcast(n)));

	assert_int_equal(ip6_net_parse(&n6, "2001:db8::/33"), 0);
	assert_int_equal(ip6_parse(&a, "2001:db8:7fff::1"), 0);
	assert_true(ip6_net_has(n6, a));
	assert_int_equal(ip6_parse(&a, "2001:db8:8000::1"), 0);
	assert_false(ip6_net_has(n6, a));
	assert_int_equal(ip6_net_parse(&n6, "::/129"), -EINVAL);
	assert_int_equal(ip6_net_parse(&n6, "::1/128"), 0);
	assert_true(ip6_net_has(n6, IP6_LOOPBACK));
}

/* RFC 1112, 6.4; RFC 2464, 7; RFC 4291, 2.7.1 */
static void groups_have_addresses_on_the_link(void **state)
{
	char mac[MAC_TEXT], ip6[IP6_TEXT];
	ip6_addr a, group;

	(void)state;
	assert_string_equal(
		mac_print(mac_of_ip4_group(ip4_make(224, 129, 2, 3)), mac),
		"01:00:5e:01:02:03");
	assert_true(mac_is_group(mac_of_ip4_group(ip4_make(224, 0, 0, 1))));
	assert_int_equal(ip6_parse(&a, "fe80::1:2:3aa:bbcc"), 0);
	group = ip6_solicited_node(a);
	assert_string_equal(ip6_print(group, ip6), "ff02::1:ffaa:bbcc");
	assert_true(ip6_is_multicast(group) && ip6_is_link_local(a));
	assert_string_equal(mac_print(mac_of_ip6_group(group), mac),
			    "33:33:ff:aa:bb:cc");
	assert_true(mac_is_broadcast(MAC_BROADCAST));
	assert_true(mac_is_group(MAC_BROADCAST));
	assert_false(mac_is_broadcast(mac_of_ip6_group(group)));
	assert_true(mac_is_zero(MAC_ZERO));
}

static void every_family_answers_every_question(void **state)
{
	struct ip_addr none = {.family = IP_NONE}, group4, group6, a, b;

	(void)state;
	group4 = ip_addr_v4(ip4_make(224, 0, 0, 1));
	assert_int_equal(ip_addr_parse(&group6, "ff02::1"), 0);
	assert_true(ip_addr_is_multicast(group4));
	assert_true(ip_addr_is_multicast(group6));
	assert_false(ip_addr_is_multicast(none));
	assert_false(ip_addr_is_loopback(group6));
	assert_false(ip_addr_is_zero(group4) || ip_addr_is_zero(group6));
	assert_int_equal(ip_addr_parse(&a, "fe80::1"), 0);
	b = a;
	assert_true(ip_addr_eq(a, b));
	assert_false(ip_addr_is_multicast(a));
	b.v6.o[0] = 0xfd;
	assert_false(ip_addr_eq(a, b));
	assert_false(ip6_is_link_local(b.v6));
	b.v6 = a.v6;
	b.v6.o[1] = 0xc0; /* fec0::, once site-local */
	assert_false(ip6_is_link_local(b.v6));
	assert_false(ip6_is_zero(a.v6));
	assert_false(
		endpoint_eq((struct endpoint){a, 1}, (struct endpoint){a, 2}));
}

static void lengths_of_ip6_networks_are_strict(void **state)
{
	static const char *const wrong[] = {"::",    "::/",   "::/x",
					    "::/1x", "::/01", "x/1"};
	static const char *const wrong4[] = {"1.2.3.4/1x", "1.2.3/1",
					     "1.2.3.4/x"};
	struct ip6_net n6;
	struct ip4_net n4;
	ip6_addr a;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(ip6_net_parse(&n6, wrong[i]), -EINVAL);
	for (i = 0; i < ARRAY_SIZE(wrong4); i++)
		assert_int_equal(ip4_net_parse(&n4, wrong4[i]), -EINVAL);
	assert_int_equal(ip6_net_parse(&n6, "2001:db8::/32"), 0);
	assert_int_equal(ip6_parse(&a, "2001:db9::"), 0);
	assert_false(ip6_net_has(n6, a));
	assert_true(ip6_net_has((struct ip6_net){.len = 0}, a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mac_text_is_exact),
		cmocka_unit_test(ip4_text_is_strict),
		cmocka_unit_test(ip6_text_is_canonical),
		cmocka_unit_test(ip6_text_that_is_wrong_is_refused),
		cmocka_unit_test(what_is_printed_reads_the_same),
		cmocka_unit_test(endpoints_have_an_address_and_a_port),
		cmocka_unit_test(families_are_told_apart),
		cmocka_unit_test(kinds_of_ip4_addresses),
		cmocka_unit_test(networks_have_a_length),
		cmocka_unit_test(groups_have_addresses_on_the_link),
		cmocka_unit_test(every_family_answers_every_question),
		cmocka_unit_test(lengths_of_ip6_networks_are_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
