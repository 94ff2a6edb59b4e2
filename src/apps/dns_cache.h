/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_CACHE_H
#define APPS_DNS_CACHE_H

/*
 * dns_cache.h - what was learned from DNS answers, for as long as they said
 *
 * Used by resolvers and, smaller, by every host.  What is kept is one of
 *
 *	records		a set of one name and type
 *	"no such name"	for all types (RFC 2308, 5)
 *	"no such type"	for one
 *	"no answer"	for one, for some seconds (RFC 9520)
 *
 * with a rank that says how far it can be believed (RFC 2181, 5.4.1): the
 * address that came along with a referral is good enough to ask there, not to
 * be given to others.
 */

#include <ldns/rr.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apps/dns_name.h"

struct dns_cache;
struct stack;

enum {
	DNS_CACHE_HOST_MAX = 512,	/* entries of a host's cache */
	DNS_CACHE_RESOLVER_MAX = 16384, /* and of a resolver's */
	DNS_TTL_MAX_S = 86400,	   /* longer is not believed (RFC 8767, 4) */
	DNS_NEG_TTL_MAX_S = 10800, /* RFC 2308, 5 */
	DNS_FAIL_TTL_S = 5,	   /* RFC 9520, 3.2 */
};

enum dns_rank {
	DNS_RANK_GLUE,	   /* came along with a referral or an answer */
	DNS_RANK_REFERRAL, /* what the parent says about its child */
	DNS_RANK_ANSWER,   /* an answer by somebody who is no authority */
	DNS_RANK_AUTH,	   /* an answer by the authority */
};

enum dns_kept {
	DNS_KEPT_RECORDS,
	DNS_KEPT_NXDOMAIN,
	DNS_KEPT_NODATA,
	DNS_KEPT_FAILURE,
};

/**
 * struct dns_hit - what the cache has, or is to keep
 * @kept:	What kind
 * @rank:	How far to believe it
 * @rrs:	The records; of a negative entry its SOA, if it has one; lent
 *		until the cache is changed
 * @ttl_s:	Seconds that it stays, rounded up; the records still have the
 *		TTL that they came with.  To be kept: as it was said
 */
struct dns_hit {
	enum dns_kept kept;
	enum dns_rank rank;
	const ldns_rr_list *rrs;
	uint32_t ttl_s;
};

/* A cache for @stack with at most @max entries; NULL: no memory or entropy. */
struct dns_cache *dns_cache_new(struct stack *stack, size_t max);
void dns_cache_free(struct dns_cache *c);
void dns_cache_clear(struct dns_cache *c);
size_t dns_cache_count(const struct dns_cache *c);

/* Is there something about that name and type, of at least that rank? */
bool dns_cache_find(struct dns_cache *c, const struct dns_name *name,
		    uint16_t type, enum dns_rank rank, struct dns_hit *hit);

/**
 * dns_cache_put() - Keep something
 * @type:	Of a DNS_KEPT_NXDOMAIN it does not matter
 * @what:	Its records are copied, and may be NULL if it is negative; with
 *		a ttl_s of 0 it is not kept
 *
 * What is there with a higher rank and still good stays.  The longest unused
 * entry makes room.
 *
 * Return: whether it is kept
 */
bool dns_cache_put(struct dns_cache *c, const struct dns_name *name,
		   uint16_t type, const struct dns_hit *what);

/* Walk over what is kept, the latest used first: for people. */
void dns_cache_for_each(struct dns_cache *c,
			void (*fn)(const struct dns_name *name, uint16_t type,
				   const struct dns_hit *hit, void *arg),
			void *arg);

#endif /* APPS_DNS_CACHE_H */
