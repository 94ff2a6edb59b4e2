// SPDX-License-Identifier: MIT
/*
 * channels.c - two hosts with a loop each, and an application that counts
 */

#include "channels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

struct end {
	struct handler handler;
	struct chan_app *app;
};

static struct chan_app *app_of(struct handler *h)
{
	return container_of(h, struct end, handler)->app;
}

static void on_active(struct handler *h)
{
	app_of(h)->active++;
}

static void on_read(struct handler *h, struct buf *buf)
{
	struct chan_app *app = app_of(h);
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

int chan_init(struct channel *ch, void *arg)
{
	struct end *e = calloc(1, sizeof(*e));

	e->handler.ops = &end_ops;
	e->app = arg;
	e->app->handler = &e->handler;
	pipeline_add_last(ch, &e->handler);
	return 0;
}

int chan_setup(void **state)
{
	struct chan_fix *f = calloc(1, sizeof(*f));
	int i;

	f->net = testnet_new();
	for (i = 0; i < 2; i++)
		assert_int_equal(loop_new(testnet_host(f->net, i), &f->loop[i]),
				 0);
	*state = f;
	return 0;
}

int chan_teardown(void **state)
{
	struct chan_fix *f = *state;

	loop_free(f->loop[0]);
	loop_free(f->loop[1]);
	testnet_free(f->net);
	free(f);
	return 0;
}

struct endpoint chan_at(const char *text)
{
	struct endpoint ep;

	assert_int_equal(endpoint_parse(&ep, text), 0);
	return ep;
}

struct channel *chan_listen(struct chan_fix *f, const char *text)
{
	struct endpoint ep = chan_at(text);
	struct channel *ch;

	assert_int_equal(
		channel_listen(f->loop[1], &ep, 16, chan_init, &f->app[1], &ch),
		0);
	return ch;
}

struct channel *chan_connect(struct chan_fix *f, const char *text)
{
	struct endpoint ep = chan_at(text);
	struct channel *ch;

	assert_int_equal(
		channel_connect(f->loop[0], &ep, chan_init, &f->app[0], &ch),
		0);
	return ch;
}

void chan_write_text(struct channel *ch, const char *text)
{
	struct buf *buf = buf_of_text(channel_mem(ch), text);

	assert_int_equal(channel_write_flush(ch, buf), 0);
}
