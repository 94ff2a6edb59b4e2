// SPDX-License-Identifier: MIT
/* lab_value_test.c - numbers with units are exact, or refused */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/strbuf.h"

#include "lab/value.h"

static void values_are_exact(void **state)
{
	static const struct {
		const char *text;
		enum value_unit unit;
		uint64_t v;
	} good[] = {
		{"0", VALUE_DURATION, 0},
		{"10ms", VALUE_DURATION, 10000000},
		{"1.5ms", VALUE_DURATION, 1500000},
		{"0.000001s", VALUE_DURATION, 1000},
		{"1.000000001s", VALUE_DURATION, 1000000001},
		{"2min", VALUE_DURATION, 120000000000},
		{"1h", VALUE_DURATION, 3600000000000},
		{"100mbit", VALUE_RATE, 100000000},
		{"2.5gbit", VALUE_RATE, 2500000000},
		{"56kbit", VALUE_RATE, 56000},
		{"1500B", VALUE_SIZE, 1500},
		{"64KiB", VALUE_SIZE, 65536},
		{"1MB", VALUE_SIZE, 1000000},
		{"100%", VALUE_PERCENT, VALUE_WHOLE},
		{"0.1%", VALUE_PERCENT, 1000000},
		{"0.0000001%", VALUE_PERCENT, 1},
		{"42", VALUE_NUMBER, 42},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		uint64_t v = 1;

		assert_int_equal(value_parse(good[i].text, good[i].unit, &v),
				 VALUE_OK);
		assert_int_equal(v, good[i].v);
	}
}

static void wrong_values_are_refused_with_the_reason(void **state)
{
	static const struct {
		const char *text;
		enum value_unit unit;
		enum value_error error;
	} bad[] = {
		{"", VALUE_DURATION, VALUE_NOT_A_NUMBER},
		{"ms", VALUE_DURATION, VALUE_NOT_A_NUMBER},
		{"-1ms", VALUE_DURATION, VALUE_NOT_A_NUMBER},
		{"1.ms", VALUE_DURATION, VALUE_NOT_A_NUMBER},
		{".5ms", VALUE_DURATION, VALUE_NOT_A_NUMBER},
		{"5", VALUE_DURATION, VALUE_NO_UNIT},
		{"5 ms", VALUE_DURATION, VALUE_BAD_UNIT},
		{"5MS", VALUE_DURATION, VALUE_BAD_UNIT},
		{"5msx", VALUE_DURATION, VALUE_BAD_UNIT},
		{"1.5ns", VALUE_DURATION, VALUE_TOO_FINE},
		{"0.00000000000000000000000001s", VALUE_DURATION,
		 VALUE_TOO_FINE},
		{"9999999999h", VALUE_DURATION, VALUE_TOO_LARGE},
		{"99999999999999999999ns", VALUE_DURATION, VALUE_TOO_LARGE},
		{"100.1%", VALUE_PERCENT, VALUE_TOO_LARGE},
		{"1.5", VALUE_NUMBER, VALUE_TOO_FINE},
		{"5ms", VALUE_NUMBER, VALUE_BAD_UNIT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint64_t v = 77;

		assert_int_equal(value_parse(bad[i].text, bad[i].unit, &v),
				 bad[i].error);
		assert_int_equal(v, 77);
	}
}

/* Printing picks the largest unit in which the number is whole. */
static void what_is_printed_is_read_back(void **state)
{
	static const struct {
		enum value_unit unit;
		uint64_t v;
		const char *text;
	} rows[] = {
		{VALUE_DURATION, 0, "0s"},
		{VALUE_DURATION, 1500000, "1500us"},
		{VALUE_DURATION, 60000000000, "1min"},
		{VALUE_RATE, 1000000000, "1gbit"},
		{VALUE_RATE, 2500000000, "2500mbit"},
		{VALUE_SIZE, 262144, "256KiB"},
		{VALUE_SIZE, 0, "0B"},
		{VALUE_PERCENT, 1, "0.0000001%"},
		{VALUE_PERCENT, VALUE_WHOLE, "100%"},
		{VALUE_PERCENT, 125000000, "12.5%"},
		{VALUE_NUMBER, 7, "7"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char buf[64];
		struct strbuf sb;
		uint64_t v;

		strbuf_init_fixed(&sb, buf, sizeof(buf));
		value_print(&sb, rows[i].unit, rows[i].v);
		assert_string_equal(strbuf_text(&sb), rows[i].text);
		assert_int_equal(value_parse(buf, rows[i].unit, &v), VALUE_OK);
		assert_int_equal(v, rows[i].v);
	}
}

static void comparisons_are_read_and_meet(void **state)
{
	static const struct {
		const char *text;
		uint64_t yes, no;
	} rows[] = {
		{"4", 4, 5},   {"= 4", 4, 3}, {"==4", 4, 3}, {"!= 4", 5, 4},
		{"< 4", 3, 4}, {"<=4", 4, 5}, {"> 4", 5, 4}, {">= 4", 4, 3},
	};
	enum value_op op;
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(
			value_parse_cmp(rows[i].text, VALUE_NUMBER, &op, &v),
			VALUE_OK);
		assert_true(value_meets(rows[i].yes, op, v));
		assert_false(value_meets(rows[i].no, op, v));
	}
	assert_int_equal(value_parse_cmp("~ 4", VALUE_NUMBER, &op, &v),
			 VALUE_NOT_A_NUMBER);
	assert_int_equal(value_parse_cmp("< 5", VALUE_DURATION, &op, &v),
			 VALUE_NO_UNIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_exact),
		cmocka_unit_test(wrong_values_are_refused_with_the_reason),
		cmocka_unit_test(what_is_printed_is_read_back),
		cmocka_unit_test(comparisons_are_read_and_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
