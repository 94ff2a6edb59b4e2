/* SPDX-License-Identifier: MIT */
#ifndef CORE_BLOCK_H
#define CORE_BLOCK_H

/*
 * block.h - payload, counted, so that a send queue and all packets that carry
 * a part of it share one copy
 */

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/likely.h"

#include "core/env.h"

/* Memory with a count of how many refer to it: behind the struct, or lent. */
struct block {
	uint32_t refs;
	uint32_t size; /* octets at data */
	enum block_class class;
	struct env *env;
	uint8_t *data;
};

/**
 * block_new() - A block with room for at least @size octets
 *
 * Return: a block with one reference, or NULL (no memory, or @size > 64 KB)
 */
static inline struct block *block_new(struct env *env, size_t size);

static inline struct block *block_get(struct block *blk); /* one more */
static inline void block_put(struct block *blk); /* one less; the last frees */

/*
 * Each segment takes a block at either end and gives it back, so the usual
 * case, a small one, stands here: 22 instructions instead of 42, and 12 instead
 * of 26.  The other cases are in block.c.
 */
struct block *block_new_far(struct env *env, size_t size);
void block_free_far(struct block *blk);

/* Fills in what every block has. */
static inline void block_init(struct block *blk, struct env *env,
			      enum block_class class)
{
	blk->refs = 1;
	blk->size = (uint32_t)(env->blocks[class].size - sizeof(*blk));
	blk->class = class;
	blk->env = env;
	blk->data = (uint8_t *)(blk + 1);
}

static inline struct block *block_new(struct env *env, size_t size)
{
	struct pool *pool = &env->blocks[BLOCK_2K];
	struct block *blk;

	if (UNLIKELY(size > pool->size - sizeof(*blk)))
		return block_new_far(env, size);
	blk = (struct block *)pool_get(pool);
	if (LIKELY(blk))
		block_init(blk, env, BLOCK_2K);
	return blk;
}

static inline struct block *block_get(struct block *blk)
{
	check(blk->refs > 0);
	blk->refs++;
	return blk;
}

static inline void block_put(struct block *blk)
{
	check(blk->refs > 0);
	if (--blk->refs)
		return;
	if (LIKELY(blk->class == BLOCK_2K))
		pool_put(&blk->env->blocks[BLOCK_2K], blk);
	else
		block_free_far(blk);
}

#endif /* CORE_BLOCK_H */
