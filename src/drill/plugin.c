// SPDX-License-Identifier: MIT
/*
 * plugin.c - libweft_packetdrill.so: a stack that packetdrill drives
 *
 * Theory of operation
 * ===================
 * The tool loads the object and asks it to fill in a table (table.h).  Its
 * functions are those of a host of ours (host_table.c) behind one lock, with
 * three differences:
 *
 *	time	passes only when the tool sleeps, asks for the time, or waits
 *		for a packet: it is virtual, and an hour is over at once
 *	threads	one may sit in a blocking call while the other brings packets.
 *		The first really sleeps, on a condition
 *	sysctl	what Linux would be told is read from /proc/sys when a socket
 *		is made
 *
 * Whenever something has happened that a sleeper may wait for, whoever made it
 * happen lets him look, and goes on when he sleeps again.  If instead his call
 * returns, time stands still until he has asked what time it is: the tool does
 * that first thing, and compares it.
 *
 *	driver:  step -> turn++ -> wait for settled == turn -> wait for !is_leaving
 *	sleeper: wait for turn  -> is it done? no: settled = turn, sleep again
 *				   yes: settled = turn, is_leaving, return
 *
 * Invariants
 * ----------
 *  (1) The host is touched only with the lock held.
 *  (2) At most one thread sleeps in a call.
 *  (3) The clock does not move between the end of a sleeper's call and his
 *	next one, unless that takes longer than PATIENCE_MS of real time.
 */

#include "drill/plugin.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/env.h"

#include "drill/host.h"

enum { PATIENCE_MS = 50 };

/**
 * struct plug - one stack behind a lock
 * @host:	The stack
 * @inner:	Its table
 * @lock:	Held whenever the stack is touched
 * @changed:	Something below changed
 * @turn:	Counts what a sleeper should look at
 * @settled:	The last turn that the sleeper has looked at
 * @is_asleep:	A thread sleeps in a call
 * @is_leaving:	A thread that slept has returned, and not called again yet
 * @sleeper:	Which
 * @sleep_until_ns: The sleeper wants to look then, whatever happens
 * @sysctl:	What to take over from /proc/sys
 */
struct plug {
	struct drill_host *host;
	struct drill_table inner;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t turn, settled;
	bool is_asleep, is_leaving;
	pthread_t sleeper;
	uint64_t sleep_until_ns;
	struct plug_sysctl sysctl;
};

/* A call of the tool begins. */
static struct plug *enter(void *userdata)
{
	struct plug *p = userdata;

	pthread_mutex_lock(&p->lock);
	if (p->is_leaving && pthread_equal(p->sleeper, pthread_self())) {
		p->is_leaving = false;
		pthread_cond_broadcast(&p->changed);
	}
	return p;
}

/* Who returned has to ask for the time before it passes. */
static void wait_for_leaving(struct plug *p)
{
	struct timespec until;

	if (!p->is_leaving || pthread_equal(p->sleeper, pthread_self()))
		return;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += PATIENCE_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	while (p->is_leaving)
		if (pthread_cond_timedwait(&p->changed, &p->lock, &until))
			p->is_leaving = false;
}

/* Something happened: the sleeper looks whether it is what he waits for. */
static void settle(struct plug *p)
{
	if (!p->is_asleep)
		return;
	p->turn++;
	pthread_cond_broadcast(&p->changed);
	while (p->settled != p->turn)
		pthread_cond_wait(&p->changed, &p->lock);
	wait_for_leaving(p);
}

/* A call of the tool ends, and keeps its errno. */
static void leave(struct plug *p)
{
	int err = errno;

	settle(p);
	pthread_mutex_unlock(&p->lock);
	errno = err;
}

/* A call blocks: sleep until something happens.  See struct weft_config. */
static int sleep_in_call(void *arg, uint64_t until_ns)
{
	struct plug *p = arg;
	uint64_t turn = p->turn;

	if (p->is_asleep && !pthread_equal(p->sleeper, pthread_self()))
		return -1; /* two at a time: the tool does not do that */
	p->sleeper = pthread_self();
	p->sleep_until_ns = until_ns;
	p->is_asleep = true;
	p->settled = turn;
	pthread_cond_broadcast(&p->changed);
	while (p->turn == turn)
		pthread_cond_wait(&p->changed, &p->lock);
	return 0;
}

/* A call that may have slept is over. */
static void leave_blocking(struct plug *p)
{
	int err = errno;

	if (p->is_asleep && pthread_equal(p->sleeper, pthread_self())) {
		p->is_asleep = false;
		p->is_leaving = true;
		p->settled = p->turn;
		pthread_cond_broadcast(&p->changed);
		pthread_mutex_unlock(&p->lock);
		errno = err;
		return;
	}
	leave(p);
}

static int step(struct plug *p, uint64_t until_ns)
{
	int err;

	wait_for_leaving(p);
	if (p->is_asleep && p->sleep_until_ns < until_ns)
		until_ns = p->sleep_until_ns;
	err = drill_host_step(p->host, until_ns);
	settle(p);
	return err;
}

/* clang-format off */
#define CALL(type, name, params, args)                       \
	static type p_##name params                          \
	{                                                    \
		struct plug *p = enter(u);                   \
		type ret = p->inner.name args;               \
		leave_blocking(p);                           \
		return ret;                                  \
	}

/* Seven parameters are POSIX's.
 * NOLINTBEGIN(readability-function-size) */
CALL(int, listen, (void *u, int fd, int backlog), (p->inner.userdata, fd, backlog))
CALL(int, accept, (void *u, int fd, struct sockaddr *addr, socklen_t *len), (p->inner.userdata, fd, addr, len))
CALL(int, connect, (void *u, int fd, const struct sockaddr *addr, socklen_t len), (p->inner.userdata, fd, addr, len))
CALL(ssize_t, read, (void *u, int fd, void *buf, size_t len), (p->inner.userdata, fd, buf, len))
CALL(ssize_t, readv, (void *u, int fd, const struct iovec *iov, int count), (p->inner.userdata, fd, iov, count))
CALL(ssize_t, recv, (void *u, int fd, void *buf, size_t len, int flags), (p->inner.userdata, fd, buf, len, flags))
CALL(ssize_t, recvfrom, (void *u, int fd, void *buf, size_t len, int flags, struct sockaddr *addr, socklen_t *alen),
     (p->inner.userdata, fd, buf, len, flags, addr, alen))
CALL(ssize_t, recvmsg, (void *u, int fd, struct msghdr *msg, int flags), (p->inner.userdata, fd, msg, flags))
CALL(ssize_t, write, (void *u, int fd, const void *buf, size_t len), (p->inner.userdata, fd, buf, len))
CALL(ssize_t, writev, (void *u, int fd, const struct iovec *iov, int count), (p->inner.userdata, fd, iov, count))
CALL(ssize_t, send, (void *u, int fd, const void *buf, size_t len, int flags), (p->inner.userdata, fd, buf, len, flags))
CALL(ssize_t, sendto, (void *u, int fd, const void *buf, size_t len, int flags, const struct sockaddr *addr, socklen_t alen),
     (p->inner.userdata, fd, buf, len, flags, addr, alen))
CALL(ssize_t, sendmsg, (void *u, int fd, const struct msghdr *msg, int flags), (p->inner.userdata, fd, msg, flags))
CALL(int, close, (void *u, int fd), (p->inner.userdata, fd))
CALL(int, shutdown, (void *u, int fd, int how), (p->inner.userdata, fd, how))
CALL(int, getsockopt, (void *u, int fd, int level, int name, void *val, socklen_t *len), (p->inner.userdata, fd, level, name, val, len))
CALL(int, setsockopt, (void *u, int fd, int level, int name, const void *val, socklen_t len), (p->inner.userdata, fd, level, name, val, len))
CALL(int, poll, (void *u, struct pollfd *fds, nfds_t count, int timeout_ms), (p->inner.userdata, fds, count, timeout_ms))
CALL(int, netdev_send, (void *u, const void *buf, size_t count), (p->inner.userdata, buf, count))
CALL(int, epoll_create, (void *u, int size), (p->inner.userdata, size))
CALL(int, epoll_ctl, (void *u, int epfd, int op, int fd, struct epoll_event *event), (p->inner.userdata, epfd, op, fd, event))
CALL(int, epoll_wait, (void *u, int epfd, struct epoll_event *events, int max, int timeout_ms), (p->inner.userdata, epfd, events, max, timeout_ms))
CALL(int, pipe, (void *u, int fds[2]), (p->inner.userdata, fds))
CALL(int, splice, (void *u, int in, loff_t *off_in, int out, loff_t *off_out, size_t len, unsigned int flags),
     (p->inner.userdata, in, off_in, out, off_out, len, flags))
/* NOLINTEND(readability-function-size) */
/* clang-format on */

/* Settings are read now: the script's own commands have been run. */
static int p_socket(void *u, int domain, int type, int protocol)
{
	struct plug *p = enter(u);
	int ret;

	plug_sysctl_apply(&p->sysctl, p->host);
	ret = p->inner.socket(p->inner.userdata, domain, type, protocol);
	leave(p);
	return ret;
}

/* Whatever address the script binds to is ours. */
static int p_bind(void *u, int fd, const struct sockaddr *addr, socklen_t len)
{
	struct plug *p = enter(u);
	struct sockaddr_in sin;
	int ret;

	if (len >= sizeof(sin) && addr->sa_family == AF_INET) {
		memcpy(&sin, addr, sizeof(sin));
		if (sin.sin_addr.s_addr)
			(void)drill_host_add_addr(
				p->host, ntohl(sin.sin_addr.s_addr), 32);
	}
	ret = p->inner.bind(p->inner.userdata, fd, addr, len);
	leave(p);
	return ret;
}

static int p_fcntl(void *u, int fd, int cmd, ...)
{
	struct plug *p = enter(u);
	va_list ap;
	int ret;

	va_start(ap, cmd);
	ret = p->inner.fcntl(p->inner.userdata, fd, cmd, va_arg(ap, int));
	va_end(ap);
	leave(p);
	return ret;
}

static int p_ioctl(void *u, int fd, unsigned long request, ...)
{
	struct plug *p = enter(u);
	va_list ap;
	int ret;

	va_start(ap, request);
	ret = p->inner.ioctl(p->inner.userdata, fd, request,
			     va_arg(ap, void *));
	va_end(ap);
	leave(p);
	return ret;
}

/* An empty packet when nothing will ever be sent: the script fails, and the
 * tool does not wait for ever. */
static int p_netdev_receive(void *u, void *buf, size_t *count,
			    long long *time_us)
{
	struct plug *p = enter(u);
	uint64_t at_ns = p->host->now_ns;
	size_t len;

	while (!(len = drill_host_take(p->host, buf, *count, &at_ns)))
		if (step(p, UINT64_MAX))
			break;
	*count = len;
	*time_us = (long long)(at_ns / NS_PER_US);
	leave(p);
	return 0;
}

static int p_usleep(void *u, useconds_t us)
{
	struct plug *p = enter(u);
	uint64_t until = p->host->now_ns + us * NS_PER_US;

	while (p->host->now_ns < until)
		(void)step(p, until);
	leave(p);
	return 0;
}

/* Who asks again and again must see time pass. */
static int p_gettimeofday(void *u, struct timeval *tv, struct timezone *tz)
{
	struct plug *p = enter(u);

	(void)tz;
	(void)step(p, p->host->now_ns + NS_PER_US);
	tv->tv_sec = (time_t)(p->host->now_ns / NS_PER_S);
	tv->tv_usec = (suseconds_t)(p->host->now_ns % NS_PER_S / NS_PER_US);
	leave(p);
	return 0;
}

static void p_free(void *u)
{
	struct plug *p = u;

	drill_host_free(p->host);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static const struct drill_table table = {
	.free = p_free,
	.socket = p_socket,
	.bind = p_bind,
	.listen = p_listen,
	.accept = p_accept,
	.connect = p_connect,
	.read = p_read,
	.readv = p_readv,
	.recv = p_recv,
	.recvfrom = p_recvfrom,
	.recvmsg = p_recvmsg,
	.write = p_write,
	.writev = p_writev,
	.send = p_send,
	.sendto = p_sendto,
	.sendmsg = p_sendmsg,
	.fcntl = p_fcntl,
	.ioctl = p_ioctl,
	.close = p_close,
	.shutdown = p_shutdown,
	.getsockopt = p_getsockopt,
	.setsockopt = p_setsockopt,
	.poll = p_poll,
	.netdev_send = p_netdev_send,
	.netdev_receive = p_netdev_receive,
	.usleep = p_usleep,
	.gettimeofday = p_gettimeofday,
	.epoll_create = p_epoll_create,
	.epoll_ctl = p_epoll_ctl,
	.epoll_wait = p_epoll_wait,
	.pipe = p_pipe,
	.splice = p_splice,
};

int packetdrill_interface_init(const char *flags, struct drill_table *out)
{
	struct drill_config cfg = *drill_config_default();
	struct plug *p = calloc(1, sizeof(*p));

	if (!p || plug_flags(flags, &cfg, &p->sysctl)) {
		free(p);
		return -1;
	}
	p->host = drill_host_new(&cfg);
	if (!p->host) {
		fputs("weft: no memory for a stack\n", stderr);
		free(p);
		return -1;
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->inner = p->host->port.table;
	p->host->wait = sleep_in_call;
	p->host->wait_arg = p;
	plug_sysctl_begin(&p->sysctl);
	*out = table;
	out->userdata = p;
	return 0;
}
