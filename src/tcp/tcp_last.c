// SPDX-License-Identifier: MIT
/*
 * tcp_last.c - the last segments of a connection that nobody looks at any more
 *
 * Theory of operation
 * ===================
 * Most connections end in one way: both users have closed, both ends have said
 * FIN, and what is left is an ACK or two.
 *
 *	who closed first, FIN-WAIT-1	the ACK of his FIN comes: FIN-WAIT-2
 *			  FIN-WAIT-1	... and a FIN with it: an ACK, TIME-WAIT
 *			  FIN-WAIT-2	a FIN comes: an ACK, and TIME-WAIT
 *	who closed last, LAST-ACK	the ACK of his FIN comes: gone
 *
 * The long way (tcp_in.c) takes such a segment as any other: it measures the
 * round trip, asks the congestion control how much may be under way now, sets
 * timers, tells the user; and nothing will be under way, and all of that is
 * freed.  Here only what somebody could see is done: the ACK, the state, the
 * TIME-WAIT, what is counted.  Which segments may be taken so is a matter of
 * the same nine questions (RFC 9293, 3.10.7.4), all of which must have the
 * usual answer; any other segment has changed nothing when false is returned.
 *
 * Who listens to events is told of every step, so then the long way is taken;
 * and where tcp->is_slow says so: tests/unit/tcp/tcp_fast_test.c plays both.
 *
 * Measured (callgrind; bench/stack.c, tcp-connect): 2,000 instructions less for
 * three of them.
 */

#include "base/small.h"

#include "tcp/tcp_int.h"

/* With any of these there is more to do. */
#define ODD_FLAGS (TCPF_ECN | TCPF_ACCECN | TCPF_FASTOPEN)

/* An orphan to which all is well. */
static bool conn_is_calm(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	if (!a || c->flags & ODD_FLAGS || c->extra || c->user || !c->snd_wnd ||
	    c->cc->flags & TCP_CC_IS_MODEL) /* which draws numbers */
		return false;
	if (a->ooo || a->tfo.at ||
	    a->sent.sacked | a->sent.lost | a->dup_octets)
		return false;
	if (a->has_fin && !(c->flags & TCPF_FIN_RCVD))
		return false; /* it came too early and waits for its turn */
	return !(a->ca | a->tries | a->is_probing | a->ack_now | a->tlp.is_out |
		 a->undo.frto);
}

/* What comes next, without data; an ACK of all that was sent. */
static bool seg_is_next(const struct tcp_conn *c, const struct tcp_seg *s)
{
	return !s->size && seq_eq(s->seq, c->rcv_nxt) && tcp_rcv_wnd(c) &&
	       seq_eq(s->h.ack, c->snd_nxt) && tcp_stamp_is_usual(c, s) &&
	       !tcp_seg_may_turn(c, s);
}

/* As in tcp_in.c, of what came in order. */
static void take_timestamp(struct tcp_conn *c, const struct tcp_seg *s)
{
	if (!(c->flags & TCPF_TS) || seq_gt(s->seq, c->active->ack_sent))
		return;
	c->ts_recent = s->o.ts_val;
	c->ts_recent_ms = tcp_ms(c->tcp);
}

/* Our FIN has arrived. */
static void take_number(struct tcp_conn *c, const struct tcp_seg *s)
{
	c->snd_una = s->h.ack;
	tcp_in_window(c, s);
	if (c->end.t.raddr.family != IP_V4)
		ip_confirm(c->tcp->stack, c->end.t.raddr, &c->active->route);
}

/* ... and we wait for his; not for ever. */
static void take_ack_of_fin(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_active *a = c->active;

	tcp_tally_in(c, s);
	tcp_sent_fini(c);
	tcp_timer_stop(c, TCP_T_SEND);
	take_number(c, s);
	tcp_snd_acked(c);
	tcp_tally_acked(c, tcp_ms(c->tcp));
	tcp_tally_all_sent(c);
	a->stall_ns = a->heard_ns = c->tcp->env->now_ns;
	a->keep_sent = 0;
	c->soft = 0;
	take_timestamp(c, s);
	tcp_set_state(c, TCPS_FIN_WAIT_2);
	tcp_fin_wait_2(c);
	pkt_free(s->pkt);
	tcp_settle(c);
}

/* As take_fin() in tcp_in.c, and tcp_conn_time_wait(). */
static void take_last_fin(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_active *a = c->active;

	if (c->end.state == TCPS_FIN_WAIT_1) {
		take_number(c, s);
		tcp_set_state(c, TCPS_FIN_WAIT_2);
	}
	take_timestamp(c, s);
	c->rcv_nxt = seq_add(c->rcv_nxt, 1);
	c->rcv_adv = seq_max(c->rcv_adv, c->rcv_nxt);
	c->flags |= TCPF_FIN_RCVD;
	a->ack_why = R_TCP_ACK_FIN;
	tcp_out_ack(c);
	tcp_set_state(c, TCPS_TIME_WAIT);
	tcp_tw_begin(c);
}

/* Does this segment bring it nearer to its end, and nothing else? */
static bool is_last(const struct tcp_conn *c, const struct tcp_seg *s)
{
	bool has_fin = s->h.flags == (TCP_ACK | TCP_FIN);

	if (c->end.state == TCPS_FIN_WAIT_2)
		return has_fin && !tcp_flight(c);
	if (tcp_flight(c) != 1 || !seq_eq(c->active->snd.end, c->snd_una))
		return false;
	return s->h.flags == TCP_ACK ||
	       (has_fin && c->end.state == TCPS_FIN_WAIT_1 &&
		tcp_fin_wait_2_ns(c));
}

bool tcp_last_input(struct tcp_conn *c, struct tcp_seg *s)
{
	const struct tcp_stack *tcp = c->tcp;

	if (!HAS_SHORT_WAYS || !(c->flags & TCPF_ORPHAN) ||
	    !TCP_STATE_IN(c, TCP_IN(FIN_WAIT_1) | TCP_IN(FIN_WAIT_2) |
				     TCP_IN(LAST_ACK)))
		return false;
	if (tcp->is_slow || tcp->env->probe || !conn_is_calm(c) ||
	    !seg_is_next(c, s) || !is_last(c, s))
		return false;
	c->tcp->short_cuts++;
	if (c->end.state == TCPS_FIN_WAIT_1 && !(s->h.flags & TCP_FIN)) {
		take_ack_of_fin(c, s);
		return true;
	}
	if (c->end.state == TCPS_LAST_ACK)
		tcp_set_state(c, TCPS_CLOSED);
	else
		take_last_fin(c, s);
	pkt_free(s->pkt);
	tcp_conn_free(c);
	return true;
}
