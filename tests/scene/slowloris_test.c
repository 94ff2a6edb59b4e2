// SPDX-License-Identifier: MIT
/*
 * slowloris_test.c - thousands of clients that never finish their request
 *
 * Each connects and says one octet of a head every nine seconds.  Meanwhile an
 * honest client asks again and again, and is answered as if it were alone;
 * when the deadline for heads has passed, the slow ones are gone, and so is
 * all that was held for them.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "apps/http_client.h"
#include "apps/http_server.h"
#include "reactor/reactor.h"
#include "testnet.h"

enum { SLOW = 10000, HONEST_MS_MAX = 100 };

struct slow {
	struct handler handler;
	struct channel **place; /* NULLed when it is gone */
};

struct honest {
	struct http_client *client;
	struct url url;
	int answers;
};

static void slow_on_read(struct handler *h, struct buf *buf)
{
	(void)h;
	buf_put(buf);
}

static void slow_on_error(struct handler *h, int err)
{
	(void)h;
	(void)err;
}

static void slow_on_removed(struct handler *h)
{
	struct slow *s = container_of(h, struct slow, handler);

	*s->place = NULL;
	free(s);
}

static const struct handler_ops slow_ops = {
	.name = "slow",
	.on_read = slow_on_read,
	.on_error = slow_on_error,
	.on_removed = slow_on_removed,
};

static int slow_init(struct channel *ch, void *arg)
{
	struct slow *s = calloc(1, sizeof(*s));

	s->handler.ops = &slow_ops;
	s->place = arg;
	pipeline_add_last(ch, &s->handler);
	return 0;
}

static void say(struct testnet *net, struct channel *slow[], char octet)
{
	char text[2] = {octet, 0};
	int i;

	for (i = 0; i < SLOW; i++)
		if (slow[i])
			channel_write_flush(slow[i],
					    buf_of_text(&net->mem, text));
}

static void on_open(void *arg)
{
	struct honest *h = arg;
	struct http_request req = {.method = HTTP_M_GET, .url = &h->url};

	assert_int_equal(http_client_send(h->client, &req), 0);
}

static void on_response(void *arg, const struct http_msg *msg, struct buf *body)
{
	struct honest *h = arg;

	assert_int_equal(msg->status, 200);
	assert_int_equal(buf_readable(body), 5);
	h->answers++;
}

static void on_closed(void *arg, int err)
{
	(void)arg;
	fail_msg("the honest client was closed: %d", err);
}

static const struct http_client_ops client_ops = {on_open, on_response,
						  on_closed};

/* A new connection, a request, an answer: in time? */
static void ask_honestly(struct testnet *net, struct loop *loop,
			 const struct endpoint *server)
{
	struct honest h = {0};

	assert_int_equal(url_parse(&h.url, "http://h/", NULL), 0);
	assert_int_equal(
		http_client_open(loop, server, &client_ops, &h, &h.client), 0);
	testnet_run_ms(net, HONEST_MS_MAX);
	assert_int_equal(h.answers, 1);
	http_client_close(h.client);
}

static void slow_heads_do_not_keep_honest_clients_waiting(void **state)
{
	struct testnet *net = testnet_new();
	struct channel **slow = calloc(SLOW, sizeof(*slow));
	struct http_server_config cfg = {.local = {.port = 80},
					 .backlog = 1000};
	struct http_server *web;
	struct http_mem files;
	struct endpoint server;
	struct loop *loop[2];
	int i;

	(void)state;
	http_mem_init(&files, &net->mem);
	cfg.source = &files.source;
	assert_int_equal(http_mem_set(&files, "index.html", "hello", 5, 0), 0);
	assert_int_equal(endpoint_parse(&server, "10.0.0.2:80"), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(loop_new(testnet_host(net, i), &loop[i]), 0);
	assert_int_equal(http_server_start(loop[1], &cfg, &web), 0);

	ask_honestly(net, loop[0], &server); /* and ARP is done with */
	for (i = 0; i < SLOW; i++) {
		assert_int_equal(channel_connect(loop[0], &server, slow_init,
						 &slow[i], &slow[i]),
				 0);
		if (i % 1000 == 999) /* as many as a listener's queue takes */
			testnet_run_ms(net, 20);
	}
	testnet_run_ms(net, 500);
	assert_int_equal(http_server_stats(web)->conns, SLOW);
	say(net, slow, 'G');
	for (i = 0; i < 20; i++)
		ask_honestly(net, loop[0], &server);
	testnet_run_ms(net, 6500);
	say(net, slow, 'E');
	ask_honestly(net, loop[0], &server);
	testnet_run_ms(net, 5000);
	assert_int_equal(http_server_stats(web)->conns, 0);
	assert_int_equal(http_server_stats(web)->answers[4], SLOW);
	ask_honestly(net, loop[0], &server);

	http_server_stop(web);
	loop_free(loop[0]);
	loop_free(loop[1]);
	http_mem_fini(&files);
	testnet_free(net);
	free(slow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_heads_do_not_keep_honest_clients_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
