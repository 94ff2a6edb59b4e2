// SPDX-License-Identifier: MIT
/*
 * url_path.c - the path and the query of a URL in normal form
 *
 * Theory of operation
 * ===================
 * Normal form (RFC 3986, 6.2.2) is reached octet by octet:
 *
 *	%XX of a letter, digit, - . _ ~	the character itself
 *	other %xx			%XX, in upper case
 *	what may stand as it is		itself
 *	anything else			%XX
 *
 * Only then are "." and ".." removed, so that "%2e%2e" is seen through.
 * "%2F" stays as it is: it is a slash inside a name and separates nothing.
 */

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"

#include "apps/ascii.h"
#include "apps/url_int.h"

/* RFC 3986, 2.3. */
static bool is_unreserved(char c)
{
	return ascii_is_alnum(c) || (c && strchr("-._~", c));
}

/* RFC 3986, 3.3 and 3.4: pchar, slash, and in a query the question mark. */
static bool may_stand(char c)
{
	return is_unreserved(c) || (c && strchr("!$&'()*+,;=:@/?", c));
}

/* The octet that the %XX at @s, of @len octets, stands for; -1 if none. */
static int decode_triplet(const char *s, size_t len)
{
	int high, low;

	if (len < 3)
		return -1;
	high = ascii_hex(s[1]);
	low = ascii_hex(s[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Append @part in normal form.  Returns 0, or -EINVAL. */
static int put_normal(struct strbuf *sb, struct url_part part, size_t pos,
		      struct url_error *err)
{
	bool as_is;
	size_t i;
	int c;

	for (i = 0; i < part.len; i++) {
		c = (unsigned char)part.at[i];
		as_is = may_stand((char)c);
		if (c == '%') {
			c = decode_triplet(part.at + i, part.len - i);
			if (c < 0)
				return url_fail(err, -EINVAL, pos + i,
						"% must be followed by two "
						"hexadecimal digits");
			i += 2;
			as_is = is_unreserved((char)c);
		}
		if (as_is)
			strbuf_putc(sb, (char)c);
		else
			strbuf_printf(sb, "%%%02X", (unsigned int)c);
	}
	return 0;
}

/* Is the segment at @s, up to the next slash, @dots? */
static bool segment_is(const char *s, const char *dots)
{
	size_t n = strlen(dots);

	return strncmp(s, dots, n) == 0 && (s[n] == '/' || !s[n]);
}

void url_remove_dots(char *path)
{
	const char *from = path;
	char *to = path;

	/* Each turn moves one segment with its slash in front. */
	while (*from == '/') {
		if (segment_is(from + 1, ".")) {
			from += 2;
			if (!*from)
				*to++ = '/';
		} else if (segment_is(from + 1, "..")) {
			from += 3;
			while (to > path && *--to != '/')
				;
			if (!*from)
				*to++ = '/';
		} else {
			do
				*to++ = *from++;
			while (*from && *from != '/');
		}
	}
	*to = 0;
}

int url_set_target(struct url *url, struct url_part path, size_t pos_path,
		   struct url_part query, size_t pos_query,
		   struct url_error *err)
{
	struct strbuf sb;
	int rc;

	strbuf_init_fixed(&sb, url->target, sizeof(url->target));
	if (!path.len)
		strbuf_putc(&sb, '/');
	rc = put_normal(&sb, path, pos_path, err);
	if (rc)
		return rc;
	if (!sb.error)
		url_remove_dots(url->target);
	url->path_len = (uint16_t)strlen(url->target);
	strbuf_truncate(&sb, url->path_len);
	if (query.at) {
		strbuf_putc(&sb, '?');
		rc = put_normal(&sb, query, pos_query, err);
		if (rc)
			return rc;
	}
	if (sb.error)
		return url_fail(err, -ENAMETOOLONG, pos_path, "it is too long");
	return 0;
}
