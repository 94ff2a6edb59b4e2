// SPDX-License-Identifier: MIT
/*
 * tcp_ecn.c - congestion marks: agreeing on them, echoing them, heeding them
 *
 * Theory of operation
 * ===================
 * A router whose queue grows can say so before it must drop something: it
 * writes "congestion experienced" into the IP header (RFC 3168).  The way of
 * such a mark:
 *
 *	sender          router          receiver
 *	data, ECT(0) ---> CE ----------> |
 *	   | <------------------ ACK, ECE| and so all ACKs, until
 *	window is cut                    |
 *	   | data, CWR ----------------> | ECE ends
 *
 * Both ends must know the game, so it is agreed on in the handshake: the SYN
 * has ECE and CWR, the SYN-ACK has ECE alone.  Since some old boxes throw such
 * SYNs away, a repeated one does not have them.  In the accurate version (RFC
 * 9768) the SYN has a third flag, and the same three bits become a counter of
 * marks afterwards: tcp_accecn.c.
 *
 *	knob ecn	asks		answers
 *	0		-		-
 *	1		classic		classic
 *	2		-		classic
 *	3		accurate	accurate
 *	4		classic		accurate
 *	5		-		accurate
 *
 * An algorithm that cannot do without marks (TCP_CC_NEEDS_ECN) asks and
 * answers whatever the knob says.
 *
 * Only new data is sent as ECN-capable: not pure ACKs, for nobody would heed
 * their marks; not retransmissions, which a third party could have made us
 * send; not window probes, which the receiver may not take (RFC 3168, 6.1.4 to
 * 6.1.6).
 *
 * A mark cuts the window as a loss would, but nothing needs to be sent again,
 * and only once for one window: what comes before all is acknowledged that was
 * under way at the cut belongs to the same congestion.
 *
 * DCTCP counts marks, so its receiver echoes each as it is: ECE is on exactly
 * while marked segments are acknowledged, and where the one kind ends and the
 * other begins an ACK is sent at once (RFC 8257, 3.2).
 */

#include "wire/ip4.h"

#include "tcp/tcp_int.h"

#define ALL_FLAGS (TCP_AE | TCP_CWR | TCP_ECE)

static bool asks_classic(uint32_t mode)
{
	return mode == 1 || mode == 4;
}

static bool answers_accurate(uint32_t mode)
{
	return mode >= 3;
}

static void tell(const struct tcp_conn *c, const char *why)
{
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_ECN, NULL,
	      EVF_TEXT("why", why));
}

/* RFC 3168, 6.1.1.1; RFC 9768, 3.1.4.1: accurate ECN has two tries. */
uint16_t tcp_ecn_syn_flags(const struct tcp_conn *c)
{
	uint32_t mode = c->tcp->knobs.ecn;
	bool falls_back = c->tcp->knobs.ecn_fallback;
	unsigned int tries = c->active->tries;

	if (mode == 3)
		return tries > 1 && falls_back ? 0 : ALL_FLAGS;
	if (!asks_classic(mode) && !(c->cc->flags & TCP_CC_NEEDS_ECN))
		return 0;
	return tries && falls_back ? 0 : TCP_ECE | TCP_CWR;
}

static bool may_answer(const struct tcp_conn *l)
{
	return l->tcp->knobs.ecn || l->cc->flags & TCP_CC_NEEDS_ECN;
}

void tcp_ecn_asked(struct tcp_req *r, const struct tcp_seg *s)
{
	const struct tcp_conn *l = r->listener;
	uint16_t flags = s->h.flags & ALL_FLAGS;

	r->has_ecn = r->has_accecn = false;
	if (!may_answer(l))
		return;
	r->has_ecn = flags == (TCP_ECE | TCP_CWR) || flags == ALL_FLAGS;
	r->has_accecn =
		flags == ALL_FLAGS && answers_accurate(l->tcp->knobs.ecn);
	r->syn_ecn = s->meta->tos & IP_ECN_MASK;
}

/* A cookie has room for one bit: classic. */
uint16_t tcp_ecn_answer_flags(const struct tcp_req *r)
{
	if (r->has_accecn && !r->is_cookie)
		return tcp_accecn_echo(r->syn_ecn);
	return r->has_ecn ? TCP_ECE : 0;
}

uint16_t tcp_ecn_syn_ack_flags(const struct tcp_conn *c)
{
	if (c->flags & TCPF_ACCECN)
		return tcp_accecn_echo(c->extra->accecn.syn_ecn);
	return c->flags & TCPF_ECN ? TCP_ECE : 0;
}

static void agreed_classic(struct tcp_conn *c)
{
	c->flags |= TCPF_ECN;
	tell(c, "both ends understand congestion marks");
}

static bool agreed_accurate(struct tcp_conn *c, uint8_t syn_ecn)
{
	if (!tcp_accecn_begin(c, syn_ecn))
		return false;
	tell(c, "both ends count congestion marks");
	return true;
}

bool tcp_ecn_child(struct tcp_conn *c, const struct tcp_req *r)
{
	if (r->has_accecn && !r->is_cookie)
		return agreed_accurate(c, r->syn_ecn);
	if (r->has_ecn)
		agreed_classic(c);
	return true;
}

void tcp_ecn_child_ack(struct tcp_conn *c, const struct tcp_seg *s)
{
	if (c->flags & TCPF_ACCECN && c->flags & TCPF_PASSIVE)
		tcp_accecn_first_ack(c, s);
}

/* RFC 9768, 3.1.2, table 2; a crossing SYN is not worth the trouble. */
void tcp_ecn_answered(struct tcp_conn *c, const struct tcp_seg *s)
{
	uint16_t asked = tcp_ecn_syn_flags(c);
	uint16_t flags = s->h.flags & ALL_FLAGS;

	if (!asked || !(s->h.flags & TCP_ACK) || flags == ALL_FLAGS || !flags)
		return;
	if (flags == TCP_ECE ||
	    (asked == ALL_FLAGS && flags == (TCP_AE | TCP_ECE)))
		agreed_classic(c);
	else if (asked == ALL_FLAGS)
		agreed_accurate(c, s->meta->tos & IP_ECN_MASK);
}

uint8_t tcp_ecn_out(struct tcp_conn *c, struct tcp_hdr *h, struct tcp_opts *o,
		    uint32_t len, bool is_fresh)
{
	if (c->flags & TCPF_ACCECN) {
		tcp_accecn_out(c, h, o, len);
	} else if (!(c->flags & TCPF_ECN)) {
		return IP_ECN_NOT_ECT;
	} else {
		if (c->flags & TCPF_ECN_ECHO)
			h->flags |= TCP_ECE;
		if (is_fresh && c->flags & TCPF_ECN_CWR) {
			h->flags |= TCP_CWR;
			c->flags &= ~(uint32_t)TCPF_ECN_CWR;
		}
	}
	return is_fresh && !(c->flags & TCPF_ECN_OFF) ? IP_ECN_ECT0
						      : IP_ECN_NOT_ECT;
}

static void set_echo(struct tcp_conn *c, bool on)
{
	c->flags &= ~(uint32_t)TCPF_ECN_ECHO;
	c->flags |= on ? TCPF_ECN_ECHO : 0;
}

/* RFC 8257, 3.2: what came before goes with an ACK of its own. */
static void echo_exactly(struct tcp_conn *c, bool is_marked)
{
	if (is_marked == !!(c->flags & TCPF_ECN_ECHO))
		return;
	if (tcp_timer_is_set(c, TCP_T_DELACK))
		tcp_out_ack(c);
	set_echo(c, is_marked);
	tcp_ack_owed(c, R_TCP_ACK);
}

void tcp_ecn_in(struct tcp_conn *c, const struct tcp_seg *s)
{
	bool is_marked = (s->meta->tos & IP_ECN_MASK) == IP_ECN_CE;

	if (c->flags & TCPF_ACCECN) {
		tcp_accecn_in(c, s);
		return;
	}
	if (!(c->flags & TCPF_ECN) || !s->size)
		return;
	if (c->cc->flags & TCP_CC_NEEDS_ECN) {
		echo_exactly(c, is_marked);
		return;
	}
	if (s->h.flags & TCP_CWR)
		set_echo(c, false);
	if (!is_marked)
		return;
	if (!(c->flags & TCPF_ECN_ECHO))
		tell(c, "a marked segment came: all ACKs say so until CWR");
	set_echo(c, true);
	tcp_ack_owed(c, R_TCP_ACK);
}

void tcp_ecn_reduced(struct tcp_conn *c)
{
	if (c->flags & TCPF_ECN)
		c->flags |= TCPF_ECN_CWR;
}

/* RFC 3168, 6.1.2: once for a window, and not on top of a loss. */
static void cut(struct tcp_conn *c)
{
	struct tcp_ecn *e = &c->active->ecn;

	if (c->active->ca >= TCP_CA_CWR || c->flags & TCPF_ECN_CWR)
		return;
	e->is_cutting = true;
	tcp_loss_cwr(c, "the peer echoes a congestion mark");
	e->is_cutting = false;
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_ECN, NULL,
	      EVF_TEXT("why", "the peer echoes a mark"),
	      EVF_NUM("cwnd", c->cwnd), EVF_NUM("ssthresh", c->ssthresh));
}

void tcp_ecn_acked(struct tcp_conn *c, const struct tcp_seg *s,
		   struct tcp_ack *ack)
{
	if (c->flags & TCPF_ACCECN) {
		tcp_accecn_acked(c, s, ack);
	} else if (c->flags & TCPF_ECN && s->h.flags & TCP_ECE) {
		ack->is_ece = true;
		ack->ce_octets = ack->delivered;
		ack->ce_packets = ack->delivered / c->mss;
	}
	if (c->tally)
		c->tally->delivered_ce += ack->ce_packets;
	if (c->cc->on_marks)
		c->cc->on_marks(c, ack);
	if (ack->is_ece)
		cut(c);
}
