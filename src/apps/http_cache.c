// SPDX-License-Identifier: MIT
/*
 * http_cache.c - the cache of one browser
 *
 * Theory of operation
 * ===================
 * An entry is the URL, the head, the body (shared with whoever shows it), and
 * what http_fresh.c has made of its dates.  The entries hang in one list, the
 * latest used first; with at most HTTP_CACHE_ENTRIES_MAX of them a walk is all
 * the index that is needed.
 *
 * Invariants
 * ----------
 *  (1) One entry at most for a URL.
 *  (2) @octets is the sum of all bodies, never above HTTP_CACHE_OCTETS_MAX.
 */

#include "apps/http_cache.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"

#include "core/probe.h"

#include "apps/ascii.h"
#include "apps/http_date.h"
#include "apps/http_fresh.h"
#include "reactor/buf.h"

struct entry {
	struct list node;
	struct url url;
	struct http_msg msg;
	struct buf *body;
	struct http_fresh fresh;
};

struct http_cache {
	struct place *place;
	struct list entries;
	size_t count;
	size_t octets;
};

struct http_cache *http_cache_new(struct place *place)
{
	struct http_cache *c = mem_alloc(place->env->mem, sizeof(*c));

	if (!c)
		return NULL;
	c->place = place;
	list_init(&c->entries);
	return c;
}

static void entry_free(struct http_cache *c, struct entry *e)
{
	buf_put(e->body);
	http_msg_fini(&e->msg);
	mem_free(c->place->env->mem, e, sizeof(*e));
}

static void entry_del(struct http_cache *c, struct entry *e)
{
	list_del(&e->node);
	c->count--;
	c->octets -= buf_readable(e->body);
	entry_free(c, e);
}

void http_cache_clear(struct http_cache *c)
{
	struct entry *e;

	while ((e = list_first_entry(&c->entries, struct entry, node)))
		entry_del(c, e);
}

void http_cache_free(struct http_cache *c)
{
	if (!c)
		return;
	http_cache_clear(c);
	mem_free(c->place->env->mem, c, sizeof(*c));
}

size_t http_cache_count(const struct http_cache *c)
{
	return c->count;
}

/* The entry for @url, moved to the front; NULL if there is none. */
static struct entry *find(struct http_cache *c, const struct url *url)
{
	struct entry *e;

	list_for_each_entry(e, &c->entries, struct entry, node) {
		if (!url_eq(&e->url, url))
			continue;
		list_del(&e->node);
		list_add_head(&c->entries, &e->node);
		return e;
	}
	return NULL;
}

static void describe(const struct http_cache *c, const struct entry *e,
		     struct http_cached *found)
{
	int64_t now_s = http_date_now(c->place->env);

	found->msg = &e->msg;
	found->body = e->body;
	found->age_s = http_fresh_age(&e->fresh, now_s);
	found->fresh_s = e->fresh.life_s - found->age_s;
	found->etag = http_msg_field(&e->msg, "ETag");
	found->last_modified = http_msg_field(&e->msg, "Last-Modified");
}

enum http_cache_verdict http_cache_find(struct http_cache *c,
					const struct url *url,
					struct http_cached *found)
{
	struct entry *e = find(c, url);
	char text[URL_TEXT];

	url_print(url, text);
	if (!e) {
		PROBE_CAUSE(c->place, EV_LOOKUP, R_BCACHE_MISS, NULL,
			    EVF_TEXT("url", text));
		return HTTP_CACHE_MISS;
	}
	describe(c, e, found);
	if (found->fresh_s > 0) {
		PROBE_CAUSE(c->place, EV_LOOKUP, R_BCACHE_HIT, NULL,
			    EVF_TEXT("url", text),
			    EVF_NUM("age_s", found->age_s),
			    EVF_NUM("fresh_s", found->fresh_s));
		return HTTP_CACHE_FRESH;
	}
	PROBE_CAUSE(c->place, EV_LOOKUP, R_BCACHE_STALE, NULL,
		    EVF_TEXT("url", text), EVF_NUM("age_s", found->age_s));
	return HTTP_CACHE_STALE;
}

static bool is_length(const char *name)
{
	return ascii_is(name, strlen(name), "Content-Length");
}

/*
 * Copy the fields of @from, but not those that @other has, too.  Of the
 * length that a 304 has, nothing is believed.  0, -ENOSPC, -ENOMEM.
 */
static int copy_fields(struct http_msg *to, const struct http_msg *from,
		       const struct http_msg *other)
{
	const char *name;
	int rc = 0;
	size_t i;

	for (i = 0; i < from->field_count && !rc; i++) {
		name = http_field_name(from, i);
		if (!other || is_length(name) || !http_msg_field(other, name))
			rc = http_msg_add(to, name, http_field_value(from, i));
	}
	return rc;
}

static void copy_start(struct http_msg *to, const struct http_msg *from)
{
	to->status = from->status;
	to->minor = from->minor;
	to->content_length = from->content_length;
}

/* Make room for one more body of @octets. */
static void evict(struct http_cache *c, size_t octets)
{
	struct entry *e;

	while (c->count && (c->count >= HTTP_CACHE_ENTRIES_MAX ||
			    c->octets + octets > HTTP_CACHE_OCTETS_MAX)) {
		e = list_last_entry(&c->entries, struct entry, node);
		entry_del(c, e);
	}
}

static void fresh_now(struct http_cache *c, struct entry *e, uint64_t asked_ns)
{
	int64_t asked_s = HTTP_EPOCH_S + (int64_t)(asked_ns / NS_PER_S);

	http_fresh_init(&e->fresh, &e->msg, asked_s,
			http_date_now(c->place->env));
}

static struct entry *entry_new(struct http_cache *c, const struct url *url,
			       const struct http_msg *msg)
{
	struct entry *e = mem_alloc(c->place->env->mem, sizeof(*e));

	if (!e)
		return NULL;
	e->url = *url;
	http_msg_init(&e->msg, c->place->env->mem);
	copy_start(&e->msg, msg);
	if (copy_fields(&e->msg, msg, NULL)) {
		entry_free(c, e);
		return NULL;
	}
	return e;
}

bool http_cache_store(struct http_cache *c, const struct url *url,
		      const struct http_msg *msg, struct buf *body,
		      uint64_t asked_ns)
{
	struct entry *e = find(c, url);
	char text[URL_TEXT];
	struct http_cached d;

	if (e)
		entry_del(c, e);
	if (buf_readable(body) > HTTP_CACHE_BODY_MAX)
		return false;
	e = entry_new(c, url, msg);
	if (!e)
		return false;
	fresh_now(c, e, asked_ns);
	if (!http_may_store(&e->msg, &e->fresh)) {
		entry_free(c, e);
		return false;
	}
	evict(c, buf_readable(body));
	e->body = buf_get(body);
	c->octets += buf_readable(body);
	c->count++;
	list_add_head(&c->entries, &e->node);
	describe(c, e, &d);
	PROBE(c->place, EV_LEARN, R_BCACHE_STORE, NULL,
	      EVF_TEXT("url", url_print(url, text)),
	      EVF_NUM("octets", buf_readable(body)),
	      EVF_NUM("fresh_s", d.fresh_s > 0 ? d.fresh_s : 0));
	return true;
}

/* The stored fields, replaced by those of the 304 but for the length. */
static int merge_fields(struct http_cache *c, struct entry *e,
			const struct http_msg *msg)
{
	struct http_msg merged;
	const char *name;
	size_t i;
	int rc;

	http_msg_init(&merged, c->place->env->mem);
	copy_start(&merged, &e->msg);
	rc = copy_fields(&merged, &e->msg, msg);
	for (i = 0; i < msg->field_count && !rc; i++) {
		name = http_field_name(msg, i);
		if (!is_length(name))
			rc = http_msg_add(&merged, name,
					  http_field_value(msg, i));
	}
	if (rc) {
		http_msg_fini(&merged);
		return rc;
	}
	http_msg_fini(&e->msg);
	e->msg = merged;
	return 0;
}

int http_cache_validated(struct http_cache *c, const struct url *url,
			 const struct http_msg *msg, uint64_t asked_ns,
			 struct http_cached *found)
{
	struct entry *e = find(c, url);
	char text[URL_TEXT];

	if (!e)
		return -ENOENT;
	if (merge_fields(c, e, msg)) {
		entry_del(c, e);
		return -ENOMEM;
	}
	fresh_now(c, e, asked_ns);
	describe(c, e, found);
	PROBE_CAUSE(
		c->place, EV_LEARN, R_BCACHE_VALIDATED, NULL,
		EVF_TEXT("url", url_print(url, text)),
		EVF_NUM("fresh_s", found->fresh_s > 0 ? found->fresh_s : 0));
	return 0;
}
