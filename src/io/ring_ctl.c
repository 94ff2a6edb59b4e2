// SPDX-License-Identifier: MIT
/*
 * ring_ctl.c - the kinds of operations of a completion ring; and those that
 *		move no octets: poll, timeout, cancel
 *
 * A timeout may also count: it is over, with 0, when so many others have
 * completed; with -ETIME when the time has passed.
 *
 * To cancel looks at what is under way in order of submission, by user data or
 * by descriptor.  What has not begun because something in front of it in its
 * chain is not done cannot be found, nor can the one that cancels.
 */

#include <errno.h>

#include "base/check.h"

#include "io/io_int.h"
#include "io/ring_int.h"
#include "sock/sock_try.h"

static long nop(struct ring_req *req)
{
	return (long)(int32_t)req->sqe.len;
}

/*
 * Poll.
 */

static int poll_begin(struct ring_req *req)
{
	req->waiter.mask |= (uint32_t)req->sqe.len;
	return 0;
}

static long poll_step(struct ring_req *req)
{
	uint32_t events = file_poll(req->file) &
			  ((uint32_t)req->sqe.len | WAIT_ERR | WAIT_HUP);

	return events ? (long)events : -EAGAIN;
}

/*
 * Timeouts.
 */

static void on_timer(struct timer *t, void *arg)
{
	struct ring_req *req = arg, *guarded = req->guards;
	struct sk_ring *ring = req->ring;

	(void)t;
	if (guarded) {
		/* It ends what it guards, and not the other way round. */
		guarded->next = req->next;
		req->next = req->guards = NULL;
		ring_finish(guarded, -ECANCELED);
	}
	ring_finish(req, -ETIME);
	ring_timeouts_check(ring);
}

/* When it fires; UINT64_MAX: never. */
static uint64_t due_at(const struct ring_req *req)
{
	const struct stack *stack = req->ring->file.stack;
	uint64_t off = req->sqe.off;

	if (req->sqe.arg & SK_RING_TIMEOUT_ABS)
		return off;
	return io_deadline(stack, off > INT64_MAX ? -1 : (int64_t)off);
}

static long timeout_step(struct ring_req *req)
{
	struct sk_ring *ring = req->ring;
	uint64_t at = due_at(req);

	req->timer.fn = on_timer;
	req->state = RING_WAITING;
	if (at != UINT64_MAX)
		stack_arm(ring->file.stack, &req->timer, at);
	if (req->sqe.op == SK_RING_TIMEOUT && req->sqe.len) {
		req->due = ring->counted + req->sqe.len;
		list_add_tail(&ring->counting, &req->work);
	}
	return RING_HELD;
}

void ring_timeouts_check(struct sk_ring *ring)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &ring->counting) {
		struct ring_req *req = container_of(pos, struct ring_req, work);

		if (req->due <= ring->counted)
			ring_finish(req, 0);
	}
}

/* It makes sense only behind what it guards. */
static int guard_begin(struct ring_req *req)
{
	(void)req;
	return -EINVAL;
}

/*
 * Cancel.
 */

static bool uses(const struct ring_req *req, const struct file *file)
{
	return file && (req->file == file || req->from == file);
}

static bool is_meant(const struct ring_req *cancel, const struct ring_req *req)
{
	const struct sk_sqe *sqe = &cancel->sqe;

	if (req == cancel || req->state == RING_CHAINED)
		return false;
	if (sqe->arg & SK_RING_CANCEL_ANY)
		return true;
	if (sqe->arg & SK_RING_CANCEL_FD)
		return uses(req, file_find(req->ring->file.stack, sqe->fd));
	return req->sqe.user_data == sqe->off;
}

static struct ring_req *find(const struct ring_req *cancel)
{
	struct ring_req *req;

	list_for_each_entry(req, &cancel->ring->running, struct ring_req, node)
		if (is_meant(cancel, req))
			return req;
	return NULL;
}

static long cancel(struct ring_req *req)
{
	bool is_all = req->sqe.arg & (SK_RING_CANCEL_ALL | SK_RING_CANCEL_ANY);
	struct ring_req *found;
	long count = 0;

	if (req->sqe.arg & SK_RING_CANCEL_FD &&
	    !file_find(req->ring->file.stack, req->sqe.fd))
		return -EBADF;
	while ((!count || is_all) && (found = find(req))) {
		ring_finish(found, -ECANCELED);
		count++;
	}
	if (is_all)
		return count;
	return count ? 0 : -ENOENT;
}

/* clang-format off */
const struct ring_kind ring_kinds[SK_RING_OP_COUNT] = {
	[SK_RING_NOP] = {"nop", .step = nop},
	[SK_RING_ACCEPT] = {"accept", WAIT_IN, .has_file = true,
			    .may_repeat = true, .step = ring_accept},
	[SK_RING_CONNECT] = {"connect", WAIT_OUT, .has_file = true,
			     .begin = ring_connect_begin,
			     .step = ring_connect},
	[SK_RING_SEND] = {"send", WAIT_OUT, .has_file = true,
			  .step = ring_send},
	[SK_RING_RECV] = {"recv", WAIT_IN, .has_file = true,
			  .may_repeat = true, .begin = ring_recv_begin,
			  .step = ring_recv},
	[SK_RING_SENDMSG] = {"sendmsg", WAIT_OUT, .has_file = true,
			     .step = ring_sendmsg},
	[SK_RING_RECVMSG] = {"recvmsg", WAIT_IN, .has_file = true,
			     .step = ring_recvmsg},
	[SK_RING_READ] = {"read", WAIT_IN, .has_file = true,
			  .step = ring_read},
	[SK_RING_WRITE] = {"write", WAIT_OUT, .has_file = true,
			   .step = ring_write},
	[SK_RING_SHUTDOWN] = {"shutdown", .has_file = true,
			      .step = ring_shutdown},
	[SK_RING_CLOSE] = {"close", .step = ring_close},
	[SK_RING_POLL] = {"poll", .has_file = true, .may_repeat = true,
			  .is_edge = true, .begin = poll_begin,
			  .step = poll_step},
	[SK_RING_TIMEOUT] = {"timeout", .is_timeout = true,
			     .step = timeout_step},
	[SK_RING_LINK_TIMEOUT] = {"link_timeout", .is_timeout = true,
				  .begin = guard_begin, .step = timeout_step},
	[SK_RING_CANCEL] = {"cancel", .step = cancel},
	[SK_RING_SPLICE] = {"splice", .has_file = true,
			    .begin = ring_splice_begin, .step = ring_splice},
	[SK_RING_SENDFILE] = {"sendfile", .has_file = true,
			      .begin = ring_splice_begin,
			      .step = ring_sendfile},
};
/* clang-format on */

const char *sk_ring_op_name(enum sk_ring_op op)
{
	return op < SK_RING_OP_COUNT ? ring_kinds[op].name : NULL;
}
