/* SPDX-License-Identifier: MIT */
#ifndef BASE_ASK_H
#define BASE_ASK_H

/*
 * ask.h - memory that will be needed soon is asked for
 *
 * What is in no cache takes as long as a few hundred instructions.  Who knows
 * early what he will read says so, does something else meanwhile, and finds it
 * near.  Nothing else happens; it may be asked for what is not needed, and the
 * address may be wrong.
 *
 * To the compiler a function that only asks does nothing at all, and gcc leaves
 * out calls of it without a word.  The empty statement is something that is
 * done.
 */

#include <stddef.h>

enum { ASK_LINE = 64 }; /* octets that memory comes in */

/* One line, that in which @p is. */
static inline void ask_line(const void *p)
{
	__builtin_prefetch(p, 1);
	__asm__ volatile("");
}

/* All lines of @size octets; more than none. */
static inline void ask_for(const void *p, size_t size)
{
	const char *at = p;
	size_t i;

	for (i = 0; i < size; i += ASK_LINE)
		ask_line(at + i);
	ask_line(at + size - 1);
}

#endif /* BASE_ASK_H */
