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
#include "tcp/tcp_int.h"
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

/* Neither buffers nor timers: the one small block is all. */
static void an_idle_connection_is_one_block(void **state)
{
	struct testnet *net = *state;
	struct stack *stack = testnet_host(net, 1);
	const struct tcp_stack *tcp = stack->slot[SLOT_TCP];
	struct talker a, b;
	struct tcp_conn *l = connected(net, &a, &b);

	a.to_send = b.to_send = 100000;
	talker_go(&a);
	talker_go(&b);
	testnet_run_ms(net, 1000);
	assert_int_equal(a.received, 100000);
	assert_int_equal(b.received, 100000);
	assert_int_equal(tcp->active_pool.in_use, 0);
	assert_int_equal(tcp->conn_pool.in_use, 2); /* and the listener */
	assert_int_equal(stack->wheel.count, testnet_host(net, 0)->wheel.count);
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

/* RFC 9293, 3.5: a connection to oneself is a simultaneous open. */
static void a_port_may_connect_to_itself(void **state)
{
	struct testnet *net = *state;
	struct stack *stack = testnet_host(net, 0);
	struct endpoint self = talker_ep("127.0.0.1:5555");
	struct talker t;

	talker_init(&t, stack, NULL);
	assert_int_equal(tcp_bind(t.c, &self, false), 0);
	stack_enter(stack);
	assert_int_equal(tcp_connect(t.c, &self), 0);
	stack_leave(stack);
	testnet_run_ms(net, 1);
	assert_int_equal(tcp_state(t.c), TCPS_ESTABLISHED);
	t.to_send = 100000;
	t.closes = true;
	talker_go(&t);
	testnet_run_ms(net, 1000);
	assert_true(talker_is_done(&t));
	assert_int_equal(t.received, 100000);
	talker_close(&t);
}

static void hosts_talk_to_themselves(void **state)
{
	struct testnet *net = *state;
	struct stack *stack = testnet_host(net, 0);
	struct tcp_conn *l = talker_listen(stack, 80, 5);
	struct endpoint to = talker_ep("0.0.0.0:80"); /* "this host" */
	struct talker a, b;

	talker_init(&a, stack, NULL);
	stack_enter(stack);
	assert_int_equal(tcp_connect(a.c, &to), 0);
	stack_leave(stack);
	testnet_run_ms(net, 1);
	talker_init(&b, stack, accepted(l));
	a.to_send = b.to_send = 1000000;
	a.closes = b.closes = true;
	talker_go(&a);
	talker_go(&b);
	testnet_run_ms(net, 1000);
	assert_true(talker_is_done(&a) && talker_is_done(&b));
	talker_close(&a);
	talker_close(&b);
	tcp_close(l);
}

/* testnet_free() checks that nothing is left of any of these. */
static void a_stack_goes_away_with_everything_in_it(void **state)
{
	struct testnet *net = *state;
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct endpoint nobody = talker_ep("10.0.0.99:80");
	struct talker a, b, c;
	int i;

	(void)connected(net, &a, &b);
	a.to_send = 1 << 20;
	b.reads = false;
	talker_go(&a);
	testnet_run_ms(net, 100);
	talker_init(&c, testnet_host(net, 0), NULL);
	assert_int_equal(tcp_connect(c.c, &nobody), 0);
	for (i = 0; i < 3; i++) {
		struct talker t;

		talker_init(&t, testnet_host(net, 0), NULL);
		assert_int_equal(tcp_connect(t.c, &to), 0);
		testnet_run_ms(net, (uint64_t)i * 2);
		talker_close(&t);
	}
}

/* A connection that was let go while it was silent finishes by itself. */
static void orphans_deliver_what_was_queued(void **state)
{
	struct testnet *net = *state;
	struct talker a, b;
	struct tcp_conn *l = connected(net, &a, &b);

	a.to_send = 400000;
	a.reads = false;
	tcp_set_sndbuf(a.c, 400000);
	talker_go(&a);
	assert_int_equal(a.sent, 400000);
	talker_close(&a);
	testnet_run_ms(net, 1000);
	assert_int_equal(b.received, 400000);
	assert_true(b.is_eof);
	talker_close(&b);
	tcp_close(l);
}

static void count_states(void *arg, const struct tcp_info *info)
{
	unsigned int *count = arg;

	count[info->state]++;
}

static void everything_can_be_listed(void **state)
{
	struct testnet *net = *state;
	struct talker a, b;
	struct tcp_conn *l = connected(net, &a, &b);
	unsigned int count[TCPS_NSTATES] = {0};

	tcp_for_each(testnet_host(net, 1), count_states, count);
	assert_int_equal(count[TCPS_LISTEN], 1);
	assert_int_equal(count[TCPS_ESTABLISHED], 1);
	talker_close(&b);
	testnet_run_ms(net, 10);
	talker_close(&a);
	testnet_run_ms(net, 10);
	memset(count, 0, sizeof(count));
	tcp_for_each(testnet_host(net, 1), count_states, count);
	assert_int_equal(count[TCPS_TIME_WAIT], 1);
	assert_int_equal(count[TCPS_ESTABLISHED], 0);
	tcp_close(l);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testnet_setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(handshake_takes_three_segments),
		T(an_idle_connection_is_one_block),
		T(streams_flow_both_ways_and_end),
		T(a_port_may_connect_to_itself),
		T(hosts_talk_to_themselves),
		T(a_stack_goes_away_with_everything_in_it),
		T(orphans_deliver_what_was_queued),
		T(everything_can_be_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
