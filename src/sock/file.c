// SPDX-License-Identifier: MIT
/*
 * file.c - files, their descriptors, references, and sleeping
 *
 * Each descriptor holds one reference to its file; the table of them is in
 * file_table.c.
 */

#include "sock/file.h"

#include <errno.h>

#include "base/check.h"

#include "core/stack.h"

#include "sock/abi.h"
#include "sock/sock_int.h"

void file_init(struct file *file, struct stack *stack,
	       const struct file_ops *ops)
{
	file->ops = ops;
	file->stack = stack;
	waitq_init(&file->wq);
	file->refs = 1;
	file->sleepers = 0;
	file->flags = 0;
	file->access = SK_O_RDWR;
	file->async = NULL;
	file->copies = NULL;
	file->moved[COPY_FROM_USER] = file->moved[COPY_TO_USER] = 0;
	file->calls = 0;
}

struct file *file_get(struct file *file)
{
	check(file->refs > 0);
	file->refs++;
	return file;
}

/* A waiter may be in the middle of freeing itself: take it off first. */
static void tell_it_goes(struct file *file)
{
	struct list *pos;

	while ((pos = list_pop_head(&file->wq.waiters))) {
		struct waiter *w = container_of(pos, struct waiter, node);

		w->wake(w, WAIT_NVAL);
	}
}

void file_put(struct file *file)
{
	check(file->refs > 0);
	if (--file->refs)
		return;
	tell_it_goes(file);
	file_copies_free(file);
	file->ops->release(file);
}

static int table_reach(struct file_table *t, struct stack *stack, uint32_t fd)
{
	if (fd < t->size)
		return 0;
	return file_table_reach(t, stack->place.env->mem, fd);
}

int file_open_from(struct file *file, int min)
{
	struct file_table *t = file_table_of(file->stack);
	uint32_t fd;
	int err;

	if (min < 0 || (uint32_t)min >= t->max)
		return -EINVAL;
	fd = file_table_free(t, (uint32_t)min);
	if (fd >= t->max)
		return -EMFILE;
	err = table_reach(t, file->stack, fd);
	if (err)
		return err;
	file_table_set(t, fd, file);
	return (int)fd;
}

int file_open_at(struct file *file, int fd)
{
	struct file_table *t = file_table_of(file->stack);
	int err;

	if (fd < 0 || (uint32_t)fd >= t->max)
		return -EBADF;
	err = table_reach(t, file->stack, (uint32_t)fd);
	if (err)
		return err;
	file_close(file->stack, fd);
	file_table_set(t, (uint32_t)fd, file);
	return fd;
}

int file_open(struct file *file)
{
	return file_open_from(file, 0);
}

struct file *file_find(struct stack *stack, int fd)
{
	return file_table_at(file_table_of(stack), (uint32_t)fd);
}

bool file_is_cloexec(struct stack *stack, int fd)
{
	return file_find(stack, fd) &&
	       file_table_is_cloexec(file_table_of(stack), (uint32_t)fd);
}

void file_set_cloexec(struct stack *stack, int fd, bool is_on)
{
	if (file_find(stack, fd))
		file_table_set_cloexec(file_table_of(stack), (uint32_t)fd,
				       is_on);
}

void file_exec(struct stack *stack)
{
	uint32_t fd;

	for (fd = 0; fd < file_table_of(stack)->size; fd++)
		if (file_is_cloexec(stack, (int)fd))
			file_close(stack, (int)fd);
}

int file_close(struct stack *stack, int fd)
{
	struct file *file = file_find(stack, fd);

	if (!file)
		return -EBADF;
	file_table_set(file_table_of(stack), (uint32_t)fd, NULL);
	file_put(file);
	return 0;
}

void file_for_each(struct stack *stack,
		   void (*fn)(int fd, struct file *file, void *arg), void *arg)
{
	struct file_table *t = file_table_of(stack);
	struct file *file;
	uint32_t fd;

	for (fd = 0; fd < t->size; fd++) {
		file = file_table_at(t, fd);
		if (file)
			fn((int)fd, file, arg);
	}
}

void file_set_max(struct stack *stack, uint32_t max)
{
	file_table_of(stack)->max = max;
}

struct sleeper {
	struct waiter waiter;
	struct sleep sleep;
};

static void wake_sleeper(struct waiter *w, uint32_t events)
{
	struct sleeper *s = container_of(w, struct sleeper, waiter);

	(void)events;
	sleep_wake(&s->sleep);
}

/* @past: an error that is there already does not end the wait at once. */
static int wait_as(struct file *file, struct sleeper *s, bool past,
		   uint64_t until_ns)
{
	uint32_t enough = s->waiter.mask & ~(past ? (uint32_t)WAIT_ERR : 0);
	int err;

	if (file_poll(file) & enough)
		return 0;
	file_get(file);
	waitq_add(&file->wq, &s->waiter);
	file->sleepers++;
	err = stack_sleep(file->stack, &s->sleep, until_ns);
	file->sleepers--;
	waitq_del(&s->waiter);
	file_put(file);
	return err;
}

static void sleeper_init(struct sleeper *s, const char *call, uint32_t events)
{
	*s = (struct sleeper){.sleep = {0}};
	waiter_init(&s->waiter, wake_sleeper, NULL, events);
	s->waiter.name = call;
}

int file_wait(struct file *file, const char *call, uint32_t events,
	      uint64_t until_ns)
{
	struct sleeper s;

	sleeper_init(&s, call, events);
	return wait_as(file, &s, false, until_ns);
}

int file_wait_past(struct file *file, const char *call, uint32_t events,
		   uint64_t until_ns)
{
	struct sleeper s;

	sleeper_init(&s, call, events);
	return wait_as(file, &s, true, until_ns);
}

int file_wait_turn(struct file *file, const char *call, uint32_t events,
		   uint64_t until_ns)
{
	struct sleeper s;

	sleeper_init(&s, call, events);
	s.waiter.is_exclusive = true;
	return wait_as(file, &s, false, until_ns);
}

/* Closing one file may close others (an epoll set lets go of nothing, but a
 * callback might), so always look anew. */
void file_table_close_all(struct stack *stack)
{
	struct file_table *t = file_table_of(stack);
	uint32_t fd;

	for (fd = 0; fd < t->size; fd++)
		file_close(stack, (int)fd);
	file_table_fini(t, stack->place.env->mem);
}
