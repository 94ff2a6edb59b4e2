// SPDX-License-Identifier: MIT
/*
 * file_async.c - signal-driven I/O: a callback that raises a signal
 *
 * Theory of operation
 * ===================
 * A program that would rather be told than ask says to whom (F_SETOWN), with
 * which signal (F_SETSIG) and that it wants to be (O_ASYNC).  All this is one
 * more waiter on the file's wait queue:
 *
 *	event ---> wait queue ---> waiter ---> sink.raise(signal, owner)
 *
 * A signal says that something happened, not that there is something to do:
 * it is an edge.  Nobody counts how often.  The standard signal SIGIO coalesces
 * while it is pending, so one signal may stand for a hundred events, on other
 * descriptors as well; that is why F_SETSIG exists: a realtime signal queues,
 * and its siginfo names the descriptor (si_fd) and the event (si_code and
 * si_band).  The queue has an end, too.  When it is full the program gets a
 * SIGIO instead, which means: something was lost, look at all of them.
 *
 * Urgent data has a signal of its own, SIGURG, which the owner gets whether he
 * has asked for O_ASYNC or not.
 *
 * Invariants
 * ----------
 *  (1) The waiter is on the queue for as long as the file exists, from the
 *	first of these calls on; the file's end frees it (WAIT_NVAL).
 */

#include "sock/file_async.h"

#include <errno.h>
#include <limits.h>

#include "base/check.h"
#include "base/mem.h"

#include "core/probe.h"
#include "core/stack.h"
#include "core/waitq.h"

#include "sock/abi.h"
#include "sock/file.h"
#include "sock/sock_int.h"

/* poll's events that only si_band has. */
enum {
	BAND_RDNORM = 0x40,
	BAND_RDBAND = 0x80,
	BAND_WRNORM = 0x100,
	BAND_WRBAND = 0x200,
};

/**
 * struct file_async - who is told
 * @waiter:	On the file's wait queue
 * @file:	Whose
 * @fd:		Which descriptor SK_O_ASYNC was set with
 * @to:		What @owner is; an owner of 0 is nobody
 * @signo:	With which signal; 0: SIGIO, without particulars
 */
struct file_async {
	struct waiter waiter;
	struct file *file;
	int fd;
	enum signal_owner to;
	int32_t owner;
	int signo;
};

static struct stack *stack_of(const struct file_async *a)
{
	return a->file->stack;
}

static int raise(const struct file_async *a, struct signal_info info)
{
	const struct signal_sink *sink = &stack_of(a)->signals;

	info.to = a->to;
	info.owner = a->owner;
	PROBE(&stack_of(a)->place, EV_CALL, R_SOCK_SIGNAL, NULL,
	      EVF_NUM("fd", a->fd), EVF_NUM("signal", info.signo),
	      EVF_NUM("code", info.code));
	return sink->raise(sink->arg, &info);
}

/* Signals whose si_code has meanings of its own: ILL, TRAP, BUS, FPE, SEGV,
 * CHLD, SYS.  SIGIO's own codes are the bands. */
static bool has_own_codes(int signo)
{
	static const uint64_t own = UINT64_C(1) << 4 | 1 << 5 | 1 << 7 |
				    1 << 8 | 1 << 11 | 1 << 17 |
				    UINT64_C(1) << 31;

	return own >> signo & 1;
}

/* A band, by the chosen signal; when its queue is full, by a plain SIGIO. */
static void raise_band(const struct file_async *a, int code, uint32_t band)
{
	struct signal_info plain = {.signo = SIGNAL_IO, .code = SIGNAL_KERNEL};
	struct signal_info info = {
		.signo = a->signo,
		.code = has_own_codes(a->signo) ? SIGNAL_SIGIO : code,
		.fd = a->fd,
		.band = band,
	};

	if (!a->signo || raise(a, info))
		raise(a, plain);
}

static void raise_urgent(const struct file_async *a, bool is_async)
{
	struct signal_info plain = {.signo = SIGNAL_URG, .code = SIGNAL_KERNEL};

	raise(a, plain);
	if (is_async && a->signo)
		raise_band(a, SIGNAL_POLL_PRI, WAIT_PRI | BAND_RDBAND);
}

static void raise_in(const struct file_async *a)
{
	raise_band(a, SIGNAL_POLL_IN, WAIT_IN | BAND_RDNORM);
}

static bool is_tcp(const struct file_async *a)
{
	const struct sock *s = sock_of(a->file);

	return s && sock_is_tcp(s);
}

/* The end of a TCP stream is told twice, as on Linux: that it ends, and that
 * there is something to read, the end. */
static void raise_all(const struct file_async *a, uint32_t events)
{
	if (events & WAIT_ERR)
		raise_band(a, SIGNAL_POLL_ERR, WAIT_ERR);
	else if (events & WAIT_HUP)
		raise_band(a, SIGNAL_POLL_HUP, WAIT_HUP | WAIT_ERR);
	else if (events & (WAIT_IN | WAIT_RDHUP))
		raise_in(a);
	if (events & WAIT_RDHUP && !(events & WAIT_ERR) && is_tcp(a))
		raise_in(a);
	if (events & WAIT_OUT && !(events & (WAIT_ERR | WAIT_HUP | WAIT_RDHUP)))
		raise_band(a, SIGNAL_POLL_OUT,
			   WAIT_OUT | BAND_WRNORM | BAND_WRBAND);
}

static void wake(struct waiter *w, uint32_t events)
{
	struct file_async *a = container_of(w, struct file_async, waiter);
	bool is_async = a->file->flags & SK_O_ASYNC;

	if (events & WAIT_NVAL) {
		a->file->async = NULL;
		mem_free(stack_of(a)->place.env->mem, a, sizeof(*a));
		return;
	}
	if (!a->owner || !stack_of(a)->signals.raise)
		return;
	if (events & WAIT_PRI)
		raise_urgent(a, is_async);
	if (is_async)
		raise_all(a, events);
}

static struct file_async *async_of(struct file *file)
{
	struct file_async *a = file->async;

	if (a)
		return a;
	a = mem_alloc(file->stack->place.env->mem, sizeof(*a));
	if (!a)
		return NULL;
	a->file = file;
	a->fd = -1;
	waiter_init(&a->waiter, wake, NULL,
		    WAIT_IN | WAIT_PRI | WAIT_OUT | WAIT_RDHUP);
	a->waiter.name = "signal";
	waitq_add(&file->wq, &a->waiter);
	file->async = a;
	return a;
}

int file_async_set(struct file *file, int fd, bool is_on)
{
	bool was_on = file->flags & SK_O_ASYNC;
	struct file_async *a;

	if (is_on == was_on)
		return 0;
	if (!is_on) {
		file->flags &= (uint16_t)~SK_O_ASYNC;
		return 0;
	}
	a = async_of(file);
	if (!a)
		return -ENOMEM;
	a->fd = fd;
	file->flags |= SK_O_ASYNC;
	return 0;
}

static bool exists(const struct file *file, enum signal_owner to, int32_t pid)
{
	const struct signal_sink *sink = &file->stack->signals;

	return !sink->exists || sink->exists(sink->arg, to, pid);
}

int file_async_set_owner(struct file *file, const struct sk_owner *owner)
{
	struct file_async *a;

	if (owner->type < SIGNAL_TO_THREAD || owner->type > SIGNAL_TO_GROUP)
		return -EINVAL;
	if (owner->pid < 0 ||
	    (owner->pid &&
	     !exists(file, (enum signal_owner)owner->type, owner->pid)))
		return -ESRCH;
	a = async_of(file);
	if (!a)
		return -ENOMEM;
	a->to = (enum signal_owner)owner->type;
	a->owner = owner->pid;
	return 0;
}

struct sk_owner file_async_owner(const struct file *file)
{
	const struct file_async *a = file->async;

	return (struct sk_owner){a ? (int32_t)a->to : 0, a ? a->owner : 0};
}

int file_async_set_signal(struct file *file, int signo)
{
	struct file_async *a;

	if (signo < 0 || signo > SIGNAL_MAX)
		return -EINVAL;
	if (!signo && !file->async)
		return 0;
	a = async_of(file);
	if (!a)
		return -ENOMEM;
	a->signo = signo;
	return 0;
}

int file_async_signal(const struct file *file)
{
	return file->async ? file->async->signo : 0;
}
