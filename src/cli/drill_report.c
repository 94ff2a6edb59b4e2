// SPDX-License-Identifier: MIT
/*
 * drill_report.c - what is said about scripts that were played
 *
 * A script that passed is not worth a word; one that did not gets a line that
 * an editor can jump to, the conversation up to there as a ladder, and what
 * was expected against what was:
 *
 *	tests/script/x.pkt:12:1: ack 2 instead of 1
 *	 ms    network                                   stack
 *	...
 *	expected: +0 > . 1:1(0) ack 1
 *	     was: > . 1:1(0) ack 2 win 1024
 */
#include "cli/drill_report.h"

#include "trace/json.h"
#include "trace/ladder.h"

/* Columns between the two: segments with their options fit. */
enum { ARROW = 72 };

void drill_sum_add(struct drill_sum *to, const struct drill_sum *from)
{
	size_t i;

	for (i = 0; i < DRILL_VERDICTS; i++)
		to->count[i] += from->count[i];
}

void drill_report_begin(const struct drill_style *style, size_t count,
			struct strbuf *out)
{
	if (style->form == DRILL_TAP)
		strbuf_printf(out, "TAP version 13\n1..%zu\n", count);
}

/* What a ladder shows of a line: without its time. */
static const char *without_time(const char *text)
{
	const char *p = text;

	while (*p && (*p == '+' || *p == '.' || *p == '*' || *p == '~' ||
		      (*p >= '0' && *p <= '9')))
		p++;
	while (*p == ' ')
		p++;
	return *p ? p : text;
}

/* A packet without its direction, which the arrow shows. */
static const char *without_arrow(const char *text)
{
	const char *p = without_time(text);

	if (*p == '<' || *p == '>')
		p++;
	while (*p == ' ')
		p++;
	return p;
}

static void draw_line(struct ladder *l, const struct drill_line *line)
{
	switch (line->kind) {
	case DRILL_IN:
		ladder_arrow(l, line->t_ns, 0, 1, without_arrow(line->text),
			     NULL);
		break;
	case DRILL_OUT:
		ladder_arrow(l, line->t_ns, 1, 0, without_arrow(line->text),
			     NULL);
		break;
	case DRILL_CALL:
		ladder_mark(l, line->t_ns, 1, without_time(line->text), NULL);
		break;
	case DRILL_NOTE:
	default:
		ladder_pause(l, line->t_ns, without_time(line->text), false);
	}
}

static void draw(const struct drill_style *style,
		 const struct drill_result *res, struct strbuf *out)
{
	static const char *const names[] = {"network", "stack"};
	struct ladder l;
	size_t i;

	ladder_init(&l, out, 2, style->is_ascii);
	l.x[1] = l.x[0] + ARROW;
	ladder_head(&l, names);
	for (i = 0; i < res->line_count; i++)
		draw_line(&l, &res->lines[i]);
}

static void text_failed(const struct drill_told *told,
			const struct drill_style *style,
			const struct drill_result *res, struct strbuf *out)
{
	strbuf_printf(out, "%s:%u:%u: %s\n", told->path, res->pos.line,
		      res->pos.column, strbuf_text(&res->what));
	if (style->is_quiet)
		return;
	draw(style, res, out);
	if (res->expected.len)
		strbuf_printf(out, "expected: %s\n     was: %s\n",
			      strbuf_text(&res->expected),
			      strbuf_text(&res->actual));
	strbuf_putc(out, '\n');
}

static void json_told(struct json *j, const struct drill_told *told,
		      const char *verdict)
{
	json_key_text(j, "file", told->path);
	json_key_text(j, "about", told->about ? told->about : "");
	json_key_text(j, "verdict", verdict);
}

static void json_at(struct json *j, struct drill_pos pos, const char *what)
{
	json_key_num(j, "line", pos.line);
	json_key_num(j, "column", pos.column);
	json_key_text(j, "what", what);
}

static void json_result(const struct drill_told *told,
			const struct drill_result *res, struct strbuf *out)
{
	struct json j = json_begin(out);

	strbuf_putc(out, '{');
	json_told(&j, told, res->has_passed ? "passed" : "failed");
	json_key_num(&j, "virtual_us", (int64_t)(res->ns / 1000));
	if (!res->has_passed) {
		json_at(&j, res->pos, strbuf_text(&res->what));
		json_key_text(&j, "expected", strbuf_text(&res->expected));
		json_key_text(&j, "actual", strbuf_text(&res->actual));
	}
	strbuf_puts(out, "}\n");
}

static void tap_line(const struct drill_told *told, bool is_ok,
		     struct strbuf *out)
{
	strbuf_printf(out, "%sok %zu - %s\n", is_ok ? "" : "not ", told->number,
		      told->path);
}

/* The same text, each line a comment of TAP. */
static void tap_comment(const char *text, struct strbuf *out)
{
	bool at_start = true;

	for (; *text; text++) {
		if (at_start)
			strbuf_puts(out, "# ");
		strbuf_putc(out, *text);
		at_start = *text == '\n';
	}
}

static void tap_result(const struct drill_told *told,
		       const struct drill_style *style,
		       const struct drill_result *res, struct strbuf *out)
{
	struct strbuf text;

	tap_line(told, res->has_passed, out);
	if (res->has_passed)
		return;
	strbuf_init(&text, out->mem);
	text_failed(told, style, res, &text);
	tap_comment(strbuf_text(&text), out);
	strbuf_fini(&text);
}

void drill_report(const struct drill_told *told,
		  const struct drill_style *style,
		  const struct drill_result *res, struct strbuf *out)
{
	if (style->form == DRILL_JSON) {
		json_result(told, res, out);
	} else if (style->form == DRILL_TAP) {
		tap_result(told, style, res, out);
	} else if (!res->has_passed) {
		text_failed(told, style, res, out);
	} else if (style->is_verbose) {
		strbuf_printf(out, "%s: passed, %.6f s\n", told->path,
			      (double)res->ns / 1e9);
		draw(style, res, out);
		strbuf_putc(out, '\n');
	}
}

void drill_report_good(const struct drill_told *told,
		       const struct drill_style *style, struct strbuf *out)
{
	struct json j = json_begin(out);

	if (style->form == DRILL_JSON) {
		strbuf_putc(out, '{');
		json_told(&j, told, "readable");
		strbuf_puts(out, "}\n");
	} else if (style->form == DRILL_TAP) {
		tap_line(told, true, out);
	} else if (style->is_verbose) {
		strbuf_printf(out, "%s: %zu events: %s\n", told->path,
			      drill_event_count(told->script), told->about);
	}
}

void drill_report_wrong(const struct drill_told *told,
			const struct drill_style *style,
			const struct drill_error *err, struct strbuf *out)
{
	struct json j = json_begin(out);

	if (style->form == DRILL_JSON) {
		strbuf_putc(out, '{');
		json_told(&j, told, "wrong");
		json_at(&j, err->pos, err->text);
		strbuf_puts(out, "}\n");
		return;
	}
	if (style->form == DRILL_TAP) {
		tap_line(told, false, out);
		strbuf_puts(out, "# ");
	}
	strbuf_printf(out, "%s:%u:%u: %s\n", told->path, err->pos.line,
		      err->pos.column, err->text);
}

void drill_report_error(const struct drill_told *told,
			const struct drill_style *style, const char *what,
			struct strbuf *out)
{
	struct json j = json_begin(out);

	if (style->form == DRILL_JSON) {
		strbuf_putc(out, '{');
		json_told(&j, told, "wrong");
		json_key_text(&j, "what", what);
		strbuf_puts(out, "}\n");
		return;
	}
	if (style->form == DRILL_TAP) {
		tap_line(told, false, out);
		strbuf_puts(out, "# ");
	}
	strbuf_printf(out, "%s: %s\n", told->path, what);
}

void drill_report_end(const struct drill_style *style,
		      const struct drill_sum *sum, struct strbuf *out)
{
	size_t failed = sum->count[DRILL_FAILED];
	size_t wrong = sum->count[DRILL_WRONG];

	if (style->form != DRILL_TEXT)
		return;
	strbuf_printf(out, "%zu passed, %zu failed", sum->count[DRILL_PASSED],
		      failed);
	if (wrong)
		strbuf_printf(out, ", %zu cannot be read", wrong);
	strbuf_putc(out, '\n');
}
