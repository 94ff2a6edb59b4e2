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
#include <stdint.h>

#include "base/mem.h"

struct sched_event;

typedef void sched_fn(struct sched_event *ev, void *arg);

/**
 * struct sched_event - something that will happen
 * @at_ns:	When
 * @node:	Where
 * @lane:	Tells events of one node apart
 * @pos:	Place in the queue, counted from 1; 0: not armed
 * @fn:		What to do; the event is not armed any more then
 * @arg:	For @fn
 */
struct sched_event {
	uint64_t at_ns;
	uint32_t node;
	uint64_t lane;
	size_t pos;
	sched_fn *fn;
	void *arg;
};

#endif /* VNET_SCHED_H */
