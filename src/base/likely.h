/* SPDX-License-Identifier: MIT */
#ifndef BASE_LIKELY_H
#define BASE_LIKELY_H

/*
 * likely.h - telling the compiler which way is taken
 *
 * It counts each condition as even odds.  Behind a dozen of them it believes
 * that nobody ever comes, and compiles what does all the work for size: with
 * divisions for quotients by a constant, say, and apart from the rest.  A short
 * way, which is nothing but conditions and then the work, has to say so.
 *
 * And the work that is done lies in one piece then, with what is rare behind
 * it.  A request of 64 octets and its answer jumped 408 times, calls and
 * returns among them; now it is 239, in 219 lines of the cache instead of 273.
 */

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * A function through which every packet goes.  The linker lays all of these
 * side by side; strewn over half a megabyte, as the directories lie, they get
 * into each other's way in the caches of instructions.  (64 octets there and
 * back: 299 ns become 282, with the same instructions.)
 */
#define HOT __attribute__((hot))

#endif /* BASE_LIKELY_H */
