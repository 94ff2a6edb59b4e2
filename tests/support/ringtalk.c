// SPDX-License-Identifier: MIT
/*
 * ringtalk.c - one conversation on a ring of weft's and on the kernel's
 *
 * The kernel's ring is used by its three system calls and two mappings, without
 * any library.
 */

#include "ringtalk.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "skip.h"
#include "sock/sock.h"
#include "testnet.h"

#define ENTRIES	   RINGTALK_ENTRIES
#define PREPARED   64
#define GIVE	   9999 /* user data of what gives buffers to the kernel */
#define FLAGS_SAME (SK_CQE_BUFFER | SK_CQE_MORE)

/* The kernel's ring, mapped; or weft's. */
static struct {
	int fd;
	uint32_t *sq_tail, *sq_mask, *sq_array;
	uint32_t *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	void *map;
	size_t map_len;
	struct __kernel_timespec times[PREPARED];
	int time_count;
	uint32_t submitted, prepared;
	struct sk_ring *weft;
} ring;

uint8_t ringtalk_octets[8192];

static bool is_kernel(const struct talk *t)
{
	return t->set == &kernel_sockset;
}

static void *field(uint32_t off)
{
	return (uint8_t *)ring.map + off;
}

static bool kernel_open(void)
{
	struct io_uring_params p = {.flags = 0};

	ring.fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &p);
	if (ring.fd < 0)
		return false;
	ring.map_len = p.cq_off.cqes + p.cq_entries * sizeof(*ring.cqes) + 4096;
	ring.map = mmap(NULL, ring.map_len, PROT_READ | PROT_WRITE, MAP_SHARED,
			ring.fd, IORING_OFF_SQ_RING);
	ring.sqes = mmap(NULL, p.sq_entries * sizeof(*ring.sqes),
			 PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd,
			 IORING_OFF_SQES);
	assert_true(ring.map != MAP_FAILED && ring.sqes != MAP_FAILED);
	ring.sq_tail = field(p.sq_off.tail);
	ring.sq_mask = field(p.sq_off.ring_mask);
	ring.sq_array = field(p.sq_off.array);
	ring.cq_head = field(p.cq_off.head);
	ring.cq_tail = field(p.cq_off.tail);
	ring.cq_mask = field(p.cq_off.ring_mask);
	ring.cqes = field(p.cq_off.cqes);
	return true;
}

void ringtalk_begin(struct talk *t)
{
	memset(&ring, 0, sizeof(ring));
	memset(ringtalk_octets, 0, sizeof(ringtalk_octets));
	if (is_kernel(t))
		assert_true(kernel_open());
	else
		assert_int_equal(sk_ring_new(testnet_host(t->arg, 0), ENTRIES,
					     &sk_ring_plain, &ring.weft),
				 0);
}

void ringtalk_end(struct talk *t)
{
	if (!is_kernel(t)) {
		sk_ring_free(ring.weft);
		return;
	}
	munmap(ring.map, ring.map_len);
	close(ring.fd);
}

/* weft's entry in the kernel's words. */
static uint8_t kernel_op(enum sk_ring_op op)
{
	static const uint8_t ops[SK_RING_OP_COUNT] = {
		[SK_RING_NOP] = IORING_OP_NOP,
		[SK_RING_ACCEPT] = IORING_OP_ACCEPT,
		[SK_RING_CONNECT] = IORING_OP_CONNECT,
		[SK_RING_SEND] = IORING_OP_SEND,
		[SK_RING_RECV] = IORING_OP_RECV,
		[SK_RING_READ] = IORING_OP_READ,
		[SK_RING_WRITE] = IORING_OP_WRITE,
		[SK_RING_SHUTDOWN] = IORING_OP_SHUTDOWN,
		[SK_RING_CLOSE] = IORING_OP_CLOSE,
		[SK_RING_POLL] = IORING_OP_POLL_ADD,
		[SK_RING_TIMEOUT] = IORING_OP_TIMEOUT,
		[SK_RING_LINK_TIMEOUT] = IORING_OP_LINK_TIMEOUT,
		[SK_RING_CANCEL] = IORING_OP_ASYNC_CANCEL,
	};

	return ops[op];
}

static uint8_t kernel_flags(uint8_t flags)
{
	return (uint8_t)((flags & SK_SQE_LINK ? IOSQE_IO_LINK : 0) |
			 (flags & SK_SQE_HARDLINK ? IOSQE_IO_HARDLINK : 0) |
			 (flags & SK_SQE_BUFFER ? IOSQE_BUFFER_SELECT : 0) |
			 (flags & SK_SQE_QUIET ? IOSQE_CQE_SKIP_SUCCESS : 0));
}

static uint32_t kernel_cancel(uint32_t arg)
{
	return (arg & SK_RING_CANCEL_FD ? IORING_ASYNC_CANCEL_FD : 0) |
	       (arg & SK_RING_CANCEL_ANY ? IORING_ASYNC_CANCEL_ANY : 0) |
	       (arg & SK_RING_CANCEL_ALL ? IORING_ASYNC_CANCEL_ALL : 0);
}

static struct io_uring_sqe *kernel_sqe(void)
{
	uint32_t at = *ring.sq_tail & *ring.sq_mask;
	struct io_uring_sqe *k = &ring.sqes[at];

	memset(k, 0, sizeof(*k));
	ring.sq_array[at] = at;
	__atomic_store_n(ring.sq_tail, *ring.sq_tail + 1, __ATOMIC_RELEASE);
	ring.prepared++;
	return k;
}

static void special(struct io_uring_sqe *k, const struct sk_sqe *e)
{
	struct __kernel_timespec *ts = &ring.times[ring.time_count];

	if (e->op == SK_RING_TIMEOUT || e->op == SK_RING_LINK_TIMEOUT) {
		ring.time_count++;
		ts->tv_sec = (int64_t)(e->off / NS_PER_S);
		ts->tv_nsec = (int64_t)(e->off % NS_PER_S);
		k->addr = (uintptr_t)ts;
		k->len = 1;
		k->off = e->len;
		k->fd = -1;
	} else if (e->op == SK_RING_CANCEL) {
		k->addr = e->off;
		k->cancel_flags = kernel_cancel(e->arg);
	} else if (e->op == SK_RING_POLL) {
		k->poll32_events = (uint32_t)e->len;
		k->len =
			e->flags & SK_SQE_MULTISHOT ? IORING_POLL_ADD_MULTI : 0;
	} else if (e->op == SK_RING_ACCEPT) {
		k->ioprio = e->flags & SK_SQE_MULTISHOT
				    ? IORING_ACCEPT_MULTISHOT
				    : 0;
	} else if (e->op == SK_RING_RECV) {
		k->ioprio =
			e->flags & SK_SQE_MULTISHOT ? IORING_RECV_MULTISHOT : 0;
		k->msg_flags = e->arg;
	} else if (e->op == SK_RING_SEND) {
		k->msg_flags = e->arg;
	}
}

void ringtalk_add(struct talk *t, const struct sk_sqe *e)
{
	struct io_uring_sqe *k;
	struct sk_sqe *w;

	if (!is_kernel(t)) {
		w = sk_ring_sqe(ring.weft);
		assert_non_null(w);
		*w = *e;
		return;
	}
	k = kernel_sqe();
	k->opcode = kernel_op(e->op);
	k->flags = kernel_flags(e->flags);
	k->fd = e->fd;
	k->addr = (uintptr_t)e->addr;
	k->len = (uint32_t)e->len;
	k->buf_group = e->group;
	k->user_data = e->user_data;
	if (e->op == SK_RING_NOP || e->op == SK_RING_CLOSE)
		k->len = 0;
	special(k, e);
}

/* Submit; the result is a number on both sides. */
long ringtalk_submit(struct talk *t)
{
	uint32_t n = ring.prepared - ring.submitted;

	if (!is_kernel(t))
		return sk_ring_submit(ring.weft);
	ring.submitted = ring.prepared;
	return syscall(SYS_io_uring_enter, ring.fd, n, 0,
		       IORING_ENTER_GETEVENTS, NULL, 0);
}

static bool kernel_take(struct sk_cqe *cqe)
{
	uint32_t tail = __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE);
	const struct io_uring_cqe *k;

	if (*ring.cq_head == tail)
		return false;
	k = &ring.cqes[*ring.cq_head & *ring.cq_mask];
	*cqe = (struct sk_cqe){k->user_data, k->res, k->flags};
	__atomic_store_n(ring.cq_head, *ring.cq_head + 1, __ATOMIC_RELEASE);
	return true;
}

/* Perhaps after @ms; the kernel does its work when it is entered. */
static bool kernel_next(struct sk_cqe *cqe, int ms)
{
	struct pollfd p = {.fd = ring.fd, .events = POLLIN};

	if (kernel_take(cqe))
		return true;
	poll(&p, 1, ms);
	syscall(SYS_io_uring_enter, ring.fd, 0, 0, IORING_ENTER_GETEVENTS, NULL,
		0);
	return kernel_take(cqe);
}

static bool weft_next(struct talk *t, struct sk_cqe *cqe, int ms)
{
	if (!sk_ring_peek(ring.weft) && ms)
		sk_ring_wait(ring.weft, 1, ms * (int64_t)NS_PER_MS);
	if (!sk_ring_peek(ring.weft))
		return false;
	(void)t;
	*cqe = *sk_ring_peek(ring.weft);
	sk_ring_seen(ring.weft, 1);
	return true;
}

static bool next(struct talk *t, struct sk_cqe *cqe, int ms)
{
	return is_kernel(t) ? kernel_next(cqe, ms) : weft_next(t, cqe, ms);
}

static int by_user_data(const void *a, const void *b)
{
	const struct sk_cqe *x = a, *y = b;

	return x->user_data < y->user_data ? -1 : x->user_data > y->user_data;
}

/* So many completions, in any order but that of one entry; and no more. */
void ringtalk_record(struct talk *t, int line, int count)
{
	struct sk_cqe cqe[PREPARED];
	int i, n = 0;

	while (n < PREPARED && next(t, &cqe[n], n < count ? 2000 : 20))
		n++;
	qsort(cqe, (size_t)n, sizeof(cqe[0]), by_user_data);
	talk_note(t, line, "completions", n);
	for (i = 0; i < n; i++) {
		talk_note(t, line, "of", (long)cqe[i].user_data);
		talk_note(t, line, "result", cqe[i].res);
		talk_note(t, line, "flags",
			  cqe[i].flags & (FLAGS_SAME | 0xffff0000));
	}
}

/* @count buffers of @len octets for a group. */
void ringtalk_give(struct talk *t, uint16_t group, uint32_t len, uint32_t count)
{
	struct io_uring_sqe *k;
	struct sk_cqe cqe;

	if (!is_kernel(t)) {
		assert_int_equal(sk_ring_buffers(ring.weft, group,
						 ringtalk_octets, len, count,
						 10),
				 0);
		return;
	}
	k = kernel_sqe();
	k->opcode = IORING_OP_PROVIDE_BUFFERS;
	k->fd = (int)count;
	k->addr = (uintptr_t)ringtalk_octets;
	k->len = len;
	k->off = 10;
	k->buf_group = group;
	k->user_data = GIVE;
	ringtalk_submit(t);
	assert_true(kernel_next(&cqe, 2000) && cqe.user_data == GIVE);
}

void ringtalk_compare(void **state)
{
	memset(&ring, 0, sizeof(ring));
	if (!kernel_open())
		skip_because("the kernel gives no io_uring here");
	munmap(ring.map, ring.map_len);
	close(ring.fd);
	talk_compare(state);
}
