// SPDX-License-Identifier: MIT
/*
 * tcp_ack.c - what one ACK tells, and who is asked about it, in order
 *
 * Theory of operation
 * ===================
 * An acceptable ACK says up to three things: all before this number has
 * arrived; these blocks beyond it have, too (RFC 2018); this has arrived twice
 * (RFC 2883).  They become a struct tcp_news, and each chapter reads it:
 *
 *	records		what is SACKED, what is forgotten	tcp_sack.c, here
 *	round trip	how long it took			tcp_rtt.c
 *	reordering	how late may be not lost		tcp_rack.c
 *	probe		was the tail lost?			tcp_tlp.c
 *	state		is something lost, or all repaired?	tcp_loss.c
 *	rate		how fast did it arrive?			tcp_rate.c
 *	marks		was a queue long on the way?		tcp_ecn.c
 *	window		how much may be under way now		tcp_prr.c, tcp_cc.c
 *
 * Nothing is sent here: tcp_output() comes after the whole segment, and sends
 * first what is LOST and then what is new.
 *
 * A peer without SACK can only repeat the number.  Each such ACK means that
 * one segment has left the network (RFC 5681, 3.2), nobody knows which; they
 * are counted in @dup_octets, by which less is taken to be under way.
 */

#include "tcp/tcp_int.h"

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a ? min_u64(a, b) : b;
}

/* Octets of a record, up to @end, have arrived; it was not SACKED before. */
void tcp_news_delivered(struct tcp_conn *c, struct tcp_news *n,
			const struct tcp_sent *s, seq32 end)
{
	n->ack.delivered += seq_dist(s->seq, end);
	tcp_tally_delivered(c, seq_dist(s->seq, end));
	tcp_rate_on_delivered(&n->best, s);
	if (!(s->flags & TCP_SENT_AGAIN)) {
		n->last_ns = max_u64(n->last_ns, s->sent_ns);
		if (seq_leq(end, c->active->recover))
			n->has_orig = true;
	}
	tcp_rack_saw(c, n, s, end);
}

/* Records before @una are done with. */
static void forget_records(struct tcp_conn *c, struct tcp_news *n, seq32 una)
{
	struct tcp_sent *s;

	while ((s = tcp_sent_first(c)) && seq_lt(s->seq, una)) {
		n->has_repaired |= (s->flags & TCP_SENT_AGAIN) != 0;
		if (!(s->flags & TCP_SENT_SACKED)) {
			if (!(s->flags & TCP_SENT_AGAIN))
				n->first_ns = earlier(n->first_ns, s->sent_ns);
			tcp_news_delivered(c, n, s, seq_min(s->end, una));
		}
		tcp_sent_trim(c, s, una);
	}
}

static void move_window(struct tcp_conn *c, seq32 una)
{
	struct tcp_active *a = c->active;
	int32_t octets = seq_diff(a->snd.head, una);

	if (octets > 0)
		tcp_queue_pop(&a->snd, min_u32((uint32_t)octets,
					       tcp_queue_len(&a->snd)));
	c->snd_una = una;
	a->tries = 0;
	a->stall_ns = c->tcp->env->now_ns;
}

/* What duplicates had announced is acknowledged now, but for one segment: the
 * one that was missing. */
static void settle_dups(struct tcp_conn *c, struct tcp_news *n)
{
	struct tcp_active *a = c->active;
	uint32_t hole = min_u32(n->ack.acked, c->mss);
	uint32_t known = min_u32(a->dup_octets, n->ack.acked - hole);

	a->dup_octets -= known;
	a->dup_octets = min_u32(a->dup_octets, tcp_flight(c));
	n->ack.delivered -= min_u32(n->ack.delivered, known);
	/* It may have been the first copy, or the second. */
	if (n->has_repaired)
		n->has_orig = false;
}

static void take_number(struct tcp_conn *c, struct tcp_news *n, seq32 una)
{
	n->ack.acked = seq_dist(c->snd_una, una);
	forget_records(c, n, una);
	move_window(c, una);
	tcp_mtup_acked(c);
	ip_confirm(c->tcp->stack, c->end.t.raddr, &c->active->route);
	if (!(c->flags & TCPF_SACK))
		settle_dups(c, n);
	n->may_reset = true;
}

/* RFC 5681, 2. */
static bool is_duplicate(const struct tcp_conn *c, const struct tcp_seg *s)
{
	return tcp_flight(c) && !s->len && seq_eq(s->h.ack, c->snd_una) &&
	       (uint32_t)s->h.win << c->snd_wscale == c->snd_wnd && c->snd_wnd;
}

static bool is_reducing(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return a->ca == TCP_CA_CWR || a->ca == TCP_CA_RECOVERY;
}

/* How much may be under way from now on.  What is acknowledged at the end of a
 * reduction was sent before it, and is no reason to grow. */
static void control_window(struct tcp_conn *c, const struct tcp_news *n,
			   bool was_reducing)
{
	bool is_progress = tcp_news_advances(n) ||
			   (c->flags & TCPF_REORDERED && n->ack.delivered);

	if (c->cc->flags & TCP_CC_IS_MODEL)
		c->cc->on_ack(c, &n->ack);
	else if (is_reducing(c))
		tcp_prr_acked(c, n);
	else if (is_progress && !was_reducing)
		c->cc->on_ack(c, &n->ack);
}

static void take(struct tcp_conn *c, const struct tcp_seg *s, bool is_dup)
{
	struct tcp_news n = {.s = s, .prior_una = c->snd_una};
	bool was_reducing = is_reducing(c);

	n.ack.prior_in_flight = tcp_pipe(c);
	n.ack.is_dup = is_dup;
	if (c->flags & TCPF_SACK && s->o.has & TCP_HAS_SACK)
		tcp_sack_take(c, &n);
	if (seq_gt(s->h.ack, c->snd_una))
		take_number(c, &n, s->h.ack);
	tcp_rtt_take(c, &n);
	tcp_rack_dsack(c, &n);
	tcp_tlp_acked(c, &n);
	tcp_loss_judge(c, &n);
	if (n.may_reset)
		tcp_rearm(c, TCP_REARM_RESTART);
	tcp_rate_sample(c, &n.ack, &n.best);
	tcp_ecn_acked(c, s, &n.ack);
	tcp_tally_rate(c, &n.ack);
	control_window(c, &n, was_reducing);
}

void tcp_ack_take(struct tcp_conn *c, const struct tcp_seg *s)
{
	bool is_dup = is_duplicate(c, s);

	if (is_dup || seq_gt(s->h.ack, c->snd_una) || s->o.has & TCP_HAS_SACK)
		take(c, s, is_dup);
}
