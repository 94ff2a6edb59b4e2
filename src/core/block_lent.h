/* SPDX-License-Identifier: MIT */
#ifndef CORE_BLOCK_LENT_H
#define CORE_BLOCK_LENT_H

/*
 * block_lent.h - memory of somebody else's that is referred to as a block
 */

#include "core/pkt.h"

/**
 * struct block_lent - such a block, embedded in its owner
 * @blk:	To be referred to as any other
 * @on_free:	The last reference is gone.  In the middle of anything: must not
 *		call the stack
 */
struct block_lent {
	struct block blk;
	void (*on_free)(struct block_lent *b);
};

/* It has one reference, the caller's, who then sets @on_free.  The octets must
 * stay, and stay the same, until that is called. */
void block_lent_init(struct block_lent *b, struct env *env, const void *data,
		     size_t size);

void block_lent_free(struct block *blk); /* for block_put() */

#endif /* CORE_BLOCK_LENT_H */
