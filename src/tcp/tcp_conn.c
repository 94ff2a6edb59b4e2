// SPDX-License-Identifier: MIT
/*
 * tcp_conn.c - the life of a connection's memory
 *
 * Theory of operation
 * ===================
 * Every call into a connection, from a segment, a timer or the user, runs
 *
 *	tcp_activate(c)		the busy part is there from here on
 *	...			steps change the connection
 *	tcp_settle(c)		tell the user, set the timer, give back
 *
 * tcp_settle() is where a connection is freed and where the user is called back,
 * so no step has to fear that either happens under its feet.  It also gives the
 * busy part back when nothing needs it any more: an idle connection is one small
 * block with no buffers and no timer.  Three take its place where less is left
 * to be asked, and each does so last of all: tcp_settle_open() for one that is
 * open and busy, tcp_fin.c (which tells the user), tcp_last.c (which frees).
 *
 * Sources: RFC 9293, 3.3.1.
 */

#include <string.h>

#include "tcp/tcp_int.h"

struct tcp_conn *tcp_conn_new(struct tcp_stack *tcp)
{
	struct tcp_conn *c = pool_get_zeroed(&tcp->conn_pool);

	if (!c && tcp_stall_reap(tcp, NULL))
		c = pool_get_zeroed(&tcp->conn_pool);
	if (!c)
		return NULL;
	c->tcp = tcp;
	c->end.kind = TCP_IS_CONN;
	c->end.state = TCPS_CLOSED;
	c->cc = tcp_cc_find(tcp->knobs.congestion_control);
	tcp_buffers_init(c);
	c->ttl = IP_TTL_DEFAULT;
	tcp->stats.conns++;
	return c;
}

/* Where the send queue of a connection with nothing under way ends: before
 * the FIN, if that was sent. */
static seq32 queue_end(const struct tcp_conn *c)
{
	return c->end.state == TCPS_FIN_WAIT_2 ? seq_sub(c->snd_nxt, 1)
					       : c->snd_nxt;
}

/* A connection that never spoke, or speaks often, has nothing packed away. */
static inline bool rest_end(struct tcp_conn *c)
{
	return !c->tally || tcp_rest_end(c);
}

/* A connection that is opened, asked and closed does so nine times, so what is
 * right when it is zero stays so: both nodes. */
bool tcp_activate(struct tcp_conn *c)
{
	struct tcp_active *a;

	if (c->end.state == TCPS_LISTEN)
		return false;
	if (c->active)
		return true;
	if (!rest_end(c))
		return false;
	a = pool_get_zeroed(&c->tcp->active_pool);
	if (!a)
		return false;
	a->ts_offset = tcp_ts_offset(c->tcp, &c->end.t);
	timer_init(&a->timer, tcp_on_timer, c);
	tcp_queue_init(&a->snd, c->tcp->env, queue_end(c));
	tcp_queue_init(&a->rcv, c->tcp->env, c->rcv_nxt);
	c->active = a;
	tcp_sent_init(c);
	a->small = a->urg.up = c->snd_una;
	a->recover = seq_sub(c->snd_una, 1);
	a->ack_sent = c->rcv_nxt;
	a->stall_ns = a->heard_ns = c->tcp->env->now_ns;
	a->resent_ms = tcp_ms(c->tcp);
	a->ack_why = R_TCP_ACK;
	return true;
}

void tcp_deactivate(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	if (timer_is_armed(&a->timer))
		stack_disarm(c->tcp->stack, &a->timer);
	if (list_is_linked(&a->accept))
		list_del(&a->accept);
	if (list_is_linked(&a->stalled))
		list_del(&a->stalled);
	if (a->tfo.at)
		tcp_fastopen_proven(c);
	if (!tcp_queue_is_fresh(&a->snd))
		tcp_queue_fini(&a->snd);
	if (!tcp_queue_is_fresh(&a->rcv))
		tcp_queue_fini(&a->rcv);
	if (a->ooo)
		tcp_ooo_free(c);
	if (a->sent.count)
		tcp_sent_fini(c);
	tcp_tally_rest(c);
	pool_put(&c->tcp->active_pool, a);
	c->active = NULL;
}

void tcp_conn_free(struct tcp_conn *c)
{
	struct tcp_stack *tcp = c->tcp;

	tcp_rest_free(c);
	if (c->end.state == TCPS_LISTEN) {
		tcp_listener_del(c);
		pool_put(&tcp->listen_pool, c->listen);
		c->listen = NULL;
	} else if (c->active) {
		tcp_deactivate(c);
	}
	if (c->flags & TCPF_IN_TABLE)
		tcp_end_del(tcp, &c->end);
	if (c->flags & TCPF_ORPHAN)
		tcp->orphan_count--;
	tcp_conn_unbind(c);
	if (c->extra)
		pool_put(&tcp->extra_pool, c->extra);
	tcp->stats.conns--;
	pool_put(&tcp->conn_pool, c);
}

/* Leave the table and let go of all that a closed connection has no use for;
 * what was received can still be read. */
static void retire(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	int i;

	if (c->flags & TCPF_IN_TABLE)
		tcp_end_del(c->tcp, &c->end);
	c->flags &= ~(uint32_t)TCPF_IN_TABLE;
	c->flags |= TCPF_SND_CLOSED | TCPF_RCV_CLOSED;
	if (!(c->flags & TCPF_FIXED) || c->flags & TCPF_PASSIVE)
		tcp_conn_unbind(c);
	if (!a)
		return;
	for (i = 0; i < TCP_TIMERS; i++)
		tcp_timer_stop(c, (enum tcp_timer)i);
	tcp_fastopen_proven(c);
	tcp_queue_fini(&a->snd);
	tcp_ooo_free(c);
	tcp_sent_fini(c);
	a->ack_now = false;
	c->snd_nxt = c->snd_una;
	tcp_event(c, WAIT_IN | WAIT_OUT | WAIT_HUP | WAIT_RDHUP);
}

void tcp_conn_closed(struct tcp_conn *c, int err)
{
	if (err) {
		c->error = (uint8_t)err;
		tcp_event(c, WAIT_ERR);
	}
	tcp_set_state(c, TCPS_CLOSED);
	retire(c);
}

void tcp_conn_time_wait(struct tcp_conn *c)
{
	tcp_set_state(c, TCPS_TIME_WAIT);
	tcp_tw_begin(c);
	retire(c);
}

/* Nothing is queued, nothing is owed; and no timer runs, the caller knows. */
static bool is_idle(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	if (a->has_fin && !(c->flags & TCPF_FIN_RCVD))
		return false; /* it came too early and waits for its turn */
	return !a->snd.count && !a->rcv.count && !a->ooo && !a->listener &&
	       a->urg.state == TCP_URG_NONE && !a->ack_now &&
	       seq_eq(c->snd_una, c->snd_nxt);
}

/*
 * Is a timer set?  Nearly every segment moves a deadline to a later time, and
 * the one that is moved is hardly ever met.  So the entry stays where it is: it
 * fires at the old time, finds nothing due, and is put where it belongs then.
 */
static inline bool update_timer(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	struct stack *stack = c->tcp->stack;
	uint64_t first = tcp_timer_first(a);

	a->timer_lags = false;
	if (first == WHEEL_NEVER) {
		if (timer_is_armed(&a->timer))
			stack_disarm(stack, &a->timer);
		return false;
	}
	if (!timer_is_armed(&a->timer) || a->timer.expires_ns > first)
		stack_arm(stack, &a->timer, first);
	return true;
}

void tcp_settle(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;
	bool has_timer;
	uint32_t events;

	if (c->end.state == TCPS_LISTEN)
		return;
	if (a && a->events) {
		events = a->events;
		a->events = 0;
		if (c->user)
			c->user->on_event(c, c->arg, events);
	}
	if (TCP_STATE_IN(c, TCP_IN(CLOSED) | TCP_IN(TIME_WAIT)) &&
	    c->flags & TCPF_ORPHAN) {
		tcp_conn_free(c);
		return;
	}
	if (!a)
		return;
	has_timer = update_timer(c);
	if (CHECK_WALKS)
		tcp_check(c);
	if (!has_timer && is_idle(c))
		tcp_deactivate(c);
}
