/* SPDX-License-Identifier: MIT */
#ifndef IO_MEMFILE_H
#define IO_MEMFILE_H

/*
 * memfile.h - files in memory, and moving octets between files without copies
 */

#include <stddef.h>
#include <stdint.h>

struct stack;

/* Where octets come from: up to @len of them to @buf.  How many, 0: the end,
 * or -errno. */
typedef long memfile_fill_fn(void *arg, void *buf, size_t len);

/**
 * sk_memfile_create() - A file in memory
 * @flags:	SK_SOCK_CLOEXEC
 * @fill:	Its contents, asked for until the end; NULL: it is empty
 *
 * It is what the page cache is to a kernel: octets in counted blocks, to be
 * read and written at a position, lent, and sent by reference.
 *
 * Return: its descriptor, -EMFILE, -ENOMEM, what @fill failed with
 */
int sk_memfile_create(struct stack *stack, int flags, memfile_fill_fn *fill,
		      void *arg);

/* Move the position (SEEK_SET, CUR, END are 0, 1, 2), not beyond the end: it,
 * -EBADF, -EINVAL, -ESPIPE (not such a file). */
int64_t sk_lseek(struct stack *stack, int fd, int64_t off, int whence);

/**
 * sk_memfile_lend() - Where octets of a file lie
 * @off:	From there on
 * @len:	Filled in with how many lie there together; 0: the end
 *
 * They stay there until the file is written to, cut or closed.
 *
 * Return: their address; NULL: at the end, or not such a file
 */
const void *sk_memfile_lend(struct stack *stack, int fd, uint64_t off,
			    size_t *len);

/**
 * struct sk_splice - octets to be moved from one file to another
 * @in:		From where
 * @out:	To where
 * @off_in:	Files in memory: from there on, and afterwards where it
 *		ended; NULL: at the position, which moves
 * @len:	At most so many
 * @flags:	SK_SPLICE_xxx
 */
struct sk_splice {
	int in, out;
	int64_t *off_in;
	size_t len;
	unsigned int flags;
};

enum {
	SK_SPLICE_MOVE = 1, /* a wish, and always granted */
	SK_SPLICE_NONBLOCK = 2,
	SK_SPLICE_MORE = 4, /* more follows at once */
};

/**
 * sk_splice() - Move octets through a pipe by reference
 *
 * One of the two is a pipe.  The others may be streams and files in memory.
 *
 * May block.
 *
 * Return: octets, 0: the end; -EAGAIN, -EBADF, -EINVAL (no pipe, or a file
 * that cannot), -ESPIPE (@off_in of what has no position), -EPIPE, -ENOMEM,
 * -EDEADLK
 */
long sk_splice(struct stack *stack, const struct sk_splice *what);

/**
 * sk_sendfile() - Send a file in memory by reference
 *
 * @what->in is a file in memory, @what->out any file; what cannot take
 * references gets a copy.
 *
 * May block.
 *
 * Return: as sk_splice(); fewer octets than asked for at the end of the file
 */
long sk_sendfile(struct stack *stack, const struct sk_splice *what);

/**
 * sk_recv_lend() - Received octets of a stream, where they lie
 * @runs:	Filled in: addresses and lengths, in order
 * @max:	Room in it, at most 16 are used
 *
 * They stay until sk_recv_done().
 *
 * May block.
 *
 * Return: how many; 0 at the end; -EINVAL (not a stream), as sk_recv()
 */
struct sk_iovec;
long sk_recv_lend(struct stack *stack, int fd, struct sk_iovec *runs,
		  size_t max);

/* The first @n octets that lie there have been read.  0, -EBADF, -EINVAL. */
int sk_recv_done(struct stack *stack, int fd, size_t n);

#endif /* IO_MEMFILE_H */
