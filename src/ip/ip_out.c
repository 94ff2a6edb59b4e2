// SPDX-License-Identifier: MIT
/*
 * ip_out.c - a packet of ours leaves
 *
 * Theory of operation
 * ===================
 * Steps, in this order; each may refuse the packet with an error number:
 *
 *	0  options		-EINVAL; a source route has its own destination
 *	1  where to		-ENETUNREACH, -EACCES
 *	2  from whom		-EADDRNOTAVAIL, -EINVAL
 *	3  header		-ENOBUFS
 *	4  size			-EMSGSIZE
 *	5  ip_xmit(); what goes to a group goes to its members here, too
 *
 * A caller that sends to the same destination again and again passes a struct
 * ip_route_ref, and step 1 is then a comparison.  What an ordinary packet found
 * out on its way is kept, and the next one to that destination takes all steps
 * at once: path.c.
 */

#include <errno.h>

#include "base/small.h"

#include "wire/ip4_opt.h"

#include "ip/group_shared.h"
#include "ip/ip_id.h"
#include "ip/ip_int.h"

/* The interface for a destination that no route names. */
static struct netif *netif_default(struct ip *ip)
{
	const struct ip_route *r = trie_lookup(&ip->trie, IP4_ANY, NULL);
	struct list *pos;

	if (r)
		return r->netif;
	list_for_each(pos, &ip->stack->netifs) {
		struct netif *n = container_of(pos, struct netif, node);

		if (n->is_up && !(n->features & NETIF_F_LOOPBACK))
			return n;
	}
	return NULL;
}

/* The interface that has an address of ours. */
static struct netif *netif_of(struct ip *ip, struct ip_addr src)
{
	struct ip_ifaddr *a;

	if (src.family != IP_V4)
		return NULL;
	list_for_each_entry(a, &ip->addrs, struct ip_ifaddr, node)
		if (a->net.addr.v == src.v4.v)
			return a->netif;
	return NULL;
}

/* 255.255.255.255 and groups: the link is chosen, not looked up. */
static int hop_to_many(struct ip *ip, const struct ip_send *how,
		       struct ip_hop *hop)
{
	hop->netif = how->netif;
	if (!hop->netif)
		hop->netif = netif_of(ip, how->src);
	if (!hop->netif)
		hop->netif = netif_default(ip);
	if (!hop->netif)
		return -ENETUNREACH;
	hop->src = ip_addr_of(ip->stack, hop->netif).addr;
	hop->to_group = ip4_is_multicast(how->dst.v4);
	hop->to_all = !hop->to_group;
	return 0;
}

int ip_hop_by_route(struct ip *ip, const struct ip_route *r, struct ip_hop *hop)
{
	hop->netif = r->netif;
	hop->src = r->src;
	hop->to_all = r->kind == IP_ROUTE_BCAST;
	if (r->gateway.v)
		hop->next_hop = r->gateway;
	if (r->kind == IP_ROUTE_LOCAL)
		hop->netif = ip->lo;
	return hop->netif ? 0 : -ENETUNREACH;
}

/* The caller insists on an interface: its routes, or else the link itself. */
static int hop_forced(struct ip *ip, const struct ip_send *how,
		      struct ip_hop *hop)
{
	const struct ip_route *r =
		trie_lookup(&ip->trie, how->dst.v4, how->netif);

	if (r)
		return ip_hop_by_route(ip, r, hop);
	hop->netif = how->netif;
	hop->src = ip_addr_of(ip->stack, hop->netif).addr;
	return 0;
}

static bool ref_is_valid(const struct ip *ip, const struct ip_route_ref *ref)
{
	return ref && ref->generation == ip->generation && ref->netif->is_up;
}

/* Of several ways the one for a packet of ours, still without IP header. */
static const struct ip_route *way_of_own(struct ip *ip, const struct pkt *pkt,
					 const struct ip_send *how)
{
	struct ip_flow flow = {
		.src = how->src,
		.dst = how->dst,
		.proto = how->proto,
	};

	way_ports(&flow, pkt, 0);
	return ways_choose(ip, pkt, &flow);
}

/* Step 1. */
int ip_hop_find(struct ip *ip, const struct pkt *pkt, const struct ip_send *how,
		struct ip_hop *hop)
{
	const struct ip_route *r;
	int err;

	hop->next_hop = how->dst.v4;
	if (ip4_is_broadcast(how->dst.v4) || ip4_is_multicast(how->dst.v4))
		return hop_to_many(ip, how, hop);
	/* Whoever listens is told of every lookup. */
	if (ref_is_valid(ip, how->ref) && !ip->stack->place.env->probe) {
		hop->netif = how->ref->netif;
		hop->next_hop = how->ref->next_hop;
		hop->src = how->ref->src;
		return 0;
	}
	if (how->netif)
		return hop_forced(ip, how, hop);
	r = route_find(ip, how->dst.v4);
	if (r && r->ways > 1)
		r = way_of_own(ip, pkt, how);
	route_tell(ip, pkt, how->dst.v4, r);
	if (!r)
		return -ENETUNREACH;
	err = ip_hop_by_route(ip, r, hop);
	if (!err && how->ref && !hop->to_all)
		*how->ref = (struct ip_route_ref){
			.generation = ip->generation,
			.netif = hop->netif,
			.next_hop = hop->next_hop,
			.src = hop->src,
		};
	return err;
}

/* Step 2. */
static int source_find(struct ip *ip, const struct ip_send *how,
		       const struct ip_hop *hop, ip4_addr *src)
{
	bool is_loop = hop->netif->features & NETIF_F_LOOPBACK;

	*src = hop->src;
	if (how->src.family == IP_NONE)
		return src->v || hop->to_all ? 0 : -EADDRNOTAVAIL;
	if (how->src.family != IP_V4)
		return -EAFNOSUPPORT;
	*src = how->src.v4;
	if (ip4_is_zero(*src)) /* who has no address yet may only shout */
		return hop->to_all ? 0 : -EADDRNOTAVAIL;
	if (ip4_is_loopback(*src) && !is_loop)
		return -EINVAL;
	if (src->v == hop->src.v || ip_addr_is_ours(ip->stack, how->src))
		return 0;
	return ip_foreign_source(ip->stack, how->src) ? 0 : -EADDRNOTAVAIL;
}

static uint8_t ttl_of(const struct ip_send *how, const struct ip_hop *hop)
{
	if (how->ttl)
		return how->ttl;
	return hop->to_group ? 1 : IP_TTL_DEFAULT; /* RFC 1112, 6.1 */
}

/* Step 3. */
static int header_push(struct ip *ip, struct pkt *pkt,
		       const struct ip_send *how, const struct ip_hop *hop,
		       ip4_addr src)
{
	struct ip4_hdr h = {
		.src = src,
		.dst = how->dst.v4,
		.proto = how->proto,
		.ttl = ttl_of(how, hop),
		.tos = how->tos,
		.flags = how->df ? IP4_DF : 0,
		.opts = how->opt,
		.opts_len = how->opt_len,
	};
	size_t hlen = ip4_hdr_len(&h), len = hlen + pkt->len;
	uint8_t *p;

	if (len > IP4_LEN_MAX)
		return -EMSGSIZE;
	pkt->l4_off = pkt->lin_off;
	p = pkt_push(pkt, hlen);
	if (!p)
		return -ENOBUFS;
	pkt->l3_off = pkt->lin_off;
	h.total_len = (uint16_t)len;
	h.id = how->df ? 0 : ip_id_next(ip);
	ip4_hdr_emit(p, &h);
	if (h.opts_len)
		ip_opts_mark(ip, p, hlen, src);
	return 0;
}

/* Step 4: @mtu is what pieces of the packet must fit into. */
static int size_check(struct ip *ip, struct pkt *pkt, const struct ip_send *how,
		      const struct ip_hop *hop, uint32_t *mtu)
{
	size_t len = pkt->gso_size ? gso_segment_len(pkt) : pkt->len;
	bool is_floor = false;
	uint32_t path = 0;

	*mtu = hop->netif->mtu;
	if (!how->no_pmtu)
		path = pmtu_get(ip->stack, how->dst, &is_floor);
	if (path && path < *mtu)
		*mtu = path;
	if (len > *mtu && how->df)
		return -EMSGSIZE;
	if (is_floor && how->df) {
		struct ip4_hdr h;

		ip4_hdr_parse_quoted(&h, pkt_data(pkt), pkt->lin_len);
		h.flags = 0;
		h.id = ip_id_next(ip);
		ip4_hdr_emit(pkt_data(pkt), &h);
	}
	return 0;
}

/* What steps 1 to 4 find out. */
struct ip_out {
	struct ip_hop hop;
	ip4_addr src;
	uint32_t mtu;
};

/* Steps 1 to 4. */
static int out_prepare(struct ip *ip, struct pkt *pkt,
		       const struct ip_send *how, struct ip_out *out)
{
	struct ip_hop *hop = &out->hop;
	int err;

	if (how->dst.family != IP_V4)
		return -EAFNOSUPPORT;
	err = ip_hop_find(ip, pkt, how, hop);
	if (err)
		return err;
	if (hop->to_all && !how->may_bcast)
		return -EACCES;
	err = source_find(ip, how, hop, &out->src);
	if (!err)
		err = header_push(ip, pkt, how, hop, out->src);
	if (!err)
		err = size_check(ip, pkt, how, hop, &out->mtu);
	return err;
}

static enum drop drop_of(int err, const struct ip_send *how)
{
	switch (err) {
	case -ENETUNREACH:
		return DROP_ip_no_route;
	case -EMSGSIZE:
		return how->df ? DROP_ip_df : DROP_ip_too_big;
	case -ENOBUFS:
		return DROP_no_memory;
	default:
		return DROP_ip_refused;
	}
}

/* A copy for the members of the group on this host (RFC 1112, 6.1). */
static void to_self(struct ip *ip, const struct pkt *pkt,
		    const struct ip_hop *hop)
{
	struct ip4_hdr h;
	struct pkt *copy;

	if (hop->netif->features & NETIF_F_LOOPBACK)
		return; /* there it goes anyway */
	ip4_hdr_parse_quoted(&h, pkt_cdata(pkt), pkt->lin_len);
	copy = group_self_copy(ip->stack, pkt, hop->netif, ip_addr_v4(h.dst),
			       ip_addr_v4(h.src));
	if (copy)
		ip_deliver(ip, copy, &h);
}

/* Step 5. */
static int out_finish(struct ip *ip, struct pkt *pkt, const struct ip_send *how,
		      const struct ip_out *out)
{
	const struct ip_hop *hop = &out->hop;
	uint64_t epoch = ip->stack->epoch;
	int err;

	if (hop->to_group && how->to_self)
		to_self(ip, pkt, hop);
	if (hop->to_group && how->only_self) {
		pkt_free(pkt);
		return 0;
	}
	err = ip_xmit(ip, pkt, hop, out->mtu);
	/* A driver may call back, and what was true be so no more. */
	if (HAS_SHORT_WAYS && !err && epoch == ip->stack->epoch)
		path_learn(ip, how, hop, out->src);
	return err;
}

int ip_output_far(struct stack *stack, struct pkt *pkt,
		  const struct ip_send *how)
{
	const struct ip_version *other = ip_other(stack, how->dst.family);
	struct ip *ip = ip_of(stack);
	uint8_t opts[IP4_OPTS_MAX];
	struct ip_out out = {0};
	struct ip_send first;
	int err = 0;

	if (other)
		return other->output(stack, pkt, how);
	if (how->opt_len) {
		err = srcroute_out(&first, opts, how);
		how = &first;
	}
	if (!err)
		err = out_prepare(ip, pkt, how, &out);
	if (err) {
		pkt_drop(&stack->place, pkt, drop_of(err, how));
		return err;
	}
	return out_finish(ip, pkt, how, &out);
}

int ip_source_for(struct stack *stack, struct ip_addr dst, struct ip_addr *out)
{
	struct ip_send how = {.dst = dst};
	struct ip *ip = ip_of(stack);
	struct ip_hop hop = {0};
	const struct ip_route *r;
	int err;

	if (ip_other(stack, dst.family))
		return ip_other(stack, dst.family)->source_for(stack, dst, out);
	if (dst.family != IP_V4)
		return -EAFNOSUPPORT;
	hop.src = path_home(ip, dst.v4);
	if (hop.src.v) {
		*out = ip_addr_v4(hop.src);
		return 0;
	}
	if (ip4_is_broadcast(dst.v4) || ip4_is_multicast(dst.v4)) {
		err = hop_to_many(ip, &how, &hop);
	} else {
		r = route_find(ip, dst.v4);
		err = r ? ip_hop_by_route(ip, r, &hop) : -ENETUNREACH;
	}
	if (!err && !hop.src.v)
		err = -ENETUNREACH;
	if (!err)
		*out = ip_addr_v4(hop.src);
	return err;
}

struct netif *ip_netif_for(struct stack *stack, struct ip_addr dst)
{
	struct ip *ip = ip_of(stack);
	const struct ip_route *r;

	if (ip_other(stack, dst.family))
		return ip_other(stack, dst.family)->netif_for(stack, dst);
	r = dst.family == IP_V4 ? route_find(ip, dst.v4) : NULL;
	if (!r)
		return NULL;
	return r->kind == IP_ROUTE_LOCAL ? ip->lo : r->netif;
}

uint32_t ip_mtu_for(struct stack *stack, struct ip_addr dst)
{
	struct netif *netif;
	bool is_floor;
	uint32_t path;

	if (ip_other(stack, dst.family))
		return ip_other(stack, dst.family)->mtu_for(stack, dst);
	path = dst.family == IP_V4 ? path_mtu(ip_of(stack), dst.v4) : 0;
	if (path)
		return path;
	netif = ip_netif_for(stack, dst);
	if (!netif)
		return 0;
	path = pmtu_get(stack, dst, &is_floor);
	return path && path < netif->mtu ? path : netif->mtu;
}

void ip_confirm(struct stack *stack, struct ip_addr dst,
		const struct ip_route_ref *ref)
{
	const struct ip_version *other = ip_other(stack, dst.family);

	if (other)
		other->confirm(stack, dst, ref);
}
