// SPDX-License-Identifier: MIT
/*
 * sock_msg.c - sending and receiving scattered octets
 *
 * Theory of operation
 * ===================
 * A datagram has to be in one piece, and so has what is received, for how much
 * it is becomes known only then: both go through a buffer of their own, unless
 * there is one piece anyway.  A stream is sent piece by piece, each but the
 * last with SK_MSG_MORE, so that the pieces share segments.
 *
 * Files that are no sockets are read and written piece by piece, which is what
 * they would do themselves.
 *
 * Limits
 * ------
 * A receive moves RECV_MAX octets at most in one call.
 */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/mem.h"

#include "sock/sock_cmsg.h"
#include "sock/sock_int.h"
#include "sock/sock_pair.h"
#include "sock/sock_plain.h"
#include "sock/sock_try.h"

#define IOV_COUNT_MAX 1024
#define RECV_MAX      ((size_t)1 << 20)
#define DGRAM_MAX     ((size_t)1 << 18) /* more than any kind would take */

static struct mem *mem_of(const struct sock *s)
{
	return s->file.stack->place.env->mem;
}

/* Octets in all, -EMSGSIZE or -EINVAL. */
static long iov_len(const struct sk_iovec *iov, size_t count)
{
	size_t i, sum = 0;

	if (count > IOV_COUNT_MAX)
		return -EMSGSIZE;
	for (i = 0; i < count; i++) {
		if (iov[i].len > LONG_MAX - sum)
			return -EINVAL;
		sum += iov[i].len;
	}
	return (long)sum;
}

static void gather(uint8_t *to, const struct sk_iovec *iov, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (iov[i].len)
			memcpy(to, iov[i].base, iov[i].len);
		to += iov[i].len;
	}
}

static void scatter(const struct sk_iovec *iov, size_t count,
		    const uint8_t *from, size_t len)
{
	size_t i;

	for (i = 0; i < count && len; i++) {
		size_t n = len < iov[i].len ? len : iov[i].len;

		if (n)
			memcpy(iov[i].base, from, n);
		from += n;
		len -= n;
	}
}

/*
 * Out.
 */

/* Of a stream; files go with the first octet. */
static long send_pieces(struct sock *s, const struct sk_msg *msg,
			const struct sock_io *like)
{
	long done = 0;
	size_t i;

	for (i = 0; i < msg->iov_count; i++) {
		struct sock_io io = *like;
		long n;

		io.out = msg->iov[i].base;
		io.len = io.want = msg->iov[i].len;
		if (i + 1 < msg->iov_count)
			io.flags |= SK_MSG_MORE;
		n = sock_send(s, &io);
		if (n < 0)
			return done ? done : n;
		done += n;
		if ((size_t)n < msg->iov[i].len)
			break;
	}
	return done;
}

/* In one piece. */
static long send_whole(struct sock *s, const struct sk_msg *msg,
		       struct sock_io *io)
{
	size_t len = (size_t)iov_len(msg->iov, msg->iov_count);
	uint8_t *buf;
	long n;

	io->len = io->want = len;
	if (msg->iov_count == 1)
		io->out = msg->iov[0].base;
	if (msg->iov_count <= 1)
		return sock_send(s, io);
	if (len > DGRAM_MAX)
		return -EMSGSIZE;
	buf = mem_alloc_raw(mem_of(s), len);
	if (!buf)
		return -ENOMEM;
	gather(buf, msg->iov, msg->iov_count);
	file_count(&s->file, COPY_INSIDE, (long)len);
	io->out = buf;
	n = sock_send(s, io);
	mem_free(mem_of(s), buf, len);
	return n;
}

static long sendmsg_far(struct sock *s, const struct sk_msg *msg, int flags)
{
	struct sock_how how = {.ttl = -1, .tos = -1};
	struct sock_files files = {.count = 0};
	struct sock_io io = {
		.flags = flags,
		.to = msg->has_name ? &msg->name : NULL,
		.how = &how,
		.files = &files,
	};
	long n = iov_len(msg->iov, msg->iov_count);
	size_t len = n > 0 ? (size_t)n : 0;

	if (n >= 0 && msg->control_len)
		n = sock_cmsg_read(s, msg, &how, &files);
	if (msg->has_name)
		how.ll = &msg->ll;
	if (n >= 0 && s->ops->type == SK_SOCK_STREAM && msg->iov_count > 1 &&
	    (sock_is_tcp(s) || len > DGRAM_MAX))
		n = send_pieces(s, msg, &io);
	else if (n >= 0)
		n = send_whole(s, msg, &io);
	sock_files_put(&files);
	return n;
}

static long sendmsg(struct sock *s, const struct sk_msg *msg, int flags)
{
	if (!s->ops->plain_send || !sock_msg_is_buf(msg) || msg->control_len)
		return sendmsg_far(s, msg, flags);
	return sock_send_buf(s, msg->iov[0].base, msg->iov[0].len, flags,
			     msg->has_name ? &msg->name : NULL);
}

long sk_sendmsg(struct stack *stack, int fd, const struct sk_msg *msg,
		int flags)
{
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	return err ? err : sendmsg(s, msg, flags);
}

long sock_try_send(struct file *file, const struct sk_msg *msg, int flags)
{
	struct sock *s = sock_of(file);

	return s ? sendmsg(s, msg, flags | SK_MSG_DONTWAIT) : -ENOTSOCK;
}

int sk_sendmmsg(struct stack *stack, int fd, struct sk_mmsg *msgs,
		uint32_t count, int flags)
{
	struct sock *s;
	int err = count ? sock_find(stack, fd, &s) : 0;
	uint32_t i = 0;
	long n;

	if (err || !count)
		return err;
	if (count > IOV_COUNT_MAX)
		count = IOV_COUNT_MAX;
	file_get(&s->file);
	while ((i += sock_send_batch(s, msgs + i, count - i, flags, &n)) <
	       count) {
		if (n == SOCK_LONG_WAY)
			n = sendmsg(s, &msgs[i].msg, flags);
		if (n < 0) {
			err = i ? 0 : (int)n;
			break;
		}
		msgs[i++].len = (uint32_t)n;
	}
	file_put(&s->file);
	return err ? err : (int)i;
}

/*
 * In.
 */

static void scatter_back(struct sock *s, const struct sk_msg *msg,
			 const uint8_t *buf, size_t len)
{
	scatter(msg->iov, msg->iov_count, buf, len);
	file_count(&s->file, COPY_INSIDE, (long)len);
}

/* Into one piece, which is handed out.  @io->len is the room. */
static long recv_scattered(struct sock *s, const struct sk_msg *msg,
			   struct sock_io *io)
{
	size_t room = io->len < RECV_MAX ? io->len : RECV_MAX;
	uint8_t *buf = mem_alloc_raw(mem_of(s), room);
	long n;

	if (!buf)
		return -ENOMEM;
	io->in = buf;
	io->len = room;
	n = sock_recv(s, io);
	if (n > 0 &&
	    !(s->ops->type == SK_SOCK_STREAM && io->flags & SK_MSG_TRUNC))
		scatter_back(s, msg, buf, (size_t)n < room ? (size_t)n : room);
	mem_free(mem_of(s), buf, room);
	return n;
}

static bool is_truncated(const struct sock *s, const struct sock_meta *meta,
			 size_t room)
{
	return s->ops->type != SK_SOCK_STREAM && meta->len > room;
}

static long recvmsg_far(struct sock *s, struct sk_msg *msg, int flags)
{
	struct sock_meta meta = {0};
	struct sock_io io = {.flags = flags, .from = &msg->name, .meta = &meta};
	long n = iov_len(msg->iov, msg->iov_count);
	size_t room = (size_t)n;

	if (n < 0)
		return n;
	msg->name = (struct endpoint){0};
	io.len = room;
	if (msg->iov_count > 1) {
		n = recv_scattered(s, msg, &io);
	} else {
		io.in = msg->iov_count ? msg->iov[0].base : NULL;
		n = sock_recv(s, &io);
	}
	if (n < 0)
		return n;
	msg->ll = meta.ll;
	msg->has_name = msg->name.addr.family || meta.ll.family;
	msg->flags = flags & (SK_MSG_OOB | SK_MSG_ERRQUEUE);
	if (is_truncated(s, &meta, room))
		msg->flags |= SK_MSG_TRUNC;
	sock_cmsg_write(s, msg, &meta, flags);
	sock_files_put(&meta.files);
	return n;
}

/* No option asks for ancillary data unless one was changed. */
static long recvmsg(struct sock *s, struct sk_msg *msg, int flags)
{
	size_t whole;
	long n;

	if (!sock_msg_is_buf(msg) || s->opts->is_changed)
		return recvmsg_far(s, msg, flags);
	n = sock_plain_recv(s, msg->iov[0].base, msg->iov[0].len, flags,
			    &msg->name, &whole);
	if (n == SOCK_LONG_WAY)
		return recvmsg_far(s, msg, flags);
	if (n < 0) {
		msg->name = (struct endpoint){0};
		return n;
	}
	sock_msg_fill(msg, whole);
	return n;
}

long sk_recvmsg(struct stack *stack, int fd, struct sk_msg *msg, int flags)
{
	struct sock *s;
	int err = sock_find(stack, fd, &s);
	long n;

	if (err)
		return err;
	file_get(&s->file);
	n = recvmsg(s, msg, flags);
	file_put(&s->file);
	return n;
}

long sock_try_recv(struct file *file, struct sk_msg *msg, int flags)
{
	struct sock *s = sock_of(file);
	int how = flags & ~SK_MSG_WAITALL;

	return s ? recvmsg(s, msg, how | SK_MSG_DONTWAIT) : -ENOTSOCK;
}

int sk_recvmmsg(struct stack *stack, int fd, struct sk_mmsg *msgs,
		uint32_t count, int flags, int64_t timeout_ns)
{
	uint64_t begun = stack_now(stack);
	bool one_only = flags & SK_MSG_WAITFORONE;
	struct sock *s;
	int err = count ? sock_find(stack, fd, &s) : 0;
	uint32_t i = 0;

	if (err || !count)
		return err;
	file_get(&s->file);
	flags &= ~SK_MSG_WAITFORONE;
	while (i < count) {
		long n = SOCK_LONG_WAY;

		if (timeout_ns < 0 && !one_only)
			i += sock_recv_batch(s, msgs + i, count - i, flags, &n);
		if (i == count)
			break;
		if (n == SOCK_LONG_WAY)
			n = recvmsg(s, &msgs[i].msg, flags);
		if (n < 0) {
			err = i ? 0 : (int)n;
			break;
		}
		msgs[i++].len = (uint32_t)n;
		if (one_only)
			flags |= SK_MSG_DONTWAIT;
		if (timeout_ns >= 0 &&
		    stack_now(stack) - begun >= (uint64_t)timeout_ns)
			break;
	}
	file_put(&s->file);
	return err ? err : (int)i;
}

/*
 * Any file.
 */

typedef long piece_fn(struct stack *stack, int fd, void *buf, size_t len);

static long read_piece(struct stack *stack, int fd, void *buf, size_t len)
{
	return sk_read(stack, fd, buf, len);
}

static long write_piece(struct stack *stack, int fd, void *buf, size_t len)
{
	return sk_write(stack, fd, buf, len);
}

static long move_pieces(struct stack *stack, int fd, const struct sk_msg *msg,
			piece_fn *fn)
{
	long done = 0;
	size_t i;

	for (i = 0; i < msg->iov_count; i++) {
		long n;

		/* Once there is something, nothing is worth waiting for. */
		if (done && fn == read_piece &&
		    !(sk_ready(stack, fd) & WAIT_IN))
			break;
		n = fn(stack, fd, msg->iov[i].base, msg->iov[i].len);
		if (n < 0)
			return done ? done : n;
		done += n;
		if ((size_t)n < msg->iov[i].len)
			break;
	}
	return done;
}

static int vector_check(struct stack *stack, int fd, const struct sk_msg *msg,
			bool *is_sock)
{
	struct file *file = file_find(stack, fd);

	if (!file)
		return -EBADF;
	*is_sock = sock_of(file);
	if (msg->iov_count > IOV_COUNT_MAX)
		return -EINVAL;
	return iov_len(msg->iov, msg->iov_count) < 0 ? -EINVAL : 0;
}

long sk_readv(struct stack *stack, int fd, const struct sk_iovec *iov,
	      size_t count)
{
	struct sk_msg msg = {.iov = iov, .iov_count = count};
	bool is_sock;
	int err = vector_check(stack, fd, &msg, &is_sock);

	if (err)
		return err;
	return is_sock ? sk_recvmsg(stack, fd, &msg, 0)
		       : move_pieces(stack, fd, &msg, read_piece);
}

long sk_writev(struct stack *stack, int fd, const struct sk_iovec *iov,
	       size_t count)
{
	struct sk_msg msg = {.iov = iov, .iov_count = count};
	bool is_sock;
	int err = vector_check(stack, fd, &msg, &is_sock);

	if (err)
		return err;
	return is_sock ? sk_sendmsg(stack, fd, &msg, 0)
		       : move_pieces(stack, fd, &msg, write_piece);
}
