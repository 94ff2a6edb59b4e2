// SPDX-License-Identifier: MIT
/*
 * http_path.c - from a request's target to a path, and what Range asks for
 *
 * Theory of operation
 * ===================
 * The target is decoded once, and what comes out is judged, octet by octet
 * and part by part.  Since "%2F" would become a slash that was none and "%2e"
 * a dot that nobody saw, judging first and decoding afterwards is how servers
 * are left through the back door.  A part "..", however written, is never
 * resolved here: well-behaved clients have done that, so whoever still sends
 * one is told that there is no such file.
 */

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"

#include "apps/ascii.h"
#include "apps/http_answer.h"

/* The path of a target in origin or absolute form. */
static const char *path_of_target(const char *target)
{
	if (*target == '/')
		return target;
	target += strlen("http://");
	target += strcspn(target, "/?");
	return target;
}

/*
 * Decode up to the query.  Returns octets, -EINVAL, -ENOENT (a slash that is
 * none, or too long).
 */
static long decode(char *to, const char *from)
{
	size_t n = 0;
	int high, low;
	char c;

	while (*from && *from != '?') {
		c = *from++;
		if (c == '%') {
			high = ascii_hex(from[0]);
			low = high < 0 ? -1 : ascii_hex(from[1]);
			if (low < 0)
				return -EINVAL;
			c = (char)(high << 4 | low);
			from += 2;
			if (c == '/')
				return -ENOENT;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return -EINVAL;
		if (c == '\\' || n == HTTP_PATH_MAX)
			return -ENOENT;
		to[n++] = c;
	}
	to[n] = 0;
	return (long)n;
}

static bool is_utf8(const char *s, size_t len)
{
	uint32_t c;
	size_t n;

	for (; len; s += n, len -= n) {
		n = utf8_decode(s, len, &c);
		if (c == 0xfffd &&
		    !(n == 3 && memcmp(s, "\xef\xbf\xbd", 3) == 0))
			return false;
	}
	return true;
}

/* No part may be empty, "." or ".."; the last one may be empty. */
static bool parts_ok(const char *path)
{
	size_t n;

	while (*path) {
		n = strcspn(path, "/");
		if (n == 0 || (n <= 2 && strspn(path, ".") >= n))
			return false;
		path += n;
		path += *path == '/';
	}
	return true;
}

int http_path_decode(char *path, const char *target)
{
	const char *from = path_of_target(target);
	long n;

	from += *from == '/';
	n = decode(path, from);
	if (n < 0)
		return (int)n;
	if (!is_utf8(path, (size_t)n))
		return -EINVAL;
	return parts_ok(path) ? 0 : -ENOENT;
}

/* A number; how many digits it has, 0 if none or too many. */
static size_t parse_number(const char *s, uint64_t *v)
{
	size_t n;

	for (*v = 0, n = 0; ascii_is_digit(s[n]); n++)
		*v = *v * 10 + (uint64_t)(s[n] - '0');
	return n <= 18 ? n : 0;
}

/* The last @n octets, or all if there are fewer. */
static int last_octets(uint64_t n, uint64_t size, uint64_t *off, uint64_t *len)
{
	if (!n || !size)
		return -ERANGE;
	*len = n < size ? n : size;
	*off = size - *len;
	return 0;
}

int http_range_parse(const char *value, uint64_t size, uint64_t *off,
		     uint64_t *len)
{
	uint64_t first, last = UINT64_MAX;
	size_t n;

	if (!ascii_same(value, "bytes=", 6))
		return -EINVAL;
	value += 6;
	if (*value == '-') {
		n = parse_number(value + 1, &last);
		if (!n || value[1 + n])
			return -EINVAL;
		return last_octets(last, size, off, len);
	}
	n = parse_number(value, &first);
	if (!n || value[n] != '-')
		return -EINVAL;
	value += n + 1;
	n = parse_number(value, &last);
	if (value[n] || (n && last < first))
		return -EINVAL;
	if (first >= size)
		return -ERANGE;
	if (!n || last > size - 1)
		last = size - 1;
	*off = first;
	*len = last - first + 1;
	return 0;
}
