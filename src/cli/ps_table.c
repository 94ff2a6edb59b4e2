// SPDX-License-Identifier: MIT
/*
 * ps_table.c - programs as a table, and both tables at the end of a run
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "cli/look_rows.h"
#include "cli/table.h"

static const char *state_word(const char *state)
{
	/* clang-format off */
	static const char *const words[][2] = {
		{"R", "runs"},		{"S", "sleeps"},
		{"D", "waits for disk"}, {"T", "stopped"},
		{"t", "traced"},	{"Z", "ended"},
		{"I", "idle"},
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i][0], state))
			return words[i][1];
	return state;
}

static void call_cell(struct table *t, const json_t *row)
{
	const char *call = look_text(row, "call");
	const char *parked = json_is_true(json_object_get(row, "parked"))
				     ? ", weft will answer"
				     : "";

	if (!*call)
		table_cell(t, "-");
	else if (json_object_get(row, "call_fd"))
		table_cell(t, "%s(%lld)%s", call, look_num(row, "call_fd"),
			   parked);
	else
		table_cell(t, "%s()%s", call, parked);
}

void ps_print(const struct look_rows *rows, const char *host, struct mem *mem,
	      struct strbuf *out)
{
	static const char *const titles[] = {
		"host",	   "pid",  "parent",   "program", "state",
		"sockets", "sent", "received", "calls",	  "waits in",
	};
	struct table t;
	json_t *row;
	size_t i;

	look_put_head(rows, out);
	table_init(&t, mem, 10);
	for (i = 0; i < t.columns; i++)
		table_cell(&t, "%s", titles[i]);
	json_array_foreach(rows->list, i, row)
	{
		if (!look_is(row, "process") ||
		    (host && strcmp(host, look_text(row, "host")) != 0))
			continue;
		table_cell(&t, "%s", look_or_dash(row, "host"));
		table_cell(&t, "%lld", look_num(row, "pid"));
		table_cell(&t, "%lld", look_num(row, "parent"));
		table_cell(&t, "%s", look_text(row, "program"));
		table_cell(&t, "%s", state_word(look_text(row, "state")));
		table_cell(&t, "%lld", look_num(row, "sockets"));
		table_cell(&t, "%lld", look_num(row, "sent"));
		table_cell(&t, "%lld", look_num(row, "received"));
		table_cell(&t, "%lld", look_num(row, "calls"));
		call_cell(&t, row);
	}
	if (t.count > 1)
		table_print(&t, out);
	else
		strbuf_puts(out, "no program runs\n");
	table_fini(&t);
}

void look_tables(const struct strbuf *text, struct mem *mem, struct strbuf *out)
{
	const struct ss_style style = {.has_info = true};
	struct look_rows rows;
	bool has_programs = false;
	json_t *row;
	size_t i;

	if (look_rows_read(&rows, strbuf_text(text)) == 0) {
		strbuf_puts(out, "sockets at the end of ");
		ss_print(&rows, &style, mem, out);
		json_array_foreach(rows.list, i, row) has_programs |=
			look_is(row, "process");
		if (has_programs) {
			strbuf_puts(out, "\nprograms at the end of ");
			ps_print(&rows, NULL, mem, out);
		}
		strbuf_putc(out, '\n');
	} else {
		out->error = -ENOMEM;
	}
	look_rows_fini(&rows);
}
