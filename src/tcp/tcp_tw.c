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
 * A busy server has very many of these, so all that is left is a block of 96
 * octets.  They all wait equally long, so they stand in one queue in order of
 * time, and one timer, set for the first, serves all.
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

static void tw_free(struct tcp_stack *tcp, struct tcp_tw *tw)
{
	list_del(&tw->node);
	tcp_end_del(tcp, &tw->end);
	tcp_bind_put(tcp, tw->bind,
		     tw->end.bits & (TCP_BIND_REUSE | TCP_BIND_FIXED |
				     TCP_BIND_SHARE));
	pool_put(&tcp->tw_pool, tw);
	tcp->stats.time_waits--;
}

static void tw_close(struct tcp_stack *tcp, struct tcp_tw *tw)
{
	tcp_end_set_state(tcp, &tw->end, TCPS_CLOSED);
	tw_free(tcp, tw);
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

void tcp_tw_on_timer(struct timer *t, void *arg)
{
	struct tcp_stack *tcp = arg;
	struct tcp_tw *tw;

	(void)t;
	while ((tw = oldest(tcp)) && tw->expires_ns <= tcp->env->now_ns) {
		struct endpoint remote = {tw->end.t.raddr, tw->end.t.rport};
		struct endpoint local = {tw->end.t.laddr, tw->end.t.lport};

		PROBE_CAUSE(&tcp->stack->place, EV_TIMER, R_TCP_2MSL, NULL,
			    EVF_EP("local", &local), EVF_EP("remote", &remote));
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

static void copy(struct tcp_tw *tw, const struct tcp_conn *c)
{
	tw->end = c->end;
	tw->end.kind = TCP_IS_TW;
	tw->end.bits = (uint16_t)(tcp_bind_how(c) |
				  (c->flags & TCPF_TS ? TCP_TW_TS : 0) |
				  (unsigned int)c->rcv_wscale << TCP_TW_WSCALE);
	tw->snd_nxt = c->snd_nxt;
	tw->rcv_nxt = c->rcv_nxt;
	tw->ts_recent = c->ts_recent;
	tw->win = (uint16_t)min_u32(tcp_rcv_wnd(c) >> c->rcv_wscale, 65535);
	tw->challenge_8ms = 0;
	list_init(&tw->node);
}

void tcp_tw_begin(struct tcp_conn *c)
{
	struct tcp_stack *tcp = c->tcp;
	struct tcp_tw *tw;

	if (!tcp->knobs.max_tw_buckets)
		return;
	while (tcp->stats.time_waits >= tcp->knobs.max_tw_buckets)
		tw_close(tcp, oldest(tcp));
	tw = pool_get(&tcp->tw_pool);
	if (!tw)
		return; /* then without; old duplicates will meet a RST */
	copy(tw, c);
	tw->bind = tcp_bind_get(tcp, c->end.t.lport, c->end.t.laddr,
				tcp_bind_how(c));
	if (!tw->bind) {
		pool_put(&tcp->tw_pool, tw);
		return;
	}
	tcp_end_replace(tcp, &c->end, &tw->end);
	c->flags &= ~(uint32_t)TCPF_IN_TABLE;
	tcp->stats.time_waits++;
	start_2msl(tcp, tw);
}

static void send_ack(struct tcp_stack *tcp, const struct tcp_tw *tw,
		     enum reason why)
{
	struct tcp_path to = {.t = &tw->end.t};
	struct tcp_opts o = {0};
	struct tcp_hdr h = {.seq = tw->snd_nxt,
			    .ack = tw->rcv_nxt,
			    .flags = TCP_ACK,
			    .win = tw->win};

	if (tw->end.bits & TCP_TW_TS) {
		o.has |= TCP_HAS_TIMESTAMP;
		o.ts_val = tcp_ms(tcp) + tcp_ts_offset(tcp, &tw->end.t);
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
	return tw->end.bits & TCP_TW_TS && s->o.has & TCP_HAS_TIMESTAMP;
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
	return (uint32_t)tw->win << (tw->end.bits >> TCP_TW_WSCALE);
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
static bool may_reuse(const struct tcp_stack *tcp, const struct tcp_end *e)
{
	enum { NEVER, ALWAYS, LOOPBACK };
	uint32_t mode = tcp->knobs.tw_reuse;

	return mode == ALWAYS ||
	       (mode == LOOPBACK && ip_addr_eq(e->t.laddr, e->t.raddr));
}

bool tcp_tw_is_reusable(const struct tcp_stack *tcp, const struct tcp_end *e)
{
	const struct tcp_tw *tw;
	uint64_t began_ns;

	if (e->kind != TCP_IS_TW || !(e->bits & TCP_TW_TS) ||
	    !may_reuse(tcp, e))
		return false;
	tw = container_of_const(e, struct tcp_tw, end);
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
	while (!list_is_empty(&tcp->tws))
		tw_free(tcp, oldest(tcp));
}
