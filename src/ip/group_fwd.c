// SPDX-License-Identifier: MIT
/*
 * group_fwd.c - a router passes on what was sent to a group
 *
 * Theory of operation
 * ===================
 * A packet for a group has no one way: it goes to each link whose hosts have
 * said that they want it (group_member.c), but only if it came by the link by
 * which its source would be reached (RFC 1812, 5.2.1.2; the reverse path), for
 * else it could come twice or go in circles.  Time to live limits how far.
 *
 *	224.0.0.0/24, ff02::/16	never leave their link (RFC 5771, 4; RFC 4291,
 *				2.7)
 *	TTL 1			has arrived; no error is sent for groups
 *	wrong way		group_rpf
 *	nobody			group_no_member
 *
 * The first two are the version's to see, which also knows how a copy is sent.
 *
 * Limits
 * ------
 * Routers tell each other nothing: a group crosses one router, or several if
 * each has members on the link to the next.
 */

#include "base/check.h"

#include "core/probe.h"

#include "ip/group_int.h"

static bool goes_to(const struct group_if *ifc, const struct pkt *pkt,
		    struct ip_addr group, struct ip_addr src)
{
	return ifc->is_router && ifc->netif != pkt->netif &&
	       ifc->netif->is_up && group_is_wanted(ifc, group, src);
}

static void send_copy(const struct group_if *ifc, const struct pkt *pkt)
{
	struct stack *stack = ifc->set->stack;
	struct pkt *copy = pkt_clone(pkt);

	if (copy)
		ifc->set->proto->send_on(stack, copy, ifc->netif);
	else
		stack->place.drops[DROP_no_memory]++;
}

static uint32_t send_copies(const struct groups *set, const struct pkt *pkt,
			    struct ip_addr group, struct ip_addr src)
{
	struct group_if *ifc;
	uint32_t n = 0;

	list_for_each_entry(ifc, &set->ifs, struct group_if, node)
		n += goes_to(ifc, pkt, group, src);
	if (!n)
		return 0;
	PROBE(&set->stack->place, EV_LOOKUP, R_GROUP_FORWARD, pkt,
	      EVF_IP("group", &group), EVF_NUM("copies", n));
	list_for_each_entry(ifc, &set->ifs, struct group_if, node)
		if (goes_to(ifc, pkt, group, src))
			send_copy(ifc, pkt);
	return n;
}

struct pkt *group_self_copy(struct stack *stack, const struct pkt *pkt,
			    struct netif *netif, struct ip_addr group,
			    struct ip_addr src)
{
	struct pkt *copy;

	if (group_check(stack, netif, group, src) != DROP_COUNT)
		return NULL;
	copy = pkt_clone(pkt);
	if (!copy) {
		stack->place.drops[DROP_no_memory]++;
		return NULL;
	}
	copy->netif = netif;
	copy->dest = PKT_TO_GROUP;
	return copy;
}

enum drop group_forward(struct stack *stack, const struct pkt *pkt,
			struct ip_addr group, struct ip_addr src, bool *is_sent)
{
	const struct groups *set = groups_of(stack, group.family);
	const struct group_if *in = group_if_find(set, pkt->netif);

	*is_sent = false;
	if (!in || !in->is_router)
		return DROP_ip_not_ours;
	if (set->proto->way_to(stack, src) != pkt->netif)
		return DROP_group_rpf;
	*is_sent = send_copies(set, pkt, group, src) > 0;
	return DROP_group_no_member;
}
