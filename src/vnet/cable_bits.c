// SPDX-License-Identifier: MIT
/*
 * cable_bits.c - bits that flip on the wire, and a code that flips them back
 *
 * Theory of operation
 * ===================
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
 * With forward error correction every 239 octets have 16 more behind them on
 * the wire (fec.c).  Bits of these flip as others do.  Only the words that were
 * hit are coded and decoded: nothing happens to the others.
 *
 * Limits
 * ------
 * At most FLIPS_MAX bits of a frame are flipped.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/strbuf.h"

#include "core/netif.h"
#include "core/probe.h"

#include "link/ether.h"
#include "vnet/fec.h"
#include "vnet/vnet_int.h"

#define FLIPS_MAX 64

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

/* Draw @count different numbers below @n. */
static void draw_bits(struct rng *rng, uint32_t *bit, uint32_t count,
		      uint32_t n)
{
	uint32_t i, j;

	for (i = 0; i < count; i++) {
		do {
			bit[i] = rng_below(rng, n);
			for (j = 0; j < i && bit[j] != bit[i]; j++)
				;
		} while (j < i);
	}
}

static int flip_bit(struct pkt *pkt, uint32_t bit)
{
	uint8_t *octet = own_octet(pkt, bit / 8);

	if (!octet)
		return -ENOMEM;
	*octet ^= (uint8_t)(1 << bit % 8);
	return 0;
}

/* A word on the wire.  Parity is counted behind all octets of the frame. */
struct word {
	uint32_t off, len; /* its data, in the frame */
	uint32_t parity;   /* first octet of its parity, as counted */
};

static struct word word_at(const struct pkt *pkt, uint32_t bit)
{
	uint32_t octet = bit / 8, n;

	n = octet < pkt->len ? octet / FEC_DATA
			     : (octet - pkt->len) / FEC_PARITY;
	return (struct word){
		.off = n * FEC_DATA,
		.len = min_u32(FEC_DATA, pkt->len - n * FEC_DATA),
		.parity = pkt->len + n * FEC_PARITY,
	};
}

static bool is_in(uint32_t bit, uint32_t octet, uint32_t octets)
{
	return bit / 8 >= octet && bit / 8 < octet + octets;
}

/* What is still wrong after decoding is wrong in the frame.  0 or -ENOMEM. */
static int put_back(struct pkt *pkt, const struct word *w, const uint8_t *sent,
		    const uint8_t *data)
{
	uint32_t i;

	for (i = 0; i < w->len; i++) {
		uint8_t *octet;

		if (data[i] == sent[i])
			continue;
		octet = own_octet(pkt, w->off + i);
		if (!octet)
			return -ENOMEM;
		*octet = data[i];
	}
	return 0;
}

/* One word: coded, hit by those of @bit that lie in it, decoded.  Returns how
 * many octets were repaired, or -ENOMEM. */
static int fec_word(struct cable_half *half, struct pkt *pkt,
		    const struct word *w, const uint32_t *bit, uint32_t count)
{
	uint8_t sent[FEC_DATA], data[FEC_DATA], parity[FEC_PARITY];
	uint32_t i;
	int repaired;

	pkt_copy_out(pkt, w->off, sent, w->len);
	memcpy(data, sent, w->len);
	fec_encode(data, w->len, parity);
	for (i = 0; i < count; i++) {
		uint8_t flip = (uint8_t)(1 << bit[i] % 8);

		if (is_in(bit[i], w->off, w->len))
			data[bit[i] / 8 - w->off] ^= flip;
		else if (is_in(bit[i], w->parity, FEC_PARITY))
			parity[bit[i] / 8 - w->parity] ^= flip;
	}
	repaired = fec_decode(data, w->len, parity);
	if (repaired >= 0) {
		half->stats.repaired_octets += (uint64_t)repaired;
		return repaired;
	}
	half->stats.broken_words++;
	return put_back(pkt, w, sent, data);
}

/* "12.3 845.0": octet and bit of each flip, parity counted behind the frame. */
static void print_flips(struct strbuf *sb, const uint32_t *bit, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		strbuf_printf(sb, "%s%u.%u", i ? " " : "", bit[i] / 8,
			      bit[i] % 8);
}

static void tell_repair(struct cable_half *half, const struct pkt *pkt,
			uint32_t octets, const uint32_t *bit, uint32_t count)
{
	char text[256];
	struct strbuf sb;

	if (!half->cable->place.env->probe)
		return;
	strbuf_init_fixed(&sb, text, sizeof(text));
	print_flips(&sb, bit, count);
	PROBE(&half->cable->place, EV_NOTE, R_CABLE_REPAIR, pkt,
	      EVF_NUM("octets", octets), EVF_TEXT("flips", text));
}

/* Every word that was hit, once. */
static int fec_words(struct cable_half *half, struct pkt *pkt,
		     const uint32_t *bit, uint32_t count)
{
	uint32_t i, j, octets = 0;

	for (i = 0; i < count; i++) {
		struct word w = word_at(pkt, bit[i]);
		int repaired;

		for (j = 0; j < i && word_at(pkt, bit[j]).off != w.off; j++)
			;
		if (j < i)
			continue;
		repaired = fec_word(half, pkt, &w, bit, count);
		if (repaired < 0)
			return repaired;
		octets += (uint32_t)repaired;
	}
	if (octets)
		tell_repair(half, pkt, octets, bit, count);
	return 0;
}

/* Flip @count different bits of the frame.  0 or -ENOMEM. */
static int flip_bits(struct cable_half *half, struct pkt *pkt, uint32_t count,
		     uint32_t bits)
{
	uint32_t bit[FLIPS_MAX];
	uint32_t i;

	draw_bits(&half->rng, bit, count, bits);
	if (half->params.has_fec)
		return fec_words(half, pkt, bit, count);
	for (i = 0; i < count; i++) {
		if (flip_bit(pkt, bit[i]))
			return -ENOMEM;
	}
	return 0;
}

uint32_t cable_fec_octets(uint32_t len)
{
	return (len + FEC_DATA - 1) / FEC_DATA * FEC_PARITY;
}

int cable_corrupt(struct cable_half *half, struct pkt *pkt)
{
	const struct cable_params *p = &half->params;
	uint32_t bits = 8 * pkt->len;
	uint32_t count = 0;

	if (p->has_fec)
		bits += 8 * cable_fec_octets(pkt->len);
	if (p->corrupt > 0)
		count = (uint32_t)rng_chance(&half->rng, p->corrupt);
	if (p->bit_errors > 0)
		count = max_u32(count,
				draw_flips(&half->rng, bits, p->bit_errors));
	count = min_u32(count, bits);
	if (!count)
		return 0;
	if (pkt->link == PKT_ETHER) {
		pkt->fcs = ether_fcs(pkt);
		pkt->has_fcs = true;
	} /* else it is among the octets of the line */
	half->stats.corrupted++;
	half->stats.flipped_bits += count;
	PROBE(&half->cable->place, EV_NOTE, R_CABLE_CORRUPT, pkt,
	      EVF_NUM("bits", count));
	return flip_bits(half, pkt, count, bits);
}
