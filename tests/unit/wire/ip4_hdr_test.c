// SPDX-License-Identifier: MIT
/* ip4_hdr_test.c - IPv4 headers */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"

#include "wire/csum.h"
#include "wire/ip4.h"

/* A header as other stacks send it: 172.16.10.99 to 172.16.10.12, TCP. */
static const uint8_t known[20] = {0x45, 0x00, 0x00, 0x3c, 0x1c, 0x46, 0x40,
				  0x00, 0x40, 0x06, 0xb1, 0xe6, 0xac, 0x10,
				  0x0a, 0x63, 0xac, 0x10, 0x0a, 0x0c};

/* The packet around a header: 60 octets, the checksum made right. */
static void packet(uint8_t buf[static 60])
{
	memset(buf, 0, 60);
	memcpy(buf, known, sizeof(known));
}

static void fix_sum(uint8_t *buf, size_t hlen)
{
	put16(buf + 10, 0);
	put16(buf + 10, csum(buf, hlen));
}

static void a_known_header_is_read_and_written(void **state)
{
	uint8_t buf[60], out[20];
	struct ip4_hdr h;
	char text[100];
	struct strbuf sb;

	(void)state;
	packet(buf);
	assert_int_equal(ip4_hdr_parse(&h, buf, sizeof(buf)), 20);
	assert_true(h.src.v == 0xac100a63 && h.dst.v == 0xac100a0c);
	assert_int_equal(h.proto, IP_PROTO_TCP);
	assert_int_equal(h.ttl, 64);
	assert_int_equal(h.id, 0x1c46);
	assert_int_equal(h.flags, IP4_DF);
	assert_int_equal(h.total_len, 60);
	assert_null(h.opts);
	assert_false(ip4_is_fragment(&h));
	ip4_hdr_emit(out, &h);
	assert_memory_equal(out, known, sizeof(known));
	strbuf_init_fixed(&sb, text, sizeof(text));
	ip4_hdr_print(&sb, &h);
	assert_string_equal(text,
			    "172.16.10.99 > 172.16.10.12 tcp ttl 64 len 60 DF");
}

static void each_refusal_has_its_reason(void **state)
{
	uint8_t buf[60];
	struct ip4_hdr h;

	(void)state;
	packet(buf);
	assert_int_equal(ip4_hdr_parse(&h, buf, 19), WIRE_SHORT);
	assert_int_equal(ip4_hdr_parse(&h, buf, 59), WIRE_LEN);
	buf[0] = 0x65;
	assert_int_equal(ip4_hdr_parse(&h, buf, 60), WIRE_VERSION);
	buf[0] = 0x44;
	assert_int_equal(ip4_hdr_parse(&h, buf, 60), WIRE_HLEN);
	buf[0] = 0x46;
	assert_int_equal(ip4_hdr_parse(&h, buf, 23), WIRE_HLEN);
	packet(buf);
	buf[3] = 19;
	assert_int_equal(ip4_hdr_parse(&h, buf, 60), WIRE_LEN);
	packet(buf);
	buf[8]--;
	assert_int_equal(ip4_hdr_parse(&h, buf, 60), WIRE_CSUM);
	packet(buf);
	put16(buf + 6, 0x1fff); /* 65528 + 40 octets */
	fix_sum(buf, 20);
	assert_int_equal(ip4_hdr_parse(&h, buf, 60), WIRE_FIELD);
}

static void link_padding_is_not_ours(void **state)
{
	uint8_t buf[80];
	struct ip4_hdr h;

	(void)state;
	packet(buf);
	assert_int_equal(ip4_hdr_parse(&h, buf, sizeof(buf)), 20);
	assert_int_equal(h.total_len, 60);
}

/* RFC 1812, 4.3.2.3: as little as the header and eight octets */
static void a_quoted_header_may_be_all_there_is(void **state)
{
	uint8_t buf[60];
	struct ip4_hdr h;

	(void)state;
	packet(buf);
	buf[8] = 1; /* checksum not brought up to date */
	assert_int_equal(ip4_hdr_parse_quoted(&h, buf, 28), 20);
	assert_int_equal(h.total_len, 60);
	assert_int_equal(ip4_hdr_parse_quoted(&h, buf, 19), WIRE_SHORT);
}

static void fields_survive_the_wire(void **state)
{
	uint8_t buf[IP4_HLEN_MAX + 8], opts[IP4_OPTS_MAX];
	struct ip4_hdr in, out;
	struct rng r;
	int round;

	(void)state;
	rng_init(&r, 1, "ip4");
	rng_fill(&r, opts, sizeof(opts));
	for (round = 0; round < 1000; round++) {
		in = (struct ip4_hdr){
			.src = {rng_u32(&r)},
			.dst = {rng_u32(&r)},
			.proto = (uint8_t)rng_u32(&r),
			.ttl = (uint8_t)rng_u32(&r),
			.tos = (uint8_t)rng_u32(&r),
			.flags = (uint8_t)rng_below(&r, 4),
			.id = (uint16_t)rng_u32(&r),
			.frag_off = (uint16_t)(rng_below(&r, 8000) * 8),
			.opts_len = (uint8_t)rng_below(&r, 41),
			.opts = opts,
		};
		in.hlen = (uint8_t)ip4_hdr_len(&in);
		in.total_len = (uint16_t)(in.hlen + 8);
		ip4_hdr_emit(buf, &in);
		assert_int_equal(ip4_hdr_parse(&out, buf, in.total_len),
				 in.hlen);
		assert_true(ip4_eq(in.src, out.src) && ip4_eq(in.dst, out.dst));
		assert_int_equal(in.proto, out.proto);
		assert_int_equal(in.ttl, out.ttl);
		assert_int_equal(in.tos, out.tos);
		assert_int_equal(in.flags, out.flags);
		assert_int_equal(in.id, out.id);
		assert_int_equal(in.frag_off, out.frag_off);
		assert_int_equal(out.opts_len, in.hlen - IP4_HLEN);
		if (in.opts_len)
			assert_memory_equal(out.opts, opts, in.opts_len);
	}
}

/* RFC 1624 */
static void changes_in_place_keep_the_checksum_right(void **state)
{
	uint8_t buf[60];
	struct ip4_hdr h;
	int ttl;

	(void)state;
	for (ttl = 255; ttl >= 0; ttl--) {
		packet(buf);
		ip4_patch_ttl(buf, (uint8_t)ttl);
		ip4_patch_tos(buf, (uint8_t)(ttl * 7));
		ip4_patch_src(buf, (ip4_addr){(uint32_t)ttl * 0x01030507});
		ip4_patch_dst(buf, (ip4_addr){~(uint32_t)ttl});
		assert_int_equal(ip4_hdr_parse(&h, buf, 60), 20);
		assert_int_equal(h.ttl, ttl);
		assert_int_equal(h.tos, (uint8_t)(ttl * 7));
		assert_true(h.src.v == (uint32_t)ttl * 0x01030507);
		assert_true(h.dst.v == ~(uint32_t)ttl);
	}
}

static void any_octets_are_safe(void **state)
{
	uint8_t buf[64];
	struct ip4_hdr h;
	struct rng r;
	size_t len;
	int round;

	(void)state;
	rng_init(&r, 2, "ip4");
	for (round = 0; round < 200; round++) {
		rng_fill(&r, buf, sizeof(buf));
		if (round % 2)
			buf[0] = (uint8_t)(0x40 | (buf[0] & 15));
		for (len = 0; len <= sizeof(buf); len++) {
			if (ip4_hdr_parse_quoted(&h, buf, len) < 0)
				continue;
			assert_true(h.hlen >= 20 && h.hlen <= len);
			if (ip4_hdr_parse(&h, buf, len) > 0)
				assert_true(h.total_len <= len);
		}
	}
}

static void fragments_say_where_they_belong(void **state)
{
	struct ip4_hdr h = {.frag_off = 1480, .flags = IP4_MF, .id = 7};
	char text[100];
	struct strbuf sb;

	(void)state;
	assert_true(ip4_is_fragment(&h));
	strbuf_init_fixed(&sb, text, sizeof(text));
	ip4_hdr_print(&sb, &h);
	assert_string_equal(text, "0.0.0.0 > 0.0.0.0 hop-by-hop ttl 0 len 0 id "
				  "7 fragment 1480+");
	h.frag_off = 0;
	assert_true(ip4_is_fragment(&h));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_header_is_read_and_written),
		cmocka_unit_test(each_refusal_has_its_reason),
		cmocka_unit_test(link_padding_is_not_ours),
		cmocka_unit_test(a_quoted_header_may_be_all_there_is),
		cmocka_unit_test(fields_survive_the_wire),
		cmocka_unit_test(changes_in_place_keep_the_checksum_right),
		cmocka_unit_test(any_octets_are_safe),
		cmocka_unit_test(fragments_say_where_they_belong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
