/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_AHEAD_H
#define TCP_TCP_AHEAD_H

/*
 * tcp_ahead.h - whose segments wait, said before their turn
 *
 * See tcp_ahead.c.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

struct stack;
struct tcp_conn;

/* So many at a time: see tcp_ahead.c, which has the measurement. */
#define TCP_AHEAD_MAX 16

/* What the headers of a segment that waits say; we are the destination. */
struct tcp_ahead {
	struct ip_addr dst, src;
	uint16_t dport, sport;
};

/**
 * tcp_ahead() - These segments are next
 * @a:		@count of them, in their order; at most TCP_AHEAD_MAX
 *
 * A hint: it changes nothing but what lies in the cache, and may be wrong.
 */
void tcp_ahead(struct stack *stack, const struct tcp_ahead *a, uint32_t count);

/* Would it be of use?  Not while few connections stand. */
bool tcp_ahead_is_useful(const struct stack *stack);

/* The same for who has the connection and not the numbers: its memory is asked
 * for, and when that has come, what it points to. */
void tcp_ahead_conn(const struct tcp_conn *c);
void tcp_ahead_parts(const struct tcp_conn *c);

#endif /* TCP_TCP_AHEAD_H */
