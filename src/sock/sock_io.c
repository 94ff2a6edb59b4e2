// SPDX-License-Identifier: MIT
/*
 * sock_io.c - sending and receiving
 *
 * Theory of operation
 * ===================
 * All calls that move octets are one loop around a step that does not block:
 *
 *	do what is possible now; if that is not enough and the call may
 *	block, sleep on the socket's wait queue, and again
 *
 * What is enough is io->want: one octet for a receive (SO_RCVLOWAT says how
 * many for a stream), all of them for a send on a stream or a receive with
 * SK_MSG_WAITALL.  A call that has moved some octets reports these; an error
 * after that is found by the next call.
 *
 * The event of a receive call is told when there is something to receive, so
 * a program that polls in vain leaves no trace; its octets are those that the
 * call is going to return.
 */

#include <errno.h>

#include "core/probe.h"

#include "sock/sock_int.h"
#include "sock/sock_plain.h"
#include "sock/sock_try.h"
#include "sock/sock_zero.h"

typedef long step_fn(struct sock *s, struct sock_io *io);

/**
 * struct mover - one direction of moving octets
 * @step:	What is possible now
 * @event:	What to sleep for
 * @what:	The call, for its event
 */
struct mover {
	step_fn *(*step)(const struct sock_ops *ops);
	uint32_t event;
	enum reason what;
};

static step_fn *send_step(const struct sock_ops *ops)
{
	return ops->send;
}

static step_fn *recv_step(const struct sock_ops *ops)
{
	return ops->recv;
}

static const struct mover sender = {send_step, WAIT_OUT, R_SOCK_SEND};
static const struct mover receiver = {recv_step, WAIT_IN, R_SOCK_RECV};

/* Octets that the call will move, as far as can be told. */
static size_t octets_of(struct sock *s, const struct sock_io *io, bool is_recv)
{
	size_t n = is_recv ? s->ops->readable(s) : io->len;

	return n < io->len ? n : io->len;
}

/* Tell of the call, once, when it begins to do something. */
static uint32_t tell_call(struct sock *s, const struct sock_io *io,
			  const struct mover *m)
{
	bool is_recv = m->event == WAIT_IN;

	if (!s->file.stack->place.env->probe)
		return 0;
	if (is_recv && !(s->ops->poll(s) & WAIT_IN))
		return 0;
	return PROBE(&s->file.stack->place, EV_CALL, m->what, NULL,
		     EVF_NUM("fd", s->fd),
		     EVF_NUM("octets", octets_of(s, io, is_recv)));
}

/* Octets of a stream that are thrown away are not copied, nor is what a
 * datagram has more than there is room for. */
static void count(struct sock *s, const struct sock_io *io,
		  const struct mover *m, long n)
{
	bool is_recv = m->event == WAIT_IN;
	long room = (long)(io->len - io->done);

	if (is_recv && s->ops->type == SK_SOCK_STREAM &&
	    io->flags & SK_MSG_TRUNC)
		return;
	file_count(&s->file,
		   is_recv    ? COPY_TO_USER
		   : io->zero ? COPY_REFERRED
			      : COPY_FROM_USER,
		   n < room ? n : room);
}

static long step_once(struct sock *s, struct sock_io *io, const struct mover *m,
		      uint32_t *cause)
{
	struct sock_call call = call_begin(s->file.stack);
	long n;

	if (!*cause)
		*cause = tell_call(s, io, m);
	probe_set_cause(s->file.stack->place.env, *cause);
	n = m->step(s->ops)(s, io);
	count(s, io, m, n);
	call_end(call);
	return n;
}

/* @err, unless some octets have been moved already. */
static long outcome(const struct sock_io *io, long err)
{
	return io->done ? (long)io->done : err;
}

/* Also of a message of no octets. */
static bool is_error(long n)
{
	return n < 0 && n != -EAGAIN;
}

static long move(struct sock *s, struct sock_io *io, const struct mover *m)
{
	bool is_recv = m->event == WAIT_IN;
	uint64_t until = sock_deadline(s, is_recv ? s->opts->recv_timeout_ns
						  : s->opts->send_timeout_ns);
	bool may_block = sock_may_block(s, io->flags);
	uint32_t cause = 0;

	for (;;) {
		long n = step_once(s, io, m, &cause);

		if (n > 0)
			io->done += (size_t)n;
		if (n == 0 || (io->done >= io->want && !is_error(n)))
			return (long)io->done;
		if (n > 0)
			continue;
		if (n != -EAGAIN || !may_block)
			return outcome(io, n);
		/* An error that is still there is in the queue of errors. */
		n = file_wait_past(&s->file, is_recv ? "recv" : "send",
				   m->event, until);
		if (n)
			return outcome(io, n == -ETIMEDOUT ? -EAGAIN : n);
	}
}

static long move_socket(struct sock *s, struct sock_io *io,
			const struct mover *m)
{
	long n;

	file_get(&s->file);
	n = move(s, io, m);
	file_put(&s->file);
	return n;
}

/* Addresses as the transport knows them; only IP has any. */
static int send_address(struct sock *s, struct sock_io *io,
			struct endpoint *other)
{
	int err = 0;

	if (!sock_is_inet(s))
		return 0;
	if (io->to && s->state == STREAM_NEW) {
		err = sock_addr_to_peer(s, io->to, other);
		io->to = other;
	}
	if (!err && sock_is_udp(s))
		err = sock_addr_bind_any(s);
	return err;
}

long sock_send(struct sock *s, struct sock_io *io)
{
	struct endpoint other;
	int err;

	if (io->flags & SK_MSG_OOB && !s->ops->recv_urgent)
		return -EOPNOTSUPP;
	err = send_address(s, io, &other);
	if (!err && sock_zero_is_asked(s, io))
		return sock_zero_send(s, io);
	return err ? err : sock_send_plain(s, io);
}

long sock_send_plain(struct sock *s, struct sock_io *io)
{
	file_count_call(&s->file);
	return move_socket(s, io, &sender);
}

long sock_send_rest(struct sock *s, struct sock_io *io)
{
	return move_socket(s, io, &sender);
}

/* Never blocks, whatever the descriptor says. */
static long recv_urgent(struct sock *s, struct sock_io *io)
{
	struct sock_call call = call_begin(s->file.stack);
	long n = s->ops->recv_urgent(s, io);

	call_end(call);
	return n;
}

/* How many octets end a receive that may block. */
static size_t enough(const struct sock *s, const struct sock_io *io)
{
	size_t lowat = (size_t)s->opts->rcvlowat;

	if (s->ops->type != SK_SOCK_STREAM || !io->len)
		return 1;
	if (io->flags & SK_MSG_WAITALL || io->len < lowat)
		return io->len;
	return lowat;
}

/* The error queue never makes anybody wait. */
static long recv_error(struct sock *s, struct sock_io *io)
{
	struct sock_call call;
	long n;

	if (!s->ops->recv_error)
		return -EAGAIN;
	call = call_begin(s->file.stack);
	n = s->ops->recv_error(s, io);
	call_end(call);
	return n;
}

long sock_recv(struct sock *s, struct sock_io *io)
{
	long n;

	if (io->flags & SK_MSG_ERRQUEUE)
		return recv_error(s, io);
	if (io->flags & SK_MSG_OOB && s->ops->recv_urgent)
		return recv_urgent(s, io);
	io->want = enough(s, io);
	file_count_call(&s->file);
	n = move_socket(s, io, &receiver);
	if (io->from && io->from->addr.family)
		sock_addr_for_user(s, io->from);
	return n;
}

/* Files that are no sockets; they never move a part. */
static long read_once(struct file *file, void *buf, size_t len)
{
	struct sock_call call = call_begin(file->stack);
	long n = file->ops->read ? file->ops->read(file, buf, len) : -EINVAL;

	file_count(file, COPY_TO_USER, n);
	file_count_call(file);
	call_end(call);
	return n;
}

static long write_once(struct file *file, const void *buf, size_t len)
{
	struct sock_call call = call_begin(file->stack);
	long n = file->ops->write ? file->ops->write(file, buf, len) : -EINVAL;

	file_count(file, COPY_FROM_USER, n);
	file_count_call(file);
	call_end(call);
	return n;
}

bool sock_is_stream(struct file *file)
{
	const struct sock *s = sock_of(file);

	return s && s->ops->type == SK_SOCK_STREAM;
}

long file_try_read(struct file *file, void *buf, size_t len)
{
	struct sock *s = sock_of(file);

	return s ? sock_recv_buf(s, buf, len, SK_MSG_DONTWAIT, NULL)
		 : read_once(file, buf, len);
}

long file_try_write(struct file *file, const void *buf, size_t len)
{
	struct sock *s = sock_of(file);

	return s ? sock_send_buf(s, buf, len, SK_MSG_DONTWAIT, NULL)
		 : write_once(file, buf, len);
}

long sk_read(struct stack *stack, int fd, void *buf, size_t len)
{
	struct file *file = file_find(stack, fd);
	long n;

	if (!file)
		return -EBADF;
	if (sock_of(file))
		return sk_recv(stack, fd, buf, len, 0);
	file_get(file);
	while ((n = read_once(file, buf, len)) == -EAGAIN &&
	       !(file->flags & SK_O_NONBLOCK)) {
		int err = file_wait(file, "read", WAIT_IN, UINT64_MAX);

		if (err) {
			n = err;
			break;
		}
	}
	file_put(file);
	return n;
}

static bool may_block(const struct file *file)
{
	return !(file->flags & SK_O_NONBLOCK);
}

/* Until a write is done, or all of it where the file says so. */
static long write_all(struct file *file, const uint8_t *buf, size_t len)
{
	size_t done = 0;

	for (;;) {
		long n = write_once(file, buf + done, len - done);

		if (n >= 0) {
			done += (size_t)n;
			if (done == len || !file->ops->is_stream)
				return (long)done;
		}
		if ((n < 0 && n != -EAGAIN) || !may_block(file))
			return done ? (long)done : n;
		n = file_wait(file, "write", WAIT_OUT, UINT64_MAX);
		if (n)
			return done ? (long)done : n;
	}
}

long sk_write(struct stack *stack, int fd, const void *buf, size_t len)
{
	struct file *file = file_find(stack, fd);
	long n;

	if (!file)
		return -EBADF;
	if (sock_of(file))
		return sk_send(stack, fd, buf, len, 0);
	file_get(file);
	n = write_all(file, buf, len);
	file_put(file);
	return n;
}
