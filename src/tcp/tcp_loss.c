// SPDX-License-Identifier: MIT
/*
 * tcp_loss.c - Open, Disorder, CWR, Recovery, Loss
 *
 * Theory of operation
 * ===================
 * What the sender believes of the path is one of five states:
 *
 *	Open	  all is well
 *	Disorder  something is missing, but perhaps only late: keep the window,
 *		  send new segments for those that arrive (RFC 3042)
 *	CWR	  the window is being reduced, for the path said so (RFC 3168)
 *		  or a probe repaired something; nothing is missing
 *	Recovery  something is lost: reduce the window (tcp_prr.c), send again
 *	Loss	  a timeout: the window begins again at one segment
 *
 *		     something missing		  it is lost
 *	      OPEN <------------------> DISORDER -----------> RECOVERY
 *	       | ^			   |		     |	^
 *	       | |	  all repaired, or a mistake	     |	|
 *	       | +-------------------------+---------------- +	|
 *	       |			   |		     |	|
 *	   marked: CWR			   +--- timeout ---> LOSS
 *
 * `recover` is snd_nxt at the time of the loss.  What happens before all that
 * is acknowledged belongs to the same loss and reduces nothing a second time.
 *
 * What is lost is found out elsewhere: by RACK (tcp_rack.c) if the peer sends
 * SACK, or by counting segments if RACK is switched off; without SACK as of RFC
 * 6582 (NewReno): three duplicate ACKs mean that the first segment is missing,
 * and in Recovery an ACK of a part of what was under way means that the next
 * one is, too.
 *
 * Invariants
 * ----------
 *  (1) tcp_ca_move() alone writes a->ca, along the table of moves.
 *  (2) Something can be LOST in Recovery and Loss only, but for what a shut
 *	window or a narrower path has cut off, which is sent again at once.
 */

#include "tcp/tcp_int.h"

static const char *const ca_names[TCP_CA_STATES] = {
	[TCP_CA_OPEN] = "Open", [TCP_CA_DISORDER] = "Disorder",
	[TCP_CA_CWR] = "CWR",	[TCP_CA_RECOVERY] = "Recovery",
	[TCP_CA_LOSS] = "Loss",
};

enum {
	RACK_ON = 1 << 0, /* knobs.recovery */
	THIN_SEGMENTS = 4,
	THIN_TRIES = 6
};

#define TO(state) (1U << TCP_CA_##state)

/* Where a state may be left to. */
static const unsigned int moves[TCP_CA_STATES] = {
	[TCP_CA_OPEN] = TO(DISORDER) | TO(CWR) | TO(RECOVERY) | TO(LOSS),
	[TCP_CA_DISORDER] = TO(OPEN) | TO(CWR) | TO(RECOVERY) | TO(LOSS),
	[TCP_CA_CWR] = TO(OPEN) | TO(DISORDER) | TO(RECOVERY) | TO(LOSS),
	[TCP_CA_RECOVERY] = TO(OPEN) | TO(DISORDER) | TO(LOSS),
	[TCP_CA_LOSS] = TO(OPEN) | TO(DISORDER) | TO(RECOVERY),
};

void tcp_ca_move(struct tcp_conn *c, enum tcp_ca to, const char *why)
{
	struct tcp_active *a = c->active;
	enum tcp_ca from = (enum tcp_ca)a->ca;

	if (from == to)
		return;
	check(moves[from] & 1U << to);
	a->ca = (uint8_t)to;
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_CA, NULL,
	      EVF_TEXT("from", ca_names[from]), EVF_TEXT("to", ca_names[to]),
	      EVF_TEXT("why", why), EVF_NUM("cwnd", c->cwnd),
	      EVF_NUM("ssthresh", c->ssthresh), EVF_NUM("pipe", tcp_pipe(c)),
	      EVF_NUM("lost", a->sent.lost), EVF_NUM("sacked", a->sent.sacked));
}

void tcp_loss_mark(struct tcp_conn *c, struct tcp_news *n, struct tcp_sent *s)
{
	uint32_t len = tcp_sent_len(s);

	if (s->flags & TCP_SENT_LOST)
		return;
	n->ack.lost += len;
	if (s->flags & TCP_SENT_AGAIN)
		n->lost_again = true;
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_LOST, NULL,
	      EVF_NUM("seq", seq_dist(c->iss, s->seq)), EVF_NUM("octets", len),
	      EVF_NUM("age_us",
		      (c->tcp->env->now_ns - s->sent_ns) / NS_PER_US));
	tcp_sent_set_fate(c, s, TCP_SENT_LOST);
}

/* Without SACK: each duplicate says that one more segment has arrived. */
static void count_dup(struct tcp_conn *c, struct tcp_news *n)
{
	struct tcp_active *a = c->active;
	uint32_t room = tcp_flight(c) - min_u32(tcp_flight(c), a->sent.lost);

	if (!n->ack.is_dup || c->flags & TCPF_SACK)
		return;
	if (room <= a->dup_octets + c->mss)
		return; /* the missing one cannot be among them */
	a->dup_octets += c->mss;
	n->ack.delivered += c->mss;
}

static void forget_dups(struct tcp_conn *c)
{
	c->active->dup_octets = 0;
}

/* RFC 6582, 3.2: the first segment is missing. */
static void mark_first(struct tcp_conn *c, struct tcp_news *n)
{
	struct tcp_sent *s = tcp_sent_first(c);

	if (!s || s->flags & TCP_SENT_LOST)
		return;
	if (tcp_sent_len(s) > c->mss)
		tcp_sent_split(c, s, seq_add(s->seq, c->mss));
	tcp_loss_mark(c, n, s);
}

static void detect_without_sack(struct tcp_conn *c, struct tcp_news *n)
{
	const struct tcp_active *a = c->active;
	uint32_t enough = c->tcp->knobs.reordering * c->mss;

	if (a->ca < TCP_CA_RECOVERY
		    ? a->dup_octets >= enough
		    : a->ca == TCP_CA_RECOVERY && tcp_news_advances(n))
		mark_first(c, n);
}

/* knobs.recovery without RACK: what was sent once and has so many segments
 * beyond it that arrived is lost (RFC 6675, 4, IsLost()). */
static void detect_by_count(struct tcp_conn *c, struct tcp_news *n)
{
	uint32_t beyond = 0, enough = tcp_reordering(c);
	struct tcp_sent *s;

	if (c->active->sent.sacked_segs < enough)
		return;
	for (s = tcp_sent_last(c); s; s = tcp_sent_prev(s)) {
		if (s->flags & TCP_SENT_SACKED)
			beyond += s->segs;
		else if (beyond >= enough && !(s->flags & TCP_SENT_AGAIN))
			tcp_loss_mark(c, n, s);
	}
}

/* What is lost? */
static void detect(struct tcp_conn *c, struct tcp_news *n)
{
	if (!(c->flags & TCPF_SACK))
		detect_without_sack(c, n);
	else if (!(c->tcp->knobs.recovery & RACK_ON))
		detect_by_count(c, n);
	else if (tcp_rack_detect(c, n))
		n->may_reset = false;
}

static void enter_recovery(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	if (a->ca == TCP_CA_CWR) {
		tcp_undo_begin(c);
		a->undo.cwnd = 0; /* reduced before, and for good reason */
	} else {
		tcp_undo_begin(c);
		tcp_prr_begin(c);
	}
	c->tcp->stats.fast_retransmits++;
	tcp_ca_move(c, TCP_CA_RECOVERY, "something is lost");
	tcp_cc_event(c, TCP_CC_RECOVERY);
	tcp_cc_tell(c, "fast retransmit");
}

/* Nothing is lost: is anything missing? */
void tcp_loss_keep_open(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	bool missing = a->sent.sacked || a->sent.lost || a->dup_octets;
	enum tcp_ca to = missing ? TCP_CA_DISORDER : TCP_CA_OPEN;

	if (a->ca == to)
		return;
	tcp_ca_move(c, to,
		    missing ? "something came before its turn"
			    : "nothing is missing");
	a->recover = c->snd_nxt;
}

static void try_open(struct tcp_conn *c)
{
	if (c->active->ca != TCP_CA_CWR)
		tcp_loss_keep_open(c);
}

/*
 * All of `recover` is acknowledged.  Without SACK the state is held until
 * something beyond it is, for what was sent twice may still cause duplicate
 * ACKs that mean nothing (RFC 6582, 4).  Returns whether it is held.
 */
static bool recovered(struct tcp_conn *c, const struct tcp_news *n)
{
	struct tcp_active *a = c->active;

	forget_dups(c);
	tcp_undo_recovery(c, n);
	if (!(c->flags & TCPF_SACK) && seq_eq(c->snd_una, a->recover) &&
	    tcp_flight(c))
		return true;
	if (a->ca == TCP_CA_RECOVERY)
		tcp_prr_end(c);
	a->undo.is_armed = a->undo.frto = false;
	tcp_ca_move(c, TCP_CA_OPEN, "all that was under way is acknowledged");
	tcp_cc_tell(c, "recovered");
	return false;
}

static bool leave(struct tcp_conn *c, const struct tcp_news *n)
{
	struct tcp_active *a = c->active;

	if (seq_lt(c->snd_una, a->recover))
		return false;
	if (a->ca == TCP_CA_RECOVERY)
		return recovered(c, n);
	/* The mark that tells the peer must have gone out (RFC 3168). */
	if (a->ca == TCP_CA_CWR &&
	    (seq_gt(c->snd_una, a->recover) || !tcp_flight(c))) {
		tcp_prr_end(c);
		tcp_ca_move(c, TCP_CA_OPEN, "the window is reduced");
	}
	return false;
}

static void judge_in_recovery(struct tcp_conn *c, struct tcp_news *n)
{
	struct tcp_active *a = c->active;

	if (!tcp_news_advances(n))
		count_dup(c, n);
	else if (tcp_undo_partial(c, n))
		return;
	if (tcp_undo_dsack(c))
		try_open(c);
	detect(c, n);
	if (a->ca != TCP_CA_RECOVERY && a->sent.lost)
		enter_recovery(c);
}

static void judge_otherwise(struct tcp_conn *c, struct tcp_news *n)
{
	struct tcp_active *a = c->active;

	if (tcp_news_advances(n))
		forget_dups(c);
	count_dup(c, n);
	if (a->ca <= TCP_CA_DISORDER)
		tcp_undo_dsack(c);
	detect(c, n);
	if (a->sent.lost && !tcp_mtup_explains_loss(c))
		enter_recovery(c);
	else
		try_open(c);
}

/* Returns whether the rest of the judgement may say something else. */
static bool judge_in_loss(struct tcp_conn *c, struct tcp_news *n)
{
	struct tcp_active *a = c->active;
	bool settled = tcp_undo_loss(c, n) || tcp_frto_step(c, n);

	if (!settled && seq_geq(c->snd_una, a->recover)) {
		recovered(c, n);
	} else if (!settled) {
		if (tcp_news_advances(n))
			forget_dups(c);
		else if (seq_gt(c->snd_nxt, a->recover))
			count_dup(c, n);
	}
	detect(c, n);
	return a->ca < TCP_CA_RECOVERY || n->lost_again;
}

/* The peer took back what it had reported.  Perhaps an ACK for it is on its
 * way; if not, the timer will soon see to it. */
static void wait_for_renege(struct tcp_conn *c, struct tcp_news *n)
{
	uint64_t srtt = c->srtt_8us / 8 * NS_PER_US;

	if (!tcp_news_advances(n))
		return;
	c->active->wait = TCP_WAIT_RTO;
	tcp_timer_set_in(c, TCP_T_SEND, max_u64(srtt / 2, 10 * NS_PER_MS));
	n->may_reset = false;
}

static bool is_calm(const struct tcp_conn *c, const struct tcp_news *n)
{
	const struct tcp_active *a = c->active;

	return a->ca == TCP_CA_OPEN && !n->ack.sacked && !n->ack.is_dup &&
	       !n->ack.has_dsack && !a->sent.sacked;
}

void tcp_loss_judge(struct tcp_conn *c, struct tcp_news *n)
{
	struct tcp_active *a = c->active;

	if (is_calm(c, n))
		return;
	if (tcp_sack_reneged(c)) {
		wait_for_renege(c, n);
		return;
	}
	if (leave(c, n))
		return;
	if (a->ca == TCP_CA_RECOVERY)
		judge_in_recovery(c, n);
	else if (a->ca != TCP_CA_LOSS || judge_in_loss(c, n))
		judge_otherwise(c, n);
}

/* The reordering timer: what was late is lost (RFC 8985, 6.3). */
void tcp_loss_late(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	struct tcp_news n = {.prior_una = c->snd_una};

	PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_REORDER_TIMER, NULL,
		    EVF_NUM("flight", tcp_flight(c)),
		    EVF_NUM("sacked", a->sent.sacked));
	a->wait = TCP_WAIT_RTO;
	tcp_rack_detect(c, &n);
	if (n.ack.lost && a->ca != TCP_CA_RECOVERY && a->ca != TCP_CA_LOSS &&
	    !tcp_mtup_explains_loss(c))
		enter_recovery(c);
	if (n.ack.lost && a->ca == TCP_CA_RECOVERY &&
	    !(c->cc->flags & TCP_CC_IS_MODEL))
		tcp_prr_acked(c, &n);
	tcp_rearm(c, TCP_REARM_RESUME);
	tcp_output(c);
}

/* Reduce the window without a loss, once for what is under way. */
void tcp_loss_cwr(struct tcp_conn *c, const char *why)
{
	struct tcp_active *a = c->active;

	if (a->ca >= TCP_CA_CWR)
		return;
	a->undo.is_armed = false;
	tcp_prr_begin(c);
	tcp_ca_move(c, TCP_CA_CWR, why);
	tcp_cc_event(c, TCP_CC_ECN_CUT);
}

/* Everything is to be sent again, what the peer had reported included if
 * @forget. */
static void mark_all(struct tcp_conn *c, bool forget, bool spare_young)
{
	struct tcp_sent *s, *first = tcp_sent_first(c);

	for (s = first; s; s = tcp_sent_next(s)) {
		if (s->flags & TCP_SENT_SACKED && !forget)
			continue;
		if (spare_young && s != first && c->flags & TCPF_SACK &&
		    !(s->flags & TCP_SENT_LOST) && !tcp_rack_is_late(c, s))
			continue;
		tcp_sent_set_fate(c, s, TCP_SENT_LOST);
	}
}

/* No congestion: a shut window has cut off what was sent. */
void tcp_loss_all(struct tcp_conn *c)
{
	mark_all(c, false, false);
}

/* Nor this: the path is narrower than what was sent (RFC 1191, 6.4). */
void tcp_loss_resize(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	mark_all(c, false, false);
	forget_dups(c);
	if (!a->sent.lost)
		return;
	a->undo.is_armed = a->undo.frto = false;
	a->recover = c->snd_nxt;
	tcp_ca_move(c, TCP_CA_LOSS, "the path is narrower than what was sent");
}

/* Is it the first timeout for what is under way? */
static bool is_new_loss(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return a->ca <= TCP_CA_DISORDER || seq_leq(a->recover, c->snd_una) ||
	       (a->ca == TCP_CA_LOSS && !a->tries);
}

static void enter_loss(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	bool is_new = a->ca < TCP_CA_RECOVERY, reneged = tcp_sack_reneged(c);

	if (reneged)
		PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_RENEGED, NULL,
		      EVF_NUM("octets", a->sent.sacked));
	mark_all(c, reneged, !reneged);
	forget_dups(c);
	if (is_new_loss(c)) {
		tcp_undo_begin(c);
		c->ssthresh = c->cc->ssthresh(c);
		tcp_cc_event(c, TCP_CC_TIMEOUT);
	}
	c->cwnd = tcp_pipe(c) + c->mss;
	a->recover = c->snd_nxt;
	a->tlp.is_out = false;
	a->undo.frto = c->tcp->knobs.frto && (is_new || a->tries);
	a->undo.new_first = false;
	tcp_ca_move(c, TCP_CA_LOSS, "no acknowledgement came in time");
}

/*
 * Is the timeout doubled (RFC 6298, 5.5)?  A stream that never has four
 * segments under way cannot repair a loss without a timeout, and adds little
 * to the crowd: the operator may let it repeat at an even pace, six times.
 */
static bool is_patient(const struct tcp_conn *c)
{
	bool is_thin = tcp_flight(c) < THIN_SEGMENTS * (uint32_t)c->mss;

	return !c->tcp->knobs.thin_linear_timeouts || !is_thin ||
	       c->active->tries > THIN_TRIES;
}

void tcp_loss_timeout(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	uint64_t rto = tcp_rto_ns(c);

	enter_loss(c);
	tcp_tally_rto(c, rto);
	tcp_count_try(c);
	a->backoff = is_patient(c) ? (uint8_t)min_u32(a->backoff + 1U,
						      TCP_BACKOFF_MAX)
				   : 0;
	c->tcp->stats.timeouts++;
	tcp_mtup_timeout(c);
	PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_RTO, NULL,
		    EVF_NUM("rto_ms", rto / NS_PER_MS),
		    EVF_NUM("next_rto_ms", tcp_rto_ns(c) / NS_PER_MS),
		    EVF_NUM("tries", a->tries),
		    EVF_NUM("una", seq_dist(c->iss, c->snd_una)),
		    EVF_NUM("flight", tcp_flight(c)));
	tcp_rtt_forget(c);
	a->wait = TCP_WAIT_RTO;
	tcp_rearm(c, TCP_REARM_RTO);
	tcp_output(c);
}
