/* SPDX-License-Identifier: MIT */
#ifndef CORE_PKT_HOT_H
#define CORE_PKT_HOT_H

/*
 * pkt_hot.h - what is done with every packet, in line
 *
 * As pkt.c has it, for those through whom all packets go; a call costs as much
 * as the usual case.
 */

#include "base/likely.h"

#include "wire/csum_hot.h"

#include "core/block.h"
#include "core/env.h"
#include "core/pkt.h"

/* Not what pkt_csum_hot() does by itself. */
uint32_t pkt_csum_far(const struct pkt *pkt, size_t off, size_t len);

/* As pkt_csum().  Most packets are short and in one piece, or in two.  (96
 * octets: 134 instructions become 47.) */
CSUM_INLINE uint32_t pkt_csum_hot(const struct pkt *pkt, size_t off, size_t len)
{
	const struct frag *f = &pkt->frag[0];
	size_t lin = pkt->lin_len;
	struct csum_wide s = {0};

	if (UNLIKELY(len >= CSUM_LONG))
		return pkt_csum_far(pkt, off, len);
	if (off + len <= lin) {
		csum_run(&s, pkt_cdata(pkt) + off, len);
		return csum_end(s);
	}
	if (UNLIKELY(off > lin || pkt->frag_count != 1 ||
		     off + len != pkt->len || (lin - off) & 1))
		return pkt_csum_far(pkt, off, len);
	csum_run(&s, pkt_cdata(pkt) + off, lin - off);
	csum_run(&s, f->blk->data + f->off, f->len);
	return csum_end(s);
}

/* As pkt_new(). */
static inline struct pkt *pkt_new_hot(struct env *env, enum reason why)
{
	struct pkt *pkt = pool_get(&env->pkts);

	if (UNLIKELY(!pkt))
		return NULL;
	/* Everything before the fragments: they and the room stay as is. */
	memset(pkt, 0, offsetof(struct pkt, frag));
	list_init(&pkt->node);
	pkt->env = env;
	pkt->reason = (uint16_t)why;
	pkt->cause = env->cause;
	pkt->lin_off = PKT_HEADROOM;
	pkt->l2_off = pkt->l3_off = pkt->l4_off = PKT_HEADROOM;
	pkt->born_ns = env->now_ns;
	return pkt;
}

/* As pkt_free(), of a packet that there is. */
static inline void pkt_free_hot(struct pkt *pkt)
{
	int i;

	for (i = 0; i < pkt->frag_count; i++)
		block_put(pkt->frag[i].blk);
	pool_put(&pkt->env->pkts, pkt);
}

#endif /* CORE_PKT_HOT_H */
