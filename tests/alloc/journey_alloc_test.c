// SPDX-License-Identifier: MIT
/*
 * journey_alloc_test.c - the whole journey of a URL, short of memory
 *
 * The lab that is part of the program is read and built, its laptop visits a
 * page twice, and the views are made of the log.  Whatever allocation fails,
 * there is an answer, and nothing leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "lab/look.h"
#include "lab/run.h"
#include "trace/back.h"
#include "trace/capture.h"
#include "trace/chain.h"
#include "trace/visit_print.h"

/* Everything that can be said about the log. */
static bool tell(struct mem *mem, const struct trace_log *log)
{
	const struct visit_style style = {.verbosity = 2, .is_hops = true};
	const struct capture c = {
		.log = log, .host = "laptop", .comment = "a test"};
	uint32_t last = trace_log_count(log);
	struct visit_view v;
	struct strbuf out;
	bool is_good;

	strbuf_init(&out, mem);
	if (visit_find(&v, log, 1))
		visit_print(&v, &style, &out);
	capture_write(&c, &out);
	if (last) {
		chain_why(log, last, &out);
		(void)chain_hops(log, last, &out);
		(void)back_tables(log, last, &out);
		trace_log_line(log, trace_log_get(log, last), &out);
	}
	is_good = !out.error && !trace_log_is_full(log);
	strbuf_fini(&out);
	return is_good;
}

/* What is open at the end. */
static bool look(struct mem *mem, struct lab_run *run)
{
	struct strbuf out;
	bool is_good;

	strbuf_init(&out, mem);
	lab_look(run, 0, &out);
	is_good = !out.error && out.len;
	strbuf_fini(&out);
	return is_good;
}

static bool visit(struct mem *mem, struct lab *lab)
{
	struct lab_run *run;
	struct visit_view v;
	bool is_shown;

	if (lab_add_visit(lab, 0, "laptop", "http://www.shop.test/",
			  LAB_OVER_ANY) ||
	    lab_add_visit(lab, 5 * NS_PER_S, "laptop",
			  "http://www.shop.test/news", LAB_OVER_ANY) ||
	    lab_run_new(&run, mem, lab, 42))
		return false;
	is_shown = lab_run_go(run) == 0 && tell(mem, lab_run_log(run)) &&
		   look(mem, run) && visit_find(&v, lab_run_log(run), 1) &&
		   v.is_shown && visit_find(&v, lab_run_log(run), 2) &&
		   v.is_shown;
	check(lab_run_free(run) == 0);
	return is_shown;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct lab lab;
	bool is_shown;

	(void)arg;
	is_shown = lab_load_default(&lab, mem) == 0 && visit(mem, &lab);
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
