// SPDX-License-Identifier: MIT
/*
 * tcp_tw.c - TIME-WAIT: remembering a connection that is over
 *
 * Theory of operation
 * ===================
 * Who closes first must wait twice the maximum segment lifetime: the last ACK
 * may have been lost, then the peer's FIN comes again and needs an answer; and
 * old duplicates of this connection must have died out before a new one
 * between the same two endpoints may begin (RFC 9293, 3.6.1).
 *
 * A busy server has very many of these, so all that is left is a block of 56
 * octets (IPv6: 96).  They all wait equally long, so they stand in one queue in
 * order of time, and one timer, set for the first, serves all.
 *
 * A new SYN need not wait if it cannot be mistaken for an old one: its number,
 * or its timestamp, lies beyond all that the old connection used (RFC 6191).
 * A RST, on the other hand, changes nothing here (RFC 1337): it would undo
 * just what the state is for.
 *
 * Limits
 * ------
 * knobs.max_tw_buckets; then the oldest makes place.
 */

#include "tcp/tcp_int.h"

struct tcp_end tcp_tw_end(const struct tcp_tw *tw)
{
	const struct tcp_tw6 *tw6 = (const void *)tw;
	struct tcp_end e = {
		.kind = tw->kind,
		.state = tw->state,
		.t = {.lport = tw->lport, .rport = tw->rport},
	};

	if (tw->bits & TCP_TW_IP6) {
		e.t.laddr = tw6->laddr;
		e.t.raddr = tw6->raddr;
	} else {
		e.t.laddr = ip_addr_v4(tw->laddr);
		e.t.raddr = ip_addr_v4(tw->raddr);
	}
	return e;
}

bool tcp_tw_eq(const struct tcp_tw *tw, const struct tcp_tuple *t)
{
	const struct tcp_tw6 *tw6 = (const void *)tw;

	if (tw->lport != t->lport || tw->rport != t->rport)
		return false;
	if (tw->bits & TCP_TW_IP6)
		return ip_addr_eq(tw6->raddr, t->raddr) &&
		       ip_addr_eq(tw6->laddr, t->laddr);
	return t->raddr.family == IP_V4 && t->laddr.family == IP_V4 &&
	       tw->raddr.v == t->raddr.v4.v && tw->laddr.v == t->laddr.v4.v;
}

static struct tcp_tw *tw_new(struct tcp_stack *tcp, bool is_ip6)
{
	return pool_get(is_ip6 ? &tcp->tw6_pool : &tcp->tw_pool);
}

static void tw_put(struct tcp_stack *tcp, struct tcp_tw *tw)
{
	pool_put(tw->bits & TCP_TW_IP6 ? &tcp->tw6_pool : &tcp->tw_pool, tw);
}

static void tw_free(struct tcp_stack *tcp, struct tcp_tw *tw,
		    const struct tcp_end *e)
{
	list_del(&tw->node);
	tcp_end_del_tw(tcp, tw, &e->t);
	tcp_bind_drop(tcp, &e->t,
		      tw->bits & (TCP_BIND_REUSE | TCP_BIND_FIXED |
				  TCP_BIND_SHARE | TCP_BIND_DRAWN));
	tw_put(tcp, tw);
	tcp->stats.time_waits--;
}

static void tw_close(struct tcp_stack *tcp, struct tcp_tw *tw)
{
	struct tcp_end e = tcp_tw_end(tw);

	tcp_end_set_state(tcp, &e, TCPS_CLOSED);
	tw_free(tcp, tw, &e);
}

static struct tcp_tw *oldest(const struct tcp_stack *tcp)
{
	return list_first_entry(&tcp->tws, struct tcp_tw, node);
}

static void arm(struct tcp_stack *tcp)
{
	const struct tcp_tw *tw = oldest(tcp);

	if (!tw)
		stack_disarm(tcp->stack, &tcp->tw_timer);
	else if (!timer_is_armed(&tcp->tw_timer))
		stack_arm(tcp->stack, &tcp->tw_timer, tw->expires_ns);
}

static void tell_2msl(struct tcp_stack *tcp, const struct tcp_tw *tw)
{
	struct tcp_end e = tcp_tw_end(tw);
	struct endpoint remote = {e.t.raddr, e.t.rport};
	struct endpoint local = {e.t.laddr, e.t.lport};

	PROBE_CAUSE(&tcp->stack->place, EV_TIMER, R_TCP_2MSL, NULL,
		    EVF_EP("local", &local), EVF_EP("remote", &remote));
}

void tcp_tw_on_timer(struct timer *t, void *arg)
{
	struct tcp_stack *tcp = arg;
	struct tcp_tw *tw;

	(void)t;
	while ((tw = oldest(tcp)) && tw->expires_ns <= tcp->env->now_ns) {
		if (tcp->env->probe)
			tell_2msl(tcp, tw);
		tw_close(tcp, tw);
	}
	arm(tcp);
}

static uint64_t life_ns(const struct tcp_stack *tcp)
{
	return tcp->knobs.time_wait_ms * NS_PER_MS;
}

static void start_2msl(struct tcp_stack *tcp, struct tcp_tw *tw)
{
	tw->expires_ns = tcp->env->now_ns + life_ns(tcp);
	list_move_tail(&tcp->tws, &tw->node);
	arm(tcp);
}

static void copy_addrs(struct tcp_tw *tw, const struct tcp_tuple *t)
{
	struct tcp_tw6 *tw6 = (void *)tw;

	if (tw->bits & TCP_TW_IP6) {
		tw6->laddr = t->laddr;
		tw6->raddr = t->raddr;
	} else {
		tw->laddr = t->laddr.v4;
		tw->raddr = t->raddr.v4;
	}
}

static void copy(struct tcp_tw *tw, const struct tcp_conn *c, bool is_ip6)
{
	tw->kind = TCP_IS_TW;
	tw->state = c->end.state;
	tw->bits = (uint16_t)(tcp_bind_how(c) |
			      (c->flags & TCPF_TS ? TCP_TW_TS : 0) |
			      (is_ip6 ? TCP_TW_IP6 : 0) |
			      (unsigned int)c->rcv_wscale << TCP_TW_WSCALE);
	tw->lport = c->end.t.lport;
	tw->rport = c->end.t.rport;
	copy_addrs(tw, &c->end.t);
	tw->snd_nxt = c->snd_nxt;
	tw->rcv_nxt = c->rcv_nxt;
	tw->ts_recent = c->ts_recent;
	tw->win = (uint16_t)min_u32(tcp_rcv_wnd(c) >> c->rcv_wscale, 65535);
	tw->challenge_8ms = 0;
	list_init(&tw->node);
}

/* It owns the port as well, or instead: who drew it needs it no longer. */
static bool take_port(struct tcp_conn *c)
{
	if (c->end.bits & TCP_BIND_DRAWN) {
		c->end.bits &= (uint16_t)~TCP_BIND_DRAWN;
		return true;
	}
	return tcp_bind_get(c->tcp, c->end.t.lport, c->end.t.laddr,
			    tcp_bind_how(c));
}

void tcp_tw_begin(struct tcp_conn *c)
{
	bool is_ip6 = c->end.t.raddr.family == IP_V6;
	struct tcp_stack *tcp = c->tcp;
	struct tcp_tw *tw;

	if (!tcp->knobs.max_tw_buckets)
		return;
	while (tcp->stats.time_waits >= tcp->knobs.max_tw_buckets)
		tw_close(tcp, oldest(tcp));
	tw = tw_new(tcp, is_ip6);
	if (!tw)
		return; /* then without; old duplicates will meet a RST */
	copy(tw, c, is_ip6);
	if (!take_port(c)) {
		tw_put(tcp, tw);
		return;
	}
	tcp_end_to_tw(tcp, &c->end, tw);
	c->flags &= ~(uint32_t)TCPF_IN_TABLE;
	tcp->stats.time_waits++;
	start_2msl(tcp, tw);
}

static void send_ack(struct tcp_stack *tcp, const struct tcp_tw *tw,
		     enum reason why)
{
	struct tcp_end e = tcp_tw_end(tw);
	struct tcp_path to = {.t = &e.t};
	struct tcp_opts o = {0};
	struct tcp_hdr h = {.seq = tw->snd_nxt,
			    .ack = tw->rcv_nxt,
			    .flags = TCP_ACK,
			    .win = tw->win};

	if (tw->bits & TCP_TW_TS) {
		o.has |= TCP_HAS_TIMESTAMP;
		o.ts_val = tcp_ms(tcp) + tcp_ts_offset(tcp, &e.t);
		o.ts_ecr = tw->ts_recent;
	}
	tcp_xmit_bare(tcp, &to, &h, &o, why);
}

/* At most one ACK in half a second for what needs none. */
static bool may_answer(struct tcp_stack *tcp, struct tcp_tw *tw)
{
	uint16_t now = (uint16_t)(tcp_ms(tcp) / 8);

	if (tw->challenge_8ms && (int16_t)(now - tw->challenge_8ms) < 0)
		return false;
	tw->challenge_8ms =
		(uint16_t)((now + tcp->knobs.invalid_ratelimit_ms / 8) | 1);
	return true;
}

static bool has_ts(const struct tcp_tw *tw, const struct tcp_seg *s)
{
	return tw->bits & TCP_TW_TS && s->o.has & TCP_HAS_TIMESTAMP;
}

/* Does this SYN lie beyond everything of the old connection (RFC 6191)? */
static bool is_newer(const struct tcp_tw *tw, const struct tcp_seg *s)
{
	if (has_ts(tw, s) && s->o.ts_val != tw->ts_recent)
		return (int32_t)(s->o.ts_val - tw->ts_recent) > 0;
	return seq_gt(s->seq, tw->rcv_nxt);
}

/* Numbers of the new connection begin well behind the old one's window. */
static seq32 next_iss(const struct tcp_tw *tw)
{
	return seq_add(tw->snd_nxt, 65535 + 2);
}

static uint32_t window(const struct tcp_tw *tw)
{
	return (uint32_t)tw->win << (tw->bits >> TCP_TW_WSCALE);
}

/* What is left of the list of RFC 9293, 3.10.7.4. */
static void answer(struct tcp_stack *tcp, struct tcp_tw *tw,
		   const struct tcp_seg *s)
{
	bool is_fin = (s->h.flags & (TCP_FIN | TCP_SYN)) == TCP_FIN;
	bool acceptable =
		tcp_seq_is_acceptable(s->seq, s->len, tw->rcv_nxt, window(tw));

	if (is_fin && seq_eq(seq_add(s->seq, s->len), tw->rcv_nxt)) {
		/* Our last ACK was lost: begin anew. */
		start_2msl(tcp, tw);
		send_ack(tcp, tw, R_TCP_ACK_FIN);
		return;
	}
	if (acceptable && !(s->h.flags & TCP_SYN) &&
	    (!(s->h.flags & TCP_ACK) || !s->len))
		return;
	if (may_answer(tcp, tw))
		send_ack(tcp, tw, R_TCP_ACK_OLD);
}

/* TCP_NEXT: @tw is gone, the SYN is for a listener. */
enum tcp_verdict tcp_in_tw(struct tcp_stack *tcp, struct tcp_tw *tw,
			   struct tcp_seg *s, seq32 *iss_min)
{
	const uint16_t syn = TCP_SYN | TCP_ACK | TCP_RST;

	s->drop = DROP_tcp_time_wait;
	if ((s->h.flags & syn) == TCP_SYN && is_newer(tw, s) &&
	    tcp_listener_find(tcp, &s->t)) {
		*iss_min = next_iss(tw);
		tcp->stats.time_waits_reused++;
		tw_close(tcp, tw);
		return TCP_NEXT;
	}
	if (!(s->h.flags & TCP_RST))
		answer(tcp, tw, s);
	else if (!tcp->knobs.rfc1337 && seq_eq(s->seq, tw->rcv_nxt))
		tw_close(tcp, tw);
	return TCP_DROP;
}

/* Does the operator allow it? */
static bool may_reuse(const struct tcp_stack *tcp, const struct tcp_tw *tw)
{
	enum { NEVER, ALWAYS, LOOPBACK };
	uint32_t mode = tcp->knobs.tw_reuse;
	struct tcp_end e;

	if (mode != LOOPBACK)
		return mode == ALWAYS;
	e = tcp_tw_end(tw);
	return ip_addr_eq(e.t.laddr, e.t.raddr);
}

bool tcp_tw_is_reusable(const struct tcp_stack *tcp, const struct tcp_end *e)
{
	const struct tcp_tw *tw = (const void *)e;
	uint64_t began_ns;

	if (e->kind != TCP_IS_TW || !(tw->bits & TCP_TW_TS) ||
	    !may_reuse(tcp, tw))
		return false;
	began_ns = tw->expires_ns - min_u64(tw->expires_ns, life_ns(tcp));
	return tcp->env->now_ns >= began_ns + TCP_TW_REUSE_MS * NS_PER_MS;
}

seq32 tcp_tw_reuse(struct tcp_stack *tcp, struct tcp_tw *tw)
{
	seq32 iss = next_iss(tw);

	tcp->stats.time_waits_reused++;
	tw_close(tcp, tw);
	return iss;
}

void tcp_tw_free_all(struct tcp_stack *tcp)
{
	struct tcp_tw *tw;

	while ((tw = oldest(tcp))) {
		struct tcp_end e = tcp_tw_end(tw);

		tw_free(tcp, tw, &e);
	}
}
