// SPDX-License-Identifier: MIT
/*
 * http_fresh.c - how long a response may be used
 *
 * Theory of operation
 * ===================
 * A response is fresh while its age is less than its life.
 *
 *	life	Cache-Control: max-age, else Expires - Date, else a guess:
 *		a tenth of the time since Last-Modified
 *	age	what the caches before us say (Age) plus the time the request
 *		took, or our clock minus Date, whichever is more; and from then
 *		on the time that we have it
 *
 * What cannot be read counts as stale: asking once too often is the mistake
 * that does no harm.
 */

#include "apps/http_fresh.h"

#include <string.h>

#include "base/check.h"

#include "apps/ascii.h"
#include "apps/http_cache.h"
#include "apps/http_date.h"

/* A number of seconds as in RFC 9111, 1.2.2; -1 if it is none. */
static int64_t parse_seconds(const char *s, size_t len)
{
	int64_t v = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (!ascii_is_digit(s[i]))
			return -1;
		if (v <= INT32_MAX)
			v = v * 10 + (s[i] - '0');
	}
	return len ? (v > INT32_MAX ? INT32_MAX : v) : -1;
}

/* The first max-age: seconds, -1 if there is none, -2 if it is no number. */
static int64_t max_age(const struct http_msg *msg)
{
	const char *at, *e, *name;
	int64_t v;
	size_t i, len;

	for (i = 0; i < msg->field_count; i++) {
		name = http_field_name(msg, i);
		if (!ascii_is(name, strlen(name), "Cache-Control"))
			continue;
		at = http_field_value(msg, i);
		while ((e = http_list_next(&at, &len))) {
			if (len < 8 || !ascii_same(e, "max-age=", 8))
				continue;
			v = parse_seconds(e + 8, len - 8);
			return v < 0 ? -2 : v;
		}
	}
	return -1;
}

static bool date_field(const struct http_msg *msg, const char *name,
		       int64_t now_s, int64_t *date_s)
{
	const char *text = http_msg_field(msg, name);

	return text && !http_date_parse(date_s, text, now_s);
}

/* RFC 9110, 15.1: statuses that may be kept without being told to. */
static bool is_cacheable_status(unsigned int status)
{
	static const unsigned int ok[] = {200, 203, 204, 300, 301, 308,
					  404, 405, 410, 414, 501};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ok); i++)
		if (ok[i] == status)
			return true;
	return false;
}

/* RFC 9111, 4.2.1 and 4.2.2. */
static void find_life(struct http_fresh *f, const struct http_msg *msg,
		      int64_t date_s)
{
	int64_t other, age = max_age(msg);

	if (http_msg_list_has(msg, "Cache-Control", "no-cache") || age == -2)
		return;
	if (age >= 0) {
		f->life_s = age;
	} else if (http_msg_field(msg, "Expires")) {
		if (date_field(msg, "Expires", f->received_s, &other) &&
		    other > date_s)
			f->life_s = other - date_s;
	} else if (is_cacheable_status(msg->status) &&
		   date_field(msg, "Last-Modified", f->received_s, &other) &&
		   other < date_s) {
		f->life_s = (date_s - other) / 10;
		if (f->life_s > HTTP_CACHE_GUESS_MAX_S)
			f->life_s = HTTP_CACHE_GUESS_MAX_S;
		f->is_guess = true;
	}
}

void http_fresh_init(struct http_fresh *f, const struct http_msg *msg,
		     int64_t asked_s, int64_t received_s)
{
	const char *age = http_msg_field(msg, "Age");
	int64_t age_s = age ? parse_seconds(age, strlen(age)) : 0;
	int64_t date_s = received_s;

	*f = (struct http_fresh){.received_s = received_s};
	date_field(msg, "Date", received_s, &date_s);
	if (age_s < 0)
		age_s = 0;
	f->initial_age_s = age_s + (received_s - asked_s);
	if (received_s - date_s > f->initial_age_s)
		f->initial_age_s = received_s - date_s;
	find_life(f, msg, date_s);
}

bool http_may_store(const struct http_msg *msg, const struct http_fresh *f)
{
	bool is_told = max_age(msg) >= 0 || http_msg_field(msg, "Expires");

	if (msg->status < 200 || msg->status == 206 || msg->status == 304)
		return false;
	if (http_msg_list_has(msg, "Cache-Control", "no-store") ||
	    http_msg_list_has(msg, "Vary", "*"))
		return false;
	if (!is_cacheable_status(msg->status) && !is_told)
		return false;
	return f->life_s > 0 || http_msg_field(msg, "ETag") ||
	       http_msg_field(msg, "Last-Modified");
}
