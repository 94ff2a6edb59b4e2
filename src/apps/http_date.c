// SPDX-License-Identifier: MIT
/*
 * http_date.c - dates as HTTP writes them
 *
 * Theory of operation
 * ===================
 * The C library's mktime() and strptime() look at the time zone and the
 * language of whoever runs the program, which a date on the wire must not.
 * The calendar is small enough: count days in years that begin in March, so
 * that the leap day is the last of its year, and 400 years are always 146,097
 * days.
 *
 *	Sun, 06 Nov 1994 08:49:37 GMT	the form to send
 *	Sunday, 06-Nov-94 08:49:37 GMT	RFC 850, obsolete
 *	Sun Nov  6 08:49:37 1994	asctime(), obsolete
 */

#include "apps/http_date.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "apps/ascii.h"

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468, DAY_S = 86400 };

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char days[] = "SunMonTueWedThuFriSat";

struct civil {
	int year, month, day; /* month 1 ... 12 */
	int hour, minute, second;
};

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t days_from_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * DAYS_PER_ERA + doe - DAYS_TO_1970;
}

/* The inverse; @n is not before the year 0. */
static void civil_from_days(struct civil *c, int64_t n)
{
	int64_t z = n + DAYS_TO_1970;
	int64_t era = (z >= 0 ? z : z - DAYS_PER_ERA + 1) / DAYS_PER_ERA;
	int64_t doe = z - era * DAYS_PER_ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	c->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c->year = (int)(yoe + era * 400) + (c->month <= 2);
}

char *http_date_print(int64_t date_s, char buf[static HTTP_DATE_TEXT])
{
	const int64_t first = days_from_civil(0, 1, 1) * DAY_S;
	const int64_t last = days_from_civil(10000, 1, 1) * DAY_S - 1;
	struct civil c = {0};
	int64_t day;
	int s, weekday;

	if (date_s < first)
		date_s = first;
	if (date_s > last)
		date_s = last;
	day = (date_s - first) / DAY_S + first / DAY_S;
	s = (int)(date_s - day * DAY_S);
	weekday = (int)(((day + 4) % 7 + 7) % 7); /* 1970-01-01: Thursday */
	civil_from_days(&c, day);
	snprintf(buf, HTTP_DATE_TEXT, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
		 days + 3 * weekday, (unsigned int)c.day % 100,
		 months + 3 * (c.month - 1), (unsigned int)c.year % 10000,
		 (unsigned int)s / 3600 % 24, (unsigned int)s / 60 % 60,
		 (unsigned int)s % 60);
	return buf;
}

/*
 * A scanner as small as three forms need.  In a pattern 'd' stands for a
 * digit, 'D' for a digit or a space, 'm' for a month, 'W' for a day of the
 * week; numbers are taken in the order of the fields, the rest is itself.
 */
static bool scan_name(const char **s, const char *names, int count, int *index)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strncmp(*s, names + 3 * i, 3) == 0) {
			*s += 3;
			*index = i;
			return true;
		}
	}
	return false;
}

static bool scan_number(const char **s, const char **pattern, int *v)
{
	for (*v = 0; **pattern == 'd' || **pattern == 'D';
	     (*pattern)++, (*s)++) {
		if (ascii_is_digit(**s))
			*v = *v * 10 + (**s - '0');
		else if (**pattern != 'D' || **s != ' ')
			return false;
	}
	return true;
}

/* @out has a place for each number or month, in the order of the pattern. */
static bool scan(const char *s, const char *pattern, int *const out[])
{
	int ignored;

	while (*pattern) {
		if (*pattern == 'W') {
			if (!scan_name(&s, days, 7, &ignored))
				return false;
			pattern++;
		} else if (*pattern == 'm') {
			if (!scan_name(&s, months, 12, *out))
				return false;
			(**out)++;
			out++;
			pattern++;
		} else if (*pattern == 'd' || *pattern == 'D') {
			if (!scan_number(&s, &pattern, *out++))
				return false;
		} else if (*s++ != *pattern++) {
			return false;
		}
	}
	return !*s;
}

static bool civil_ok(const struct civil *c)
{
	struct civil back;

	civil_from_days(&back, days_from_civil(c->year, c->month, c->day));
	return c->month >= 1 && back.day == c->day && back.month == c->month &&
	       c->hour < 24 && c->minute < 60 && c->second <= 60;
}

/* The century of a year of two digits (RFC 9110, 5.6.7). */
static int full_year(int yy, int64_t now_s)
{
	struct civil now;
	int year;

	civil_from_days(&now, now_s / DAY_S);
	year = now.year / 100 * 100 + yy;
	return year > now.year + 50 ? year - 100 : year;
}

int http_date_parse(int64_t *date_s, const char *text, int64_t now_s)
{
	struct civil c = {0};
	int *const imf[] = {&c.day,  &c.month,	&c.year,
			    &c.hour, &c.minute, &c.second};
	int *const asc[] = {&c.month,  &c.day,	  &c.hour,
			    &c.minute, &c.second, &c.year};
	const char *comma = strchr(text, ',');

	if (scan(text, "W, dd m dddd dd:dd:dd GMT", imf) ||
	    scan(text, "W m Dd dd:dd:dd dddd", asc))
		;
	else if (comma && scan(comma, ", dd-m-dd dd:dd:dd GMT", imf))
		c.year = full_year(c.year, now_s);
	else
		return -EINVAL;
	if (!civil_ok(&c))
		return -EINVAL;
	*date_s = days_from_civil(c.year, c.month, c.day) * DAY_S +
		  c.hour * 3600 + c.minute * 60 + c.second;
	return 0;
}
