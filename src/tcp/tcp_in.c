// SPDX-License-Identifier: MIT
/*
 * tcp_in.c - what to do with a segment that has arrived
 *
 * Theory of operation
 * ===================
 * RFC 9293, 3.10.7.4, gives the processing of a segment as a list of checks
 * in a fixed order.  Each check is a function here, of the same name in the
 * same order; it looks at the segment, may change the connection, and says
 * how to go on.  Order is the design: a step may rely on all steps above it.
 *
 * A stranger can send anything, so a step believes only what the steps above
 * have established.  The timestamp is remembered, the window taken, a reset
 * obeyed only when the numbers show that the sender sees our side of the
 * conversation; where they show that he only nearly does, he is challenged
 * with an ACK, which tells a true peer how things stand and a forger nothing
 * (RFC 5961).
 *
 * CLOSED, LISTEN and SYN-SENT do not follow the list: tcp_open.c.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

static enum tcp_verdict refuse(struct tcp_seg *s, enum tcp_verdict v,
			       enum drop why)
{
	s->drop = why;
	return v;
}

static bool ts_recent_is_stale(const struct tcp_conn *c)
{
	return tcp_ms(c->tcp) - c->ts_recent_ms > TCP_PAWS_IDLE_MS;
}

/* Octets that came not long ago; the peer is told of them (RFC 2883, 4). */
static bool is_old_text(const struct tcp_conn *c, const struct tcp_seg *s)
{
	return s->size &&
	       seq_in(s->seq, seq_sub(c->rcv_nxt, TCP_BUF_MAX), TCP_BUF_MAX);
}

static void note_old_text(struct tcp_conn *c, const struct tcp_seg *s)
{
	seq32 end = seq_add(s->seq, s->size);

	if (!is_old_text(c, s))
		return;
	tcp_sack_note_dup(c, s->seq, seq_min(end, c->rcv_nxt));
	tcp_quick_again(c, UINT8_MAX);
}

/* Before all: a timestamp from the past marks a duplicate from the past (PAWS,
 * RFC 7323, 5.3), and one that is missing a segment of somebody else. */
static enum tcp_verdict in_paws(struct tcp_conn *c, struct tcp_seg *s)
{
	if (!(c->flags & TCPF_TS) || s->h.flags & TCP_RST)
		return TCP_NEXT;
	if (!(s->o.has & TCP_HAS_TIMESTAMP))
		return refuse(s, TCP_DROP, DROP_tcp_no_ts);
	if ((int32_t)(s->o.ts_val - c->ts_recent) >= 0 || ts_recent_is_stale(c))
		return TCP_NEXT;
	note_old_text(c, s);
	s->why = R_TCP_ACK_OLD;
	return refuse(s, s->len ? TCP_ACK_DROP : TCP_CHALLENGE, DROP_tcp_paws);
}

/* The table of RFC 9293, 3.4. */
bool tcp_seq_is_acceptable(seq32 seq, uint32_t len, seq32 nxt, uint32_t wnd)
{
	if (!wnd)
		return !len && seq_eq(seq, nxt);
	if (seq_in(seq, nxt, wnd))
		return true;
	return len && seq_in(seq_add(seq, len - 1), nxt, wnd);
}

/* RFC 7323, 4.3: the timestamp to echo is that of the segment that the last
 * ACK was sent for, or of a later copy of it. */
static void take_timestamp(struct tcp_conn *c, const struct tcp_seg *s)
{
	if (!(c->flags & TCPF_TS) || !(s->o.has & TCP_HAS_TIMESTAMP))
		return;
	if ((int32_t)(s->o.ts_val - c->ts_recent) < 0 && !ts_recent_is_stale(c))
		return;
	c->ts_recent = s->o.ts_val;
	c->ts_recent_ms = tcp_ms(c->tcp);
}

/* Is the acknowledgement one that a true peer could send (RFC 5961, 5.2)? */
static bool ack_is_possible(const struct tcp_conn *c, seq32 ack)
{
	return seq_leq(ack, c->snd_nxt) &&
	       seq_geq(ack, seq_sub(c->snd_una, c->max_snd_wnd));
}

static __attribute__((noinline)) enum tcp_verdict seq_is_bad(struct tcp_conn *c,
							     struct tcp_seg *s)
{
	bool is_old = seq_leq(seq_add(s->seq, s->len), c->rcv_nxt);

	if (s->h.flags & TCP_RST)
		return refuse(s, TCP_DROP, DROP_tcp_rst_bad);
	if (tcp_is_fast(c) && (s->h.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
	    seq_eq(s->seq, c->irs)) {
		tcp_out_syn(c, R_TCP_SYN_ACK_AGAIN);
		return refuse(s, TCP_DROP, DROP_tcp_dup);
	}
	/* Our ACK of it was lost.  The next one must tell this copy from the
	 * first, or the sender takes the time between them for a round trip. */
	if (s->len && seq_eq(seq_add(s->seq, s->len), c->rcv_nxt) &&
	    s->h.flags & TCP_ACK && ack_is_possible(c, s->h.ack))
		take_timestamp(c, s);
	note_old_text(c, s);
	/* Data is answered at once, for the sender waits; empty segments only
	 * so often, or two ends that disagree would answer each other for
	 * ever. */
	s->why = R_TCP_ACK_OLD;
	return refuse(s,
		      s->size || s->h.flags & TCP_FIN ? TCP_ACK_DROP
						      : TCP_CHALLENGE,
		      s->len && is_old ? DROP_tcp_dup : DROP_tcp_seq);
}

/* First, check sequence number. */
static enum tcp_verdict in_seq(struct tcp_conn *c, struct tcp_seg *s)
{
	if (tcp_seq_is_acceptable(s->seq, s->len, c->rcv_nxt, tcp_rcv_wnd(c)))
		return TCP_NEXT;
	return seq_is_bad(c, s);
}

static int reset_error(const struct tcp_conn *c)
{
	if (c->end.state == TCPS_SYN_RCVD && !tcp_is_fast(c))
		return ECONNREFUSED;
	return c->end.state == TCPS_CLOSE_WAIT ? EPIPE : ECONNRESET;
}

static void obey_rst(struct tcp_conn *c)
{
	struct endpoint remote = tcp_remote(c);

	PROBE_CAUSE(&c->tcp->stack->place, EV_NOTE, R_TCP_RESET_BY_PEER, NULL,
		    EVF_EP("remote", &remote));
	c->tcp->stats.estab_resets++;
	tcp_conn_closed(c, reset_error(c));
}

/* Second, check the RST bit: only an exact match resets (RFC 5961, 3.2). */
static enum tcp_verdict in_rst(struct tcp_conn *c, struct tcp_seg *s)
{
	if (!(s->h.flags & TCP_RST))
		return TCP_NEXT;
	if (!seq_eq(s->seq, c->rcv_nxt))
		return refuse(s, TCP_CHALLENGE, DROP_tcp_rst_bad);
	obey_rst(c);
	return TCP_DONE;
}

/* Third, check security: there is none. */

/* Fourth, check the SYN bit (RFC 5961, 4.2). */
static enum tcp_verdict in_syn(struct tcp_conn *c, struct tcp_seg *s)
{
	(void)c;
	if (!(s->h.flags & TCP_SYN))
		return TCP_NEXT;
	return refuse(s, TCP_CHALLENGE, DROP_tcp_syn_bad);
}

bool tcp_fin_is_acked(const struct tcp_conn *c)
{
	return c->flags & TCPF_SND_CLOSED &&
	       seq_eq(c->snd_una, seq_add(c->active->snd.end, 1));
}

/* Our FIN was acknowledged: each closing state goes on in its own way. */
static enum tcp_verdict fin_acked(struct tcp_conn *c)
{
	if (c->end.state == TCPS_FIN_WAIT_1) {
		tcp_set_state(c, TCPS_FIN_WAIT_2);
		tcp_fin_wait_2(c);
		return c->end.state == TCPS_CLOSED ? TCP_DONE : TCP_NEXT;
	} else if (c->end.state == TCPS_CLOSING) {
		tcp_conn_time_wait(c);
		return TCP_DONE;
	} else if (c->end.state == TCPS_LAST_ACK) {
		tcp_conn_closed(c, 0);
		return TCP_DONE;
	}
	return TCP_NEXT;
}

/* Fifth, check the ACK field. */
static enum tcp_verdict in_ack(struct tcp_conn *c, struct tcp_seg *s)
{
	if (!(s->h.flags & TCP_ACK))
		return refuse(s, TCP_DROP, DROP_tcp_no_ack);
	if (c->end.state == TCPS_SYN_RCVD) {
		if (seq_leq(s->h.ack, c->snd_una) ||
		    seq_gt(s->h.ack, c->snd_nxt))
			return refuse(s, TCP_RESET, DROP_tcp_ack_bad);
		tcp_established(c, s);
	}
	if (!ack_is_possible(c, s->h.ack))
		return refuse(s, TCP_CHALLENGE, DROP_tcp_ack_bad);
	tcp_ack_take(c, s);
	if (!c->snd_wnd)
		c->active->tries = 0; /* it answers our probes */
	if (seq_geq(s->h.ack, c->snd_una))
		tcp_in_window(c, s);
	tcp_snd_acked(c);
	tcp_tally_acked(c, tcp_ms(c->tcp));
	if (c->flags & TCPF_WANT_OUT)
		tcp_writable(c);
	return tcp_fin_is_acked(c) ? fin_acked(c) : TCP_NEXT;
}

/* Now the peer is known to be the peer: believe its clock (RFC 7323, 4.3). */
static enum tcp_verdict in_ts_recent(struct tcp_conn *c, struct tcp_seg *s)
{
	struct tcp_active *a = c->active;

	a->heard_ns = c->tcp->env->now_ns;
	a->keep_sent = 0;
	c->soft = 0; /* whatever ICMP said, it is over */
	if (seq_leq(s->seq, a->ack_sent))
		take_timestamp(c, s);
	if (c->flags & (TCPF_ECN | TCPF_ACCECN))
		tcp_ecn_in(c, s);
	if (s->o.has & TCP_HAS_UTO)
		tcp_uto_in(c, s);
	return TCP_NEXT;
}

/* Sixth, check the URG bit: tcp_urg.c. */
static enum tcp_verdict in_urg(struct tcp_conn *c, struct tcp_seg *s)
{
	if (s->h.flags & TCP_URG || c->active->urg.state == TCP_URG_NOTYET)
		tcp_in_urg(c, s);
	return TCP_NEXT;
}

/* Cut what lies before and behind the window, a FIN behind it included. */
static void trim_to_window(struct tcp_conn *c, struct tcp_seg *s)
{
	int32_t before = seq_diff(s->seq, c->rcv_nxt), beyond;
	uint32_t cut;

	if (before > 0) {
		cut = min_u32((uint32_t)before, s->size);
		tcp_sack_note_dup(c, s->seq, seq_add(s->seq, cut));
		s->seq = seq_add(s->seq, cut);
		s->off += cut;
		s->size -= cut;
	}
	beyond = seq_diff(c->rcv_adv, seq_add(s->seq, s->size));
	if (beyond >= 0)
		s->h.flags &= (uint16_t)~TCP_FIN;
	if (beyond > 0) {
		s->size -= min_u32((uint32_t)beyond, s->size);
		tcp_ack_owed(c, R_TCP_ACK);
	}
}

/* Who closed, or shut both directions down, never reads again: better that the
 * peer learns it (RFC 2525, 2.17; RFC 9293, 3.6.1).  Who only shut down reading
 * may still read what comes, as on Linux. */
static bool nobody_will_read(const struct tcp_conn *c)
{
	return c->flags & TCPF_ORPHAN ||
	       (c->flags & TCPF_RCV_CLOSED && c->flags & TCPF_SND_CLOSED);
}

/* Seventh, process the segment text. */
static enum tcp_verdict in_text(struct tcp_conn *c, struct tcp_seg *s)
{
	if (!s->size)
		return TCP_NEXT;
	if (!TCP_STATE_IN(c, TCP_RECEIVES))
		return refuse(s, TCP_DROP, DROP_tcp_after_fin);
	if (nobody_will_read(c) &&
	    seq_gt(seq_add(s->seq, s->size), c->rcv_nxt)) {
		tcp_out_rst(c, R_TCP_RST_DATA_LOST);
		tcp_conn_closed(c, c->flags & TCPF_ORPHAN ? 0 : ECONNRESET);
		return refuse(s, TCP_DROP, DROP_tcp_closed);
	}
	trim_to_window(c, s);
	return s->size ? tcp_rcv_text(c, s) : TCP_NEXT;
}

static enum tcp_verdict take_fin(struct tcp_conn *c)
{
	c->rcv_nxt = seq_add(c->rcv_nxt, 1);
	c->rcv_adv = seq_max(c->rcv_adv, c->rcv_nxt);
	c->flags |= TCPF_FIN_RCVD;
	tcp_ooo_free(c);
	tcp_ack_owed(c, R_TCP_ACK_FIN);
	tcp_event(c, WAIT_IN | WAIT_RDHUP);
	if (c->end.state == TCPS_ESTABLISHED) {
		tcp_set_state(c, TCPS_CLOSE_WAIT);
	} else if (c->end.state == TCPS_FIN_WAIT_1) {
		tcp_set_state(c, TCPS_CLOSING);
	} else if (c->end.state == TCPS_FIN_WAIT_2) {
		tcp_out_ack(c);
		tcp_conn_time_wait(c);
		return TCP_DONE;
	}
	return TCP_NEXT;
}

/* Eighth, check the FIN bit.  One that came too early waits for its turn. */
static enum tcp_verdict in_fin(struct tcp_conn *c, struct tcp_seg *s)
{
	struct tcp_active *a = c->active;

	if (!TCP_STATE_IN(c, TCP_RECEIVES))
		return TCP_NEXT;
	if (s->h.flags & TCP_FIN && !a->has_fin) {
		a->has_fin = true;
		a->fin_seq = seq_add(s->seq, s->size);
		if (seq_lt(c->rcv_nxt, a->fin_seq))
			tcp_ack_owed(c, R_TCP_ACK_DUP);
	}
	if (a->has_fin && seq_eq(a->fin_seq, c->rcv_nxt))
		return take_fin(c);
	return TCP_NEXT;
}

/* A SYN-SENT that was answered joins in after the ACK. */
enum tcp_verdict tcp_in_rest(struct tcp_conn *c, struct tcp_seg *s)
{
	enum tcp_verdict v = in_urg(c, s);

	if (v == TCP_NEXT)
		v = in_text(c, s);
	if (v == TCP_NEXT)
		v = in_fin(c, s);
	return v;
}

/* Written out, and not a table, so that they are in line: nearly all of nearly
 * every segment's questions are a comparison. */
enum tcp_verdict tcp_in_synchronized(struct tcp_conn *c, struct tcp_seg *s)
{
	enum tcp_verdict v = in_paws(c, s);

	if (v == TCP_NEXT)
		v = in_seq(c, s);
	if (v == TCP_NEXT)
		v = in_rst(c, s);
	if (v == TCP_NEXT)
		v = in_syn(c, s);
	if (v == TCP_NEXT)
		v = in_ack(c, s);
	if (v == TCP_NEXT)
		v = in_ts_recent(c, s);
	return v == TCP_NEXT ? tcp_in_rest(c, s) : v;
}
