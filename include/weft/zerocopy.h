/* SPDX-License-Identifier: MIT */
#ifndef WEFT_ZEROCOPY_H
#define WEFT_ZEROCOPY_H

/*
 * zerocopy.h - sending a file in four ways, and counting what each copies
 *
 *	read, write		file -> program -> socket	two copies
 *	weft_lend, write	program -> socket		one
 *	weft_sendfile		file -> socket			none
 *	weft_splice		file -> pipe -> socket		none
 *
 * To these come the two that no program sees: from where the file is stored to
 * memory, and from the socket to the wire.
 *
 * MSG_ZEROCOPY (with SO_ZEROCOPY) sends a program's own memory where it lies;
 * weft_recv_lend() reads received octets where they lie.
 *
 * Part of weft.h; include that.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * weft_memfile() - A file in memory
 * @stack:	Whose
 * @path:	A file of the operating system whose contents it gets; NULL: none
 *
 * It is to a stack what the page cache is to a kernel; weft_read(),
 * weft_write() and weft_lseek() work on it.
 *
 * Return: its descriptor; -1: EMFILE, ENOMEM, as open(2) and read(2)
 */
WEFT_API int weft_memfile(struct weft_stack *stack, const char *path);

/**
 * weft_lseek() - Move the position in a file in memory
 * @stack:	Whose
 * @fd:		The file
 * @off:	Octets; not beyond the end
 * @whence:	SEEK_SET, SEEK_CUR, SEEK_END
 *
 * Return: the position; -1: EBADF, EINVAL, ESPIPE
 */
WEFT_API off_t weft_lseek(struct weft_stack *stack, int fd, off_t off,
			  int whence);

/**
 * weft_lend() - Where octets of a file in memory lie
 * @stack:	Whose
 * @fd:		The file
 * @off:	From there on
 * @len:	Filled in with how many lie there together
 *
 * What mmap(2) is to a kernel: nothing is copied.  They stay until the file is
 * written to or closed.
 *
 * Return: their address; NULL: there are none
 */
WEFT_API const void *weft_lend(struct weft_stack *stack, int fd, off_t off,
			       size_t *len);

/**
 * weft_sendfile() - Send a file in memory
 * @stack:	Whose
 * @out:	Where to; a stream or a pipe refers to the octets, others copy
 * @in:		A file in memory
 * @off:	From there on, and afterwards where it ended; NULL: from its
 *		position, which moves
 * @len:	At most so many
 *
 * May block.
 *
 * Return: octets, fewer at the end of the file; -1: EAGAIN, EBADF, EINVAL,
 * ENOMEM, EDEADLK, as weft_send()
 */
WEFT_API ssize_t weft_sendfile(struct weft_stack *stack, int out, int in,
			       off_t *off, size_t len);

/**
 * weft_splice() - Move octets into a pipe or out of one, without a copy
 * @stack:	Whose
 * @in:		A pipe, a stream, or a file in memory
 * @off_in:	As weft_sendfile(); NULL for what has no position
 * @out:	A pipe, a stream; one of both is a pipe
 * @off_out:	NULL
 * @len:	At most so many
 * @flags:	SPLICE_F_MOVE, SPLICE_F_NONBLOCK, SPLICE_F_MORE
 *
 * May block.
 *
 * Return: octets, 0: the end; -1: EAGAIN, EBADF, EINVAL, ESPIPE, EPIPE, ENOMEM,
 * EDEADLK
 */
WEFT_API ssize_t weft_splice(struct weft_stack *stack, int in, off_t *off_in,
			     int out, off_t *off_out, size_t len,
			     unsigned int flags);

/**
 * weft_recv_lend() - Received octets of a stream, where they lie
 * @stack:	Whose
 * @fd:		A stream, or the end of a pipe that reads
 * @iov:	Filled in, in order; to be read only
 * @count:	Room in it; at most 16 are used
 *
 * They stay, and are lent again, until weft_recv_done().
 *
 * May block.
 *
 * Return: pieces; 0 at the end; -1: EINVAL, as weft_recv()
 */
WEFT_API int weft_recv_lend(struct weft_stack *stack, int fd, struct iovec *iov,
			    int count);

/**
 * weft_recv_done() - Have done with octets that were lent
 * @stack:	Whose
 * @fd:		As weft_recv_lend()
 * @len:	The first so many
 *
 * Return: 0; -1: EBADF, EINVAL (more than were lent)
 */
WEFT_API int weft_recv_done(struct weft_stack *stack, int fd, size_t len);

/**
 * struct weft_copies - how octets moved
 * @size:	sizeof(struct weft_copies), set by the program
 * @from_user:	Octets copied from the program's memory: send, write
 * @to_user:	... into it: receive, read
 * @inside:	... from one buffer of the stack to another
 * @from_device: ... into the memory of a file, from where it is stored
 * @to_wire:	... handed to interfaces, headers and all; of a stack only
 * @referred:	Not copied: sendfile, splice, MSG_ZEROCOPY
 * @lent:	Not copied: read where they lie
 * @calls:	Calls that moved octets: each enters the stack and leaves it
 */
struct weft_copies {
	size_t size;
	uint64_t from_user;
	uint64_t to_user;
	uint64_t inside;
	uint64_t from_device;
	uint64_t to_wire;
	uint64_t referred;
	uint64_t lent;
	uint64_t calls;
};

/**
 * weft_copies() - Count how octets have moved
 * @stack:	Whose
 * @fd:		A descriptor; -1: the whole stack, ever
 * @copies:	Filled in
 *
 * Return: 0; -1: EBADF, EINVAL (its size)
 */
WEFT_API int weft_copies(struct weft_stack *stack, int fd,
			 struct weft_copies *copies);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_ZEROCOPY_H */
