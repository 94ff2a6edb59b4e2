// SPDX-License-Identifier: MIT
/*
 * trie6.c - longest prefix match over 128 bits
 *
 * Theory of operation
 * ===================
 * As in ip/trie.c: a binary tree by the bits of the prefixes, chains of nodes
 * with one child drawn together, so that each node says how many bits are
 * settled when it is reached.  A lookup goes down while the node's bits agree
 * with the address, and remembers the last node that had a usable route: at
 * most 129 steps, and in a table of n routes about log2(n) of them.
 *
 * Routes of the same prefix hang in one list, the best first: our own
 * addresses, then by metric.
 *
 * Invariants
 * ----------
 *  (1) A child's prefix begins with its parent's and is longer.
 *  (2) A node without routes has two children.
 */

#include <errno.h>

#include "base/check.h"

#include "ip6/ip6_int.h"

#define DEPTH_MAX 129

struct trie6_node {
	struct trie6_node *child[2];
	struct trie6_route *routes;
	struct ip6_net net;
};

/* Bit @n of an address, counted from the left; 0 behind the end. */
static unsigned bit_of(ip6_addr a, unsigned n)
{
	return n < 128 ? (unsigned)a.o[n / 8] >> (7 - n % 8) & 1 : 0;
}

static uint8_t common_len(struct ip6_net a, struct ip6_net b)
{
	uint8_t max = a.len < b.len ? a.len : b.len;
	unsigned n = ip6_common_len(a.addr, b.addr);

	return n < max ? (uint8_t)n : max;
}

void trie6_init(struct trie6 *t, struct mem *mem)
{
	t->root = NULL;
	t->count = 0;
	pool_init(&t->nodes, mem, "route6-node", sizeof(struct trie6_node), 0);
	pool_init(&t->routes, mem, "route6", sizeof(struct trie6_route), 0);
}

static void node_free(struct trie6 *t, struct trie6_node *n)
{
	struct trie6_route *r;

	while ((r = n->routes)) {
		n->routes = r->next;
		pool_put(&t->routes, r);
	}
	pool_put(&t->nodes, n);
}

/* Without recursion: a node's left subtree is hung into its right one. */
void trie6_fini(struct trie6 *t)
{
	struct trie6_node *n = t->root;

	while (n) {
		struct trie6_node *left = n->child[0], *next = n->child[1];

		if (left) {
			n->child[0] = left->child[1];
			left->child[1] = n;
			n = left;
			continue;
		}
		node_free(t, n);
		n = next;
	}
	t->root = NULL;
	t->count = 0;
	pool_fini(&t->nodes);
	pool_fini(&t->routes);
}

/*
 * Lists of routes.
 */

static bool route_is_better(const struct ip6_route *a,
			    const struct ip6_route *b)
{
	if ((a->kind == IP_ROUTE_LOCAL) != (b->kind == IP_ROUTE_LOCAL))
		return a->kind == IP_ROUTE_LOCAL;
	return a->metric < b->metric;
}

static bool route_is_same(const struct ip6_route *a, const struct ip6_route *b)
{
	return a->netif == b->netif && a->metric == b->metric &&
	       a->kind == b->kind && ip6_eq(a->gateway, b->gateway);
}

/* What routers advertise is chosen by its own rules (RFC 4191, 3.2). */
static bool is_equal_way(const struct ip6_route *a, const struct ip6_route *b)
{
	return a->kind == IP_ROUTE_UNICAST && b->kind == IP_ROUTE_UNICAST &&
	       a->origin == IP6_ROUTE_HAND && b->origin == IP6_ROUTE_HAND &&
	       a->metric == b->metric;
}

/* Ways of equal cost stand side by side; each says how many they are. */
static void routes_count_ways(struct trie6_route *list)
{
	while (list) {
		struct trie6_route *first = list, *r;
		uint16_t ways = 1;

		for (r = first->next; r && is_equal_way(&r->r, &first->r);
		     r = r->next)
			ways++;
		for (list = first; list != r; list = list->next)
			list->r.ways = ways;
		list = r;
	}
}

static int routes_insert(struct trie6 *t, struct trie6_route **list,
			 const struct ip6_route *r)
{
	struct trie6_route **at, *fresh;

	for (at = list; *at; at = &(*at)->next)
		if (route_is_same(&(*at)->r, r))
			return -EEXIST;
	fresh = pool_get(&t->routes);
	if (!fresh)
		return -ENOMEM;
	for (at = list; *at && !route_is_better(r, &(*at)->r);)
		at = &(*at)->next;
	fresh->r = *r;
	fresh->way = (struct ip_way){0};
	fresh->next = *at;
	*at = fresh;
	t->count++;
	routes_count_ways(*list);
	return 0;
}

static int routes_remove(struct trie6 *t, struct trie6_route **list,
			 const struct ip6_route *r)
{
	struct trie6_route **at, *found;

	for (at = list; *at; at = &(*at)->next)
		if (route_is_same(&(*at)->r, r)) {
			found = *at;
			*at = found->next;
			pool_put(&t->routes, found);
			routes_count_ways(*list);
			t->count--;
			return 0;
		}
	return -ENOENT;
}

/*
 * The tree.
 */

static struct trie6_node *node_new(struct trie6 *t, struct ip6_net net)
{
	struct trie6_node *n = pool_get_zeroed(&t->nodes);

	if (n)
		n->net = ip6_net_base(net);
	return n;
}

/* Put a node for @net above @n, at @at, and a second one if they part. */
static struct trie6_node *node_fork(struct trie6 *t, struct trie6_node **at,
				    struct ip6_net net)
{
	struct trie6_node *n = *at, *fresh = node_new(t, net), *fork = fresh;
	uint8_t common = common_len(n->net, net);

	if (!fresh)
		return NULL;
	if (common < net.len) {
		fork = node_new(t, (struct ip6_net){net.addr, common});
		if (!fork) {
			pool_put(&t->nodes, fresh);
			return NULL;
		}
		fork->child[bit_of(net.addr, common)] = fresh;
	}
	fork->child[bit_of(n->net.addr, common)] = n;
	*at = fork;
	return fresh;
}

/* The node of exactly @net, made if it is not there; NULL: no memory. */
static struct trie6_node *node_get(struct trie6 *t, struct ip6_net net)
{
	struct trie6_node **at = &t->root;

	while (*at) {
		struct trie6_node *n = *at;
		uint8_t common = common_len(n->net, net);

		if (common < n->net.len)
			return node_fork(t, at, net);
		if (n->net.len == net.len)
			return n;
		at = &n->child[bit_of(net.addr, n->net.len)];
	}
	return *at = node_new(t, net);
}

/* Restore invariant 2 at @at; the only child of a node takes its place. */
static void node_prune(struct trie6 *t, struct trie6_node **at)
{
	struct trie6_node *n = *at;

	if (n->routes || (n->child[0] && n->child[1]))
		return;
	*at = n->child[0] ? n->child[0] : n->child[1];
	pool_put(&t->nodes, n);
}

int trie6_add(struct trie6 *t, const struct ip6_route *r)
{
	struct trie6_node *n = node_get(t, r->net);
	int err;

	if (!n)
		return -ENOMEM;
	err = routes_insert(t, &n->routes, r);
	if (err == -ENOMEM && !n->routes) {
		/* What node_get() made is taken away as a route would be. */
		struct trie6_node **path[2] = {&t->root, &t->root};

		while (*path[1] != n) {
			path[0] = path[1];
			path[1] = &(*path[1])->child[bit_of(
				r->net.addr, (*path[1])->net.len)];
		}
		node_prune(t, path[1]);
		if (path[0] != path[1])
			node_prune(t, path[0]);
	}
	return err;
}

int trie6_del(struct trie6 *t, const struct ip6_route *r)
{
	struct trie6_node **at = &t->root, **parent = NULL;
	int err;

	while (*at && (*at)->net.len < r->net.len &&
	       ip6_net_has((*at)->net, r->net.addr)) {
		parent = at;
		at = &(*at)->child[bit_of(r->net.addr, (*at)->net.len)];
	}
	if (!*at || (*at)->net.len != r->net.len ||
	    !ip6_net_has((*at)->net, r->net.addr))
		return -ENOENT;
	err = routes_remove(t, &(*at)->routes, r);
	if (err)
		return err;
	node_prune(t, at);
	if (parent)
		node_prune(t, parent);
	return 0;
}

static struct trie6_route *usable(const struct trie6_node *n,
				  const struct netif *netif)
{
	struct trie6_route *r;

	for (r = n->routes; r; r = r->next)
		if (r->r.netif->is_up && (!netif || r->r.netif == netif))
			return r;
	return NULL;
}

static struct trie6_route *find(const struct trie6 *t, ip6_addr dst,
				const struct netif *netif)
{
	const struct trie6_node *n = t->root;
	struct trie6_route *best = NULL, *r;

	while (n && ip6_net_has(n->net, dst)) {
		r = usable(n, netif);
		if (r)
			best = r;
		n = n->child[bit_of(dst, n->net.len)];
		if (best && best->r.net.len == 128)
			break;
	}
	return best;
}

const struct ip6_route *trie6_lookup(const struct trie6 *t, ip6_addr dst,
				     const struct netif *netif)
{
	const struct trie6_route *r = find(t, dst, netif);

	return r ? &r->r : NULL;
}

struct trie6_route *trie6_ways(const struct trie6 *t, ip6_addr dst)
{
	return find(t, dst, NULL);
}

void trie6_walk(const struct trie6 *t,
		bool (*fn)(void *arg, const struct ip6_route *r), void *arg)
{
	const struct trie6_node *todo[DEPTH_MAX + 1];
	size_t count = 0;

	if (t->root)
		todo[count++] = t->root;
	while (count) {
		const struct trie6_node *n = todo[--count];
		const struct trie6_route *r;

		for (r = n->routes; r; r = r->next)
			if (!fn(arg, &r->r))
				return;
		if (n->child[1])
			todo[count++] = n->child[1];
		if (n->child[0])
			todo[count++] = n->child[0];
	}
}
