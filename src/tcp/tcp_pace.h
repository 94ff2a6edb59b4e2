/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_PACE_H
#define TCP_TCP_PACE_H

/*
 * tcp_pace.h - sending at a rate instead of in bursts
 *
 * Private to tcp/.
 */

#include <stdbool.h>
#include <stdint.h>

struct tcp_conn;

/**
 * struct tcp_pace - of a busy connection
 * @rate:	Octets a second, 0: not known yet.  Written by an algorithm that
 *		is TCP_CC_PACED
 * @next_ns:	Nothing leaves before this
 */
struct tcp_pace {
	uint64_t rate;
	uint64_t next_ns;
};

/* Is what this connection sends spread over time? */
bool tcp_pace_is_on(const struct tcp_conn *c);

/* Octets a second, at least 1; 0: not paced (SO_MAX_PACING_RATE, tcp_info). */
uint64_t tcp_pace_rate(const struct tcp_conn *c);

/**
 * tcp_pace_allows() - May a burst leave now?
 * @at_ns:	If not: when
 */
bool tcp_pace_allows(struct tcp_conn *c, uint64_t *at_ns);

/* Octets that may leave in one go, at least two segments. */
uint32_t tcp_pace_burst(const struct tcp_conn *c);

/* @octets have left: the next may in so much time as these take. */
void tcp_pace_sent(struct tcp_conn *c, uint32_t octets);

/* What had to wait may leave. */
void tcp_pace_on_timer(struct tcp_conn *c);

#endif /* TCP_TCP_PACE_H */
