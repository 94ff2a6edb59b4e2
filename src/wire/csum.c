// SPDX-License-Identifier: MIT
/*
 * csum.c - summing octets quickly
 *
 * Theory of operation
 * ===================
 *
 * The ones' complement sum of 16-bit words may be computed over wider words
 * and folded afterwards, and it may be computed in either byte order: swapping
 * the octets of every word swaps the octets of the sum (RFC 1071, 2).  So words
 * are read in the machine's own order, which is a plain load, their 32-bit
 * halves are added into 64-bit accumulators, which cannot overflow before
 * 2^31 blocks, and the result is brought into network order once, at the end.
 *
 * Blocks of 64 octets go through vectors.  The same source is compiled twice
 * on x86-64, for any processor and for those with 256-bit integer vectors;
 * which one runs is asked at run time, for no more than a load and a branch.
 * Copying with a sum is the same loop with a store in it, so memory is read
 * once.  Short runs, as small packets are, are added word by word: csum_hot.h.
 */

#include "wire/csum.h"

#include <string.h>

#include "base/bytes.h"
#include "base/cpu.h"

#include "wire/csum_hot.h"

enum { CSUM_BLOCK = 64 };

/*
 * Four words at once, wherever they lie and whatever they were written as;
 * compilers split it where the machine has less.
 */
typedef uint64_t csum_vec __attribute__((vector_size(32)));
typedef csum_vec csum_load __attribute__((aligned(1), may_alias));

#define CSUM_APART static __attribute__((noinline)) /* keeps the rest short */

/*
 * Sum of @len octets, a multiple of the block, in the machine's order.
 * Copies them to @to on the way, unless that is NULL.
 */
CSUM_INLINE uint64_t csum_vectors(uint8_t *to, const uint8_t *p, size_t len)
{
	const csum_vec low = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
	csum_vec a = {0}, b = {0}, v, u;

	for (; len > 0; len -= CSUM_BLOCK, p += CSUM_BLOCK) {
		v = ((const csum_load *)(const void *)p)[0];
		u = ((const csum_load *)(const void *)p)[1];
		if (to) {
			((csum_load *)(void *)to)[0] = v;
			((csum_load *)(void *)to)[1] = u;
			to += CSUM_BLOCK;
		}
		a += (v & low) + (u & low);
		b += (v >> 32) + (u >> 32);
	}
	a += b;
	return a[0] + a[1] + a[2] + a[3];
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static uint64_t
csum_blocks_avx2(const uint8_t *p, size_t len)
{
	return csum_vectors(NULL, p, len);
}

__attribute__((target("avx2"))) static uint64_t
csum_blocks_copy_avx2(uint8_t *to, const uint8_t *p, size_t len)
{
	return csum_vectors(to, p, len);
}
#else
static uint64_t csum_blocks_avx2(const uint8_t *p, size_t len)
{
	return csum_vectors(NULL, p, len);
}

static uint64_t csum_blocks_copy_avx2(uint8_t *to, const uint8_t *p, size_t len)
{
	return csum_vectors(to, p, len);
}
#endif

CSUM_APART uint64_t csum_blocks(const uint8_t *p, size_t len)
{
	if (cpu_has_avx2())
		return csum_blocks_avx2(p, len);
	return csum_vectors(NULL, p, len);
}

CSUM_APART uint64_t csum_blocks_copy(uint8_t *to, const uint8_t *p, size_t len)
{
	if (cpu_has_avx2())
		return csum_blocks_copy_avx2(to, p, len);
	return csum_vectors(to, p, len);
}

/* csum_rest(), and copies them. */
CSUM_INLINE void csum_rest_copy(struct csum_wide *s, uint8_t *to,
				const uint8_t *p, size_t len)
{
	size_t at;

	for (at = 0; at < len; at++)
		to[at] = p[at];
	csum_rest(s, p, len);
}

/* csum_run(), and copies it to @to on the way: 32 octets a turn, which fit in
 * registers. */
CSUM_INLINE void csum_run_copy(struct csum_wide *s, uint8_t *to,
			       const uint8_t *p, size_t len)
{
	for (; len >= 32; len -= 32, p += 32, to += 32) {
		memcpy(to, p, 32);
		csum_four(s, p);
	}
	for (; len >= 8; len -= 8, p += 8, to += 8) {
		memcpy(to, p, 8);
		csum_word(s, csum_load64(p));
	}
	if (len)
		csum_rest_copy(s, to, p, len);
}

/* Adds a run of any length that begins at an even offset. */
CSUM_INLINE void csum_any(struct csum_wide *s, const uint8_t *p, size_t len)
{
	size_t blocks = len & ~(size_t)(CSUM_BLOCK - 1);

	if (len >= CSUM_LONG) {
		csum_word(s, csum_blocks(p, blocks));
		p += blocks;
		len -= blocks;
	}
	csum_run(s, p, len);
}

/* The long ones are apart, so that the short ones save no registers. */
CSUM_APART uint32_t csum_add_long(uint32_t sum, const uint8_t *p, size_t len)
{
	struct csum_wide s = {0};

	csum_any(&s, p, len);
	return csum_combine(sum, csum_end(s));
}

uint32_t csum_add(uint32_t sum, const void *buf, size_t len)
{
	struct csum_wide s = {0};

	if (len >= CSUM_LONG)
		return csum_add_long(sum, buf, len);
	csum_run(&s, buf, len);
	return csum_combine(sum, csum_end(s));
}

uint32_t csum_add_two(const void *a, size_t a_len, const void *b, size_t b_len)
{
	struct csum_wide s = {0};

	csum_any(&s, a, a_len);
	csum_any(&s, b, b_len);
	return csum_end(s);
}

CSUM_APART uint32_t csum_copy_long(uint32_t sum, uint8_t *to, const uint8_t *p,
				   size_t len)
{
	size_t blocks = len & ~(size_t)(CSUM_BLOCK - 1);
	struct csum_wide s = {.sum = csum_blocks_copy(to, p, blocks)};

	csum_run_copy(&s, to + blocks, p + blocks, len - blocks);
	return csum_combine(sum, csum_end(s));
}

uint32_t csum_copy(uint32_t sum, void *to, const void *from, size_t len)
{
	struct csum_wide s = {0};

	if (!len)
		return sum;
	if (len >= CSUM_LONG)
		return csum_copy_long(sum, to, from, len);
	csum_run_copy(&s, to, from, len);
	return csum_combine(sum, csum_end(s));
}

uint32_t csum_pseudo6(ip6_addr src, ip6_addr dst, uint8_t proto, uint32_t len)
{
	uint32_t sum = csum_add(0, src.o, sizeof(src.o));

	sum = csum_add(sum, dst.o, sizeof(dst.o));
	sum = csum_add32(sum, proto);
	return csum_add32(sum, len);
}
