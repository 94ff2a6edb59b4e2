/* SPDX-License-Identifier: MIT */
#ifndef CORE_WAITQ_H
#define CORE_WAITQ_H

/*
 * waitq.h - wait queues: the one idea of I/O
 *
 * Whatever can become ready (a socket, a pipe, a timer) has a wait queue.
 * Whoever wants to know puts a waiter there, and is called back when
 * something happens.  Blocking, non-blocking, select, poll, epoll, signals and
 * completions are different callbacks; there is no other wake-up path.
 *
 * A callback must be short: note it, link it, defer a task.  It may remove
 * its own waiter, no other.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

/* The values are Linux's POLLxxx, so that they can be handed out as they are. */
enum wait_event {
	WAIT_IN = 0x0001,
	WAIT_PRI = 0x0002,
	WAIT_OUT = 0x0004,
	WAIT_ERR = 0x0008,
	WAIT_HUP = 0x0010,
	WAIT_NVAL = 0x0020,
	WAIT_RDHUP = 0x2000,
};

struct waitq {
	struct list waiters;
};

struct waiter {
	struct list node;
	void (*wake)(struct waiter *w, uint32_t events);
	void *arg;
	uint32_t mask;	   /* wake only for these; WAIT_ERR, HUP, NVAL always */
	bool is_exclusive; /* at most one exclusive waiter is woken at a time */
	const char *name;  /* who it is, for people; a static string, or NULL */
};

void waitq_init(struct waitq *q);
void waiter_init(struct waiter *w,
		 void (*wake)(struct waiter *w, uint32_t events), void *arg,
		 uint32_t mask);
void waitq_add(struct waitq *q, struct waiter *w);
void waitq_del(struct waiter *w); /* harmless if it does not wait */

void waitq_wake_all(struct waitq *q, uint32_t events); /* what follows */

/* Something happened: call all whose mask it meets.  Mostly nobody waits. */
static inline void waitq_wake(struct waitq *q, uint32_t events)
{
	if (!list_is_empty(&q->waiters))
		waitq_wake_all(q, events);
}

#endif /* CORE_WAITQ_H */
