/* SPDX-License-Identifier: MIT */
#ifndef BASE_HTAB_H
#define BASE_HTAB_H

/*
 * htab.h - a hash table of pointers
 *
 * The table does not know what its items are.  The caller hashes (with a
 * secret key, see hash.h, if strangers choose what is in the table) and
 * compares.  Items are not owned, not copied, and need no link inside.
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ask.h"
#include "base/mem.h"

/* Is @item the one that @key names? */
typedef bool htab_eq(const void *item, const void *key);

/* Twelve octets and not sixteen: of a million items that is five for each. */
struct htab_slot {
	uint32_t hash;
	uint32_t item[2]; /* a pointer, see htab_item(); NULL: empty */
};

static inline void *htab_item(const struct htab_slot *s)
{
	void *item;

	static_assert(sizeof(item) <= sizeof(s->item), "it fits in");
	memcpy(&item, s->item, sizeof(item));
	return item;
}

/**
 * struct htab - the table
 * @mem:	Where the slots come from
 * @slots:	The slots, a power of two of them, or NULL
 * @size:	How many slots
 * @count:	Items in the table
 * @max:	Cap on @count, 0 for none; may be set any time
 * @pop_at:	Where htab_pop() goes on
 * @old:	While items move to new slots: those they come from; else NULL
 * @old_size:	How many
 * @old_count:	Items that are still there, counted in @count too
 * @old_at:	The next to be looked at
 *
 * Invariant: at least one slot is empty if there are any; likewise of the old.
 */
struct htab {
	struct mem *mem;
	struct htab_slot *slots;
	size_t size;
	size_t count;
	size_t max;
	size_t pop_at;
	struct htab_slot *old;
	size_t old_size, old_count, old_at;
};

/**
 * htab_init() - Make an empty table; allocates nothing
 * @t:		Filled in
 * @m:		Where slots will come from
 * @max:	Items it may hold, 0 for no limit
 */
void htab_init(struct htab *t, struct mem *m, size_t max);

/**
 * htab_fini() - Free the slots; items are the caller's
 * @t:		May be used again, empty
 */
void htab_fini(struct htab *t);

/**
 * htab_find() - Look an item up
 * @t:		The table
 * @hash:	Hash of the key, the same as when the item was added
 * @eq:		Called for items of the same 32-bit hash
 * @key:	For @eq
 *
 * Return: the item, or NULL
 */
void *htab_find(const struct htab *t, uint32_t hash, htab_eq *eq,
		const void *key);

/**
 * htab_find_here() - htab_find() for look-ups that every packet makes
 *
 * The loop stands where it is used, and @eq in it.
 */
static inline void *htab_find_here(const struct htab *t, uint32_t hash,
				   htab_eq *eq, const void *key)
{
	void *item;
	size_t i;

	if (!t->count)
		return NULL;
	for (i = hash & (t->size - 1); (item = htab_item(&t->slots[i]));
	     i = (i + 1) & (t->size - 1))
		if (t->slots[i].hash == hash && eq(item, key))
			return item;
	return t->old ? htab_find(t, hash, eq, key) : NULL;
}

/**
 * htab_ask() - An item of this hash will soon be looked up
 *
 * Asks for the memory of its slot.
 */
static inline void htab_ask(const struct htab *t, uint32_t hash)
{
	if (t->count)
		ask_line(&t->slots[hash & (t->size - 1)]);
}

/**
 * htab_guess() - What htab_find() will probably say
 *
 * Without looking at any item: one of the same hash.
 *
 * Return: an item, or NULL
 */
static inline void *htab_guess(const struct htab *t, uint32_t hash)
{
	void *item;
	size_t i;

	if (!t->count)
		return NULL;
	for (i = hash & (t->size - 1); (item = htab_item(&t->slots[i]));
	     i = (i + 1) & (t->size - 1))
		if (t->slots[i].hash == hash)
			return item;
	return NULL;
}

/**
 * htab_add() - Put an item in
 * @t:		The table
 * @hash:	Hash of the item's key
 * @item:	Not NULL; whether an equal one is there is not looked at
 *
 * Return: 0, -ENOSPC if the cap is reached, -ENOMEM if the table is full and
 * cannot grow.  After an error all items are still there.
 */
int htab_add(struct htab *t, uint32_t hash, void *item);

/**
 * htab_del() - Take an item out
 * @t:		The table
 * @hash:	Hash that it was added with
 * @item:	The very item
 *
 * Cannot fail for lack of memory.
 *
 * Return: whether it was there
 */
bool htab_del(struct htab *t, uint32_t hash, const void *item);

/**
 * htab_replace() - Put an item in the place of another
 * @t:		The table
 * @hash:	Hash that the old one was added with, and of the new one's key
 * @old:	The very item, which is in the table
 * @item:	Not NULL
 *
 * Cannot fail, and moves nothing.
 */
void htab_replace(struct htab *t, uint32_t hash, const void *old, void *item);

/**
 * htab_next() - Walk over all items, in no particular order
 * @t:		The table, which must not change during the walk
 * @pos:	Start with 0, leave alone
 *
 * Return: the next item, or NULL at the end
 */
void *htab_next(const struct htab *t, size_t *pos);

/**
 * htab_pop() - Take some item out, for emptying a table
 * @t:		The table
 *
 * Emptying a table so takes time in proportion to its size.
 *
 * Return: the item, or NULL if the table is empty
 */
void *htab_pop(struct htab *t);

#endif /* BASE_HTAB_H */
