// SPDX-License-Identifier: MIT
/*
 * tcp_rack.c - what was sent before something that arrived is lost (RFC 8985)
 *
 * Theory of operation
 * ===================
 * Counting duplicate ACKs asks how many segments with higher numbers have
 * arrived.  RACK asks about time instead: if a segment has arrived, one that
 * was sent a little earlier should have, too.  The question makes sense for
 * retransmissions as well, whose numbers say nothing, and for the last
 * segments of a flight, which three others cannot follow.
 *
 *	sent	   1    2    3	   4
 *	time	---|----|----|-----|----------------------------->
 *			     ^	    \
 *		not yet: 2   |	     4 has arrived: RACK.xmit_ts
 *			     |
 *		late by more than the reordering window: lost
 *
 * "A little" is the reordering window.  It is zero while nothing was ever seen
 * to come late and three segments have arrived that should not have come
 * first; else a quarter of the least round trip, and one more quarter for each
 * round trip in which the peer says that something came twice (D-SACK), for
 * then we were too quick.  After sixteen recoveries it shrinks again.
 *
 * Something that is late, but not late enough, sets a timer.
 *
 * Limits
 * ------
 * To find the last moment at which something becomes lost, RACK_STEPS records
 * are looked at; with more of them waiting the moment is that of RACK.xmit_ts,
 * which is never too early.
 */

#include "tcp/tcp_int.h"

enum {
	RACK_STEPS = 32,
	RACK_KEEP = 16, /* RFC 8985, 6.2, step 4 */
	RACK_DUP_THRESH = 3,
	RACK_STATIC = 1 << 1,  /* knobs.recovery: the window never grows */
	RACK_NO_COUNT = 1 << 2 /* three segments do not make it zero */
};

/* RFC 8985, 6.2, step 2: was the first sent after the second? */
static bool is_after(uint64_t ns1, seq32 end1, uint64_t ns2, seq32 end2)
{
	return ns1 > ns2 || (ns1 == ns2 && seq_gt(end1, end2));
}

/* After an idle time only the mean is known, and the least is below it. */
uint64_t tcp_min_rtt_ns(const struct tcp_conn *c)
{
	uint32_t least_us = c->active->rack.least_us;

	return (least_us ? least_us : c->srtt_8us / 16) * NS_PER_US;
}

/* Did the ACK come for an earlier copy (RFC 8985, 6.2, step 2)? */
static bool is_of_older_copy(const struct tcp_conn *c, const struct tcp_news *n,
			     const struct tcp_sent *s, uint64_t rtt_ns)
{
	uint32_t sent_ms = (uint32_t)(s->sent_ns / NS_PER_MS);
	const struct tcp_opts *o = &n->s->o;

	if (!(s->flags & TCP_SENT_AGAIN))
		return false;
	if (c->flags & TCPF_TS && o->has & TCP_HAS_TIMESTAMP && o->ts_ecr &&
	    (int32_t)(o->ts_ecr - c->active->ts_offset - sent_ms) < 0)
		return true;
	return rtt_ns < tcp_min_rtt_ns(c);
}

/* By how many segments something may be late without being lost, for who
 * counts them; learned, as far as the operator believes it. */
uint32_t tcp_reordering(const struct tcp_conn *c)
{
	const struct tcp_knobs *k = &c->tcp->knobs;
	uint32_t seen = c->active ? c->active->rack.reordering : 0;

	return max_u32(min_u32(seen, k->max_reordering), k->reordering);
}

/* Step 3: did it come late? */
static void note_order(struct tcp_conn *c, const struct tcp_sent *s, seq32 end)
{
	struct tcp_rack *r = &c->active->rack;
	uint32_t late;

	if (!r->sent_ns || seq_gt(end, r->fack)) {
		r->fack = end;
		return;
	}
	if (!seq_lt(end, r->fack) || s->flags & TCP_SENT_AGAIN)
		return;
	late = (seq_dist(s->seq, r->fack) + c->mss - 1) / c->mss;
	r->reordering =
		(uint16_t)max_u32(r->reordering, min_u32(late, UINT16_MAX));
	if (c->flags & TCPF_REORDERED)
		return;
	c->flags |= TCPF_REORDERED;
	TCP_TALLY(c, reorders);
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_REORDERED, NULL,
	      EVF_NUM("seq", seq_dist(c->iss, s->seq)),
	      EVF_NUM("octets", seq_dist(end, r->fack)));
}

void tcp_rack_saw(struct tcp_conn *c, struct tcp_news *n,
		  const struct tcp_sent *s, seq32 end)
{
	struct tcp_rack *r = &c->active->rack;
	uint64_t rtt = c->tcp->env->now_ns - s->sent_ns;

	note_order(c, s, end);
	if (is_of_older_copy(c, n, s, rtt))
		return;
	if (is_after(s->sent_ns, end, r->sent_ns, r->end)) {
		r->rtt_ns = rtt;
		r->sent_ns = max_u64(s->sent_ns, 1);
		r->end = end;
	}
}

/* Step 4: we were too quick, or have not been for long. */
void tcp_rack_dsack(struct tcp_conn *c, const struct tcp_news *n)
{
	struct tcp_rack *r = &c->active->rack;

	if (r->has_round && seq_geq(c->snd_una, r->round))
		r->has_round = false;
	if (!n->ack.has_dsack || n->is_dup_of_probe || r->has_round ||
	    !(c->flags & TCPF_REORDERED))
		return;
	r->has_round = true;
	r->round = c->snd_nxt;
	r->reo_mult = (uint8_t)min_u32(r->reo_mult + 1U, 254);
	r->reo_keep = RACK_KEEP;
}

void tcp_rack_recovered(struct tcp_conn *c)
{
	struct tcp_rack *r = &c->active->rack;

	if (r->reo_keep && !--r->reo_keep)
		r->reo_mult = 0;
}

static uint64_t reorder_window(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	const struct tcp_rack *r = &a->rack;
	uint32_t how = c->tcp->knobs.recovery, mult = r->reo_mult + 1U;

	if (!(c->flags & TCPF_REORDERED)) {
		if (a->ca >= TCP_CA_RECOVERY)
			return 0;
		if (a->sent.sacked_segs >= RACK_DUP_THRESH &&
		    !(how & RACK_NO_COUNT))
			return 0;
	}
	if (how & RACK_STATIC)
		mult = 1;
	return min_u64(mult * (tcp_min_rtt_ns(c) / 4),
		       c->srtt_8us / 8 * NS_PER_US);
}

/* When it becomes lost, unless it arrives. */
static uint64_t lost_at(const struct tcp_conn *c, uint64_t sent_ns)
{
	return sent_ns + c->active->rack.rtt_ns + reorder_window(c);
}

bool tcp_rack_is_late(const struct tcp_conn *c, const struct tcp_sent *s)
{
	return lost_at(c, s->sent_ns) <= c->tcp->env->now_ns;
}

/* Mark what is lost.  Returns when the last of what is late becomes so, or 0:
 * nothing is late. */
static uint64_t mark(struct tcp_conn *c, struct tcp_news *n)
{
	const struct tcp_rack *r = &c->active->rack;
	uint64_t now = c->tcp->env->now_ns, late = 0;
	struct tcp_sent *s = tcp_sent_oldest(c), *next;
	int steps = 0;

	for (; s && is_after(r->sent_ns, r->end, s->sent_ns, s->end);
	     s = next) {
		next = tcp_sent_later(c, s);
		if (lost_at(c, s->sent_ns) <= now) {
			tcp_loss_mark(c, n, s);
			continue;
		}
		late = lost_at(c, s->sent_ns);
		if (++steps >= RACK_STEPS)
			return lost_at(c, r->sent_ns);
	}
	return late;
}

/* Step 5.  Returns whether the timer was set. */
bool tcp_rack_detect(struct tcp_conn *c, struct tcp_news *n)
{
	struct tcp_active *a = c->active;
	uint64_t late;

	if (!a->rack.sent_ns)
		return false;
	late = mark(c, n);
	if (!late)
		return false;
	a->wait = TCP_WAIT_REORDER;
	a->is_probing = false;
	a->rearm = TCP_REARM_NOT;
	tcp_timer_set(c, TCP_T_SEND,
		      min_u64(late, c->tcp->env->now_ns + tcp_rto_ns(c)));
	return true;
}
