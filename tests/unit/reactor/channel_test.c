// SPDX-License-Identifier: MIT
/* channel_test.c - channels on real sockets between two hosts */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "reactor/reactor.h"
#include "sock/sock.h"
#include "testnet.h"

/* What an application remembers of its channels. */
struct app {
	int active, inactive, removed, read_completes, input_ends;
	int writable_true, writable_false;
	int err;
	size_t octets;
	uint64_t sum;
	struct endpoint from;
	uint32_t cause; /* env->cause at the last on_read() */
	struct handler *handler;
	bool is_echo, keeps_open;
};

struct fix {
	struct testnet *net;
	struct loop *loop[2];
	struct app app[2];
};

struct end {
	struct handler handler;
	struct app *app;
};

static struct app *app_of(struct handler *h)
{
	return container_of(h, struct end, handler)->app;
}

static void on_active(struct handler *h)
{
	app_of(h)->active++;
}

static void on_read(struct handler *h, struct buf *buf)
{
	struct app *app = app_of(h);
	size_t i;

	app->cause = loop_stack(channel_loop(h->ch))->place.env->cause;
	app->from = buf->peer;
	for (i = 0; i < buf_readable(buf); i++)
		app->sum = app->sum * 31 + buf_rptr(buf)[i];
	app->octets += buf_readable(buf);
	if (app->is_echo)
		handler_write_flush(h, buf);
	else
		buf_put(buf);
}

static void on_read_complete(struct handler *h)
{
	app_of(h)->read_completes++;
}

static void on_input_end(struct handler *h)
{
	app_of(h)->input_ends++;
	if (!app_of(h)->keeps_open)
		handler_close(h);
}

static void on_inactive(struct handler *h)
{
	app_of(h)->inactive++;
}

static void on_error(struct handler *h, int err)
{
	app_of(h)->err = err;
}

static void on_writable(struct handler *h, bool is_writable)
{
	if (is_writable)
		app_of(h)->writable_true++;
	else
		app_of(h)->writable_false++;
}

static void on_removed(struct handler *h)
{
	app_of(h)->removed++;
	app_of(h)->handler = NULL;
	free(container_of(h, struct end, handler));
}

static const struct handler_ops end_ops = {
	.name = "end",
	.on_active = on_active,
	.on_read = on_read,
	.on_read_complete = on_read_complete,
	.on_input_end = on_input_end,
	.on_inactive = on_inactive,
	.on_error = on_error,
	.on_writable = on_writable,
	.on_removed = on_removed,
};

static int init(struct channel *ch, void *arg)
{
	struct end *e = calloc(1, sizeof(*e));

	e->handler.ops = &end_ops;
	e->app = arg;
	e->app->handler = &e->handler;
	pipeline_add_last(ch, &e->handler);
	return 0;
}

static int init_fails(struct channel *ch, void *arg)
{
	init(ch, arg);
	return -EPERM;
}

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	int i;

	f->net = testnet_new();
	for (i = 0; i < 2; i++)
		assert_int_equal(loop_new(testnet_host(f->net, i), &f->loop[i]),
				 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	loop_free(f->loop[0]);
	loop_free(f->loop[1]);
	testnet_free(f->net);
	free(f);
	return 0;
}

static struct endpoint at(const char *text)
{
	struct endpoint ep;

	assert_int_equal(endpoint_parse(&ep, text), 0);
	return ep;
}

static struct channel *listen_at(struct fix *f, const char *text)
{
	struct endpoint ep = at(text);
	struct channel *ch;

	assert_int_equal(
		channel_listen(f->loop[1], &ep, 16, init, &f->app[1], &ch), 0);
	return ch;
}

static struct channel *connect_to(struct fix *f, const char *text)
{
	struct endpoint ep = at(text);
	struct channel *ch;

	assert_int_equal(
		channel_connect(f->loop[0], &ep, init, &f->app[0], &ch), 0);
	return ch;
}

static void write_text(struct channel *ch, const char *text)
{
	struct buf *buf = buf_of_text(channel_mem(ch), text);

	assert_int_equal(channel_write_flush(ch, buf), 0);
}

static void stream_is_echoed(void **state)
{
	struct fix *f = *state;
	struct channel *ch;

	f->app[1].is_echo = true;
	listen_at(f, "0.0.0.0:7");
	ch = connect_to(f, "10.0.0.2:7");
	write_text(ch, "queued until it stands, ");
	testnet_run_ms(f->net, 10);
	assert_true(channel_is_active(ch));
	write_text(ch, "and then sent");
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
	struct fix *f = *state;
	struct channel *ch = connect_to(f, "10.0.0.2:7");

	write_text(ch, "never sent");
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[0].err, -ECONNREFUSED);
	assert_int_equal(f->app[0].active, 0);
	assert_int_equal(f->app[0].inactive, 1);
	assert_int_equal(f->app[0].removed, 1);
}

static void unreachable_peer_is_told_at_once(void **state)
{
	struct fix *f = *state;
	struct endpoint ep = at("99.0.0.1:7");
	struct channel *ch = NULL;

	assert_int_equal(
		channel_connect(f->loop[0], &ep, init, &f->app[0], &ch),
		-ENETUNREACH);
	assert_null(ch);
	assert_int_equal(f->app[0].removed, 1);
	assert_int_equal(f->app[0].inactive, 0);
}

static void failing_init_makes_no_channel(void **state)
{
	struct fix *f = *state;
	struct endpoint ep = at("10.0.0.2:7");

	assert_int_equal(
		channel_connect(f->loop[0], &ep, init_fails, &f->app[0], NULL),
		-EPERM);
	assert_int_equal(f->app[0].removed, 1);
	assert_int_equal(loop_channel_count(f->loop[0]), 0);
}

static void close_waits_for_what_was_written(void **state)
{
	struct fix *f = *state;
	struct channel *ch;
	struct buf *buf;

	listen_at(f, "0.0.0.0:7");
	ch = connect_to(f, "10.0.0.2:7");
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
	struct fix *f = *state;
	struct channel *ch;

	listen_at(f, "0.0.0.0:7");
	ch = connect_to(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 10);
	channel_abort(ch);
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[1].err, -ECONNRESET);
	assert_int_equal(f->app[1].removed, 1);
}

static void half_close_lets_the_answer_through(void **state)
{
	struct fix *f = *state;
	struct channel *ch;

	f->app[1].keeps_open = true;
	listen_at(f, "0.0.0.0:7");
	ch = connect_to(f, "10.0.0.2:7");
	write_text(ch, "question");
	channel_shutdown(ch);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[1].octets, 8);
	assert_int_equal(f->app[1].input_ends, 1);
	write_text(f->app[1].handler->ch, "answer");
	handler_close(f->app[1].handler);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[0].octets, 6);
	assert_int_equal(f->app[0].removed, 1);
}

static void slow_reader_holds_the_writer_up(void **state)
{
	struct fix *f = *state;
	struct channel *ch;
	size_t written = 0;

	listen_at(f, "0.0.0.0:7");
	ch = connect_to(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 10);
	channel_set_auto_read(f->app[1].handler->ch, false);
	while (channel_is_writable(ch)) {
		struct buf *buf = buf_new(channel_mem(ch), 10000);

		buf_wrote(buf, 10000);
		written += 10000;
		assert_int_equal(channel_write_flush(ch, buf), 0);
		testnet_run_ms(f->net, 10);
		assert_true(written < 20000000);
	}
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[0].writable_false, 1);
	assert_true(channel_pending(ch) > CHANNEL_WATER_HIGH);
	assert_int_equal(f->app[1].octets, 0);
	channel_set_auto_read(f->app[1].handler->ch, true);
	testnet_run_ms(f->net, 20000);
	assert_int_equal(f->app[1].octets, written);
	assert_int_equal(f->app[0].writable_true, 1);
	assert_int_equal(channel_pending(ch), 0);
}

/* A long body, made as it goes. */
struct body {
	struct source src;
	size_t left;
	uint64_t sum;
	int pulls, done, err;
	bool stalls;
};

static long pull(struct source *src, void *buf, size_t len)
{
	struct body *b = container_of(src, struct body, src);
	uint8_t *p = buf;
	size_t i;

	if (b->stalls)
		return -EAGAIN;
	b->pulls++;
	if (len > b->left)
		len = b->left;
	for (i = 0; i < len; i++) {
		p[i] = (uint8_t)(b->left - i);
		b->sum = b->sum * 31 + p[i];
	}
	b->left -= len;
	return (long)len;
}

static void done(struct source *src, int err)
{
	struct body *b = container_of(src, struct body, src);

	b->done++;
	b->err = err;
}

static void long_body_is_pulled_as_room_appears(void **state)
{
	struct fix *f = *state;
	struct body b = {.src = {.pull = pull, .done = done}, .left = 5000000};
	struct channel *ch;
	size_t before;

	listen_at(f, "0.0.0.0:7");
	ch = connect_to(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 10);
	channel_set_auto_read(f->app[1].handler->ch, false);
	before = f->net->mem.in_use_bytes;
	assert_int_equal(channel_write_source(ch, &b.src), 0);
	channel_flush(ch);
	testnet_run_ms(f->net, 1000);
	assert_true(b.left > 100000); /* the reader does not read */
	assert_true(f->net->mem.in_use_bytes - before < 4000000);
	channel_set_auto_read(f->app[1].handler->ch, true);
	testnet_run_ms(f->net, 20000);
	assert_int_equal(f->app[1].octets, 5000000);
	assert_int_equal(f->app[1].sum, b.sum);
	assert_int_equal(b.done, 1);
	assert_int_equal(b.err, 0);
}

static void source_that_has_nothing_is_asked_again_on_flush(void **state)
{
	struct fix *f = *state;
	struct body b = {.src = {.pull = pull, .done = done},
			 .left = 100,
			 .stalls = true};
	struct channel *ch;

	listen_at(f, "0.0.0.0:7");
	ch = connect_to(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 10);
	channel_write_source(ch, &b.src);
	channel_flush(ch);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[1].octets, 0);
	b.stalls = false;
	channel_flush(ch);
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[1].octets, 100);
}

static void source_hears_of_a_reset(void **state)
{
	struct fix *f = *state;
	struct body b = {.src = {.pull = pull, .done = done}, .left = 50000000};
	struct channel *ch;

	listen_at(f, "0.0.0.0:7");
	ch = connect_to(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 10);
	channel_set_auto_read(f->app[1].handler->ch, false);
	channel_write_source(ch, &b.src);
	channel_flush(ch);
	testnet_run_ms(f->net, 100);
	channel_abort(f->app[1].handler->ch);
	testnet_run_ms(f->net, 100);
	assert_int_equal(b.done, 1);
	assert_int_equal(b.err, -EPIPE);
	assert_int_equal(f->app[0].err, -ECONNRESET);
}

static void datagrams_carry_their_peer(void **state)
{
	struct fix *f = *state;
	struct endpoint local = at("0.0.0.0:53");
	struct channel *server, *client;
	struct buf *buf;

	f->app[1].is_echo = true;
	assert_int_equal(
		channel_bind_udp(f->loop[1], &local, init, &f->app[1], &server),
		0);
	assert_int_equal(
		channel_bind_udp(f->loop[0], NULL, init, &f->app[0], &client),
		0);
	buf = buf_of_text(channel_mem(client), "query");
	buf->peer = at("10.0.0.2:53");
	assert_int_equal(channel_write_flush(client, buf), 0);
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[1].active, 1);
	assert_int_equal(f->app[1].octets, 5);
	assert_int_equal(f->app[0].octets, 5);
	assert_true(endpoint_eq(f->app[0].from, at("10.0.0.2:53")));
}

static void refused_datagram_is_an_error_of_the_connected(void **state)
{
	struct fix *f = *state;
	struct endpoint peer = at("10.0.0.2:53");
	struct channel *ch;

	assert_int_equal(
		channel_connect_udp(f->loop[0], &peer, init, &f->app[0], &ch),
		0);
	write_text(ch, "anyone?");
	testnet_run_ms(f->net, 10);
	assert_int_equal(f->app[0].err, -ECONNREFUSED);
	assert_int_equal(f->app[0].inactive, 0); /* and it goes on */
	f->app[1].is_echo = true;
	assert_int_equal(
		channel_bind_udp(f->loop[1], &peer, init, &f->app[1], NULL), 0);
	write_text(ch, "now?");
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
	const struct app *app = arg;

	return app->octets > 0;
}

static void handlers_act_because_of_the_frame(void **state)
{
	struct fix *f = *state;
	struct rx_log log = {.place = &testnet_host(f->net, 1)->place};
	struct channel *ch;

	f->net->env.probe = number_event;
	f->net->env.probe_arg = &log;
	listen_at(f, "0.0.0.0:7");
	ch = connect_to(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 100);
	log.last = 0;
	write_text(ch, "because");
	assert_true(testnet_run_until(f->net, has_octets, &f->app[1], 100));
	assert_true(log.last > 0);
	assert_int_equal(f->app[1].cause, log.last);
	assert_int_equal(f->net->env.cause, 0);
	f->net->env.probe = NULL;
}

static void listener_can_be_closed(void **state)
{
	struct fix *f = *state;
	struct channel *l = listen_at(f, "0.0.0.0:7");

	channel_close(l);
	testnet_run_ms(f->net, 1);
	assert_int_equal(loop_channel_count(f->loop[1]), 0);
	connect_to(f, "10.0.0.2:7");
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[0].err, -ECONNREFUSED);
	listen_at(f, "0.0.0.0:7");
}

static void many_connections_are_all_accepted(void **state)
{
	enum { MANY = 200 };
	struct fix *f = *state;
	int i;

	listen_at(f, "0.0.0.0:7");
	for (i = 0; i < MANY; i++) {
		connect_to(f, "10.0.0.2:7");
		testnet_run_ms(f->net, 1);
	}
	testnet_run_ms(f->net, 100);
	assert_int_equal(f->app[1].active, MANY);
	assert_int_equal(f->app[0].active, MANY);
	assert_int_equal(loop_channel_count(f->loop[1]), MANY + 1);
}

/* One conversation, in which any allocation may fail. */
static void converse(struct fix *f)
{
	struct endpoint here = at("0.0.0.0:7"), there = at("10.0.0.2:7");
	struct mem *mem = &f->net->mem;
	struct channel *l = NULL, *ch = NULL;
	struct buf *buf;

	f->app[1].is_echo = true;
	if (channel_listen(f->loop[1], &here, 4, init, &f->app[1], &l))
		l = NULL;
	if (channel_connect(f->loop[0], &there, init, &f->app[0], &ch))
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
		struct fix *f;

		setup(state);
		f = *state;
		f->net->mem.failures = 0;
		f->net->mem.fail_at = f->net->mem.calls + k;
		converse(f);
		failures = f->net->mem.failures;
		f->net->mem.fail_at = 0;
		assert_int_equal(loop_channel_count(f->loop[0]), 0);
		assert_int_equal(loop_channel_count(f->loop[1]), 0);
		octets = f->app[0].octets;
		teardown(state);
	}
	assert_int_equal(octets, 5); /* the one without a failure */
	assert_true(k > 15);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(stream_is_echoed),
		T(refused_connection_is_error_and_end),
		T(unreachable_peer_is_told_at_once),
		T(failing_init_makes_no_channel),
		T(close_waits_for_what_was_written),
		T(abort_is_a_reset_at_the_other_end),
		T(half_close_lets_the_answer_through),
		T(slow_reader_holds_the_writer_up),
		T(long_body_is_pulled_as_room_appears),
		T(source_that_has_nothing_is_asked_again_on_flush),
		T(source_hears_of_a_reset),
		T(datagrams_carry_their_peer),
		T(refused_datagram_is_an_error_of_the_connected),
		T(handlers_act_because_of_the_frame),
		T(listener_can_be_closed),
		T(many_connections_are_all_accepted),
		cmocka_unit_test(every_failed_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
