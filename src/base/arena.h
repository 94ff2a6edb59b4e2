/* SPDX-License-Identifier: MIT */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/*
 * arena.h - memory that is given back all at once
 *
 * What is read from a file (a tree of a lab, the steps of a script) is many
 * small pieces that all live equally long.  Instead of freeing each, they are
 * taken from one arena.
 *
 * Running out of memory sticks: each call returns NULL from then on, and
 * whoever reads a whole file asks arena_is_out() once, at the end.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct arena_chunk;

/**
 * struct arena - the memory of one whole
 * @mem:	Where chunks come from
 * @chunks:	All of them, the newest first
 * @next:	First free octet of the newest
 * @left:	Octets free there
 * @is_out:	Memory ran out, at some time
 */
struct arena {
	struct mem *mem;
	struct arena_chunk *chunks;
	char *next;
	size_t left;
	bool is_out;
};

void arena_init(struct arena *a, struct mem *mem);

/* Give everything back; @a may be used again, empty. */
void arena_fini(struct arena *a);

static inline bool arena_is_out(const struct arena *a)
{
	return a->is_out;
}

/**
 * arena_alloc() - Zeroed memory that lives as long as the arena
 * @a:		The arena
 * @count:	Elements
 * @size:	Octets of each; the product may overflow, and fails then
 *
 * Return: the memory, aligned for any type, or NULL
 */
void *arena_alloc(struct arena *a, size_t count, size_t size);

/* A copy of @len octets with a NUL behind them, or NULL. */
char *arena_text(struct arena *a, const char *text, size_t len);

/* Text as printf() would print it, or NULL. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
char *
arena_printf(struct arena *a, const char *format, ...);

#if defined(__GNUC__)
__attribute__((format(printf, 2, 0)))
#endif
char *
arena_vprintf(struct arena *a, const char *format, va_list ap);

/**
 * arena_append() - Make room for one more element at the end of an array
 * @a:		The arena
 * @items:	The array, from arena_append() or NULL; may move
 * @count:	Elements there are; one more when this succeeds
 * @size:	Octets of each
 *
 * The room doubles, so that appending n elements copies at most 2n.
 *
 * Return: the new element, zeroed, or NULL
 */
void *arena_append(struct arena *a, void **items, size_t *count, size_t size);

#endif /* BASE_ARENA_H */
