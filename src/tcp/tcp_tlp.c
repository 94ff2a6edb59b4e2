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

/* Two segments or more: their ACK is not delayed, but timers are coarse. */
#define TLP_SLACK_NS (2 * NS_PER_MS)

/* knobs.early_retrans */
enum { TLP_ON = 3 };

static bool may_probe(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	return c->tcp->knobs.early_retrans >= TLP_ON && c->flags & TCPF_SACK &&
	       TCP_STATE_IN(c, TCP_SENDS) && c->snd_wnd &&
	       (a->ca == TCP_CA_OPEN || a->ca == TCP_CA_CWR);
}

/* RFC 8985, 7.2: TLP_calc_PTO(). */
static uint64_t probe_timeout(const struct tcp_conn *c)
{
	uint64_t pto = c->tcp->knobs.rto_initial_us * NS_PER_US;

	if (!c->srtt_8us)
		return pto;
	pto = 2 * (c->srtt_8us / 8 * NS_PER_US);
	if (tcp_flight(c) <= c->mss)
		return pto + c->tcp->knobs.rto_min_us * NS_PER_US;
	return pto + TLP_SLACK_NS;
}

void tcp_rearm(struct tcp_conn *c, enum tcp_rearm how)
{
	struct tcp_active *a = c->active;

	a->rearm = (uint8_t)max_u32(a->rearm, how);
}

/* When the retransmission timeout is over. */
static uint64_t rto_at(const struct tcp_conn *c, enum tcp_rearm how)
{
	uint64_t now = c->tcp->env->now_ns;
	const struct tcp_sent *s = tcp_sent_first(c);

	if (how != TCP_REARM_RESUME || !s)
		return now + tcp_rto_ns(c);
	return max_u64(s->sent_ns + tcp_rto_ns(c), now + 1);
}

/* Something is under way: set the timer if there is reason to. */
void tcp_send_timer_arm(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	enum tcp_rearm how = (enum tcp_rearm)a->rearm;
	bool is_set = tcp_timer_is_set(c, TCP_T_SEND) && !a->is_probing;
	uint64_t at, probe_at;

	a->rearm = TCP_REARM_NOT;
	if (is_set && how == TCP_REARM_NOT)
		return;
	if (is_set && how == TCP_REARM_RESUME && !may_probe(c) &&
	    a->wait != TCP_WAIT_PROBE)
		return;
	at = rto_at(c, is_set ? how : max_u32(how, TCP_REARM_RESTART));
	a->is_probing = false;
	a->wait = TCP_WAIT_RTO;
	if (how != TCP_REARM_RTO && may_probe(c)) {
		probe_at = c->tcp->env->now_ns + probe_timeout(c);
		a->wait = TCP_WAIT_PROBE;
		at = min_u64(at, probe_at);
	}
	tcp_timer_set(c, TCP_T_SEND, at);
}

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
		    EVF_NUM("pto_ms", probe_timeout(c) / NS_PER_MS),
		    EVF_NUM("flight", tcp_flight(c)));
	sent = send_probe(c);
	c->active->wait = TCP_WAIT_RTO;
	tcp_timer_set(c, TCP_T_SEND,
		      rto_at(c, sent ? TCP_REARM_RTO : TCP_REARM_RESUME));
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
