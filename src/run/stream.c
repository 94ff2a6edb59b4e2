// SPDX-License-Identifier: MIT
/*
 * stream.c - stream sockets of programs
 *
 * Theory of operation
 * ===================
 * A program's TCP socket is an AF_UNIX stream descriptor.  Reading, writing
 * and waiting on it are the kernel's, and the kernel's poll(2) says of it what
 * it would say of TCP, if it is brought into the right state:
 *
 *	TCP is			the descriptor is		poll(2)
 *	not connected		not connected			OUT HUP
 *	connecting		connected, and full		-
 *	connected		connected, and emptied		OUT
 *	refused, timed out	its other end closed unread	IN OUT ERR HUP
 *	listening		listening, under a name		IN, if somebody
 *								waits
 *	half closed by peer	the other end shut down		IN OUT RDHUP
 *	reset			its other end closed unread	IN OUT ERR HUP
 *
 * The other end is ours, and relay.c moves octets between it and the socket of
 * the stack.
 *
 * "Unread" is what makes the kernel say ECONNRESET and not end of file: an end
 * that is closed while octets lie in it.  When there are none, an octet is
 * written from the program's side (desc_program_fd()) into ours just before.
 *
 * A connection that died leaves a socket in the stack, which can still be asked
 * for its options; it goes with the descriptor.
 *
 * Both ends meet at a listener of the supervisor's.  Its name can be found by
 * others on the machine; who is not this process is turned away.
 */
#include "run/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/env.h"

#include "run/msg.h"
#include "vnet/vnet.h"

/* Octets that the kernel keeps for the program on their way to us; it doubles
 * the number, for its own use. */
enum { PROGRAM_SNDBUF = 65536 };

static void stream_free(struct desc *d)
{
	struct stream *s = stream_of(d);

	mem_free(d->sup->mem, s->kept, s->kept ? RELAY_CHUNK : 0);
	mem_free(d->sup->mem, s, sizeof(*s));
}

void stream_unlisten(struct stream *s)
{
	struct stream *child;

	while ((child = list_first_entry(&s->queue, struct stream, in_queue))) {
		list_del(&child->in_queue);
		relay_reset(child); /* nobody will ever accept it */
		stream_end(child);
	}
	list_del(&s->in_listeners);
	group_leave(s);
	s->name_len = 0;
}

/* The program has let go of it, all that it wrote has been taken in. */
void stream_end(struct stream *s)
{
	stream_unlisten(s);
	list_del(&s->in_queue);
	if (s->held >= 0)
		close(s->held);
	s->held = -1;
	desc_end(&s->desc);
}

static void stream_work(struct desc *d)
{
	struct stream *s = stream_of(d);

	switch (s->phase) {
	case STREAM_WAITS:
	case STREAM_STUFFED:
		connect_work(s);
		break;
	case STREAM_LISTENS:
		listen_work(s);
		break;
	case STREAM_RELAYS:
		relay_work(s);
		msg_serve_parked(d);
		break;
	case STREAM_ALONE:
	case STREAM_OVER:
		break;
	}
	if (d->is_gone && d->ours.fd < 0)
		stream_end(s);
}

/* Of what is connected the kernel tells us in its order, after the octets that
 * were written before. */
static long stream_shutdown(struct call *call, int how)
{
	struct desc *d = call->desc;
	struct stream *s = stream_of(d);
	struct endpoint peer;
	int err = -ENOTCONN;

	if (s->phase == STREAM_RELAYS && d->sk >= 0 &&
	    sk_getpeername(desc_stack(d), d->sk, &peer))
		return -ENOTCONN; /* both sides are through */
	if (s->phase == STREAM_RELAYS && how != SHUT_RD) {
		s->has_shut |= how == SHUT_RDWR;
		return CALL_CONTINUE;
	}
	if (d->sk >= 0)
		err = sk_shutdown(desc_stack(d), d->sk, how);
	if (err)
		return err;
	if (s->phase == STREAM_LISTENS && how != SHUT_WR) {
		group_leave(s);
		s->phase = STREAM_ALONE;
		(void)call_finish_all(d, -EINVAL);
	}
	return CALL_CONTINUE;
}

static void stream_settle(struct desc *d)
{
	struct stream *s = stream_of(d);

	if (s->phase == STREAM_RELAYS)
		relay_settle(s);
}

static int stream_again(struct desc *d)
{
	return sk_socket(desc_stack(d), stream_of(d)->domain, SOCK_STREAM, 0);
}

static bool stream_share(struct desc *d, const struct endpoint *local)
{
	return group_join(stream_of(d), local);
}

void stream_fit(const struct stream *s, int fd)
{
	int size = s->sndbuf < PROGRAM_SNDBUF ? s->sndbuf : PROGRAM_SNDBUF;

	if (s->sndbuf)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size,
				 sizeof(size));
	if (s->rcvbuf && s->desc.ours.fd >= 0)
		(void)setsockopt(s->desc.ours.fd, SOL_SOCKET, SO_SNDBUF,
				 &s->rcvbuf, sizeof(s->rcvbuf));
}

static void stream_resize(struct desc *d, int fd, int name, int size)
{
	struct stream *s = stream_of(d);

	if (name == SO_SNDBUF)
		s->sndbuf = size;
	else if (name == SO_RCVBUF)
		s->rcvbuf = size;
	else
		s->lowat = 0;
	stream_fit(s, fd);
}

static const struct desc_ops stream_ops = {
	.kind = "tcp",
	.share = stream_share,
	.connect = stream_connect,
	.listen = stream_listen,
	.accept = stream_accept,
	.send_to = stream_send_to,
	.recv_from = stream_recv_from,
	.is_alone = stream_is_alone,
	.shutdown = stream_shutdown,
	.again = stream_again,
	.settle = stream_settle,
	.resize = stream_resize,
	.work = stream_work,
	.free = stream_free,
};

bool stream_is(const struct desc *d)
{
	return d->ops == &stream_ops;
}

struct stream *stream_new(struct supervisor *sup, struct host *host, int sk)
{
	struct stream *s = mem_alloc(sup->mem, sizeof(*s));

	if (!s) {
		(void)sk_close(&host->stack, sk);
		return NULL;
	}
	s->held = -1;
	list_init(&s->queue);
	list_init(&s->in_queue);
	list_init(&s->in_listeners);
	list_init(&s->members);
	list_init(&s->in_group);
	desc_init(&s->desc, &stream_ops, sup, host);
	desc_attach(&s->desc, sk);
	/* Where it stands among the others is told to the kernel by relay.c. */
	(void)sk_setsockopt_int(&host->stack, sk, SOL_SOCKET, SO_OOBINLINE, 1);
	return s;
}

/* Give the program a new descriptor for a new stream. */
static long stream_give(struct call *call, struct stream *s, int type)
{
	int flags = type & SOCK_NONBLOCK, size = PROGRAM_SNDBUF;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	long answer;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	answer = desc_know(&s->desc, fd);
	if (!answer)
		answer = call_add_fd(call, fd,
				     type & SOCK_CLOEXEC ? O_CLOEXEC : 0);
	close(fd);
	return answer;
}

long stream_open(struct call *call, int domain, int type, int proto)
{
	int sk = sk_socket(call_stack(call), domain, type | SOCK_NONBLOCK,
			   proto);
	struct stream *s;
	long answer;

	if (sk < 0)
		return sk;
	s = stream_new(call_sup(call), call->program->host, sk);
	if (!s)
		return -ENOMEM;
	s->domain = domain;
	desc_set_maker(&s->desc, call);
	answer = stream_give(call, s, type);
	if (answer != CALL_SENT)
		desc_end(&s->desc);
	return answer;
}

/* Was it connected by us? */
static bool is_ours(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) &&
	       cred.pid == getpid();
}

/* Our end of what was just connected to the listener. */
static int meet(struct supervisor *sup)
{
	int fd;

	for (;;) {
		fd = accept4(sup->meeting, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return -errno;
		if (is_ours(fd))
			return fd;
		close(fd);
	}
}

/* Use an end of ours. */
int stream_use(struct stream *s, int ours)
{
	int one = 1;

	(void)setsockopt(ours, SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one));
	return desc_watch(&s->desc, ours, STREAM_EVENTS);
}

int stream_pair(struct stream *s, int fd)
{
	struct supervisor *sup = s->desc.sup;
	int ours, err;

	if (connect(fd, (const struct sockaddr *)sup->meeting_name,
		    sup->meeting_len))
		return -errno;
	ours = meet(sup);
	if (ours < 0)
		return ours;
	err = stream_use(s, ours);
	if (err)
		close(ours);
	else
		stream_fit(s, fd);
	return err;
}

/* Nothing lies in our end: put something there, so that closing it is a
 * reset. */
static void leave_unread(struct stream *s)
{
	uint8_t octet = 0;
	int fd;

	if (recv(s->desc.ours.fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
		return;
	fd = desc_program_fd(&s->desc);
	if (fd < 0)
		return;
	(void)send(fd, &octet, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

void stream_fail(struct stream *s, int err)
{
	struct desc *d = &s->desc;

	d->error = err;
	if (d->sk >= 0)
		(void)sk_getsockname(desc_stack(d), d->sk, &d->local);
	if (d->ours.fd >= 0)
		leave_unread(s);
	desc_close_ours(d);
	s->phase = STREAM_OVER;
}
