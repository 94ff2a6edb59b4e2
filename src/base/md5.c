// SPDX-License-Identifier: MIT
/*
 * md5.c - the message digest of RFC 1321
 *
 * Theory of operation
 * ===================
 * The message, filled up with a one bit, zeroes and its own length, is cut
 * into blocks of 64 octets.  Four words go through all blocks in turn.  A
 * block is mixed into them in 64 steps, in four rounds of 16; each step adds
 * one word of the block, some function of three of the four words and a
 * constant to the fourth, rotates it, and the four change places.
 *
 * The constants are the digits of sin(1), sin(2), ... behind the point
 * (RFC 1321, 3.4): numbers that nobody can have chosen to his advantage.
 */

#include "base/md5.h"

#include <string.h>

#include "base/bytes.h"

/* clang-format off */
static const uint32_t md5_sine[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee,
	0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
	0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
	0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
	0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa,
	0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
	0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
	0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
	0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
	0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039,
	0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
	0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
/* clang-format on */

/* How far each of the four steps of a round rotates. */
static const uint8_t md5_turn[4][4] = {
	{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

/* Which word of the block a step takes: (a * step + b) modulo 16. */
static const uint8_t md5_order[4][2] = {{1, 0}, {5, 1}, {3, 5}, {7, 0}};

static uint32_t rotate(uint32_t v, unsigned int n)
{
	return v << n | v >> (32 - n);
}

/* The functions F, G, H and I of the four rounds (RFC 1321, 3.4). */
static uint32_t mix(unsigned int round, uint32_t x, uint32_t y, uint32_t z)
{
	switch (round) {
	case 0:
		return (x & y) | (~x & z);
	case 1:
		return (x & z) | (y & ~z);
	case 2:
		return x ^ y ^ z;
	default:
		return y ^ (x | ~z);
	}
}

static void md5_step(uint32_t w[static 4], const uint8_t *block, unsigned int i)
{
	unsigned int round = i / 16;
	unsigned int at = (md5_order[round][0] * i + md5_order[round][1]) % 16;
	uint32_t sum = w[0] + mix(round, w[1], w[2], w[3]) +
		       get32le(block + (size_t)at * 4) + md5_sine[i];

	w[0] = w[3];
	w[3] = w[2];
	w[2] = w[1];
	w[1] += rotate(sum, md5_turn[round][i % 4]);
}

static void md5_block(struct md5 *m, const uint8_t *block)
{
	uint32_t w[4];
	unsigned int i;

	memcpy(w, m->state, sizeof(w));
	for (i = 0; i < 64; i++)
		md5_step(w, block, i);
	for (i = 0; i < 4; i++)
		m->state[i] += w[i];
}

void md5_init(struct md5 *m)
{
	*m = (struct md5){
		.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476},
	};
}

void md5_add(struct md5 *m, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	for (; len > 0; len--) {
		m->block[m->octets++ % MD5_BLOCK] = *p++;
		if (m->octets % MD5_BLOCK == 0)
			md5_block(m, m->block);
	}
}

void md5_done(struct md5 *m, uint8_t digest[static MD5_LEN])
{
	static const uint8_t fill[MD5_BLOCK] = {0x80};
	uint8_t bits[8];
	size_t room, i;

	put64le(bits, m->octets * 8);
	room = MD5_BLOCK - m->octets % MD5_BLOCK;
	if (room < 1 + sizeof(bits))
		room += MD5_BLOCK;
	room -= sizeof(bits);
	md5_add(m, fill, room < MD5_BLOCK ? room : MD5_BLOCK);
	if (room > MD5_BLOCK)
		md5_add(m, fill + 1, room - MD5_BLOCK);
	md5_add(m, bits, sizeof(bits));
	for (i = 0; i < 4; i++)
		put32le(digest + i * 4, m->state[i]);
}
