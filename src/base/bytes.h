/* SPDX-License-Identifier: MIT */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

/*
 * bytes.h - reading and writing numbers in octet strings
 *
 * This is the only file in the tree that knows about byte order.  Wire
 * structures are made of octet arrays, so there is no alignment to get wrong
 * and no way to use a field without going through here.
 *
 * get and put alone mean network order, big-endian; names that end in `le`
 * are little-endian, for capture files.
 */

#include <stdint.h>
#include <string.h>

static inline uint16_t get16(const uint8_t p[static 2])
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get24(const uint8_t p[static 3])
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t get32(const uint8_t p[static 4])
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t get64(const uint8_t p[static 8])
{
	return (uint64_t)get32(p) << 32 | get32(p + 4);
}

static inline void put16(uint8_t p[static 2], uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put24(uint8_t p[static 3], uint32_t v)
{
	p[0] = (uint8_t)(v >> 16);
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)v;
}

static inline void put32(uint8_t p[static 4], uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline void put64(uint8_t p[static 8], uint64_t v)
{
	put32(p, (uint32_t)(v >> 32));
	put32(p + 4, (uint32_t)v);
}

/* As put64(), in one store: what is soon read in whole words, for a sum say,
 * must have been written so, or the processor waits until the pieces have
 * reached the cache. */
static inline void put64_whole(uint8_t p[static 8], uint64_t v)
{
	uint8_t o[8];
	uint64_t w;

	memcpy(o, &v, sizeof(o));
	w = get64(o);
	memcpy(p, &w, sizeof(w));
}

static inline uint16_t get16le(const uint8_t p[static 2])
{
	return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t get32le(const uint8_t p[static 4])
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t get64le(const uint8_t p[static 8])
{
	return (uint64_t)get32le(p + 4) << 32 | get32le(p);
}

static inline void put16le(uint8_t p[static 2], uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put32le(uint8_t p[static 4], uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static inline void put64le(uint8_t p[static 8], uint64_t v)
{
	put32le(p, (uint32_t)v);
	put32le(p + 4, (uint32_t)(v >> 32));
}

#endif /* BASE_BYTES_H */
