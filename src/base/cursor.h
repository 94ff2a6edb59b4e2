/* SPDX-License-Identifier: MIT */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

/*
 * cursor.h - reading and writing octets that may not be there
 *
 * All input is read through here, and so an unchecked length cannot be
 * written.  A cursor that is asked for more than it has turns bad and stays
 * bad: from then on numbers are 0, pointers are NULL, nothing is left.  A
 * parser can therefore read field after field and ask cur_ok() once, at the
 * end; it must not loop on "while not ok".  `while (cur_left(c))` always ends,
 * if the body reads at least one octet.
 *
 * The writer is the mirror of this: wcursor.h, which comes along.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/wcursor.h"

/**
 * struct cursor - octets not read yet
 * @p:		The next one
 * @left:	How many there are
 * @is_bad:	More was asked for than there was, at some time
 *
 * Invariant: a bad cursor has nothing left.
 */
struct cursor {
	const uint8_t *p;
	size_t left;
	bool is_bad;
};

static inline struct cursor cur_init(const void *buf, size_t len)
{
	return (struct cursor){.p = buf, .left = len};
}

static inline bool cur_ok(const struct cursor *c)
{
	return !c->is_bad;
}

static inline size_t cur_left(const struct cursor *c)
{
	return c->left;
}

static inline void cur_fail(struct cursor *c)
{
	c->is_bad = true;
	c->left = 0;
}

/* The next @n octets, which are consumed; NULL if there are fewer. */
static inline const uint8_t *cur_take(struct cursor *c, size_t n)
{
	const uint8_t *p = c->p;

	if (c->is_bad || n > c->left) {
		cur_fail(c);
		return NULL;
	}
	c->left -= n;
	if (n)
		c->p += n;
	return p;
}

/* The next @n octets, which stay; NULL if there are fewer.  Never fails @c. */
static inline const uint8_t *cur_peek(const struct cursor *c, size_t n)
{
	return c->is_bad || n > c->left ? NULL : c->p;
}

static inline void cur_skip(struct cursor *c, size_t n)
{
	(void)cur_take(c, n);
}

static inline uint8_t cur_u8(struct cursor *c)
{
	const uint8_t *p = cur_take(c, 1);

	return p ? *p : 0;
}

static inline uint16_t cur_u16(struct cursor *c)
{
	const uint8_t *p = cur_take(c, 2);

	return p ? get16(p) : 0;
}

static inline uint32_t cur_u24(struct cursor *c)
{
	const uint8_t *p = cur_take(c, 3);

	return p ? get24(p) : 0;
}

static inline uint32_t cur_u32(struct cursor *c)
{
	const uint8_t *p = cur_take(c, 4);

	return p ? get32(p) : 0;
}

static inline uint64_t cur_u64(struct cursor *c)
{
	const uint8_t *p = cur_take(c, 8);

	return p ? get64(p) : 0;
}

/* Copies @n octets to @to; zeroes if there are fewer. */
static inline void cur_copy(struct cursor *c, void *to, size_t n)
{
	const uint8_t *p = cur_take(c, n);

	if (!n)
		return;
	if (p)
		memcpy(to, p, n);
	else
		memset(to, 0, n);
}

/* A cursor over the next @n octets, which are consumed; bad if fewer. */
static inline struct cursor cur_sub(struct cursor *c, size_t n)
{
	const uint8_t *p = cur_take(c, n);

	return (struct cursor){
		.p = p,
		.left = c->is_bad ? 0 : n,
		.is_bad = c->is_bad,
	};
}

#endif /* BASE_CURSOR_H */
