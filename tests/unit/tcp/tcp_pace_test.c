// SPDX-License-Identifier: MIT
/* tcp_pace_test.c - bursts that are spread, and windows that were not used */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tcp/tcp_int.h"
#include "tcppeer.h"

static unsigned int take_all(struct peer *p)
{
	unsigned int n = 0;
	long len;

	while ((len = peer_take(p)) >= 0)
		n += len > 0;
	return n;
}

/* A hundred segments a second: two at once, then two each 20 ms. */
static void a_limit_spreads_what_is_sent(void **state)
{
	struct peer *p = *state;
	unsigned int i;

	peer_opens(p);
	assert_int_equal(tcp_set_pacing(p->conn, 146000), 0);
	assert_int_equal(tcp_pacing(p->conn), 146000);
	peer_app_send(p, 14600);
	assert_int_equal(take_all(p), 2);
	for (i = 0; i < 4; i++) {
		peer_wait(p, 19);
		assert_int_equal(take_all(p), 0);
		peer_wait(p, 1);
		assert_int_equal(take_all(p), 2);
	}
	peer_wait(p, 100);
	assert_int_equal(take_all(p), 0);
}

static void without_a_limit_there_is_no_pacing(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	assert_true(tcp_pacing(p->conn) == TCP_PACING_UNLIMITED);
	peer_app_send(p, 14600);
	assert_int_equal(take_all(p), 10);
	assert_int_equal(tcp_pace_rate(p->conn), 0);
}

/* Whatever the rate: an idle connection has no busy part and no timer. */
static void an_idle_connection_has_no_pacing_timer(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_pacing(p->conn, 1000000);
	peer_app_send(p, 2000);
	assert_int_equal(take_all(p), 2);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2001);
	assert_null(p->conn->active);
}

/* RFC 2861: what was not used for an RTO goes halfway to what was. */
static void an_unused_window_decays(void **state)
{
	struct peer *p = *state;
	uint32_t before, at = 1;
	struct tcp_info info;
	unsigned int i;

	peer_opens(p);
	for (i = 0; i < 2; i++) { /* grow it well beyond the initial one */
		tcp_get_info(p->conn, &info);
		peer_app_send(p, info.cwnd);
		at += info.cwnd;
		take_all(p);
		peer_wait(p, 10);
		SAY(p, .flags = TCP_ACK, .seq = 1, .ack = at - 1460);
		SAY(p, .flags = TCP_ACK, .seq = 1, .ack = at);
		take_all(p);
	}
	tcp_get_info(p->conn, &info);
	before = info.cwnd;
	assert_true(before > 20 * 1460);
	for (i = 0; i < 40; i++) { /* one segment each 50 ms */
		peer_app_send(p, 1460);
		take_all(p);
		at += 1460;
		peer_wait(p, 50);
		SAY(p, .flags = TCP_ACK, .seq = 1, .ack = at);
	}
	tcp_get_info(p->conn, &info);
	assert_true(info.cwnd < before / 2);
	assert_true(info.cwnd >= 10 * 1460);
	assert_true(info.ssthresh >= before / 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, peer_setup, peer_teardown)
	const struct CMUnitTest tests[] = {
		T(a_limit_spreads_what_is_sent),
		T(without_a_limit_there_is_no_pacing),
		T(an_idle_connection_has_no_pacing_timer),
		T(an_unused_window_decays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
