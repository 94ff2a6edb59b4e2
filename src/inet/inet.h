/* SPDX-License-Identifier: MIT */
#ifndef INET_INET_H
#define INET_INET_H

/*
 * inet.h - putting the protocols together
 *
 * The one place that names every protocol.  A stack from stack_init() is
 * empty; inet_init() fills it.
 */

#include <stdbool.h>

#include "core/stack.h"

/**
 * struct inet_config - what a stack is to be; zeroed is an ordinary host
 * @is_router:	Forward packets for others
 * @is_rpf_strict: Routers: refuse sources that live on another side
 * @has_no_transport: Only up to IP and ICMP: for routers without programs
 */
struct inet_config {
	bool is_router;
	bool is_rpf_strict;
	bool has_no_transport;
};

/**
 * inet_init() - Give a stack all its protocols and the interface "lo"
 * @stack:	Prepared with stack_init()
 * @cfg:	NULL: an ordinary host
 *
 * Return: 0, or -ENOMEM or -EIO with nothing left behind
 */
int inet_init(struct stack *stack, const struct inet_config *cfg);

/* Take it all away, in the opposite order; then stack_fini() may follow. */
void inet_fini(struct stack *stack);

#endif /* INET_INET_H */
