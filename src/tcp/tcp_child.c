// SPDX-License-Identifier: MIT
/*
 * tcp_child.c - the connection that a listener's peer gets
 *
 * Theory of operation
 * ===================
 * A peer that has proved itself gets a connection made of two things: what its
 * listener was told by setsockopt(), and what the two SYNs agreed on.  The
 * latter stands in a tcp_req, whether that was kept here since the SYN or was
 * read out of a cookie a moment ago.
 *
 * The child stays bound to its listener (a->listener) until accept() takes it;
 * until then the listener may still reset it.
 *
 * Sources: RFC 9293, 3.10.7.4.
 */

#include "tcp/tcp_int.h"

static void inherit(struct tcp_conn *c, const struct tcp_conn *l)
{
	const uint32_t kept = TCPF_NODELAY | TCPF_KEEPALIVE | TCPF_LINGER |
			      TCPF_REUSE | TCPF_FIXED | TCPF_OOB_INLINE |
			      TCPF_SNDBUF_LOCK | TCPF_RCVBUF_LOCK;

	c->flags = (l->flags & kept) | TCPF_PASSIVE;
	c->end.bits = l->end.bits;
	c->cc = l->cc;
	tcp_extra_inherit(c, l);
	c->sndbuf = l->sndbuf;
	c->rcvbuf = l->rcvbuf;
	c->ttl = l->ttl;
	c->tos = l->tos;
}

static void take_numbers(struct tcp_conn *c, const struct tcp_req *r)
{
	c->iss = c->snd_una = r->iss;
	c->snd_nxt = seq_add(r->iss, 1);
	c->irs = r->irs;
	c->rcv_nxt = seq_add(r->irs, 1);
	c->rcv_adv = seq_add(c->rcv_nxt, r->rcv_wnd);
	c->peer_mss = r->peer_mss;
	c->snd_wscale = r->snd_wscale;
	c->rcv_wscale = r->rcv_wscale;
	c->ts_recent = r->ts_recent;
	c->ts_recent_ms = tcp_ms(c->tcp);
	c->flags |=
		(r->has_wscale ? TCPF_WSCALE : 0) | (r->has_ts ? TCPF_TS : 0);
	if (r->has_sack)
		c->flags |= TCPF_SACK;
}

/* All but its place in the table. */
struct tcp_conn *tcp_child_new(struct tcp_stack *tcp, struct tcp_req *r)
{
	struct tcp_conn *l = r->listener, *c = tcp_conn_new(tcp);

	if (!c)
		return NULL;
	c->end.t = r->end.t;
	c->end.state = TCPS_SYN_RCVD;
	inherit(c, l);
	take_numbers(c, r);
	tcp_srcroute_adopt(c, r->route);
	c->bind = tcp_bind_get(tcp, c->end.t.lport, c->end.t.laddr,
			       tcp_bind_how(c));
	if (!c->bind || !tcp_activate(c) || !tcp_ecn_child(c, r)) {
		tcp_conn_free(c);
		return NULL;
	}
	c->active->listener = l;
	c->active->tries = r->tries;
	return c;
}

/* @r, which is in the table, makes way. */
struct tcp_conn *tcp_child_of_req(struct tcp_stack *tcp, struct tcp_req *r)
{
	struct tcp_conn *c = tcp_child_new(tcp, r);

	if (!c)
		return NULL;
	tcp_rtt_first(c, r->sent_ns);
	tcp_end_replace(tcp, &r->end, &c->end);
	c->flags |= TCPF_IN_TABLE;
	tcp_req_forget(tcp, r);
	return c;
}
