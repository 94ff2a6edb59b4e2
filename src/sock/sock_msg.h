/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_MSG_H
#define SOCK_SOCK_MSG_H

/*
 * sock_msg.h - messages: scattered octets with an address and ancillary data
 *
 * Part of sock.h, which is the file to include.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "sock/abi.h"

struct stack;

/**
 * struct sk_msg - a message, to be sent or received
 * @has_name:	Send: @name (or @ll) says to whom; receive: from whom is known
 * @name:	The other end
 * @ll:		The same, of a packet socket
 * @iov:	Pieces, @iov_count of them
 * @control:	Ancillary data as Linux lays it out: struct sk_cmsghdr and
 *		what follows
 * @control_len: Octets of it; receive: the room, and afterwards what is used
 * @flags:	Receive: filled in with SK_MSG_TRUNC, CTRUNC, OOB, ERRQUEUE
 */
struct sk_msg {
	bool has_name;
	struct endpoint name;
	struct sk_ll ll;
	const struct sk_iovec *iov;
	size_t iov_count;
	void *control;
	size_t control_len;
	int flags;
};

/**
 * sk_sendmsg() - Send scattered octets
 * @msg:	Ancillary data may be IP_PKTINFO, IP_TTL, IP_TOS,
 *		IPV6_PKTINFO, IPV6_HOPLIMIT, IPV6_TCLASS, UDP_SEGMENT and, of
 *		socketpairs, SCM_RIGHTS
 * @flags:	As sk_send()
 *
 * May block.
 *
 * Return: as sk_sendto(); -EINVAL (ancillary data that cannot be, or too
 * many pieces)
 */
long sk_sendmsg(struct stack *stack, int fd, const struct sk_msg *msg,
		int flags);

/**
 * sk_recvmsg() - Receive into scattered octets
 * @msg:	What options have asked for comes as ancillary data
 * @flags:	As sk_recv(); SK_MSG_ERRQUEUE, SK_MSG_CMSG_CLOEXEC
 *
 * May block.
 *
 * Return: as sk_recv()
 */
long sk_recvmsg(struct stack *stack, int fd, struct sk_msg *msg, int flags);

/* A message of several; @len: octets sent or received. */
struct sk_mmsg {
	struct sk_msg msg;
	uint32_t len;
};

/**
 * sk_sendmmsg() - Send several messages
 *
 * May block.
 *
 * Return: how many were sent; the first one's error if it is none
 */
int sk_sendmmsg(struct stack *stack, int fd, struct sk_mmsg *msgs,
		uint32_t count, int flags);

/**
 * sk_recvmmsg() - Receive several messages
 * @flags:	SK_MSG_WAITFORONE: block for the first one only
 * @timeout_ns:	Looked at after each message, as Linux does; negative: none
 *
 * May block.
 *
 * Return: how many have come; the first one's error if it is none
 */
int sk_recvmmsg(struct stack *stack, int fd, struct sk_mmsg *msgs,
		uint32_t count, int flags, int64_t timeout_ns);

/* Any file.  As sk_read() and sk_write(); -EINVAL (too many pieces). */
long sk_readv(struct stack *stack, int fd, const struct sk_iovec *iov,
	      size_t count);
long sk_writev(struct stack *stack, int fd, const struct sk_iovec *iov,
	       size_t count);

#endif /* SOCK_SOCK_MSG_H */
