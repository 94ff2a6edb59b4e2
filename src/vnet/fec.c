// SPDX-License-Identifier: MIT
/*
 * fec.c - a code that repairs one flipped bit in eight octets
 *
 * Theory of operation
 * ===================
 * Every bit of the word has a column, an eight-bit number; the check octet is
 * the sum (exclusive or) of the columns of all bits that are 1.  The receiver
 * computes it again and adds what came: the difference is the sum of the columns
 * of all flipped bits.  A flipped bit of the check octet itself has a column
 * with one bit set.
 *
 * If all columns are different, the column of a single flipped bit names it.
 * If all have an odd number of bits, the difference after two flips has an even
 * number, is not 0, and cannot be taken for one flip.  There are 8 numbers of
 * weight 1, 56 of weight 3 and 56 of weight 5: enough for 8 + 64 (Hsiao, "A
 * class of optimal minimum odd-weight-column SEC-DED codes", 1970).
 *
 * Limits: three flips in a word may pass for one.  The FCS is still there.
 */

#include "vnet/fec.h"

#include <assert.h>

#include "base/check.h"

/* clang-format off */
static const uint8_t columns[] = {
	0x07, 0x0b, 0x0d, 0x0e, 0x13, 0x15, 0x16, 0x19,
	0x1a, 0x1c, 0x23, 0x25, 0x26, 0x29, 0x2a, 0x2c,
	0x31, 0x32, 0x34, 0x38, 0x43, 0x45, 0x46, 0x49,
	0x4a, 0x4c, 0x51, 0x52, 0x54, 0x58, 0x61, 0x62,
	0x64, 0x68, 0x70, 0x83, 0x85, 0x86, 0x89, 0x8a,
	0x8c, 0x91, 0x92, 0x94, 0x98, 0xa1, 0xa2, 0xa4,
	0xa8, 0xb0, 0xc1, 0xc2, 0xc4, 0xc8, 0xd0, 0xe0,
	0x1f, 0x2f, 0x37, 0x3b, 0x3d, 0x3e, 0x4f, 0x57,
};
/* clang-format on */
static_assert(ARRAY_SIZE(columns) == 8 * FEC_DATA, "one for each bit");

uint8_t fec_encode(const uint8_t data[static FEC_DATA])
{
	uint8_t check = 0;
	unsigned int i;

	for (i = 0; i < 8 * FEC_DATA; i++) {
		if (data[i / 8] >> i % 8 & 1)
			check ^= columns[i];
	}
	return check;
}

enum fec_result fec_decode(uint8_t data[static FEC_DATA], uint8_t check)
{
	uint8_t diff = fec_encode(data) ^ check;
	unsigned int i;

	if (!diff)
		return FEC_INTACT;
	if (!(diff & (diff - 1)))
		return FEC_REPAIRED; /* a bit of the check octet itself */
	for (i = 0; i < 8 * FEC_DATA; i++) {
		if (columns[i] == diff) {
			data[i / 8] ^= (uint8_t)(1 << i % 8);
			return FEC_REPAIRED;
		}
	}
	return FEC_BROKEN;
}
