/* SPDX-License-Identifier: MIT */
#ifndef TRACE_VISIT_PRINT_H
#define TRACE_VISIT_PRINT_H

/*
 * visit_print.h - a visit, for a person or for a program
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "trace/json.h"
#include "trace/steps.h"

/**
 * struct visit_style - how to tell it
 * @verbosity:	-1: one line; 0: table and ladders; 1: each frame's layers too;
 *		2: each octet
 * @is_hops:	Ladders show every switch and router
 * @is_ascii:	Nothing beyond ASCII
 * @is_real:	Time was that of the clock
 * @seed:	Shown in the first line
 */
struct visit_style {
	int verbosity;
	bool is_hops;
	bool is_ascii;
	bool is_real;
	uint64_t seed;
};

void visit_print(const struct visit_view *v, const struct visit_style *style,
		 struct strbuf *out);
void visit_print_json(const struct visit_view *v, uint64_t seed,
		      struct json *j);

/* "── step 6 · ...──": a rule across the screen with a title in it. */
void visit_rule(const char *title, bool is_ascii, struct strbuf *out);

#endif /* TRACE_VISIT_PRINT_H */
