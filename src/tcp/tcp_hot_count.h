/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_HOT_COUNT_H
#define TCP_TCP_HOT_COUNT_H

/*
 * tcp_hot_count.h - what is measured and counted with every segment
 *
 * A part of tcp_int.h, as tcp_hot.h is.
 */

/* @s is transmitted while so many @others are in the network. */
static inline void tcp_rate_stamp(struct tcp_conn *c, struct tcp_sent *s,
				  uint32_t others)
{
	struct tcp_rate *r = &c->active->rate;

	if (LIKELY(!others || !r->delivered_ns))
		r->first_sent_ns = r->delivered_ns = c->tcp->env->now_ns;
	s->first_sent_ns = r->first_sent_ns;
	s->delivered_ns = r->delivered_ns;
	s->delivered = r->delivered;
	s->is_app_limited = r->app_limited;
}

/* tcp_rate.c: @s is transmitted, for the first time or again; after it was
 * recorded, with its sent_ns, and before snd_nxt moves */
static inline void tcp_rate_on_send(struct tcp_conn *c, struct tcp_sent *s)
{
	uint32_t others = tcp_pipe(c);

	if (seq_lt(s->seq, c->snd_nxt))
		others -= min_u32(others, tcp_sent_len(s));
	tcp_rate_stamp(c, s, others);
}

/* @s, or its beginning, is acknowledged for the first time, in either way. */
static inline void tcp_rate_on_delivered(struct tcp_rate_best *best,
					 const struct tcp_sent *s)
{
	if (UNLIKELY(!s->delivered_ns))
		return;
	if (UNLIKELY(best->sent_ns && (s->sent_ns < best->sent_ns ||
				       (s->sent_ns == best->sent_ns &&
					seq_lt(s->end, best->end)))))
		return;
	best->sent_ns = s->sent_ns;
	best->end = s->end;
	best->first_ns = s->first_sent_ns;
	best->delivered_ns = s->delivered_ns;
	best->delivered = s->delivered;
	best->is_limited = s->is_app_limited;
}

/* Sending came to rest, and nothing is lost: because nothing is left to send? */
static inline void tcp_rate_check_calm(struct tcp_conn *c, uint32_t unsent,
				       uint32_t pipe)
{
	struct tcp_rate *r = &c->active->rate;

	if (LIKELY(unsent < c->mss && pipe < c->cwnd))
		r->app_limited = max_u64(r->delivered + pipe, 1);
}

static inline void tcp_rate_check_limited(struct tcp_conn *c, uint32_t unsent)
{
	if (!c->active->sent.lost)
		tcp_rate_check_calm(c, unsent, tcp_pipe(c));
}

static inline void tcp_rate_take_rtt(struct tcp_rate *r, uint64_t rtt_ns)
{
	if (LIKELY(rtt_ns) &&
	    UNLIKELY(!r->min_rtt_ns || rtt_ns < r->min_rtt_ns))
		r->min_rtt_ns = rtt_ns;
}

/* The bubble has gone through the path. */
static inline void tcp_rate_end_bubble(struct tcp_rate *r)
{
	if (r->app_limited && r->delivered > r->app_limited)
		r->app_limited = 0;
}

static inline void tcp_rate_sample_hot(struct tcp_conn *c, struct tcp_ack *ack,
				       const struct tcp_rate_best *best)
{
	struct tcp_rate *r = &c->active->rate;
	uint64_t now = c->tcp->env->now_ns, took, octets;

	tcp_rate_take_rtt(r, ack->rtt_ns);
	r->lost += ack->lost;
	r->delivered += ack->delivered;
	tcp_rate_end_bubble(r);
	ack->rate = ack->interval_ns = 0;
	if (ack->delivered)
		r->delivered_ns = now;
	if (UNLIKELY(!best->sent_ns))
		return;
	took = max_u64(best->sent_ns - best->first_ns,
		       now - best->delivered_ns);
	octets = r->delivered - best->delivered;
	ack->prior_delivered = best->delivered;
	ack->is_app_limited = best->is_limited;
	r->first_sent_ns = best->sent_ns;
	if (UNLIKELY(!took) || UNLIKELY(took < r->min_rtt_ns))
		return;
	ack->interval_ns = took;
	ack->rate = octets * NS_PER_S / took;
}

/* tcp_tally.c */
static inline uint32_t tcp_segments(uint32_t octets, uint32_t mss)
{
	return UNLIKELY(octets > mss) ? (octets + mss - 1) / mss : 1;
}

static inline void tcp_tally_in(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_tally *t = c->tally;
	uint32_t n = 1;

	if (UNLIKELY(!t && s->size))
		t = tcp_tally_begin(c);
	if (UNLIKELY(!t))
		return;
	if (UNLIKELY(s->pkt->gso_size))
		n = tcp_segments(s->size, s->pkt->gso_size);
	t->segs_in += n;
	if (s->size)
		t->data_in += n;
}

static inline void tcp_tally_out(struct tcp_conn *c, uint32_t octets,
				 bool is_again)
{
	struct tcp_tally *t = c->tally;
	uint32_t n = tcp_segments(octets, c->mss);

	if (UNLIKELY(!t && octets))
		t = tcp_tally_begin(c);
	if (UNLIKELY(!t))
		return;
	t->segs_out += n;
	if (!octets)
		return;
	t->data_out += n;
	t->sent += octets;
	if (is_again)
		t->resent += octets;
}

static inline void tcp_tally_delivered(struct tcp_conn *c, uint32_t octets)
{
	if (LIKELY(c->tally && octets))
		c->tally->delivered += tcp_segments(octets, c->mss);
}

/* A sample that the user's laziness made low does not replace a better one. */
static inline void tcp_tally_rate(struct tcp_conn *c, const struct tcp_ack *ack)
{
	struct tcp_tally *t = c->tally;

	if (UNLIKELY(!t) || UNLIKELY(!ack->rate) ||
	    (ack->is_app_limited && ack->rate < t->rate))
		return;
	t->rate = ack->rate;
	t->rate_is_limited = ack->is_app_limited;
}

/* The number above @was whose lower half is @low. */
static inline uint64_t tcp_follow(uint64_t was, uint32_t low)
{
	return was + (uint32_t)(low - (uint32_t)was);
}

/* As Linux counts: a client's SYN is an octet, a server's is not. */
static inline uint32_t tcp_acked_low(const struct tcp_conn *c)
{
	seq32 from = seq_add(c->iss, c->flags & TCPF_PASSIVE ? 1 : 0);

	return LIKELY(c->flags & TCPF_OPENED) || seq_gt(c->snd_una, from)
		       ? seq_dist(from, c->snd_una)
		       : 0;
}

static inline uint32_t tcp_received_low(const struct tcp_conn *c)
{
	return LIKELY(c->flags & TCPF_OPENED)
		       ? seq_dist(seq_add(c->irs, 1), c->rcv_nxt)
		       : 0;
}

static inline void tcp_tally_follow(const struct tcp_conn *c,
				    struct tcp_tally *t)
{
	t->acked = tcp_follow(t->acked, tcp_acked_low(c));
	t->received = tcp_follow(t->received, tcp_received_low(c));
}

/* An acceptable ACK came, and perhaps data. */
static inline void tcp_tally_acked(struct tcp_conn *c, uint32_t now_ms)
{
	struct tcp_tally *t = c->tally;

	if (UNLIKELY(!t))
		return;
	tcp_tally_follow(c, t);
	t->ack_ms = now_ms;
}

/* Up to now the time is that of what kept us so far. */
static inline void tcp_tally_close_span(struct tcp_tally *t, uint64_t now)
{
	if (t->limit != TCP_LIMIT_NONE)
		t->limit_ns[t->limit - 1] += now - t->since_ns;
	t->since_ns = now;
}

/* All that was queued is sent: what tcp_tally_limits() would find then. */
static inline void tcp_tally_all_sent(struct tcp_conn *c)
{
	struct tcp_tally *t = c->tally;

	if (UNLIKELY(!t))
		return;
	tcp_tally_close_span(t, c->tcp->env->now_ns);
	if (!c->active->snd.count && !tcp_flight(c))
		t->limit = TCP_LIMIT_NONE;
	else if (UNLIKELY(c->flags & TCPF_WANT_OUT))
		t->limit = TCP_LIMIT_SNDBUF;
	else
		t->limit = TCP_LIMIT_OTHER;
}

#endif /* TCP_TCP_HOT_COUNT_H */
