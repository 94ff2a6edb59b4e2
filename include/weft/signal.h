/* SPDX-License-Identifier: MIT */
#ifndef WEFT_SIGNAL_H
#define WEFT_SIGNAL_H

/*
 * signal.h - signal-driven I/O: being told instead of asking
 *
 * A descriptor with O_ASYNC (or FIOASYNC) and an owner (F_SETOWN, F_SETOWN_EX)
 * raises a signal whenever something happens to it: SIGIO, or the one that
 * F_SETSIG names, with the descriptor in si_fd, the event in si_band and
 * POLL_IN, POLL_OUT, POLL_ERR, POLL_PRI or POLL_HUP in si_code.  Urgent data
 * raises SIGURG besides.
 *
 * Signals go to a queue in memory that belongs to the stack, whoever the owner
 * is, and the program takes them out with weft_sigtimedwait(): nothing is
 * interrupted, and in virtual time it is deterministic.  Or, when
 * weft_sigreal() says so, the operating system delivers them.
 *
 * Either way: while a standard signal is pending, others of its number are
 * lost in it (they coalesce); realtime signals queue; and when the queue is
 * full, a plain SIGIO comes instead.
 *
 * Part of weft.h; include that.
 */

#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * weft_sigtimedwait() - Wait for a signal in memory, and take it
 * @stack:	Whose
 * @set:	Which
 * @info:	Filled in with si_signo, si_code, si_fd and si_band, or NULL
 * @timeout:	At most so long; NULL: for ever
 *
 * Of several the lowest number comes first, of one number the oldest.
 *
 * May block.
 *
 * Return: its number; -1: EAGAIN (the time is over), EINVAL (@timeout),
 * EDEADLK
 */
WEFT_API int weft_sigtimedwait(struct weft_stack *stack, const sigset_t *set,
			       siginfo_t *info, const struct timespec *timeout);

/**
 * weft_sigwaitinfo() - Wait for a signal in memory for ever, and take it
 * @stack:	Whose
 * @set:	Which
 * @info:	As weft_sigtimedwait()
 *
 * May block.
 *
 * Return: as weft_sigtimedwait()
 */
WEFT_API int weft_sigwaitinfo(struct weft_stack *stack, const sigset_t *set,
			      siginfo_t *info);

/**
 * weft_sigpending() - Which signals wait in memory?
 * @stack:	Whose
 * @set:	Filled in
 *
 * Return: 0
 */
WEFT_API int weft_sigpending(struct weft_stack *stack, sigset_t *set);

/**
 * weft_sigmax() - Limit how many realtime signals may wait in memory
 * @stack:	Whose
 * @max:	What RLIMIT_SIGPENDING is to the kernel; 1024 unless called
 *
 * Return: 0
 */
WEFT_API int weft_sigmax(struct weft_stack *stack, unsigned int max);

/**
 * weft_sigreal() - Have the operating system deliver the signals
 * @stack:	Whose
 * @on:		1: to processes and threads, as F_SETOWN names them; 0: to
 *		the queue in memory, as it is at first
 *
 * The program itself gets the whole siginfo; other processes, which only the
 * kernel may tell more, get the bare signal.
 *
 * Return: 0
 */
WEFT_API int weft_sigreal(struct weft_stack *stack, int on);

/**
 * struct weft_sigstat - what became of a stack's signals in memory
 * @size:	sizeof(struct weft_sigstat), set by the program
 * @raised:	All
 * @coalesced:	Standard signals that were pending already: lost in them
 * @queued:	Realtime signals that went to the queue
 * @refused:	Realtime signals that found it full: a SIGIO came instead
 * @waiting:	In the queue now
 */
struct weft_sigstat {
	size_t size;
	uint64_t raised;
	uint64_t coalesced;
	uint64_t queued;
	uint64_t refused;
	uint64_t waiting;
};

/**
 * weft_sigstat() - Count a stack's signals in memory
 * @stack:	Whose
 * @stat:	Filled in
 *
 * Return: 0; -1: EINVAL (its size)
 */
WEFT_API int weft_sigstat(struct weft_stack *stack, struct weft_sigstat *stat);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_SIGNAL_H */
