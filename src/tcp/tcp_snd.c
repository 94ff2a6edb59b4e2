// SPDX-License-Identifier: MIT
/*
 * tcp_snd.c - what may be sent, and when
 *
 * Theory of operation
 * ===================
 *	      snd_una                       snd_nxt           snd.end
 *	   -----|-----------------------------|-----------------|---> FIN
 *	        |<-- flight, some of it lost? |                 |
 *	        |<------- snd_wnd: the peer's room -------->|
 *
 * First goes what is LOST (tcp_rexmit.c), then what is new.  The peer's window
 * counts from snd_una; cwnd, the path's room, against what is believed to be
 * in the network (tcp_pipe()).  tcp_output() sends as long as something is
 * left, both windows allow it, and it is not silly:
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
 * What can leave at once and as it is does so in tcp_fast_out.c.
 *
 * Invariant: in SYN-SENT and SYN-RECEIVED the queue begins at iss + 1 = snd_nxt
 * and nothing of it is sent.
 */

#include <errno.h>

#include "base/small.h"

#include "tcp/tcp_int.h"

/* Octets between @pos and the right edge of a window of @wnd octets. */
static uint32_t room_in(const struct tcp_conn *c, seq32 pos, uint32_t wnd)
{
	int32_t room = seq_diff(pos, seq_add(c->snd_una, wnd));

	return room > 0 ? (uint32_t)room : 0;
}

/* Octets that the path has room for.  What the peer has, though it lies beyond
 * a hole, is not in the network any more: so the first duplicate ACKs each
 * release a new segment (RFC 3042). */
static uint32_t path_room(const struct tcp_conn *c)
{
	uint32_t pipe = tcp_pipe(c);

	return c->cwnd > pipe ? c->cwnd - pipe : 0;
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
 * next_segment() - What to transmit at snd_nxt
 * @force:	Send a small one, too
 *
 * Return: whether there is something
 */
static bool next_segment(struct tcp_conn *c, struct tcp_out *o, bool force)
{
	seq32 pos = c->snd_nxt;
	uint32_t avail = unsent(c, pos), len;
	uint32_t wnd = room_in(c, pos, c->snd_wnd);
	uint32_t cwnd = path_room(c);
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
	if (!force)
		len = not_silly(c, len, avail, fin);
	fin = fin && len == avail;
	*o = (struct tcp_out){.seq = pos, .len = len, .fin = fin};
	return len || fin;
}

/* Would more leave if only cwnd were larger? */
static bool is_cwnd_limited(const struct tcp_conn *c)
{
	seq32 pos = c->snd_nxt;
	uint32_t room = path_room(c);

	return room < c->mss &&
	       room < min_u32(unsent(c, pos), room_in(c, pos, c->snd_wnd));
}

/* Send one piece at snd_nxt.  Returns whether to go on. */
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
		tcp_snd_advance(c, taken, tcp_ms(c->tcp));
		tcp_pace_sent(c, taken);
	}
	return !err;
}

/* Is it too early for the next burst?  Then a timer calls again. */
bool tcp_must_wait(struct tcp_conn *c)
{
	uint64_t at_ns;

	if (tcp_pace_allows(c, &at_ns))
		return false;
	tcp_timer_set(c, TCP_T_PACE, at_ns);
	return true;
}

/* A segment to try the path with goes before the others (tcp_mtup.c). */
static void send_mtu_probe(struct tcp_conn *c)
{
	struct tcp_out o;
	uint32_t taken;
	int err;

	if (!tcp_mtup_wants(c, &o) || tcp_must_wait(c))
		return;
	err = tcp_out_data(c, &o, &taken);
	if (!taken)
		return;
	tcp_mtup_sent(c, &o, err == -EMSGSIZE ? err : 0);
	if (err != -EMSGSIZE)
		tcp_snd_advance(c, taken, tcp_ms(c->tcp));
}

static void send_queue(struct tcp_conn *c, bool force)
{
	struct tcp_out o;

	if (!unsent(c, c->snd_nxt) && !fin_is_due(c, c->snd_nxt)) {
		tcp_rate_check_limited(c, 0);
		return;
	}
	tcp_cwv_restart(c);
	send_mtu_probe(c);
	while (next_segment(c, &o, force) && !tcp_must_wait(c) &&
	       send_piece(c, &o))
		force = false;
	tcp_cwv_sent(c, is_cwnd_limited(c), tcp_ms(c->tcp));
	tcp_rate_check_limited(c, unsent(c, c->snd_nxt));
}

/* Retransmission while something is under way, else persist. */
static void update_send_timer(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	seq32 pos = c->snd_nxt;
	bool is_set = tcp_timer_is_set(c, TCP_T_SEND);

	if (tcp_flight(c)) {
		if (!is_set || !a->is_probing || c->snd_wnd)
			tcp_send_timer_arm(c);
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

/* After a timeout that may have been a mistake new octets go first, if there
 * is room for them (tcp_undo.c). */
static void send_all(struct tcp_conn *c)
{
	struct tcp_undo *u = &c->active->undo;

	if (u->new_first) {
		u->new_first = false;
		send_queue(c, true);
		if (seq_gt(c->snd_nxt, c->active->recover))
			return;
		u->frto = false;
	}
	if (c->active->sent.lost)
		tcp_resend_lost(c);
	send_queue(c, false);
}

/* One new segment, whatever cwnd says (tcp_tlp.c).  Returns whether. */
bool tcp_send_probe(struct tcp_conn *c)
{
	seq32 pos = c->snd_nxt;
	uint32_t avail = unsent(c, pos);
	uint32_t len = min_u32(avail, room_in(c, pos, c->snd_wnd));
	struct tcp_out o = {.seq = pos, .len = min_u32(len, c->mss)};

	o.fin = fin_is_due(c, pos) && o.len == avail &&
		room_in(c, pos, c->snd_wnd) > o.len;
	return (o.len || o.fin) && send_piece(c, &o);
}

/* Is there nothing to send but an ACK, and nothing to repeat?  (Of ten segments
 * of a short connection five come to such an end: 110 instructions less each.)
 */
static bool has_nothing(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return seq_eq(c->snd_nxt, a->snd.end) && !c->tcp->is_slow &&
	       TCP_STATE_IN(c, TCP_IN(ESTABLISHED) | TCP_IN(CLOSE_WAIT)) &&
	       !(c->flags & TCPF_SND_CLOSED) &&
	       !(a->sent.lost | a->undo.new_first | a->is_probing);
}

void tcp_output(struct tcp_conn *c)
{
	if (HAS_SHORT_WAYS && has_nothing(c)) {
		if (c->active->ack_now)
			tcp_out_ack(c);
		tcp_stay_quiet(c, tcp_pipe(c));
	} else if (!HAS_SHORT_WAYS || !tcp_fast_output(c)) {
		tcp_output_far(c);
	}
}

void tcp_output_far(struct tcp_conn *c)
{
	if (TCP_STATE_IN(c, TCP_SENDS) || tcp_is_fast(c))
		send_all(c);
	if (c->active->ack_now)
		tcp_out_ack(c);
	update_send_timer(c);
	tcp_tally_limits(c);
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
		tcp_snd_advance(c, taken, tcp_ms(c->tcp));
		tcp_sent_last(c)->flags |= TCP_SENT_AGAIN; /* no round trip */
	}
}

/* Once more without an answer. */
void tcp_count_try(struct tcp_conn *c)
{
	if (c->active->tries < UINT8_MAX)
		c->active->tries++;
}

static unsigned int orphan_tries(const struct tcp_conn *c)
{
	uint32_t n = c->tcp->knobs.orphan_retries;

	return n ? n : TCP_TRIES_ORPHAN;
}

/* A time that the peer asked for is what counts then, not how often. */
static bool is_tried_enough(const struct tcp_conn *c)
{
	uint32_t tries = c->active->tries;

	if (c->flags & TCPF_ORPHAN)
		return tries >= orphan_tries(c);
	return tries >= c->tcp->knobs.retries2 && !tcp_uto_rules(c);
}

/* An orphan's peer that answers, but never opens its window, is not waited
 * for: nobody will miss the connection. */
static bool is_hopeless(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	if (tcp_user_timed_out(c) || is_tried_enough(c))
		return true;
	return c->flags & TCPF_ORPHAN && !c->snd_wnd &&
	       a->backoff >= min_u32(orphan_tries(c), TCP_BACKOFF_MAX);
}

/* Something was held back while nothing was under way.  If it cannot even be
 * sent now, for lack of memory, that is no better than no answer. */
static void send_what_fits(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	a->is_probing = false;
	send_queue(c, true);
	if (!tcp_flight(c)) {
		tcp_count_try(c);
		a->backoff = (uint8_t)min_u32(a->backoff + 1U, TCP_BACKOFF_MAX);
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
	if (!a->is_probing && tcp_flight(c) && a->wait != TCP_WAIT_RTO) {
		if (a->wait == TCP_WAIT_PROBE)
			tcp_tlp_fire(c);
		else
			tcp_loss_late(c);
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
	tcp_stall_note(c);
	if (tcp_stall_reap(c->tcp, c) && c->end.state == TCPS_CLOSED)
		return;
	send_window_probe(c);
	tcp_count_try(c);
	a->backoff = (uint8_t)min_u32(a->backoff + 1U, TCP_BACKOFF_MAX);
	a->is_probing = true;
	tcp_timer_set_in(c, TCP_T_SEND,
			 min_u64(tcp_rto_ns(c), TCP_PERSIST_MAX_NS));
}

/* The octet that asked for the window will go again: make a segment of it. */
static void fill_probe(struct tcp_conn *c)
{
	struct tcp_sent *s = tcp_sent_last(c);
	uint32_t n = min_u32(unsent(c, c->snd_nxt), c->snd_wnd - 1);

	if (tcp_flight(c) != 1 || !(s->flags & TCP_SENT_LOST))
		return;
	n = min_u32(n, c->mss - 1U);
	tcp_sent_grow(c, s, n);
	c->snd_nxt = seq_add(c->snd_nxt, n);
	c->active->small = n < c->mss - 1U ? c->snd_nxt : c->snd_una;
}

/* The peer's window opened after it was shut (see send_window_probe()). */
void tcp_window_opened(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	a->backoff = 0;
	tcp_stall_end(c);
	if (tcp_flight(c)) {
		tcp_loss_all(c);
		fill_probe(c);
	}
	tcp_timer_stop(c, TCP_T_SEND);
}
