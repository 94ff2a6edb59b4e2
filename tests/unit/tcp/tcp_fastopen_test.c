// SPDX-License-Identifier: MIT
/* tcp_fastopen_test.c - data in the SYN: RFC 7413, either side */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "talker.h"
#include "tcppeer.h"
#include "testnet.h"

enum { REQUEST = 100 };

static uint8_t request[2000];

static void make_request(void)
{
	size_t i;

	for (i = 0; i < sizeof(request); i++)
		request[i] = talker_octet(1, i);
}

/* The stack's side of a server for fast open, and the peer's cookie. */
static void serve(struct peer *p, uint16_t unproven_max)
{
	assert_int_equal(tcp_knob_set(p->stack, "tcp_fastopen", 3), 0);
	peer_listen(p, 5);
	assert_int_equal(tcp_set_fastopen(p->listener, unproven_max), 0);
}

static void ask_for_a_cookie(struct peer *p)
{
	p->port = 999;
	p->syn_opts.has |= TCP_HAS_FASTOPEN;
	p->syn_opts.fastopen_len = 0;
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_true(p->heard_opts.has & TCP_HAS_FASTOPEN);
	assert_int_equal(p->heard_opts.fastopen_len, 8);
	SAY(p, .flags = TCP_RST, .seq = 1);
	p->syn_opts.fastopen_len = 8;
	memcpy(p->syn_opts.fastopen, p->heard_opts.fastopen, 8);
	p->port = 1234;
}

/* A SYN whose first octet is number 0, so that its data begins at 1. */
static void open_fast(struct peer *p)
{
	SAY(p, .flags = TCP_SYN, .seq = 0, .len = REQUEST);
}

/* RFC 7413, 4.1.2 and 4.2.2 */
static void server_takes_data_with_a_true_cookie(void **state)
{
	struct peer *p = *state;
	uint8_t octet;

	serve(p, 5);
	ask_for_a_cookie(p);
	open_fast(p);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1 + REQUEST);
	assert_false(p->heard_opts.has & TCP_HAS_FASTOPEN);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
	assert_int_equal(tcp_state(p->conn), TCPS_SYN_RCVD);
	assert_int_equal(tcp_poll(p->conn), WAIT_IN | WAIT_OUT);
	assert_int_equal(tcp_recv(p->conn, &octet, 1, TCP_RECV_PEEK), 1);
	assert_int_equal(tcp_recv(p->conn, NULL, 1000, 0), REQUEST);
	/* The answer does not wait for the ACK. */
	peer_app_send(p, 300);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1 + REQUEST,
	     .len = 300);
	SAY(p, .flags = TCP_ACK, .seq = 1 + REQUEST, .ack = 301);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	HEAR_NOTHING(p);
}

static void server_may_answer_and_close_at_once(void **state)
{
	struct peer *p = *state;

	serve(p, 5);
	ask_for_a_cookie(p);
	open_fast(p);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1 + REQUEST);
	p->conn = tcp_accept(p->listener);
	assert_int_equal(tcp_recv(p->conn, NULL, 1000, 0), REQUEST);
	peer_app_send(p, 50);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1 + REQUEST,
	     .len = 50);
	assert_int_equal(tcp_shutdown_send(p->conn), 0);
	SAY(p, .flags = TCP_ACK, .seq = 1 + REQUEST, .ack = 51);
	HEAR(p, .flags = TCP_ACK | TCP_FIN, .seq = 51, .ack = 1 + REQUEST);
	SAY(p, .flags = TCP_ACK | TCP_FIN, .seq = 1 + REQUEST, .ack = 52);
	HEAR(p, .flags = TCP_ACK, .seq = 52, .ack = 2 + REQUEST);
	assert_int_equal(tcp_state(p->conn), TCPS_TIME_WAIT);
}

static void false_cookie_gets_a_handshake_and_a_true_one(void **state)
{
	struct peer *p = *state;

	serve(p, 5);
	ask_for_a_cookie(p);
	p->syn_opts.fastopen[3] ^= 1;
	open_fast(p);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_true(p->heard_opts.has & TCP_HAS_FASTOPEN);
	p->syn_opts.fastopen[3] ^= 1;
	assert_memory_equal(p->heard_opts.fastopen, p->syn_opts.fastopen, 8);
	assert_null(tcp_accept(p->listener));
}

static void cookie_of_yesterday_is_good_and_renewed(void **state)
{
	struct peer *p = *state;
	uint64_t day = 24 * 3600 * 1000;

	serve(p, 5);
	ask_for_a_cookie(p);
	peer_wait(p, day);
	open_fast(p);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1 + REQUEST);
	assert_int_equal(p->heard_opts.fastopen_len, 8);
	SAY(p, .flags = TCP_RST, .seq = 1 + REQUEST);
	peer_wait(p, day);
	open_fast(p);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
}

static void listener_that_does_not_want_it_says_nothing(void **state)
{
	struct peer *p = *state;

	serve(p, 0);
	p->syn_opts.has |= TCP_HAS_FASTOPEN;
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_false(p->heard_opts.has & TCP_HAS_FASTOPEN);
}

/* RFC 7413, 5.1 */
static void unproven_connections_are_limited(void **state)
{
	struct peer *p = *state;
	int i;

	serve(p, 2);
	ask_for_a_cookie(p);
	for (i = 0; i < 3; i++) {
		p->port = (uint16_t)(2000 + i);
		open_fast(p);
		HEAR(p, .flags = TCP_SYN | TCP_ACK,
		     .ack = i < 2 ? 1 + REQUEST : 1);
	}
	/* The first is gone: there is place again. */
	tcp_abort(tcp_accept(p->listener));
	peer_take(p);
	p->port = 2003;
	open_fast(p);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1 + REQUEST);
}

static void lost_syn_ack_of_fast_open_comes_again(void **state)
{
	struct peer *p = *state;

	serve(p, 5);
	ask_for_a_cookie(p);
	open_fast(p);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1 + REQUEST);
	p->syn_opts.has = TCP_HAS_MSS;
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1 + REQUEST);
	peer_wait(p, 1000);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1 + REQUEST);
	SAY(p, .flags = TCP_ACK, .seq = 1 + REQUEST, .ack = 1);
	p->conn = tcp_accept(p->listener);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	assert_int_equal(tcp_stats(p->stack)->passive_opens, 1);
}

static void listener_may_go_before_the_proof(void **state)
{
	struct peer *p = *state;

	serve(p, 5);
	ask_for_a_cookie(p);
	open_fast(p);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1 + REQUEST);
	p->conn = tcp_accept(p->listener);
	tcp_close(p->listener);
	p->listener = NULL;
	SAY(p, .flags = TCP_ACK, .seq = 1 + REQUEST, .ack = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
}

/*
 * The client
 */

static const struct tcp_opts syn_ack_opts = {
	.has = TCP_HAS_MSS | TCP_HAS_FASTOPEN,
	.mss = 1000,
	.fastopen_len = 4,
	.fastopen = {1, 2, 3, 4},
};

static long connect_send(struct peer *p, size_t len)
{
	struct endpoint to = talker_ep("10.0.0.2:80");

	make_request();
	p->port = 80;
	p->conn = tcp_new(p->stack, NULL, NULL);
	return tcp_connect_send(p->conn, &to, request, len);
}

/* First meeting: the stack asks, the peer gives. */
static void meet(struct peer *p)
{
	assert_int_equal(connect_send(p, REQUEST), 0);
	HEAR(p, .flags = TCP_SYN);
	assert_true(p->heard_opts.has & TCP_HAS_FASTOPEN);
	assert_int_equal(p->heard_opts.fastopen_len, 0);
	p->syn_opts = syn_ack_opts;
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	tcp_abort(p->conn);
	p->conn = NULL;
	peer_take(p);
	p->syn_opts.has = TCP_HAS_MSS;
}

/* RFC 7413, 4.2.1 */
static void client_sends_data_when_it_has_a_cookie(void **state)
{
	struct peer *p = *state;

	meet(p);
	assert_int_equal(connect_send(p, REQUEST), REQUEST);
	HEAR(p, .flags = TCP_SYN, .len = REQUEST, .seq = 0);
	assert_int_equal(p->heard_opts.fastopen_len, 4);
	assert_memory_equal(p->heard_opts.fastopen, syn_ack_opts.fastopen, 4);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1 + REQUEST);
	HEAR(p, .flags = TCP_ACK, .seq = 1 + REQUEST, .ack = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	p->sent = REQUEST;
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1 + REQUEST, .ack = 1,
	     .len = 10);
}

static void data_that_the_server_did_not_take_follows(void **state)
{
	struct peer *p = *state;

	meet(p);
	assert_int_equal(connect_send(p, REQUEST), REQUEST);
	HEAR(p, .flags = TCP_SYN, .len = REQUEST, .seq = 0);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = REQUEST);
}

static void part_that_the_server_took_is_not_repeated(void **state)
{
	struct peer *p = *state;

	meet(p);
	assert_int_equal(connect_send(p, REQUEST), REQUEST);
	HEAR(p, .flags = TCP_SYN, .len = REQUEST, .seq = 0);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 41);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 41, .ack = 1,
	     .len = REQUEST - 40);
}

static void
acknowledging_more_than_was_sent_is_answered_with_reset(void **state)
{
	struct peer *p = *state;

	meet(p);
	assert_int_equal(connect_send(p, REQUEST), REQUEST);
	HEAR(p, .flags = TCP_SYN, .len = REQUEST, .seq = 0);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 2 + REQUEST);
	HEAR(p, .flags = TCP_RST);
	assert_int_equal(tcp_state(p->conn), TCPS_SYN_SENT);
}

/* RFC 7413, 4.1.3.1: the SYN goes again without data, and the next
 * connection does not try. */
static void lost_syn_is_repeated_without_data(void **state)
{
	struct peer *p = *state;

	meet(p);
	assert_int_equal(connect_send(p, REQUEST), REQUEST);
	HEAR(p, .flags = TCP_SYN, .len = REQUEST, .seq = 0);
	peer_wait(p, 1000);
	HEAR(p, .flags = TCP_SYN);
	assert_false(p->heard_opts.has & TCP_HAS_FASTOPEN);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = REQUEST);
	tcp_abort(p->conn);
	peer_take(p);
	assert_int_equal(connect_send(p, REQUEST), 0);
	HEAR(p, .flags = TCP_SYN);
	assert_false(p->heard_opts.has & TCP_HAS_FASTOPEN);
	tcp_abort(p->conn);
	peer_take(p);
	peer_wait(p, 60 * 1000);
	assert_int_equal(connect_send(p, REQUEST), REQUEST);
	HEAR(p, .flags = TCP_SYN, .len = REQUEST, .seq = 0);
}

static void no_more_goes_with_a_syn_than_fits(void **state)
{
	struct peer *p = *state;

	meet(p);
	assert_int_equal(connect_send(p, sizeof(request)), 1000 - 40);
	HEAR(p, .flags = TCP_SYN, .len = 1000 - 40, .seq = 0);
}

static void client_that_is_told_not_to_does_not_ask(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set(p->stack, "fastopen", 0), 0);
	assert_int_equal(connect_send(p, REQUEST), 0);
	HEAR(p, .flags = TCP_SYN);
	assert_false(p->heard_opts.has & TCP_HAS_FASTOPEN);
}

/*
 * Both
 */

static void two_hosts_save_a_round_trip(void **state)
{
	struct testnet *net = *state;
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct stack *a = testnet_host(net, 0), *b = testnet_host(net, 1);
	struct tcp_conn *l, *c, *d;
	int i;

	make_request();
	assert_int_equal(tcp_knob_set(b, "fastopen", 3), 0);
	l = talker_listen(b, 80, 5);
	assert_int_equal(tcp_set_fastopen(l, 5), 0);
	for (i = 0; i < 2; i++) {
		c = tcp_new(a, NULL, NULL);
		assert_int_equal(tcp_connect_send(c, &to, request, REQUEST),
				 i * REQUEST);
		testnet_run_ms(net, 100);
		assert_int_equal(tcp_state(c), TCPS_ESTABLISHED);
		d = tcp_accept(l);
		assert_int_equal(tcp_state(d), TCPS_ESTABLISHED);
		assert_int_equal(tcp_recv(d, NULL, 1000, 0),
				 i ? REQUEST : -EAGAIN);
		tcp_abort(c);
		testnet_run_ms(net, 100);
		tcp_close(d);
	}
	assert_int_equal(net->events[R_TCP_FASTOPEN_TAKEN], 1);
	assert_int_equal(net->events[R_TCP_FASTOPEN_OPENED], 1);
	tcp_close(l);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(server_takes_data_with_a_true_cookie),
		T(server_may_answer_and_close_at_once),
		T(false_cookie_gets_a_handshake_and_a_true_one),
		T(cookie_of_yesterday_is_good_and_renewed),
		T(listener_that_does_not_want_it_says_nothing),
		T(unproven_connections_are_limited),
		T(lost_syn_ack_of_fast_open_comes_again),
		T(listener_may_go_before_the_proof),
		T(client_sends_data_when_it_has_a_cookie),
		T(data_that_the_server_did_not_take_follows),
		T(part_that_the_server_took_is_not_repeated),
		T(acknowledging_more_than_was_sent_is_answered_with_reset),
		T(lost_syn_is_repeated_without_data),
		T(no_more_goes_with_a_syn_than_fits),
		T(client_that_is_told_not_to_does_not_ask),
		cmocka_unit_test_setup_teardown(two_hosts_save_a_round_trip,
						testnet_setup,
						testnet_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
