// SPDX-License-Identifier: MIT
/*
 * listen.c - listen(2) and accept(2) of a program
 *
 * Theory of operation
 * ===================
 * The program's descriptor listens in AF_UNIX's abstract space, under a name
 * that the kernel makes up.  When the stack has a connection, we connect to
 * that name: so the descriptor becomes readable, for whoever waits in whatever
 * way.
 *
 *	stack's queue ---> our end connects ---> kernel's queue ---> accept(2)
 *	                       |
 *	                       +--- relayed from now on, before it is accepted
 *
 * If the kernel's queue is full the connection stays in the stack's, and the
 * next accept(2) makes room.  A queue of length n admits n + 1, in both; so the
 * two are made to admit together what the program's backlog would.
 *
 * All accept(2) are ours to answer, for two reasons: the address that the
 * kernel would give is not the one that the program wants; and if we are the
 * only one who takes from the kernel's queue, we can look before we take, and
 * never block.
 *
 * A listener that nobody has any more is noticed when somebody connects to its
 * port: its name is free again.
 *
 * Somebody on the machine may connect to the name as well; who is not this
 * process is turned away when his turn comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/env.h"

#include "run/stream.h"
#include "vnet/vnet.h"

/* What the system allows by default, and how many of these the kernel keeps. */
enum { BACKLOG_MAX = 4096, KERNEL_BACKLOG = 8 };

/* Give the descriptor a name, once. */
static int name_it(struct stream *s, int fd)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(un);

	if (s->name_len)
		return 0;
	if (bind(fd, (struct sockaddr *)&un, sizeof(un.sun_family)) ||
	    getsockname(fd, (struct sockaddr *)&un, &len))
		return -errno;
	memcpy(s->name, &un, len);
	s->name_len = len;
	return 0;
}

/* In the stack: alone, or as one of those who share the port. */
static int listen_in_stack(struct stream *s, int backlog)
{
	struct desc *d = &s->desc;
	struct endpoint local;
	int err;

	if (d->sk < 0 || s->phase == STREAM_OVER)
		return -EINVAL;
	if (s->leader && s->leader != s)
		return 0;
	err = sk_listen(desc_stack(d), d->sk, backlog);
	if (err != -EADDRINUSE)
		return err;
	/* Perhaps by a socket that nobody has any more. */
	sweep_now(d->sup);
	sup_work(d->sup);
	err = sk_listen(desc_stack(d), d->sk, backlog);
	if (err == -EADDRINUSE &&
	    !sk_getsockname(desc_stack(d), d->sk, &local) &&
	    group_join(s, &local))
		return 0;
	return err;
}

long stream_listen(struct call *call, int backlog)
{
	struct stream *s = stream_of(call->desc);
	int max = backlog < 0 || backlog > BACKLOG_MAX ? BACKLOG_MAX : backlog;
	int kernel = max / 2 < KERNEL_BACKLOG ? max / 2 : KERNEL_BACKLOG;
	int stack = max > kernel ? max - kernel - 1 : 0;
	int err = listen_in_stack(s, stack);

	if (!err)
		err = name_it(s, call->fd);
	if (!err && listen(call->fd, kernel))
		err = -errno;
	if (err)
		return err;
	s->phase = STREAM_LISTENS;
	group_listen(s);
	if (!list_is_linked(&s->in_listeners))
		list_add_tail(&call_sup(call)->listeners, &s->in_listeners);
	return 0;
}

/* An end of ours in the kernel's queue of the listener.  -EAGAIN: it is full */
static int connect_to(const struct stream *s)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (!sup_may_keep(s->desc.sup, fd)) {
		close(fd);
		return -EMFILE; /* it waits in the stack's queue */
	}
	if (connect(fd, (const struct sockaddr *)s->name, s->name_len)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

/* Room in the kernel's queue of one who listens there; -EAGAIN: nowhere. */
static int find_room(struct stream *leader, struct stream **member)
{
	size_t count = list_count(&leader->members);
	int fd = -EAGAIN;

	while (count-- && fd < 0) {
		*member = group_next(leader);
		fd = connect_to(*member);
	}
	return fd;
}

/* One connection of the stack goes into a kernel's queue.  0 or -errno. */
static int take_one(struct stream *leader)
{
	struct desc *d = &leader->desc;
	struct stream *child, *s;
	int sk, ours = find_room(leader, &s);

	if (ours < 0)
		return ours;
	sk = sk_accept4(desc_stack(d), d->sk, NULL, SK_SOCK_NONBLOCK);
	child = sk < 0 ? NULL : stream_new(d->sup, d->host, sk);
	if (!child) {
		close(ours);
		return -ENOMEM;
	}
	child->phase = STREAM_RELAYS;
	child->domain = leader->domain;
	child->sndbuf = s->sndbuf;
	child->rcvbuf = s->rcvbuf;
	child->desc.event = s->desc.event;
	list_add_tail(&s->queue, &child->in_queue);
	if (stream_use(child, ours)) {
		close(ours);
		return -ENOMEM;
	}
	relay_work(child);
	return 0;
}

static bool is_ours(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) &&
	       cred.pid == getpid();
}

/* The program's end of the oldest connection that waits; -EAGAIN.  @listener:
 * our descriptor of the program's. */
static int take_end(struct stream *s, int listener, struct stream **child)
{
	struct pollfd p = {.fd = listener, .events = POLLIN};

	*child = list_first_entry(&s->queue, struct stream, in_queue);
	if (*child && (*child)->held >= 0)
		return (*child)->held;
	while (poll(&p, 1, 0) == 1 && p.revents & POLLIN) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return -errno;
		if (*child && is_ours(fd))
			return fd;
		close(fd);
	}
	return -EAGAIN;
}

/* Where accept(2) wants the address, and whether it does. */
static int write_peer(const struct call *call, const struct stream *child)
{
	const struct desc *d = &child->desc;
	struct endpoint peer = d->remote;

	if (!call->arg[1])
		return 0;
	if (d->sk >= 0)
		(void)sk_getpeername(desc_stack(d), d->sk, &peer);
	return call_write_addr(call, call->arg[1], call->arg[2], &peer);
}

/* The program gets its end.  An answer, or -ENOENT: it is gone. */
static long hand_over(struct call *call, struct stream *child, int flags)
{
	struct desc *d = &child->desc;
	int fd = child->held;
	long answer = write_peer(call, child);
	bool is_native =
		fcntl(fd, F_SETFL, flags & SOCK_NONBLOCK ? O_NONBLOCK : 0) == 0;

	if (!answer && !is_native)
		answer = -errno;
	stream_fit(child, fd);
	if (!answer && !d->cookie)
		answer = desc_know(d, fd);
	desc_set_maker(d, call);
	if (!answer)
		answer = call_add_fd(call, fd,
				     flags & SOCK_CLOEXEC ? O_CLOEXEC : 0);
	if (answer == -ENOENT || answer == -EINTR)
		return -ENOENT; /* the next one gets it */
	list_del(&child->in_queue);
	close(fd);
	child->held = -1;
	if (answer == CALL_SENT)
		desc_mark(d);
	return answer;
}

/* What accept(2) would answer now. */
static long accept_now(struct call *call, int listener, int flags)
{
	struct stream *s = stream_of(call->desc), *child;
	int fd = take_end(s, listener, &child);
	long answer;

	if (fd < 0)
		return fd;
	child->held = fd;
	answer = hand_over(call, child, flags);
	desc_mark(&s->desc); /* there is room again */
	return answer;
}

long stream_accept(struct call *call, int flags)
{
	struct stream *s = stream_of(call->desc);
	long answer;

	if (s->phase != STREAM_LISTENS || call->desc->sk < 0)
		return -EINVAL;
	listen_work(s);
	answer = accept_now(call, call->fd, flags);
	if (answer != -EAGAIN || fcntl(call->fd, F_GETFL) & O_NONBLOCK)
		return answer;
	return call_park(call, desc_deadline(call->desc, SO_RCVTIMEO), -EAGAIN);
}

/* Flags of a parked call. */
static int flags_of(const struct call *call)
{
	const struct call_row *row = call_row_of(call->nr);

	return row->fn == call_accept4 ? (int)call->arg[3] : 0;
}

/* Answer who waits, in the order of their calls. */
static void serve_parked(struct stream *s)
{
	struct list *pos, *next;
	int listener;

	if (list_is_empty(&s->desc.parked) || list_is_empty(&s->queue))
		return;
	listener = desc_program_fd(&s->desc);
	if (listener < 0)
		return;
	list_for_each_safe(pos, next, &s->desc.parked) {
		struct call *call = list_entry(pos, struct call, node);
		long answer;

		if (!call_is_alive(call)) {
			call_forget(call);
			continue;
		}
		answer = accept_now(call, listener, flags_of(call));
		if (answer == -EAGAIN)
			break;
		(void)call_finish(call, answer);
	}
	close(listener);
}

void listen_work(struct stream *s)
{
	struct stream *leader = s->leader, *member;
	struct desc *d = &leader->desc;

	while (d->sk >= 0 && sk_ready(desc_stack(d), d->sk) & WAIT_IN)
		if (take_one(leader))
			break;
	list_for_each_entry(member, &leader->members, struct stream, in_group)
		serve_parked(member);
}

/* Has nobody the listener any more?  Then its name is free. */
static bool is_gone(const struct stream *s)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_free;

	if (fd < 0)
		return false;
	is_free = !bind(fd, (const struct sockaddr *)s->name, s->name_len);
	close(fd);
	return is_free;
}

void listen_check(struct supervisor *sup, uint16_t port)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &sup->listeners) {
		struct stream *s = list_entry(pos, struct stream, in_listeners);
		struct endpoint local = s->desc.local;

		if (s->desc.sk >= 0 && !local.port)
			(void)sk_getsockname(desc_stack(&s->desc), s->desc.sk,
					     &local);
		if (local.port == port && is_gone(s))
			stream_end(s);
	}
}
