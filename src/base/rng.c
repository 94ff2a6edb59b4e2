// SPDX-License-Identifier: MIT
/*
 * rng.c - named streams of pseudo-random numbers
 *
 * Theory of operation
 * ===================
 *
 * The name is hashed with the seed as key, four times with a different key,
 * which gives the 256 bits of state.  Streams with different names are
 * therefore unrelated, and so are the streams of one name for two seeds.
 *
 * All arithmetic is on integers (the one conversion to double is exact), so
 * a run gives the same bytes on any machine.
 */

#include "base/rng.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"

void rng_init(struct rng *r, uint64_t seed, const char *name)
{
	struct hash_key key = {{seed, 0}};
	size_t i;

	for (i = 0; i < 4; i++) {
		key.k[1] = i;
		r->s[i] = siphash24(&key, name, strlen(name));
	}
	r->s[0] |= (r->s[0] | r->s[1] | r->s[2] | r->s[3]) == 0;
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = hash_rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = hash_rotl(s[3], 45);
	return result;
}

/*
 * The high word of a 32 x 32 bit product is nearly uniform; rejecting the
 * lowest 2^32 mod n values of the low word makes it exactly so.
 */
uint32_t rng_below(struct rng *r, uint32_t n)
{
	uint64_t product = (uint64_t)rng_u32(r) * n;

	if ((uint32_t)product < n) {
		uint32_t reject = n ? -n % n : 0;

		while ((uint32_t)product < reject)
			product = (uint64_t)rng_u32(r) * n;
	}
	return (uint32_t)(product >> 32);
}

double rng_double(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

void rng_fill(struct rng *r, void *buf, size_t len)
{
	uint8_t *p = buf;
	uint8_t word[8];

	while (len > 0) {
		size_t n = len < 8 ? len : 8;

		put64le(word, rng_u64(r));
		memcpy(p, word, n);
		p += n;
		len -= n;
	}
}
