// SPDX-License-Identifier: MIT
/*
 * ip6_whole.c - packets whose header a program has made itself (IPV6_HDRINCL)
 *
 * What it says is sent, be it true or not: that is what the option is for.
 * Other than IPv4's, this header has no checksum and no identification that
 * could be filled in, so nothing of it is changed (ip/ip_whole.c).
 */

#include <errno.h>

#include "ip6/ip6_int.h"

/* Where to, and does it fit?  0 or -errno. */
static int prepare(struct ip6 *ip6, struct pkt *pkt, const struct ip_send *how,
		   struct ip6_hop *hop)
{
	int err = ip6_hop_find(ip6, pkt, how, hop);

	if (!err && !ip6_if_find(ip6, hop->netif))
		err = -ENETUNREACH;
	if (err)
		return err;
	if (pkt->len > if6_mtu(ip6, hop->netif))
		return -EMSGSIZE;
	if (pkt->len < IP6_HLEN || !pkt_need(pkt, IP6_HLEN))
		return -EINVAL;
	pkt->l4_off = (uint16_t)(pkt->lin_off + IP6_HLEN);
	return 0;
}

int ip6_output_whole(struct stack *stack, struct pkt *pkt,
		     const struct ip_send *how)
{
	struct ip6 *ip6 = ip6_of(stack);
	struct ip6_hop hop;
	int err = prepare(ip6, pkt, how, &hop);

	pkt->is_relayed = false;
	if (err) {
		pkt_drop(&stack->place, pkt, DROP_ip_refused);
		return err;
	}
	return ip6_xmit(ip6, pkt, &hop, 0);
}
