// SPDX-License-Identifier: MIT
/*
 * dns_cache.c - what was learned from DNS answers
 *
 * Theory of operation
 * ===================
 * A hash table keyed with a secret (strangers choose the names), and a list
 * with the latest used in front.  An entry whose time is over is removed when
 * it is met, or falls off the end of the list.
 *
 * "No such name" is kept under the type 0, which no record has, and found for
 * every type.
 *
 * Invariants
 * ----------
 *  (1) Table and list hold the same entries, at most @max.
 *  (2) One entry for each name and type.
 */

#include "apps/dns_cache.h"

#include <errno.h>
#include <ldns/ldns.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"

#include "core/stack.h"

struct entry {
	struct list node;
	struct dns_name name;
	uint16_t type; /* 0: the name does not exist */
	enum dns_kept kept;
	enum dns_rank rank;
	ldns_rr_list *rrs;
	uint64_t expires_ns;
};

struct dns_cache {
	struct stack *stack;
	struct mem *mem;
	struct hash_key key;
	struct htab table;
	struct list entries;
	size_t max;
};

struct entry_key {
	const struct dns_name *name;
	uint16_t type;
};

struct dns_cache *dns_cache_new(struct stack *stack, size_t max)
{
	struct mem *mem = stack->place.env->mem;
	struct dns_cache *c = mem_alloc(mem, sizeof(*c));

	if (!c)
		return NULL;
	c->stack = stack;
	c->mem = mem;
	c->max = max;
	htab_init(&c->table, mem, max);
	list_init(&c->entries);
	if (stack_new_key(stack, &c->key)) {
		mem_free(mem, c, sizeof(*c));
		return NULL;
	}
	return c;
}

static uint32_t hash_of(const struct dns_cache *c, const struct dns_name *name,
			uint16_t type)
{
	return (uint32_t)siphash13(&c->key, name->o, name->len) ^
	       (uint32_t)type * 0x9e3779b9;
}

static void entry_del(struct dns_cache *c, struct entry *e)
{
	htab_del(&c->table, hash_of(c, &e->name, e->type), e);
	list_del(&e->node);
	ldns_rr_list_deep_free(e->rrs);
	mem_free(c->mem, e, sizeof(*e));
}

void dns_cache_clear(struct dns_cache *c)
{
	struct entry *e;

	while ((e = list_first_entry(&c->entries, struct entry, node)))
		entry_del(c, e);
}

void dns_cache_free(struct dns_cache *c)
{
	if (!c)
		return;
	dns_cache_clear(c);
	htab_fini(&c->table);
	mem_free(c->mem, c, sizeof(*c));
}

size_t dns_cache_count(const struct dns_cache *c)
{
	return c->table.count;
}

static bool entry_eq(const void *item, const void *key)
{
	const struct entry *e = item;
	const struct entry_key *k = key;

	return e->type == k->type && dns_name_eq(&e->name, k->name);
}

/* The entry, if its time is not over. */
static struct entry *find(struct dns_cache *c, const struct dns_name *name,
			  uint16_t type)
{
	struct entry_key key = {name, type};
	struct entry *e =
		htab_find(&c->table, hash_of(c, name, type), entry_eq, &key);

	if (e && e->expires_ns <= stack_now(c->stack)) {
		entry_del(c, e);
		return NULL;
	}
	return e;
}

static void describe(const struct dns_cache *c, const struct entry *e,
		     struct dns_hit *hit)
{
	uint64_t left = e->expires_ns - stack_now(c->stack);

	*hit = (struct dns_hit){
		.kept = e->kept,
		.rank = e->rank,
		.rrs = e->rrs,
		.ttl_s = (uint32_t)((left + NS_PER_S - 1) / NS_PER_S),
	};
}

bool dns_cache_find(struct dns_cache *c, const struct dns_name *name,
		    uint16_t type, enum dns_rank rank, struct dns_hit *hit)
{
	struct entry *e = find(c, name, 0);

	if (!e || e->rank < rank)
		e = find(c, name, type);
	if (!e || e->rank < rank)
		return false;
	list_del(&e->node);
	list_add_head(&c->entries, &e->node);
	describe(c, e, hit);
	return true;
}

/* May what is there be replaced?  Never by the mere news of a failure. */
static bool yields(const struct entry *e, const struct dns_hit *what)
{
	if (what->kept == DNS_KEPT_FAILURE && e->kept != DNS_KEPT_FAILURE)
		return false;
	return e->rank <= what->rank;
}

/* A name that has records exists, and one that does not has none. */
static void forget_contrary(struct dns_cache *c, const struct dns_name *name,
			    enum dns_kept kept)
{
	struct entry *e;

	if (kept == DNS_KEPT_RECORDS) {
		e = find(c, name, 0);
		if (e)
			entry_del(c, e);
	}
}

static struct entry *entry_new(struct dns_cache *c, const struct dns_name *name,
			       uint16_t type, const ldns_rr_list *rrs)
{
	struct entry *e = mem_alloc(c->mem, sizeof(*e));

	if (!e)
		return NULL;
	e->name = *name;
	e->type = type;
	e->rrs = rrs ? ldns_rr_list_clone(rrs) : NULL;
	if ((rrs && !e->rrs) ||
	    htab_add(&c->table, hash_of(c, name, type), e)) {
		ldns_rr_list_deep_free(e->rrs);
		mem_free(c->mem, e, sizeof(*e));
		return NULL;
	}
	list_add_head(&c->entries, &e->node);
	return e;
}

/* Make room for one more, so that there are at most @max. */
static void evict(struct dns_cache *c)
{
	struct entry *e = list_last_entry(&c->entries, struct entry, node);

	if (e && c->table.count >= c->max)
		entry_del(c, e);
}

/* Seconds that it is kept, 0: not at all (RFC 2181, 8). */
static uint32_t life_s(const struct dns_hit *what)
{
	bool is_positive = what->kept == DNS_KEPT_RECORDS;

	if (what->ttl_s > INT32_MAX)
		return 0;
	return min_u32(what->ttl_s,
		       is_positive ? DNS_TTL_MAX_S : DNS_NEG_TTL_MAX_S);
}

bool dns_cache_put(struct dns_cache *c, const struct dns_name *name,
		   uint16_t type, const struct dns_hit *what)
{
	uint16_t key_type = what->kept == DNS_KEPT_NXDOMAIN ? 0 : type;
	struct entry *e = find(c, name, key_type);

	if (!life_s(what) || (!key_type && what->kept != DNS_KEPT_NXDOMAIN))
		return false;
	if (e && !yields(e, what))
		return false;
	if (e)
		entry_del(c, e);
	forget_contrary(c, name, what->kept);
	evict(c);
	e = entry_new(c, name, key_type, what->rrs);
	if (!e)
		return false;
	e->kept = what->kept;
	e->rank = what->rank;
	e->expires_ns = stack_now(c->stack) + life_s(what) * NS_PER_S;
	return true;
}

void dns_cache_for_each(struct dns_cache *c,
			void (*fn)(const struct dns_name *name, uint16_t type,
				   const struct dns_hit *hit, void *arg),
			void *arg)
{
	uint64_t now = stack_now(c->stack);
	struct dns_hit hit;
	struct entry *e;

	list_for_each_entry(e, &c->entries, struct entry, node) {
		if (e->expires_ns <= now)
			continue;
		describe(c, e, &hit);
		fn(&e->name, e->type, &hit, arg);
	}
}
