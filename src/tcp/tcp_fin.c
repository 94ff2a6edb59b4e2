// SPDX-License-Identifier: MIT
/*
 * tcp_fin.c - the FIN that comes to a connection at rest
 *
 * Theory of operation
 * ===================
 * Who is asked and answers is mostly closed by who asked, a moment later: all
 * has been acknowledged, no timer runs, the busy part was given back
 * (tcp_conn.c).  The long way (tcp_in.c) makes it again, fills it in, asks the
 * nine questions of RFC 9293, 3.10.7.4, sends one ACK and gives it back.  Here
 * the questions that have their usual answer at once are asked first, and the
 * ACK is made of what a connection at rest remembers:
 *
 *	ESTABLISHED, at rest  -- FIN in order, acknowledging all -->  CLOSE-WAIT
 *
 * Any other segment has changed nothing when false is returned.  Who listens to
 * events is told of every step, so then the long way is taken; and where
 * tcp->is_slow says so: tests/unit/tcp/tcp_fast_test.c plays both.
 *
 * Measured (callgrind; bench/stack.c, tcp-connect): 640 instructions less.
 */

#include "base/small.h"

#include "wire/proto.h"

#include "tcp/tcp_int.h"

/* With any of these there is more to do. */
#define ODD_FLAGS                                                          \
	(TCPF_SND_CLOSED | TCPF_RCV_CLOSED | TCPF_FIN_RCVD | TCPF_ORPHAN | \
	 TCPF_ECN | TCPF_ACCECN | TCPF_FASTOPEN | TCPF_WANT_OUT)

static bool conn_rests(const struct tcp_conn *c)
{
	return c->end.state == TCPS_ESTABLISHED && !c->active &&
	       !(c->flags & ODD_FLAGS) && !c->extra && c->snd_wnd &&
	       c->rcv_wscale;
}

static bool seg_is_fin(const struct tcp_conn *c, const struct tcp_seg *s)
{
	return s->h.flags == (TCP_ACK | TCP_FIN) && !s->size &&
	       seq_eq(s->seq, c->rcv_nxt) && tcp_rcv_wnd(c) &&
	       seq_eq(s->h.ack, c->snd_nxt) && tcp_stamp_is_usual(c, s) &&
	       !tcp_seg_may_turn(c, s);
}

/* What is counted: a segment came, and one goes.  As tcp_delack_sent(). */
static void count(struct tcp_conn *c, uint32_t now_ms)
{
	struct tcp_tally *t = c->tally;

	c->tcp->stats.out_segs++;
	c->tcp->short_cuts++;
	if (!t)
		return;
	t->segs_in++;
	t->segs_out++;
	t->ack_ms = now_ms;
	if (t->delack.quick && !--t->delack.quick)
		t->delack.ato_ms = (uint16_t)tcp_delack_least_ms(c);
	t->delack.pushed = 0;
	tcp_tally_follow(c, t);
	tcp_rest_begin(c);
}

/* As transmit() in tcp_out.c; the path to the peer is asked for anew. */
static void send_ack(struct tcp_conn *c, struct pkt *pkt, uint32_t now_ms)
{
	const struct tcp_tuple *t = &c->end.t;
	const struct ip_ends ends = {&t->laddr, &t->raddr, NULL};
	const struct ip_mark mark = {IP_PROTO_TCP, c->ttl, c->tos};
	int err;

	tcp_head_put(c, pkt, c->snd_nxt, TCP_ACK, tcp_rcv_window_hot(c),
		     now_ms + tcp_ts_offset(c->tcp, t));
	err = ip_output_ends(c->tcp->stack, pkt, &ends, mark);
	tcp_note_sent(c, err);
}

static void take(struct tcp_conn *c, const struct tcp_seg *s, struct pkt *ack)
{
	uint32_t now_ms = tcp_ms(c->tcp);

	tcp_in_window(c, s);
	c->soft = 0;
	if (c->flags & TCPF_TS) {
		c->ts_recent = s->o.ts_val;
		c->ts_recent_ms = now_ms;
	}
	c->rcv_nxt = seq_add(c->rcv_nxt, 1);
	c->rcv_adv = seq_max(c->rcv_adv, c->rcv_nxt);
	c->flags |= TCPF_FIN_RCVD;
	tcp_set_state(c, TCPS_CLOSE_WAIT);
	count(c, now_ms);
	pkt_free(s->pkt);
	send_ack(c, ack, now_ms);
	if (c->user)
		c->user->on_event(c, c->arg, WAIT_IN | WAIT_RDHUP);
}

bool tcp_fin_input(struct tcp_conn *c, const struct tcp_seg *s)
{
	const struct tcp_stack *tcp = c->tcp;
	struct pkt *ack;

	if (!HAS_SHORT_WAYS || !conn_rests(c) || tcp->is_slow ||
	    tcp->env->probe || !seg_is_fin(c, s))
		return false;
	if (c->tally && !tcp_rest_end(c))
		return false;
	ack = pkt_new(tcp->env, R_TCP_ACK_FIN);
	if (!ack)
		return false;
	take(c, s, ack);
	return true;
}
