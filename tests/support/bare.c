// SPDX-License-Identifier: MIT
/*
 * bare.c - a stack with a clock and descriptors, and no network at all
 */

#include "bare.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/probe.h"

#include "sock/sock.h"

static int fill(void *arg, void *buf, size_t len)
{
	(void)arg;
	memset(buf, 0x5a, len);
	return 0;
}

static uint32_t on_event(void *arg, const struct event *ev)
{
	struct bare *b = arg;

	(void)ev;
	return ++b->events;
}

static void on_kick(struct stack *stack)
{
	(void)stack;
}

static int on_wait(struct stack *stack, bool (*is_done)(void *arg), void *arg,
		   uint64_t until_ns)
{
	struct env *env = stack->place.env;

	while (!is_done(arg)) {
		uint64_t next = stack_next(stack);

		if (next > until_ns || next == UINT64_MAX) {
			if (until_ns == UINT64_MAX)
				return -EDEADLK;
			env->now_ns = until_ns;
			return -ETIMEDOUT;
		}
		if (next > env->now_ns)
			env->now_ns = next;
		stack_run(stack);
	}
	return 0;
}

static const struct stack_ops ops = {.on_kick = on_kick, .wait = on_wait};

void bare_init(struct bare *b)
{
	memset(b, 0, sizeof(*b));
	mem_init_libc(&b->mem);
	env_init(&b->env, &b->mem);
	b->env.now_ns = NS_PER_S;
	b->env.probe = on_event;
	b->env.probe_arg = b;
	assert_int_equal(stack_init(&b->stack, &b->env, "bare",
				    (struct entropy){.fill = fill}),
			 0);
	b->stack.ops = &ops;
	assert_int_equal(sock_init(&b->stack), 0);
}

void bare_fini(struct bare *b)
{
	sock_fini(&b->stack);
	stack_fini(&b->stack);
	assert_int_equal(env_fini(&b->env), 0);
	assert_int_equal(b->mem.in_use_count, 0);
	assert_int_equal(b->mem.in_use_bytes, 0);
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

void bare_run_ms(struct bare *b, uint64_t ms)
{
	on_wait(&b->stack, never, NULL, b->env.now_ns + ms * NS_PER_MS);
}
