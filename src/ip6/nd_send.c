// SPDX-License-Identifier: MIT
/*
 * nd_send.c - building the messages of neighbour discovery
 *
 * Theory of operation
 * ===================
 * These packets do not go through the routing table: they are for this link
 * and no other, and must leave even when no route says that the neighbour is
 * on it.  So the IPv6 header is made here, with hop limit 255, by which the
 * receiver sees that no router has passed it on (RFC 4861, 7.1).
 *
 * There may be no memory for a message.  That is as if the link had lost it:
 * everything that matters is repeated.
 */

#include "base/check.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip6.h"

#include "core/netif.h"

#include "ip6/nd_int.h"
#include "link/ether.h"

bool nd_speaker(const struct nd *nd, const struct netif *netif, ip6_addr *out)
{
	const struct ip6_addr_info *a = ip6_link_local(nd->stack, netif);

	if (!a || a->state == IP6_TENTATIVE || a->state == IP6_DUPLICATED)
		return false;
	*out = a->net.addr;
	return true;
}

void nd_put_own_mac(struct wcursor *w, uint8_t type, const struct netif *netif)
{
	if (nd_has_macs(netif))
		nd_put_mac(w, type, netif->mac);
}

static struct pkt *build(struct nd *nd, const struct nd_out *out,
			 const uint8_t *msg, size_t len)
{
	struct ip6_hdr h = {
		.src = out->src,
		.dst = out->dst,
		.payload_len = (uint16_t)len,
		.next = IP_PROTO_ICMP6,
		.hops = ND_HOP_LIMIT,
	};
	struct pkt *pkt = pkt_new(nd->stack->place.env, out->why);
	uint8_t *hdr;

	if (!pkt)
		return NULL;
	hdr = pkt_append(pkt, msg, len) ? NULL : pkt_push(pkt, IP6_HLEN);
	if (!hdr) {
		pkt_free(pkt);
		return NULL;
	}
	ip6_hdr_emit(hdr, &h);
	pkt->l3_off = pkt->lin_off;
	pkt->l4_off = (uint16_t)(pkt->lin_off + IP6_HLEN);
	return pkt;
}

void nd_send(struct nd *nd, const struct nd_out *out, const uint8_t *msg,
	     size_t len)
{
	struct nd_link *link = nd_link_find(nd, out->netif);
	uint8_t summed[ND_LEN_MAX];
	struct pkt *pkt;
	uint32_t sum;

	check(len <= sizeof(summed) && len >= ND_RS_LEN);
	memcpy(summed, msg, len);
	put16(summed + 2, 0);
	sum = csum_pseudo6(out->src, out->dst, IP_PROTO_ICMP6, (uint32_t)len);
	put16(summed + 2, csum_fold(csum_add(sum, summed, len)));
	pkt = build(nd, out, summed, len);
	if (!pkt)
		return;
	if (link)
		link->has_spoken = true;
	if (out->to)
		ether_output(nd->stack, out->netif, pkt, *out->to, ETH_IP6);
	else
		nd_output(nd->stack, out->netif, pkt, &out->dst);
}

/* An address of ours on the link, to ask from: @wish if it is one. */
static bool asker(const struct nd *nd, const struct netif *netif, ip6_addr wish,
		  ip6_addr *out)
{
	const struct ip6_addr_info *a = ip6_addr_find(nd->stack, netif, wish);

	if (!ip6_is_zero(wish) && a && a->state != IP6_TENTATIVE &&
	    a->state != IP6_DUPLICATED) {
		*out = wish;
		return true;
	}
	return nd_speaker(nd, netif, out);
}

void nd_send_ns(struct nd *nd, const struct nd_out *out, ip6_addr target,
		const uint8_t *nonce)
{
	struct nd_msg m = {.type = ND_NEIGHBOUR_SOLICIT, .target = target};
	uint8_t buf[ND_NS_LEN + 16];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	struct nd_out o = *out;

	nd_emit(&w, &m);
	if (nonce) { /* DAD: nobody is to learn anything from it */
		o.src = IP6_ANY;
		nd_put_nonce(&w, nonce);
	} else if (asker(nd, out->netif, out->src, &o.src)) {
		nd_put_own_mac(&w, ND_OPT_SOURCE_MAC, out->netif);
	} else {
		return; /* no address yet: a question from :: would be DAD */
	}
	nd_send(nd, &o, buf, wcur_len(&w));
}

void nd_send_na(struct nd *nd, const struct nd_out *out,
		const struct nd_msg *na)
{
	uint8_t buf[ND_NA_LEN + 8];
	struct wcursor w = wcur_init(buf, sizeof(buf));

	nd_emit(&w, na);
	nd_put_own_mac(&w, ND_OPT_TARGET_MAC, out->netif);
	nd_send(nd, out, buf, wcur_len(&w));
}
