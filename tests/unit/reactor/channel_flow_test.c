// SPDX-License-Identifier: MIT
/* channel_flow_test.c - long bodies, slow readers, sources */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/check.h"

#include "channels.h"

static void slow_reader_holds_the_writer_up(void **state)
{
	struct chan_fix *f = *state;
	struct channel *ch;
	size_t written = 0;

	chan_listen(f, "0.0.0.0:7");
	ch = chan_connect(f, "10.0.0.2:7");
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
	struct chan_fix *f = *state;
	struct body b = {.src = {.pull = pull, .done = done}, .left = 5000000};
	struct channel *ch;
	size_t before;

	chan_listen(f, "0.0.0.0:7");
	ch = chan_connect(f, "10.0.0.2:7");
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
	struct chan_fix *f = *state;
	struct body b = {.src = {.pull = pull, .done = done},
			 .left = 100,
			 .stalls = true};
	struct channel *ch;

	chan_listen(f, "0.0.0.0:7");
	ch = chan_connect(f, "10.0.0.2:7");
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
	struct chan_fix *f = *state;
	struct body b = {.src = {.pull = pull, .done = done}, .left = 50000000};
	struct channel *ch;

	chan_listen(f, "0.0.0.0:7");
	ch = chan_connect(f, "10.0.0.2:7");
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

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, chan_setup, chan_teardown)
	const struct CMUnitTest tests[] = {
		T(slow_reader_holds_the_writer_up),
		T(long_body_is_pulled_as_room_appears),
		T(source_that_has_nothing_is_asked_again_on_flush),
		T(source_hears_of_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
