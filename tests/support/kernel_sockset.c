// SPDX-License-Identifier: MIT
/*
 * kernel_sockset.c - the kernel's sockets behind the table of sockset.h
 *
 * The only file of these tests that sees the system's network headers.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockset.h"

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

static struct sockaddr_in to_sin(uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};

	sin.sin_addr.s_addr = htonl(addr);
	sin.sin_port = htons(port);
	if (!addr && !port)
		sin.sin_family = AF_UNSPEC;
	return sin;
}

static int k_socket(void *arg, int domain, int type, int proto)
{
	(void)arg;
	return (int)result(socket(domain, type | SOCK_NONBLOCK, proto));
}

static int k_not_a_socket(void *arg)
{
	int fds[2];

	(void)arg;
	if (pipe(fds))
		return -errno;
	close(fds[1]);
	return fds[0];
}

static int k_bind(void *arg, int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin = to_sin(addr, port);

	(void)arg;
	sin.sin_family = AF_INET;
	return (int)result(bind(fd, (void *)&sin, sizeof(sin)));
}

static int k_connect(void *arg, int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin = to_sin(addr, port);

	(void)arg;
	if (addr == SET_NOBODY)
		sin.sin_family = AF_UNSPEC;
	return (int)result(connect(fd, (void *)&sin, sizeof(sin)));
}

static int k_listen(void *arg, int fd, int backlog)
{
	(void)arg;
	return (int)result(listen(fd, backlog));
}

static int k_accept(void *arg, int fd)
{
	(void)arg;
	return (int)result(accept4(fd, NULL, NULL, SOCK_NONBLOCK));
}

static const char zeros[65536];

static long k_send(void *arg, int fd, size_t len, int flags)
{
	(void)arg;
	return result(send(fd, zeros, len, flags | MSG_NOSIGNAL));
}

static long k_sendto(void *arg, int fd, size_t len, uint16_t port)
{
	struct sockaddr_in sin = to_sin(INADDR_LOOPBACK, port);

	(void)arg;
	return result(sendto(fd, zeros, len, MSG_NOSIGNAL, (void *)&sin,
			     sizeof(sin)));
}

static long k_recv(void *arg, int fd, size_t len, int flags)
{
	char buf[65536];

	(void)arg;
	return result(recv(fd, buf, len, flags));
}

static int k_shutdown(void *arg, int fd, int how)
{
	(void)arg;
	return (int)result(shutdown(fd, how));
}

static int k_close(void *arg, int fd)
{
	(void)arg;
	return (int)result(close(fd));
}

static int k_set(void *arg, int fd, int level, int name, int val)
{
	(void)arg;
	return (int)result(setsockopt(fd, level, name, &val, sizeof(val)));
}

static int k_set_raw(void *arg, int fd, int opt, const void *val, size_t len)
{
	(void)arg;
	return (int)result(
		setsockopt(fd, SOL_SOCKET, opt, val, (socklen_t)len));
}

static int k_get(void *arg, int fd, int level, int name)
{
	int val = 0;
	socklen_t len = sizeof(val);

	(void)arg;
	if (getsockopt(fd, level, name, &val, &len))
		return -errno - 1000000;
	return val;
}

static long k_get_raw(void *arg, int fd, int level, int name, void *val,
		      size_t len)
{
	socklen_t n = (socklen_t)len;

	(void)arg;
	return getsockopt(fd, level, name, val, &n) ? -errno : (long)n;
}

static int k_ioctl(void *arg, int fd, unsigned long request)
{
	int val = 0;

	(void)arg;
	return ioctl(fd, request, &val) ? -errno : val;
}

static int k_port(void *arg, int fd)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	(void)arg;
	if (getsockname(fd, (void *)&sin, &len))
		return -errno;
	return ntohs(sin.sin_port);
}

static int k_has_peer(void *arg, int fd)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	(void)arg;
	return (int)result(getpeername(fd, (void *)&sin, &len));
}

static int k_poll(void *arg, int fd, int events, int ms)
{
	struct pollfd p = {.fd = fd, .events = (short)events};

	(void)arg;
	poll(&p, 1, ms);
	return p.revents;
}

static int k_pipe(void *arg, int fds[2], int flags)
{
	(void)arg;
	return (int)result(pipe2(fds, flags));
}

static int k_pair(void *arg, int type, int proto, int fds[2])
{
	(void)arg;
	return (int)result(
		socketpair(AF_UNIX, type | SOCK_NONBLOCK, proto, fds));
}

static int k_event(void *arg, unsigned int count, int flags)
{
	(void)arg;
	return (int)result(eventfd(count, flags | EFD_NONBLOCK));
}

static int k_dup(void *arg, int fd)
{
	(void)arg;
	return (int)result(dup(fd));
}

static int k_dup2(void *arg, int fd, int to)
{
	(void)arg;
	return (int)result(dup2(fd, to));
}

static int k_dup3(void *arg, int fd, int to, int flags)
{
	(void)arg;
	return (int)result(dup3(fd, to, flags));
}

static int k_fcntl(void *arg, int fd, int cmd, int val)
{
	(void)arg;
	return (int)result(fcntl(fd, cmd, val));
}

static int k_flag(void *arg, int fd, unsigned long request, int val)
{
	(void)arg;
	return (int)result(ioctl(fd, request, &val));
}

static long k_read(void *arg, int fd, size_t len)
{
	char buf[65536];

	(void)arg;
	return result(read(fd, buf, len));
}

static long k_write(void *arg, int fd, size_t len)
{
	(void)arg;
	return result(write(fd, zeros, len));
}

/* The pieces have one layout on both sides. */
static struct msghdr to_msghdr(const struct set_msg *m)
{
	struct msghdr h = {
		.msg_iovlen = m->iov_count,
		.msg_control = m->control,
		.msg_controllen = m->control_len,
	};

	memcpy(&h.msg_iov, &m->iov, sizeof(h.msg_iov));
	return h;
}

static long k_sendmsg(void *arg, int fd, const struct set_msg *m, int flags)
{
	struct sockaddr_in sin = to_sin(m->addr, m->port);
	struct msghdr h = to_msghdr(m);

	(void)arg;
	if (m->addr || m->port) {
		h.msg_name = &sin;
		h.msg_namelen = sizeof(sin);
	}
	return result(sendmsg(fd, &h, flags | MSG_NOSIGNAL));
}

static long k_recvmsg(void *arg, int fd, struct set_msg *m, int flags)
{
	struct sockaddr_in sin = {0};
	struct msghdr h = to_msghdr(m);
	long n;

	(void)arg;
	h.msg_name = &sin;
	h.msg_namelen = sizeof(sin);
	n = result(recvmsg(fd, &h, flags));
	m->addr = ntohl(sin.sin_addr.s_addr);
	m->port = ntohs(sin.sin_port);
	m->control_len = h.msg_controllen;
	m->flags = h.msg_flags & ~MSG_CMSG_CLOEXEC;
	return n;
}

static struct sockaddr_in6 to_sin6(uint16_t port)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6,
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT};

	sin6.sin6_port = htons(port);
	return sin6;
}

static int k_bind6(void *arg, int fd, uint16_t port)
{
	struct sockaddr_in6 sin6 = to_sin6(port);

	(void)arg;
	return (int)result(bind(fd, (void *)&sin6, sizeof(sin6)));
}

static int k_connect6(void *arg, int fd, uint16_t port)
{
	struct sockaddr_in6 sin6 = to_sin6(port);

	(void)arg;
	return (int)result(connect(fd, (void *)&sin6, sizeof(sin6)));
}

/* NOLINTNEXTLINE(readability-function-size) */
static int k_set_opt(void *arg, int fd, int level, int name, const void *val,
		     size_t len)
{
	(void)arg;
	return (int)result(setsockopt(fd, level, name, val, (socklen_t)len));
}

const struct sockset kernel_sockset = {
	.name = "kernel",
	.socket = k_socket,
	.not_a_socket = k_not_a_socket,
	.bind = k_bind,
	.connect = k_connect,
	.listen = k_listen,
	.accept = k_accept,
	.send = k_send,
	.sendto = k_sendto,
	.recv = k_recv,
	.shutdown = k_shutdown,
	.close = k_close,
	.set = k_set,
	.set_raw = k_set_raw,
	.get = k_get,
	.get_raw = k_get_raw,
	.ioctl = k_ioctl,
	.port = k_port,
	.has_peer = k_has_peer,
	.poll = k_poll,
	.pipe = k_pipe,
	.pair = k_pair,
	.event = k_event,
	.dup = k_dup,
	.dup2 = k_dup2,
	.dup3 = k_dup3,
	.fcntl = k_fcntl,
	.flag = k_flag,
	.read = k_read,
	.write = k_write,
	.sendmsg = k_sendmsg,
	.recvmsg = k_recvmsg,
	.bind6 = k_bind6,
	.connect6 = k_connect6,
	.set_opt = k_set_opt,
};
