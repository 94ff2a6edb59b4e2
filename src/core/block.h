/* SPDX-License-Identifier: MIT */
#ifndef CORE_BLOCK_H
#define CORE_BLOCK_H

/*
 * block.h - payload, counted, so that a send queue and all packets that carry
 * a part of it share one copy
 */

#include <stddef.h>
#include <stdint.h>

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
struct block *block_new(struct env *env, size_t size);

struct block *block_get(struct block *blk); /* one more reference */
void block_put(struct block *blk);	    /* one less; the last frees */

#endif /* CORE_BLOCK_H */
