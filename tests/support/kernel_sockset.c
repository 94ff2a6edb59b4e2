// SPDX-License-Identifier: MIT
/*
 * kernel_sockset.c - the kernel's sockets behind the table of sockset.h
 *
 * The only file of these tests that sees the system's network headers.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
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
};
