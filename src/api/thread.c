// SPDX-License-Identifier: MIT
/*
 * thread.c - a stack that the program drives, and many threads use
 *
 * The gate (os/gate.h) does the work.  What is special here is whose clock
 * counts, the program's, and that nobody calls its @wait any more: a call that
 * blocks sleeps, whoever has a frame brings it with weft_input(), and the
 * gate's thread does what the program did with weft_run().
 */

#include "core/stack.h"

#include "api/api_int.h"
#include "os/clock.h"

static uint64_t now(void *arg)
{
	const struct weft_config *cfg = &((struct weft_stack *)arg)->cfg;

	return cfg->now_ns ? cfg->now_ns(cfg->arg) : os_clock_ns();
}

static uint64_t next(void *arg)
{
	const struct weft_stack *ws = arg;

	return stack_next(ws->stack);
}

static void run(void *arg, uint64_t now_ns)
{
	struct weft_stack *ws = arg;

	ws->env.now_ns = max_u64(ws->env.now_ns, now_ns);
	stack_run(ws->stack);
}

int weft_stack_threads(struct weft_stack *ws)
{
	static const struct gate_ops ops = {now, next, run};
	int err;

	if (ws->gate)
		return 0;
	if (ws->net)
		return (int)api_result(-EINVAL);
	ws->gate = &ws->own_gate;
	err = gate_init(ws->gate, &ops, ws);
	if (err)
		ws->gate = NULL;
	return (int)api_result(err);
}

void api_threads_end(struct weft_stack *ws)
{
	if (!ws->gate)
		return;
	gate_fini(ws->gate);
	ws->gate = NULL;
}
