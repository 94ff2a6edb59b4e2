/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_CACHE_H
#define APPS_HTTP_CACHE_H

/*
 * http_cache.h - the cache of one browser (RFC 9111)
 *
 * The cache is private: it serves one user, whose requests always carry the
 * same fields, so a response that varies with them (Vary) is still the right
 * one; only "Vary: *" is not kept.  A stale response is never used without
 * asking the server whether it is still good.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/place.h"

#include "apps/http_msg.h"
#include "apps/url.h"

struct buf;
struct http_cache;

enum {
	HTTP_CACHE_ENTRIES_MAX = 256,	  /* the longest unused goes first */
	HTTP_CACHE_OCTETS_MAX = 32 << 20, /* of all bodies */
	HTTP_CACHE_BODY_MAX = 8 << 20,	  /* of one */
	HTTP_CACHE_GUESS_MAX_S = 86400,	  /* longest life that is a guess */
};

enum http_cache_verdict {
	HTTP_CACHE_MISS,
	HTTP_CACHE_FRESH, /* use it */
	HTTP_CACHE_STALE, /* ask the server with its validators */
};

/* A stored response, lent until the cache is called again. */
struct http_cached {
	const struct http_msg *msg;
	struct buf *body;
	int64_t age_s;		   /* since the server made it */
	int64_t fresh_s;	   /* left; not positive if it is stale */
	const char *etag;	   /* for If-None-Match, or NULL */
	const char *last_modified; /* for If-Modified-Since, or NULL */
};

/* A cache at @place, which must outlive it; NULL: no memory. */
struct http_cache *http_cache_new(struct place *place);
void http_cache_free(struct http_cache *c);

/**
 * http_cache_find() - Is there a response for @url?
 * @found:	Filled in unless it is a miss
 *
 * Emits BCACHE_HIT, BCACHE_STALE or BCACHE_MISS, which becomes the cause of
 * what follows.
 */
enum http_cache_verdict http_cache_find(struct http_cache *c,
					const struct url *url,
					struct http_cached *found);

/**
 * http_cache_store() - Keep a response to a GET, if it may be kept
 * @url:	What was asked for
 * @msg:	The head, copied
 * @body:	The complete body; gets a reference
 * @asked_ns:	When the request was sent
 *
 * Emits BCACHE_STORE if it is kept.  Whatever was stored for @url is gone in
 * any case.
 *
 * Return: whether it is kept
 */
bool http_cache_store(struct http_cache *c, const struct url *url,
		      const struct http_msg *msg, struct buf *body,
		      uint64_t asked_ns);

/**
 * http_cache_validated() - The server said 304 Not Modified
 * @msg:	Its head; its fields replace those stored (RFC 9111, 3.2)
 *
 * Emits BCACHE_VALIDATED.
 *
 * Return: 0; -ENOENT if nothing is stored for @url; -ENOMEM, nothing is
 * stored any more then
 */
int http_cache_validated(struct http_cache *c, const struct url *url,
			 const struct http_msg *msg, uint64_t asked_ns,
			 struct http_cached *found);

/* Forget everything. */
void http_cache_clear(struct http_cache *c);

size_t http_cache_count(const struct http_cache *c);

#endif /* APPS_HTTP_CACHE_H */
