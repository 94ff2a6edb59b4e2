// SPDX-License-Identifier: MIT
/*
 * http_parser_test.c - messages as they should be, in one piece and octet by
 * octet
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

#include "httpfeed.h"

static void assert_field(struct httpfeed *f, const char *name,
			 const char *value)
{
	const char *have = http_msg_field(http_parser_msg(f->p), name);

	assert_non_null(have);
	assert_string_equal(have, value);
}

static void a_request_is_read_whole_or_in_pieces(void **state)
{
	static const char text[] = "POST /a?b HTTP/1.1\r\nHost: h:80\r\n"
				   "X-Empty:\r\nX-Spaces: \t a  b \t \r\n"
				   "Content-Length: 5\r\n\r\nhello";
	struct httpfeed *f = *state;
	const struct http_msg *m = http_parser_msg(f->p);
	size_t piece;

	for (piece = 1; piece < sizeof(text); piece++) {
		httpfeed_reset(f);
		assert_int_equal(httpfeed(f, text, strlen(text), piece),
				 strlen(text));
		assert_true(http_parser_is_done(f->p));
		assert_int_equal(f->heads, 1);
		assert_int_equal(m->method, HTTP_M_POST);
		assert_string_equal(http_msg_target(m), "/a?b");
		assert_int_equal(m->minor, 1);
		assert_int_equal(m->field_count, 4);
		assert_string_equal(http_field_name(m, 1), "X-Empty");
		assert_field(f, "x-empty", "");
		assert_field(f, "X-SPACES", "a  b");
		assert_int_equal(m->content_length, 5);
		assert_true(m->may_persist);
		assert_string_equal(strbuf_text(&f->body), "hello");
	}
}

static void a_parser_stops_behind_its_message(void **state)
{
	static const char one[] = GET H "\r\n";
	static const char two[] = POST "Content-Length: 2\r\n\r\nab";
	static const char three[] = POST "Transfer-Encoding: chunked\r\n\r\n"
					 "2\r\nab\r\n0\r\n\r\n";
	struct httpfeed *f = *state;
	char text[1024];
	size_t at = 0;

	snprintf(text, sizeof(text), "%s%s%s%s", one, two, three, one);
	at += (size_t)httpfeed(f, text + at, strlen(text + at), 1000);
	assert_int_equal(at, strlen(one));
	httpfeed_reset(f);
	at += (size_t)httpfeed(f, text + at, strlen(text + at), 1000);
	assert_int_equal(at, strlen(one) + strlen(two));
	assert_string_equal(strbuf_text(&f->body), "ab");
	httpfeed_reset(f);
	at += (size_t)httpfeed(f, text + at, strlen(text + at), 1000);
	assert_int_equal(at, strlen(one) + strlen(two) + strlen(three));
	assert_string_equal(strbuf_text(&f->body), "ab");
	httpfeed_reset(f);
	at += (size_t)httpfeed(f, text + at, strlen(text + at), 1000);
	assert_int_equal(at, strlen(text));
	assert_true(http_parser_is_done(f->p));
}

static void an_owner_can_stop_the_parser(void **state)
{
	static const char text[] = POST "Content-Length: 5\r\n\r\nhello";
	struct httpfeed *f = *state;

	f->head_result = -EFBIG;
	assert_int_equal(httpfeed(f, text, strlen(text), 1000), -EFBIG);
	httpfeed_reset(f);
	f->head_result = 0;
	f->body_result = -ENOSPC;
	assert_int_equal(httpfeed(f, text, strlen(text), 1000), -ENOSPC);
}

static void persistence_follows_version_and_connection(void **state)
{
	static const struct {
		const char *text;
		bool may_persist;
	} rows[] = {
		{GET H "\r\n", true},
		{GET H "Connection: close\r\n\r\n", false},
		{GET H "Connection: x, Close\r\n\r\n", false},
		{"GET / HTTP/1.0\r\n\r\n", false},
		{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
	};
	struct httpfeed *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		httpfeed_reset(f);
		httpfeed(f, rows[i].text, strlen(rows[i].text), 1000);
		assert_int_equal(http_parser_msg(f->p)->may_persist,
				 rows[i].may_persist);
	}
}

#define R "HTTP/1.1 200 OK\r\n"

static void a_response_is_framed_by_length_chunks_or_end(void **state)
{
	static const struct {
		const char *text, *body;
		bool needs_end;
	} rows[] = {
		{R "Content-Length: 2\r\n\r\nab", "ab", false},
		{R "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
		 "ab", false},
		{R "\r\nab", "ab", true},
		{"HTTP/1.0 200 OK\r\n\r\nab", "ab", true},
		{"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n", "",
		 false},
		{"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "",
		 false},
		{"HTTP/1.1 100 Continue\r\n\r\n", "", false},
		{"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "", false},
	};
	struct httpfeed *f = *state;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		httpfeed_reset(f);
		len = strlen(rows[i].text);
		if (httpfeed(f, rows[i].text, len, 1 + i) != (long)len)
			fail_msg("%s: %s", rows[i].text,
				 http_parser_what(f->p));
		assert_int_equal(http_parser_is_done(f->p), !rows[i].needs_end);
		assert_int_equal(http_parser_end(f->p), 0);
		assert_string_equal(strbuf_text(&f->body), rows[i].body);
	}
}

static void a_response_to_head_has_no_body(void **state)
{
	static const char text[] = R "Content-Length: 9\r\n\r\n" R;
	struct httpfeed *f = *state;

	http_parser_expect(f->p, HTTP_M_HEAD);
	assert_int_equal(httpfeed(f, text, strlen(text), 1000),
			 strlen(text) - strlen(R));
	assert_true(http_parser_is_done(f->p));
	assert_int_equal(http_parser_msg(f->p)->content_length, 9);
}

static void a_response_cut_short_is_told_from_a_whole_one(void **state)
{
	struct httpfeed *f = *state;
	static const char text[] = R "Content-Length: 5\r\n\r\nhel";

	assert_int_equal(http_parser_end(f->p), -ENODATA);
	httpfeed(f, text, strlen(text), 1000);
	assert_int_equal(http_parser_end(f->p), -EBADMSG);
	httpfeed_reset(f);
	httpfeed(f, R, strlen(R), 1000);
	assert_int_equal(http_parser_end(f->p), -EBADMSG);
}

static void what_is_no_response_is_refused(void **state)
{
	static const char *const rows[] = {
		"HTTP/1.1 20 OK\r\n\r\n",
		"HTTP/1.1 2000 OK\r\n\r\n",
		"HTTP/1.1 099 OK\r\n\r\n",
		"HTTP/1.1 999 OK\r\n\r\n",
		"HTTP/1.1 abc OK\r\n\r\n",
		"HTTP/3.0 200 OK\r\n\r\n",
		"GET / HTTP/1.1\r\n" H "\r\n",
		"hello",
		R "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
		R "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
		R "Content-Length: 2\n\r\nabc",
	};
	struct httpfeed *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		httpfeed_reset(f);
		if (httpfeed(f, rows[i], strlen(rows[i]), 100) != -EBADMSG)
			fail_msg("%s", rows[i]);
	}
}

static void lists_are_searched_element_by_element(void **state)
{
	struct http_msg m;
	struct httpfeed *f = *state;

	http_msg_init(&m, &f->mem);
	assert_int_equal(http_msg_add(&m, "Cache-Control",
				      " max-age=3 , private=\"a, b\",,X"),
			 0);
	assert_int_equal(http_msg_add(&m, "cache-control", "no-store"), 0);
	assert_true(http_msg_list_has(&m, "Cache-Control", "max-age"));
	assert_true(http_msg_list_has(&m, "Cache-Control", "private"));
	assert_true(http_msg_list_has(&m, "Cache-Control", "x"));
	assert_true(http_msg_list_has(&m, "Cache-Control", "no-store"));
	assert_false(http_msg_list_has(&m, "Cache-Control", "b\""));
	assert_false(http_msg_list_has(&m, "Cache-Control", ""));
	http_msg_fini(&m);
}

/* Every allocation of a request fails once. */
static void want_of_memory_is_survived(void **state)
{
	static const char text[] = POST "X: y\r\nContent-Length: 2\r\n\r\nab";
	struct httpfeed *f = *state;
	uint64_t n;
	long rc;

	for (n = 1; n < 10; n++) {
		http_parser_free(f->p);
		strbuf_fini(&f->body);
		f->mem.fail_at = f->mem.calls + n;
		f->p = http_parser_new(&f->mem, HTTP_PARSE_REQUESTS,
				       &httpfeed_ops, f);
		if (!f->p)
			continue;
		rc = httpfeed(f, text, strlen(text), 7);
		assert_true(rc == -ENOMEM || rc == (long)strlen(text));
	}
}

#define T(f)                                                        \
	cmocka_unit_test_setup_teardown(f, httpfeed_setup_requests, \
					httpfeed_teardown)
#define TR(f)                                                        \
	cmocka_unit_test_setup_teardown(f, httpfeed_setup_responses, \
					httpfeed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_request_is_read_whole_or_in_pieces),
		T(a_parser_stops_behind_its_message),
		T(an_owner_can_stop_the_parser),
		T(persistence_follows_version_and_connection),
		TR(a_response_is_framed_by_length_chunks_or_end),
		TR(a_response_to_head_has_no_body),
		TR(a_response_cut_short_is_told_from_a_whole_one),
		TR(what_is_no_response_is_refused),
		T(lists_are_searched_element_by_element),
		T(want_of_memory_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
