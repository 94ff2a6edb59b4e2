/* SPDX-License-Identifier: MIT */
#ifndef VNET_REAL_H
#define VNET_REAL_H

/*
 * real.h - a world that follows the clock instead of jumping ahead of it
 *
 * Nothing in a world changes by it.  Whoever drives it calls
 *
 *	world_next()		to know how long he may sleep
 *	world_run_until()	to say what time it is
 *
 * and gives it a way to let time pass while a program blocks.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/stack.h"

struct world;

/* As struct stack_ops.wait, for a whole world. */
typedef int world_wait_fn(void *arg, bool (*is_done)(void *arg), void *done_arg,
			  uint64_t until_ns);

/**
 * world_set_waiter() - Who lets time pass while somebody waits
 * @fn:		NULL: the world itself, in virtual time
 *
 * world_run_wait(), and with it every call that blocks, becomes @fn.
 */
void world_set_waiter(struct world *w, world_wait_fn *fn, void *arg);

/* As struct stack_ops.sleep, for a whole world. */
typedef int world_sleep_fn(void *arg, struct sleep *s, uint64_t until_ns);

/**
 * world_set_sleeper() - Who lets a call sleep until it is woken
 * @fn:		NULL: who waits for conditions
 */
void world_set_sleeper(struct world *w, world_sleep_fn *fn, void *arg);

/* As world_run_wait(), until @s is woken. */
int world_run_sleep(struct world *w, struct sleep *s, uint64_t until_ns);

/**
 * world_set_entropy() - Where hosts get their secrets from
 * @entropy:	.fill NULL: from streams of the seed, the same each time, which
 *		is what virtual time wants and what no host on a real wire may
 *		have: whoever knows the seed could guess its every number
 *
 * For hosts that are switched on from now on.
 */
void world_set_entropy(struct world *w, struct entropy entropy);

#endif /* VNET_REAL_H */
