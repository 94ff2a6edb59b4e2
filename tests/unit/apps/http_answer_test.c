// SPDX-License-Identifier: MIT
/*
 * http_answer_test.c - what a server of files answers: paths, preconditions,
 * ranges, and never anything from outside its root
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

#include "apps/http_answer.h"
#include "apps/http_date.h"
#include "apps/http_parser.h"

#define NOW (HTTP_EPOCH_S + 1000)

struct fixture {
	struct mem mem;
	struct http_mem files;
	struct http_parser *parser;
	struct http_answer a;
	struct strbuf head;
};

static int on_head(void *arg, const struct http_msg *msg)
{
	(void)arg;
	(void)msg;
	return 0;
}

static int on_body(void *arg, const void *octets, size_t len)
{
	(void)arg;
	(void)octets;
	(void)len;
	return 0;
}

static const struct http_parser_ops ops = {on_head, on_body};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int rc = 0;

	*state = f;
	mem_init_libc(&f->mem);
	http_mem_init(&f->files, &f->mem);
	strbuf_init(&f->head, &f->mem);
	f->parser = http_parser_new(&f->mem, HTTP_PARSE_REQUESTS, &ops, f);
	rc |= http_mem_set(&f->files, "index.html", "<p>hi", 5, HTTP_EPOCH_S);
	rc |= http_mem_set(&f->files, "a/b.txt", "0123456789", 10,
			   HTTP_EPOCH_S);
	rc |= http_mem_set(&f->files, "a/index.html", "a", 1, HTTP_EPOCH_S);
	rc |= http_mem_set(&f->files, "empty", "", 0, HTTP_EPOCH_S);
	rc |= http_mem_set(&f->files, "\xc3\xa9 x.html", "e", 1, HTTP_EPOCH_S);
	return rc || !f->parser;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	size_t left;

	http_answer_fini(&f->a);
	http_parser_free(f->parser);
	strbuf_fini(&f->head);
	http_mem_fini(&f->files);
	left = f->mem.in_use_count;
	free(f);
	return left ? -1 : 0;
}

/* Ask; the status.  The head is in f->head. */
static unsigned int ask(struct fixture *f, const char *line, const char *fields)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: h\r\n%s\r\n", line,
		 fields);
	http_answer_fini(&f->a);
	http_parser_reset(f->parser);
	assert_int_equal(http_parser_feed(f->parser, text, strlen(text)),
			 strlen(text));
	http_answer_make(&f->a, &f->files.source, http_parser_msg(f->parser),
			 NOW);
	strbuf_clear(&f->head);
	http_answer_head(&f->a, NOW, &f->head);
	assert_int_equal(f->head.error, 0);
	return f->a.status;
}

static unsigned int get(struct fixture *f, const char *target)
{
	char line[2048];

	snprintf(line, sizeof(line), "GET %s", target);
	return ask(f, line, "");
}

static void assert_says(struct fixture *f, const char *text)
{
	if (!strstr(strbuf_text(&f->head), text))
		fail_msg("%s not in\n%s", text, strbuf_text(&f->head));
}

static void a_file_is_found_with_its_type(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "/a/b.txt"), 200);
	assert_says(f, "HTTP/1.1 200 OK\r\n");
	assert_says(f, "\r\nContent-Type: text/plain; charset=utf-8\r\n");
	assert_says(f, "\r\nContent-Length: 10\r\n");
	assert_says(f, "\r\nLast-Modified: Sat, 01 Jan 2000 00:00:00 GMT\r\n");
	assert_says(f, "\r\nDate: Sat, 01 Jan 2000 00:16:40 GMT\r\n");
	assert_says(f, "\r\nETag: \"a-");
	assert_int_equal(http_answer_file_octets(&f->a), 10);
	assert_int_equal(get(f, "/?query"), 200);
	assert_string_equal(f->a.path, "index.html");
	assert_int_equal(get(f, "http://h/a/?x"), 200);
	assert_string_equal(f->a.path, "a/index.html");
	assert_int_equal(get(f, "http://h"), 200);
	assert_int_equal(get(f, "/%C3%A9%20x.html"), 200);
}

static void a_directory_gets_its_slash(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "/a"), 301);
	assert_says(f, "\r\nLocation: /a/\r\n");
	assert_int_equal(get(f, "/nowhere/"), 404);
}

static void head_is_get_without_a_body(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "HEAD /a/b.txt", ""), 200);
	assert_says(f, "Content-Length: 10\r\n");
	assert_int_equal(http_answer_file_octets(&f->a), 0);
	assert_int_equal(ask(f, "HEAD /none", ""), 404);
	assert_null(strstr(strbuf_text(&f->head), "<h1>"));
	assert_int_equal(get(f, "/none"), 404);
	assert_says(f, "<h1>404 Not Found</h1>");
}

static void other_methods_are_not_allowed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "POST /", "Content-Length: 0\r\n"), 405);
	assert_says(f, "\r\nAllow: GET, HEAD, OPTIONS\r\n");
	assert_int_equal(ask(f, "DELETE /", ""), 405);
	assert_int_equal(ask(f, "CONNECT h:80", ""), 405);
	assert_int_equal(ask(f, "OPTIONS *", ""), 204);
	assert_says(f, "\r\nAllow: GET, HEAD, OPTIONS\r\n");
}

/* Nothing above the root is ever asked for, however it is written. */
static void no_path_leaves_the_root(void **state)
{
	/* clang-format off */
	static const struct {
		const char *target;
		unsigned int status;
	} rows[] = {
		{"/..%2f..%2fetc/passwd",	404},
		{"/../etc/passwd",		404},
		{"/a/../../etc/passwd",		404},
		{"/%2e%2e/etc/passwd",		404},
		{"/.%2e/etc/passwd",		404},
		{"/a/%2e",			404},
		{"/./index.html",		404},
		{"/..",				404},
		{"//etc/passwd",		404},
		{"/a//b.txt",			404},
		{"/..\\..\\etc",		404},
		{"/%5c%2e%2e%5cetc",		404},
		{"/index.html%00.png",		400},
		{"/%00",			400},
		{"/%0d%0aX:y",			400},
		{"/%c0%ae%c0%ae/etc/passwd",	400},
		{"/%c0%af",			400},
		{"/%e0%80%af",			400},
		{"/%ed%a0%80",			400},
		{"/%f4%90%80%80",		400},
		{"/%ff",			400},
		{"/%",				400},
		{"/%4",				400},
		{"/%zz",			400},
		{"/a/b.txt/",			404},
		{"/a/b.txt/c",			404},
		{"/..a",			404},
	};
	/* clang-format on */
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (get(f, rows[i].target) != rows[i].status)
			fail_msg("%s: %u", rows[i].target, f->a.status);
}

static void paths_have_a_limit(void **state)
{
	char path[HTTP_PATH_MAX + 1], target[HTTP_PATH_MAX + 10];

	(void)state;
	memset(target, 'a', sizeof(target));
	target[0] = '/';
	target[HTTP_PATH_MAX + 1] = 0;
	assert_int_equal(http_path_decode(path, target), 0);
	target[HTTP_PATH_MAX + 1] = 'a';
	target[HTTP_PATH_MAX + 2] = 0;
	assert_int_equal(http_path_decode(path, target), -ENOENT);
	target[HTTP_PATH_MAX] = '/';
	target[HTTP_PATH_MAX + 1] = 0;
	assert_int_equal(get(*state, target), 404);
}

/* RFC 9110, 13.1 and 13.2.2. */
static void preconditions_are_asked_in_order(void **state)
{
	struct fixture *f = *state;
	char etag[100], fields[300];
	const char *at;

	get(f, "/a/b.txt");
	at = strstr(strbuf_text(&f->head), "ETag: ") + 6;
	snprintf(etag, sizeof(etag), "%.*s", (int)strcspn(at, "\r"), at);

#define WITH(...)                                       \
	(snprintf(fields, sizeof(fields), __VA_ARGS__), \
	 ask(f, "GET /a/b.txt", fields))
	assert_int_equal(WITH("If-None-Match: %s\r\n", etag), 304);
	assert_says(f, "\r\nETag: ");
	assert_null(strstr(strbuf_text(&f->head), "Content-Length"));
	assert_int_equal(WITH("If-None-Match: \"x\", W/%s\r\n", etag), 304);
	assert_int_equal(WITH("If-None-Match: *\r\n"), 304);
	assert_int_equal(WITH("If-None-Match: \"x\"\r\n"), 200);
	assert_int_equal(WITH("If-Match: %s\r\n", etag), 200);
	assert_int_equal(WITH("If-Match: W/%s\r\n", etag), 412);
	assert_int_equal(WITH("If-Match: \"x\"\r\n"), 412);

#define YEAR_2000 "Sat, 01 Jan 2000 00:00:0"
	assert_int_equal(WITH("If-Modified-Since: " YEAR_2000 "0 GMT\r\n"),
			 304);
	assert_int_equal(WITH("If-Modified-Since: " YEAR_2000 "1 GMT\r\n"),
			 304);
	assert_int_equal(WITH("If-Modified-Since: Fri, 31 Dec 1999 23:59:59 "
			      "GMT\r\n"),
			 200);
	assert_int_equal(WITH("If-Modified-Since: yesterday\r\n"), 200);
	assert_int_equal(WITH("If-Unmodified-Since: Fri, 31 Dec 1999 23:59:59 "
			      "GMT\r\n"),
			 412);
	assert_int_equal(WITH("If-Unmodified-Since: " YEAR_2000 "0 GMT\r\n"),
			 200);
	/* The tag is stronger than the date. */
	assert_int_equal(
		WITH("If-None-Match: \"x\"\r\nIf-Modified-Since: " YEAR_2000
		     "0 GMT\r\n"),
		200);
}

/* RFC 9110, 14.1.2; the file has ten octets. */
static void ranges_are_cut_from_the_file(void **state)
{
	/* clang-format off */
	static const struct {
		const char *range;
		int rc;
		uint64_t off, len;
	} rows[] = {
		{"bytes=0-4",			0, 0, 5},
		{"bytes=5-5",			0, 5, 1},
		{"bytes=5-",			0, 5, 5},
		{"bytes=-3",			0, 7, 3},
		{"bytes=-10",			0, 0, 10},
		{"bytes=-11",			0, 0, 10},
		{"bytes=0-9",			0, 0, 10},
		{"bytes=0-10",			0, 0, 10},
		{"bytes=9-999999999999999999",	0, 9, 1},
		{"BYTES=1-2",			0, 1, 2},
		{"bytes=10-",			-ERANGE, 0, 0},
		{"bytes=10-11",			-ERANGE, 0, 0},
		{"bytes=-0",			-ERANGE, 0, 0},
		{"bytes=4-3",			-EINVAL, 0, 0},
		{"bytes=",			-EINVAL, 0, 0},
		{"bytes=-",			-EINVAL, 0, 0},
		{"bytes=x-y",			-EINVAL, 0, 0},
		{"bytes=0-1,3-4",		-EINVAL, 0, 0},
		{"bytes=0-1 ",			-EINVAL, 0, 0},
		{"bytes= 0-1",			-EINVAL, 0, 0},
		{"bytes=0x1-2",			-EINVAL, 0, 0},
		{"bytes=0--1",			-EINVAL, 0, 0},
		{"bytes=99999999999999999999-",	-EINVAL, 0, 0},
		{"items=0-1",			-EINVAL, 0, 0},
		{"",				-EINVAL, 0, 0},
	};
	/* clang-format on */
	uint64_t off, len;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		off = len = 0;
		rc = http_range_parse(rows[i].range, 10, &off, &len);
		if (rc != rows[i].rc || off != rows[i].off ||
		    len != rows[i].len)
			fail_msg("%s: %d", rows[i].range, rc);
	}
	assert_int_equal(http_range_parse("bytes=0-", 0, &off, &len), -ERANGE);
	assert_int_equal(http_range_parse("bytes=-1", 0, &off, &len), -ERANGE);
}

static void a_range_is_206_or_416_or_ignored(void **state)
{
	struct fixture *f = *state;
	char fields[200];
	char etag[100];
	const char *at;

	assert_int_equal(WITH("Range: bytes=2-4\r\n"), 206);
	assert_says(f, "\r\nContent-Range: bytes 2-4/10\r\n");
	assert_says(f, "\r\nContent-Length: 3\r\n");
	assert_int_equal(f->a.off, 2);
	assert_int_equal(WITH("Range: bytes=10-\r\n"), 416);
	assert_says(f, "\r\nContent-Range: bytes */10\r\n");
	assert_int_equal(WITH("Range: bytes=0-1,4-5\r\n"), 200);
	assert_int_equal(ask(f, "HEAD /a/b.txt", "Range: bytes=2-4\r\n"), 200);

	/* RFC 9110, 13.1.5. */
	at = strstr(strbuf_text(&f->head), "ETag: ") + 6;
	snprintf(etag, sizeof(etag), "%.*s", (int)strcspn(at, "\r"), at);
	assert_int_equal(WITH("Range: bytes=2-4\r\nIf-Range: %s\r\n", etag),
			 206);
	assert_int_equal(WITH("Range: bytes=2-4\r\nIf-Range: W/%s\r\n", etag),
			 200);
	assert_int_equal(WITH("Range: bytes=2-4\r\nIf-Range: \"x\"\r\n"), 200);
	assert_int_equal(
		WITH("Range: bytes=2-4\r\nIf-Range: " YEAR_2000 "0 GMT\r\n"),
		206);
	assert_int_equal(
		WITH("Range: bytes=2-4\r\nIf-Range: " YEAR_2000 "1 GMT\r\n"),
		200);
}

static void the_tag_changes_with_the_content_only(void **state)
{
	struct fixture *f = *state;
	uint64_t tag;

	get(f, "/a/b.txt");
	tag = f->a.file.tag;
	http_mem_set(&f->files, "a/b.txt", "0123456789", 10, NOW);
	get(f, "/a/b.txt");
	assert_int_equal(f->a.file.tag, tag);
	http_mem_set(&f->files, "a/b.txt", "0123456780", 10, NOW);
	get(f, "/a/b.txt");
	assert_int_not_equal(f->a.file.tag, tag);
}

static void an_open_file_stays_as_it_was(void **state)
{
	struct fixture *f = *state;
	char octets[10];

	get(f, "/a/b.txt");
	assert_int_equal(http_mem_del(&f->files, "a/b.txt"), 0);
	assert_int_equal(http_mem_del(&f->files, "a/b.txt"), -ENOENT);
	assert_int_equal(f->a.file.source->ops->read(&f->a.file, 5, octets,
						     sizeof(octets)),
			 5);
	assert_memory_equal(octets, "56789", 5);
	assert_int_equal(get(f, "/a/b.txt"), 404);
}

static void an_error_closes(void **state)
{
	struct fixture *f = *state;

	http_answer_error(&f->a, 408, "the request took too long");
	http_answer_head(&f->a, NOW, &f->head);
	assert_says(f, "HTTP/1.1 408 Request Timeout\r\n");
	assert_says(f, "\r\nConnection: close\r\n");
	assert_says(f, "<p>the request took too long.</p>");
}

static void want_of_memory_is_survived(void **state)
{
	struct fixture *f = *state;

	f->mem.fail_at = f->mem.calls + 1;
	assert_int_equal(http_mem_set(&f->files, "new", "x", 1, 0), -ENOMEM);
	f->mem.fail_at = f->mem.calls + 2;
	assert_int_equal(http_mem_set(&f->files, "new", "x", 1, 0), -ENOMEM);
	assert_int_equal(get(f, "/new"), 404);
	f->mem.fail_at = f->mem.calls + 1;
	assert_int_equal(http_mem_set(&f->files, "a/b.txt", "y", 1, 0),
			 -ENOMEM);
	assert_int_equal(get(f, "/a/b.txt"), 200);
	assert_int_equal(f->a.file.size, 10);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_file_is_found_with_its_type),
		T(a_directory_gets_its_slash),
		T(head_is_get_without_a_body),
		T(other_methods_are_not_allowed),
		T(no_path_leaves_the_root),
		T(paths_have_a_limit),
		T(preconditions_are_asked_in_order),
		T(ranges_are_cut_from_the_file),
		T(a_range_is_206_or_416_or_ignored),
		T(the_tag_changes_with_the_content_only),
		T(an_open_file_stays_as_it_was),
		T(an_error_closes),
		T(want_of_memory_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
