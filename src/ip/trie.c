// SPDX-License-Identifier: MIT
/*
 * trie.c - longest prefix match
 *
 * Theory of operation
 * ===================
 * The routes are in a binary tree by the bits of their prefixes, where chains
 * of nodes with one child are drawn together: each node says how many bits
 * are settled when it is reached.
 *
 *		  0.0.0.0/0
 *		  /       \
 *	   10.0.0.0/8   192.168.0.0/16
 *	    /      \
 *    10.1.0.0/16  10.128.0.0/9		(and nodes without a route, where
 *					 two prefixes part)
 *
 * A lookup goes down while the node's bits agree with the address, and
 * remembers the last node that had a usable route: at most 33 steps, however
 * many routes there are.  N routes need fewer than 2N nodes of 32 octets.
 *
 * Routes of the same prefix hang in one list, the best first: our own
 * addresses, then broadcasts, then by metric.
 *
 * Invariants
 * ----------
 *  (1) A child's prefix begins with its parent's and is longer.
 *  (2) A node without routes has two children.
 */

#include <assert.h>
#include <errno.h>

#include "base/check.h"

#include "ip/ip_int.h"

#define TRIE_DEPTH 33

struct trie_node {
	struct trie_node *child[2];
	struct trie_route *routes;
	uint32_t bits;
	uint8_t len;
};

/* Bit @n of an address, counted from the left; 0 behind the end. */
static unsigned int bit_of(uint32_t bits, unsigned int n)
{
	return n < 32 ? bits >> (31 - n) & 1 : 0;
}

/* How many leading bits two prefixes share. */
static uint8_t common_len(uint32_t a, uint8_t a_len, uint32_t b, uint8_t b_len)
{
	uint8_t max = a_len < b_len ? a_len : b_len;
	uint8_t n = a == b ? 32 : (uint8_t)__builtin_clz(a ^ b);

	return n < max ? n : max;
}

static bool node_covers(const struct trie_node *n, uint32_t bits)
{
	return ((n->bits ^ bits) & ip4_mask(n->len)) == 0;
}

void trie_init(struct trie *t, struct mem *mem)
{
	t->root = NULL;
	t->count = 0;
	pool_init(&t->nodes, mem, "route-node", sizeof(struct trie_node), 0);
	pool_init(&t->routes, mem, "route", sizeof(struct trie_route), 0);
}

/* Takes the tree apart from the left, without recursion: a node's left
 * subtree is turned over to become part of its right one. */
void trie_fini(struct trie *t)
{
	struct trie_node *n = t->root;

	while (n) {
		struct trie_node *left = n->child[0], *next = n->child[1];
		struct trie_route *r;

		if (left) {
			n->child[0] = left->child[1];
			left->child[1] = n;
			n = left;
			continue;
		}
		while ((r = n->routes)) {
			n->routes = r->next;
			pool_put(&t->routes, r);
		}
		pool_put(&t->nodes, n);
		n = next;
	}
	t->root = NULL;
	pool_fini(&t->nodes);
	pool_fini(&t->routes);
}

/*
 * Lists of routes.
 */

static bool route_is_better(const struct ip_route *a, const struct ip_route *b)
{
	bool a_special = a->kind != IP_ROUTE_UNICAST;
	bool b_special = b->kind != IP_ROUTE_UNICAST;

	if (a_special != b_special)
		return a_special;
	return a->metric < b->metric;
}

static bool route_is_same(const struct ip_route *a, const struct ip_route *b)
{
	return a->gateway.v == b->gateway.v && a->netif == b->netif &&
	       a->metric == b->metric && a->kind == b->kind;
}

static int routes_insert(struct trie *t, struct trie_route **list,
			 const struct ip_route *r)
{
	struct trie_route **at, *new;

	for (at = list; *at; at = &(*at)->next)
		if (route_is_same(&(*at)->r, r))
			return -EEXIST;
	new = pool_get(&t->routes);
	if (!new)
		return -ENOMEM;
	for (at = list; *at && !route_is_better(r, &(*at)->r);)
		at = &(*at)->next;
	new->r = *r;
	new->way = (struct ip_way){0};
	new->next = *at;
	*at = new;
	return 0;
}

static bool is_equal_way(const struct ip_route *a, const struct ip_route *b)
{
	return a->kind == IP_ROUTE_UNICAST && b->kind == IP_ROUTE_UNICAST &&
	       a->metric == b->metric;
}

/* Ways of equal cost stand side by side; each says how many they are. */
static void routes_count_ways(struct trie_route *list)
{
	while (list) {
		struct trie_route *first = list, *r;
		uint16_t ways = 1;

		for (r = first->next; r && is_equal_way(&r->r, &first->r);
		     r = r->next)
			ways++;
		for (list = first; list != r; list = list->next)
			list->r.ways = ways;
		list = r;
	}
}

/*
 * The tree.
 */

static struct trie_node *node_new(struct trie *t, uint32_t bits, uint8_t len)
{
	struct trie_node *n = pool_get_zeroed(&t->nodes);

	if (!n)
		return NULL;
	n->bits = bits & ip4_mask(len);
	n->len = len;
	return n;
}

/* Put @new above @old, which shares @new's bits. */
static void node_adopt(struct trie_node *new, struct trie_node *old)
{
	new->child[bit_of(old->bits, new->len)] = old;
}

/* Make a node for a prefix in the place of *@at, which does not cover it. */
static struct trie_node *node_graft(struct trie *t, struct trie_node **at,
				    struct ip4_net net)
{
	struct trie_node *old = *at, *leaf, *fork;
	uint8_t n;

	leaf = node_new(t, net.addr.v, net.len);
	if (!leaf || !old) {
		if (leaf)
			*at = leaf;
		return leaf;
	}
	n = common_len(old->bits, old->len, net.addr.v, net.len);
	if (n == net.len) {
		node_adopt(leaf, old);
		*at = leaf;
		return leaf;
	}
	fork = node_new(t, net.addr.v, n);
	if (!fork) {
		pool_put(&t->nodes, leaf);
		return NULL;
	}
	node_adopt(fork, old);
	node_adopt(fork, leaf);
	*at = fork;
	return leaf;
}

/* The node of exactly this prefix is *result, or would belong there. */
static struct trie_node **node_seek(struct trie *t, struct ip4_net net)
{
	struct trie_node **at = &t->root;

	while (*at && (*at)->len < net.len && node_covers(*at, net.addr.v))
		at = &(*at)->child[bit_of(net.addr.v, (*at)->len)];
	return at;
}

static bool node_is(const struct trie_node *n, struct ip4_net net)
{
	return n && n->len == net.len && n->bits == net.addr.v;
}

/* Remove nodes on the way to @net that have no purpose any more. */
static void node_prune(struct trie *t, struct ip4_net net)
{
	struct trie_node **path[TRIE_DEPTH + 1];
	struct trie_node **at = &t->root;
	int n = 0;

	while (*at && (*at)->len <= net.len && node_covers(*at, net.addr.v)) {
		path[n++] = at;
		at = &(*at)->child[bit_of(net.addr.v, (*at)->len)];
	}
	while (n--) {
		struct trie_node *node = *path[n];

		if (node->routes || (node->child[0] && node->child[1]))
			return;
		*path[n] = node->child[node->child[0] ? 0 : 1];
		pool_put(&t->nodes, node);
	}
}

int trie_add(struct trie *t, const struct ip_route *r)
{
	struct trie_node **at = node_seek(t, r->net);
	struct trie_node *n = *at;
	int err;

	if (!node_is(n, r->net))
		n = node_graft(t, at, r->net);
	if (!n)
		return -ENOMEM;
	err = routes_insert(t, &n->routes, r);
	if (err) {
		node_prune(t, r->net);
		return err;
	}
	routes_count_ways(n->routes);
	t->count++;
	return 0;
}

int trie_del(struct trie *t, const struct ip_route *r)
{
	struct trie_node *n = *node_seek(t, r->net);
	struct trie_route **at, *old;

	if (!node_is(n, r->net))
		return -ENOENT;
	for (at = &n->routes; *at; at = &(*at)->next)
		if (route_is_same(&(*at)->r, r))
			break;
	old = *at;
	if (!old)
		return -ENOENT;
	*at = old->next;
	routes_count_ways(n->routes);
	pool_put(&t->routes, old);
	t->count--;
	node_prune(t, r->net);
	return 0;
}

/* First of a list that can be used. */
static const struct ip_route *routes_pick(const struct trie_route *list,
					  const struct netif *netif)
{
	for (; list; list = list->next) {
		if (netif && list->r.netif != netif)
			continue;
		if (list->r.kind != IP_ROUTE_UNICAST || list->r.netif->is_up)
			return &list->r;
	}
	return NULL;
}

const struct ip_route *trie_lookup(const struct trie *t, ip4_addr dst,
				   const struct netif *netif)
{
	const struct ip_route *best = NULL, *r;
	const struct trie_node *n = t->root;

	while (n && node_covers(n, dst.v)) {
		r = n->routes ? routes_pick(n->routes, netif) : NULL;
		if (r)
			best = r;
		if (n->len == 32)
			break;
		n = n->child[bit_of(dst.v, n->len)];
	}
	return best;
}

/* As routes_pick(), but where it stands. */
static struct trie_route *routes_first(struct trie_route *list)
{
	for (; list; list = list->next)
		if (list->r.kind != IP_ROUTE_UNICAST || list->r.netif->is_up)
			return list;
	return NULL;
}

struct trie_route *trie_ways(const struct trie *t, ip4_addr dst)
{
	const struct trie_node *n = t->root;
	struct trie_route *best = NULL, *r;

	while (n && node_covers(n, dst.v)) {
		r = n->routes ? routes_first(n->routes) : NULL;
		if (r)
			best = r;
		if (n->len == 32)
			break;
		n = n->child[bit_of(dst.v, n->len)];
	}
	return best;
}

const struct ip_route *trie_lookup_upto(const struct trie *t, ip4_addr dst,
					uint8_t len_max)
{
	const struct ip_route *best = NULL, *r;
	const struct trie_node *n = t->root;

	while (n && n->len <= len_max && node_covers(n, dst.v)) {
		r = n->routes ? routes_pick(n->routes, NULL) : NULL;
		if (r)
			best = r;
		if (n->len == 32)
			break;
		n = n->child[bit_of(dst.v, n->len)];
	}
	return best;
}

void trie_walk(const struct trie *t,
	       bool (*fn)(void *arg, const struct ip_route *r), void *arg)
{
	const struct trie_node *stack[TRIE_DEPTH + 1];
	const struct trie_route *r;
	int n = 0;

	if (t->root)
		stack[n++] = t->root;
	while (n) {
		const struct trie_node *node = stack[--n];

		for (r = node->routes; r; r = r->next)
			if (!fn(arg, &r->r))
				return;
		if (node->child[1])
			stack[n++] = node->child[1];
		if (node->child[0])
			stack[n++] = node->child[0];
	}
}
