// SPDX-License-Identifier: MIT
/*
 * sched.c - the queue of events of a world
 *
 * Theory of operation
 * ===================
 * A heap of events.  There is one event for each stack and one for each
 * direction of a cable, however many timers and frames they have: those keep
 * their own order (a timing wheel, a sorted list), and the heap stays as small
 * as the network.
 *
 * The order is total: no two events have the same node and lane.
 *
 * Invariant: the heap has room for all events that exist, so arming one needs
 * no memory.
 */

#include "vnet/sched.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

static bool is_before(const struct heap_node *na, const struct heap_node *nb)
{
	const struct sched_event *a, *b;

	a = container_of_const(na, struct sched_event, node);
	b = container_of_const(nb, struct sched_event, node);
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns;
	if (a->where != b->where)
		return a->where < b->where;
	return a->lane < b->lane;
}

void sched_init(struct sched *s, struct mem *mem)
{
	heap_init(&s->heap, mem, is_before);
	s->reserved = 0;
}

void sched_fini(struct sched *s)
{
	check(s->reserved == 0);
	heap_fini(&s->heap);
}

int sched_add(struct sched *s, struct sched_event *ev, uint32_t where,
	      uint64_t lane)
{
	if (heap_reserve(&s->heap, s->reserved + 1))
		return -ENOMEM;
	s->reserved++;
	memset(ev, 0, sizeof(*ev));
	ev->where = where;
	ev->lane = lane;
	return 0;
}

void sched_del(struct sched *s, struct sched_event *ev)
{
	sched_cancel(s, ev);
	check(s->reserved > s->heap.count);
	s->reserved--;
}

void sched_arm(struct sched *s, struct sched_event *ev, uint64_t at_ns)
{
	bool is_armed = heap_is_linked(&ev->node);
	int err = 0;

	if (is_armed && ev->at_ns == at_ns)
		return;
	ev->at_ns = at_ns;
	if (is_armed)
		heap_moved(&s->heap, &ev->node);
	else
		err = heap_add(&s->heap, &ev->node);
	check(!err); /* its place is reserved */
}

void sched_cancel(struct sched *s, struct sched_event *ev)
{
	heap_del(&s->heap, &ev->node);
}

uint64_t sched_next(const struct sched *s)
{
	const struct heap_node *first = heap_first(&s->heap);

	if (!first)
		return UINT64_MAX;
	return container_of_const(first, struct sched_event, node)->at_ns;
}

struct sched_event *sched_pop(struct sched *s)
{
	struct heap_node *first = heap_pop(&s->heap);

	return first ? container_of(first, struct sched_event, node) : NULL;
}
