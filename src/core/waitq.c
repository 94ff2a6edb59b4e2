// SPDX-License-Identifier: MIT
/*
 * waitq.c - waking who waits
 *
 * Non-exclusive waiters stand in front, exclusive ones behind, each in order
 * of arrival; an exclusive waiter that was woken goes to the end, so that
 * several of them take turns.  An end is news for all of them.
 */

#include "core/waitq.h"

#include <stddef.h>

#include "base/check.h"

#define ALWAYS (WAIT_ERR | WAIT_HUP | WAIT_NVAL)

void waitq_init(struct waitq *q)
{
	list_init(&q->waiters);
}

void waiter_init(struct waiter *w,
		 void (*wake)(struct waiter *w, uint32_t events), void *arg,
		 uint32_t mask)
{
	list_init(&w->node);
	w->wake = wake;
	w->arg = arg;
	w->mask = mask | ALWAYS;
	w->is_exclusive = false;
	w->name = NULL;
}

void waitq_add(struct waitq *q, struct waiter *w)
{
	if (w->is_exclusive)
		list_add_tail(&q->waiters, &w->node);
	else
		list_add_head(&q->waiters, &w->node);
}

void waitq_del(struct waiter *w)
{
	if (list_is_linked(&w->node))
		list_del(&w->node);
}

void waitq_wake_all(struct waitq *q, uint32_t events)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &q->waiters) {
		struct waiter *w = container_of(pos, struct waiter, node);

		if (!(w->mask & events))
			continue;
		if (w->is_exclusive && !(events & ALWAYS)) {
			list_del(&w->node);
			list_add_tail(&q->waiters, &w->node);
			w->wake(w, events);
			return;
		}
		w->wake(w, events);
	}
}
