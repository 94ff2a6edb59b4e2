// SPDX-License-Identifier: MIT
/*
 * url.c - URLs: cutting them apart, and what links point to
 *
 * Theory of operation
 * ===================
 * The delimiters ":", "//", "/", "?" and "#" cut every URL the same way
 * whatever its scheme, so the cut is one small function (url_split()) and
 * never fails.  Judging the pieces is the work of others: url_host.c knows
 * what a host is, url_path.c what may stand in a path.
 *
 * A link on a page may leave out everything up to some component; what it
 * leaves out comes from the page's own URL.  "//cdn/x" brings its own host,
 * "/x" its own path, "x" only the end of one, "?x" only a query.  That is the
 * whole of RFC 3986, 5.2.2.
 *
 * Nothing is guessed: "www.shop.test" without "http://" is a path according
 * to the RFC, and is refused with a hint.
 */

#include "apps/url.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

#include "apps/ascii.h"
#include "apps/url_int.h"

int url_fail(struct url_error *err, int code, size_t pos, const char *what)
{
	if (err)
		*err = (struct url_error){.pos = pos, .what = what};
	return code;
}

/* Octets of a scheme at @s with a colon behind it, or 0 (RFC 3986, 3.1). */
static size_t scheme_len(const char *s)
{
	size_t n = 0;

	if (!ascii_is_alpha(s[0]))
		return 0;
	while (ascii_is_alnum(s[n]) || (s[n] && strchr("+-.", s[n])))
		n++;
	return s[n] == ':' ? n : 0;
}

void url_split(struct url_parts *parts, const char *text)
{
	size_t n = scheme_len(text);

	*parts = (struct url_parts){0};
	if (n) {
		parts->scheme = (struct url_part){text, n};
		text += n + 1;
	}
	if (strncmp(text, "//", 2) == 0) {
		text += 2;
		n = strcspn(text, "/?#");
		parts->authority = (struct url_part){text, n};
		text += n;
	}
	n = strcspn(text, "?#");
	parts->path = (struct url_part){text, n};
	text += n;
	if (*text == '?') {
		text++;
		parts->query = (struct url_part){text, strcspn(text, "#")};
	}
}

int url_check_scheme(struct url_part scheme, size_t pos, struct url_error *err)
{
	if (ascii_is(scheme.at, scheme.len, "http"))
		return 0;
	if (ascii_is(scheme.at, scheme.len, "https"))
		return url_fail(err, -EPROTONOSUPPORT, pos,
				"https is not spoken here, only http");
	return url_fail(err, -EPROTONOSUPPORT, pos, "the scheme must be http");
}

static size_t part_pos(struct url_part p, const char *text)
{
	return p.at ? (size_t)(p.at - text) : 0;
}

/* Text of at most URL_MAX octets that is worth looking at. */
static int check_text(const char *text, struct url_error *err)
{
	size_t i;

	for (i = 0; text[i]; i++) {
		if (i == URL_MAX)
			return url_fail(err, -ENAMETOOLONG, i,
					"it is too long");
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return url_fail(err, -EINVAL, i,
					"control characters may not stand "
					"in a URL");
	}
	return 0;
}

int url_parse(struct url *url, const char *text, struct url_error *err)
{
	struct url_parts p;
	int rc = check_text(text, err);

	if (rc)
		return rc;
	if (!*text)
		return url_fail(err, -EINVAL, 0, "it is empty");
	url_split(&p, text);
	/* "www.shop.test:80/" has a scheme by the letter, none by intent. */
	if (!p.scheme.at || (!p.authority.at && ascii_is_digit(*p.path.at)))
		return url_fail(err, -EINVAL, 0, "it must begin with http://");
	rc = url_check_scheme(p.scheme, 0, err);
	if (rc)
		return rc;
	if (!p.authority.at)
		return url_fail(err, -EINVAL, p.scheme.len + 1,
				"two slashes and a host must follow here");
	rc = url_set_authority(url, p.authority, part_pos(p.authority, text),
			       err);
	if (rc)
		return rc;
	return url_set_target(url, p.path, part_pos(p.path, text), p.query,
			      part_pos(p.query, text), err);
}

/*
 * RFC 3986, 5.2.3: the path of a link that begins with no slash continues
 * the page's path after its last slash.  Returns -ENAMETOOLONG at the limit.
 */
static int merge_path(char *buf, size_t size, const struct url *base,
		      struct url_part path)
{
	size_t keep = base->path_len;

	while (keep && base->target[keep - 1] != '/')
		keep--;
	if (keep + path.len >= size)
		return -ENAMETOOLONG;
	memcpy(buf, base->target, keep);
	memcpy(buf + keep, path.at, path.len);
	buf[keep + path.len] = 0;
	return 0;
}

/* A link that has neither scheme nor host: @url has the base's already. */
static int resolve_path(struct url *url, const struct url *base,
			const struct url_parts *p, const char *ref,
			struct url_error *err)
{
	char buf[2 * URL_MAX + 1];
	struct url_part path = p->path;
	struct url_part query = p->query;

	if (!path.len) {
		path = (struct url_part){base->target, base->path_len};
		if (!query.at && base->target[base->path_len] == '?') {
			query.at = base->target + base->path_len + 1;
			query.len = strlen(query.at);
		}
	} else if (path.at[0] != '/') {
		if (merge_path(buf, sizeof(buf), base, path))
			return url_fail(err, -ENAMETOOLONG, 0,
					"it is too long");
		path = (struct url_part){buf, strlen(buf)};
	}
	return url_set_target(url, path, part_pos(p->path, ref), query,
			      part_pos(p->query, ref), err);
}

int url_resolve(struct url *url, const struct url *base, const char *ref,
		struct url_error *err)
{
	struct url was = *base;
	struct url_parts p;
	int rc = check_text(ref, err);

	if (rc)
		return rc;
	url_split(&p, ref);
	if (p.scheme.at)
		return url_parse(url, ref, err);
	*url = was;
	if (!p.authority.at)
		return resolve_path(url, &was, &p, ref, err);
	rc = url_set_authority(url, p.authority, part_pos(p.authority, ref),
			       err);
	if (rc)
		return rc;
	return url_set_target(url, p.path, part_pos(p.path, ref), p.query,
			      part_pos(p.query, ref), err);
}

char *url_print_authority(const struct url *url,
			  char buf[static URL_AUTHORITY_MAX])
{
	bool is_ip6 = strchr(url->host, ':') != NULL;
	struct strbuf sb;

	strbuf_init_fixed(&sb, buf, URL_AUTHORITY_MAX);
	strbuf_printf(&sb, "%s%s%s", is_ip6 ? "[" : "", url->host,
		      is_ip6 ? "]" : "");
	if (url->port != URL_PORT_HTTP)
		strbuf_printf(&sb, ":%u", url->port);
	return buf;
}

char *url_print(const struct url *url, char buf[static URL_TEXT])
{
	char authority[URL_AUTHORITY_MAX];
	struct strbuf sb;

	strbuf_init_fixed(&sb, buf, URL_TEXT);
	strbuf_puts(&sb, "http://");
	strbuf_puts(&sb, url_print_authority(url, authority));
	strbuf_puts(&sb, url->target);
	return buf;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return a->port == b->port && strcmp(a->host, b->host) == 0;
}

bool url_eq(const struct url *a, const struct url *b)
{
	return url_same_origin(a, b) && strcmp(a->target, b->target) == 0;
}
