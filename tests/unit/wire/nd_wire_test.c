// SPDX-License-Identifier: MIT
/* nd_wire_test.c - messages of neighbour discovery and their options */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/nd.h"

static ip6_addr addr(const char *text)
{
	ip6_addr a;

	assert_int_equal(ip6_parse(&a, text), 0);
	return a;
}

static const mac_addr mac = {{2, 0, 0, 0, 0, 7}};

/* A message of that type with nothing behind the fixed part. */
static size_t plain(uint8_t *buf, size_t size, uint8_t type)
{
	struct nd_msg m = {.type = (uint8_t)type, .target = addr("fe80::1")};
	struct wcursor w = wcur_init(buf, size);

	nd_emit(&w, &m);
	assert_true(wcur_ok(&w));
	return wcur_len(&w);
}

static void an_advertisement_is_written_and_read(void **state)
{
	struct nd_msg m =
			      {
				      .type = ND_ROUTER_ADVERT,
				      .hop_limit = 64,
				      .is_managed = true,
				      .pref = ND_PREF_LOW,
				      .lifetime_s = 1800,
				      .reachable_ms = 30000,
				      .retrans_ms = 1000,
			      },
		      r;
	const struct nd_prefix p = {
		.net = {addr("2001:db8:1::"), 64},
		.is_onlink = true,
		.valid_s = 86400,
		.preferred_s = 14400,
	};
	const struct nd_route route = {
		.net = {addr("2001:db8:9::"), 48},
		.pref = ND_PREF_HIGH,
		.lifetime_s = 600,
	};
	const ip6_addr dns[2] = {addr("2001:db8::53"), addr("2001:db8::54")};
	uint8_t buf[400];
	struct wcursor w = wcur_init(buf, sizeof(buf));

	(void)state;
	nd_emit(&w, &m);
	nd_put_mac(&w, ND_OPT_SOURCE_MAC, mac);
	nd_put_mtu(&w, 1400);
	nd_put_prefix(&w, &p);
	nd_put_route(&w, &route);
	nd_put_rdnss(&w, 300, dns, 2);
	nd_put_dnssl(&w, 200, "lab.test");
	assert_true(wcur_ok(&w) && wcur_len(&w) % 8 == 0);
	assert_int_equal(nd_parse(&r, buf, wcur_len(&w)), 0);
	assert_true(r.hop_limit == 64 && r.is_managed && !r.is_other);
	assert_true(r.pref == ND_PREF_LOW && r.lifetime_s == 1800);
	assert_true(r.reachable_ms == 30000 && r.retrans_ms == 1000);
	assert_int_equal(r.opts.has, ND_HAS_SOURCE | ND_HAS_MTU);
	assert_true(mac_eq(r.opts.source, mac) && r.opts.mtu == 1400);
	assert_int_equal(r.opts.prefix_count, 1);
	assert_true(r.opts.prefix[0].is_onlink && !r.opts.prefix[0].is_auto);
	assert_int_equal(r.opts.prefix[0].valid_s, 86400);
	assert_int_equal(r.opts.route_count, 1);
	assert_true(r.opts.route[0].pref == ND_PREF_HIGH &&
		    r.opts.route[0].net.len == 48);
	assert_true(ip6_eq(r.opts.route[0].net.addr, route.net.addr));
	assert_int_equal(r.opts.rdnss_count, 2);
	assert_true(ip6_eq(r.opts.rdnss[1].addr, dns[1]));
	assert_int_equal(r.opts.dnssl_count, 1);
	assert_string_equal(r.opts.dnssl[0].name, "lab.test");
	assert_int_equal(r.opts.dnssl[0].lifetime_s, 200);
}

static void a_solicitation_carries_a_nonce(void **state)
{
	const uint8_t nonce[ND_NONCE_LEN] = {1, 2, 3, 4, 5, 6};
	struct nd_msg m = {.type = ND_NEIGHBOUR_SOLICIT,
			   .target = addr("fe80::2")},
		      r;
	uint8_t buf[64];
	struct wcursor w = wcur_init(buf, sizeof(buf));

	(void)state;
	nd_emit(&w, &m);
	nd_put_nonce(&w, nonce);
	assert_int_equal(nd_parse(&r, buf, wcur_len(&w)), 0);
	assert_true(ip6_eq(r.target, m.target));
	assert_int_equal(r.opts.nonce_len, ND_NONCE_LEN);
	assert_memory_equal(r.opts.nonce, nonce, ND_NONCE_LEN);
}

static void flags_of_an_answer_come_through(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		struct nd_msg m = {.type = ND_NEIGHBOUR_ADVERT,
				   .is_router = i & 1,
				   .is_solicited = i & 2,
				   .is_override = i & 4},
			      r;
		uint8_t buf[ND_NA_LEN];
		struct wcursor w = wcur_init(buf, sizeof(buf));

		nd_emit(&w, &m);
		assert_int_equal(nd_parse(&r, buf, wcur_len(&w)), 0);
		assert_true(r.is_router == m.is_router &&
			    r.is_solicited == m.is_solicited &&
			    r.is_override == m.is_override);
	}
}

static void a_redirect_quotes_the_packet(void **state)
{
	struct nd_msg m = {.type = ND_REDIRECT,
			   .target = addr("fe80::9"),
			   .dst = addr("2001:db8::9")},
		      r;
	const uint8_t packet[50] = {0x60, 1, 2, 3};
	uint8_t buf[200];
	struct wcursor w = wcur_init(buf, sizeof(buf));

	(void)state;
	nd_emit(&w, &m);
	nd_put_redirected(&w, packet, sizeof(packet));
	assert_int_equal(nd_parse(&r, buf, wcur_len(&w)), 0);
	assert_true(ip6_eq(r.dst, m.dst));
	assert_int_equal(r.opts.redirected_len, 48);
	assert_memory_equal(r.opts.redirected, packet, 48);
}

static void a_message_cut_short_is_refused(void **state)
{
	int type;

	(void)state;
	for (type = ND_ROUTER_SOLICIT; type <= ND_REDIRECT; type++) {
		uint8_t buf[64];
		size_t full = plain(buf, sizeof(buf), (uint8_t)type), len;
		struct nd_msg m;

		assert_int_equal(nd_parse(&m, buf, full), 0);
		for (len = 0; len < full; len++)
			assert_int_equal(nd_parse(&m, buf, len), WIRE_SHORT);
	}
}

static void a_code_or_a_group_as_target_is_refused(void **state)
{
	uint8_t buf[64];
	size_t len = plain(buf, sizeof(buf), ND_NEIGHBOUR_SOLICIT);
	struct nd_msg m;

	(void)state;
	buf[1] = 1;
	assert_int_equal(nd_parse(&m, buf, len), WIRE_FIELD);
	buf[1] = 0;
	buf[8] = 0xff;
	assert_int_equal(nd_parse(&m, buf, len), WIRE_FIELD);
	buf[0] = 128;
	assert_int_equal(nd_parse(&m, buf, len), WIRE_VERSION);
}

/* CVE-2020-16898 and its family: an option whose length cannot be. */
static void lying_option_lengths_spoil_the_message(void **state)
{
	static const struct {
		uint8_t type, units, octets;
	} bad[] = {
		{ND_OPT_SOURCE_MAC, 0, 8},
		{ND_OPT_SOURCE_MAC, 2, 16},
		{ND_OPT_SOURCE_MAC, 2, 8},
		{ND_OPT_TARGET_MAC, 3, 24},
		{ND_OPT_PREFIX, 1, 8},
		{ND_OPT_PREFIX, 5, 40},
		{ND_OPT_MTU, 2, 16},
		{ND_OPT_ROUTE, 4, 32},
		{ND_OPT_RDNSS, 1, 8},
		{ND_OPT_RDNSS, 2, 16},
		{ND_OPT_RDNSS, 4, 32},
		{ND_OPT_DNSSL, 1, 8},
		{200, 0, 8},
		{200, 2, 8},
		{200, 1, 1},
		{200, 1, 7},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t buf[100] = {0};
		size_t len = plain(buf, sizeof(buf), ND_ROUTER_ADVERT);
		struct nd_msg m;

		buf[len] = bad[i].type;
		buf[len + 1] = bad[i].units;
		assert_int_equal(nd_parse(&m, buf, len + bad[i].octets),
				 WIRE_LEN);
	}
}

static void a_prefix_longer_than_an_address_is_refused(void **state)
{
	const struct nd_prefix p = {.net = {.len = 129}};
	uint8_t buf[64];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	struct nd_msg m = {.type = ND_ROUTER_ADVERT}, r;

	(void)state;
	nd_emit(&w, &m);
	nd_put_prefix(&w, &p);
	assert_int_equal(nd_parse(&r, buf, wcur_len(&w)), WIRE_FIELD);
}

static void a_route_must_bring_the_octets_of_its_prefix(void **state)
{
	uint8_t buf[64] = {0};
	size_t len = plain(buf, sizeof(buf), ND_ROUTER_ADVERT);
	struct nd_msg m;

	(void)state;
	buf[len] = ND_OPT_ROUTE;
	buf[len + 1] = 2; /* eight octets of prefix */
	buf[len + 2] = 65;
	assert_int_equal(nd_parse(&m, buf, len + 16), WIRE_LEN);
	buf[len + 2] = 64;
	assert_int_equal(nd_parse(&m, buf, len + 16), 0);
	buf[len + 3] = 0x10; /* the reserved preference: ignored */
	assert_int_equal(nd_parse(&m, buf, len + 16), 0);
	assert_int_equal(m.opts.route_count, 0);
}

/* A message with one DNSSL option of these octets. */
static int parse_dnssl(struct nd_msg *m, const char *octets, size_t len)
{
	uint8_t buf[400] = {0};
	size_t at = plain(buf, sizeof(buf), ND_ROUTER_ADVERT);

	assert_true(at + 8 + len <= sizeof(buf) && len % 8 == 0);
	buf[at] = ND_OPT_DNSSL;
	buf[at + 1] = (uint8_t)(len / 8 + 1);
	memcpy(buf + at + 8, octets, len);
	return nd_parse(m, buf, at + 8 + len);
}

static void domain_names_stay_inside_their_option(void **state)
{
	struct nd_msg m;

	(void)state;
	assert_int_equal(parse_dnssl(&m, "\1a\1b\0\0\0", 8), 0);
	assert_string_equal(m.opts.dnssl[0].name, "a.b");
	assert_int_equal(parse_dnssl(&m, "\1a\0\1b\0\0\0", 8), 0);
	assert_int_equal(m.opts.dnssl_count, 2);
	/* a label beyond the end, a pointer, no end, an odd octet */
	assert_int_equal(parse_dnssl(&m, "\1a\7bcdef", 8), WIRE_FIELD);
	assert_int_equal(parse_dnssl(&m, "\300\0\0\0\0\0\0", 8), WIRE_FIELD);
	assert_int_equal(parse_dnssl(&m, "\7abcdefg", 8), WIRE_FIELD);
	assert_int_equal(parse_dnssl(&m, "\1.\0\0\0\0\0", 8), WIRE_FIELD);
}

static void a_name_that_is_none_is_not_written(void **state)
{
	static const char *const bad[] = {"", ".", "a..b", ".a"};
	uint8_t buf[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct wcursor w = wcur_init(buf, sizeof(buf));

		nd_put_dnssl(&w, 1, bad[i]);
		assert_false(wcur_ok(&w));
	}
}

static void more_than_is_kept_is_ignored(void **state)
{
	const struct nd_prefix p = {.net = {.len = 64}};
	uint8_t buf[ND_LEN_MAX];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	struct nd_msg m = {.type = ND_ROUTER_ADVERT}, r;
	int i;

	(void)state;
	nd_emit(&w, &m);
	for (i = 0; i < ND_PREFIXES_MAX + 4; i++)
		nd_put_prefix(&w, &p);
	assert_int_equal(nd_parse(&r, buf, wcur_len(&w)), 0);
	assert_int_equal(r.opts.prefix_count, ND_PREFIXES_MAX);
}

static void each_message_has_a_sentence(void **state)
{
	static const char *const said[] = {
		"is there a router?", "router for 0 s",	  "who has fe80::1?",
		"fe80::1 is me",      "to :: by fe80::1",
	};
	int type;

	(void)state;
	for (type = ND_ROUTER_SOLICIT; type <= ND_REDIRECT; type++) {
		struct nd_msg m = {.type = (uint8_t)type,
				   .target = addr("fe80::1")};
		char text[100];
		struct strbuf sb;

		strbuf_init_fixed(&sb, text, sizeof(text));
		nd_print(&sb, &m);
		assert_string_equal(text, said[type - ND_ROUTER_SOLICIT]);
		assert_non_null(nd_name((uint8_t)type));
	}
	assert_null(nd_name(128));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_advertisement_is_written_and_read),
		cmocka_unit_test(a_solicitation_carries_a_nonce),
		cmocka_unit_test(flags_of_an_answer_come_through),
		cmocka_unit_test(a_redirect_quotes_the_packet),
		cmocka_unit_test(a_message_cut_short_is_refused),
		cmocka_unit_test(a_code_or_a_group_as_target_is_refused),
		cmocka_unit_test(lying_option_lengths_spoil_the_message),
		cmocka_unit_test(a_prefix_longer_than_an_address_is_refused),
		cmocka_unit_test(a_route_must_bring_the_octets_of_its_prefix),
		cmocka_unit_test(domain_names_stay_inside_their_option),
		cmocka_unit_test(a_name_that_is_none_is_not_written),
		cmocka_unit_test(more_than_is_kept_is_ignored),
		cmocka_unit_test(each_message_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
