/* SPDX-License-Identifier: MIT */
#ifndef WEFT_STATS_H
#define WEFT_STATS_H

/*
 * stats.h - what a program costs its stack, and how much it may have
 *
 * Counts, not times: they are the same in every run, so two ways to do
 * something can be compared by them.
 *
 * Part of weft.h; include that.
 */

#include <stddef.h>
#include <stdint.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct weft_stats - what was done so far
 * @size:	sizeof(struct weft_stats), set by the program
 * @calls:	Public calls, without this one: what system calls are to a kernel
 * @sleeps:	How often one of them slept, and was woken
 * @looks:	Descriptors that poll, select and epoll asked whether they are
 *		ready
 * @copied:	Octets of payload that were copied, by all stacks of the network
 * @memory:	Octets in use, of all stacks of the network
 */
struct weft_stats {
	size_t size;
	uint64_t calls;
	uint64_t sleeps;
	uint64_t looks;
	uint64_t copied;
	uint64_t memory;
};

/**
 * weft_stats() - Count what was done so far
 * @stack:	By whom
 * @stats:	Filled in
 *
 * Return: 0; -1: EINVAL (its size)
 */
WEFT_API int weft_stats(struct weft_stack *stack, struct weft_stats *stats);

/**
 * weft_fd_max() - Cap on descriptors
 * @stack:	Whose
 * @max:	What RLIMIT_NOFILE is to the kernel; 65536 unless called.  What
 *		is open above it stays open
 *
 * Return: 0; -1: EINVAL (more than a descriptor can number)
 */
WEFT_API int weft_fd_max(struct weft_stack *stack, unsigned int max);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_STATS_H */
