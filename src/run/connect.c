// SPDX-License-Identifier: MIT
/*
 * connect.c - connect(2) of a program
 *
 * Theory of operation
 * ===================
 * Blocking: the call is parked, and the program's descriptor stays as it is
 * until the connection stands; then it gets its other end and the answer 0.
 * If it fails it gets the error, and is as new: it may connect again.
 *
 * Non-blocking: the program will poll(2) the descriptor, which must be neither
 * readable nor writable now, and writable at the moment the connection stands.
 * So it gets its other end at once, and that is stuffed: octets are written
 * from the program's side until nothing more goes in.  Taking them out again
 * makes it writable, with the same wake-up that TCP gives.  If it fails, our
 * end is closed with all that in it, and poll(2) says what it says of a
 * refused connection.
 *
 * Limits
 * ------
 * After a failed non-blocking connect(2) the descriptor is of no more use for
 * the kernel.  The next connect(2), which only says how the first one ended,
 * puts a new one in its place, and copies of the old one (dup(2), fork(2)) stay
 * what they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

#include "core/env.h"

#include "run/msg.h"
#include "run/stream.h"

/* Write into the program's descriptor until it is full. */
static int stuff(struct stream *s, int fd)
{
	static const uint8_t nothing[16384];
	ssize_t n;

	while ((n = send(fd, nothing, sizeof(nothing),
			 MSG_DONTWAIT | MSG_NOSIGNAL)) > 0)
		s->stuffed += (size_t)n;
	return errno == EAGAIN ? 0 : -errno;
}

/* ... and take it out again. */
static void unstuff(struct stream *s)
{
	uint8_t buf[16384];

	while (s->stuffed) {
		size_t len = min_size(s->stuffed, sizeof(buf));
		ssize_t n = recv(s->desc.ours.fd, buf, len, MSG_DONTWAIT);

		if (n <= 0)
			return;
		s->stuffed -= (size_t)n;
	}
}

static bool may_block(int fd)
{
	return !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/* It is under way. */
long stream_begin(struct call *call, struct stream *s)
{
	int err;

	if (may_block(call->fd)) {
		if (s->phase == STREAM_ALONE)
			s->phase = STREAM_WAITS;
		return call_park(call, desc_deadline(&s->desc, SO_SNDTIMEO),
				 -EINPROGRESS);
	}
	if (s->phase != STREAM_ALONE)
		return -EALREADY;
	err = stream_pair(s, call->fd);
	if (!err)
		err = stuff(s, call->fd);
	if (err)
		return err;
	s->phase = STREAM_STUFFED;
	return -EINPROGRESS;
}

/* A descriptor in the place of one that is of no more use. */
static int renew_fd(struct call *call, struct stream *s)
{
	int flags = fcntl(call->fd, F_GETFL);
	int fd = socket(AF_UNIX,
			SOCK_STREAM | SOCK_CLOEXEC | (flags & O_NONBLOCK), 0);
	int err;

	if (fd < 0)
		return -errno;
	desc_forget(&s->desc);
	err = desc_know(&s->desc, fd);
	if (!err)
		err = call_replace_fd(call, fd, (int)call->arg[0]);
	close(call->fd);
	call->fd = fd;
	s->phase = STREAM_ALONE;
	s->stuffed = 0;
	s->desc.error = 0;
	s->desc.has_hung_up = false;
	return err;
}

/* The same, and a socket of the stack in the place of one that has failed. */
static int renew(struct call *call, struct stream *s)
{
	int sk = sk_socket(desc_stack(&s->desc), s->domain,
			   SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (sk < 0)
		return sk;
	desc_close_sk(&s->desc);
	desc_attach(&s->desc, sk);
	return renew_fd(call, s);
}

/* Nothing of what went on before goes on. */
static void begin_anew(struct stream *s)
{
	desc_close_ours(&s->desc);
	stream_unlisten(s);
	s->has_shut = s->owes_answer = s->owes_outcome = false;
	s->up_is_over = s->down_is_over = false;
	s->broken = 0;
	s->kept_at = s->kept_len = 0;
	s->desc.has_ended = s->desc.has_news = s->desc.is_full = false;
	s->desc.has_urgent = s->desc.has_told = false;
	s->desc.local = s->desc.remote = (struct endpoint){0};
}

/* connect(2) to no family: the connection ends, with a reset, and the socket may
 * connect again.  So its descriptor is a new one too. */
static long dissolve(struct call *call, struct stream *s)
{
	static const struct endpoint nobody;
	struct desc *d = &s->desc;
	bool is_new = s->phase == STREAM_ALONE && !s->owes_outcome;
	bool stands = s->phase == STREAM_RELAYS || s->phase == STREAM_LISTENS;
	int err = 0;

	if (is_new)
		return 0;
	(void)call_finish_all(d, -ECONNABORTED);
	begin_anew(s);
	if (stands && d->sk >= 0)
		err = sk_connect(desc_stack(d), d->sk, &nobody);
	if (err)
		return err;
	return stands && d->sk >= 0 ? renew_fd(call, s) : renew(call, s);
}

/* It stands already, or will when something is written (TCP Fast Open). */
long stream_at_once(struct call *call, struct stream *s)
{
	int err;

	if (s->phase != STREAM_ALONE && s->phase != STREAM_WAITS)
		return 0;
	err = stream_pair(s, call->fd);
	if (err)
		return err;
	s->phase = STREAM_RELAYS;
	desc_mark(&s->desc);
	return 0;
}

/* How an earlier call ended that nobody heard of.  1: nothing is known. */
static long earlier_outcome(struct stream *s)
{
	long err = -s->desc.error;

	if (s->phase == STREAM_RELAYS && s->owes_answer) {
		s->owes_answer = false;
		return 0;
	}
	s->desc.error = 0;
	if (!err && s->owes_outcome)
		err = -ECONNABORTED;
	s->owes_outcome = false;
	return err ? err : 1;
}

long stream_connect(struct call *call, const struct endpoint *to)
{
	struct desc *d = call->desc;
	struct stream *s = stream_of(d);
	bool has_failed;
	long err;

	if (!to->addr.family)
		return dissolve(call, s);
	if (s->phase == STREAM_STUFFED)
		connect_work(s);
	if (s->phase == STREAM_OVER && !s->owes_outcome)
		return -EISCONN;
	has_failed = s->owes_outcome;
	err = earlier_outcome(s);
	if (has_failed && renew(call, s))
		return -ENOMEM;
	if (err != 1)
		return err;
	if (d->sk < 0)
		return -EISCONN;
	listen_check(d->sup, to->port);
	err = sk_connect(desc_stack(d), d->sk, to);
	if (err == -EINPROGRESS || err == -EALREADY)
		return stream_begin(call, s);
	if (!err)
		return stream_at_once(call, s);
	if (err && s->phase == STREAM_WAITS)
		s->phase = STREAM_ALONE;
	return err;
}

/* connect(2) is over; what was to be sent with it is sent now.  Did anybody
 * hear it? */
static bool finish_connect(struct desc *d)
{
	struct list *pos, *next;
	bool is_heard = !list_is_empty(&d->parked);

	list_for_each_safe(pos, next, &d->parked) {
		struct call *call = list_entry(pos, struct call, node);

		if (call_row_of(call->nr)->fn == call_connect)
			is_heard &= call_finish(call, 0);
	}
	msg_serve_parked(d);
	return is_heard;
}

/* The connection stands: the descriptor gets its other end. */
static void blocking_stands(struct stream *s)
{
	int fd = desc_program_fd(&s->desc);
	long err = fd < 0 ? -EBADF : stream_pair(s, fd);

	if (fd >= 0)
		close(fd);
	if (err) {
		(void)call_finish_all(&s->desc, err);
		stream_fail(s, (int)-err);
		desc_close_sk(&s->desc); /* it stands still */
		return;
	}
	s->phase = STREAM_RELAYS;
	s->owes_answer = !finish_connect(&s->desc);
}

/* Where to does not matter to a socket that is connecting already. */
static struct endpoint anybody(const struct stream *s)
{
	struct endpoint ep = {.addr = ip_addr_v4(IP4_LOOPBACK), .port = 1};

	if (s->domain == AF_INET6)
		ep.addr = ip_addr_v6(IP6_LOOPBACK);
	return ep;
}

static void blocking_work(struct stream *s, uint32_t ready)
{
	struct endpoint to = anybody(s);
	struct desc *d = &s->desc;
	long err;

	if (!(ready & (WAIT_OUT | WAIT_ERR | WAIT_HUP)))
		return;
	/* Now it says how it ended. */
	err = sk_connect(desc_stack(d), d->sk, &to);
	if (!err) {
		blocking_stands(s);
		return;
	}
	s->phase = STREAM_ALONE;
	if (!call_finish_all(d, err)) /* nobody waits any more */
		d->error = (int)-err;
}

static void non_blocking_work(struct stream *s, uint32_t ready)
{
	struct desc *d = &s->desc;
	int err = ECONNABORTED;

	if (ready & (WAIT_ERR | WAIT_HUP)) {
		(void)sk_getsockopt_int(desc_stack(d), d->sk, SOL_SOCKET,
					SO_ERROR, &err);
		stream_fail(s, err);
		s->owes_outcome = true;
		(void)call_finish_all(d, -err);
	} else if (ready & WAIT_OUT) {
		unstuff(s);
		s->phase = STREAM_RELAYS;
		(void)call_finish_all(d, 0);
	}
}

void connect_work(struct stream *s)
{
	struct desc *d = &s->desc;
	uint32_t ready;

	if (d->sk < 0) {
		stream_fail(s, ENETDOWN);
		(void)call_finish_all(d, -ENETDOWN);
		return;
	}
	ready = sk_ready(desc_stack(d), d->sk);
	if (d->has_hung_up) { /* closed before it stood */
		desc_close_ours(d);
		d->is_gone = true;
	} else if (s->phase == STREAM_WAITS)
		blocking_work(s, ready);
	else
		non_blocking_work(s, ready);
	if (s->phase == STREAM_RELAYS)
		relay_work(s);
}
