/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_ALLOC_WALK_H
#define SUPPORT_ALLOC_WALK_H

/*
 * alloc_walk.h - fail every allocation of a scenario, one after the other
 *
 * Theory of operation
 * ===================
 * A scenario is a function that sets something up in a given memory, lets it
 * happen, and takes it all away.  It first runs undisturbed, which says how
 * many allocations it makes.  Then it runs once for each k with allocation
 * number k failing, and once more with k and all later ones failing.  Each
 * time it may succeed or fail, but it must come back, and every octet must
 * have been given back.
 *
 * Under ./dev asan every such run is also watched by the sanitizers.  To look
 * at one of them, set WEFT_FAIL_AT to its number, with a + behind it if all
 * later allocations are to fail, too.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

/* Returns whether what it wanted to happen happened. */
typedef bool alloc_scenario_fn(struct mem *mem, void *arg);

/**
 * struct alloc_walk - what a walk came to
 * @points:	Allocations of the undisturbed run
 * @runs:	Runs with a failure in them
 * @survived:	Of these, how many still did what they were to do
 */
struct alloc_walk {
	uint64_t points;
	uint64_t runs;
	uint64_t survived;
};

/**
 * alloc_walk() - Walk over all allocations of a scenario
 * @scenario:	What to run; must do the same each time
 * @arg:	For @scenario
 *
 * Fails the running test if the undisturbed run does not succeed or if any
 * run leaks.
 */
struct alloc_walk alloc_walk(alloc_scenario_fn *scenario, void *arg);

#endif /* SUPPORT_ALLOC_WALK_H */
