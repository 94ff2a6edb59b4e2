// SPDX-License-Identifier: MIT
/*
 * stats.c - what a program costs its stack
 */

#include "api/api_int.h"
#include "sock/file.h"

int weft_stats(struct weft_stack *ws, struct weft_stats *stats)
{
	API_CALL(ws);
	const struct stack_counts *c = &call.stack->counts;
	const struct env *env = call.stack->place.env;

	if (stats->size != sizeof(*stats))
		return (int)api_result(-EINVAL);
	*stats = (struct weft_stats){
		.size = sizeof(*stats),
		.calls = c->calls - 1,
		.sleeps = c->sleeps,
		.looks = c->looks,
		.copied = env->copied,
		.memory = env->mem->in_use_bytes,
	};
	return 0;
}

int weft_fd_max(struct weft_stack *ws, unsigned int max)
{
	API_CALL(ws);

	if (max > INT32_MAX)
		return (int)api_result(-EINVAL);
	file_set_max(call.stack, max);
	return 0;
}
