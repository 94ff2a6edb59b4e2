/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_RESOLVER_H
#define APPS_DNS_RESOLVER_H

/*
 * dns_resolver.h - a recursive resolver: asks from the root down on behalf of
 * others, and remembers
 */

#include <stdbool.h>
#include <stddef.h>

#include "wire/addr.h"

#include "apps/dns_cache.h"
#include "apps/dns_name.h"

struct dns_resolver;
struct loop;

enum {
	DNS_ROOTS_MAX = 13,
	DNS_JOBS_MAX = 1024,	  /* questions worked on; more are refused */
	DNS_JOB_QUERIES_MAX = 30, /* to others, for one question */
	DNS_JOB_FETCHES_MAX = 5,  /* of addresses of servers without glue */
	DNS_JOB_DEPTH_MAX = 3,	  /* fetches for fetches */
	DNS_JOB_DEADLINE_S = 12,
	DNS_SERVERS_MAX = 16,	   /* tried for one zone */
	DNS_SERVER_ROUNDS = 3,	   /* each is asked so often */
	DNS_SERVER_FIRST_MS = 800, /* patience: 0.8 s, 1.6 s, 3.2 s */
};

/* A root server: where all resolving begins. */
struct dns_hint {
	struct dns_name name;
	struct ip_addr addr;
};

/**
 * struct dns_resolver_config - what a resolver needs
 * @local:	Where it listens; without an address: everywhere
 * @roots:	@root_count of them, copied
 * @mixes_case:	See struct dns_question
 */
struct dns_resolver_config {
	struct endpoint local;
	const struct dns_hint *roots;
	size_t root_count;
	bool mixes_case;
};

/**
 * dns_resolver_start() - Resolve for others
 *
 * Emits DNS_CACHE_HIT, DNS_CACHE_MISS, DNS_CACHE_STORE, DNS_QUERY, DNS_RETRY,
 * DNS_BAD, and for what is answered DNS_ANSWER, DNS_NEGATIVE or DNS_FAIL.
 *
 * Return: 0; -EINVAL: no root, or too many; -ENOMEM, -EADDRINUSE, ...
 */
int dns_resolver_start(struct loop *loop, const struct dns_resolver_config *cfg,
		       struct dns_resolver **resolver);

/* Before the loop is freed.  NULL is fine. */
void dns_resolver_stop(struct dns_resolver *resolver);

struct dns_cache *dns_resolver_cache(struct dns_resolver *resolver);

/* Questions worked on at present. */
size_t dns_resolver_jobs(const struct dns_resolver *resolver);

#endif /* APPS_DNS_RESOLVER_H */
