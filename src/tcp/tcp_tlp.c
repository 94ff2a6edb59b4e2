// SPDX-License-Identifier: MIT
/*
 * tcp_tlp.c - a probe when the tail is silent, and the timer for it
 *
 * Theory of operation
 * ===================
 * If the last segments of a flight are lost, nothing follows that could show
 * it, and only the retransmission timer would notice: late, and the window is
 * gone.  So after two round trips of silence one segment is sent, a new one if
 * there is any, else the last one again (RFC 8985, 7).  Its ACK carries SACK
 * blocks that show what is missing, and RACK does the rest.
 *
 *	send  5 6 7 ----------x (6, 7 lost)
 *	      |	 2 srtt, and time for a delayed ACK if it is only one segment
 *	      7 again --------->
 *	      <---- ACK 6, SACK 7	so 6 is lost: fast recovery
 *
 * If the probe itself repairs the only loss nobody would notice that there was
 * one.  So the end of a probe that was a retransmission is remembered, and if
 * what is acknowledged goes beyond it without a sign that both copies arrived,
 * the window is reduced as after any loss.
 *
 * One timer serves all: what it waits for is a->wait.  The retransmission
 * timeout always stands behind it; a probe or a reordering timer only come
 * first.
 */

#include "tcp/tcp_int.h"

/* The last segment of the last record. */
static struct tcp_sent *last_segment(struct tcp_conn *c)
{
	struct tcp_sent *s = tcp_sent_last(c), *rest;
	uint32_t len;

	if (!s || tcp_sent_len(s) <= c->mss)
		return s;
	len = (tcp_sent_len(s) - 1) % c->mss + 1;
	rest = tcp_sent_split(c, s, seq_sub(s->end, len));
	return rest ? rest : s;
}

static bool send_probe(struct tcp_conn *c)
{
	struct tcp_tlp *tlp = &c->active->tlp;
	struct tcp_sent *s;

	if (tlp->is_out)
		return false;
	tlp->is_again = false;
	if (!tcp_send_probe(c)) {
		s = last_segment(c);
		if (!s || !tcp_resend(c, s, R_TCP_TLP))
			return false;
		tlp->is_again = true;
	}
	tlp->is_out = true;
	tlp->end = c->snd_nxt;
	c->tcp->stats.tail_probes++;
	return true;
}

/* RFC 8985, 7.3. */
void tcp_tlp_fire(struct tcp_conn *c)
{
	bool sent;

	PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_TLP_TIMER, NULL,
		    EVF_NUM("pto_ms", tcp_tlp_ns(c) / NS_PER_MS),
		    EVF_NUM("flight", tcp_flight(c)));
	sent = send_probe(c);
	c->active->wait = TCP_WAIT_RTO;
	tcp_timer_set(c, TCP_T_SEND,
		      tcp_rto_at(c, sent ? TCP_REARM_RTO : TCP_REARM_RESUME));
	c->active->rearm = TCP_REARM_NOT;
}

/* The probe repaired a loss: pay for it. */
static void reduce(struct tcp_conn *c)
{
	tcp_loss_cwr(c, "a tail loss probe repaired a loss");
	tcp_prr_end(c);
	tcp_loss_keep_open(c);
}

/* RFC 8985, 7.4. */
void tcp_tlp_acked(struct tcp_conn *c, const struct tcp_news *n)
{
	struct tcp_tlp *tlp = &c->active->tlp;
	seq32 ack = n->s->h.ack;

	if (!tlp->is_out || seq_lt(ack, tlp->end))
		return;
	if (!tlp->is_again || n->is_dup_of_probe) {
		tlp->is_out = false;
	} else if (seq_gt(ack, tlp->end)) {
		tlp->is_out = false;
		if (c->active->ca <= TCP_CA_DISORDER)
			reduce(c);
	} else if (!tcp_news_advances(n) && n->ack.is_dup && !n->ack.sacked) {
		tlp->is_out = false; /* both copies arrived */
	}
}
