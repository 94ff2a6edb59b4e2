// SPDX-License-Identifier: MIT
/*
 * ip_xmit.c - the last step of every packet, ours or forwarded
 *
 * Theory of operation
 * ===================
 * What is done here depends only on the packet and the link it leaves by:
 *
 *	large segment ----> gso_split() --+
 *	    | (device takes it)           v
 *	    |          too big ----> ip_fragment() --+
 *	    |             | (it fits)                |
 *	    v             v                          v
 *	   +---------- checksum completed, unless the device does it
 *	   |
 *	   v
 *	broadcast or group: straight to the link; else ARP
 *
 * Whether a packet may be fragmented was decided before.
 */

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/udp.h"

#include "ip/ip_int.h"
#include "link/arp.h"
#include "link/ether.h"

struct xmit {
	struct ip *ip;
	const struct ip_hop *hop;
	uint32_t mtu;
};

void ip_complete_csum(struct pkt *pkt)
{
	size_t off = (size_t)(pkt->l4_off - pkt->lin_off);
	uint8_t *field = pkt->room + pkt->l4_off + pkt->csum_off;
	uint16_t sum;

	if (pkt->csum != PKT_CSUM_PARTIAL)
		return;
	sum = csum_fold(pkt_csum(pkt, off, pkt->len - off));
	if (ip_header(pkt)[offsetof(struct ip4_wire, proto)] == IP_PROTO_UDP)
		sum = udp_sum_to_send(sum);
	put16(field, sum);
	pkt->csum = PKT_CSUM_NONE;
}

static int xmit_link(const struct xmit *x, struct pkt *pkt)
{
	const struct ip_hop *hop = x->hop;
	mac_addr to = MAC_BROADCAST;

	if (hop->to_group)
		to = mac_of_ip4_group(hop->next_hop);
	if ((hop->to_all || hop->to_group) &&
	    !(hop->netif->features & NETIF_F_NO_ARP))
		return ether_output(x->ip->stack, hop->netif, pkt, to, ETH_IP4);
	return arp_resolve(x->ip->stack, hop->netif, hop->next_hop, hop->src,
			   pkt);
}

/* A piece that fits. */
static int xmit_piece(void *arg, struct pkt *pkt)
{
	const struct xmit *x = arg;

	if (!(x->hop->netif->features & NETIF_F_CSUM_TX))
		ip_complete_csum(pkt);
	return xmit_link(x, pkt);
}

static int xmit_segment(void *arg, struct pkt *pkt)
{
	const struct xmit *x = arg;

	if (pkt->len > x->mtu)
		return ip_fragment(x->ip, pkt, x->mtu, xmit_piece, arg);
	return xmit_piece(arg, pkt);
}

bool ip_takes_gso(const struct netif *netif, const struct pkt *pkt, size_t len,
		  uint32_t mtu)
{
	uint32_t need =
		NETIF_F_CSUM_TX |
		(pkt->gso == PKT_GSO_UDP ? NETIF_F_GSO_UDP : NETIF_F_GSO_TCP);

	return pkt->gso != PKT_GSO_TCP6 && (netif->features & need) == need &&
	       len <= netif->gso_max && gso_segment_len(pkt) <= mtu;
}

int ip_xmit(struct ip *ip, struct pkt *pkt, const struct ip_hop *hop,
	    uint32_t mtu)
{
	struct xmit x = {.ip = ip, .hop = hop, .mtu = mtu};

	if (x.mtu < IP4_MTU_MIN)
		x.mtu = IP4_MTU_MIN;
	if (!pkt->gso_size)
		return xmit_segment(&x, pkt);
	if (ip_takes_gso(hop->netif, pkt, pkt->len, x.mtu))
		return xmit_link(&x, pkt);
	return gso_split(ip->stack, pkt, xmit_segment, &x);
}
