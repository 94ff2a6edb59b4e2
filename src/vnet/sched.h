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

#include "base/mem.h"

struct sched_event;

typedef void sched_fn(struct sched_event *ev, void *arg);

/**
 * struct sched_event - something that will happen
 * @at_ns:	When
 * @lane:	Tells events of one node apart
 * @where:	Number of the node that it happens at
 * @is_armed:	It is in the queue
 * @is_fresh:	It was armed not long ago, see sched.c
 * @place:	Where
 * @fn:		What to do; the event counts as not armed then
 * @arg:	For @fn
 */
struct sched_event {
	uint64_t at_ns;
	uint64_t lane;
	uint32_t where;
	bool is_armed, is_fresh;
	size_t place;
	sched_fn *fn;
	void *arg;
};

enum { SCHED_HOT = 32 }; /* a power of two; more makes each arming dearer */

/**
 * struct sched_game - where a tournament stands
 * @at_ns:	The children of i are 2 i and 2 i + 1; [1] is the first to happen.
 *		UINT64_MAX where nobody is
 * @ev:		Who that is, or NULL
 */
struct sched_game {
	uint64_t *at_ns;
	struct sched_event **ev;
};

/**
 * struct sched - the queue
 * @mem:	Where memory comes from
 * @hot_at_ns:	The tournament of the first SCHED_HOT places, as in struct
 *		sched_game; and [0] is who has won the other one
 * @hot_ev:	Likewise
 * @cold:	The tournament of all other places
 * @cold_size:	Its places, a power of two, or 0
 * @size:	All places, or 0
 * @events:	Those that exist, by place
 * @count:	How many
 * @armed:	... are armed
 * @hand:	The hot place that is looked at next
 * @running:	It is happening, and though not armed it keeps its place until
 *		that is over; or NULL
 */
struct sched {
	struct mem *mem;
	uint64_t hot_at_ns[2 * SCHED_HOT];
	struct sched_event *hot_ev[2 * SCHED_HOT];
	struct sched_game cold;
	size_t cold_size, size;
	struct sched_event **events;
	size_t count, armed;
	size_t hand;
	struct sched_event *running;
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
	return s->armed == 0;
}

uint64_t sched_second(const struct sched *s); /* of all but @running */

/* Time of the first event, UINT64_MAX if there is none. */
static inline uint64_t sched_next(const struct sched *s)
{
	if (s->running)
		return sched_second(s);
	return s->hot_at_ns[0] < s->hot_at_ns[1] ? s->hot_at_ns[0]
						 : s->hot_at_ns[1];
}

/**
 * sched_begin() - The first event happens now
 * @until_ns:	... unless it is later than this
 *
 * It is not armed any more; it may be armed again, cancelled, deleted and freed
 * before sched_end(), which follows before the next one begins.
 *
 * Return: the event, or NULL: there is none, or not until then
 */
struct sched_event *sched_begin(struct sched *s, uint64_t until_ns);

static inline void sched_end(struct sched *s)
{
	if (s->running)
		sched_cancel(s, s->running);
}

#endif /* VNET_SCHED_H */
