/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_SHAPE_H
#define TCP_TCP_SHAPE_H

/*
 * tcp_shape.h - the header of nearly every segment, read in one go
 *
 * It is an ACK, with data or an end perhaps, and its options are a timestamp or
 * none; so their place is known, and no option needs to be looked for.
 *
 * A part of tcp_int.h.
 */

#include "core/pkt_hot.h"

enum {
	TCP_SHAPE_STAMP = 12,
	TCP_SHAPE_PLAIN = TCP_HLEN / 4 << 12 | TCP_ACK,
	TCP_SHAPE_STAMPED = (TCP_HLEN + TCP_SHAPE_STAMP) / 4 << 12 | TCP_ACK,
};

/* Can it be of the usual shape, with no flag but ACK and @also?  A glance at the
 * flags alone. */
static inline bool tcp_shape_is_likely(const struct pkt *pkt, uint8_t also)
{
	const uint8_t *p = pkt_cdata(pkt);

	return LIKELY(pkt->lin_len >= TCP_HLEN) &&
	       !(p[offsetof(struct tcp_wire, off) + 1] & ~(TCP_ACK | also));
}

/* Header length, flags and options, if they are of the usual shape; @also: flags
 * that there may be besides ACK. */
static inline bool tcp_shape_read(struct tcp_seg *s, const struct pkt *pkt,
				  uint16_t also)
{
	const uint8_t *p = pkt_cdata(pkt);
	uint16_t shape;

	if (UNLIKELY(pkt->lin_len < TCP_HLEN))
		return false;
	shape = get16(p + offsetof(struct tcp_wire, off));
	s->h.flags = (uint16_t)(shape & (TCP_ACK | also));
	shape &= (uint16_t)~also;
	if (UNLIKELY(shape == TCP_SHAPE_PLAIN)) {
		s->h.len = TCP_HLEN;
		s->o.has = 0;
		s->o.ts_val = s->o.ts_ecr = 0;
		return true;
	}
	if (UNLIKELY(shape != TCP_SHAPE_STAMPED) ||
	    UNLIKELY(pkt->lin_len < TCP_HLEN + TCP_SHAPE_STAMP) ||
	    UNLIKELY(get32(p + TCP_HLEN) != TCP_STAMP_HEAD))
		return false;
	s->h.len = TCP_HLEN + TCP_SHAPE_STAMP;
	s->o.has = TCP_HAS_TIMESTAMP;
	s->o.ts_val = get32(p + TCP_HLEN + 4);
	s->o.ts_ecr = get32(p + TCP_HLEN + 8);
	return true;
}

/* Verified, or never left this process, or it is the sum. */
static inline bool tcp_csum_is_right(const struct pkt *pkt,
				     const struct ip_meta *meta)
{
	uint32_t sum;

	if (pkt->csum != PKT_CSUM_NONE)
		return true;
	sum = tcp_pseudo(&meta->src, &meta->dst, pkt->len);
	return !csum_fold(csum_combine(sum, pkt_csum_hot(pkt, 0, pkt->len)));
}

/* The rest of what the expected segment is asked.  The other members of @s are
 * not set: they are for segments that are not usual. */
static inline void tcp_shape_rest(struct tcp_seg *s, struct pkt *pkt,
				  const struct ip_meta *meta)
{
	const struct tcp_wire *w = (const void *)pkt_cdata(pkt);

	s->h.seq.v = get32(w->seq);
	s->h.ack.v = get32(w->ack);
	s->h.win = get16(w->win);
	s->t.lport = get16(w->dport);
	s->t.rport = get16(w->sport);
	s->pkt = pkt;
	s->meta = meta;
	s->seq = s->h.seq;
	s->len = s->size = pkt->len - s->h.len;
	s->off = 0;
}

/* Options as they were agreed on, and a clock that has not gone back. */
static inline bool tcp_stamp_is_usual(const struct tcp_conn *c,
				      const struct tcp_seg *s)
{
	if (UNLIKELY(!(c->flags & TCPF_TS)))
		return !s->o.has;
	return s->o.has == TCP_HAS_TIMESTAMP &&
	       (int32_t)(s->o.ts_val - c->ts_recent) >= 0;
}

/* An IP option could be the way back that a server is to take. */
static inline bool tcp_seg_may_turn(const struct tcp_conn *c,
				    const struct tcp_seg *s)
{
	return UNLIKELY(s->pkt->room[s->pkt->l3_off] != (4 << 4 | 5)) &&
	       c->flags & TCPF_PASSIVE && c->end.t.raddr.family == IP_V4;
}

#endif /* TCP_TCP_SHAPE_H */
