// SPDX-License-Identifier: MIT
/* lab_pattern_test.c - "tcp.SYN from laptop" */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "lab/pattern.h"

static struct mem mem;
static struct arena arena;
static struct diag diag;
static struct pattern p;

static int setup(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	arena_init(&arena, &mem);
	diag_init(&diag, &arena, "t", "", 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static bool parse(const char *text)
{
	struct lab_str s = {{1, 1}, text};

	return pattern_parse(&p, &s, &diag);
}

static void nodes_are_told_apart(void **state)
{
	(void)state;
	assert_true(parse("tcp.SYN from laptop to web"));
	assert_int_equal(p.kind, PATTERN_TCP_FLAGS);
	assert_int_equal(p.value, 0x02);
	assert_string_equal(p.from.s, "laptop");
	assert_string_equal(p.to.s, "web");
	assert_null(p.any.s);
	assert_true(parse("dns.query root-dns"));
	assert_int_equal(p.kind, PATTERN_DNS);
	assert_string_equal(p.any.s, "root-dns");
}

static void frames_and_events_are_told_apart(void **state)
{
	(void)state;
	assert_true(parse("tcp.SYN,ACK"));
	assert_int_equal(p.value, 0x12);
	assert_true(parse("http.404"));
	assert_string_equal(p.word, "404");
	assert_true(parse("http.GET"));
	assert_string_equal(p.word, "GET");
	assert_true(parse("tcp.retransmit"));
	assert_int_equal(p.kind, PATTERN_EVENT);
	assert_int_equal(p.what, R_TCP_RETRANSMIT);
	assert_true(parse("icmp.echo-request"));
	assert_int_equal(p.value, 8);
}

static void what_is_no_pattern_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"tcp.SYN from",
		"tcp.SYN a b",
		"tcp.SYN,",
		"tcp.SYN,SNY",
		"tcp",
		"http.",
		"http.40",
		"http.get",
		"tcp.SYN to a to b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t before = diag.count;

		assert_false(parse(bad[i]));
		assert_int_equal(diag.count, before + 1);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nodes_are_told_apart),
		TEST(frames_and_events_are_told_apart),
		TEST(what_is_no_pattern_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
