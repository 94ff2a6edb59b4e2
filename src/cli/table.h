/* SPDX-License-Identifier: MIT */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

/*
 * table.h - columns as wide as what stands in them
 *
 *	struct table t;
 *
 *	table_init(&t, &mem, 3);
 *	table_cell(&t, "kind"); ...	row by row
 *	table_note(&t, "more about it");
 *	table_print(&t, &out);
 *	table_fini(&t);
 */

#include <stdarg.h>

#include "base/arena.h"
#include "base/strbuf.h"

enum { TABLE_COLUMNS_MAX = 12 };

/* A row, or a line between two (@note). */
struct table_row {
	const char *cells[TABLE_COLUMNS_MAX];
	const char *note;
};

/**
 * struct table - a table under construction
 * @arena:	Its memory
 * @columns:	How many there are
 * @rows:	What was put in, @count of them
 * @at:		Column of the next cell
 */
struct table {
	struct arena arena;
	size_t columns;
	void *rows;
	size_t count, at;
};

/* @columns: at most TABLE_COLUMNS_MAX */
void table_init(struct table *t, struct mem *mem, size_t columns);
void table_fini(struct table *t);

/* The next cell; after the last one a new row begins. */
void table_cell(struct table *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A line of its own under the row before, indented. */
void table_note(struct table *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Append all of it; the last column is not padded. */
void table_print(const struct table *t, struct strbuf *out);

#endif /* CLI_TABLE_H */
