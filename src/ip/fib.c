// SPDX-License-Identifier: MIT
/*
 * fib.c - longest prefix match in four steps, for tables with many routes
 *
 * Theory of operation
 * ===================
 * The trie (trie.c) is exact, small, and knows every route; but a walk through
 * a million of them misses the cache at every other step.  What a router needs
 * to know of a packet is only the next hop, and of these there are few.  So
 * when there are many routes a second table is kept beside the trie: nodes of
 * 256 entries, one for each value of the next octet of the address, and in
 * each entry the number of a next hop.
 *
 *	node:	hop[256]	0: no route that ends in this octet
 *		len[256]	of the prefix it comes from, plus one
 *		child[256]	longer prefixes; only if there are some
 *
 * A prefix whose length is no multiple of eight fills several entries of its
 * node (at most 256), except where a longer one stands.  When it goes, they
 * are filled with the next shorter one that ends in the same octet, which the
 * trie knows.  So a change touches one node and needs no other.
 *
 * A million networks /24 need 3 MB, and a lookup in them is three loads, of
 * which one misses the cache.
 *
 * Invariants
 * ----------
 *  (1) An entry has the longest prefix that ends in its octet and covers it.
 *  (2) Each hop counts the entries that have its number.
 *
 * Limits
 * ------
 * FIB_HOPS different next hops.  If there are more, or no memory, the table is
 * given up and the trie answers alone.
 */

#include <errno.h>

#include "base/check.h"

#include "ip/ip_int.h"

#define STRIDE	 8
#define FANOUT	 (1 << STRIDE)
#define FIB_HOPS 65535

struct fib_node {
	uint16_t hop[FANOUT];
	uint8_t len[FANOUT];
	struct fib_node **child;
	unsigned int used; /* entries with a hop, and children */
};

/* A next hop, with a number; its net means nothing. */
struct fib_hop {
	struct ip_route r;
	uint32_t refs;
};

struct fib {
	struct mem *mem;
	struct fib_node *root;
	struct fib_hop *hops; /* number n is hops[n - 1] */
	size_t hop_count;
};

struct fib *fib_new(struct mem *mem)
{
	struct fib *f = mem_alloc(mem, sizeof(*f));

	if (!f)
		return NULL;
	f->mem = mem;
	f->root = mem_alloc(mem, sizeof(*f->root));
	if (!f->root) {
		mem_free(mem, f, sizeof(*f));
		return NULL;
	}
	return f;
}

static void node_free(struct fib *f, struct fib_node *n)
{
	mem_free(f->mem, n->child, FANOUT * sizeof(*n->child));
	mem_free(f->mem, n, sizeof(*n));
}

/* A node and all below it: three levels at most. */
static void node_free_all(struct fib *f, struct fib_node *n)
{
	int i;

	for (i = 0; n->child && i < FANOUT; i++)
		if (n->child[i])
			node_free_all(f, n->child[i]);
	node_free(f, n);
}

void fib_free(struct fib *f)
{
	if (!f)
		return;
	node_free_all(f, f->root);
	mem_free(f->mem, f->hops, f->hop_count * sizeof(*f->hops));
	mem_free(f->mem, f, sizeof(*f));
}

/*
 * Next hops.
 */

static bool hop_is(const struct fib_hop *h, const struct ip_route *r)
{
	return h->r.netif == r->netif && h->r.gateway.v == r->gateway.v &&
	       h->r.src.v == r->src.v && h->r.kind == r->kind &&
	       h->r.ways == r->ways;
}

/* Twice as many places for hops, or 16. */
static int hops_grow(struct fib *f)
{
	size_t n = f->hop_count ? 2 * f->hop_count : 16, i;
	struct fib_hop *more;

	if (f->hop_count == FIB_HOPS)
		return -ENOSPC;
	n = min_size(n, FIB_HOPS);
	more = mem_alloc_array(f->mem, n, sizeof(*more));
	if (!more)
		return -ENOMEM;
	for (i = 0; i < f->hop_count; i++)
		more[i] = f->hops[i];
	mem_free(f->mem, f->hops, f->hop_count * sizeof(*f->hops));
	f->hops = more;
	f->hop_count = n;
	return 0;
}

/* Number of a next hop, a new one if need be; 0 if there is no room. */
static uint16_t hop_number(struct fib *f, const struct ip_route *r)
{
	size_t i, unused = f->hop_count;

	for (i = 0; i < f->hop_count; i++) {
		if (f->hops[i].refs && hop_is(&f->hops[i], r))
			return (uint16_t)(i + 1);
		if (!f->hops[i].refs && unused == f->hop_count)
			unused = i;
	}
	if (unused == f->hop_count && hops_grow(f))
		return 0;
	f->hops[unused].r = *r;
	return (uint16_t)(unused + 1);
}

/*
 * Entries.
 */

static void entry_set(struct fib *f, struct fib_node *n, unsigned int i,
		      uint16_t hop, uint8_t len)
{
	n->used += (hop != 0) - (unsigned int)(n->hop[i] != 0);
	if (n->hop[i])
		f->hops[n->hop[i] - 1].refs--;
	if (hop)
		f->hops[hop - 1].refs++;
	n->hop[i] = hop;
	n->len[i] = hop ? (uint8_t)(len + 1) : 0;
}

/* In which node a prefix ends: 0 for /0 to /8, ... 3 for /25 to /32. */
static unsigned int level_of(uint8_t len)
{
	return len ? (unsigned int)(len - 1) / STRIDE : 0;
}

static unsigned int octet(ip4_addr a, unsigned int level)
{
	return a.v >> (24 - STRIDE * level) & (FANOUT - 1);
}

/* The child for an octet; made if it is not there and @is_wanted. */
static struct fib_node *node_child(struct fib *f, struct fib_node *n,
				   unsigned int i, bool is_wanted)
{
	if (n->child && n->child[i])
		return n->child[i];
	if (!is_wanted)
		return NULL;
	if (!n->child)
		n->child = mem_alloc_array(f->mem, FANOUT, sizeof(*n->child));
	if (!n->child)
		return NULL;
	n->child[i] = mem_alloc(f->mem, sizeof(*n));
	if (n->child[i])
		n->used++;
	return n->child[i];
}

/* Free the nodes on the way to @net that have become empty. */
static void nodes_prune(struct fib *f, struct ip4_net net)
{
	unsigned int level = level_of(net.len);

	while (level) {
		struct fib_node *parent = f->root, *n;
		unsigned int l;

		for (l = 0; l + 1 < level; l++)
			parent = parent->child[octet(net.addr, l)];
		n = parent->child[octet(net.addr, l)];
		if (n->used)
			return;
		node_free(f, n);
		parent->child[octet(net.addr, l)] = NULL;
		parent->used--;
		level--;
	}
}

int fib_set(struct fib *f, struct ip4_net net, const struct ip_route *r)
{
	unsigned int level = level_of(net.len), l, i, first, count;
	bool is_there = r && r->net.len == net.len;
	struct fib_node *n = f->root;
	uint16_t hop = 0;
	uint8_t len;

	/* What ends in an octet further up is found there by itself. */
	if (r && level_of(r->net.len) != level)
		r = NULL;
	for (l = 0; n && l < level; l++)
		n = node_child(f, n, octet(net.addr, l), is_there);
	if (!n)
		return is_there ? -ENOMEM : 0;
	if (r) {
		hop = hop_number(f, r);
		if (!hop)
			return -ENOSPC;
	}
	len = r ? r->net.len : 0;
	first = octet(net.addr, level);
	count = 1u << (STRIDE * (level + 1) - net.len);
	for (i = first; i < first + count; i++)
		if (n->len[i] <= net.len + 1)
			entry_set(f, n, i, hop, len);
	if (!is_there)
		nodes_prune(f, net);
	return 0;
}

const struct ip_route *fib_lookup(const struct fib *f, ip4_addr dst)
{
	const struct fib_node *n = f->root;
	unsigned int best = 0, shift = 24;

	for (;;) {
		unsigned int i = dst.v >> shift & (FANOUT - 1);

		if (n->hop[i])
			best = n->hop[i];
		n = n->child ? n->child[i] : NULL;
		if (!n)
			break;
		shift -= STRIDE;
	}
	return best ? &f->hops[best - 1].r : NULL;
}
