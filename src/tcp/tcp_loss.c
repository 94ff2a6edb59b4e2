// SPDX-License-Identifier: MIT
/*
 * tcp_loss.c - noticing that something was lost, and sending it again
 *
 * Theory of operation
 * ===================
 * Two signs tell of a loss.  Duplicate ACKs: the receiver still wants the same
 * octet although segments keep arriving, so one is missing but later ones get
 * through.  And silence: the retransmission timer.
 *
 *		  third duplicate ACK		   ACK of recover
 *	   OPEN ------------------------> RECOVERY ----------------> OPEN
 *	     |                               |
 *	     +--------- timeout -------------+-----> LOSS --- ACK of recover --+
 *	     ^                                                                 |
 *	     +-----------------------------------------------------------------+
 *
 * RECOVERY is fast recovery as of RFC 6582 (NewReno): the missing segment is
 * sent at once, the window is halved, and each further duplicate ACK, since it
 * means that a segment left the network, releases a new one.  An ACK of a part
 * of what was under way means that the next segment is missing, too.
 *
 * In LOSS everything under way is taken for lost: the window collapses to one
 * segment, and sending begins again at snd_una.
 *
 * `recover` is snd_nxt at the time of the loss.  What happens before all that
 * is acknowledged belongs to the same loss and halves nothing a second time.
 */

#include "tcp/tcp_int.h"

static void enter_recovery(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	c->ssthresh = c->cc->ssthresh(c);
	c->cwnd = c->ssthresh + TCP_DUPACKS * c->mss;
	a->ca = TCP_CA_RECOVERY;
	tcp_cc_event(c, TCP_CC_RECOVERY);
	a->recover = c->snd_nxt;
	a->first_partial = true;
	c->tcp->stats.fast_retransmits++;
	tcp_cc_tell(c, "fast retransmit");
	tcp_resend_first(c, R_TCP_FAST_RETRANSMIT);
}

void tcp_loss_dupack(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	a->dupacks++;
	if (a->ca == TCP_CA_RECOVERY) {
		c->cwnd = min_u32(c->cwnd + c->mss, TCP_CWND_MAX);
		return;
	}
	/* Not more than once for one flight (RFC 6582, 3.2, step 1). */
	if (a->dupacks == TCP_DUPACKS && seq_gt(c->snd_una, a->recover))
		enter_recovery(c);
}

static void full_ack(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	if (a->ca == TCP_CA_RECOVERY)
		c->cwnd = min_u32(c->ssthresh,
				  max_u32(tcp_flight(c), c->mss) + c->mss);
	a->ca = TCP_CA_OPEN;
	tcp_cc_event(c, TCP_CC_RECOVERED);
	tcp_cc_tell(c, "recovered");
}

/* RFC 6582, 3.2, step 3: the next segment is missing as well. */
static void partial_ack(struct tcp_conn *c, uint32_t acked)
{
	c->cwnd -= min_u32(acked, c->cwnd - c->mss);
	if (acked >= c->mss)
		c->cwnd += c->mss;
	tcp_resend_first(c, R_TCP_FAST_RETRANSMIT);
}

static void move_window(struct tcp_conn *c, uint32_t acked)
{
	struct tcp_active *a = c->active;
	seq32 una = seq_add(c->snd_una, acked);
	int32_t octets = seq_diff(a->snd.head, una);
	struct tcp_sent *s;

	if (octets > 0)
		tcp_queue_pop(&a->snd, min_u32((uint32_t)octets,
					       tcp_queue_len(&a->snd)));
	while ((s = tcp_sent_first(c)) && seq_lt(s->seq, una)) {
		tcp_rate_on_delivered(c, s);
		tcp_sent_trim(c, s, una);
	}
	c->snd_una = una;
	a->resend = seq_max(a->resend, una);
	a->tries = 0;
	a->stall_ns = c->tcp->env->now_ns;
}

void tcp_loss_acked(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_active *a = c->active;
	uint32_t acked = seq_dist(c->snd_una, s->h.ack);
	struct tcp_ack ack = {.acked = acked,
			      .delivered = acked,
			      .prior_in_flight = tcp_flight(c)};
	bool restart = true;

	tcp_rtt_acked(c, s);
	move_window(c, acked);
	tcp_rate_sample(c, &ack);
	if (a->ca != TCP_CA_OPEN && seq_geq(c->snd_una, a->recover)) {
		full_ack(c);
	} else if (a->ca == TCP_CA_RECOVERY) {
		partial_ack(c, acked);
		restart = a->first_partial;
		a->first_partial = false;
	} else {
		c->cc->on_ack(c, &ack);
	}
	a->dupacks = 0;
	if (restart)
		tcp_timer_stop(c, TCP_T_SEND); /* tcp_output() sets it again */
}

void tcp_loss_timeout(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	uint64_t rto = tcp_rto_ns(c);

	if (a->tries == 0)
		c->ssthresh = c->cc->ssthresh(c);
	a->backoff = (uint8_t)min_u32(a->backoff + 1U, 20);
	a->tries++;
	c->cwnd = c->mss;
	a->ca = TCP_CA_LOSS;
	tcp_cc_event(c, TCP_CC_TIMEOUT);
	a->recover = c->snd_nxt;
	a->dupacks = 0;
	a->resend = c->snd_una;
	c->tcp->stats.timeouts++;
	PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_RTO, NULL,
		    EVF_NUM("rto_ms", rto / NS_PER_MS),
		    EVF_NUM("next_rto_ms", tcp_rto_ns(c) / NS_PER_MS),
		    EVF_NUM("tries", a->tries),
		    EVF_NUM("una", seq_dist(c->iss, c->snd_una)),
		    EVF_NUM("flight", tcp_flight(c)));
	tcp_rtt_forget(c);
	tcp_output(c);
}
