// SPDX-License-Identifier: MIT
/*
 * boxes.c - the filter and translation, for who does not know if they are there
 *
 * They come with who enables them: his call sets a table, by which all others
 * call.  Nothing here, and nothing else on the paths of packets, names a
 * function of theirs, so a program of hosts alone is linked without them:
 * tests/unit/inet/links_test.c.
 */

#include "ip/filter_int.h"
#include "ip/nat_int.h"

void nat_disable(struct stack *stack)
{
	if (nat_of(stack))
		nat_of(stack)->ops->disable(stack);
}

void filter_disable(struct stack *stack)
{
	if (filter_of(stack))
		filter_of(stack)->ops->disable(stack);
}

bool filter_is_on(const struct stack *stack)
{
	return filter_of(stack);
}

enum drop filter_judge(struct stack *stack, const struct track_pkt *p)
{
	return filter_of(stack)->ops->judge(stack, p);
}

enum drop filter_opens(const struct stack *stack, const struct track_key *key)
{
	const struct filter *f = filter_of(stack);

	return f->ops->would(f, key);
}
