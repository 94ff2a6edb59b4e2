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
 * A listener may want to hear of a connection only when there is something to
 * read (TCP_DEFER_ACCEPT): then an ACK without data is noted, but the request
 * stays for so many timeouts, without repeating the SYN-ACK.
 *
 * Limits
 * ------
 * Requests: per listener its backlog, but at least REQUESTS_MIN; in the whole
 * stack knobs.max_syn_backlog.  A SYN beyond that gets a cookie
 * (tcp_cookie.c), or, if these are off, is dropped, and comes again.
 * Ready: backlog + 1, as on Linux; a SYN beyond that is dropped, and so is an
 * ACK: the request stays, and the peer believes to be connected until it has
 * something to say.
 *
 * Sources: RFC 9293, 3.10.7.2; RFC 4987, 3.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

#define REQUESTS_MIN 64

enum {
	COOKIES_ALWAYS = 2,	     /* of knobs.syncookies */
	COOKIE_LIFE_MS = 128 * 1000, /* see tcp_cookie.c */
	FLOOD_NOTE_MS = 60 * 1000,
};

static struct tcp_path path_of(const struct tcp_req *r)
{
	const struct tcp_conn *l = r->listener;

	struct tcp_path to = {.t = &r->end.t, .ttl = l->ttl, .tos = l->tos};

	if (l->extra && l->extra->route.is_fixed)
		tcp_srcroute_put(&l->extra->route, &to);
	else if (r->route)
		tcp_srcroute_put(r->route, &to);
	return to;
}

static void put_ts(struct tcp_stack *tcp, const struct tcp_req *r,
		   struct tcp_opts *o)
{
	uint32_t now = tcp_ms(tcp) + tcp_ts_offset(tcp, &r->end.t);

	if (!r->has_ts)
		return;
	o->has |= TCP_HAS_TIMESTAMP;
	o->ts_val = r->is_cookie ? tcp_cookie_ts(r, now) : now;
	o->ts_ecr = r->ts_recent;
}

static void send_syn_ack(struct tcp_stack *tcp, const struct tcp_req *r,
			 enum reason why)
{
	struct tcp_path to = path_of(r);
	struct tcp_opts o;
	struct tcp_hdr h = {.seq = r->iss,
			    .ack = seq_add(r->irs, 1),
			    .flags = TCP_SYN | TCP_ACK,
			    .win = (uint16_t)min_u32(r->rcv_wnd, 65535)};

	o.has = TCP_HAS_MSS;
	o.mss = r->mss;
	if (r->has_sack)
		o.has |= TCP_HAS_SACK_OK;
	if (r->has_wscale) {
		o.has |= TCP_HAS_WSCALE;
		o.wscale = r->rcv_wscale;
	}
	put_ts(tcp, r, &o);
	if (r->gives_cookie)
		tcp_fastopen_cookie(tcp, r->end.t.raddr, &o);
	h.flags |= tcp_ecn_answer_flags(r);
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

	put_ts(tcp, r, &o);
	tcp_xmit_bare(tcp, &to, &h, &o, why);
}

/* Out of its listener's count and out of memory; the table is left alone. */
void tcp_req_forget(struct tcp_stack *tcp, struct tcp_req *r)
{
	stack_disarm(tcp->stack, &r->timer);
	list_del(&r->node);
	r->listener->listen->request_count--;
	tcp->request_count--;
	tcp->stats.requests--;
	tcp_srcroute_free(tcp, r->route);
	pool_put(&tcp->req_pool, r);
}

void tcp_req_free(struct tcp_stack *tcp, struct tcp_req *r)
{
	tcp_end_set_state(tcp, &r->end, TCPS_CLOSED);
	tcp_end_del(tcp, &r->end);
	tcp_req_forget(tcp, r);
}

static unsigned int tries_max(const struct tcp_stack *tcp,
			      const struct tcp_req *r)
{
	unsigned int own =
		tcp_syn_tries(r->listener, tcp->knobs.synack_retries);

	if (r->is_acked)
		own = max_u32(own, tcp_defer_tries(r->listener));
	return own;
}

/* Is the peer known to be there, and it is only its data that we wait for?  At
 * the end of that wait the SYN-ACK is repeated, so that its ACK comes again. */
static bool is_deferred(const struct tcp_req *r)
{
	return r->is_acked && r->tries < tcp_defer_tries(r->listener);
}

static void repeat(struct tcp_stack *tcp, struct tcp_req *r, uint64_t rto)
{
	r->sent_ns = 0; /* Karn: which SYN-ACK will be acknowledged? */
	tcp->stats.retrans_segs++;
	PROBE_CAUSE(&tcp->stack->place, EV_TIMER, R_TCP_RTO, NULL,
		    EVF_NUM("rto_ms", rto / NS_PER_MS),
		    EVF_NUM("next_rto_ms", 2 * rto / NS_PER_MS),
		    EVF_NUM("tries", r->tries), EVF_NUM("una", 0),
		    EVF_NUM("flight", 1));
	send_syn_ack(tcp, r, R_TCP_SYN_ACK_AGAIN);
}

static void on_req_timer(struct timer *t, void *arg)
{
	struct tcp_req *r = container_of(t, struct tcp_req, timer);
	struct tcp_stack *tcp = arg;
	uint64_t rto = TCP_RTO_INITIAL_NS << min_u32(r->tries, 6);

	if (r->tries >= tries_max(tcp, r)) {
		tcp->stats.attempt_fails++;
		tcp_req_free(tcp, r);
		return;
	}
	r->tries++;
	if (!is_deferred(r))
		repeat(tcp, r, rto);
	stack_arm_in(tcp->stack, &r->timer, 2 * rto);
}

bool tcp_accept_is_full(struct tcp_stack *tcp, const struct tcp_conn *l)
{
	if (l->listen->ready_count <= l->listen->backlog)
		return false;
	tcp->stats.listen_overflows++;
	return true;
}

static bool queue_is_full(const struct tcp_stack *tcp,
			  const struct tcp_listen *l)
{
	return l->request_count >= max_u32(l->backlog, REQUESTS_MIN) ||
	       tcp->request_count >= tcp->knobs.max_syn_backlog;
}

void tcp_req_fill(struct tcp_req *r, struct tcp_conn *l,
		  const struct tcp_seg *s)
{
	const struct tcp_knobs *k = &l->tcp->knobs;

	r->end.t = s->t;
	r->end.kind = TCP_IS_REQ;
	r->end.state = TCPS_LISTEN;
	r->listener = l;
	r->irs = s->seq;
	r->snd_wnd = s->h.win;
	r->peer_mss = tcp_peer_mss(l->tcp, &s->o, s->t.raddr.family);
	r->has_wscale = k->window_scaling && s->o.has & TCP_HAS_WSCALE;
	if (r->has_wscale) {
		r->snd_wscale = s->o.wscale;
		r->rcv_wscale = tcp_wscale_for(l);
	}
	r->has_ts = k->timestamps && s->o.has & TCP_HAS_TIMESTAMP;
	r->ts_recent = s->o.ts_val;
	r->mss = tcp_mss_to_say(l, s->t.raddr);
	r->rcv_wnd = tcp_syn_window(l, r->mss, r->has_ts);
	tcp_ecn_asked(r, s);
	r->has_sack = k->sack && s->o.has & TCP_HAS_SACK_OK;
}

/* Say so when it begins, and again each minute while it lasts. */
static void note_flood(struct tcp_conn *l)
{
	struct tcp_stack *tcp = l->tcp;
	uint32_t now = tcp_ms(tcp) | 1; /* 0 is never */

	if (!l->listen->cookie_ms || now - l->listen->cookie_ms > FLOOD_NOTE_MS)
		PROBE(&tcp->stack->place, EV_NOTE, R_TCP_SYN_FLOOD, NULL,
		      EVF_NUM("port", l->end.t.lport),
		      EVF_NUM("half_open", l->listen->request_count));
	l->listen->cookie_ms = now;
}

/* Answer, and forget: the peer will say it all again. */
static enum tcp_verdict send_cookie(struct tcp_conn *l, struct tcp_seg *s,
				    bool gives)
{
	struct tcp_req r = {.is_cookie = true, .gives_cookie = gives};

	note_flood(l);
	tcp_req_fill(&r, l, s);
	tcp_cookie_make(l->tcp, &r);
	l->tcp->stats.cookies_sent++;
	r.route = tcp_srcroute_of(l->tcp, s);
	send_syn_ack(l->tcp, &r, R_TCP_SYN_ACK_COOKIE);
	tcp_srcroute_free(l->tcp, r.route);
	return TCP_DONE;
}

static enum tcp_verdict new_request(struct tcp_conn *l, struct tcp_seg *s,
				    const seq32 *iss_min, bool gives)
{
	struct tcp_stack *tcp = l->tcp;
	struct tcp_req *r;

	s->drop = DROP_no_memory;
	r = pool_get_zeroed(&tcp->req_pool);
	if (!r)
		return TCP_DROP;
	tcp_req_fill(r, l, s);
	r->gives_cookie = gives;
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
	r->route = tcp_srcroute_of(tcp, s);
	tcp_end_set_state(tcp, &r->end, TCPS_SYN_RCVD);
	r->sent_ns = tcp->env->now_ns;
	send_syn_ack(tcp, r, R_TCP_SYN_ACK);
	stack_arm_in(tcp->stack, &r->timer, TCP_RTO_INITIAL_NS);
	return TCP_DONE;
}

/* A request, a cookie, or nothing.  A peer whose TIME-WAIT made way is real,
 * and its number must not be chosen freely: it gets a request. */
static enum tcp_verdict in_listen_syn(struct tcp_conn *l, struct tcp_seg *s,
				      const seq32 *iss_min)
{
	struct tcp_stack *tcp = l->tcp;
	uint32_t mode = tcp->knobs.syncookies;
	bool is_full = queue_is_full(tcp, l->listen), gives = false;
	struct tcp_conn *c;

	s->drop = DROP_tcp_backlog;
	if (tcp_accept_is_full(tcp, l))
		return TCP_DROP;
	c = iss_min ? NULL : tcp_fastopen_open(l, s, &gives);
	if (c) {
		tcp_settle(c);
		return TCP_DONE;
	}
	if (iss_min || (!is_full && mode != COOKIES_ALWAYS))
		return new_request(l, s, iss_min, gives);
	if (mode)
		return send_cookie(l, s, gives);
	tcp->stats.listen_overflows++;
	return TCP_DROP;
}

/* Were cookies sent so lately that one may come back? */
static bool expects_cookies(const struct tcp_conn *l)
{
	return l->listen->cookie_ms &&
	       (tcp_ms(l->tcp) | 1) - l->listen->cookie_ms < COOKIE_LIFE_MS;
}

/* The ACK of a SYN-ACK that we do not remember, if its number is one of ours;
 * as if the request had been here all the time. */
static enum tcp_verdict in_listen_ack(struct tcp_conn *l, struct tcp_seg *s,
				      struct tcp_conn **child)
{
	struct tcp_stack *tcp = l->tcp;
	struct tcp_req r = {.listener = l};

	s->drop = DROP_tcp_ack_bad;
	if (s->h.flags & TCP_SYN || !expects_cookies(l))
		return TCP_RESET;
	if (!tcp_cookie_check(tcp, s, &r)) {
		tcp->stats.cookies_failed++;
		return TCP_RESET;
	}
	s->drop = DROP_tcp_backlog;
	if (tcp_accept_is_full(tcp, l))
		return TCP_DROP;
	r.mss = tcp_mss_to_say(l, s->t.raddr);
	r.rcv_wnd = tcp_syn_window(l, r.mss, r.has_ts);
	if (r.has_wscale)
		r.rcv_wscale = tcp_wscale_for(l);
	s->drop = DROP_no_memory;
	*child = tcp_child_new(tcp, &r);
	if (!*child)
		return TCP_DROP;
	if (tcp_end_add(tcp, &(*child)->end)) {
		tcp_conn_free(*child);
		return TCP_DROP;
	}
	(*child)->flags |= TCPF_IN_TABLE;
	tcp->stats.cookies_taken++;
	PROBE_CAUSE(&tcp->stack->place, EV_NOTE, R_TCP_COOKIE, NULL,
		    EVF_NUM("port", l->end.t.lport), EVF_NUM("mss", r.peer_mss),
		    EVF_NUM("wscale", r.snd_wscale));
	return TCP_NEXT;
}

/* RFC 9293, 3.10.7.2. */
enum tcp_verdict tcp_in_listen(struct tcp_conn *l, struct tcp_seg *s,
			       const seq32 *iss_min, struct tcp_conn **child)
{
	/* First, check for a RST. */
	if (s->h.flags & TCP_RST) {
		s->drop = DROP_tcp_rst_ignored;
		return TCP_DROP;
	}
	/* Second, check for an ACK. */
	if (s->h.flags & TCP_ACK)
		return in_listen_ack(l, s, child);
	/* Third, check for a SYN.  Text and FIN are not queued: the peer has
	 * not proved itself, and will send them again. */
	if (s->h.flags & TCP_SYN)
		return in_listen_syn(l, s, iss_min);
	s->drop = DROP_tcp_flags;
	return TCP_DROP;
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

/* The handshake is complete: is there a place for the connection, and is it
 * time?  Whom we keep waiting will hear our SYN-ACK again. */
static enum tcp_verdict complete(struct tcp_stack *tcp, struct tcp_req *r,
				 struct tcp_seg *s, struct tcp_conn **child)
{
	r->is_acked = true;
	s->drop = DROP_tcp_deferred;
	if (!s->size && !(s->h.flags & TCP_FIN) && is_deferred(r))
		return TCP_DROP;
	s->drop = DROP_tcp_backlog;
	if (tcp_accept_is_full(tcp, r->listener)) {
		if (!tcp->knobs.abort_on_overflow)
			return TCP_DROP;
		tcp_req_free(tcp, r);
		return TCP_RESET;
	}
	s->drop = DROP_no_memory;
	*child = tcp_child_of_req(tcp, r);
	return *child ? TCP_NEXT : TCP_DROP;
}

/*
 * RFC 9293, 3.10.7.4, for SYN-RECEIVED from LISTEN, up to the ACK.  TCP_NEXT:
 * the peer is real, @child is the connection and goes on with the segment.
 */
enum tcp_verdict tcp_in_req(struct tcp_stack *tcp, struct tcp_req *r,
			    struct tcp_seg *s, struct tcp_conn **child)
{
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
	return complete(tcp, r, s, child);
}
