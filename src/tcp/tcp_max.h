/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_MAX_H
#define TCP_TCP_MAX_H

/*
 * tcp_max.h - the greatest value of the last n rounds, in three candidates
 *
 * Private to tcp/.
 */

#include <stdint.h>

/**
 * struct tcp_max - a greatest value over a moving window
 * @value:	The best, and the best seen since each; [0] is the answer
 * @round:	When they were seen
 */
struct tcp_max {
	uint64_t value[3];
	uint32_t round[3];
};

/* Forget all but @value, seen in @round. */
void tcp_max_set(struct tcp_max *m, uint32_t round, uint64_t value);

/**
 * tcp_max_add() - @value was seen in @round
 * @rounds:	Length of the window
 * @round:	Never less than in the call before
 */
void tcp_max_add(struct tcp_max *m, uint32_t rounds, uint32_t round,
		 uint64_t value);

#endif /* TCP_TCP_MAX_H */
