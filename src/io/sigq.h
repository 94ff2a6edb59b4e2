/* SPDX-License-Identifier: MIT */
#ifndef IO_SIGQ_H
#define IO_SIGQ_H

/*
 * sigq.h - pending signals, kept in memory
 *
 * What the kernel keeps for a process: it is where a stack's signals go if
 * there is no process to send them to, or none that should be interrupted.  A
 * program takes them out one by one, as with sigwaitinfo(2).
 *
 * Sets of signals are numbers: bit n - 1 stands for signal n.
 */

#include <stdint.h>

#include "core/signal.h"

struct mem;
struct sigq;
struct stack;

/* Realtime signals that may wait at one time. */
#define SIGQ_MAX_DEFAULT 1024

/**
 * struct sigq_stat - what became of signals
 * @raised:	All
 * @coalesced:	Standard signals that found themselves pending: gone
 * @queued:	Realtime signals that went to the queue
 * @refused:	Realtime signals that found it full
 * @waiting:	In the queue now
 */
struct sigq_stat {
	uint64_t raised, coalesced, queued, refused, waiting;
};

/* A queue without signals, or NULL.  @mem must outlive it. */
struct sigq *sigq_new(struct mem *mem);
void sigq_free(struct sigq *q); /* NULL is fine */

/* Cap on realtime signals that wait. */
void sigq_set_max(struct sigq *q, uint32_t max);

/* A sink that puts signals here. */
struct signal_sink sigq_sink(struct sigq *q);

/* What is pending. */
uint64_t sigq_pending(const struct sigq *q);

/* Take the pending signal of @set with the lowest number, of several of one
 * number the oldest.  Its number, or 0: none. */
int sigq_take(struct sigq *q, uint64_t set, struct signal_info *info);

/**
 * sigq_wait() - Wait for a signal, and take it
 * @timeout_ns:	At most so long; negative: for ever
 *
 * May block.
 *
 * Return: its number, -EAGAIN (the time is over), -EDEADLK
 */
int sigq_wait(struct sigq *q, struct stack *stack, uint64_t set,
	      struct signal_info *info, int64_t timeout_ns);

void sigq_get_stat(const struct sigq *q, struct sigq_stat *stat);

#endif /* IO_SIGQ_H */
