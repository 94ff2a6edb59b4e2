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
 */

#include "base/htab.h"

#include <errno.h>

#include "base/check.h"

enum { HTAB_MIN = 8 };

void htab_init(struct htab *t, struct mem *m, size_t max)
{
	*t = (struct htab){.mem = m, .max = max};
}

void htab_fini(struct htab *t)
{
	mem_free(t->mem, t->slots, t->size * sizeof(*t->slots));
	htab_init(t, t->mem, t->max);
}

void *htab_find(const struct htab *t, uint32_t hash, htab_eq *eq,
		const void *key)
{
	const size_t mask = t->size - 1;
	const struct htab_slot *s;
	size_t i;

	if (!t->count)
		return NULL;
	for (i = hash & mask; (s = &t->slots[i])->item; i = (i + 1) & mask)
		if (s->hash == hash && eq(s->item, key))
			return s->item;
	return NULL;
}

/* Puts an item into the first free slot; there is one. */
static void htab_place(struct htab_slot *slots, size_t mask, uint32_t hash,
		       void *item)
{
	size_t i = hash & mask;

	while (slots[i].item)
		i = (i + 1) & mask;
	slots[i] = (struct htab_slot){.item = item, .hash = hash};
}

/* Returns 0, or -ENOMEM and the table is as it was. */
static int htab_resize(struct htab *t, size_t size)
{
	struct htab_slot *slots;
	size_t i;

	slots = mem_alloc_array(t->mem, size, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < t->size; i++)
		if (t->slots[i].item)
			htab_place(slots, size - 1, t->slots[i].hash,
				   t->slots[i].item);
	mem_free(t->mem, t->slots, t->size * sizeof(*t->slots));
	t->slots = slots;
	t->size = size;
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
	return 0;
}

/* Fills the hole at @hole with later items of the run that may go there. */
static void htab_close_hole(struct htab *t, size_t hole)
{
	const size_t mask = t->size - 1;
	size_t i;

	for (i = (hole + 1) & mask; t->slots[i].item; i = (i + 1) & mask) {
		size_t from_home = (i - t->slots[i].hash) & mask;

		if (from_home < ((i - hole) & mask))
			continue;
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole] = (struct htab_slot){.item = NULL};
}

static void htab_del_at(struct htab *t, size_t i)
{
	htab_close_hole(t, i);
	t->count--;
	if (t->size > HTAB_MIN && t->count < t->size / 8)
		(void)htab_resize(t, t->size / 2);
}

bool htab_del(struct htab *t, uint32_t hash, const void *item)
{
	const size_t mask = t->size - 1;
	size_t i;

	if (!t->count)
		return false;
	for (i = hash & mask; t->slots[i].item; i = (i + 1) & mask) {
		if (t->slots[i].item == item) {
			htab_del_at(t, i);
			return true;
		}
	}
	return false;
}

void *htab_next(const struct htab *t, size_t *pos)
{
	while (*pos < t->size) {
		void *item = t->slots[(*pos)++].item;

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
	for (i = t->pop_at & mask; !t->slots[i].item; i = (i + 1) & mask)
		;
	item = t->slots[i].item;
	t->pop_at = i;
	htab_del_at(t, i);
	return item;
}
