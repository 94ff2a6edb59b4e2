/* SPDX-License-Identifier: MIT */
#ifndef WEFT_RING_PREP_H
#define WEFT_RING_PREP_H

/*
 * ring_prep.h - preparing operations that move none
 *
 * Part of ring.h.
 */

#include <stdint.h>
#include <weft/ring.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * weft_ring_prep_shutdown() - Prepare: end one direction
 * @sqe:	The entry
 * @fd:		A socket
 * @how:	SHUT_RD, SHUT_WR, SHUT_RDWR
 *
 * Completes with 0, at once.
 */
WEFT_API void weft_ring_prep_shutdown(struct weft_sqe *sqe, int fd, int how);

/**
 * weft_ring_prep_close() - Prepare: let go of a descriptor
 * @sqe:	The entry
 * @fd:		Any descriptor
 *
 * Completes with 0, at once; never lingers.
 */
WEFT_API void weft_ring_prep_close(struct weft_sqe *sqe, int fd);

/**
 * weft_ring_prep_poll() - Prepare: wait until something is ready
 * @sqe:	The entry; with WEFT_SQE_MULTISHOT at every event
 * @fd:		Any descriptor but a ring's
 * @events:	POLLIN, POLLOUT, ...
 *
 * Completes with what is ready.
 */
WEFT_API void weft_ring_prep_poll(struct weft_sqe *sqe, int fd,
				  unsigned int events);

/**
 * weft_ring_prep_timeout() - Prepare: let time pass
 * @sqe:	The entry
 * @ns:		How much, or with WEFT_RING_TIMEOUT_ABS until when
 * @count:	Not longer than until so many others have completed; 0: whatever
 *		they do
 * @flags:	WEFT_RING_TIMEOUT_ABS, or 0
 *
 * Completes with -ETIME when the time is over; with 0 when @count is reached.
 */
WEFT_API void weft_ring_prep_timeout(struct weft_sqe *sqe, uint64_t ns,
				     unsigned int count, unsigned int flags);

/**
 * weft_ring_prep_link_timeout() - Prepare: a limit for the entry in front
 * @sqe:	The entry; that in front of it has WEFT_SQE_LINK
 * @ns:		As weft_ring_prep_timeout()
 * @flags:	As weft_ring_prep_timeout()
 *
 * When the time is over the operation in front completes with -ECANCELED, and
 * this with -ETIME; when that was faster, this with -ECANCELED.
 */
WEFT_API void weft_ring_prep_link_timeout(struct weft_sqe *sqe, uint64_t ns,
					  unsigned int flags);

/**
 * weft_ring_prep_cancel() - Prepare: cancel an operation
 * @sqe:	The entry
 * @user_data:	That of the operation
 * @flags:	WEFT_RING_CANCEL_ALL, WEFT_RING_CANCEL_ANY
 *
 * The operation completes with -ECANCELED, unless it has completed already; it
 * has done nothing then.  This completes with 0, or -ENOENT: there is none;
 * with a flag, with how many there were.
 */
WEFT_API void weft_ring_prep_cancel(struct weft_sqe *sqe, uint64_t user_data,
				    unsigned int flags);

/**
 * weft_ring_prep_cancel_fd() - Prepare: cancel what waits for a descriptor
 * @sqe:	The entry
 * @fd:		The descriptor
 * @flags:	As weft_ring_prep_cancel()
 *
 * Completes as weft_ring_prep_cancel(); -EBADF.
 */
WEFT_API void weft_ring_prep_cancel_fd(struct weft_sqe *sqe, int fd,
				       unsigned int flags);

/**
 * weft_ring_prep_splice() - Prepare: move octets into a pipe, or out of one
 * @sqe:	The entry
 * @in:		As weft_splice(); from its position, if it has one
 * @out:	As weft_splice()
 * @len:	At most so many
 * @flags:	SPLICE_F_MORE, SPLICE_F_MOVE
 *
 * Completes with the octets moved.
 */
WEFT_API void weft_ring_prep_splice(struct weft_sqe *sqe, int in, int out,
				    size_t len, unsigned int flags);

/**
 * weft_ring_prep_sendfile() - Prepare: send a file in memory
 * @sqe:	The entry
 * @out:	As weft_sendfile()
 * @in:		A file in memory; from its position on
 * @len:	At most so many
 *
 * Completes with the octets when all are sent, or the file has ended.
 */
WEFT_API void weft_ring_prep_sendfile(struct weft_sqe *sqe, int out, int in,
				      size_t len);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_RING_PREP_H */
