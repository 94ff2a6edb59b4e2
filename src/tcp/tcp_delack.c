// SPDX-License-Identifier: MIT
/*
 * tcp_delack.c - when to acknowledge
 *
 * Theory of operation
 * ===================
 * An ACK of its own costs a packet, and one that waits a little may ride on an
 * answer, or speak for two segments.  So RFC 9293, 3.8.6.3 wants it delayed,
 * but by less than 500 ms, and at least every second full segment acknowledged.
 * But a sender in slow start is driven by our ACKs: each one that is saved
 * costs it growth.  So, as Linux does it, a connection is in one of two modes:
 *
 *	quick	  Data only comes in.  The first ACKs (up to sixteen) go out at
 *		  once, one for each segment.
 *	pingpong  We answer what comes, soon after it came.  An ACK waits for the
 *		  answer.
 *
 * An answer within the time that an ACK may wait makes it pingpong; an ACK that
 * waited in vain ends that.  Segments that are old or do not fit, and a long
 * silence, make it quick again, for then the sender begins anew.  The user may
 * choose with TCP_QUICKACK, until the connection thinks otherwise.
 *
 * How long an ACK may wait (ato) follows the time between segments: from
 * delack_min (40 ms) up, never longer than a round trip (but at least
 * delack_min) or delack_max (200 ms).
 *
 * What comes beyond a hole is told at once, for the sender counts duplicate
 * ACKs to notice the loss.  After three it has noticed, and the operator may
 * let the others wait to be told in one (comp_sack_nr of them at most), but for
 * no longer than a twentieth of a round trip: its window is clocked by them.
 *
 * The user's reading matters, too.  Who has read all there is after a segment
 * that was not full has probably read a whole request: an ACK goes out then, in
 * case there is no answer.
 */

#include "tcp/tcp_int.h"

enum {
	DUPS_TOLD = 3,	/* at once: RFC 5681, 3.2 */
	HOLD_SHARE = 20 /* of a round trip */
};

static uint32_t rto_ms(const struct tcp_conn *c)
{
	return (uint32_t)(tcp_rto_ns(c) / NS_PER_MS);
}

bool tcp_is_pingpong(const struct tcp_conn *c)
{
	return c->flags & TCPF_PINGPONG;
}

static void raise_quick(struct tcp_conn *c, struct tcp_delack *d, uint32_t most)
{
	uint32_t offered = seq_dist(c->active->ack_sent, c->rcv_adv);
	uint32_t n = offered / (2U * max_u32(c->rcv_mss, 1));

	n = min_u32(n ? n : 2, min_u32(most, c->tcp->knobs.quickacks));
	d->quick = (uint8_t)max_u32(d->quick, n);
}

/* Something went wrong for the sender: do not keep it waiting. */
void tcp_quick_again(struct tcp_conn *c, uint32_t most)
{
	struct tcp_delack *d = tcp_delack_of(c);

	c->flags &= ~(uint32_t)TCPF_PINGPONG;
	if (!d)
		return;
	raise_quick(c, d, most);
	d->ato_ms = (uint16_t)tcp_delack_least_ms(c);
}

/* Half of the room is taken: the peer need not hurry. */
void tcp_quick_end(struct tcp_conn *c)
{
	if (tcp_delack_of(c))
		tcp_delack_of(c)->quick = 0;
}

/* Longer than half of what an ACK waits at least. */
void tcp_delack_note_long_gap(struct tcp_conn *c, struct tcp_delack *d,
			      uint32_t gap)
{
	uint32_t ato = d->ato_ms;

	if (gap < ato)
		ato = min_u32(ato / 2 + gap, rto_ms(c));
	else if (gap > rto_ms(c))
		raise_quick(c, d, UINT8_MAX);
	d->ato_ms = (uint16_t)min_u32(ato, UINT16_MAX);
}

/* The first data of all. */
void tcp_delack_first(struct tcp_conn *c, struct tcp_delack *d)
{
	raise_quick(c, d, UINT8_MAX);
	d->ato_ms = (uint16_t)tcp_delack_least_ms(c);
}

/* An ACK that would wait longer than the least time. */
uint32_t tcp_delack_limit_ms(const struct tcp_conn *c,
			     const struct tcp_delack *d, uint32_t ato)
{
	uint32_t most = 500, rtt = c->srtt_8us / 8000;

	if (tcp_is_pingpong(c) || d->pushed)
		most = c->tcp->knobs.delack_max_us / 1000;
	if (rtt)
		most = min_u32(most, max_u32(rtt, tcp_delack_least_ms(c)));
	return min_u32(ato, most);
}

/* More than a full segment came since the last ACK.  That wants one, unless the
 * user's reading will move the window soon, and so bring one. */
bool tcp_delack_is_enough(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	uint32_t offered = seq_dist(a->ack_sent, c->rcv_adv);

	return tcp_queue_len(&a->rcv) < tcp_rcvlowat(c) ||
	       tcp_select_window(c) >= offered;
}

/* May one more duplicate ACK wait?  Not before the sender has noticed. */
static bool may_hold(struct tcp_conn *c)
{
	struct tcp_sack_out *out = &c->active->sack_out;

	if (!(c->flags & TCPF_SACK) || out->held >= c->tcp->knobs.comp_sack_nr)
		return false;
	if (!seq_eq(out->told_at, c->rcv_nxt)) {
		out->told_at = c->rcv_nxt;
		out->told = 0;
	}
	if (out->told == DUPS_TOLD)
		return true;
	out->told++;
	return false;
}

static uint64_t hold_ns(const struct tcp_conn *c)
{
	uint64_t rtt_us = c->srtt_8us / 8;
	uint32_t seen_us = tcp_extra(c)->tune.rtt_8us / 8;

	if (seen_us)
		rtt_us = min_u64(rtt_us, seen_us);
	return min_u64(rtt_us * NS_PER_US / HOLD_SHARE,
		       c->tcp->knobs.comp_sack_delay_ns);
}

/* Something came beyond a hole. */
void tcp_delack_beyond(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	uint64_t at = c->tcp->env->now_ns + hold_ns(c);

	if (a->ack_now)
		return;
	if (at == c->tcp->env->now_ns || !may_hold(c)) {
		tcp_ack_owed(c, R_TCP_ACK_DUP);
		return;
	}
	if (a->sack_out.held++)
		return;
	if (!tcp_timer_is_set(c, TCP_T_DELACK) ||
	    at < a->due[TCP_T_DELACK].at_ns)
		tcp_timer_set(c, TCP_T_DELACK, at);
}

uint32_t tcp_ato_ms(const struct tcp_conn *c)
{
	return tcp_delack_of(c) ? tcp_delack_of(c)->ato_ms : 0;
}

/* The timer: the ACK waited in vain. */
void tcp_delack_timeout(struct tcp_conn *c)
{
	struct tcp_delack *d = tcp_delack_of(c);
	bool was_pingpong = tcp_is_pingpong(c);

	c->flags &= ~(uint32_t)TCPF_PINGPONG;
	if (!d)
		return;
	if (was_pingpong) {
		d->ato_ms = (uint16_t)tcp_delack_least_ms(c);
	} else {
		d->ato_ms = (uint16_t)min_u32(2U * d->ato_ms, rto_ms(c));
	}
}

/* TCP_QUICKACK: 0 to wait for answers; else at once, odd numbers for good. */
void tcp_set_quickack(struct tcp_conn *c, int how)
{
	c->flags |= TCPF_PINGPONG;
	if (!how)
		return;
	c->flags &= ~(uint32_t)TCPF_PINGPONG;
	if (c->end.state == TCPS_LISTEN || !c->active ||
	    !TCP_STATE_IN(c, TCP_IN(ESTABLISHED) | TCP_IN(CLOSE_WAIT)) ||
	    !tcp_ack_is_scheduled(c))
		return;
	if (tcp_delack_of(c) && !tcp_delack_of(c)->pushed)
		tcp_delack_of(c)->pushed = 1;
	if (tcp_delack_read(c)) {
		tcp_ack_owed(c, R_TCP_ACK);
		tcp_output(c);
	}
	if (!(how & 1))
		c->flags |= TCPF_PINGPONG;
	tcp_settle(c);
}
