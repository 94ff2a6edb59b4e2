/* SPDX-License-Identifier: MIT */
#ifndef APPS_URL_INT_H
#define APPS_URL_INT_H

/* url_int.h - shared by the files that take URLs apart, and nobody else */

#include "apps/url.h"

/* A piece of somebody else's text. */
struct url_part {
	const char *at;
	size_t len;
};

/**
 * struct url_parts - the five components, RFC 3986, appendix B
 *
 * A component that is not there has a NULL @at; one that is empty has not.
 * The path is always there.
 */
struct url_parts {
	struct url_part scheme;
	struct url_part authority;
	struct url_part path;
	struct url_part query;
};

/* Note what is wrong; returns @code. */
int url_fail(struct url_error *err, int code, size_t pos, const char *what);

/* Cut @text at its delimiters; nothing else is looked at. */
void url_split(struct url_parts *parts, const char *text);

/* Is it the scheme "http"?  0, -EPROTONOSUPPORT. */
int url_check_scheme(struct url_part scheme, size_t pos, struct url_error *err);

/* Host and port from an authority.  As url_parse(). */
int url_set_authority(struct url *url, struct url_part authority, size_t pos,
		      struct url_error *err);

/*
 * Path and query in normal form.  @pos_path and @pos_query say where they
 * stand in the text.  As url_parse().
 */
int url_set_target(struct url *url, struct url_part path, size_t pos_path,
		   struct url_part query, size_t pos_query,
		   struct url_error *err);

/* Take "." and ".." out of a path (RFC 3986, 5.2.4), in place. */
void url_remove_dots(char *path);

#endif /* APPS_URL_INT_H */
