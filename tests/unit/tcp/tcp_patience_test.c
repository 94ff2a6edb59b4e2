// SPDX-License-Identifier: MIT
/* tcp_patience_test.c - how long a connection waits, and for whom */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/env.h"

#include "talker.h"
#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

/* RFC 5482, 4.2: when the time is up, not at the next timeout after it. */
static void the_user_is_told_in_time(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_user_timeout(p->conn, 5000);
	peer_app_send(p, 100);
	peer_wait(p, 4990);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	peer_wait(p, 20);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
}

static void progress_begins_the_time_anew(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_user_timeout(p->conn, 5000);
	peer_app_send(p, 100);
	peer_wait(p, 4000);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 51);
	peer_wait(p, 4000);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	peer_wait(p, 1100);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
}

static void a_shut_window_is_waited_for_no_longer(void **state)
{
	struct peer *p = *state;
	int i;

	p->win = 0;
	peer_opens(p);
	tcp_set_user_timeout(p->conn, 20000);
	peer_app_send(p, 100);
	for (i = 0; i < 30 && tcp_state(p->conn) == TCPS_ESTABLISHED; i++) {
		peer_wait(p, 1000);
		if (peer_take(p) >= 0)
			SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	}
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_true(i >= 19 && i <= 25);
}

/* RFC 9293, 3.8.6.1: who answers probes may keep the window shut for ever. */
static void without_a_limit_it_is_for_ever(void **state)
{
	struct peer *p = *state;
	int i;

	p->win = 0;
	peer_opens(p);
	peer_app_send(p, 100);
	for (i = 0; i < 24 * 60; i++) {
		peer_wait(p, 60 * 1000);
		while (peer_take(p) >= 0)
			SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	}
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	assert_int_equal(p->net->events[R_TCP_REAPED], 0);
}

/* HOSTILE 118, RFC 6429: but not when memory is short. */
static void who_stalls_is_ended_when_memory_is_short(void **state)
{
	struct peer *p = *state;

	p->win = 0;
	peer_opens(p);
	peer_app_send(p, 100);
	peer_wait(p, 20 * 1000);
	p->net->mem.bytes_max = p->net->mem.in_use_bytes + 1000;
	peer_wait(p, 5 * 1000); /* not long enough to be sure */
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	peer_wait(p, 60 * 1000);
	p->net->mem.bytes_max = 0;
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
	assert_int_equal(p->net->events[R_TCP_REAPED], 1);
	assert_int_equal(tcp_stats(p->stack)->reaped, 1);
}

/* RFC 9293, 3.8.4: data under way asks the same question already. */
static void keepalive_is_silent_while_data_is_under_way(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_keepalive(p->conn, true);
	tcp_set_keep_times(p->conn, 1, 1, 3);
	peer_app_send(p, 100);
	peer_wait(p, 10 * 1000);
	assert_int_equal(tcp_stats(p->stack)->keepalives, 0);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
}

/* With a user timeout the number of probes does not matter (as on Linux). */
static void a_user_timeout_rules_keepalive(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_user_timeout(p->conn, 30000);
	tcp_set_keepalive(p->conn, true);
	tcp_set_keep_times(p->conn, 2, 2, 3);
	peer_wait(p, 28 * 1000);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	assert_true(tcp_stats(p->stack)->keepalives > 10);
	peer_wait(p, 4 * 1000);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
}

/* HOSTILE 119: 64 KB, then 0, then 1: nothing is lost, nothing underflows. */
static void a_window_may_shrink_to_nothing(void **state)
{
	struct peer *p = *state;
	uint32_t at;

	peer_opens(p);
	peer_app_send(p, 60000);
	while (peer_take(p) >= 0)
		;
	p->win = 0;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1461);
	peer_wait(p, 1000);
	while (peer_take(p) >= 0)
		;
	p->win = 1;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1461);
	peer_wait(p, 1000);
	while (peer_take(p) >= 0)
		;
	p->win = 65535;
	for (at = 1461; at < 60001; at += 1460) {
		SAY(p, .flags = TCP_ACK, .seq = 1, .ack = at);
		peer_wait(p, 250);
		while (peer_take(p) >= 0)
			;
	}
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 60001);
	assert_int_equal(tcp_outq(p->conn), 0);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
}

static void let_go(struct peer *p)
{
	tcp_close(p->conn);
	p->conn = NULL;
	HEAR(p, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 1);
}

/* TCP_LINGER2 */
static void fin_wait_2_lasts_as_long_as_its_owner_wished(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_linger2(p->conn, 5);
	let_go(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2);
	peer_wait(p, 4990);
	assert_int_equal(tcp_stats(p->stack)->conns, 2);
	peer_wait(p, 20);
	assert_int_equal(tcp_stats(p->stack)->conns, 1);
}

static void a_negative_linger2_waits_for_nobody(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_linger2(p->conn, -1);
	let_go(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_RST | TCP_ACK, .seq = 2, .ack = 1);
	assert_int_equal(tcp_stats(p->stack)->conns, 1);
}

/* HOSTILE 121: more orphans than allowed are reset at once. */
static void orphans_have_a_cap(void **state)
{
	struct peer *p = *state;

	tcp_knob_set(p->stack, "tcp_max_orphans", 0);
	peer_opens(p);
	tcp_close(p->conn);
	p->conn = NULL;
	HEAR(p, .flags = TCP_RST | TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(tcp_stats(p->stack)->conns, 1);
}

/* TCP_CORK: a piece is held back, but no longer than 200 ms. */
static void a_cork_comes_out_by_itself(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_cork(p->conn, true);
	tcp_set_nodelay(p->conn, true); /* is weaker */
	peer_app_send(p, 1500);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1460);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1461);
	peer_wait(p, 199);
	HEAR_NOTHING(p);
	peer_wait(p, 2);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1461, .ack = 1, .len = 40);
}

/* MSG_MORE concerns one call: what an ACK finds is sent. */
static void more_to_come_is_believed_until_the_next_ack(void **state)
{
	struct peer *p = *state;
	uint8_t buf[1];

	peer_opens(p);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 10);
	buf[0] = talker_octet(1, 10);
	assert_int_equal(tcp_send(p->conn, buf, 1, TCP_SEND_MORE), 1);
	HEAR_NOTHING(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 11);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 11, .ack = 1, .len = 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_user_is_told_in_time),
		T(progress_begins_the_time_anew),
		T(a_shut_window_is_waited_for_no_longer),
		T(without_a_limit_it_is_for_ever),
		T(who_stalls_is_ended_when_memory_is_short),
		T(keepalive_is_silent_while_data_is_under_way),
		T(a_user_timeout_rules_keepalive),
		T(a_window_may_shrink_to_nothing),
		T(fin_wait_2_lasts_as_long_as_its_owner_wished),
		T(a_negative_linger2_waits_for_nobody),
		T(orphans_have_a_cap),
		T(a_cork_comes_out_by_itself),
		T(more_to_come_is_believed_until_the_next_ack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
