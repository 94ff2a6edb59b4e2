// SPDX-License-Identifier: MIT
/* tcp_prr_test.c - how much is sent while repairing (RFC 6937) */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sackpeer.h"
#include "tcp/tcp_int.h"

enum { RTT = 40, WINDOW = 20 };

/* A window of twenty segments under way, more waiting; Reno halves. */
static void begin(struct peer *p)
{
	opens_with_sack(p, RTT);
	assert_int_equal(tcp_set_congestion(p->conn, "reno"), 0);
	send_segments(p, 1);
	p->conn->cwnd = WINDOW * SP_MSS;
	p->conn->ssthresh = WINDOW * SP_MSS;
	send_segments(p, WINDOW - 1);
	peer_wait(p, RTT);
	peer_app_send(p, 25 * SP_MSS);
	HEAR_NOTHING(p);
}

/* Segments of the stack that are there. */
static uint32_t hears(struct peer *p)
{
	uint32_t n = 0;

	while (peer_take(p) > 0)
		n++;
	return n;
}

/* RFC 6937, 4, figure 1: the first of twenty is lost. */
static void reduction_is_spread_over_a_round_trip(void **state)
{
	struct peer *p = *state;
	uint32_t i, n, sent = 0, silent = 0;

	begin(p);
	for (i = 1; i < WINDOW; i++) {
		sack_of(p, 1, seg_at(1), seg_at(1 + i));
		n = hears(p);
		assert_true(n <= 1);
		sent += n;
		silent = n ? 0 : silent + 1;
		assert_true(silent <= 2);
	}
	/* Two by limited transmit, then a half of what was delivered. */
	assert_true(sent >= 10 && sent <= 12);
	assert_int_equal(p->conn->ssthresh, WINDOW / 2 * SP_MSS);
	ACK_OF(p, seg_at(WINDOW + 2));
	assert_int_equal(p->conn->cwnd, WINDOW / 2 * SP_MSS);
}

/* Figure 2: fifteen of twenty are lost; what is delivered is replaced, and a
 * little more, but there is no burst. */
static void great_loss_makes_no_burst(void **state)
{
	struct peer *p = *state;
	uint32_t i, n;

	begin(p);
	for (i = 15; i < WINDOW; i++) {
		sack_of(p, 1, seg_at(15), seg_at(1 + i));
		n = hears(p);
		assert_true(n <= 2);
	}
	assert_int_equal(p->conn->active->ca, TCP_CA_RECOVERY);
	assert_true(tcp_pipe(p->conn) <= WINDOW / 2 * SP_MSS);
	/* As in slow start: one for what arrived, one more for progress. */
	for (i = 1; i < 5; i++) {
		ACK_OF(p, seg_at(i));
		n = hears(p);
		assert_true(n >= 1 && n <= 2);
	}
}

/* Nothing is sent beyond ssthresh while less than it is under way. */
static void pipe_comes_back_to_the_threshold_only(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	begin(p);
	sack_of(p, 1, seg_at(10), seg_at(20));
	hears(p);
	for (i = 1; i < 10; i++) {
		ACK_OF(p, seg_at(i));
		hears(p);
		assert_true(tcp_pipe(p->conn) <= p->conn->ssthresh);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reduction_is_spread_over_a_round_trip),
		T(great_loss_makes_no_burst),
		T(pipe_comes_back_to_the_threshold_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
