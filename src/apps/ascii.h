/* SPDX-License-Identifier: MIT */
#ifndef APPS_ASCII_H
#define APPS_ASCII_H

/*
 * ascii.h - letters and digits as protocols mean them
 *
 * <ctype.h> asks the language of whoever runs the program; URLs, HTTP and the
 * DNS do not.
 */

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_is_alpha(char c)
{
	c = ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

static inline bool ascii_is_alnum(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* Value of a hexadecimal digit; -1: it is none. */
static inline int ascii_hex(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Are the first @len octets the same, but for the case of letters? */
static inline bool ascii_same(const char *a, const char *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

/* Is the text of @len octets this word, but for the case of letters? */
static inline bool ascii_is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && ascii_same(text, word, len);
}

#endif /* APPS_ASCII_H */
