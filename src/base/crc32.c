// SPDX-License-Identifier: MIT
/*
 * crc32.c - CRC-32, many octets at a time
 *
 * Theory of operation
 * ===================
 *
 * A CRC is the remainder of a polynomial division over bits, and linear: the
 * remainder of a sum (exclusive or) is the sum of the remainders.  Two ways
 * to go fast follow from that.
 *
 * The contribution of an octet that stands k octets before the end of a block
 * can be looked up, in a table for that k, and the contributions of eight
 * octets are independent look-ups that the processor does at the same time
 * ("slicing by 8", Kounavis and Berry).  Linearity also makes the tables: the
 * entry for an octet is the sum of the entries for its bits.  Below are these
 * 8 x 8 entries; the preprocessor and the compiler do the rest, and there
 * is nothing to initialize at run time.
 *
 * And sixteen octets can be moved forward over any distance: replaced by
 * other sixteen octets, which stand n bits later and leave the same
 * remainder.  That is a multiplication by x^n modulo the polynomial, done for
 * each half, and x86-64 has an instruction for such products.  Four of these
 * sixteens are moved over each other in turn, then the four into one, and the
 * tables finish that one ("Fast CRC computation using PCLMULQDQ", Gopal and
 * others).
 */

#include "base/crc32.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cpu.h"

/* clang-format off */
#define ENTRY(i, a, b, c, d, e, f, g, h)                        \
	(((i) & 0x01 ? (a) : 0) ^ ((i) & 0x02 ? (b) : 0) ^      \
	 ((i) & 0x04 ? (c) : 0) ^ ((i) & 0x08 ? (d) : 0) ^      \
	 ((i) & 0x10 ? (e) : 0) ^ ((i) & 0x20 ? (f) : 0) ^      \
	 ((i) & 0x40 ? (g) : 0) ^ ((i) & 0x80 ? (h) : 0))
#define ROW4(i, ...)                                            \
	ENTRY(i, __VA_ARGS__), ENTRY((i) + 1, __VA_ARGS__),     \
	ENTRY((i) + 2, __VA_ARGS__), ENTRY((i) + 3, __VA_ARGS__)
#define ROW16(i, ...)                                           \
	ROW4(i, __VA_ARGS__), ROW4((i) + 4, __VA_ARGS__),       \
	ROW4((i) + 8, __VA_ARGS__), ROW4((i) + 12, __VA_ARGS__)
#define ROW64(i, ...)                                           \
	ROW16(i, __VA_ARGS__), ROW16((i) + 16, __VA_ARGS__),    \
	ROW16((i) + 32, __VA_ARGS__), ROW16((i) + 48, __VA_ARGS__)
#define TABLE(...)                                              \
	{ROW64(0, __VA_ARGS__), ROW64(64, __VA_ARGS__),         \
	 ROW64(128, __VA_ARGS__), ROW64(192, __VA_ARGS__)}

/*
 * crc32_table[k][o]: octet o with k octets behind it in the block.  Where size
 * is what is built for, one of them does, an octet at a time.
 */
static const uint32_t crc32_table[][256] = {
	TABLE(0x77073096, 0xee0e612c, 0x076dc419, 0x0edb8832,
	      0x1db71064, 0x3b6e20c8, 0x76dc4190, 0xedb88320),
#ifndef WEFT_SMALL
	TABLE(0x191b3141, 0x32366282, 0x646cc504, 0xc8d98a08,
	      0x4ac21251, 0x958424a2, 0xf0794f05, 0x3b83984b),
	TABLE(0x01c26a37, 0x0384d46e, 0x0709a8dc, 0x0e1351b8,
	      0x1c26a370, 0x384d46e0, 0x709a8dc0, 0xe1351b80),
	TABLE(0xb8bc6765, 0xaa09c88b, 0x8f629757, 0xc5b428ef,
	      0x5019579f, 0xa032af3e, 0x9b14583d, 0xed59b63b),
	TABLE(0x3d6029b0, 0x7ac05360, 0xf580a6c0, 0x30704bc1,
	      0x60e09782, 0xc1c12f04, 0x58f35849, 0xb1e6b092),
	TABLE(0xcb5cd3a5, 0x4dc8a10b, 0x9b914216, 0xec53826d,
	      0x03d6029b, 0x07ac0536, 0x0f580a6c, 0x1eb014d8),
	TABLE(0xa6770bb4, 0x979f1129, 0xf44f2413, 0x33ef4e67,
	      0x67de9cce, 0xcfbd399c, 0x440b7579, 0x8816eaf2),
	TABLE(0xccaa009e, 0x4225077d, 0x844a0efa, 0xd3e51bb5,
	      0x7cbb312b, 0xf9766256, 0x299dc2ed, 0x533b85da),
#endif
};
/* clang-format on */

static uint32_t crc32_octet(uint32_t crc, uint8_t o)
{
	return crc >> 8 ^ crc32_table[0][(crc ^ o) & 0xff];
}

#ifdef WEFT_SMALL
static uint32_t crc32_block(uint32_t crc, const uint8_t p[static 8])
{
	int i;

	for (i = 0; i < 8; i++)
		crc = crc32_octet(crc, p[i]);
	return crc;
}
#else
static uint32_t crc32_block(uint32_t crc, const uint8_t p[static 8])
{
	uint32_t a = crc ^ get32le(p), b = get32le(p + 4);

	return crc32_table[7][a & 0xff] ^ crc32_table[6][a >> 8 & 0xff] ^
	       crc32_table[5][a >> 16 & 0xff] ^ crc32_table[4][a >> 24] ^
	       crc32_table[3][b & 0xff] ^ crc32_table[2][b >> 8 & 0xff] ^
	       crc32_table[1][b >> 16 & 0xff] ^ crc32_table[0][b >> 24];
}
#endif

static uint32_t crc32_sliced(uint32_t crc, const uint8_t *p, size_t len)
{
	for (; len >= 8; len -= 8, p += 8)
		crc = crc32_block(crc, p);
	for (; len > 0; len--, p++)
		crc = crc32_octet(crc, *p);
	return crc;
}

#ifdef __x86_64__
typedef long long crc32_vec __attribute__((vector_size(16)));
typedef crc32_vec crc32_load __attribute__((aligned(1), may_alias));

#define CRC32_FOLD_TARGET __attribute__((target("pclmul")))

/*
 * x^n modulo the polynomial, in reflected order and shifted by one, for the
 * two halves: n = distance + 32 and n = distance - 32 bits.
 */
static const crc32_vec crc32_over_512 = {0x154442bd4, 0x1c6e41596};
static const crc32_vec crc32_over_128 = {0x1751997d0, 0x0ccaa009e};

/* @x moved over a distance, and what stands there already. */
CRC32_FOLD_TARGET static inline crc32_vec
crc32_fold(crc32_vec x, crc32_vec distance, crc32_vec there)
{
	return __builtin_ia32_pclmulqdq128(x, distance, 0x00) ^
	       __builtin_ia32_pclmulqdq128(x, distance, 0x11) ^ there;
}

/* @len is at least 64 and a multiple of 16. */
CRC32_FOLD_TARGET static uint32_t crc32_folded(uint32_t crc, const uint8_t *p,
					       size_t len)
{
	const crc32_load *v = (const void *)p;
	crc32_vec a = v[0] ^ (crc32_vec) { crc, 0 }, b = v[1], c = v[2],
		  d = v[3];
	uint8_t rest[16];

	for (len -= 64, v += 4; len >= 64; len -= 64, v += 4) {
		a = crc32_fold(a, crc32_over_512, v[0]);
		b = crc32_fold(b, crc32_over_512, v[1]);
		c = crc32_fold(c, crc32_over_512, v[2]);
		d = crc32_fold(d, crc32_over_512, v[3]);
	}
	a = crc32_fold(a, crc32_over_128, b);
	a = crc32_fold(a, crc32_over_128, c);
	a = crc32_fold(a, crc32_over_128, d);
	for (; len > 0; len -= 16, v++)
		a = crc32_fold(a, crc32_over_128, v[0]);
	memcpy(rest, &a, sizeof(rest));
	return crc32_block(crc32_block(0, rest), rest + 8);
}
#else
static uint32_t crc32_folded(uint32_t crc, const uint8_t *p, size_t len)
{
	return crc32_sliced(crc, p, len);
}
#endif

uint32_t crc32_update(uint32_t crc, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	size_t folded = len & ~(size_t)15;

	crc = ~crc;
	if (folded >= 64 && cpu_has_pclmul()) {
		crc = crc32_folded(crc, p, folded);
		p += folded;
		len -= folded;
	}
	return ~crc32_sliced(crc, p, len);
}
