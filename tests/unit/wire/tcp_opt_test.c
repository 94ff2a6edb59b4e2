// SPDX-License-Identifier: MIT
/* tcp_opt_test.c - TCP options */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/rng.h"

#include "wire/tcp_opt.h"

/* What Linux sends in a SYN: mss 1460, sackOK, ts, nop, wscale 7. */
static const uint8_t linux_syn[20] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0,
				      0, 9, 0, 0,    0, 0, 1, 3,  3, 7};

static void a_syn_is_as_linux_sends_it(void **state)
{
	struct tcp_opts o;
	uint8_t out[40];
	char text[100];
	struct strbuf sb;

	(void)state;
	assert_int_equal(tcp_opts_parse(&o, linux_syn, 20), 0);
	assert_int_equal(o.has, TCP_HAS_MSS | TCP_HAS_SACK_OK |
					TCP_HAS_TIMESTAMP | TCP_HAS_WSCALE);
	assert_int_equal(o.mss, 1460);
	assert_int_equal(o.wscale, 7);
	assert_int_equal(o.ts_val, 9);
	assert_int_equal(o.ts_ecr, 0);
	assert_int_equal(tcp_opts_emit(out, &o), 20);
	assert_memory_equal(out, linux_syn, 20);
	strbuf_init_fixed(&sb, text, sizeof(text));
	tcp_opts_print(&sb, &o, (seq32){0});
	assert_string_equal(text, " mss=1460 sackOK ts=9,0 wscale=7");
}

/* The usual SYN is not walked through; with an end of the list behind it is. */
static void it_is_read_as_any_other_would_be(void **state)
{
	static const uint8_t values[] = {2,  3,	 8,  9,	 10, 11,
					 12, 13, 14, 15, 19};
	struct tcp_opts usual, walked;
	uint8_t buf[24] = {0};
	size_t i;
	int v;

	(void)state;
	for (i = 0; i < sizeof(values); i++) {
		for (v = 0; v < 256; v++) {
			memcpy(buf, linux_syn, sizeof(linux_syn));
			buf[values[i]] = (uint8_t)v;
			assert_int_equal(tcp_opts_parse(&usual, buf, 20), 0);
			assert_int_equal(tcp_opts_parse(&walked, buf, 24), 0);
			assert_memory_equal(&usual, &walked, sizeof(usual));
		}
	}
}

static void an_ack_with_sack_and_timestamps(void **state)
{
	static const uint8_t expect[] = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2,
					 1, 1, 5, 10, 0, 0, 0, 7, 0, 0, 0, 9};
	struct tcp_opts o = {.has = TCP_HAS_TIMESTAMP | TCP_HAS_SACK,
			     .ts_val = 1,
			     .ts_ecr = 2,
			     .sack_count = 1,
			     .sack = {{{7}, {9}}}};
	uint8_t out[40];
	char text[100];
	struct strbuf sb;

	(void)state;
	assert_int_equal(tcp_opts_emit(out, &o), sizeof(expect));
	assert_memory_equal(out, expect, sizeof(expect));
	strbuf_init_fixed(&sb, text, sizeof(text));
	tcp_opts_print(&sb, &o, (seq32){5});
	assert_string_equal(text, " ts=1,2 sack=2-4");
}

/* RFC 2018, 3: four blocks fit alone, three beside timestamps */
static void blocks_that_do_not_fit_are_left_out(void **state)
{
	struct tcp_opts o = {.has = TCP_HAS_SACK, .sack_count = 4}, back;
	uint8_t out[40];
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++)
		o.sack[i] = (struct tcp_sack_block){{i * 10}, {i * 10 + 5}};
	assert_int_equal(tcp_opts_emit(out, &o), 36);
	assert_int_equal(tcp_opts_parse(&back, out, 36), 0);
	assert_int_equal(back.sack_count, 4);
	assert_memory_equal(back.sack, o.sack, sizeof(o.sack));
	o.has |= TCP_HAS_TIMESTAMP;
	assert_int_equal(tcp_sack_room(&o), 3);
	assert_int_equal(tcp_opts_emit(out, &o), 40);
	assert_int_equal(tcp_opts_parse(&back, out, 40), 0);
	assert_int_equal(back.sack_count, 3);
	o.has |= TCP_HAS_MSS | TCP_HAS_WSCALE;
	assert_int_equal(tcp_sack_room(&o), 2);
}

static void every_combination_survives_the_wire(void **state)
{
	struct tcp_opts in, out;
	uint8_t buf[41];
	struct rng r;
	unsigned has, blocks, cookie;

	(void)state;
	rng_init(&r, 1, "opts");
	for (has = 0; has < 64; has++) {
		memset(&in, 0, sizeof(in));
		rng_fill(&r, in.sack, sizeof(in.sack));
		rng_fill(&r, in.fastopen, sizeof(in.fastopen));
		in.has = (uint8_t)has;
		in.mss = (uint16_t)rng_u32(&r);
		in.wscale = (uint8_t)rng_below(&r, 15);
		in.ts_val = rng_u32(&r);
		blocks = has & TCP_HAS_SACK ? 1 + rng_below(&r, 2) : 0;
		cookie = has & TCP_HAS_FASTOPEN ? 4 + 2 * rng_below(&r, 3) : 0;
		in.sack_count = (uint8_t)blocks;
		in.fastopen_len = (uint8_t)cookie;
		buf[tcp_opts_len(&in)] = 0xee;
		assert_int_equal(tcp_opts_emit(buf, &in), tcp_opts_len(&in));
		assert_int_equal(tcp_opts_len(&in) % 4, 0);
		assert_int_equal(buf[tcp_opts_len(&in)], 0xee);
		assert_int_equal(tcp_opts_parse(&out, buf, tcp_opts_len(&in)),
				 0);
		/* A cookie may not have found room. */
		assert_int_equal(out.has | TCP_HAS_FASTOPEN,
				 has | TCP_HAS_FASTOPEN);
		if (has & TCP_HAS_MSS)
			assert_int_equal(out.mss, in.mss);
		if (has & TCP_HAS_WSCALE)
			assert_int_equal(out.wscale, in.wscale);
		if (has & TCP_HAS_TIMESTAMP)
			assert_true(out.ts_val == in.ts_val);
		if (has & TCP_HAS_SACK)
			assert_memory_equal(out.sack, in.sack,
					    blocks * sizeof(in.sack[0]));
		if (out.has & TCP_HAS_FASTOPEN)
			assert_memory_equal(out.fastopen, in.fastopen, cookie);
	}
}

/* RFC 5482, 2: seconds, or minutes beyond what fifteen bits hold */
static void a_user_timeout_is_seconds_or_minutes(void **state)
{
	static const struct {
		uint32_t in_s;
		uint8_t octets[4];
		uint32_t out_s;
	} rows[] = {
		{1, {28, 4, 0x00, 0x01}, 1},
		{300, {28, 4, 0x01, 0x2c}, 300},
		{0x7fff, {28, 4, 0x7f, 0xff}, 0x7fff},
		{0x8000, {28, 4, 0x82, 0x23}, 547 * 60}, /* rounded up */
		{TCP_UTO_MAX_S, {28, 4, 0xff, 0xff}, TCP_UTO_MAX_S},
	};
	struct tcp_opts in = {.has = TCP_HAS_UTO}, out;
	struct strbuf sb;
	char text[40];
	uint8_t buf[40];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		in.uto_s = rows[i].in_s;
		assert_int_equal(tcp_opts_emit(buf, &in), 4);
		assert_memory_equal(buf, rows[i].octets, 4);
		assert_int_equal(tcp_opts_parse(&out, buf, 4), 0);
		assert_int_equal(out.has, TCP_HAS_UTO);
		assert_int_equal(out.uto_s, rows[i].out_s);
	}
	strbuf_init_fixed(&sb, text, sizeof(text));
	tcp_opts_print(&sb, &in, (seq32){0});
	assert_string_equal(text, " uto=1966020s");
}

/* RFC 5482, 2: zero is reserved, of either unit; other lengths are wrong */
static void a_user_timeout_of_nothing_is_ignored(void **state)
{
	static const uint8_t zero[] = {28, 4, 0, 0, 28, 4, 0x80, 0};
	static const uint8_t shorter[] = {28, 3, 0, 1};
	struct tcp_opts o;

	(void)state;
	assert_int_equal(tcp_opts_parse(&o, zero, sizeof(zero)), 0);
	assert_int_equal(o.has, 0);
	assert_int_equal(o.unknown, 0);
	assert_int_equal(tcp_opts_parse(&o, shorter, sizeof(shorter)),
			 -EBADMSG);
	assert_int_equal(o.malformed, TCP_OPT_UTO);
	assert_int_equal(o.has, 0);
}

/* What does not fit in forty octets is left out, not cut. */
static void a_user_timeout_takes_no_room_from_others(void **state)
{
	struct tcp_opts in = {.has = TCP_HAS_UTO | TCP_HAS_SACK |
				     TCP_HAS_TIMESTAMP,
			      .uto_s = 60,
			      .sack_count = 3},
			out;
	uint8_t buf[40];

	(void)state;
	assert_int_equal(tcp_opts_emit(buf, &in), 40);
	assert_int_equal(tcp_opts_parse(&out, buf, 40), 0);
	assert_int_equal(out.sack_count, 3);
	assert_false(out.has & TCP_HAS_UTO);
	in.sack_count = 2;
	assert_int_equal(tcp_opts_emit(buf, &in), 36);
	assert_int_equal(tcp_opts_parse(&out, buf, 36), 0);
	assert_int_equal(out.sack_count, 2);
	assert_int_equal(out.uto_s, 60);
}

/* RFC 9293, 3.1, MUST-69: what follows an end of list is zero */
static void behind_an_end_of_the_list_are_zeroes_only(void **state)
{
	struct tcp_opts in = {.mss = 1460, .wscale = 7, .fastopen_len = 5};
	uint8_t buf[40];
	unsigned int has;

	(void)state;
	for (has = 0; has < 64; has++) {
		size_t len, i = 0;

		in.has = (uint8_t)has &
			 (TCP_HAS_MSS | TCP_HAS_WSCALE | TCP_HAS_SACK_OK |
			  TCP_HAS_TIMESTAMP | TCP_HAS_FASTOPEN);
		len = tcp_opts_emit(buf, &in);
		assert_int_equal(len % 4, 0);
		while (i < len && buf[i] != TCP_OPT_EOL)
			i += buf[i] == TCP_OPT_NOP ? 1 : buf[i + 1];
		while (i < len)
			assert_int_equal(buf[i++], 0);
		assert_int_equal(i, len);
	}
}

/* RFC 9293, 3.1, MUST-6: options that are not known are skipped */
static void the_unknown_is_skipped(void **state)
{
	static const uint8_t opts[] = {1, 77,  5,  9, 9, 9, 2, 4,
				       1, 200, 99, 2, 0, 3, 3, 5};
	struct tcp_opts o;

	(void)state;
	assert_int_equal(tcp_opts_parse(&o, opts, sizeof(opts)), 0);
	assert_int_equal(o.mss, 456);
	assert_int_equal(o.unknown, 2);
	assert_int_equal(o.has, TCP_HAS_MSS); /* the rest is behind the end */
}

/* RFC 9293, 3.1, MUST-7: illegal lengths do no harm */
static void what_is_sound_is_kept(void **state)
{
	static const struct {
		uint8_t opts[12];
		uint8_t malformed;
		uint8_t has;
	} cases[] = {
		{{2, 4, 5, 180, 3, 0}, 3, TCP_HAS_MSS},
		{{2, 4, 5, 180, 3, 1}, 3, TCP_HAS_MSS},
		{{2, 4, 5, 180, 77, 200}, 77, TCP_HAS_MSS},
		{{2, 3, 5, 3, 3, 7}, 2, TCP_HAS_WSCALE},
		{{3, 4, 7, 7, 4, 2}, 3, TCP_HAS_SACK_OK},
		{{4, 3, 0, 3, 3, 7}, 4, TCP_HAS_WSCALE},
		{{5, 2, 4, 2}, 5, TCP_HAS_SACK_OK},
		{{5, 6, 1, 1, 1, 1, 4, 2}, 5, TCP_HAS_SACK_OK},
		{{8, 6, 1, 1, 1, 1, 4, 2}, 8, TCP_HAS_SACK_OK},
		{{34, 5, 1, 1, 1, 4, 2}, 34, TCP_HAS_SACK_OK},
		{{34, 4, 1, 1, 4, 2}, 34, TCP_HAS_SACK_OK},
		{{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}, 2, 0},
	};
	struct tcp_opts o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(tcp_opts_parse(&o, cases[i].opts, 12),
				 -EBADMSG);
		assert_int_equal(o.malformed, cases[i].malformed);
		assert_int_equal(o.has, cases[i].has);
	}
}

/* RFC 7323, 2.3 */
static void a_shift_above_fourteen_is_fourteen(void **state)
{
	static const uint8_t opts[] = {3, 3, 15};
	struct tcp_opts o;

	(void)state;
	assert_int_equal(tcp_opts_parse(&o, opts, sizeof(opts)), 0);
	assert_int_equal(o.wscale, 14);
}

static void any_octets_are_safe(void **state)
{
	static const uint8_t kinds[] = {0, 1, 2, 3, 4, 5, 8, 34, 255};
	struct tcp_opts o;
	uint8_t buf[64], out[41];
	struct rng r;
	int round;

	(void)state;
	rng_init(&r, 2, "opts");
	for (round = 0; round < 20000; round++) {
		size_t i, len = rng_below(&r, sizeof(buf) + 1);

		rng_fill(&r, buf, sizeof(buf));
		for (i = 0; i < sizeof(buf); i++)
			if (rng_below(&r, 2))
				buf[i] = kinds[rng_below(&r, sizeof(kinds))];
		tcp_opts_parse(&o, buf, len);
		assert_true(o.sack_count <= TCP_SACK_MAX);
		assert_true(o.fastopen_len <= TCP_FASTOPEN_MAX);
		assert_true(o.wscale <= 14);
		out[40] = 0xee;
		assert_true(tcp_opts_emit(out, &o) <= 40);
		assert_int_equal(out[40], 0xee);
	}
}

/* RFC 7413, 4.1.1 */
static void cookies_are_shown_and_asked_for(void **state)
{
	static const uint8_t ask[] = {34, 2, 1, 1};
	struct tcp_opts o = {.has = TCP_HAS_FASTOPEN};
	uint8_t out[40];
	char text[100];
	struct strbuf sb;

	(void)state;
	assert_int_equal(tcp_opts_emit(out, &o), 4);
	assert_memory_equal(out, ask, 4);
	assert_int_equal(tcp_opts_parse(&o, ask, 4), 0);
	assert_int_equal(o.fastopen_len, 0);
	o.fastopen_len = 4;
	o.malformed = 9;
	memcpy(o.fastopen, "\x01\x02\xab\xcd", 4);
	strbuf_init_fixed(&sb, text, sizeof(text));
	tcp_opts_print(&sb, &o, (seq32){0});
	assert_string_equal(text, " fastopen=0102abcd malformed=9");
}

static void a_cookie_without_room_is_left_out(void **state)
{
	struct tcp_opts o = {.has = TCP_HAS_TIMESTAMP | TCP_HAS_SACK |
				    TCP_HAS_FASTOPEN,
			     .sack_count = 3,
			     .fastopen_len = 16};
	uint8_t out[40];

	(void)state;
	assert_int_equal(tcp_opts_emit(out, &o), 40);
	assert_int_equal(tcp_opts_parse(&o, out, 40), 0);
	assert_int_equal(o.has, TCP_HAS_TIMESTAMP | TCP_HAS_SACK);
}

static void several_blocks_are_shown(void **state)
{
	struct tcp_opts o = {.has = TCP_HAS_SACK,
			     .sack_count = 2,
			     .sack = {{{7}, {9}}, {{1}, {3}}}};
	char text[100];
	struct strbuf sb;

	(void)state;
	strbuf_init_fixed(&sb, text, sizeof(text));
	tcp_opts_print(&sb, &o, (seq32){0});
	assert_string_equal(text, " sack=7-9,1-3");
}

static void blocks_beside_all_else_find_no_room(void **state)
{
	struct tcp_opts o = {.has = 0x1f, .sack_count = 4}, back;
	uint8_t out[40];

	(void)state;
	assert_int_equal(tcp_sack_room(&o), 2);
	assert_int_equal(tcp_opts_emit(out, &o), 40);
	assert_int_equal(tcp_opts_parse(&back, out, 40), 0);
	assert_int_equal(back.sack_count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_is_as_linux_sends_it),
		cmocka_unit_test(it_is_read_as_any_other_would_be),
		cmocka_unit_test(an_ack_with_sack_and_timestamps),
		cmocka_unit_test(blocks_that_do_not_fit_are_left_out),
		cmocka_unit_test(every_combination_survives_the_wire),
		cmocka_unit_test(a_user_timeout_is_seconds_or_minutes),
		cmocka_unit_test(a_user_timeout_of_nothing_is_ignored),
		cmocka_unit_test(a_user_timeout_takes_no_room_from_others),
		cmocka_unit_test(behind_an_end_of_the_list_are_zeroes_only),
		cmocka_unit_test(the_unknown_is_skipped),
		cmocka_unit_test(what_is_sound_is_kept),
		cmocka_unit_test(a_shift_above_fourteen_is_fourteen),
		cmocka_unit_test(any_octets_are_safe),
		cmocka_unit_test(cookies_are_shown_and_asked_for),
		cmocka_unit_test(a_cookie_without_room_is_left_out),
		cmocka_unit_test(several_blocks_are_shown),
		cmocka_unit_test(blocks_beside_all_else_find_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
