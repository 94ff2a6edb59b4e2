// SPDX-License-Identifier: MIT
/*
 * http_date_test.c - dates in their three forms, and the edges of a calendar
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"

#include "apps/http_date.h"

/* clang-format off */
static const struct {
	int64_t date_s;
	const char *text;
} dates[] = {
	{0,		"Thu, 01 Jan 1970 00:00:00 GMT"},
	{784111777,	"Sun, 06 Nov 1994 08:49:37 GMT"},
	{HTTP_EPOCH_S,	"Sat, 01 Jan 2000 00:00:00 GMT"},
	{951782400,	"Tue, 29 Feb 2000 00:00:00 GMT"},
	{951868799,	"Tue, 29 Feb 2000 23:59:59 GMT"},
	{951868800,	"Wed, 01 Mar 2000 00:00:00 GMT"},
	{4107542399,	"Sun, 28 Feb 2100 23:59:59 GMT"},
	{4107542400,	"Mon, 01 Mar 2100 00:00:00 GMT"},
	{-1,		"Wed, 31 Dec 1969 23:59:59 GMT"},
	{-62167219200,	"Sat, 01 Jan 0000 00:00:00 GMT"},
	{253402300799,	"Fri, 31 Dec 9999 23:59:59 GMT"},
};

static const char *const bad[] = {
	"", "0", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37",
	"Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
	"Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
	"Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
	"Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nvo 1994 08:49:37 GMT",
	"Sun, 06 Nov 19x4 08:49:37 GMT", "Sun Nov  6 08:49:37 94",
	"Mon, 29 Feb 2100 00:00:00 GMT", ",",
};
/* clang-format on */

static void a_date_is_the_same_in_both_directions(void **state)
{
	char text[HTTP_DATE_TEXT];
	int64_t back;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(dates); i++) {
		assert_string_equal(http_date_print(dates[i].date_s, text),
				    dates[i].text);
		assert_int_equal(http_date_parse(&back, text, 0), 0);
		assert_int_equal(back, dates[i].date_s);
	}
}

/* RFC 9110, 5.6.7. */
static void obsolete_forms_are_read(void **state)
{
	int64_t d;

	(void)state;
	assert_int_equal(http_date_parse(&d, "Sun Nov  6 08:49:37 1994", 0), 0);
	assert_int_equal(d, 784111777);
	assert_int_equal(http_date_parse(&d, "Sunday, 06-Nov-94 08:49:37 GMT",
					 HTTP_EPOCH_S),
			 0);
	assert_int_equal(d, 784111777);
}

/* RFC 9110, 5.6.7: more than 50 years in the future is the past. */
static void a_short_year_is_near(void **state)
{
	const char *text = "Friday, 01-Jan-99 00:00:00 GMT";
	int64_t d;

	(void)state;
	assert_int_equal(http_date_parse(&d, text, 784111777), 0);
	assert_int_equal(d, 915148800);
	text = "Saturday, 01-Jan-00 00:00:00 GMT";
	assert_int_equal(http_date_parse(&d, text, HTTP_EPOCH_S), 0);
	assert_int_equal(d, HTTP_EPOCH_S);
	text = "Friday, 01-Jan-51 00:00:00 GMT";
	assert_int_equal(http_date_parse(&d, text, HTTP_EPOCH_S), 0);
	assert_int_equal(d, -599616000);
}

static void what_is_no_date_is_refused(void **state)
{
	int64_t d = 7;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(http_date_parse(&d, bad[i], 0), -EINVAL);
	assert_int_equal(d, 7);
}

static void dates_out_of_range_print_as_the_nearest(void **state)
{
	char text[HTTP_DATE_TEXT];

	(void)state;
	assert_string_equal(http_date_print(INT64_MAX, text),
			    "Fri, 31 Dec 9999 23:59:59 GMT");
	assert_string_equal(http_date_print(INT64_MIN, text),
			    "Sat, 01 Jan 0000 00:00:00 GMT");
}

static void lab_time_begins_with_the_year_2000(void **state)
{
	struct env env = {.now_ns = 61 * NS_PER_S + 5};
	char text[HTTP_DATE_TEXT];

	(void)state;
	assert_string_equal(http_date_print(http_date_now(&env), text),
			    "Sat, 01 Jan 2000 00:01:01 GMT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_is_the_same_in_both_directions),
		cmocka_unit_test(obsolete_forms_are_read),
		cmocka_unit_test(a_short_year_is_near),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(dates_out_of_range_print_as_the_nearest),
		cmocka_unit_test(lab_time_begins_with_the_year_2000),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
