/* SPDX-License-Identifier: MIT */
#ifndef BASE_RNG_H
#define BASE_RNG_H

/*
 * rng.h - streams of numbers that are the same every time
 *
 * A lab has one seed.  Each thing in it that needs chance has a stream of its
 * own, derived from the seed and the thing's name, so that adding a host does
 * not change what happens to the others.
 *
 * These numbers are for simulation.  They are not secrets: whoever sees some
 * of them can compute the rest.
 */

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

/**
 * rng_init() - Start the stream of that name
 * @r:		Filled in
 * @seed:	The same for the whole lab
 * @name:	Who draws; not kept
 */
void rng_init(struct rng *r, uint64_t seed, const char *name);

/* 64 equally likely bits (xoshiro256**, Blackman and Vigna). */
uint64_t rng_u64(struct rng *r);

static inline uint32_t rng_u32(struct rng *r)
{
	return (uint32_t)(rng_u64(r) >> 32);
}

/* Equally likely numbers 0 ... @n - 1; 0 when @n is 0. */
uint32_t rng_below(struct rng *r, uint32_t n);

/* A number in [0, 1), a multiple of 2^-53. */
double rng_double(struct rng *r);

/* True with probability @p; draws a number whatever @p is. */
static inline int rng_chance(struct rng *r, double p)
{
	return rng_double(r) < p;
}

/* @len octets, the same on machines of either byte order. */
void rng_fill(struct rng *r, void *buf, size_t len);

#endif /* BASE_RNG_H */
