// SPDX-License-Identifier: MIT
/*
 * tcp_rate.c - how fast what was sent arrives
 *
 * Theory of operation
 * ===================
 * (draft-cheng-iccrg-delivery-rate-estimation.)  Each segment, when it is
 * sent, notes how much had been delivered by then, and when.  When it is
 * acknowledged, what was delivered since, over the time since, is the rate at
 * which the path delivers:
 *
 *	delivered    |                         o ACK of it
 *	             |                     _.-'|
 *	             |                 _.-'    | now delivered - s.delivered
 *	             |  s is sent  _.-'        |
 *	             |         o--'------------+
 *	             +---------|---------------|----> time
 *	                s.delivered_ns        now
 *
 * ACKs may come compressed, which would make the path look faster than it is;
 * so the time taken is the longer one of "from ACK to ACK" and "from send to
 * send".  The latter's begin is first_sent_ns: when the segment was sent that
 * gave the previous sample.
 *
 * If the sender had nothing to send at some time, the rate says what the user
 * wanted, not what the path can.  Such a bubble marks all samples until what
 * was under way then is delivered: app_limited.
 *
 * A sample over less than the least round trip is none: so short a time has
 * seen an ACK that came late, not a path that is fast.
 *
 * One ACK covers many segments; the one sent last gives the sample.
 */

#include "tcp/tcp_int.h"

void tcp_rate_on_send(struct tcp_conn *c, struct tcp_sent *s)
{
	struct tcp_rate *r = &c->active->rate;
	uint64_t now = c->tcp->env->now_ns;
	uint32_t others = tcp_pipe(c);

	if (seq_lt(s->seq, c->snd_nxt))
		others -= min_u32(others, tcp_sent_len(s));
	if (!others || !r->delivered_ns)
		r->first_sent_ns = r->delivered_ns = now;
	s->first_sent_ns = r->first_sent_ns;
	s->delivered_ns = r->delivered_ns;
	s->delivered = r->delivered;
	s->is_app_limited = r->app_limited;
}

void tcp_rate_on_delivered(struct tcp_conn *c, const struct tcp_sent *s)
{
	struct tcp_rate *r = &c->active->rate;

	if (!s->delivered_ns)
		return;
	if (r->best_ns &&
	    (s->sent_ns < r->best_ns ||
	     (s->sent_ns == r->best_ns && seq_lt(s->end, r->best_end))))
		return;
	r->best_ns = s->sent_ns;
	r->best_end = s->end;
	r->best_first_ns = s->first_sent_ns;
	r->best_delivered_ns = s->delivered_ns;
	r->best_delivered = s->delivered;
	r->best_is_limited = s->is_app_limited;
}

static void take_rtt(struct tcp_rate *r, uint64_t rtt_ns)
{
	if (rtt_ns && (!r->min_rtt_ns || rtt_ns < r->min_rtt_ns))
		r->min_rtt_ns = rtt_ns;
}

/* The bubble has gone through the path. */
static void end_bubble(struct tcp_rate *r)
{
	if (r->app_limited && r->delivered > r->app_limited)
		r->app_limited = 0;
}

void tcp_rate_sample(struct tcp_conn *c, struct tcp_ack *ack)
{
	struct tcp_rate *r = &c->active->rate;
	uint64_t now = c->tcp->env->now_ns, took, octets;

	take_rtt(r, ack->rtt_ns);
	r->lost += ack->lost;
	r->delivered += ack->delivered;
	end_bubble(r);
	ack->rate = ack->interval_ns = 0;
	if (ack->delivered)
		r->delivered_ns = now;
	if (!r->best_ns)
		return;
	took = max_u64(r->best_ns - r->best_first_ns,
		       now - r->best_delivered_ns);
	octets = r->delivered - r->best_delivered;
	ack->prior_delivered = r->best_delivered;
	ack->is_app_limited = r->best_is_limited;
	r->first_sent_ns = r->best_ns;
	r->best_ns = 0;
	if (!took || took < r->min_rtt_ns)
		return;
	ack->interval_ns = took;
	ack->rate = octets * NS_PER_S / took;
}

void tcp_rate_check_limited(struct tcp_conn *c, uint32_t unsent)
{
	struct tcp_rate *r = &c->active->rate;
	uint32_t pipe = tcp_pipe(c);

	if (unsent < c->mss && pipe < c->cwnd && !c->active->sent.lost)
		r->app_limited = max_u64(r->delivered + pipe, 1);
}
