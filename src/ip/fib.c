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
 *	node:	hop[256]	0: no route that ends in this octet; and one bit
 *				that says whether there is a child
 *		len[256]	of the prefix it comes from, plus one
 *		child[256]	longer prefixes; only if there are some
 *
 * A lookup is over when an entry has no child, and needs nothing but entries
 * then.  They are what competes for the cache, so they are small: an octet
 * each, as long as there are at most 127 next hops, and two when there are
 * more.  The lengths, which only changes need, lie apart.
 *
 * A prefix whose length is no multiple of eight fills several entries of its
 * node (at most 256), except where a longer one stands.  When it goes, they
 * are filled with the next shorter one that ends in the same octet, which the
 * trie knows.  So a change touches one node and needs no other.
 *
 * The entries of a million networks /24 are 1 MB, or 2, and a lookup in them is
 * five loads, of which one misses the first cache.
 *
 * Invariants
 * ----------
 *  (1) An entry has the longest prefix that ends in its octet and covers it.
 *  (2) Each hop counts the entries that have its number.
 *  (3) The bit of an entry says whether there is a child.
 *  (4) A table without an error has nodes of one width.
 *
 * Limits
 * ------
 * WIDE_NUMBER different next hops.  If there are more, or no memory, the table
 * is given up and the trie answers alone.
 */

#include <errno.h>
#include <stddef.h>

#include "base/check.h"

#include "ip/ip_int.h"

#define STRIDE 8
#define FANOUT (1 << STRIDE)

/* An entry: the number of a hop, and a bit. */
enum {
	NARROW_NUMBER = 0x7f,
	NARROW_CHILD = 0x80,
	WIDE_NUMBER = 0x7fff,
	WIDE_CHILD = 0x8000,
};

/**
 * struct fib_node - entries for the values of one octet
 * @child:	Nodes for the next one, or NULL
 * @len:	What each entry comes from
 * @used:	Entries with a hop, and children
 * @is_wide:	Which of the two
 * @narrow:	The entries
 * @wide:	"
 */
struct fib_node {
	struct fib_node **child;
	uint8_t *len;
	uint32_t used;
	bool is_wide;
	union {
		uint8_t narrow[FANOUT];
		uint16_t wide[FANOUT];
	};
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
	bool is_wide; /* its nodes */
};

static size_t node_size(bool is_wide)
{
	return offsetof(struct fib_node, narrow) +
	       FANOUT * (is_wide ? sizeof(uint16_t) : sizeof(uint8_t));
}

/* Without its lengths. */
static struct fib_node *node_new_bare(struct fib *f)
{
	struct fib_node *n = mem_alloc(f->mem, node_size(f->is_wide));

	if (n)
		n->is_wide = f->is_wide;
	return n;
}

static struct fib_node *node_new(struct fib *f)
{
	struct fib_node *n = node_new_bare(f);

	if (!n)
		return NULL;
	n->len = mem_alloc(f->mem, FANOUT);
	if (!n->len) {
		mem_free(f->mem, n, node_size(f->is_wide));
		return NULL;
	}
	return n;
}

struct fib *fib_new(struct mem *mem)
{
	struct fib *f = mem_alloc(mem, sizeof(*f));

	if (!f)
		return NULL;
	f->mem = mem;
	f->root = node_new(f);
	if (!f->root) {
		mem_free(mem, f, sizeof(*f));
		return NULL;
	}
	return f;
}

static void node_free(struct fib *f, struct fib_node *n)
{
	mem_free(f->mem, n->child, FANOUT * sizeof(*n->child));
	mem_free(f->mem, n->len, FANOUT);
	mem_free(f->mem, n, node_size(n->is_wide));
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

	if (f->hop_count == WIDE_NUMBER)
		return -ENOSPC;
	n = min_size(n, WIDE_NUMBER);
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
static unsigned int hop_number(struct fib *f, const struct ip_route *r)
{
	size_t i, unused = f->hop_count;

	for (i = 0; i < f->hop_count; i++) {
		if (f->hops[i].refs && hop_is(&f->hops[i], r))
			return (unsigned int)i + 1;
		if (!f->hops[i].refs && unused == f->hop_count)
			unused = i;
	}
	if (unused == f->hop_count && hops_grow(f))
		return 0;
	f->hops[unused].r = *r;
	return (unsigned int)unused + 1;
}

/*
 * Entries.
 */

static unsigned int entry_hop(const struct fib_node *n, unsigned int i)
{
	return n->is_wide ? n->wide[i] & WIDE_NUMBER
			  : n->narrow[i] & NARROW_NUMBER;
}

/* Its bit is as its child is. */
static void entry_write(struct fib_node *n, unsigned int i, unsigned int hop)
{
	bool has_child = n->child && n->child[i];

	if (n->is_wide)
		n->wide[i] = (uint16_t)(hop | (has_child ? WIDE_CHILD : 0));
	else
		n->narrow[i] = (uint8_t)(hop | (has_child ? NARROW_CHILD : 0));
}

static void entry_set(struct fib *f, struct fib_node *n, unsigned int i,
		      unsigned int hop, uint8_t len)
{
	unsigned int old = entry_hop(n, i);

	n->used += (hop != 0) - (unsigned int)(old != 0);
	if (old)
		f->hops[old - 1].refs--;
	if (hop)
		f->hops[hop - 1].refs++;
	entry_write(n, i, hop);
	n->len[i] = hop ? (uint8_t)(len + 1) : 0;
}

/* Make the entries of a node wide, and of all below it.  -ENOMEM: some are
 * not. */
static int node_widen(struct fib *f, struct fib_node **at)
{
	struct fib_node *old = *at, *new = node_new_bare(f);
	unsigned int i;
	int err = 0;

	if (!new)
		return -ENOMEM;
	new->child = old->child;
	new->len = old->len;
	new->used = old->used;
	for (i = 0; i < FANOUT; i++)
		entry_write(new, i, entry_hop(old, i));
	mem_free(f->mem, old, node_size(old->is_wide));
	*at = new;
	for (i = 0; new->child &&i < FANOUT && !err; i++)
		if (new->child[i])
			err = node_widen(f, &new->child[i]);
	return err;
}

/* There are more next hops than narrow entries can name. */
static int fib_widen(struct fib *f)
{
	f->is_wide = true;
	return node_widen(f, &f->root);
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
	n->child[i] = node_new(f);
	if (n->child[i]) {
		entry_write(n, i, entry_hop(n, i));
		n->used++;
	}
	return n->child[i];
}

/* Free the nodes on the way to @net that have become empty. */
static void nodes_prune(struct fib *f, struct ip4_net net)
{
	unsigned int level = level_of(net.len);

	while (level) {
		struct fib_node *parent = f->root, *n;
		unsigned int l, i;

		for (l = 0; l + 1 < level; l++)
			parent = parent->child[octet(net.addr, l)];
		n = parent->child[octet(net.addr, l)];
		if (n->used)
			return;
		node_free(f, n);
		i = octet(net.addr, l);
		parent->child[i] = NULL;
		entry_write(parent, i, entry_hop(parent, i));
		parent->used--;
		level--;
	}
}

int fib_set(struct fib *f, struct ip4_net net, const struct ip_route *r)
{
	unsigned int level = level_of(net.len), l, i, first, count;
	bool is_there = r && r->net.len == net.len;
	struct fib_node *n;
	unsigned int hop = 0;
	uint8_t len;

	/* What ends in an octet further up is found there by itself. */
	if (r && level_of(r->net.len) != level)
		r = NULL;
	if (r) {
		hop = hop_number(f, r);
		if (!hop)
			return -ENOSPC;
	}
	if (hop > NARROW_NUMBER && !f->is_wide && fib_widen(f))
		return -ENOMEM;
	n = f->root;
	for (l = 0; n && l < level; l++)
		n = node_child(f, n, octet(net.addr, l), is_there);
	if (!n)
		return is_there ? -ENOMEM : 0;
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

/* The number of the hop for @dst; 0: none. */
static inline unsigned int lookup_narrow(const struct fib_node *n, ip4_addr dst)
{
	unsigned int best = 0, shift = 32 - STRIDE;

	for (;; shift -= STRIDE) {
		unsigned int i = dst.v >> shift & (FANOUT - 1);
		unsigned int e = n->narrow[i];

		best = e & NARROW_NUMBER ? e : best;
		if (!(e & NARROW_CHILD))
			return best & NARROW_NUMBER;
		n = n->child[i];
	}
}

static inline unsigned int lookup_wide(const struct fib_node *n, ip4_addr dst)
{
	unsigned int best = 0, shift = 32 - STRIDE;

	for (;; shift -= STRIDE) {
		unsigned int i = dst.v >> shift & (FANOUT - 1);
		unsigned int e = n->wide[i];

		best = e & WIDE_NUMBER ? e : best;
		if (!(e & WIDE_CHILD))
			return best & WIDE_NUMBER;
		n = n->child[i];
	}
}

const struct ip_route *fib_lookup(const struct fib *f, ip4_addr dst)
{
	unsigned int hop = f->is_wide ? lookup_wide(f->root, dst)
				      : lookup_narrow(f->root, dst);

	return hop ? &f->hops[hop - 1].r : NULL;
}
