/* SPDX-License-Identifier: MIT */
#ifndef TRACE_BLAME_H
#define TRACE_BLAME_H

/*
 * blame.h - what did not happen, and who is to blame
 */

#include <stdbool.h>
#include <stdint.h>

struct trace_log;

/* Events that a blame names at most: what was lost, and the fault behind it. */
enum { BLAME_MAX = 8 };

/**
 * struct blame - why something that was waited for never came
 * @timer:	What noticed it, a timer or the segment that was sent again;
 *		0: none
 * @lost:	The event that dropped a frame of that connection, 0: not found
 * @fault:	What somebody broke on purpose so that it was, 0: nothing
 */
struct blame {
	uint32_t timer, lost, fault;
};

/**
 * blame_find() - Explain a silence
 * @log:	The log
 * @n:		An event: a retransmission timer, a segment that was sent again,
 *		a drop; anything that such a one has caused
 * @out:	Filled in
 *
 * Return: whether there is anything to tell
 */
bool blame_find(const struct trace_log *log, uint32_t n, struct blame *out);

/**
 * struct held_up - what a program lost time with
 * @timers:	Retransmission timers of its connections that fired
 * @silence_ms:	What these have waited; several at a time count once
 * @worst:	The one that waited longest, 0: none did
 */
struct held_up {
	uint32_t timers, worst;
	uint64_t silence_ms;
};

/* @n: the start or the end of a program; others hold up nobody. */
struct held_up blame_program(const struct trace_log *log, uint32_t n);

#endif /* TRACE_BLAME_H */
