// SPDX-License-Identifier: MIT
/* tcp_mtup_test.c - the size of a path, found out by asking it (RFC 4821) */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

static struct peer *opened(void **state, int64_t probing)
{
	struct peer *p = *state;

	tcp_knob_set(p->stack, "tcp_mtu_probing", probing);
	peer_opens(p);
	return p;
}

/* A window that can bear the loss of a segment. */
static void warm_up(struct peer *p)
{
	peer_app_send(p, 8192);
	testnet_forget(p->netif);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 8193);
}

static uint32_t mss_of(struct peer *p)
{
	struct tcp_info info;

	tcp_get_info(p->conn, &info);
	return info.snd_mss;
}

static void acks(struct peer *p, uint32_t upto)
{
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = upto);
}

/* RFC 4821, 7.3 */
static void the_search_begins_with_a_safe_size(void **state)
{
	struct peer *p = opened(state, 2);

	assert_int_equal(mss_of(p), 1024);
	peer_app_send(p, 3000);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1024);
}

static void a_probe_that_arrives_is_the_new_size(void **state)
{
	struct peer *p = opened(state, 2);

	warm_up(p);
	peer_app_send(p, 60000);
	HEAR(p, .flags = TCP_ACK, .seq = 8193, .ack = 1, .len = 1242);
	assert_int_equal(p->net->events[R_TCP_PATH_SIZE], 0);
	HEAR(p, .flags = TCP_ACK, .seq = 9435, .ack = 1, .len = 1024);
	testnet_forget(p->netif);
	acks(p, 9435);
	assert_int_equal(mss_of(p), 1242);
	assert_int_equal(p->net->events[R_TCP_PATH_SIZE], 1);
}

/* RFC 4821, 7.6.1: the search ends, and all is in the largest segments. */
static void the_search_finds_what_the_path_bears(void **state)
{
	struct peer *p = opened(state, 2);
	uint32_t at = 1;
	int i;

	for (i = 0; i < 40; i++) {
		peer_app_send(p, 20000);
		while (peer_take(p) >= 0)
			;
		at += 20000;
		acks(p, at - tcp_outq_not_sent(p->conn));
	}
	assert_true(mss_of(p) >= 1460 - 8);
	assert_true(mss_of(p) <= 1460);
}

/* RFC 4821, 7.6.2: a probe that alone is lost is no congestion. */
static void a_lost_probe_does_not_reduce_the_window(void **state)
{
	struct peer *p = opened(state, 2);
	struct tcp_info before, after;
	int i;

	warm_up(p);
	peer_app_send(p, 12000);
	testnet_forget(p->netif);
	tcp_get_info(p->conn, &before);
	for (i = 0; i < 3; i++)
		acks(p, 8193);
	HEAR(p, .flags = TCP_ACK, .seq = 8193, .ack = 1, .len = 1024);
	tcp_get_info(p->conn, &after);
	assert_int_equal(mss_of(p), 1024);
	assert_true(after.cwnd >= before.cwnd);
	assert_int_equal(after.ssthresh, before.ssthresh);
	assert_int_equal(p->net->events[R_TCP_PATH_SIZE], 1);
}

/* RFC 4821, 7.7: a black hole, and nobody says so. */
static void a_black_hole_makes_segments_smaller(void **state)
{
	struct peer *p = opened(state, 1);

	assert_int_equal(mss_of(p), 1460);
	peer_app_send(p, 3000);
	peer_wait(p, 800);
	while (peer_take(p) >= 0)
		;
	assert_int_equal(mss_of(p), 1460);
	peer_wait(p, 20000);
	assert_true(peer_take(p) <= 1024);
	assert_true(mss_of(p) <= 1024);
	while (peer_take(p) >= 0)
		;
	acks(p, 1025);
	assert_true(peer_take(p) <= 1024);
}

/* ... and by half again, but not below what makes sense (HOSTILE 111). */
static void smaller_and_smaller_but_not_absurd(void **state)
{
	struct peer *p = opened(state, 1);

	peer_app_send(p, 3000);
	peer_wait(p, 400 * 1000);
	assert_int_equal(mss_of(p), 88);
}

static void without_the_knob_nothing_changes(void **state)
{
	struct peer *p = opened(state, 0);

	peer_app_send(p, 3000);
	peer_wait(p, 60 * 1000);
	assert_int_equal(mss_of(p), 1460);
	assert_int_equal(p->net->events[R_TCP_PATH_SIZE], 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_search_begins_with_a_safe_size),
		T(a_probe_that_arrives_is_the_new_size),
		T(the_search_finds_what_the_path_bears),
		T(a_lost_probe_does_not_reduce_the_window),
		T(a_black_hole_makes_segments_smaller),
		T(smaller_and_smaller_but_not_absurd),
		T(without_the_knob_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
