// SPDX-License-Identifier: MIT
/* tcp_rack_test.c - RACK and the tail loss probe (RFC 8985) */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sackpeer.h"
#include "tcp/tcp_int.h"

enum { RTT = 40 };

/* Connected, and @n segments were sent a round trip ago. */
static void begin(struct peer *p, uint32_t n)
{
	opens_with_sack(p, RTT);
	send_segments(p, n);
	peer_wait(p, RTT);
}

static uint8_t ca(const struct peer *p)
{
	return p->conn->active->ca;
}

/* RFC 8985, 6.2, step 4: three segments beyond the hole need no patience. */
static void third_block_of_a_segment_repairs_at_once(void **state)
{
	struct peer *p = *state;

	begin(p, 6);
	sack_of(p, 1, seg_at(1), seg_at(2));
	sack_of(p, 1, seg_at(1), seg_at(3));
	HEAR_NOTHING(p);
	assert_int_equal(ca(p), TCP_CA_DISORDER);
	sack_of(p, 1, seg_at(1), seg_at(4));
	DATA(p, 1, SP_MSS);
	HEAR_NOTHING(p);
	assert_int_equal(ca(p), TCP_CA_RECOVERY);
	peer_app_send(p, 100);
	ACK_OF(p, seg_at(6));
	assert_int_equal(ca(p), TCP_CA_OPEN);
}

/* Step 5: fewer than three wait for a quarter of the round trip. */
static void hole_waits_for_the_reordering_window(void **state)
{
	struct peer *p = *state;

	begin(p, 2);
	sack_of(p, 1, seg_at(1), seg_at(2));
	peer_wait(p, RTT / 4 - 1);
	HEAR_NOTHING(p);
	peer_wait(p, 2);
	DATA(p, 1, SP_MSS);
	assert_int_equal(p->net->events[R_TCP_REORDER_TIMER], 1);
	ACK_OF(p, seg_at(2));
	assert_int_equal(tcp_stats(p->stack)->timeouts, 0);
}

static void what_is_only_late_is_not_repeated(void **state)
{
	struct peer *p = *state;

	begin(p, 2);
	sack_of(p, 1, seg_at(1), seg_at(2));
	peer_wait(p, RTT / 4 - 1);
	ACK_OF(p, seg_at(2));
	peer_wait(p, 1000);
	HEAR_NOTHING(p);
	assert_true(p->conn->active == NULL ||
		    p->conn->active->ca == TCP_CA_OPEN);
}

/* Once something came late three segments are no proof any more. */
static void reordering_that_was_seen_makes_patient(void **state)
{
	struct peer *p = *state;

	begin(p, 2);
	sack_of(p, 1, seg_at(1), seg_at(2));
	ACK_OF(p, seg_at(2));
	assert_int_equal(p->net->events[R_TCP_REORDERED], 1);
	send_segments(p, 6);
	peer_wait(p, RTT);
	sack_of(p, seg_at(2), seg_at(3), seg_at(7));
	HEAR_NOTHING(p);
	peer_wait(p, RTT / 4 + 1);
	DATA(p, seg_at(2), SP_MSS);
}

/* RFC 8985, 6.2: D-SACK widens the window, a quarter for each round. */
static void duplicates_widen_the_window(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	begin(p, 3);
	sack_of(p, 1, seg_at(1), seg_at(2));
	ACK_OF(p, seg_at(2));
	for (i = 0; i < 3; i++) {
		send_segments(p, 1);
		peer_wait(p, RTT);
		with_block(p, 1, seg_at(1));
		ACK_OF(p, seg_at(3 + i));
		assert_int_equal(p->conn->active->rack.reo_mult, 1 + i);
		with_block(p, 1, seg_at(1)); /* the same round */
		ACK_OF(p, seg_at(3 + i));
		assert_int_equal(p->conn->active->rack.reo_mult, 1 + i);
	}
}

/* What three duplicates could never show (RFC 8985, 1). */
static void lost_retransmission_is_sent_a_third_time(void **state)
{
	struct peer *p = *state;
	uint32_t end = 0;

	begin(p, 10);
	peer_app_send(p, 10 * SP_MSS);
	sack_of(p, 1, seg_at(1), seg_at(4));
	DATA(p, 1, SP_MSS);
	sack_of(p, 1, seg_at(1), seg_at(10));
	while (peer_take(p) > 0)
		end = p->heard.seq.v - p->irs + SP_MSS;
	assert_true(end > seg_at(10));
	/* What was sent after the retransmission arrives; it does not. */
	peer_wait(p, RTT);
	sack_of(p, 1, seg_at(1), end);
	DATA(p, 1, SP_MSS);
}

/* RFC 8985, 7: the last two of a flight are lost. */
static void probe_shows_that_the_tail_is_lost(void **state)
{
	struct peer *p = *state;

	begin(p, 4);
	ACK_OF(p, seg_at(2));
	/* Two round trips, and 2 ms for coarse timers. */
	peer_wait(p, 2 * RTT + 1);
	HEAR_NOTHING(p);
	peer_wait(p, 2);
	DATA(p, seg_at(3), SP_MSS);
	assert_int_equal(tcp_stats(p->stack)->tail_probes, 1);
	peer_wait(p, RTT);
	sack_of(p, seg_at(2), seg_at(3), seg_at(4));
	if (peer_take(p) < 0) {
		peer_wait(p, RTT / 4 + 1);
		assert_int_equal(peer_take(p), SP_MSS);
	}
	assert_int_equal(p->heard.seq.v - p->irs, seg_at(2));
	ACK_OF(p, seg_at(4));
	assert_int_equal(tcp_stats(p->stack)->timeouts, 0);
}

/* 7.3: new octets make a better probe. */
static void probe_is_new_data_if_there_is_any(void **state)
{
	struct peer *p = *state;

	begin(p, 10);
	peer_app_send(p, 3 * SP_MSS);
	HEAR_NOTHING(p); /* the window is full */
	peer_wait(p, RTT + 3);
	DATA(p, seg_at(10), SP_MSS);
	HEAR_NOTHING(p);
	assert_false(p->conn->active->tlp.is_again);
}

/* 7.2: one segment alone may meet a delayed ACK. */
static void lone_segment_waits_for_a_delayed_ack(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;

	opens_with_sack(p, RTT);
	send_segments(p, 1);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.rto_us, 240 * 1000); /* less than 280 */
	peer_wait(p, 239);
	HEAR_NOTHING(p);
	peer_wait(p, 1);
	DATA(p, 1, SP_MSS);
	assert_int_equal(p->net->events[R_TCP_TLP], 1);
}

/* One probe; then the timeout. */
static void second_silence_is_a_timeout(void **state)
{
	struct peer *p = *state;

	begin(p, 2);
	peer_wait(p, RTT + 3);
	DATA(p, seg_at(1), SP_MSS);
	peer_wait(p, 238);
	HEAR_NOTHING(p);
	peer_wait(p, 2);
	DATA(p, 1, SP_MSS);
	assert_int_equal(tcp_stats(p->stack)->timeouts, 1);
	assert_int_equal(tcp_stats(p->stack)->tail_probes, 1);
}

/* 7.4: the probe repaired the only loss; the window must pay. */
static void loss_that_a_probe_repaired_counts(void **state)
{
	struct peer *p = *state;
	uint32_t before;

	begin(p, 4);
	ACK_OF(p, seg_at(3));
	before = p->conn->cwnd;
	peer_wait(p, 2 * RTT + 200);
	DATA(p, seg_at(3), SP_MSS);
	send_segments(p, 1);
	peer_wait(p, RTT);
	ACK_OF(p, seg_at(4)); /* of the probe, or of the original? */
	assert_true(p->conn->cwnd >= before);
	ACK_OF(p, seg_at(5)); /* nothing said that both came */
	assert_true(p->conn->cwnd < before);
}

static void probe_that_came_twice_costs_nothing(void **state)
{
	struct peer *p = *state;
	uint32_t before;

	begin(p, 4);
	ACK_OF(p, seg_at(3));
	before = p->conn->cwnd;
	peer_wait(p, 2 * RTT + 200);
	DATA(p, seg_at(3), SP_MSS);
	send_segments(p, 1);
	ACK_OF(p, seg_at(4));
	with_block(p, seg_at(3), seg_at(4)); /* both copies came */
	ACK_OF(p, seg_at(4));
	ACK_OF(p, seg_at(5));
	assert_true(p->conn->cwnd >= before);
}

static void probes_can_be_switched_off(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set(p->stack, "tcp_early_retrans", 0), 0);
	begin(p, 2);
	peer_wait(p, 239 - RTT);
	HEAR_NOTHING(p);
	peer_wait(p, 2);
	DATA(p, 1, SP_MSS);
	assert_int_equal(tcp_stats(p->stack)->timeouts, 1);
}

/* Without RACK segments are counted, as of old (RFC 6675). */
static void segments_are_counted_if_rack_is_off(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set(p->stack, "tcp_recovery", 0), 0);
	begin(p, 8);
	sack_of(p, 1, seg_at(2), seg_at(4));
	peer_wait(p, RTT / 2); /* no timer marks anything */
	HEAR_NOTHING(p);
	with_block(p, seg_at(2), seg_at(4));
	with_block(p, seg_at(5), seg_at(6));
	ACK_OF(p, 1);
	DATA(p, 1, SP_MSS);
	with_block(p, seg_at(2), seg_at(4));
	with_block(p, seg_at(5), seg_at(7));
	ACK_OF(p, 1);
	DATA(p, seg_at(1), SP_MSS);
	HEAR_NOTHING(p);
	/* The fifth has only two beyond it. */
	assert_int_equal(p->conn->active->sent.lost, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(third_block_of_a_segment_repairs_at_once),
		T(hole_waits_for_the_reordering_window),
		T(what_is_only_late_is_not_repeated),
		T(reordering_that_was_seen_makes_patient),
		T(duplicates_widen_the_window),
		T(lost_retransmission_is_sent_a_third_time),
		T(probe_shows_that_the_tail_is_lost),
		T(probe_is_new_data_if_there_is_any),
		T(lone_segment_waits_for_a_delayed_ack),
		T(second_silence_is_a_timeout),
		T(loss_that_a_probe_repaired_counts),
		T(probe_that_came_twice_costs_nothing),
		T(probes_can_be_switched_off),
		T(segments_are_counted_if_rack_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
