// SPDX-License-Identifier: MIT
/*
 * ring_splice.c - operations of a completion ring that move octets from file to
 *		   file
 *
 * Two files may have to be waited for, one that has nothing and one that has no
 * room; a step says which (io/splice.h).
 */

#include <errno.h>

#include "io/memfile.h"
#include "io/ring_int.h"
#include "io/splice.h"

/* As far as it has come. */
static struct splice splice_of(const struct ring_req *req)
{
	return (struct splice){
		.in = req->from,
		.out = req->file,
		.len = (size_t)req->sqe.len - req->done,
		.more = req->sqe.arg & SK_SPLICE_MORE,
	};
}

int ring_splice_begin(struct ring_req *req)
{
	struct stack *stack = req->ring->file.stack;
	struct sk_splice what = {.in = req->sqe.fd2, .out = req->sqe.fd};
	struct splice s;
	int err = splice_begin(stack, &what, &s);

	if (!err && !ring_file(stack, what.in))
		err = -ELOOP;
	if (!err && req->sqe.op == SK_RING_SPLICE)
		err = splice_check(&s);
	if (!err && req->sqe.op == SK_RING_SENDFILE &&
	    sk_lseek(stack, what.in, 0, 1) < 0)
		err = -EINVAL;
	if (err)
		return err;
	req->from = file_get(s.in);
	return 0;
}

static long step(struct ring_req *req)
{
	struct splice s = splice_of(req);
	long n = s.len ? splice_step(&s) : 0;

	if (n == -EAGAIN) {
		req->waits_on = s.wait;
		req->waiter.mask |= s.event;
	}
	return n;
}

long ring_splice(struct ring_req *req)
{
	return step(req);
}

/* To the end, or to where it may go. */
long ring_sendfile(struct ring_req *req)
{
	long n;

	while ((n = step(req)) > 0)
		req->done += (size_t)n;
	if (n == -EAGAIN)
		return n;
	return req->done ? (long)req->done : n;
}
