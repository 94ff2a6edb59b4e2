/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_HOT_DELACK_H
#define TCP_TCP_HOT_DELACK_H

/*
 * tcp_hot_delack.h - what tcp_delack.c asks of each segment
 *
 * The theory stands there.  A part of tcp_int.h, as tcp_hot.h is.
 */

#include "tcp/tcp_hot_time.h"

/* NULL: no data has come yet, or there was no memory to remember how.  Then no
 * ACK is quick, and each waits for the least time. */
static inline struct tcp_delack *tcp_delack_of(const struct tcp_conn *c)
{
	return c->tally ? &c->tally->delack : NULL;
}

static inline uint32_t tcp_delack_least_ms(const struct tcp_conn *c)
{
	return max_u32(c->tcp->knobs.delack_min_us / 1000, 1);
}

/* Is an ACK owed, now or later? */
static inline bool tcp_ack_is_scheduled(const struct tcp_conn *c)
{
	return c->active->ack_now || tcp_timer_is_set(c, TCP_T_DELACK);
}

/* The time between two segments, into the time that an ACK may wait. */
static inline void tcp_delack_note_gap(struct tcp_conn *c, struct tcp_delack *d,
				       uint32_t gap)
{
	uint32_t ato = d->ato_ms, least = tcp_delack_least_ms(c);

	if (LIKELY(gap <= least / 2))
		d->ato_ms = (uint16_t)min_u32(ato / 2 + least / 2, UINT16_MAX);
	else
		tcp_delack_note_long_gap(c, d, gap);
}

/*
 * The size of a full segment of the peer: the largest seen; or, if two of the
 * same size in a row are smaller than that, theirs.  Something smaller than
 * the default may be full only if it was not pushed.
 */
static inline void tcp_delack_note_size(struct tcp_conn *c,
					const struct tcp_seg *s,
					uint8_t *short_ones)
{
	uint32_t size = s->pkt->gso_size ? s->pkt->gso_size : s->size;
	uint32_t last = c->active->last_size;
	bool pushed = s->h.flags & TCP_PSH;

	c->active->last_size = 0;
	if (size >= c->rcv_mss) {
		c->rcv_mss = (uint16_t)min_u32(size, 65535);
		*short_ones |= pushed;
		return;
	}
	if (UNLIKELY(size >= TCP_MSS_DEFAULT) ||
	    (size >= TCP_MSS_MIN && UNLIKELY(!pushed))) {
		c->active->last_size = (uint16_t)size;
		if (size == last) {
			c->rcv_mss = (uint16_t)size;
			return;
		}
	}
	*short_ones = *short_ones ? 2 : 1;
}

/* Data came, in order or not. */
static inline void tcp_delack_data(struct tcp_conn *c, const struct tcp_seg *s,
				   uint32_t now_ms)
{
	struct tcp_delack *d = tcp_delack_of(c);
	uint8_t none = 0;

	tcp_delack_note_size(c, s, d ? &d->pushed : &none);
	if (UNLIKELY(!d))
		return;
	if (LIKELY(d->ato_ms))
		tcp_delack_note_gap(c, d, now_ms - d->rcv_ms);
	else
		tcp_delack_first(c, d);
	d->rcv_ms = now_ms;
}

static inline uint64_t tcp_delack_wait_ms(const struct tcp_conn *c)
{
	const struct tcp_delack *d = tcp_delack_of(c);
	uint32_t least = tcp_delack_least_ms(c);
	uint32_t top = c->tcp->knobs.delack_max_us / 1000;
	uint32_t ato = LIKELY(d) ? d->ato_ms : least;

	if (UNLIKELY(ato > least))
		ato = tcp_delack_limit_ms(c, d, ato);
	return max_u32(min_u32(ato, top), 1);
}

/* The ACK may wait for an answer. */
static inline void tcp_delack_delay(struct tcp_conn *c)
{
	uint64_t now = c->tcp->env->now_ns;
	uint64_t wait = tcp_delack_wait_ms(c) * NS_PER_MS;
	const struct tcp_due *due = &c->active->due[TCP_T_DELACK];

	if (due->at_ns && due->at_ns <= now + wait / 4)
		tcp_ack_owed(c, R_TCP_ACK);
	else if (!due->at_ns || now + wait < due->at_ns)
		tcp_timer_set(c, TCP_T_DELACK, now + wait);
}

static inline void tcp_delack_in_order(struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	const struct tcp_delack *d = tcp_delack_of(c);
	bool is_quick = d && UNLIKELY(d->quick) && !(c->flags & TCPF_PINGPONG);

	if (a->ack_now)
		return;
	if (is_quick || (seq_dist(a->ack_sent, c->rcv_nxt) > c->rcv_mss &&
			 tcp_delack_is_enough(c)))
		tcp_ack_owed(c, R_TCP_ACK);
	else
		tcp_delack_delay(c);
}

/* A segment with an ACK goes out; before the ACK is marked as given. */
static inline void tcp_delack_sent(struct tcp_conn *c)
{
	struct tcp_delack *d = tcp_delack_of(c);

	c->active->sack_out.held = 0;
	if (UNLIKELY(!d))
		return;
	if (UNLIKELY(d->quick) && tcp_ack_is_scheduled(c) && !--d->quick)
		d->ato_ms = (uint16_t)tcp_delack_least_ms(c);
	d->pushed = 0;
}

/* Data goes out: is it an answer? */
static inline void tcp_delack_answered(struct tcp_conn *c, uint32_t now_ms)
{
	const struct tcp_delack *d = tcp_delack_of(c);

	if (LIKELY(d && now_ms - d->rcv_ms < d->ato_ms))
		c->flags |= TCPF_PINGPONG;
}

/* The user has read: should an ACK that waits go now? */
static inline bool tcp_delack_read(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	uint8_t pushed = c->tally ? c->tally->delack.pushed : 0;

	if (!tcp_ack_is_scheduled(c))
		return false;
	if (seq_dist(a->ack_sent, c->rcv_nxt) > c->rcv_mss)
		return true;
	return !tcp_queue_len(&a->rcv) &&
	       (pushed > 1 || (pushed && !(c->flags & TCPF_PINGPONG)));
}

/* tcp_autotune.c: measuring begins when so many octets have come */
#define TCP_TUNE_FROM 16384

/* NULL: not measured, for little came, or there is no memory. */
static inline struct tcp_tune *tcp_tune_of(const struct tcp_conn *c)
{
	return c->extra && c->extra->tune.is_on ? &c->extra->tune : NULL;
}

/* A segment came in order.  Our clock is too coarse for some round trips. */
static inline void tcp_tune_data(struct tcp_conn *c, const struct tcp_seg *s,
				 uint32_t now_ms)
{
	struct tcp_tune *t = tcp_tune_of(c);
	bool has_echo = LIKELY(c->flags & TCPF_TS) &&
			LIKELY(s->o.has & TCP_HAS_TIMESTAMP);

	if (!t) {
		if (seq_dist(c->irs, c->rcv_nxt) >= TCP_TUNE_FROM)
			tcp_tune_begin(c);
		return;
	}
	if (UNLIKELY(!t->rtt_ns || !seq_lt(c->rcv_nxt, t->rtt_seq)) &&
	    (!has_echo || now_ms + c->active->ts_offset == s->o.ts_ecr))
		tcp_tune_by_window(c, t);
	if (UNLIKELY(s->size >= c->rcv_mss) && has_echo &&
	    s->o.ts_ecr != t->last_ecr)
		tcp_tune_by_echo(c, t, s->o.ts_ecr);
}

/* The user has read; once in a round trip, see how much. */
static inline void tcp_tune_read(struct tcp_conn *c)
{
	struct tcp_tune *t = tcp_tune_of(c);

	if (t && LIKELY(t->rtt_8us) &&
	    c->tcp->env->now_ns - t->read_ns >= t->rtt_8us / 8 * NS_PER_US)
		tcp_tune_round(c, t);
}

#endif /* TCP_TCP_HOT_DELACK_H */
