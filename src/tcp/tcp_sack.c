// SPDX-License-Identifier: MIT
/*
 * tcp_sack.c - blocks that the peer reports: what arrived beyond a hole
 *
 * Theory of operation
 * ===================
 * A SACK block [start, end) says that these octets have arrived although
 * something before them has not (RFC 2018).  The records it covers become
 * SACKED; one that it covers in part is cut.
 *
 *	snd_una							snd_nxt
 *	   |    a    |	   b    |     c     |    d	|    e	   |
 *		          [----- block -----)
 *	   |    a    | b1  | b2	c d1 SACKED |	d2	|    e	   |
 *
 * A block is reported again and again.  What is SACKED already is one record
 * (tcp_sent_merge()), found in O(log n); so the work for an ACK is O(log n)
 * for each block, and once for each record that becomes SACKED.
 *
 * The first block may tell instead of a duplicate (D-SACK, RFC 2883): it then
 * lies before the acknowledgement, or inside the second block.  The octets are
 * news of what we did: something was sent twice that need not have been.
 *
 * A stranger's, or a mistaken peer's, block is believed only as far as it lies
 * inside what is under way; the rest of it, or one that ends before it begins,
 * is ignored, and the other blocks count.
 *
 * The peer may forget what it reported (it "reneges", RFC 2018, 8).  If the
 * octets behind snd_una are SACKED the peer does not have them any more, or it
 * would have acknowledged them.
 */

#include "tcp/tcp_int.h"

static bool is_block(const struct tcp_conn *c, const struct tcp_sack_block *b)
{
	return seq_lt(b->start, b->end) && seq_leq(b->end, c->snd_nxt);
}

/* RFC 2883, 4: does the first block tell of a duplicate? */
static bool is_duplicate(const struct tcp_conn *c, const struct tcp_seg *s)
{
	const struct tcp_sack_block *b = s->o.sack;

	if (!is_block(c, b) || seq_dist(b->start, b->end) > c->max_snd_wnd)
		return false;
	if (seq_leq(b[0].end, s->h.ack))
		return seq_geq(b->end, seq_sub(c->snd_una, c->max_snd_wnd));
	return s->o.sack_count > 1 && seq_geq(b[0].start, b[1].start) &&
	       seq_leq(b[0].end, b[1].end);
}

static void take_duplicate(struct tcp_conn *c, struct tcp_news *n)
{
	const struct tcp_sack_block *b = n->s->o.sack;
	const struct tcp_tlp *tlp = &c->active->tlp;
	uint32_t len = seq_dist(b->start, b->end);

	n->ack.has_dsack = true;
	n->is_dup_of_probe =
		tlp->is_out && len <= c->mss && seq_eq(b->end, tlp->end);
	tcp_undo_dup(c, b);
	c->tcp->stats.dsacks++;
	TCP_TALLY(c, dsacks);
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_DSACK, NULL,
	      EVF_NUM("seq", seq_dist(c->iss, b->start)),
	      EVF_NUM("octets", len));
}

/* The peer has all of this record, which it did not have before. */
static struct tcp_sent *record_sacked(struct tcp_conn *c, struct tcp_news *n,
				      struct tcp_sent *s)
{
	n->ack.sacked += tcp_sent_len(s);
	if (!(s->flags & TCP_SENT_AGAIN) &&
	    (!n->sack_ns || s->sent_ns < n->sack_ns))
		n->sack_ns = s->sent_ns;
	tcp_news_delivered(c, n, s, s->end);
	tcp_sent_set_fate(c, s, TCP_SENT_SACKED);
	return tcp_sent_merge(c, s);
}

/* Cut @s so that a record begins at @at.  Returns that one, or, if there is no
 * memory for it, the next. */
static struct tcp_sent *begin_at(struct tcp_conn *c, struct tcp_sent *s,
				 seq32 at)
{
	struct tcp_sent *rest;

	if (seq_leq(at, s->seq) || s->flags & TCP_SENT_SACKED)
		return s;
	rest = tcp_sent_split(c, s, at);
	return rest ? rest : tcp_sent_next(s);
}

static void take_block(struct tcp_conn *c, struct tcp_news *n, seq32 start,
		       seq32 end)
{
	struct tcp_sent *s = tcp_sent_find(c, start);

	if (s)
		s = begin_at(c, s, start);
	for (; s && seq_lt(s->seq, end); s = tcp_sent_next(s)) {
		if (s->flags & TCP_SENT_SACKED)
			continue;
		if (seq_gt(s->end, end) && !tcp_sent_split(c, s, end))
			return; /* only a part of it, and no memory */
		s = record_sacked(c, n, s);
	}
}

void tcp_sack_take(struct tcp_conn *c, struct tcp_news *n)
{
	const struct tcp_seg *s = n->s;
	seq32 una = seq_max(c->snd_una, s->h.ack);
	unsigned int i = 0;

	if (is_duplicate(c, s)) {
		take_duplicate(c, n);
		i = 1;
	}
	for (; i < s->o.sack_count; i++) {
		const struct tcp_sack_block *b = &s->o.sack[i];

		if (is_block(c, b) && seq_gt(b->end, una))
			take_block(c, n, seq_max(b->start, una), b->end);
		else if (!is_block(c, b))
			c->tcp->stats.bad_sacks++;
	}
}

bool tcp_sack_reneged(const struct tcp_conn *c)
{
	const struct tcp_sent *s = tcp_sent_first(c);

	return s && s->flags & TCP_SENT_SACKED;
}
