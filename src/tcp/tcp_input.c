// SPDX-License-Identifier: MIT
/*
 * tcp_input.c - the way of a segment from IP to whom it is for
 *
 * Theory of operation
 * ===================
 * First the segment must be one: long enough, addressed to one host, with a
 * true checksum.  Then it is looked up; each kind of end has its function,
 * which leaves a verdict, and the verdict is carried out here: the packet is
 * freed, or dropped under a name, and the peer gets what it is owed.
 *
 * The segment that a connection expects takes a short cut: tcp_fast.c, where
 * tcp_input() itself stands, since most go no further.
 *
 * Sources: RFC 9293, 3.10.7, and RFC 9293, 3.1.
 */

#include "base/small.h"

#include "wire/csum.h"
#include "wire/proto.h"

#include "tcp/tcp_int.h"

static void fill_in(struct tcp_seg *s, struct pkt *pkt,
		    const struct ip_meta *meta)
{
	s->pkt = pkt;
	s->meta = meta;
	s->t.laddr = meta->dst;
	s->t.raddr = meta->src;
	s->t.lport = s->h.dport;
	s->t.rport = s->h.sport;
	s->seq = s->h.seq;
	s->size = pkt->len - s->h.len;
	s->len = s->size + tcp_flags_len(s->h.flags);
	s->off = 0;
	s->drop = DROP_tcp_flags;
	s->why = R_TCP_ACK_CHALLENGE;
}

/* As parse(), of an ACK, perhaps with data or a FIN, that has the usual options:
 * all of the header that means something then is read where it stands.  (130
 * instructions less.) */
static inline bool parse_usual(struct tcp_seg *s, struct pkt *pkt,
			       const struct ip_meta *meta)
{
	if (!HAS_SHORT_WAYS || meta->is_bcast || meta->is_mcast ||
	    !tcp_shape_read(s, pkt, TCP_PSH | TCP_FIN) ||
	    !tcp_csum_is_right(pkt, meta))
		return false;
	tcp_shape_rest(s, pkt, meta);
	s->h.sport = s->t.rport;
	s->h.dport = s->t.lport;
	s->h.urp = 0; /* of a segment without URG */
	s->o.sack_count = 0;
	s->t.laddr = meta->dst;
	s->t.raddr = meta->src;
	s->len += tcp_flags_len(s->h.flags);
	s->drop = DROP_tcp_flags;
	s->why = R_TCP_ACK_CHALLENGE;
	pkt_pull(pkt, s->h.len);
	return true;
}

/* Is it a segment at all?  Returns 0 and fills in @s, or else the reason. */
static enum drop parse(struct tcp_seg *s, struct pkt *pkt,
		       const struct ip_meta *meta)
{
	const uint8_t *p;

	if (parse_usual(s, pkt, meta))
		return DROP_COUNT;
	if (meta->is_bcast || meta->is_mcast)
		return DROP_tcp_dst;
	p = pkt_need(pkt, TCP_HLEN);
	if (!p)
		return DROP_tcp_short;
	p = pkt_need(pkt, (size_t)(p[offsetof(struct tcp_wire, off)] >> 4) * 4);
	if (!p || tcp_parse(&s->h, p, pkt->lin_len) < 0)
		return DROP_tcp_hlen;
	if (!tcp_csum_is_right(pkt, meta))
		return DROP_tcp_csum;
	tcp_opts_parse(&s->o, p + TCP_HLEN, (size_t)(s->h.len - TCP_HLEN));
	fill_in(s, pkt, meta);
	pkt_pull(pkt, s->h.len);
	return DROP_COUNT;
}

/* The packet is done with; what the peer gets is the caller's business. */
static void finish(struct tcp_stack *tcp, struct tcp_seg *s, enum tcp_verdict v)
{
	if (v == TCP_NEXT || v == TCP_DONE)
		pkt_free(s->pkt);
	else
		pkt_drop(&tcp->stack->place, s->pkt, s->drop);
}

static void answer(struct tcp_conn *c, const struct tcp_seg *s,
		   enum tcp_verdict v)
{
	if (v == TCP_ACK_DROP)
		tcp_ack_owed(c, s->why);
	else if (v == TCP_CHALLENGE)
		tcp_challenge(c, s->why);
	else if (v == TCP_RESET)
		tcp_rst_reply(c->tcp, s, R_TCP_RST_BAD_ACK);
}

static void for_conn(struct tcp_conn *c, struct tcp_seg *s)
{
	struct tcp_stack *tcp = c->tcp;
	enum tcp_verdict v;

	if (tcp_last_input(c, s) || tcp_fin_input(c, s))
		return;
	if (!tcp_activate(c)) {
		pkt_drop(&tcp->stack->place, s->pkt, DROP_no_memory);
		return;
	}
	tcp_tally_in(c, s);
	if (c->end.state == TCPS_SYN_SENT)
		v = tcp_in_syn_sent(c, s);
	else
		v = tcp_in_synchronized(c, s);
	if (v == TCP_NEXT || v == TCP_DONE)
		tcp_srcroute_update(c, s);
	finish(tcp, s, v);
	answer(c, s, v);
	tcp_output(c);
	tcp_settle(c);
}

/* Nobody has this pair of endpoints: is somebody listening? */
static enum tcp_verdict for_nobody(struct tcp_stack *tcp, struct tcp_seg *s,
				   const seq32 *iss_min,
				   struct tcp_conn **child)
{
	struct tcp_conn *l = s->meta->whose == IP_OURS
				     ? tcp_listener_find(tcp, &s->t)
				     : tcp->foreign;

	if (l && s->meta->whose != IP_FORSAKEN)
		return tcp_in_listen(l, s, iss_min, child);
	return tcp_in_closed(tcp, s);
}

static void for_end(struct tcp_stack *tcp, struct tcp_end *e, struct tcp_seg *s)
{
	enum tcp_verdict v = TCP_NEXT;
	struct tcp_conn *child = NULL;
	seq32 iss_min;

	if (!e) {
		v = for_nobody(tcp, s, NULL, &child);
	} else if (e->kind == TCP_IS_TW) {
		v = tcp_in_tw(tcp, tcp_tw_of(e), s, &iss_min);
		if (v == TCP_NEXT) /* it made way for a new connection */
			v = for_nobody(tcp, s, &iss_min, &child);
	} else {
		v = tcp_in_req(tcp, container_of(e, struct tcp_req, end), s,
			       &child);
	}
	if (v == TCP_NEXT) {
		check(child);
		for_conn(child, s);
		return;
	}
	finish(tcp, s, v);
	if (v == TCP_RESET)
		tcp_rst_reply(tcp, s, tcp_rst_reason(s));
}

void tcp_input_far(struct stack *stack, struct pkt *pkt,
		   const struct ip_meta *meta)
{
	struct tcp_stack *tcp = stack->slot[SLOT_TCP];
	struct tcp_seg s;
	struct tcp_end *e;
	enum drop bad;

	bad = parse(&s, pkt, meta);
	tcp->stats.in_segs++;
	if (bad != DROP_COUNT) {
		tcp->stats.in_errs++;
		pkt_drop(&stack->place, pkt, bad);
		return;
	}
	e = tcp_end_find(tcp, &s.t);
	if (e && e->kind == TCP_IS_CONN)
		for_conn(container_of(e, struct tcp_conn, end), &s);
	else
		for_end(tcp, e, &s);
}
