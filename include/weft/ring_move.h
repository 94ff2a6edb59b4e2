/* SPDX-License-Identifier: MIT */
#ifndef WEFT_RING_MOVE_H
#define WEFT_RING_MOVE_H

/*
 * ring_move.h - preparing operations that connect, and move octets
 *
 * Part of ring.h.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <weft/ring.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * weft_ring_buffers() - Give buffers to receive into
 * @ring:	Which
 * @group:	Any number; sqe->group names it
 * @base:	@count buffers, one behind the other
 * @len:	Octets of each
 * @count:	How many
 * @first:	Number of the first, the next has the next; below 65536
 *
 * A receive with WEFT_SQE_BUFFER takes one when there is something to
 * receive, and its completion names it.  Give it again when it is read.
 * Without any, the receive ends with -ENOBUFS.
 *
 * Return: 0; -1: EINVAL, ENOBUFS (more than 65536 in a group), ENOMEM
 */
WEFT_API int weft_ring_buffers(struct weft_ring *ring, uint16_t group,
			       void *base, uint32_t len, unsigned int count,
			       unsigned int first);

/**
 * weft_ring_prep_nop() - Prepare: nothing
 * @sqe:	The entry
 *
 * Completes with 0 at once.
 */
WEFT_API void weft_ring_prep_nop(struct weft_sqe *sqe);

/**
 * weft_ring_prep_accept() - Prepare: take a connection
 * @sqe:	The entry; with WEFT_SQE_MULTISHOT every one that comes
 * @fd:		A listener
 * @addr:	Filled in with the other end, or NULL
 * @len:	Room in @addr, and afterwards its octets; or NULL
 * @flags:	SOCK_NONBLOCK, SOCK_CLOEXEC
 *
 * Completes with the new descriptor.
 */
WEFT_API void weft_ring_prep_accept(struct weft_sqe *sqe, int fd,
				    struct sockaddr *addr, socklen_t *len,
				    int flags);

/**
 * weft_ring_prep_connect() - Prepare: connect
 * @sqe:	The entry
 * @fd:		A socket
 * @addr:	Where to; read when it is submitted
 * @len:	Octets of @addr
 *
 * Completes with 0 when connected, or as weft_connect() fails.
 */
WEFT_API void weft_ring_prep_connect(struct weft_sqe *sqe, int fd,
				     const struct sockaddr *addr,
				     socklen_t len);

/**
 * weft_ring_prep_send() - Prepare: send
 * @sqe:	The entry
 * @fd:		A socket
 * @buf:	The octets
 * @len:	How many
 * @flags:	As weft_send(); MSG_WAITALL: complete when all are taken
 *
 * Completes with the octets taken.
 */
WEFT_API void weft_ring_prep_send(struct weft_sqe *sqe, int fd, const void *buf,
				  size_t len, int flags);

/**
 * weft_ring_prep_recv() - Prepare: receive
 * @sqe:	The entry; with WEFT_SQE_BUFFER, and that with
 *		WEFT_SQE_MULTISHOT
 * @fd:		A socket
 * @buf:	Where to; NULL with WEFT_SQE_BUFFER
 * @len:	Room; with WEFT_SQE_BUFFER 0: as much as is in the buffer
 * @flags:	As weft_recv(); MSG_WAITALL: complete when it is full
 *
 * Completes with the octets.
 */
WEFT_API void weft_ring_prep_recv(struct weft_sqe *sqe, int fd, void *buf,
				  size_t len, int flags);

/**
 * weft_ring_prep_sendmsg() - Prepare: send a message
 * @sqe:	The entry
 * @fd:		A socket
 * @msg:	As weft_sendmsg(); stays until completion
 * @flags:	As weft_sendmsg()
 *
 * Completes with the octets taken.
 */
WEFT_API void weft_ring_prep_sendmsg(struct weft_sqe *sqe, int fd,
				     const struct msghdr *msg, int flags);

/**
 * weft_ring_prep_recvmsg() - Prepare: receive a message
 * @sqe:	The entry
 * @fd:		A socket
 * @msg:	As weft_recvmsg(); stays until completion
 * @flags:	As weft_recvmsg()
 *
 * Completes with the octets.
 */
WEFT_API void weft_ring_prep_recvmsg(struct weft_sqe *sqe, int fd,
				     struct msghdr *msg, int flags);

/**
 * weft_ring_prep_read() - Prepare: read
 * @sqe:	The entry
 * @fd:		Any descriptor
 * @buf:	Where to
 * @len:	Room
 *
 * Completes with the octets.
 */
WEFT_API void weft_ring_prep_read(struct weft_sqe *sqe, int fd, void *buf,
				  size_t len);

/**
 * weft_ring_prep_write() - Prepare: write
 * @sqe:	The entry
 * @fd:		Any descriptor
 * @buf:	The octets
 * @len:	How many
 *
 * Completes with the octets taken.
 */
WEFT_API void weft_ring_prep_write(struct weft_sqe *sqe, int fd,
				   const void *buf, size_t len);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_RING_MOVE_H */
