/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_SEEDS_H
#define SUPPORT_SEEDS_H

/*
 * seeds.h - which seeds a test that lives by chance walks over
 *
 * By itself it takes the first few.  WEFT_SEEDS=1000 in the environment makes
 * it the first thousand, and WEFT_SEEDS=5000-5999 those, so that several
 * processes share a long walk and a seed that failed can be run alone.
 */

#include <stdint.h>

/* From @first on, up to @end, which is not one of them. */
struct seeds {
	uint64_t first, end;
};

/* What the environment says; if nothing, @count from @first on.  Fails the
 * running test if it says something else. */
struct seeds seeds_from(uint64_t first, uint64_t count);

/* The number in a variable of the environment, or @otherwise. */
uint64_t seeds_number(const char *name, uint64_t otherwise);

#endif /* SUPPORT_SEEDS_H */
