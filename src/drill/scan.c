// SPDX-License-Identifier: MIT
/*
 * scan.c - walking over the text of a script
 */

#include "drill/scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

char scan_peek(const struct scan *s, size_t ahead)
{
	return ahead < s->len - s->at ? s->text[s->at + ahead] : '\0';
}

static bool is_name_octet(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void skip_line(struct scan *s)
{
	while (s->at < s->len && s->text[s->at] != '\n')
		s->at++;
}

/* The first comment is what the script is about. */
static void skip_comment(struct scan *s)
{
	size_t from = s->at + 2;

	if (scan_peek(s, 1) == '/') {
		skip_line(s);
	} else {
		s->at += 2;
		while (s->at < s->len &&
		       (scan_peek(s, 0) != '*' || scan_peek(s, 1) != '/'))
			s->at++;
		s->at += s->at < s->len ? 2 : 0;
	}
	if (s->about)
		return;
	while (from < s->at && s->text[from] == ' ')
		from++;
	s->about = arena_text(s->arena, s->text + from,
			      from < s->at ? s->at - from : 0);
}

void scan_skip(struct scan *s)
{
	for (;;) {
		char c = scan_peek(s, 0), d = scan_peek(s, 1);

		if (s->at < s->len && isspace((unsigned char)c))
			s->at++;
		else if (c == '/' && (d == '/' || d == '*'))
			skip_comment(s);
		else if (c == '#')
			skip_line(s);
		else
			return;
	}
}

bool scan_is_over(struct scan *s)
{
	scan_skip(s);
	return s->at >= s->len;
}

struct drill_pos scan_pos_at(const struct scan *s, size_t at)
{
	struct drill_pos pos = {.line = 1, .column = 1};
	size_t i;

	for (i = 0; i < at && i < s->len; i++) {
		pos.column++;
		if (s->text[i] == '\n') {
			pos.line++;
			pos.column = 1;
		}
	}
	return pos;
}

struct drill_pos scan_pos(struct scan *s)
{
	scan_skip(s);
	return scan_pos_at(s, s->at);
}

bool scan_sees(struct scan *s, const char *what)
{
	size_t n = strlen(what);

	scan_skip(s);
	return n <= s->len - s->at && !memcmp(s->text + s->at, what, n);
}

bool scan_accept(struct scan *s, const char *what)
{
	if (!scan_sees(s, what))
		return false;
	s->at += strlen(what);
	return true;
}

int scan_expect(struct scan *s, const char *what)
{
	char quoted[32];

	if (scan_accept(s, what))
		return 0;
	snprintf(quoted, sizeof(quoted), "'%s'", what);
	return scan_expected(s, quoted);
}

int scan_fail_at(struct scan *s, size_t at, const char *format, ...)
{
	va_list ap;

	s->err->pos = scan_pos_at(s, at);
	va_start(ap, format);
	vsnprintf(s->err->text, sizeof(s->err->text), format, ap);
	va_end(ap);
	return -EINVAL;
}

/* Octets of what stands here, as far as a message should quote it. */
static int next_len(struct scan *s)
{
	size_t n = scan_name_len(s);

	return n ? (int)(n < 40 ? n : 40) : 1;
}

int scan_expected(struct scan *s, const char *what)
{
	if (scan_is_over(s))
		return scan_fail_at(s, s->at, "expected %s, but here it ends",
				    what);
	if (!isprint((unsigned char)scan_peek(s, 0)))
		return scan_fail_at(s, s->at,
				    "expected %s, but here is octet %#x", what,
				    (unsigned char)scan_peek(s, 0));
	return scan_fail_at(s, s->at, "expected %s, but here is '%.*s'", what,
			    next_len(s), s->text + s->at);
}

size_t scan_name_len(struct scan *s)
{
	size_t n = 0;

	scan_skip(s);
	while (is_name_octet(scan_peek(s, n)))
		n++;
	return n;
}

bool scan_sees_word(struct scan *s, const char *word)
{
	return scan_sees(s, word) && scan_name_len(s) == strlen(word);
}

bool scan_accept_word(struct scan *s, const char *word)
{
	if (!scan_sees_word(s, word))
		return false;
	s->at += strlen(word);
	return true;
}

bool scan_sees_digit(struct scan *s)
{
	scan_skip(s);
	return isdigit((unsigned char)scan_peek(s, 0));
}

static int digit_of(char c, int base)
{
	int d = -1;

	if (c >= '0' && c <= '9')
		d = c - '0';
	else if (c >= 'a' && c <= 'f')
		d = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		d = c - 'A' + 10;
	return d < base ? d : -1;
}

int scan_num(struct scan *s, int64_t *num)
{
	bool is_negative = scan_accept(s, "-");
	size_t from = s->at;
	int base = 10, d;
	int64_t v = 0;

	if (!scan_sees_digit(s))
		return scan_expected(s, "a number");
	if (scan_peek(s, 0) == '0' && (scan_peek(s, 1) | 0x20) == 'x' &&
	    digit_of(scan_peek(s, 2), 16) >= 0) {
		base = 16;
		s->at += 2;
	}
	while ((d = digit_of(scan_peek(s, 0), base)) >= 0) {
		if (v > (INT64_MAX - d) / base)
			return scan_fail_at(s, from,
					    "this number is too large");
		v = v * base + d;
		s->at++;
	}
	*num = is_negative ? -v : v;
	return 0;
}

int scan_range(struct scan *s, const char *what, int64_t max, int64_t *num)
{
	size_t from;
	int err;

	scan_skip(s);
	from = s->at;
	err = scan_num(s, num);
	if (err)
		return scan_expected(s, what);
	if (*num < 0 || *num > max)
		return scan_fail_at(s, from, "%s is from 0 to %lld", what,
				    (long long)max);
	return 0;
}

int scan_u32(struct scan *s, uint32_t *num)
{
	int64_t v = 0;
	int err = scan_range(s, "a number", UINT32_MAX, &v);

	*num = (uint32_t)v;
	return err;
}

int scan_time(struct scan *s, int64_t *us)
{
	size_t from;
	int64_t v = 0, unit = 1000000;

	scan_skip(s);
	from = s->at;
	if (scan_sees_digit(s) && scan_range(s, "a time", 1000000000, &v))
		return -EINVAL;
	v *= unit;
	if (scan_peek(s, 0) == '.' && isdigit((unsigned char)scan_peek(s, 1))) {
		s->at++;
		while (isdigit((unsigned char)scan_peek(s, 0))) {
			unit /= 10;
			v += unit * (scan_peek(s, 0) - '0');
			s->at++;
		}
	}
	if (s->at == from)
		return scan_expected(s, "a time in seconds");
	*us = v;
	return 0;
}
