// SPDX-License-Identifier: MIT
/*
 * ip_in.c - a packet arrives
 *
 * Theory of operation
 * ===================
 * Steps, in this order; each may drop the packet under its own name.
 *
 *	1  header	ip_short, ip_version, ip_hlen, ip_len, ip_csum,
 *			frag_size; padding behind total_len is cut off
 *	2  source	martian, ip_rpf
 *	3  options	ip_opt, ip_source_route (refused: RFC 1122, 3.3.5 allows
 *			to forward source routes; nobody good uses them)
 *	4  translation	a router's NAT (nat.c) may change the destination
 *	5  destination	whose? ours, all hosts', a group's (ip_not_ours), or
 *			somebody else's: ip_fwd.c; or nobody's, and we stand in
 *			for him (ip_foreign.h).  A packet for one host in a
 *			frame for all is dropped as ip_bcast (RFC 1122, 3.3.6)
 *	6  fragments	reass.c
 *	7  protocol	ip_proto, and the sender is told
 *
 * Step 2 means that nothing above ever answers an address that cannot be
 * answered: no loopback address from a wire, no group or broadcast address,
 * not one of our own.  0.0.0.0 may only shout: whoever asks for an address
 * by DHCP has none.
 *
 * A packet like one that has passed all steps takes them at once: path_in.c.
 */

#include "base/small.h"

#include "wire/icmp4.h"
#include "wire/ip4_opt.h"

#include "ip/group_shared.h"
#include "ip/icmp.h"
#include "ip/ip_int.h"
#include "ip/nat_int.h"

static enum drop header_drop(int err)
{
	switch (err) {
	case WIRE_SHORT:
		return DROP_ip_short;
	case WIRE_VERSION:
		return DROP_ip_version;
	case WIRE_HLEN:
		return DROP_ip_hlen;
	case WIRE_CSUM:
		return DROP_ip_csum;
	case WIRE_FIELD:
		return DROP_frag_size;
	default:
		return DROP_ip_len;
	}
}

/* Step 1.  Returns DROP_COUNT if the header is good. */
static enum drop in_header(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h)
{
	const uint8_t *p = pkt_need(pkt, IP4_HLEN);
	int n;

	if (!p)
		return DROP_ip_short;
	p = pkt_need(pkt, min_size((size_t)(p[0] & 15) * 4, pkt->len));
	if (!p)
		return DROP_ip_hlen;
	n = ip4_hdr_parse(h, p, pkt->len);
	if (n == WIRE_FIELD && ip4_hdr_parse_quoted(h, p, pkt->len) > 0)
		reass_kill(ip, h, DROP_frag_size);
	if (n < 0)
		return header_drop(n);
	if (h->total_len < pkt->len)
		pkt_trim(pkt, h->total_len);
	pkt->l4_off = (uint16_t)(pkt->lin_off + h->hlen);
	return DROP_COUNT;
}

/* Who has no address yet asks everybody for one (RFC 2131, 4.1), and may speak
 * of groups: so do hosts (RFC 3376, 4.2.13) and switches (RFC 4541, 2.1.1). */
static bool may_have_no_source(const struct ip4_hdr *h)
{
	if (h->proto == IP_PROTO_IGMP)
		return ip4_is_multicast(h->dst);
	return h->proto == IP_PROTO_UDP && ip4_is_broadcast(h->dst);
}

/* Can this be anybody's address at all, on a wire? */
static bool source_is_possible(const struct ip4_hdr *h)
{
	ip4_addr a = h->src;

	if (ip4_is_zero(a))
		return may_have_no_source(h);
	return a.v >> 24 != 0 && !ip4_is_loopback(a) && !ip4_is_multicast(a) &&
	       !ip4_is_broadcast(a) && !ip4_is_reserved(a);
}

/* Would an answer to @src leave by @netif?  By one of several ways of equal
 * cost will do (RFC 3704, 2.3). */
static bool is_behind(struct ip *ip, const struct netif *netif, ip4_addr src,
		      const struct ip_route *r)
{
	const struct ip_route *here;

	if (r->netif == netif || r->ways < 2)
		return r->netif == netif;
	here = trie_lookup(&ip->trie, src, netif);
	r = trie_lookup(&ip->trie, src, NULL);
	return here && r && here->net.len == r->net.len &&
	       here->metric == r->metric;
}

/* RFC 3704, 2.2 and 2.4 */
static bool source_is_credible(struct ip *ip, const struct pkt *pkt,
			       ip4_addr src, const struct ip_route *r)
{
	if (ip->rpf == IP_RPF_OFF)
		return true;
	return r &&
	       (ip->rpf == IP_RPF_LOOSE || is_behind(ip, pkt->netif, src, r));
}

/* Step 2. */
static enum drop in_source(struct ip *ip, const struct pkt *pkt,
			   const struct ip4_hdr *h)
{
	const struct ip_route *r;

	if (pkt->netif->features & NETIF_F_LOOPBACK)
		return DROP_COUNT;
	if (!source_is_possible(h) || ip4_is_loopback(h->dst))
		return DROP_martian;
	if (ip4_is_zero(h->src))
		return DROP_COUNT;
	r = route_find(ip, h->src);
	if (r && r->kind != IP_ROUTE_UNICAST)
		return DROP_martian; /* our own address, or a broadcast */
	if (!source_is_credible(ip, pkt, h->src, r))
		return DROP_ip_rpf;
	return DROP_COUNT;
}

/* Step 3. */
static enum drop in_options(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h)
{
	struct ip4_opts opts;

	if (!h->opts_len)
		return DROP_COUNT;
	if (ip4_opts_parse(&opts, h->opts, h->opts_len))
		return DROP_ip_opt;
	return opts.sr.len ? srcroute_in(ip, pkt, h, &opts.sr) : DROP_COUNT;
}

/* Steps 6 and 7. */
static void in_local(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h)
{
	if (ip4_is_fragment(h)) {
		pkt = reass_input(ip, pkt, h);
		if (!pkt)
			return;
		ip4_hdr_parse_quoted(h, pkt_data(pkt), pkt->lin_len);
	}
	ip_deliver(ip, pkt, h);
}

/* Routers look at such packets though they are not for them (RFC 2113). */
static bool has_alert(const struct ip4_hdr *h)
{
	struct ip4_opts opts;

	return h->opts_len && !ip4_opts_parse(&opts, h->opts, h->opts_len) &&
	       opts.alert.len;
}

void ip_hand_up(struct ip *ip, struct pkt *pkt, size_t hlen,
		struct ip_meta *meta)
{
	const struct ip_proto *proto = ip_proto_find(ip, meta->proto);

	pkt->l3_off = pkt->lin_off;
	pkt_pull(pkt, hlen);
	pkt->l4_off = pkt->lin_off;
	meta->l4_len = (uint16_t)pkt->len;
	if (ip->foreign && ip_foreign_input(ip->stack, pkt, meta))
		return;
	ip_listener_tell(ip->stack, pkt, meta);
	if (proto) {
		proto->input(ip->stack, pkt, meta);
		return;
	}
	if (!pkt->is_heard)
		icmp_error(ip->stack, pkt, ICMP4_UNREACHABLE, ICMP4_PROTO, 0);
	ip_unheard(ip->stack, pkt, DROP_ip_proto);
}

/* This host is one of those that a packet has passed. */
static bool mark_arrival(struct ip *ip, struct pkt *pkt,
			 const struct ip4_hdr *h)
{
	ip4_addr self = h->dst;

	if (pkt->dest == PKT_TO_ALL || ip4_is_multicast(self))
		self = ip_addr_of(ip->stack, pkt->netif).addr;
	return ip_opts_mark(ip, pkt_data(pkt), h->hlen, self);
}

void ip_deliver(struct ip *ip, struct pkt *pkt, const struct ip4_hdr *h)
{
	struct ip_meta meta = {
		.src = ip_addr_v4(h->src),
		.dst = ip_addr_v4(h->dst),
		.proto = h->proto,
		.ttl = h->ttl,
		.tos = h->tos,
		.is_bcast = pkt->dest == PKT_TO_ALL,
		.is_mcast = ip4_is_multicast(h->dst),
		.has_alert = has_alert(h),
		.netif = pkt->netif,
	};

	if (h->opts_len && !mark_arrival(ip, pkt, h)) {
		pkt_drop(&ip->stack->place, pkt, DROP_ip_opt);
		return;
	}
	ip_hand_up(ip, pkt, h->hlen, &meta);
}

/* Step 5: for all, or for a group.  Returns DROP_COUNT if it is for us. */
static enum drop in_to_many(struct ip *ip, struct pkt *pkt,
			    const struct ip4_hdr *h)
{
	/* Filters are for what is sent to a group, not for what is said of
	 * it. */
	if (h->proto == IP_PROTO_IGMP &&
	    (group_is_joined(ip->stack, pkt->netif, ip_addr_v4(h->dst)) ||
	     group_hears_all(ip->stack, IP_V4, pkt->netif)))
		return DROP_COUNT;
	if (ip4_is_multicast(h->dst))
		return group_check(ip->stack, pkt->netif, ip_addr_v4(h->dst),
				   ip_addr_v4(h->src));
	pkt->dest = PKT_TO_ALL;
	return DROP_COUNT;
}

/* Copies for others; or why there are none. */
static enum drop forward_many(struct ip *ip, const struct pkt *pkt,
			      const struct ip4_hdr *h, bool *is_sent)
{
	if (!ip->is_forwarding || h->dst.v >> 8 == 0xe00000 ||
	    h->proto == IP_PROTO_IGMP ||
	    !group_hears_all(ip->stack, IP_V4, pkt->netif))
		return DROP_ip_not_ours;
	if (h->ttl <= 1)
		return DROP_ip_ttl;
	return group_forward(ip->stack, pkt, ip_addr_v4(h->dst),
			     ip_addr_v4(h->src), is_sent);
}

/* Step 5: ours, others', both or neither. */
static void in_many(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h)
{
	enum drop why = in_to_many(ip, pkt, h), other = why;
	bool is_sent = false;

	if (ip4_is_multicast(h->dst))
		other = forward_many(ip, pkt, h, &is_sent);
	if (why == DROP_COUNT)
		in_local(ip, pkt, h);
	else if (is_sent)
		pkt_free(pkt);
	else
		pkt_drop(&ip->stack->place, pkt,
			 why == DROP_ip_not_ours ? other : why);
}

/* Step 5: for all hosts of an attached network. */
static void in_to_net(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h,
		      const struct ip_route *r)
{
	if (r->netif == pkt->netif) {
		pkt->dest = PKT_TO_ALL;
		in_local(ip, pkt, h);
	} else if (ip->passes_directed && ip->is_forwarding &&
		   pkt->dest == PKT_TO_US) {
		ip_forward(ip, pkt, h, r);
	} else {
		/* RFC 2644: not through routers, unless somebody wants it. */
		pkt_drop(&ip->stack->place, pkt, DROP_ip_no_fwd_bcast);
	}
}

/* Step 5: for one host. */
static void in_to_one(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h)
{
	const struct ip_route *r = route_find(ip, h->dst);
	struct place *place = &ip->stack->place;

	if (r && r->kind == IP_ROUTE_BCAST) {
		in_to_net(ip, pkt, h, r);
		return;
	}
	if (pkt->dest != PKT_TO_US) {
		pkt_drop(place, pkt, DROP_ip_bcast);
	} else if (r ? r->kind == IP_ROUTE_LOCAL : ip->foreign != NULL) {
		if (HAS_SHORT_WAYS && r)
			path_input_learn(ip, pkt, h, r);
		in_local(ip, pkt, h);
	} else if (ip->is_forwarding) {
		ip_forward(ip, pkt, h, r);
	} else {
		pkt_drop(place, pkt, DROP_ip_not_ours);
	}
}

void ip_input_far(struct stack *stack, struct pkt *pkt)
{
	struct ip *ip = ip_of(stack);
	struct ip4_hdr h;
	enum drop why;

	why = in_header(ip, pkt, &h);
	if (why == DROP_COUNT)
		why = in_source(ip, pkt, &h);
	if (why == DROP_COUNT)
		why = in_options(ip, pkt, &h);
	if (why == DROP_COUNT && nat_of(stack)) {
		pkt = nat_of(stack)->ops->input(stack, pkt, &h, &why);
		if (!pkt)
			return;
	}
	if (why == DROP_COUNT &&
	    (ip4_is_broadcast(h.dst) || ip4_is_multicast(h.dst)))
		in_many(ip, pkt, &h);
	else if (why == DROP_COUNT)
		in_to_one(ip, pkt, &h);
	else
		pkt_drop(&stack->place, pkt, why);
}
