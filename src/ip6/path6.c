// SPDX-License-Identifier: MIT
/*
 * path6.c - the packet that is like those before it, out and in
 *
 * Theory of operation
 * ===================
 * As ip/path.c and ip/path_in.c, where the idea is told: what a packet found
 * out about its way is true as long as the stack's epoch stands still and the
 * neighbour is known to be there, and serves the next ones.
 *
 * What is different:
 *
 *	flow label	made of a secret hash of the conversation: a path keeps
 *			that of the last one, and who it was
 *	hop limit	what routers said of the link goes with the path
 *	neighbour	REACHABLE for a random time, drawn anew now and then:
 *			a path ends before a draw is due (nd_current())
 *	source		only packets whose sender names it: choosing one is an
 *			art of its own (source6.c)
 *	in		only TCP and UDP right behind the header, so that there
 *			are no extension headers to be walked
 *
 * Addresses that are valid on one link only go the long way.
 * tests/unit/ip6/path6_test.c compares the two ways.
 *
 * Limits
 * ------
 * PATHS6 destinations, and as many pairs of addresses that come in.
 */

#include "wire/ether.h"
#include "wire/proto.h"

#include "ip6/ip6_int.h"
#include "link/ether.h"

static uint32_t hash_of(ip6_addr a)
{
	uint64_t w = get64(a.o) ^ get64(a.o + 8);

	return (uint32_t)(w ^ w >> 32) * 0x9e3779b1u >> (32 - PATH6_BITS);
}

/*
 * Out.
 */

static bool path_is_for(const struct ip6_path *p, const struct stack *stack,
			const struct ip_send *how)
{
	return p->epoch == stack->epoch && ip6_eq(p->dst, how->dst.v6) &&
	       how->src.family == IP_V6 && ip6_eq(p->src, how->src.v6) &&
	       stack_now(stack) < p->until_ns;
}

/* @len: with the header of IPv6. */
static bool path_takes(const struct ip6_path *p, const struct pkt *pkt,
		       const struct ip_send *how, size_t len)
{
	const struct netif *netif = p->netif;

	return !how->opt_len && !how->netif && !how->min_mtu &&
	       !pkt->gso_size && netif->is_up && len <= p->mtu &&
	       len <= netif->mtu && pkt->lin_off >= ETH_HLEN + IP6_HLEN &&
	       mac_eq(get_mac(p->link + 6), netif->mac);
}

/* As flow_of() says; remembered for one conversation. */
static uint32_t path_flow(struct ip6 *ip6, struct ip6_path *p,
			  const struct pkt *pkt, const struct ip_send *how)
{
	uint32_t ports;

	if (pkt->lin_len < 4)
		return ip6_flow_of(ip6, pkt, how, p->src);
	ports = get32(pkt_cdata(pkt));
	if (!p->has_flow || p->ports != ports || p->proto != how->proto) {
		p->flow = ip6_flow_of(ip6, pkt, how, p->src);
		p->ports = ports;
		p->proto = how->proto;
		p->has_flow = ip6->has_key;
	}
	return p->flow;
}

bool ip6_path_output(struct ip6 *ip6, struct pkt *pkt,
		     const struct ip_send *how, int *err)
{
	struct ip6_path *p = &ip6->paths[hash_of(how->dst.v6)];
	struct ip6_hdr h = {
		.src = p->src,
		.dst = p->dst,
		.next = how->proto,
		.hops = how->ttl ? how->ttl : p->hops,
		.tclass = how->tos,
		.payload_len = (uint16_t)pkt->len,
	};
	uint8_t *frame;

	if (!path_is_for(p, ip6->stack, how) || ip6->stack->place.env->probe ||
	    !path_takes(p, pkt, how, (size_t)pkt->len + IP6_HLEN))
		return false;
	h.flow = path_flow(ip6, p, pkt, how);
	pkt->l4_off = pkt->lin_off;
	frame = pkt_push(pkt, ETH_HLEN + IP6_HLEN);
	pkt->l3_off = (uint16_t)(pkt->lin_off + ETH_HLEN);
	memcpy(frame, p->link, ETH_HLEN);
	ip6_hdr_emit(frame + ETH_HLEN, &h);
	if (!(p->netif->features & NETIF_F_CSUM_TX))
		ip6_complete_csum(pkt);
	*err = ether_output_whole(ip6->stack, p->netif, pkt);
	return true;
}

/* Do all packets to @dst leave by @hop, whoever sends them? */
static bool is_the_way(struct ip6 *ip6, ip6_addr dst, const struct ip6_hop *hop)
{
	const struct ip6_route *r = trie6_lookup(&ip6->trie, dst, NULL);
	ip6_addr next = dst;

	if (!r || r->ways > 1)
		return false;
	if (!ip6_is_zero(r->gateway))
		next = r->gateway;
	return ip6_eq(next, hop->next_hop) &&
	       hop->netif == (r->kind == IP_ROUTE_LOCAL ? ip6->lo : r->netif);
}

/* Whose MAC address frames are for, and how long; as xmit_link() finds it. */
static bool neighbour_of(struct ip6 *ip6, const struct ip6_hop *hop,
			 mac_addr *mac, uint64_t *until_ns)
{
	const struct ip6_nd_ops *nd = ip6->nd;

	*mac = hop->netif->mac;
	*until_ns = UINT64_MAX;
	if (hop->netif->features & NETIF_F_NO_ARP)
		return !(hop->netif->features & NETIF_F_PPP);
	return nd && nd->current &&
	       nd->current(ip6->stack, hop->netif, &hop->next_hop, mac,
			   until_ns);
}

static bool is_ordinary(const struct ip6 *ip6, const struct ip_send *how,
			const struct ip6_hop *hop)
{
	return !how->opt_len && !how->netif && !hop->to_group &&
	       how->src.family == IP_V6 && !ip6_is_zero(how->src.v6) &&
	       !ip6_is_link_local(how->src.v6) &&
	       !ip6_is_link_local(how->dst.v6) && hop->netif->ops &&
	       !hop->netif->ops->output && !ether_is_tagged(hop->netif) &&
	       !path_is_for(&ip6->paths[hash_of(how->dst.v6)], ip6->stack, how);
}

void ip6_path_learn(struct ip6 *ip6, const struct ip_send *how,
		    const struct ip6_hop *hop)
{
	struct ether_hdr link = {.src = hop->netif->mac, .type = ETH_IP6};
	struct ip6_if_conf conf = ip6_if_conf_of(ip6->stack, hop->netif);
	struct ip6_path new = {
		.epoch = ip6->stack->epoch,
		.netif = hop->netif,
		.dst = how->dst.v6,
		.src = how->src.v6,
		.hops = conf.hops ? conf.hops : IP6_HOPS_DEFAULT,
		.mtu = conf.mtu ? conf.mtu : UINT32_MAX,
	};
	bool is_floor;
	uint32_t path;

	if (!is_ordinary(ip6, how, hop) || !is_the_way(ip6, how->dst.v6, hop) ||
	    !neighbour_of(ip6, hop, &link.dst, &new.until_ns))
		return;
	path = pmtu_get(ip6->stack, how->dst, &is_floor);
	if (path && path < new.mtu)
		new.mtu = path;
	ether_emit(new.link, &link);
	ip6->paths[hash_of(how->dst.v6)] = new;
}

/*
 * In.
 */

static struct ip6_seen *seen_slot(struct ip6 *ip6, ip6_addr src, ip6_addr dst)
{
	return &ip6->seen[hash_of(src) ^ hash_of(dst)];
}

static bool seen_is_for(const struct ip6_seen *s, const struct stack *stack,
			const struct netif *netif, const uint8_t *addresses)
{
	return s->epoch == stack->epoch && s->netif == netif &&
	       s->home->is_up && !memcmp(s->src.o, addresses, 16) &&
	       !memcmp(s->dst.o, addresses + 16, 16);
}

static bool is_plain(uint8_t next)
{
	return next == IP_PROTO_TCP || next == IP_PROTO_UDP;
}

bool ip6_path_input(struct ip6 *ip6, struct pkt *pkt)
{
	const uint8_t *p = pkt_cdata(pkt);
	struct ip6_hdr h;
	size_t len;

	if (pkt->lin_len < IP6_HLEN || p[0] >> 4 != IP_V6 || !is_plain(p[6]) ||
	    !seen_is_for(seen_slot(ip6, get_ip6(p + 8), get_ip6(p + 24)),
			 ip6->stack, pkt->netif, p + 8))
		return false;
	len = IP6_HLEN + (size_t)get16(p + 4);
	/* A length of 0 would be that of a jumbogram (RFC 2675). */
	if (len == IP6_HLEN || len > pkt->len ||
	    !ip_proto_of(ip6->stack, IP_V6, p[6]))
		return false;
	if (len < pkt->len)
		pkt_trim(pkt, len);
	ip6_hdr_parse_quoted(&h, p, IP6_HLEN);
	ip6_deliver(ip6, pkt, &h);
	return true;
}

void ip6_path_input_learn(struct ip6 *ip6, const struct pkt *pkt,
			  const struct ip6_hdr *h, const struct ip6_route *r)
{
	if (!is_plain(h->next) || ip6_is_zero(h->src) ||
	    ip6_is_link_local(h->src) || ip6_is_link_local(h->dst))
		return;
	*seen_slot(ip6, h->src, h->dst) = (struct ip6_seen){
		.epoch = ip6->stack->epoch,
		.netif = pkt->netif,
		.home = r->netif,
		.src = h->src,
		.dst = h->dst,
	};
}
