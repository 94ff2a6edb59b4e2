// SPDX-License-Identifier: MIT
/*
 * watch.c - a function that is called when something happens
 *
 * A waiter on the descriptor's wait queue that defers a task: the program is
 * called at the end of the event and not in the middle of it, and may close,
 * unwatch and send as it likes.
 */

#include "base/check.h"

#include "core/waitq.h"

#include "api/api_int.h"
#include "sock/file.h"

/* A watch; @file is NULL once the file is gone. */
struct weft_watch {
	struct list node;
	struct waiter waiter;
	struct task task;
	struct weft_stack *owner;
	struct file *file;
	int fd;
	weft_watch_fn *fn;
	void *arg;
};

static void wake(struct waiter *w, uint32_t events)
{
	struct weft_watch *watch = container_of(w, struct weft_watch, waiter);

	if (events & WAIT_NVAL) {
		watch->file = NULL;
		task_cancel(&watch->task);
		return;
	}
	stack_defer(watch->owner->stack, &watch->task);
}

static void call_back(struct task *task, void *arg)
{
	struct weft_watch *watch = arg;
	uint32_t events = file_poll(watch->file) & watch->waiter.mask;

	(void)task;
	if (events)
		watch->fn(watch->owner, watch->fd, (short)events, watch->arg);
}

struct weft_watch *weft_watch(struct weft_stack *ws, int fd, short events,
			      weft_watch_fn *fn, void *arg)
{
	API_CALL(ws);
	struct stack *stack = call.stack;
	struct file *file = file_find(stack, fd);
	struct weft_watch *watch;

	if (!file) {
		errno = EBADF;
		return NULL;
	}
	watch = mem_alloc(stack->place.env->mem, sizeof(*watch));
	if (!watch) {
		errno = ENOMEM;
		return NULL;
	}
	watch->owner = ws;
	watch->file = file;
	watch->fd = fd;
	watch->fn = fn;
	watch->arg = arg;
	waiter_init(&watch->waiter, wake, NULL, (uint16_t)events);
	watch->waiter.name = "watch";
	task_init(&watch->task, call_back, watch);
	waitq_add(&file->wq, &watch->waiter);
	list_add_tail(&ws->watches, &watch->node);
	if (file_poll(file) & watch->waiter.mask)
		stack_defer(stack, &watch->task);
	return watch;
}

static void unwatch(struct weft_watch *watch)
{
	waitq_del(&watch->waiter);
	task_cancel(&watch->task);
	list_del(&watch->node);
	mem_free(watch->owner->stack->place.env->mem, watch, sizeof(*watch));
}

void weft_unwatch(struct weft_watch *watch)
{
	if (watch) {
		API_CALL(watch->owner);

		unwatch(watch);
	}
}

void api_unwatch_all(struct weft_stack *ws)
{
	struct list *pos;

	while ((pos = list_pop_head(&ws->watches)))
		unwatch(container_of(pos, struct weft_watch, node));
}
