// SPDX-License-Identifier: MIT
/* tcp_pair_test.c - two hosts talk TCP: open, both ways, close */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "talker.h"
#include "tcp/tcp.h"
#include "testnet.h"

static struct tcp_conn *accepted(struct tcp_conn *l)
{
	struct tcp_conn *c = tcp_accept(l);

	assert_non_null(c);
	return c;
}

/* A client on host 0 and a server on host 1, connected. */
static struct tcp_conn *connected(struct testnet *net, struct talker *a,
				  struct talker *b)
{
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct tcp_conn *l = talker_listen(testnet_host(net, 1), 80, 5);

	talker_init(a, testnet_host(net, 0), NULL);
	assert_int_equal(tcp_connect(a->c, &to), 0);
	testnet_run_ms(net, 10);
	assert_int_equal(tcp_state(a->c), TCPS_ESTABLISHED);
	talker_init(b, testnet_host(net, 1), accepted(l));
	b->seed = 1;
	a->peer_seed = 1;
	return l;
}

static void handshake_takes_three_segments(void **state)
{
	struct testnet *net = *state;
	struct talker a, b;
	struct tcp_conn *l = connected(net, &a, &b);

	assert_int_equal(tcp_state(b.c), TCPS_ESTABLISHED);
	assert_true(a.events & WAIT_OUT);
	assert_int_equal(net->events[R_TCP_SYN], 2); /* sent, received */
	assert_int_equal(net->events[R_TCP_SYN_ACK], 2);
	assert_int_equal(net->events[R_TCP_ACK_SYN], 2);
	assert_true(tcp_poll(a.c) == WAIT_OUT);
	assert_true(endpoint_eq(tcp_remote(a.c), tcp_local(b.c)));
	assert_true(endpoint_eq(tcp_local(a.c), tcp_remote(b.c)));
	talker_close(&a);
	talker_close(&b);
	tcp_close(l);
}

static void streams_flow_both_ways_and_end(void **state)
{
	struct testnet *net = *state;
	struct talker a, b;
	struct tcp_conn *l = connected(net, &a, &b);

	a.to_send = 300000;
	b.to_send = 200000;
	a.closes = b.closes = true;
	talker_go(&a);
	talker_go(&b);
	testnet_run_ms(net, 1000);
	assert_true(talker_is_done(&a) && talker_is_done(&b));
	assert_int_equal(a.received, 200000);
	assert_int_equal(b.received, 300000);
	assert_int_equal(a.error, 0);
	assert_int_equal(b.error, 0);
	talker_close(&a);
	talker_close(&b);
	tcp_close(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(handshake_takes_three_segments,
						testnet_setup,
						testnet_teardown),
		cmocka_unit_test_setup_teardown(streams_flow_both_ways_and_end,
						testnet_setup,
						testnet_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
