// SPDX-License-Identifier: MIT
/*
 * http_server_test.c - a server and its clients, good and bad, on two hosts
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "apps/http_client.h"
#include "apps/http_date.h"
#include "apps/http_server.h"
#include "reactor/reactor.h"
#include "tcp/tcp_knobs.h"
#include "testnet.h"

enum { BIG = 3000000 };

/* A client that says octets and keeps all that it hears. */
struct raw {
	struct handler handler;
	struct strbuf heard;
	bool is_active, has_ended, is_gone;
	int err;
};

/* What the client's owner is told. */
struct owner {
	struct http_client *client;
	struct url url;
	int opens, responses, closed, err;
	unsigned int status;
	struct strbuf body;
	const char *then; /* fetched when the first response is there */
};

struct fixture {
	struct testnet *net;
	struct loop *loop[2];
	struct http_mem files;
	struct http_server *server;
	struct endpoint at;
	struct raw raw; /* here, for a failed test leaves its channel */
	struct owner owner;
};

static struct raw *raw_of(struct handler *h)
{
	return container_of(h, struct raw, handler);
}

static void raw_on_active(struct handler *h)
{
	raw_of(h)->is_active = true;
}

static void raw_on_read(struct handler *h, struct buf *buf)
{
	strbuf_add(&raw_of(h)->heard, buf_rptr(buf), buf_readable(buf));
	buf_put(buf);
}

static void raw_on_input_end(struct handler *h)
{
	raw_of(h)->has_ended = true;
}

static void raw_on_error(struct handler *h, int err)
{
	raw_of(h)->err = err;
}

static void raw_on_removed(struct handler *h)
{
	raw_of(h)->is_gone = true;
}

static const struct handler_ops raw_ops = {
	.name = "raw",
	.on_active = raw_on_active,
	.on_read = raw_on_read,
	.on_input_end = raw_on_input_end,
	.on_error = raw_on_error,
	.on_removed = raw_on_removed,
};

static int raw_init(struct channel *ch, void *arg)
{
	struct raw *r = arg;

	r->handler.ops = &raw_ops;
	pipeline_add_last(ch, &r->handler);
	return 0;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct http_server_config cfg = {.local = {.port = 80}};
	char *big = malloc(BIG);
	int i, rc = 0;

	*state = f;
	f->net = testnet_new();
	for (i = 0; i < 2; i++)
		rc |= loop_new(testnet_host(f->net, i), &f->loop[i]);
	for (i = 0; i < BIG; i++)
		big[i] = (char)((uint32_t)i * 2654435761u >> 24);
	http_mem_init(&f->files, &f->net->mem);
	rc |= http_mem_set(&f->files, "index.html", "<p>hello", 8,
			   HTTP_EPOCH_S);
	rc |= http_mem_set(&f->files, "dir/index.html", "inside", 6,
			   HTTP_EPOCH_S);
	rc |= http_mem_set(&f->files, "big.bin", big, BIG, HTTP_EPOCH_S);
	free(big);
	cfg.source = &f->files.source;
	rc |= http_server_start(f->loop[1], &cfg, &f->server);
	rc |= endpoint_parse(&f->at, "10.0.0.2:80");
	return rc;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	http_server_stop(f->server);
	http_client_close(f->owner.client);
	loop_free(f->loop[0]);
	loop_free(f->loop[1]);
	http_mem_fini(&f->files);
	if (f->raw.heard.mem)
		strbuf_fini(&f->raw.heard);
	testnet_free(f->net);
	free(f);
	return 0;
}

static void raw_open(struct fixture *f, struct raw *r)
{
	memset(r, 0, sizeof(*r));
	strbuf_init(&r->heard, &f->net->mem);
	assert_int_equal(channel_connect(f->loop[0], &f->at, raw_init, r, NULL),
			 0);
	testnet_run_ms(f->net, 100);
	assert_true(r->is_active);
}

static void raw_say(struct fixture *f, struct raw *r, const char *text)
{
	channel_write_flush(r->handler.ch, buf_of_text(&f->net->mem, text));
}

static void raw_close(struct fixture *f, struct raw *r)
{
	if (!r->is_gone)
		channel_abort(r->handler.ch);
	testnet_run_ms(f->net, 10);
	assert_true(r->is_gone);
	strbuf_fini(&r->heard);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	while ((text = strstr(text, word))) {
		n++;
		text += strlen(word);
	}
	return n;
}

#define REQUEST(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static void a_page_is_one_segment(void **state)
{
	struct fixture *f = *state;
	struct raw *r = &f->raw;
	uint64_t before;

	raw_open(f, r);
	before = f->net->events[R_TCP_DATA];
	raw_say(f, r, REQUEST("/"));
	testnet_run_ms(f->net, 1000);
	assert_int_equal(count(strbuf_text(&r->heard), "HTTP/1.1 200 OK\r\n"),
			 1);
	assert_int_equal(count(strbuf_text(&r->heard), "\r\n\r\n<p>hello"), 1);
	/* One each way, each seen leaving and arriving. */
	assert_int_equal(f->net->events[R_TCP_DATA] - before, 4);
	assert_int_equal(f->net->events[R_HTTP_SERVE], 1);
	assert_false(r->has_ended);
	assert_int_equal(http_server_stats(f->server)->answers[2], 1);
	assert_int_equal(http_server_stats(f->server)->octets, 8);
	raw_close(f, r);
}

/* RFC 9112, 9.3.2. */
static void pipelined_requests_are_answered_in_order(void **state)
{
	struct fixture *f = *state;
	const char *text, *a, *b, *c;
	struct raw *r = &f->raw;

	raw_open(f, r);
	raw_say(f, r, REQUEST("/") REQUEST("/none") REQUEST("/dir/") "GET");
	testnet_run_ms(f->net, 100);
	raw_say(f, r, " /dir HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	testnet_run_ms(f->net, 1000);
	text = strbuf_text(&r->heard);
	a = strstr(text, "<p>hello");
	b = strstr(text, "404 Not Found");
	c = strstr(text, "inside");
	assert_true(a && b && c && a < b && b < c);
	assert_int_equal(count(text, "HTTP/1.1 301 "), 1);
	assert_true(r->has_ended);
	raw_close(f, r);
}

static void a_big_file_comes_whole_in_little_memory(void **state)
{
	struct fixture *f = *state;
	struct raw *r = &f->raw;
	const char *body;
	size_t before;
	int i;

	/* Buffers that do not grow: what remains is the server's own. */
	for (i = 0; i < 2; i++) {
		tcp_knob_set(testnet_host(f->net, i), "wmem_max", 1 << 19);
		tcp_knob_set(testnet_host(f->net, i), "rmem_max", 1 << 19);
	}
	raw_open(f, r);
	/* The client's own copy does not count. */
	strbuf_fill(&r->heard, ' ', BIG + 1000);
	strbuf_clear(&r->heard);
	f->net->mem.peak_bytes = before = f->net->mem.in_use_bytes;
	raw_say(f, r, REQUEST("/big.bin") REQUEST("/"));
	testnet_run_ms(f->net, 60000);
	assert_true(f->net->mem.peak_bytes - before < 2000000);
	body = strstr(strbuf_text(&r->heard), "\r\n\r\n") + 4;
	for (i = 0; i < BIG; i++)
		if (body[i] != (char)((uint32_t)i * 2654435761u >> 24))
			fail_msg("octet %d", i);
	assert_int_equal(count(body + BIG, "<p>hello"), 1);
	raw_close(f, r);
}

static void a_range_of_a_big_file_is_cut_exactly(void **state)
{
	struct fixture *f = *state;
	const char *body;
	struct raw *r = &f->raw;
	size_t i;

	raw_open(f, r);
	raw_say(f, r,
		"GET /big.bin HTTP/1.1\r\nHost: h\r\n"
		"Range: bytes=1000000-1099999\r\nConnection: close\r\n\r\n");
	testnet_run_ms(f->net, 10000);
	assert_int_equal(count(strbuf_text(&r->heard), "HTTP/1.1 206 "), 1);
	body = strstr(strbuf_text(&r->heard), "\r\n\r\n") + 4;
	assert_int_equal(r->heard.len - (size_t)(body - r->heard.text), 100000);
	for (i = 0; i < 100000; i++)
		if (body[i] !=
		    (char)((uint32_t)(i + 1000000) * 2654435761u >> 24))
			fail_msg("octet %zu", i);
	raw_close(f, r);
}

/* One octet every nine seconds keeps no connection (Slowloris). */
static void a_slow_head_is_408_after_ten_seconds(void **state)
{
	struct fixture *f = *state;
	struct raw *r = &f->raw;

	raw_open(f, r);
	raw_say(f, r, "G");
	testnet_run_ms(f->net, 9000);
	raw_say(f, r, "E");
	testnet_run_ms(f->net, 500);
	assert_int_equal(r->heard.len, 0);
	testnet_run_ms(f->net, 1000);
	assert_int_equal(count(strbuf_text(&r->heard), "HTTP/1.1 408 "), 1);
	assert_true(r->has_ended);
	testnet_run_ms(f->net, 10000);
	assert_int_equal(http_server_stats(f->server)->conns, 0);
	raw_close(f, r);
}

static void silence_is_closed(void **state)
{
	struct fixture *f = *state;
	struct raw *r = &f->raw;

	raw_open(f, r); /* says nothing at all */
	testnet_run_ms(f->net, 10500);
	assert_true(r->has_ended);
	assert_int_equal(r->heard.len, 0);
	raw_close(f, r);

	raw_open(f, r); /* nothing more after one request */
	raw_say(f, r, REQUEST("/"));
	testnet_run_ms(f->net, 59000);
	assert_false(r->has_ended);
	testnet_run_ms(f->net, 2000);
	assert_true(r->has_ended);
	raw_close(f, r);
}

static void a_client_that_does_not_read_is_cut_off(void **state)
{
	struct fixture *f = *state;
	struct raw *r = &f->raw;

	raw_open(f, r);
	channel_set_auto_read(r->handler.ch, false);
	raw_say(f, r, REQUEST("/big.bin"));
	testnet_run_ms(f->net, 55000);
	assert_int_equal(http_server_stats(f->server)->conns, 1);
	testnet_run_ms(f->net, 10000);
	assert_int_equal(http_server_stats(f->server)->conns, 0);
	raw_close(f, r);
}

/* The error arrives although the client goes on talking (RFC 9112, 9.6). */
static void bad_requests_are_told_so_and_closed(void **state)
{
	static const struct {
		const char *text, *status;
	} rows[] = {
		{"GET / HTTP/1.1\r\n\r\n", "400"},
		{"XYZZY / HTTP/1.1\r\nHost: h\r\n\r\n", "501"},
		{"GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505"},
		{"\x16\x03\x01", "400"},
		{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2147483648\r\n"
		 "\r\n",
		 "413"},
		{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
		 "405"},
	};
	struct fixture *f = *state;
	char line[40];
	struct raw *r = &f->raw;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		raw_open(f, r);
		raw_say(f, r, rows[i].text);
		raw_say(f, r, "more, and more, and more\r\n\r\n");
		testnet_run_ms(f->net, 500);
		snprintf(line, sizeof(line), "HTTP/1.1 %s ", rows[i].status);
		if (count(strbuf_text(&r->heard), line) != 1)
			fail_msg("%s\n%s", rows[i].text,
				 strbuf_text(&r->heard));
		assert_true(r->has_ended);
		assert_int_equal(r->err, 0);
		raw_close(f, r);
	}
	testnet_run_ms(f->net, 10000);
	assert_int_equal(http_server_stats(f->server)->conns, 0);
}

static void a_half_closed_client_gets_its_answer(void **state)
{
	struct fixture *f = *state;
	struct raw *r = &f->raw;

	raw_open(f, r);
	raw_say(f, r, REQUEST("/big.bin"));
	channel_shutdown(r->handler.ch);
	testnet_run_ms(f->net, 20000);
	assert_true(r->heard.len > BIG);
	assert_true(r->has_ended);
	raw_close(f, r);
}

static void http_1_0_closes_unless_told_otherwise(void **state)
{
	struct fixture *f = *state;
	struct raw *r = &f->raw;

	raw_open(f, r);
	raw_say(f, r, "GET / HTTP/1.0\r\n\r\n");
	testnet_run_ms(f->net, 1000);
	assert_true(r->has_ended);
	raw_close(f, r);
	raw_open(f, r);
	raw_say(f, r, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	testnet_run_ms(f->net, 1000);
	assert_false(r->has_ended);
	assert_int_equal(
		count(strbuf_text(&r->heard), "\r\nConnection: keep-alive\r\n"),
		1);
	raw_close(f, r);
}

static void ask(struct owner *o, const char *target)
{
	struct http_request req = {.method = HTTP_M_GET, .url = &o->url};

	assert_int_equal(url_resolve(&o->url, &o->url, target, NULL), 0);
	assert_int_equal(http_client_send(o->client, &req), 0);
}

static void owner_on_open(void *arg)
{
	struct owner *o = arg;

	o->opens++;
	ask(o, "/");
}

static void owner_on_response(void *arg, const struct http_msg *msg,
			      struct buf *body)
{
	struct owner *o = arg;

	o->responses++;
	o->status = msg->status;
	strbuf_clear(&o->body);
	strbuf_add(&o->body, buf_rptr(body), buf_readable(body));
	if (o->then)
		ask(o, o->then);
	o->then = NULL;
}

static void owner_on_closed(void *arg, int err)
{
	struct owner *o = arg;

	o->closed++;
	o->err = err;
	o->client = NULL;
}

static const struct http_client_ops owner_ops = {
	owner_on_open,
	owner_on_response,
	owner_on_closed,
};

static int owner_open(struct fixture *f, struct owner *o, const char *at)
{
	struct endpoint ep;

	memset(o, 0, sizeof(*o));
	strbuf_init(&o->body, &f->net->mem);
	assert_int_equal(endpoint_parse(&ep, at), 0);
	assert_int_equal(url_parse(&o->url, "http://h/", NULL), 0);
	return http_client_open(f->loop[0], &ep, &owner_ops, o, &o->client);
}

static void a_client_uses_its_connection_again(void **state)
{
	struct fixture *f = *state;
	struct owner *o = &f->owner;

	assert_int_equal(owner_open(f, o, "10.0.0.2:80"), 0);
	o->then = "/big.bin";
	testnet_run_ms(f->net, 30000);
	assert_int_equal(o->opens, 1);
	assert_int_equal(o->responses, 2);
	assert_int_equal(o->body.len, BIG);
	assert_int_equal(f->net->events[R_HTTP_REQUEST], 2);
	assert_int_equal(f->net->events[R_HTTP_RESPONSE], 2);
	assert_int_equal(http_server_stats(f->server)->conns_total, 1);
	assert_true(http_client_is_reusable(o->client));
	http_client_close(o->client);
	o->client = NULL; /* so that the teardown does not close it again */
	testnet_run_ms(f->net, 1000);
	assert_int_equal(o->closed, 0);
	assert_int_equal(http_server_stats(f->server)->conns, 0);
	strbuf_fini(&o->body);
}

static void a_client_says_why_it_failed(void **state)
{
	struct fixture *f = *state;
	struct owner *o = &f->owner;

	assert_int_equal(owner_open(f, o, "10.0.0.2:81"), 0);
	testnet_run_ms(f->net, 1000);
	assert_int_equal(o->closed, 1);
	assert_int_equal(o->err, -ECONNREFUSED);

	assert_int_equal(owner_open(f, o, "10.0.0.77:80"), 0);
	testnet_run_ms(f->net, 200000);
	assert_int_equal(o->closed, 1);
	assert_int_equal(o->err, -EHOSTUNREACH);

	assert_int_equal(owner_open(f, o, "10.7.7.7:80"), -ENETUNREACH);
	assert_int_equal(o->closed, 0);
}

static void a_client_notices_a_server_that_goes_away(void **state)
{
	struct fixture *f = *state;
	struct owner *o = &f->owner;

	assert_int_equal(owner_open(f, o, "10.0.0.2:80"), 0);
	testnet_run_ms(f->net, 30000);
	assert_int_equal(o->responses, 1);
	testnet_run_ms(f->net, 40000); /* the server closes what is idle */
	assert_int_equal(o->closed, 1);
	assert_int_equal(o->err, 0);
	strbuf_fini(&o->body);

	assert_int_equal(owner_open(f, o, "10.0.0.2:80"), 0);
	o->then = "/big.bin";
	testnet_run_ms(f->net, 20);
	http_server_stop(f->server);
	f->server = NULL;
	testnet_run_ms(f->net, 1000);
	assert_int_equal(o->closed, 1);
	assert_int_equal(o->err, -ECONNRESET);
	strbuf_fini(&o->body);
}

static void redirections_are_resolved(void **state)
{
	static const struct {
		unsigned int status;
		const char *location, *to;
	} rows[] = {
		{301, "/x", "http://h/x"},
		{302, "y", "http://h/a/y"},
		{303, "//other/z", "http://other/z"},
		{307, "http://h:81/", "http://h:81/"},
		{308, "?q", "http://h/a/b?q"},
		{200, "/x", NULL},
		{304, "/x", NULL},
	};
	struct fixture *f = *state;
	struct http_msg msg;
	struct url from, to;
	char text[URL_TEXT];
	size_t i;
	int rc;

	url_parse(&from, "http://h/a/b", NULL);
	http_msg_init(&msg, &f->net->mem);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		http_msg_clear(&msg);
		msg.status = rows[i].status;
		http_msg_add(&msg, "Location", rows[i].location);
		rc = http_redirect(&to, &from, &msg, NULL);
		assert_int_equal(rc, rows[i].to ? 0 : -ENOENT);
		if (rows[i].to)
			assert_string_equal(url_print(&to, text), rows[i].to);
	}
	http_msg_clear(&msg);
	msg.status = 301;
	assert_int_equal(http_redirect(&to, &from, &msg, NULL), -ENOENT);
	http_msg_fini(&msg);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_page_is_one_segment),
		T(pipelined_requests_are_answered_in_order),
		T(a_big_file_comes_whole_in_little_memory),
		T(a_range_of_a_big_file_is_cut_exactly),
		T(a_slow_head_is_408_after_ten_seconds),
		T(silence_is_closed),
		T(a_client_that_does_not_read_is_cut_off),
		T(bad_requests_are_told_so_and_closed),
		T(a_half_closed_client_gets_its_answer),
		T(http_1_0_closes_unless_told_otherwise),
		T(a_client_uses_its_connection_again),
		T(a_client_says_why_it_failed),
		T(a_client_notices_a_server_that_goes_away),
		T(redirections_are_resolved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
