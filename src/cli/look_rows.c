// SPDX-License-Identifier: MIT
/*
 * look_rows.c - reading what a lab says, and choosing among it
 *
 * Filters are those of ss(8): state, port, kind; and the host, which ss does
 * not need.
 */
#include "cli/look_rows.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "core/env.h"

static int read_line(struct look_rows *rows, const char *line, size_t len)
{
	json_t *row = json_loadb(line, len, 0, NULL);

	if (!json_is_object(row)) {
		json_decref(row);
		return -EINVAL;
	}
	if (look_is(row, "lab"))
		rows->lab = row;
	return json_array_append_new(rows->list, row) ? -ENOMEM : 0;
}

int look_rows_read(struct look_rows *rows, const char *text)
{
	bool has_end = false;
	int err = 0;

	*rows = (struct look_rows){.list = json_array()};
	if (!rows->list)
		return -ENOMEM;
	while (*text && !err && !has_end) {
		size_t len = strcspn(text, "\n");

		err = read_line(rows, text, len);
		if (!err)
			has_end = look_is(
				json_array_get(rows->list,
					       json_array_size(rows->list) - 1),
				"end");
		text += len + (text[len] == '\n');
		if (json_array_size(rows->list) > LOOK_ROWS_MAX)
			err = -EINVAL;
	}
	return err ? err : rows->lab && has_end ? 0 : -EINVAL;
}

void look_rows_fini(struct look_rows *rows)
{
	json_decref(rows->list);
	*rows = (struct look_rows){0};
}

const char *look_text(const json_t *row, const char *key)
{
	const char *s = json_string_value(json_object_get(row, key));

	return s ? s : "";
}

long long look_num(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

bool look_is(const json_t *row, const char *what)
{
	return !strcmp(look_text(row, "what"), what);
}

static int fold(char c)
{
	return c == '_' ? '-' : tolower((unsigned char)c);
}

/* "time-wait", "TIME_WAIT" and "TIME-WAIT" are one. */
static bool is_same_word(const char *a, const char *b)
{
	while (*a && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

static bool is_listening(const json_t *row)
{
	return is_same_word(look_text(row, "state"), "LISTEN");
}

/* ss(8) has names for several states at once, and for one. */
static bool is_in_state(const json_t *row, const char *want)
{
	const char *state = look_text(row, "state");

	if (is_same_word(want, "all"))
		return true;
	if (is_same_word(want, "listening"))
		return is_listening(row);
	if (is_same_word(want, "connected"))
		return json_is_string(json_object_get(row, "peer")) &&
		       !is_listening(row);
	return is_same_word(state, want);
}

static unsigned int port_of(const json_t *row, const char *key)
{
	const char *colon = strrchr(look_text(row, key), ':');

	return colon ? (unsigned int)strtoul(colon + 1, NULL, 10) : 0;
}

bool ss_is_wanted(const struct ss_style *style, const json_t *row)
{
	unsigned int here = port_of(row, "local"), there = port_of(row, "peer");

	if (style->host && strcmp(style->host, look_text(row, "host")) != 0)
		return false;
	if (style->kind && strcmp(style->kind, look_text(row, "kind")) != 0)
		return false;
	if (style->state && !is_in_state(row, style->state))
		return false;
	if (style->is_listening && !is_listening(row))
		return false;
	if (style->port && style->port != here && style->port != there)
		return false;
	return (!style->sport || style->sport == here) &&
	       (!style->dport || style->dport == there);
}

void look_rows_json(const struct look_rows *rows, const char *what,
		    const struct ss_style *style, struct strbuf *out)
{
	size_t i;
	json_t *row;

	json_array_foreach(rows->list, i, row)
	{
		char *text;

		if (!look_is(row, what) && !look_is(row, "lab"))
			continue;
		if (look_is(row, "socket") && !ss_is_wanted(style, row))
			continue;
		if (style->host && !look_is(row, "lab") &&
		    strcmp(style->host, look_text(row, "host")) != 0)
			continue;
		text = json_dumps(row, JSON_COMPACT);
		strbuf_puts(out, text ? text : "");
		strbuf_putc(out, '\n');
		if (!text)
			out->error = -ENOMEM;
		free(text);
	}
}

void put_span(struct strbuf *out, double ns)
{
	if (ns >= (double)NS_PER_S)
		strbuf_printf(out, "%.1f s", ns / (double)NS_PER_S);
	else if (ns >= (double)NS_PER_MS)
		strbuf_printf(out, "%.1f ms", ns / (double)NS_PER_MS);
	else
		strbuf_printf(out, "%.1f us", ns / (double)NS_PER_US);
}
