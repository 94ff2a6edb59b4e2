// SPDX-License-Identifier: MIT
/*
 * http_chunk_lint.c - is this, octet by octet, a chunked body?
 *
 * Theory of operation
 * ===================
 *
 *	5;name=value CR LF	size in hexadecimal, extensions
 *	hello CR LF		as many octets
 *	0 CR LF			the last chunk has none
 *	Field: value CR LF	trailer, fields like those of a head
 *	CR LF
 *
 * The same reason as in http_lint.c: a reader that takes a bare LF for the
 * end of a size line, and one that does not, see different bodies.
 */

#include <errno.h>

#include "base/check.h"

#include "apps/ascii.h"
#include "apps/http_lint.h"

enum { SIZE_DIGITS_MAX = 15 }; /* 2^60 octets: no overflow */

void http_chunk_lint_init(struct http_chunk_lint *l)
{
	*l = (struct http_chunk_lint){.state = HTTP_CHUNK_SIZE};
	http_lint_init(&l->trailer, false);
	l->trailer.state = HTTP_LINT_LINE;
}

static int refuse(struct http_chunk_lint *l, const char *what)
{
	l->trailer.status = 400;
	l->trailer.what = what;
	return -EBADMSG;
}

static int step_size(struct http_chunk_lint *l, char c)
{
	int digit = ascii_hex(c);

	if (digit >= 0 && l->line < SIZE_DIGITS_MAX) {
		l->left = l->left << 4 | (unsigned int)digit;
		l->line++;
		return 0;
	}
	if (!l->line || (c != '\r' && c != ';'))
		return refuse(l, "a chunk size that is no number");
	l->state = c == ';' ? HTTP_CHUNK_EXT : HTTP_CHUNK_LF;
	return 0;
}

static int step_ext(struct http_chunk_lint *l, char c)
{
	if (c == '\r') {
		l->state = HTTP_CHUNK_LF;
		return 0;
	}
	if ((unsigned char)c < 0x20 || c == 0x7f)
		return refuse(l, "a control character in a chunk extension");
	if (++l->line > HTTP_CHUNK_LINE_MAX)
		return refuse(l, "a chunk extension that is too long");
	return 0;
}

static int step(struct http_chunk_lint *l, char c)
{
	switch (l->state) {
	case HTTP_CHUNK_SIZE:
		return step_size(l, c);
	case HTTP_CHUNK_EXT:
		return step_ext(l, c);
	case HTTP_CHUNK_LF:
		l->state = l->left ? HTTP_CHUNK_DATA : HTTP_CHUNK_TRAILER;
		return c == '\n' ? 0 : refuse(l, "a CR without LF");
	case HTTP_CHUNK_DATA_CR:
		l->state = HTTP_CHUNK_DATA_LF;
		return c == '\r' ? 0 : refuse(l, "a chunk longer than it says");
	case HTTP_CHUNK_DATA_LF:
		l->state = HTTP_CHUNK_SIZE;
		l->line = 0;
		return c == '\n' ? 0 : refuse(l, "a CR without LF");
	case HTTP_CHUNK_DATA:
	case HTTP_CHUNK_TRAILER:
		break; /* taken in one go by the caller */
	}
	return 0;
}

/* Octets of data or trailer that come in one go, or -EBADMSG. */
static long take_many(struct http_chunk_lint *l, const char *octets, size_t len)
{
	size_t n;

	if (l->state == HTTP_CHUNK_TRAILER)
		return http_lint_feed(&l->trailer, octets, len);
	n = (size_t)min_u64(l->left, len);
	l->left -= n;
	if (!l->left)
		l->state = HTTP_CHUNK_DATA_CR;
	return (long)n;
}

long http_chunk_lint_feed(struct http_chunk_lint *l, const char *octets,
			  size_t len)
{
	size_t used = 0;
	long n;

	while (used < len && l->trailer.state != HTTP_LINT_DONE) {
		if (l->state == HTTP_CHUNK_DATA ||
		    l->state == HTTP_CHUNK_TRAILER) {
			n = take_many(l, octets + used, len - used);
		} else {
			n = step(l, octets[used]);
			n = n ? n : 1;
		}
		if (n < 0)
			return n;
		used += (size_t)n;
	}
	return (long)used;
}
