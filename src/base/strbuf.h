/* SPDX-License-Identifier: MIT */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

/*
 * strbuf.h - text that grows
 *
 * A strbuf either owns memory from a struct mem and grows, or writes into a
 * fixed array and truncates.  Errors stick: append as much as you like, ask
 * once at the end.  The text is always there and always ends in NUL.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

/**
 * struct strbuf - a string under construction
 * @mem:	Where room comes from, NULL if it is fixed
 * @text:	The text, or NULL while nothing was allocated
 * @len:	Octets of text, without the NUL
 * @size:	Octets of room, with the NUL
 * @error:	0, or why something is missing: -ENOMEM, -ENOSPC, -EINVAL
 */
struct strbuf {
	struct mem *mem;
	char *text;
	size_t len;
	size_t size;
	int error;
};

/**
 * strbuf_init() - Make an empty string that grows; allocates nothing
 * @sb:		Filled in; goes with strbuf_fini()
 * @m:		Where room comes from
 */
void strbuf_init(struct strbuf *sb, struct mem *m);

/**
 * strbuf_init_fixed() - Make an empty string in an array
 * @sb:		Filled in; needs no strbuf_fini()
 * @buf:	The array, which must live as long
 * @size:	Octets of it, at least 1; text that does not fit is cut off
 */
void strbuf_init_fixed(struct strbuf *sb, char *buf, size_t size);

/**
 * strbuf_fini() - Free the text
 * @sb:		May be used again, empty
 */
void strbuf_fini(struct strbuf *sb);

/**
 * strbuf_clear() - Make the text empty and forget the error; keeps the room
 * @sb:		The string
 */
void strbuf_clear(struct strbuf *sb);

/**
 * strbuf_truncate() - Cut the text off
 * @sb:		The string
 * @len:	Octets to keep; more than there are means all
 */
void strbuf_truncate(struct strbuf *sb, size_t len);

/**
 * strbuf_text() - The text so far
 * @sb:		The string
 *
 * Return: never NULL; valid until the next append
 */
const char *strbuf_text(const struct strbuf *sb);

/**
 * strbuf_detach() - Take the text away from a growing string
 * @sb:		Empty afterwards
 * @size:	Set to what mem_free() must be told
 *
 * Return: the text, now the caller's; NULL if there was an error (it is
 * freed then)
 */
char *strbuf_detach(struct strbuf *sb, size_t *size);

/* Append octets, a string, one octet, or @n times the same octet. */
void strbuf_add(struct strbuf *sb, const void *from, size_t len);
void strbuf_puts(struct strbuf *sb, const char *s);
void strbuf_putc(struct strbuf *sb, char c);
void strbuf_fill(struct strbuf *sb, char c, size_t n);

/* Append a string @n times: rows of box-drawing characters. */
void strbuf_repeat(struct strbuf *sb, const char *s, size_t n);

/* Append octets as lower-case hexadecimal digits, two for each. */
void strbuf_hex(struct strbuf *sb, const void *from, size_t len);

/* Append as printf() would print. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void strbuf_printf(struct strbuf *sb, const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 0)))
#endif
void strbuf_vprintf(struct strbuf *sb, const char *format, va_list ap);

/**
 * strbuf_pad_to() - Append spaces up to a column of the current line
 * @sb:		The string
 * @column:	Display column, counted from 0 at the last newline; nothing is
 *		appended if the line is that wide already
 */
void strbuf_pad_to(struct strbuf *sb, size_t column);

/**
 * strbuf_width() - Columns that the current line takes on a terminal
 * @sb:		The string
 *
 * Return: display width of what follows the last newline
 */
size_t strbuf_width(const struct strbuf *sb);

/**
 * utf8_width() - Columns that text takes on a terminal
 * @s:		UTF-8; an octet that is not valid counts as one column
 * @len:	Octets
 *
 * Combining characters and control characters take none, East Asian wide
 * characters and emoji two, sequences that set a colour (ESC [ ... m) none.
 *
 * Return: columns
 */
size_t utf8_width(const char *s, size_t len);

/**
 * utf8_decode() - Read one character
 * @s:		UTF-8
 * @len:	Octets at @s, at least 1
 * @c:		Set to the code point, 0xfffd if it is not valid
 *
 * Return: octets it takes, at least 1
 */
size_t utf8_decode(const char *s, size_t len, uint32_t *c);

#endif /* BASE_STRBUF_H */
