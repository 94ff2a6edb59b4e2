// SPDX-License-Identifier: MIT
/*
 * msg.c - calls on scattered octets
 *
 * A datagram has to be in one piece, and so has what is received, for how much
 * it is becomes known only then: both go through a buffer of their own.  A
 * stream is sent piece by piece, each but the last with MSG_MORE, so that the
 * pieces share segments.
 */

#include <limits.h>
#include <string.h>

#include "api/api_int.h"
#include "api/sockaddr.h"
#include "sock/sock.h"

#define IOV_COUNT_MAX 1024
#define RECV_MAX      ((size_t)1 << 20) /* of a stream, in one call */
#define DGRAM_MAX     ((size_t)65536)

/* Octets in all, or -EINVAL. */
static long iov_len(const struct iovec *iov, size_t count)
{
	size_t i, sum = 0;

	if (count > IOV_COUNT_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		if (iov[i].iov_len > LONG_MAX - sum)
			return -EINVAL;
		sum += iov[i].iov_len;
	}
	return (long)sum;
}

static void gather(uint8_t *to, const struct iovec *iov, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (iov[i].iov_len)
			memcpy(to, iov[i].iov_base, iov[i].iov_len);
		to += iov[i].iov_len;
	}
}

static void scatter(const struct iovec *iov, size_t count, const uint8_t *from,
		    size_t len)
{
	size_t i;

	for (i = 0; i < count && len; i++) {
		size_t n = len < iov[i].iov_len ? len : iov[i].iov_len;

		if (n)
			memcpy(iov[i].iov_base, from, n);
		from += n;
		len -= n;
	}
}

static bool is_stream(struct stack *stack, int fd)
{
	int type = 0;

	sk_getsockopt_int(stack, fd, SK_SOL_SOCKET, SK_SO_TYPE, &type);
	return type == SK_SOCK_STREAM;
}

static long send_pieces(struct stack *stack, int fd, const struct iovec *iov,
			size_t count, int flags)
{
	long done = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		int more = i + 1 < count ? SK_MSG_MORE : 0;
		long n = sk_send(stack, fd, iov[i].iov_base, iov[i].iov_len,
				 flags | more);

		if (n < 0)
			return done ? done : n;
		done += n;
		if ((size_t)n < iov[i].iov_len)
			break;
	}
	return done;
}

static long send_whole(struct stack *stack, int fd, const struct msghdr *msg,
		       int flags, const struct endpoint *to)
{
	struct mem *mem = stack->place.env->mem;
	long len = iov_len(msg->msg_iov, msg->msg_iovlen);
	uint8_t *buf;

	if (len < 0)
		return len;
	if ((size_t)len > DGRAM_MAX)
		return -EMSGSIZE;
	buf = mem_alloc(mem, (size_t)len);
	if (!buf)
		return -ENOMEM;
	gather(buf, msg->msg_iov, msg->msg_iovlen);
	len = sk_sendto(stack, fd, buf, (size_t)len, flags, to);
	mem_free(mem, buf, (size_t)iov_len(msg->msg_iov, msg->msg_iovlen));
	return len;
}

ssize_t weft_sendmsg(struct weft_stack *ws, int fd, const struct msghdr *msg,
		     int flags)
{
	struct stack *stack = api_stack(ws);
	struct endpoint to;
	int err = 0;

	if (msg->msg_controllen)
		return api_result(-EOPNOTSUPP);
	if (iov_len(msg->msg_iov, msg->msg_iovlen) < 0)
		return api_result(-EINVAL);
	if (msg->msg_name)
		err = sockaddr_to_endpoint(msg->msg_name, msg->msg_namelen,
					   &to);
	if (err)
		return api_result(err);
	if (is_stream(stack, fd))
		return api_result(send_pieces(stack, fd, msg->msg_iov,
					      msg->msg_iovlen, flags));
	return api_result(
		send_whole(stack, fd, msg, flags, msg->msg_name ? &to : NULL));
}

/* Receive into one piece and hand it out. */
static long recv_whole(struct stack *stack, int fd, struct msghdr *msg,
		       int flags, struct endpoint *from)
{
	struct mem *mem = stack->place.env->mem;
	long want = iov_len(msg->msg_iov, msg->msg_iovlen), n;
	bool is_dgram = !is_stream(stack, fd);
	size_t room = (size_t)want < RECV_MAX ? (size_t)want : RECV_MAX;
	uint8_t *buf = mem_alloc(mem, room);

	if (!buf)
		return -ENOMEM;
	n = sk_recvfrom(stack, fd, buf, room,
			is_dgram ? flags | SK_MSG_TRUNC : flags, from);
	if (n > 0)
		scatter(msg->msg_iov, msg->msg_iovlen, buf,
			(size_t)n < room ? (size_t)n : room);
	mem_free(mem, buf, room);
	if (n > want) {
		msg->msg_flags = MSG_TRUNC;
		return flags & MSG_TRUNC ? n : want;
	}
	return n;
}

/* With TCP_INQ: how much more there is to read, or 1 if that is the end. */
static void put_inq(struct stack *stack, int fd, struct msghdr *msg)
{
	size_t room = msg->msg_controllen;
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int on = 0, left = 0;

	msg->msg_controllen = 0;
	if (sk_getsockopt_int(stack, fd, SK_IPPROTO_TCP, SK_TCP_INQ, &on) ||
	    !on || sk_ioctl(stack, fd, SK_FIONREAD, &left))
		return;
	if (!c || room < CMSG_SPACE(sizeof(left))) {
		msg->msg_flags |= MSG_CTRUNC;
		return;
	}
	if (!left && sk_ready(stack, fd) & WAIT_RDHUP)
		left = 1;
	c->cmsg_level = SK_IPPROTO_TCP;
	c->cmsg_type = SK_TCP_INQ;
	c->cmsg_len = CMSG_LEN(sizeof(left));
	memcpy(CMSG_DATA(c), &left, sizeof(left));
	msg->msg_controllen = CMSG_SPACE(sizeof(left));
}

ssize_t weft_recvmsg(struct weft_stack *ws, int fd, struct msghdr *msg,
		     int flags)
{
	struct endpoint from;
	long n;

	if (iov_len(msg->msg_iov, msg->msg_iovlen) < 0)
		return api_result(-EINVAL);
	msg->msg_flags = 0;
	n = recv_whole(api_stack(ws), fd, msg, flags, &from);
	if (n < 0)
		return api_result(n);
	put_inq(api_stack(ws), fd, msg);
	sockaddr_from_endpoint(&from, msg->msg_name, &msg->msg_namelen);
	return n;
}

ssize_t weft_writev(struct weft_stack *ws, int fd, const struct iovec *iov,
		    int count)
{
	struct iovec copy[1];
	struct msghdr msg = {.msg_iov = copy};
	struct stack *stack = api_stack(ws);

	if (count < 0 || iov_len(iov, (size_t)count) < 0)
		return api_result(-EINVAL);
	if (is_stream(stack, fd))
		return api_result(
			send_pieces(stack, fd, iov, (size_t)count, 0));
	if (count == 1)
		return weft_write(ws, fd, iov->iov_base, iov->iov_len);
	memcpy(&msg.msg_iov, &iov, sizeof(iov));
	msg.msg_iovlen = (size_t)count;
	return api_result(send_whole(stack, fd, &msg, 0, NULL));
}

ssize_t weft_readv(struct weft_stack *ws, int fd, const struct iovec *iov,
		   int count)
{
	struct msghdr msg = {0};

	if (count < 0 || iov_len(iov, (size_t)count) < 0)
		return api_result(-EINVAL);
	if (count == 1)
		return weft_read(ws, fd, iov->iov_base, iov->iov_len);
	memcpy(&msg.msg_iov, &iov, sizeof(iov));
	msg.msg_iovlen = (size_t)count;
	return weft_recvmsg(ws, fd, &msg, 0);
}
