// SPDX-License-Identifier: MIT
/*
 * ring.c - a completion ring: its two queues
 *
 * Theory of operation
 * ===================
 * What is to be done goes in at one end, what was done comes out at the other:
 *
 *	program --- sqe ---> [ submission queue ] --- submit ---> operations
 *	   ^                                                          |
 *	   +------- cqe ---- [ completion queue ] <---- finish -------+
 *	                          ^
 *	                          +---- spilled: waits for room
 *
 * An operation is a step that never blocks and a callback on a wait queue
 * (ring_req.c).  Its step moves the octets, so when the completion is told
 * nothing is left to do.
 *
 * A program that does not look finds its completion queue full.  Nothing is
 * lost then: the operation that is over keeps its completion in its own memory
 * and waits in a list for room, in order.  So to tell a completion never needs
 * memory, and cannot fail.  What completes again and again ends instead: its
 * completion has no SK_CQE_MORE, and the program, once it has looked, asks
 * anew.
 *
 * The ring is a file, readable while there are completions, and can be watched
 * by poll and by an epoll set; but not by rings, for operations hold references
 * to their files, and two rings could keep each other for ever.
 *
 * Invariants
 * ----------
 *  (1) Each entry that was taken completes exactly once without SK_CQE_MORE
 *	(with SK_SQE_QUIET: at most once).
 *  (2) If anything is spilled, the completion queue is full, or the program is
 *	just taking from it; order is kept.
 *  (3) Everything in @running belongs to one submitted entry and has told no
 *	last completion; everything in @spilled has one to tell and nothing
 *	else: no file, no timer, no waiter.
 *
 * Limits
 * ------
 * RUNNING_MAX operations under way.
 */

#include "io/ring.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "io/io.h"
#include "io/io_int.h"
#include "io/ring_int.h"
#include "sock/sock_ahead.h"

#define AHEAD_MAX   64 /* entries of one submission */
#define RUNNING_MAX 65536

static struct sk_ring *ring_of(struct file *file)
{
	return container_of(file, struct sk_ring, file);
}

static struct mem *mem_of(const struct sk_ring *ring)
{
	return ring->file.stack->place.env->mem;
}

static uint32_t poll_ring(struct file *file)
{
	return ring_of(file)->cq_count ? WAIT_IN : 0;
}

static void free_all(struct list *reqs)
{
	struct ring_req *req;

	while ((req = list_first_entry(reqs, struct ring_req, node))) {
		list_del(&req->node);
		ring_req_free(req);
	}
}

static void release_ring(struct file *file)
{
	struct sk_ring *ring = ring_of(file);
	struct mem *mem = mem_of(ring);

	free_all(&ring->running);
	free_all(&ring->spilled);
	ring_groups_free(ring);
	task_cancel(&ring->task);
	pool_fini(&ring->reqs);
	mem_free(mem, ring->sq, ring->sq_size * sizeof(*ring->sq));
	mem_free(mem, ring->cq, ring->cq_size * sizeof(*ring->cq));
	mem_free(mem, ring, sizeof(*ring));
}

static const struct file_ops ring_ops = {
	.kind = "ring",
	.poll = poll_ring,
	.release = release_ring,
	.is_private = true,
};

struct file *ring_file(struct stack *stack, int fd)
{
	struct file *file = file_find(stack, fd);

	return file && file->ops != &ring_ops ? file : NULL;
}

static uint32_t round_up(uint32_t n)
{
	uint32_t size = 1;

	while (size < n)
		size *= 2;
	return size;
}

static struct sk_ring *ring_alloc(struct stack *stack, uint32_t entries)
{
	struct mem *mem = stack->place.env->mem;
	struct sk_ring *ring = mem_alloc(mem, sizeof(*ring));

	if (!ring)
		return NULL;
	file_init(&ring->file, stack, &ring_ops);
	list_init(&ring->running);
	list_init(&ring->ready);
	list_init(&ring->counting);
	list_init(&ring->spilled);
	list_init(&ring->groups);
	task_init(&ring->task, ring_on_task, ring);
	pool_init(&ring->reqs, mem, "ring operation", sizeof(struct ring_req),
		  RUNNING_MAX);
	ring->sq_size = round_up(entries);
	ring->cq_size = 2 * ring->sq_size;
	ring->sq = mem_alloc_array(mem, ring->sq_size, sizeof(*ring->sq));
	ring->cq = mem_alloc_array(mem, ring->cq_size, sizeof(*ring->cq));
	if (ring->sq && ring->cq)
		return ring;
	file_put(&ring->file);
	return NULL;
}

int sk_ring_new(struct stack *stack, uint32_t entries,
		const struct sk_ring_abi *abi, struct sk_ring **out)
{
	struct sk_ring *ring;
	int fd;

	if (!entries || entries > SK_RING_ENTRIES_MAX)
		return -EINVAL;
	ring = ring_alloc(stack, entries);
	if (!ring)
		return -ENOMEM;
	ring->abi = abi;
	fd = io_open(file_get(&ring->file), 0);
	if (fd < 0) {
		file_put(&ring->file);
		return fd;
	}
	ring->fd = fd;
	*out = ring;
	return 0;
}

/* The program may have closed the descriptor, and opened another file. */
void sk_ring_free(struct sk_ring *ring)
{
	struct stack *stack;

	if (!ring)
		return;
	stack = ring->file.stack;
	stack_enter(stack);
	if (file_find(stack, ring->fd) == &ring->file)
		file_close(stack, ring->fd);
	file_put(&ring->file);
	stack_leave(stack);
}

int sk_ring_fd(const struct sk_ring *ring)
{
	return ring->fd;
}

/*
 * In.
 */

struct sk_sqe *sk_ring_sqe(struct sk_ring *ring)
{
	struct sk_sqe *sqe;

	if (ring->sq_count == ring->sq_size)
		return NULL;
	sqe = &ring->sq[(ring->sq_head + ring->sq_count++) &
			(ring->sq_size - 1)];
	memset(sqe, 0, sizeof(*sqe));
	return sqe;
}

static bool is_linked(const struct sk_sqe *sqe)
{
	return sqe->flags & (SK_SQE_LINK | SK_SQE_HARDLINK);
}

/* Entries of the chain that is next; the end of the queue ends it. */
static uint32_t chain_len(const struct sk_ring *ring)
{
	uint32_t n = 1;

	while (n < ring->sq_count &&
	       is_linked(&ring->sq[(ring->sq_head + n - 1) &
				   (ring->sq_size - 1)]))
		n++;
	return n;
}

/* Give back a chain that has not begun. */
static void unchain(struct ring_req *req)
{
	while (req) {
		struct ring_req *next = req->next;

		list_del(&req->node);
		ring_req_free(req);
		req = next;
	}
}

/* A chain is taken as a whole or not at all: its first one, or NULL. */
static struct ring_req *take_chain(struct sk_ring *ring, uint32_t len)
{
	struct ring_req *first = NULL, **end = &first;
	uint32_t i;

	for (i = 0; i < len; i++) {
		uint32_t at = (ring->sq_head + i) & (ring->sq_size - 1);

		*end = ring_req_new(ring, &ring->sq[at]);
		if (!*end) {
			unchain(first);
			return NULL;
		}
		end = &(*end)->next;
	}
	return first;
}

/* What the first entries are about is asked for before they are begun. */
static void look_ahead(struct sk_ring *ring)
{
	uint32_t n = min_u32(ring->sq_count, AHEAD_MAX), i;
	int fds[AHEAD_MAX];

	for (i = 0; i < n; i++)
		fds[i] = ring->sq[(ring->sq_head + i) & (ring->sq_size - 1)].fd;
	if (n > 1)
		sk_ahead(ring->file.stack, fds, n);
}

static int submit(struct sk_ring *ring)
{
	int taken = 0;

	look_ahead(ring);
	while (ring->sq_count) {
		uint32_t len = chain_len(ring);
		struct ring_req *first = take_chain(ring, len);

		if (!first)
			break;
		ring->sq_head += len;
		ring->sq_count -= len;
		ring->stat.submitted += len;
		taken += (int)len;
		ring_begin(first);
	}
	return taken;
}

int sk_ring_submit(struct sk_ring *ring)
{
	struct stack *stack = ring->file.stack;
	struct env *env = stack->place.env;
	bool has_any = ring->sq_count;
	uint32_t outer = env->cause;
	int taken;

	stack_enter(stack);
	taken = submit(ring);
	ring_drain(ring);
	env->cause = outer;
	stack_leave(stack);
	if (taken || !has_any)
		return taken;
	return ring->running_count + ring->spilled_count >= RUNNING_MAX
		       ? -EBUSY
		       : -ENOMEM;
}

/*
 * Out.
 */

bool ring_has_room(const struct sk_ring *ring)
{
	return ring->cq_count < ring->cq_size && list_is_empty(&ring->spilled);
}

static void put(struct sk_ring *ring, struct sk_cqe cqe)
{
	check(ring->cq_count < ring->cq_size);
	ring->cq[(ring->cq_head + ring->cq_count++) & (ring->cq_size - 1)] =
		cqe;
}

bool ring_post(struct sk_ring *ring, struct ring_req *req, struct sk_cqe cqe)
{
	bool has_room = ring_has_room(ring);

	ring->stat.completed++;
	if (has_room) {
		put(ring, cqe);
	} else {
		check(req);
		req->cqe = cqe;
		req->state = RING_OVER;
		list_add_tail(&ring->spilled, &req->node);
		ring->spilled_count++;
		ring->stat.overflowed++;
	}
	waitq_wake(&ring->file.wq, WAIT_IN);
	return !has_room;
}

/* There may be room now. */
static void unspill(struct sk_ring *ring)
{
	struct ring_req *req;

	while (ring->cq_count < ring->cq_size &&
	       (req = list_first_entry(&ring->spilled, struct ring_req,
				       node))) {
		list_del(&req->node);
		ring->spilled_count--;
		put(ring, req->cqe);
		ring_req_free(req);
	}
}

const struct sk_cqe *sk_ring_peek_at(struct sk_ring *ring, uint32_t index)
{
	if (index >= ring->cq_count)
		return NULL;
	return &ring->cq[(ring->cq_head + index) & (ring->cq_size - 1)];
}

const struct sk_cqe *sk_ring_peek(struct sk_ring *ring)
{
	return sk_ring_peek_at(ring, 0);
}

void sk_ring_seen(struct sk_ring *ring, uint32_t count)
{
	if (count > ring->cq_count)
		count = ring->cq_count;
	ring->cq_head += count;
	ring->cq_count -= count;
	unspill(ring);
}

struct ring_wait {
	struct sk_ring *ring;
	uint32_t count;
};

static bool has_enough(void *arg)
{
	const struct ring_wait *w = arg;

	return w->ring->cq_count >= w->count;
}

/* One completion wakes; several have to be counted. */
static int wait_for(struct ring_wait *w, uint64_t until_ns)
{
	struct sk_ring *ring = w->ring;
	int err;

	if (w->count <= 1)
		return file_wait(&ring->file, "ring", WAIT_IN, until_ns);
	ring->file.sleepers++;
	err = stack_wait(ring->file.stack, has_enough, w, until_ns);
	ring->file.sleepers--;
	return err;
}

int sk_ring_wait(struct sk_ring *ring, uint32_t count, int64_t timeout_ns)
{
	struct stack *stack = ring->file.stack;
	struct ring_wait w = {ring,
			      count < ring->cq_size ? count : ring->cq_size};
	int err;

	if (has_enough(&w))
		return (int)ring->cq_count;
	if (!timeout_ns)
		return -ETIME;
	file_get(&ring->file);
	err = wait_for(&w, io_deadline(stack, timeout_ns));
	if (has_enough(&w))
		err = (int)ring->cq_count;
	file_put(&ring->file);
	return err == -ETIMEDOUT ? -ETIME : err;
}

void sk_ring_get_stat(const struct sk_ring *ring, struct sk_ring_stat *stat)
{
	*stat = ring->stat;
	stat->prepared = ring->sq_count;
	stat->running = ring->running_count;
	stat->ready = ring->cq_count;
	stat->spilled = ring->spilled_count;
}
