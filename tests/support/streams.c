// SPDX-License-Identifier: MIT
/*
 * streams.c - TCP streams that check themselves, driven by events
 *
 * The waiter of a socket only defers a task; the task sends and receives until
 * the socket says -EAGAIN.  So everything runs inside the world's events, and
 * thousands of streams need no threads.
 */

#include "streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "ip6/ip6.h"
#include "sock/sock.h"

#define CHUNK 16384

struct stream {
	struct list list;
	struct streams *streams;
	struct stack *stack;
	int fd;
	struct endpoint peer; /* of a client */
	bool is_open, is_connected, is_shut, is_at_end;
	uint64_t key_out, key_in;
	uint64_t to_send, sent, to_receive, received;
	struct waiter waiter;
	struct task task;
	struct timer retry;
};

/* Eight octets of the pattern: splitmix64 of key and place. */
static uint64_t pattern_word(uint64_t key, uint64_t index)
{
	uint64_t z = key + (index + 1) * 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void pattern_fill(uint64_t key, uint64_t at, uint8_t *buf, size_t len)
{
	uint8_t word[8];
	size_t i = 0;

	while (i < len) {
		size_t skip = (at + i) % 8;
		size_t n = min_size(8 - skip, len - i);

		put64le(word, pattern_word(key, (at + i) / 8));
		memcpy(buf + i, word + skip, n);
		i += n;
	}
}

void streams_init(struct streams *s)
{
	memset(s, 0, sizeof(*s));
	list_init(&s->all);
}

static void stream_shut(struct stream *st)
{
	if (!st->is_open)
		return;
	st->is_open = false;
	waitq_del(&st->waiter);
	task_cancel(&st->task);
	check(sk_close(st->stack, st->fd) == 0);
}

void streams_fini(struct streams *s)
{
	while (!list_is_empty(&s->all)) {
		struct stream *st =
			list_first_entry(&s->all, struct stream, list);

		stream_shut(st);
		stack_disarm(st->stack, &st->retry);
		list_del(&st->list);
		free(st);
	}
}

static void stream_over(struct stream *st, bool is_good, int err)
{
	struct streams *s = st->streams;

	if (is_good) {
		s->done++;
	} else {
		s->failed++;
		s->last_err = err;
	}
	s->last_ns = stack_now(st->stack);
	stream_shut(st);
}

/* 0: nothing more now; else the error that ends the stream. */
static int stream_send(struct stream *st)
{
	uint8_t buf[CHUNK];

	while (st->sent < st->to_send) {
		size_t n = (size_t)min_u64(sizeof(buf), st->to_send - st->sent);
		long sent;

		pattern_fill(st->key_out, st->sent, buf, n);
		sent = sk_send(st->stack, st->fd, buf, n, 0);
		if (sent == -EAGAIN)
			return 0;
		if (sent <= 0)
			return sent ? (int)sent : -EIO;
		st->sent += (uint64_t)sent;
	}
	if (st->is_shut)
		return 0;
	st->is_shut = true;
	return sk_shutdown(st->stack, st->fd, SK_SHUT_WR);
}

static int stream_receive(struct stream *st)
{
	uint8_t buf[CHUNK], wanted[CHUNK];

	while (!st->is_at_end) {
		long n = sk_recv(st->stack, st->fd, buf, sizeof(buf), 0);

		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return (int)n;
		st->is_at_end = n == 0;
		pattern_fill(st->key_in, st->received, wanted, (size_t)n);
		if (memcmp(buf, wanted, (size_t)n) != 0)
			return -EBADMSG;
		st->received += (uint64_t)n;
		st->streams->octets += (uint64_t)n;
	}
	return 0;
}

/* A non-blocking connect() is over when the socket is writable. */
static int stream_connected(struct stream *st)
{
	int err;

	if (st->is_connected)
		return 0;
	if (!(sk_ready(st->stack, st->fd) & (WAIT_OUT | WAIT_ERR | WAIT_HUP)))
		return -EAGAIN;
	if (sk_getsockopt_int(st->stack, st->fd, SK_SOL_SOCKET, SK_SO_ERROR,
			      &err))
		return -EIO;
	st->is_connected = true;
	return -err;
}

/*
 * A neighbour that was silent; a server that gave the handshake up before our
 * last step of it arrived.  If it had accepted, its own end fails and tells.
 */
static bool may_try_again(const struct stream *st, int err)
{
	if (!st->peer.port || st->received)
		return false;
	return err == -EHOSTUNREACH || err == -ECONNRESET;
}

static void try_again(struct stream *st)
{
	stream_shut(st);
	st->is_shut = false;
	st->sent = 0;
	st->streams->retries++;
	stack_arm_in(st->stack, &st->retry, NS_PER_S);
}

static void on_stream_task(struct task *task, void *arg)
{
	struct stream *st = arg;
	int err;

	(void)task;
	err = stream_connected(st);
	if (err == -EAGAIN)
		return;
	if (!err)
		err = stream_send(st);
	if (!err)
		err = stream_receive(st);
	if (may_try_again(st, err))
		try_again(st);
	else if (err)
		stream_over(st, false, err);
	else if (st->is_at_end && st->received != st->to_receive)
		stream_over(st, false, -ENODATA);
	else if (st->is_at_end && st->is_shut)
		stream_over(st, true, 0);
}

static void on_stream_wake(struct waiter *w, uint32_t events)
{
	struct stream *st = w->arg;

	(void)events;
	stack_defer(st->stack, &st->task);
}

/* The last four octets of an address: the same for an IPv4 address and its
 * mapped form, which a server for both versions is told. */
static uint32_t tail_of(struct ip_addr a)
{
	return a.family == IP_V6 ? get_ip4(a.v6.o + 12).v : a.v4.v;
}

static void set_keys(struct stream *st, struct endpoint client, bool is_client)
{
	uint64_t key =
		st->streams->is_translated
			? 0
			: (uint64_t)tail_of(client.addr) << 16 | client.port;
	uint64_t up = pattern_word(key, 1), down = pattern_word(key, 2);

	st->key_out = is_client ? up : down;
	st->key_in = is_client ? down : up;
}

static void watch(struct stack *stack, int fd, struct waiter *waiter)
{
	struct file *file = file_find(stack, fd);

	check(file);
	waitq_add(&file->wq, waiter);
}

static void stream_attach(struct stream *st, int fd)
{
	st->fd = fd;
	st->is_open = true;
	st->is_connected = false;
	watch(st->stack, fd, &st->waiter);
	stack_defer(st->stack, &st->task); /* perhaps it is ready already */
}

/* A client's socket on its way.  The descriptor, or -errno. */
static int open_client(struct stack *stack, const struct endpoint *peer,
		       struct endpoint *local)
{
	int fd, err;

	fd = sk_socket(stack,
		       peer->addr.family == IP_V6 ? SK_AF_INET6 : SK_AF_INET,
		       SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	err = sk_connect(stack, fd, peer);
	if (!err || err == -EINPROGRESS)
		err = sk_getsockname(stack, fd, local);
	if (err) {
		(void)sk_close(stack, fd);
		return err;
	}
	return fd;
}

static void on_retry(struct timer *t, void *arg)
{
	struct stream *st = arg;
	struct endpoint local;
	int fd = open_client(st->stack, &st->peer, &local);

	(void)t;
	if (fd < 0) {
		st->streams->retries++;
		stack_arm_in(st->stack, &st->retry, NS_PER_S);
		return;
	}
	set_keys(st, local, true);
	stream_attach(st, fd);
}

static struct stream *stream_new(struct streams *s, struct stack *stack, int fd)
{
	struct stream *st = calloc(1, sizeof(*st));

	check(st);
	st->streams = s;
	st->stack = stack;
	waiter_init(&st->waiter, on_stream_wake, st,
		    WAIT_IN | WAIT_OUT | WAIT_RDHUP);
	task_init(&st->task, on_stream_task, st);
	timer_init(&st->retry, on_retry, st);
	list_add_tail(&s->all, &st->list);
	stream_attach(st, fd);
	return st;
}

static void on_accept_task(struct task *task, void *arg)
{
	struct stream_server *srv = arg;
	struct endpoint peer;
	int fd;

	(void)task;
	while ((fd = sk_accept4(srv->stack, srv->fd, &peer,
				SK_SOCK_NONBLOCK)) >= 0) {
		struct stream *st = stream_new(srv->streams, srv->stack, fd);

		srv->streams->accepted++;
		st->is_connected = true;
		st->to_receive = srv->up;
		st->to_send = srv->down;
		set_keys(st, peer, false);
	}
}

static void on_accept_wake(struct waiter *w, uint32_t events)
{
	struct stream_server *srv = w->arg;

	(void)events;
	stack_defer(srv->stack, &srv->task);
}

/* Then a server is one for both versions. */
static bool speaks_v6(const struct stack *stack)
{
	const struct netif *n;

	list_for_each_entry(n, &stack->netifs, struct netif, node)
		if (ip6_is_enabled(stack, n))
			return true;
	return false;
}

void stream_serve(struct stream_server *srv, struct streams *s,
		  struct stack *stack, uint16_t port, uint64_t up,
		  uint64_t down)
{
	bool has_v6 = speaks_v6(stack);
	struct endpoint local = {.addr = has_v6 ? ip_addr_v6(IP6_ANY)
						: ip_addr_v4(IP4_ANY),
				 .port = port};

	srv->streams = s;
	srv->stack = stack;
	srv->up = up;
	srv->down = down;
	srv->fd = sk_socket(stack, has_v6 ? SK_AF_INET6 : SK_AF_INET,
			    SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
	check(srv->fd >= 0);
	check(sk_bind(stack, srv->fd, &local) == 0);
	check(sk_listen(stack, srv->fd, 4096) == 0);
	waiter_init(&srv->waiter, on_accept_wake, srv, WAIT_IN);
	task_init(&srv->task, on_accept_task, srv);
	watch(stack, srv->fd, &srv->waiter);
}

void stream_server_close(struct stream_server *srv)
{
	waitq_del(&srv->waiter);
	task_cancel(&srv->task);
	check(sk_close(srv->stack, srv->fd) == 0);
}

int stream_open(struct streams *s, struct stack *stack, struct endpoint peer,
		uint64_t up, uint64_t down)
{
	struct endpoint local;
	struct stream *st;
	int fd = open_client(stack, &peer, &local);

	if (fd < 0)
		return fd;
	st = stream_new(s, stack, fd);
	st->peer = peer;
	st->to_send = up;
	st->to_receive = down;
	set_keys(st, local, true);
	s->opened++;
	return 0;
}
