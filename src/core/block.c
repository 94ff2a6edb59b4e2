// SPDX-License-Identifier: MIT
/*
 * block.c - counted memory for payload
 */

#include "core/block.h"

#include <string.h>

#include "base/check.h"

#include "core/block_lent.h"

struct block *block_new_far(struct env *env, size_t size)
{
	enum block_class c = BLOCK_2K;
	struct block *blk;

	while (c < BLOCK_CLASSES &&
	       env->blocks[c].size < sizeof(struct block) + size)
		c++;
	if (c == BLOCK_CLASSES)
		return NULL;
	blk = pool_get(&env->blocks[c]);
	if (blk)
		block_init(blk, env, c);
	return blk;
}

void block_free_far(struct block *blk)
{
	if (blk->class == BLOCK_CLASSES)
		block_lent_free(blk);
	else
		pool_put(&blk->env->blocks[blk->class], blk);
}

void block_lent_init(struct block_lent *b, struct env *env, const void *data,
		     size_t size)
{
	check(size <= UINT32_MAX);
	b->blk = (struct block){
		.refs = 1,
		.size = (uint32_t)size,
		.class = BLOCK_CLASSES,
		.env = env,
	};
	/* Payload is read only once it is in a block that others refer to. */
	memcpy(&b->blk.data, &data, sizeof(data));
}

void block_lent_free(struct block *blk)
{
	struct block_lent *b = container_of(blk, struct block_lent, blk);

	b->on_free(b);
}
