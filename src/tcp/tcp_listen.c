// SPDX-License-Identifier: MIT
/*
 * tcp_listen.c - the listener: what waits for accept(), and who is reset with
 * it when it goes
 *
 * Sources: RFC 9293, 3.10.1, and RFC 9293, 3.10.4.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

int tcp_listen_begin(struct tcp_conn *c, uint32_t backlog)
{
	struct tcp_stack *tcp = c->tcp;
	struct tcp_listen *l = pool_get_zeroed(&tcp->listen_pool);
	int err;

	if (!l)
		return -ENOMEM;
	check(!c->active);
	l->conn = c;
	l->backlog = backlog;
	list_init(&l->ready);
	list_init(&l->requests);
	list_init(&l->fastopen);
	c->listen = l;
	err = tcp_listener_add(c);
	if (err) {
		pool_put(&tcp->listen_pool, l);
		c->listen = NULL;
		return err;
	}
	tcp_set_state(c, TCPS_LISTEN);
	return 0;
}

/* A child of @c->active->listener is established. */
void tcp_listen_ready(struct tcp_conn *c)
{
	struct tcp_conn *l = c->active->listener;

	list_add_tail(&l->listen->ready, &c->active->accept);
	l->listen->ready_count++;
	c->tcp->stats.passive_opens++;
	if (l->user)
		l->user->on_event(l, l->arg, WAIT_IN);
}

struct tcp_conn *tcp_accept(struct tcp_conn *listener)
{
	struct tcp_listen *l = listener->listen;
	struct tcp_active *a;
	struct tcp_conn *c;

	if (listener->end.state != TCPS_LISTEN || list_is_empty(&l->ready))
		return NULL;
	a = list_first_entry(&l->ready, struct tcp_active, accept);
	c = a->timer.arg;
	list_del(&a->accept);
	l->ready_count--;
	a->listener = NULL;
	tcp_settle(c);
	return c;
}

void tcp_listen_end(struct tcp_conn *c)
{
	struct tcp_listen *l = c->listen;
	struct tcp_conn *child;

	while (!list_is_empty(&l->requests))
		tcp_req_free(c->tcp, list_first_entry(&l->requests,
						      struct tcp_req, node));
	tcp_fastopen_end(l);
	while ((child = tcp_accept(c)))
		tcp_abort(child);
	tcp_listener_del(c);
	pool_put(&c->tcp->listen_pool, l);
	c->listen = NULL;
	tcp_set_state(c, TCPS_CLOSED);
}
