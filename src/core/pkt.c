// SPDX-License-Identifier: MIT
/*
 * pkt.c - making packets, and moving their front and end
 *
 * The theory stands in pkt.h.  Most functions treat the packet as a row of
 * pieces: piece 0 is the linear part, the others are fragments; pkt_seek()
 * finds the piece in which an offset lies.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "wire/csum.h"

#include "core/netif.h"
#include "core/pkt_hot.h"
#include "core/probe.h"

/* Where the next octet of a walk over a packet lies. */
struct pkt_walk {
	const struct pkt *pkt;
	int piece; /* -1: the linear part */
	size_t skip;
};

static struct pkt_walk pkt_seek(const struct pkt *pkt, size_t off)
{
	struct pkt_walk w = {.pkt = pkt, .piece = -1, .skip = off};

	if (off < pkt->lin_len)
		return w;
	w.skip -= pkt->lin_len;
	for (w.piece = 0; w.piece < pkt->frag_count; w.piece++) {
		if (w.skip < pkt->frag[w.piece].len)
			return w;
		w.skip -= pkt->frag[w.piece].len;
	}
	return w;
}

/* The next run of at most @max contiguous octets; its length goes to @len. */
static const uint8_t *pkt_step(struct pkt_walk *w, size_t max, size_t *len)
{
	const struct pkt *pkt = w->pkt;
	const uint8_t *p;
	size_t n;

	if (w->piece < 0) {
		p = pkt_cdata(pkt) + w->skip;
		n = pkt->lin_len - w->skip;
	} else {
		const struct frag *f = &pkt->frag[w->piece];

		check(w->piece < pkt->frag_count);
		p = f->blk->data + f->off + w->skip;
		n = f->len - w->skip;
	}
	w->piece++;
	w->skip = 0;
	*len = min_size(n, max);
	return p;
}

struct pkt *pkt_new(struct env *env, enum reason why)
{
	return pkt_new_hot(env, why);
}

struct pkt *pkt_new_rx(struct env *env, enum reason why)
{
	struct pkt *pkt = pkt_new(env, why);

	if (!pkt)
		return NULL;
	pkt->lin_off = PKT_HEADROOM_RX;
	pkt->l2_off = pkt->l3_off = pkt->l4_off = PKT_HEADROOM_RX;
	return pkt;
}

void pkt_free(struct pkt *pkt)
{
	if (pkt)
		pkt_free_hot(pkt);
}

void pkt_drop(struct place *place, struct pkt *pkt, enum drop why)
{
	place->drops[why]++;
	PROBE(place, EV_DROP, (enum reason)pkt->reason, pkt, EVF_DROP(why),
	      EVF_NUM(place->fault ? "fault" : NULL, place->fault));
	pkt_free(pkt);
}

struct pkt *pkt_clone(const struct pkt *pkt)
{
	struct pkt *copy = pool_get(&pkt->env->pkts);
	int i;

	if (!copy)
		return NULL;
	memcpy(copy, pkt, offsetof(struct pkt, frag));
	list_init(&copy->node);
	memcpy(copy->room, pkt->room, (size_t)pkt->lin_off + pkt->lin_len);
	for (i = 0; i < pkt->frag_count; i++) {
		copy->frag[i] = pkt->frag[i];
		block_get(copy->frag[i].blk);
	}
	return copy;
}

/* Append octets of @pkt to @to: short linear ones copied, others referred to */
static int pkt_append_part(struct pkt *to, const struct pkt *pkt, size_t off,
			   size_t len)
{
	struct pkt_walk w = pkt_seek(pkt, off);
	int err = 0;

	while (len && !err) {
		int piece = w.piece;
		size_t n;
		const uint8_t *p = pkt_step(&w, len, &n);

		if (piece < 0)
			err = pkt_append(to, p, n);
		else
			err = pkt_append_ref(
				to, pkt->frag[piece].blk,
				(size_t)(p - pkt->frag[piece].blk->data), n);
		len -= n;
	}
	return err;
}

struct pkt *pkt_slice(const struct pkt *pkt, size_t off, size_t len)
{
	struct pkt *part = pkt_new(pkt->env, (enum reason)pkt->reason);

	check(off + len <= pkt->len);
	if (!part)
		return NULL;
	part->cause = pkt->cause;
	part->netif = pkt->netif;
	part->dest = pkt->dest;
	part->is_relayed = pkt->is_relayed;
	if (pkt_append_part(part, pkt, off, len)) {
		pkt_free(part);
		return NULL;
	}
	return part;
}

/* Take @n octets off the front of the fragments. */
static void frags_pull(struct pkt *pkt, size_t n)
{
	uint8_t gone = 0;

	while (n) {
		struct frag *f = &pkt->frag[gone];

		check(gone < pkt->frag_count);
		if (n < f->len) {
			f->off += (uint32_t)n;
			f->len -= (uint32_t)n;
			break;
		}
		n -= f->len;
		block_put(f->blk);
		gone++;
	}
	if (!gone)
		return;
	pkt->frag_count = (uint8_t)(pkt->frag_count - gone);
	memmove(pkt->frag, pkt->frag + gone,
		pkt->frag_count * sizeof(pkt->frag[0]));
}

uint8_t *pkt_gather(struct pkt *pkt, size_t n)
{
	size_t more;

	if (n > pkt->len || pkt->lin_off + n > PKT_ROOM)
		return NULL;
	more = n - pkt->lin_len;
	pkt_copy_out(pkt, pkt->lin_len, pkt_data(pkt) + pkt->lin_len, more);
	frags_pull(pkt, more);
	pkt->lin_len = (uint16_t)n;
	return pkt_data(pkt);
}

void pkt_pull_far(struct pkt *pkt, size_t n)
{
	size_t lin = pkt->lin_len;

	check(n <= pkt->len);
	pkt->lin_off = (uint16_t)(pkt->lin_off + lin);
	pkt->lin_len = 0;
	pkt->len -= (uint32_t)n;
	frags_pull(pkt, n - lin);
}

void pkt_unpull(struct pkt *pkt, uint16_t off)
{
	check(off <= pkt->lin_off);
	pkt_push(pkt, (size_t)(pkt->lin_off - off));
}

void pkt_trim(struct pkt *pkt, size_t len)
{
	size_t left;
	uint8_t i;

	check(len <= pkt->len);
	pkt->len = (uint32_t)len;
	if (len < pkt->lin_len)
		pkt->lin_len = (uint16_t)len;
	left = len - pkt->lin_len;
	for (i = 0; i < pkt->frag_count && left; i++) {
		if (pkt->frag[i].len > left)
			pkt->frag[i].len = (uint32_t)left;
		left -= pkt->frag[i].len;
	}
	while (pkt->frag_count > i)
		block_put(pkt->frag[--pkt->frag_count].blk);
}

/* Copy to the end of the linear part what fits; returns how much did. */
static size_t append_linear(struct pkt *pkt, const uint8_t *buf, size_t len)
{
	size_t end = (size_t)pkt->lin_off + pkt->lin_len;
	size_t n = min_size(len, PKT_ROOM - end);

	if (pkt->frag_count || n < len)
		return 0; /* all or nothing: payload stays in one place */
	memcpy(pkt->room + end, buf, n);
	pkt->lin_len = (uint16_t)(pkt->lin_len + n);
	pkt->len += (uint32_t)n;
	return n;
}

int pkt_append(struct pkt *pkt, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	if (!len || append_linear(pkt, p, len))
		return 0;
	while (len) {
		size_t n = min_size(len, 65536);
		struct block *blk = block_new(pkt->env, n);
		int err;

		if (!blk)
			return -ENOMEM;
		memcpy(blk->data, p, n);
		err = pkt_append_ref(pkt, blk, 0, n);
		block_put(blk);
		if (err)
			return err;
		p += n;
		len -= n;
	}
	return 0;
}

int pkt_append_ref(struct pkt *pkt, struct block *blk, size_t off, size_t len)
{
	struct frag *last = NULL;

	check(off + len <= blk->size);
	if (pkt->frag_count)
		last = &pkt->frag[pkt->frag_count - 1];
	if (last && last->blk == blk && last->off + last->len == off) {
		last->len += (uint32_t)len;
		pkt->len += (uint32_t)len;
		return 0;
	}
	if (pkt->frag_count == PKT_FRAGS)
		return -EMSGSIZE;
	pkt->frag[pkt->frag_count++] = (struct frag){
		.blk = block_get(blk),
		.off = (uint32_t)off,
		.len = (uint32_t)len,
	};
	pkt->len += (uint32_t)len;
	return 0;
}

int pkt_join(struct pkt *to, struct pkt *from)
{
	int i;

	if (to->frag_count + from->frag_count + (from->lin_len != 0) >
	    PKT_FRAGS)
		return -EMSGSIZE;
	if (pkt_append(to, pkt_cdata(from), from->lin_len))
		return -ENOMEM;
	for (i = 0; i < from->frag_count; i++)
		pkt_append_ref(to, from->frag[i].blk, from->frag[i].off,
			       from->frag[i].len);
	pkt_free(from);
	return 0;
}

void pkt_copy_out(const struct pkt *pkt, size_t off, void *buf, size_t len)
{
	struct pkt_walk w;
	uint8_t *to = buf;

	check(off + len <= pkt->len);
	if (off + len <= pkt->lin_len) {
		memcpy(to, pkt_cdata(pkt) + off, len);
		return;
	}
	w = pkt_seek(pkt, off);
	while (len) {
		size_t n;
		const uint8_t *p = pkt_step(&w, len, &n);

		memcpy(to, p, n);
		to += n;
		len -= n;
	}
}

/* pkt_csum() of octets that are not all in the linear part: most often a header
 * there, and the payload in one fragment. */
__attribute__((noinline)) static uint32_t csum_far(const struct pkt *pkt,
						   size_t off, size_t len)
{
	const struct frag *f = pkt->frag;
	uint32_t sum = 0;
	size_t done = 0, n;

	check(off + len <= pkt->len);
	if (off < pkt->lin_len) {
		done = pkt->lin_len - off;
		sum = csum_add(0, pkt_cdata(pkt) + off, done);
		off = pkt->lin_len;
	}
	for (off -= pkt->lin_len; done < len; f++) {
		const uint8_t *p = f->blk->data + f->off + off;

		if (off >= f->len) {
			off -= f->len;
			continue;
		}
		n = min_size(f->len - off, len - done);
		sum = done & 1 ? csum_add_at(sum, p, n, done)
			       : csum_add(sum, p, n);
		done += n;
		off = 0;
	}
	return sum;
}

/* From @off on to the end: headers, and one run of payload behind them. */
static uint32_t csum_two(const struct pkt *pkt, size_t off)
{
	const struct frag *f = &pkt->frag[0];

	return csum_add_two(pkt_cdata(pkt) + off, pkt->lin_len - off,
			    f->blk->data + f->off, f->len);
}

uint32_t pkt_csum_far(const struct pkt *pkt, size_t off, size_t len)
{
	size_t lin = pkt->lin_len;

	if (off + len <= lin)
		return csum_add(0, pkt_cdata(pkt) + off, len);
	if (off < lin && off + len == pkt->len && pkt->frag_count == 1 &&
	    !((lin - off) & 1))
		return csum_two(pkt, off);
	return csum_far(pkt, off, len);
}

uint32_t pkt_csum(const struct pkt *pkt, size_t off, size_t len)
{
	return pkt_csum_hot(pkt, off, len);
}

size_t pkt_truesize(const struct pkt *pkt)
{
	size_t sum = sizeof(*pkt);
	int i;

	for (i = 0; i < pkt->frag_count; i++)
		sum += sizeof(struct block) + pkt->frag[i].blk->size;
	return sum;
}

void pkt_check(const struct pkt *pkt)
{
	size_t sum = pkt->lin_len;
	int i;

	check(pkt->lin_off + pkt->lin_len <= PKT_ROOM);
	check(pkt->frag_count <= PKT_FRAGS);
	for (i = 0; i < pkt->frag_count; i++) {
		check(pkt->frag[i].len > 0);
		check(pkt->frag[i].off + pkt->frag[i].len <=
		      pkt->frag[i].blk->size);
		sum += pkt->frag[i].len;
	}
	check(sum == pkt->len);
}
