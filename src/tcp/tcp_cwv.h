/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_CWV_H
#define TCP_TCP_CWV_H

/*
 * tcp_cwv.h - a window that was not used proves nothing
 *
 * Private to tcp/.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/seq.h"

struct tcp_conn;

/**
 * struct tcp_cwv - how much of the window was used (busy connections)
 * @round_end:	snd_nxt when @max_flight was noted; an ACK of it ends the round
 * @max_flight:	The most that was under way in this round, octets
 * @is_counting: Both are valid
 */
struct tcp_cwv {
	seq32 round_end;
	uint32_t max_flight;
	bool is_counting;
};

/* The end of tcp_cwv_sent(), which is in tcp_hot_count.h with the rest. */
void tcp_cwv_judge(struct tcp_conn *c);

/* About to send: was there silence before (RFC 5681, 4.1)? */
void tcp_cwv_restart(struct tcp_conn *c);

#endif /* TCP_TCP_CWV_H */
