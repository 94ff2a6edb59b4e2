// SPDX-License-Identifier: MIT
/* channel_test.c - the life of channels on real sockets between two hosts */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/check.h"

#include "channels.h"
#include "sock/file.h"

static int init_fails(struct channel *ch, void *arg)
{
	chan_init(ch, arg);
	return -EPERM;
}

static void stream_is_echoed(void **state)
{
	struct chan_fix *f = *state;
	struct channel *ch;

	f->app[1].is_echo = true;
	chan_listen(f, "0.0.0.0:7");
	ch = chan_connect(f, "10.0.0.2:7");
	chan_write_text(ch, "queued until it stands, ");
	testnet_run_ms(f->net, 10);
	assert_true(channel_is_active(ch));
	chan_write_text(ch, "and then sent");
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[0].active, 1);
	assert_int_equal(f->app[1].active, 1);
	assert_int_equal(f->app[0].octets, 37);
	assert_int_equal(f->app[0].sum, f->app[1].sum);
	assert_true(f->app[0].read_completes >= 1);
	channel_close(ch);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[0].removed, 1);
	assert_int_equal(f->app[1].input_ends, 1);
	assert_int_equal(f->app[1].inactive, 1);
	assert_int_equal(f->app[1].removed, 1);
	assert_int_equal(loop_channel_count(f->loop[0]), 0);
	assert_int_equal(loop_channel_count(f->loop[1]), 1);
}

static void refused_connection_is_error_and_end(void **state)
{
	struct chan_fix *f = *state;
	struct channel *ch = chan_connect(f, "10.0.0.2:7");

	chan_write_text(ch, "never sent");
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[0].err, -ECONNREFUSED);
	assert_int_equal(f->app[0].active, 0);
	assert_int_equal(f->app[0].inactive, 1);
	assert_int_equal(f->app[0].removed, 1);
}

static void unreachable_peer_is_told_at_once(void **state)
{
	struct chan_fix *f = *state;
	struct endpoint ep = chan_at("99.0.0.1:7");
	struct channel *ch = NULL;

	assert_int_equal(
		channel_connect(f->loop[0], &ep, chan_init, &f->app[0], &ch),
		-ENETUNREACH);
	assert_null(ch);
	assert_int_equal(f->app[0].removed, 1);
	assert_int_equal(f->app[0].inactive, 0);
}

static void failing_init_makes_no_channel(void **state)
{
	struct chan_fix *f = *state;
	struct endpoint ep = chan_at("10.0.0.2:7");

	assert_int_equal(
		channel_connect(f->loop[0], &ep, init_fails, &f->app[0], NULL),
		-EPERM);
	assert_int_equal(f->app[0].removed, 1);
	assert_int_equal(loop_channel_count(f->loop[0]), 0);
}

static void close_waits_for_what_was_written(void **state)
{
	struct chan_fix *f = *state;
	struct channel *ch;
	struct buf *buf;

	chan_listen(f, "0.0.0.0:7");
	ch = chan_connect(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 10);
	buf = buf_new(channel_mem(ch), 2000000);
	buf_wrote(buf, 2000000);
	channel_write(ch, buf);
	channel_close(ch);
	assert_int_equal(
		channel_write(ch, buf_of_text(channel_mem(ch), "late")),
		-EPIPE);
	testnet_run_ms(f->net, 5000);
	assert_int_equal(f->app[1].octets, 2000000);
	assert_int_equal(f->app[0].removed, 1);
	assert_int_equal(f->app[0].err, 0);
}

static void abort_is_a_reset_at_the_other_end(void **state)
{
	struct chan_fix *f = *state;
	struct channel *ch;

	chan_listen(f, "0.0.0.0:7");
	ch = chan_connect(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 10);
	channel_abort(ch);
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[1].err, -ECONNRESET);
	assert_int_equal(f->app[1].removed, 1);
}

static void half_close_lets_the_answer_through(void **state)
{
	struct chan_fix *f = *state;
	struct channel *ch;

	f->app[1].keeps_open = true;
	chan_listen(f, "0.0.0.0:7");
	ch = chan_connect(f, "10.0.0.2:7");
	chan_write_text(ch, "question");
	channel_shutdown(ch);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[1].octets, 8);
	assert_int_equal(f->app[1].input_ends, 1);
	chan_write_text(f->app[1].handler->ch, "answer");
	handler_close(f->app[1].handler);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[0].octets, 6);
	assert_int_equal(f->app[0].removed, 1);
}

static void datagrams_carry_their_peer(void **state)
{
	struct chan_fix *f = *state;
	struct endpoint local = chan_at("0.0.0.0:53");
	struct channel *server, *client;
	struct buf *buf;

	f->app[1].is_echo = true;
	assert_int_equal(channel_bind_udp(f->loop[1], &local, chan_init,
					  &f->app[1], &server),
			 0);
	assert_int_equal(channel_bind_udp(f->loop[0], NULL, chan_init,
					  &f->app[0], &client),
			 0);
	buf = buf_of_text(channel_mem(client), "query");
	buf->peer = chan_at("10.0.0.2:53");
	assert_int_equal(channel_write_flush(client, buf), 0);
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[1].active, 1);
	assert_int_equal(f->app[1].octets, 5);
	assert_int_equal(f->app[0].octets, 5);
	assert_true(endpoint_eq(f->app[0].from, chan_at("10.0.0.2:53")));
}

static void refused_datagram_is_an_error_of_the_connected(void **state)
{
	struct chan_fix *f = *state;
	struct endpoint peer = chan_at("10.0.0.2:53");
	struct channel *ch;

	assert_int_equal(channel_connect_udp(f->loop[0], &peer, chan_init,
					     &f->app[0], &ch),
			 0);
	chan_write_text(ch, "anyone?");
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[0].err, -ECONNREFUSED);
	assert_int_equal(f->app[0].inactive, 0); /* and it goes on */
	f->app[1].is_echo = true;
	assert_int_equal(channel_bind_udp(f->loop[1], &peer, chan_init,
					  &f->app[1], NULL),
			 0);
	chan_write_text(ch, "now?");
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[0].octets, 4);
}

/* Numbers of the frames that host 1 received. */
struct rx_log {
	const struct place *place;
	uint32_t count, last;
};

static uint32_t number_event(void *arg, const struct event *ev)
{
	struct rx_log *log = arg;

	log->count++;
	if (ev->kind == EV_RX && ev->place == log->place)
		log->last = log->count;
	return log->count;
}

static bool has_octets(void *arg)
{
	const struct chan_app *app = arg;

	return app->octets > 0;
}

static void handlers_act_because_of_the_frame(void **state)
{
	struct chan_fix *f = *state;
	struct rx_log log = {.place = &testnet_host(f->net, 1)->place};
	struct channel *ch;

	f->net->env.probe = number_event;
	f->net->env.probe_arg = &log;
	chan_listen(f, "0.0.0.0:7");
	ch = chan_connect(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 100);
	log.last = 0;
	chan_write_text(ch, "because");
	assert_true(testnet_run_until(f->net, has_octets, &f->app[1], 100));
	assert_true(log.last > 0);
	assert_int_equal(f->app[1].cause, log.last);
	assert_int_equal(f->net->env.cause, 0);
	f->net->env.probe = NULL;
}

static void listener_can_be_closed(void **state)
{
	struct chan_fix *f = *state;
	struct channel *l = chan_listen(f, "0.0.0.0:7");

	channel_close(l);
	testnet_run_ms(f->net, 1);
	assert_int_equal(loop_channel_count(f->loop[1]), 0);
	chan_connect(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[0].err, -ECONNREFUSED);
	chan_listen(f, "0.0.0.0:7");
}

static void many_connections_are_all_accepted(void **state)
{
	enum { MANY = 200 };
	struct chan_fix *f = *state;
	int i;

	chan_listen(f, "0.0.0.0:7");
	for (i = 0; i < MANY; i++) {
		chan_connect(f, "10.0.0.2:7");
		testnet_run_ms(f->net, 1);
	}
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[1].active, MANY);
	assert_int_equal(f->app[0].active, MANY);
	assert_int_equal(loop_channel_count(f->loop[1]), MANY + 1);
}

static void starved_listener_goes_on_when_a_channel_goes(void **state)
{
	struct chan_fix *f = *state;
	struct channel *l = chan_listen(f, "0.0.0.0:7");

	/* Room for the listener, the epoll set and one connection. */
	file_set_max(testnet_host(f->net, 1), 3);
	chan_connect(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 10);
	chan_connect(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[1].active, 1);
	channel_abort(f->app[1].handler->ch);
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[1].active, 2);
	assert_true(channel_is_active(l));
}

/* One conversation, in which any allocation may fail. */
static void converse(struct chan_fix *f)
{
	struct endpoint here = chan_at("0.0.0.0:7"),
			there = chan_at("10.0.0.2:7");
	struct mem *mem = &f->net->mem;
	struct channel *l = NULL, *ch = NULL;
	struct buf *buf;

	f->app[1].is_echo = true;
	if (channel_listen(f->loop[1], &here, 4, chan_init, &f->app[1], &l))
		l = NULL;
	if (channel_connect(f->loop[0], &there, chan_init, &f->app[0], &ch))
		ch = NULL;
	buf = buf_of_text(mem, "hello");
	if (ch && buf)
		channel_write_flush(ch, buf);
	else
		buf_put(buf);
	testnet_run_ms(f->net, 2000);
	if (f->app[0].handler)
		channel_close(f->app[0].handler->ch);
	if (l)
		channel_close(l);
	testnet_run_ms(f->net, 2000);
	if (f->app[1].handler)
		channel_abort(f->app[1].handler->ch);
	testnet_run_ms(f->net, 300000);
}

static void every_failed_allocation_is_survived(void **state)
{
	uint64_t k, failures;
	size_t octets = 0;

	for (k = 1, failures = 1; failures; k++) {
		struct chan_fix *f;

		chan_setup(state);
		f = *state;
		f->net->mem.failures = 0;
		f->net->mem.fail_at = f->net->mem.calls + k;
		converse(f);
		failures = f->net->mem.failures;
		f->net->mem.fail_at = 0;
		assert_int_equal(loop_channel_count(f->loop[0]), 0);
		assert_int_equal(loop_channel_count(f->loop[1]), 0);
		octets = f->app[0].octets;
		chan_teardown(state);
	}
	assert_int_equal(octets, 5); /* the one without a failure */
	assert_true(k > 15);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, chan_setup, chan_teardown)
	const struct CMUnitTest tests[] = {
		T(stream_is_echoed),
		T(refused_connection_is_error_and_end),
		T(unreachable_peer_is_told_at_once),
		T(failing_init_makes_no_channel),
		T(close_waits_for_what_was_written),
		T(abort_is_a_reset_at_the_other_end),
		T(half_close_lets_the_answer_through),
		T(datagrams_carry_their_peer),
		T(refused_datagram_is_an_error_of_the_connected),
		T(handlers_act_because_of_the_frame),
		T(listener_can_be_closed),
		T(many_connections_are_all_accepted),
		T(starved_listener_goes_on_when_a_channel_goes),
		cmocka_unit_test(every_failed_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
