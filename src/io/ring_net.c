// SPDX-License-Identifier: MIT
/*
 * ring_net.c - operations of a completion ring on sockets and files
 *
 * Each is the call of the same name, made on a file and not on a descriptor
 * (sock/sock_try.h): the descriptor may be closed while the operation is under
 * way, and then it means another file or none.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "io/ring_int.h"
#include "sock/sock_try.h"

/* What a program gave, as it is: struct endpoint, struct sk_msg.  It may lie
 * anywhere, so it is copied octet by octet. */
static int plain_name_in(const void *addr, size_t len, struct endpoint *ep)
{
	if (!addr || len < sizeof(*ep))
		return -EINVAL;
	memcpy(ep, addr, sizeof(*ep));
	return 0;
}

static void plain_name_out(const struct endpoint *ep, void *addr, void *len)
{
	(void)len;
	if (addr)
		memcpy(addr, ep, sizeof(*ep));
}

static int plain_send_in(const void *hdr, struct sk_msg *msg)
{
	memcpy(msg, hdr, sizeof(*msg));
	return 0;
}

static void plain_recv_in(const void *hdr, struct sk_msg *msg)
{
	memcpy(msg, hdr, sizeof(*msg));
}

static void plain_recv_out(const struct sk_msg *msg, void *hdr)
{
	memcpy(hdr, msg, sizeof(*msg));
}

const struct sk_ring_abi sk_ring_plain = {
	.name_in = plain_name_in,
	.name_out = plain_name_out,
	.send_in = plain_send_in,
	.recv_in = plain_recv_in,
	.recv_out = plain_recv_out,
};

long ring_accept(struct ring_req *req)
{
	const struct sk_sqe *sqe = &req->sqe;
	struct endpoint peer;
	int fd = sock_try_accept(req->file, &peer, (int)sqe->arg);

	if (fd >= 0)
		req->ring->abi->name_out(&peer, sqe->addr, sqe->addr2);
	return fd;
}

int ring_connect_begin(struct ring_req *req)
{
	return req->ring->abi->name_in(req->sqe.addr, req->sqe.len, &req->peer);
}

long ring_connect(struct ring_req *req)
{
	return sock_try_connect(req->file, &req->peer, !req->is_tried);
}

/* Does it go on until all octets are there? */
static bool insists(const struct ring_req *req)
{
	return req->sqe.arg & SK_MSG_WAITALL && sock_is_stream(req->file);
}

/* What a step has moved, and what there was before. */
static long moved(struct ring_req *req, long n)
{
	if (n < 0 && n != -EAGAIN && req->done)
		return (long)req->done;
	if (n <= 0)
		return n || !req->done ? n : (long)req->done;
	req->done += (size_t)n;
	if (insists(req) && req->done < req->sqe.len)
		return -EAGAIN;
	return (long)req->done;
}

/* The rest of what the entry names. */
static struct sk_iovec rest_of(const struct ring_req *req)
{
	uint8_t *from = req->sqe.addr;

	return (struct sk_iovec){from ? from + req->done : NULL,
				 (size_t)req->sqe.len - req->done};
}

/* Without the flag that the ring sees to. */
static int flags_of(const struct ring_req *req)
{
	return (int)req->sqe.arg & ~SK_MSG_WAITALL;
}

long ring_send(struct ring_req *req)
{
	struct sk_iovec iov = rest_of(req);
	struct sk_msg msg = {.iov = &iov, .iov_count = 1};

	return moved(req, sock_try_send(req->file, &msg, flags_of(req)));
}

int ring_recv_begin(struct ring_req *req)
{
	uint8_t flags = req->sqe.flags;

	/* The second octets need a place of their own. */
	if (flags & SK_SQE_MULTISHOT && !(flags & SK_SQE_BUFFER))
		return -EINVAL;
	return 0;
}

/* Into a buffer of a group; it is used up only if octets came. */
static long recv_buffer(struct ring_req *req)
{
	struct sk_ring *ring = req->ring;
	const struct ring_buf *buf = ring_buf_peek(ring, req->sqe.group);
	struct sk_iovec iov;
	struct sk_msg msg = {.iov = &iov, .iov_count = 1};
	long n;

	if (!buf)
		return -ENOBUFS;
	iov.base = buf->addr;
	iov.len = buf->len;
	if (req->sqe.len && req->sqe.len < iov.len)
		iov.len = (size_t)req->sqe.len;
	n = sock_try_recv(req->file, &msg, flags_of(req));
	if (n > 0) {
		req->cqe.flags = SK_CQE_BUFFER | (uint32_t)buf->id
							 << SK_CQE_BUFFER_SHIFT;
		ring_buf_use(ring, req->sqe.group);
	}
	return n;
}

long ring_recv(struct ring_req *req)
{
	struct sk_iovec iov;
	struct sk_msg msg = {.iov = &iov, .iov_count = 1};

	if (req->sqe.flags & SK_SQE_BUFFER)
		return recv_buffer(req);
	iov = rest_of(req);
	return moved(req, sock_try_recv(req->file, &msg, flags_of(req)));
}

long ring_sendmsg(struct ring_req *req)
{
	struct sk_msg msg;
	int err = req->ring->abi->send_in(req->sqe.addr, &msg);

	return err ? err : sock_try_send(req->file, &msg, flags_of(req));
}

long ring_recvmsg(struct ring_req *req)
{
	struct sk_msg msg;
	long n;

	req->ring->abi->recv_in(req->sqe.addr, &msg);
	n = sock_try_recv(req->file, &msg, flags_of(req));
	if (n >= 0)
		req->ring->abi->recv_out(&msg, req->sqe.addr);
	return n;
}

long ring_read(struct ring_req *req)
{
	return file_try_read(req->file, req->sqe.addr, (size_t)req->sqe.len);
}

long ring_write(struct ring_req *req)
{
	return file_try_write(req->file, req->sqe.addr, (size_t)req->sqe.len);
}

long ring_shutdown(struct ring_req *req)
{
	return sock_try_shutdown(req->file, (int)req->sqe.len);
}

long ring_close(struct ring_req *req)
{
	return sk_close(req->ring->file.stack, req->sqe.fd);
}
