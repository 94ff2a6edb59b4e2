// SPDX-License-Identifier: MIT
/* tcp_loss_test.c - the congestion window, and what is done about losses */

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

/* RFC 6928 */
static void initial_window_is_ten_segments(void **state)
{
	struct peer *p = *state;
	uint32_t at;

	peer_opens(p);
	peer_app_send(p, 60000);
	for (at = 1; at < 14600; at += 1460)
		DATA(p, at, 1460);
	HEAR_NOTHING(p);
	/* Slow start: an ACK of two segments releases four. */
	ACK_OF(p, 2921);
	for (; at < 14600 + 4 * 1460; at += 1460)
		DATA(p, at, 1460);
	HEAR_NOTHING(p);
}

/* HOSTILE: growth counts octets, so many small ACKs gain nothing. */
static void divided_acks_gain_nothing(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;
	uint32_t i;

	peer_opens(p);
	peer_app_send(p, 60000);
	testnet_forget(p->netif);
	for (i = 1; i <= 1460; i++)
		ACK_OF(p, 1 + i);
	tcp_get_info(p->conn, &info);
	assert_true(info.cwnd <= 14600 + 1460);
}

/* RFC 5681, 3.2; RFC 6582 */
static void third_duplicate_ack_retransmits(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;
	int i;

	peer_opens(p);
	tcp_set_congestion(p->conn, "reno");
	peer_app_send(p, 60000);
	for (i = 0; i < 10; i++)
		assert_int_equal(peer_take(p), 1460);
	ACK_OF(p, 1461); /* the second is lost */
	DATA(p, 14601, 1460);
	DATA(p, 16061, 1460);
	ACK_OF(p, 1461);
	DATA(p, 17521, 1460); /* limited transmit, RFC 3042 */
	ACK_OF(p, 1461);
	DATA(p, 18981, 1460);
	HEAR_NOTHING(p);
	ACK_OF(p, 1461);
	DATA(p, 1461, 1460);
	assert_int_equal(p->net->events[R_TCP_FAST_RETRANSMIT], 1);
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.ssthresh, 11 * 1460 / 2);
	/* More duplicates do not retransmit it again. */
	for (i = 0; i < 5; i++)
		ACK_OF(p, 1461);
	while (peer_take(p) >= 0)
		assert_true(p->heard.seq.v - p->irs > 18981);
	/* All arrives; the window deflates. */
	ACK_OF(p, 20441 + 1460);
	tcp_get_info(p->conn, &info);
	assert_true(info.cwnd <= 11 * 1460 / 2);
}

static void partial_ack_retransmits_the_next_hole(void **state)
{
	struct peer *p = *state;
	int i;

	peer_opens(p);
	peer_app_send(p, 14600);
	while (peer_take(p) >= 0)
		;
	for (i = 0; i < 3; i++)
		ACK_OF(p, 1);
	DATA(p, 1, 1460);
	ACK_OF(p, 4381); /* two and three had arrived, four had not */
	DATA(p, 4381, 1460);
	ACK_OF(p, 14601);
	HEAR_NOTHING(p);
	peer_wait(p, 5000);
	HEAR_NOTHING(p);
}

/* RFC 6298, 5 */
static void silence_retransmits_with_doubled_pauses(void **state)
{
	struct peer *p = *state;
	uint32_t wait = 200;
	int i;

	peer_opens(p);
	peer_app_send(p, 100);
	DATA(p, 1, 100);
	for (i = 0; i < 15; i++) {
		peer_wait(p, wait - 1);
		HEAR_NOTHING(p);
		peer_wait(p, 1);
		DATA(p, 1, 100);
		wait = wait * 2 < 120000 ? wait * 2 : 120000;
	}
	peer_wait(p, 120000);
	HEAR_NOTHING(p);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
	assert_true(p->events & WAIT_ERR);
}

static void timeout_goes_back_to_the_first_hole(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;

	peer_opens(p);
	tcp_set_congestion(p->conn, "reno");
	peer_app_send(p, 14600);
	while (peer_take(p) >= 0)
		;
	peer_wait(p, 200);
	DATA(p, 1, 1460);
	HEAR_NOTHING(p); /* the window is one segment */
	tcp_get_info(p->conn, &info);
	assert_int_equal(info.cwnd, 1460);
	assert_int_equal(info.ssthresh, 7300);
	ACK_OF(p, 1461);
	DATA(p, 1461, 1460);
	DATA(p, 2921, 1460);
	HEAR_NOTHING(p);
	/* The rest had arrived, only these were lost. */
	ACK_OF(p, 14601);
	HEAR_NOTHING(p);
	peer_wait(p, 5000);
	HEAR_NOTHING(p);
}

/* RFC 6298: a slow path gets a longer timeout. */
static void timeout_follows_the_round_trip(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;

	peer_opens(p);
	peer_app_send(p, 100);
	DATA(p, 1, 100);
	peer_wait(p, 150);
	ACK_OF(p, 101);
	tcp_get_info(p->conn, &info);
	assert_true(info.srtt_us > 15000 && info.srtt_us < 25000);
	assert_true(info.rto_us > 150000);
	/* Karn: what was sent twice is not measured. */
	peer_app_send(p, 100);
	DATA(p, 101, 100);
	peer_wait(p, info.rto_us / 1000 + 1);
	DATA(p, 101, 100);
	ACK_OF(p, 201);
	tcp_get_info(p->conn, &info);
	assert_true(info.srtt_us > 15000 && info.srtt_us < 25000);
}

/* The first copy had arrived and its ACK was lost; our waiting for it is not a
 * round trip. */
static void echo_from_before_the_retransmission_measures_nothing(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;
	uint32_t first;

	p->syn_opts.has |= TCP_HAS_TIMESTAMP;
	peer_opens(p);
	peer_app_send(p, 100);
	DATA(p, 1, 100);
	first = p->heard_opts.ts_val;
	peer_wait(p, 200);
	DATA(p, 1, 100);
	peer_wait(p, 400);
	DATA(p, 1, 100);
	p->heard_opts.ts_val = first;
	ACK_OF(p, 101);
	tcp_get_info(p->conn, &info);
	assert_true(info.srtt_us < 1000);
	assert_int_equal(info.rto_us, 200000);
	assert_int_equal(info.backoff, 0);
}

static void user_timeout_ends_the_wait(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_user_timeout(p->conn, 3000);
	peer_app_send(p, 100);
	peer_wait(p, 7000);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
	assert_int_equal(tcp_error(p->conn), -ETIMEDOUT);
}

/* RFC 5681, 4.1 */
static void window_shrinks_after_a_pause(void **state)
{
	struct peer *p = *state;
	struct tcp_info info;
	int i;

	peer_opens(p);
	peer_app_send(p, 60000);
	for (i = 0; i < 20; i++) {
		while (peer_take(p) >= 0)
			;
		SAY(p, .flags = TCP_ACK, .seq = 1,
		    .ack = p->heard.seq.v - p->irs + 1460);
	}
	ACK_OF(p, 60001);
	tcp_get_info(p->conn, &info);
	assert_true(info.cwnd > 20000);
	testnet_forget(p->netif);
	peer_wait(p, 1000);
	peer_app_send(p, 30000);
	for (i = 0; peer_take(p) >= 0; i++)
		;
	assert_int_equal(i, 10);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(initial_window_is_ten_segments),
		T(divided_acks_gain_nothing),
		T(third_duplicate_ack_retransmits),
		T(partial_ack_retransmits_the_next_hole),
		T(silence_retransmits_with_doubled_pauses),
		T(timeout_goes_back_to_the_first_hole),
		T(timeout_follows_the_round_trip),
		T(echo_from_before_the_retransmission_measures_nothing),
		T(user_timeout_ends_the_wait),
		T(window_shrinks_after_a_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
