/* SPDX-License-Identifier: MIT */
#ifndef OS_RANDOM_H
#define OS_RANDOM_H

/*
 * random.h - the operating system's randomness
 */

#include <stddef.h>

#include "core/stack.h"

/**
 * os_random_fill() - Unpredictable octets
 * @arg:	Not used
 *
 * May block early after the system's start, until it has gathered enough.
 *
 * Return: 0, or -EIO; @buf is all zero then and must not be used
 */
int os_random_fill(void *arg, void *buf, size_t len);

/* The same as the source of a stack. */
struct entropy os_entropy(void);

/* How the system is asked: as getrandom(2) without flags, but -errno. */
typedef long os_random_ask_fn(void *buf, size_t len);

/* os_random_fill() with somebody else to ask, for tests. */
int os_random_fill_from(os_random_ask_fn *ask, void *buf, size_t len);

#endif /* OS_RANDOM_H */
