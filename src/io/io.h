/* SPDX-License-Identifier: MIT */
#ifndef IO_IO_H
#define IO_IO_H

/*
 * io.h - waiting for many files at once, and two files to wait for
 *
 * All of it hangs on wait queues (core/waitq.h).  poll is a callback for each
 * descriptor during one call, and costs as much as there are descriptors;
 * epoll is a callback that stays, links what is ready into a list, and costs
 * as much as there are ready ones.
 *
 * Times are nanoseconds; a negative timeout is none.  What blocks returns
 * -EDEADLK from within an event, as the calls of sock.h do.
 */

#include <stdint.h>

struct stack;

/* Events are enum wait_event, which has Linux's values. */
struct sk_pollfd {
	int fd; /* negative: ignored */
	int16_t events;
	int16_t revents;
};

/**
 * sk_poll() - Wait until one of some descriptors is ready
 *
 * May block.
 *
 * Return: how many have @revents, 0 when the time is over, -ENOMEM, -EDEADLK
 */
int sk_poll(struct stack *stack, struct sk_pollfd *fds, uint32_t count,
	    int64_t timeout_ns);

struct sigq;

/* Signals that end a call with -EINTR, and stay: @set of those in @queue. */
struct sk_signals {
	const struct sigq *queue;
	uint64_t set;
};

/* All there is to say about a poll.  As sk_poll(); -EINTR. */
struct sk_poll_call {
	struct sk_pollfd *fds;
	uint32_t count;
	int64_t timeout_ns;
	struct sk_signals signals;
};

int sk_poll_call(struct stack *stack, const struct sk_poll_call *what);

#define SK_FD_SETSIZE 1024

/* A set of descriptors, as bits: select()'s limit is its very shape. */
struct sk_fd_set {
	uint64_t bits[SK_FD_SETSIZE / 64];
};

/**
 * sk_select() - The oldest way to wait: three sets that are overwritten
 * @count:	Highest descriptor in any set, plus one; at most SK_FD_SETSIZE
 * @rd:		Readable; any of the three may be NULL
 * @wr:		Writable
 * @ex:		Urgent data
 *
 * May block.
 *
 * Return: bits that are left in the sets, 0 when the time is over; -EBADF,
 * -EINVAL, -ENOMEM, -EDEADLK
 */
int sk_select(struct stack *stack, int count, struct sk_fd_set *rd,
	      struct sk_fd_set *wr, struct sk_fd_set *ex, int64_t timeout_ns);

/* All there is to say about a select.  As sk_select(); -EINTR. */
struct sk_select_call {
	int count;
	struct sk_fd_set *rd, *wr, *ex;
	int64_t timeout_ns;
	struct sk_signals signals;
};

int sk_select_call(struct stack *stack, const struct sk_select_call *call);

enum {
	SK_EPOLL_CTL_ADD = 1,
	SK_EPOLL_CTL_DEL = 2,
	SK_EPOLL_CTL_MOD = 3,
};

/* Besides enum wait_event. */
#define SK_EPOLLEXCLUSIVE (UINT32_C(1) << 28) /* wake one of several sets */
#define SK_EPOLLONESHOT	  (UINT32_C(1) << 30) /* tell once, until MOD */
#define SK_EPOLLET	  (UINT32_C(1) << 31) /* tell of changes only */

/**
 * struct sk_epoll_event - what to wait for, or what happened
 * @events:	enum wait_event, and when asking the flags above
 * @cause:	When told: number of the event that made it ready
 * @data:	Whatever the program gave
 */
struct sk_epoll_event {
	uint32_t events;
	uint32_t cause;
	uint64_t data;
};

/* A new set: its descriptor, -EMFILE or -ENOMEM.  @flags: SK_SOCK_CLOEXEC. */
int sk_epoll_create(struct stack *stack, int flags);

/**
 * sk_epoll_ctl() - Change what a set watches
 * @op:		SK_EPOLL_CTL_xxx
 * @ev:		Copied; not looked at for DEL
 *
 * A file that is closed everywhere leaves its sets by itself.
 *
 * Return: 0, -EBADF, -EINVAL (not a set, or the set itself), -EEXIST,
 * -ENOENT, -ELOOP (sets nested too deep, or in a circle), -ENOMEM
 */
int sk_epoll_ctl(struct stack *stack, int epfd, int op, int fd,
		 const struct sk_epoll_event *ev);

/**
 * sk_epoll_wait() - Take what is ready
 * @evs:	Filled in
 * @max:	Room in it, at least 1
 *
 * May block.
 *
 * Return: how many, 0 when the time is over, -EBADF, -EINVAL, -EDEADLK
 */
int sk_epoll_wait(struct stack *stack, int epfd, struct sk_epoll_event *evs,
		  int max, int64_t timeout_ns);

/**
 * sk_timer_create() - A file that becomes readable when time has passed
 *
 * A read gives how often it expired since the last one, as a uint64_t.
 *
 * Return: its descriptor, -EMFILE or -ENOMEM.  @flags: SK_SOCK_NONBLOCK
 */
int sk_timer_create(struct stack *stack, int flags);

/**
 * sk_timer_set() - Arm a timer
 * @first_ns:	From now; 0: disarm
 * @interval_ns: Then again and again; 0: once
 *
 * Return: 0, -EBADF, -EINVAL (not a timer)
 */
int sk_timer_set(struct stack *stack, int fd, uint64_t first_ns,
		 uint64_t interval_ns);

/* Time left and interval; 0 left: not armed.  0, -EBADF, -EINVAL. */
int sk_timer_get(struct stack *stack, int fd, uint64_t *left_ns,
		 uint64_t *interval_ns);

#define SK_EVENT_SEMAPHORE 1

/**
 * sk_event_create() - A counter that is readable unless it is 0
 * @count:	To begin with
 * @flags:	SK_EVENT_SEMAPHORE: a read takes 1 and not all; SK_SOCK_NONBLOCK
 *
 * Reads and writes are of one uint64_t: a read takes, a write adds.
 *
 * Return: its descriptor, -EMFILE or -ENOMEM
 */
int sk_event_create(struct stack *stack, uint64_t count, int flags);

#endif /* IO_IO_H */
