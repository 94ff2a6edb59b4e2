// SPDX-License-Identifier: MIT
/*
 * tcp_req.c - LISTEN, and connections that are half open
 *
 * Theory of operation
 * ===================
 * A SYN proves nothing: its source address may be invented.  So it does not
 * get a connection but a tcp_req, a small block with what the SYN said, and a
 * SYN-ACK.  Only the ACK that knows our initial sequence number, and so must
 * have seen the SYN-ACK, makes a tcp_conn of it, which waits in the listener's
 * queue for accept().
 *
 *	SYN --> tcp_req (SYN-RECEIVED) -- ACK --> tcp_conn (ESTABLISHED) --> ready
 *	           |  ^                              ^
 *	           |  SYN again: SYN-ACK again       takes the request's place in
 *	           +-> RST, or silence: gone         the table
 *
 * Limits
 * ------
 * Requests: per listener its backlog, but at least REQUESTS_MIN; in the whole
 * stack TCP_REQUESTS_MAX.  A SYN beyond that is dropped, and comes again.
 * Ready: backlog + 1, as on Linux; an ACK beyond that is dropped, the request
 * stays, and the peer believes to be connected until it has something to say.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

#define REQUESTS_MIN 64

static struct tcp_path path_of(const struct tcp_req *r)
{
	const struct tcp_conn *l = r->listener;

	return (struct tcp_path){&r->end.t, l->ttl, l->tos, NULL};
}

static void send_syn_ack(struct tcp_stack *tcp, const struct tcp_req *r,
			 enum reason why)
{
	struct tcp_path to = path_of(r);
	struct tcp_opts o = {.has = TCP_HAS_MSS};
	struct tcp_hdr h = {.seq = r->iss,
			    .ack = seq_add(r->irs, 1),
			    .flags = TCP_SYN | TCP_ACK,
			    .win = (uint16_t)min_u32(r->rcv_wnd, 65535)};

	o.mss = tcp_mss_limit(tcp, r->end.t.raddr);
	if (r->listener->maxseg)
		o.mss = (uint16_t)min_u32(o.mss, r->listener->maxseg);
	if (r->has_wscale) {
		o.has |= TCP_HAS_WSCALE;
		o.wscale = r->rcv_wscale;
	}
	if (r->has_ts) {
		o.has |= TCP_HAS_TIMESTAMP;
		o.ts_val = tcp_ms(tcp) + tcp_ts_offset(tcp, &r->end.t);
		o.ts_ecr = r->ts_recent;
	}
	tcp_xmit_bare(tcp, &to, &h, &o, why);
}

static void send_ack(struct tcp_stack *tcp, const struct tcp_req *r,
		     enum reason why)
{
	struct tcp_path to = path_of(r);
	struct tcp_opts o = {0};
	struct tcp_hdr h = {.seq = seq_add(r->iss, 1),
			    .ack = seq_add(r->irs, 1),
			    .flags = TCP_ACK,
			    .win = (uint16_t)min_u32(r->rcv_wnd, 65535)};

	if (r->has_ts) {
		o.has |= TCP_HAS_TIMESTAMP;
		o.ts_val = tcp_ms(tcp) + tcp_ts_offset(tcp, &r->end.t);
		o.ts_ecr = r->ts_recent;
	}
	tcp_xmit_bare(tcp, &to, &h, &o, why);
}

/* Out of its listener's count and out of memory; the table is left alone. */
static void forget(struct tcp_stack *tcp, struct tcp_req *r)
{
	stack_disarm(tcp->stack, &r->timer);
	list_del(&r->node);
	r->listener->listen->request_count--;
	tcp->request_count--;
	tcp->stats.requests--;
	pool_put(&tcp->req_pool, r);
}

void tcp_req_free(struct tcp_stack *tcp, struct tcp_req *r)
{
	tcp_end_set_state(tcp, &r->end, TCPS_CLOSED);
	tcp_end_del(tcp, &r->end);
	forget(tcp, r);
}

static void on_req_timer(struct timer *t, void *arg)
{
	struct tcp_req *r = container_of(t, struct tcp_req, timer);
	struct tcp_stack *tcp = arg;
	uint64_t rto = TCP_RTO_INITIAL_NS << r->tries;

	if (r->tries >= TCP_TRIES_SYN_ACK) {
		tcp->stats.attempt_fails++;
		tcp_req_free(tcp, r);
		return;
	}
	r->tries++;
	r->sent_ns = 0; /* Karn: which SYN-ACK will be acknowledged? */
	tcp->stats.retrans_segs++;
	PROBE_CAUSE(&tcp->stack->place, EV_TIMER, R_TCP_RTO, NULL,
		    EVF_NUM("rto_ms", rto / NS_PER_MS),
		    EVF_NUM("next_rto_ms", 2 * rto / NS_PER_MS),
		    EVF_NUM("tries", r->tries), EVF_NUM("una", 0),
		    EVF_NUM("flight", 1));
	send_syn_ack(tcp, r, R_TCP_SYN_ACK_AGAIN);
	stack_arm_in(tcp->stack, &r->timer, 2 * rto);
}

static bool is_full(const struct tcp_stack *tcp, const struct tcp_listen *l)
{
	return l->ready_count > l->backlog ||
	       l->request_count >= max_u32(l->backlog, REQUESTS_MIN) ||
	       tcp->request_count >= TCP_REQUESTS_MAX;
}

static void fill_in(struct tcp_req *r, struct tcp_conn *l,
		    const struct tcp_seg *s)
{
	r->end.t = s->t;
	r->end.kind = TCP_IS_REQ;
	r->end.state = TCPS_LISTEN;
	r->listener = l;
	r->irs = s->seq;
	r->rcv_wnd = min_u32(l->rcvbuf, 65535);
	r->snd_wnd = s->h.win;
	r->peer_mss = tcp_peer_mss(&s->o, s->t.raddr.family);
	r->has_wscale = s->o.has & TCP_HAS_WSCALE;
	if (r->has_wscale) {
		r->snd_wscale = s->o.wscale;
		r->rcv_wscale = tcp_wscale_for(l->rcvbuf);
	}
	r->has_ts = s->o.has & TCP_HAS_TIMESTAMP;
	r->ts_recent = s->o.ts_val;
}

static enum tcp_verdict new_request(struct tcp_conn *l, struct tcp_seg *s,
				    const seq32 *iss_min)
{
	struct tcp_stack *tcp = l->tcp;
	struct tcp_req *r;

	s->drop = DROP_tcp_backlog;
	if (is_full(tcp, l->listen)) {
		tcp->stats.listen_overflows++;
		return TCP_DROP;
	}
	s->drop = DROP_no_memory;
	r = pool_get_zeroed(&tcp->req_pool);
	if (!r)
		return TCP_DROP;
	fill_in(r, l, s);
	r->iss = tcp_iss(tcp, &s->t);
	if (iss_min && seq_lt(r->iss, *iss_min))
		r->iss = *iss_min;
	if (tcp_end_add(tcp, &r->end)) {
		pool_put(&tcp->req_pool, r);
		return TCP_DROP;
	}
	timer_init(&r->timer, on_req_timer, tcp);
	list_add_tail(&l->listen->requests, &r->node);
	l->listen->request_count++;
	tcp->request_count++;
	tcp->stats.requests++;
	tcp_end_set_state(tcp, &r->end, TCPS_SYN_RCVD);
	r->sent_ns = tcp->env->now_ns;
	send_syn_ack(tcp, r, R_TCP_SYN_ACK);
	stack_arm_in(tcp->stack, &r->timer, TCP_RTO_INITIAL_NS);
	return TCP_DONE;
}

/* RFC 9293, 3.10.7.2. */
enum tcp_verdict tcp_in_listen(struct tcp_conn *l, struct tcp_seg *s,
			       const seq32 *iss_min)
{
	/* First, check for a RST. */
	if (s->h.flags & TCP_RST) {
		s->drop = DROP_tcp_rst_ignored;
		return TCP_DROP;
	}
	/* Second, check for an ACK. */
	if (s->h.flags & TCP_ACK) {
		s->drop = DROP_tcp_ack_bad;
		return TCP_RESET;
	}
	/* Third, check for a SYN.  Text and FIN are not queued: the peer has
	 * not proved itself, and will send them again. */
	if (s->h.flags & TCP_SYN)
		return new_request(l, s, iss_min);
	s->drop = DROP_tcp_flags;
	return TCP_DROP;
}

static void inherit(struct tcp_conn *c, const struct tcp_conn *l,
		    const struct tcp_req *r)
{
	const uint32_t kept = TCPF_NODELAY | TCPF_KEEPALIVE | TCPF_LINGER |
			      TCPF_REUSE | TCPF_FIXED;

	c->end.t = r->end.t;
	c->end.state = r->end.state;
	c->flags = (l->flags & kept) | TCPF_PASSIVE;
	c->cc = l->cc;
	c->sndbuf = l->sndbuf;
	c->rcvbuf = l->rcvbuf;
	c->maxseg = l->maxseg;
	c->linger_s = l->linger_s;
	c->keep_idle_s = l->keep_idle_s;
	c->keep_interval_s = l->keep_interval_s;
	c->keep_probes = l->keep_probes;
	c->user_timeout_ms = l->user_timeout_ms;
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
	c->ts_offset = tcp_ts_offset(c->tcp, &r->end.t);
	c->flags |=
		(r->has_wscale ? TCPF_WSCALE : 0) | (r->has_ts ? TCPF_TS : 0);
}

/* The connection that takes the place of @r, or NULL: no memory. */
static struct tcp_conn *make_child(struct tcp_stack *tcp, struct tcp_req *r)
{
	struct tcp_conn *l = r->listener, *c = tcp_conn_new(tcp);

	if (!c)
		return NULL;
	inherit(c, l, r);
	take_numbers(c, r);
	c->bind = tcp_bind_get(tcp, c->end.t.lport, c->end.t.laddr,
			       tcp_bind_how(c));
	if (!c->bind || !tcp_activate(c)) {
		tcp_conn_free(c);
		return NULL;
	}
	c->active->listener = l;
	c->active->tries = r->tries;
	tcp_rtt_first(c, r->sent_ns);
	tcp_end_replace(tcp, &r->end, &c->end);
	c->flags |= TCPF_IN_TABLE;
	forget(tcp, r);
	return c;
}

static enum tcp_verdict challenge(struct tcp_stack *tcp, struct tcp_req *r,
				  struct tcp_seg *s, enum drop why)
{
	s->drop = why;
	if (tcp_may_challenge(tcp, &r->challenge_ms))
		send_ack(tcp, r, R_TCP_ACK_CHALLENGE);
	return TCP_DROP;
}

/* A segment that is not in the window; a repeated SYN means that our answer
 * was lost. */
static enum tcp_verdict in_seq(struct tcp_stack *tcp, struct tcp_req *r,
			       struct tcp_seg *s)
{
	bool is_syn = (s->h.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;

	if (tcp_seq_is_acceptable(s->seq, s->len, seq_add(r->irs, 1),
				  r->rcv_wnd))
		return TCP_NEXT;
	if (is_syn && seq_eq(s->seq, r->irs)) {
		r->sent_ns = 0;
		send_syn_ack(tcp, r, R_TCP_SYN_ACK_AGAIN);
		s->drop = DROP_tcp_dup;
		return TCP_DROP;
	}
	s->drop = DROP_tcp_rst_bad;
	if (s->h.flags & TCP_RST)
		return TCP_DROP;
	return challenge(tcp, r, s, DROP_tcp_seq);
}

static enum tcp_verdict in_rst_syn(struct tcp_stack *tcp, struct tcp_req *r,
				   struct tcp_seg *s)
{
	if (s->h.flags & TCP_RST) {
		if (!seq_eq(s->seq, seq_add(r->irs, 1)))
			return challenge(tcp, r, s, DROP_tcp_rst_bad);
		tcp->stats.attempt_fails++;
		tcp_req_free(tcp, r);
		return TCP_DONE;
	}
	if (!(s->h.flags & TCP_SYN))
		return TCP_NEXT;
	/* RFC 9293, 3.10.7.4, fourth: return to LISTEN. */
	s->drop = DROP_tcp_syn_bad;
	tcp_req_free(tcp, r);
	return TCP_DROP;
}

static bool is_from_the_past(const struct tcp_req *r, const struct tcp_seg *s)
{
	return r->has_ts && s->o.has & TCP_HAS_TIMESTAMP &&
	       !(s->h.flags & TCP_RST) &&
	       (int32_t)(s->o.ts_val - r->ts_recent) < 0;
}

/*
 * RFC 9293, 3.10.7.4, for SYN-RECEIVED from LISTEN, up to the ACK.  TCP_NEXT:
 * the peer is real, @child is the connection and goes on with the segment.
 */
enum tcp_verdict tcp_in_req(struct tcp_stack *tcp, struct tcp_req *r,
			    struct tcp_seg *s, struct tcp_conn **child)
{
	struct tcp_listen *l = r->listener->listen;
	enum tcp_verdict v;

	if (is_from_the_past(r, s))
		return challenge(tcp, r, s, DROP_tcp_paws);
	v = in_seq(tcp, r, s);
	if (v == TCP_NEXT)
		v = in_rst_syn(tcp, r, s);
	if (v != TCP_NEXT)
		return v;
	s->drop = DROP_tcp_no_ack;
	if (!(s->h.flags & TCP_ACK))
		return TCP_DROP;
	s->drop = DROP_tcp_no_ts;
	if (r->has_ts && !(s->o.has & TCP_HAS_TIMESTAMP))
		return TCP_DROP;
	s->drop = DROP_tcp_ack_bad;
	if (!seq_eq(s->h.ack, seq_add(r->iss, 1)))
		return TCP_RESET;
	s->drop = DROP_tcp_backlog;
	if (l->ready_count > l->backlog) {
		tcp->stats.listen_overflows++;
		return TCP_DROP;
	}
	s->drop = DROP_no_memory;
	*child = make_child(tcp, r);
	return *child ? TCP_NEXT : TCP_DROP;
}
