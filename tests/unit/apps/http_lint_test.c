// SPDX-License-Identifier: MIT
/*
 * http_lint_test.c - messages as an attacker writes them: nothing passes that
 * two programs could read differently; whole and in pieces, which must not
 * differ
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

/* clang-format off */
static const struct {
	const char *text;
	unsigned int status; /* 0: is accepted */
} table[] = {
	{GET H "\r\n", 0},
	{"\r\n" GET H "\r\n", 0},
	{"GET / HTTP/1.0\r\n\r\n", 0},
	{"OPTIONS * HTTP/1.1\r\n" H "\r\n", 0},
	{"GET http://h/x HTTP/1.1\r\n" H "\r\n", 0},
	{"CONNECT h:80 HTTP/1.1\r\n" H "\r\n", 0},
	{GET "Host:\r\n\r\n", 0},
	{GET "Host: [::1]:80\r\n\r\n", 0},
	{GET H "Connection: upgrade\r\nUpgrade: x\r\n\r\n", 0},
	{POST "Content-Length: 0\r\n\r\n", 0},
	{POST "Content-Length: 007\r\n\r\n1234567", 0},
	{POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0},
	{POST "Transfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n", 0},
	{POST "Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n0\r\n\r\n", 0},
	{POST "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n", 0},
	/* 158: both lengths */
	{POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
	      "0\r\n\r\nG", 400},
	{POST "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n"
	      "0\r\n\r\nG", 400},
	/* 159: transfer codings */
	{POST "Transfer-Encoding: chunked, identity\r\n\r\n", 400},
	{POST "Transfer-Encoding: identity, chunked\r\n\r\n", 400},
	{POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400},
	{POST "Transfer-Encoding: xchunked\r\n\r\n", 400},
	{POST "Transfer-Encoding: chunked, chunked\r\n\r\n", 400},
	{POST "Transfer-Encoding: \x0b" "chunked\r\n\r\n", 400},
	{POST "Transfer-Encoding\t: chunked\r\n\r\n", 400},
	{POST "Transfer-Encoding : chunked\r\n\r\n", 400},
	{POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
	      "\r\n", 400},
	{POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"
	      "\r\n", 400},
	{POST "Transfer-Encoding:\r\n chunked\r\n\r\n", 400},
	{POST "Transfer-Encoding:\r\n\r\n", 400},
	{"POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n", 400},
	/* 160: lengths */
	{POST "Content-Length: +5\r\n\r\nabcde", 400},
	{POST "Content-Length: -5\r\n\r\nabcde", 400},
	{POST "Content-Length: 0x5\r\n\r\nabcde", 400},
	{POST "Content-Length: 5 5\r\n\r\nabcde", 400},
	{POST "Content-Length: 5, 5\r\n\r\nabcde", 400},
	{POST "Content-Length: 5.0\r\n\r\nabcde", 400},
	{POST "Content-Length:\r\n\r\nabcde", 400},
	{POST "Content-Length: 12345678901234567890\r\n\r\n", 400},
	{POST "Content-Length: 99999999999999999999\r\n\r\n", 400},
	{POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", 400},
	{POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400},
	/* 161: chunks */
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
	{CHUNKED "1\na\r\n0\r\n\r\n", 400},
	{CHUNKED "1\r\na\n0\r\n\r\n", 400},
	{CHUNKED "1\r\na\r\n0\n\r\n", 400},
	{CHUNKED "1\r\na\r\n0\r\n\n", 400},
	{CHUNKED "1\rXa\r\n0\r\n\r\n", 400},
	{CHUNKED "10000000000000000\r\na", 400},
	{CHUNKED "ffffffffffffffffff\r\na", 400},
	{CHUNKED "-1\r\na\r\n0\r\n\r\n", 400},
	{CHUNKED "+1\r\na\r\n0\r\n\r\n", 400},
	{CHUNKED "0x1\r\na\r\n0\r\n\r\n", 400},
	{CHUNKED " 1\r\na\r\n0\r\n\r\n", 400},
	{CHUNKED "1 \r\na\r\n0\r\n\r\n", 400},
	{CHUNKED "\r\n\r\n", 400},
	{CHUNKED "g\r\n\r\n", 400},
	{CHUNKED "1;a\nb\r\na\r\n0\r\n\r\n", 400},
	{CHUNKED "1;a\rb\r\na\r\n0\r\n\r\n", 400},
	{CHUNKED "1\r\nab\r\n0\r\n\r\n", 400},
	{CHUNKED "0\r\nX\n: y\r\n\r\n", 400},
	/* 162: lines */
	{"GET / HTTP/1.1\n" H "\r\n", 400},
	{GET "Host: h\n\r\n", 400},
	{GET "Host: h\r\n\n", 400},
	{GET "Host: h\r\r\n\r\n", 400},
	{GET "Host: h\rX: y\r\n\r\n", 400},
	{GET H "X: a\x01" "b\r\n\r\n", 400},
	{GET H "X: a\x7f\r\n\r\n", 400},
	{GET H " X: y\r\n\r\n", 400},
	{GET H "X: y\r\n z\r\n\r\n", 400},
	{GET H "X: y\r\n\tz\r\n\r\n", 400},
	{GET "Host : h\r\n\r\n", 400},
	{GET H ": y\r\n\r\n", 400},
	{GET H "X\r\n\r\n", 400},
	{GET H "X(y): z\r\n\r\n", 400},
	{GET H "X\x80: z\r\n\r\n", 400},
	{GET "\r\n", 400},
	{GET H H "\r\n", 400},
	{GET H "HOST: i\r\n\r\n", 400},
	{GET "Host: a b\r\n\r\n", 400},
	{GET "Host: a/b\r\n\r\n", 400},
	{GET "Host: a@b\r\n\r\n", 400},
	{GET "Host: a, b\r\n\r\n", 400},
	{"GET /\r\n", 400},
	{"GET / \r\n" H "\r\n", 400},
	{"GET  / HTTP/1.1\r\n" H "\r\n", 400},
	{"GET /  HTTP/1.1\r\n" H "\r\n", 400},
	{"GET / HTTP/1.1 \r\n" H "\r\n", 400},
	{"GET /a b HTTP/1.1\r\n" H "\r\n", 400},
	{"GET\t/\tHTTP/1.1\r\n" H "\r\n", 400},
	{"GET x HTTP/1.1\r\n" H "\r\n", 400},
	{"GET * HTTP/1.1\r\n" H "\r\n", 400},
	{"GET h:80 HTTP/1.1\r\n" H "\r\n", 400},
	{" GET / HTTP/1.1\r\n" H "\r\n", 400},
	{"\r\n\r\n" GET H "\r\n", 400},
	{"\n" GET H "\r\n", 400},
	{"GET / http/1.1\r\n" H "\r\n", 400},
	{"GET / HTTP/1,1\r\n" H "\r\n", 400},
	{"GET / HTTP/11\r\n" H "\r\n", 400},
	{"GET / ICE/1.0\r\n" H "\r\n", 400},
	{"\x16\x03\x01\x02", 400},
	{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501},
	/* versions, methods */
	{"GET / HTTP/2.0\r\n" H "\r\n", 505},
	{"get / HTTP/1.1\r\n" H "\r\n", 501},
	{"G / HTTP/1.1\r\n" H "\r\n", 501},
	{"GETT / HTTP/1.1\r\n" H "\r\n", 501},
	{"ANNOUNCE / RTSP/1.0\r\n" H "\r\n", 501},
	{"SOURCE / ICE/1.0\r\n" H "\r\n", 501},
};
/* clang-format on */

static void check_row(struct httpfeed *f, size_t i, size_t piece)
{
	const char *text = table[i].text;
	long rc;

	httpfeed_reset(f);
	rc = httpfeed(f, text, strlen(text), piece);
	if (!table[i].status) {
		if (rc != (long)strlen(text) || !http_parser_is_done(f->p))
			fail_msg("%s\n%ld: %s", text, rc,
				 http_parser_what(f->p));
		return;
	}
	if (rc != -EBADMSG || http_parser_status(f->p) != table[i].status)
		fail_msg("%s\nrow %zu: %ld, status %u: %s", text, i, rc,
			 http_parser_status(f->p), http_parser_what(f->p));
	assert_int_equal(http_parser_feed(f->p, "x", 1), -EBADMSG);
}

/* RFC 9112, 2.2, 3, 5, 6, 7. */
static void nothing_ambiguous_passes(void **state)
{
	struct httpfeed *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		check_row(f, i, 100000);
		check_row(f, i, 1);
		check_row(f, i, 3);
	}
}

static void a_nul_is_refused_wherever_it_stands(void **state)
{
	static const char text[] = GET H "X-Y: z\r\n\r\n";
	char copy[sizeof(text)];
	struct httpfeed *f = *state;
	size_t i;

	for (i = 0; i < strlen(text); i++) {
		memcpy(copy, text, sizeof(text));
		copy[i] = 0;
		httpfeed_reset(f);
		assert_int_equal(httpfeed(f, copy, strlen(text), 100),
				 -EBADMSG);
	}
}

static void a_method_of_a_megabyte_is_left_early(void **state)
{
	struct httpfeed *f = *state;
	char text[64];

	memset(text, 'A', sizeof(text));
	assert_int_equal(httpfeed(f, text, sizeof(text), 100), -EBADMSG);
	assert_int_equal(http_parser_status(f->p), 501);
}

static void a_long_target_is_414(void **state)
{
	enum { LEN = HTTP_TARGET_MAX };
	static const char end[] = " HTTP/1.1\r\n" H "\r\n";
	struct httpfeed *f = *state;
	char *text = malloc(LEN + 100);
	int i;

	for (i = 0; i < 2; i++) {
		httpfeed_reset(f);
		memset(text, 'a', LEN + 100);
		memcpy(text, "GET /", 5);
		memcpy(text + 4 + LEN + i, end, sizeof(end));
		if (i == 0)
			assert_true(httpfeed(f, text, strlen(text), 1000) > 0);
		else
			assert_int_equal(httpfeed(f, text, strlen(text), 1000),
					 -EBADMSG);
	}
	free(text);
	assert_int_equal(http_parser_status(f->p), 414);
}

static long feed_fields(struct httpfeed *f, size_t count, const char *field)
{
	long rc = httpfeed(f, GET H, strlen(GET H), 1000);

	while (rc >= 0 && count--)
		rc = httpfeed(f, field, strlen(field), 1000);
	return rc < 0 ? rc : httpfeed(f, "\r\n", 2, 2);
}

/* RFC 6585, 5. */
static void many_fields_are_431(void **state)
{
	struct httpfeed *f = *state;

	assert_int_equal(feed_fields(f, HTTP_FIELDS_MAX - 1, "X: y\r\n"), 2);
	assert_true(http_parser_is_done(f->p));
	assert_int_equal(http_msg_field_count(http_parser_msg(f->p), "x"),
			 HTTP_FIELDS_MAX - 1);
	httpfeed_reset(f);
	assert_int_equal(feed_fields(f, HTTP_FIELDS_MAX, "X: y\r\n"), -EBADMSG);
	assert_int_equal(http_parser_status(f->p), 431);
}

static void a_long_head_is_431(void **state)
{
	struct httpfeed *f = *state;
	char field[1025];

	memset(field, 'a', sizeof(field) - 1);
	field[1] = ':';
	memcpy(field + 1022, "\r\n", 3);
	assert_int_equal(feed_fields(f, 15, field), 2);
	httpfeed_reset(f);
	assert_int_equal(feed_fields(f, 16, field), -EBADMSG);
	assert_int_equal(http_parser_status(f->p), 431);
	assert_true(f->mem.peak_bytes < 100000);
}

static void endless_chunk_framing_is_refused(void **state)
{
	static const char head[] = POST "Transfer-Encoding: chunked\r\n\r\n"
					"1;";
	struct httpfeed *f = *state;
	char junk[1000];
	long rc;
	int i;

	memset(junk, 'x', sizeof(junk));
	rc = httpfeed(f, head, strlen(head), 1000);
	for (i = 0; rc > 0 && i < 20; i++)
		rc = httpfeed(f, junk, sizeof(junk), 1000);
	assert_int_equal(rc, -EBADMSG);
}

#define T(f)                                                        \
	cmocka_unit_test_setup_teardown(f, httpfeed_setup_requests, \
					httpfeed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(nothing_ambiguous_passes),
		T(a_nul_is_refused_wherever_it_stands),
		T(a_method_of_a_megabyte_is_left_early),
		T(a_long_target_is_414),
		T(many_fields_are_431),
		T(a_long_head_is_431),
		T(endless_chunk_framing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
