// SPDX-License-Identifier: MIT
/*
 * counter.c - timers and event counters: files that are numbers
 *
 * Both are a counter that is readable unless it is 0.  A timer's grows when
 * time passes, an event counter's when somebody writes to it.
 *
 * A periodic timer is armed again from the time at which it was due and not
 * from the time at which it was noticed, so it does not drift; ticks that were
 * missed are counted.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

#include "core/stack.h"
#include "core/waitq.h"

#include "io/io.h"
#include "io/io_int.h"
#include "sock/abi.h"

#define COUNT_MAX (UINT64_MAX - 1)

/* A timer uses all fields, an event counter only the first three. */
struct counter {
	struct file file;
	uint64_t count;
	bool is_semaphore;
	struct timer timer;
	uint64_t due_ns, interval_ns;
};

static struct counter *counter_of(struct file *file)
{
	return container_of(file, struct counter, file);
}

int io_open(struct file *file, int flags)
{
	int fd = file_open(file);

	if (flags & SK_SOCK_NONBLOCK)
		file->flags |= SK_O_NONBLOCK;
	if (fd < 0)
		file_put(file);
	else
		file_set_cloexec(file->stack, fd, flags & SK_SOCK_CLOEXEC);
	return fd;
}

static uint32_t poll_timer(struct file *file)
{
	return counter_of(file)->count ? WAIT_IN : 0;
}

static uint32_t poll_event(struct file *file)
{
	const struct counter *c = counter_of(file);

	return (c->count ? WAIT_IN : 0) | (c->count < COUNT_MAX ? WAIT_OUT : 0);
}

static long read_counter(struct file *file, void *buf, size_t len)
{
	struct counter *c = counter_of(file);
	uint64_t n = c->is_semaphore ? 1 : c->count;

	if (len < sizeof(n))
		return -EINVAL;
	if (!c->count)
		return -EAGAIN;
	memcpy(buf, &n, sizeof(n));
	c->count -= n;
	waitq_wake(&file->wq, WAIT_OUT);
	return sizeof(n);
}

static long write_event(struct file *file, const void *buf, size_t len)
{
	struct counter *c = counter_of(file);
	uint64_t n;

	if (len != sizeof(n))
		return -EINVAL;
	memcpy(&n, buf, sizeof(n));
	if (n > COUNT_MAX)
		return -EINVAL;
	if (n > COUNT_MAX - c->count)
		return -EAGAIN;
	c->count += n;
	if (n)
		waitq_wake(&file->wq, WAIT_IN);
	return sizeof(n);
}

static void release_counter(struct file *file)
{
	struct counter *c = counter_of(file);

	stack_disarm(file->stack, &c->timer);
	mem_free(file->stack->place.env->mem, c, sizeof(*c));
}

static const struct file_ops timer_ops = {
	.kind = "timer",
	.poll = poll_timer,
	.read = read_counter,
	.release = release_counter,
};

static const struct file_ops event_ops = {
	.kind = "event",
	.poll = poll_event,
	.read = read_counter,
	.write = write_event,
	.release = release_counter,
};

static void on_timer(struct timer *t, void *arg)
{
	struct counter *c = arg;
	struct stack *stack = c->file.stack;
	uint64_t ticks = 1;

	(void)t;
	if (c->interval_ns) {
		ticks += (stack_now(stack) - c->due_ns) / c->interval_ns;
		c->due_ns += ticks * c->interval_ns;
		stack_arm(stack, &c->timer, c->due_ns);
	}
	c->count += ticks;
	waitq_wake(&c->file.wq, WAIT_IN);
}

static struct counter *counter_new(struct stack *stack,
				   const struct file_ops *ops)
{
	struct counter *c = mem_alloc(stack->place.env->mem, sizeof(*c));

	if (!c)
		return NULL;
	file_init(&c->file, stack, ops);
	timer_init(&c->timer, on_timer, c);
	return c;
}

int sk_timer_create(struct stack *stack, int flags)
{
	struct counter *c = counter_new(stack, &timer_ops);

	return c ? io_open(&c->file, flags) : -ENOMEM;
}

int sk_event_create(struct stack *stack, uint64_t count, int flags)
{
	struct counter *c = counter_new(stack, &event_ops);

	if (!c)
		return -ENOMEM;
	c->count = count;
	c->is_semaphore = flags & SK_EVENT_SEMAPHORE;
	return io_open(&c->file, flags);
}

static int find_timer(struct stack *stack, int fd, struct counter **c)
{
	struct file *file = file_find(stack, fd);

	if (!file)
		return -EBADF;
	*c = counter_of(file);
	return file->ops == &timer_ops ? 0 : -EINVAL;
}

int sk_timer_set(struct stack *stack, int fd, uint64_t first_ns,
		 uint64_t interval_ns)
{
	struct counter *c;
	int err = find_timer(stack, fd, &c);
	uint64_t now = stack_now(stack);

	if (err)
		return err;
	c->count = 0;
	c->interval_ns = interval_ns;
	c->due_ns = first_ns > UINT64_MAX - now ? UINT64_MAX : now + first_ns;
	if (first_ns)
		stack_arm(stack, &c->timer, c->due_ns);
	else
		stack_disarm(stack, &c->timer);
	return 0;
}

int sk_timer_get(struct stack *stack, int fd, uint64_t *left_ns,
		 uint64_t *interval_ns)
{
	struct counter *c;
	int err = find_timer(stack, fd, &c);

	if (err)
		return err;
	*left_ns = timer_is_armed(&c->timer) ? c->due_ns - stack_now(stack) : 0;
	*interval_ns = c->interval_ns;
	return 0;
}
