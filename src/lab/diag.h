/* SPDX-License-Identifier: MIT */
#ifndef LAB_DIAG_H
#define LAB_DIAG_H

/*
 * diag.h - saying what is wrong with a lab file, and where
 *
 * Errors are collected, not printed at once: a person wants to see all of
 * them, in the order of the file, each with the line it stands in.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"

/* A place in the file, counted from 1.  Line 0: it was generated. */
struct lab_pos {
	uint32_t line, col;
};

enum { DIAG_MAX = 50 };

struct diag_error {
	struct lab_pos at;
	const char *text;
};

/**
 * struct diag - what is wrong with one file
 * @arena:	Where texts live
 * @file:	Name of the file as the user wrote it
 * @text:	All of the file, for quoting; @len octets
 * @errors:	The first DIAG_MAX errors, in the order they were found
 * @count:	Errors found, also those beyond DIAG_MAX
 */
struct diag {
	struct arena *arena;
	const char *file;
	const char *text;
	size_t len;
	struct diag_error errors[DIAG_MAX];
	size_t count;
};

void diag_init(struct diag *d, struct arena *arena, const char *file,
	       const char *text, size_t len);

/* Note an error; an equal one at the same place is noted once. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void diag_error(struct diag *d, struct lab_pos at, const char *format, ...);

/* Has something been said about this place already? */
bool diag_has_at(const struct diag *d, struct lab_pos at);

/**
 * diag_print() - All errors, in the order of the file
 * @d:		The errors
 * @out:	Appended to: "file:line:col: text", the line, and a caret under
 *		the column
 */
void diag_print(const struct diag *d, struct strbuf *out);

/**
 * diag_nearest() - The word that was probably meant
 * @word:	What was written
 * @words:	What could have been written
 * @count:	How many
 *
 * Return: the word with the fewest letters inserted, deleted, changed or
 * swapped, if they are few for its length; else NULL
 */
const char *diag_nearest(const char *word, const char *const *words,
			 size_t count);

#endif /* LAB_DIAG_H */
