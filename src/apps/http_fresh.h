/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_FRESH_H
#define APPS_HTTP_FRESH_H

/*
 * http_fresh.h - how long a response may be used (RFC 9111, 3, 4.2)
 *
 * All times are seconds of date (http_date.h).
 */

#include <stdbool.h>
#include <stdint.h>

#include "apps/http_msg.h"

/**
 * struct http_fresh - the age of a response, and its life
 * @received_s:	When it arrived
 * @initial_age_s: How old it was then
 * @life_s:	At what age it goes stale; 0: at once
 * @is_guess:	The server did not say; @life_s is a tenth of the time since
 *		the last change
 */
struct http_fresh {
	int64_t received_s;
	int64_t initial_age_s;
	int64_t life_s;
	bool is_guess;
};

/* Compute them for a response that was asked for at @asked_s. */
void http_fresh_init(struct http_fresh *f, const struct http_msg *msg,
		     int64_t asked_s, int64_t received_s);

/* Age at a time (RFC 9111, 4.2.3). */
static inline int64_t http_fresh_age(const struct http_fresh *f, int64_t now_s)
{
	return f->initial_age_s + (now_s - f->received_s);
}

/* May a private cache keep this response to a GET (RFC 9111, 3)? */
bool http_may_store(const struct http_msg *msg, const struct http_fresh *f);

#endif /* APPS_HTTP_FRESH_H */
