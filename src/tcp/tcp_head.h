/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_HEAD_H
#define TCP_TCP_HEAD_H

/*
 * tcp_head.h - the header of nearly every segment, straight from the connection
 *
 * It has a timestamp or nothing, and its checksum is that of the pseudo header.
 * tcp_fast_out.c puts it before data; tcp_out.c before what has no data and
 * nothing to say but an acknowledgement, or that this is the end.
 *
 * Headers are written from what the connection knows in any case: a template
 * for each connection would save a few stores and cost twenty octets in each
 * of a million idle ones.
 *
 * A part of tcp_int.h.
 */

/* Octets 8 to 15: what is acknowledged, the flags, the window. */
static inline uint64_t tcp_head_second(const struct tcp_conn *c, uint32_t hlen,
				       uint8_t flags, uint16_t win)
{
	return (uint64_t)c->rcv_nxt.v << 32 | (uint64_t)(hlen / 4) << 28 |
	       (uint64_t)flags << 16 | win;
}

/*
 * Before what @pkt has; @flags: of the lower octet; @win: tcp_rcv_window(), as
 * it stands in a header; @ts_val: our clock, as the peer knows it.  The
 * checksum begins as that of the pseudo header, and nothing is urgent.  Four
 * words of eight octets, as whoever sums them up will read them; from smaller
 * ones the processor would have to put them together first.
 */
static inline void tcp_head_put(const struct tcp_conn *c, struct pkt *pkt,
				seq32 seq, uint8_t flags, uint16_t win,
				uint32_t ts_val)
{
	const struct tcp_tuple *t = &c->end.t;
	uint32_t hlen = TCP_HLEN + (c->flags & TCPF_TS ? TCP_TS_OPT_LEN : 0);
	uint8_t *p = pkt_push(pkt, hlen);
	uint64_t sum;

	check(p);
	put64_whole(p, (uint64_t)t->lport << 48 | (uint64_t)t->rport << 32 |
			       seq.v);
	put64_whole(p + 8, tcp_head_second(c, hlen, flags, win));
	sum = csum_fold_raw(tcp_pseudo(&t->laddr, &t->raddr, pkt->len));
	if (UNLIKELY(hlen == TCP_HLEN)) {
		put32(p + 16, (uint32_t)sum << 16);
	} else {
		put64_whole(p + 16, sum << 48 | TCP_STAMP_HEAD);
		put64_whole(p + 24, (uint64_t)ts_val << 32 | c->ts_recent);
	}
	pkt->csum = PKT_CSUM_PARTIAL;
	pkt->csum_off = offsetof(struct tcp_wire, sum);
}

/* ... of a busy connection. */
static inline void tcp_head_push(struct tcp_conn *c, struct pkt *pkt, seq32 seq,
				 uint8_t flags, uint16_t win, uint32_t now_ms)
{
	tcp_head_put(c, pkt, seq, flags, win, now_ms + c->active->ts_offset);
}

/* What nearly every SYN and its answer say. */
enum {
	TCP_HEAD_SYN = TCP_HAS_MSS | TCP_HAS_SACK_OK | TCP_HAS_TIMESTAMP |
		       TCP_HAS_WSCALE,
	TCP_HEAD_SYN_LEN = TCP_HLEN + 20,
};

/*
 * Before what @pkt has, as tcp_emit() and tcp_opts_emit() together: five words,
 * @o->has is TCP_HEAD_SYN and nothing is urgent.  (150 instructions less for each
 * of the two.)
 */
static inline void tcp_head_push_syn(struct pkt *pkt, const struct tcp_tuple *t,
				     const struct tcp_hdr *h,
				     const struct tcp_opts *o)
{
	uint8_t *p = pkt_push(pkt, TCP_HEAD_SYN_LEN);
	uint64_t sum;

	check(p);
	sum = csum_fold_raw(tcp_pseudo(&t->laddr, &t->raddr, pkt->len));
	put64_whole(p, (uint64_t)t->lport << 48 | (uint64_t)t->rport << 32 |
			       h->seq.v);
	put64_whole(p + 8, (uint64_t)h->ack.v << 32 |
				   (uint64_t)(TCP_HEAD_SYN_LEN / 4) << 28 |
				   (uint64_t)h->flags << 16 | h->win);
	put64_whole(p + 16, sum << 48 | TCP_OPT_MSS << 24 | 4 << 16 | o->mss);
	put64_whole(p + 24, (uint64_t)(TCP_OPT_SACK_OK << 24 | 2 << 16 |
				       TCP_OPT_TIMESTAMP << 8 |
				       10) << 32 |
				    o->ts_val);
	put64_whole(p + 32, (uint64_t)o->ts_ecr << 32 | TCP_OPT_NOP << 24 |
				    TCP_OPT_WSCALE << 16 | 3 << 8 | o->wscale);
}

#endif /* TCP_TCP_HEAD_H */
