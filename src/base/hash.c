// SPDX-License-Identifier: MIT
/*
 * hash.c - SipHash over any number of octets
 *
 * The message is cut into little-endian words; the last one holds what is
 * left over, and the length modulo 256 in its top octet.
 */

#include "base/hash.h"

#include "base/bytes.h"

/* Up to seven octets and the length of the whole, as the last word. */
static uint64_t siphash_last_word(const uint8_t *p, size_t left, size_t len)
{
	uint64_t w = (uint64_t)len << 56;
	size_t i;

	for (i = 0; i < left; i++)
		w |= (uint64_t)p[i] << (8 * i);
	return w;
}

uint64_t siphash13(const struct hash_key *key, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	struct siphash s;
	size_t left;

	siphash_init(&s, key);
	for (left = len; left >= 8; left -= 8, p += 8)
		siphash13_word(&s, get64le(p));
	siphash13_word(&s, siphash_last_word(p, left, len));
	return siphash13_final(&s);
}

uint64_t siphash24(const struct hash_key *key, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	struct siphash s;
	size_t left;

	siphash_init(&s, key);
	for (left = len; left >= 8; left -= 8, p += 8)
		siphash24_word(&s, get64le(p));
	siphash24_word(&s, siphash_last_word(p, left, len));
	return siphash24_final(&s);
}
