/* SPDX-License-Identifier: MIT */
#ifndef OS_GATE_H
#define OS_GATE_H

/*
 * gate.h - many threads, one at a time: the lock around what knows no threads
 *
 * Below here nobody knows that there are threads.  Whoever wants to use a
 * stack, or all stacks of one network, goes through its gate:
 *
 *	gate_enter(gate);	waits until nobody else is inside
 *	... any calls; one that blocks leaves the gate while it sleeps ...
 *	gate_leave(gate);	what became due happens, who was woken is told
 *
 * and a thread of the gate's own goes in when time has passed.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#include "core/stack.h"

/* Woken threads that are remembered until the gate is left; a further one is
 * told at once. */
#define GATE_WOKEN 16

/**
 * struct gate_ops - what is behind a gate
 * @now:	What time it is, by a real clock
 * @next:	When something will be due; UINT64_MAX: never
 * @run:	It is @now_ns: do what is due
 */
struct gate_ops {
	uint64_t (*now)(void *arg);
	uint64_t (*next)(void *arg);
	void (*run)(void *arg, uint64_t now_ns);
};

/**
 * struct gate_stats - how often what happened
 * @enters:	Somebody came in
 * @sleeps:	A call left the gate to sleep
 * @wakes:	A sleeping thread was told to go on
 * @ticks:	The gate's own thread came in
 */
struct gate_stats {
	uint64_t enters, sleeps, wakes, ticks;
};

/**
 * struct gate - the lock, who sleeps outside of it, and the clock's thread
 * @mutex:	Held by who is inside
 * @owner:	His pthread_self(), or 0
 * @depth:	How often he came in
 * @now_ns:	When he did
 * @ops:	What is behind it
 * @arg:	First argument of @ops
 * @askers:	struct gate_sleeper: whose condition nobody announces
 * @woken:	Words of threads to be told, @woken_count of them
 * @clock:	The gate's own thread
 * @clock_word:	It sleeps while this is 0
 * @clock_ns:	Until then; 0: it does not sleep
 * @is_ending:	It is to end
 * @stats:	What happened
 */
struct gate {
	pthread_mutex_t mutex;
	atomic_ulong owner;
	unsigned int depth;
	uint64_t now_ns;
	const struct gate_ops *ops;
	void *arg;
	struct list askers;
	const atomic_uint *woken[GATE_WOKEN];
	unsigned int woken_count;
	pthread_t clock;
	atomic_uint clock_word;
	uint64_t clock_ns;
	bool is_ending;
	struct gate_stats stats;
};

/**
 * gate_init() - Make a gate, and start its thread
 * @ops:	Its functions are called by whoever is inside
 *
 * Return: 0, -EAGAIN (no thread could be made)
 */
int gate_init(struct gate *g, const struct gate_ops *ops, void *arg);

/* End its thread.  Nobody may be inside or asleep. */
void gate_fini(struct gate *g);

/* Go in; a thread that is inside already may go in again.  May block. */
void gate_enter(struct gate *g);

/* Go out; errno stays as it is. */
void gate_leave(struct gate *g);

/**
 * gate_sleep() - Leave the gate until a call is woken, and come back
 * @s:		As stack_sleep()
 * @until_ns:	At the latest
 *
 * Return: 0, -ETIMEDOUT; -EDEADLK: it came in more than once, or from an event
 */
int gate_sleep(struct gate *g, struct sleep *s, uint64_t until_ns);

/* The same with a condition, which is asked whenever somebody was inside. */
int gate_wait(struct gate *g, bool (*is_done)(void *arg), void *arg,
	      uint64_t until_ns);

#endif /* OS_GATE_H */
