/* SPDX-License-Identifier: MIT */
#ifndef RUN_MSG_H
#define RUN_MSG_H

/*
 * msg.h - a message in a program's memory: what sendto(2), sendmsg(2) and
 *	   their kin point to
 */

#include <sys/uio.h>

#include "run/call.h"

/* Pieces of a message, as many as the kernel takes, and octets of it. */
enum { MSG_PIECES = 1024, MSG_OCTETS = 65536 };

/* Octets of ancillary data, and of an address. */
enum { MSG_CONTROL = 512, MSG_NAME = 128 };

/**
 * struct msg - where its parts are
 * @name:	Address of the socket address, 0: none
 * @name_len:	Its length, or the room for it
 * @name_len_at: Where the length is written after receiving, 0: nowhere
 * @flags_at:	Where struct msghdr.msg_flags is, 0: there is none
 * @control:	Address of the ancillary data
 * @control_len: Its length, or the room for it
 * @control_len_at: Where struct msghdr.msg_controllen is, 0: there is none
 * @iov:	@count pieces, in the program's memory
 * @len:	Octets in all of them
 * @is_cut:	There were more than a datagram can have
 */
struct msg {
	uint64_t name;
	uint32_t name_len;
	uint64_t name_len_at, flags_at;
	uint64_t control, control_len, control_len_at;
	struct iovec iov[MSG_PIECES];
	size_t count, len;
	bool is_cut;
};

/* Before an error of the socket's own is told: the kernel looks first whether
 * address and ancillary data of a message to be sent are there.  0, -EFAULT,
 * -EINVAL, -ENOBUFS. */
int msg_check(const struct call *call, const struct msg *m);

/* Copy the octets from and to the program; 0 or -EFAULT, -EPERM. */
int msg_read(const struct call *call, const struct msg *m, void *buf);
int msg_write(const struct call *call, const struct msg *m, const void *buf,
	      size_t len);

/**
 * struct msg_about - what is known of a message that has come
 * @name:	From whom, @name_len octets as programs have addresses
 * @control:	Ancillary data, @control_len octets
 * @flags:	MSG_TRUNC and the like
 * @wall_ns:	When it came, if SO_TIMESTAMP has asked for it
 * @whole_len:	How long it was before a filter has cut it off
 */
struct msg_about {
	uint8_t name[MSG_NAME];
	uint32_t name_len;
	uint8_t control[MSG_CONTROL];
	size_t control_len;
	int flags;
	uint64_t wall_ns;
	size_t whole_len;
};

/**
 * msg_give() - A message has come: the program gets it
 * @buf:	Its octets, as many as there are of @len
 * @len:	Its whole length
 * @flags:	Of the call: MSG_TRUNC, the answer is the whole length
 *
 * Return: the answer of the call, or -errno
 */
long msg_give(const struct call *call, const struct msg *m, const void *buf,
	      size_t len, struct msg_about *about, int flags);

/* May the call wait for a message, or for room? */
bool msg_may_wait(const struct call *call, int flags);

/* A pair of descriptors that keep messages apart: one end for the program, one
 * for us.  The answer of socket(2); if that is an error @d has ended. */
long desc_give_pair(struct call *call, struct desc *d, int type);

/* Parked calls are as if they came now. */
void msg_serve_parked(struct desc *d);

#endif /* RUN_MSG_H */
