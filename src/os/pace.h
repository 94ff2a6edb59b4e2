/* SPDX-License-Identifier: MIT */
#ifndef OS_PACE_H
#define OS_PACE_H

/*
 * pace.h - real time: stacks and worlds follow the system's clock
 *
 *	struct pace pace;
 *	struct pace_stack ps;
 *	struct pace_fd rx;
 *
 *	pace_init(&pace, 0);
 *	pace_add_stack(&pace, &ps, &stack);
 *	pace_watch(&pace, &rx, tap.fd, on_frames, &tap);
 *	pace_run(&pace);		until somebody calls pace_stop()
 *
 * Whatever has a "when next?" and a "now it is so late" can be paced: a stack
 * (stack_next(), stack_run()), a whole virtual network (world_next(),
 * world_run_until()).
 */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/list.h"

#include "core/stack.h"

/* Descriptors at one time; how often in a row the clock is looked at, and what
 * is due is done, before descriptors are; and how often in a row these are
 * read, when nobody has looked for long, before what is due is done: 16 batches
 * are the thousand frames that a TAP device keeps. */
enum { PACE_FDS = 64, PACE_ROUNDS = 16, PACE_BATCHES = 16 };

/* "Long".  Half of the shortest time after which silence means anything (the
 * retransmission timer's 200 ms). */
#define PACE_AWAY_NS (100 * NS_PER_MS)

/**
 * struct pace_driven - something that follows the clock
 * @node:	In the pace
 * @next:	Latest time at which it wants to run; UINT64_MAX: does not care
 * @pass:	(optional) It is @now_ns, but something has come that was there
 *		before anything that is due, and is told next: only let time
 *		pass, as far as that can be.  Without it time stands still
 *		until @run
 * @run:	It is @now_ns: do what is due
 * @arg:	Argument of all
 */
struct pace_driven {
	struct list node;
	uint64_t (*next)(void *arg);
	void (*pass)(void *arg, uint64_t now_ns);
	void (*run)(void *arg, uint64_t now_ns);
	void *arg;
};

/**
 * struct pace_fd - a descriptor that may bring something
 * @node:	In the pace
 * @fd:		Which
 * @on_ready:	It can be read, or it is broken; it may unwatch itself, no other
 * @arg:	Argument
 */
struct pace_fd {
	struct list node;
	int fd;
	void (*on_ready)(struct pace_fd *pfd, void *arg);
	void *arg;
};

/**
 * struct pace_set - a descriptor that stands for many (epoll(7)), and waits for
 *		     the others too: one system call both sleeps and tells which
 * @wait:	Wait as ppoll(2) does, up to @timeout (NULL: for ever): a bit of
 *		enum pace_ready for each that is
 * @add, @del:	Wait for @fd too, or no longer.  0 or -errno
 */
struct pace_set {
	int (*wait)(struct pace_fd *pfd, const struct timespec *timeout);
	int (*add)(struct pace_fd *pfd, int fd);
	void (*del)(struct pace_fd *pfd, int fd);
};

enum pace_ready { PACE_SELF = 1, PACE_OTHERS = 2 };

/* A stack that follows the clock.  While it does, its calls may block. */
struct pace_stack {
	struct pace_driven driven;
	struct stack *stack;
};

/**
 * struct pace - a clock and who follows it
 * @driven:	struct pace_driven
 * @fds:	struct pace_fd
 * @fd_count:	How many
 * @waiter:	Of these, who waits for all of them, or NULL
 * @set:	How
 * @offset_ns:	What to add to the system's clock
 * @looked_ns:	When it was last looked what has come
 * @is_stopped:	pace_stop() was called
 * @is_running:	Somebody's function is running
 * @sleeps:	How often there was nothing to do
 */
struct pace {
	struct list driven;
	struct list fds;
	unsigned int fd_count;
	struct pace_fd *waiter;
	const struct pace_set *set;
	uint64_t offset_ns;
	uint64_t looked_ns;
	bool is_stopped;
	bool is_running;
	uint64_t sleeps;
};

/* @start_ns: what time it is now, to those who follow. */
void pace_init(struct pace *p, uint64_t start_ns);

/* The time. */
uint64_t pace_now(const struct pace *p);

void pace_add(struct pace *p, struct pace_driven *d);
void pace_del(struct pace_driven *d);

/**
 * pace_add_stack() - Have a stack follow the clock
 * @ps:		Filled in; goes with pace_del(&ps->driven)
 * @stack:	Its ops and driver are set: its calls block by running @p
 */
void pace_add_stack(struct pace *p, struct pace_stack *ps, struct stack *stack);

/* 0 or -ENOSPC.  Does not own @fd. */
int pace_watch(struct pace *p, struct pace_fd *pfd, int fd,
	       void (*on_ready)(struct pace_fd *pfd, void *arg), void *arg);
void pace_unwatch(struct pace *p, struct pace_fd *pfd);
/* From now on @pfd, which is watched, waits for all.  If @set cannot wait for one
 * of them, they are waited for without it, as before. */
void pace_wait_by(struct pace *p, struct pace_fd *pfd,
		  const struct pace_set *set);

/**
 * pace_skip() - The clock jumps ahead to what is due next, and that happens
 * @until_ns:	No farther, in the pace's time
 *
 * For who knows that nobody outside lives by this clock yet.  Calls back what
 * is paced; does not block.
 *
 * Return: false: nothing was due before @until_ns, which it is now; or called
 * from within something that is paced, and nothing has happened
 */
bool pace_skip(struct pace *p, uint64_t until_ns);

/**
 * pace_wait() - Let time pass until a condition holds
 * @is_done:	Asked after everything that happens; NULL: never
 * @until_ns:	At the latest, in the pace's time; UINT64_MAX: for ever
 *
 * May block and call back anything that is paced.
 *
 * Return: 0; -ETIMEDOUT; -EINTR (pace_stop()); -EDEADLK when called from
 * within something that is paced
 */
int pace_wait(struct pace *p, bool (*is_done)(void *arg), void *arg,
	      uint64_t until_ns);

/* Let happen what is due, and take in what has come; does not sleep.  For
 * programs that always have something to do.  0 or -EDEADLK. */
int pace_poll(struct pace *p);

/* Until pace_stop().  0 or -EDEADLK. */
int pace_run(struct pace *p);

/* End pace_run() and pace_wait(), now and from now on. */
void pace_stop(struct pace *p);

#endif /* OS_PACE_H */
