/* SPDX-License-Identifier: MIT */
#ifndef TRACE_FILTER_TABLE_H
#define TRACE_FILTER_TABLE_H

/*
 * filter_table.h - what each filter did when, as a table
 *
 *	filter at wall
 *	   time ms  connection		     what the filter did
 *	       3.0  quiet:49152 -> web:80    noted it: SYN, rule 1
 *	   30013.0  quiet:49152 -> web:80    forgot it: silent for 30 s; ...
 */

#include "base/strbuf.h"

#include "trace/log.h"

/* Rows of one table; what else its filter did is counted. */
#define FILTER_TABLE_ROWS 40

/**
 * filter_tables_print() - A table for each node of the log that filters
 * @log:	With its nodes introduced, as a lab does
 * @out:	Appended to; nothing if no filter did anything
 */
void filter_tables_print(const struct trace_log *log, struct strbuf *out);

#endif /* TRACE_FILTER_TABLE_H */
