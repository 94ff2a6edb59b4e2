/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_WORD_H
#define DRIVER_WORD_H

/*
 * word.h - a word in memory that the kernel and we both write
 *
 * What the other side writes is read with acquire, and so is all that it wrote
 * before; what we write is written with release, after all that it makes known.
 * Each pairs with the kernel's other half.
 */

#include <stdatomic.h>
#include <stdint.h>

static inline uint32_t word_read(const void *word)
{
	return atomic_load_explicit((const _Atomic uint32_t *)word,
				    memory_order_acquire);
}

static inline void word_write(void *word, uint32_t value)
{
	atomic_store_explicit((_Atomic uint32_t *)word, value,
			      memory_order_release);
}

#endif /* DRIVER_WORD_H */
