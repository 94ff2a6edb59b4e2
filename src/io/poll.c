// SPDX-License-Identifier: MIT
/*
 * poll.c - poll() and select(): a callback per descriptor, for one call
 *
 * Theory of operation
 * ===================
 * Both look at all descriptors first; if none is ready they put one waiter on
 * each wait queue, sleep until any is called, take all off and look again.
 * With n descriptors that is 3n steps for each call however few are ready,
 * which is why epoll exists.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

#include "core/stack.h"
#include "core/waitq.h"

#include "io/io.h"
#include "io/io_int.h"
#include "io/sigq.h"
#include "sock/file.h"

/* One descriptor that is waited for. */
struct poll_waiter {
	struct waiter waiter;
	struct file *file;
};

struct poll_call {
	struct stack *stack;
	struct sk_pollfd *fds;
	uint32_t count;
	struct poll_waiter *waiters;
	struct sk_signals signals;
	struct sleep sleep;
};

static bool is_interrupted(const struct poll_call *call)
{
	const struct sk_signals *s = &call->signals;

	return s->set && sigq_pending(s->queue) & s->set;
}

static void wake(struct waiter *w, uint32_t events)
{
	struct poll_call *call = w->arg;

	(void)events;
	sleep_wake(&call->sleep);
}

static bool is_over(void *arg)
{
	const struct poll_call *call = arg;

	return call->sleep.is_woken || is_interrupted(call);
}

static int16_t look_at(struct stack *stack, const struct sk_pollfd *p)
{
	struct file *file = file_find(stack, p->fd);
	uint32_t wanted = (uint16_t)p->events | WAIT_ERR | WAIT_HUP;

	if (p->fd < 0)
		return 0;
	return (int16_t)(file ? io_look(file) & wanted : WAIT_NVAL);
}

static int look(struct poll_call *call)
{
	int ready = 0;
	uint32_t i;

	for (i = 0; i < call->count; i++) {
		struct sk_pollfd *p = &call->fds[i];

		p->revents = look_at(call->stack, p);
		ready += p->revents != 0;
	}
	return ready;
}

static void add_waiters(struct poll_call *call)
{
	uint32_t i;

	call->sleep = (struct sleep){0};
	for (i = 0; i < call->count; i++) {
		struct poll_waiter *w = &call->waiters[i];

		w->file = file_find(call->stack, call->fds[i].fd);
		if (!w->file)
			continue;
		file_get(w->file);
		waiter_init(&w->waiter, wake, call,
			    (uint16_t)call->fds[i].events);
		w->waiter.name = "poll";
		waitq_add(&w->file->wq, &w->waiter);
	}
}

static void del_waiters(struct poll_call *call)
{
	uint32_t i;

	for (i = 0; i < call->count; i++) {
		struct poll_waiter *w = &call->waiters[i];

		if (!w->file)
			continue;
		waitq_del(&w->waiter);
		file_put(w->file);
		w->file = NULL;
	}
}

uint64_t io_deadline(const struct stack *stack, int64_t timeout_ns)
{
	uint64_t now = stack_now(stack);

	if (timeout_ns < 0 || (uint64_t)timeout_ns > UINT64_MAX - now)
		return UINT64_MAX;
	return now + (uint64_t)timeout_ns;
}

/* A signal wakes nobody; who waits for one is asked again and again. */
static int sleep_in(struct poll_call *call, uint64_t until_ns)
{
	if (call->signals.set)
		return stack_wait(call->stack, is_over, call, until_ns);
	return stack_sleep(call->stack, &call->sleep, until_ns);
}

static int sleep_until_ready(struct poll_call *call, uint64_t until_ns)
{
	int ready, err;

	do {
		add_waiters(call);
		err = sleep_in(call, until_ns);
		del_waiters(call);
		ready = look(call);
		if (!ready && is_interrupted(call))
			err = -EINTR;
	} while (!ready && !err);
	return ready || err == -ETIMEDOUT ? ready : err;
}

int sk_poll_call(struct stack *stack, const struct sk_poll_call *what)
{
	struct mem *mem = stack->place.env->mem;
	struct poll_call call = {.stack = stack,
				 .fds = what->fds,
				 .count = what->count,
				 .signals = what->signals};
	size_t size = ((size_t)call.count + 1) * sizeof(*call.waiters);
	int ready = look(&call);

	if (ready)
		return ready;
	if (is_interrupted(&call))
		return -EINTR;
	if (!what->timeout_ns)
		return 0;
	call.waiters = mem_alloc(mem, size);
	if (!call.waiters)
		return -ENOMEM;
	ready = sleep_until_ready(&call, io_deadline(stack, what->timeout_ns));
	mem_free(mem, call.waiters, size);
	return ready;
}

int sk_poll(struct stack *stack, struct sk_pollfd *fds, uint32_t count,
	    int64_t timeout_ns)
{
	const struct sk_poll_call call = {
		.fds = fds, .count = count, .timeout_ns = timeout_ns};

	return sk_poll_call(stack, &call);
}

static bool set_has(const struct sk_fd_set *set, int fd)
{
	return set && set->bits[fd / 64] >> fd % 64 & 1;
}

/* The three sets, and which events mean that a bit in them stays. */
struct select_set {
	struct sk_fd_set *set;
	int16_t ask, told;
};

/* What is asked about one descriptor; 0: nothing. */
static int16_t asked_of(const struct select_set sets[3], int fd)
{
	int16_t ask = 0;
	int i;

	for (i = 0; i < 3; i++)
		if (set_has(sets[i].set, fd))
			ask |= sets[i].ask;
	return ask;
}

/* Leaves the bits of what is ready, and words behind the last one as they are,
 * for the kernel does not reach them.  Returns how many. */
static int answer(const struct select_set *s, const struct sk_pollfd *fds,
		  int count)
{
	struct sk_fd_set out = {0};
	int i, n = 0;

	if (!s->set)
		return 0;
	for (i = 0; i < count; i++) {
		int fd = fds[i].fd;

		if (fd < 0 || !set_has(s->set, fd) ||
		    !(fds[i].revents & s->told))
			continue;
		out.bits[fd / 64] |= UINT64_C(1) << fd % 64;
		n++;
	}
	memcpy(s->set, &out, (size_t)(count + 63) / 64 * sizeof(out.bits[0]));
	return n;
}

/* What to poll for: 0 or -EBADF. */
static int ask_all(struct stack *stack, const struct select_set sets[3],
		   struct sk_poll_call *poll)
{
	int fd;

	for (fd = 0; fd < (int)poll->count; fd++) {
		int16_t ask = asked_of(sets, fd);

		if (ask && !file_find(stack, fd))
			return -EBADF;
		poll->fds[fd].fd = ask ? fd : -1;
		poll->fds[fd].events = ask;
	}
	return 0;
}

static int select_array(struct stack *stack, const struct select_set sets[3],
			struct sk_poll_call *poll)
{
	int i, n = ask_all(stack, sets, poll);

	if (!n)
		n = sk_poll_call(stack, poll);
	if (n < 0)
		return n;
	for (i = 0, n = 0; i < 3; i++)
		n += answer(&sets[i], poll->fds, (int)poll->count);
	return n;
}

int sk_select_call(struct stack *stack, const struct sk_select_call *call)
{
	const struct select_set sets[3] = {
		{call->rd, WAIT_IN | WAIT_RDHUP, WAIT_IN | WAIT_HUP | WAIT_ERR},
		{call->wr, WAIT_OUT, WAIT_OUT | WAIT_ERR},
		{call->ex, WAIT_PRI, WAIT_PRI},
	};
	struct mem *mem = stack->place.env->mem;
	struct sk_poll_call poll = {.count = (uint32_t)call->count,
				    .timeout_ns = call->timeout_ns,
				    .signals = call->signals};
	size_t size;
	int n;

	if (call->count < 0 || call->count > SK_FD_SETSIZE)
		return -EINVAL;
	size = ((size_t)call->count + 1) * sizeof(*poll.fds);
	poll.fds = mem_alloc(mem, size);
	if (!poll.fds)
		return -ENOMEM;
	n = select_array(stack, sets, &poll);
	mem_free(mem, poll.fds, size);
	return n;
}

int sk_select(struct stack *stack, int count, struct sk_fd_set *rd,
	      struct sk_fd_set *wr, struct sk_fd_set *ex, int64_t timeout_ns)
{
	const struct sk_select_call call = {
		.count = count,
		.rd = rd,
		.wr = wr,
		.ex = ex,
		.timeout_ns = timeout_ns,
	};

	return sk_select_call(stack, &call);
}
