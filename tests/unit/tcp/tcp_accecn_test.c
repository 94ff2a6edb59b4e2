// SPDX-License-Identifier: MIT
/* tcp_accecn_test.c - accurate ECN (RFC 9768) */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/ip4.h"

#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

#define ALL (TCP_AE | TCP_CWR | TCP_ECE)

/* ACE, the number, as flags. */
static uint16_t ace(unsigned int n)
{
	return (uint16_t)((n & 4 ? TCP_AE : 0) | (n & 2 ? TCP_CWR : 0) |
			  (n & 1 ? TCP_ECE : 0));
}

static void call(struct peer *p)
{
	struct endpoint to = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = 80};

	assert_int_equal(tcp_knob_set(p->stack, "ecn", 3), 0);
	p->port = 80;
	p->conn = tcp_new(p->stack, NULL, NULL);
	assert_int_equal(tcp_connect(p->conn, &to), 0);
	HEAR(p, .flags = TCP_SYN | ALL);
}

/* The peer's SYN came with @ecn; the answer echoes that. */
static void serve(struct peer *p, uint8_t ecn, unsigned int echo)
{
	assert_int_equal(tcp_knob_set(p->stack, "ecn", 3), 0);
	peer_listen(p, 5);
	p->tos = ecn;
	SAY(p, .flags = TCP_SYN | ALL);
	HEAR(p, .flags = TCP_SYN | TCP_ACK | ace(echo), .ack = 1);
	p->tos = 0;
	SAY(p, .flags = TCP_ACK | ace(2), .seq = 1, .ack = 1);
	HEAR_NOTHING(p);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
}

/* 3.1.2, table 2: what each codepoint of the SYN is answered with. */
static void syn_ack_echoes_the_codepoint_of_the_syn(void **state)
{
	static const uint8_t echo[] = {[IP_ECN_NOT_ECT] = 2,
				       [IP_ECN_ECT1] = 3,
				       [IP_ECN_ECT0] = 4,
				       [IP_ECN_CE] = 6};
	uint8_t ecn;

	(void)state;
	for (ecn = 0; ecn < 4; ecn++) {
		struct peer p;

		peer_init(&p);
		serve(&p, ecn, echo[ecn]);
		peer_fini(&p);
	}
}

/* 3.2.2.1, table 3: and the first ACK echoes that of the SYN-ACK. */
static void first_ack_echoes_the_codepoint_of_the_syn_ack(void **state)
{
	struct peer *p = *state;

	call(p);
	p->tos = IP_ECN_CE;
	SAY(p, .flags = TCP_SYN | TCP_ACK | ace(2), .ack = 1);
	HEAR(p, .flags = TCP_ACK | ace(6), .seq = 1, .ack = 1);
	/* From then on it counts: 5, and one for the SYN-ACK. */
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH | ace(6), .seq = 1, .ack = 1,
	     .len = 100);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_ECT0);
}

/* 3.1.2, table 2 */
static void classic_answer_makes_it_classic(void **state)
{
	struct peer *p = *state;

	call(p);
	SAY(p, .flags = TCP_SYN | TCP_ACK | TCP_ECE, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_ECT0);
}

static void no_answer_makes_it_none(void **state)
{
	struct peer *p = *state;

	call(p);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_NOT_ECT);
}

/* 3.1.4.1: once more with all flags, then without. */
static void lost_syn_asks_twice(void **state)
{
	struct peer *p = *state;

	call(p);
	peer_wait(p, 1000);
	HEAR(p, .flags = TCP_SYN | ALL);
	peer_wait(p, 2000);
	HEAR(p, .flags = TCP_SYN);
}

/* 3.2.1: r.cep, modulo 8, begins at 5; the option has the octets. */
static void each_mark_is_counted(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	serve(p, IP_ECN_NOT_ECT, 2);
	for (i = 0; i < 12; i++) {
		p->tos = IP_ECN_CE;
		SAY(p, .flags = TCP_ACK | ace(5), .seq = 1 + 100 * i, .ack = 1,
		    .len = 100);
		HEAR(p, .flags = TCP_ACK | ace(5 + i + 1), .seq = 1,
		     .ack = 101 + 100 * i);
		assert_true(p->heard_opts.has & TCP_HAS_ACCECN);
		assert_int_equal(p->heard_opts.accecn.ce, 100 * (i + 1));
		assert_int_equal(p->heard_opts.accecn.e0, 1);
		assert_int_equal(p->heard_opts.accecn.e1, 1);
	}
}

/* 3.2.2.5: one mark, one cut; ACE unchanged, no cut. */
static void growing_ace_cuts_the_window(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;
	int i;

	call(p);
	SAY(p, .flags = TCP_SYN | TCP_ACK | ace(2), .ack = 1);
	HEAR(p, .flags = TCP_ACK | ace(2), .seq = 1, .ack = 1);
	tcp_set_congestion(p->conn, "reno");
	peer_app_send(p, 60000);
	for (i = 0; i < 10; i++)
		assert_int_equal(peer_take(p), 1460);
	SAY(p, .flags = TCP_ACK | ace(5), .seq = 1, .ack = 1461);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.cwnd, 11 * 1460);
	SAY(p, .flags = TCP_ACK | ace(6), .seq = 1, .ack = 2 * 1460 + 1);
	tcp_get_info(p->conn, &info);
	assert_in_range(info.ssthresh, 4 * 1460, 6 * 1460);
}

/* 3.2.2.1, table 4: all zero, some box clears the bits: send without ECT. */
static void cleared_bits_turn_it_off(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set(p->stack, "ecn", 3), 0);
	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN | ALL);
	HEAR(p, .flags = TCP_SYN | TCP_ACK | ace(2), .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH | ace(5), .seq = 1, .ack = 1,
	     .len = 100);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_NOT_ECT);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)
	const struct CMUnitTest tests[] = {
		T(syn_ack_echoes_the_codepoint_of_the_syn),
		T(first_ack_echoes_the_codepoint_of_the_syn_ack),
		T(classic_answer_makes_it_classic),
		T(no_answer_makes_it_none),
		T(lost_syn_asks_twice),
		T(each_mark_is_counted),
		T(growing_ace_cuts_the_window),
		T(cleared_bits_turn_it_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
