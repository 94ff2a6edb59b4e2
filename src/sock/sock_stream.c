// SPDX-License-Identifier: MIT
/*
 * sock_stream.c - stream sockets in front of TCP
 *
 * Theory of operation
 * ===================
 * TCP knows eleven states, the calls care for five: what connect(), listen()
 * and accept() may do next depends on which of them succeeded, not on what
 * the connection has come to since.
 *
 *	          listen()
 *	  NEW ---------------> LISTENS ------ shutdown(RD) ---> NEW
 *	   |  ^
 *	   |  +------ it failed, and connect() has said so ---+
 *	   | connect()                                        |
 *	   +------------> CONNECTING -------------------------+
 *	                      | it stands, and connect() has said so
 *	                      +------------------> CONNECTED  (accept(), too)
 *
 * LATER, where connect() waits for the first octets (sock_fastopen.c), and
 * OVER, for who called shutdown() before he asked how connecting ended.
 *
 * A connection that failed leaves its socket usable: the transport's end is
 * replaced by a new one with the same options (renew()).
 */

#include <errno.h>

#include "base/likely.h"

#include "core/probe.h"
#include "core/waitq.h"

#include "ip/ip.h"
#include "sock/sock_int.h"
#include "sock/sock_plain.h"
#include "sock/sock_zero.h"
#include "tcp/tcp.h"

HOT static void on_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	struct sock *s = arg;
	struct endpoint peer;

	if (s->state == STREAM_CONNECTING && events & WAIT_OUT) {
		peer = tcp_remote(c);
		PROBE(&s->file.stack->place, EV_CALL, R_SOCK_CONNECTED, NULL,
		      EVF_NUM("fd", s->fd), EVF_EP("peer", &peer));
	}
	sock_tell(s, events);
}

static const struct tcp_user user = {.on_event = on_event};

static int stream_open(struct sock *s)
{
	s->tcp = tcp_new(s->file.stack, &user, s);
	if (!s->tcp)
		return -ENOMEM;
	sock_stream_apply(s);
	return 0;
}

/* Without a connection if an accept() found none. */
static void stream_free(struct sock *s)
{
	if (s->tcp)
		tcp_close(s->tcp);
}

static int stream_bind(struct sock *s, const struct endpoint *local)
{
	struct sock_rest *rest = sock_rest_of(s);
	int err = rest ? tcp_bind(s->tcp, local, s->opts->reuse_addr) : -ENOMEM;

	if (!err)
		rest->bound = *local;
	/* A foreign address is found before a second bind is. */
	if (err == -EINVAL && !ip_addr_is_zero(local->addr) &&
	    !ip_addr_is_ours(s->file.stack, local->addr))
		return -EADDRNOTAVAIL;
	return err;
}

/* Put a new connection in the place of one that is over.  The program's own
 * choice of a port stays, as far as it is still free. */
static int renew(struct sock *s)
{
	struct tcp_conn *old = s->tcp;
	int err = stream_open(s);

	if (err) {
		s->tcp = old;
		return err;
	}
	tcp_close(old);
	s->state = STREAM_NEW;
	if (s->rest && s->rest->bound.port)
		tcp_bind(s->tcp, &s->rest->bound, true);
	return 0;
}

/* How connecting ended, if it did. */
static int connect_outcome(struct sock *s)
{
	enum tcp_state state = tcp_state(s->tcp);
	int err;

	if (state == TCPS_SYN_SENT || state == TCPS_SYN_RCVD)
		return -EALREADY;
	if (state != TCPS_CLOSED) {
		s->state = STREAM_CONNECTED;
		return 0;
	}
	err = tcp_error(s->tcp);
	renew(s);
	return err ? err : -ECONNABORTED;
}

/* Whoever waits for something learns that nothing will come. */
static int listen_no_more(struct sock *s)
{
	int err = renew(s);

	if (!err)
		sock_tell(s, WAIT_IN | WAIT_OUT | WAIT_RDHUP | WAIT_HUP);
	return err;
}

/* The connection ends with a reset, and the socket may connect again.  (Linux
 * moreover notes ECONNRESET as its error.) */
static int dissolve(struct sock *s)
{
	if (s->state != STREAM_LISTENS)
		(void)tcp_set_linger(s->tcp, true, 0);
	return listen_no_more(s);
}

static int stream_connect(struct sock *s, const struct endpoint *peer)
{
	int err;

	if (peer->addr.family == IP_NONE)
		return s->state == STREAM_NEW ? 0 : dissolve(s);
	if (s->state == STREAM_CONNECTING)
		return connect_outcome(s);
	if (s->state == STREAM_OVER)
		return -EINVAL;
	if (s->state != STREAM_NEW) /* LATER, too */
		return -EISCONN;
	if (sock_fast_connect(s, peer))
		return 0;
	/* Without a cookie the SYN may at least ask for one. */
	if (s->opts->fastopen_connect)
		err = (int)tcp_connect_send(s->tcp, peer, NULL, 0);
	else
		err = tcp_connect(s->tcp, peer);
	if (err)
		return err;
	s->state = STREAM_CONNECTING;
	err = connect_outcome(s);
	return err == -EALREADY ? -EINPROGRESS : err;
}

static int stream_listen(struct sock *s, int backlog)
{
	int err;

	if (s->state != STREAM_NEW && s->state != STREAM_LISTENS)
		return -EINVAL;
	err = tcp_listen(s->tcp, backlog);
	if (!err)
		s->state = STREAM_LISTENS;
	return err;
}

static int stream_accept(struct sock *s, struct sock *child)
{
	if (s->state != STREAM_LISTENS)
		return -EINVAL;
	if (!child)
		return tcp_poll(s->tcp) & WAIT_IN ? 0 : -EAGAIN;
	child->tcp = tcp_accept(s->tcp);
	if (!child->tcp)
		return -EAGAIN;
	tcp_set_user(child->tcp, &user, child);
	child->state = STREAM_CONNECTED;
	sock_opts_inherit(child, s);
	return 0;
}

static long stream_send(struct sock *s, struct sock_io *io)
{
	unsigned int flags = io->flags & SK_MSG_MORE ? TCP_SEND_MORE : 0;

	if (sock_fast_is_asked(s, io))
		return sock_fast_send(s, io);
	if (io->done && tcp_poll(s->tcp) & WAIT_ERR)
		return 0; /* the next call finds out */
	if (io->flags & SK_MSG_OOB)
		flags |= TCP_SEND_URGENT;
	if (io->zero)
		return tcp_send_block(s->tcp, sock_zero_block(io->zero),
				      io->done, io->len - io->done, flags);
	return tcp_send(s->tcp, io->out ? io->out + io->done : NULL,
			io->len - io->done, flags);
}

HOT static long stream_plain_send(struct sock *s, const void *buf, size_t len,
				  const struct endpoint *to)
{
	if (to || s->state == STREAM_LATER)
		return SOCK_LONG_WAY;
	return tcp_send(s->tcp, buf, len, 0);
}

/* Asking for no octets asks whether there are any. */
static long recv_nothing(struct sock *s)
{
	uint8_t octet;
	long n = tcp_recv(s->tcp, &octet, 1, TCP_RECV_PEEK);

	return n > 0 ? 0 : n;
}

/* Where a peek begins: SO_PEEK_OFF goes forward with it. */
static size_t peek_at(const struct sock *s)
{
	return s->opts->peek_off > 0 ? (size_t)s->opts->peek_off : 0;
}

static long peek(struct sock *s, struct sock_io *io, void *to)
{
	bool moves = s->opts->peek_off >= 0;
	size_t at = peek_at(s) + (moves ? 0 : io->done);
	long n;

	if (moves && !sock_opts_own(s))
		return -ENOMEM;
	n = tcp_peek(s->tcp, at, to, io->len - io->done);
	if (n > 0 && moves)
		s->opts->peek_off += (int)n;
	return n;
}

/* A call that has some octets goes on neither over the mark of urgent data
 * nor to an error, which the next call shall find. */
static bool must_stop(const struct sock *s, const struct sock_io *io)
{
	size_t at = io->flags & SK_MSG_PEEK ? peek_at(s) : 0;

	if (io->flags & SK_MSG_PEEK && s->opts->peek_off < 0)
		at += io->done;
	return tcp_at_mark(s->tcp, at) || tcp_poll(s->tcp) & WAIT_ERR;
}

static long stream_recv(struct sock *s, struct sock_io *io)
{
	bool is_kept = io->in && !(io->flags & SK_MSG_TRUNC);
	void *to = is_kept ? io->in + io->done : NULL;
	long n = sock_fast_give_up(s);

	if (n)
		return n;
	if (s->state == STREAM_LISTENS)
		return -ENOTCONN;
	if (!io->len)
		return recv_nothing(s);
	if (io->done && must_stop(s, io))
		return 0;
	if (io->flags & SK_MSG_PEEK)
		return peek(s, io, to);
	if (s->opts->peek_off > 0 && !sock_opts_own(s))
		return -ENOMEM;
	n = tcp_recv(s->tcp, to, io->len - io->done, 0);
	if (n > 0 && s->opts->peek_off > 0)
		s->opts->peek_off -=
			n < s->opts->peek_off ? (int)n : s->opts->peek_off;
	return n;
}

HOT static long stream_plain_recv(struct sock *s, void *buf, size_t len,
				  struct endpoint *from, size_t *whole)
{
	long n;

	if (s->state == STREAM_LISTENS || s->state == STREAM_LATER || !len ||
	    !s->is_plain)
		return SOCK_LONG_WAY;
	n = tcp_recv(s->tcp, buf, len, 0);
	if (from)
		*from = (struct endpoint){0};
	*whole = n > 0 ? (size_t)n : 0;
	return n;
}

static long stream_recv_urgent(struct sock *s, struct sock_io *io)
{
	bool peek_only = io->flags & SK_MSG_PEEK;

	if (s->state == STREAM_LISTENS)
		return -ENOTCONN;
	return tcp_recv_urgent(s->tcp, io->flags & SK_MSG_TRUNC ? NULL : io->in,
			       io->len, peek_only ? TCP_RECV_PEEK : 0);
}

static int stream_ioctl(struct sock *s, unsigned long request, int *val)
{
	if (request == SK_SIOCATMARK) {
		*val = tcp_at_mark(s->tcp, 0);
		return 0;
	}
	if (s->state == STREAM_LISTENS)
		return -EINVAL;
	if (request == SK_FIONREAD)
		*val = (int)tcp_inq(s->tcp);
	else if (request == SK_TIOCOUTQ)
		*val = (int)tcp_outq(s->tcp);
	else if (request == SK_SIOCOUTQNSD)
		*val = (int)tcp_outq_not_sent(s->tcp);
	else
		return -ENOTTY;
	return 0;
}

/* Is the connection over, as far as its user is concerned? */
static bool is_gone(enum tcp_state state)
{
	return state == TCPS_CLOSED || state == TCPS_TIME_WAIT;
}

static int stream_shutdown(struct sock *s, int how)
{
	enum tcp_state state = tcp_state(s->tcp);
	int err = 0;

	if (s->state == STREAM_CONNECTING)
		s->state =
			state == TCPS_CLOSED ? STREAM_OVER : STREAM_CONNECTED;
	if (is_gone(state))
		return -ENOTCONN;
	if (state == TCPS_LISTEN)
		return how == SK_SHUT_WR ? 0 : listen_no_more(s);
	if (state == TCPS_SYN_SENT)
		return renew(s);
	if (how != SK_SHUT_WR)
		err = tcp_shutdown_recv(s->tcp);
	if (how != SK_SHUT_RD && !err)
		err = tcp_shutdown_send(s->tcp);
	return err;
}

/* Unread data means a reset, and then there is nothing to wait for. */
static bool stream_linger(struct sock *s)
{
	enum tcp_state state = tcp_state(s->tcp);
	struct sock_call call;

	if (state == TCPS_FIN_WAIT_1 || state == TCPS_CLOSING ||
	    state == TCPS_LAST_ACK)
		return false;
	if (state != TCPS_ESTABLISHED && state != TCPS_CLOSE_WAIT)
		return true;
	if (s->ops->readable(s))
		return true;
	call = call_begin(s->file.stack);
	tcp_shutdown_send(s->tcp);
	call_end(call);
	return false;
}

static struct endpoint stream_local(const struct sock *s)
{
	return tcp_local(s->tcp);
}

static struct endpoint stream_peer(const struct sock *s)
{
	enum tcp_state state = tcp_state(s->tcp);

	if (is_gone(state) || state == TCPS_LISTEN || state == TCPS_SYN_SENT)
		return (struct endpoint){0};
	return tcp_remote(s->tcp);
}

static int stream_error(struct sock *s)
{
	return tcp_error(s->tcp);
}

static uint32_t stream_poll(struct sock *s)
{
	uint32_t errors = sock_error_count(s) ? WAIT_ERR : 0;

	return s->state == STREAM_LATER ? WAIT_OUT : tcp_poll(s->tcp) | errors;
}

static size_t stream_readable(struct sock *s)
{
	struct tcp_info info;

	if (s->state == STREAM_LISTENS)
		return 0;
	tcp_get_info(s->tcp, &info);
	return info.rcvq;
}

static void stream_info(struct sock *s, struct sock_info *out)
{
	struct tcp_info info;

	tcp_get_info(s->tcp, &info);
	out->state = tcp_state_name(info.state);
	out->recv_queue = info.rcvq;
	out->send_queue = info.sndq;
}

const struct sock_ops sock_stream_ops = {
	.name = "tcp",
	.opts = OPT_STREAM,
	.type = SK_SOCK_STREAM,
	.proto = SK_IPPROTO_TCP,
	.open = stream_open,
	.free = stream_free,
	.bind = stream_bind,
	.connect = stream_connect,
	.listen = stream_listen,
	.accept = stream_accept,
	.send = stream_send,
	.recv = stream_recv,
	.plain_send = stream_plain_send,
	.plain_recv = stream_plain_recv,
	.recv_error = sock_err_recv,
	.recv_urgent = stream_recv_urgent,
	.ioctl = stream_ioctl,
	.shutdown = stream_shutdown,
	.linger = stream_linger,
	.local = stream_local,
	.peer = stream_peer,
	.error = stream_error,
	.poll = stream_poll,
	.readable = stream_readable,
	.info = stream_info,
};
