// SPDX-License-Identifier: MIT
/*
 * alloc_walk.c - fail every allocation of a scenario, one after the other
 *
 * See alloc_walk.h.
 */
#include "alloc_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* One run; returns what the scenario says, and fails the test on a leak. */
static bool run(alloc_scenario_fn *scenario, void *arg, struct mem *mem,
		uint64_t fail_at, bool fail_ever)
{
	bool is_done;

	mem_init_libc(mem);
	mem->has_no_slabs = true; /* every object is a point of its own */
	mem->fail_at = fail_at;
	mem->fail_ever = fail_ever;
	is_done = scenario(mem, arg);
	if (mem->in_use_count > 0)
		fail_msg("allocation %llu fails%s: %zu allocations leak",
			 (unsigned long long)fail_at,
			 fail_ever ? ", and all later ones" : "",
			 mem->in_use_count);
	return is_done;
}

/* The one run that somebody wants to look at. */
static void run_one(alloc_scenario_fn *scenario, void *arg, const char *which)
{
	struct mem mem;
	char *end;
	uint64_t k = strtoull(which, &end, 10);
	bool is_done = run(scenario, arg, &mem, k, *end == '+');

	fail_msg("this was only run %s, which %s", which,
		 is_done ? "succeeded" : "failed cleanly");
}

struct alloc_walk alloc_walk(alloc_scenario_fn *scenario, void *arg)
{
	const char *which = getenv("WEFT_FAIL_AT");
	struct alloc_walk walk = {0};
	struct mem mem;

	if (which)
		run_one(scenario, arg, which);
	assert_true(run(scenario, arg, &mem, 0, false));
	walk.points = mem.calls;
	for (uint64_t k = 1; k <= walk.points; k++) {
		for (int ever = 0; ever <= 1; ever++) {
			walk.survived += run(scenario, arg, &mem, k, ever);
			walk.runs++;
			assert_true(mem.failures > 0);
		}
	}
	print_message("# %llu allocations, %llu runs, %llu did not need them\n",
		      (unsigned long long)walk.points,
		      (unsigned long long)walk.runs,
		      (unsigned long long)walk.survived);
	return walk;
}
