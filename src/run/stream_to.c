// SPDX-License-Identifier: MIT
/*
 * stream_to.c - messages with an address, on a stream
 *
 * Theory of operation
 * ===================
 * A stream that is connected has no use for an address: TCP passes over the one
 * that sendto(2) names, and recvfrom(2) gets none.  AF_UNIX would complain, and
 * would tell a name of ours.  So these calls are made here, on the program's
 * own descriptor, as if without an address; one that has to wait is parked, and
 * made again when relay.c has moved something.
 *
 * The address counts where the call connects: MSG_FASTOPEN (RFC 7413).  With a
 * cookie of the server the octets go with the SYN, and the stream is as good as
 * connected; without, the call is a connect(2) and then a send.
 *
 * Limits
 * ------
 * A blocking sendmsg(2) sends what the descriptor takes at once, if that is
 * anything; sendto(2) sends all.
 * With MSG_WAITALL the address is AF_UNIX's.
 */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

#include "run/msg.h"
#include "run/stream.h"

/* What sendto(2) still has to send is in its arguments, also while it is put
 * off.  True: there is more, and the next piece is in @buf. */
static bool is_more(struct call *call, struct msg *m, uint8_t *buf, long n)
{
	if (call->nr != SYS_sendto)
		return false;
	call->arg[1] += (uint64_t)n;
	call->arg[2] -= (uint64_t)n;
	m->iov[0].iov_base = (void *)(uintptr_t)call->arg[1];
	m->iov[0].iov_len = min_size(call->arg[2], MSG_OCTETS);
	m->len = m->iov[0].iov_len;
	return m->len && !msg_read(call, m, buf);
}

/* It is over: its arguments are again what the program has said, for that is how
 * it is known if a signal makes the program repeat it. */
static long over(struct call *call, long n)
{
	long done = call->done;

	if (call->nr == SYS_sendto) {
		call->arg[1] -= (uint64_t)done;
		call->arg[2] += (uint64_t)done;
	}
	return done ? done : n;
}

/* @buf has the first piece of the message. */
static long send_plain(struct call *call, struct msg *m, uint8_t *buf,
		       int flags)
{
	int own = (flags & MSG_OOB) | MSG_DONTWAIT | MSG_NOSIGNAL;
	ssize_t n;

	do {
		n = send(call->fd, buf, m->len, own);
		call->done += n > 0 ? n : 0;
	} while (n > 0 && is_more(call, m, buf, n));
	if (n < 0 && errno == EAGAIN && msg_may_wait(call, flags)) {
		call->late = call->done ? call->done : -EAGAIN;
		return call_park(call, desc_deadline(call->desc, SO_SNDTIMEO),
				 call->late);
	}
	return over(call, n < 0 ? -errno : n);
}

/* Connect, and send. */
static long send_first(struct call *call, const struct msg *m,
		       const uint8_t *buf)
{
	struct desc *d = call->desc;
	struct endpoint to;
	long n = call_read_addr(call, m->name, m->name_len, &to);

	if (n)
		return n;
	if (d->sk < 0)
		return -EISCONN;
	listen_check(d->sup, to.port);
	n = sk_sendto(desc_stack(d), d->sk, buf, m->len,
		      MSG_FASTOPEN | MSG_DONTWAIT, &to);
	if (n == -EINPROGRESS)
		return stream_begin(call, stream_of(d));
	if (n >= 0 && stream_at_once(call, stream_of(d)))
		return -ENOMEM;
	return n;
}

/* What the stream's state says before anybody looks at the octets.  0, or
 * -errno. */
static int check_phase(const struct stream *s, const struct msg *m,
		       bool is_first)
{
	switch (s->phase) {
	case STREAM_ALONE:
		return is_first && m->name ? 0 : -EPIPE;
	case STREAM_WAITS:
	case STREAM_STUFFED:
		return is_first ? -EALREADY : 0;
	case STREAM_LISTENS:
		return -EPIPE;
	case STREAM_RELAYS:
	case STREAM_OVER:
		break;
	}
	return is_first ? -EISCONN : 0;
}

static long send_to(struct call *call, const struct msg *m, int flags)
{
	struct stream *s = stream_of(call->desc);
	bool is_first = flags & MSG_FASTOPEN && !call->is_again;
	struct msg rest = *m;
	uint8_t buf[MSG_OCTETS];
	int err = msg_check(call, m);

	if (!err)
		err = check_phase(s, m, is_first);
	if (!err && !m->name)
		return CALL_CONTINUE;
	if (!err)
		err = msg_read(call, m, buf);
	if (!err && !call_is_alive(call))
		err = -EINTR;
	if (err)
		return err;
	return s->phase == STREAM_ALONE ? send_first(call, m, buf)
					: send_plain(call, &rest, buf, flags);
}

bool stream_is_alone(struct desc *d)
{
	const struct stream *s = stream_of(d);

	return s->phase == STREAM_ALONE || s->phase == STREAM_LISTENS;
}

long stream_send_to(struct call *call, const struct msg *m, int flags)
{
	long n = send_to(call, m, flags);

	if (n != -EPIPE || flags & MSG_NOSIGNAL || !call_answer(call, n))
		return n;
	/* Not before the answer: it would take the call away. */
	(void)syscall(SYS_pidfd_send_signal, call->peer->pidfd.fd, SIGPIPE,
		      NULL, 0);
	return CALL_SENT;
}

/* No urgent octet has ever come: that is found out first. */
static long lone_error(const struct stream *s, int flags)
{
	return flags & MSG_OOB && s->phase == STREAM_ALONE ? -EINVAL
							   : -ENOTCONN;
}

long stream_recv_from(struct call *call, const struct msg *m, int flags)
{
	int own = flags & (MSG_PEEK | MSG_OOB);
	struct msg_about about = {.flags = own & MSG_OOB};
	uint8_t buf[MSG_OCTETS];
	ssize_t n;

	if (flags & MSG_ERRQUEUE) /* nothing that a stream notes gets there */
		return -EAGAIN;
	if (stream_is_alone(call->desc))
		return lone_error(stream_of(call->desc), flags);
	if (!m->name || flags & (MSG_WAITALL | MSG_TRUNC))
		return CALL_CONTINUE;
	n = recv(call->fd, buf, m->len, own | MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN && call->desc->sk >= 0 &&
	    msg_may_wait(call, flags))
		return call_park(call, desc_deadline(call->desc, SO_RCVTIMEO),
				 -EAGAIN);
	if (n < 0)
		return -errno;
	return msg_give(call, m, buf, (size_t)n, &about, 0);
}
