/* SPDX-License-Identifier: MIT */
#ifndef BENCH_STACK_UP_H
#define BENCH_STACK_UP_H

/*
 * stack_up.h - a host as measurements want it
 *
 * Its random numbers come from a seed, so that the instructions counted are the
 * same tomorrow.  Nobody sleeps, so nobody has to be woken: who runs the wire
 * asks each stack anyway what is due.
 */

#include "base/check.h"
#include "base/rng.h"

#include "core/env.h"
#include "core/stack.h"

#include "inet/inet.h"

static inline int stack_up_fill(void *rng, void *to, size_t len)
{
	rng_fill(rng, to, len);
	return 0;
}

static inline void stack_up_kick(struct stack *stack)
{
	(void)stack; /* mem_wire_run() asks anyway */
}

/* @stack, with all protocols, lives in @env; @rng outlives it. */
static inline void stack_up(struct stack *stack, struct env *env,
			    struct rng *rng, const char *name)
{
	static const struct stack_ops ops = {.on_kick = stack_up_kick};
	struct entropy entropy = {.fill = stack_up_fill, .arg = rng};

	check(!stack_init(stack, env, name, entropy));
	stack->ops = &ops;
	check(!inet_init(stack, NULL));
}

#endif /* BENCH_STACK_UP_H */
