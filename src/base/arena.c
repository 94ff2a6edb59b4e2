// SPDX-License-Identifier: MIT
/*
 * arena.c - memory that is given back all at once
 *
 * Theory of operation
 * ===================
 * Chunks of CHUNK octets are cut from the front.  What is larger than a
 * quarter of a chunk gets a chunk of its own, which goes behind the one that
 * is being cut, so that its rest is not lost.
 *
 * Invariants
 * ----------
 *  (1) next and left describe the free rest of the first chunk.
 *  (2) Every pointer handed out is a multiple of the strictest alignment.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 65536 };

struct arena_chunk {
	struct arena_chunk *older;
	size_t size;
	alignas(max_align_t) char data[];
};

void arena_init(struct arena *a, struct mem *mem)
{
	*a = (struct arena){.mem = mem};
}

void arena_fini(struct arena *a)
{
	struct arena_chunk *c, *older;

	for (c = a->chunks; c; c = older) {
		older = c->older;
		mem_free(a->mem, c, c->size);
	}
	arena_init(a, a->mem);
}

/* A fresh chunk with room for @room octets; NULL sticks. */
static struct arena_chunk *arena_chunk_new(struct arena *a, size_t room)
{
	size_t size = sizeof(struct arena_chunk) + room;
	struct arena_chunk *c = a->is_out ? NULL : mem_alloc(a->mem, size);

	if (!c) {
		a->is_out = true;
		return NULL;
	}
	c->size = size;
	return c;
}

static void *arena_alloc_large(struct arena *a, size_t size)
{
	struct arena_chunk *c = arena_chunk_new(a, size);

	if (!c)
		return NULL;
	if (a->chunks) {
		c->older = a->chunks->older;
		a->chunks->older = c;
	} else {
		a->chunks = c;
	}
	return c->data;
}

static bool arena_refill(struct arena *a)
{
	struct arena_chunk *c = arena_chunk_new(a, CHUNK);

	if (!c)
		return false;
	c->older = a->chunks;
	a->chunks = c;
	a->next = c->data;
	a->left = CHUNK;
	return true;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t want;
	char *p;

	if (a->is_out || (size && count > SIZE_MAX / 2 / size)) {
		a->is_out = true;
		return NULL;
	}
	want = (count * size + align - 1) / align * align;
	if (want > CHUNK / 4)
		return arena_alloc_large(a, want);
	if (want > a->left && !arena_refill(a))
		return NULL;
	p = a->next;
	a->next += want;
	a->left -= want;
	return p;
}

char *arena_text(struct arena *a, const char *text, size_t len)
{
	char *copy = arena_alloc(a, len + 1, 1);

	if (copy && len)
		memcpy(copy, text, len);
	return copy;
}

char *arena_vprintf(struct arena *a, const char *format, va_list ap)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = len < 0 ? NULL : arena_alloc(a, (size_t)len + 1, 1);
	if (text)
		(void)vsnprintf(text, (size_t)len + 1, format, ap);
	return text;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = arena_vprintf(a, format, ap);
	va_end(ap);
	return text;
}

void *arena_append(struct arena *a, void **items, size_t *count, size_t size)
{
	size_t n = *count;
	char *old = *items, *grown;

	/* Full when the count is 0 or a power of two from 4 on. */
	if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
		grown = arena_alloc(a, n ? 2 * n : 4, size);
		if (!grown)
			return NULL;
		if (n)
			memcpy(grown, old, n * size);
		*items = old = grown;
	}
	*count = n + 1;
	return old + n * size;
}
