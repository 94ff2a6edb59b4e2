// SPDX-License-Identifier: MIT
/*
 * cable_fate.c - what becomes of a frame on the wire
 *
 * Theory of operation
 * ===================
 * A frame that starts is lost, or it is perhaps damaged, delayed and doubled,
 * each with its own probability, in this order.  A number is drawn only for
 * what the parameters ask for.
 *
 * Damage is real.  The frame check sequence of the intact frame goes along,
 * then bits are flipped, and the receiver's check finds out.  Payload lies in
 * blocks that are shared with the sender's queue, so a block is copied before a
 * bit in it is flipped.
 *
 * How many bits flip with an error rate per bit is drawn from the binomial
 * distribution by inversion: walk through P(0), P(1), ... until their sum
 * exceeds a random number.  It needs multiplication and division only, which
 * give the same result on every machine, unlike logarithms.
 *
 * Limits
 * ------
 * At most FLIPS_MAX bits of a frame are flipped.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/crc32.h"

#include "core/netif.h"
#include "core/probe.h"

#include "vnet/vnet_int.h"

#define FLIPS_MAX   64
#define FULL_FRAME  1538 /* octet times of the longest ordinary frame */
#define REORDER_MIN NS_PER_MS

uint32_t cable_fcs(const struct pkt *pkt)
{
	uint32_t crc = crc32_update(0, pkt_cdata(pkt), pkt->lin_len);
	int i;

	for (i = 0; i < pkt->frag_count; i++) {
		const struct frag *f = &pkt->frag[i];

		crc = crc32_update(crc, f->blk->data + f->off, f->len);
	}
	return crc;
}

/* @x to the power of @n, by squaring. */
static double power(double x, uint64_t n)
{
	double result = 1;

	for (; n; n >>= 1, x *= x)
		if (n & 1)
			result *= x;
	return result;
}

/* How many of @n bits flip, each with probability @p < 1. */
static uint32_t draw_flips(struct rng *rng, uint64_t n, double p)
{
	double u = rng_double(rng);
	double term = power(1 - p, n); /* P(0) */
	double sum = term;
	uint32_t k = 0;

	while (u >= sum && k < FLIPS_MAX && k < n) {
		term *= (double)(n - k) / (k + 1) * (p / (1 - p));
		sum += term;
		k++;
	}
	return k;
}

/* Octet @off of the frame, in memory that nobody else refers to; or NULL. */
static uint8_t *own_octet(struct pkt *pkt, size_t off)
{
	struct frag *f = pkt->frag;
	struct block *blk;

	if (off < pkt->lin_len)
		return pkt_data(pkt) + off;
	for (off -= pkt->lin_len; off >= f->len; f++)
		off -= f->len;
	if (f->blk->refs == 1)
		return f->blk->data + f->off + off;
	blk = block_new(pkt->env, f->len);
	if (!blk)
		return NULL;
	memcpy(blk->data, f->blk->data + f->off, f->len);
	block_put(f->blk);
	f->blk = blk;
	f->off = 0;
	return blk->data + off;
}

/* Flip @count different bits of the frame.  0 or -ENOMEM. */
static int flip_bits(struct cable_half *half, struct pkt *pkt, uint32_t count)
{
	uint32_t bit[FLIPS_MAX];
	uint32_t i, j;

	for (i = 0; i < count; i++) {
		uint8_t *octet;

		do {
			bit[i] = rng_below(&half->rng, 8 * pkt->len);
			for (j = 0; j < i && bit[j] != bit[i]; j++)
				;
		} while (j < i);
		octet = own_octet(pkt, bit[i] / 8);
		if (!octet)
			return -ENOMEM;
		*octet ^= (uint8_t)(1 << bit[i] % 8);
	}
	return 0;
}

/* Damage the frame if its fate says so.  0, or -ENOMEM. */
static int maybe_corrupt(struct cable_half *half, struct pkt *pkt)
{
	const struct cable_params *p = &half->params;
	uint32_t count = 0;

	if (p->corrupt > 0)
		count = (uint32_t)rng_chance(&half->rng, p->corrupt);
	if (p->bit_errors > 0)
		count = max_u32(count,
				draw_flips(&half->rng, 8 * (uint64_t)pkt->len,
					   p->bit_errors));
	count = min_u32(count, 8 * pkt->len);
	if (!count)
		return 0;
	pkt->fcs = cable_fcs(pkt);
	pkt->has_fcs = true;
	half->stats.corrupted++;
	half->stats.flipped_bits += count;
	if (flip_bits(half, pkt, count))
		return -ENOMEM;
	PROBE(&half->cable->place, EV_NOTE, R_CABLE_CORRUPT, pkt,
	      EVF_NUM("bits", count));
	return 0;
}

/* Arrival with jitter: later frames do not overtake earlier ones. */
static uint64_t add_jitter(struct cable_half *half, uint64_t arrival_ns)
{
	uint64_t jitter = half->params.jitter_ns;

	if (!jitter)
		return arrival_ns;
	arrival_ns += (uint64_t)(rng_double(&half->rng) * (double)(jitter + 1));
	half->last_ns = max_u64(half->last_ns, arrival_ns);
	return half->last_ns;
}

static uint64_t maybe_hold_back(struct cable_half *half, struct pkt *pkt,
				uint64_t arrival_ns)
{
	const struct cable_params *p = &half->params;
	uint64_t by = p->reorder_ns;

	if (p->reorder <= 0 || !rng_chance(&half->rng, p->reorder))
		return arrival_ns;
	if (!by)
		by = max_u64(REORDER_MIN,
			     cable_octets_ns(half, 4 * FULL_FRAME));
	half->stats.reordered++;
	PROBE(&half->cable->place, EV_NOTE, R_CABLE_REORDER, pkt,
	      EVF_NUM("later-ns", by));
	return arrival_ns + by;
}

static void maybe_double(struct cable_half *half, struct pkt *pkt,
			 uint64_t arrival_ns)
{
	struct pkt *copy;

	if (half->params.dup <= 0 || !rng_chance(&half->rng, half->params.dup))
		return;
	copy = pkt_clone(pkt);
	if (!copy)
		return; /* the one it would double arrives all the same */
	half->stats.duplicated++;
	PROBE(&half->cable->place, EV_NOTE, R_CABLE_DUP, pkt,
	      EVF_NUM("len", pkt->len));
	cable_fly(half, copy, arrival_ns);
}

void cable_fate(struct cable_half *half, struct pkt *pkt, uint64_t arrival_ns)
{
	struct place *place = &half->cable->place;

	if (half->params.loss > 0 &&
	    rng_chance(&half->rng, half->params.loss)) {
		half->stats.lost++;
		pkt_drop(place, pkt, DROP_cable_loss);
		return;
	}
	if (maybe_corrupt(half, pkt)) {
		pkt_drop(place, pkt, DROP_no_memory);
		return;
	}
	arrival_ns = add_jitter(half, arrival_ns);
	arrival_ns = maybe_hold_back(half, pkt, arrival_ns);
	cable_fly(half, pkt, arrival_ns);
	maybe_double(half, pkt, arrival_ns);
}
