/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_PLAIN_H
#define SOCK_SOCK_PLAIN_H

/*
 * sock_plain.h - one buffer, no ancillary data: what nearly all calls are
 */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock/abi.h"
#include "sock/sock_msg.h"

struct endpoint;
struct file_ops;
struct sock;
struct sock_io;

extern const struct file_ops
	sock_file_ops; /* a file that has them is a socket */

/* What struct sock_ops.plain_send and plain_recv say when they did nothing, and
 * the call has to go the long way. */
#define SOCK_LONG_WAY LONG_MIN

/* As sk_sendto() and sk_recvfrom(), for a socket that is found.  @whole, which
 * may be NULL: how long a datagram was, however much room there was. */
long sock_send_buf(struct sock *s, const void *buf, size_t len, int flags,
		   const struct endpoint *to);
long sock_recv_buf(struct sock *s, void *buf, size_t len, int flags,
		   struct endpoint *from);

/* Of these only the first step, which does not wait; SOCK_LONG_WAY: nothing was
 * done.  The caller refers to the file: the call may set off its closing.
 * @from and @whole are filled in when it returns no error. */
long sock_plain_recv(struct sock *s, void *buf, size_t len, int flags,
		     struct endpoint *from, size_t *whole);

/**
 * sock_send_batch() - Send datagrams until one is not plain
 * @s:		The caller refers to its file
 * @msgs:	Those that are sent have their len filled in
 * @next:	What became of the one after these: an error, or SOCK_LONG_WAY:
 *		nothing yet.  Not looked at if all were sent
 *
 * Return: how many were sent
 */
uint32_t sock_send_batch(struct sock *s, struct sk_mmsg *msgs, uint32_t count,
			 int flags, long *next);

/* The same for receiving. */
uint32_t sock_recv_batch(struct sock *s, struct sk_mmsg *msgs, uint32_t count,
			 int flags, long *next);

/* A message that is one buffer. */
static inline bool sock_msg_is_buf(const struct sk_msg *msg)
{
	return msg->iov_count == 1 && msg->iov[0].len <= LONG_MAX;
}

/* It was received into the buffer, and there is nothing else to say of it. */
static inline void sock_msg_fill(struct sk_msg *msg, size_t whole)
{
	msg->ll = (struct sk_ll){0};
	msg->has_name = msg->name.addr.family;
	msg->flags = whole > msg->iov[0].len ? SK_MSG_TRUNC : 0;
	msg->control_len = 0;
}

/* sock_io.c: what is left when io->done octets are sent, by a call that has been
 * counted. */
long sock_send_rest(struct sock *s, struct sock_io *io);

#endif /* SOCK_SOCK_PLAIN_H */
