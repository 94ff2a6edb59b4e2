// SPDX-License-Identifier: MIT
/*
 * ip6_xmit.c - the last step of every packet, ours or forwarded
 *
 * Theory of operation
 * ===================
 * As ip/ip_xmit.c: large segments are cut here unless the device does it,
 * packets of ours that are larger than the path are fragmented, the checksum
 * is completed unless the device does it, and the packet goes to the group's
 * link address, to ourselves, or to neighbour discovery.
 */

#include <errno.h>

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/udp.h"

#include "ip6/ip6_int.h"
#include "link/ether.h"

struct xmit6 {
	struct ip6 *ip6;
	const struct ip6_hop *hop;
	uint32_t mtu;
};

void ip6_complete_csum(struct pkt *pkt)
{
	size_t off = (size_t)(pkt->l4_off - pkt->lin_off);
	uint16_t sum;

	if (pkt->csum != PKT_CSUM_PARTIAL)
		return;
	sum = csum_fold(pkt_csum(pkt, off, pkt->len - off));
	if (pkt->csum_off == offsetof(struct udp_wire, sum))
		sum = udp_sum_to_send(sum);
	put16(pkt->room + pkt->l4_off + pkt->csum_off, sum);
	pkt->csum = PKT_CSUM_NONE;
}

static int xmit_link(const struct xmit6 *x, struct pkt *pkt)
{
	struct stack *stack = x->ip6->stack;
	const struct ip6_nd_ops *nd = x->ip6->nd;
	struct netif *netif = x->hop->netif;

	if (netif->features & NETIF_F_NO_ARP &&
	    !(nd && netif->features & NETIF_F_PPP && !x->hop->to_group))
		return ether_output(stack, netif, pkt, netif->mac, ETH_IP6);
	if (x->hop->to_group)
		return ether_output(stack, netif, pkt,
				    mac_of_ip6_group(x->hop->next_hop),
				    ETH_IP6);
	if (nd)
		return nd->output(stack, netif, pkt, &x->hop->next_hop);
	pkt_drop(&stack->place, pkt, DROP_ip_no_route);
	return -EHOSTUNREACH;
}

static int xmit_piece(void *arg, struct pkt *pkt)
{
	const struct xmit6 *x = arg;

	if (!(x->hop->netif->features & NETIF_F_CSUM_TX))
		ip6_complete_csum(pkt);
	return xmit_link(x, pkt);
}

static int xmit_segment(void *arg, struct pkt *pkt)
{
	const struct xmit6 *x = arg;

	if (!x->mtu || pkt->len <= x->mtu)
		return xmit_piece(arg, pkt);
	ip6_complete_csum(pkt);
	return frag6_cut(x->ip6, pkt, x->mtu, xmit_piece, arg);
}

/* Does the device cut this large segment itself? */
static bool takes_gso(const struct xmit6 *x, const struct pkt *pkt)
{
	const struct netif *netif = x->hop->netif;
	uint32_t need =
		NETIF_F_CSUM_TX |
		(pkt->gso == PKT_GSO_UDP ? NETIF_F_GSO_UDP : NETIF_F_GSO_TCP);

	return pkt->gso != PKT_GSO_TCP4 && (netif->features & need) == need &&
	       pkt->len <= netif->gso_max &&
	       (!x->mtu || gso_segment_len(pkt) <= x->mtu);
}

int ip6_xmit(struct ip6 *ip6, struct pkt *pkt, const struct ip6_hop *hop,
	     uint32_t mtu)
{
	struct xmit6 x = {.ip6 = ip6, .hop = hop, .mtu = mtu};

	pkt->l3_off = pkt->lin_off;
	if (!pkt->gso_size)
		return xmit_segment(&x, pkt);
	if (takes_gso(&x, pkt))
		return xmit_link(&x, pkt);
	return gso_split(ip6->stack, pkt, xmit_segment, &x);
}
