/* SPDX-License-Identifier: MIT */
#ifndef RUN_MSG_H
#define RUN_MSG_H

/*
 * msg.h - a message in a program's memory: what sendto(2), sendmsg(2) and
 *	   their kin point to
 */

#include <sys/uio.h>

#include "run/call.h"

/* Pieces of a message that are looked at, and octets of it. */
enum { MSG_PIECES = 64, MSG_OCTETS = 65536 };

/**
 * struct msg - where its parts are
 * @name:	Address of the socket address, 0: none
 * @name_len:	Its length, or the room for it
 * @name_len_at: Where the length is written after receiving, 0: nowhere
 * @flags_at:	Where struct msghdr.msg_flags is, 0: there is none
 * @control_len_at: Where struct msghdr.msg_controllen is, 0: there is none
 * @iov:	@count pieces, in the program's memory
 * @len:	Octets in all of them
 * @is_cut:	There were more than a datagram can have
 */
struct msg {
	uint64_t name;
	uint32_t name_len;
	uint64_t name_len_at, flags_at, control_len_at;
	struct iovec iov[MSG_PIECES];
	size_t count, len;
	bool is_cut;
};

/* Copy the octets from and to the program; 0 or -EFAULT, -EPERM. */
int msg_read(const struct call *call, const struct msg *m, void *buf);
int msg_write(const struct call *call, const struct msg *m, const void *buf,
	      size_t len);

/* Say from whom it was, and with which flags.  0 or -errno. */
int msg_write_rest(const struct call *call, const struct msg *m,
		   const struct endpoint *from, int flags);

#endif /* RUN_MSG_H */
