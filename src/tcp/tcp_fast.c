// SPDX-License-Identifier: MIT
/*
 * tcp_fast.c - the segment that everybody expects, in one straight piece
 *
 * Theory of operation
 * ===================
 * RFC 9293, 3.10.7.4, asks nine questions of each segment, because a stranger
 * can send anything.  But of the segments of a connection that goes well
 * nearly all are of two kinds: the next data, or an ACK of what is under way,
 * often both in one.  Van Jacobson saw that the receiver can predict their
 * header: it knows which number comes next, and that no flag but ACK and PSH
 * will be set.  If the prediction holds, most of the nine questions have been
 * answered by it, and what is left to do fits on a page ("header prediction";
 * RFC 7323, appendix A, lays the options out for it, so that they are known by
 * one comparison as well).
 *
 *	segment                         connection
 *	-------                         ----------
 *	flags are ACK, perhaps PSH      ESTABLISHED, nobody has closed
 *	options: a timestamp, or none   the same as was agreed on
 *	timestamp not older             -
 *	SEG.SEQ = RCV.NXT, and it fits  nothing waits beyond a hole
 *	SND.UNA <= SEG.ACK <= SND.NXT   nothing lost, SACKed, or sent twice
 *	window is open                  was open before: nobody is probing
 *	acknowledges or brings          nothing urgent, no marks (ECN)
 *
 * This file is no second TCP.  It does what the long way (tcp_in.c, tcp_ack.c,
 * tcp_rcv.c) would have done, with the same functions, and leaves out the steps
 * of which the table says that they do nothing.  So the state afterwards is the
 * same to the last octet; tests/unit/tcp/tcp_fast_test.c plays the same
 * conversations both ways and compares.  Whoever wants to learn what happens
 * to a segment reads the long way.
 *
 * Where something listens to events the long way is taken, for it tells more;
 * and where tcp->is_slow says so, for the tests.
 *
 * What it is worth, with tcp_fast_out.c: 18,000 instructions for a request of
 * 64 octets and its answer, through both stacks, were 8,600 afterwards, of
 * which TCP has a half (callgrind, x86-64; bench/stack.c, tcp-request).  By now
 * all of it is 5,390, and a processor does five of them at a time: there is
 * nothing to wait for any more, only work to leave out.
 */

#include "base/small.h"

#include "wire/csum.h"
#include "wire/proto.h"

#include "core/pkt_hot.h"

#include "tcp/tcp_int.h"

/* With any of these there is more to ask. */
#define ODD_FLAGS                                                          \
	(TCPF_SND_CLOSED | TCPF_RCV_CLOSED | TCPF_FIN_RCVD | TCPF_ORPHAN | \
	 TCPF_ECN | TCPF_ACCECN | TCPF_REORDERED)

static __attribute__((noinline)) struct tcp_end *
find_far(struct tcp_stack *tcp, const struct ip_meta *meta, uint16_t rport,
	 uint16_t lport)
{
	struct tcp_tuple t = {meta->dst, meta->src, lport, rport};
	struct tcp_end *e = tcp_end_find(tcp, &t);

	if (e && e->kind == TCP_IS_CONN) {
		tcp_conn_fetch(container_of(e, struct tcp_conn, end));
		tcp_conn_ask_user(container_of(e, struct tcp_conn, end));
	}
	return e;
}

/* Whose it is: mostly his who got the one before, and nothing is copied. */
static inline struct tcp_end *find_end(struct tcp_stack *tcp,
				       const struct ip_meta *meta,
				       uint16_t rport, uint16_t lport)
{
	struct tcp_end *e = tcp->last;

	if (LIKELY(e && rport == e->t.rport && lport == e->t.lport &&
		   meta->src.v4.v == e->t.raddr.v4.v &&
		   meta->dst.v4.v == e->t.laddr.v4.v &&
		   meta->src.family == IP_V4 && e->t.raddr.family == IP_V4))
		return e;
	return find_far(tcp, meta, rport, lport);
}

/* The right column. */
static inline bool conn_is_calm(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	if (UNLIKELY(c->end.state != TCPS_ESTABLISHED) ||
	    UNLIKELY(c->flags & ODD_FLAGS) || UNLIKELY(!c->snd_wnd))
		return false;
	if (UNLIKELY(!a))
		return true; /* it rests */
	if (UNLIKELY(a->ooo) ||
	    UNLIKELY(a->sent.sacked | a->sent.lost | a->dup_octets))
		return false;
	return !(a->ca | a->urg.state | a->has_fin | a->is_probing |
		 a->tlp.is_out | a->undo.frto | a->undo.new_first |
		 a->rack.has_round);
}

/* Records before @una, in the order of numbers, each sent once. */
static bool records_are_plain(const struct tcp_conn *c, seq32 una)
{
	const struct tcp_sent *s = tcp_sent_oldest(c);
	seq32 at = c->snd_una;

	for (; seq_lt(at, una); s = tcp_sent_later(c, s)) {
		if (!s || !seq_eq(s->seq, at) || s->flags & TCP_SENT_AGAIN ||
		    !s->sent_ns)
			return false;
		at = s->end;
	}
	return true;
}

/* The only record, all of it, sent once: an answer to what was asked. */
static inline bool is_all_of_one(const struct tcp_sent_set *set, seq32 una)
{
	const struct tcp_sent *s = &set->own;

	return LIKELY(set->count == 1 && s->flags == TCP_SENT_OWN &&
		      s->sent_ns && seq_eq(s->end, una));
}

/* What @una acknowledges was sent once, in the order of numbers. */
static inline bool was_sent_once(const struct tcp_conn *c, seq32 una)
{
	const struct tcp_active *a = c->active;

	if (!is_all_of_one(&a->sent, una) && !records_are_plain(c, una))
		return false;
	return LIKELY(seq_leq(una, a->snd.end)) &&
	       (UNLIKELY(!a->rack.sent_ns) ||
		LIKELY(seq_leq(a->rack.fack, c->snd_una)));
}

/* The left column. */
static inline bool seg_is_next(const struct tcp_conn *c,
			       const struct tcp_seg *s)
{
	uint32_t acked = seq_dist(c->snd_una, s->h.ack);

	if (UNLIKELY(!seq_eq(s->seq, c->rcv_nxt)) ||
	    UNLIKELY(acked > tcp_flight(c)) ||
	    UNLIKELY(s->size > seq_dist(c->rcv_nxt, c->rcv_adv)) ||
	    UNLIKELY(!s->h.win))
		return false;
	if (UNLIKELY(!acked && !s->size))
		return false; /* a duplicate, or a window */
	if (UNLIKELY(!tcp_stamp_is_usual(c, s)))
		return false;
	return !acked || LIKELY(was_sent_once(c, s->h.ack));
}

/* Of the records that one ACK takes: when the first and the last were sent, and
 * which one gives the sample of the rate. */
struct taken {
	uint64_t first_ns, last_ns;
	struct tcp_rate_best best;
};

/* As tcp_news_delivered(), for the octets of @s before @end: sent once. */
static inline void take_record(struct tcp_conn *c, struct taken *t,
			       const struct tcp_sent *s, seq32 end)
{
	struct tcp_rack *r = &c->active->rack;

	tcp_tally_delivered(c, seq_dist(s->seq, end));
	tcp_rate_on_delivered(&t->best, s);
	r->fack = end;
	if (LIKELY(s->sent_ns > r->sent_ns) ||
	    (s->sent_ns == r->sent_ns && seq_gt(end, r->end))) {
		r->rtt_ns = c->tcp->env->now_ns - s->sent_ns;
		r->sent_ns = s->sent_ns;
		r->end = end;
	}
}

/* The only record, which ends at @una. */
static inline struct taken take_own(struct tcp_conn *c, seq32 una)
{
	struct tcp_sent_set *set = &c->active->sent;
	struct taken t = {.first_ns = set->own.sent_ns,
			  .last_ns = set->own.sent_ns};

	take_record(c, &t, &set->own, una);
	tcp_sent_forget_own(set);
	return t;
}

/* Each record up to @una, in order. */
static inline struct taken take_records(struct tcp_conn *c, seq32 una)
{
	struct tcp_sent *s = tcp_sent_oldest(c);
	struct taken t = {.first_ns = s->sent_ns};

	do {
		t.last_ns = s->sent_ns;
		take_record(c, &t, s, seq_min(s->end, una));
		tcp_sent_trim(c, s, una);
	} while (c->active->sent.count && (s = tcp_sent_oldest(c)) &&
		 seq_lt(s->seq, una));
	return t;
}

/* As tcp_rtt_take().  One record has one round trip, and is divided once. */
static inline void take_rtt(struct tcp_conn *c, uint64_t now,
			    const struct taken *t)
{
	uint32_t us =
		(uint32_t)min_u64((now - t->last_ns) / NS_PER_US, UINT32_MAX);

	us = max_u32(us, 1);
	tcp_rack_rtt_us(c, us);
	tcp_rtt_smooth(c, LIKELY(t->first_ns == t->last_ns)
				  ? min_u32(us, TCP_RTT_MAX_US)
				  : tcp_rtt_us(now - t->first_ns));
}

/* As take_number() in tcp_ack.c. */
static inline void take_number(struct tcp_conn *c, struct tcp_ack *ack,
			       const struct taken *t, seq32 una)
{
	struct tcp_active *a = c->active;
	uint64_t now = c->tcp->env->now_ns;

	ack->acked = ack->delivered = seq_dist(c->snd_una, una);
	tcp_queue_pop(&a->snd, ack->acked);
	c->snd_una = una;
	a->tries = 0;
	a->stall_ns = now;
	if (c->extra && UNLIKELY(c->extra->mtup.is_on))
		tcp_mtup_acked(c);
	if (UNLIKELY(c->end.t.raddr.family != IP_V4))
		ip_confirm(c->tcp->stack, c->end.t.raddr, &a->route);
	ack->rtt_ns = max_u64(now - t->last_ns, 1);
	take_rtt(c, now, t);
}

/* As take() in tcp_ack.c, where nothing is missing.  In two copies: of the only
 * record all numbers stay in registers. */
static inline __attribute__((always_inline)) void
take_ack_of(struct tcp_conn *c, seq32 una, bool is_one)
{
	struct tcp_ack ack = {.prior_in_flight = tcp_flight(c)};
	struct taken t = is_one ? take_own(c, una) : take_records(c, una);

	take_number(c, &ack, &t, una);
	tcp_rearm(c, TCP_REARM_RESTART);
	tcp_rate_sample_hot(c, &ack, &t.best);
	tcp_tally_rate(c, &ack);
	if (UNLIKELY(c->cc->on_marks))
		c->cc->on_marks(c, &ack);
	c->cc->on_ack(c, &ack);
}

static __attribute__((noinline)) void take_ack_far(struct tcp_conn *c,
						   seq32 una)
{
	take_ack_of(c, una, false);
}

static inline void take_ack(struct tcp_conn *c, seq32 una)
{
	if (LIKELY(is_all_of_one(&c->active->sent, una)))
		take_ack_of(c, una, true);
	else
		take_ack_far(c, una);
}

/* As in_ack() and in_ts_recent() in tcp_in.c. */
static inline void take_header(struct tcp_conn *c, const struct tcp_seg *s,
			       uint32_t now_ms)
{
	struct tcp_active *a = c->active;

	if (!seq_eq(s->h.ack, c->snd_una))
		take_ack(c, s->h.ack);
	tcp_in_window(c, s);
	tcp_snd_acked(c);
	tcp_tally_acked(c, now_ms);
	if (UNLIKELY(c->flags & TCPF_WANT_OUT))
		tcp_writable(c);
	a->heard_ns = c->tcp->env->now_ns;
	a->keep_sent = 0;
	c->soft = 0;
	if (s->o.has && seq_leq(s->seq, a->ack_sent)) {
		c->ts_recent = s->o.ts_val;
		c->ts_recent_ms = now_ms;
	}
}

/* What references may keep alive beyond what is there and promised. */
static inline size_t may_refer(const struct tcp_conn *c)
{
	size_t held =
		c->active->rcv.truesize + seq_dist(c->rcv_nxt, c->rcv_adv);
	size_t limit = 2 * (size_t)c->rcvbuf;

	return held < limit ? limit - held : 0;
}

/* As tcp_rcv_text(), with no island in the way.  Returns whether something was
 * taken; there may be no memory. */
static inline bool take_text(struct tcp_conn *c, const struct tcp_seg *s,
			     uint32_t now_ms)
{
	struct tcp_active *a = c->active;
	uint32_t n;

	tcp_delack_data(c, s, now_ms);
	n = (uint32_t)tcp_queue_append_pkt(&a->rcv, s->pkt, s->h.len, s->size,
					   may_refer(c));
	c->rcv_nxt = seq_add(c->rcv_nxt, n);
	c->tcp->stats.in_octets += n;
	if (UNLIKELY(!n))
		return false;
	a->events |= WAIT_IN;
	tcp_tune_data(c, s, now_ms);
	tcp_delack_in_order(c);
	return true;
}

static inline void take_segment(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_active *a = c->active;
	uint32_t now_ms = tcp_ms(c->tcp);

	tcp_tally_in(c, s);
	take_header(c, s, now_ms);
	if (!s->size || LIKELY(take_text(c, s, now_ms)))
		pkt_free_hot(s->pkt);
	else
		pkt_drop(&c->tcp->stack->place, s->pkt, DROP_no_memory);
	if (UNLIKELY(a->ack_now) || UNLIKELY(!seq_eq(c->snd_nxt, a->snd.end)))
		tcp_output(c);
	else
		tcp_stay_quiet(c, tcp_flight(c));
	tcp_settle_open(c);
}

/* Returns whether it was the one that is expected, and took @pkt. */
static inline bool input_near(struct tcp_stack *tcp, struct pkt *pkt,
			      const struct ip_meta *meta)
{
	struct tcp_conn *c;
	struct tcp_end *e;
	struct tcp_seg s;

	if (UNLIKELY(!tcp_shape_read(&s, pkt, TCP_PSH)))
		return false;
	tcp_shape_rest(&s, pkt, meta);
	e = find_end(tcp, meta, s.t.rport, s.t.lport);
	if (UNLIKELY(!e) || UNLIKELY(e->kind != TCP_IS_CONN))
		return false;
	c = container_of(e, struct tcp_conn, end);
	if (UNLIKELY(!conn_is_calm(c)) || UNLIKELY(!seg_is_next(c, &s)) ||
	    UNLIKELY(tcp_seg_may_turn(c, &s)) ||
	    UNLIKELY(!tcp_csum_is_right(pkt, meta)) ||
	    (UNLIKELY(!c->active) && !tcp_activate(c)))
		return false;
	tcp->stats.in_segs++;
	tcp->short_cuts++;
	take_segment(c, &s);
	return true;
}

HOT static __attribute__((noinline)) void
input_data(struct stack *stack, struct pkt *pkt, const struct ip_meta *meta)
{
	if (!input_near(stack->slot[SLOT_TCP], pkt, meta))
		tcp_input_far(stack, pkt, meta);
}

/* One look for those that open or close: they need not make room for what the
 * others keep in registers.  (60 instructions less for each of them.) */
HOT void tcp_input(struct stack *stack, struct pkt *pkt,
		   const struct ip_meta *meta)
{
	const struct tcp_stack *tcp = stack->slot[SLOT_TCP];

	if (!HAS_SHORT_WAYS || UNLIKELY(tcp->is_slow) ||
	    UNLIKELY(tcp->env->probe) ||
	    UNLIKELY(meta->is_bcast | meta->is_mcast) ||
	    UNLIKELY(!tcp_shape_is_likely(pkt, TCP_PSH)))
		tcp_input_far(stack, pkt, meta);
	else
		input_data(stack, pkt, meta);
}
