/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_HOT_SENT_H
#define TCP_TCP_HOT_SENT_H

/*
 * tcp_hot_sent.h - what is remembered of each segment that is sent
 *
 * A part of tcp_int.h, as tcp_hot.h is.
 */

#include <errno.h>

/* tcp_cwv.c: the most of a round trip counts, and whether it was all there
 * was */
static inline void tcp_cwv_note_flight(struct tcp_conn *c, bool is_limited)
{
	struct tcp_cwv *v = &c->active->cwv;
	bool was_limited = c->flags & TCPF_CWND_LIMIT;
	uint32_t flight = tcp_flight(c);

	if (!is_limited && v->is_counting && seq_lt(c->snd_una, v->round_end) &&
	    (was_limited || flight <= v->max_flight))
		return;
	c->flags &= ~(uint32_t)TCPF_CWND_LIMIT;
	c->flags |= is_limited ? TCPF_CWND_LIMIT : 0;
	v->round_end = c->snd_nxt;
	v->max_flight = flight;
	v->is_counting = true;
}

/* Sending came to rest; @is_limited: because of cwnd.  Whether the window was
 * used up for a whole RTO need not be asked before rto_min is over. */
static inline void tcp_cwv_sent(struct tcp_conn *c, bool is_limited,
				uint32_t now_ms)
{
	const struct tcp_tally *t = c->tally;
	uint32_t least_us = min_u32(c->tcp->knobs.rto_min_us, 1000000);

	tcp_cwv_note_flight(c, is_limited);
	if (UNLIKELY(c->flags & TCPF_CWND_LIMIT) || UNLIKELY(!c->srtt_8us) ||
	    (t && UNLIKELY(now_ms - t->full_ms >= least_us / 1000)))
		tcp_cwv_judge(c);
}

/* May the window grow: was it needed, or nearly? */
static inline bool tcp_cwv_may_grow(const struct tcp_conn *c)
{
	if (c->flags & TCPF_CWND_LIMIT)
		return true;
	return c->cwnd < c->ssthresh && c->cwnd / 2 < c->active->cwv.max_flight;
}

/**
 * tcp_sent_push() - Octets up to @end are being sent for the first time
 * @from:	c->snd_nxt
 *
 * Never fails: where there is no room for a record, the last one grows, and
 * fates are told apart less well from then on (R_TCP_COARSE says so).
 *
 * In line is the only record, as most are: no memory, no tree to walk.  Field
 * by field, for of an initializer gcc makes a "rep stos", which takes as long
 * as all the rest.
 *
 * Return: the record
 */
static inline struct tcp_sent *tcp_sent_push(struct tcp_conn *c, seq32 from,
					     seq32 end)
{
	struct tcp_sent_set *set = &c->active->sent;
	struct tcp_sent *s = &set->own;

	if (UNLIKELY(set->tree.root))
		return tcp_sent_push_far(c, from, end);
	s->node = (struct treap_node){0};
	s->by_time.next = s->by_time.prev = &set->by_time;
	s->seq = from;
	s->end = end;
	s->segs = tcp_segments(seq_dist(from, end), c->mss);
	s->flags = TCP_SENT_OWN;
	s->is_app_limited = false;
	s->sent_ns = c->tcp->env->now_ns;
	s->first_sent_ns = s->delivered_ns = s->delivered = 0;
	set->by_time.next = set->by_time.prev = &s->by_time;
	set->tree.root = &s->node;
	set->count = 1;
	return s;
}

/* All of the only record arrived. */
static inline void tcp_sent_forget_own(struct tcp_sent_set *set)
{
	set->tree.root = NULL;
	set->count = 0;
	list_init(&set->by_time);
	set->own.flags = 0;
}

/* All octets before @una are acknowledged by the number.  The first record
 * must reach there: it loses its beginning, or is forgotten.
 * In line: the only record, all of which arrived, and that was sent once. */
static inline void tcp_sent_trim(struct tcp_conn *c, struct tcp_sent *s,
				 seq32 una)
{
	struct tcp_sent_set *set = &c->active->sent;

	if (UNLIKELY(set->count != 1 || s->flags != TCP_SENT_OWN ||
		     seq_gt(s->end, una))) {
		tcp_sent_trim_far(c, s, una);
		return;
	}
	tcp_sent_forget_own(set);
}

/* tcp_snd.c: @n numbers from snd_nxt on are under way now. */
static inline void tcp_snd_advance(struct tcp_conn *c, uint32_t n,
				   uint32_t now_ms)
{
	struct tcp_active *a = c->active;
	seq32 to = seq_add(c->snd_nxt, n);
	bool is_alone = !tcp_flight(c);
	struct tcp_sent *s;

	if (is_alone)
		a->stall_ns = c->tcp->env->now_ns;
	if (LIKELY(n < c->mss) || n % c->mss)
		a->small = to;
	s = tcp_sent_push(c, c->snd_nxt, to);
	if (is_alone)
		tcp_rate_stamp(c, s, 0);
	else
		tcp_rate_on_send(c, s);
	a->prr.out += n;
	c->snd_nxt = to;
	c->snd_ms = now_ms;
	tcp_rearm(c, TCP_REARM_RESUME);
}

/* tcp_out.c: @err is what IP said of a segment.  That there is no way to the peer
 * is the user's to hear, should the connection end by it; that there was no room
 * here, or that the segment was too large, is not. */
static inline void tcp_note_sent(struct tcp_conn *c, int err)
{
	if (UNLIKELY(err) && err != -EMSGSIZE && err != -ENOMEM &&
	    err != -ENOBUFS)
		c->soft = (uint8_t)-err;
}

#endif /* TCP_TCP_HOT_SENT_H */
