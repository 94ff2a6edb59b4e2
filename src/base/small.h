/* SPDX-License-Identifier: MIT */
#ifndef BASE_SMALL_H
#define BASE_SMALL_H

/*
 * small.h - what a build for size (WEFT_SMALL) does without
 *
 * A short way does what the long one does, to the octet, only sooner; so it may
 * be left out.  The condition is a constant: both are compiled always, and what
 * is not called is not linked.
 */
#ifdef WEFT_SMALL
enum { HAS_SHORT_WAYS = 0 };
#else
enum { HAS_SHORT_WAYS = 1 };
#endif

#endif /* BASE_SMALL_H */
