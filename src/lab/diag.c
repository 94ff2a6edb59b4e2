// SPDX-License-Identifier: MIT
/*
 * diag.c - saying what is wrong with a lab file, and where
 *
 * Theory of operation
 * ===================
 * Positions count characters, not octets, as an editor does.  The caret is
 * placed by display width, so that it stands right under a line with accents
 * or wide characters in it.
 *
 * "Did you mean" is the restricted Damerau-Levenshtein distance: insertions,
 * deletions, changes and swaps of neighbours each count one.  A word is near
 * if at most a third of its letters, or one of three or more, are wrong.
 */
#include "lab/diag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { WORD_MAX = 48, QUOTE_MAX = 160 };

void diag_init(struct diag *d, struct arena *arena, const char *file,
	       const char *text, size_t len)
{
	*d = (struct diag){
		.arena = arena,
		.file = file,
		.text = text,
		.len = len,
	};
}

static bool diag_has(const struct diag *d, struct lab_pos at, const char *text)
{
	for (size_t i = 0; i < min_size(d->count, DIAG_MAX); i++) {
		const struct diag_error *e = &d->errors[i];

		if (e->at.line == at.line && e->at.col == at.col &&
		    strcmp(e->text, text) == 0)
			return true;
	}
	return false;
}

bool diag_has_at(const struct diag *d, struct lab_pos at)
{
	for (size_t i = 0; i < min_size(d->count, DIAG_MAX); i++)
		if (d->errors[i].at.line == at.line &&
		    d->errors[i].at.col == at.col)
			return true;
	return false;
}

/* What a file says must not steer the terminal of who reads about it. */
static void diag_disarm(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == '\177')
			*text = '?';
}

void diag_error(struct diag *d, struct lab_pos at, const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = arena_vprintf(d->arena, format, ap);
	va_end(ap);
	if (text)
		diag_disarm(text);
	if (text && diag_has(d, at, text))
		return;
	if (text && d->count < DIAG_MAX)
		d->errors[d->count] = (struct diag_error){at, text};
	d->count++;
}

/* The line with that number, without its end; empty if there is none. */
static const char *diag_line(const struct diag *d, uint32_t line, size_t *len)
{
	const char *p = d->text, *end = d->text + d->len, *eol;

	for (uint32_t n = 1; p && n < line; n++) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	if (!p || !line) {
		*len = 0;
		return "";
	}
	eol = memchr(p, '\n', (size_t)(end - p));
	*len = (size_t)((eol ? eol : end) - p);
	return p;
}

/* Columns on the screen that the first @chars characters take. */
static size_t diag_columns(const char *line, size_t len, uint32_t chars)
{
	size_t at = 0;
	uint32_t c;

	while (chars-- && at < len)
		at += utf8_decode(line + at, len - at, &c);
	return utf8_width(line, at);
}

static void diag_quote(const struct diag *d, struct lab_pos at,
		       struct strbuf *out)
{
	size_t len;
	const char *line = diag_line(d, at.line, &len);

	if (!at.line || !len || len > QUOTE_MAX)
		return;
	strbuf_puts(out, "    ");
	for (size_t i = 0; i < len; i++) {
		bool is_control = (unsigned char)line[i] < ' ';

		strbuf_putc(out, is_control ? ' ' : line[i]);
	}
	strbuf_puts(out, "\n    ");
	strbuf_fill(out, ' ', diag_columns(line, len, at.col - 1));
	strbuf_puts(out, "^\n");
}

static int diag_compare(const void *a, const void *b)
{
	const struct diag_error *const *x = a, *const *y = b;
	struct lab_pos p = (*x)->at, q = (*y)->at;

	if (p.line != q.line)
		return p.line < q.line ? -1 : 1;
	if (p.col != q.col)
		return p.col < q.col ? -1 : 1;
	return *x < *y ? -1 : 1;
}

void diag_print(const struct diag *d, struct strbuf *out)
{
	const struct diag_error *sorted[DIAG_MAX];
	size_t n = min_size(d->count, DIAG_MAX);

	for (size_t i = 0; i < n; i++)
		sorted[i] = &d->errors[i];
	qsort(sorted, n, sizeof(sorted[0]), diag_compare);
	for (size_t i = 0; i < n; i++) {
		const struct diag_error *e = sorted[i];

		strbuf_puts(out, d->file);
		if (e->at.line)
			strbuf_printf(out, ":%u:%u", e->at.line, e->at.col);
		strbuf_printf(out, ": %s\n", e->text);
		diag_quote(d, e->at, out);
	}
	if (d->count > n)
		strbuf_printf(out, "%s: and %zu more\n", d->file, d->count - n);
}

static size_t diag_min3(size_t a, size_t b, size_t c)
{
	return min_size(min_size(a, b), c);
}

/* Letters to insert, delete, change or swap to make @a into @b. */
static size_t diag_distance(const char *a, const char *b)
{
	size_t row[3][WORD_MAX + 1], n = strlen(a), m = strlen(b);
	size_t *before = row[0], *above = row[1], *here = row[2], *free_row;

	if (n > WORD_MAX || m > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= m; j++)
		above[j] = j;
	for (size_t i = 1; i <= n; i++) {
		here[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = a[i - 1] != b[j - 1];

			here[j] = diag_min3(above[j] + 1, here[j - 1] + 1,
					    above[j - 1] + change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				here[j] = min_size(here[j], before[j - 2] + 1);
		}
		free_row = before;
		before = above;
		above = here;
		here = free_row;
	}
	return above[m];
}

const char *diag_nearest(const char *word, const char *const *words,
			 size_t count)
{
	size_t best = WORD_MAX;
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t len = max_size(strlen(word), strlen(words[i]));
		size_t d = diag_distance(word, words[i]);

		if (len > 2 && d < best && d <= max_size(1, len / 3)) {
			best = d;
			found = words[i];
		}
	}
	return found;
}
