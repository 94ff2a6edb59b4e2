/* SPDX-License-Identifier: MIT */
#ifndef APPS_URL_H
#define APPS_URL_H

/*
 * url.h - what a person types, taken apart (RFC 3986)
 *
 *	http://www.shop.test:8080/news/today?page=2#top
 *	\__/   \___________/ \__/\__________/ \____/ \_/
 *	scheme     host      port    path      query  fragment
 *
 * A parsed URL is in normal form, so that two that mean the same compare
 * equal: the host is lower-case ASCII (IDNA), the port is a number, the path
 * has no "." and "..", octets that may not stand in a URL are %XX.  The
 * fragment never leaves the browser and is dropped.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	URL_MAX = 2048,	    /* octets of a URL, before and after encoding */
	URL_HOST_MAX = 253, /* octets of a host name (RFC 1035, 2.3.4) */
	URL_LABEL_MAX = 63, /* octets between two dots of it */
	URL_PORT_HTTP = 80, /* when none is given */
	URL_AUTHORITY_MAX = URL_HOST_MAX + 8,		/* "[host]:65535" */
	URL_TEXT = 7 + URL_AUTHORITY_MAX + URL_MAX + 1, /* a printed URL */
};

/**
 * struct url - an http URL in normal form
 * @host:	Lower-case ASCII without a final dot; an IPv6 address stands
 *		without its brackets
 * @host_is_ip:	@host is an address: there is nothing to look up
 * @port:	1 ... 65535
 * @path_len:	Octets of @target before the '?', or all of it
 * @target:	Path and query as they stand in a request, begins with '/'
 */
struct url {
	char host[URL_HOST_MAX + 1];
	bool host_is_ip;
	uint16_t port;
	uint16_t path_len;
	char target[URL_MAX + 1];
};

/**
 * struct url_error - what is wrong with a URL, and where
 * @pos:	Octet of the text, counted from 0
 * @what:	A sentence without its full stop, static
 */
struct url_error {
	size_t pos;
	const char *what;
};

/**
 * url_parse() - Take a URL apart
 * @url:	Filled in; undefined after an error
 * @text:	The URL, UTF-8, ends in NUL
 * @err:	Says what is wrong, or NULL
 *
 * Return: 0; -EINVAL if it is no URL; -EPROTONOSUPPORT if it is one of another
 * scheme than http; -ENAMETOOLONG; -ENOMEM
 */
int url_parse(struct url *url, const char *text, struct url_error *err);

/**
 * url_resolve() - Find out what a link on a page points to (RFC 3986, 5.2)
 * @url:	Filled in; may be @base
 * @base:	The page's own URL
 * @ref:	The link as it stands on the page
 * @err:	As in url_parse(); positions count in @ref
 *
 * Return: as url_parse()
 */
int url_resolve(struct url *url, const struct url *base, const char *ref,
		struct url_error *err);

/* Text of a URL; the port is left out if it is 80.  Returns @buf. */
char *url_print(const struct url *url, char buf[static URL_TEXT]);

/* Host and port as in a Host field: "www.shop.test:8080".  Returns @buf. */
char *url_print_authority(const struct url *url,
			  char buf[static URL_AUTHORITY_MAX]);

/* The same scheme, host and port (RFC 6454, 4). */
bool url_same_origin(const struct url *a, const struct url *b);

bool url_eq(const struct url *a, const struct url *b);

#endif /* APPS_URL_H */
