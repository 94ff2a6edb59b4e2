// SPDX-License-Identifier: MIT
/*
 * ip_whole.c - packets whose header a program has made itself (IP_HDRINCL)
 *
 * What it says is sent, be it true or not: that is what the option is for.
 * Only what makes a packet a packet is put right: its length and its checksum,
 * and a source and an identification where the program left them to us.
 */

#include <errno.h>

#include "wire/csum.h"

#include "ip/ip_id.h"
#include "ip/ip_int.h"

/* The header as it is to leave.  0 or -EINVAL. */
static int header_mend(struct ip *ip, struct pkt *pkt, const struct ip_hop *hop)
{
	uint8_t *p = pkt_need(pkt, IP4_HLEN);
	size_t hlen = p ? (size_t)(p[0] & 15) * 4 : 0;
	struct ip4_wire *w;

	if (hlen < IP4_HLEN || hlen > pkt->len || !pkt_need(pkt, hlen))
		return -EINVAL;
	w = (void *)pkt_data(pkt);
	put16(w->total_len, (uint16_t)pkt->len);
	if (ip4_is_zero(get_ip4(w->src)))
		put_ip4(w->src, hop->src);
	if (!get16(w->id))
		put16(w->id, ip_id_next(ip));
	put16(w->sum, 0);
	put16(w->sum, csum_fold(pkt_csum(pkt, 0, hlen)));
	pkt->l3_off = pkt->lin_off;
	pkt->l4_off = (uint16_t)(pkt->lin_off + hlen);
	return 0;
}

static int prepare(struct ip *ip, struct pkt *pkt, const struct ip_send *how,
		   struct ip_hop *hop)
{
	int err;

	if (how->dst.family != IP_V4)
		return -EAFNOSUPPORT;
	err = ip_hop_find(ip, pkt, how, hop);
	if (err)
		return err;
	if (hop->to_all && !how->may_bcast)
		return -EACCES;
	if (pkt->len > hop->netif->mtu)
		return -EMSGSIZE;
	return header_mend(ip, pkt, hop);
}

int ip_output_whole(struct stack *stack, struct pkt *pkt,
		    const struct ip_send *how)
{
	const struct ip_version *other = ip_other(stack, how->dst.family);
	struct ip *ip = ip_of(stack);
	struct ip_hop hop = {0};
	int err;

	if (other)
		return other->output_whole(stack, pkt, how);
	err = prepare(ip, pkt, how, &hop);
	pkt->is_relayed = false;
	if (err) {
		pkt_drop(&stack->place, pkt, DROP_ip_refused);
		return err;
	}
	return ip_xmit(ip, pkt, &hop, hop.netif->mtu);
}
