// SPDX-License-Identifier: MIT
/*
 * crc32.c - CRC-32, eight octets at a time
 *
 * Theory of operation
 * ===================
 *
 * A CRC is the remainder of a polynomial division over bits, and linear: the
 * remainder of a sum (exclusive or) is the sum of the remainders.  So the
 * contribution of an octet that stands k octets before the end of a block
 * can be looked up, in a table for that k, and the contributions of eight
 * octets are independent look-ups that the processor does at the same time
 * ("slicing by 8", Kounavis and Berry).
 *
 * Linearity also makes the tables: the entry for an octet is the sum of the
 * entries for its bits.  Below are these 8 x 8 entries; the preprocessor
 * and the compiler do the rest, and there is nothing to initialize at run
 * time.  The numbers are the remainders of x^n; the test computes them
 * again, one bit after the other.
 */

#include "base/crc32.h"

#include "base/bytes.h"

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

/* crc32_table[k][o]: octet o with k octets behind it in the block. */
static const uint32_t crc32_table[8][256] = {
	TABLE(0x77073096, 0xee0e612c, 0x076dc419, 0x0edb8832,
	      0x1db71064, 0x3b6e20c8, 0x76dc4190, 0xedb88320),
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
};
/* clang-format on */

static uint32_t crc32_octet(uint32_t crc, uint8_t o)
{
	return crc >> 8 ^ crc32_table[0][(crc ^ o) & 0xff];
}

static uint32_t crc32_block(uint32_t crc, const uint8_t p[static 8])
{
	uint32_t a = crc ^ get32le(p), b = get32le(p + 4);

	return crc32_table[7][a & 0xff] ^ crc32_table[6][a >> 8 & 0xff] ^
	       crc32_table[5][a >> 16 & 0xff] ^ crc32_table[4][a >> 24] ^
	       crc32_table[3][b & 0xff] ^ crc32_table[2][b >> 8 & 0xff] ^
	       crc32_table[1][b >> 16 & 0xff] ^ crc32_table[0][b >> 24];
}

uint32_t crc32_update(uint32_t crc, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	crc = ~crc;
	for (; len >= 8; len -= 8, p += 8)
		crc = crc32_block(crc, p);
	for (; len > 0; len--, p++)
		crc = crc32_octet(crc, *p);
	return ~crc;
}
