// SPDX-License-Identifier: MIT
/*
 * tcp_set_test.c - what a connection cannot be told changes nothing
 *
 * The options that few connections set live in a block that is asked for when
 * the first of them is set.  Without memory for it the call says so, and the
 * connection goes on as it was.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tcp/tcp_congestion.h"
#include "tcp/tcp_opening.h"
#include "tcp/tcp_options.h"
#include "tcppeer.h"

/* The calls differ in what they take, and the tests do not. */
#define SETTER(name, ...)                          \
	static int name(struct tcp_conn *c)        \
	{                                          \
		return tcp_##name(c, __VA_ARGS__); \
	}

static const uint8_t no_operation[4] = {1, 1, 1, 0};

SETTER(set_fastopen, 5)
SETTER(set_defer_accept, 3)
SETTER(set_syncnt, 2)
SETTER(set_rcvlowat, 100)
SETTER(set_notsent_lowat, 100)
SETTER(set_linger, true, 7)
SETTER(set_linger2, -1)
SETTER(set_window_clamp, 5000)
SETTER(set_keep_times, 10, 1, 3)
SETTER(set_maxseg, 600)
SETTER(set_user_timeout, 5000)
SETTER(set_pacing, 100000)
SETTER(set_ip_options, no_operation, sizeof(no_operation))

static int (*const setters[])(struct tcp_conn *c) = {
	set_fastopen,	   set_defer_accept, set_syncnt,       set_rcvlowat,
	set_notsent_lowat, set_linger,	     set_linger2,      set_window_clamp,
	set_keep_times,	   set_maxseg,	     set_user_timeout, set_pacing,
	set_ip_options,
};

enum { SETTERS = sizeof(setters) / sizeof(*setters) };

static void no_more_memory(struct peer *p, bool on)
{
	struct mem *mem = &p->net->mem;

	mem->fail_at = on ? mem->calls + 1 : 0;
	mem->fail_ever = on;
}

/* What is about to be sent goes out in segments of this size. */
static long first_segment(struct peer *p)
{
	long len;

	peer_app_send(p, 3000);
	len = peer_take(p);
	while (peer_take(p) >= 0)
		;
	return len;
}

static void without_memory_each_says_so(void **state)
{
	struct peer *p = *state;
	size_t i;

	peer_opens(p);
	no_more_memory(p, true);
	for (i = 0; i < SETTERS; i++)
		assert_int_equal(setters[i](p->conn), -ENOMEM);
	no_more_memory(p, false);
	assert_int_equal(tcp_defer_accept(p->conn), 0);
	assert_int_equal(tcp_pacing(p->conn), TCP_PACING_UNLIMITED);
	assert_int_equal(first_segment(p), 1460);
}

/* Else close() would wait for seconds that nobody could note. */
static void who_could_not_linger_does_not(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	no_more_memory(p, true);
	assert_int_equal(tcp_set_linger(p->conn, true, 7), -ENOMEM);
	no_more_memory(p, false);
	tcp_close(p->conn);
	p->conn = NULL;
	HEAR(p, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
}

/* To linger for no time takes no note: close() resets. */
static void lingering_for_no_time_takes_no_memory(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	no_more_memory(p, true);
	assert_int_equal(tcp_set_linger(p->conn, true, 0), 0);
	assert_int_equal(tcp_set_user_timeout(p->conn, 0), 0);
	no_more_memory(p, false);
	tcp_close(p->conn);
	p->conn = NULL;
	HEAR(p, .flags = TCP_RST | TCP_ACK, .seq = 1, .ack = 1);
}

static void with_memory_each_is_taken(void **state)
{
	struct peer *p = *state;
	size_t i;

	peer_opens(p);
	for (i = 0; i < SETTERS; i++)
		assert_int_equal(setters[i](p->conn), 0);
	assert_int_equal(tcp_defer_accept(p->conn), 3);
	assert_int_equal(tcp_pacing(p->conn), 100000);
	/* What makes the next segment's length another than that. */
	assert_int_equal(tcp_set_notsent_lowat(p->conn, 0), 0);
	assert_int_equal(tcp_set_pacing(p->conn, UINT64_MAX), 0);
	assert_int_equal(tcp_set_ip_options(p->conn, NULL, 0), 0);
	assert_int_equal(first_segment(p), 600);
}

static void what_is_out_of_bounds_is_refused(void **state)
{
	static const unsigned int times[][3] = {
		{0, 1, 1},     {32768, 1, 1}, {1, 0, 1},
		{1, 32768, 1}, {1, 1, 0},     {1, 1, 128},
	};
	static const uint8_t record_route[41] = {7, 39, 4};
	struct peer *p = *state;
	size_t i;

	peer_opens(p);
	for (i = 0; i < sizeof(times) / sizeof(*times); i++)
		assert_int_equal(tcp_set_keep_times(p->conn, times[i][0],
						    times[i][1], times[i][2]),
				 -EINVAL);
	assert_int_equal(tcp_set_maxseg(p->conn, 87), -EINVAL);
	assert_int_equal(tcp_set_maxseg(p->conn, 65496), -EINVAL);
	assert_int_equal(tcp_set_ttl(p->conn, 0), -EINVAL);
	assert_int_equal(tcp_set_ttl(p->conn, 256), -EINVAL);
	assert_int_equal(tcp_set_window_clamp(p->conn, 0), -EINVAL);
	assert_int_equal(tcp_set_ip_options(p->conn, record_route, 41),
			 -EINVAL);
	assert_int_equal(tcp_set_congestion(p->conn, "none such"), -ENOENT);
	assert_int_equal(first_segment(p), 1460);
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(without_memory_each_says_so),
		ROW(who_could_not_linger_does_not),
		ROW(lingering_for_no_time_takes_no_memory),
		ROW(with_memory_each_is_taken),
		ROW(what_is_out_of_bounds_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
