// SPDX-License-Identifier: MIT
/*
 * tcp_snd.c - what may be sent, and when
 *
 * Theory of operation
 * ===================
 *	      snd_una        resend         snd_nxt           snd.end
 *	   -----|--------------|--------------|-----------------|---> FIN
 *	        |<-- flight, some of it lost? |                 |
 *	        |<------- snd_wnd: the peer's room -------->|
 *	        |<------- cwnd: the path's room ------->|
 *
 * `resend` is the next octet to transmit.  It equals snd_nxt except after a
 * timeout, when all that is under way is taken for lost and is walked over
 * again.  tcp_output() sends from there as long as something is left, both
 * windows allow it, and it is not silly:
 *
 *   - a full segment may always go
 *   - the last, partial one may go if no other partial one is under way, or
 *     the user asked for no delay, or a FIN goes with it.  (This is Nagle's
 *     rule, RFC 9293, 3.7.4, in the milder form that is usual: a write of
 *     several segments need not wait for its own tail.)
 *   - a piece that only the window made small may go if it is half of the
 *     largest window seen (sender's silly window avoidance, 3.8.6.2.1)
 *
 * What is held back while nothing is under way needs a timer, for no ACK will
 * come to release it: the persist timer.  If the window is shut it sends one
 * octet, or the FIN, to see whether it still is (3.8.6.1); if the piece was
 * only too small, it sends it.
 *
 * Invariant: in SYN-SENT and SYN-RECEIVED the queue begins at iss + 1 = snd_nxt
 * and nothing of it is sent.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

/* Octets between @pos and the right edge of a window of @wnd octets. */
static uint32_t room_in(const struct tcp_conn *c, seq32 pos, uint32_t wnd)
{
	int32_t room = seq_diff(pos, seq_add(c->snd_una, wnd));

	return room > 0 ? (uint32_t)room : 0;
}

/* RFC 3042: the first two duplicate ACKs each release one new segment. */
static uint32_t cwnd_now(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	uint32_t extra = 0;

	if (a->ca == TCP_CA_OPEN && a->dupacks < TCP_DUPACKS)
		extra = a->dupacks * c->mss;
	return c->cwnd + extra;
}

/* Octets of the queue from @pos on; none when the FIN was sent. */
static uint32_t unsent(const struct tcp_conn *c, seq32 pos)
{
	int32_t n = seq_diff(pos, c->active->snd.end);

	return n > 0 ? (uint32_t)n : 0;
}

/* Is a FIN to be sent at or after @pos? */
static bool fin_is_due(const struct tcp_conn *c, seq32 pos)
{
	return c->flags & TCPF_SND_CLOSED && seq_leq(pos, c->active->snd.end);
}

static bool is_held(const struct tcp_conn *c)
{
	return c->flags & (TCPF_CORK | TCPF_MORE);
}

/* May the rest of the queue, less than a segment, go now? */
static bool may_send_rest(const struct tcp_conn *c, bool fin)
{
	if (fin || tcp_urg_is_sending(c))
		return true;
	if (is_held(c))
		return false;
	return c->flags & TCPF_NODELAY || seq_leq(c->active->small, c->snd_una);
}

/* How much of @len octets to send now, 0: none; @fin: a FIN can go along. */
static uint32_t not_silly(const struct tcp_conn *c, uint32_t len,
			  uint32_t avail, bool fin)
{
	uint32_t rest = len % c->mss;

	if (!rest)
		return len;
	if (len == avail ? may_send_rest(c, fin)
			 : len < c->mss && len >= c->max_snd_wnd / 2)
		return len;
	return len - rest;
}

/**
 * next_segment() - What to transmit at a->resend
 * @force:	Send a small one, too
 *
 * Return: whether there is something
 */
static bool next_segment(struct tcp_conn *c, struct tcp_out *o, bool force)
{
	struct tcp_active *a = c->active;
	seq32 pos = a->resend;
	uint32_t avail = unsent(c, pos), len;
	uint32_t wnd = room_in(c, pos, c->snd_wnd);
	uint32_t cwnd = room_in(c, pos, cwnd_now(c));
	bool fin = fin_is_due(c, pos);

	if (!avail && !fin)
		return false;
	/* One packet: several segments, or one that is larger than these. */
	len = min_u32(min_u32(avail, wnd), min_u32(cwnd, tcp_pace_burst(c)));
	if (tcp_urg_is_sending(c))
		len = min_u32(len, c->mss); /* each has its own pointer */
	fin = fin && len == avail && wnd > len;
	if (len > c->mss && len < avail)
		len -= len % c->mss;
	if (!force && !seq_lt(pos, c->snd_nxt))
		len = not_silly(c, len, avail, fin);
	fin = fin && len == avail;
	*o = (struct tcp_out){.seq = pos, .len = len, .fin = fin};
	return len || fin;
}

/* Would more leave if only cwnd were larger? */
static bool is_cwnd_limited(const struct tcp_conn *c)
{
	seq32 pos = c->active->resend;
	uint32_t room = room_in(c, pos, cwnd_now(c));

	return room < c->mss &&
	       room < min_u32(unsent(c, pos), room_in(c, pos, c->snd_wnd));
}

static void advance(struct tcp_conn *c, seq32 to)
{
	struct tcp_active *a = c->active;
	struct tcp_sent *s;

	if (!tcp_flight(c))
		a->stall_ns = c->tcp->env->now_ns;
	a->resend = to;
	if (seq_gt(to, c->snd_nxt)) {
		if (seq_dist(c->snd_nxt, to) % c->mss)
			a->small = to;
		tcp_rtt_start(c, c->snd_nxt);
		s = tcp_sent_push(c, c->snd_nxt, to);
		tcp_rate_on_send(c, s);
		c->snd_nxt = to;
	}
	c->snd_ms = tcp_ms(c->tcp);
}

/* Send one piece at a->resend.  Returns whether to go on. */
static bool send_piece(struct tcp_conn *c, const struct tcp_out *o)
{
	uint16_t mss = c->mss;
	uint32_t taken;
	int err = tcp_out_data(c, o, &taken);

	if (err == -EMSGSIZE) {
		/* The path is narrower than we thought. */
		tcp_mss_update(c);
		return c->mss < mss;
	}
	if (taken) {
		advance(c, seq_add(o->seq, taken));
		tcp_pace_sent(c, taken);
	}
	return !err;
}

/* Is it too early for the next burst?  Then a timer calls again. */
static bool must_wait(struct tcp_conn *c)
{
	uint64_t at_ns;

	if (tcp_pace_allows(c, &at_ns))
		return false;
	tcp_timer_set(c, TCP_T_PACE, at_ns);
	return true;
}

static void send_queue(struct tcp_conn *c, bool force)
{
	struct tcp_out o;

	if (!unsent(c, c->active->resend) &&
	    !fin_is_due(c, c->active->resend)) {
		tcp_rate_check_limited(c, 0);
		return;
	}
	tcp_cwv_restart(c);
	while (next_segment(c, &o, force) && !must_wait(c) && send_piece(c, &o))
		force = false;
	tcp_cwv_sent(c, is_cwnd_limited(c));
	tcp_rate_check_limited(c, unsent(c, c->active->resend));
}

/* Retransmission while something is under way, else persist. */
static void update_send_timer(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	seq32 pos = a->resend;
	bool is_set = tcp_timer_is_set(c, TCP_T_SEND);

	if (tcp_flight(c)) {
		if (is_set && a->is_probing && !c->snd_wnd)
			return;
		if (!is_set || a->is_probing)
			tcp_timer_set_in(c, TCP_T_SEND, tcp_rto_ns(c));
		a->is_probing = false;
		return;
	}
	if (!TCP_STATE_IN(c, TCP_SENDS) || tcp_timer_is_set(c, TCP_T_PACE) ||
	    (!unsent(c, pos) && !fin_is_due(c, pos))) {
		tcp_timer_stop(c, TCP_T_SEND);
		a->is_probing = false;
		return;
	}
	if (is_set && a->is_probing)
		return;
	a->is_probing = true;
	tcp_timer_set_in(c, TCP_T_SEND,
			 c->snd_wnd
				 ? TCP_OVERRIDE_NS
				 : min_u64(tcp_rto_ns(c), TCP_PERSIST_MAX_NS));
}

/* SND.UNA moved on: what lies behind must not be compared with it any more,
 * or it would lie ahead again when numbers have wrapped. */
void tcp_snd_acked(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	a->small = seq_max(a->small, c->snd_una);
	a->urg.up = seq_max(a->urg.up, c->snd_una);
}

void tcp_output(struct tcp_conn *c)
{
	if (TCP_STATE_IN(c, TCP_SENDS) || tcp_is_fast(c))
		send_queue(c, false);
	if (c->active->ack_now)
		tcp_out_ack(c);
	update_send_timer(c);
}

void tcp_resend_first(struct tcp_conn *c, enum reason why)
{
	struct tcp_active *a = c->active;
	uint32_t avail = unsent(c, c->snd_una), taken;
	struct tcp_out o = {.seq = c->snd_una, .why = why};

	o.len = min_u32(avail, c->mss);
	o.len = min_u32(o.len, tcp_flight(c));
	o.fin = o.len == avail && seq_gt(c->snd_nxt, a->snd.end);
	if (tcp_out_data(c, &o, &taken) == -EMSGSIZE)
		tcp_mss_update(c);
}

/*
 * The window is shut: send one octet beyond it, or the FIN (RFC 9293,
 * 3.8.6.1).  It may be taken, so it counts as sent; if it is not, it is the
 * first to be sent again when the window opens.
 */
static void send_window_probe(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	bool first = !tcp_flight(c);
	uint32_t taken;
	struct tcp_out o = {.seq = c->snd_una, .why = R_TCP_WINDOW_PROBE};

	PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_PERSIST, NULL,
		    EVF_NUM("tries", a->tries),
		    EVF_NUM("waiting", tcp_queue_len(&a->snd)),
		    EVF_NUM("backoff", a->backoff));
	o.len = min_u32(unsent(c, o.seq), 1);
	o.fin = !o.len && fin_is_due(c, o.seq);
	if (!o.len && !o.fin)
		return;
	c->tcp->stats.probes++;
	if (!tcp_out_data(c, &o, &taken) && first && taken) {
		advance(c, seq_add(o.seq, taken));
		tcp_rtt_forget(c);
	}
}

static unsigned int tries_max(const struct tcp_conn *c)
{
	return c->flags & TCPF_ORPHAN ? TCP_TRIES_ORPHAN : TCP_TRIES_DATA;
}

/* An orphan's peer that answers, but never opens its window, is not waited
 * for: nobody will miss the connection. */
static bool is_hopeless(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	if (tcp_user_timed_out(c) || a->tries >= tries_max(c))
		return true;
	return c->flags & TCPF_ORPHAN && !c->snd_wnd &&
	       a->backoff >= TCP_TRIES_ORPHAN;
}

/* Something was held back while nothing was under way.  If it cannot even be
 * sent now, for lack of memory, that is no better than no answer. */
static void send_what_fits(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	a->is_probing = false;
	send_queue(c, true);
	if (!tcp_flight(c)) {
		a->tries++;
		a->backoff = (uint8_t)min_u32(a->backoff + 1U, 20);
	}
	update_send_timer(c);
}

void tcp_on_send_timer(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	if (TCP_STATE_IN(c, TCP_IN(SYN_SENT) | TCP_IN(SYN_RCVD))) {
		tcp_open_timeout(c);
		return;
	}
	if (is_hopeless(c)) {
		tcp_give_up(c);
		return;
	}
	if (c->snd_wnd && !tcp_flight(c)) {
		send_what_fits(c);
		return;
	}
	if (c->snd_wnd) {
		tcp_loss_timeout(c);
		return;
	}
	send_window_probe(c);
	a->tries++;
	a->backoff = (uint8_t)min_u32(a->backoff + 1U, 20);
	a->is_probing = true;
	tcp_timer_set_in(c, TCP_T_SEND,
			 min_u64(tcp_rto_ns(c), TCP_PERSIST_MAX_NS));
}

/* The peer's window opened after it was shut (see send_window_probe()). */
void tcp_window_opened(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	a->backoff = 0;
	if (tcp_flight(c))
		a->resend = c->snd_una;
	tcp_timer_stop(c, TCP_T_SEND);
}
