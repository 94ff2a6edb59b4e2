// SPDX-License-Identifier: MIT
/*
 * tcp_fast_out.c - a write that can leave as it is, in one straight piece
 *
 * Theory of operation
 * ===================
 * Before anything is sent a TCP asks what is lost, whether the path was idle,
 * what both windows have room for, whether the piece would be silly, whether
 * the sender is paced, which options the header needs (tcp_snd.c, tcp_out.c).
 * In a connection that goes well the answers are known before: nothing is lost,
 * all that waits fits into both windows and into one packet, and the header has
 * a timestamp or nothing.  Then all that waits goes out here, with the state
 * that the long way would have left (tests/unit/tcp/tcp_fast_test.c), as in
 * tcp_fast.c, which is the other half of this.
 *
 * The header is written in one go: tcp_head.h.  The sum of the pseudo header is
 * seven additions.  The payload is not summed here: IP or the device does that,
 * or nobody, where the wire is memory.
 *
 * Nothing has changed when false is returned, so that the long way begins as if
 * nobody had tried.  (One thing is left: a path that is narrower than the least
 * segment refuses twice instead of once.)
 */

#include <errno.h>

#include "wire/csum.h"
#include "wire/ip4.h"
#include "wire/proto.h"

#include "core/pkt_hot.h"

#include "tcp/tcp_int.h"

#define ODD_FLAGS                                                   \
	(TCPF_SND_CLOSED | TCPF_FIN_RCVD | TCPF_ECN | TCPF_ACCECN | \
	 TCPF_CORK | TCPF_MORE)

/* What the user asked for that changes what is sent, or when. */
static bool is_special(const struct tcp_extra *e)
{
	return e && UNLIKELY(e->pacing_max || e->user_timeout_ms ||
			     e->route.len || e->mtup.is_on);
}

static bool conn_is_calm(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	if (UNLIKELY(c->end.state != TCPS_ESTABLISHED) ||
	    UNLIKELY(c->flags & ODD_FLAGS) ||
	    UNLIKELY(c->cc->flags & TCP_CC_PACED) ||
	    UNLIKELY(is_special(c->extra)))
		return false;
	if (UNLIKELY(a->ooo) ||
	    UNLIKELY(a->sent.sacked | a->sent.lost | a->dup_octets))
		return false;
	return !(a->ca | a->is_probing | a->undo.new_first |
		 a->sack_out.has_dup) &&
	       seq_leq(a->urg.up, c->snd_una);
}

/* After silence the window may be too large: see tcp_cwv.c.  One that is no
 * larger than the initial one stays, and that is how the first data finds it.
 */
static bool was_silent(const struct tcp_conn *c, uint32_t now_ms)
{
	uint32_t ms = now_ms - c->snd_ms;

	return ms && !tcp_flight(c) && ms * NS_PER_MS > tcp_rto_ns(c);
}

/* Octets that wait, if all can go in one packet, else 0. */
static uint32_t all_that_waits(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	uint32_t flight = tcp_flight(c), n = seq_dist(c->snd_nxt, a->snd.end);

	if (UNLIKELY(flight + n > min_u32(c->snd_wnd, c->cwnd) ||
		     n > TCP_GSO_MAX))
		return 0;
	if (c->flags & TCPF_NODELAY || LIKELY(seq_leq(a->small, c->snd_una)))
		return n;
	return n % c->mss ? 0 : n; /* Nagle's rule */
}

/* References to the last @n octets of the send queue. */
static struct pkt *build(struct tcp_conn *c, uint32_t n)
{
	struct pkt *pkt = pkt_new_hot(c->tcp->env, R_TCP_DATA);

	if (UNLIKELY(!pkt))
		return NULL;
	if (UNLIKELY(tcp_queue_fill(&c->active->snd, c->snd_nxt, n, pkt) < n)) {
		pkt_free(pkt);
		return NULL;
	}
	if (UNLIKELY(n > c->mss)) {
		pkt->gso = c->end.t.raddr.family == IP_V6 ? PKT_GSO_TCP6
							  : PKT_GSO_TCP4;
		pkt->gso_size = c->mss;
	}
	return pkt;
}

/* As transmit() in tcp_out.c. */
static inline __attribute__((always_inline)) int
transmit(struct tcp_conn *c, struct pkt *pkt, uint32_t n, uint8_t flags,
	 uint32_t now_ms)
{
	struct tcp_active *a = c->active;
	const struct tcp_tuple *t = &c->end.t;
	const struct ip_ends ends = {&t->laddr, &t->raddr, &a->route};
	const struct ip_mark mark = {IP_PROTO_TCP, c->ttl, c->tos};
	int err;

	if (n)
		tcp_delack_answered(c, now_ms);
	tcp_head_push(c, pkt, c->snd_nxt, flags, tcp_rcv_window_hot(c), now_ms);
	tcp_delack_sent(c);
	a->ack_now = false;
	a->ack_sent = c->rcv_nxt;
	a->ack_why = R_TCP_ACK;
	a->due[TCP_T_DELACK].at_ns = 0;
	tcp_tally_out(c, n, false);
	c->tcp->stats.out_octets += n;
	c->tcp->stats.out_segs += tcp_segments(n, c->mss);
	c->tcp->short_cuts++;
	err = ip_output_ends(c->tcp->stack, pkt, &ends, mark);
	tcp_note_sent(c, err);
	return err;
}

/* As send_queue() in tcp_snd.c when it has sent all.  For data and for a FIN, and
 * gcc would make it a function of its own for both. */
static inline __attribute__((always_inline)) void
come_to_rest(struct tcp_conn *c, uint32_t now_ms)
{
	tcp_cwv_sent(c, false, now_ms);
	tcp_rate_check_calm(c, 0, tcp_flight(c));
	tcp_send_timer_arm(c);
	tcp_tally_all_sent(c);
}

HOT bool tcp_fast_output(struct tcp_conn *c)
{
	const struct tcp_stack *tcp = c->tcp;
	uint32_t n, now_ms;
	struct pkt *pkt;
	bool is_first;

	if (UNLIKELY(seq_eq(c->active->snd.end, c->snd_nxt)) ||
	    UNLIKELY(tcp->is_slow) || UNLIKELY(tcp->env->probe) ||
	    UNLIKELY(!conn_is_calm(c)))
		return false;
	n = all_that_waits(c);
	now_ms = tcp_ms(tcp);
	is_first = was_silent(c, now_ms);
	if (UNLIKELY(!n) ||
	    UNLIKELY(is_first && c->cwnd > tcp_cc_initial_window(c)))
		return false;
	pkt = build(c, n);
	if (UNLIKELY(!pkt))
		return false;
	if (UNLIKELY(transmit(c, pkt, n, TCP_ACK | TCP_PSH, now_ms) ==
		     -EMSGSIZE)) {
		tcp_mss_update(c); /* the path is narrower than we thought */
		return false;
	}
	if (UNLIKELY(is_first))
		tcp_cc_event(c, TCP_CC_RESTART);
	tcp_snd_advance(c, n, now_ms);
	come_to_rest(c, now_ms);
	return true;
}

/* May a FIN go without data, while nothing is under way?  Then there is nothing
 * to choose. */
static bool fin_is_alone(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return TCP_STATE_IN(c, TCP_IN(FIN_WAIT_1) | TCP_IN(LAST_ACK)) &&
	       seq_eq(a->snd.end, c->snd_nxt) && !tcp_flight(c) && c->snd_wnd &&
	       !c->extra && !(c->flags & (TCPF_ECN | TCPF_ACCECN)) &&
	       !(c->cc->flags & TCP_CC_PACED) && !a->ooo &&
	       !(a->is_probing | a->undo.new_first | a->sack_out.has_dup) &&
	       seq_leq(a->urg.up, c->snd_una);
}

/* (370 instructions less; both ends of a connection send one.) */
bool tcp_fast_fin(struct tcp_conn *c)
{
	const struct tcp_stack *tcp = c->tcp;
	uint32_t now_ms = tcp_ms(tcp);
	struct pkt *pkt;

	if (tcp->is_slow || tcp->env->probe || !fin_is_alone(c))
		return false;
	pkt = pkt_new(tcp->env, R_TCP_FIN);
	if (!pkt)
		return false;
	if (was_silent(c, now_ms))
		tcp_cwv_restart(c);
	if (transmit(c, pkt, 0, TCP_ACK | TCP_FIN, now_ms) == -EMSGSIZE) {
		tcp_mss_update(c);
		return false;
	}
	tcp_snd_advance(c, 1, now_ms);
	come_to_rest(c, now_ms);
	return true;
}
