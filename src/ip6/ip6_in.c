// SPDX-License-Identifier: MIT
/*
 * ip6_in.c - a packet arrives
 *
 * Theory of operation
 * ===================
 * Steps, in this order; each may drop the packet under its own name.
 *
 *	1  interface	ip6_off
 *	2  header	ip6_len, ip6_version; padding behind it is cut off
 *	3  addresses	martian
 *	4  destination	ours, a group's (ip_not_ours, group_source; routers
 *			pass it on: group_rpf, group_no_member), or somebody
 *			else's: ip6_fwd.c, behind its hop-by-hop options
 *	5  extensions	ext6.c: ip6_ext, ip6_opt, ip6_routing, ip6_first
 *	6  fragments	frag6.c; the whole goes back to step 5
 *	7  protocol	ip_proto, and the sender is told
 *
 * Step 3 means that nothing above ever answers an address that cannot be
 * answered: no loopback or mapped address from a wire, no group, not one of
 * our own.  The unspecified address may only ask (RFC 4862, 5.4.2): ICMPv6
 * gets it, nobody else.
 */

#include "base/small.h"

#include "wire/mld.h"

#include "core/probe.h"

#include "ip/group_shared.h"
#include "ip/ip_foreign.h"
#include "ip/ip_listen.h"
#include "ip6/ext6.h"

/* Step 2. */
static enum drop in_header(struct pkt *pkt, struct ip6_hdr *h)
{
	const uint8_t *p = pkt_need(pkt, IP6_HLEN);
	int n;

	if (!p)
		return DROP_ip6_len;
	n = ip6_hdr_parse(h, p, pkt->len);
	if (n < 0)
		return n == WIRE_VERSION ? DROP_ip6_version : DROP_ip6_len;
	if (IP6_HLEN + (uint32_t)h->payload_len < pkt->len)
		pkt_trim(pkt, IP6_HLEN + (size_t)h->payload_len);
	pkt->l3_off = pkt->lin_off;
	return DROP_COUNT;
}

/* Can this be anybody's address at all, on a wire? */
static bool source_is_possible(ip6_addr a)
{
	return !ip6_is_multicast(a) && !ip6_is_loopback(a) && !ip6_is_mapped(a);
}

static bool dest_is_possible(ip6_addr a)
{
	if (ip6_is_multicast(a)) /* RFC 4291, 2.7: 0 is reserved */
		return ip6_scope_of(a) > IP6_SCOPE_INTERFACE;
	return !ip6_is_zero(a) && !ip6_is_loopback(a) && !ip6_is_mapped(a);
}

static bool is_ours(struct ip6 *ip6, ip6_addr a, const struct netif *netif)
{
	const struct ip6_route *r = trie6_lookup(&ip6->trie, a, netif);

	return r && r->kind == IP_ROUTE_LOCAL;
}

/* Step 3. */
static enum drop in_addresses(struct ip6 *ip6, const struct pkt *pkt,
			      const struct ip6_hdr *h)
{
	bool is_link = ip6_is_link_local(h->src);

	if (netif_is_lo(pkt->netif))
		return DROP_COUNT;
	if (!source_is_possible(h->src) || !dest_is_possible(h->dst))
		return DROP_martian;
	if (ip6_is_zero(h->src))
		return DROP_COUNT;
	if (is_ours(ip6, h->src, is_link ? pkt->netif : NULL))
		return DROP_martian;
	return DROP_COUNT;
}

/* Step 7. */
static void in_deliver(struct ip6 *ip6, struct pkt *pkt,
		       const struct ip6_hdr *h, const struct ext6 *x)
{
	const struct ip_proto *proto = ip_proto_of(ip6->stack, IP_V6, x->next);
	uint32_t zone = netif_is_lo(pkt->netif) ? 0 : pkt->netif->index;
	struct ip_meta meta = {
		.src = ip_addr_v6_on(h->src, zone),
		.dst = ip_addr_v6_on(h->dst, zone),
		.proto = x->next,
		.ttl = h->hops,
		.tos = h->tclass,
		.is_mcast = ip6_is_multicast(h->dst),
		.has_alert = x->has_alert,
		.netif = pkt->netif,
	};

	pkt_pull(pkt, x->l4_off);
	pkt->l4_off = pkt->lin_off;
	meta.l4_len = (uint16_t)pkt->len;
	if (ip_foreign_is_on(ip6->stack) &&
	    ip_foreign_input(ip6->stack, pkt, &meta))
		return;
	ip_listener_tell(ip6->stack, pkt, &meta);
	if (proto) {
		proto->input(ip6->stack, pkt, &meta);
		return;
	}
	if (!pkt->is_heard && x->next != IP_PROTO_NONE) {
		pkt_unpull(pkt, pkt->l3_off);
		icmp6_error(ip6->stack, pkt, ICMP6_PARAM_PROBLEM,
			    ICMP6_BAD_NEXT, (uint32_t)x->next_at);
	}
	ip_unheard(ip6->stack, pkt, DROP_ip_proto);
}

void ip6_deliver(struct ip6 *ip6, struct pkt *pkt, const struct ip6_hdr *h)
{
	const struct ext6 x = {
		.dst = h->dst,
		.next = h->next,
		.l4_off = IP6_HLEN,
	};

	pkt->l3_off = pkt->lin_off;
	in_deliver(ip6, pkt, h, &x);
}

/* The headers must be in one piece in the room, so that an error can quote
 * them.  Where they do not fit, the packet goes on as one without extension
 * headers: they have been acted on. */
static bool in_straighten(struct pkt *pkt, struct ip6_hdr *h, struct ext6 *x)
{
	uint8_t *p;

	if (pkt_need(pkt, x->l4_off))
		return true;
	pkt_pull(pkt, x->l4_off);
	p = pkt_push(pkt, IP6_HLEN);
	if (!p)
		return false;
	h->next = x->next;
	h->payload_len = (uint16_t)(pkt->len - IP6_HLEN);
	ip6_hdr_emit(p, h);
	pkt->l3_off = pkt->lin_off;
	x->l4_off = IP6_HLEN;
	x->next_at = offsetof(struct ip6_wire, next);
	return true;
}

/* RFC 6980, 5: what could hide from those who guard a link. */
static bool is_discovery(struct pkt *pkt, const struct ext6 *x)
{
	uint8_t type;

	if (x->next != IP_PROTO_ICMP6 || pkt->len <= x->l4_off)
		return false;
	pkt_copy_out(pkt, x->l4_off, &type, 1);
	return type >= ICMP6_ROUTER_SOLICIT && type <= ICMP6_REDIRECT;
}

/* Step 7, the last checks. */
static enum drop in_last(struct pkt *pkt, struct ip6_hdr *h, struct ext6 *x)
{
	if (x->is_whole && is_discovery(pkt, x))
		return DROP_ip6_nd_frag;
	if (ip6_is_zero(h->src) && x->next != IP_PROTO_ICMP6)
		return DROP_martian;
	return in_straighten(pkt, h, x) ? DROP_COUNT : DROP_ip6_ext;
}

/* Steps 5 and 6: a packet that is for us. */
static void in_local(struct ip6 *ip6, struct pkt *pkt, struct ip6_hdr *h)
{
	struct ext6 x = {0};
	enum drop why = ext6_walk(ip6, pkt, h, &x, false);

	if (why == DROP_COUNT && x.is_frag) {
		pkt = frag6_input(ip6, pkt, h, &x);
		if (!pkt)
			return;
		ip6_hdr_parse_quoted(h, pkt_cdata(pkt), pkt->lin_len);
		x = (struct ext6){.is_whole = true};
		why = ext6_walk(ip6, pkt, h, &x, false);
	}
	if (why == DROP_COUNT)
		why = in_last(pkt, h, &x);
	if (why == DROP_COUNT)
		in_deliver(ip6, pkt, h, &x);
	else
		pkt_drop(ip6_place(ip6), pkt, why);
}

/* For somebody else: only what every node on the way must look at. */
static void in_transit(struct ip6 *ip6, struct pkt *pkt, struct ip6_hdr *h,
		       const struct ip6_route *r)
{
	struct ext6 x = {0};
	enum drop why = ext6_walk(ip6, pkt, h, &x, true);

	if (why == DROP_COUNT)
		ip6_forward(ip6, pkt, h, r);
	else
		pkt_drop(ip6_place(ip6), pkt, why);
}

/* Is it about groups, rather than to one?  A hop-by-hop header stands in front
 * of it, always. */
static bool is_mld(const struct pkt *pkt, const struct ip6_hdr *h)
{
	uint8_t front[2], type;
	size_t off = IP6_HLEN;

	if (h->next != IP_PROTO_HOPOPTS || pkt->len < off + sizeof(front))
		return false;
	pkt_copy_out(pkt, off, front, sizeof(front));
	off += 8 + (size_t)front[1] * 8;
	if (front[0] != IP_PROTO_ICMP6 || pkt->len <= off)
		return false;
	pkt_copy_out(pkt, off, &type, 1);
	return mld_is_type(type);
}

/* Step 4: for a group.  Returns DROP_COUNT if it is for us. */
static enum drop in_to_many(struct ip6 *ip6, const struct pkt *pkt,
			    const struct ip6_hdr *h)
{
	struct stack *stack = ip6->stack;
	struct ip_addr group = ip_addr_v6(h->dst);

	/* Filters are for what is sent to a group, not for what is said of
	 * it. */
	if (is_mld(pkt, h) && (group_is_joined(stack, pkt->netif, group) ||
			       group_hears_all(stack, IP_V6, pkt->netif)))
		return DROP_COUNT;
	return group_check(stack, pkt->netif, group, ip_addr_v6(h->src));
}

/* Copies for others; or why there are none. */
static enum drop forward_many(struct ip6 *ip6, struct pkt *pkt,
			      const struct ip6_hdr *h, bool *is_sent)
{
	struct ext6 x = {0};
	enum drop why;

	if (!ip6->is_forwarding || ip6_scope_of(h->dst) <= IP6_SCOPE_LINK ||
	    !group_hears_all(ip6->stack, IP_V6, pkt->netif) || is_mld(pkt, h))
		return DROP_ip_not_ours;
	if (ip6_is_link_local(h->src) || ip6_is_zero(h->src))
		return DROP_ip6_scope;
	if (h->hops <= 1)
		return DROP_ip_ttl;
	why = ext6_walk(ip6, pkt, h, &x, true);
	if (why != DROP_COUNT)
		return why;
	return group_forward(ip6->stack, pkt, ip_addr_v6(h->dst),
			     ip_addr_v6(h->src), is_sent);
}

/* Step 4: ours, others', both or neither. */
static void in_many(struct ip6 *ip6, struct pkt *pkt, struct ip6_hdr *h)
{
	enum drop why, other;
	bool is_sent = false;

	if (netif_is_lo(pkt->netif)) {
		in_local(ip6, pkt, h);
		return;
	}
	why = in_to_many(ip6, pkt, h);
	other = forward_many(ip6, pkt, h, &is_sent);
	if (why == DROP_COUNT)
		in_local(ip6, pkt, h);
	else if (is_sent)
		pkt_free(pkt);
	else
		pkt_drop(ip6_place(ip6), pkt,
			 why == DROP_ip_not_ours ? other : why);
}

/* Nobody knows a way there, and somebody here stands in (ip_foreign.h). */
static bool is_stood_in(const struct ip6 *ip6, const struct ip6_hdr *h)
{
	return ip_foreign_is_on(ip6->stack) && !ip6_is_link_local(h->dst) &&
	       !ip6_is_link_local(h->src) && !ip6_is_zero(h->src);
}

/* Step 4. */
static void in_dest(struct ip6 *ip6, struct pkt *pkt, struct ip6_hdr *h)
{
	bool is_link = ip6_is_link_local(h->dst) && !netif_is_lo(pkt->netif);
	const struct ip6_route *r;

	if (ip6_is_multicast(h->dst)) {
		in_many(ip6, pkt, h);
		return;
	}
	r = trie6_lookup(&ip6->trie, h->dst, is_link ? pkt->netif : NULL);
	if (HAS_SHORT_WAYS && r && r->kind == IP_ROUTE_LOCAL)
		ip6_path_input_learn(ip6, pkt, h, r);
	if (r ? r->kind == IP_ROUTE_LOCAL : is_stood_in(ip6, h))
		in_local(ip6, pkt, h);
	else if (ip6->is_forwarding && !ip6_is_link_local(h->dst))
		in_transit(ip6, pkt, h, r);
	else
		pkt_drop(ip6_place(ip6), pkt, DROP_ip_not_ours);
}

void ip6_input(struct stack *stack, struct pkt *pkt)
{
	struct ip6 *ip6 = ip6_of(stack);
	enum drop why = DROP_ip6_off;
	struct ip6_hdr h;

	if (HAS_SHORT_WAYS && ip6_path_input(ip6, pkt))
		return;
	if (ip6_if_find(ip6, pkt->netif))
		why = in_header(pkt, &h);
	if (why == DROP_COUNT)
		why = in_addresses(ip6, pkt, &h);
	if (why == DROP_COUNT)
		in_dest(ip6, pkt, &h);
	else
		pkt_drop(&stack->place, pkt, why);
}
