// SPDX-License-Identifier: MIT
/*
 * sigq.c - pending signals, kept in memory
 *
 * Theory of operation
 * ===================
 * The two kinds of signals differ in what a second one does while the first
 * is still pending.  A standard signal is a bit, with room for one siginfo:
 * the second coalesces with it and is gone.  A realtime signal is an entry in
 * a queue, and the second queues behind it:
 *
 *	raise 29, 29, 29   --->  pending: 29
 *	raise 34, 29, 34   --->  pending: 29, 34, 34
 *
 * The queue has a limit, as RLIMIT_SIGPENDING has one; beyond it a realtime
 * signal is refused, which whoever raises it must make up for: see
 * sock/file_async.c.
 *
 * Invariants
 * ----------
 *  (1) A standard signal's bit is in @pending if it is pending; a realtime
 *	signal's, if at least one entry in the queue has its number.
 *  (2) count is the number of entries, and at most max when one is added.
 */

#include "io/sigq.h"

#include <errno.h>

#include "base/check.h"
#include "base/list.h"
#include "base/mem.h"

#include "core/stack.h"

#include "io/io_int.h"

/* A realtime signal that waits. */
struct entry {
	struct list node;
	struct signal_info info;
};

/**
 * struct sigq - what is pending
 * @pending:	Set of numbers
 * @standard:	Of each standard signal that is pending: the first one
 * @queue:	struct entry, the oldest first; @count of them
 */
struct sigq {
	struct mem *mem;
	uint64_t pending;
	struct signal_info standard[SIGNAL_RT_MIN];
	struct list queue;
	uint32_t count, max;
	struct sigq_stat stat;
};

static uint64_t bit(int signo)
{
	return UINT64_C(1) << (signo - 1);
}

struct sigq *sigq_new(struct mem *mem)
{
	struct sigq *q = mem_alloc(mem, sizeof(*q));

	if (!q)
		return NULL;
	q->mem = mem;
	q->max = SIGQ_MAX_DEFAULT;
	list_init(&q->queue);
	return q;
}

static void entry_free(struct sigq *q, struct entry *e)
{
	list_del(&e->node);
	q->count--;
	mem_free(q->mem, e, sizeof(*e));
}

void sigq_free(struct sigq *q)
{
	struct entry *e;

	if (!q)
		return;
	while ((e = list_first_entry(&q->queue, struct entry, node)))
		entry_free(q, e);
	mem_free(q->mem, q, sizeof(*q));
}

void sigq_set_max(struct sigq *q, uint32_t max)
{
	q->max = max;
}

static int raise_standard(struct sigq *q, const struct signal_info *info)
{
	if (q->pending & bit(info->signo)) {
		q->stat.coalesced++;
		return 0;
	}
	q->standard[info->signo] = *info;
	q->pending |= bit(info->signo);
	return 0;
}

static int raise_realtime(struct sigq *q, const struct signal_info *info)
{
	struct entry *e = NULL;

	if (q->count < q->max)
		e = mem_alloc(q->mem, sizeof(*e));
	if (!e) {
		q->stat.refused++;
		return -EAGAIN;
	}
	e->info = *info;
	list_add_tail(&q->queue, &e->node);
	q->count++;
	q->stat.queued++;
	q->pending |= bit(info->signo);
	return 0;
}

static int raise(void *arg, const struct signal_info *info)
{
	struct sigq *q = arg;

	check(info->signo > 0 && info->signo <= SIGNAL_MAX);
	q->stat.raised++;
	return info->signo < SIGNAL_RT_MIN ? raise_standard(q, info)
					   : raise_realtime(q, info);
}

struct signal_sink sigq_sink(struct sigq *q)
{
	return (struct signal_sink){.raise = raise, .arg = q};
}

uint64_t sigq_pending(const struct sigq *q)
{
	return q->pending;
}

/* The oldest of a number; there is one. */
static void take_realtime(struct sigq *q, int signo, struct signal_info *info)
{
	struct list *pos, *next;
	int found = 0;

	list_for_each_safe(pos, next, &q->queue) {
		struct entry *e = container_of(pos, struct entry, node);

		if (e->info.signo != signo)
			continue;
		if (found++)
			return;
		*info = e->info;
		entry_free(q, e);
	}
	q->pending &= ~bit(signo);
}

int sigq_take(struct sigq *q, uint64_t set, struct signal_info *info)
{
	int signo = 1;

	if (!(q->pending & set))
		return 0;
	while (!(q->pending & set & bit(signo)))
		signo++;
	if (signo >= SIGNAL_RT_MIN) {
		take_realtime(q, signo, info);
	} else {
		*info = q->standard[signo];
		q->pending &= ~bit(signo);
	}
	return signo;
}

struct sig_wait {
	const struct sigq *q;
	uint64_t set;
};

static bool is_there(void *arg)
{
	const struct sig_wait *w = arg;

	return w->q->pending & w->set;
}

int sigq_wait(struct sigq *q, struct stack *stack, uint64_t set,
	      struct signal_info *info, int64_t timeout_ns)
{
	struct sig_wait w = {q, set};
	int err = 0;

	if (!is_there(&w) && timeout_ns)
		err = stack_wait(stack, is_there, &w,
				 io_deadline(stack, timeout_ns));
	if (is_there(&w))
		return sigq_take(q, set, info);
	return err && err != -ETIMEDOUT ? err : -EAGAIN;
}

void sigq_get_stat(const struct sigq *q, struct sigq_stat *stat)
{
	*stat = q->stat;
	stat->waiting = q->count;
}
