// SPDX-License-Identifier: MIT
/* tcp_ecn_test.c - congestion marks, classic (RFC 3168) and for DCTCP */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/ip4.h"

#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

#define SYN_ASKS (TCP_SYN | TCP_ECE | TCP_CWR)

static void set_mode(struct peer *p, int64_t mode)
{
	assert_int_equal(tcp_knob_set(p->stack, "ecn", mode), 0);
}

/* The stack calls, and both agree on classic ECN. */
static void call_with_ecn(struct peer *p)
{
	struct endpoint to = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = 80};

	set_mode(p, 1);
	p->port = 80;
	p->conn = tcp_new(p->stack, NULL, NULL);
	assert_int_equal(tcp_connect(p->conn, &to), 0);
	HEAR(p, .flags = SYN_ASKS);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_NOT_ECT);
	SAY(p, .flags = TCP_SYN | TCP_ACK | TCP_ECE, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
}

static void serve(struct peer *p, uint16_t asks, uint16_t answers)
{
	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN | asks);
	HEAR(p, .flags = TCP_SYN | TCP_ACK | answers, .ack = 1);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_NOT_ECT);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	HEAR_NOTHING(p);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
}

/* RFC 3168, 6.1.1 */
/* RFC 9293, 3.8.2: SHLD-8 */
static void asked_it_answers(void **state)
{
	struct peer *p = *state;

	serve(p, TCP_ECE | TCP_CWR, TCP_ECE);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_ECT0);
}

/* RFC 3168, 6.1.1: half a question is none. */
static void half_a_question_is_not_answered(void **state)
{
	struct peer *p = *state;

	serve(p, TCP_ECE, 0);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_NOT_ECT);
}

static void turned_off_it_does_not_answer(void **state)
{
	struct peer *p = *state;

	set_mode(p, 0);
	serve(p, TCP_ECE | TCP_CWR, 0);
}

/* RFC 3168, 6.1.1: an echo of both flags is a peer that reflects them. */
static void reflected_flags_are_no_answer(void **state)
{
	struct peer *p = *state;
	struct endpoint to = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = 80};

	set_mode(p, 1);
	p->port = 80;
	p->conn = tcp_new(p->stack, NULL, NULL);
	assert_int_equal(tcp_connect(p->conn, &to), 0);
	HEAR(p, .flags = SYN_ASKS);
	SAY(p, .flags = TCP_SYN | TCP_ACK | TCP_ECE | TCP_CWR, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_NOT_ECT);
}

/* RFC 3168, 6.1.1.1 */
static void lost_syn_is_repeated_without_asking(void **state)
{
	struct peer *p = *state;
	struct endpoint to = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = 80};

	set_mode(p, 1);
	p->port = 80;
	p->conn = tcp_new(p->stack, NULL, NULL);
	assert_int_equal(tcp_connect(p->conn, &to), 0);
	HEAR(p, .flags = SYN_ASKS);
	peer_wait(p, 1000);
	HEAR(p, .flags = TCP_SYN);
	/* An answer that nobody asked for is none. */
	SAY(p, .flags = TCP_SYN | TCP_ACK | TCP_ECE, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_NOT_ECT);
}

/* RFC 3168, 6.1.3: ECE in all ACKs until CWR comes. */
static void mark_is_echoed_until_cwr(void **state)
{
	struct peer *p = *state;

	serve(p, TCP_ECE | TCP_CWR, TCP_ECE);
	p->tos = IP_ECN_CE;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 100);
	HEAR(p, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 101);
	p->tos = IP_ECN_ECT0;
	SAY(p, .flags = TCP_ACK, .seq = 101, .ack = 1, .len = 100);
	peer_wait(p, 200);
	HEAR(p, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 201);
	SAY(p, .flags = TCP_ACK | TCP_CWR, .seq = 201, .ack = 1, .len = 100);
	peer_wait(p, 200);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 301);
}

/* RFC 3168, 6.1.3: CWR in a marked segment ends one and begins another. */
static void cwr_with_a_mark_is_a_new_mark(void **state)
{
	struct peer *p = *state;

	serve(p, TCP_ECE | TCP_CWR, TCP_ECE);
	p->tos = IP_ECN_CE;
	SAY(p, .flags = TCP_ACK | TCP_CWR, .seq = 1, .ack = 1, .len = 100);
	HEAR(p, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 101);
}

/* RFC 3168, 6.1.4: pure ACKs are not capable, so a mark in one is a fault. */
static void marked_pure_ack_is_not_echoed(void **state)
{
	struct peer *p = *state;

	serve(p, TCP_ECE | TCP_CWR, TCP_ECE);
	p->tos = IP_ECN_CE;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	p->tos = IP_ECN_ECT0;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 100);
	peer_wait(p, 200);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 101);
}

/* RFC 3168, 6.1.2: halved (0.7 with CUBIC) once for one window; CWR says so. */
static void echo_cuts_the_window_once(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;
	int i, heard;

	call_with_ecn(p);
	tcp_set_congestion(p->conn, "reno");
	peer_app_send(p, 60000);
	for (i = 0; i < 10; i++) {
		assert_int_equal(peer_take(p), 1460);
		assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_ECT0);
	}
	SAY(p, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 1461);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.ssthresh, 9 * 1460 / 2);
	assert_int_equal(peer_take(p), 1460);
	assert_true(p->heard.flags & TCP_CWR);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_ECT0);
	HEAR_NOTHING(p);
	/* One segment for two that were delivered (RFC 6937), no more cuts. */
	for (i = 2, heard = 0; i <= 9; i++) {
		SAY(p, .flags = TCP_ACK | TCP_ECE, .seq = 1,
		    .ack = (uint32_t)i * 1460 + 1);
		for (; peer_take(p) >= 0; heard++)
			assert_false(p->heard.flags & TCP_CWR);
	}
	assert_in_range(heard, 3, 5);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.ssthresh, 9 * 1460 / 2);
	/* All of that window, and what said CWR, has arrived. */
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 11 * 1460 + 1);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.cwnd, 9 * 1460 / 2);
	/* A new mark is a new congestion. */
	SAY(p, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 12 * 1460 + 1);
	tcp_get_info(p->conn, &info);
	assert_in_range(info.ssthresh, 2 * 1460, 3 * 1460);
}

/* RFC 3168, 6.1.5 */
static void retransmission_is_not_capable(void **state)
{
	struct peer *p = *state;

	call_with_ecn(p);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	peer_wait(p, 250);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	assert_int_equal(p->heard_tos & IP_ECN_MASK, IP_ECN_NOT_ECT);
}

/* The two bits are TCP's own, whatever IP_TOS says. */
static void user_cannot_set_the_bits(void **state)
{
	struct peer *p = *state;

	serve(p, 0, 0);
	tcp_set_tos(p->conn, 0xb8 | IP_ECN_CE);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	assert_int_equal(p->heard_tos, 0xb8);
}

/* RFC 8257, 3.2: each ACK says what the segments were that it is for. */
static void dctcp_echoes_each_mark_as_it_is(void **state)
{
	struct peer *p = *state;

	assert_int_equal(
		tcp_knob_set_text(p->stack, "congestion_control", "dctcp"), 0);
	serve(p, TCP_ECE | TCP_CWR, TCP_ECE);
	p->tos = IP_ECN_ECT0;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 100);
	HEAR_NOTHING(p);
	p->tos = IP_ECN_CE;
	SAY(p, .flags = TCP_ACK, .seq = 101, .ack = 1, .len = 100);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 101);
	HEAR(p, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 201);
	p->tos = IP_ECN_ECT0;
	SAY(p, .flags = TCP_ACK, .seq = 201, .ack = 1, .len = 100);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 301);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)
	const struct CMUnitTest tests[] = {
		T(asked_it_answers),
		T(half_a_question_is_not_answered),
		T(turned_off_it_does_not_answer),
		T(reflected_flags_are_no_answer),
		T(lost_syn_is_repeated_without_asking),
		T(mark_is_echoed_until_cwr),
		T(cwr_with_a_mark_is_a_new_mark),
		T(marked_pure_ack_is_not_echoed),
		T(echo_cuts_the_window_once),
		T(retransmission_is_not_capable),
		T(user_cannot_set_the_bits),
		T(dctcp_echoes_each_mark_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
