// SPDX-License-Identifier: MIT
/*
 * same_test.c - the same calls on weft and on the kernel give the same results
 *
 * Each conversation is a function that makes calls through a table and writes
 * down every result.  It is held twice, on a host that talks to itself and on
 * the kernel's loopback interface, and the two records must be equal.  What
 * Linux answers in which state is therefore not copied from anywhere: it is
 * asked.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "io/io.h"
#include "skip.h"
#include "sock/sock.h"
#include "sockset.h"
#include "testnet.h"

/*
 * weft's sockets behind the table.
 */

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

static const struct sockset weft_sockset = {
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
	.port = w_port,
	.has_peer = w_has_peer,
	.poll = w_poll,
};

/*
 * The record of a conversation.
 */

struct talk {
	const struct sockset *set;
	void *arg;
	int fds[32];
	int fd_count;
	char text[262144];
	size_t at;
};

static void say(struct talk *t, int line, const char *what, long result)
{
	size_t room = sizeof(t->text) - t->at;
	int n;

	if (result < 0)
		n = snprintf(t->text + t->at, room, "%d: %s -> %s\n", line,
			     what, strerrorname_np((int)-result));
	else
		n = snprintf(t->text + t->at, room, "%d: %s -> %ld\n", line,
			     what, result);
	t->at += (size_t)n;
	assert_true(t->at < sizeof(t->text));
}

/* A result for the record; it is the value too. */
static long noted(struct talk *t, int line, const char *what, long result)
{
	say(t, line, what, result);
	return result;
}

/* A descriptor: only whether there is one goes on record. */
static int noted_fd(struct talk *t, int line, const char *what, int fd)
{
	say(t, line, what, fd < 0 ? fd : 0);
	if (fd >= 0)
		t->fds[t->fd_count++] = fd;
	return fd;
}

static long noted_get(struct talk *t, int line, const char *what, long v)
{
	return noted(t, line, what, SET_FAILED(v) ? v + 1000000 : v);
}

/* clang-format off */
#define CALL(f, ...) \
	noted(t, __LINE__, #f " " #__VA_ARGS__, \
	      t->set->f(t->arg, __VA_ARGS__))
#define OPEN(f, ...) \
	noted_fd(t, __LINE__, #f " " #__VA_ARGS__, \
		 t->set->f(t->arg, __VA_ARGS__))
#define GET(fd, level, name) \
	noted_get(t, __LINE__, "get " #name, \
		  t->set->get(t->arg, fd, level, name))
#define HAS_PORT(fd) \
	noted(t, __LINE__, "has a port", has_port(t, fd))
#define POLL(fd) CALL(poll, fd, ALL_EVENTS, 0)
#define WAIT(fd, events) CALL(poll, fd, events, 2000)
#define STREAM SK_SOCK_STREAM
#define DGRAM SK_SOCK_DGRAM
/* clang-format on */

enum { ALL_EVENTS = WAIT_IN | WAIT_OUT | WAIT_PRI | WAIT_RDHUP };

static uint16_t port_of(struct talk *t, int fd)
{
	return (uint16_t)t->set->port(t->arg, fd);
}

static int has_port(struct talk *t, int fd)
{
	int port = t->set->port(t->arg, fd);

	return port > 0 ? 1 : port;
}

static int stream(struct talk *t)
{
	return OPEN(socket, SK_AF_INET, STREAM, 0);
}

static int dgram(struct talk *t)
{
	return OPEN(socket, SK_AF_INET, DGRAM, 0);
}

static int listener(struct talk *t)
{
	int l = stream(t);

	CALL(bind, l, SET_LOOPBACK, 0);
	CALL(listen, l, 5);
	return l;
}

/* A port that nobody listens at. */
static uint16_t closed_port(struct talk *t)
{
	int l = listener(t);
	uint16_t port = port_of(t, l);

	CALL(close, l);
	return port;
}

struct ends {
	int l, a, b;
};

static struct ends connect_both(struct talk *t)
{
	struct ends e;

	e.l = listener(t);
	e.a = stream(t);
	CALL(connect, e.a, SET_LOOPBACK, port_of(t, e.l));
	WAIT(e.a, WAIT_OUT);
	WAIT(e.l, WAIT_IN);
	e.b = OPEN(accept, e.l);
	return e;
}

/*
 * Conversations.
 */

static void sockets_that_cannot_be(struct talk *t)
{
	OPEN(socket, 99, STREAM, 0);
	OPEN(socket, SK_AF_INET, 0, 0);
	OPEN(socket, SK_AF_INET, 9, 0);
	OPEN(socket, SK_AF_INET, 11, 0);
	OPEN(socket, SK_AF_INET, STREAM, SK_IPPROTO_UDP);
	OPEN(socket, SK_AF_INET, DGRAM, SK_IPPROTO_TCP);
	OPEN(socket, SK_AF_INET, STREAM, 300);
	OPEN(socket, SK_AF_INET, STREAM, -1);
	OPEN(socket, SK_AF_INET, STREAM, SK_IPPROTO_TCP);
	OPEN(socket, SK_AF_INET, DGRAM, SK_IPPROTO_UDP);
}

static void descriptors_that_are_none(struct talk *t)
{
	int bad[2] = {12345, 0}, i;

	bad[1] = t->set->not_a_socket(t->arg);
	for (i = 0; i < 2; i++) {
		int fd = bad[i];

		CALL(bind, fd, SET_LOOPBACK, 0);
		CALL(connect, fd, SET_LOOPBACK, 1);
		CALL(listen, fd, 1);
		CALL(accept, fd);
		CALL(send, fd, 1, 0);
		CALL(recv, fd, 1, 0);
		CALL(shutdown, fd, 0);
		CALL(set, fd, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
		GET(fd, SK_SOL_SOCKET, SK_SO_TYPE);
		HAS_PORT(fd);
		CALL(has_peer, fd);
		CALL(close, fd);
	}
}

static void fresh_stream(struct talk *t)
{
	int s = stream(t);

	POLL(s);
	CALL(send, s, 1, 0);
	CALL(recv, s, 1, 0);
	CALL(recv, s, 0, 0);
	CALL(has_peer, s);
	HAS_PORT(s);
	CALL(accept, s);
	CALL(shutdown, s, 0);
	CALL(shutdown, s, 1);
	CALL(shutdown, s, 3);
	CALL(connect, s, 0, 0);
	GET(s, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(s, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
	CALL(close, s);
	CALL(close, s);
}

static void refused_stream(struct talk *t)
{
	uint16_t port = closed_port(t);
	int s = stream(t);

	CALL(connect, s, SET_LOOPBACK, port);
	WAIT(s, WAIT_OUT);
	POLL(s);
	CALL(has_peer, s);
	GET(s, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(s, SK_SOL_SOCKET, SK_SO_ERROR);
	POLL(s);
	CALL(send, s, 1, 0);
	CALL(recv, s, 1, 0);
	CALL(connect, s, SET_LOOPBACK, port);
	CALL(connect, s, SET_LOOPBACK, port);
	WAIT(s, WAIT_OUT);
	CALL(recv, s, 1, 0);
	CALL(recv, s, 1, 0);
	CALL(connect, s, SET_LOOPBACK, port);
}

static void refused_stream_asked_by_connect(struct talk *t)
{
	uint16_t port = closed_port(t);
	int s = stream(t), l;

	CALL(connect, s, SET_LOOPBACK, port);
	WAIT(s, WAIT_OUT);
	CALL(connect, s, SET_LOOPBACK, port);
	l = listener(t);
	CALL(connect, s, SET_LOOPBACK, port_of(t, l));
	WAIT(s, WAIT_OUT);
	CALL(connect, s, SET_LOOPBACK, port_of(t, l));
	CALL(connect, s, SET_LOOPBACK, port_of(t, l));
}

static void bound_and_refused(struct talk *t)
{
	uint16_t port = closed_port(t);
	int s = stream(t);

	CALL(bind, s, SET_LOOPBACK, 0);
	CALL(bind, s, SET_LOOPBACK, 0);
	CALL(connect, s, SET_LOOPBACK, port);
	WAIT(s, WAIT_OUT);
	CALL(connect, s, SET_LOOPBACK, port);
	CALL(bind, s, SET_LOOPBACK, 0);
}

static void listening_stream(struct talk *t)
{
	int l = listener(t);

	POLL(l);
	CALL(accept, l);
	CALL(send, l, 1, 0);
	CALL(recv, l, 1, 0);
	CALL(has_peer, l);
	CALL(connect, l, SET_LOOPBACK, port_of(t, l));
	CALL(bind, l, SET_LOOPBACK, 0);
	CALL(listen, l, 9);
	GET(l, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
	CALL(shutdown, l, 1);
	CALL(accept, l);
	CALL(shutdown, l, 0);
	POLL(l);
	CALL(accept, l);
	GET(l, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
	CALL(listen, l, 9);
	CALL(accept, l);
}

static void connected_stream(struct talk *t)
{
	struct ends e = connect_both(t);

	POLL(e.a);
	POLL(e.b);
	POLL(e.l);
	CALL(has_peer, e.a);
	CALL(has_peer, e.b);
	CALL(bind, e.a, SET_LOOPBACK, 0);
	CALL(listen, e.a, 1);
	CALL(accept, e.a);
	CALL(connect, e.b, SET_LOOPBACK, 9);
	CALL(recv, e.a, 1, 0);
	CALL(recv, e.a, 0, 0);
	CALL(send, e.a, 0, 0);
	CALL(send, e.a, 100, 0);
	WAIT(e.b, WAIT_IN);
	POLL(e.b);
	CALL(recv, e.b, 10, SK_MSG_PEEK);
	CALL(recv, e.b, 10, 0);
	CALL(recv, e.b, 50, SK_MSG_TRUNC);
	CALL(recv, e.b, 100, SK_MSG_WAITALL);
	CALL(recv, e.b, 1, SK_MSG_DONTWAIT);
	CALL(recv, e.b, 1, SK_MSG_OOB);
	CALL(recv, e.b, 1, SK_MSG_ERRQUEUE);
	GET(e.b, SK_SOL_SOCKET, SK_SO_ERROR);
	CALL(connect, e.a, SET_LOOPBACK, 9);
}

static void half_closed_stream(struct talk *t)
{
	struct ends e = connect_both(t);

	CALL(send, e.a, 10, 0);
	CALL(shutdown, e.a, 1);
	POLL(e.a);
	CALL(send, e.a, 1, 0);
	WAIT(e.b, WAIT_RDHUP);
	POLL(e.b);
	CALL(recv, e.b, 5, 0);
	CALL(recv, e.b, 100, 0);
	CALL(recv, e.b, 100, 0);
	CALL(recv, e.b, 100, 0);
	POLL(e.b);
	CALL(send, e.b, 7, 0);
	WAIT(e.a, WAIT_IN);
	CALL(recv, e.a, 100, 0);
	CALL(shutdown, e.a, 1);
	CALL(shutdown, e.b, 2);
	WAIT(e.a, WAIT_RDHUP);
	POLL(e.a);
	POLL(e.b);
	CALL(recv, e.a, 1, 0);
	CALL(recv, e.b, 1, 0);
	CALL(send, e.b, 1, 0);
	CALL(send, e.a, 1, 0);
	CALL(has_peer, e.b);
	CALL(shutdown, e.b, 2);
	CALL(shutdown, e.a, 2);
}

static void reading_shut_down(struct talk *t)
{
	struct ends e = connect_both(t);

	CALL(shutdown, e.a, 0);
	POLL(e.a);
	CALL(recv, e.a, 1, 0);
	CALL(send, e.a, 5, 0);
	WAIT(e.b, WAIT_IN);
	CALL(recv, e.b, 10, 0);
	POLL(e.b);
}

static void reset_stream(struct talk *t)
{
	struct ends e = connect_both(t);
	const struct sk_linger l = {.onoff = 1};

	CALL(send, e.b, 10, 0);
	CALL(set_raw, e.b, SK_SO_LINGER, &l, sizeof(l));
	CALL(close, e.b);
	WAIT(e.a, WAIT_RDHUP);
	POLL(e.a);
	CALL(has_peer, e.a);
	CALL(send, e.a, 1, 0);
	POLL(e.a);
	CALL(send, e.a, 1, 0);
	CALL(recv, e.a, 1, 0);
	CALL(recv, e.a, 1, 0);
	CALL(shutdown, e.a, 2);
	CALL(accept, e.a);
	CALL(connect, e.a, SET_LOOPBACK, port_of(t, e.l));
}

static void reset_asked_by_option(struct talk *t)
{
	struct ends e = connect_both(t);
	const struct sk_linger l = {.onoff = 1};

	CALL(set_raw, e.b, SK_SO_LINGER, &l, sizeof(l));
	CALL(close, e.b);
	WAIT(e.a, WAIT_RDHUP);
	GET(e.a, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(e.a, SK_SOL_SOCKET, SK_SO_ERROR);
	POLL(e.a);
	CALL(recv, e.a, 1, 0);
	CALL(send, e.a, 1, 0);
}

static void closed_with_data_unread(struct talk *t)
{
	struct ends e = connect_both(t);

	CALL(send, e.a, 10, 0);
	WAIT(e.b, WAIT_IN);
	CALL(close, e.b);
	WAIT(e.a, WAIT_RDHUP);
	POLL(e.a);
	CALL(recv, e.a, 1, 0);
	CALL(recv, e.a, 1, 0);
}

static void sent_to_who_has_closed(struct talk *t)
{
	struct ends e = connect_both(t);

	CALL(close, e.b);
	WAIT(e.a, WAIT_RDHUP);
	POLL(e.a);
	CALL(send, e.a, 1, 0); /* accepted, and answered with a reset */
	WAIT(e.a, 0);
	POLL(e.a);
	CALL(send, e.a, 1, 0);
	CALL(recv, e.a, 1, 0);
}

static void listener_that_closes(struct talk *t)
{
	struct ends e = connect_both(t);
	int c = stream(t);

	CALL(connect, c, SET_LOOPBACK, port_of(t, e.l));
	WAIT(c, WAIT_OUT);
	CALL(close, e.l); /* c was not accepted */
	WAIT(c, WAIT_RDHUP);
	POLL(c);
	CALL(recv, c, 1, 0);
	CALL(send, e.a, 1, 0); /* the accepted one lives on */
	WAIT(e.b, WAIT_IN);
	CALL(recv, e.b, 1, 0);
}

static void ports_in_use(struct talk *t)
{
	int l = listener(t), s = stream(t), u = dgram(t), v = dgram(t);
	uint16_t port = port_of(t, l), uport;

	CALL(bind, s, SET_LOOPBACK, port);
	CALL(bind, s, 0, port);
	CALL(bind, s, 0x08080808, 0);
	CALL(set, s, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	CALL(bind, s, SET_LOOPBACK, port);
	CALL(bind, u, SET_LOOPBACK, port); /* UDP's ports are others */
	uport = port_of(t, u);
	CALL(bind, v, SET_LOOPBACK, uport);
	CALL(set, v, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	CALL(bind, v, SET_LOOPBACK, uport);
	CALL(set, u, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	CALL(bind, v, SET_LOOPBACK, uport);
	CALL(bind, v, SET_LOOPBACK, uport);
	CALL(bind, v, 0x08080808, 0);
	CALL(bind, l, 0x08080808, 0);
}

static void port_of_a_connection_in_time_wait(struct talk *t)
{
	struct ends e = connect_both(t);
	uint16_t port = port_of(t, e.l);
	int s = stream(t);

	CALL(close, e.l);
	CALL(close, e.b); /* the server's side waits */
	CALL(close, e.a);
	CALL(bind, s, SET_LOOPBACK, port);
	CALL(set, s, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	CALL(bind, s, SET_LOOPBACK, port);
	CALL(listen, s, 1);
}

static void fresh_datagrams(struct talk *t)
{
	int u = dgram(t);

	POLL(u);
	CALL(send, u, 1, 0);
	CALL(recv, u, 1, 0);
	CALL(listen, u, 1);
	CALL(accept, u);
	CALL(has_peer, u);
	HAS_PORT(u);
	CALL(shutdown, u, 2);
	POLL(u);
	CALL(recv, u, 1, 0);
	CALL(sendto, u, 1, 9);
	CALL(connect, u, 0, 0);
	GET(u, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
}

static void connected_datagrams(struct talk *t)
{
	int u = dgram(t), v = dgram(t);

	CALL(bind, v, SET_LOOPBACK, 0);
	CALL(connect, u, SET_LOOPBACK, port_of(t, v));
	CALL(has_peer, u);
	CALL(send, u, 10, 0);
	CALL(send, u, 0, 0);
	CALL(send, u, 20, 0);
	CALL(send, u, 65507, 0);
	CALL(send, u, 65508, 0);
	WAIT(v, WAIT_IN);
	POLL(v);
	CALL(recv, v, 5, SK_MSG_PEEK | SK_MSG_TRUNC);
	CALL(recv, v, 5, SK_MSG_TRUNC);
	CALL(recv, v, 5, 0);
	CALL(recv, v, 5, 0);
	CALL(recv, v, 65535, 0);
	CALL(recv, v, 5, 0);
	CALL(connect, u, SET_LOOPBACK,
	     port_of(t, v)); /* as often as it likes */
	CALL(bind, u, SET_LOOPBACK, 0);
	CALL(shutdown, u, 1);
	CALL(send, u, 1, 0);
	CALL(shutdown, u, 0);
	POLL(u);
	CALL(recv, u, 1, 0);
	CALL(connect, u, 0, 0);
	CALL(has_peer, u);
}

static void refused_datagrams(struct talk *t)
{
	int u = dgram(t), v = dgram(t), w = dgram(t);
	uint16_t port;

	CALL(bind, v, SET_LOOPBACK, 0);
	port = port_of(t, v);
	CALL(close, v);
	CALL(connect, u, SET_LOOPBACK, port);
	CALL(send, u, 1, 0);
	WAIT(u, 0);
	POLL(u);
	CALL(recv, u, 1, 0);
	POLL(u);
	CALL(recv, u, 1, 0);
	CALL(send, u, 1, 0);
	WAIT(u, 0);
	CALL(send, u, 1, 0);
	CALL(send, u, 1, 0);
	WAIT(u, 0);
	GET(u, SK_SOL_SOCKET, SK_SO_ERROR);
	GET(u, SK_SOL_SOCKET, SK_SO_ERROR);
	CALL(sendto, w, 1, port); /* not connected: never told */
	CALL(sendto, w, 1, port);
	CALL(sendto, w, 1, 0);
	POLL(w);
}

static void options_of(struct talk *t, int s)
{
	static const struct {
		int level, name;
	} opts[] = {
		{SK_SOL_SOCKET, SK_SO_REUSEADDR},
		{SK_SOL_SOCKET, SK_SO_REUSEPORT},
		{SK_SOL_SOCKET, SK_SO_BROADCAST},
		{SK_SOL_SOCKET, SK_SO_KEEPALIVE},
		{SK_SOL_SOCKET, SK_SO_TYPE},
		{SK_SOL_SOCKET, SK_SO_PROTOCOL},
		{SK_SOL_SOCKET, SK_SO_DOMAIN},
		{SK_SOL_SOCKET, SK_SO_ERROR},
		{SK_SOL_SOCKET, SK_SO_ACCEPTCONN},
		{SK_SOL_SOCKET, 9999},
		{SK_IPPROTO_IP, SK_IP_TTL},
		{SK_IPPROTO_IP, SK_IP_TOS},
		{SK_IPPROTO_IP, SK_IP_MULTICAST_TTL},
		{SK_IPPROTO_IP, 9999},
		{SK_IPPROTO_TCP, SK_TCP_NODELAY},
		{SK_IPPROTO_TCP, SK_TCP_CORK},
		{SK_IPPROTO_TCP, SK_TCP_MAXSEG},
		{SK_IPPROTO_TCP, SK_TCP_KEEPIDLE},
		{SK_IPPROTO_TCP, SK_TCP_KEEPINTVL},
		{SK_IPPROTO_TCP, SK_TCP_KEEPCNT},
		{SK_IPPROTO_TCP, SK_TCP_USER_TIMEOUT},
		{SK_IPPROTO_TCP, 9999},
		{8888, 1},
	};
	static const int values[] = {0, 1, 2, 3, 64, 77, 88, 255, 256, -1, -2};
	size_t i, j;

	for (i = 0; i < sizeof(opts) / sizeof(opts[0]); i++) {
		int level = opts[i].level, name = opts[i].name;

		noted(t, (int)i, "option", name);
		GET(s, level, name);
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			int value = values[j];

			noted(t, (int)i, "value", value + 10);
			CALL(set, s, level, name, value);
			GET(s, level, name);
		}
	}
}

static void options_of_a_stream(struct talk *t)
{
	options_of(t, stream(t));
}

static void options_of_datagrams(struct talk *t)
{
	options_of(t, dgram(t));
}

static void options_of_odd_lengths(struct talk *t)
{
	int s = stream(t);
	const struct sk_linger l = {.onoff = 5, .linger_s = 3};
	const struct sk_timeval tv = {.sec = 1, .usec = 5000};
	const struct sk_timeval bad = {.sec = 1, .usec = 1000000};

	CALL(set_raw, s, SK_SO_REUSEADDR, "", 0);
	CALL(set_raw, s, SK_SO_REUSEADDR, "\1\0\0", 3);
	CALL(set_raw, s, SK_SO_LINGER, &l, 4);
	CALL(set_raw, s, SK_SO_LINGER, &l, sizeof(l));
	CALL(set_raw, s, SK_SO_RCVTIMEO, &tv, 4);
	CALL(set_raw, s, SK_SO_RCVTIMEO, &tv, sizeof(tv));
	CALL(set_raw, s, SK_SO_SNDTIMEO, &bad, sizeof(bad));
	GET(s, SK_SOL_SOCKET, SK_SO_LINGER);
	GET(s, SK_SOL_SOCKET, SK_SO_RCVTIMEO);
}

static void buffer_sizes(struct talk *t)
{
	static const int values[] = {0, 1, 1000, 2304, 5000, 100000};
	int fds[2], i;
	size_t j;

	fds[0] = stream(t);
	fds[1] = dgram(t);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			CALL(set, fds[i], SK_SOL_SOCKET, SK_SO_RCVBUF,
			     values[j]);
			GET(fds[i], SK_SOL_SOCKET, SK_SO_RCVBUF);
			CALL(set, fds[i], SK_SOL_SOCKET, SK_SO_SNDBUF,
			     values[j]);
			GET(fds[i], SK_SOL_SOCKET, SK_SO_SNDBUF);
		}
	}
}

static void options_are_inherited(struct talk *t)
{
	int l = listener(t), a = stream(t), b;

	CALL(set, l, SK_IPPROTO_TCP, SK_TCP_NODELAY, 1);
	CALL(set, l, SK_SOL_SOCKET, SK_SO_KEEPALIVE, 1);
	CALL(set, l, SK_IPPROTO_TCP, SK_TCP_KEEPIDLE, 33);
	CALL(set, l, SK_IPPROTO_IP, SK_IP_TTL, 44);
	CALL(connect, a, SET_LOOPBACK, port_of(t, l));
	WAIT(l, WAIT_IN);
	b = OPEN(accept, l);
	GET(b, SK_IPPROTO_TCP, SK_TCP_NODELAY);
	GET(b, SK_SOL_SOCKET, SK_SO_KEEPALIVE);
	GET(b, SK_IPPROTO_TCP, SK_TCP_KEEPIDLE);
	GET(b, SK_IPPROTO_IP, SK_IP_TTL);
	GET(b, SK_SOL_SOCKET, SK_SO_ACCEPTCONN);
}

typedef void talk_fn(struct talk *t);

static struct talk *hold(talk_fn *fn, const struct sockset *set, void *arg)
{
	struct talk *t = calloc(1, sizeof(*t));
	int i;

	t->set = set;
	t->arg = arg;
	fn(t);
	for (i = 0; i < t->fd_count; i++)
		set->close(arg, t->fds[i]);
	return t;
}

/* The first lines that differ, and some before them, for a person. */
static void show_difference(const char *weft, const char *kernel)
{
	size_t at = 0, line = 0, from;
	int back = 0;

	for (; weft[at] && weft[at] == kernel[at]; at++)
		if (weft[at] == '\n')
			line = at + 1;
	for (from = line; from && back < 4; from--)
		back += weft[from - 1] == '\n';
	print_message("# ...%.*s", (int)(line - from), weft + from);
	print_message("# weft:   %.*s\n# kernel: %.*s\n",
		      (int)strcspn(weft + line, "\n"), weft + line,
		      (int)strcspn(kernel + line, "\n"), kernel + line);
}

static void compare(void **state)
{
	talk_fn *fn = (talk_fn *)*state;
	struct testnet *net = testnet_new();
	struct talk *weft, *kernel;
	int probe = kernel_sockset.socket(NULL, SK_AF_INET, STREAM, 0);
	int same;

	if (probe < 0) {
		testnet_free(net);
		skip_because("the kernel gives no sockets here");
	}
	kernel_sockset.close(NULL, probe);
	weft = hold(fn, &weft_sockset, net);
	kernel = hold(fn, &kernel_sockset, NULL);
	same = !strcmp(weft->text, kernel->text);
	if (!same)
		show_difference(weft->text, kernel->text);
	free(weft);
	free(kernel);
	testnet_free(net);
	assert_true(same);
}

int main(void)
{
	/* clang-format off */
#define T(f) {#f, compare, NULL, NULL, (void *)(f)}
	/* clang-format on */
	const struct CMUnitTest tests[] = {
		T(sockets_that_cannot_be),
		T(descriptors_that_are_none),
		T(fresh_stream),
		T(refused_stream),
		T(refused_stream_asked_by_connect),
		T(bound_and_refused),
		T(listening_stream),
		T(connected_stream),
		T(half_closed_stream),
		T(reading_shut_down),
		T(reset_stream),
		T(reset_asked_by_option),
		T(closed_with_data_unread),
		T(sent_to_who_has_closed),
		T(listener_that_closes),
		T(ports_in_use),
		T(port_of_a_connection_in_time_wait),
		T(fresh_datagrams),
		T(connected_datagrams),
		T(refused_datagrams),
		T(options_of_a_stream),
		T(options_of_datagrams),
		T(options_of_odd_lengths),
		T(buffer_sizes),
		T(options_are_inherited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
