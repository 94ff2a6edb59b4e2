// SPDX-License-Identifier: MIT
/* tcp_snd_test.c - when something is sent: Nagle, windows, probes, timers */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "talker.h"
#include "tcppeer.h"

#define PSH_ACK		(TCP_PSH | TCP_ACK)
#define ACK_OF(p, upto) SAY(p, .flags = TCP_ACK, .seq = 1, .ack = (upto))

/* The next segment is @n octets at @at, whatever its PSH. */
#define DATA(p, at, n)                                               \
	do {                                                         \
		assert_int_equal(peer_take(p), (n));                 \
		assert_int_equal((p)->heard.seq.v - (p)->irs, (at)); \
	} while (0)

/* RFC 9293, 3.7.4 */
static void small_pieces_wait_for_the_ack_of_the_first(void **state)
{
	struct peer *p = *state;
	int i;

	peer_opens(p);
	for (i = 0; i < 10; i++)
		peer_app_send(p, 10);
	HEAR(p, .flags = PSH_ACK, .seq = 1, .ack = 1, .len = 10);
	HEAR_NOTHING(p);
	ACK_OF(p, 11);
	HEAR(p, .flags = PSH_ACK, .seq = 11, .ack = 1, .len = 90);
}

static void full_segments_do_not_wait(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 10);
	DATA(p, 1, 10);
	peer_app_send(p, 1459);
	HEAR_NOTHING(p);
	peer_app_send(p, 2);
	DATA(p, 11, 1460);
	HEAR_NOTHING(p);
}

static void nodelay_does_not_wait(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 10);
	peer_app_send(p, 10);
	DATA(p, 1, 10);
	HEAR_NOTHING(p);
	tcp_set_nodelay(p->conn, true);
	DATA(p, 11, 10);
	peer_app_send(p, 10);
	DATA(p, 21, 10);
}

static void cork_holds_the_rest_for_200_ms(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_cork(p->conn, true);
	peer_app_send(p, 2000);
	DATA(p, 1, 1460);
	HEAR_NOTHING(p);
	ACK_OF(p, 1461);
	peer_wait(p, 199);
	HEAR_NOTHING(p);
	peer_wait(p, 1);
	DATA(p, 1461, 540);
	ACK_OF(p, 2001);
	peer_app_send(p, 5);
	HEAR_NOTHING(p);
	tcp_set_cork(p->conn, false);
	DATA(p, 2001, 5);
}

static void more_is_a_cork_for_one_call(void **state)
{
	struct peer *p = *state;
	uint8_t x = talker_octet(1, 0), y = talker_octet(1, 1);

	peer_opens(p);
	assert_int_equal(tcp_send(p->conn, &x, 1, TCP_SEND_MORE), 1);
	HEAR_NOTHING(p);
	assert_int_equal(tcp_send(p->conn, &y, 1, 0), 1);
	DATA(p, 1, 2);
}

static void window_is_kept(void **state)
{
	struct peer *p = *state;

	p->win = 2000;
	peer_opens(p);
	peer_app_send(p, 5000);
	DATA(p, 1, 1460);
	HEAR_NOTHING(p); /* 540 octets would be silly: less than half */
	ACK_OF(p, 1461);
	DATA(p, 1461, 1460);
	HEAR_NOTHING(p);
	p->win = 5000;
	ACK_OF(p, 2921);
	DATA(p, 2921, 1460);
	DATA(p, 4381, 620);
}

/* RFC 9293, 3.8.6.2.1: rather wait than send a small piece. */
static void silly_windows_are_not_filled_at_once(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	p->win = 100;
	ACK_OF(p, 1);
	peer_app_send(p, 5000);
	HEAR_NOTHING(p);
	peer_wait(p, 199);
	HEAR_NOTHING(p);
	peer_wait(p, 1);
	DATA(p, 1, 100);
	p->win = 10000;
	ACK_OF(p, 101);
	DATA(p, 101, 1460);
}

/* RFC 9293, 3.8.6.1 */
static void shut_window_is_probed_with_growing_pauses(void **state)
{
	struct peer *p = *state;
	uint32_t wait = 200;
	int i;

	peer_opens(p);
	p->win = 0;
	ACK_OF(p, 1);
	peer_app_send(p, 3000);
	HEAR_NOTHING(p);
	for (i = 0; i < 12; i++) {
		peer_wait(p, wait - 1);
		HEAR_NOTHING(p);
		peer_wait(p, 1);
		DATA(p, 1, 1);
		ACK_OF(p, 1);
		wait = wait < 30000 ? wait * 2 : 60000;
	}
	/* It never gives up while the peer answers. */
	peer_wait(p, 60000);
	DATA(p, 1, 1);
	p->win = 10000;
	ACK_OF(p, 1);
	DATA(p, 1, 1460);
	DATA(p, 1461, 1460);
	DATA(p, 2921, 80);
}

static void octet_of_a_probe_that_was_taken_is_not_repeated(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	p->win = 0;
	ACK_OF(p, 1);
	peer_app_send(p, 1000);
	peer_wait(p, 200);
	DATA(p, 1, 1);
	p->win = 5000;
	ACK_OF(p, 2);
	DATA(p, 2, 999);
}

static void our_acks_fit_the_window_they_find_shut(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	p->win = 0;
	ACK_OF(p, 1);
	peer_app_send(p, 1000);
	peer_wait(p, 200);
	DATA(p, 1, 1);
	/* We have sent octet 1, but an ACK with seq 2 would not be taken. */
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1400);
	SAY(p, .flags = TCP_ACK, .seq = 1401, .ack = 1, .len = 1400);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 2801);
}

static void silent_peer_with_a_shut_window_is_given_up(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	p->win = 0;
	ACK_OF(p, 1);
	peer_app_send(p, 1000);
	peer_wait(p, 20 * 60 * 1000);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
}

/* HOSTILE: 64 KB, then 0, then 1: nothing underflows, nothing is lost. */
static void shrinking_window_is_survived(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 14600);
	while (peer_take(p) >= 0)
		;
	p->win = 0;
	ACK_OF(p, 1461);
	p->win = 1;
	ACK_OF(p, 1461);
	testnet_forget(p->netif);
	peer_wait(p, 5000);
	while (peer_take(p) >= 0)
		assert_true(p->heard.seq.v - p->irs >= 1461);
	p->win = 60000;
	ACK_OF(p, 1461);
	ACK_OF(p, 14601);
	peer_app_send(p, 10);
	while (peer_take(p) >= 0)
		;
	assert_int_equal(p->heard.seq.v - p->irs, 14601);
}

/* RFC 9293, 3.8.4 */
static void keepalive_probes_a_silent_peer(void **state)
{
	struct peer *p = *state;
	int i;

	peer_opens(p);
	tcp_set_keepalive(p->conn, true);
	peer_wait(p, 7199 * 1000);
	HEAR_NOTHING(p);
	peer_wait(p, 1000);
	HEAR(p, .flags = TCP_ACK, .seq = 0, .ack = 1);
	ACK_OF(p, 1);
	assert_int_equal(tcp_set_keep_times(p->conn, 10, 5, 3), 0);
	peer_wait(p, 10000);
	for (i = 0; i < 3; i++) {
		HEAR(p, .flags = TCP_ACK, .seq = 0, .ack = 1);
		peer_wait(p, 5000);
	}
	HEAR(p, .flags = TCP_RST | TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
}

static void idle_connection_has_no_timer(void **state)
{
	struct peer *p = *state;
	size_t timers = p->stack->wheel.count;
	struct tcp_info info;

	peer_opens(p);
	peer_app_send(p, 100);
	DATA(p, 1, 100);
	ACK_OF(p, 101);
	assert_int_equal(p->stack->wheel.count, timers);
	tcp_get_info(p->conn, &info);
	assert_null(info.timer_name);
}

static void full_send_buffer_refuses_and_tells(void **state)
{
	struct peer *p = *state;
	static uint8_t zero[8192];

	peer_opens(p);
	tcp_set_sndbuf(p->conn, 4096);
	assert_int_equal(tcp_send(p->conn, zero, sizeof(zero), 0), 4096);
	assert_int_equal(tcp_send(p->conn, zero, 1, 0), -EAGAIN);
	assert_false(tcp_poll(p->conn) & WAIT_OUT);
	p->events = 0;
	ACK_OF(p, 1461);
	assert_true(p->events & WAIT_OUT);
	assert_true(tcp_poll(p->conn) & WAIT_OUT);
	testnet_forget(p->netif);
}

/* Less than a third is free: no room to speak of, though nothing was refused. */
static void who_asks_for_room_is_told_of_it(void **state)
{
	struct peer *p = *state;
	static uint8_t zero[8192];

	peer_opens(p);
	tcp_set_sndbuf(p->conn, 4096);
	assert_int_equal(tcp_send(p->conn, zero, 4000, 0), 4000);
	assert_false(tcp_poll(p->conn) & WAIT_OUT);
	p->events = 0;
	ACK_OF(p, 2921);
	assert_true(p->events & WAIT_OUT);
	assert_true(tcp_poll(p->conn) & WAIT_OUT);
	testnet_forget(p->netif);
}

static void blocks_are_sent_without_a_copy(void **state)
{
	struct peer *p = *state;
	struct block *blk = block_new(&p->net->env, 16000);
	uint32_t i;

	peer_opens(p);
	for (i = 0; i < 16000; i++)
		blk->data[i] = talker_octet(1, i);
	assert_int_equal(tcp_send_block(p->conn, blk, 0, 10000, 0), 10000);
	assert_true(blk->refs > 1);
	for (i = 0; i < 6; i++)
		DATA(p, 1 + i * 1460, 1460);
	DATA(p, 8761, 1240);
	ACK_OF(p, 10001);
	assert_int_equal(blk->refs, 1);
	block_put(blk);
}

/* More pieces than a packet has places for. */
static void many_small_blocks_become_segments(void **state)
{
	struct peer *p = *state;
	struct block *blk;
	uint32_t i, heard = 0;
	long n;

	peer_opens(p);
	tcp_set_cork(p->conn, true);
	for (i = 0; i < 300; i++) {
		blk = block_new(&p->net->env, 16);
		memset(blk->data, 0, 16);
		blk->data[0] = talker_octet(1, i);
		assert_int_equal(tcp_send_block(p->conn, blk, 0, 1, 0), 1);
		block_put(blk);
	}
	tcp_set_cork(p->conn, false);
	for (i = 0; i < 100 && heard < 300; i++) {
		while ((n = peer_take(p)) >= 0)
			heard += (uint32_t)n;
		ACK_OF(p, 1 + heard);
	}
	assert_int_equal(heard, 300);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(small_pieces_wait_for_the_ack_of_the_first),
		T(full_segments_do_not_wait),
		T(nodelay_does_not_wait),
		T(cork_holds_the_rest_for_200_ms),
		T(more_is_a_cork_for_one_call),
		T(window_is_kept),
		T(silly_windows_are_not_filled_at_once),
		T(shut_window_is_probed_with_growing_pauses),
		T(octet_of_a_probe_that_was_taken_is_not_repeated),
		T(our_acks_fit_the_window_they_find_shut),
		T(silent_peer_with_a_shut_window_is_given_up),
		T(shrinking_window_is_survived),
		T(keepalive_probes_a_silent_peer),
		T(idle_connection_has_no_timer),
		T(full_send_buffer_refuses_and_tells),
		T(who_asks_for_room_is_told_of_it),
		T(blocks_are_sent_without_a_copy),
		T(many_small_blocks_become_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
