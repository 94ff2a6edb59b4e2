// SPDX-License-Identifier: MIT
/*
 * ring_req.c - the life of an operation of a completion ring
 *
 * Theory of operation
 * ===================
 *	 submit
 *	    |        its turn            -EAGAIN
 *	 CHAINED ------------> (step) -------------> WAITING
 *	                        |  ^                    |  woken
 *	                 result |  +------ READY <------+
 *	                        v
 *	                     finish: post, begin the next
 *
 * The step does what is possible now, as any non-blocking call does.  If that
 * is nothing, a waiter goes on the file's wait queue, which is how everybody
 * waits (core/waitq.h).  The waiter does no work: it takes itself off, puts the
 * operation into the ready list and defers the ring's task, which makes the
 * next step at the end of the event.
 *
 * A step is short and is not interrupted, and therefore an operation is at any
 * time either not begun, or waiting, or over: to cancel it has no race.  One
 * that is ready was told that there may be something but has taken nothing;
 * it can still be cancelled, and whatever made it ready stays for others.
 *
 * Chains: an operation begins when the one in front of it is done; if that
 * failed, all behind it complete with -ECANCELED (unless SK_SQE_HARDLINK).  To
 * begin the next means to put it into the ready list, so a long chain needs no
 * deep C stack.  A linked timeout begins together with the operation that it
 * guards, and ends it or is ended by it.
 */

#include <errno.h>

#include "base/check.h"

#include "core/probe.h"

#include "io/ring_int.h"

static struct stack *stack_of(const struct ring_req *req)
{
	return req->ring->file.stack;
}

static void wake(struct waiter *w, uint32_t events)
{
	(void)events;
	ring_ready(container_of(w, struct ring_req, waiter));
}

struct ring_req *ring_req_new(struct sk_ring *ring, const struct sk_sqe *sqe)
{
	struct ring_req *req = pool_get_zeroed(&ring->reqs);

	if (!req)
		return NULL;
	req->ring = ring;
	req->sqe = *sqe;
	req->kind = sqe->op < SK_RING_OP_COUNT ? &ring_kinds[sqe->op] : NULL;
	list_init(&req->work);
	waiter_init(&req->waiter, wake, NULL, req->kind ? req->kind->event : 0);
	req->waiter.name = "ring";
	timer_init(&req->timer, NULL, req);
	list_add_tail(&ring->running, &req->node);
	ring->running_count++;
	return req;
}

/* Off all queues; what it referred to is let go. */
static void detach(struct ring_req *req)
{
	if (list_is_linked(&req->work))
		list_del(&req->work);
	waitq_del(&req->waiter);
	stack_disarm(stack_of(req), &req->timer);
	if (req->kind && req->kind->end)
		req->kind->end(req);
	if (req->file)
		file_put(req->file);
	if (req->from)
		file_put(req->from);
	req->file = req->from = NULL;
}

void ring_req_free(struct ring_req *req)
{
	if (req->state != RING_OVER) {
		detach(req);
		req->ring->running_count--;
	}
	pool_put(&req->ring->reqs, req);
}

void ring_ready(struct ring_req *req)
{
	struct sk_ring *ring = req->ring;

	waitq_del(&req->waiter);
	req->state = RING_READY;
	req->cause = stack_of(req)->place.env->cause;
	if (!list_is_linked(&req->work))
		list_add_tail(&ring->ready, &req->work);
	stack_defer(stack_of(req), &ring->task);
}

/* Whoever waits for @file to be ready for this hears of it. */
static void wait_for_file(struct ring_req *req)
{
	struct file *file = req->waits_on ? req->waits_on : req->file;

	req->state = RING_WAITING;
	waitq_add(&file->wq, &req->waiter);
	/* To ask is to say that one waits: see tcp_poll(). */
	(void)file_poll(file);
}

static void tell(const struct ring_req *req, long res)
{
	PROBE(&stack_of(req)->place, EV_CALL, R_RING_DONE, NULL,
	      EVF_NUM("fd", req->sqe.fd), EVF_TEXT("call", req->kind->name),
	      EVF_NUM("res", res));
}

static struct sk_cqe cqe_of(const struct ring_req *req, long res)
{
	return (struct sk_cqe){
		.user_data = req->sqe.user_data,
		.res = (int32_t)res,
		.flags = req->cqe.flags,
	};
}

/* It will complete again.  False: there is no room to say so. */
static bool tell_more(struct ring_req *req, long res)
{
	struct sk_cqe cqe = cqe_of(req, res);

	if (!ring_has_room(req->ring))
		return false;
	tell(req, res);
	cqe.flags |= SK_CQE_MORE;
	req->cqe.flags = 0;
	req->ring->counted += !req->kind->is_timeout;
	ring_post(req->ring, NULL, cqe);
	return true;
}

/* Tell the last completion and let go of it. */
static void retire(struct ring_req *req, long res)
{
	struct sk_ring *ring = req->ring;
	bool is_quiet = req->sqe.flags & SK_SQE_QUIET && res >= 0;

	if (req->kind)
		tell(req, res);
	detach(req);
	list_del(&req->node);
	ring->running_count--;
	ring->counted += !(req->kind && req->kind->is_timeout);
	req->state = RING_OVER;
	if (is_quiet || !ring_post(ring, req, cqe_of(req, res)))
		pool_put(&ring->reqs, req);
}

static void cancel_chain(struct ring_req *req)
{
	while (req) {
		struct ring_req *next = req->next;

		retire(req, -ECANCELED);
		req = next;
	}
}

static bool is_guard(const struct ring_req *req)
{
	return req && req->sqe.op == SK_RING_LINK_TIMEOUT;
}

/* Fewer octets than were insisted on break a chain, too. */
static bool has_failed(const struct ring_req *req, long res)
{
	bool insists =
		req->sqe.op == SK_RING_SEND || req->sqe.op == SK_RING_RECV;

	return res < 0 || (insists && req->sqe.arg & SK_MSG_WAITALL &&
			   !(req->sqe.flags & SK_SQE_BUFFER) &&
			   (uint64_t)res < req->sqe.len);
}

/* A guard that goes before what it guards. */
static void unguard(struct ring_req *guard)
{
	guard->guards->next = guard->next;
	guard->next = NULL;
	guard->guards = NULL;
}

void ring_finish(struct ring_req *req, long res)
{
	struct ring_req *next, *guard = NULL;
	bool goes_on =
		!has_failed(req, res) || req->sqe.flags & SK_SQE_HARDLINK;

	if (req->guards)
		unguard(req);
	next = req->next;
	if (is_guard(next)) {
		guard = next;
		next = guard->next;
	}
	retire(req, res);
	if (guard)
		retire(guard, -ECANCELED);
	if (!next)
		return;
	if (goes_on)
		ring_ready(next);
	else
		cancel_chain(next);
}

static bool may_wait(const struct ring_req *req)
{
	return req->sqe.op < SK_RING_SEND || req->sqe.op > SK_RING_RECVMSG ||
	       !(req->sqe.arg & SK_MSG_DONTWAIT);
}

/* Does a result leave the operation alive? */
static bool is_repeated(const struct ring_req *req, long res)
{
	if (!(req->sqe.flags & SK_SQE_MULTISHOT))
		return false;
	return req->sqe.op == SK_RING_ACCEPT ? res >= 0 : res > 0;
}

static void try(struct ring_req *req)
{
	long res;

	probe_set_cause(stack_of(req)->place.env, req->cause);
	for (;;) {
		res = req->kind->step(req);
		req->is_tried = true;
		if (res == RING_HELD)
			return;
		if (res == -EAGAIN && may_wait(req)) {
			wait_for_file(req);
			return;
		}
		if (!is_repeated(req, res) || !tell_more(req, res))
			break;
		if (req->kind->is_edge) {
			wait_for_file(req);
			return;
		}
	}
	ring_finish(req, res);
}

/* What its entry names: 0 or -errno. */
static int look_up(struct ring_req *req)
{
	const struct sk_sqe *sqe = &req->sqe;
	struct file *file;

	if (!req->kind ||
	    (sqe->flags & SK_SQE_MULTISHOT && !req->kind->may_repeat))
		return -EINVAL;
	if (!req->kind->has_file)
		return 0;
	file = ring_file(stack_of(req), sqe->fd);
	if (!file)
		return file_find(stack_of(req), sqe->fd) ? -ELOOP : -EBADF;
	req->file = file_get(file);
	return 0;
}

/* A guard's time begins with what it guards. */
static void begin_guard(struct ring_req *req)
{
	struct ring_req *guard = req->next;

	if (!is_guard(guard))
		return;
	guard->guards = req;
	guard->state = RING_WAITING;
	guard->kind->step(guard);
}

void ring_begin(struct ring_req *req)
{
	int err = look_up(req);

	req->cause = stack_of(req)->place.env->cause;
	if (!err && req->kind->begin)
		err = req->kind->begin(req);
	req->is_begun = true;
	if (err) {
		ring_finish(req, err);
		return;
	}
	begin_guard(req);
	req->state = RING_WAITING;
	try(req);
}

void ring_drain(struct sk_ring *ring)
{
	struct ring_req *req;

	while ((req = list_first_entry(&ring->ready, struct ring_req, work))) {
		list_del(&req->work);
		if (req->is_begun)
			try(req);
		else
			ring_begin(req);
		ring_timeouts_check(ring);
	}
	ring_timeouts_check(ring);
}

void ring_on_task(struct task *task, void *arg)
{
	(void)task;
	ring_drain(arg);
}
