/* SPDX-License-Identifier: MIT */
#ifndef APPS_FETCH_H
#define APPS_FETCH_H

/*
 * fetch.h - one URL, wherever it is: the browser's cache, or a server that
 * has to be found, connected to and asked
 */

#include "wire/addr.h"

#include "apps/eyeballs.h"
#include "apps/http_cache.h"
#include "apps/url.h"
#include "apps/visit.h"

struct fetcher;

enum { FETCH_CONNS_MAX = 6 }; /* kept open, one for each server */

/**
 * fetch_fn() - It is fetched, or will not be
 * @r:		What came; its body is lent
 */
typedef void fetch_fn(void *arg, const struct visit_resource *r);

/* What fetches, with the cache and connections it keeps; NULL: no memory. */
struct fetcher *fetcher_new(struct loop *loop, struct dns_stub *stub);
void fetcher_free(struct fetcher *f); /* NULL is fine */

/* With which versions of IP from now on; at first any. */
void fetcher_over(struct fetcher *f, enum eyeballs_over over);

struct http_cache *fetcher_cache(struct fetcher *f);

/* Connections opened so far, and the last server connected to. */
unsigned int fetcher_connections(const struct fetcher *f);
struct endpoint fetcher_server(const struct fetcher *f);

/**
 * fetch_start() - Fetch a URL, following redirections
 * @on_done:	Called once; may be called before this returns
 *
 * One at a time: the one before must be done.
 */
void fetch_start(struct fetcher *f, const struct url *url, fetch_fn *on_done,
		 void *arg);

/* Close all connections; what is under way is given up without a word. */
void fetcher_close_all(struct fetcher *f);

#endif /* APPS_FETCH_H */
