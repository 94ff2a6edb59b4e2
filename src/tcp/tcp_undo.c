// SPDX-License-Identifier: MIT
/*
 * tcp_undo.c - the repair was not needed: take the reduction back
 *
 * Theory of operation
 * ===================
 * A path that reorders, or stops for a second, looks like one that loses.  The
 * window is reduced, things are sent twice, and then it turns out that nothing
 * was lost.  There are three ways to find out:
 *
 *   Eifel (RFC 3522)	the timestamp echoed by the ACK of something that was
 *			sent again is older than its first repetition: the
 *			first copy had arrived
 *   D-SACK (RFC 2883)	the peer reports as duplicate all that was sent again
 *   F-RTO (RFC 5682)	after a timeout the ACKs are for segments that were
 *			sent only once: they were on their way all the time
 *
 * Then window and threshold become what they were (RFC 4015), and what was
 * taken for lost is in flight again.
 *
 * F-RTO after a timeout:
 *
 *	(1)  send the first segment again
 *	(2b) an ACK moves snd_una, but not to the end: send new octets, rather
 *	     than repeat what may be on its way
 *	(3b) the next one reports something that was sent once: it was no loss
 *	(3a) a duplicate: it was one; repeat
 *
 * With SACK blocks step (3b) need not wait for (2b): they say what has arrived.
 */

#include "tcp/tcp_int.h"

void tcp_undo_begin(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	struct tcp_undo *u = &a->undo;
	bool probed = a->tlp.is_out && a->tlp.is_again;

	u->is_armed = true;
	u->marker = c->snd_una;
	u->cwnd = c->cwnd;
	u->ssthresh = max_u32(c->ssthresh, c->cwnd / 4 * 3);
	/* A probe may be on its way, and come a second time. */
	u->again = probed ? min_u32(c->mss, tcp_flight(c)) : 0;
	u->has_sent = u->has_sent && probed;
}

/* Octets of a record were sent again. */
void tcp_undo_sent(struct tcp_conn *c, uint32_t octets)
{
	struct tcp_undo *u = &c->active->undo;

	if (!u->has_sent)
		u->first_ms = tcp_ms(c->tcp);
	u->has_sent = true;
	u->again += octets;
}

/* The peer got octets a second time. */
void tcp_undo_dup(struct tcp_conn *c, const struct tcp_sack_block *b)
{
	struct tcp_undo *u = &c->active->undo;

	if (u->is_armed && seq_gt(b->end, u->marker))
		u->again -= min_u32(u->again, seq_dist(b->start, b->end));
}

/* RFC 3522, 3.2: is it the ACK of a first copy? */
static bool is_echo_of_first(const struct tcp_conn *c, const struct tcp_news *n)
{
	const struct tcp_opts *o = &n->s->o;

	return c->flags & TCPF_TS && o->has & TCP_HAS_TIMESTAMP && o->ts_ecr &&
	       (int32_t)(o->ts_ecr - c->active->ts_offset -
			 c->active->undo.first_ms) < 0;
}

static bool all_came_twice(const struct tcp_undo *u)
{
	return u->is_armed && u->has_sent && !u->again;
}

static bool may_undo(const struct tcp_conn *c, const struct tcp_news *n)
{
	const struct tcp_undo *u = &c->active->undo;

	if (!u->is_armed || !u->has_sent)
		return false;
	return !u->again || is_echo_of_first(c, n);
}

/* RFC 4015, 3.2.  @why: how we know. */
static void take_back(struct tcp_conn *c, const char *why)
{
	struct tcp_undo *u = &c->active->undo;

	u->is_armed = false;
	u->frto = u->new_first = false;
	if (u->cwnd) {
		c->cwnd = c->cc->undo ? c->cc->undo(c)
				      : max_u32(c->cwnd, u->cwnd);
		c->ssthresh = max_u32(c->ssthresh, u->ssthresh);
	}
	c->tcp->stats.undos++;
	tcp_cc_event(c, TCP_CC_UNDO);
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_UNDO, NULL,
	      EVF_TEXT("why", why), EVF_NUM("cwnd", c->cwnd),
	      EVF_NUM("ssthresh", c->ssthresh));
}

static const char *reason(const struct tcp_undo *u)
{
	return u->again ? "an ACK echoes the clock of the first copy"
			: "all that was sent again came twice";
}

/* All that was under way is acknowledged.  Returns whether it was a mistake. */
bool tcp_undo_recovery(struct tcp_conn *c, const struct tcp_news *n)
{
	if (!may_undo(c, n)) {
		tcp_rack_recovered(c);
		return false;
	}
	take_back(c, reason(&c->active->undo));
	return true;
}

/* A part of it is; a first copy of something that was repeated arrived. */
bool tcp_undo_partial(struct tcp_conn *c, const struct tcp_news *n)
{
	const struct tcp_undo *u = &c->active->undo;

	if (!u->is_armed || !u->has_sent || !is_echo_of_first(c, n))
		return false;
	tcp_sent_none_lost(c);
	take_back(c, "an ACK echoes the clock of the first copy");
	tcp_loss_keep_open(c);
	return true;
}

bool tcp_undo_dsack(struct tcp_conn *c)
{
	if (!all_came_twice(&c->active->undo))
		return false;
	take_back(c, "all that was sent again came twice");
	return true;
}

static void undo_timeout(struct tcp_conn *c, const char *why)
{
	tcp_sent_none_lost(c);
	take_back(c, why);
	c->active->tries = 0;
	tcp_loss_keep_open(c);
}

bool tcp_undo_loss(struct tcp_conn *c, const struct tcp_news *n)
{
	if (!tcp_news_advances(n) || !may_undo(c, n))
		return false;
	undo_timeout(c, reason(&c->active->undo));
	return true;
}

static bool has_more_to_send(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return seq_lt(c->snd_nxt, a->snd.end) &&
	       seq_lt(c->snd_nxt, seq_add(c->snd_una, c->snd_wnd));
}

/* RFC 5682, 3.1, after an ACK in Loss.  Returns whether there is nothing more
 * to be decided: it was no loss, or new octets go first. */
bool tcp_frto_step(struct tcp_conn *c, const struct tcp_news *n)
{
	struct tcp_active *a = c->active;
	struct tcp_undo *u = &a->undo;

	if (!u->frto)
		return false;
	if (n->has_orig) { /* 3b */
		c->tcp->stats.spurious_timeouts++;
		undo_timeout(c, "after the timeout something arrived that was"
				" sent only once");
		return true;
	}
	if (seq_gt(c->snd_nxt, a->recover)) {
		if (n->ack.sacked || n->ack.is_dup)
			u->frto = false; /* 3a */
		return false;
	}
	if (!tcp_news_advances(n) || seq_geq(c->snd_una, a->recover))
		return false;
	a->recover = c->snd_nxt;
	u->frto = has_more_to_send(c);
	u->new_first = u->frto; /* 2b */
	return u->frto;
}
