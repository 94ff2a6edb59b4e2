// SPDX-License-Identifier: MIT
/*
 * heap.c - a binary heap of nodes that know their place
 *
 * Invariants
 * ----------
 *  (1) nodes[i - 1]->index == i.
 *  (2) No node comes before its parent, index / 2.
 */

#include "base/heap.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

enum { HEAP_MIN = 16 };

void heap_init(struct heap *h, struct mem *m, heap_before *before)
{
	*h = (struct heap){.mem = m, .before = before};
}

void heap_fini(struct heap *h)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		h->nodes[i]->index = 0;
	mem_free(h->mem, h->nodes, h->size * sizeof(h->nodes[0]));
	heap_init(h, h->mem, h->before);
}

int heap_reserve(struct heap *h, size_t count)
{
	size_t size = max_size(max_size(h->size * 2, count), HEAP_MIN);
	struct heap_node **nodes;

	if (count <= h->size)
		return 0;
	nodes = mem_alloc_array(h->mem, size, sizeof(nodes[0]));
	if (!nodes)
		return -ENOMEM;
	if (h->count)
		memcpy(nodes, h->nodes, h->count * sizeof(nodes[0]));
	mem_free(h->mem, h->nodes, h->size * sizeof(nodes[0]));
	h->nodes = nodes;
	h->size = size;
	return 0;
}

static struct heap_node *heap_at(const struct heap *h, size_t index)
{
	return h->nodes[index - 1];
}

static void heap_set(struct heap *h, size_t index, struct heap_node *node)
{
	h->nodes[index - 1] = node;
	node->index = index;
}

/* Moves @node from @i towards the root until its parent is not after it. */
static void heap_rise(struct heap *h, size_t i, struct heap_node *node)
{
	while (i > 1 && h->before(node, heap_at(h, i / 2))) {
		heap_set(h, i, heap_at(h, i / 2));
		i /= 2;
	}
	heap_set(h, i, node);
}

/* Moves @node from @i away from the root until no child is before it. */
static void heap_sink(struct heap *h, size_t i, struct heap_node *node)
{
	size_t child;

	while ((child = 2 * i) <= h->count) {
		if (child < h->count &&
		    h->before(heap_at(h, child + 1), heap_at(h, child)))
			child++;
		if (!h->before(heap_at(h, child), node))
			break;
		heap_set(h, i, heap_at(h, child));
		i = child;
	}
	heap_set(h, i, node);
}

/* Finds the place of @node, for which there is a hole at @i. */
static void heap_settle(struct heap *h, size_t i, struct heap_node *node)
{
	if (i > 1 && h->before(node, heap_at(h, i / 2)))
		heap_rise(h, i, node);
	else
		heap_sink(h, i, node);
}

int heap_add(struct heap *h, struct heap_node *node)
{
	int err = heap_reserve(h, h->count + 1);

	check(!heap_is_linked(node));
	if (err)
		return err;
	h->count++;
	heap_rise(h, h->count, node);
	return 0;
}

void heap_del(struct heap *h, struct heap_node *node)
{
	size_t i = node->index;
	struct heap_node *last;

	if (!i)
		return;
	check(i <= h->count && heap_at(h, i) == node);
	last = heap_at(h, h->count--);
	node->index = 0;
	if (last != node)
		heap_settle(h, i, last);
}

void heap_moved(struct heap *h, struct heap_node *node)
{
	check(node->index && node->index <= h->count);
	heap_settle(h, node->index, node);
}

struct heap_node *heap_pop(struct heap *h)
{
	struct heap_node *first = heap_first(h);

	if (first)
		heap_del(h, first);
	return first;
}
