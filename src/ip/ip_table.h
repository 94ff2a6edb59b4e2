/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_TABLE_H
#define IP_IP_TABLE_H

/*
 * ip_table.h - the two forms of the routing table: trie.c and fib.c
 *
 * Private to ip/.
 */

#include "base/mem.h"

#include "ip/ip_conf.h"
#include "ip/ip_shared.h"

/*
 * Longest prefix match.
 */

/* A route in the table; of one prefix the best comes first. */
struct trie_route {
	struct trie_route *next;
	struct ip_route r;
	struct ip_way way;
};

struct trie_node;

struct trie {
	struct trie_node *root;
	struct pool nodes, routes;
	size_t count;
};

void trie_init(struct trie *t, struct mem *mem);
void trie_fini(struct trie *t);
int trie_add(struct trie *t, const struct ip_route *r); /* -EEXIST, -ENOMEM */
int trie_del(struct trie *t, const struct ip_route *r); /* -ENOENT */

/* Best usable route to @dst; if @netif is not NULL, only through it. */
const struct ip_route *trie_lookup(const struct trie *t, ip4_addr dst,
				   const struct netif *netif);
/* The same, only prefixes of at most @len_max bits. */
const struct ip_route *trie_lookup_upto(const struct trie *t, ip4_addr dst,
					uint8_t len_max);
/* The list that trie_lookup() would choose from, at its choice; or NULL. */
struct trie_route *trie_ways(const struct trie *t, ip4_addr dst);
/* In order of address, then length; @fn returns false to stop. */
void trie_walk(const struct trie *t,
	       bool (*fn)(void *arg, const struct ip_route *r), void *arg);

/*
 * The same for many routes: only next hops, and fast.
 */

struct fib;

struct fib *fib_new(struct mem *mem); /* NULL: no memory */
void fib_free(struct fib *f);	      /* NULL is fine */
/* The best usable route to @net as a whole is now @r, perhaps a shorter one;
 * NULL: none.  0, -ENOMEM or -ENOSPC, and the table is of no use then. */
int fib_set(struct fib *f, struct ip4_net net, const struct ip_route *r);
/* Its net means nothing.  Lent until the table changes. */
const struct ip_route *fib_lookup(const struct fib *f, ip4_addr dst);

#endif /* IP_IP_TABLE_H */
