// SPDX-License-Identifier: MIT
/*
 * ip6_out.c - a packet of ours leaves
 *
 * Theory of operation
 * ===================
 * Steps, in this order; each may refuse the packet with an error number:
 *
 *	1  where to	-ENETUNREACH
 *	2  from whom	-EADDRNOTAVAIL, -EINVAL
 *	3  header	-EINVAL (options), -ENOBUFS
 *	4  size		-EMSGSIZE
 *	5  ip6_xmit(); what goes to a group goes to its members here, too
 *
 * A destination that is valid on one link only (link-local, groups of small
 * scope) needs to be told which: by the interface of @how, by the zone of one
 * of the addresses, or by a source that is bound to an interface.  If nothing
 * says so it is the first interface (RFC 4007, 6).
 *
 * Packets of a conversation carry a flow label made of a secret hash of their
 * addresses and ports (RFC 6437, 3), so that routers can spread conversations
 * without looking behind extension headers.
 */

#include <errno.h>

#include "base/small.h"

#include "wire/ip6_ext.h"

#include "ip/group_shared.h"
#include "ip/ip_foreign.h"
#include "ip6/ip6_int.h"

struct out6 {
	struct ip6_hop hop;
	ip6_addr src;
	uint32_t mtu;
};

static struct netif *netif_first(const struct ip6 *ip6)
{
	const struct ip6_if *i;

	list_for_each_entry(i, &ip6->ifs, struct ip6_if, node)
		if (i->netif->is_up && !netif_is_lo(i->netif))
			return i->netif;
	return NULL;
}

/* The interface that has an address of ours. */
static struct netif *netif_of(const struct ip6 *ip6, struct ip_addr src)
{
	const struct ip6_addr_info *a = NULL;

	if (src.family == IP_V6 && !ip6_is_zero(src.v6))
		a = ip6_addr_find(ip6->stack, NULL, src.v6);
	return a ? a->netif : NULL;
}

/* The link that a destination of small scope is on. */
static struct netif *netif_of_zone(const struct ip6 *ip6,
				   const struct ip_send *how)
{
	struct netif *netif = how->netif;

	if (!netif && how->dst.zone)
		netif = stack_netif_by_index(ip6->stack, how->dst.zone);
	if (!netif && how->src.zone)
		netif = stack_netif_by_index(ip6->stack, how->src.zone);
	if (!netif)
		netif = netif_of(ip6, how->src);
	return netif ? netif : netif_first(ip6);
}

static int hop_to_group(struct ip6 *ip6, const struct ip_send *how,
			struct ip6_hop *hop)
{
	hop->to_group = true;
	hop->netif = netif_of_zone(ip6, how);
	if (ip6_scope_of(how->dst.v6) <= IP6_SCOPE_INTERFACE)
		hop->netif = ip6->lo;
	return hop->netif ? 0 : -ENETUNREACH;
}

static int hop_to_link(struct ip6 *ip6, const struct ip_send *how,
		       struct ip6_hop *hop)
{
	const struct ip6_route *r;

	hop->netif = netif_of_zone(ip6, how);
	if (!hop->netif)
		return -ENETUNREACH;
	r = trie6_lookup(&ip6->trie, how->dst.v6, hop->netif);
	if (r && r->kind == IP_ROUTE_LOCAL)
		hop->netif = ip6->lo;
	else if (r && r->net.len == 128 && !ip6_is_zero(r->gateway))
		hop->next_hop = r->gateway; /* redirected */
	return hop->netif ? 0 : -ENETUNREACH;
}

static int hop_by_route(struct ip6 *ip6, const struct ip6_route *r,
			struct ip6_hop *hop)
{
	hop->netif = r->kind == IP_ROUTE_LOCAL ? ip6->lo : r->netif;
	if (!ip6_is_zero(r->gateway))
		hop->next_hop = r->gateway;
	return hop->netif ? 0 : -ENETUNREACH;
}

/* Of several ways the one for a packet of ours, still without IP header. */
static const struct ip6_route *
way_of_own(struct ip6 *ip6, const struct pkt *pkt, const struct ip_send *how)
{
	struct ip_flow flow = {
		.src = how->src,
		.dst = how->dst,
		.proto = how->proto,
	};

	way_ports(&flow, pkt, 0);
	return ways6_choose(ip6, pkt, &flow);
}

/* Step 1. */
int ip6_hop_find(struct ip6 *ip6, const struct pkt *pkt,
		 const struct ip_send *how, struct ip6_hop *hop)
{
	struct ip_route_ref *ref = how->ref;
	const struct ip6_route *r;
	int err;

	*hop = (struct ip6_hop){.next_hop = how->dst.v6};
	if (ip6_is_multicast(how->dst.v6))
		return hop_to_group(ip6, how, hop);
	if (ip6_is_link_local(how->dst.v6))
		return hop_to_link(ip6, how, hop);
	/* Whoever listens is told of every lookup. */
	if (ref && ref->generation == ip_generation(ip6->stack) &&
	    ref->netif->is_up && !ip6->stack->place.env->probe) {
		hop->netif = ref->netif;
		hop->next_hop = ref->next_hop6;
		return 0;
	}
	r = trie6_lookup(&ip6->trie, how->dst.v6, how->netif);
	if (r && r->ways > 1 && pkt && !how->netif)
		r = way_of_own(ip6, pkt, how);
	if (pkt)
		route6_tell(ip6, pkt, how->dst.v6, r);
	if (!r)
		return -ENETUNREACH;
	err = hop_by_route(ip6, r, hop);
	if (!err && ref)
		*ref = (struct ip_route_ref){
			.generation = ip_generation(ip6->stack),
			.netif = hop->netif,
			.next_hop6 = hop->next_hop,
		};
	return err;
}

/* May a packet of ours have no source at all?  ICMPv6 asks so. */
static bool may_be_nobody(const struct ip_send *how)
{
	return how->proto == IP_PROTO_ICMP6 && how->src.family == IP_V6 &&
	       ip6_is_zero(how->src.v6);
}

/* Step 2. */
static int source_find(struct ip6 *ip6, const struct ip_send *how,
		       struct out6 *o)
{
	const struct ip6_addr_info *a;

	if (may_be_nobody(how)) {
		o->src = IP6_ANY;
		return 0;
	}
	if (how->src.family == IP_NONE)
		return ip6_source_select(ip6->stack, o->hop.netif, how->dst.v6,
					 &o->hop.next_hop, &o->src);
	if (how->src.family != IP_V6)
		return -EAFNOSUPPORT;
	o->src = how->src.v6;
	if (ip6_is_loopback(o->src) && !netif_is_lo(o->hop.netif))
		return -EINVAL;
	a = ip6_addr_find(ip6->stack,
			  ip6_is_link_local(o->src) &&
					  !netif_is_lo(o->hop.netif)
				  ? o->hop.netif
				  : NULL,
			  o->src);
	if (!a)
		return ip_foreign_source(ip6->stack, how->src) ? 0
							       : -EADDRNOTAVAIL;
	return a->state != IP6_TENTATIVE && a->state != IP6_DUPLICATED
		       ? 0
		       : -EADDRNOTAVAIL;
}

static uint8_t hops_of(const struct ip6 *ip6, const struct ip_send *how,
		       const struct ip6_hop *hop)
{
	uint8_t hops = how->ttl;

	if (!hops && hop->to_group)
		return 1; /* RFC 3493, 5.2 */
	if (!hops)
		hops = ip6_if_conf_of(ip6->stack, hop->netif).hops;
	return hops ? hops : IP6_HOPS_DEFAULT;
}

/* RFC 6437, 3: the same for all packets of a conversation, never 0. */
uint32_t ip6_flow_of(struct ip6 *ip6, const struct pkt *pkt,
		     const struct ip_send *how, ip6_addr src)
{
	const struct hash_key *key;
	uint64_t w[5];
	uint32_t flow;

	if ((how->proto != IP_PROTO_TCP && how->proto != IP_PROTO_UDP) ||
	    pkt->lin_len < 4)
		return 0;
	key = ip6_key(ip6);
	if (!key)
		return 0;
	memcpy(w, src.o, 16);
	memcpy(w + 2, how->dst.v6.o, 16);
	w[4] = (uint64_t)how->proto << 32 | get32(pkt_cdata(pkt));
	flow = (uint32_t)siphash13_u64x5(key, w) & IP6_FLOW_MASK;
	return flow ? flow : 1;
}

/* Step 3. */
static int header_push(struct ip6 *ip6, struct pkt *pkt,
		       const struct ip_send *how, const struct out6 *o)
{
	size_t opts = how->opt_len ? ip6_hbh_len(how->opt_len) : 0;
	struct ip6_hdr h = {
		.src = o->src,
		.dst = how->dst.v6,
		.next = how->opt_len ? IP_PROTO_HOPOPTS : how->proto,
		.hops = hops_of(ip6, how, &o->hop),
		.tclass = how->tos,
		.flow = ip6_flow_of(ip6, pkt, how, o->src),
	};
	uint8_t *p;

	if (how->opt_len > 254)
		return -EINVAL;
	if (pkt->len + opts > IP6_PAYLOAD_MAX)
		return -EMSGSIZE;
	h.payload_len = (uint16_t)(pkt->len + opts);
	pkt->l4_off = pkt->lin_off;
	p = pkt_push(pkt, IP6_HLEN + opts);
	if (!p)
		return -ENOBUFS;
	ip6_hdr_emit(p, &h);
	if (opts)
		ip6_hbh_emit(p + IP6_HLEN, how->proto, how->opt, how->opt_len);
	pkt->l3_off = pkt->lin_off;
	return 0;
}

/* Step 4. */
static int size_check(struct ip6 *ip6, const struct pkt *pkt,
		      const struct ip_send *how, struct out6 *o)
{
	size_t len = pkt->gso_size ? gso_segment_len(pkt) : pkt->len;
	bool is_floor;
	uint32_t path = 0;

	o->mtu = if6_mtu(ip6, o->hop.netif);
	if (!how->no_pmtu)
		path = pmtu_get(ip6->stack, how->dst, &is_floor);
	if (path && path < o->mtu)
		o->mtu = path;
	if (how->min_mtu)
		o->mtu = IP6_MTU_MIN;
	return len > o->mtu && how->df ? -EMSGSIZE : 0;
}

/* Steps 1 to 4. */
static int out_prepare(struct ip6 *ip6, struct pkt *pkt,
		       const struct ip_send *how, struct out6 *o)
{
	int err;

	if (ip6_is_zero(how->dst.v6))
		return -ENETUNREACH;
	err = ip6_hop_find(ip6, pkt, how, &o->hop);
	if (!err && !ip6_if_find(ip6, o->hop.netif))
		err = -ENETUNREACH;
	if (!err)
		err = source_find(ip6, how, o);
	if (!err)
		err = header_push(ip6, pkt, how, o);
	if (!err)
		err = size_check(ip6, pkt, how, o);
	return err;
}

static enum drop drop_of(int err, const struct ip_send *how)
{
	switch (err) {
	case -ENETUNREACH:
		return DROP_ip_no_route;
	case -EMSGSIZE:
		return how->df ? DROP_ip6_too_big : DROP_ip_too_big;
	case -ENOBUFS:
		return DROP_no_memory;
	default:
		return DROP_ip_refused;
	}
}

/* A copy for the members of the group on this host. */
static void to_self(struct ip6 *ip6, const struct pkt *pkt,
		    const struct ip6_hop *hop)
{
	struct ip6_hdr h;
	struct pkt *copy;

	if (netif_is_lo(hop->netif))
		return; /* there it goes anyway */
	ip6_hdr_parse_quoted(&h, pkt_cdata(pkt), pkt->lin_len);
	copy = group_self_copy(ip6->stack, pkt, hop->netif, ip_addr_v6(h.dst),
			       ip_addr_v6(h.src));
	if (copy)
		ip6_deliver(ip6, copy, &h);
}

int ip6_output(struct stack *stack, struct pkt *pkt, const struct ip_send *how)
{
	struct ip6 *ip6 = ip6_of(stack);
	uint64_t epoch;
	struct out6 o;
	int err;

	if (HAS_SHORT_WAYS && ip6_path_output(ip6, pkt, how, &err))
		return err;
	err = out_prepare(ip6, pkt, how, &o);
	if (err) {
		pkt_drop(&stack->place, pkt, drop_of(err, how));
		return err;
	}
	if (o.hop.to_group && how->to_self)
		to_self(ip6, pkt, &o.hop);
	if (o.hop.to_group && how->only_self) {
		pkt_free(pkt);
		return 0;
	}
	epoch = stack->epoch;
	err = ip6_xmit(ip6, pkt, &o.hop, o.mtu);
	/* A driver may call back, and what was true be so no more. */
	if (HAS_SHORT_WAYS && !err && epoch == stack->epoch)
		ip6_path_learn(ip6, how, &o.hop);
	return err;
}

int ip6_source_for(struct stack *stack, struct ip_addr dst, struct ip_addr *out)
{
	struct ip6 *ip6 = ip6_of(stack);
	const struct ip_send how = {.dst = dst};
	struct out6 o;
	int err = ip6_hop_find(ip6, NULL, &how, &o.hop);

	if (!err && ip6_source_select(stack, o.hop.netif, dst.v6,
				      &o.hop.next_hop, &o.src))
		err = -ENETUNREACH;
	if (!err)
		*out = ip_addr_v6_on(o.src, netif_is_lo(o.hop.netif)
						    ? 0
						    : o.hop.netif->index);
	return err;
}

struct netif *ip6_netif_for(struct stack *stack, struct ip_addr dst)
{
	const struct ip_send how = {.dst = dst};
	struct ip6_hop hop;

	return ip6_hop_find(ip6_of(stack), NULL, &how, &hop) ? NULL : hop.netif;
}

uint32_t ip6_mtu_for(struct stack *stack, struct ip_addr dst)
{
	struct netif *netif = ip6_netif_for(stack, dst);
	uint32_t mtu, path;
	bool is_floor;

	if (!netif)
		return 0;
	mtu = if6_mtu(ip6_of(stack), netif);
	path = pmtu_get(stack, dst, &is_floor);
	return path && path < mtu ? path : mtu;
}

void ip6_confirm(struct stack *stack, struct ip_addr dst,
		 const struct ip_route_ref *ref)
{
	struct ip6 *ip6 = ip6_of(stack);
	const struct ip_send how = {.dst = dst};
	struct ip6_hop hop;

	if (!ip6->nd || !ip6->nd->confirm)
		return;
	if (ref && ref->generation == ip_generation(stack))
		hop = (struct ip6_hop){.netif = ref->netif,
				       .next_hop = ref->next_hop6};
	else if (ip6_hop_find(ip6, NULL, &how, &hop))
		return;
	ip6->nd->confirm(stack, hop.netif, &hop.next_hop);
}
