/* SPDX-License-Identifier: MIT */
#ifndef SOCK_FILE_H
#define SOCK_FILE_H

/*
 * file.h - everything is a file: descriptors and what they stand for
 *
 * Theory of operation
 * ===================
 * A descriptor is a small number, a file is an object with a table of
 * functions and a wait queue, and several descriptors may stand for one file:
 *
 *	fd 3 --+
 *	       +--> struct file ---> ops: poll, read, write, release
 *	fd 5 --+      |  refs = 2
 *	              +---> wq: who waits for it
 *
 * Sockets, epoll sets, timers and event counters all are files, so all can be
 * polled and closed alike.  Whoever uses a file for longer than a moment holds
 * a reference: a blocked call does, and therefore a file closed under it goes
 * away only when the call has returned, as it is in Linux.
 *
 * When the last reference goes, every waiter is taken off the queue and told
 * WAIT_NVAL: an epoll set forgets a closed file by this and nothing else.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/waitq.h"

#include "sock/copies.h"

struct block;
struct file;
struct file_async;
struct stack;

/* Descriptors of a stack unless file_set_max() says otherwise. */
#define FILE_MAX_DEFAULT 65536

/* Octets where they lie. */
struct file_run {
	struct block *blk;
	size_t off, len;
};

/**
 * struct file_ops - what can be done with a file of one kind
 * @kind:	Its name, for people: "tcp", "epoll"
 * @poll:	(required) What it is ready for now: WAIT_xxx
 * @read:	(optional) Octets read, 0 at the end, -EAGAIN or -errno; does
 *		not block
 * @write:	(optional) Octets written, -EAGAIN or -errno; does not block
 * @ioctl:	(optional, else -ENOTTY) A question about it, as sk_ioctl()
 * @size:	(optional, else -EBADF) Its capacity in octets; @want 0: only
 *		say it
 * @lend:	(optional) Where the next octets lie, in up to @max runs: how
 *		many, 0 at the end, -EAGAIN or -errno
 * @lent:	(with @lend) The next @n octets are used up
 * @refer:	(optional) Take octets by reference to where they lie; @more
 *		follow at once.  Octets taken, -EAGAIN or -errno
 * @release:	(required) The last reference is gone: free it
 * @is_stream:	A write that may block goes on until all octets are written
 * @is_private:	It cannot be sent to others with SCM_RIGHTS
 */
struct file_ops {
	const char *kind;
	uint32_t (*poll)(struct file *file);
	long (*read)(struct file *file, void *buf, size_t len);
	long (*write)(struct file *file, const void *buf, size_t len);
	int (*ioctl)(struct file *file, unsigned long request, int *val);
	long (*size)(struct file *file, long want);
	long (*lend)(struct file *file, struct file_run *runs, size_t max);
	void (*lent)(struct file *file, size_t n);
	long (*refer)(struct file *file, const struct file_run *p, bool more);
	void (*release)(struct file *file);
	bool is_stream;
	bool is_private;
};

/**
 * struct file - something that descriptors stand for
 * @ops:	What can be done with it
 * @stack:	Whose it is
 * @wq:		Who waits for it
 * @refs:	Descriptors and calls under way that refer to it
 * @sleepers:	Of these, calls that are blocked
 * @async:	Who is told by signals, or NULL: nobody ever was
 * @copies:	How its octets moved, or NULL: all in the next two
 * @moved:	... in the ordinary ways, see copies.c
 * @calls:	... and how many calls did it
 * @flags:	SK_O_NONBLOCK, SK_O_ASYNC
 * @access:	SK_O_RDONLY, SK_O_WRONLY or SK_O_RDWR
 */
struct file {
	const struct file_ops *ops;
	struct stack *stack;
	struct waitq wq;
	uint32_t refs;
	uint32_t sleepers;
	struct file_async *async;
	struct sk_copies *copies;
	uint32_t moved[COPY_ORDINARY], calls;
	uint16_t flags;
	uint16_t access;
};

/* Fill in @file; it has one reference, the caller's. */
void file_init(struct file *file, struct stack *stack,
	       const struct file_ops *ops);

struct file *file_get(struct file *file);

/* Give a reference back; the last one releases.  May call back waiters. */
void file_put(struct file *file);

static inline uint32_t file_poll(struct file *file)
{
	return file->ops->poll(file);
}

/**
 * file_open() - Give a file the lowest free descriptor
 * @file:	Takes the caller's reference when it returns no error
 *
 * Return: the descriptor, -EMFILE (cap reached) or -ENOMEM
 */
int file_open(struct file *file);

/* As file_open(), the lowest free one not below @min. */
int file_open_from(struct file *file, int min); /* -EINVAL: beyond the cap */

/**
 * file_open_at() - Give a file one descriptor and no other
 * @fd:		Whatever was open there is closed first.  May call back waiters
 *
 * Return: @fd, -EBADF (beyond the cap), -ENOMEM; takes the reference as
 * file_open()
 */
int file_open_at(struct file *file, int fd);

/* Descriptors have a flag of their own, which copies do not share: to be closed
 * when the program becomes another one.  False: no such descriptor. */
bool file_is_cloexec(struct stack *stack, int fd);
void file_set_cloexec(struct stack *stack, int fd, bool is_on);

/* The program becomes another one: close what has that flag. */
void file_exec(struct stack *stack);

/* The file behind a descriptor, lent; NULL if there is none. */
struct file *file_find(struct stack *stack, int fd);

/* Let go of a descriptor.  0 or -EBADF.  May call back waiters. */
int file_close(struct stack *stack, int fd);

/* Call @fn for every open descriptor in order.  @fn may close this one. */
void file_for_each(struct stack *stack,
		   void (*fn)(int fd, struct file *file, void *arg), void *arg);

/* Cap on descriptors; those above it stay open. */
void file_set_max(struct stack *stack, uint32_t max);

/**
 * file_wait() - Block until a file is ready
 * @file:	Referred to during the call
 * @call:	Which call of the program blocks, for people
 * @events:	For what; errors and hang-ups always count
 * @until_ns:	At the latest, absolute; UINT64_MAX: for ever
 *
 * May block; must not be called within stack_enter().
 *
 * Return: 0 (ready, or no longer worth waiting for), -ETIMEDOUT, or
 * -EDEADLK: called from within an event, or nothing is left that could happen
 */
int file_wait(struct file *file, const char *call, uint32_t events,
	      uint64_t until_ns);

/* The same for work that one of several threads will do: of those that wait so
 * only one is woken at a time, and they take turns. */
int file_wait_turn(struct file *file, const char *call, uint32_t events,
		   uint64_t until_ns);

/* The same for who has seen that there is an error already, which is not his:
 * it does not end the wait at once. */
int file_wait_past(struct file *file, const char *call, uint32_t events,
		   uint64_t until_ns);

#endif /* SOCK_FILE_H */
