// SPDX-License-Identifier: MIT
/*
 * env.c - setting up a world
 */

#include "core/env.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"

/* clang-format off */
#define PKT_KEEP 65536

static const struct {
	const char *name;
	size_t room;
} block_classes[] = {
	[BLOCK_2K]	= {"block-2k", 2048},
	[BLOCK_16K]	= {"block-16k", 16384},
	[BLOCK_64K]	= {"block-64k", 65536},
};
static_assert(ARRAY_SIZE(block_classes) == BLOCK_CLASSES, "a row for each");
/* clang-format on */

void env_init(struct env *env, struct mem *mem)
{
	size_t i;

	memset(env, 0, sizeof(*env));
	env->mem = mem;
	pool_init(&env->pkts, mem, "pkt", sizeof(struct pkt), 0);
	for (i = 0; i < BLOCK_CLASSES; i++)
		pool_init(&env->blocks[i], mem, block_classes[i].name,
			  sizeof(struct block) + block_classes[i].room, 0);
	/* Packets come in batches, and between two of them none is left. */
	env->pkts.keep = env->blocks[BLOCK_2K].keep = PKT_KEEP;
}

size_t env_fini(struct env *env)
{
	size_t i, leaked = pool_fini(&env->pkts);

	for (i = 0; i < BLOCK_CLASSES; i++)
		leaked += pool_fini(&env->blocks[i]);
	return leaked;
}
