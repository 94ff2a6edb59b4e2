/* SPDX-License-Identifier: MIT */
#ifndef BASE_HASH_H
#define BASE_HASH_H

/*
 * hash.h - SipHash, a hash that strangers cannot steer
 *
 * A table that a peer can fill is keyed with a secret, else the peer chooses
 * addresses and ports that all fall into one bucket.  SipHash (Aumasson and
 * Bernstein, "SipHash: a fast short-input PRF") is made for that.  The
 * variant 1-3 is enough for tables; 2-4 is for what is shown to the world,
 * such as initial sequence numbers (RFC 6528) and cookies.
 *
 * The inline functions hash a fixed number of words.  Their result is that of
 * siphash13() and siphash24() over the same words written little-endian.
 */

#include <stddef.h>
#include <stdint.h>

/* A secret, from the environment's randomness; never shown. */
struct hash_key {
	uint64_t k[2];
};

struct siphash {
	uint64_t v0, v1, v2, v3;
};

/**
 * siphash13() - Hash for tables: one round a word, three at the end
 * @key:	The secret
 * @buf:	What to hash
 * @len:	Octets of it
 *
 * Return: 64 bits, all of them equally good
 */
uint64_t siphash13(const struct hash_key *key, const void *buf, size_t len);

/**
 * siphash24() - Hash for what a peer sees: two rounds a word, four at the end
 * @key:	The secret
 * @buf:	What to hash
 * @len:	Octets of it
 *
 * Return: 64 bits, all of them equally good
 */
uint64_t siphash24(const struct hash_key *key, const void *buf, size_t len);

static inline uint64_t hash_rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static inline void siphash_init(struct siphash *s, const struct hash_key *key)
{
	s->v0 = key->k[0] ^ 0x736f6d6570736575;
	s->v1 = key->k[1] ^ 0x646f72616e646f6d;
	s->v2 = key->k[0] ^ 0x6c7967656e657261;
	s->v3 = key->k[1] ^ 0x7465646279746573;
}

static inline void siphash_round(struct siphash *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = hash_rotl(s->v1, 13) ^ s->v0;
	s->v3 = hash_rotl(s->v3, 16) ^ s->v2;
	s->v0 = hash_rotl(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = hash_rotl(s->v1, 17) ^ s->v2;
	s->v3 = hash_rotl(s->v3, 21) ^ s->v0;
	s->v2 = hash_rotl(s->v2, 32);
}

static inline void siphash13_word(struct siphash *s, uint64_t w)
{
	s->v3 ^= w;
	siphash_round(s);
	s->v0 ^= w;
}

static inline uint64_t siphash13_final(struct siphash *s)
{
	s->v2 ^= 0xff;
	siphash_round(s);
	siphash_round(s);
	siphash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static inline void siphash24_word(struct siphash *s, uint64_t w)
{
	s->v3 ^= w;
	siphash_round(s);
	siphash_round(s);
	s->v0 ^= w;
}

static inline uint64_t siphash24_final(struct siphash *s)
{
	s->v2 ^= 0xff;
	siphash_round(s);
	siphash_round(s);
	siphash_round(s);
	siphash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* Eight octets: two IPv4 addresses. */
static inline uint64_t siphash24_u64(const struct hash_key *key, uint64_t a)
{
	struct siphash s;

	siphash_init(&s, key);
	siphash24_word(&s, a);
	siphash24_word(&s, (uint64_t)8 << 56);
	return siphash24_final(&s);
}

/* Twelve octets: two IPv4 endpoints. */
static inline uint64_t siphash24_u96(const struct hash_key *key, uint64_t a,
				     uint32_t b)
{
	struct siphash s;

	siphash_init(&s, key);
	siphash24_word(&s, a);
	siphash24_word(&s, (uint64_t)12 << 56 | b);
	return siphash24_final(&s);
}

/* Eight octets: an IPv4 address and what belongs to it. */
static inline uint64_t siphash13_u64(const struct hash_key *key, uint64_t a)
{
	struct siphash s;

	siphash_init(&s, key);
	siphash13_word(&s, a);
	siphash13_word(&s, (uint64_t)8 << 56);
	return siphash13_final(&s);
}

/* Sixteen octets: two IPv4 endpoints and a protocol, or one IPv6 address. */
static inline uint64_t siphash13_u64x2(const struct hash_key *key, uint64_t a,
				       uint64_t b)
{
	struct siphash s;

	siphash_init(&s, key);
	siphash13_word(&s, a);
	siphash13_word(&s, b);
	siphash13_word(&s, (uint64_t)16 << 56);
	return siphash13_final(&s);
}

/* Forty octets: two IPv6 endpoints and a protocol. */
static inline uint64_t siphash13_u64x5(const struct hash_key *key,
				       const uint64_t w[static 5])
{
	struct siphash s;

	siphash_init(&s, key);
	siphash13_word(&s, w[0]);
	siphash13_word(&s, w[1]);
	siphash13_word(&s, w[2]);
	siphash13_word(&s, w[3]);
	siphash13_word(&s, w[4]);
	siphash13_word(&s, (uint64_t)40 << 56);
	return siphash13_final(&s);
}

#endif /* BASE_HASH_H */
