// SPDX-License-Identifier: MIT
/*
 * treap.c - a search tree that is balanced by chance
 *
 * Theory of operation
 * ===================
 * In the order of keys it is a search tree, in the order of priorities a heap
 * (hence the name).  For given keys and priorities there is exactly one such
 * tree, and it is the one that inserting in the order of falling priority
 * would have made: a random tree, of expected depth 1.4 log2 n.
 *
 * A new node is hung in as a leaf and then turned upward past every parent of
 * lower priority; a node leaves by being turned downward until it has at most
 * one child.  A turn keeps the order of keys:
 *
 *		  p		     n
 *		 / \		    / \
 *		n   C	 <----->   A   p
 *	       / \			  / \
 *	      A   B			 B   C
 *
 * Invariants
 * ----------
 *  (1) node->left->up == node, node->right->up == node.
 *  (2) No child has a higher priority than its parent.
 *  (3) has_mark is is_marked or that of a child.
 */

#include "base/treap.h"

#include "base/check.h"

static bool marks_of(const struct treap_node *n)
{
	return n->is_marked || (n->left && n->left->has_mark) ||
	       (n->right && n->right->has_mark);
}

/* Where the pointer to @n stands. */
static struct treap_node **place_of(struct treap *t, struct treap_node *n)
{
	if (!n->up)
		return &t->root;
	return n->up->left == n ? &n->up->left : &n->up->right;
}

/* Turn @n above its parent. */
static void turn_up(struct treap *t, struct treap_node *n)
{
	struct treap_node *p = n->up, *inner;

	*place_of(t, p) = n;
	n->up = p->up;
	if (p->left == n) {
		inner = n->right;
		p->left = inner;
		n->right = p;
	} else {
		inner = n->left;
		p->right = inner;
		n->left = p;
	}
	if (inner)
		inner->up = p;
	p->up = n;
	n->has_mark = p->has_mark;
	p->has_mark = marks_of(p);
}

/* Marks below @n changed: tell those above, as far as it matters to them. */
static void tell_up(struct treap_node *n)
{
	for (; n && n->has_mark != marks_of(n); n = n->up)
		n->has_mark = !n->has_mark;
}

static void hang_in(struct treap *t, struct treap_node *node,
		    struct treap_node *after)
{
	struct treap_node *p = after ? after->right : t->root;

	if (!p) {
		node->up = after;
		if (after)
			after->right = node;
		else
			t->root = node;
		return;
	}
	while (p->left)
		p = p->left;
	p->left = node;
	node->up = p;
}

void treap_insert(struct treap *t, struct treap_node *node,
		  struct treap_node *after, uint32_t prio)
{
	*node = (struct treap_node){.prio = prio};
	hang_in(t, node, after);
	while (node->up && node->up->prio < prio)
		turn_up(t, node);
}

void treap_del(struct treap *t, struct treap_node *node)
{
	struct treap_node *child, *up;

	while (node->left && node->right)
		turn_up(t, node->left->prio > node->right->prio ? node->left
								: node->right);
	child = node->left ? node->left : node->right;
	up = node->up;
	*place_of(t, node) = child;
	if (child)
		child->up = up;
	tell_up(up);
	*node = (struct treap_node){0};
}

void treap_mark(struct treap_node *node, bool is_marked)
{
	node->is_marked = is_marked;
	tell_up(node);
}

struct treap_node *treap_first(const struct treap *t)
{
	struct treap_node *n = t->root;

	while (n && n->left)
		n = n->left;
	return n;
}

struct treap_node *treap_last(const struct treap *t)
{
	struct treap_node *n = t->root;

	while (n && n->right)
		n = n->right;
	return n;
}

struct treap_node *treap_next(const struct treap_node *node)
{
	struct treap_node *n = node->right;

	if (n) {
		while (n->left)
			n = n->left;
		return n;
	}
	for (n = node->up; n && n->right == node; n = n->up)
		node = n;
	return n;
}

struct treap_node *treap_prev(const struct treap_node *node)
{
	struct treap_node *n = node->left;

	if (n) {
		while (n->right)
			n = n->right;
		return n;
	}
	for (n = node->up; n && n->left == node; n = n->up)
		node = n;
	return n;
}

struct treap_node *treap_first_marked(const struct treap *t)
{
	struct treap_node *n = t->root;

	if (!n || !n->has_mark)
		return NULL;
	for (;;) {
		if (n->left && n->left->has_mark)
			n = n->left;
		else if (n->is_marked)
			return n;
		else
			n = n->right;
	}
}

size_t treap_check(const struct treap *t)
{
	const struct treap_node *n;
	size_t count = 0;

	check(!t->root || !t->root->up);
	for (n = treap_first(t); n; n = treap_next(n)) {
		count++;
		if (n->left)
			check(n->left->up == n); /* (1) */
		if (n->right)
			check(n->right->up == n); /* (1) */
		if (n->up)
			check(n->up->prio >= n->prio); /* (2) */
		check(n->has_mark == marks_of(n));     /* (3) */
	}
	return count;
}
