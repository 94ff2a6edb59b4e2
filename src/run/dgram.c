// SPDX-License-Identifier: MIT
/*
 * dgram.c - datagram sockets of programs
 *
 * Theory of operation
 * ===================
 * A program's UDP socket is one end of a pair of AF_UNIX datagram descriptors;
 * the other is ours.  What it sends or receives without an address is the
 * kernel's, what has one is answered here:
 *
 *	send(fd, ...)			--> kernel --> our end --> sk_send()
 *	sendto(fd, ..., address)	-- notified ------------> sk_sendto()
 *	recv(fd, ...)			<-- kernel <-- our end <-- sk_recvfrom()
 *	recvfrom(fd, ..., &address)	<- notified ---+--------- sk_recvfrom()
 *
 * The kernel's queue would not tell from whom a datagram came.  So at most one
 * is in it at a time, the next goes there when that has been taken, and whose
 * it is is noted here.  The others wait in the stack's own queue, which has the
 * limit that the program has chosen.
 *
 * That one was taken is an event of our end: it may be written to again.
 *
 * Limits
 * ------
 * send(2) on a socket without a peer says nothing where the kernel says
 * EDESTADDRREQ.  An error that ICMP brings is said by recvfrom(2), by
 * connect(2) and by SO_ERROR, but not by poll(2) and recv(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/env.h"

#include "run/msg.h"

/* Datagrams that are moved before others have their turn. */
enum { DGRAM_ROUNDS = 64 };

/**
 * struct dgram - a datagram socket of a program
 * @desc:	What all sockets have
 * @from:	Whose the datagram in the kernel's queue is
 */
struct dgram {
	struct desc desc;
	struct endpoint from;
};

static struct dgram *dgram_of(struct desc *d)
{
	return container_of(d, struct dgram, desc);
}

static void dgram_free(struct desc *d)
{
	mem_free(d->sup->mem, dgram_of(d), sizeof(struct dgram));
}

/* What the program has written without an address. */
static void up(struct desc *d)
{
	uint8_t buf[MSG_OCTETS];
	int rounds = 0;
	ssize_t n;

	d->has_news = false;
	while (rounds++ < DGRAM_ROUNDS) {
		n = recv(d->ours.fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0)
			return;
		/* Without a peer it goes nowhere. */
		(void)sk_send(desc_stack(d), d->sk, buf, (size_t)n,
			      MSG_DONTWAIT);
	}
	d->has_news = true;
	desc_mark(d);
}

/* Is the datagram that we gave to the kernel still there? */
static bool is_taken(const struct desc *d)
{
	int left = 0;

	return !ioctl(d->ours.fd, SIOCOUTQ, &left) && !left;
}

/* The next one for whoever receives without an address. */
static void down(struct desc *d)
{
	struct dgram *g = dgram_of(d);
	uint8_t buf[MSG_OCTETS];
	struct endpoint from;
	long n;

	while (is_taken(d)) {
		n = sk_recvfrom(desc_stack(d), d->sk, buf, sizeof(buf),
				MSG_DONTWAIT, &from);
		if (n < 0) {
			if (n != -EAGAIN)
				d->error = (int)-n;
			return;
		}
		g->from = from;
		(void)send(d->ours.fd, buf, (size_t)n,
			   MSG_DONTWAIT | MSG_NOSIGNAL);
	}
}

/* Parked calls are as if they came now. */
static void serve_parked(struct desc *d)
{
	struct list *pos, *next;
	int fd;

	if (list_is_empty(&d->parked))
		return;
	fd = desc_program_fd(d);
	list_for_each_safe(pos, next, &d->parked) {
		struct call *call = list_entry(pos, struct call, node);
		long answer = -EAGAIN;

		call->fd = fd;
		call->is_again = true;
		if (fd >= 0 && call_is_alive(call))
			answer = call_row_of(call->nr)->fn(call);
		else
			call_forget(call);
		if (answer != -EAGAIN)
			(void)call_finish(call, answer);
	}
	if (fd >= 0)
		close(fd);
}

static void dgram_work(struct desc *d)
{
	if (d->is_gone) {
		if (d->sk >= 0)
			up(d); /* what it wrote last */
		desc_end(d);
		return;
	}
	if (d->sk < 0)
		return;
	if (d->has_news)
		up(d);
	serve_parked(d);
	down(d);
}

static void dgram_settle(struct desc *d)
{
	if (d->sk >= 0)
		up(d);
}

static long dgram_connect(struct call *call, const struct endpoint *to)
{
	struct desc *d = call->desc;

	if (d->sk < 0)
		return -ENETDOWN;
	up(d);
	return sk_connect(desc_stack(d), d->sk, to);
}

static long dgram_send(struct call *call, const struct msg *m, int flags,
		       const struct endpoint *to)
{
	struct desc *d = call->desc;
	uint8_t buf[MSG_OCTETS];
	int err = msg_read(call, m, buf);
	long n;

	if (!err && !call_is_alive(call))
		err = -EINTR;
	if (err)
		return err;
	if (d->sk < 0)
		return -ENETDOWN;
	up(d);
	n = sk_sendto(desc_stack(d), d->sk, buf, m->len,
		      (flags & MSG_DONTROUTE) | MSG_DONTWAIT, to);
	/* It would have waited for room; nobody promised that it arrives. */
	if (n == -EAGAIN && !(flags & MSG_DONTWAIT) &&
	    !(fcntl(call->fd, F_GETFL) & O_NONBLOCK))
		n = (long)m->len;
	return n;
}

/* The oldest datagram: in the kernel's queue, or in the stack's.  Its whole
 * length, or -errno. */
static long take(struct call *call, uint8_t *buf, int flags,
		 struct endpoint *from)
{
	struct desc *d = call->desc;
	int own = (flags & MSG_PEEK) | MSG_DONTWAIT | MSG_TRUNC;
	long n = recv(call->fd, buf, MSG_OCTETS, own);

	if (n >= 0) {
		*from = dgram_of(d)->from;
		return n;
	}
	if (d->error) {
		n = -d->error;
		d->error = 0;
		return n;
	}
	if (d->sk < 0)
		return -ENETDOWN;
	return sk_recvfrom(desc_stack(d), d->sk, buf, MSG_OCTETS, own, from);
}

/* SO_RCVTIMEO, as an absolute time. */
static uint64_t deadline(const struct desc *d)
{
	struct sk_timeval tv = {0};
	size_t len = sizeof(tv);

	if (sk_getsockopt(desc_stack(d), d->sk, SOL_SOCKET, SO_RCVTIMEO, &tv,
			  &len) ||
	    (!tv.sec && !tv.usec))
		return UINT64_MAX;
	return sup_now(d->sup) + (uint64_t)tv.sec * NS_PER_S +
	       (uint64_t)tv.usec * NS_PER_US;
}

static long dgram_recv(struct call *call, const struct msg *m, int flags)
{
	struct desc *d = call->desc;
	uint8_t buf[MSG_OCTETS];
	struct endpoint from = {0};
	bool is_cut;
	long n;
	int err;

	if (flags & MSG_ERRQUEUE)
		return -EAGAIN;
	n = take(call, buf, flags, &from);
	if (n == -EAGAIN && !(flags & MSG_DONTWAIT) &&
	    !(fcntl(call->fd, F_GETFL) & O_NONBLOCK))
		return call_park(call, deadline(d), -EAGAIN);
	if (n < 0)
		return n;
	is_cut = (size_t)n > m->len;
	err = msg_write(call, m, buf, is_cut ? m->len : (size_t)n);
	if (!err)
		err = msg_write_rest(call, m, &from, is_cut ? MSG_TRUNC : 0);
	if (err)
		return err;
	desc_mark(d);
	return is_cut && !(flags & MSG_TRUNC) ? (long)m->len : n;
}

static const struct desc_ops dgram_ops = {
	.kind = "udp",
	.connect = dgram_connect,
	.send = dgram_send,
	.recv = dgram_recv,
	.settle = dgram_settle,
	.work = dgram_work,
	.free = dgram_free,
};

/* A pair: one end for the program, one for us. */
static long dgram_give(struct call *call, struct desc *d, int type)
{
	int flags = type & SOCK_NONBLOCK, fd[2];
	long answer;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fd))
		return -errno;
	(void)fcntl(fd[0], F_SETFL, flags);
	answer = desc_know(d, fd[0]);
	if (!answer)
		answer = desc_watch(d, fd[1], EPOLLIN | EPOLLOUT | EPOLLET);
	if (answer)
		close(fd[1]);
	else
		answer = call_add_fd(call, fd[0],
				     type & SOCK_CLOEXEC ? O_CLOEXEC : 0);
	close(fd[0]);
	return answer;
}

long dgram_open(struct call *call, int domain, int type, int proto)
{
	struct supervisor *sup = call_sup(call);
	int sk = sk_socket(call_stack(call), domain, type | SOCK_NONBLOCK,
			   proto);
	struct dgram *g;
	long answer;

	if (sk < 0)
		return sk;
	g = mem_alloc(sup->mem, sizeof(*g));
	if (!g) {
		(void)sk_close(call_stack(call), sk);
		return -ENOMEM;
	}
	desc_init(&g->desc, &dgram_ops, sup, call->program->host);
	desc_attach(&g->desc, sk);
	desc_set_maker(&g->desc, call);
	answer = dgram_give(call, &g->desc, type);
	if (answer != CALL_SENT)
		desc_end(&g->desc);
	return answer;
}
