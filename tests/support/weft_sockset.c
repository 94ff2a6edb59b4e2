// SPDX-License-Identifier: MIT
/*
 * weft_sockset.c - weft's sockets behind the table of sockset.h
 *
 * The argument is a testnet; its first host talks to itself.
 */

#include "core/waitq.h"

#include "io/io.h"
#include "sock/sock.h"
#include "sockset.h"
#include "testnet.h"

static struct stack *stack_of(void *arg)
{
	return testnet_host(arg, 0);
}

/* What the kernel's loopback does within a call happens here, too. */
static long settled(void *arg, long ret)
{
	testnet_run_ms(arg, 1);
	return ret;
}

static struct endpoint ep_of(uint32_t addr, uint16_t port)
{
	struct endpoint ep = {.port = port};

	if (addr || port)
		ep.addr = ip_addr_v4((ip4_addr){addr});
	return ep;
}

static int w_socket(void *arg, int domain, int type, int proto)
{
	return sk_socket(stack_of(arg), domain, type | SK_SOCK_NONBLOCK, proto);
}

static int w_not_a_socket(void *arg)
{
	return sk_event_create(stack_of(arg), 0, 0);
}

static int w_bind(void *arg, int fd, uint32_t addr, uint16_t port)
{
	struct endpoint ep = {.addr = ip_addr_v4((ip4_addr){addr}),
			      .port = port};

	return sk_bind(stack_of(arg), fd, &ep);
}

static int w_connect(void *arg, int fd, uint32_t addr, uint16_t port)
{
	struct endpoint ep = ep_of(addr, port);

	if (addr == SET_NOBODY)
		ep = (struct endpoint){0};
	return (int)settled(arg, sk_connect(stack_of(arg), fd, &ep));
}

static int w_listen(void *arg, int fd, int backlog)
{
	return sk_listen(stack_of(arg), fd, backlog);
}

static int w_accept(void *arg, int fd)
{
	return sk_accept4(stack_of(arg), fd, NULL, SK_SOCK_NONBLOCK);
}

static const char zeros[65536];

static long w_send(void *arg, int fd, size_t len, int flags)
{
	return settled(arg, sk_send(stack_of(arg), fd, zeros, len, flags));
}

static long w_sendto(void *arg, int fd, size_t len, uint16_t port)
{
	struct endpoint ep = {.addr = ip_addr_v4(IP4_LOOPBACK), .port = port};

	return settled(arg, sk_sendto(stack_of(arg), fd, zeros, len, 0, &ep));
}

static long w_recv(void *arg, int fd, size_t len, int flags)
{
	char buf[65536];

	return settled(arg, sk_recv(stack_of(arg), fd, buf, len, flags));
}

static int w_shutdown(void *arg, int fd, int how)
{
	return (int)settled(arg, sk_shutdown(stack_of(arg), fd, how));
}

static int w_close(void *arg, int fd)
{
	return (int)settled(arg, sk_close(stack_of(arg), fd));
}

static int w_set(void *arg, int fd, int level, int name, int val)
{
	return sk_setsockopt_int(stack_of(arg), fd, level, name, val);
}

static int w_set_raw(void *arg, int fd, int opt, const void *val, size_t len)
{
	return sk_setsockopt(stack_of(arg), fd, SK_SOL_SOCKET, opt, val, len);
}

static int w_get(void *arg, int fd, int level, int name)
{
	int val = 0, err;

	err = sk_getsockopt_int(stack_of(arg), fd, level, name, &val);
	return err ? err - 1000000 : val;
}

static long w_get_raw(void *arg, int fd, int level, int name, void *val,
		      size_t len)
{
	int err = sk_getsockopt(stack_of(arg), fd, level, name, val, &len);

	return err ? err : (long)len;
}

static int w_ioctl(void *arg, int fd, unsigned long request)
{
	int val = 0, err;

	err = sk_ioctl(stack_of(arg), fd, request, &val);
	return err ? err : val;
}

static int w_port(void *arg, int fd)
{
	struct endpoint ep;
	int err = sk_getsockname(stack_of(arg), fd, &ep);

	return err ? err : ep.port;
}

static int w_has_peer(void *arg, int fd)
{
	struct endpoint ep;

	return sk_getpeername(stack_of(arg), fd, &ep);
}

static int w_poll(void *arg, int fd, int events, int ms)
{
	struct sk_pollfd p = {.fd = fd, .events = (int16_t)events};

	sk_poll(stack_of(arg), &p, 1, (int64_t)ms * (int64_t)NS_PER_MS);
	return p.revents;
}

static int w_pipe(void *arg, int fds[2], int flags)
{
	return sk_pipe(stack_of(arg), fds, flags);
}

static int w_pair(void *arg, int type, int proto, int fds[2])
{
	return sk_socketpair(stack_of(arg), SK_AF_UNIX, type | SK_SOCK_NONBLOCK,
			     proto, fds);
}

static int w_event(void *arg, unsigned int count, int flags)
{
	return sk_event_create(stack_of(arg), count, flags | SK_SOCK_NONBLOCK);
}

static int w_dup(void *arg, int fd)
{
	return sk_dup(stack_of(arg), fd);
}

static int w_dup2(void *arg, int fd, int to)
{
	return sk_dup2(stack_of(arg), fd, to);
}

static int w_dup3(void *arg, int fd, int to, int flags)
{
	return sk_dup3(stack_of(arg), fd, to, flags);
}

static int w_fcntl(void *arg, int fd, int cmd, int val)
{
	return sk_fcntl(stack_of(arg), fd, cmd, val);
}

static int w_flag(void *arg, int fd, unsigned long request, int val)
{
	return sk_ioctl(stack_of(arg), fd, request, &val);
}

static long w_read(void *arg, int fd, size_t len)
{
	char buf[65536];

	return settled(arg, sk_read(stack_of(arg), fd, buf, len));
}

static long w_write(void *arg, int fd, size_t len)
{
	return settled(arg, sk_write(stack_of(arg), fd, zeros, len));
}

static struct sk_msg to_msg(const struct set_msg *m)
{
	return (struct sk_msg){
		.has_name = m->addr || m->port,
		.name = {.addr = ip_addr_v4((ip4_addr){m->addr}),
			 .port = m->port},
		.iov = m->iov,
		.iov_count = m->iov_count,
		.control = m->control,
		.control_len = m->control_len,
	};
}

static long w_sendmsg(void *arg, int fd, const struct set_msg *m, int flags)
{
	struct sk_msg msg = to_msg(m);

	return settled(arg, sk_sendmsg(stack_of(arg), fd, &msg, flags));
}

static long w_recvmsg(void *arg, int fd, struct set_msg *m, int flags)
{
	struct sk_msg msg = to_msg(m);
	long n = settled(arg, sk_recvmsg(stack_of(arg), fd, &msg, flags));
	bool is_v4 = n >= 0 && msg.name.addr.family == IP_V4;

	m->addr = is_v4 ? msg.name.addr.v4.v : 0;
	m->port = is_v4 ? msg.name.port : 0;
	m->control_len = msg.control_len;
	m->flags = msg.flags;
	return n;
}

static struct endpoint ep6_of(uint16_t port)
{
	return (struct endpoint){.addr = ip_addr_v6(IP6_LOOPBACK),
				 .port = port};
}

static int w_bind6(void *arg, int fd, uint16_t port)
{
	struct endpoint ep = ep6_of(port);

	return sk_bind(stack_of(arg), fd, &ep);
}

static int w_connect6(void *arg, int fd, uint16_t port)
{
	struct endpoint ep = ep6_of(port);

	return (int)settled(arg, sk_connect(stack_of(arg), fd, &ep));
}

/* NOLINTNEXTLINE(readability-function-size) */
static int w_set_opt(void *arg, int fd, int level, int name, const void *val,
		     size_t len)
{
	return sk_setsockopt(stack_of(arg), fd, level, name, val, len);
}

const struct sockset weft_sockset = {
	.name = "weft",
	.socket = w_socket,
	.not_a_socket = w_not_a_socket,
	.bind = w_bind,
	.connect = w_connect,
	.listen = w_listen,
	.accept = w_accept,
	.send = w_send,
	.sendto = w_sendto,
	.recv = w_recv,
	.shutdown = w_shutdown,
	.close = w_close,
	.set = w_set,
	.set_raw = w_set_raw,
	.get = w_get,
	.get_raw = w_get_raw,
	.ioctl = w_ioctl,
	.port = w_port,
	.has_peer = w_has_peer,
	.poll = w_poll,
	.pipe = w_pipe,
	.pair = w_pair,
	.event = w_event,
	.dup = w_dup,
	.dup2 = w_dup2,
	.dup3 = w_dup3,
	.fcntl = w_fcntl,
	.flag = w_flag,
	.read = w_read,
	.write = w_write,
	.sendmsg = w_sendmsg,
	.recvmsg = w_recvmsg,
	.bind6 = w_bind6,
	.connect6 = w_connect6,
	.set_opt = w_set_opt,
};
