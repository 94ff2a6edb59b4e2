// SPDX-License-Identifier: MIT
/* tcp_delack_test.c - when ACKs go out, and how large buffers get */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/check.h"

#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

#define DATA(p, at, n) SAY(p, .flags = TCP_ACK, .seq = (at), .ack = 1, .len = n)
#define ACKED(p, upto) HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = (upto))

static struct peer *opened(void **state)
{
	struct peer *p = *state;

	tcp_knob_set(p->stack, "quickacks", 16);
	peer_opens(p);
	return p;
}

/* A sender in slow start is driven by our ACKs. */
static void the_first_segments_are_acknowledged_one_by_one(void **state)
{
	struct peer *p = opened(state);
	uint32_t at, i;

	for (at = 1, i = 0; i < 16; i++, at += 1000) {
		DATA(p, at, 1000);
		ACKED(p, at + 1000);
	}
	DATA(p, at, 536);
	HEAR_NOTHING(p);
	peer_wait(p, 40);
	ACKED(p, at + 536);
}

static void who_answers_lets_acks_wait(void **state)
{
	struct peer *p = opened(state);

	DATA(p, 1, 100);
	ACKED(p, 101);
	assert_false(tcp_is_pingpong(p->conn));
	peer_wait(p, 30);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 101, .len = 10);
	assert_true(tcp_is_pingpong(p->conn));
	SAY(p, .flags = TCP_ACK, .seq = 101, .ack = 11, .len = 100);
	HEAR_NOTHING(p);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 11, .ack = 201, .len = 10);
}

static void a_late_answer_is_none(void **state)
{
	struct peer *p = opened(state);

	DATA(p, 1, 100);
	ACKED(p, 101);
	peer_wait(p, 40);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 101, .len = 10);
	assert_false(tcp_is_pingpong(p->conn));
}

static void waiting_in_vain_ends_it(void **state)
{
	struct peer *p = opened(state);

	tcp_set_quickack(p->conn, 0);
	assert_true(tcp_is_pingpong(p->conn));
	DATA(p, 1, 100);
	HEAR_NOTHING(p);
	peer_wait(p, 40);
	ACKED(p, 101);
	assert_false(tcp_is_pingpong(p->conn));
	DATA(p, 101, 100);
	ACKED(p, 201);
}

/* TCP_QUICKACK gives an ACK that waits, at once. */
static void the_user_may_hurry(void **state)
{
	struct peer *p = opened(state);

	tcp_set_quickack(p->conn, 0);
	SAY(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	HEAR_NOTHING(p);
	assert_int_equal(peer_app_recv(p), 100);
	HEAR_NOTHING(p);
	tcp_set_quickack(p->conn, 1);
	ACKED(p, 101);
	assert_false(tcp_is_pingpong(p->conn));
}

/* An old segment says that ACKs were lost. */
static void old_segments_make_it_quick_again(void **state)
{
	struct peer *p = opened(state);

	tcp_set_quickack(p->conn, 0);
	DATA(p, 1, 100);
	peer_wait(p, 40);
	ACKED(p, 101);
	tcp_set_quickack(p->conn, 0);
	DATA(p, 1, 100);
	ACKED(p, 101);
	assert_false(tcp_is_pingpong(p->conn));
	DATA(p, 101, 100);
	ACKED(p, 201);
}

/* Who has read a request that ended short gets its ACK sent. */
static void reading_all_of_a_short_segment_acknowledges_it(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	HEAR_NOTHING(p);
	assert_int_equal(peer_app_recv(p), 100);
	ACKED(p, 101);
}

/* 60 segments in a round trip of 10 ms, all read or none. */
static uint32_t rcvbuf_after(struct peer *p, bool reads)
{
	uint32_t at = 1;
	int round, i;

	p->syn_opts.has |= TCP_HAS_WSCALE;
	tcp_knob_set(p->stack, "rmem", 131072);
	if (!p->conn)
		peer_opens(p);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 30; i++) {
			DATA(p, at, 1460);
			at += 1460;
			if (reads)
				(void)peer_app_recv(p);
		}
		peer_wait(p, 10);
		if (at - 1 - (uint32_t)p->read > 20000)
			break;
	}
	return tcp_rcvbuf(p->conn);
}

static void the_receive_buffer_grows_with_what_is_read(void **state)
{
	struct peer *p = *state;

	assert_true(rcvbuf_after(p, true) > 2 * 43800);
	assert_true(p->net->events[R_TCP_RCVBUF] > 0);
	assert_true(tcp_rcvbuf(p->conn) <= tcp_knobs(p->stack)->rmem_max / 2);
}

static void it_does_not_grow_for_who_does_not_read(void **state)
{
	assert_int_equal(rcvbuf_after(*state, false), 65536);
}

static void it_does_not_grow_once_it_was_set(void **state)
{
	struct peer *p = *state;

	p->syn_opts.has |= TCP_HAS_WSCALE;
	peer_opens(p);
	tcp_set_rcvbuf(p->conn, 65536);
	assert_int_equal(rcvbuf_after(p, true), 65536);
}

/* A SYN offers whole segments (RFC 9293, 3.8.6.2.2), and a scale for the
 * largest buffer there may be. */
static void the_first_window_is_whole_segments(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;

	p->syn_opts.has |= TCP_HAS_WSCALE;
	tcp_knob_set(p->stack, "rmem", 131072);
	peer_listen(p, 1);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_int_equal(p->heard.win, 44 * 1460);
	assert_int_equal(p->heard_opts.wscale, 7);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	p->conn = tcp_accept(p->listener);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.rcv_wnd, 44 * 1460);
}

static void the_send_buffer_follows_the_congestion_window(void **state)
{
	struct peer *p = *state;
	uint32_t first;
	long n;
	int i;
	static uint8_t buf[65536];

	tcp_knob_set(p->stack, "wmem", 16384);
	peer_opens(p);
	first = tcp_sndbuf(p->conn);
	assert_int_equal(first, 43520);
	for (i = 0; i < 30; i++) {
		n = tcp_send(p->conn, buf, sizeof(buf), 0);
		p->sent += n > 0 ? (uint64_t)n : 0;
		testnet_forget(p->netif);
		SAY(p, .flags = TCP_ACK, .seq = 1,
		    .ack = 1 + (uint32_t)p->sent - tcp_outq_not_sent(p->conn));
	}
	assert_true(tcp_sndbuf(p->conn) > 2 * first);
	assert_true(p->net->events[R_TCP_SNDBUF] > 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_first_segments_are_acknowledged_one_by_one),
		T(who_answers_lets_acks_wait),
		T(a_late_answer_is_none),
		T(waiting_in_vain_ends_it),
		T(the_user_may_hurry),
		T(old_segments_make_it_quick_again),
		T(reading_all_of_a_short_segment_acknowledges_it),
		T(the_receive_buffer_grows_with_what_is_read),
		T(it_does_not_grow_for_who_does_not_read),
		T(it_does_not_grow_once_it_was_set),
		T(the_first_window_is_whole_segments),
		T(the_send_buffer_follows_the_congestion_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
