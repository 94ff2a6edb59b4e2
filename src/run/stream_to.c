// SPDX-License-Identifier: MIT
/*
 * stream_to.c - messages with an address, on a stream
 *
 * Theory of operation
 * ===================
 * A stream that is connected has no use for an address: TCP passes over the one
 * that sendto(2) names, and recvfrom(2) gets none.  AF_UNIX would complain, and
 * would tell a name of ours.  So these calls are made here, on the program's own
 * descriptor, as if without an address; one that has to wait is parked, and
 * made again when relay.c has moved something.
 *
 * The address counts where the call connects: MSG_FASTOPEN (RFC 7413).  With a
 * cookie of the server the octets go with the SYN, and the stream is as good as
 * connected; without, the call is a connect(2) and then a send.
 *
 * Limits
 * ------
 * A blocking call sends what the descriptor takes at once, if that is anything.
 * With MSG_WAITALL the address is AF_UNIX's.
 */
#include <errno.h>
#include <sys/socket.h>

#include "run/msg.h"
#include "run/stream.h"

static long send_plain(struct call *call, const uint8_t *buf, size_t len,
		       int flags)
{
	ssize_t n = send(call->fd, buf, len,
			 (flags & MSG_OOB) | MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0)
		return n;
	if (errno == EAGAIN && msg_may_wait(call, flags))
		return call_park(call, desc_deadline(call->desc, SO_SNDTIMEO),
				 -EAGAIN);
	return -errno;
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

long stream_send_to(struct call *call, const struct msg *m, int flags)
{
	struct stream *s = stream_of(call->desc);
	bool is_first = flags & MSG_FASTOPEN && !call->is_again;
	uint8_t buf[MSG_OCTETS];
	int err = msg_read(call, m, buf);

	if (!err && !call_is_alive(call))
		err = -EINTR;
	if (err)
		return err;
	switch (s->phase) {
	case STREAM_ALONE:
		return is_first ? send_first(call, m, buf) : -EPIPE;
	case STREAM_WAITS:
	case STREAM_STUFFED:
		return is_first ? -EALREADY
				: send_plain(call, buf, m->len, flags);
	case STREAM_LISTENS:
		return -EPIPE;
	case STREAM_RELAYS:
	case STREAM_OVER:
		break;
	}
	return is_first ? -EISCONN : send_plain(call, buf, m->len, flags);
}

long stream_recv_from(struct call *call, const struct msg *m, int flags)
{
	int own = flags & (MSG_PEEK | MSG_OOB);
	struct msg_about about = {.flags = own & MSG_OOB};
	uint8_t buf[MSG_OCTETS];
	ssize_t n;

	if (flags & (MSG_WAITALL | MSG_TRUNC | MSG_ERRQUEUE))
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
