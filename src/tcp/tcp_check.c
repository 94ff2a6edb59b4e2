// SPDX-License-Identifier: MIT
/*
 * tcp_check.c - the invariants of a connection, asserted
 *
 * Invariants
 * ----------
 *  (1) snd_una <= snd_nxt: nothing is acknowledged that was not sent.
 *  (2) The send queue begins at snd_una, and snd_nxt is not beyond its end by
 *	more than the FIN.  (Not before the handshake is done, nor in CLOSED.)
 *  (3) rcv_nxt <= rcv_adv: what was received was offered.
 *  (4) The receive queue ends at rcv_nxt, or at the FIN before it.
 *  (5) Islands lie beyond rcv_nxt (tcp_ooo_check()).
 *  (6) Something is under way if and only if the send timer runs, in states
 *	in which something can be.
 *  (7) cwnd is at least a segment once established; ssthresh two.
 *  (8) An empty send queue has nothing under way but SYN or FIN.
 *  (9) In CLOSED no timer runs.
 * (10) What is under way has records (tcp_sent_check()); what duplicate ACKs
 *	announced is a part of it, and a peer with SACK announces nothing so.
 * (11) The timer, while it is armed and does not lag, fires no later than the
 *	first thing is due.
 *
 * Sources: RFC 9293, 3.3.1, and RFC 9293, 3.4.
 */

#include "tcp/tcp_int.h"

static void check_sender(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	uint32_t beyond;

	check(seq_leq(c->snd_una, c->snd_nxt)); /* (1) */
	if (!TCP_STATE_IN(c, TCP_SENDS | TCP_IN(FIN_WAIT_2)))
		return;
	if (a->snd.count)
		check(seq_eq(a->snd.head, c->snd_una)); /* (2) */
	if (seq_gt(c->snd_nxt, a->snd.end)) {
		beyond = seq_dist(a->snd.end, c->snd_nxt);
		check(beyond == 1 && c->flags & TCPF_SND_CLOSED); /* (2) */
	}
	if (!a->snd.count)
		check(tcp_flight(c) <= 1);			/* (8) */
	check(c->cwnd >= c->mss && c->ssthresh >= 2U * c->mss); /* (7) */
	check(!tcp_flight(c) || a->due[TCP_T_SEND].at_ns);	/* (6) */
	tcp_sent_check(c);					/* (10) */
	check(a->dup_octets <= tcp_flight(c));			/* (10) */
	check(!(c->flags & TCPF_SACK) || !a->dup_octets);	/* (10) */
	check(c->flags & TCPF_SACK || !a->sent.sacked);		/* (10) */
}

static void check_receiver(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	bool fin = c->flags & TCPF_FIN_RCVD;

	check(seq_leq(c->rcv_nxt, c->rcv_adv)); /* (3) */
	if (a->rcv.count)
		check(seq_eq(seq_add(a->rcv.end, fin), c->rcv_nxt)); /* (4) */
	tcp_ooo_check(c);					     /* (5) */
}

void tcp_check(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	int i;

	if (c->end.state == TCPS_CLOSED) {
		for (i = 0; i < TCP_TIMERS; i++)
			check(!a->due[i].at_ns); /* (9) */
		return;
	}
	if (timer_is_armed(&a->timer) && !a->timer_lags)
		check(a->timer.expires_ns <= tcp_timer_first(a)); /* (11) */
	tcp_queue_check(&a->snd);
	tcp_queue_check(&a->rcv);
	check_sender(c);
	if (!TCP_STATE_IN(c, TCP_IN(SYN_SENT)))
		check_receiver(c);
}
