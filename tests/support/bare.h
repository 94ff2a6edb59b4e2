/* SPDX-License-Identifier: MIT */
#ifndef TESTS_BARE_H
#define TESTS_BARE_H

/*
 * bare.h - a stack with a clock and descriptors, and no network at all
 *
 * For what needs files, timers and tasks only.  Blocking calls let time pass
 * until a timer wakes them.
 */

#include "base/mem.h"

#include "core/env.h"
#include "core/stack.h"

struct bare {
	struct mem mem;
	struct env env;
	struct stack stack;
	uint32_t events; /* told so far */
};

void bare_init(struct bare *b);

/* Fails the test if memory leaked. */
void bare_fini(struct bare *b);

/* Let time pass, firing what is due. */
void bare_run_ms(struct bare *b, uint64_t ms);

#endif /* TESTS_BARE_H */
