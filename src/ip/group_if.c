// SPDX-License-Identifier: MIT
/*
 * group_if.c - the links of a stack, as far as groups are concerned
 *
 * Theory of operation
 * ===================
 * A link is remembered from the first query that is heard there on, or when
 * this stack becomes a router of groups on it; a host that nobody asks has
 * nothing to remember.  What was heard is handed to the two halves that
 * concern themselves with it: the host's, which answers, and the router's,
 * which takes note.
 */

#include <errno.h>

#include "ip/group_int.h"

uint64_t group_jitter(struct stack *stack, uint32_t ms)
{
	uint32_t r;

	if (stack_random(stack, &r, sizeof(r)))
		r = UINT32_MAX / 2; /* being guessed does no harm here */
	return (uint64_t)ms * NS_PER_MS / UINT32_MAX * r;
}

struct group_if *group_if_find(const struct groups *set,
			       const struct netif *netif)
{
	struct group_if *i;

	list_for_each_entry(i, &set->ifs, struct group_if, node)
		if (i->netif == netif)
			return i;
	return NULL;
}

struct group_if *group_if_get(struct groups *set, struct netif *netif)
{
	struct group_if *i = group_if_find(set, netif);

	if (i)
		return i;
	i = mem_alloc(set->stack->place.env->mem, sizeof(*i));
	if (!i)
		return NULL;
	*i = (struct group_if){
		.set = set,
		.netif = netif,
		.robustness = GROUP_ROBUSTNESS,
		.interval_s = GROUP_INTERVAL_S,
	};
	group_router_init(i);
	list_add_tail(&set->ifs, &i->node);
	return i;
}

void group_ifs_drop(struct groups *set, const struct netif *netif)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &set->ifs) {
		struct group_if *i = container_of(pos, struct group_if, node);

		if (netif && i->netif != netif)
			continue;
		group_router_fini(i);
		list_del(&i->node);
		mem_free(set->stack->place.env->mem, i, sizeof(*i));
	}
}

void group_proto_set(struct stack *stack, uint8_t family,
		     const struct group_proto *proto)
{
	struct groups *set = groups_of(stack, family);

	if (!proto)
		group_ifs_drop(set, NULL);
	set->proto = proto;
}

bool group_hears_all(const struct stack *stack, uint8_t family,
		     const struct netif *netif)
{
	const struct group_if *ifc =
		group_if_find(groups_of(stack, family), netif);

	return ifc && ifc->is_router;
}

enum drop group_query_in(struct stack *stack, struct netif *netif,
			 const struct group_query *q, struct ip_addr from)
{
	struct group_if *ifc =
		group_if_get(groups_of(stack, from.family), netif);

	if (!ifc)
		return DROP_no_memory;
	if (ifc->is_router)
		group_router_asked(ifc, q, from);
	group_host_asked(ifc, q);
	return DROP_COUNT;
}

enum drop group_record_in(struct stack *stack, struct netif *netif,
			  const struct group_record *r, uint8_t version)
{
	struct group_if *ifc =
		group_if_find(groups_of(stack, r->group.family), netif);

	if (!ifc || !ifc->is_router)
		return DROP_COUNT; /* of interest to routers alone */
	return group_member_report(ifc, r, version);
}

void group_overheard(struct stack *stack, const struct netif *netif,
		     struct ip_addr group)
{
	group_host_overheard(groups_of(stack, group.family), netif, group);
}
