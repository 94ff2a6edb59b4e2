// SPDX-License-Identifier: MIT
/* ppp_wire_test.c - frames on a line that knows only octets */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "wire/ppp.h"

enum { ROOM = 64, LINE = 400 };

/* A line with a decoder at its end, and what the decoder has said. */
struct line {
	struct ppp_decoder d;
	uint8_t buf[ROOM];
	uint8_t octets[LINE];
	struct wcursor w;
	int found[PPP_BAD_ABORT + 1];
	uint8_t frame[ROOM]; /* the last good one */
	size_t len;
};

static const struct ppp_format plain = {.accm = PPP_ACCM_ALL};

static void line_init(struct line *l)
{
	memset(l, 0, sizeof(*l));
	ppp_decoder_init(&l->d, l->buf, sizeof(l->buf));
	l->w = wcur_init(l->octets, sizeof(l->octets));
}

static void line_feed(struct line *l, const void *octets, size_t len)
{
	struct cursor c = cur_init(octets, len);
	enum ppp_found found;

	while ((found = ppp_decode(&l->d, &c)) != PPP_NOTHING) {
		l->found[found]++;
		if (found != PPP_FRAME)
			continue;
		l->len = l->d.len;
		memcpy(l->frame, l->buf, l->len);
	}
	assert_int_equal(cur_left(&c), 0);
}

static void line_run(struct line *l)
{
	assert_true(wcur_ok(&l->w));
	line_feed(l, l->octets, wcur_len(&l->w));
}

static int line_bad(const struct line *l)
{
	return l->found[PPP_BAD_FCS] + l->found[PPP_BAD_SHORT] +
	       l->found[PPP_BAD_LONG] + l->found[PPP_BAD_ABORT];
}

/* The check value that every catalogue has for this CRC. */
static void the_check_sequence_is_that_of_x25(void **state)
{
	(void)state;
	assert_int_equal(ppp_fcs16(PPP_FCS_INIT, "123456789", 9) ^ 0xffff,
			 0x906e);
}

/* RFC 1662, 4.2 and 7 */
static void lcp_is_written_so_that_everybody_understands(void **state)
{
	static const uint8_t info[] = {1, 1, 0, 4};
	static const uint8_t head[] = {0x7e, 0xff, 0x7d, 0x23, 0xc0,
				       0x21, 0x7d, 0x21, 0x7d, 0x21,
				       0x7d, 0x20, 0x7d, 0x24};
	const struct ppp_format terse = {.has_acfc = true, .has_pfc = true};
	struct line l;

	(void)state;
	line_init(&l);
	ppp_frame_put(&l.w, &terse, PPP_LCP, info, sizeof(info));
	assert_memory_equal(l.octets, head, sizeof(head));
	line_run(&l);
	assert_int_equal(l.found[PPP_FRAME], 1);
	assert_int_equal(l.len, 8);
	assert_memory_equal(l.frame + 4, info, sizeof(info));
}

static void what_was_agreed_on_is_left_out(void **state)
{
	const struct ppp_format terse = {.has_acfc = true, .has_pfc = true};
	uint16_t proto;
	struct line l;

	(void)state;
	line_init(&l);
	ppp_frame_put(&l.w, &terse, PPP_IP4, "\x01hello", 6);
	l.d.accm = 0;
	line_run(&l);
	assert_int_equal(l.found[PPP_FRAME], 1);
	assert_int_equal(l.len, 7);
	assert_int_equal(ppp_parse(&proto, l.frame, l.len), 1);
	assert_int_equal(proto, PPP_IP4);
	assert_memory_equal(l.frame + 1, "\x01hello", 6);
}

static void every_octet_survives_every_map(void **state)
{
	static const uint32_t maps[] = {PPP_ACCM_ALL, 0, 0xa0000, 1};
	uint8_t info[32];
	struct line l;
	size_t m, i;

	(void)state;
	for (m = 0; m < sizeof(maps) / sizeof(*maps); m++) {
		struct ppp_format f = {.accm = maps[m]};
		int base;

		for (base = 0; base < 256; base += 32) {
			for (i = 0; i < sizeof(info); i++)
				info[i] = (uint8_t)(base + (int)i);
			line_init(&l);
			l.d.accm = f.accm;
			ppp_frame_put(&l.w, &f, PPP_IP4, info, sizeof(info));
			assert_true(wcur_len(&l.w) <=
				    PPP_LINE_MAX(sizeof(info)));
			line_run(&l);
			assert_int_equal(l.found[PPP_FRAME], 1);
			assert_int_equal(l.len, sizeof(info) + 4);
			assert_memory_equal(l.frame + 4, info, sizeof(info));
		}
	}
}

/* A wrong bit costs one frame, and never the one behind it. */
static void every_single_wrong_bit_is_found(void **state)
{
	struct line good, l;
	size_t first, bit;

	(void)state;
	line_init(&good);
	ppp_frame_put(&good.w, &plain, PPP_IP4, "a}b~c\x11\x13", 7);
	first = wcur_len(&good.w);
	ppp_frame_put(&good.w, &plain, PPP_IP4, "next", 4);
	for (bit = 0; bit < first * 8; bit++) {
		l = good;
		l.d.buf = l.buf;
		l.octets[bit / 8] ^= (uint8_t)(1U << bit % 8);
		line_feed(&l, l.octets, wcur_len(&good.w));
		assert_int_equal(l.found[PPP_FRAME], 1);
		assert_memory_equal(l.frame + 4, "next", 4);
		assert_true(bit < 8 || line_bad(&l) > 0);
	}
}

static void a_lost_octet_costs_one_frame(void **state)
{
	struct line good, l;
	size_t first, i;

	(void)state;
	line_init(&good);
	ppp_frame_put(&good.w, &plain, PPP_IP4, "first", 5);
	first = wcur_len(&good.w);
	ppp_frame_put(&good.w, &plain, PPP_IP4, "next", 4);
	for (i = 1; i < first - 1; i++) {
		l = good;
		l.d.buf = l.buf;
		line_feed(&l, l.octets, i);
		line_feed(&l, l.octets + i + 1, wcur_len(&good.w) - i - 1);
		assert_int_equal(l.found[PPP_FRAME], 1);
		assert_memory_equal(l.frame + 4, "next", 4);
	}
}

static void how_the_octets_are_cut_makes_no_difference(void **state)
{
	struct line whole, l;
	size_t cut;

	(void)state;
	line_init(&whole);
	ppp_frame_put(&whole.w, &plain, PPP_IP4, "}~}~", 4);
	for (cut = 0; cut <= wcur_len(&whole.w); cut++) {
		l = whole;
		l.d.buf = l.buf;
		line_feed(&l, l.octets, cut);
		line_feed(&l, l.octets + cut, wcur_len(&whole.w) - cut);
		assert_int_equal(l.found[PPP_FRAME], 1);
		assert_int_equal(l.len, 8);
		assert_memory_equal(l.frame + 4, "}~}~", 4);
	}
}

/* RFC 1662, 4.3 */
static void an_escape_at_the_end_is_an_abort(void **state)
{
	struct line l;

	(void)state;
	line_init(&l);
	ppp_frame_put(&l.w, &plain, PPP_IP4, "gone", 4);
	l.octets[wcur_len(&l.w) - 1] = PPP_ESCAPE;
	wcur_u8(&l.w, PPP_FLAG);
	line_run(&l);
	assert_int_equal(l.found[PPP_BAD_ABORT], 1);
	assert_int_equal(l.found[PPP_FRAME], 0);
}

static void short_frames_and_flags_in_a_row_are_nothing(void **state)
{
	struct line l;

	(void)state;
	line_init(&l);
	line_feed(&l, "noise~~~~", 9);
	assert_int_equal(line_bad(&l), 0);
	line_feed(&l, "abc~", 4);
	assert_int_equal(l.found[PPP_BAD_SHORT], 1);
	assert_int_equal(line_bad(&l), 1);
}

/* RFC 1662, 7.1: something on the way puts XON and XOFF between our octets. */
static void control_characters_from_the_way_are_ignored(void **state)
{
	struct line l, sent;
	size_t i;

	(void)state;
	line_init(&sent);
	ppp_frame_put(&sent.w, &plain, PPP_IP4, "flow}", 5);
	line_init(&l);
	for (i = 0; i < wcur_len(&sent.w); i++) {
		line_feed(&l, &sent.octets[i], 1);
		line_feed(&l, "\x11\x13", 2);
	}
	assert_int_equal(l.found[PPP_FRAME], 1);
	assert_memory_equal(l.frame + 4, "flow}", 5);
}

static void a_frame_that_never_ends_is_given_up(void **state)
{
	struct line l;
	int i;

	(void)state;
	line_init(&l);
	line_feed(&l, "~", 1);
	for (i = 0; i < 1000; i++)
		line_feed(&l, "x", 1);
	assert_int_equal(l.found[PPP_BAD_LONG], 1);
	assert_int_equal(line_bad(&l), 1);
	line_feed(&l, "~", 1);
	assert_int_equal(line_bad(&l), 1);
	ppp_frame_put(&l.w, &plain, PPP_IP4, "next", 4);
	line_run(&l);
	assert_int_equal(l.found[PPP_FRAME], 1);
}

static void random_octets_never_overflow(void **state)
{
	uint8_t noise[512];
	struct line l;
	struct rng r;
	int i;

	(void)state;
	rng_init(&r, 1662, "line");
	line_init(&l);
	for (i = 0; i < 200; i++) {
		rng_fill(&r, noise, sizeof(noise));
		line_feed(&l, noise, sizeof(noise));
		assert_true(l.d.len <= ROOM);
	}
	assert_true(line_bad(&l) > 100);
	line_feed(&l, "~", 1);
	l.found[PPP_FRAME] = 0;
	ppp_frame_put(&l.w, &plain, PPP_IP4, "still there", 11);
	line_run(&l);
	assert_int_equal(l.found[PPP_FRAME], 1);
}

static void headers_are_read_in_all_four_shapes(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
		int expect;
		uint16_t proto;
	} rows[] = {
		{"\xff\x03\x00\x21", 4, 4, PPP_IP4},
		{"\xff\x03\x21", 3, 3, PPP_IP4},
		{"\xc0\x21", 2, 2, PPP_LCP},
		{"\x21", 1, 1, PPP_IP4},
		{"", 0, WIRE_SHORT, 0},
		{"\xff", 1, WIRE_SHORT, 0},
		{"\xff\x03", 2, WIRE_SHORT, 0},
		{"\xff\x03\xc0", 3, WIRE_SHORT, 0},
		{"\xff\x04\x00\x21", 4, WIRE_FIELD, 0},
		{"\xff\x03\x00\x20", 4, WIRE_FIELD, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint16_t proto = 0;

		assert_int_equal(ppp_parse(&proto,
					   (const uint8_t *)rows[i].octets,
					   rows[i].len),
				 rows[i].expect);
		assert_int_equal(proto, rows[i].proto);
	}
}

/* RFC 1661, 5: octets behind the length are padding. */
static void control_packets_know_their_length(void **state)
{
	uint8_t p[] = {PPP_ECHO_REQ, 7, 0, 6, 'h', 'i', 0, 0};
	struct ppp_ctl ctl;
	size_t len;

	(void)state;
	assert_int_equal(ppp_ctl_parse(&ctl, p, sizeof(p)), 0);
	assert_int_equal(ctl.code, PPP_ECHO_REQ);
	assert_int_equal(ctl.id, 7);
	assert_int_equal(ctl.len, 2);
	assert_memory_equal(ctl.data, "hi", 2);
	for (len = 0; len < 4; len++)
		assert_int_equal(ppp_ctl_parse(&ctl, p, len), WIRE_SHORT);
	assert_int_equal(ppp_ctl_parse(&ctl, p, 5), WIRE_LEN);
	for (p[3] = 0; p[3] < 4; p[3]++)
		assert_int_equal(ppp_ctl_parse(&ctl, p, sizeof(p)), WIRE_LEN);
	p[2] = 0xff;
	assert_int_equal(ppp_ctl_parse(&ctl, p, sizeof(p)), WIRE_LEN);
}

static void options_are_read_as_they_were_written(void **state)
{
	uint8_t room[16];
	struct wcursor w = wcur_init(room, sizeof(room));
	struct ppp_opt opt;
	struct cursor c;

	(void)state;
	ppp_opt_put(&w, 1, "\x05\xdc", 2);
	ppp_opt_put(&w, 7, NULL, 0);
	c = cur_init(room, wcur_len(&w));
	assert_int_equal(ppp_opt_next(&opt, &c), 1);
	assert_int_equal(opt.type, 1);
	assert_int_equal(opt.len, 2);
	assert_memory_equal(opt.data, "\x05\xdc", 2);
	assert_int_equal(ppp_opt_next(&opt, &c), 1);
	assert_int_equal(opt.type, 7);
	assert_int_equal(opt.len, 0);
	assert_int_equal(ppp_opt_next(&opt, &c), 0);
}

static void option_lengths_that_cannot_be_end_the_walk(void **state)
{
	static const uint8_t bad[][4] = {
		{1, 0, 0, 0}, {1, 1, 0, 0}, {1, 5, 0, 0}, {1, 255, 0, 0}};
	struct ppp_opt opt;
	struct cursor c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		c = cur_init(bad[i], sizeof(bad[i]));
		assert_int_equal(ppp_opt_next(&opt, &c), WIRE_LEN);
		assert_int_equal(ppp_opt_next(&opt, &c), 0);
	}
	c = cur_init("\x01", 1);
	assert_int_equal(ppp_opt_next(&opt, &c), WIRE_LEN);
}

static void numbers_have_names(void **state)
{
	(void)state;
	assert_string_equal(ppp_proto_name(PPP_CHAP), "chap");
	assert_null(ppp_proto_name(0x4021));
	assert_string_equal(ppp_code_name(PPP_CONF_NAK), "configure-nak");
	assert_null(ppp_code_name(0));
	assert_null(ppp_code_name(200));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_check_sequence_is_that_of_x25),
		cmocka_unit_test(lcp_is_written_so_that_everybody_understands),
		cmocka_unit_test(what_was_agreed_on_is_left_out),
		cmocka_unit_test(every_octet_survives_every_map),
		cmocka_unit_test(every_single_wrong_bit_is_found),
		cmocka_unit_test(a_lost_octet_costs_one_frame),
		cmocka_unit_test(how_the_octets_are_cut_makes_no_difference),
		cmocka_unit_test(an_escape_at_the_end_is_an_abort),
		cmocka_unit_test(short_frames_and_flags_in_a_row_are_nothing),
		cmocka_unit_test(control_characters_from_the_way_are_ignored),
		cmocka_unit_test(a_frame_that_never_ends_is_given_up),
		cmocka_unit_test(random_octets_never_overflow),
		cmocka_unit_test(headers_are_read_in_all_four_shapes),
		cmocka_unit_test(control_packets_know_their_length),
		cmocka_unit_test(options_are_read_as_they_were_written),
		cmocka_unit_test(option_lengths_that_cannot_be_end_the_walk),
		cmocka_unit_test(numbers_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
