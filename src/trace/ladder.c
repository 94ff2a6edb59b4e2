// SPDX-License-Identifier: MIT
/*
 * ladder.c - drawing who sends what to whom
 *
 * A line is an array of characters, one for each place on the screen: the
 * columns' bars are put down first, then what happens is put over them, then
 * the line is written out as UTF-8 (or ASCII) without trailing blanks.
 */

#include "trace/ladder.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

#define MARGIN	  10 /* time goes there */
#define GAP_TWO	  41 /* from one column to the next */
#define GAP_THREE 24
#define GAP_MANY  20
#define NOTE	  10 /* from the last column to the note */

/* What we draw with, and what stands for it in ASCII. */
enum glyph {
	G_BAR = 0x2502,	       /* │ */
	G_LINE = 0x2500,       /* ─ */
	G_FROM_LEFT = 0x251c,  /* ├ */
	G_FROM_RIGHT = 0x2524, /* ┤ */
	G_RIGHT = 0x25b6,      /* ▶ */
	G_LEFT = 0x25c0,       /* ◀ */
	G_CROSS = 0x253c,      /* ┼ */
	G_LOST = 0x2573,       /* ╳ */
	G_DOT = 0x25cf,	       /* ● */
	G_PAUSE = 0x2506,      /* ┆ */
	G_FAULT = 0x00b7,      /* · */
	G_MORE = 0x2026,       /* … */
};

struct line {
	uint32_t at[LADDER_WIDTH];
};

void ladder_init(struct ladder *l, struct strbuf *out, int columns,
		 bool is_ascii)
{
	int i, gap;

	check(columns >= 1 && columns <= LADDER_COLUMNS_MAX);
	*l = (struct ladder){
		.out = out, .count = columns, .is_ascii = is_ascii};
	gap = columns == 2 ? GAP_TWO : columns == 3 ? GAP_THREE : GAP_MANY;
	for (i = 0; i < columns; i++)
		l->x[i] = MARGIN + i * gap;
}

static int last_x(const struct ladder *l)
{
	return l->x[l->count - 1];
}

static void line_clear(struct line *line)
{
	int i;

	for (i = 0; i < LADDER_WIDTH; i++)
		line->at[i] = ' ';
}

static void line_bars(const struct ladder *l, struct line *line, uint32_t bar)
{
	int i;

	line_clear(line);
	for (i = 0; i < l->count; i++)
		line->at[l->x[i]] = bar;
}

/* Put text at @x, cut with an ellipsis before @end. */
static void line_text(struct line *line, int x, int end, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		uint32_t c;
		size_t n = utf8_decode(text, left, &c);

		if (x >= end) {
			line->at[end - 1] = G_MORE;
			return;
		}
		line->at[x++] = c;
		text += n;
		left -= n;
	}
}

const char *ladder_time(uint64_t t_ns, char buf[static LADDER_TIME])
{
	uint64_t tenths = (t_ns + 50000) / 100000;

	snprintf(buf, LADDER_TIME, "%llu.%llu",
		 (unsigned long long)(tenths / 10),
		 (unsigned long long)(tenths % 10));
	return buf;
}

static void line_time(struct ladder *l, struct line *line, uint64_t t_ns)
{
	char text[LADDER_TIME];
	int len;

	if (t_ns == LADDER_NO_TIME || (l->has_time && t_ns == l->last_ns))
		return;
	len = (int)strlen(ladder_time(t_ns, text));
	line_text(line, len < 7 ? 7 - len : 0, MARGIN - 1, text);
	l->has_time = true;
	l->last_ns = t_ns;
}

static const char *ascii_of(uint32_t c)
{
	switch (c) {
	case G_LINE:
		return "-";
	case G_RIGHT:
		return ">";
	case G_LEFT:
		return "<";
	case G_CROSS:
		return "+";
	case G_LOST:
		return "X";
	case G_DOT:
		return "*";
	case G_PAUSE:
		return ":";
	case G_FAULT:
	case G_MORE:
		return ".";
	case G_BAR:
	case G_FROM_LEFT:
	case G_FROM_RIGHT:
		return "|";
	default:
		return "?";
	}
}

static void put_utf8(struct strbuf *out, uint32_t c)
{
	if (c < 0x80) {
		strbuf_putc(out, (char)c);
	} else if (c < 0x800) {
		strbuf_putc(out, (char)(0xc0 | c >> 6));
		strbuf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		strbuf_putc(out, (char)(0xe0 | (c >> 12 & 0x0f)));
		strbuf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_putc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* Write the line; the note follows on the same line, however long. */
static void line_put(const struct ladder *l, const struct line *line,
		     const char *note)
{
	int i, end = LADDER_WIDTH;

	while (end > 0 && line->at[end - 1] == ' ')
		end--;
	for (i = 0; i < end; i++) {
		if (line->at[i] >= 0x80 && l->is_ascii)
			strbuf_puts(l->out, ascii_of(line->at[i]));
		else
			put_utf8(l->out, line->at[i]);
	}
	if (note && *note) {
		int want = last_x(l) + NOTE;

		strbuf_fill(l->out, ' ', (size_t)(end < want ? want - end : 1));
		strbuf_puts(l->out, note);
	}
	strbuf_putc(l->out, '\n');
}

void ladder_texts(struct ladder *l, const char *const *texts, bool with_bars)
{
	struct line line;
	int i;

	line_bars(l, &line, with_bars ? G_BAR : ' ');
	for (i = 0; i < l->count; i++) {
		int end = i + 1 < l->count ? l->x[i + 1] - 1 : LADDER_WIDTH;

		if (texts[i])
			line_text(&line, l->x[i], end, texts[i]);
	}
	line_put(l, &line, NULL);
}

void ladder_head(struct ladder *l, const char *const *names)
{
	struct line line;
	int i;

	line_clear(&line);
	line_text(&line, 4, MARGIN, "ms");
	for (i = 0; i < l->count; i++) {
		int end = i + 1 < l->count ? l->x[i + 1] - 1 : LADDER_WIDTH;

		line_text(&line, l->x[i], end, names[i]);
	}
	line_put(l, &line, NULL);
}

/* The shaft of an arrow from @a to @b, both ends left to the caller. */
static void line_shaft(const struct ladder *l, struct line *line, int a, int b,
		       const char *label)
{
	int lo = a < b ? a : b, hi = a < b ? b : a;
	int x, i;

	for (x = lo + 1; x < hi; x++)
		line->at[x] = G_LINE;
	for (i = 0; i < l->count; i++)
		if (l->x[i] > lo && l->x[i] < hi)
			line->at[l->x[i]] = G_CROSS;
	if (!*label)
		return;
	/* "─ label ─": a space on each side, cut if it does not fit */
	x = lo + (a < b ? 2 : 3);
	line->at[x] = ' ';
	i = x + 1 + (int)utf8_width(label, strlen(label));
	line_text(line, x + 1, hi - 3, label);
	if (i < hi - 2)
		line->at[i] = ' ';
}

void ladder_arrow(struct ladder *l, uint64_t t_ns, int from, int to,
		  const char *label, const char *note)
{
	struct line line;
	int a = l->x[from], b = l->x[to];

	line_bars(l, &line, G_BAR);
	line_time(l, &line, t_ns);
	line_shaft(l, &line, a, b, label);
	line.at[a] = a < b ? G_FROM_LEFT : G_FROM_RIGHT;
	if (a < b)
		line.at[b - 1] = G_RIGHT;
	else
		line.at[b + 1] = G_LEFT;
	line_put(l, &line, note);
}

void ladder_lost(struct ladder *l, uint64_t t_ns, int from, int to,
		 const char *label, const char *note)
{
	struct line line;
	int a = l->x[from], b = l->x[to];
	int lost = a < b ? b - 10 : b + 10;

	line_bars(l, &line, G_BAR);
	line_time(l, &line, t_ns);
	line_shaft(l, &line, a, lost, label);
	line.at[a] = a < b ? G_FROM_LEFT : G_FROM_RIGHT;
	line.at[lost] = G_LOST;
	line_put(l, &line, note);
}

void ladder_mark(struct ladder *l, uint64_t t_ns, int at, const char *text,
		 const char *note)
{
	struct line line;
	int end = at + 1 < l->count ? l->x[at + 1] - 1 : LADDER_WIDTH;

	line_bars(l, &line, G_BAR);
	line_time(l, &line, t_ns);
	line.at[l->x[at]] = G_DOT;
	line_text(&line, l->x[at] + 2, end, text);
	line_put(l, &line, note);
}

void ladder_pause(struct ladder *l, uint64_t t_ns, const char *text,
		  bool is_fault)
{
	struct line line;
	int begin = l->x[0] + 3;
	int end = l->count > 1 ? last_x(l) - 1 : LADDER_WIDTH;
	bool fits = begin + (int)utf8_width(text, strlen(text)) <= end;

	line_bars(l, &line, is_fault ? G_FAULT : G_PAUSE);
	line_time(l, &line, t_ns);
	if (fits)
		line_text(&line, begin, end, text);
	line_put(l, &line, fits ? NULL : text);
}
