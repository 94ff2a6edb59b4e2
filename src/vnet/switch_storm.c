// SPDX-License-Identifier: MIT
/*
 * switch_storm.c - how much may one port have sent to all others?
 *
 * A frame that goes to every port costs as much as there are ports, and in a
 * loop it comes back.  So each port has a bucket of tokens for floods: a frame
 * takes one out, time puts new ones in, and who finds it empty is dropped.  A
 * port may have a smaller one for each kind of flood: broadcasts, of which a
 * few a second are normal; groups, which may be video; unknown addresses, which
 * are rare once the table is full.
 *
 * The buckets of the kinds come first, so that a storm of one kind does not
 * take the tokens of the others.
 */

#include "core/pkt.h"

#include "vnet/switch_int.h"

struct bucket bucket_full(uint64_t burst, uint64_t now_ns)
{
	return (struct bucket){burst * NS_PER_S, now_ns};
}

/* Is there a token for one more?  Then it is taken. */
static bool bucket_take(struct bucket *b, uint64_t rate, uint64_t burst,
			uint64_t now_ns)
{
	uint64_t passed = min_u64(now_ns - b->filled_ns, 3600 * NS_PER_S);

	b->filled_ns = now_ns;
	b->tokens = min_u64(burst * NS_PER_S, b->tokens + passed * rate);
	if (b->tokens < NS_PER_S)
		return false;
	b->tokens -= NS_PER_S;
	return true;
}

static uint64_t burst_of(uint32_t rate)
{
	return max_u64(rate / 10, 1);
}

void switch_set_limits(struct port *port, const struct switch_limits *limits)
{
	struct switch_port *sp = port->netif.owner;
	uint64_t now_ns = port->node->place->env->now_ns;
	int i;

	sp->limits = *limits;
	sp->owner.max = limits->macs_max;
	for (i = 0; i < SWITCH_STORMS; i++)
		sp->storms[i] = bucket_full(burst_of(limits->storm[i]), now_ns);
}

enum drop storm_check(struct vswitch *sw, struct switch_port *in,
		      enum switch_storm kind)
{
	static const enum drop names[SWITCH_STORMS] = {
		[STORM_BROADCAST] = DROP_sw_storm_broadcast,
		[STORM_MULTICAST] = DROP_sw_storm_multicast,
		[STORM_UNKNOWN] = DROP_sw_storm_unknown,
	};
	const struct switch_cfg *cfg = &sw->table.cfg;
	uint32_t rate = in->limits.storm[kind];

	if (rate && !bucket_take(&in->storms[kind], rate, burst_of(rate),
				 switch_now(sw)))
		return names[kind];
	if (!bucket_take(&in->floods, cfg->floods_per_s, cfg->flood_burst,
			 switch_now(sw)))
		return DROP_sw_storm;
	return DROP_COUNT;
}
