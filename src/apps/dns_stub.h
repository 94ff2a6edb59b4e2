/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_STUB_H
#define APPS_DNS_STUB_H

/*
 * dns_stub.h - how the programs of a host find the address of a name
 *
 *	hosts file  -->  the host's cache  -->  a resolver
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "apps/dns_cache.h"

struct dns_lookup;
struct dns_stub;
struct loop;

enum {
	DNS_RESOLVERS_MAX = 3,
	DNS_ADDRS_MAX = 8, /* of one name */
	DNS_STUB_ROUNDS =
		4, /* each resolver is asked so often: 1 s, 2 s, ... */
	DNS_STUB_FIRST_S = 1,
};

enum dns_origin { DNS_FROM_HOSTS, DNS_FROM_CACHE, DNS_FROM_SERVER };

struct dns_addrs {
	struct ip_addr addr[DNS_ADDRS_MAX];
	size_t count;	/* at least 1 */
	uint32_t ttl_s; /* 0: for ever */
	enum dns_origin origin;
};

/**
 * dns_lookup_fn() - The outcome of a lookup
 * @err:	0; -ENOENT: the name does not exist; -ENODATA: it has no
 *		address; -ETIMEDOUT: no resolver answered; -EIO: the resolver
 *		found no answer; -ENOTCONN: no resolver is known; -ECONNREFUSED,
 *		-EHOSTUNREACH, -ENETUNREACH: what the last try met; -ENOMEM
 * @addrs:	Lent; NULL after an error
 */
typedef void dns_lookup_fn(void *arg, int err, const struct dns_addrs *addrs);

/**
 * dns_stub_new() - The resolving part of a host
 * @resolvers:	@count of them, asked in this order; at most DNS_RESOLVERS_MAX
 *
 * Return: 0, -EINVAL, -ENOMEM (or no entropy)
 */
int dns_stub_new(struct loop *loop, const struct endpoint *resolvers,
		 size_t count, struct dns_stub **stub);

/* Ask these from now on: a host has been told by DHCP.  @count is from 1 to
 * DNS_RESOLVERS_MAX. */
void dns_stub_set_resolvers(struct dns_stub *stub,
			    const struct endpoint *resolvers, size_t count);

/* No lookup may be under way.  Before the loop is freed.  NULL is fine. */
void dns_stub_free(struct dns_stub *stub);

/* As dns_hosts_parse(). */
int dns_stub_set_hosts(struct dns_stub *stub, const char *text, int *line);

/* The host's cache. */
struct dns_cache *dns_stub_cache(struct dns_stub *stub);

/**
 * dns_stub_lookup() - Find the addresses of a name
 * @name:	Without or with a final dot; taken as it is, no suffix is tried
 * @on_done:	Called once, never before this returns
 * @lookup:	Filled in; valid until @on_done was called
 *
 * Emits HOSTS_HIT or HOSTS_MISS, HCACHE_HIT or HCACHE_MISS, DNS_QUERY,
 * DNS_RETRY, DNS_ANSWER, HCACHE_STORE, DNS_NEGATIVE, DNS_FAIL; each is the
 * cause of the next.
 *
 * Return: 0; -EINVAL: no name of a host; -ENOMEM
 */
int dns_stub_lookup(struct dns_stub *stub, const char *name,
		    dns_lookup_fn *on_done, void *arg,
		    struct dns_lookup **lookup);

/* The same for its IPv6 addresses (AAAA). */
int dns_stub_lookup6(struct dns_stub *stub, const char *name,
		     dns_lookup_fn *on_done, void *arg,
		     struct dns_lookup **lookup);

/* Never mind; on_done is not called.  NULL is fine. */
void dns_lookup_cancel(struct dns_lookup *lookup);

#endif /* APPS_DNS_STUB_H */
