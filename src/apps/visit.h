/* SPDX-License-Identifier: MIT */
#ifndef APPS_VISIT_H
#define APPS_VISIT_H

/*
 * visit.h - a browser without a window: from a URL to everything the page
 * needs
 *
 * A visitor is the browser, a visit is one use of it.  The browser's cache and
 * its host's stub resolver live on between visits, so that a second one shows
 * what they are good for.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "apps/eyeballs.h"
#include "apps/html_links.h"
#include "apps/http_cache.h"
#include "apps/url.h"

struct buf;
struct dns_stub;
struct loop;
struct visitor;

/* Where a visit can end badly; in the order of its steps. */
enum visit_reason {
	VISIT_OK,
	VISIT_BAD_URL,	  /* this is not a URL that can be visited */
	VISIT_NO_NAME,	  /* the name does not exist */
	VISIT_NO_ADDRESS, /* it exists, but has no address */
	VISIT_NO_DNS,	  /* no resolver answers, or none is known */
	VISIT_DNS_FAILED, /* the resolver found no answer */
	VISIT_NO_ROUTE,	  /* no way to the server, or it is not on its link */
	VISIT_REFUSED,	  /* nobody listens on the port */
	VISIT_TIMEOUT,	  /* the server does not answer */
	VISIT_RESET,	  /* it broke the connection off */
	VISIT_NOT_HTTP,	  /* what it answers is no HTTP */
	VISIT_TOO_LARGE,
	VISIT_TOO_MANY_REDIRECTS,
	VISIT_NO_MEMORY,
	VISIT_REASONS
};

enum visit_origin {
	VISIT_FROM_SERVER,
	VISIT_FROM_CACHE,     /* nobody was asked */
	VISIT_FROM_VALIDATED, /* the server said that the cache is right */
};

/**
 * struct visit_resource - the page, or something that it needs
 * @url:	What was asked for
 * @final_url:	Where redirections led
 * @reason:	VISIT_OK, or why it is not there
 * @status:	Of the response; 0 if there is none
 * @origin:	Where it comes from
 * @type:	Of its content
 * @body:	Its octets, or NULL
 */
struct visit_resource {
	struct url url;
	struct url final_url;
	enum visit_reason reason;
	unsigned int status;
	enum visit_origin origin;
	char type[64];
	struct buf *body;
};

/**
 * struct visit_result - what came of a visit
 * @reason:	VISIT_OK if the page came, whatever its status; else why not
 * @status:	The page's
 * @what:	Of a failure, a sentence that names what it is about; or NULL
 * @error:	Of VISIT_BAD_URL: what and where
 * @server:	The last address that was connected to
 * @resources:	The page, then what it names, in its order
 * @count:	How many
 * @octets:	Of all bodies
 * @connections: How many were opened
 * @skipped:	Links of the page that were not fetched, see html_links.h
 * @began_ns, @shown_ns, @ended_ns: When
 */
struct visit_result {
	enum visit_reason reason;
	unsigned int status;
	const char *what;
	struct url_error error;
	struct endpoint server;
	const struct visit_resource *resources;
	size_t count, skipped;
	uint64_t octets;
	unsigned int connections;
	uint64_t began_ns, shown_ns, ended_ns;
};

/* The visit is over; @result is lent until the next visit begins. */
typedef void visit_fn(void *arg, const struct visit_result *result);

/* A browser on a host; @stub must outlive it.  NULL: no memory. */
struct visitor *visitor_new(struct loop *loop, struct dns_stub *stub);

/* Ends a visit that is under way without a word.  Before the loop is freed.
 * NULL is fine. */
void visitor_free(struct visitor *v);

struct http_cache *visitor_cache(struct visitor *v);

/* With which versions of IP from now on; at first any. */
void visitor_over(struct visitor *v, enum eyeballs_over over);

/**
 * visit_start() - Visit a page
 * @url:	As a person types it
 * @on_done:	Called once, never before this returns
 *
 * The page, then whatever it names is fetched, one after the other, over one
 * connection for each server; then the page is shown, idle connections are
 * closed, and the visit is over.
 *
 * Emits VISIT_BEGIN, URL_PARSE or URL_BAD, BCACHE_xxx, what looking up and
 * fetching emit, SUBRESOURCE, PAGE_SHOWN, VISIT_END or VISIT_FAIL; each event
 * is caused by the one before it or by the frame that arrived.
 *
 * Return: 0; -EBUSY: a visit is under way
 */
int visit_start(struct visitor *v, const char *url, visit_fn *on_done,
		void *arg);

/* "the name does not exist", ... */
const char *visit_reason_text(enum visit_reason reason);

#endif /* APPS_VISIT_H */
