/* SPDX-License-Identifier: MIT */
#ifndef VNET_SCHED_H
#define VNET_SCHED_H

/*
 * sched.h - what happens next: events in order of (time, node, lane)
 *
 * An event lies in its owner and is in the queue at most once; arming it again
 * moves it.  Two events of the same time are ordered by the node they happen
 * at, then by lane: 0 is the node's own stack, cables have numbers of their
 * own.  So the order never depends on when or where something was allocated,
 * and different parts of a network could run in different processes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/mem.h"

struct sched_event;

typedef void sched_fn(struct sched_event *ev, void *arg);

/**
 * struct sched_event - something that will happen
 * @node:	In the queue, while armed
 * @at_ns:	When
 * @where:	Number of the node that it happens at
 * @lane:	Tells events of one node apart
 * @fn:		What to do; the event is not armed any more then
 * @arg:	For @fn
 */
struct sched_event {
	struct heap_node node;
	uint64_t at_ns;
	uint64_t lane;
	uint32_t where;
	sched_fn *fn;
	void *arg;
};

/**
 * struct sched - the queue
 * @heap:	Armed events, the first to happen first
 * @reserved:	Events that exist: so many have a place in @heap
 */
struct sched {
	struct heap heap;
	size_t reserved;
};

void sched_init(struct sched *s, struct mem *mem);
void sched_fini(struct sched *s);

/**
 * sched_add() - Prepare an event, and reserve its place in the queue
 * @ev:		Filled in but for @fn and @arg, which the caller sets
 * @where:	Number of its node, 0 for the script
 * @lane:	No other event of that node has the same
 *
 * Since the place is reserved, arming cannot fail.
 *
 * Return: 0 or -ENOMEM
 */
int sched_add(struct sched *s, struct sched_event *ev, uint32_t where,
	      uint64_t lane);

/* Cancel @ev for good and give its place back. */
void sched_del(struct sched *s, struct sched_event *ev);

/* Have @ev happen at @at_ns, no matter whether it was armed. */
void sched_arm(struct sched *s, struct sched_event *ev, uint64_t at_ns);
void sched_cancel(struct sched *s, struct sched_event *ev);

static inline bool sched_is_empty(const struct sched *s)
{
	return s->heap.count == 0;
}

/* Time of the first event, UINT64_MAX if there is none. */
uint64_t sched_next(const struct sched *s);

/* Take the first event out, or NULL. */
struct sched_event *sched_pop(struct sched *s);

#endif /* VNET_SCHED_H */
