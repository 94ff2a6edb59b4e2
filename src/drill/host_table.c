// SPDX-License-Identifier: MIT
/*
 * host_table.c - a host's calls, one line each
 *
 * The userdata is the struct drill_host.  What weft does not have fails with
 * ENOSYS, and says so.
 */

#include <errno.h>
#include <stdarg.h>
#include <weft/weft.h>

#include "base/check.h"

#include "core/env.h"

#include "drill/host.h"

static struct weft_stack *ws_of(void *userdata)
{
	const struct drill_host *h = userdata;

	return h->ws;
}

static void t_free(void *u)
{
	drill_host_free(u);
}

static int t_socket(void *u, int domain, int type, int protocol)
{
	return weft_socket(ws_of(u), domain, type, protocol);
}

static int t_bind(void *u, int fd, const struct sockaddr *addr, socklen_t len)
{
	return weft_bind(ws_of(u), fd, addr, len);
}

static int t_listen(void *u, int fd, int backlog)
{
	return weft_listen(ws_of(u), fd, backlog);
}

static int t_accept(void *u, int fd, struct sockaddr *addr, socklen_t *len)
{
	return weft_accept(ws_of(u), fd, addr, len);
}

static int t_connect(void *u, int fd, const struct sockaddr *addr,
		     socklen_t len)
{
	return weft_connect(ws_of(u), fd, addr, len);
}

static ssize_t t_read(void *u, int fd, void *buf, size_t len)
{
	return weft_read(ws_of(u), fd, buf, len);
}

static ssize_t t_readv(void *u, int fd, const struct iovec *iov, int count)
{
	return weft_readv(ws_of(u), fd, iov, count);
}

static ssize_t t_recv(void *u, int fd, void *buf, size_t len, int flags)
{
	return weft_recv(ws_of(u), fd, buf, len, flags);
}

/* Seven parameters are POSIX's. */
/* NOLINTNEXTLINE(readability-function-size) */
static ssize_t t_recvfrom(void *u, int fd, void *buf, size_t len, int flags,
			  struct sockaddr *addr, socklen_t *addrlen)
{
	return weft_recvfrom(ws_of(u), fd, buf, len, flags, addr, addrlen);
}

static ssize_t t_recvmsg(void *u, int fd, struct msghdr *msg, int flags)
{
	return weft_recvmsg(ws_of(u), fd, msg, flags);
}

static ssize_t t_write(void *u, int fd, const void *buf, size_t len)
{
	return weft_write(ws_of(u), fd, buf, len);
}

static ssize_t t_writev(void *u, int fd, const struct iovec *iov, int count)
{
	return weft_writev(ws_of(u), fd, iov, count);
}

static ssize_t t_send(void *u, int fd, const void *buf, size_t len, int flags)
{
	return weft_send(ws_of(u), fd, buf, len, flags);
}

/* NOLINTNEXTLINE(readability-function-size) */
static ssize_t t_sendto(void *u, int fd, const void *buf, size_t len, int flags,
			const struct sockaddr *addr, socklen_t addrlen)
{
	return weft_sendto(ws_of(u), fd, buf, len, flags, addr, addrlen);
}

static ssize_t t_sendmsg(void *u, int fd, const struct msghdr *msg, int flags)
{
	return weft_sendmsg(ws_of(u), fd, msg, flags);
}

static int t_fcntl(void *u, int fd, int cmd, ...)
{
	va_list ap;
	int arg;

	va_start(ap, cmd);
	arg = va_arg(ap, int);
	va_end(ap);
	return weft_fcntl(ws_of(u), fd, cmd, arg);
}

static int t_ioctl(void *u, int fd, unsigned long request, ...)
{
	va_list ap;
	int *val;

	va_start(ap, request);
	val = va_arg(ap, int *);
	va_end(ap);
	return weft_ioctl(ws_of(u), fd, request, val);
}

static int t_close(void *u, int fd)
{
	return weft_close(ws_of(u), fd);
}

static int t_shutdown(void *u, int fd, int how)
{
	return weft_shutdown(ws_of(u), fd, how);
}

static int t_getsockopt(void *u, int fd, int level, int name, void *val,
			socklen_t *len)
{
	return weft_getsockopt(ws_of(u), fd, level, name, val, len);
}

static int t_setsockopt(void *u, int fd, int level, int name, const void *val,
			socklen_t len)
{
	return weft_setsockopt(ws_of(u), fd, level, name, val, len);
}

static int t_poll(void *u, struct pollfd *fds, nfds_t count, int timeout_ms)
{
	return weft_poll(ws_of(u), fds, count, timeout_ms);
}

static int t_netdev_send(void *u, const void *buf, size_t count)
{
	return drill_host_input(u, buf, count);
}

/* Waits in the stack's time.  When nothing will ever be sent any more, there
 * is an empty packet: whoever asked would wait for ever. */
static int t_netdev_receive(void *u, void *buf, size_t *count,
			    long long *time_us)
{
	struct drill_host *h = u;
	uint64_t at_ns = h->now_ns;
	size_t len;

	while (!(len = drill_host_take(h, buf, *count, &at_ns)))
		if (drill_host_step(h, UINT64_MAX))
			break;
	*count = len;
	*time_us = (long long)(at_ns / NS_PER_US);
	return 0;
}

static int t_usleep(void *u, useconds_t us)
{
	struct drill_host *h = u;
	uint64_t until = h->now_ns + us * NS_PER_US;

	while (h->now_ns < until)
		drill_host_step(h, until);
	return 0;
}

/* Who asks for the time again and again must see it pass. */
static int t_gettimeofday(void *u, struct timeval *tv, struct timezone *tz)
{
	struct drill_host *h = u;

	(void)tz;
	drill_host_step(h, h->now_ns + NS_PER_US);
	tv->tv_sec = (time_t)(h->now_ns / NS_PER_S);
	tv->tv_usec = (suseconds_t)(h->now_ns % NS_PER_S / NS_PER_US);
	return 0;
}

static int t_epoll_create(void *u, int size)
{
	if (size <= 0) {
		errno = EINVAL;
		return -1;
	}
	return weft_epoll_create1(ws_of(u), 0);
}

static int t_epoll_ctl(void *u, int epfd, int op, int fd,
		       struct epoll_event *event)
{
	return weft_epoll_ctl(ws_of(u), epfd, op, fd, event);
}

static int t_epoll_wait(void *u, int epfd, struct epoll_event *events, int max,
			int timeout_ms)
{
	return weft_epoll_wait(ws_of(u), epfd, events, max, timeout_ms);
}

/* NOLINTNEXTLINE(readability-non-const-parameter) */
static int t_pipe(void *u, int fds[2])
{
	(void)u;
	(void)fds;
	errno = ENOSYS;
	return -1;
}

/* NOLINTBEGIN(readability-function-size, readability-non-const-parameter) */
static int t_splice(void *u, int fd_in, loff_t *off_in, int fd_out,
		    loff_t *off_out, size_t len, unsigned int flags)
{
	(void)u;
	(void)fd_in;
	(void)off_in;
	(void)fd_out;
	(void)off_out;
	(void)len;
	(void)flags;
	errno = ENOSYS;
	return -1;
}

/* NOLINTEND(readability-function-size, readability-non-const-parameter) */

void drill_host_fill_table(struct drill_host *h)
{
	h->port.table = (struct drill_table){
		.userdata = h,
		.free = t_free,
		.socket = t_socket,
		.bind = t_bind,
		.listen = t_listen,
		.accept = t_accept,
		.connect = t_connect,
		.read = t_read,
		.readv = t_readv,
		.recv = t_recv,
		.recvfrom = t_recvfrom,
		.recvmsg = t_recvmsg,
		.write = t_write,
		.writev = t_writev,
		.send = t_send,
		.sendto = t_sendto,
		.sendmsg = t_sendmsg,
		.fcntl = t_fcntl,
		.ioctl = t_ioctl,
		.close = t_close,
		.shutdown = t_shutdown,
		.getsockopt = t_getsockopt,
		.setsockopt = t_setsockopt,
		.poll = t_poll,
		.netdev_send = t_netdev_send,
		.netdev_receive = t_netdev_receive,
		.usleep = t_usleep,
		.gettimeofday = t_gettimeofday,
		.epoll_create = t_epoll_create,
		.epoll_ctl = t_epoll_ctl,
		.epoll_wait = t_epoll_wait,
		.pipe = t_pipe,
		.splice = t_splice,
	};
}
