/* SPDX-License-Identifier: MIT */
#ifndef CLI_DRILL_REPORT_H
#define CLI_DRILL_REPORT_H

/*
 * drill_report.h - what is said about scripts that were played
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

#include "drill/drill.h"

enum drill_form { DRILL_TEXT, DRILL_JSON, DRILL_TAP };

/* @is_quiet: no ladders; @is_verbose: ladders of those that passed, too. */
struct drill_style {
	enum drill_form form;
	bool is_verbose, is_quiet, is_ascii;
};

/* DRILL_WRONG: it could not be read. */
enum drill_verdict { DRILL_PASSED, DRILL_FAILED, DRILL_WRONG, DRILL_VERDICTS };

struct drill_sum {
	size_t count[DRILL_VERDICTS];
};

void drill_sum_add(struct drill_sum *to, const struct drill_sum *from);

/* A script that is told about: @number counts from 1. */
struct drill_told {
	const char *path;
	size_t number;
	const char *about;
	struct drill_script *script;
};

/* All append to @out. */
void drill_report_begin(const struct drill_style *style, size_t count,
			struct strbuf *out);
void drill_report(const struct drill_told *told,
		  const struct drill_style *style,
		  const struct drill_result *res, struct strbuf *out);
void drill_report_good(const struct drill_told *told,
		       const struct drill_style *style, struct strbuf *out);
void drill_report_wrong(const struct drill_told *told,
			const struct drill_style *style,
			const struct drill_error *err, struct strbuf *out);
void drill_report_error(const struct drill_told *told,
			const struct drill_style *style, const char *what,
			struct strbuf *out);
void drill_report_end(const struct drill_style *style,
		      const struct drill_sum *sum, struct strbuf *out);

#endif /* CLI_DRILL_REPORT_H */
