/* SPDX-License-Identifier: MIT */
#ifndef IP_FILTER_H
#define IP_FILTER_H

/*
 * filter.h - a router that lets through what its rules allow, and the answers
 *
 * Rules are asked about the first packet of a connection only.  What is
 * allowed is remembered, and all that belongs to it passes both ways until it
 * has ended or been silent for too long.  What is refused is dropped without
 * any answer.
 *
 * Only packets that are forwarded are looked at, and only those of IPv4.
 * Beside a NAT the filter sees the addresses of the inside.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct stack;

#define FILTER_FLOWS_MAX 16384

/* What a connection is, by which idle time. */
enum filter_state {
	FILTER_NEW,	     /* no TCP, no echo; one side has spoken */
	FILTER_STREAM,	     /* both have */
	FILTER_ECHO,	     /* pings */
	FILTER_TCP_SYN,	     /* a SYN has passed */
	FILTER_TCP_ANSWERED, /* and the SYN,ACK that belongs to it */
	FILTER_TCP_OPEN,     /* and the third step */
	FILTER_TCP_CLOSED,   /* both FINs have, or a reset */
	FILTER_STATES
};

/**
 * struct filter_rule - who may open connections to whom, or may not
 * @from:	Who opens; a length of 0: anybody
 * @to:		To whom
 * @proto:	Protocol number; 0: any
 * @port:	Of @to, TCP and UDP; 0: any
 * @is_allowed:	Else it is denied
 */
struct filter_rule {
	struct ip4_net from, to;
	uint8_t proto;
	uint16_t port;
	bool is_allowed;
};

/**
 * filter_enable() - Filter what this router forwards
 * @stack:	With IP
 * @rules:	Copied; the first that fits decides
 * @count:	How many, may be 0
 * @allows_rest: What happens if none fits
 *
 * Return: 0, -EEXIST, -ENOMEM or -EIO (no entropy)
 */
int filter_enable(struct stack *stack, const struct filter_rule *rules,
		  size_t count, bool allows_rest);

/* Stop, and forget all.  Harmless if it is off. */
void filter_disable(struct stack *stack);

/* How long a connection in that state may be silent, seconds. */
void filter_set_idle(struct stack *stack, enum filter_state state,
		     uint32_t idle_s);

/* Cap on connections. */
void filter_set_max(struct stack *stack, size_t max);

/* A connection, as shown: @from opened it. */
struct filter_view {
	uint8_t proto;
	struct endpoint from, to;
	uint64_t expires_ns;
	enum filter_state state;
};

void filter_for_each(struct stack *stack,
		     void (*fn)(void *arg, const struct filter_view *v),
		     void *arg);

/* Connections that are remembered. */
size_t filter_count(const struct stack *stack);

/* "OPEN", "NEW": for a person. */
const char *filter_state_name(enum filter_state state);

#endif /* IP_FILTER_H */
