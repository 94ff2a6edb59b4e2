// SPDX-License-Identifier: MIT
/*
 * http_cache_test.c - how long a response may be used, and what a browser
 * keeps (RFC 9111)
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

#include "apps/http_cache.h"
#include "apps/http_date.h"
#include "apps/http_fresh.h"
#include "reactor/buf.h"

struct fixture {
	struct mem mem;
	struct env env;
	struct place place;
	struct http_cache *cache;
	struct url url;
	struct http_msg msg;
	struct buf *body;
	struct http_cached found;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	mem_init_libc(&f->mem);
	env_init(&f->env, &f->mem);
	f->env.now_ns = 1000 * NS_PER_S;
	f->place.env = &f->env;
	f->place.name = "laptop";
	f->cache = http_cache_new(&f->place);
	http_msg_init(&f->msg, &f->mem);
	f->body = buf_of_text(&f->mem, "hello");
	return url_parse(&f->url, "http://h/", NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	size_t left;

	http_cache_free(f->cache);
	http_msg_fini(&f->msg);
	buf_put(f->body);
	env_fini(&f->env);
	left = f->mem.in_use_count;
	free(f);
	return left ? -1 : 0;
}

/* A head out of lines "Name: value\n". */
static void head(struct fixture *f, unsigned int status, const char *lines)
{
	char name[100], value[200];
	int used;

	http_msg_clear(&f->msg);
	f->msg.status = status;
	f->msg.minor = 1;
	while (sscanf(lines, " %99[^:]: %199[^\n]%n", name, value, &used) ==
	       2) {
		assert_int_equal(http_msg_add(&f->msg, name, value), 0);
		lines += used;
	}
}

static bool store(struct fixture *f, unsigned int status, const char *lines)
{
	head(f, status, lines);
	return http_cache_store(f->cache, &f->url, &f->msg, f->body,
				f->env.now_ns);
}

static enum http_cache_verdict find(struct fixture *f)
{
	return http_cache_find(f->cache, &f->url, &f->found);
}

/* The clock stands at Sat, 01 Jan 2000 00:16:40. */
#define DATE "Date: Sat, 01 Jan 2000 00:16:40 GMT\n"

/* RFC 9111, 4.2.1 to 4.2.3. */
static void life_and_age_follow_the_fields(void **state)
{
	/* clang-format off */
	static const struct {
		unsigned int status;
		const char *fields;
		int64_t life_s, age_s;
	} rows[] = {
		{200, DATE "Cache-Control: max-age=60\n", 60, 0},
		{200, DATE "Cache-Control: public, MAX-AGE=60\n", 60, 0},
		{200, DATE "Cache-Control: max-age=60\nExpires: 0\n", 60, 0},
		{200, DATE "Cache-Control: max-age=60, no-cache\n", 0, 0},
		{200, DATE "Cache-Control: max-age=x\n", 0, 0},
		{200, DATE "Cache-Control: max-age=\n", 0, 0},
		{200, DATE "Cache-Control: max-age=-1\n", 0, 0},
		{200, DATE "Cache-Control: max-age=99999999999999\n",
			INT32_MAX, 0},
		{200, DATE "Cache-Control: s-maxage=60\n", 0, 0},
		{200, DATE "Expires: Sat, 01 Jan 2000 00:18:40 GMT\n", 120, 0},
		{200, DATE "Expires: Sat, 01 Jan 2000 00:16:40 GMT\n", 0, 0},
		{200, DATE "Expires: 0\n", 0, 0},
		{200, DATE "Expires: 0\nLast-Modified: "
			"Sat, 01 Jan 2000 00:00:00 GMT\n", 0, 0},
		{200, DATE "Last-Modified: Sat, 01 Jan 2000 00:00:00 GMT\n",
			100, 0},
		{200, DATE "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\n",
			86400, 0},
		{200, DATE "Last-Modified: Sat, 01 Jan 2000 01:00:00 GMT\n",
			0, 0},
		{302, DATE "Last-Modified: Sat, 01 Jan 2000 00:00:00 GMT\n",
			0, 0},
		{302, DATE "Cache-Control: max-age=60\n", 60, 0},
		{200, DATE "Cache-Control: max-age=60\nAge: 7\n", 60, 7},
		{200, DATE "Cache-Control: max-age=60\nAge: x\n", 60, 0},
		{200, "Date: Sat, 01 Jan 2000 00:16:30 GMT\n"
			"Cache-Control: max-age=60\nAge: 7\n", 60, 10},
		{200, "Date: Sat, 01 Jan 2000 00:17:00 GMT\n"
			"Cache-Control: max-age=60\n", 60, 0},
		{200, "Cache-Control: max-age=60\n", 60, 0},
		{200, "", 0, 0},
	};
	/* clang-format on */
	struct fixture *f = *state;
	struct http_fresh fresh;
	int64_t now = http_date_now(&f->env);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		head(f, rows[i].status, rows[i].fields);
		http_fresh_init(&fresh, &f->msg, now, now);
		if (fresh.life_s != rows[i].life_s ||
		    http_fresh_age(&fresh, now) != rows[i].age_s)
			fail_msg("row %zu: life %ld, age %ld", i,
				 (long)fresh.life_s,
				 (long)http_fresh_age(&fresh, now));
	}
	/* What the request took counts as age. */
	head(f, 200, "Age: 3\n");
	http_fresh_init(&fresh, &f->msg, now - 2, now);
	assert_int_equal(http_fresh_age(&fresh, now + 10), 15);
}

/* RFC 9111, 3. */
static void only_what_may_be_kept_is_kept(void **state)
{
	static const struct {
		unsigned int status;
		const char *fields;
		bool is_kept;
	} rows[] = {
		{200, DATE "Cache-Control: max-age=60\n", true},
		{200, DATE "Cache-Control: max-age=60, no-store\n", false},
		{200, DATE "Cache-Control: private, max-age=60\n", true},
		{200, DATE "Cache-Control: no-cache\nETag: \"a\"\n", true},
		{200, DATE "Cache-Control: no-cache\n", false},
		{200, DATE "ETag: \"a\"\n", true},
		{200, DATE "", false},
		{200, DATE "Cache-Control: max-age=60\nVary: *\n", false},
		{200, DATE "Cache-Control: max-age=60\nVary: Accept\n", true},
		{206, DATE "Cache-Control: max-age=60\n", false},
		{304, DATE "Cache-Control: max-age=60\n", false},
		{404, DATE "Cache-Control: max-age=60\n", true},
		{500, DATE "ETag: \"a\"\n", false},
		{302, DATE "Cache-Control: max-age=60\n", true},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		http_cache_clear(f->cache);
		if (store(f, rows[i].status, rows[i].fields) != rows[i].is_kept)
			fail_msg("row %zu", i);
		assert_int_equal(http_cache_count(f->cache), rows[i].is_kept);
	}
}

static void what_is_fresh_is_used_until_it_is_stale(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(find(f), HTTP_CACHE_MISS);
	assert_true(store(f, 200,
			  DATE "Cache-Control: max-age=60\n"
			       "ETag: \"a\"\n"));
	assert_int_equal(find(f), HTTP_CACHE_FRESH);
	assert_ptr_equal(f->found.body, f->body);
	assert_int_equal(f->found.fresh_s, 60);
	f->env.now_ns += 59 * NS_PER_S;
	assert_int_equal(find(f), HTTP_CACHE_FRESH);
	assert_int_equal(f->found.age_s, 59);
	f->env.now_ns += NS_PER_S;
	assert_int_equal(find(f), HTTP_CACHE_STALE);
	assert_string_equal(f->found.etag, "\"a\"");
	assert_null(f->found.last_modified);
}

/* RFC 9111, 3.2 and 4.3.4. */
static void a_304_makes_it_fresh_again(void **state)
{
	struct fixture *f = *state;

	store(f, 200,
	      DATE "Cache-Control: max-age=60\nETag: \"a\"\n"
		   "Content-Length: 5\nContent-Type: text/plain\n");
	f->env.now_ns += 100 * NS_PER_S;
	head(f, 304,
	     "Date: Sat, 01 Jan 2000 00:18:20 GMT\n"
	     "Cache-Control: max-age=30\nContent-Length: 0\n");
	assert_int_equal(http_cache_validated(f->cache, &f->url, &f->msg,
					      f->env.now_ns, &f->found),
			 0);
	assert_int_equal(find(f), HTTP_CACHE_FRESH);
	assert_int_equal(f->found.fresh_s, 30);
	assert_int_equal(f->found.msg->status, 200);
	assert_string_equal(http_msg_field(f->found.msg, "Content-Length"),
			    "5");
	assert_string_equal(http_msg_field(f->found.msg, "Content-Type"),
			    "text/plain");
	assert_int_equal(http_msg_field_count(f->found.msg, "Cache-Control"),
			 1);
	assert_string_equal(f->found.etag, "\"a\"");
	http_cache_clear(f->cache);
	assert_int_equal(http_cache_validated(f->cache, &f->url, &f->msg,
					      f->env.now_ns, &f->found),
			 -ENOENT);
}

static void the_last_answer_replaces_the_one_before(void **state)
{
	struct fixture *f = *state;

	store(f, 200, DATE "Cache-Control: max-age=60\n");
	assert_true(store(f, 404, DATE "Cache-Control: max-age=10\n"));
	assert_int_equal(http_cache_count(f->cache), 1);
	assert_int_equal(find(f), HTTP_CACHE_FRESH);
	assert_int_equal(f->found.msg->status, 404);
	assert_false(store(f, 200, DATE "Cache-Control: no-store\n"));
	assert_int_equal(find(f), HTTP_CACHE_MISS);
}

static void the_longest_unused_goes_first(void **state)
{
	struct fixture *f = *state;
	char text[40];
	int i;

	for (i = 0; i <= HTTP_CACHE_ENTRIES_MAX; i++) {
		if (i == HTTP_CACHE_ENTRIES_MAX) {
			url_parse(&f->url, "http://h/0", NULL);
			assert_int_equal(find(f), HTTP_CACHE_FRESH);
		}
		snprintf(text, sizeof(text), "http://h/%d", i);
		url_parse(&f->url, text, NULL);
		assert_true(store(f, 200, DATE "Cache-Control: max-age=9\n"));
	}
	assert_int_equal(http_cache_count(f->cache), HTTP_CACHE_ENTRIES_MAX);
	url_parse(&f->url, "http://h/0", NULL);
	assert_int_equal(find(f), HTTP_CACHE_FRESH);
	url_parse(&f->url, "http://h/1", NULL);
	assert_int_equal(find(f), HTTP_CACHE_MISS);
}

static void large_bodies_have_limits(void **state)
{
	struct fixture *f = *state;
	struct buf *large = buf_new(&f->mem, HTTP_CACHE_BODY_MAX + 1);
	char text[40];
	int i;

	buf_put(f->body);
	f->body = large;
	buf_wrote(large, HTTP_CACHE_BODY_MAX + 1);
	assert_false(store(f, 200, DATE "Cache-Control: max-age=9\n"));
	large->w--;
	for (i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "http://h/%d", i);
		url_parse(&f->url, text, NULL);
		assert_true(store(f, 200, DATE "Cache-Control: max-age=9\n"));
	}
	assert_int_equal(http_cache_count(f->cache),
			 HTTP_CACHE_OCTETS_MAX / HTTP_CACHE_BODY_MAX);
	http_cache_clear(f->cache);
}

static void want_of_memory_keeps_nothing_wrong(void **state)
{
	struct fixture *f = *state;
	uint64_t n;

	for (n = 1; n < 20; n++) {
		head(f, 200, DATE "Cache-Control: max-age=60\nETag: \"a\"\n");
		f->mem.fail_at = f->mem.calls + n;
		http_cache_store(f->cache, &f->url, &f->msg, f->body,
				 f->env.now_ns);
		f->mem.fail_at = 0;
		if (find(f) == HTTP_CACHE_FRESH)
			assert_string_equal(f->found.etag, "\"a\"");
		http_cache_validated(f->cache, &f->url, &f->msg, f->env.now_ns,
				     &f->found);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(life_and_age_follow_the_fields),
		T(only_what_may_be_kept_is_kept),
		T(what_is_fresh_is_used_until_it_is_stale),
		T(a_304_makes_it_fresh_again),
		T(the_last_answer_replaces_the_one_before),
		T(the_longest_unused_goes_first),
		T(large_bodies_have_limits),
		T(want_of_memory_keeps_nothing_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
