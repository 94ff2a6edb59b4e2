/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_DATE_H
#define APPS_HTTP_DATE_H

/*
 * http_date.h - dates as HTTP writes them (RFC 9110, 5.6.7)
 *
 * A date is a number of seconds since 1970-01-01 00:00:00 UTC, leap seconds
 * not counted.  Virtual time has no date of its own; a lab's clock is
 * thought to start with the year 2000, in captures too.
 */

#include <stdint.h>

#include "core/env.h"

#define HTTP_EPOCH_S INT64_C(946684800) /* 2000-01-01 00:00:00 UTC */

enum { HTTP_DATE_TEXT = 30 };

/* The date it is now, by the clock of @env. */
static inline int64_t http_date_now(const struct env *env)
{
	return HTTP_EPOCH_S + (int64_t)(env->now_ns / NS_PER_S);
}

/**
 * http_date_print() - "Sat, 01 Jan 2000 00:00:00 GMT"
 * @date_s:	Years 0 ... 9999; anything else prints as the nearest of these
 * @buf:	The text
 *
 * Return: @buf
 */
char *http_date_print(int64_t date_s, char buf[static HTTP_DATE_TEXT]);

/**
 * http_date_parse() - Read a date in any of the three forms
 * @date_s:	Set on success
 * @text:	The whole value of a field
 *
 * The obsolete forms of RFC 850 and asctime() are read as RFC 9110, 5.6.7
 * demands; a year of two digits means the one nearest to @now_s that is at
 * most 50 years ahead.
 *
 * Return: 0, or -EINVAL
 */
int http_date_parse(int64_t *date_s, const char *text, int64_t now_s);

#endif /* APPS_HTTP_DATE_H */
