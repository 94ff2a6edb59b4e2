// SPDX-License-Identifier: MIT
/* tcp_uto_test.c - how long each end lets data wait (RFC 5482) */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

static void enable(struct peer *p)
{
	assert_int_equal(tcp_knob_set(p->stack, "user_timeout_option", 1), 0);
}

/* Seconds until a connection whose data nobody acknowledges is given up. */
static int patience_s(struct peer *p)
{
	int s = 0;

	peer_app_send(p, 100);
	while (tcp_state(p->conn) != TCPS_CLOSED && s < 8000) {
		peer_wait(p, 1000);
		s++;
	}
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
	return s;
}

static void hears(struct peer *p, uint32_t uto_s)
{
	p->uto_s = uto_s;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
}

/* RFC 5482, 3.1: ENABLED is false by default. */
static void by_default_nothing_is_said_or_believed(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	hears(p, 200);
	tcp_set_user_timeout(p->conn, 5000);
	peer_app_send(p, 100);
	assert_int_equal(peer_take(p), 100);
	assert_false(p->heard_opts.has & TCP_HAS_UTO);
	assert_int_equal(p->net->events[R_TCP_UTO], 0);
}

static void the_first_segment_with_room_tells_the_peer(void **state)
{
	struct peer *p = *state;

	enable(p);
	peer_opens(p);
	tcp_set_user_timeout(p->conn, 90500);
	peer_app_send(p, 1460);
	assert_int_equal(peer_take(p), 1460); /* full */
	assert_false(p->heard_opts.has & TCP_HAS_UTO);
	peer_app_send(p, 100);
	assert_int_equal(peer_take(p), 100);
	assert_true(p->heard_opts.has & TCP_HAS_UTO);
	assert_int_equal(p->heard_opts.uto_s, 91);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1561);
	peer_app_send(p, 100); /* once is enough */
	assert_int_equal(peer_take(p), 100);
	assert_false(p->heard_opts.has & TCP_HAS_UTO);
}

static void the_caller_tells_with_the_ack_of_the_handshake(void **state)
{
	struct peer *p = *state;

	enable(p);
	p->conn = tcp_new(p->stack, NULL, NULL);
	tcp_set_user_timeout(p->conn, 7200 * 1000);
	peer_call(p);
	assert_false(p->heard_opts.has & TCP_HAS_UTO);
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(p->heard_opts.uto_s, 7200);
}

/* Another value is news. */
static void a_change_is_told_again(void **state)
{
	struct peer *p = *state;
	uint32_t i, at[] = {120, 300};

	enable(p);
	peer_opens(p);
	for (i = 0; i < 2; i++) {
		tcp_set_user_timeout(p->conn, at[i] * 1000);
		peer_app_send(p, 100);
		assert_int_equal(peer_take(p), 100);
		assert_int_equal(p->heard_opts.uto_s, at[i]);
		SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1 + 100 * (i + 1));
	}
}

static void what_the_peer_says_holds_for_who_has_no_opinion(void **state)
{
	struct peer *p = *state;

	enable(p);
	peer_opens(p);
	hears(p, 150);
	assert_int_equal(p->net->events[R_TCP_UTO], 1);
	hears(p, 150); /* no news */
	assert_int_equal(p->net->events[R_TCP_UTO], 1);
	assert_int_equal(patience_s(p), 150);
}

static void our_user_knows_better_than_the_peer(void **state)
{
	struct peer *p = *state;

	enable(p);
	peer_opens(p);
	tcp_set_user_timeout(p->conn, 20000);
	hears(p, 150);
	assert_int_equal(p->net->events[R_TCP_UTO], 0);
	assert_int_equal(patience_s(p), 20);
}

/* HOSTILE; RFC 5482, 3.1: L_LIMIT is 100 s. */
static void a_peer_cannot_hurry_us(void **state)
{
	struct peer *p = *state;

	enable(p);
	peer_opens(p);
	hears(p, 1);
	assert_int_equal(patience_s(p), 100);
}

/* HOSTILE; RFC 5482, 3.1 and 6: U_LIMIT.  An hour is longer than fifteen
 * retransmissions, and far less than the 22 days that the option can say. */
static void a_peer_cannot_keep_us_waiting_for_ever(void **state)
{
	struct peer *p = *state;

	enable(p);
	peer_opens(p);
	hears(p, TCP_UTO_MAX_S);
	assert_int_equal(patience_s(p), 3600);
}

/* HOSTILE: nobody misses an orphan, whatever its peer asks for. */
static void an_orphan_is_not_kept_for_the_peer(void **state)
{
	struct peer *p = *state;
	int fins = 0;

	enable(p);
	peer_opens(p);
	hears(p, 3600);
	tcp_close(p->conn);
	p->conn = NULL;
	peer_wait(p, 3600 * 1000);
	while (peer_take(p) >= 0)
		fins++;
	assert_int_equal(fins, 1 + 8);
}

/* Our own word takes the place of what the peer asked for. */
static void the_user_may_change_his_mind_later(void **state)
{
	struct peer *p = *state;

	enable(p);
	peer_opens(p);
	hears(p, 3600);
	tcp_set_user_timeout(p->conn, 30000);
	assert_int_equal(patience_s(p), 30);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(by_default_nothing_is_said_or_believed),
		T(the_first_segment_with_room_tells_the_peer),
		T(the_caller_tells_with_the_ack_of_the_handshake),
		T(a_change_is_told_again),
		T(what_the_peer_says_holds_for_who_has_no_opinion),
		T(our_user_knows_better_than_the_peer),
		T(a_peer_cannot_hurry_us),
		T(a_peer_cannot_keep_us_waiting_for_ever),
		T(an_orphan_is_not_kept_for_the_peer),
		T(the_user_may_change_his_mind_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
