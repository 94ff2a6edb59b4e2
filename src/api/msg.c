// SPDX-License-Identifier: MIT
/*
 * msg.c - calls on scattered octets
 *
 * Pieces and ancillary data are laid out alike on both sides, so they are
 * passed on where they are; the address is translated.
 */

#include "api/msg.h"

#include <assert.h>
#include <string.h>

#include "api/api_int.h"
#include "api/sockaddr.h"
#include "sock/sock.h"

static_assert(sizeof(struct sk_iovec) == sizeof(struct iovec), "one layout");
static_assert(sizeof(struct sk_cmsghdr) == sizeof(struct cmsghdr),
	      "one layout");

static const struct sk_iovec *iov_of(const struct iovec *iov)
{
	return (const void *)iov;
}

int msg_in(const struct msghdr *h, struct sk_msg *msg)
{
	*msg = (struct sk_msg){
		.has_name = h->msg_name,
		.iov = iov_of(h->msg_iov),
		.iov_count = h->msg_iovlen,
		.control = h->msg_control,
		.control_len = h->msg_control ? h->msg_controllen : 0,
	};
	if (!h->msg_name)
		return 0;
	return sockaddr_to_name(h->msg_name, h->msg_namelen, &msg->name,
				&msg->ll);
}

void msg_out(const struct sk_msg *msg, struct msghdr *h)
{
	sockaddr_from_name(&msg->name, &msg->ll, h->msg_name, &h->msg_namelen);
	h->msg_controllen = msg->control_len;
	h->msg_flags = msg->flags;
}

ssize_t weft_sendmsg(struct weft_stack *ws, int fd, const struct msghdr *h,
		     int flags)
{
	API_CALL(ws);
	struct sk_msg msg;
	int err = msg_in(h, &msg);

	return api_result(err ? err : sk_sendmsg(call.stack, fd, &msg, flags));
}

void msg_to_fill(const struct msghdr *h, struct sk_msg *msg)
{
	*msg = (struct sk_msg){
		.iov = iov_of(h->msg_iov),
		.iov_count = h->msg_iovlen,
		.control = h->msg_control,
		.control_len = h->msg_control ? h->msg_controllen : 0,
	};
}

ssize_t weft_recvmsg(struct weft_stack *ws, int fd, struct msghdr *h, int flags)
{
	API_CALL(ws);
	struct sk_msg msg;
	long n;

	msg_to_fill(h, &msg);
	n = sk_recvmsg(call.stack, fd, &msg, flags);
	if (n >= 0)
		msg_out(&msg, h);
	return api_result(n);
}

int weft_sendmmsg(struct weft_stack *ws, int fd, struct mmsghdr *msgs,
		  unsigned int count, int flags)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		ssize_t n = weft_sendmsg(ws, fd, &msgs[i].msg_hdr, flags);

		if (n < 0)
			return i ? (int)i : -1;
		msgs[i].msg_len = (unsigned int)n;
	}
	return (int)i;
}

static int64_t ns_of(const struct timespec *ts)
{
	if (ts->tv_sec > INT64_MAX / (int64_t)NS_PER_S - 1)
		return INT64_MAX;
	return (int64_t)ts->tv_sec * (int64_t)NS_PER_S + ts->tv_nsec;
}

static uint64_t now_of(struct weft_stack *ws)
{
	API_CALL(ws);

	return stack_now(call.stack);
}

/* NOLINTNEXTLINE(readability-function-size) */
int weft_recvmmsg(struct weft_stack *ws, int fd, struct mmsghdr *msgs,
		  unsigned int count, int flags, struct timespec *timeout)
{
	uint64_t begun = now_of(ws);
	int more = flags & MSG_WAITFORONE ? MSG_DONTWAIT : 0;
	unsigned int i;

	flags &= ~MSG_WAITFORONE;
	for (i = 0; i < count; i++) {
		ssize_t n = weft_recvmsg(ws, fd, &msgs[i].msg_hdr,
					 i ? flags | more : flags);

		if (n < 0)
			return i ? (int)i : -1;
		msgs[i].msg_len = (unsigned int)n;
		if (timeout && now_of(ws) - begun >= (uint64_t)ns_of(timeout))
			return (int)i + 1;
	}
	return (int)i;
}

ssize_t weft_writev(struct weft_stack *ws, int fd, const struct iovec *iov,
		    int count)
{
	API_CALL(ws);

	if (count < 0)
		return api_result(-EINVAL);
	return api_result(
		sk_writev(call.stack, fd, iov_of(iov), (size_t)count));
}

ssize_t weft_readv(struct weft_stack *ws, int fd, const struct iovec *iov,
		   int count)
{
	API_CALL(ws);

	if (count < 0)
		return api_result(-EINVAL);
	return api_result(sk_readv(call.stack, fd, iov_of(iov), (size_t)count));
}
