// SPDX-License-Identifier: MIT
/*
 * igmp_router.c - the router's half of IGMP: asking, and who asks
 *
 * Theory of operation
 * ===================
 * A router asks each of its links who wants which group, twice in quick
 * succession when it starts and then every two minutes (RFC 3376, 6.1).  Of
 * several routers of a link only the one with the lowest address asks; the
 * others read the answers, and ask when it has been silent for too long
 * (RFC 3376, 6.6.2).
 *
 *	starts ---> QUERIER <----- nothing heard for 255 s -----+
 *		       |					|
 *		       +---- query from a lower address ---> SILENT
 *
 * What the reports say is kept in igmp_member.c.
 */

#include <errno.h>

#include "core/probe.h"

#include "ip/igmp_int.h"

enum { STARTUP_QUERIES = IGMP_ROBUSTNESS, STARTUP_S = IGMP_INTERVAL_S / 4 };

/* RFC 3376, 8.5 */
#define OTHER_NS                                                  \
	(IGMP_ROBUSTNESS * (uint64_t)IGMP_INTERVAL_S * NS_PER_S + \
	 IGMP_RESPONSE_MS / 2 * NS_PER_MS)

static void query_general(struct igmp_if *ifc)
{
	const struct igmp_query q = {
		.version = 3,
		.max_ms = IGMP_RESPONSE_MS,
		.robustness = IGMP_ROBUSTNESS,
		.interval_s = IGMP_INTERVAL_S,
	};
	struct igmp_message m;

	m.len = igmp_query_emit(m.b, &q);
	igmp_send(ifc->igmp->stack, ifc->netif, IGMP_ALL_HOSTS, &m,
		  R_IGMP_QUERY);
}

static void tell_querier(const struct igmp_if *ifc, const char *state,
			 ip4_addr who)
{
	struct ip_addr ip = ip_addr_v4(who);

	PROBE(&ifc->igmp->stack->place, EV_STATE, R_IGMP_QUERIER, NULL,
	      EVF_TEXT("if", ifc->netif->name), EVF_TEXT("state", state),
	      EVF_IP("ip", &ip));
}

static void on_query(struct timer *t, void *arg)
{
	struct igmp_if *ifc = arg;
	uint64_t next_s = IGMP_INTERVAL_S;

	if (!ifc->is_querier)
		tell_querier(ifc, "asks",
			     ip_addr_of(ifc->igmp->stack, ifc->netif).addr);
	ifc->is_querier = true;
	query_general(ifc);
	if (ifc->startup_left && --ifc->startup_left)
		next_s = STARTUP_S;
	stack_arm_in(ifc->igmp->stack, t, next_s * NS_PER_S);
}

void igmp_router_init(struct igmp_if *ifc)
{
	timer_init(&ifc->query, on_query, ifc);
	list_init(&ifc->members);
}

int igmp_querier_start(struct stack *stack, struct netif *netif)
{
	struct igmp_if *ifc = igmp_if_get(igmp_of(stack), netif);

	if (!ifc)
		return -ENOMEM;
	if (ifc->is_router)
		return -EEXIST;
	ifc->is_router = true;
	ifc->startup_left = STARTUP_QUERIES;
	stack_arm_in(stack, &ifc->query, 0);
	return 0;
}

void igmp_router_fini(struct igmp_if *ifc)
{
	ifc->is_router = ifc->is_querier = false;
	stack_disarm(ifc->igmp->stack, &ifc->query);
	igmp_members_drop(ifc);
}

void igmp_querier_stop(struct stack *stack, struct netif *netif)
{
	struct igmp_if *ifc = igmp_if_find(igmp_of(stack), netif);

	if (ifc)
		igmp_router_fini(ifc);
}

bool igmp_is_querier(struct stack *stack, const struct netif *netif)
{
	const struct igmp_if *ifc = igmp_if_find(igmp_of(stack), netif);

	return ifc && ifc->is_querier;
}

void igmp_router_asked(struct igmp_if *ifc, const struct igmp_query *q,
		       ip4_addr from)
{
	struct stack *stack = ifc->igmp->stack;

	if (from.v < ip_addr_of(stack, ifc->netif).addr.v) {
		if (ifc->is_querier)
			tell_querier(ifc, "no longer asks", from);
		ifc->is_querier = false;
		stack_arm_in(stack, &ifc->query, OTHER_NS);
	}
	if (!ip4_is_zero(q->group) && !q->is_mute && !ifc->is_querier)
		igmp_member_asked(ifc, q);
}
