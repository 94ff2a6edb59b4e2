// SPDX-License-Identifier: MIT
/*
 * tcp_tally.c - what a connection has done so far, for who asks (TCP_INFO)
 *
 * Theory of operation
 * ===================
 * Numbers that nothing in TCP depends on, but that tell a person why a
 * connection is slow: how much went where, and what it waited for.  They live
 * in a block of their own that is made with the first data, so that a
 * connection that only stands does not carry them, and packed while nobody
 * speaks (tcp_rest.c); who has a million that have spoken once can turn them
 * off (knobs.tally).
 *
 * While something waits to be sent or acknowledged, the sender is busy, and the
 * time goes to what holds it back: the peer's window, if there is data that
 * does not fit in; the send buffer, if all was sent and the user waits for
 * room; otherwise the path, or nobody.
 *
 * Octets acknowledged and received are read off the sequence numbers, and so
 * are right even if there was no memory for this block, up to 4 GB.
 *
 * Sources: RFC 9293, 3.10.6.
 */

#include "tcp/tcp_int.h"

/* What the handshake took: a client has sent SYN and ACK and got a SYN-ACK; a
 * server has got a SYN, and the ACK unless that is the present segment. */
static uint32_t handshake_out(const struct tcp_conn *c)
{
	return c->flags & TCPF_PASSIVE ? 0 : 2;
}

static uint32_t handshake_in(const struct tcp_conn *c)
{
	bool is_now = c->end.state == TCPS_SYN_RCVD;

	return c->flags & TCPF_PASSIVE && !is_now ? 2 : 1;
}

struct tcp_tally *tcp_tally_begin(struct tcp_conn *c)
{
	struct tcp_tally *t;

	if (!c->tcp->knobs.tally)
		return NULL;
	t = pool_get_zeroed(&c->tcp->tally_pool);
	c->tally = t;
	if (!t)
		return NULL;
	t->segs_out = handshake_out(c);
	t->segs_in = handshake_in(c);
	t->delivered = 1; /* the SYN */
	t->full_ms = tcp_ms(c->tcp);
	t->since_ns = c->tcp->env->now_ns;
	t->is_seldom = c->flags & TCPF_TS &&
		       tcp_rest_is_seldom(c->tcp, c->ts_recent_ms);
	return t;
}

void tcp_tally_rto(struct tcp_conn *c, uint64_t rto_ns)
{
	struct tcp_tally *t = c->tally;

	if (!t)
		return;
	t->rtos++;
	t->rto_ms += (uint32_t)(rto_ns / NS_PER_MS);
	if (!c->active->backoff)
		t->rto_recoveries++;
}

static enum tcp_limit limit_of(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	int32_t unsent = seq_diff(c->snd_nxt, a->snd.end);
	int32_t room = seq_diff(c->snd_nxt, seq_add(c->snd_una, c->snd_wnd));

	if (!a->snd.count && !tcp_flight(c))
		return TCP_LIMIT_NONE;
	if (unsent > 0 && room < unsent && room < (int32_t)c->mss &&
	    tcp_pipe(c) + c->mss <= c->cwnd)
		return TCP_LIMIT_RWND;
	if (unsent <= 0 && c->flags & TCPF_WANT_OUT)
		return TCP_LIMIT_SNDBUF;
	return TCP_LIMIT_OTHER;
}

/* Something has changed: to whom goes the time from now on? */
void tcp_tally_limits(struct tcp_conn *c)
{
	struct tcp_tally *t = c->tally;

	if (!t)
		return;
	tcp_tally_close_span(t, c->tcp->env->now_ns);
	t->limit = (uint8_t)limit_of(c);
}

/* The busy part goes: keep what it knew. */
void tcp_tally_rest(struct tcp_conn *c)
{
	struct tcp_tally *t = c->tally;

	if (!t)
		return;
	tcp_tally_close_span(t, c->tcp->env->now_ns);
	check(!c->active->snd.count && !tcp_flight(c));
	t->limit = TCP_LIMIT_NONE;
	t->since_ns = 0;
	tcp_tally_follow(c, t);
	if (c->active->rack.least_us)
		t->min_rtt_us = c->active->rack.least_us;
	tcp_rest_begin(c);
}

static void fill_times(const struct tcp_conn *c, const struct tcp_tally *t,
		       struct tcp_info *info)
{
	uint64_t busy = 0, spent;
	int i;

	for (i = TCP_LIMIT_OTHER; i < TCP_LIMITS; i++) {
		spent = t->limit_ns[i - 1];
		if (i == t->limit)
			spent += c->tcp->env->now_ns - t->since_ns;
		busy += spent;
		if (i == TCP_LIMIT_RWND)
			info->rwnd_limited_us = spent / NS_PER_US;
		if (i == TCP_LIMIT_SNDBUF)
			info->sndbuf_limited_us = spent / NS_PER_US;
	}
	info->busy_us = busy / NS_PER_US;
}

static void fill_counts(const struct tcp_tally *t, struct tcp_info *info)
{
	info->bytes_sent = t->sent;
	info->bytes_retrans = t->resent;
	info->segs_in = t->segs_in;
	info->segs_out = t->segs_out;
	info->data_segs_in = t->data_in;
	info->data_segs_out = t->data_out;
	info->delivered = t->delivered;
	info->delivered_ce = t->delivered_ce;
	info->dsack_dups = t->dsacks;
	info->reord_seen = t->reorders;
	info->rcv_ooopack = t->out_of_order;
	info->min_rtt_us = t->min_rtt_us;
	info->delivery_rate = t->rate;
	info->rate_is_app_limited = t->rate_is_limited;
	info->rtos = t->rtos;
	info->rto_recoveries = t->rto_recoveries;
	info->rto_time_ms = t->rto_ms;
}

void tcp_tally_fill(const struct tcp_conn *c, struct tcp_info *info)
{
	struct tcp_tally copy;
	const struct tcp_tally *t = tcp_rest_look(c, &copy);
	uint32_t least_us = c->active ? c->active->rack.least_us : 0;

	info->bytes_acked = tcp_follow(t ? t->acked : 0, tcp_acked_low(c));
	info->bytes_received =
		tcp_follow(t ? t->received : 0, tcp_received_low(c));
	if (c->flags & TCPF_OPENED) {
		info->segs_out = handshake_out(c);
		info->segs_in = handshake_in(c);
		info->delivered = 1;
	}
	if (t) {
		fill_counts(t, info);
		fill_times(c, t, info);
		info->last_ack_ms = tcp_ms(c->tcp) - t->ack_ms;
	}
	if (least_us)
		info->min_rtt_us = least_us;
}
