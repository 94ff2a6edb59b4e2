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
 * once.
 */

#include "wire/csum.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

enum { CSUM_BLOCK = 64 };

/*
 * Four words at once, wherever they lie and whatever they were written as;
 * compilers split it where the machine has less.
 */
typedef uint64_t csum_vec __attribute__((vector_size(32)));
typedef csum_vec csum_load __attribute__((aligned(1), may_alias));

#define CSUM_INLINE static inline __attribute__((always_inline))

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

static bool csum_has_avx2(void)
{
	return __builtin_cpu_supports("avx2");
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

static bool csum_has_avx2(void)
{
	return false;
}
#endif

static uint64_t csum_blocks(const uint8_t *p, size_t len)
{
	if (csum_has_avx2())
		return csum_blocks_avx2(p, len);
	return csum_vectors(NULL, p, len);
}

static uint64_t csum_blocks_copy(uint8_t *to, const uint8_t *p, size_t len)
{
	if (csum_has_avx2())
		return csum_blocks_copy_avx2(to, p, len);
	return csum_vectors(to, p, len);
}

/* The carry comes round: ones' complement, in 64 bits. */
CSUM_INLINE uint64_t csum_carry(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

/* Adds fewer octets than a block to @sum, in the machine's order. */
CSUM_INLINE uint64_t csum_tail(uint64_t sum, const uint8_t *p, size_t len)
{
	uint64_t word;
	uint32_t half;
	uint16_t quarter;
	uint8_t last[2] = {0, 0};

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		sum = csum_carry(sum, word);
	}
	if (len & 4) {
		memcpy(&half, p, 4);
		sum = csum_carry(sum, half);
		p += 4;
	}
	if (len & 2) {
		memcpy(&quarter, p, 2);
		sum = csum_carry(sum, quarter);
		p += 2;
	}
	if (len & 1) {
		last[0] = *p;
		memcpy(&quarter, last, 2);
		sum = csum_carry(sum, quarter);
	}
	return sum;
}

/* From a sum in the machine's order to 16 bits in network order. */
static uint16_t csum_finish(uint64_t sum)
{
	uint8_t o[2];
	uint16_t v;

	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT32_MAX) + (sum >> 32);
	v = csum_fold_raw((uint32_t)sum);
	memcpy(o, &v, sizeof(o));
	return get16(o);
}

uint32_t csum_add(uint32_t sum, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	size_t blocks = len & ~(size_t)(CSUM_BLOCK - 1);
	uint64_t s = 0;

	if (blocks)
		s = csum_blocks(p, blocks);
	s = csum_tail(s, p + blocks, len - blocks);
	return csum_combine(sum, csum_finish(s));
}

uint32_t csum_copy(uint32_t sum, void *to, const void *from, size_t len)
{
	const uint8_t *p = from;
	uint8_t *t = to;
	size_t blocks = len & ~(size_t)(CSUM_BLOCK - 1);
	uint64_t s = 0;

	if (!len)
		return sum;
	if (blocks)
		s = csum_blocks_copy(t, p, blocks);
	s = csum_tail(s, p + blocks, len - blocks);
	memcpy(t + blocks, p + blocks, len - blocks);
	return csum_combine(sum, csum_finish(s));
}

uint32_t csum_pseudo4(ip4_addr src, ip4_addr dst, uint8_t proto, uint32_t len)
{
	uint32_t sum = csum_combine(src.v, dst.v);

	sum = csum_add32(sum, proto);
	return csum_add32(sum, len);
}

uint32_t csum_pseudo6(ip6_addr src, ip6_addr dst, uint8_t proto, uint32_t len)
{
	uint32_t sum = csum_add(0, src.o, sizeof(src.o));

	sum = csum_add(sum, dst.o, sizeof(dst.o));
	sum = csum_add32(sum, proto);
	return csum_add32(sum, len);
}

uint32_t csum_pseudo(struct ip_addr src, struct ip_addr dst, uint8_t proto,
		     uint32_t len)
{
	check(src.family == dst.family);
	if (src.family == IP_V4)
		return csum_pseudo4(src.v4, dst.v4, proto, len);
	return csum_pseudo6(src.v6, dst.v6, proto, len);
}
