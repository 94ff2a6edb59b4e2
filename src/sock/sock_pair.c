// SPDX-License-Identifier: MIT
/*
 * sock_pair.c - socketpair(): two sockets of one host, joined back to back
 *
 * Theory of operation
 * ===================
 * Each end has a queue of messages that its peer has sent.  A stream is such
 * a queue whose borders nobody sees; a datagram or a packet of SOCK_SEQPACKET
 * is one message.
 *
 *	a: queue <-- msg <-- msg <--- send() on b
 *	send() on a ---> msg --> queue of b
 *
 * Files travel with messages (SCM_RIGHTS): a message holds a reference to
 * each, and whoever receives it gets descriptors for them.
 *
 * What waits unread is charged to its sender, up to his SO_SNDBUF.
 *
 * Invariants
 * ----------
 *  (1) queue_len is the sum of what is unread in the messages.
 *  (2) An end's peer points back at it, or is NULL.
 *
 * Limits
 * ------
 * A socketpair's end does not travel through a socketpair: two ends in each
 * other's queues would keep each other alive for ever.
 */

#include "sock/sock_pair.h"

#include <errno.h>
#include <string.h>

#include "core/waitq.h"

#include "sock/sock_int.h"

#define CHUNK_MAX     32768 /* of a stream, in one message */
#define MSG_OVERHEAD  768   /* charged for each, as Linux does about */
#define DGRAM_RESERVE 32

/**
 * struct pair_msg - a message that waits
 * @off:	Octets of it that were read
 * @size:	Octets in all, at @data
 * @files:	References that travel with it
 */
struct pair_msg {
	struct list node;
	size_t off, size;
	struct sock_files files;
	uint8_t data[];
};

/**
 * struct pair_end - one end
 * @sock:	Whose it is; NULL while it is being made
 * @peer:	The other end; NULL: it has closed
 * @queue:	struct pair_msg
 * @queue_len:	Octets of them
 * @charged:	Memory of them, to the peer's account
 * @err:	Pending, positive
 */
struct pair_end {
	struct sock *sock;
	struct pair_end *peer;
	struct list queue;
	size_t queue_len, charged;
	int err;
	bool is_send_shut, is_recv_shut;
};

void sock_files_put(struct sock_files *f)
{
	while (f->count)
		file_put(f->file[--f->count]);
}

void sock_files_copy(struct sock_files *to, const struct sock_files *from)
{
	int i;

	*to = *from;
	for (i = 0; i < to->count; i++)
		file_get(to->file[i]);
}

static struct mem *mem_of(const struct sock *s)
{
	return s->file.stack->place.env->mem;
}

static bool is_connected_kind(const struct sock *s)
{
	return s->ops->type != SK_SOCK_DGRAM;
}

static struct pair_msg *first(const struct pair_end *e)
{
	return list_first_entry(&e->queue, struct pair_msg, node);
}

static struct pair_msg *after(const struct pair_end *e, struct pair_msg *m)
{
	if (m->node.next == &e->queue)
		return NULL;
	return container_of(m->node.next, struct pair_msg, node);
}

static size_t charge_of(size_t size)
{
	return size + MSG_OVERHEAD;
}

static int pair_open(struct sock *s)
{
	s->pair = mem_alloc(mem_of(s), sizeof(*s->pair));
	if (!s->pair)
		return -ENOMEM;
	s->pair->sock = s;
	list_init(&s->pair->queue);
	return 0;
}

static void msg_free(struct pair_end *e, struct pair_msg *m)
{
	list_del(&m->node);
	e->queue_len -= m->size - m->off;
	e->charged -= charge_of(m->size);
	sock_files_put(&m->files);
	mem_free(mem_of(e->sock), m, sizeof(*m) + m->size);
}

/* Closing with data unread is a reset to who has sent it. */
static void leave_peer(struct pair_end *e)
{
	struct pair_end *peer = e->peer;

	if (!peer)
		return;
	peer->peer = NULL;
	if (is_connected_kind(e->sock)) {
		peer->is_send_shut = peer->is_recv_shut = true;
		if (!list_is_empty(&e->queue))
			peer->err = ECONNRESET;
	}
	sock_tell(peer->sock, WAIT_IN | WAIT_OUT | WAIT_RDHUP | WAIT_HUP);
}

static void pair_free(struct sock *s)
{
	struct pair_end *e = s->pair;
	struct pair_msg *m;

	leave_peer(e);
	while ((m = first(e)))
		msg_free(e, m);
	mem_free(mem_of(s), e, sizeof(*e));
}

static int pair_bind(struct sock *s, const struct endpoint *local)
{
	(void)s, (void)local;
	return -EINVAL;
}

/* Without a name nobody can come. */
static int pair_listen(struct sock *s, int backlog)
{
	(void)s, (void)backlog;
	return -EINVAL;
}

static int pair_accept(struct sock *s, struct sock *child)
{
	(void)s, (void)child;
	return -EINVAL;
}

static int pair_connect(struct sock *s, const struct endpoint *peer)
{
	(void)s, (void)peer;
	return -EINVAL;
}

/* Octets that may still be queued at the peer. */
static size_t room_at(const struct sock *s)
{
	const struct pair_end *peer = s->pair->peer;
	size_t max = (size_t)s->opts->sndbuf, used = peer->charged;

	return used + MSG_OVERHEAD < max ? max - used - MSG_OVERHEAD : 0;
}

/* May the end send at all? */
static int send_check(struct sock *s)
{
	struct pair_end *e = s->pair;

	if (e->err) {
		int err = e->err;

		e->err = 0;
		return -err;
	}
	if (e->is_send_shut)
		return -EPIPE;
	if (!e->peer)
		return is_connected_kind(s) ? -EPIPE : -ECONNREFUSED;
	return e->peer->is_recv_shut ? -EPIPE : 0;
}

/* Queue @n octets, and with them the files, whose references move over. */
static int queue_msg(struct sock *s, const uint8_t *buf, size_t n,
		     struct sock_files *files)
{
	struct pair_end *peer = s->pair->peer;
	struct pair_msg *m = mem_alloc(mem_of(s), sizeof(*m) + n);

	if (!m)
		return -ENOMEM;
	if (n)
		memcpy(m->data, buf, n);
	m->size = n;
	if (files) {
		m->files = *files;
		files->count = 0;
	}
	list_add_tail(&peer->queue, &m->node);
	peer->queue_len += n;
	peer->charged += charge_of(n);
	sock_tell(peer->sock, WAIT_IN);
	return 0;
}

static long stream_send(struct sock *s, struct sock_io *io)
{
	size_t n = io->len - io->done, room;
	int err = send_check(s);

	if (err)
		return err;
	if (!n)
		return 0;
	room = room_at(s);
	if (!room)
		return -EAGAIN;
	n = n < room ? n : room;
	n = n < CHUNK_MAX ? n : CHUNK_MAX;
	err = queue_msg(s, io->out + io->done, n, io->files);
	return err ? err : (long)n;
}

static long dgram_send(struct sock *s, struct sock_io *io)
{
	int err = send_check(s);

	if (err)
		return err;
	if (io->len > (size_t)s->opts->sndbuf - DGRAM_RESERVE)
		return -EMSGSIZE;
	if (s->pair->peer->charged && room_at(s) < io->len)
		return -EAGAIN;
	err = queue_msg(s, io->out, io->len, io->files);
	if (err)
		return err;
	io->want = 0;
	return (long)io->len;
}

/* What to say when nothing waits.  Of datagrams only who would sleep sees that
 * there never will be any, as in Linux. */
static long nothing(struct sock *s, const struct sock_io *io)
{
	struct pair_end *e = s->pair;
	int err = e->err;

	e->err = 0;
	if (err)
		return -err;
	if (!is_connected_kind(s) && !sock_may_block(s, io->flags))
		return -EAGAIN;
	return e->is_recv_shut ? 0 : -EAGAIN;
}

/* Hand over the files of a message: all go, or (peeking) copies of them. */
static void give_files(struct sock_io *io, struct pair_msg *m, bool is_peek)
{
	if (!m->files.count || !io->meta)
		return;
	if (is_peek)
		sock_files_copy(&io->meta->files, &m->files);
	else {
		io->meta->files = m->files;
		m->files.count = 0;
	}
}

/* What is read goes away, and its sender has room again. */
static void consume(struct sock *s, struct pair_msg *m, size_t n)
{
	struct pair_end *e = s->pair;

	m->off += n;
	e->queue_len -= n;
	if (m->off < m->size)
		return;
	msg_free(e, m);
	if (e->peer)
		sock_tell(e->peer->sock, WAIT_OUT);
}

/* Copy from message to message; files end a read and begin one. */
static long stream_recv(struct sock *s, struct sock_io *io)
{
	bool is_peek = io->flags & SK_MSG_PEEK;
	struct pair_end *e = s->pair;
	struct pair_msg *m = first(e), *next;
	size_t done = 0, room = io->len - io->done;

	if (!m || !room)
		return m ? 0 : nothing(s, io);
	for (; m; m = next) {
		size_t n = m->size - m->off;
		bool has_files = m->files.count;

		next = after(e, m);
		if (done == room || (has_files && io->done + done))
			break;
		n = n < room - done ? n : room - done;
		if (!(io->flags & SK_MSG_TRUNC))
			memcpy(io->in + io->done + done, m->data + m->off, n);
		done += n;
		if (has_files)
			give_files(io, m, is_peek);
		if (!is_peek)
			consume(s, m, n);
		if (has_files)
			break;
	}
	return (long)done;
}

static long dgram_recv(struct sock *s, struct sock_io *io)
{
	struct pair_msg *m = first(s->pair);
	size_t n;

	if (!m)
		return nothing(s, io);
	n = m->size < io->len ? m->size : io->len;
	if (n)
		memcpy(io->in, m->data, n);
	io->want = 0;
	if (io->meta)
		io->meta->len = m->size;
	give_files(io, m, io->flags & SK_MSG_PEEK);
	if (io->flags & SK_MSG_TRUNC)
		n = m->size;
	if (!(io->flags & SK_MSG_PEEK))
		consume(s, m, m->size);
	return (long)n;
}

static int pair_ioctl(struct sock *s, unsigned long request, int *val)
{
	const struct pair_end *e = s->pair;
	const struct pair_msg *m = first(e);

	if (request == SK_FIONREAD && is_connected_kind(s))
		*val = (int)e->queue_len;
	else if (request == SK_FIONREAD)
		*val = m ? (int)m->size : 0;
	else if (request == SK_TIOCOUTQ)
		*val = e->peer ? (int)e->peer->charged : 0;
	else
		return -ENOTTY;
	return 0;
}

static int pair_shutdown(struct sock *s, int how)
{
	struct pair_end *e = s->pair, *peer = e->peer;

	e->is_recv_shut |= how != SK_SHUT_WR;
	e->is_send_shut |= how != SK_SHUT_RD;
	if (peer && is_connected_kind(s)) {
		peer->is_send_shut |= how != SK_SHUT_WR;
		peer->is_recv_shut |= how != SK_SHUT_RD;
		sock_tell(peer->sock, WAIT_IN | WAIT_OUT | WAIT_RDHUP);
	}
	sock_tell(s, WAIT_IN | WAIT_OUT | WAIT_RDHUP);
	return 0;
}

static struct endpoint pair_nowhere(const struct sock *s)
{
	(void)s;
	return (struct endpoint){0};
}

static int pair_error(struct sock *s)
{
	int err = s->pair->err;

	s->pair->err = 0;
	return -err;
}

/* Writable while no more than a quarter of the buffer is in use, as Linux. */
static bool is_writable(const struct sock *s)
{
	const struct pair_end *peer = s->pair->peer;

	return !peer || 4 * peer->charged <= (size_t)s->opts->sndbuf;
}

static uint32_t pair_poll(struct sock *s)
{
	const struct pair_end *e = s->pair;
	uint32_t events = is_writable(s) ? WAIT_OUT : 0;

	if (!list_is_empty(&e->queue))
		events |= WAIT_IN;
	if (e->is_recv_shut)
		events |= WAIT_IN | WAIT_RDHUP;
	if (e->is_recv_shut && e->is_send_shut)
		events |= WAIT_HUP;
	if (e->err)
		events |= WAIT_ERR;
	return events;
}

static size_t pair_readable(struct sock *s)
{
	const struct pair_msg *m = first(s->pair);

	if (is_connected_kind(s))
		return s->pair->queue_len;
	return m ? m->size : 0;
}

static void pair_info(struct sock *s, struct sock_info *info)
{
	info->state = s->pair->peer ? "ESTAB" : "CLOSED";
	info->recv_queue = s->pair->queue_len;
	info->send_queue = s->pair->peer ? s->pair->peer->queue_len : 0;
}

/* clang-format off */
#define PAIR_OPS(kind, listen_fn, accept_fn, send_fn, recv_fn) {	\
	.name = "pair", .type = (kind), .opts = OPT_UNIX,		\
	.listen = (listen_fn), .accept = (accept_fn),			\
	.open = pair_open, .free = pair_free, .bind = pair_bind,	\
	.connect = pair_connect, .send = (send_fn), .recv = (recv_fn),	\
	.ioctl = pair_ioctl, .shutdown = pair_shutdown,			\
	.local = pair_nowhere, .peer = pair_nowhere,			\
	.error = pair_error, .poll = pair_poll,				\
	.readable = pair_readable, .info = pair_info,			\
}
static const struct sock_ops stream_ops =
	PAIR_OPS(SK_SOCK_STREAM, pair_listen, pair_accept, stream_send, stream_recv);
static const struct sock_ops dgram_ops =
	PAIR_OPS(SK_SOCK_DGRAM, NULL, NULL, dgram_send, dgram_recv);
static const struct sock_ops seqpacket_ops =
	PAIR_OPS(SK_SOCK_SEQPACKET, pair_listen, pair_accept, dgram_send, dgram_recv);
/* clang-format on */

/* Linux's order of complaints; protocol 1 is AF_UNIX itself. */
static int choose(int domain, int type, int proto, const struct sock_ops **ops)
{
	if (type & ~(SK_SOCK_TYPE_MASK | SK_SOCK_NONBLOCK | SK_SOCK_CLOEXEC))
		return -EINVAL;
	if (domain == SK_AF_INET || domain == SK_AF_INET6)
		return -EOPNOTSUPP;
	if (domain != SK_AF_UNIX)
		return -EAFNOSUPPORT;
	if (proto && proto != SK_AF_UNIX)
		return -EPROTONOSUPPORT;
	switch (type & SK_SOCK_TYPE_MASK) {
	case SK_SOCK_STREAM:
		*ops = &stream_ops;
		return 0;
	case SK_SOCK_RAW: /* means datagrams here */
	case SK_SOCK_DGRAM:
		*ops = &dgram_ops;
		return 0;
	case SK_SOCK_SEQPACKET:
		*ops = &seqpacket_ops;
		return 0;
	default:
		return -ESOCKTNOSUPPORT;
	}
}

int sk_socketpair(struct stack *stack, int domain, int type, int proto,
		  int fds[2])
{
	const struct sock_ops *ops;
	struct sock_call call;
	struct sock *a, *b;
	int err = choose(domain, type, proto, &ops);

	if (err)
		return err;
	call = call_begin(stack);
	fds[0] = sock_make(stack, ops, domain, type, 0);
	fds[1] = fds[0] < 0 ? fds[0] : sock_make(stack, ops, domain, type, 0);
	if (fds[1] < 0 && fds[0] >= 0)
		file_close(stack, fds[0]);
	err = fds[1] < 0 ? fds[1] : 0;
	if (!err) {
		a = sock_of(file_find(stack, fds[0]));
		b = sock_of(file_find(stack, fds[1]));
		a->pair->peer = b->pair;
		b->pair->peer = a->pair;
	}
	call_end(call);
	return err;
}
