/* SPDX-License-Identifier: MIT */
#ifndef WEFT_RING_H
#define WEFT_RING_H

/*
 * ring.h - completions: say what is to be done, and hear when it is done
 *
 *	struct weft_ring *ring = weft_ring_new(stack, 64);
 *	struct weft_sqe *sqe = weft_ring_sqe(ring);	 prepare
 *
 *	weft_ring_prep_recv(sqe, fd, buf, sizeof(buf), 0);
 *	sqe->user_data = 1;
 *	weft_ring_submit(ring);				 submit
 *	weft_ring_wait(ring, 1, NULL);			 wait
 *	cqe = weft_ring_peek(ring);
 *	... cqe->user_data, cqe->res octets are in buf ...
 *	weft_ring_seen(ring, 1);			 seen
 *
 * When a completion comes, both phases of the operation, waiting and copying,
 * are over.  Each entry completes exactly once; one with WEFT_SQE_MULTISHOT
 * any number of times with WEFT_CQE_MORE and then once without.  Errors are
 * completions, too: res is -errno.
 *
 * Operations wait whatever O_NONBLOCK says, unless MSG_DONTWAIT is given.
 * Memory that an entry points to must stay until its last completion.  Closing
 * a descriptor does not end operations on it: cancel them.
 *
 * A ring is one thread's at a time, whatever threads use its stack.
 *
 * A full completion queue loses nothing: what does not fit waits, is counted,
 * and comes in order when there is room; only what is multishot ends.
 *
 * Part of weft.h; include that.
 */

#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weft_ring;

/* What can be done; weft_ring_prep_xxx() sees to the rest of the entry. */
enum weft_ring_op {
	WEFT_RING_NOP,
	WEFT_RING_ACCEPT,
	WEFT_RING_CONNECT,
	WEFT_RING_SEND,
	WEFT_RING_RECV,
	WEFT_RING_SENDMSG,
	WEFT_RING_RECVMSG,
	WEFT_RING_READ,
	WEFT_RING_WRITE,
	WEFT_RING_SHUTDOWN,
	WEFT_RING_CLOSE,
	WEFT_RING_POLL,
	WEFT_RING_TIMEOUT,
	WEFT_RING_LINK_TIMEOUT,
	WEFT_RING_CANCEL,
	WEFT_RING_SPLICE,
	WEFT_RING_SENDFILE,
};

/* Flags of an entry, to be or'ed to sqe->flags once it is prepared. */
#define WEFT_SQE_LINK	   1  /* the next begins when this has succeeded */
#define WEFT_SQE_HARDLINK  2  /* the next begins when this is done */
#define WEFT_SQE_BUFFER	   4  /* receive into a buffer of sqe->group */
#define WEFT_SQE_MULTISHOT 8  /* accept, receive, poll: again and again */
#define WEFT_SQE_QUIET	   16 /* no completion if it succeeds */

/* Flags of a completion. */
#define WEFT_CQE_BUFFER	      1 /* see WEFT_CQE_BUFFER_ID() */
#define WEFT_CQE_MORE	      2 /* the entry will complete again */
#define WEFT_CQE_BUFFER_ID(f) ((f) >> 16)

#define WEFT_RING_CANCEL_FD   1 /* what uses a descriptor */
#define WEFT_RING_CANCEL_ANY  2 /* everything */
#define WEFT_RING_CANCEL_ALL  4 /* all that match, not only the oldest */
#define WEFT_RING_TIMEOUT_ABS 1 /* on the stack's clock, weft_now() */

/**
 * struct weft_sqe - something to be done
 * @op:		enum weft_ring_op
 * @flags:	WEFT_SQE_xxx
 * @group:	With WEFT_SQE_BUFFER: group of buffers
 * @fd:		Descriptor
 * @addr:	Memory
 * @addr2:	More of it
 * @len:	Octets, events or a count
 * @off:	Nanoseconds, or user data of another entry
 * @fd2:	Another descriptor
 * @arg:	Flags of the operation
 * @user_data:	Comes back in the completion
 */
struct weft_sqe {
	uint8_t op;
	uint8_t flags;
	uint16_t group;
	int32_t fd;
	void *addr;
	void *addr2;
	uint64_t len;
	uint64_t off;
	int32_t fd2;
	uint32_t arg;
	uint64_t user_data;
};

/**
 * struct weft_cqe - something was done
 * @user_data:	That of its entry
 * @res:	What the call would have returned, or -errno
 * @flags:	WEFT_CQE_xxx
 */
struct weft_cqe {
	uint64_t user_data;
	int32_t res;
	uint32_t flags;
};

/**
 * weft_ring_new() - A ring
 * @stack:	Whose descriptors it is for
 * @entries:	Size of the submission queue, at most 32768, rounded up to a
 *		power of two; the completion queue is twice as large
 *
 * Return: the ring; NULL: EINVAL, EMFILE, ENOMEM
 */
WEFT_API struct weft_ring *weft_ring_new(struct weft_stack *stack,
					 unsigned int entries);

/**
 * weft_ring_free() - Cancel everything and free the ring
 * @ring:	NULL is fine.  Rings that are left when their stack goes are freed
 *		with it
 */
WEFT_API void weft_ring_free(struct weft_ring *ring);

/**
 * weft_ring_fd() - The ring's descriptor
 * @ring:	Which
 *
 * It is readable while there are completions: for poll and epoll.
 *
 * Return: the descriptor
 */
WEFT_API int weft_ring_fd(const struct weft_ring *ring);

/**
 * weft_ring_sqe() - A free entry of the submission queue
 * @ring:	Which
 *
 * Return: the entry, zeroed, until weft_ring_submit(); NULL: the queue is full
 */
WEFT_API struct weft_sqe *weft_ring_sqe(struct weft_ring *ring);

/**
 * weft_ring_submit() - Hand over all prepared entries
 * @ring:	Which
 *
 * What can be done at once is done, and has completed when this returns.
 *
 * Return: how many were taken; others stay prepared; -1 if it is none: EBUSY
 * (too many operations are under way), ENOMEM
 */
WEFT_API int weft_ring_submit(struct weft_ring *ring);

/**
 * weft_ring_wait() - Wait for completions
 * @ring:	Which
 * @count:	Until there are so many
 * @timeout:	At most so long; NULL: for ever
 *
 * May block.
 *
 * Return: how many there are; -1: ETIME (fewer than @count), EINVAL
 * (@timeout), EDEADLK
 */
WEFT_API int weft_ring_wait(struct weft_ring *ring, unsigned int count,
			    const struct timespec *timeout);

/**
 * weft_ring_peek() - The oldest completion
 * @ring:	Which
 *
 * Return: the completion, until it is seen; NULL: there is none
 */
WEFT_API const struct weft_cqe *weft_ring_peek(struct weft_ring *ring);

/**
 * weft_ring_peek_at() - A completion
 * @ring:	Which
 * @index:	How many are older
 *
 * Return: as weft_ring_peek()
 */
WEFT_API const struct weft_cqe *weft_ring_peek_at(struct weft_ring *ring,
						  unsigned int index);

/**
 * weft_ring_seen() - Have done with the oldest completions
 * @ring:	Which
 * @count:	How many
 */
WEFT_API void weft_ring_seen(struct weft_ring *ring, unsigned int count);

/**
 * struct weft_ring_stat - what a ring has to do
 * @size:	sizeof(struct weft_ring_stat), set by the program
 * @submitted:	Entries taken
 * @completed:	Completions told
 * @overflowed:	Of these, such as had to wait for room
 * @prepared:	Entries not submitted yet
 * @running:	Operations under way
 * @ready:	Completions to be seen
 * @spilled:	Completions that wait for room
 */
struct weft_ring_stat {
	size_t size;
	uint64_t submitted;
	uint64_t completed;
	uint64_t overflowed;
	uint32_t prepared;
	uint32_t running;
	uint32_t ready;
	uint32_t spilled;
};

/**
 * weft_ring_stat() - Count what a ring has to do
 * @ring:	Which
 * @stat:	Filled in
 *
 * Return: 0; -1: EINVAL (its size)
 */
WEFT_API int weft_ring_stat(const struct weft_ring *ring,
			    struct weft_ring_stat *stat);

#ifdef __cplusplus
}
#endif

#include <weft/ring_move.h>
#include <weft/ring_prep.h>

#endif /* WEFT_RING_H */
