/* SPDX-License-Identifier: MIT */
#ifndef WIRE_SEQ_H
#define WIRE_SEQ_H

/*
 * seq.h - TCP sequence numbers
 *
 * Sequence numbers live on a circle (RFC 9293, 3.4), so `<` between two of
 * them is always a mistake.  Wrapping the number in a struct turns that
 * mistake into a compile error, and costs nothing at run time.
 *
 * "Before" means at most 2^31 - 1 behind: two numbers that are exactly half
 * the circle apart are each before the other.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	uint32_t v;
} seq32;

static inline seq32 seq_add(seq32 a, uint32_t n)
{
	return (seq32){a.v + n};
}

static inline seq32 seq_sub(seq32 a, uint32_t n)
{
	return (seq32){a.v - n};
}

/* Distance from @a forward to @b; negative when @b is behind @a. */
static inline int32_t seq_diff(seq32 a, seq32 b)
{
	return (int32_t)(b.v - a.v);
}

/* Octets from @a to @b, where @b is known not to be behind @a. */
static inline uint32_t seq_dist(seq32 a, seq32 b)
{
	return b.v - a.v;
}

static inline bool seq_eq(seq32 a, seq32 b)
{
	return a.v == b.v;
}

static inline bool seq_lt(seq32 a, seq32 b)
{
	return (int32_t)(a.v - b.v) < 0;
}

static inline bool seq_leq(seq32 a, seq32 b)
{
	return seq_diff(a, b) >= 0;
}

static inline bool seq_gt(seq32 a, seq32 b)
{
	return seq_lt(b, a);
}

static inline bool seq_geq(seq32 a, seq32 b)
{
	return seq_leq(b, a);
}

static inline seq32 seq_max(seq32 a, seq32 b)
{
	return seq_lt(a, b) ? b : a;
}

static inline seq32 seq_min(seq32 a, seq32 b)
{
	return seq_lt(b, a) ? b : a;
}

/* Is @s inside [@first, @first + @len)? */
static inline bool seq_in(seq32 s, seq32 first, uint32_t len)
{
	return s.v - first.v < len;
}

#endif /* WIRE_SEQ_H */
