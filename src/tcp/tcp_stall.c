// SPDX-License-Identifier: MIT
/*
 * tcp_stall.c - peers that keep their window shut
 *
 * Theory of operation
 * ===================
 * A peer may shut its window for as long as it likes, provided that it answers
 * our probes (RFC 9293, 3.8.6.1; RFC 6429).  That is a gift to an attacker: he
 * asks for a large page, shuts the window and goes on answering, which costs
 * him nothing and us a full send buffer, once for each of his connections
 * ("sockstress").
 *
 * As long as there is memory, there is no harm.  When it runs short RFC 6429
 * allows us to end such connections, and the one that has stalled for longest
 * is the one whose peer most likely does not mean it.  So stalled connections
 * stand in a list, the oldest first, and one goes each time that a probe is due
 * or a new connection finds no memory while a cap on memory is nearly reached.
 * Memory without a cap is never short.
 *
 * Limits
 * ------
 * A window must have been shut for TCP_STALL_MIN_NS: a slow reader is none.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

static bool is_short_of_memory(const struct tcp_stack *tcp)
{
	const struct mem *mem = tcp->env->mem;

	return mem->bytes_max &&
	       mem->in_use_bytes > mem->bytes_max - mem->bytes_max / 8;
}

/* The window is shut, and something waits to be sent. */
void tcp_stall_note(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	if (list_is_linked(&a->stalled))
		return;
	a->stalled_ns = c->tcp->env->now_ns;
	list_add_tail(&c->tcp->stalled, &a->stalled);
}

/* It is open again. */
void tcp_stall_end(struct tcp_conn *c)
{
	list_del(&c->active->stalled);
}

static void reap(struct tcp_conn *c)
{
	struct endpoint remote = tcp_remote(c);
	uint64_t age = c->tcp->env->now_ns - c->active->stalled_ns;

	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_REAPED, NULL,
	      EVF_EP("remote", &remote), EVF_NUM("stalled_s", age / NS_PER_S),
	      EVF_NUM("waiting", tcp_queue_len(&c->active->snd)));
	c->tcp->stats.reaped++;
	tcp_conn_reset(c, R_TCP_RST_ABORT);
	c->error = ETIMEDOUT;
	tcp_event(c, WAIT_ERR);
}

/**
 * tcp_stall_reap() - End the connection that has stalled for longest, if memory
 *		      is short and it has stalled for long enough
 * @busy:	The connection that is being acted on, or NULL; it is left to
 *		its caller to settle
 *
 * Return: whether one was ended
 */
bool tcp_stall_reap(struct tcp_stack *tcp, const struct tcp_conn *busy)
{
	struct tcp_active *a;
	struct tcp_conn *c;

	a = list_first_entry(&tcp->stalled, struct tcp_active, stalled);
	if (!a || !is_short_of_memory(tcp) ||
	    tcp->env->now_ns - a->stalled_ns < TCP_STALL_MIN_NS)
		return false;
	c = a->timer.arg;
	reap(c);
	if (c != busy)
		tcp_settle(c);
	return true;
}
