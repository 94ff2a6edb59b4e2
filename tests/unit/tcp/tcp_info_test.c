// SPDX-License-Identifier: MIT
/* tcp_info_test.c - what is counted, and what a sender waits for */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "tcppeer.h"

static struct tcp_info now(struct peer *p)
{
	struct tcp_info info;

	tcp_get_info(p->conn, &info);
	return info;
}

static void octets_and_segments_are_counted(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 3000);
	while (peer_take(p) >= 0)
		;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 3001, .len = 500);
	assert_int_equal(now(p).bytes_acked, 3000);
	assert_int_equal(now(p).bytes_received, 500);
	assert_int_equal(now(p).bytes_sent, 3000);
	assert_int_equal(now(p).data_segs_out, 3);
	assert_int_equal(now(p).data_segs_in, 1);
	assert_int_equal(now(p).delivered, 4); /* SYN, too, as on Linux */
	assert_int_equal(now(p).in_flight, 0);
}

static void a_timeout_and_its_repetition_are_counted(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 100);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100);
	peer_wait(p, 10000);
	assert_true(now(p).rtos >= 2);
	assert_int_equal(now(p).rto_recoveries, 1);
	assert_true(now(p).rto_time_ms >= 1000);
	assert_int_equal(now(p).bytes_retrans % 100, 0);
	assert_true(now(p).bytes_retrans >= 200);
	assert_int_equal(now(p).bytes_sent, 100 + now(p).bytes_retrans);
	assert_int_equal(now(p).ca_state, 4);
}

static void time_goes_to_the_peers_window(void **state)
{
	struct peer *p = *state;

	p->win = 1000;
	peer_opens(p);
	peer_app_send(p, 3000);
	peer_take(p);
	peer_wait(p, 100);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1001);
	peer_wait(p, 50);
	assert_true(now(p).rwnd_limited_us >= 140000);
	assert_int_equal(now(p).sndbuf_limited_us, 0);
	assert_int_equal(now(p).busy_us, now(p).rwnd_limited_us);
}

static void time_goes_to_the_send_buffer(void **state)
{
	struct peer *p = *state;
	static uint8_t buf[10000];

	peer_opens(p);
	tcp_set_sndbuf(p->conn, 4000);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(tcp_send(p->conn, buf, sizeof(buf), 0), 4000);
	peer_wait(p, 30);
	assert_int_equal(now(p).sndbuf_limited_us, 30000);
	testnet_forget(p->netif);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2921);
	peer_wait(p, 20); /* there is room, and the user does not come */
	assert_int_equal(now(p).sndbuf_limited_us, 30000);
	assert_int_equal(now(p).busy_us, 50000);
}

static void who_has_nothing_to_send_is_not_busy(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_wait(p, 1000);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 10);
	peer_wait(p, 7);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 11);
	peer_wait(p, 1000);
	assert_int_equal(now(p).busy_us, 7000);
	assert_int_equal(now(p).min_rtt_us, 7000);
	assert_true(now(p).last_sent_ms >= 1000);
	assert_true(now(p).delivery_rate > 0 || now(p).rate_is_app_limited);
}

static void the_least_round_trip_is_kept_while_nothing_is_measured(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 10);
	peer_wait(p, 7);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 11);
	peer_wait(p, 1000);
	SAY(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 11, .len = 100);
	assert_int_equal(now(p).min_rtt_us, 7000);
	peer_wait(p, 1000);
	assert_int_equal(now(p).min_rtt_us, 7000);
	SAY(p, .flags = TCP_ACK | TCP_FIN, .seq = 101, .ack = 11);
	peer_wait(p, 1000);
	assert_int_equal(now(p).min_rtt_us, 7000);
}

static void what_came_too_early_is_counted(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	SAY(p, .flags = TCP_ACK, .seq = 101, .ack = 1, .len = 100);
	SAY(p, .flags = TCP_ACK, .seq = 301, .ack = 1, .len = 100);
	assert_int_equal(now(p).rcv_ooopack, 2);
	assert_int_equal(now(p).bytes_received, 0);
	assert_int_equal(now(p).data_segs_in, 2);
}

/* The lower half of the counter is the sequence number, wherever it began. */
static void octets_are_right_when_numbers_wrap(void **state)
{
	struct peer *p = *state;

	p->iss = 0xffffff00;
	peer_opens(p);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1000);
	SAY(p, .flags = TCP_ACK, .seq = 1001, .ack = 1, .len = 1000);
	assert_int_equal(now(p).bytes_received, 2000);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(octets_and_segments_are_counted),
		T(a_timeout_and_its_repetition_are_counted),
		T(time_goes_to_the_peers_window),
		T(time_goes_to_the_send_buffer),
		T(who_has_nothing_to_send_is_not_busy),
		T(the_least_round_trip_is_kept_while_nothing_is_measured),
		T(what_came_too_early_is_counted),
		T(octets_are_right_when_numbers_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
