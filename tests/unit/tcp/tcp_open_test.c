// SPDX-License-Identifier: MIT
/* tcp_open_test.c - opening connections, from either side or both */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "talker.h"
#include "tcppeer.h"

/* RFC 9293, 3.5, figure 6. */
static void active_open_ends_in_established(void **state)
{
	struct peer *p = *state;

	peer_is_called(p);
	assert_true(p->events & WAIT_OUT);
	assert_int_equal(p->heard.win, 65535);
	HEAR_NOTHING(p);
}

static void passive_open_ends_in_established(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	assert_int_equal(peer_app_recv(p), 10);
}

/* The ACK of the handshake may carry data, and a FIN. */
static void data_may_come_with_the_third_segment(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_ACK | TCP_FIN, .seq = 1, .ack = 1, .len = 100);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 102);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSE_WAIT);
	assert_int_equal(peer_app_recv(p), 100);
	assert_int_equal(peer_app_recv(p), 0);
}

/* RFC 9293, 3.10.7.3: text in the SYN-ACK is processed. */
static void data_may_come_with_the_syn_ack(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	/* Octet 0 of the numbers is the SYN, so the pattern begins at 1. */
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 5);
	assert_int_equal(peer_app_recv(p), 5);
}

/* RFC 9293, 3.10.7.1 */
static void syn_to_a_closed_port_is_refused(void **state)
{
	struct peer *p = *state;

	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_RST | TCP_ACK, .ack = 1);
	assert_int_equal(peer_drops(p, DROP_tcp_no_conn), 1);
	SAY(p, .flags = TCP_ACK, .seq = 5, .ack = 7);
	HEAR(p, .flags = TCP_RST);
	SAY(p, .flags = TCP_RST, .seq = 5);
	HEAR_NOTHING(p);
	assert_int_equal(peer_drops(p, DROP_tcp_rst_ignored), 1);
}

static void refused_connect_says_so(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	SAY(p, .flags = TCP_RST | TCP_ACK, .ack = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_true(p->events & WAIT_ERR);
	assert_true(tcp_poll(p->conn) & WAIT_HUP);
	assert_int_equal(tcp_error(p->conn), -ECONNREFUSED);
	assert_int_equal(tcp_error(p->conn), 0);
	/* It may try again. */
	peer_is_called(p);
}

static void reset_with_a_wrong_ack_refuses_nothing(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	SAY(p, .flags = TCP_RST | TCP_ACK, .ack = 2);
	SAY(p, .flags = TCP_RST);
	assert_int_equal(tcp_state(p->conn), TCPS_SYN_SENT);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 7);
	HEAR(p, .flags = TCP_RST);
	assert_int_equal(tcp_state(p->conn), TCPS_SYN_SENT);
}

/* RFC 9293, 3.8.3: MUST-22, MUST-23: for three minutes at least, here four. */
static void syn_is_repeated_with_growing_pauses_then_given_up(void **state)
{
	struct peer *p = *state;
	unsigned int i;

	peer_call(p);
	for (i = 0; i < 7; i++) {
		peer_wait(p, (1000U << i) - 1);
		HEAR_NOTHING(p);
		peer_wait(p, 1);
		HEAR(p, .flags = TCP_SYN);
	}
	peer_wait(p, 119999);
	assert_int_equal(tcp_state(p->conn), TCPS_SYN_SENT);
	peer_wait(p, 1); /* no pause is longer than two minutes */
	HEAR_NOTHING(p);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
}

static void late_syn_ack_is_taken(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	peer_wait(p, 1000);
	HEAR(p, .flags = TCP_SYN);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1); /* for the second one */
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
}

/* RFC 9293, 3.5, figure 8. */
static void simultaneous_open_ends_in_established(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_SYN_RCVD);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	/* Before the window, so it is answered; its ACK has no effect yet. */
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	HEAR_NOTHING(p);
}

static void close_during_simultaneous_open_sends_a_fin_later(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_int_equal(tcp_shutdown_send(p->conn), 0);
	HEAR_NOTHING(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	HEAR(p, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_FIN_WAIT_1);
}

static void syn_ack_is_repeated_then_forgotten(void **state)
{
	struct peer *p = *state;
	unsigned int i;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	for (i = 0; i < 2; i++) {
		peer_wait(p, 1000U << i);
		HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	}
	peer_wait(p, 4000);
	HEAR_NOTHING(p);
	assert_int_equal(tcp_stats(p->stack)->requests, 0);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	HEAR(p, .flags = TCP_RST, .seq = 1);
}

static void repeated_syn_gets_the_same_answer(void **state)
{
	struct peer *p = *state;
	uint32_t irs;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	irs = p->irs;
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_int_equal(p->irs, irs);
	assert_int_equal(tcp_stats(p->stack)->requests, 1);
}

static void half_open_connection_is_reset_only_exactly(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_RST, .seq = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_RST, .seq = 0);
	HEAR_NOTHING(p);
	assert_int_equal(tcp_stats(p->stack)->requests, 1);
	SAY(p, .flags = TCP_RST, .seq = 1);
	HEAR_NOTHING(p);
	assert_int_equal(tcp_stats(p->stack)->requests, 0);
}

static void guessed_ack_opens_nothing(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_RST, .seq = 2);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 0);
	HEAR(p, .flags = TCP_RST);
	assert_null(tcp_accept(p->listener));
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
}

/* As on Linux: backlog + 1 may be ready; others look open to the peer. */
static void full_backlog_drops_and_recovers(void **state)
{
	struct peer *p = *state;
	struct tcp_conn *c[2];
	int i;

	peer_listen(p, 1);
	for (i = 0; i < 3; i++) {
		p->port = (uint16_t)(2000 + i);
		SAY(p, .flags = TCP_SYN);
		if (i < 2) {
			HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
			SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
		}
	}
	HEAR_NOTHING(p);
	assert_int_equal(peer_drops(p, DROP_tcp_backlog), 1);
	c[0] = tcp_accept(p->listener);
	c[1] = tcp_accept(p->listener);
	assert_true(c[0] && c[1] && !tcp_accept(p->listener));
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	tcp_abort(c[0]);
	tcp_abort(c[1]);
}

static void ack_beyond_the_backlog_waits_for_a_place(void **state)
{
	struct peer *p = *state;
	int i;

	peer_listen(p, 0);
	for (i = 0; i < 2; i++) {
		p->port = (uint16_t)(2000 + i);
		SAY(p, .flags = TCP_SYN);
		HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	}
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	p->port = 2000;
	p->irs = 0;
	assert_int_equal(tcp_stats(p->stack)->requests, 1);
	tcp_abort(tcp_accept(p->listener));
	assert_null(tcp_accept(p->listener));
}

static void closing_a_listener_resets_its_children(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	p->port++;
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	tcp_close(p->listener);
	p->listener = NULL;
	assert_true(peer_take(p) == 0 && p->heard.flags & TCP_RST);
	HEAR_NOTHING(p);
	assert_int_equal(tcp_stats(p->stack)->conns, 0);
	assert_int_equal(tcp_stats(p->stack)->requests, 0);
}

static void child_that_is_reset_before_accept_says_so(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 7);
	SAY(p, .flags = TCP_RST, .seq = 8);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
	assert_int_equal(peer_app_recv(p), 7);
	assert_int_equal(peer_app_recv(p), -ECONNRESET);
	assert_int_equal(peer_app_recv(p), 0);
}

/* HOSTILE: MSS 0 must divide nothing. */
static void absurd_mss_is_bounded(void **state)
{
	static const uint16_t mss[] = {0, 1, 87, 65535};
	struct peer *p = *state;
	struct tcp_info info;
	size_t i;

	for (i = 0; i < sizeof(mss) / sizeof(mss[0]); i++) {
		p->syn_opts.mss = mss[i];
		p->port++;
		peer_opens(p);
		tcp_get_info(p->conn, &info);
		assert_int_equal(info.snd_mss, i < 3 ? 88 : 1460);
		p->sent = 0;
		peer_app_send(p, 100);
		while (peer_take(p) >= 0)
			;
		tcp_abort(p->conn);
		p->conn = NULL;
		testnet_forget(p->netif);
	}
}

static void no_mss_means_536(void **state)
{
	struct peer *p = *state;

	p->syn_opts.has = 0;
	peer_opens(p);
	peer_app_send(p, 1000);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 536);
}

/* RFC 7323, 2 */
static void windows_scale_if_both_say_so(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;

	p->syn_opts.has |= TCP_HAS_WSCALE;
	p->syn_opts.wscale = 5;
	p->win = 1000;
	peer_opens(p);
	tcp_get_info(p->conn, &info);
	assert_true(info.has_wscale);
	assert_int_equal(info.snd_wscale, 5);
	assert_int_equal(info.rcv_wscale, 7);
	assert_int_equal(info.snd_wnd, 32000);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1000);
	SAY(p, .flags = TCP_ACK, .seq = 1001, .ack = 1, .len = 1000);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 2001);
	assert_int_equal(p->heard.win, (524288 - 2000) >> 7);
}

static void windows_do_not_scale_unless_both_say_so(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;

	p->win = 1000;
	peer_is_called(p);
	tcp_get_info(p->conn, &info);
	assert_false(info.has_wscale);
	assert_int_equal(info.snd_wnd, 1000);
	assert_int_equal(p->heard.win, 65535);
}

/* RFC 9293, 3.4.1: MUST-8, SHLD-1, MUST-9; RFC 6528 */
static void initial_numbers_rise_for_a_pair_and_jump_between(void **state)
{
	struct peer *p = *state;
	uint32_t first, second;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	first = p->irs;
	SAY(p, .flags = TCP_RST, .seq = 1);
	peer_wait(p, 8);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_int_equal(p->irs - first, 2000); /* 8 ms of 4 us each */
	p->port++;
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	second = p->irs;
	assert_true(second - first > 100000 && first - second > 100000);
}

static void listener_answers_ack_with_reset_and_ignores_nonsense(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_ACK, .seq = 3, .ack = 4);
	HEAR(p, .flags = TCP_RST);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .seq = 3, .ack = 4);
	HEAR(p, .flags = TCP_RST);
	SAY(p, .flags = TCP_FIN, .seq = 3);
	SAY(p, .flags = 0, .seq = 3, .len = 4);
	SAY(p, .flags = TCP_RST, .seq = 3);
	HEAR_NOTHING(p);
	assert_int_equal(tcp_stats(p->stack)->requests, 0);
}

static void listening_on_several_addresses_prefers_the_exact_one(void **state)
{
	struct peer *p = *state;
	struct endpoint at = talker_ep("10.0.0.1:80");
	struct tcp_conn *exact = tcp_new(p->stack, NULL, NULL);

	peer_listen(p, 5);
	assert_int_equal(tcp_bind(exact, &at, true), -EADDRINUSE);
	tcp_close(p->listener);
	assert_int_equal(tcp_bind(exact, &at, false), 0);
	assert_int_equal(tcp_listen(exact, 5), 0);
	assert_null(talker_listen(p->stack, 80, 5));
	p->listener = exact;
	peer_opens(p);
}

static void ports_that_connect_chooses_are_unpredictable(void **state)
{
	struct peer *p = *state;
	uint16_t ports[8];
	int i, j, rising = 0;

	for (i = 0; i < 8; i++) {
		peer_call(p);
		ports[i] = tcp_local(p->conn).port;
		assert_true(ports[i] >= 49152);
		for (j = 0; j < i; j++)
			assert_int_not_equal(ports[i], ports[j]);
		rising += i && ports[i] == ports[i - 1] + 1;
		tcp_abort(p->conn);
		p->conn = NULL;
	}
	assert_true(rising < 2);
}

static void user_errors_have_their_numbers(void **state)
{
	struct peer *p = *state;
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct endpoint far = talker_ep("192.0.2.1:80");
	struct endpoint all = talker_ep("255.255.255.255:80");
	struct endpoint net = talker_ep("10.0.0.255:80");
	struct endpoint group = talker_ep("224.0.0.1:80");
	struct endpoint none = {0};
	uint8_t octet;

	p->conn = tcp_new(p->stack, NULL, NULL);
	assert_int_equal(tcp_connect(p->conn, &far), -ENETUNREACH);
	assert_int_equal(tcp_connect(p->conn, &none), -EAFNOSUPPORT);
	/* RFC 9293, 3.9.1.1: MUST-46 */
	assert_int_equal(tcp_connect(p->conn, &all), -EACCES);
	assert_int_equal(tcp_connect(p->conn, &net), -EACCES);
	assert_int_equal(tcp_connect(p->conn, &group), -ENETUNREACH);
	assert_int_equal(tcp_bind(p->conn, &to, false), -EADDRNOTAVAIL);
	assert_int_equal(tcp_recv(p->conn, &octet, 1, 0), -ENOTCONN);
	assert_int_equal(tcp_send(p->conn, &octet, 1, 0), -EPIPE);
	assert_int_equal(tcp_shutdown_send(p->conn), -ENOTCONN);
	assert_int_equal(tcp_poll(p->conn), WAIT_OUT | WAIT_HUP);
	assert_int_equal(tcp_connect(p->conn, &to), 0);
	assert_int_equal(tcp_connect(p->conn, &to), -EALREADY);
	assert_int_equal(tcp_send(p->conn, &octet, 1, 0), -EAGAIN);
	assert_int_equal(tcp_recv(p->conn, &octet, 1, 0), -EAGAIN);
	assert_int_equal(tcp_listen(p->conn, 1), -EINVAL);
	assert_int_equal(tcp_poll(p->conn), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(active_open_ends_in_established),
		T(passive_open_ends_in_established),
		T(data_may_come_with_the_third_segment),
		T(data_may_come_with_the_syn_ack),
		T(syn_to_a_closed_port_is_refused),
		T(refused_connect_says_so),
		T(reset_with_a_wrong_ack_refuses_nothing),
		T(syn_is_repeated_with_growing_pauses_then_given_up),
		T(late_syn_ack_is_taken),
		T(simultaneous_open_ends_in_established),
		T(close_during_simultaneous_open_sends_a_fin_later),
		T(syn_ack_is_repeated_then_forgotten),
		T(repeated_syn_gets_the_same_answer),
		T(half_open_connection_is_reset_only_exactly),
		T(guessed_ack_opens_nothing),
		T(full_backlog_drops_and_recovers),
		T(ack_beyond_the_backlog_waits_for_a_place),
		T(closing_a_listener_resets_its_children),
		T(child_that_is_reset_before_accept_says_so),
		T(absurd_mss_is_bounded),
		T(no_mss_means_536),
		T(windows_scale_if_both_say_so),
		T(windows_do_not_scale_unless_both_say_so),
		T(initial_numbers_rise_for_a_pair_and_jump_between),
		T(listener_answers_ack_with_reset_and_ignores_nonsense),
		T(listening_on_several_addresses_prefers_the_exact_one),
		T(ports_that_connect_chooses_are_unpredictable),
		T(user_errors_have_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
