// SPDX-License-Identifier: MIT
/*
 * ring_prep.c - filling in entries of a completion ring
 *
 * An entry keeps user data and group, if they were set before.
 */

#include <string.h>

#include "api/api_int.h"

static void prep(struct weft_sqe *sqe, enum weft_ring_op op, int fd)
{
	struct weft_sqe kept = *sqe;

	*sqe = (struct weft_sqe){.op = (uint8_t)op,
				 .group = kept.group,
				 .fd = fd,
				 .user_data = kept.user_data};
}

/* Octets; what is sent is only read from. */
static void prep_octets(struct weft_sqe *sqe, const void *buf, size_t len,
			int flags)
{
	memcpy(&sqe->addr, &buf, sizeof(buf));
	sqe->len = len;
	sqe->arg = (uint32_t)flags;
}

void weft_ring_prep_nop(struct weft_sqe *sqe)
{
	prep(sqe, WEFT_RING_NOP, -1);
}

void weft_ring_prep_accept(struct weft_sqe *sqe, int fd, struct sockaddr *addr,
			   socklen_t *len, int flags)
{
	prep(sqe, WEFT_RING_ACCEPT, fd);
	sqe->addr = addr;
	sqe->addr2 = len;
	sqe->arg = (uint32_t)flags;
}

void weft_ring_prep_connect(struct weft_sqe *sqe, int fd,
			    const struct sockaddr *addr, socklen_t len)
{
	prep(sqe, WEFT_RING_CONNECT, fd);
	prep_octets(sqe, addr, len, 0);
}

void weft_ring_prep_send(struct weft_sqe *sqe, int fd, const void *buf,
			 size_t len, int flags)
{
	prep(sqe, WEFT_RING_SEND, fd);
	prep_octets(sqe, buf, len, flags);
}

void weft_ring_prep_recv(struct weft_sqe *sqe, int fd, void *buf, size_t len,
			 int flags)
{
	prep(sqe, WEFT_RING_RECV, fd);
	prep_octets(sqe, buf, len, flags);
}

void weft_ring_prep_sendmsg(struct weft_sqe *sqe, int fd,
			    const struct msghdr *msg, int flags)
{
	prep(sqe, WEFT_RING_SENDMSG, fd);
	prep_octets(sqe, msg, 0, flags);
}

void weft_ring_prep_recvmsg(struct weft_sqe *sqe, int fd, struct msghdr *msg,
			    int flags)
{
	prep(sqe, WEFT_RING_RECVMSG, fd);
	prep_octets(sqe, msg, 0, flags);
}

void weft_ring_prep_read(struct weft_sqe *sqe, int fd, void *buf, size_t len)
{
	prep(sqe, WEFT_RING_READ, fd);
	prep_octets(sqe, buf, len, 0);
}

void weft_ring_prep_write(struct weft_sqe *sqe, int fd, const void *buf,
			  size_t len)
{
	prep(sqe, WEFT_RING_WRITE, fd);
	prep_octets(sqe, buf, len, 0);
}

void weft_ring_prep_shutdown(struct weft_sqe *sqe, int fd, int how)
{
	prep(sqe, WEFT_RING_SHUTDOWN, fd);
	sqe->len = (uint64_t)how;
}

void weft_ring_prep_close(struct weft_sqe *sqe, int fd)
{
	prep(sqe, WEFT_RING_CLOSE, fd);
}

void weft_ring_prep_poll(struct weft_sqe *sqe, int fd, unsigned int events)
{
	prep(sqe, WEFT_RING_POLL, fd);
	sqe->len = events;
}

void weft_ring_prep_timeout(struct weft_sqe *sqe, uint64_t ns,
			    unsigned int count, unsigned int flags)
{
	prep(sqe, WEFT_RING_TIMEOUT, -1);
	sqe->off = ns;
	sqe->len = count;
	sqe->arg = flags;
}

void weft_ring_prep_link_timeout(struct weft_sqe *sqe, uint64_t ns,
				 unsigned int flags)
{
	prep(sqe, WEFT_RING_LINK_TIMEOUT, -1);
	sqe->off = ns;
	sqe->arg = flags;
}

void weft_ring_prep_cancel(struct weft_sqe *sqe, uint64_t user_data,
			   unsigned int flags)
{
	prep(sqe, WEFT_RING_CANCEL, -1);
	sqe->off = user_data;
	sqe->arg = flags & ~(unsigned int)WEFT_RING_CANCEL_FD;
}

void weft_ring_prep_cancel_fd(struct weft_sqe *sqe, int fd, unsigned int flags)
{
	prep(sqe, WEFT_RING_CANCEL, fd);
	sqe->arg = flags | WEFT_RING_CANCEL_FD;
}

void weft_ring_prep_splice(struct weft_sqe *sqe, int in, int out, size_t len,
			   unsigned int flags)
{
	prep(sqe, WEFT_RING_SPLICE, out);
	sqe->fd2 = in;
	sqe->len = len;
	sqe->arg = flags;
}

void weft_ring_prep_sendfile(struct weft_sqe *sqe, int out, int in, size_t len)
{
	prep(sqe, WEFT_RING_SENDFILE, out);
	sqe->fd2 = in;
	sqe->len = len;
}
