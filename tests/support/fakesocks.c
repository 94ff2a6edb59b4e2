// SPDX-License-Identifier: MIT
/* fakesocks.c - a machine whose sockets do what a test says */

#include "fakesocks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

void fake_init(struct fake_socks *m)
{
	*m = (struct fake_socks){.servers = 2};
	m->socks = calloc(FAKE_SOCKS, sizeof(*m->socks));
	check(m->socks);
}

void fake_fini(struct fake_socks *m)
{
	free(m->socks);
}

static struct fake_sock *sock_of(void *arg, int sock)
{
	struct fake_socks *m = arg;

	check(sock >= 0 && (size_t)sock < m->count && m->socks[sock].is_open);
	return &m->socks[sock];
}

static int fake_open(void *arg, enum host_kind kind, const struct host_addr *to,
		     void *owner)
{
	struct fake_socks *m = arg;

	if (m->refuses)
		return m->refuses;
	check(m->count < FAKE_SOCKS);
	m->socks[m->count] = (struct fake_sock){
		.owner = owner,
		.kind = kind,
		.is_open = true,
		.to = *to,
		.room = FAKE_ROOM,
	};
	m->open++;
	return (int)m->count++;
}

static long fake_send(void *arg, int sock, const struct iovec *v, int count)
{
	struct fake_sock *s = sock_of(arg, sock);
	size_t n = 0;

	s->sent_count++;
	if (s->kind != HOST_TCP)
		s->sent_len = 0;
	if (!s->room)
		return -EAGAIN;
	for (int i = 0; i < count && s->room; i++) {
		size_t len = v[i].iov_len;

		len = len < s->room ? len : s->room;
		memcpy(s->sent + s->sent_len, v[i].iov_base, len);
		s->sent_len += len;
		n += len;
		if (s->kind == HOST_TCP)
			s->room -= len;
	}
	return (long)n;
}

static long fake_send_urgent(void *arg, int sock, const void *buf, size_t len)
{
	struct iovec v = {.iov_base = (void *)(uintptr_t)buf, .iov_len = len};

	return fake_send(arg, sock, &v, 1);
}

static long fake_recv(void *arg, int sock, void *buf, size_t len)
{
	struct fake_sock *s = sock_of(arg, sock);
	size_t n = len < s->came_len ? len : s->came_len;

	if (!n)
		return s->has_ended ? 0 : -EAGAIN;
	memcpy(buf, s->came, n);
	memmove(s->came, s->came + n, s->came_len - n);
	s->came_len -= n;
	return (long)n;
}

/* The prototype is that of struct host_socks. */
/* NOLINTNEXTLINE(readability-non-const-parameter) */
static long fake_recv_urgent(void *arg, int sock, uint8_t *octet)
{
	(void)sock_of(arg, sock);
	(void)octet;
	return -EINVAL;
}

static int fake_error(void *arg, int sock)
{
	return sock_of(arg, sock)->err;
}

static bool fake_next_error(void *arg, int sock, struct host_error *e)
{
	struct fake_sock *s = sock_of(arg, sock);
	bool has = s->has_queue;

	*e = s->queue;
	s->has_queue = false;
	return has;
}

static void fake_how(void *arg, int sock, const struct host_how *how)
{
	sock_of(arg, sock)->how = *how;
}

static void fake_shutdown(void *arg, int sock)
{
	sock_of(arg, sock)->is_shut = true;
}

static void fake_close(void *arg, int sock, bool is_reset)
{
	struct fake_sock *s = sock_of(arg, sock);

	s->is_open = false;
	s->is_reset = is_reset;
	((struct fake_socks *)arg)->open--;
}

static int fake_resolver(void *arg, unsigned int n, struct host_addr *out)
{
	struct fake_socks *m = arg;

	if (n >= m->servers)
		return -ENOENT;
	*out = (struct host_addr){
		.port = 53,
		.o = {10, 53, 0, (uint8_t)(n + 1)},
	};
	return 0;
}

const struct host_ops fake_ops = {
	.open = fake_open,
	.send = fake_send,
	.send_urgent = fake_send_urgent,
	.recv = fake_recv,
	.recv_urgent = fake_recv_urgent,
	.error = fake_error,
	.next_error = fake_next_error,
	.how = fake_how,
	.shutdown = fake_shutdown,
	.close = fake_close,
	.resolver = fake_resolver,
};
