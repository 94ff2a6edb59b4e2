// SPDX-License-Identifier: MIT
/*
 * group_router.c - the router's half of IGMP and MLD: asking, and who asks
 *
 * Theory of operation
 * ===================
 * A router asks each of its links who wants which group, twice in quick
 * succession when it starts and then every two minutes (RFC 3376, 6.1; RFC
 * 3810, 7.1).  Of several routers of a link only the one with the lowest
 * address asks; the others read the answers, and ask when it has been silent
 * for too long (RFC 3376, 6.6.2; RFC 3810, 7.6.2).
 *
 *	starts ---> QUERIER <----- nothing heard for 255 s -----+
 *		       |					|
 *		       +---- query from a lower address ---> SILENT
 *
 * What the reports say is kept in group_member.c.
 *
 * A router without an address, or with one that may still turn out to be
 * somebody else's, waits for it a second at a time.
 */

#include <errno.h>
#include <string.h>

#include "core/probe.h"

#include "ip/group_int.h"

enum { STARTUP_QUERIES = GROUP_ROBUSTNESS, STARTUP_S = GROUP_INTERVAL_S / 4 };

/* RFC 3376, 8.5; RFC 3810, 9.5 */
#define OTHER_NS                                                    \
	(GROUP_ROBUSTNESS * (uint64_t)GROUP_INTERVAL_S * NS_PER_S + \
	 GROUP_RESPONSE_MS / 2 * NS_PER_MS)

static void query_general(struct group_if *ifc)
{
	const struct group_proto *p = ifc->set->proto;
	const struct group_query q = {
		.version = GROUP_NEWEST,
		.max_ms = GROUP_RESPONSE_MS,
		.group = {.family = p->family},
		.robustness = GROUP_ROBUSTNESS,
		.interval_s = GROUP_INTERVAL_S,
	};
	struct group_message m;

	m.len = p->query_emit(m.b, &q);
	p->send(ifc->set->stack, ifc->netif, p->all_hosts, &m, p->why.query);
}

static struct ip_addr speaker(const struct group_if *ifc)
{
	return ifc->set->proto->speaker(ifc->set->stack, ifc->netif);
}

static void tell_querier(const struct group_if *ifc, const char *state,
			 struct ip_addr who)
{
	PROBE(&ifc->set->stack->place, EV_STATE, ifc->set->proto->why.querier,
	      NULL, EVF_TEXT("if", ifc->netif->name), EVF_TEXT("state", state),
	      EVF_IP("ip", &who));
}

static void on_query(struct timer *t, void *arg)
{
	struct group_if *ifc = arg;
	struct ip_addr we = speaker(ifc);
	uint64_t next_s = GROUP_INTERVAL_S;

	if (ip_addr_is_zero(we)) {
		stack_arm_in(ifc->set->stack, t, NS_PER_S);
		return;
	}
	if (!ifc->is_querier)
		tell_querier(ifc, "asks", we);
	ifc->is_querier = true;
	query_general(ifc);
	if (ifc->startup_left && --ifc->startup_left)
		next_s = STARTUP_S;
	stack_arm_in(ifc->set->stack, t, next_s * NS_PER_S);
}

void group_router_init(struct group_if *ifc)
{
	timer_init(&ifc->query, on_query, ifc);
	list_init(&ifc->members);
}

int group_querier_start(struct stack *stack, uint8_t family,
			struct netif *netif)
{
	struct groups *set = groups_of(stack, family);
	struct group_if *ifc;

	if (!set->proto)
		return -EAFNOSUPPORT;
	ifc = group_if_get(set, netif);
	if (!ifc)
		return -ENOMEM;
	if (ifc->is_router)
		return -EEXIST;
	ifc->is_router = true;
	ifc->startup_left = STARTUP_QUERIES;
	stack_arm_in(stack, &ifc->query, 0);
	return 0;
}

void group_router_fini(struct group_if *ifc)
{
	ifc->is_router = ifc->is_querier = false;
	stack_disarm(ifc->set->stack, &ifc->query);
	group_members_drop(ifc);
}

void group_querier_stop(struct stack *stack, uint8_t family,
			struct netif *netif)
{
	struct group_if *ifc = group_if_find(groups_of(stack, family), netif);

	if (ifc)
		group_router_fini(ifc);
}

bool group_is_querier(struct stack *stack, uint8_t family,
		      const struct netif *netif)
{
	const struct group_if *ifc =
		group_if_find(groups_of(stack, family), netif);

	return ifc && ifc->is_querier;
}

uint32_t group_member_count(struct stack *stack, uint8_t family,
			    const struct netif *netif)
{
	const struct group_if *ifc =
		group_if_find(groups_of(stack, family), netif);

	return ifc ? ifc->member_count : 0;
}

/* Of two addresses of one family, as the election counts. */
static bool is_lower(struct ip_addr a, struct ip_addr b)
{
	if (a.family == IP_V4)
		return a.v4.v < b.v4.v;
	return memcmp(a.v6.o, b.v6.o, sizeof(a.v6.o)) < 0;
}

void group_router_asked(struct group_if *ifc, const struct group_query *q,
			struct ip_addr from)
{
	struct ip_addr we = speaker(ifc);

	/* A switch without an address stands for no election (RFC 4541,
	 * 2.1.1). */
	if (!ip_addr_is_zero(from) &&
	    (ip_addr_is_zero(we) || is_lower(from, we))) {
		if (ifc->is_querier)
			tell_querier(ifc, "no longer asks", from);
		ifc->is_querier = false;
		stack_arm_in(ifc->set->stack, &ifc->query, OTHER_NS);
	}
	if (!ip_addr_is_zero(q->group) && !q->is_mute && !ifc->is_querier)
		group_member_asked(ifc, q);
}
