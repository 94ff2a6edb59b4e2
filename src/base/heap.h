/* SPDX-License-Identifier: MIT */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

/*
 * heap.h - a binary heap: who is first, among elements that come and go
 *
 * For orders that a wheel cannot express, such as (time, node, sequence).
 * An element is a struct heap_node inside its owner; the heap keeps an array
 * of pointers, and the node knows its place in it, so that it can be removed
 * or moved without a search.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

/* @index counts from 1; 0 means in no heap, so zeroed memory is a node. */
struct heap_node {
	size_t index;
};

/* Does @a come before @b?  A strict order: if so, @b not before @a. */
typedef bool heap_before(const struct heap_node *a, const struct heap_node *b);

/**
 * struct heap - the heap
 * @mem:	Where the array comes from
 * @before:	The order
 * @nodes:	The array; the children of i are 2i and 2i + 1, counted from 1
 * @count:	Nodes in it
 * @size:	Room for so many
 */
struct heap {
	struct mem *mem;
	heap_before *before;
	struct heap_node **nodes;
	size_t count;
	size_t size;
};

/**
 * heap_init() - Make an empty heap; allocates nothing
 * @h:		Filled in
 * @m:		Where the array will come from
 * @before:	The order
 */
void heap_init(struct heap *h, struct mem *m, heap_before *before);

/**
 * heap_fini() - Free the array; nodes are the caller's, and in no heap now
 * @h:		May be used again, empty
 */
void heap_fini(struct heap *h);

/**
 * heap_reserve() - Make sure that additions will not fail
 * @h:		The heap
 * @count:	Nodes that shall fit in all
 *
 * Return: 0 or -ENOMEM
 */
int heap_reserve(struct heap *h, size_t count);

/**
 * heap_add() - Put a node in
 * @h:		The heap
 * @node:	In no heap so far
 *
 * Return: 0, or -ENOMEM and nothing has changed
 */
int heap_add(struct heap *h, struct heap_node *node);

/**
 * heap_del() - Take a node out, wherever it is
 * @h:		The heap
 * @node:	Harmless if it is in no heap
 */
void heap_del(struct heap *h, struct heap_node *node);

/**
 * heap_moved() - Say that the order of a node against others changed
 * @h:		The heap
 * @node:	In it
 */
void heap_moved(struct heap *h, struct heap_node *node);

/* The first node, which stays, or NULL. */
static inline struct heap_node *heap_first(const struct heap *h)
{
	return h->count ? h->nodes[0] : NULL;
}

/* The first node, taken out, or NULL. */
struct heap_node *heap_pop(struct heap *h);

static inline bool heap_is_linked(const struct heap_node *node)
{
	return node->index != 0;
}

#endif /* BASE_HEAP_H */
