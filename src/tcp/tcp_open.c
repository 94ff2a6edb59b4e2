// SPDX-License-Identifier: MIT
/*
 * tcp_open.c - the active side of the handshake, and CLOSED
 *
 * Theory of operation
 * ===================
 *	SYN-SENT      <SEQ=ISS><SYN>                 -->
 *	ESTABLISHED   <--  <SEQ=IRS><ACK=ISS+1><SYN,ACK>
 *	              <SEQ=ISS+1><ACK=IRS+1><ACK>    -->
 *
 * What cannot be changed later is agreed on here: the largest segment, whether
 * windows are scaled and by how much, whether segments carry timestamps.  An
 * option is in use only if both SYNs had it.
 *
 * If a SYN without ACK comes while we are in SYN-SENT both ends have opened at
 * the same time: each answers the other's SYN and both come to ESTABLISHED by
 * way of SYN-RECEIVED (RFC 9293, 3.5, figure 8).
 *
 * The passive side is in tcp_req.c.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

uint16_t tcp_peer_mss(const struct tcp_stack *tcp, const struct tcp_opts *o,
		      uint8_t family)
{
	uint32_t mss = family == IP_V6 ? TCP_MSS_DEFAULT6 : TCP_MSS_DEFAULT;

	if (o->has & TCP_HAS_MSS)
		mss = max_u32(o->mss, tcp->knobs.min_snd_mss);
	return (uint16_t)mss;
}

/* We have sent our options before: what of them did the peer answer? */
static void negotiate(struct tcp_conn *c, const struct tcp_opts *o)
{
	c->peer_mss = tcp_peer_mss(c->tcp, o, c->end.t.raddr.family);
	if (c->tcp->knobs.window_scaling && o->has & TCP_HAS_WSCALE) {
		c->flags |= TCPF_WSCALE;
		c->snd_wscale = o->wscale;
	} else {
		c->rcv_wscale = 0;
	}
	if (o->has & TCP_HAS_SACK_OK && c->tcp->knobs.sack)
		c->flags |= TCPF_SACK;
	if (c->tcp->knobs.timestamps && o->has & TCP_HAS_TIMESTAMP) {
		c->flags |= TCPF_TS;
		c->ts_recent = o->ts_val;
		c->ts_recent_ms = tcp_ms(c->tcp);
	}
}

void tcp_open_active(struct tcp_conn *c, struct tcp_first *first)
{
	struct tcp_active *a = c->active;

	c->snd_una = c->iss;
	c->snd_nxt = seq_add(c->iss, 1);
	a->ts_offset = tcp_ts_offset(c->tcp, &c->end.t);
	c->rcv_wscale = tcp_wscale_for(c);
	tcp_queue_fini(&a->rcv);
	tcp_queue_init(&a->snd, c->tcp->env, c->snd_nxt);
	a->recover = a->small = a->urg.up = c->iss;
	a->stall_ns = c->tcp->env->now_ns;
	a->tries = a->backoff = 0;
	tcp_fastopen_begin(c, first);
	c->tcp->stats.active_opens++;
	tcp_set_state(c, TCPS_SYN_SENT);
	a->syn_ns = c->tcp->env->now_ns;
	tcp_out_syn(c, R_TCP_SYN);
	tcp_output(c); /* sets the timer */
}

static unsigned int tries_max(const struct tcp_conn *c)
{
	const struct tcp_knobs *k = &c->tcp->knobs;

	return tcp_syn_tries(c, c->end.state == TCPS_SYN_RCVD &&
						c->flags & TCPF_PASSIVE
					? k->synack_retries
					: k->syn_retries);
}

void tcp_open_timeout(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	bool is_answer = c->end.state == TCPS_SYN_RCVD;
	uint64_t rto = tcp_rto_ns(c);

	if (a->tries >= tries_max(c) || tcp_user_timed_out(c)) {
		tcp_give_up(c);
		return;
	}
	a->tries++;
	a->backoff++;
	tcp_count_retransmits(c, 1);
	c->tcp->stats.retrans_segs++;
	PROBE_CAUSE(&c->tcp->stack->place, EV_TIMER, R_TCP_RTO, NULL,
		    EVF_NUM("rto_ms", rto / NS_PER_MS),
		    EVF_NUM("next_rto_ms", tcp_rto_ns(c) / NS_PER_MS),
		    EVF_NUM("tries", a->tries), EVF_NUM("una", 0),
		    EVF_NUM("flight", 1));
	tcp_fastopen_timeout(c);
	tcp_rtt_forget(c);
	tcp_out_syn(c, is_answer ? R_TCP_SYN_ACK_AGAIN : R_TCP_SYN_AGAIN);
	tcp_output(c);
}

static void tell_opened(const struct tcp_conn *c)
{
	struct endpoint local = tcp_local(c), remote = tcp_remote(c);

	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_OPENED, NULL,
	      EVF_EP("local", &local), EVF_EP("remote", &remote),
	      EVF_NUM("mss", c->mss), EVF_NUM("cwnd", c->cwnd));
}

void tcp_established(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_active *a = c->active;

	tcp_mss_update(c);
	c->rcv_mss = TCP_MSS_DEFAULT;
	/* The window of a SYN is never scaled (RFC 7323, 2.2). */
	c->snd_wnd = s->h.win;
	if (!(s->h.flags & TCP_SYN))
		c->snd_wnd <<= c->snd_wscale;
	c->max_snd_wnd = c->snd_wnd;
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->h.ack;
	if (!(c->flags & TCPF_FASTOPEN))
		tcp_cc_begin(c, a->tries);
	if (s->o.has & TCP_HAS_UTO)
		tcp_uto_in(c, s);
	tcp_mtup_established(c);
	tcp_tune_sndbuf(c);
	tcp_ecn_child_ack(c, s);
	c->flags |= TCPF_OPENED;
	tcp_set_state(c, TCPS_ESTABLISHED);
	if (c->tcp->env->probe)
		tell_opened(c);
	if (a->tfo.at)
		tcp_fastopen_proven(c);
	else if (a->listener && !(c->flags & TCPF_FASTOPEN))
		tcp_listen_ready(c);
	a->heard_ns = c->tcp->env->now_ns;
	tcp_keep_restart(c);
	tcp_event(c, WAIT_OUT);
	if (c->flags & TCPF_SND_CLOSED)
		tcp_set_state(c, TCPS_FIN_WAIT_1); /* CLOSE came before */
}

/* Both ends opened at the same time. */
static enum tcp_verdict crossing_syn(struct tcp_conn *c,
				     const struct tcp_seg *s)
{
	c->snd_wnd = s->h.win;
	tcp_set_state(c, TCPS_SYN_RCVD);
	tcp_rtt_forget(c);
	tcp_out_syn(c, R_TCP_SYN_ACK);
	return TCP_DONE;
}

static enum tcp_verdict take_syn(struct tcp_conn *c, struct tcp_seg *s)
{
	c->irs = s->seq;
	c->rcv_nxt = c->rcv_adv = seq_add(s->seq, 1);
	c->active->ack_sent = c->rcv_nxt;
	c->active->rcv.head = c->active->rcv.end = c->rcv_nxt;
	negotiate(c, &s->o);
	tcp_ecn_answered(c, s);
	if (!(s->h.flags & TCP_ACK))
		return crossing_syn(c, s);
	c->rcv_adv = seq_add(
		c->rcv_nxt,
		tcp_syn_window(c, tcp_mss_to_say(c, c->end.t.raddr), false));
	tcp_rtt_of_syn(c, s);
	tcp_fastopen_answered(c, s);
	c->snd_una = s->h.ack;
	tcp_established(c, s);
	c->active->tries = 0;
	tcp_timer_stop(c, TCP_T_SEND);
	tcp_ack_owed(c, R_TCP_ACK_SYN);
	/* What came with the SYN is processed as if it had come alone. */
	s->seq = seq_add(s->seq, 1);
	s->len--;
	s->h.flags &= (uint16_t)~TCP_SYN;
	return tcp_in_rest(c, s);
}

/* Behind all that our SYN carried. */
static seq32 syn_end(const struct tcp_conn *c)
{
	return seq_add(c->snd_nxt, c->active->tfo.syn_len);
}

/* RFC 9293, 3.10.7.3. */
enum tcp_verdict tcp_in_syn_sent(struct tcp_conn *c, struct tcp_seg *s)
{
	bool has_ack = s->h.flags & TCP_ACK;

	/* First, check the ACK bit. */
	if (has_ack &&
	    (seq_leq(s->h.ack, c->iss) || seq_gt(s->h.ack, syn_end(c)))) {
		s->drop = DROP_tcp_ack_bad;
		return s->h.flags & TCP_RST ? TCP_DROP : TCP_RESET;
	}
	/* Second, check the RST bit. */
	if (s->h.flags & TCP_RST) {
		s->drop = DROP_tcp_rst_bad;
		if (!has_ack)
			return TCP_DROP;
		PROBE_CAUSE(&c->tcp->stack->place, EV_NOTE, R_TCP_REFUSED, NULL,
			    EVF_NUM("port", c->end.t.rport));
		c->tcp->stats.attempt_fails++;
		tcp_conn_closed(c, ECONNREFUSED);
		return TCP_DONE;
	}
	/* Fourth, check the SYN bit. */
	if (s->h.flags & TCP_SYN)
		return take_syn(c, s);
	s->drop = DROP_tcp_flags;
	return TCP_DROP;
}

/* RFC 9293, 3.10.7.1. */
enum tcp_verdict tcp_in_closed(struct tcp_stack *tcp, struct tcp_seg *s)
{
	(void)tcp;
	s->drop = DROP_tcp_no_conn;
	if (!(s->h.flags & TCP_RST))
		return TCP_RESET;
	s->drop = DROP_tcp_rst_ignored;
	return TCP_DROP;
}
