// SPDX-License-Identifier: MIT
/*
 * table.c - columns as wide as what stands in them
 *
 * All cells are kept until the end: only then is the widest one known.
 */
#include "cli/table.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

void table_init(struct table *t, struct mem *mem, size_t columns)
{
	check(columns <= TABLE_COLUMNS_MAX);
	*t = (struct table){.columns = columns};
	arena_init(&t->arena, mem);
}

void table_fini(struct table *t)
{
	arena_fini(&t->arena);
}

static struct table_row *row_at(const struct table *t, size_t i)
{
	return (struct table_row *)t->rows + i;
}

static struct table_row *row_add(struct table *t)
{
	return arena_append(&t->arena, &t->rows, &t->count,
			    sizeof(struct table_row));
}

void table_cell(struct table *t, const char *format, ...)
{
	struct table_row *row = t->at ? row_at(t, t->count - 1) : row_add(t);
	va_list ap;

	if (!row)
		return;
	va_start(ap, format);
	row->cells[t->at] = arena_vprintf(&t->arena, format, ap);
	va_end(ap);
	t->at = (t->at + 1) % t->columns;
}

void table_note(struct table *t, const char *format, ...)
{
	struct table_row *row = row_add(t);
	va_list ap;

	if (!row)
		return;
	va_start(ap, format);
	row->note = arena_vprintf(&t->arena, format, ap);
	va_end(ap);
}

static const char *cell(const struct table_row *row, size_t column)
{
	return row->cells[column] ? row->cells[column] : "";
}

static size_t width_of(const struct table *t, size_t column)
{
	size_t width = 0;

	for (size_t i = 0; i < t->count; i++) {
		const char *text = cell(row_at(t, i), column);

		width = max_size(width, utf8_width(text, strlen(text)));
	}
	return width;
}

void table_print(const struct table *t, struct strbuf *out)
{
	size_t widths[TABLE_COLUMNS_MAX] = {0};

	if (arena_is_out(&t->arena))
		out->error = -ENOMEM;
	for (size_t c = 0; c < t->columns; c++)
		widths[c] = width_of(t, c);
	for (size_t i = 0; i < t->count; i++) {
		const struct table_row *row = row_at(t, i);
		size_t at = 2;

		if (row->note) {
			strbuf_printf(out, "       %s\n", row->note);
			continue;
		}
		for (size_t c = 0; c < t->columns; c++) {
			strbuf_pad_to(out, at);
			strbuf_puts(out, cell(row, c));
			at += widths[c] + 2;
		}
		strbuf_putc(out, '\n');
	}
}
