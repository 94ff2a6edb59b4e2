/* SPDX-License-Identifier: MIT */
#ifndef IO_RING_INT_H
#define IO_RING_INT_H

/*
 * ring_int.h - a completion ring, as its files see it
 */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/wheel.h"

#include "core/stack.h"
#include "core/waitq.h"

#include "io/ring.h"
#include "sock/file.h"
#include "sock/sock.h"

struct ring_group;
struct ring_req;

/* What a step returns when the operation will be taken up by somebody else. */
#define RING_HELD LONG_MIN

/**
 * struct ring_kind - a kind of operation
 * @name:	For people
 * @event:	What to wait for when a step cannot go on
 * @has_file:	It is about a descriptor
 * @may_repeat:	SK_SQE_MULTISHOT is possible
 * @is_edge:	Having told, wait for the next event before asking again
 * @is_timeout:	Not counted by timeouts that count completions
 * @begin:	(optional) Look at the entry; 0 or -errno
 * @step:	Do what is possible without waiting: a result, -EAGAIN or
 *		RING_HELD
 * @end:	(optional) It is over, however: give back what @begin took
 */
struct ring_kind {
	const char *name;
	uint32_t event;
	bool has_file, may_repeat, is_edge, is_timeout;
	int (*begin)(struct ring_req *req);
	long (*step)(struct ring_req *req);
	void (*end)(struct ring_req *req);
};

enum ring_state {
	RING_CHAINED, /* the one in front of it is not done */
	RING_READY,   /* in ring->ready: to be tried */
	RING_WAITING, /* for its file, or for time to pass */
	RING_OVER,    /* its completion waits for room */
};

/**
 * struct ring_req - an operation under way
 * @node:	In ring->running; when over in ring->spilled
 * @work:	In ring->ready, or (timeouts) in ring->counting
 * @ring:	Whose
 * @kind:	What it is
 * @sqe:	As it was submitted
 * @state:	Where it is
 * @next:	Begins when this one is done, or NULL
 * @guards:	Of a timeout that is linked: the operation in front of it
 * @file:	Referred to
 * @from:	Splice: the other one, likewise
 * @waits_on:	Splice: which of both it waits for
 * @waiter:	On the wait queue of what it waits for
 * @timer:	Timeouts only
 * @cause:	Event that made it ready
 * @done:	Octets, of which more are to come
 * @due:	Timeouts: number of the completion to wait for; 0: none
 * @is_begun:	It was its turn; likewise @is_tried: it made a step
 * @peer:	Connects: where to
 * @cqe:	Its completion
 */
struct ring_req {
	struct list node, work;
	struct sk_ring *ring;
	const struct ring_kind *kind;
	struct sk_sqe sqe;
	enum ring_state state;
	struct ring_req *next, *guards;
	struct file *file, *from, *waits_on;
	struct waiter waiter;
	struct timer timer;
	uint32_t cause;
	size_t done;
	uint64_t due;
	bool is_begun, is_tried;
	struct endpoint peer;
	struct sk_cqe cqe;
};

/**
 * struct sk_ring - a ring
 * @file:	Its own file
 * @fd:		The descriptor it got
 * @abi:	How the program's addresses look
 * @sq:		Prepared entries, @sq_count of them, the first at @sq_head
 * @sq_size:	A power of two
 * @cq:		Completions, likewise
 * @reqs:	Memory of operations
 * @running:	struct ring_req, the oldest first, @running_count of them
 * @ready:	Of these, such as are to be tried
 * @counting:	Of these, timeouts that count completions
 * @spilled:	Such as are over and found @cq full, @spilled_count of them
 * @groups:	struct ring_group
 * @task:	Tries what is ready
 * @counted:	Completions so far but those of timeouts
 */
struct sk_ring {
	struct file file;
	int fd;
	const struct sk_ring_abi *abi;
	struct sk_sqe *sq;
	uint32_t sq_size, sq_head, sq_count;
	struct sk_cqe *cq;
	uint32_t cq_size, cq_head, cq_count;
	struct pool reqs;
	struct list running, ready, counting, spilled;
	uint32_t running_count, spilled_count;
	struct list groups;
	struct task task;
	uint64_t counted;
	struct sk_ring_stat stat;
};

/* ring.c */
/* Tell one completion.  True: @req is in the list of those that wait for
 * room, and must stay; @req NULL: there must be room. */
bool ring_post(struct sk_ring *ring, struct ring_req *req, struct sk_cqe cqe);
bool ring_has_room(const struct sk_ring *ring);
struct file *ring_file(struct stack *stack, int fd); /* not of a ring */

/* ring_req.c */
/* Take one entry; behind @prev if that is linked.  NULL: no memory. */
struct ring_req *ring_req_new(struct sk_ring *ring, const struct sk_sqe *sqe);
void ring_req_free(struct ring_req *req);
void ring_begin(struct ring_req *req); /* it is its turn */
void ring_ready(struct ring_req *req); /* something happened */
void ring_finish(struct ring_req *req, long res);
void ring_drain(struct sk_ring *ring); /* try all that are ready */
void ring_on_task(struct task *task, void *arg);

/* ring_ctl.c: the kinds; ring_net.c: steps on sockets and files. */
extern const struct ring_kind ring_kinds[SK_RING_OP_COUNT];
long ring_accept(struct ring_req *req);
int ring_connect_begin(struct ring_req *req);
long ring_connect(struct ring_req *req);
long ring_send(struct ring_req *req);
int ring_recv_begin(struct ring_req *req);
long ring_recv(struct ring_req *req);
long ring_sendmsg(struct ring_req *req);
long ring_recvmsg(struct ring_req *req);
long ring_read(struct ring_req *req);
long ring_write(struct ring_req *req);
long ring_shutdown(struct ring_req *req);
long ring_close(struct ring_req *req);

/* ring_splice.c */
int ring_splice_begin(struct ring_req *req);
long ring_splice(struct ring_req *req);
long ring_sendfile(struct ring_req *req);

/* ring_ctl.c */
void ring_timeouts_check(struct sk_ring *ring);

/* ring_buf.c */
/* A buffer that a program has given. */
struct ring_buf {
	void *addr;
	uint32_t len;
	uint16_t id;
};

/* The next buffer of a group, which stays there; NULL: none. */
const struct ring_buf *ring_buf_peek(struct sk_ring *ring, uint16_t group);
void ring_buf_use(struct sk_ring *ring, uint16_t group); /* it is gone */
void ring_groups_free(struct sk_ring *ring);

#endif /* IO_RING_INT_H */
