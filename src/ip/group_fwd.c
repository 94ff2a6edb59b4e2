// SPDX-License-Identifier: MIT
/*
 * group_fwd.c - a router passes on what was sent to a group
 *
 * Theory of operation
 * ===================
 * A packet for a group has no one way: it goes to each link whose hosts have
 * said that they want it (igmp_member.c), but only if it came by the link by
 * which its source would be reached (RFC 1812, 5.2.1.2; the reverse path), for
 * else it could come twice or go in circles.  Time to live limits how far.
 *
 *	224.0.0.0/24	never leaves its link (RFC 5771, 4)
 *	TTL 1		has arrived; no error is sent for groups
 *	wrong way	group_rpf
 *	nobody		group_no_member
 *
 * Limits
 * ------
 * Routers tell each other nothing: a group crosses one router, or several if
 * each has members on the link to the next.
 */

#include "base/check.h"

#include "core/probe.h"

#include "ip/igmp_int.h"

static bool is_link_local(ip4_addr group)
{
	return group.v >> 8 == 0xe00000;
}

static void send_copy(struct ip *ip, const struct pkt *pkt,
		      const struct ip4_hdr *h, struct netif *netif)
{
	const struct ip_hop hop = {
		.netif = netif,
		.next_hop = h->dst,
		.to_group = true,
	};
	struct pkt *copy = pkt_clone(pkt);

	if (!copy) {
		ip->stack->place.drops[DROP_no_memory]++;
		return;
	}
	if (pkt->len > netif->mtu && h->flags & IP4_DF) {
		pkt_drop(&ip->stack->place, copy, DROP_ip_df);
		return;
	}
	copy->l3_off = copy->lin_off;
	ip4_patch_ttl(pkt_data(copy), (uint8_t)(h->ttl - 1));
	(void)ip_xmit(ip, copy, &hop, netif->mtu);
}

static bool goes_to(const struct igmp_if *ifc, const struct pkt *pkt,
		    const struct ip4_hdr *h)
{
	return ifc->is_router && ifc->netif != pkt->netif &&
	       ifc->netif->is_up && igmp_is_wanted(ifc, h->dst, h->src);
}

static uint32_t send_copies(struct ip *ip, const struct pkt *pkt,
			    const struct ip4_hdr *h)
{
	struct igmp_if *ifc;
	uint32_t n = 0;

	list_for_each_entry(ifc, &igmp_of(ip->stack)->ifs, struct igmp_if, node)
		n += goes_to(ifc, pkt, h);
	if (!n)
		return 0;
	struct ip_addr group = ip_addr_v4(h->dst);

	PROBE(&ip->stack->place, EV_LOOKUP, R_GROUP_FORWARD, pkt,
	      EVF_IP("group", &group), EVF_NUM("copies", n));
	list_for_each_entry(ifc, &igmp_of(ip->stack)->ifs, struct igmp_if, node)
		if (goes_to(ifc, pkt, h))
			send_copy(ip, pkt, h, ifc->netif);
	return n;
}

enum drop group_forward(struct ip *ip, const struct pkt *pkt,
			const struct ip4_hdr *h, bool *is_sent)
{
	const struct igmp_if *in;
	const struct ip_route *r;

	*is_sent = false;
	if (!ip->is_forwarding || !igmp_of(ip->stack))
		return DROP_ip_not_ours;
	in = igmp_if_find(igmp_of(ip->stack), pkt->netif);
	if (!in || !in->is_router || is_link_local(h->dst) ||
	    h->proto == IP_PROTO_IGMP)
		return DROP_ip_not_ours;
	if (h->ttl <= 1)
		return DROP_ip_ttl;
	r = route_find(ip, h->src);
	if (!r || r->netif != pkt->netif)
		return DROP_group_rpf;
	*is_sent = send_copies(ip, pkt, h) > 0;
	return DROP_group_no_member;
}
