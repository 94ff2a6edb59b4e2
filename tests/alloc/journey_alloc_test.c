// SPDX-License-Identifier: MIT
/*
 * journey_alloc_test.c - the whole journey of a URL, short of memory
 *
 * The scenario is `weft visit`: read the lab, build its world, start every
 * server, look the name up from the root down, fetch the page and what it
 * needs.  Whichever allocation fails, the program ends by itself and leaks
 * nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "lab/run.h"

static bool page_was_shown(struct lab_run *run)
{
	const struct trace_log *log = lab_run_log(run);

	for (uint32_t n = 1; n <= trace_log_count(log); n++) {
		const struct log_event *ev = trace_log_get(log, n);

		if (ev->what == R_VISIT_END)
			return log_num(ev, "status", 0) == 200;
	}
	return false;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct lab_run *run;
	struct lab lab;
	bool is_shown = false;

	(void)arg;
	if (lab_load_default(&lab, mem) == 0 &&
	    lab_add_visit(&lab, 0, "laptop", "http://www.shop.test/") == 0 &&
	    lab_run_new(&run, mem, &lab, lab.spec.seed.v) == 0) {
		(void)lab_run_go(run);
		is_shown = page_was_shown(run);
		check(lab_run_free(run) == 0);
	}
	lab_fini(&lab);
	return is_shown;
}

static void journey_survives_every_failed_allocation(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	assert_true(walk.points > 500);
	assert_true(walk.survived < walk.runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(journey_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
