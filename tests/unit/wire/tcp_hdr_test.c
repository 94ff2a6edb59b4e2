// SPDX-License-Identifier: MIT
/* tcp_hdr_test.c - TCP headers */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "wire/tcp.h"

static void header_survives_the_wire(void **state)
{
	struct tcp_hdr in, out;
	uint8_t buf[61];
	struct rng r;
	int round;

	(void)state;
	rng_init(&r, 1, "tcp");
	for (round = 0; round < 1000; round++) {
		memset(&in, 0, sizeof(in));
		memset(&out, 0, sizeof(out));
		in.sport = (uint16_t)rng_u32(&r);
		in.dport = (uint16_t)rng_u32(&r);
		in.seq.v = rng_u32(&r);
		in.ack.v = rng_u32(&r);
		in.flags = (uint16_t)rng_below(&r, 512);
		in.win = (uint16_t)rng_u32(&r);
		in.urp = (uint16_t)rng_u32(&r);
		in.len = (uint8_t)(20 + 4 * rng_below(&r, 11));
		tcp_emit(buf + 1, &in); /* odd address on purpose */
		assert_int_equal(tcp_parse(&out, buf + 1, in.len), in.len);
		assert_int_equal(in.sport, out.sport);
		assert_int_equal(in.dport, out.dport);
		assert_true(seq_eq(in.seq, out.seq) && seq_eq(in.ack, out.ack));
		assert_int_equal(in.flags, out.flags);
		assert_int_equal(in.win, out.win);
		assert_int_equal(in.urp, out.urp);
		assert_int_equal(out.sum, 0);
		assert_int_equal(tcp_parse(&out, buf + 1, in.len - 1U),
				 in.len == 20 ? WIRE_SHORT : WIRE_HLEN);
	}
}

/* RFC 9293, 3.1: every field has its place */
static void the_octets_are_those_of_the_standard(void **state)
{
	static const uint8_t expect[20] = {0xc0, 0,    0, 80, 1, 2,    3,
					   4,	 5,    6, 7,  8, 0x51, 0x12,
					   0xff, 0xfe, 0, 0,  0, 9};
	const struct tcp_hdr h = {.sport = 49152,
				  .dport = 80,
				  .seq = {0x01020304},
				  .ack = {0x05060708},
				  .flags = TCP_SYN | TCP_ACK | TCP_AE,
				  .win = 0xfffe,
				  .urp = 9,
				  .len = 20};
	uint8_t buf[20];

	(void)state;
	tcp_emit(buf, &h);
	assert_memory_equal(buf, expect, 20);
}

static void any_octets_are_safe(void **state)
{
	uint8_t buf[64] = {0};
	struct tcp_hdr h;
	size_t len;
	int words, ret;

	(void)state;
	for (words = 0; words < 16; words++) {
		buf[12] = (uint8_t)(words << 4);
		for (len = 0; len <= sizeof(buf); len++) {
			ret = tcp_parse(&h, buf, len);
			if (len < 20)
				assert_int_equal(ret, WIRE_SHORT);
			else if (words < 5 || (size_t)words * 4 > len)
				assert_int_equal(ret, WIRE_HLEN);
			else
				assert_int_equal(ret, words * 4);
		}
	}
}

static void flags_have_names(void **state)
{
	struct tcp_hdr h = {.sport = 1,
			    .dport = 2,
			    .seq = {3},
			    .ack = {4},
			    .flags = TCP_SYN | TCP_ACK,
			    .win = 5};
	char text[120];
	struct strbuf sb;

	(void)state;
	strbuf_init_fixed(&sb, text, sizeof(text));
	tcp_print(&sb, &h);
	assert_string_equal(text, "1 > 2 SYN,ACK seq=3 ack=4 win=5");
	strbuf_clear(&sb);
	tcp_flags_print(&sb, 0x1ff);
	assert_string_equal(text, "SYN,FIN,RST,PSH,ACK,URG,ECE,CWR,AE");
	strbuf_clear(&sb);
	tcp_flags_print(&sb, 0);
	assert_string_equal(text, "");
}

/* RFC 9293, 3.4: SYN and FIN take a sequence number each */
static void some_flags_have_a_length(void **state)
{
	(void)state;
	assert_int_equal(tcp_flags_len(TCP_ACK | TCP_PSH), 0);
	assert_int_equal(tcp_flags_len(TCP_SYN | TCP_ACK), 1);
	assert_int_equal(tcp_flags_len(TCP_FIN), 1);
	assert_int_equal(tcp_flags_len(TCP_SYN | TCP_FIN), 2);
}

static void an_urgent_pointer_is_shown_when_it_means_something(void **state)
{
	struct tcp_hdr h = {.flags = TCP_URG, .urp = 77};
	char text[120];
	struct strbuf sb;

	(void)state;
	strbuf_init_fixed(&sb, text, sizeof(text));
	tcp_print(&sb, &h);
	assert_string_equal(text, "0 > 0 URG seq=0 win=0 urp=77");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_survives_the_wire),
		cmocka_unit_test(the_octets_are_those_of_the_standard),
		cmocka_unit_test(any_octets_are_safe),
		cmocka_unit_test(flags_have_names),
		cmocka_unit_test(some_flags_have_a_length),
		cmocka_unit_test(
			an_urgent_pointer_is_shown_when_it_means_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
