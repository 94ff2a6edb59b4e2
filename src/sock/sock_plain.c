// SPDX-License-Identifier: MIT
/*
 * sock_plain.c - sending and receiving one buffer, straight
 *
 * Theory of operation
 * ===================
 * A call of a program has many sides: flags, ancillary data, files, urgent
 * octets, waiting.  Nearly all calls have none of them: one buffer, no flags,
 * and it can be done at once.  sock_io.c knows all sides and carries a struct
 * sock_io through them; here is what is left when there are none:
 *
 *	sk_send() --> sock_plain_send() --> ops->plain_send() --> transport
 *	                     |
 *	                     | anything unusual, or it would wait
 *	                     v
 *	              sock_send() of sock_io.c, as if nothing had been
 *
 * A kind of socket offers plain_send and plain_recv, which do what send and
 * recv would do, or say SOCK_LONG_WAY before they have done anything.  When
 * somebody listens to events every call goes the long way, which tells of it.
 *
 * Measured (callgrind, a datagram of 64 octets): above the transport a send
 * is 60 instructions instead of 410, a receive 70 instead of 500.
 */

#include "sock/sock_plain.h"

#include <errno.h>

#include "base/check.h"
#include "base/likely.h"

#include "sock/sock_int.h"

/* Flags that make no difference to a step that does not wait. */
#define PLAIN_FLAGS (SK_MSG_DONTWAIT | SK_MSG_NOSIGNAL)

static inline bool may_be_plain(const struct sock *s, int flags)
{
	return !(flags & ~PLAIN_FLAGS) && !s->file.stack->place.env->probe;
}

/* As file_count() and file_count_call(), which know what to do when a count
 * grows beyond 32 bits. */
static inline void count_plain(struct sock *s, enum copy_kind kind, long octets)
{
	struct sk_copies *all = &sock_stack_of(s->file.stack)->copies;
	struct file *file = &s->file;
	uint64_t n = octets > 0 ? (uint64_t)octets : 0;

	if (UNLIKELY(file->calls == UINT32_MAX ||
		     file->moved[kind] + n > UINT32_MAX)) {
		file_count_call(file);
		file_count(file, kind, octets);
		return;
	}
	file->calls++;
	file->moved[kind] += (uint32_t)n;
	all->calls++;
	all->octets[kind] += n;
}

/* The other ways are apart, so that the straight one is short. */
#define PLAIN_APART __attribute__((noinline))

/* Not all of it is sent, or nothing was even tried.  The call that was begun
 * ends here, and what that sets off may close the socket. */
static PLAIN_APART long send_on(struct sock *s, struct sock_call call,
				struct sock_io *io)
{
	long n;

	file_get(&s->file);
	call_end(call);
	n = io->done ? sock_send_rest(s, io) : sock_send(s, io);
	file_put(&s->file);
	return n;
}

static PLAIN_APART long send_long(struct sock *s, struct sock_call call,
				  const void *buf, size_t len, int flags,
				  const struct endpoint *to)
{
	struct sock_io io = {
		.out = buf, .len = len, .flags = flags, .to = to, .want = len};

	return send_on(s, call, &io);
}

static PLAIN_APART long send_rest(struct sock *s, struct sock_call call,
				  const void *buf, size_t len, int flags,
				  size_t done)
{
	struct sock_io io = {.out = buf,
			     .len = len,
			     .flags = flags,
			     .want = len,
			     .done = done};

	count_plain(s, COPY_FROM_USER, (long)done);
	return send_on(s, call, &io);
}

/* After call_end() the socket may be gone. */
static inline long send_buf(struct sock *s, const void *buf, size_t len,
			    int flags, const struct endpoint *to)
{
	struct sock_call call = call_begin(s->file.stack);
	long n;

	if (UNLIKELY(!s->ops->plain_send) || UNLIKELY(!may_be_plain(s, flags)))
		return send_long(s, call, buf, len, flags, to);
	n = s->ops->plain_send(s, buf, len, to);
	if (LIKELY(n == (long)len) ||
	    (n <= 0 && n != SOCK_LONG_WAY && n != -EAGAIN)) {
		count_plain(s, COPY_FROM_USER, n);
		call_end(call);
		return n;
	}
	if (n >= 0)
		return send_rest(s, call, buf, len, flags, (size_t)n);
	return send_long(s, call, buf, len, flags, to);
}

long sock_send_buf(struct sock *s, const void *buf, size_t len, int flags,
		   const struct endpoint *to)
{
	return send_buf(s, buf, len, flags, to);
}

/* Within a call. */
static inline long plain_recv(struct sock *s, void *buf, size_t len, int flags,
			      struct endpoint *from, size_t *whole)
{
	long n;

	if (UNLIKELY(!s->ops->plain_recv) || UNLIKELY(!may_be_plain(s, flags)))
		return SOCK_LONG_WAY;
	n = s->ops->plain_recv(s, buf, len, from, whole);
	if (LIKELY(n > 0)) {
		count_plain(s, COPY_TO_USER, n);
		return n;
	}
	if (n == -EAGAIN && sock_may_block(s, flags))
		n = SOCK_LONG_WAY;
	if (n != SOCK_LONG_WAY)
		count_plain(s, COPY_TO_USER, n);
	return n;
}

long sock_plain_recv(struct sock *s, void *buf, size_t len, int flags,
		     struct endpoint *from, size_t *whole)
{
	struct sock_call call = call_begin(s->file.stack);
	long n = plain_recv(s, buf, len, flags, from, whole);

	call_end(call);
	return n;
}

static PLAIN_APART long recv_long(struct sock *s, struct sock_call call,
				  struct sock_io *io)
{
	long n;

	file_get(&s->file);
	call_end(call);
	if (io->from)
		*io->from = (struct endpoint){0};
	n = sock_recv(s, io);
	file_put(&s->file);
	return n;
}

static inline long recv_buf(struct sock *s, void *buf, size_t len, int flags,
			    struct endpoint *from)
{
	struct sock_call call = call_begin(s->file.stack);
	struct sock_io io;
	size_t whole;
	long n = plain_recv(s, buf, len, flags, from, &whole);

	if (UNLIKELY(n == SOCK_LONG_WAY)) {
		io = (struct sock_io){
			.in = buf, .len = len, .flags = flags, .from = from};
		return recv_long(s, call, &io);
	}
	call_end(call);
	if (n < 0 && from)
		*from = (struct endpoint){0};
	return n;
}

long sock_recv_buf(struct sock *s, void *buf, size_t len, int flags,
		   struct endpoint *from)
{
	return recv_buf(s, buf, len, flags, from);
}

/* What this message has put off is done before the next one, as if each had
 * been a call of its own. */
static inline struct sock_call next_call(struct sock_call call)
{
	if (list_is_empty(&call.stack->tasks))
		return call;
	call_end(call);
	return call_begin(call.stack);
}

static inline bool has_batches(const struct sock *s, int flags)
{
	return s->ops->type == SK_SOCK_DGRAM && may_be_plain(s, flags);
}

uint32_t sock_send_batch(struct sock *s, struct sk_mmsg *msgs, uint32_t count,
			 int flags, long *next)
{
	struct sock_call call;
	uint32_t i;

	*next = SOCK_LONG_WAY;
	if (!s->ops->plain_send || !has_batches(s, flags))
		return 0;
	call = call_begin(s->file.stack);
	for (i = 0; i < count; i++) {
		const struct sk_msg *m = &msgs[i].msg;
		long n = SOCK_LONG_WAY;

		if (sock_msg_is_buf(m) && !m->control_len)
			n = s->ops->plain_send(s, m->iov[0].base, m->iov[0].len,
					       m->has_name ? &m->name : NULL);
		if (n != SOCK_LONG_WAY && n != -EAGAIN) {
			count_plain(s, COPY_FROM_USER, n);
			*next = n;
		}
		if (n < 0)
			break;
		msgs[i].len = (uint32_t)n;
		*next = SOCK_LONG_WAY;
		call = next_call(call);
	}
	call_end(call);
	return i;
}

uint32_t sock_recv_batch(struct sock *s, struct sk_mmsg *msgs, uint32_t count,
			 int flags, long *next)
{
	struct sock_call call;
	size_t whole;
	uint32_t i;

	*next = SOCK_LONG_WAY;
	if (!has_batches(s, flags) || s->opts->is_changed)
		return 0;
	call = call_begin(s->file.stack);
	for (i = 0; i < count; i++) {
		struct sk_msg *m = &msgs[i].msg;

		if (!sock_msg_is_buf(m))
			break;
		*next = plain_recv(s, m->iov[0].base, m->iov[0].len, flags,
				   &m->name, &whole);
		if (*next < 0)
			break;
		sock_msg_fill(m, whole);
		msgs[i].len = (uint32_t)*next;
		*next = SOCK_LONG_WAY;
		call = next_call(call);
	}
	call_end(call);
	if (i < count && *next < 0 && *next != SOCK_LONG_WAY)
		msgs[i].msg.name = (struct endpoint){0};
	return i;
}

static inline int find(struct stack *stack, int fd, struct sock **s)
{
	const struct file_table *t = file_table_of(stack);
	struct file *file = file_table_at(t, (uint32_t)fd);

	if (UNLIKELY(!file))
		return -EBADF;
	*s = container_of(file, struct sock, file);
	return LIKELY(file->ops == &sock_file_ops) ? 0 : -ENOTSOCK;
}

HOT long sk_sendto(struct stack *stack, int fd, const void *buf, size_t len,
		   int flags, const struct endpoint *to)
{
	struct sock *s;
	int err = find(stack, fd, &s);

	return UNLIKELY(err) ? err : send_buf(s, buf, len, flags, to);
}

HOT long sk_send(struct stack *stack, int fd, const void *buf, size_t len,
		 int flags)
{
	return sk_sendto(stack, fd, buf, len, flags, NULL);
}

HOT long sk_recvfrom(struct stack *stack, int fd, void *buf, size_t len,
		     int flags, struct endpoint *from)
{
	struct sock *s;
	int err = find(stack, fd, &s);

	if (LIKELY(!err))
		return recv_buf(s, buf, len, flags, from);
	if (from)
		*from = (struct endpoint){0};
	return err;
}

HOT long sk_recv(struct stack *stack, int fd, void *buf, size_t len, int flags)
{
	return sk_recvfrom(stack, fd, buf, len, flags, NULL);
}
