// SPDX-License-Identifier: MIT
/*
 * strbuf.c - text that grows, and how wide it is on a terminal
 *
 * Theory of operation
 * ===================
 *
 * Room doubles, so appending costs constant time an octet.  After an error
 * nothing more is appended: text with a hole in the middle would be worse
 * than text that ends early.
 *
 * Ladders are drawn in columns, and a column is neither an octet nor a
 * character.  Widths follow the broad classes of Unicode's East Asian Width;
 * the tables hold ranges of the wide and of the zero-width characters that
 * host names and texts of this program can contain.
 *
 * Invariants
 * ----------
 *  (1) text == NULL, or len < size and text[len] == NUL.
 *  (2) error != 0 never goes away but by strbuf_clear() or strbuf_fini().
 */

#include "base/strbuf.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

enum { STRBUF_MIN = 64 };

void strbuf_init(struct strbuf *sb, struct mem *m)
{
	*sb = (struct strbuf){.mem = m};
}

void strbuf_init_fixed(struct strbuf *sb, char *buf, size_t size)
{
	check(size > 0);
	*sb = (struct strbuf){.text = buf, .size = size};
	buf[0] = '\0';
}

void strbuf_fini(struct strbuf *sb)
{
	if (sb->mem) {
		mem_free(sb->mem, sb->text, sb->size);
		strbuf_init(sb, sb->mem);
	}
}

void strbuf_clear(struct strbuf *sb)
{
	sb->error = 0;
	strbuf_truncate(sb, 0);
}

void strbuf_truncate(struct strbuf *sb, size_t len)
{
	if (len > sb->len || !sb->text)
		return;
	sb->len = len;
	sb->text[len] = '\0';
}

const char *strbuf_text(const struct strbuf *sb)
{
	return sb->text ? sb->text : "";
}

char *strbuf_detach(struct strbuf *sb, size_t *size)
{
	char *text;

	check(sb->mem);
	if (!sb->text)
		strbuf_puts(sb, "");
	if (sb->error) {
		strbuf_fini(sb);
		return NULL;
	}
	text = sb->text;
	*size = sb->size;
	strbuf_init(sb, sb->mem);
	return text;
}

static void strbuf_grow(struct strbuf *sb, size_t want)
{
	size_t size = max_size(sb->size * 2, max_size(want, STRBUF_MIN));
	char *text = mem_alloc(sb->mem, size);

	if (!text) {
		sb->error = -ENOMEM;
		return;
	}
	if (sb->text)
		memcpy(text, sb->text, sb->len + 1);
	mem_free(sb->mem, sb->text, sb->size);
	sb->text = text;
	sb->size = size;
}

/*
 * Makes room for @n octets and the NUL.  Returns how many of the octets may
 * be written at text + len: fewer only after an error.
 */
static size_t strbuf_room(struct strbuf *sb, size_t n)
{
	if (sb->error)
		return 0;
	if (n > SIZE_MAX / 2 - sb->len) {
		sb->error = -ENOMEM;
		return 0;
	}
	if (sb->mem && sb->len + n + 1 > sb->size)
		strbuf_grow(sb, sb->len + n + 1);
	if (sb->error)
		return 0;
	if (sb->len + n + 1 > sb->size) {
		sb->error = -ENOSPC;
		return sb->size - sb->len - 1;
	}
	return n;
}

static void strbuf_wrote(struct strbuf *sb, size_t n)
{
	if (!sb->text)
		return;
	sb->len += n;
	sb->text[sb->len] = '\0';
}

void strbuf_add(struct strbuf *sb, const void *from, size_t len)
{
	size_t n = strbuf_room(sb, len);

	if (n)
		memcpy(sb->text + sb->len, from, n);
	strbuf_wrote(sb, n);
}

void strbuf_puts(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_putc(struct strbuf *sb, char c)
{
	if (sb->error || sb->len + 2 > sb->size) {
		strbuf_add(sb, &c, 1);
		return;
	}
	sb->text[sb->len++] = c;
	sb->text[sb->len] = '\0';
}

void strbuf_fill(struct strbuf *sb, char c, size_t n)
{
	n = strbuf_room(sb, n);
	if (n)
		memset(sb->text + sb->len, c, n);
	strbuf_wrote(sb, n);
}

void strbuf_repeat(struct strbuf *sb, const char *s, size_t n)
{
	while (n-- > 0 && !sb->error)
		strbuf_puts(sb, s);
}

void strbuf_hex(struct strbuf *sb, const void *from, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = from;
	size_t i, n = strbuf_room(sb, len > SIZE_MAX / 2 ? SIZE_MAX : len * 2);
	char *to;

	if (!n)
		return;
	to = sb->text + sb->len;
	for (i = 0; i + 1 < n; i += 2, p++) {
		to[i] = digits[*p >> 4];
		to[i + 1] = digits[*p & 15];
	}
	if (i < n) /* there was room for half of one */
		to[i] = digits[*p >> 4];
	strbuf_wrote(sb, n);
}

void strbuf_vprintf(struct strbuf *sb, const char *format, va_list ap)
{
	char small[256];
	va_list again;
	size_t n;
	int len;

	va_copy(again, ap);
	len = vsnprintf(small, sizeof(small), format, ap);
	if (len < 0) {
		sb->error = sb->error ? sb->error : -EINVAL;
	} else if ((size_t)len < sizeof(small)) {
		strbuf_add(sb, small, (size_t)len);
	} else {
		n = strbuf_room(sb, (size_t)len);
		if (n)
			vsnprintf(sb->text + sb->len, n + 1, format, again);
		strbuf_wrote(sb, n);
	}
	va_end(again);
}

void strbuf_printf(struct strbuf *sb, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(sb, format, ap);
	va_end(ap);
}

size_t strbuf_width(const struct strbuf *sb)
{
	size_t start = sb->len;

	while (start > 0 && sb->text[start - 1] != '\n')
		start--;
	return sb->text ? utf8_width(sb->text + start, sb->len - start) : 0;
}

void strbuf_pad_to(struct strbuf *sb, size_t column)
{
	size_t width = strbuf_width(sb);

	if (width < column)
		strbuf_fill(sb, ' ', column - width);
}

/* Length of the sequence that starts with octet @b, 0 if none does. */
static size_t utf8_len(uint8_t b)
{
	if (b < 0x80)
		return 1;
	if (b < 0xc2 || b > 0xf4)
		return 0;
	return b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
}

static bool utf8_is_valid(uint32_t c, size_t n)
{
	static const uint32_t first[] = {0, 0, 0x80, 0x800, 0x10000};

	return c >= first[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

size_t utf8_decode(const char *s, size_t len, uint32_t *c)
{
	uint8_t b = (uint8_t)s[0];
	size_t i, n = utf8_len(b);
	uint32_t v = n > 1 ? b & (0x7fU >> n) : b;

	*c = 0xfffd;
	if (n == 0 || n > len)
		return 1;
	for (i = 1; i < n; i++) {
		b = (uint8_t)s[i];
		if ((b & 0xc0) != 0x80)
			return 1;
		v = v << 6 | (b & 0x3f);
	}
	if (!utf8_is_valid(v, n))
		return 1;
	*c = v;
	return n;
}

struct utf8_range {
	uint32_t first, last;
};

static const struct utf8_range utf8_zero[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f},   {0x0300, 0x036f},
	{0x0483, 0x0489}, {0x0591, 0x05bd},   {0x0610, 0x061a},
	{0x064b, 0x065f}, {0x0900, 0x0902},   {0x0e31, 0x0e31},
	{0x0e34, 0x0e3a}, {0x1ab0, 0x1aff},   {0x1dc0, 0x1dff},
	{0x200b, 0x200f}, {0x202a, 0x202e},   {0x2060, 0x2064},
	{0x20d0, 0x20ff}, {0xfe00, 0xfe0f},   {0xfe20, 0xfe2f},
	{0xfeff, 0xfeff}, {0xe0100, 0xe01ef},
};

static const struct utf8_range utf8_wide[] = {
	{0x1100, 0x115f},   {0x231a, 0x231b},	{0x23e9, 0x23ec},
	{0x25fd, 0x25fe},   {0x2614, 0x2615},	{0x26a1, 0x26a1},
	{0x2705, 0x2705},   {0x274c, 0x274c},	{0x2753, 0x2755},
	{0x2757, 0x2757},   {0x2e80, 0x303e},	{0x3041, 0x33ff},
	{0x3400, 0x4dbf},   {0x4e00, 0x9fff},	{0xa000, 0xa4cf},
	{0xa960, 0xa97f},   {0xac00, 0xd7a3},	{0xf900, 0xfaff},
	{0xfe30, 0xfe6f},   {0xff00, 0xff60},	{0xffe0, 0xffe6},
	{0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
	{0x20000, 0x3fffd},
};

static bool utf8_is_in(uint32_t c, const struct utf8_range *r, size_t n)
{
	size_t i;

	for (i = 0; i < n && r[i].first <= c; i++)
		if (c <= r[i].last)
			return true;
	return false;
}

static size_t utf8_char_width(uint32_t c)
{
	if (c >= 0x20 && c < 0x7f)
		return 1;
	if (utf8_is_in(c, utf8_zero, ARRAY_SIZE(utf8_zero)))
		return 0;
	return utf8_is_in(c, utf8_wide, ARRAY_SIZE(utf8_wide)) ? 2 : 1;
}

/* Octets of the sequence ESC [ ... m at @s, 0 if there is none. */
static size_t utf8_colour_len(const char *s, size_t len)
{
	size_t i;

	if (len < 3 || s[0] != '\033' || s[1] != '[')
		return 0;
	for (i = 2; i < len; i++) {
		if (s[i] == 'm')
			return i + 1;
		if (s[i] != ';' && (s[i] < '0' || s[i] > '9'))
			return 0;
	}
	return 0;
}

size_t utf8_width(const char *s, size_t len)
{
	size_t i = 0, n, width = 0;
	uint32_t c;

	while (i < len) {
		n = utf8_colour_len(s + i, len - i);
		if (n == 0) {
			n = utf8_decode(s + i, len - i, &c);
			width += utf8_char_width(c);
		}
		i += n;
	}
	return width;
}
