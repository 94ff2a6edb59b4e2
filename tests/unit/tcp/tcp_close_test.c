// SPDX-License-Identifier: MIT
/* tcp_close_test.c - closing connections, in every order */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "talker.h"
#include "tcppeer.h"

#define FIN_ACK (TCP_FIN | TCP_ACK)

static void let_go(struct peer *p)
{
	tcp_close(p->conn);
	p->conn = NULL;
}

/* The state of the one entry in the table, TCPS_CLOSED if there is none. */
static void note_state(void *arg, const struct tcp_info *info)
{
	enum tcp_state *s = arg;

	if (info->state != TCPS_LISTEN)
		*s = info->state;
}

static enum tcp_state state_of(struct peer *p)
{
	enum tcp_state s = TCPS_CLOSED;

	tcp_for_each(p->stack, note_state, &s);
	return s;
}

/* RFC 9293, 3.6, figure 12, our side first. */
static void we_close_first(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	assert_int_equal(state_of(p), TCPS_FIN_WAIT_1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2);
	assert_int_equal(state_of(p), TCPS_FIN_WAIT_2);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	assert_int_equal(state_of(p), TCPS_TIME_WAIT);
	peer_wait(p, 59999);
	assert_int_equal(state_of(p), TCPS_TIME_WAIT);
	peer_wait(p, 1);
	assert_int_equal(state_of(p), TCPS_CLOSED);
	HEAR_NOTHING(p);
}

static void peer_closes_first(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 2);
	assert_int_equal(state_of(p), TCPS_CLOSE_WAIT);
	assert_true(p->events & WAIT_RDHUP);
	assert_int_equal(peer_app_recv(p), 0);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 2);
	assert_int_equal(state_of(p), TCPS_LAST_ACK);
	SAY(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	assert_int_equal(state_of(p), TCPS_CLOSED);
	assert_int_equal(tcp_stats(p->stack)->conns, 1); /* the listener */
}

/* RFC 9293, 3.6, figure 13. */
static void both_close_at_once(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	assert_int_equal(state_of(p), TCPS_CLOSING);
	SAY(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	assert_int_equal(state_of(p), TCPS_TIME_WAIT);
}

static void fin_with_the_ack_of_ours_skips_fin_wait_2(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	assert_int_equal(state_of(p), TCPS_TIME_WAIT);
}

static void half_closed_connection_still_receives(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 10);
	assert_int_equal(tcp_shutdown_send(p->conn), 0);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 10);
	HEAR(p, .flags = FIN_ACK, .seq = 11, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 12);
	assert_int_equal(tcp_send(p->conn, "x", 1, 0), -EPIPE);
	peer_wait(p, 3600 * 1000); /* our user still reads: no time limit */
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 12, .len = 100);
	assert_int_equal(peer_app_recv(p), 100);
	HEAR(p, .flags = TCP_ACK, .seq = 12, .ack = 101);
	SAY(p, .flags = FIN_ACK, .seq = 101, .ack = 12);
	HEAR(p, .flags = TCP_ACK, .seq = 12, .ack = 102);
	assert_int_equal(peer_app_recv(p), 0);
	assert_true(tcp_poll(p->conn) & WAIT_HUP);
	assert_int_equal(state_of(p), TCPS_TIME_WAIT);
}

static void half_closed_by_the_peer_we_still_send(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 2);
	peer_app_send(p, 500);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 2, .len = 500);
}

static void queued_data_goes_before_the_fin(void **state)
{
	struct peer *p = *state;

	p->win = 1000;
	peer_opens(p);
	peer_app_send(p, 1500);
	let_go(p);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1000);
	HEAR_NOTHING(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1001);
	HEAR(p, .flags = FIN_ACK | TCP_PSH, .seq = 1001, .ack = 1, .len = 500);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1502);
	assert_int_equal(state_of(p), TCPS_FIN_WAIT_2);
}

static void lost_fin_is_sent_again(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	peer_wait(p, 200);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	assert_int_equal(p->net->events[R_TCP_FIN_AGAIN], 1);
}

/* The last ACK was lost: the FIN comes again and 2MSL begins anew. */
static void fin_in_time_wait_is_acknowledged_again(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	peer_wait(p, 50000);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	peer_wait(p, 50000);
	assert_int_equal(state_of(p), TCPS_TIME_WAIT);
	peer_wait(p, 10000);
	assert_int_equal(state_of(p), TCPS_CLOSED);
}

/* RFC 1337 */
static void reset_does_not_end_time_wait(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1); /* old */
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	SAY(p, .flags = TCP_RST, .seq = 2);
	HEAR_NOTHING(p);
	assert_int_equal(state_of(p), TCPS_TIME_WAIT);
	/* And an old duplicate SYN only provokes an ACK. */
	SAY(p, .flags = TCP_SYN, .seq = (uint32_t)-5);
	SAY(p, .flags = TCP_SYN, .seq = (uint32_t)-5);
	HEAR_NOTHING(p); /* one answer in half a second is enough */
	peer_wait(p, 600);
	SAY(p, .flags = TCP_SYN, .seq = (uint32_t)-5);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	assert_int_equal(state_of(p), TCPS_TIME_WAIT);
}

/* RFC 9293, 3.6.1, RFC 6191 */
/* RFC 9293, 3.6.1: SHLD-4 */
static void newer_syn_ends_time_wait(void **state)
{
	struct peer *p = *state;
	uint32_t old_end;

	peer_opens(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	old_end = p->irs + 2;
	p->iss += 3;
	peer_opens(p);
	assert_true((int32_t)(p->irs - old_end) > 65535);
	assert_int_equal(tcp_stats(p->stack)->time_waits_reused, 1);
}

static void connect_reuses_a_time_wait_port_with_timestamps(void **state)
{
	struct peer *p = *state;
	struct endpoint mine = talker_ep("10.0.0.1:5000");
	struct endpoint to = talker_ep("10.0.0.2:80");

	p->syn_opts.has |= TCP_HAS_TIMESTAMP;
	p->conn = tcp_new(p->stack, NULL, NULL);
	assert_int_equal(tcp_bind(p->conn, &mine, true), 0);
	peer_is_called(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	p->conn = tcp_new(p->stack, NULL, NULL);
	assert_int_equal(tcp_bind(p->conn, &mine, false), -EADDRINUSE);
	assert_int_equal(tcp_bind(p->conn, &mine, true), 0);
	assert_int_equal(tcp_connect(p->conn, &to), -EADDRNOTAVAIL);
	peer_wait(p, 1000);
	p->with_ts = false;
	peer_is_called(p);
	assert_int_equal(tcp_local(p->conn).port, 5000);
}

/* RFC 2525, 2.17 */
static void closing_with_unread_data_resets(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	let_go(p);
	HEAR(p, .flags = TCP_RST | TCP_ACK, .seq = 1, .ack = 11);
	assert_int_equal(state_of(p), TCPS_CLOSED);
}

static void data_for_a_closed_socket_resets(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2, .len = 10);
	assert_true(peer_take(p) == 0 && p->heard.flags & TCP_RST);
	assert_int_equal(peer_drops(p, DROP_tcp_closed), 1);
	assert_int_equal(state_of(p), TCPS_CLOSED);
}

static void linger_zero_resets(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 10);
	tcp_set_linger(p->conn, true, 0);
	let_go(p);
	HEAR(p, .flags = TCP_RST | TCP_ACK, .seq = 11, .ack = 1);
}

static void abort_resets(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_abort(p->conn);
	p->conn = NULL;
	HEAR(p, .flags = TCP_RST | TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(state_of(p), TCPS_CLOSED);
}

static void orphan_in_fin_wait_2_does_not_wait_for_ever(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	let_go(p);
	HEAR(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2);
	peer_wait(p, 59000);
	assert_int_equal(state_of(p), TCPS_FIN_WAIT_2);
	peer_wait(p, 1000);
	assert_int_equal(state_of(p), TCPS_CLOSED);
}

/* HOSTILE: peers that vanish in each closing state leave nothing behind. */
static void vanished_peers_are_given_up(void **state)
{
	struct peer *p = *state;
	int i;

	for (i = 0; i < 3; i++) {
		p->port++;
		peer_opens(p);
		if (i == 2)
			SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
		let_go(p);
		if (i == 1)
			SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
		testnet_forget(p->netif);
	}
	peer_wait(p, 600 * 1000);
	testnet_forget(p->netif);
	assert_int_equal(state_of(p), TCPS_CLOSED);
	assert_int_equal(tcp_stats(p->stack)->conns, 1);
}

/* The connection of a reset that comes after a FIN was received: EPIPE. */
static void reset_in_close_wait_breaks_the_pipe(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 2);
	SAY(p, .flags = TCP_RST, .seq = 2);
	assert_int_equal(tcp_send(p->conn, "x", 1, 0), -EPIPE);
	assert_int_equal(peer_app_recv(p), 0);
}

static void early_fin_waits_for_the_missing_data(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = FIN_ACK, .seq = 101, .ack = 1, .len = 100);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(state_of(p), TCPS_ESTABLISHED);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 100);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 202);
	assert_int_equal(peer_app_recv(p), 200);
	assert_int_equal(peer_app_recv(p), 0);
	assert_int_equal(state_of(p), TCPS_CLOSE_WAIT);
}

static void data_behind_the_fin_is_not_delivered(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = 1, .len = 10);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 12);
	SAY(p, .flags = TCP_ACK, .seq = 12, .ack = 1, .len = 10);
	assert_int_equal(peer_drops(p, DROP_tcp_after_fin), 1);
	assert_int_equal(peer_app_recv(p), 10);
	assert_int_equal(peer_app_recv(p), 0);
}

static void keep_orphan(void *arg, const struct tcp_info *info)
{
	if (info->is_orphan)
		*(struct tcp_info *)arg = *info;
}

/* RFC 9293, 3.10.6: STATUS of who only waits for the other's FIN.  The ACK of
 * his own is the last thing he heard, and since then he has nothing to do,
 * whether somebody listens to events (and the long way is taken) or not. */
static void who_waits_for_a_fin_is_idle(void **state)
{
	int listens;

	for (listens = 0; listens <= 1; listens++) {
		struct peer *p = *state;
		struct tcp_info info = {0}, later = {0};

		if (!listens)
			p->net->env.probe = NULL;
		peer_opens(p);
		peer_app_send(p, 100);
		HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1,
		     .len = 100);
		tcp_close(p->conn);
		p->conn = NULL;
		HEAR(p, .flags = TCP_FIN | TCP_ACK, .seq = 101, .ack = 1);
		SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 101);
		peer_wait(p, 30);
		SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 102);
		tcp_for_each(p->stack, keep_orphan, &info);
		assert_int_equal(info.state, TCPS_FIN_WAIT_2);
		assert_int_equal(info.last_ack_ms, 0);
		assert_int_equal(info.busy_us, 30000);
		peer_wait(p, 500);
		tcp_for_each(p->stack, keep_orphan, &later);
		assert_int_equal(later.last_ack_ms, 500);
		assert_int_equal(later.busy_us, 30000);
		peer_teardown(state);
		peer_setup(state);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(we_close_first),
		T(peer_closes_first),
		T(both_close_at_once),
		T(fin_with_the_ack_of_ours_skips_fin_wait_2),
		T(half_closed_connection_still_receives),
		T(half_closed_by_the_peer_we_still_send),
		T(queued_data_goes_before_the_fin),
		T(lost_fin_is_sent_again),
		T(fin_in_time_wait_is_acknowledged_again),
		T(reset_does_not_end_time_wait),
		T(newer_syn_ends_time_wait),
		T(connect_reuses_a_time_wait_port_with_timestamps),
		T(closing_with_unread_data_resets),
		T(data_for_a_closed_socket_resets),
		T(linger_zero_resets),
		T(abort_resets),
		T(orphan_in_fin_wait_2_does_not_wait_for_ever),
		T(vanished_peers_are_given_up),
		T(reset_in_close_wait_breaks_the_pipe),
		T(early_fin_waits_for_the_missing_data),
		T(data_behind_the_fin_is_not_delivered),
		T(who_waits_for_a_fin_is_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
