/* SPDX-License-Identifier: MIT */
#ifndef BASE_TREAP_H
#define BASE_TREAP_H

/*
 * treap.h - an ordered set that is never searched from one end
 *
 * A binary search tree whose shape is that of a random one: each node has a
 * random priority, and no node has a higher one than its parent.  Whatever the
 * order of insertions, the depth is O(log n) as long as nobody can guess the
 * priorities, and insertion is a dozen lines.
 *
 * The tree knows nothing of keys: whoever inserts says behind which node.
 * Finding by key is the owner's loop from root down left and right.
 *
 * Some nodes can be marked; the first marked one is found in O(log n), too.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct treap_node - inside its owner
 * @left:	Subtree of those before it
 * @right:	Subtree of those behind it
 * @up:		Parent, NULL at the root
 * @prio:	None in the subtrees has a higher one
 * @is_marked:	Written by treap_mark()
 * @has_mark:	It, or somebody in its subtrees, is marked
 */
struct treap_node {
	struct treap_node *left, *right, *up;
	uint32_t prio;
	bool is_marked, has_mark;
};

/* All zero is an empty tree. */
struct treap {
	struct treap_node *root;
};

/**
 * treap_insert() - Put a node behind another
 * @t:		The tree
 * @node:	In no tree so far; unmarked afterwards
 * @after:	In the tree; NULL: @node becomes the first of all
 * @prio:	A random number
 */
void treap_insert(struct treap *t, struct treap_node *node,
		  struct treap_node *after, uint32_t prio);

/* Take a node out; it is unmarked afterwards. */
void treap_del(struct treap *t, struct treap_node *node);

/* Mark a node of the tree, or unmark it. */
void treap_mark(struct treap_node *node, bool is_marked);

/* Each may be NULL: there is none. */
struct treap_node *treap_first(const struct treap *t);
struct treap_node *treap_last(const struct treap *t);
struct treap_node *treap_next(const struct treap_node *node);
struct treap_node *treap_prev(const struct treap_node *node);
struct treap_node *treap_first_marked(const struct treap *t);

/* Assert what is said above.  Returns the number of nodes. */
size_t treap_check(const struct treap *t);

#endif /* BASE_TREAP_H */
