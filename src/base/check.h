/* SPDX-License-Identifier: MIT */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

/*
 * check.h - assertions that stay on, and the small helpers everyone needs
 *
 * An invariant that is only asserted in debug builds is a guess in all
 * others.  check() stays on unless the whole program is built with
 * WEFT_NO_CHECK; it is for what no input, however hostile, can bring about.
 * What a peer can cause is an error or a drop with a name, never a check().
 *
 * Where size is what is built for (WEFT_SMALL) they stay on, too, but do not
 * say what they are: the program ends by a trap, and its address leads to the
 * line (addr2line).
 */

#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/**
 * check_failed() - Say which invariant does not hold, and abort
 * @expr:	Text of the expression that is false
 * @file:	Source file of the check
 * @line:	Line in it
 */
noreturn void check_failed(const char *expr, const char *file, int line);

#ifdef WEFT_NO_CHECK
#define check(expr) ((void)sizeof(!(expr)))
#elif defined(WEFT_SMALL)
#define check(expr) ((expr) ? (void)0 : __builtin_trap())
#else
#define check(expr) ((expr) ? (void)0 : check_failed(#expr, __FILE__, __LINE__))
#endif

/*
 * Walks over whole structures are another matter: they find what went wrong
 * long before anybody would notice, and cost as much as the work itself.  So
 * whoever builds to test has them, and builds of type release and minsize have
 * not.  The condition is a constant, so what it guards is compiled always.
 */
#if defined(WEFT_NO_WALKS) || defined(WEFT_SMALL)
enum { CHECK_WALKS = 0 };
#else
enum { CHECK_WALKS = 1 };
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * From a pointer to a member to the structure around it.  The conditional
 * never evaluates its second arm; it makes the compiler compare the types.
 */
#define container_of(ptr, type, member)                                \
	((type *)(void *)((char *)(1 ? (ptr) : &((type *)0)->member) - \
			  offsetof(type, member)))
#define container_of_const(ptr, type, member)                                 \
	((const type *)(const void                                            \
				*)((const char *)(1 ? (ptr)                   \
						    : &((const type *)0)      \
								  ->member) - \
				   offsetof(type, member)))

/* One name per type: an implicit conversion shows up as a warning. */
static inline uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static inline uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t max_size(size_t a, size_t b)
{
	return a > b ? a : b;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif /* BASE_CHECK_H */
