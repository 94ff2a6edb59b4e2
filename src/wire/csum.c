// SPDX-License-Identifier: MIT
/*
 * csum.c - summing octets quickly
 *
 * Theory of operation
 * ===================
 *
 * The ones' complement sum of 16-bit words may be computed over wider words
 * and folded afterwards, and it may be computed in either byte order: swapping
 * the octets of every word swaps the octets of the sum (RFC 1071, 2).  So the
 * loop reads words of 32 bits in the machine's own order, which is a plain
 * load, adds them into 64-bit accumulators, which cannot overflow before 2^32
 * words, and the result is brought into network order once, at the end.
 *
 * Four independent accumulators let the processor add in parallel, and the
 * compiler turn the loop into vector instructions.
 */

#include "wire/csum.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

static uint32_t csum_load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* A 16-bit number in the machine's order whose octets are @a, @b. */
static uint16_t csum_native16(uint8_t a, uint8_t b)
{
	uint8_t o[2] = {a, b};
	uint16_t v;

	memcpy(&v, o, sizeof(v));
	return v;
}

/* From a sum in the machine's order to 16 bits in network order. */
static uint16_t csum_finish(uint64_t sum)
{
	uint8_t o[2];
	uint16_t v;

	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	v = csum_fold_raw((uint32_t)sum);
	memcpy(o, &v, sizeof(o));
	return get16(o);
}

uint32_t csum_add(uint32_t sum, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	uint64_t a = 0, b = 0, c = 0, d = 0;

	for (; len >= 32; len -= 32, p += 32) {
		a += csum_load32(p);
		b += csum_load32(p + 4);
		c += csum_load32(p + 8);
		d += csum_load32(p + 12);
		a += csum_load32(p + 16);
		b += csum_load32(p + 20);
		c += csum_load32(p + 24);
		d += csum_load32(p + 28);
	}
	for (; len >= 4; len -= 4, p += 4)
		a += csum_load32(p);
	if (len >= 2)
		b += csum_native16(p[0], p[1]);
	if (len & 1)
		c += csum_native16(p[len - 1], 0);
	return csum_combine(sum, csum_finish(a + b + c + d));
}

/*
 * In pieces that stay in the first-level cache, so that memory is read once.
 * The pieces are even, so each begins at an even offset.
 */
uint32_t csum_copy(uint32_t sum, void *to, const void *from, size_t len)
{
	enum { PIECE = 4096 };
	const uint8_t *f = from;
	uint8_t *t = to;

	while (len > 0) {
		size_t n = min_size(len, PIECE);

		memcpy(t, f, n);
		sum = csum_add(sum, f, n);
		t += n;
		f += n;
		len -= n;
	}
	return sum;
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
