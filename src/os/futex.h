/* SPDX-License-Identifier: MIT */
#ifndef OS_FUTEX_H
#define OS_FUTEX_H

/*
 * futex.h - a thread sleeps while a word has a value
 */

#include <stdatomic.h>
#include <stdint.h>

/**
 * os_futex_wait() - Sleep while *@word is @value
 * @for_ns:	At most so long; UINT64_MAX: for ever
 *
 * The system compares and falls asleep in one step: who changes the word and
 * then calls os_futex_wake() is never missed.  May return early for no reason.
 */
void os_futex_wait(const atomic_uint *word, unsigned int value,
		   uint64_t for_ns);

/* Wake one thread that sleeps at this word.  The word is not looked at, and may
 * be gone: then nobody sleeps there, or somebody else is woken early. */
void os_futex_wake(const atomic_uint *word);

#endif /* OS_FUTEX_H */
