// SPDX-License-Identifier: MIT
/*
 * transport_weft.c - a loop on the sockets of a weft stack
 *
 * One epoll set for the loop.  Its wait queue has one waiter, which defers the
 * loop's task: the way from a segment's arrival to a handler is wait queue,
 * ready list, wait queue, task, and nothing is searched on it.
 */

#include <errno.h>

#include "base/check.h"
#include "base/mem.h"

#include "core/stack.h"
#include "core/waitq.h"

#include "io/io.h"
#include "reactor/reactor_int.h"
#include "sock/sock.h"

#define BATCH 64

static struct stack *stack_of(void *arg)
{
	const struct loop *loop = arg;

	return loop->stack;
}

static int weft_open(void *arg, int family, int type)
{
	int domain = family == IP_V6 ? SK_AF_INET6 : SK_AF_INET;

	return sk_socket(stack_of(arg), domain, type | SK_SOCK_NONBLOCK, 0);
}

static int weft_bind(void *arg, int fd, const struct endpoint *local)
{
	struct stack *stack = stack_of(arg);
	int type = 0;

	sk_getsockopt_int(stack, fd, SK_SOL_SOCKET, SK_SO_TYPE, &type);
	if (type == SK_SOCK_STREAM)
		sk_setsockopt_int(stack, fd, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	return sk_bind(stack, fd, local);
}

static int weft_connect(void *arg, int fd, const struct endpoint *peer)
{
	return sk_connect(stack_of(arg), fd, peer);
}

static int weft_listen(void *arg, int fd, int backlog)
{
	return sk_listen(stack_of(arg), fd, backlog);
}

static int weft_accept(void *arg, int fd)
{
	return sk_accept4(stack_of(arg), fd, NULL, SK_SOCK_NONBLOCK);
}

static long weft_send(void *arg, int fd, const void *buf, size_t len,
		      const struct endpoint *to)
{
	return sk_sendto(stack_of(arg), fd, buf, len, SK_MSG_NOSIGNAL, to);
}

static long weft_recv(void *arg, int fd, void *buf, size_t len,
		      struct endpoint *from)
{
	return sk_recvfrom(stack_of(arg), fd, buf, len, 0, from);
}

static int weft_shutdown(void *arg, int fd)
{
	return sk_shutdown(stack_of(arg), fd, SK_SHUT_WR);
}

static int weft_error(void *arg, int fd)
{
	int err = 0, failed;

	failed = sk_getsockopt_int(stack_of(arg), fd, SK_SOL_SOCKET,
				   SK_SO_ERROR, &err);
	return failed ? failed : -err;
}

static void weft_close(void *arg, int fd, bool is_abort)
{
	const struct sk_linger at_once = {.onoff = 1};

	if (is_abort)
		sk_setsockopt(stack_of(arg), fd, SK_SOL_SOCKET, SK_SO_LINGER,
			      &at_once, sizeof(at_once));
	sk_close(stack_of(arg), fd);
}

static int weft_local(void *arg, int fd, struct endpoint *ep)
{
	return sk_getsockname(stack_of(arg), fd, ep);
}

static int weft_peer(void *arg, int fd, struct endpoint *ep)
{
	return sk_getpeername(stack_of(arg), fd, ep);
}

static int weft_watch(void *arg, int fd, void *data)
{
	const struct loop *loop = arg;
	struct sk_epoll_event ev = {
		.events = WAIT_IN | WAIT_OUT | WAIT_RDHUP | SK_EPOLLET,
		.data = (uintptr_t)data,
	};

	return sk_epoll_ctl(loop->stack, loop->epfd, SK_EPOLL_CTL_ADD, fd, &ev);
}

static int weft_ready(void *arg, struct transport_event *evs, int max)
{
	const struct loop *loop = arg;
	struct sk_epoll_event from[BATCH];
	int i, n;

	n = sk_epoll_wait(loop->stack, loop->epfd, from,
			  max < BATCH ? max : BATCH, 0);
	for (i = 0; i < n; i++)
		evs[i] = (struct transport_event){
			.events = from[i].events,
			.cause = from[i].cause,
			.data = (void *)(uintptr_t)from[i].data,
		};
	return n;
}

const struct transport_ops transport_weft_ops = {
	.open = weft_open,
	.bind = weft_bind,
	.connect = weft_connect,
	.listen = weft_listen,
	.accept = weft_accept,
	.send = weft_send,
	.recv = weft_recv,
	.shutdown = weft_shutdown,
	.error = weft_error,
	.close = weft_close,
	.local = weft_local,
	.peer = weft_peer,
	.watch = weft_watch,
	.ready = weft_ready,
};
