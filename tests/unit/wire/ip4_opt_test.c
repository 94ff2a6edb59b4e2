// SPDX-License-Identifier: MIT
/* ip4_opt_test.c - IPv4 options */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"

#include "wire/ip4.h"
#include "wire/ip4_opt.h"

static void a_walk_sees_each_option_once(void **state)
{
	static const uint8_t opts[] = {IP4_OPT_NOP, IP4_OPT_RA,	 4, 0, 0, 99, 3,
				       0x55,	    IP4_OPT_EOL, 7, 7, 7};
	struct ip4_opt_walk w;
	struct ip4_opt o;

	(void)state;
	ip4_opt_walk(&w, opts, sizeof(opts));
	assert_int_equal(ip4_opt_next(&w, &o), 1);
	assert_int_equal(o.type, IP4_OPT_NOP);
	assert_int_equal(o.len, 1);
	assert_int_equal(ip4_opt_next(&w, &o), 1);
	assert_int_equal(o.type, IP4_OPT_RA);
	assert_int_equal(o.off, 1);
	assert_int_equal(ip4_opt_next(&w, &o), 1);
	assert_int_equal(o.type, 99);
	assert_int_equal(o.data[2], 0x55);
	assert_int_equal(ip4_opt_next(&w, &o), 0);
}

static void impossible_lengths_end_the_walk(void **state)
{
	static const uint8_t opts[][4] = {
		{IP4_OPT_NOP, IP4_OPT_RR, 0, 0},
		{IP4_OPT_NOP, IP4_OPT_RR, 1, 0},
		{IP4_OPT_NOP, IP4_OPT_RR, 4, 0},
		{IP4_OPT_NOP, IP4_OPT_NOP, IP4_OPT_NOP, IP4_OPT_RR},
	};
	struct ip4_opts o;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(ip4_opts_parse(&o, opts[i], 4), -EBADMSG);
		assert_int_equal(o.bad_off, IP4_HLEN + (i < 3 ? 2 : 4));
	}
}

/* RFC 791, 3.1: the pointer is relative to the option, the least is 4 */
static void bad_octets_are_pointed_at(void **state)
{
	static const struct {
		uint8_t opts[12];
		uint8_t bad_off;
	} cases[] = {
		{{IP4_OPT_RR, 7, 3, 0, 0, 0, 0}, 22},
		{{IP4_OPT_RR, 7, 5, 0, 0, 0, 0}, 22},
		{{IP4_OPT_RR, 8, 4, 0, 0, 0, 0, 0}, 21},
		{{IP4_OPT_NOP, IP4_OPT_LSRR, 2, 0}, 22},
		{{IP4_OPT_TS, 8, 4, 0, 0, 0, 0, 0}, 22},
		{{IP4_OPT_TS, 8, 5, 2, 0, 0, 0, 0}, 23},
		{{IP4_OPT_TS, 8, 5, 1, 0, 0, 0, 0}, 21},
		{{IP4_OPT_TS, 3, 5, 0}, 21},
		{{IP4_OPT_RA, 3, 0, 0}, 21},
		{{IP4_OPT_RA, 4, 0, 0, IP4_OPT_RA, 4, 0, 0}, 24},
		{{IP4_OPT_LSRR, 3, 4, IP4_OPT_SSRR, 3, 4}, 23},
	};
	struct ip4_opts o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ip4_opts_parse(&o, cases[i].opts, 12),
				 -EBADMSG);
		assert_int_equal(o.bad_off, cases[i].bad_off);
	}
}

static void a_route_is_recorded_until_it_is_full(void **state)
{
	uint8_t opt[12] = {IP4_OPT_RR, 11, 4};
	struct ip4_opts o;

	(void)state;
	assert_int_equal(ip4_opts_parse(&o, opt, sizeof(opt)), 0);
	assert_int_equal(o.rr.len, 11);
	assert_true(ip4_opt_record(opt, ip4_make(10, 0, 0, 1)));
	assert_true(ip4_opt_record(opt, ip4_make(10, 0, 0, 2)));
	assert_false(ip4_opt_record(opt, ip4_make(10, 0, 0, 3)));
	assert_int_equal(opt[2], 12);
	assert_true(get32(opt + 3) == 0x0a000001);
	assert_true(get32(opt + 7) == 0x0a000002);
	assert_int_equal(opt[11], 0);
	assert_int_equal(ip4_opts_parse(&o, opt, sizeof(opt)), 0);
}

static void a_source_route_is_walked(void **state)
{
	uint8_t opt[12] = {IP4_OPT_SSRR, 11, 4, 10, 0, 0, 1, 10, 0, 0, 2};
	const ip4_addr self = {0x0a0000fe};
	struct ip4_opts o;

	(void)state;
	assert_int_equal(ip4_opts_parse(&o, opt, sizeof(opt)), 0);
	assert_int_equal(o.sr.type, IP4_OPT_SSRR);
	assert_true(ip4_opt_route_next(opt).v == 0x0a000001);
	ip4_opt_route_advance(opt, self);
	assert_true(ip4_opt_route_next(opt).v == 0x0a000002);
	ip4_opt_route_advance(opt, self);
	assert_true(ip4_is_zero(ip4_opt_route_next(opt)));
	ip4_opt_route_advance(opt, self); /* used up: nothing to do */
	assert_true(get32(opt + 3) == self.v && get32(opt + 7) == self.v);
	assert_int_equal(opt[11], 0);
}

static void times_are_entered_and_overflow_is_counted(void **state)
{
	uint8_t only[8] = {IP4_OPT_TS, 8, 5, IP4_TS_ONLY};
	uint8_t addr[12] = {IP4_OPT_TS, 12, 5, IP4_TS_ADDR};
	uint8_t pre[12] = {IP4_OPT_TS, 12, 5, IP4_TS_PRESPEC, 10, 0, 0, 2};
	const ip4_addr self = {0x0a000001}, other = {0x0a000002};
	int i;

	(void)state;
	assert_true(ip4_opt_stamp(only, self, 0x01020304));
	assert_true(get32(only + 4) == 0x01020304);
	for (i = 1; i <= 15; i++) {
		assert_true(ip4_opt_stamp(only, self, 5));
		assert_int_equal(only[3] >> 4, i);
	}
	assert_false(ip4_opt_stamp(only, self, 5));
	assert_true(get32(only + 4) == 0x01020304);

	assert_true(ip4_opt_stamp(addr, self, 77));
	assert_true(get32(addr + 4) == self.v && get32(addr + 8) == 77);

	assert_true(ip4_opt_stamp(pre, self, 77)); /* not our turn */
	assert_int_equal(pre[2], 5);
	assert_true(ip4_opt_stamp(pre, other, 78));
	assert_int_equal(pre[2], 13);
	assert_true(get32(pre + 8) == 78);
}

/* RFC 791, 3.1: the copied flag */
static void fragments_carry_only_what_is_to_be_copied(void **state)
{
	static const uint8_t opts[] = {IP4_OPT_RR,   7, 4, 0,		0, 0, 0,
				       IP4_OPT_LSRR, 3, 4, IP4_OPT_EOL, 0};
	static const uint8_t expect[] = {IP4_OPT_LSRR, 3, 4, 0};
	uint8_t to[IP4_OPTS_MAX];

	(void)state;
	assert_int_equal(ip4_opts_copied(to, opts, sizeof(opts)), 4);
	assert_memory_equal(to, expect, 4);
	assert_int_equal(ip4_opts_copied(to, opts, 7), 0);
}

static void options_have_names(void **state)
{
	static const uint8_t opts[] = {
		IP4_OPT_NOP, IP4_OPT_LSRR, 11, 8, 10, 0, 0, 1, 10, 0, 0, 2, 99,
		2,	     IP4_OPT_TS,   9};
	char text[100];
	struct strbuf sb;

	(void)state;
	strbuf_init_fixed(&sb, text, sizeof(text));
	ip4_opts_print(&sb, opts, sizeof(opts));
	assert_string_equal(text, " nop lsrr 10.0.0.1 | 10.0.0.2 option 99 "
				  "malformed 68");
}

/* Options that are sound, but for one octet now and then. */
static size_t nearly_sound(struct rng *r, uint8_t buf[static 40])
{
	static const uint8_t sound[][12] = {
		{IP4_OPT_RR, 7, 4},
		{IP4_OPT_LSRR, 11, 8},
		{IP4_OPT_TS, 12, 5, 1},
		{IP4_OPT_TS, 8, 9, 0xe0},
		{IP4_OPT_RA, 4},
		{IP4_OPT_SSRR, 3, 4},
		{IP4_OPT_NOP, IP4_OPT_NOP},
	};
	size_t len = 0;

	memset(buf, 0, 40);
	while (len + 12 <= 40) {
		const uint8_t *o = sound[rng_below(r, 7)];

		memcpy(buf + len, o, 12);
		len += o[0] == IP4_OPT_NOP ? 2 : o[1];
	}
	if (rng_below(r, 2))
		buf[rng_below(r, 40)] = (uint8_t)rng_below(r, 20);
	return len;
}

/* What parse accepts, the functions that write must be safe with. */
static void any_octets_are_safe(void **state)
{
	uint8_t buf[40 + 1], to[IP4_OPTS_MAX];
	char text[400];
	struct ip4_opts o;
	struct strbuf sb;
	struct rng r;
	int round, accepted = 0;

	(void)state;
	rng_init(&r, 1, "opts");
	for (round = 0; round < 20000; round++) {
		size_t len = nearly_sound(&r, buf);

		buf[len] = 0xee;
		strbuf_init_fixed(&sb, text, sizeof(text));
		ip4_opts_print(&sb, buf, len);
		assert_int_equal(sb.error, 0);
		assert_true(ip4_opts_copied(to, buf, len) <= 40);
		if (ip4_opts_parse(&o, buf, len) < 0) {
			assert_in_range(o.bad_off, 20, 60);
			continue;
		}
		if (o.rr.len)
			ip4_opt_record(buf + o.rr.off, IP4_LOOPBACK);
		if (o.sr.len)
			ip4_opt_route_advance(buf + o.sr.off, IP4_LOOPBACK);
		if (o.ts.len)
			ip4_opt_stamp(buf + o.ts.off, IP4_LOOPBACK, 1);
		accepted++;
		assert_int_equal(buf[len], 0xee);
		assert_int_equal(ip4_opts_parse(&o, buf, len), 0);
	}
	assert_in_range(accepted, 1000, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_walk_sees_each_option_once),
		cmocka_unit_test(impossible_lengths_end_the_walk),
		cmocka_unit_test(bad_octets_are_pointed_at),
		cmocka_unit_test(a_route_is_recorded_until_it_is_full),
		cmocka_unit_test(a_source_route_is_walked),
		cmocka_unit_test(times_are_entered_and_overflow_is_counted),
		cmocka_unit_test(fragments_carry_only_what_is_to_be_copied),
		cmocka_unit_test(options_have_names),
		cmocka_unit_test(any_octets_are_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
