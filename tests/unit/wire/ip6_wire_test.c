// SPDX-License-Identifier: MIT
/* ip6_wire_test.c - IPv6 headers, extension headers, ICMPv6, addresses */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/rng.h"

#include "wire/icmp6.h"
#include "wire/ip6.h"
#include "wire/ip6_ext.h"

static ip6_addr a6(const char *text)
{
	ip6_addr a;

	assert_int_equal(ip6_parse(&a, text), 0);
	return a;
}

static const struct ip6_hdr sample = {
	.src = {{0x20, 0x01, 0x0d, 0xb8, [15] = 1}},
	.dst = {{0x20, 0x01, 0x0d, 0xb8, [15] = 2}},
	.flow = 0xabcde,
	.payload_len = 20,
	.next = IP_PROTO_TCP,
	.hops = 64,
	.tclass = 0xb9,
};

static void a_header_comes_back_as_it_was_written(void **state)
{
	struct strbuf sb;
	struct ip6_hdr h;
	struct mem mem;
	uint8_t b[60] = {0};

	(void)state;
	ip6_hdr_emit(b, &sample);
	assert_memory_equal(b, "\x6b\x9a\xbc\xde\x00\x14\x06\x40", 8);
	assert_int_equal(ip6_hdr_parse(&h, b, sizeof(b)), IP6_HLEN);
	assert_true(ip6_eq(h.src, sample.src) && ip6_eq(h.dst, sample.dst));
	assert_int_equal(h.flow, sample.flow);
	assert_int_equal(h.tclass, sample.tclass);
	assert_int_equal(h.payload_len, 20);
	mem_init_libc(&mem);
	strbuf_init(&sb, &mem);
	ip6_hdr_print(&sb, &h);
	assert_string_equal(
		sb.text,
		"2001:db8::1 > 2001:db8::2 tcp hops 64 len 20 flow abcde");
	strbuf_fini(&sb);
}

static void a_header_that_lies_is_refused(void **state)
{
	struct ip6_hdr h;
	uint8_t b[60] = {0};
	size_t n;

	(void)state;
	ip6_hdr_emit(b, &sample);
	for (n = 0; n < IP6_HLEN; n++)
		assert_int_equal(ip6_hdr_parse(&h, b, n), WIRE_SHORT);
	for (; n < 60; n++)
		assert_int_equal(ip6_hdr_parse(&h, b, n), WIRE_LEN);
	b[4] = b[5] = 0; /* a jumbogram, or nothing at all */
	assert_int_equal(ip6_hdr_parse(&h, b, 60), WIRE_LEN);
	b[6] = IP_PROTO_NONE;
	assert_int_equal(ip6_hdr_parse(&h, b, 60), IP6_HLEN);
	b[0] = 0x4b;
	assert_int_equal(ip6_hdr_parse(&h, b, 60), WIRE_VERSION);
}

static void a_fragment_header_comes_back(void **state)
{
	const struct ip6_frag f = {
		.next = 17, .has_more = true, .off = 65528, .id = 0x01020304};
	uint8_t b[IP6_FRAG_HLEN];
	struct cursor c = cur_init(b, sizeof(b));
	struct ip6_frag g;

	(void)state;
	ip6_frag_emit(b, &f);
	assert_memory_equal(b, "\x11\x00\xff\xf9\x01\x02\x03\x04", 8);
	assert_true(ip6_frag_read(&c, &g));
	assert_int_equal(g.off, 65528);
	assert_true(g.has_more);
	assert_int_equal(g.id, f.id);
	assert_false(ip6_frag_read(&c, &g));
}

/* Any number of octets of options is padded to a multiple of eight. */
static void hop_by_hop_options_are_padded(void **state)
{
	uint8_t opts[254], b[264];
	struct ip6_ext e;
	struct ip6_opt o;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(opts); n++)
		opts[n] = 0x1e;
	for (n = 2; n <= 254; n++) {
		struct cursor c, in;

		opts[1] = (uint8_t)(n - 2);
		ip6_hbh_emit(b, 58, opts, n);
		assert_int_equal(ip6_hbh_len(n) % 8, 0);
		c = cur_init(b, ip6_hbh_len(n));
		assert_true(ip6_ext_read(&c, &e));
		assert_int_equal(e.next, 58);
		assert_int_equal(e.len, ip6_hbh_len(n));
		in = cur_init(e.data, e.data_len);
		assert_true(ip6_opt_next(&in, &o));
		assert_int_equal(o.len, n - 2);
		while (ip6_opt_next(&in, &o))
			assert_true(o.type == IP6_OPT_PAD1 ||
				    o.type == IP6_OPT_PADN);
		assert_true(cur_ok(&in));
	}
}

static void a_chain_is_skipped_up_to_its_limits(void **state)
{
	uint8_t b[IP6_HLEN + 700] = {0}, proto;
	struct ip6_hdr h = sample;
	bool is_piece;
	size_t off, i;

	(void)state;
	h.next = IP_PROTO_DSTOPTS;
	ip6_hdr_emit(b, &h);
	for (i = 0; i < 7; i++)
		b[IP6_HLEN + i * 8] = IP_PROTO_DSTOPTS;
	b[IP6_HLEN + 56] = IP_PROTO_UDP;
	assert_int_equal(ip6_skip(b, sizeof(b), &proto, &off, &is_piece), 0);
	assert_int_equal(proto, IP_PROTO_UDP);
	assert_int_equal(off, IP6_HLEN + 64);
	assert_int_equal(ip6_skip(b, IP6_HLEN + 63, &proto, &off, &is_piece),
			 WIRE_SHORT);
	b[IP6_HLEN + 56] = IP_PROTO_DSTOPTS;
	assert_int_equal(ip6_skip(b, sizeof(b), &proto, &off, &is_piece),
			 WIRE_LEN);
	b[IP6_HLEN + 1] = 64; /* 520 octets */
	assert_int_equal(ip6_skip(b, sizeof(b), &proto, &off, &is_piece),
			 WIRE_LEN);
	b[6] = IP_PROTO_FRAGMENT;
	b[IP6_HLEN] = IP_PROTO_DSTOPTS;
	b[IP6_HLEN + 3] = 8;
	assert_int_equal(ip6_skip(b, sizeof(b), &proto, &off, &is_piece), 0);
	assert_true(is_piece);
	assert_int_equal(off, IP6_HLEN + 8);
}

static void any_octets_are_skipped_safely(void **state)
{
	struct rng rng;
	int i;

	(void)state;
	rng_init(&rng, 1, "ip6_skip");
	for (i = 0; i < 20000; i++) {
		uint8_t b[200], proto;
		size_t len = rng_below(&rng, sizeof(b) + 1), off;
		bool is_piece;

		rng_fill(&rng, b, sizeof(b));
		b[0] = 0x60;
		b[6] = rng_below(&rng, 2) ? IP_PROTO_DSTOPTS
					  : IP_PROTO_FRAGMENT;
		if (ip6_skip(b, len, &proto, &off, &is_piece) == 0)
			assert_true(off <= len && off >= IP6_HLEN);
	}
}

static void messages_come_back_as_they_were_written(void **state)
{
	static const struct icmp6_hdr rows[] = {
		{.type = ICMP6_ECHO, .id = 7, .seq = 9},
		{.type = ICMP6_ECHO_REPLY, .id = 7, .seq = 9},
		{.type = ICMP6_TOO_BIG, .mtu = 0x12345678},
		{.type = ICMP6_PARAM_PROBLEM, .code = 1, .pointer = 40},
		{.type = ICMP6_UNREACHABLE, .code = ICMP6_PORT},
	};
	struct icmp6_hdr h;
	uint8_t b[ICMP6_HLEN];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		icmp6_emit(b, &rows[i]);
		assert_int_equal(icmp6_parse(&h, b, sizeof(b)), ICMP6_HLEN);
		assert_int_equal(icmp6_parse(&h, b, 7), WIRE_SHORT);
		assert_memory_equal(&h, &rows[i], sizeof(h));
	}
	assert_string_equal(icmp6_name(1, 4), "port unreachable");
	assert_string_equal(icmp6_name(1, 99), "unreachable");
	assert_string_equal(icmp6_name(2, 0), "packet too big");
	assert_string_equal(icmp6_name(99, 0), "unknown message");
}

/* RFC 4291, 2.7; RFC 4007. */
static void addresses_have_scopes_and_zones(void **state)
{
	struct ip_addr one = ip_addr_v6_on(a6("fe80::1"), 1);
	struct ip_addr two = ip_addr_v6_on(a6("fe80::1"), 2);

	(void)state;
	assert_int_equal(ip6_scope_of(a6("fe80::1")), IP6_SCOPE_LINK);
	assert_int_equal(ip6_scope_of(a6("::1")), IP6_SCOPE_LINK);
	assert_int_equal(ip6_scope_of(a6("2001:db8::1")), IP6_SCOPE_GLOBAL);
	assert_int_equal(ip6_scope_of(a6("ff05::1")), IP6_SCOPE_SITE);
	assert_false(ip_addr_eq(one, two));
	assert_true(ip_addr_eq(one, ip_addr_v6(a6("fe80::1"))));
	assert_int_equal(ip_addr_v6_on(a6("2001:db8::1"), 3).zone, 0);
	assert_int_equal(ip_addr_v6_on(a6("ff02::1"), 3).zone, 3);
}

static void prefixes_are_counted_in_bits(void **state)
{
	struct ip6_net n = {a6("2001:db8:ffff:ffff::1"), 0};
	unsigned len;

	(void)state;
	assert_int_equal(ip6_common_len(a6("::"), a6("::")), 128);
	assert_int_equal(ip6_common_len(a6("8000::"), a6("::")), 0);
	assert_int_equal(ip6_common_len(a6("2001:db8::"), a6("2001:db9::")),
			 31);
	for (len = 0; len <= 128; len++) {
		struct ip6_net base;

		n.len = (uint8_t)len;
		base = ip6_net_base(n);
		assert_true(ip6_net_has(n, base.addr));
		assert_true(ip6_net_has(base, n.addr));
		assert_true(ip6_common_len(base.addr, n.addr) >= len);
	}
	n.len = 48;
	assert_true(ip6_eq(ip6_net_base(n).addr, a6("2001:db8:ffff::")));
	n.len = 33;
	assert_true(ip6_eq(ip6_net_base(n).addr, a6("2001:db8:8000::")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_comes_back_as_it_was_written),
		cmocka_unit_test(a_header_that_lies_is_refused),
		cmocka_unit_test(a_fragment_header_comes_back),
		cmocka_unit_test(hop_by_hop_options_are_padded),
		cmocka_unit_test(a_chain_is_skipped_up_to_its_limits),
		cmocka_unit_test(any_octets_are_skipped_safely),
		cmocka_unit_test(messages_come_back_as_they_were_written),
		cmocka_unit_test(addresses_have_scopes_and_zones),
		cmocka_unit_test(prefixes_are_counted_in_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
