// SPDX-License-Identifier: MIT
/* tcp_undo_test.c - reductions that were a mistake, and those that were not */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sackpeer.h"
#include "tcp/tcp_int.h"

enum { RTT = 40, RTO = 240 };

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

/* RFC 2883, 5; RFC 4015: all that was repeated came twice. */
static void duplicate_of_the_repair_restores_the_window(void **state)
{
	struct peer *p = *state;
	uint32_t cwnd;

	begin(p, 8);
	cwnd = p->conn->cwnd;
	sack_of(p, 1, seg_at(1), seg_at(5));
	DATA(p, 1, SP_MSS);
	assert_int_equal(ca(p), TCP_CA_RECOVERY);
	assert_true(p->conn->cwnd < cwnd);
	/* It was only late, and so is the second copy now. */
	ACK_OF(p, seg_at(5));
	with_block(p, 1, seg_at(1));
	ACK_OF(p, seg_at(6));
	assert_int_equal(ca(p), TCP_CA_OPEN);
	assert_true(p->conn->cwnd >= cwnd);
	assert_int_equal(p->net->events[R_TCP_UNDO], 1);
}

static void half_of_the_repair_coming_twice_restores_nothing(void **state)
{
	struct peer *p = *state;

	begin(p, 8);
	sack_of(p, 1, seg_at(2), seg_at(6));
	while (peer_take(p) >= 0)
		; /* the first two again */
	ACK_OF(p, seg_at(6));
	with_block(p, 1, seg_at(1));
	ACK_OF(p, seg_at(6));
	assert_int_equal(p->net->events[R_TCP_UNDO], 0);
	ACK_OF(p, seg_at(7));
	assert_int_equal(p->net->events[R_TCP_UNDO], 0);
}

/* RFC 3522, 3.2: the echo is older than the repair. */
static void old_echo_restores_the_window(void **state)
{
	struct peer *p = *state;
	uint32_t cwnd, first;
	long n = 0;

	p->syn_opts.has |= TCP_HAS_TIMESTAMP;
	opens_with_sack(p, RTT);
	peer_app_send(p, 8 * 1448);
	while (peer_take(p) > 0)
		n++;
	assert_int_equal(n, 8);
	first = p->heard_opts.ts_val;
	cwnd = p->conn->cwnd;
	peer_wait(p, RTT);
	p->ts_val += RTT;
	p->ts_ecr = first;
	sack_of(p, 1, 1 + 1448, 1 + 5 * 1448);
	DATA(p, 1, 1448);
	assert_int_equal(ca(p), TCP_CA_RECOVERY);
	p->ts_ecr = first;
	ACK_OF(p, 1 + 5 * 1448);
	assert_int_equal(p->net->events[R_TCP_UNDO], 1);
	assert_int_equal(ca(p), TCP_CA_OPEN);
	assert_true(p->conn->cwnd >= cwnd);
}

static void new_echo_restores_nothing(void **state)
{
	struct peer *p = *state;

	p->syn_opts.has |= TCP_HAS_TIMESTAMP;
	opens_with_sack(p, RTT);
	peer_app_send(p, 8 * 1448);
	while (peer_take(p) > 0)
		;
	peer_wait(p, RTT);
	sack_of(p, 1, 1 + 1448, 1 + 5 * 1448);
	DATA(p, 1, 1448);
	peer_wait(p, RTT);
	ACK_OF(p, 1 + 5 * 1448); /* echoes the repair */
	assert_int_equal(p->net->events[R_TCP_UNDO], 0);
	assert_int_equal(ca(p), TCP_CA_RECOVERY);
}

/* Everything is silent until the timeout; probes are off. */
static void time_out(struct peer *p, uint32_t n)
{
	assert_int_equal(tcp_knob_set(p->stack, "tcp_early_retrans", 0), 0);
	opens_with_sack(p, RTT);
	send_segments(p, n);
	peer_wait(p, RTO);
	DATA(p, 1, SP_MSS);
	HEAR_NOTHING(p);
	assert_int_equal(ca(p), TCP_CA_LOSS);
}

/* RFC 5682, 3.1: the path stopped for a while, nothing was lost. */
static void timeout_that_was_none_is_taken_back(void **state)
{
	struct peer *p = *state;
	uint32_t cwnd;

	time_out(p, 10);
	cwnd = 10 * SP_MSS;
	peer_app_send(p, 10 * SP_MSS);
	ACK_OF(p, seg_at(1)); /* (2b): new octets, and not the second again */
	DATA(p, seg_at(10), SP_MSS);
	DATA(p, seg_at(11), SP_MSS);
	HEAR_NOTHING(p);
	ACK_OF(p, seg_at(2)); /* (3b): of something that was sent once */
	assert_int_equal(tcp_stats(p->stack)->spurious_timeouts, 1);
	assert_int_equal(ca(p), TCP_CA_OPEN);
	assert_true(p->conn->cwnd >= cwnd);
	while (peer_take(p) >= 0)
		assert_true(p->heard.seq.v - p->irs > seg_at(11));
}

/* With blocks the first ACK can be enough. */
static void block_of_an_original_takes_the_timeout_back(void **state)
{
	struct peer *p = *state;

	time_out(p, 10);
	sack_of(p, 1, seg_at(1), seg_at(3));
	assert_int_equal(tcp_stats(p->stack)->spurious_timeouts, 1);
	assert_int_equal(ca(p), TCP_CA_DISORDER);
}

/* (3a): the second ACK is a duplicate. */
static void real_timeout_goes_on_repairing(void **state)
{
	struct peer *p = *state;

	time_out(p, 10);
	peer_app_send(p, 10 * SP_MSS);
	ACK_OF(p, seg_at(1));
	DATA(p, seg_at(10), SP_MSS);
	DATA(p, seg_at(11), SP_MSS);
	sack_of(p, seg_at(1), seg_at(10), seg_at(11));
	DATA(p, seg_at(1), SP_MSS);
	assert_int_equal(tcp_stats(p->stack)->spurious_timeouts, 0);
	assert_int_equal(ca(p), TCP_CA_LOSS);
}

/* With nothing new to send the repair goes on at once. */
static void timeout_without_new_data_repeats(void **state)
{
	struct peer *p = *state;

	time_out(p, 10);
	ACK_OF(p, seg_at(1));
	DATA(p, seg_at(1), SP_MSS);
	DATA(p, seg_at(2), SP_MSS);
	HEAR_NOTHING(p);
}

static void frto_can_be_switched_off(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set(p->stack, "tcp_frto", 0), 0);
	time_out(p, 10);
	peer_app_send(p, 10 * SP_MSS);
	ACK_OF(p, seg_at(1));
	DATA(p, seg_at(1), SP_MSS);
	DATA(p, seg_at(2), SP_MSS);
	HEAR_NOTHING(p);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(duplicate_of_the_repair_restores_the_window),
		T(half_of_the_repair_coming_twice_restores_nothing),
		T(old_echo_restores_the_window),
		T(new_echo_restores_nothing),
		T(timeout_that_was_none_is_taken_back),
		T(block_of_an_original_takes_the_timeout_back),
		T(real_timeout_goes_on_repairing),
		T(timeout_without_new_data_repeats),
		T(frto_can_be_switched_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
