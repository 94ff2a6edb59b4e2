// SPDX-License-Identifier: MIT
/*
 * sock_fastopen.c - streams that connect with data (RFC 7413)
 *
 * Theory of operation
 * ===================
 * There are two ways to ask for it, both those of Linux.  A program says so
 * in the first send, which then stands for connect() too:
 *
 *	sendto(fd, request, n, MSG_FASTOPEN, &server)
 *
 * or it sets TCP_FASTOPEN_CONNECT, and connect() succeeds without a packet if
 * we have the server's cookie; the first send opens the connection.  (A first
 * receive does too, without data: else it would wait for ever.)
 *
 *	NEW -- connect() --> LATER -- send() or recv() --> CONNECTING
 *
 * Without a cookie either way is an ordinary connect whose SYN asks for one.
 */

#include <errno.h>

#include "core/waitq.h"

#include "sock/sock_int.h"
#include "tcp/tcp.h"

static bool is_off(const struct sock *s)
{
	return !(tcp_knobs(s->file.stack)->fastopen & 1);
}

bool sock_fast_is_asked(const struct sock *s, const struct sock_io *io)
{
	return s->state == STREAM_LATER || io->flags & SK_MSG_FASTOPEN;
}

/* Connect, with what of @io goes with the SYN.  -EAGAIN: nothing did, the
 * octets are for later; who cannot wait is told what is under way. */
long sock_fast_send(struct sock *s, struct sock_io *io)
{
	const struct endpoint *to =
		s->state == STREAM_LATER ? &s->rest->later : io->to;
	long n;

	if (s->state == STREAM_CONNECTING)
		return io->done ? 0 : -EALREADY;
	if (s->state != STREAM_LATER && s->state != STREAM_NEW)
		return -EISCONN;
	if (!to)
		return -EINVAL;
	if (is_off(s))
		return -EOPNOTSUPP;
	n = tcp_connect_send(s->tcp, to, io->out, io->len);
	if (n < 0)
		return n;
	s->state = STREAM_CONNECTING;
	io->flags &= ~SK_MSG_FASTOPEN;
	if (n == 0)
		return sock_may_block(s, io->flags) ? -EAGAIN : -EINPROGRESS;
	return n;
}

/* Is connect() to be put off to the first send? */
bool sock_fast_connect(struct sock *s, const struct endpoint *peer)
{
	struct sock_rest *rest;

	if (!s->opts->fastopen_connect ||
	    !tcp_fastopen_is_ready(s->file.stack, peer->addr))
		return false;
	rest = sock_rest_of(s);
	if (!rest)
		return false; /* no memory: then at once */
	rest->later = *peer;
	s->state = STREAM_LATER;
	return true;
}

/* The program wants to hear first. */
int sock_fast_give_up(struct sock *s)
{
	int err;

	if (s->state != STREAM_LATER)
		return 0;
	err = tcp_connect(s->tcp, &s->rest->later);
	if (!err)
		s->state = STREAM_CONNECTING;
	return err;
}
