// SPDX-License-Identifier: MIT
/* tcp_listen_test.c - what a listener may ask for, and what it is spared */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "talker.h"
#include "tcppeer.h"

/* TCP_DEFER_ACCEPT: an ACK alone opens nothing, data does. */
static void deferred_accept_waits_for_data(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	assert_int_equal(tcp_set_defer_accept(p->listener, 2), 0);
	assert_int_equal(tcp_defer_accept(p->listener), 3);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	assert_int_equal(peer_drops(p, DROP_tcp_deferred), 1);
	assert_null(tcp_accept(p->listener));
	peer_wait(p, 2500);
	HEAR_NOTHING(p); /* no SYN-ACK again: the peer is there */
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 5);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
	assert_int_equal(peer_app_recv(p), 5);
}

static void deferred_accept_ends_with_its_time(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	assert_int_equal(tcp_set_defer_accept(p->listener, 2), 0);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	peer_wait(p, 3000);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
}

/* TCP_SYNCNT */
static void repeats_of_a_syn_can_be_chosen(void **state)
{
	struct peer *p = *state;
	struct endpoint to = talker_ep("10.0.0.2:80");

	p->port = 80;
	p->conn = tcp_new(p->stack, NULL, NULL);
	assert_int_equal(tcp_set_syncnt(p->conn, 1), 0);
	assert_int_equal(tcp_connect(p->conn, &to), 0);
	HEAR(p, .flags = TCP_SYN);
	peer_wait(p, 1000);
	HEAR(p, .flags = TCP_SYN);
	peer_wait(p, 2000);
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
	HEAR_NOTHING(p);
}

/* HOSTILE: a SYN with a forged source makes at most three answers, and a
 * reset of the victim ends them. */
static void victim_of_a_forged_syn_is_answered_thrice_at_most(void **state)
{
	struct peer *p = *state;
	unsigned int i;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	for (i = 0; i < 3; i++) {
		HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
		peer_wait(p, 1000U << i);
	}
	peer_wait(p, 60000);
	HEAR_NOTHING(p);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_RST, .seq = 1);
	peer_wait(p, 60000);
	HEAR_NOTHING(p);
}

static void overflow_can_be_answered_with_a_reset(void **state)
{
	struct peer *p = *state;
	uint32_t irs[2];
	int i;

	assert_int_equal(tcp_knob_set(p->stack, "tcp_abort_on_overflow", 1), 0);
	peer_listen(p, 0);
	for (i = 0; i < 2; i++) {
		p->port = (uint16_t)(2000 + i);
		SAY(p, .flags = TCP_SYN);
		HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
		irs[i] = p->irs;
	}
	for (i = 0; i < 2; i++) {
		p->port = (uint16_t)(2000 + i);
		p->irs = irs[i];
		SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	}
	HEAR(p, .flags = TCP_RST);
	assert_int_equal(tcp_stats(p->stack)->requests, 0);
	assert_int_equal(tcp_stats(p->stack)->listen_overflows, 1);
	tcp_abort(tcp_accept(p->listener));
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(deferred_accept_waits_for_data),
		T(deferred_accept_ends_with_its_time),
		T(repeats_of_a_syn_can_be_chosen),
		T(victim_of_a_forged_syn_is_answered_thrice_at_most),
		T(overflow_can_be_answered_with_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
