// SPDX-License-Identifier: MIT
/*
 * htab.c - open addressing with linear probing
 *
 * Theory of operation
 * ===================
 *
 * An item stands in the first free slot at or after its home, hash modulo
 * size.  Neighbours share cache lines, and the stored hash spares most calls
 * of the comparison, so a look-up is about one miss for the slot and one for
 * the item.
 *
 * Deletion leaves no tombstone.  It moves later items of the same run back
 * into the hole, if their home allows it, until the run ends:
 *
 *	home:   3   3   4   7           delete the first item:
 *	slot:   3   4   5   6   7       slot 3 <- 4, slot 4 <- 5, 6 stays empty
 *
 * so runs are as short after a million changes as they were at the start.
 *
 * The table doubles when it is three quarters full.  If there is no memory for
 * that it goes on filling the slots it has, all but one, and tries again at
 * each addition: look-ups slow down, they do not fail.  It halves when it is
 * an eighth full, if there is memory; a table that was flooded shrinks again.
 *
 * No single call pays for that.  The old slots stay beside the new ones, and
 * each addition and deletion empties a few of them, so that a stranger who
 * fills a table makes none of his packets a dear one.  A run is moved as a
 * whole, so what is left in the old slots can be found there.  A small table
 * moves at once.
 *
 *	old:	. . . . . . d e . f . .		a, b, c have moved
 *		            ^ old_at
 *	new:	. a . . . b . . . . c . g . . .		g is an addition
 */

#include "base/htab.h"

#include <errno.h>

#include "base/check.h"

enum {
	HTAB_MIN = 8,
	HTAB_SMALL = 256, /* slots that are moved at once */
	HTAB_STEP = 96,	  /* slots at least that a change looks at: a kilobyte;
			   * all are empty, and freed, when a twenty-fourth
			   * of the next growth has passed */
};

void htab_init(struct htab *t, struct mem *m, size_t max)
{
	*t = (struct htab){.mem = m, .max = max};
}

static void htab_free_old(struct htab *t)
{
	mem_free(t->mem, t->old, t->old_size * sizeof(*t->old));
	t->old = NULL;
	t->old_size = t->old_count = t->old_at = 0;
}

void htab_fini(struct htab *t)
{
	htab_free_old(t);
	mem_free(t->mem, t->slots, t->size * sizeof(*t->slots));
	htab_init(t, t->mem, t->max);
}

static void *htab_search(const struct htab_slot *slots, size_t size,
			 uint32_t hash, htab_eq *eq, const void *key)
{
	const size_t mask = size - 1;
	void *item;
	size_t i;

	for (i = hash & mask; (item = htab_item(&slots[i])); i = (i + 1) & mask)
		if (slots[i].hash == hash && eq(item, key))
			return item;
	return NULL;
}

void *htab_find(const struct htab *t, uint32_t hash, htab_eq *eq,
		const void *key)
{
	void *item;

	if (!t->count)
		return NULL;
	item = htab_search(t->slots, t->size, hash, eq, key);
	if (!item && t->old)
		item = htab_search(t->old, t->old_size, hash, eq, key);
	return item;
}

static void set_item(struct htab_slot *s, void *item)
{
	memcpy(s->item, &item, sizeof(item));
}

/* Puts an item into the first free slot; there is one. */
static void htab_place(struct htab_slot *slots, size_t mask, uint32_t hash,
		       void *item)
{
	size_t i = hash & mask;

	while (htab_item(&slots[i]))
		i = (i + 1) & mask;
	slots[i].hash = hash;
	set_item(&slots[i], item);
}

/* Moves what stands in @count old slots, and to the end of the run there. */
static void htab_move(struct htab *t, size_t count)
{
	while (t->old_count) {
		struct htab_slot *s = &t->old[t->old_at];
		void *item = htab_item(s);

		if (count)
			count--;
		else if (!item)
			return;
		t->old_at = (t->old_at + 1) & (t->old_size - 1);
		if (!item)
			continue;
		htab_place(t->slots, t->size - 1, s->hash, item);
		set_item(s, NULL);
		t->old_count--;
	}
	if (t->old)
		htab_free_old(t);
}

/* Returns 0, or -ENOMEM and the table is as it was. */
static int htab_resize(struct htab *t, size_t size)
{
	struct htab_slot *slots;

	htab_move(t, SIZE_MAX);
	slots = mem_alloc_array(t->mem, size, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	t->old = t->slots;
	t->old_size = t->size;
	t->old_count = t->count;
	t->slots = slots;
	t->size = size;
	while (t->old_count && htab_item(&t->old[t->old_at]))
		t->old_at++; /* to the first hole: no run is torn */
	if (t->old_size <= HTAB_SMALL)
		htab_move(t, SIZE_MAX);
	return 0;
}

int htab_add(struct htab *t, uint32_t hash, void *item)
{
	int err = 0;

	check(item);
	if (t->max && t->count >= t->max)
		return -ENOSPC;
	if (t->count >= t->size / 4 * 3)
		err = htab_resize(t, max_size(t->size * 2, HTAB_MIN));
	if (err && t->count + 1 >= t->size)
		return err;
	htab_place(t->slots, t->size - 1, hash, item);
	t->count++;
	htab_move(t, HTAB_STEP);
	return 0;
}

/* Fills the hole at @hole with later items of the run that may go there. */
static void htab_close_hole(struct htab_slot *slots, size_t mask, size_t hole)
{
	size_t i;

	for (i = (hole + 1) & mask; htab_item(&slots[i]); i = (i + 1) & mask) {
		size_t from_home = (i - slots[i].hash) & mask;

		if (from_home < ((i - hole) & mask))
			continue;
		slots[hole] = slots[i];
		hole = i;
	}
	set_item(&slots[hole], NULL);
}

/* One item less. */
static void htab_deleted(struct htab *t)
{
	t->count--;
	htab_move(t, HTAB_STEP);
	if (t->size > HTAB_MIN && t->count < t->size / 8)
		(void)htab_resize(t, t->size / 2);
}

/* Takes @item out of some slots; false: it is not there. */
static bool htab_take(struct htab_slot *slots, size_t size, uint32_t hash,
		      const void *item)
{
	const size_t mask = size - 1;
	size_t i;

	for (i = hash & mask; htab_item(&slots[i]); i = (i + 1) & mask) {
		if (htab_item(&slots[i]) == item) {
			htab_close_hole(slots, mask, i);
			return true;
		}
	}
	return false;
}

bool htab_del(struct htab *t, uint32_t hash, const void *item)
{
	if (!t->count)
		return false;
	if (!htab_take(t->slots, t->size, hash, item)) {
		if (!t->old || !htab_take(t->old, t->old_size, hash, item))
			return false;
		t->old_count--;
	}
	htab_deleted(t);
	return true;
}

static struct htab_slot *htab_slot_of(struct htab_slot *slots, size_t size,
				      uint32_t hash, const void *item)
{
	const size_t mask = size - 1;
	size_t i;

	for (i = hash & mask; htab_item(&slots[i]); i = (i + 1) & mask)
		if (htab_item(&slots[i]) == item)
			return &slots[i];
	return NULL;
}

void htab_replace(struct htab *t, uint32_t hash, const void *old, void *item)
{
	struct htab_slot *s = htab_slot_of(t->slots, t->size, hash, old);

	if (!s && t->old)
		s = htab_slot_of(t->old, t->old_size, hash, old);
	check(s && item);
	set_item(s, item);
}

void *htab_next(const struct htab *t, size_t *pos)
{
	while (*pos < t->size + t->old_size) {
		size_t i = (*pos)++;
		void *item = htab_item(i < t->size ? &t->slots[i]
						   : &t->old[i - t->size]);

		if (item)
			return item;
	}
	return NULL;
}

void *htab_pop(struct htab *t)
{
	const size_t mask = t->size - 1;
	size_t i;
	void *item;

	if (!t->count)
		return NULL;
	htab_move(t, SIZE_MAX);
	for (i = t->pop_at & mask; !htab_item(&t->slots[i]); i = (i + 1) & mask)
		;
	item = htab_item(&t->slots[i]);
	t->pop_at = i;
	htab_close_hole(t->slots, mask, i);
	htab_deleted(t);
	return item;
}
