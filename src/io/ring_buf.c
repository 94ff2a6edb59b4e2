// SPDX-License-Identifier: MIT
/*
 * ring_buf.c - buffers that a program gives in advance
 *
 * Theory of operation
 * ===================
 * A receive that waits on ten thousand idle connections would hold ten thousand
 * buffers.  A group holds as many as there is traffic for: which of them a
 * receive gets is decided when there is something to receive, and its number
 * comes with the completion.  The program gives the buffer again when it has
 * read it.
 *
 * A group is a queue in a ring of memory that doubles.
 *
 * Limits
 * ------
 * BUFFERS_MAX in a group, for numbers have 16 bits.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "io/ring_int.h"

#define BUFFERS_MAX  65536
#define BUFFERS_MIN  16
#define BUFFER_LIMIT 65536 /* numbers below this */

/* Buffers to be used, @count of them, the next one at @head. */
struct ring_group {
	struct list node;
	uint16_t id;
	struct ring_buf *bufs;
	uint32_t size, head, count;
};

static struct mem *mem_of(const struct sk_ring *ring)
{
	return ring->file.stack->place.env->mem;
}

static struct ring_group *group_find(struct sk_ring *ring, uint16_t id)
{
	struct ring_group *g;

	list_for_each_entry(g, &ring->groups, struct ring_group, node)
		if (g->id == id)
			return g;
	return NULL;
}

static struct ring_group *group_get(struct sk_ring *ring, uint16_t id)
{
	struct ring_group *g = group_find(ring, id);

	if (g)
		return g;
	g = mem_alloc(mem_of(ring), sizeof(*g));
	if (!g)
		return NULL;
	g->id = id;
	list_add_head(&ring->groups, &g->node);
	return g;
}

/* Room for @count more: 0, -ENOBUFS, -ENOMEM. */
static int group_reserve(struct sk_ring *ring, struct ring_group *g,
			 uint32_t count)
{
	uint32_t size = g->size ? g->size : BUFFERS_MIN, i;
	struct ring_buf *bufs;

	if (count > BUFFERS_MAX - g->count)
		return -ENOBUFS;
	while (size < g->count + count)
		size *= 2;
	if (size == g->size)
		return 0;
	bufs = mem_alloc_array(mem_of(ring), size, sizeof(*bufs));
	if (!bufs)
		return -ENOMEM;
	for (i = 0; i < g->count; i++)
		bufs[i] = g->bufs[(g->head + i) & (g->size - 1)];
	mem_free(mem_of(ring), g->bufs, g->size * sizeof(*bufs));
	g->bufs = bufs;
	g->size = size;
	g->head = 0;
	return 0;
}

int sk_ring_buffers(struct sk_ring *ring, uint16_t group, void *base,
		    uint32_t len, uint32_t count, uint32_t first)
{
	struct ring_group *g;
	uint32_t i;
	int err;

	if (!base || !len || first >= BUFFER_LIMIT ||
	    count > BUFFER_LIMIT - first)
		return -EINVAL;
	g = group_get(ring, group);
	err = g ? group_reserve(ring, g, count) : -ENOMEM;
	if (err)
		return err;
	for (i = 0; i < count; i++)
		g->bufs[(g->head + g->count++) & (g->size - 1)] =
			(struct ring_buf){(uint8_t *)base + (size_t)i * len,
					  len, (uint16_t)(first + i)};
	return 0;
}

const struct ring_buf *ring_buf_peek(struct sk_ring *ring, uint16_t group)
{
	struct ring_group *g = group_find(ring, group);

	return g && g->count ? &g->bufs[g->head & (g->size - 1)] : NULL;
}

void ring_buf_use(struct sk_ring *ring, uint16_t group)
{
	struct ring_group *g = group_find(ring, group);

	check(g && g->count);
	g->head++;
	g->count--;
}

void ring_groups_free(struct sk_ring *ring)
{
	struct ring_group *g;

	while ((g = list_first_entry(&ring->groups, struct ring_group, node))) {
		list_del(&g->node);
		mem_free(mem_of(ring), g->bufs, g->size * sizeof(*g->bufs));
		mem_free(mem_of(ring), g, sizeof(*g));
	}
}
