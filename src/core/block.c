// SPDX-License-Identifier: MIT
/*
 * block.c - counted memory for payload
 */

#include "base/check.h"

#include "core/pkt.h"

struct block *block_new(struct env *env, size_t size)
{
	enum block_class c = BLOCK_2K;
	struct block *blk;

	while (c < BLOCK_CLASSES &&
	       env->blocks[c].size < sizeof(struct block) + size)
		c++;
	if (c == BLOCK_CLASSES)
		return NULL;
	blk = pool_get(&env->blocks[c]);
	if (!blk)
		return NULL;
	blk->refs = 1;
	blk->size = (uint32_t)(env->blocks[c].size - sizeof(*blk));
	blk->class = c;
	blk->env = env;
	return blk;
}

struct block *block_get(struct block *blk)
{
	check(blk->refs > 0);
	blk->refs++;
	return blk;
}

void block_put(struct block *blk)
{
	check(blk->refs > 0);
	if (--blk->refs == 0)
		pool_put(&blk->env->blocks[blk->class], blk);
}
