// SPDX-License-Identifier: MIT
/*
 * dhcp6_rt.c - when a question of DHCPv6 is asked again (RFC 8415, 15)
 *
 * The tenth more or less keeps hosts that were switched on together from
 * asking together for ever.  Without entropy it is left out: the times are then
 * those of the table.
 */

#include "apps/dhcp6_rt.h"

#include "base/check.h"

#include "core/stack.h"

void dhcp6_rt_begin(struct dhcp6_rt *rt, const struct dhcp6_rt_rule *rule,
		    uint64_t now_ns, uint64_t until_ns)
{
	*rt = (struct dhcp6_rt){
		.rule = rule,
		.mrt_ns = rule->mrt_ms * NS_PER_MS,
		.begun_ns = now_ns,
		.until_ns = until_ns,
	};
	if (rule->mrd_ms)
		rt->until_ns =
			min_u64(until_ns, now_ns + rule->mrd_ms * NS_PER_MS);
}

void dhcp6_rt_cap(struct dhcp6_rt *rt, uint32_t max_s)
{
	rt->mrt_ns = max_s * NS_PER_S;
}

bool dhcp6_rt_is_over(const struct dhcp6_rt *rt, uint64_t now_ns)
{
	return now_ns >= rt->until_ns ||
	       (rt->rule->mrc && rt->count >= rt->rule->mrc);
}

/* RAND * @ns: between minus and plus a tenth; @is_longer: only plus. */
static int64_t spread(struct stack *stack, uint64_t ns, bool is_longer)
{
	uint64_t tenth = ns / 10;
	uint32_t r;

	if (stack_random(stack, &r, sizeof(r)) != 0)
		return 0;
	if (is_longer)
		return (int64_t)(tenth / 2 * r >> 31) + 1;
	return (int64_t)(tenth / 2 * r >> 30) - (int64_t)tenth;
}

uint64_t dhcp6_rt_next(struct dhcp6_rt *rt, struct stack *stack)
{
	uint64_t now = stack_now(stack);
	uint64_t base =
		rt->count ? 2 * rt->rt_ns : rt->rule->irt_ms * NS_PER_MS;
	uint64_t last = rt->count ? rt->rt_ns : base;
	bool is_longer = !rt->count && rt->rule->is_first_longer;

	rt->rt_ns = base + (uint64_t)spread(stack, last, is_longer);
	if (rt->mrt_ns && rt->rt_ns > rt->mrt_ns)
		rt->rt_ns =
			rt->mrt_ns + (uint64_t)spread(stack, rt->mrt_ns, false);
	rt->count++;
	if (rt->until_ns == UINT64_MAX)
		return rt->rt_ns;
	return min_u64(rt->rt_ns, rt->until_ns > now ? rt->until_ns - now : 0);
}

uint16_t dhcp6_rt_elapsed(const struct dhcp6_rt *rt, uint64_t now_ns)
{
	uint64_t cs = (now_ns - rt->begun_ns) / (10 * NS_PER_MS);

	return (uint16_t)min_u64(cs, UINT16_MAX);
}
