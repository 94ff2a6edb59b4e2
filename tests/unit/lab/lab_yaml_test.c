// SPDX-License-Identifier: MIT
/* lab_yaml_test.c - the notation: trees with places, and what is refused */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "lab/tree.h"

static struct mem mem;
static struct arena arena;
static struct diag diag;

static struct tree *read_text(const char *text)
{
	diag_init(&diag, &arena, "t", text, strlen(text));
	return tree_read(&diag);
}

static int setup(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	arena_init(&arena, &mem);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return mem.in_use_count ? -1 : 0;
}

static void texts_have_no_types(void **state)
{
	struct tree *t = read_text("{a: no, b: 0x10, c: 1e3, d: \"\", e: }");

	(void)state;
	assert_non_null(t);
	assert_string_equal(tree_get(t, "a")->text, "no");
	assert_string_equal(tree_get(t, "b")->text, "0x10");
	assert_string_equal(tree_get(t, "c")->text, "1e3");
	assert_true(tree_get(t, "d")->is_quoted);
	assert_false(tree_get(t, "e")->is_quoted);
	assert_null(tree_get(t, "f"));
}

static void places_count_characters_from_one(void **state)
{
	struct tree *t = read_text("a:\n  - \"\303\251\303\251\": x\n");
	struct tree *value;

	(void)state;
	assert_non_null(t);
	value = tree_get(t, "a")->first->first;
	assert_string_equal(value->text, "x");
	assert_int_equal(value->key->at.line, 2);
	assert_int_equal(value->key->at.col, 5);
	assert_int_equal(value->at.col, 11);
}

static void json_is_part_of_it(void **state)
{
	struct tree *t = read_text("{\"a\": [1, {\"b\": \"c\"}]}");

	(void)state;
	assert_non_null(t);
	assert_int_equal(tree_get(t, "a")->count, 2);
	assert_string_equal(tree_get(tree_get(t, "a")->first->next, "b")->text,
			    "c");
}

static void every_duplicate_key_is_found(void **state)
{
	(void)state;
	assert_non_null(read_text("{a: 1, b: 2, a: 3, b: 4, a: 5}"));
	assert_int_equal(diag.count, 3);
}

static void octets_that_are_no_text_are_refused(void **state)
{
	(void)state;
	assert_null(read_text("a: \xff\xfe\n"));
	assert_int_equal(diag.count, 1);
	assert_null(read_text("a: \001\n"));
	assert_null(read_text("a: \"x\\0y\"\n"));
}

static void errors_are_printed_in_order_with_a_caret(void **state)
{
	char buf[256];
	struct strbuf sb;

	(void)state;
	diag_init(&diag, &arena, "f", "one\ntwo\n", 8);
	diag_error(&diag, (struct lab_pos){2, 3}, "late");
	diag_error(&diag, (struct lab_pos){1, 1}, "early");
	diag_error(&diag, (struct lab_pos){1, 1}, "early");
	strbuf_init_fixed(&sb, buf, sizeof(buf));
	diag_print(&diag, &sb);
	assert_string_equal(buf, "f:1:1: early\n    one\n    ^\n"
				 "f:2:3: late\n    two\n      ^\n");
}

static void near_words_are_found_and_far_ones_are_not(void **state)
{
	static const char *const words[] = {"delay", "rate", "loss", "queue"};

	(void)state;
	assert_string_equal(diag_nearest("dely", words, 4), "delay");
	assert_string_equal(diag_nearest("dealy", words, 4), "delay");
	assert_string_equal(diag_nearest("los", words, 4), "loss");
	assert_null(diag_nearest("colour", words, 4));
	assert_null(diag_nearest("x", words, 4));
}

/* Whatever fails to be allocated, there is an answer and no leak. */
static void every_allocation_may_fail(void **state)
{
	static const char text[] = "a: {b: [c, d], e: f}\ng: h\n";
	uint64_t k;

	(void)state;
	for (k = 1; k < 100; k++) {
		struct tree *t;

		arena_fini(&arena);
		mem.fail_at = mem.calls + k;
		mem.fail_ever = true;
		t = read_text(text);
		mem.fail_at = 0;
		mem.fail_ever = false;
		if (t)
			break;
		assert_true(arena_is_out(&arena) || diag.count);
	}
	assert_true(k > 1 && k < 100);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts_have_no_types),
		TEST(places_count_characters_from_one),
		TEST(json_is_part_of_it),
		TEST(every_duplicate_key_is_found),
		TEST(octets_that_are_no_text_are_refused),
		TEST(errors_are_printed_in_order_with_a_caret),
		TEST(near_words_are_found_and_far_ones_are_not),
		TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
