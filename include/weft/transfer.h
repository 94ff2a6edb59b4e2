/* SPDX-License-Identifier: MIT */
#ifndef WEFT_TRANSFER_H
#define WEFT_TRANSFER_H

/*
 * transfer.h - octets and messages, in and out
 *
 * What is common to all calls stands in socket.h.  Part of weft.h; include
 * that.
 */

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * weft_send() - Send octets, or a datagram, to the peer
 * @stack:	Whose
 * @fd:		The socket
 * @buf:	The octets, lent
 * @len:	How many
 * @flags:	MSG_DONTWAIT, MSG_MORE, MSG_OOB, MSG_NOSIGNAL, MSG_CONFIRM;
 *		MSG_ZEROCOPY (with SO_ZEROCOPY): @buf is lent until a notice in
 *		the error queue says otherwise.  Up to 64 KB of a stream are
 *		not copied; else the notice has SO_EE_CODE_ZEROCOPY_COPIED
 *
 * May block.
 *
 * Return: octets taken; -1: EAGAIN, EPIPE, ENOTCONN, EDESTADDRREQ, EMSGSIZE,
 * EDEADLK, a pending error, EBADF, ENOTSOCK
 */
WEFT_API ssize_t weft_send(struct weft_stack *stack, int fd, const void *buf,
			   size_t len, int flags);

/**
 * weft_sendto() - Send a datagram to somebody
 * @stack:	Whose
 * @fd:		The socket
 * @buf:	As weft_send()
 * @len:	As weft_send()
 * @flags:	As weft_send(); MSG_FASTOPEN on a stream that is not connected
 *		connects with data (RFC 7413)
 * @addr:	To whom, or NULL
 * @addrlen:	Octets of @addr
 *
 * May block.
 *
 * Return: as weft_send()
 */
WEFT_API ssize_t weft_sendto(struct weft_stack *stack, int fd, const void *buf,
			     size_t len, int flags, const struct sockaddr *addr,
			     socklen_t addrlen);

/**
 * weft_sendmsg() - Send scattered octets with ancillary data
 * @stack:	Whose
 * @fd:		The socket
 * @msg:	Ancillary data may be IP_PKTINFO, IP_TTL, IP_TOS, IPV6_PKTINFO,
 *		IPV6_HOPLIMIT, IPV6_TCLASS, UDP_SEGMENT; of socketpairs
 *		SCM_RIGHTS
 * @flags:	As weft_send()
 *
 * May block.
 *
 * Return: as weft_send(); -1: EINVAL too (ancillary data that cannot be)
 */
WEFT_API ssize_t weft_sendmsg(struct weft_stack *stack, int fd,
			      const struct msghdr *msg, int flags);

struct mmsghdr;

/**
 * weft_sendmmsg() - Send several messages
 * @stack:	Whose
 * @fd:		The socket
 * @msgs:	As weft_sendmsg(); msg_len is filled in
 * @count:	How many
 * @flags:	As weft_send()
 *
 * May block.
 *
 * Return: how many were sent; -1 if it is none, as weft_sendmsg()
 */
WEFT_API int weft_sendmmsg(struct weft_stack *stack, int fd,
			   struct mmsghdr *msgs, unsigned int count, int flags);

/**
 * weft_recv() - Receive octets, or a datagram
 * @stack:	Whose
 * @fd:		The socket
 * @buf:	Where to
 * @len:	Room
 * @flags:	MSG_DONTWAIT, MSG_OOB, MSG_PEEK, MSG_TRUNC, MSG_WAITALL
 *
 * May block.
 *
 * Return: octets; 0 at the end of a stream or for an empty datagram; -1:
 * EAGAIN, ENOTCONN, ECONNRESET, EDEADLK, another pending error, EBADF,
 * ENOTSOCK
 */
WEFT_API ssize_t weft_recv(struct weft_stack *stack, int fd, void *buf,
			   size_t len, int flags);

/**
 * weft_recvfrom() - Receive, and hear from whom
 * @stack:	Whose
 * @fd:		The socket
 * @buf:	As weft_recv()
 * @len:	As weft_recv()
 * @flags:	As weft_recv()
 * @addr:	Filled in with who sent it, or NULL
 * @addrlen:	Room in @addr, and afterwards its octets
 *
 * May block.
 *
 * Return: as weft_recv()
 */
WEFT_API ssize_t weft_recvfrom(struct weft_stack *stack, int fd, void *buf,
			       size_t len, int flags, struct sockaddr *addr,
			       socklen_t *addrlen);

/**
 * weft_recvmsg() - Receive into scattered octets, with ancillary data
 * @stack:	Whose
 * @fd:		The socket
 * @msg:	What options have asked for comes as ancillary data: addresses,
 *		hop limits, times, errors (MSG_ERRQUEUE), descriptors
 * @flags:	As weft_recv(); MSG_ERRQUEUE, MSG_CMSG_CLOEXEC
 *
 * May block.
 *
 * Return: as weft_recv()
 */
WEFT_API ssize_t weft_recvmsg(struct weft_stack *stack, int fd,
			      struct msghdr *msg, int flags);

/**
 * weft_recvmmsg() - Receive several messages
 * @stack:	Whose
 * @fd:		The socket
 * @msgs:	As weft_recvmsg(); msg_len is filled in
 * @count:	How many at most
 * @flags:	As weft_recvmsg(); MSG_WAITFORONE: wait for the first one only
 * @timeout:	Looked at after each message, as Linux does; NULL: none
 *
 * May block.
 *
 * Return: how many have come; -1 if it is none, as weft_recv()
 */
WEFT_API int weft_recvmmsg(struct weft_stack *stack, int fd,
			   struct mmsghdr *msgs, unsigned int count, int flags,
			   struct timespec *timeout);

/**
 * weft_read() - Read from any descriptor
 * @stack:	Whose
 * @fd:		Socket, pipe, timer or event counter
 * @buf:	Where to
 * @len:	Room
 *
 * May block.
 *
 * Return: octets, 0 at the end; -1: as weft_recv(), EINVAL
 */
WEFT_API ssize_t weft_read(struct weft_stack *stack, int fd, void *buf,
			   size_t len);

/**
 * weft_write() - Write to any descriptor
 * @stack:	Whose
 * @fd:		Socket, pipe or event counter
 * @buf:	The octets, lent
 * @len:	How many
 *
 * May block.
 *
 * Return: octets taken; -1: as weft_send(), EINVAL
 */
WEFT_API ssize_t weft_write(struct weft_stack *stack, int fd, const void *buf,
			    size_t len);

/**
 * weft_readv() - Read into scattered octets
 * @stack:	Whose
 * @fd:		Any descriptor
 * @iov:	Where to, piece by piece
 * @count:	Pieces, at most 1024
 *
 * May block.
 *
 * Return: as weft_read()
 */
WEFT_API ssize_t weft_readv(struct weft_stack *stack, int fd,
			    const struct iovec *iov, int count);

/**
 * weft_writev() - Write scattered octets
 * @stack:	Whose
 * @fd:		Any descriptor
 * @iov:	Pieces
 * @count:	How many, at most 1024
 *
 * May block.
 *
 * Return: as weft_write()
 */
WEFT_API ssize_t weft_writev(struct weft_stack *stack, int fd,
			     const struct iovec *iov, int count);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_TRANSFER_H */
