/* SPDX-License-Identifier: MIT */
#ifndef LAB_EXPECT_INT_H
#define LAB_EXPECT_INT_H

/*
 * expect_int.h - expectations under way; private to lab/
 */

#include "lab/expect.h"
#include "lab/pattern_match.h"
#include "trace/json.h"

/**
 * struct expect - all expectations of one run
 * @run:	The run
 * @log:	What happened
 * @arena:	For what is computed from it
 * @root:	Of each event: the one without a cause that it goes back to
 * @out:	Report
 * @json:	Report, if @is_json
 * @note:	Added to what was seen, or NULL
 * @failed:	Conditions that do not hold
 */
struct expect {
	struct lab_run *run;
	const struct trace_log *log;
	struct arena arena;
	uint32_t *root;
	struct strbuf *out;
	struct json json;
	bool is_json;
	const char *note;
	int failed;
};

/* One condition: whether it holds, and what was seen if not. */
void expect_report(struct expect *x, bool is_ok, const char *what,
		   const char *seen);

/* A number that is to be compared, if @want is set: "send 1: sent 4". */
void expect_cmp(struct expect *x, const char *about, const char *key,
		const struct lab_cmp *want, uint64_t seen);

/* `at-end` (expect_end.c). */
void expect_at_end(struct expect *x, const struct lab_expect *e);

#endif /* LAB_EXPECT_INT_H */
