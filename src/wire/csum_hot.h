/* SPDX-License-Identifier: MIT */
#ifndef WIRE_CSUM_HOT_H
#define WIRE_CSUM_HOT_H

/*
 * csum_hot.h - the sum of short runs, word by word
 *
 * What csum.c does with all that is too short for vectors.  It stands in line
 * because most sums are of a header and a few octets behind it: two runs, one
 * after the other, whose sum is brought into network order once.  (A header of
 * 32 octets and a fragment of 64: 120 instructions become 60.)
 *
 * Within, a sum is in the machine's order; see csum.c why that may be.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/likely.h"

enum { CSUM_LONG = 192 }; /* from here on vectors are worth it */

#define CSUM_INLINE static inline __attribute__((always_inline))

/* A sum, and how often it was carried over its upper end. */
struct csum_wide {
	uint64_t sum, carries;
};

struct csum_octets {
	uint8_t o[32];
};

CSUM_INLINE uint64_t csum_load64(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

CSUM_INLINE void csum_word(struct csum_wide *s, uint64_t w)
{
	s->sum += w;
	s->carries += s->sum < w;
}

/*
 * 32 octets at once.  The carry of one addition is the input of the next, for
 * which x86 has an instruction that no compiler finds by itself: five
 * instructions instead of ten.
 */
CSUM_INLINE void csum_four(struct csum_wide *s, const uint8_t *p)
{
#ifdef __x86_64__
	__asm__("addq (%2), %0\n\t"
		"adcq 8(%2), %0\n\t"
		"adcq 16(%2), %0\n\t"
		"adcq 24(%2), %0\n\t"
		"adcq $0, %1"
		: "+&r"(s->sum), "+&r"(s->carries)
		: "r"(p), "m"(*(const struct csum_octets *)p)
		: "cc");
#else
	csum_word(s, csum_load64(p));
	csum_word(s, csum_load64(p + 8));
	csum_word(s, csum_load64(p + 16));
	csum_word(s, csum_load64(p + 24));
#endif
}

/* The octets after the last whole word, fewer than eight. */
CSUM_INLINE void csum_rest(struct csum_wide *s, const uint8_t *p, size_t len)
{
	uint8_t last[2] = {0, 0};
	uint32_t half;
	uint16_t quarter;

	if (len & 4) {
		memcpy(&half, p, 4);
		csum_word(s, half);
		p += 4;
	}
	if (len & 2) {
		memcpy(&quarter, p, 2);
		csum_word(s, quarter);
		p += 2;
	}
	if (len & 1) {
		last[0] = *p;
		memcpy(&quarter, last, 2);
		csum_word(s, quarter);
	}
}

/* Adds a short run that begins at an even offset: for each word an addition
 * and one of its carry, which is less than setting up vectors. */
CSUM_INLINE void csum_run(struct csum_wide *s, const uint8_t *p, size_t len)
{
	const uint8_t *end = p + (len & ~(size_t)31);

	for (; p != end; p += 32)
		csum_four(s, p);
	if (LIKELY(!(len & 31))) /* as most headers and much payload */
		return;
	if (len & 16) {
		csum_word(s, csum_load64(p));
		csum_word(s, csum_load64(p + 8));
		p += 16;
	}
	if (len & 8) {
		csum_word(s, csum_load64(p));
		p += 8;
	}
	if (len & 7)
		csum_rest(s, p, len & 7);
}

/* The sum, in 32 bits and network order.  Turned by half its width and added to
 * itself, the upper half of a sum is that of both with the carry between them;
 * and to swap all four octets is to swap those of each half, and the halves,
 * which does not matter. */
CSUM_INLINE uint32_t csum_end(struct csum_wide s)
{
	uint8_t o[4];
	uint32_t v;

	s.sum += s.carries;
	s.sum += s.sum < s.carries;
	s.sum += s.sum << 32 | s.sum >> 32;
	v = (uint32_t)(s.sum >> 32);
	memcpy(o, &v, sizeof(o));
	return get32(o);
}

#endif /* WIRE_CSUM_HOT_H */
