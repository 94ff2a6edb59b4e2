// SPDX-License-Identifier: MIT
/*
 * ip_srcroute.c - packets that say which way they go (RFC 791, 3.1)
 *
 * Theory of operation
 * ===================
 * A packet with a source route option is always addressed to the next stop of
 * its route.  The option holds the stops after that, the real destination
 * last, and a pointer to the first that is not used up.  Each stop puts the
 * address that the pointer shows into the header's destination, its own in
 * the place of it, and moves the pointer on:
 *
 *	from S to D by way of G1 and G2
 *
 *	S -> G1    dst G1   | G2   D
 *	G1 -> G2   dst G2     G1 | D
 *	G2 -> D    dst D      G1   G2 |
 *
 * so that at the end the option holds the way back.  Between two stops a loose
 * route may take any way; a strict one must not pass another router.
 *
 * Whoever may choose the way of a packet can lead it past filters, and can
 * have answers to a forged source address come to him.  So stacks refuse
 * source routes unless told otherwise (RFC 7126, 4.3 and 4.4); the sender gets
 * "source route failed".
 */

#include <errno.h>

#include "wire/csum.h"
#include "wire/icmp4.h"
#include "wire/ip4_opt.h"

#include "ip/icmp.h"
#include "ip/icmp_int.h"
#include "ip/ip_int.h"
#include "ip/nat_int.h"

void ip_source_routes_set(struct stack *stack, bool is_on)
{
	ip_of(stack)->takes_source_routes = is_on;
}

static enum drop refuse(struct ip *ip, const struct pkt *pkt)
{
	icmp_error(ip->stack, pkt, ICMP4_UNREACHABLE, ICMP4_SOURCE_ROUTE, 0);
	return DROP_ip_source_route;
}

/* May a packet at this stop go to @next, by route @r? */
static bool is_way(const struct ip *ip, uint8_t type, const struct ip_route *r)
{
	if (!ip->is_forwarding || !r || r->kind == IP_ROUTE_BCAST)
		return false;
	return type == IP4_OPT_LSRR || !r->gateway.v;
}

/* This is a stop: the packet goes on to the next. */
static enum drop go_on(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h,
		       const struct ip4_opt *sr)
{
	ip4_addr next = ip4_opt_route_next(sr->data);
	const struct ip_route *r = route_find(ip, next);
	uint8_t *p = pkt_data(pkt);
	struct ip4_wire *w = (void *)p;

	if (ip4_is_multicast(next) || !is_way(ip, sr->type, r))
		return refuse(ip, pkt);
	ip4_opt_route_advance(p + IP4_HLEN + sr->off, r->src);
	h->dst = next;
	put_ip4(w->dst, next);
	put16(w->sum, 0);
	put16(w->sum, csum(p, h->hlen));
	return DROP_COUNT;
}

enum drop srcroute_in(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h,
		      const struct ip4_opt *sr)
{
	const struct ip_route *r = route_find(ip, h->dst);
	bool is_stop = r && r->kind == IP_ROUTE_LOCAL;

	if (!ip->takes_source_routes || nat_of(ip->stack))
		return refuse(ip, pkt);
	if (is_stop && !ip4_is_zero(ip4_opt_route_next(sr->data)))
		return go_on(ip, pkt, h, sr);
	if (!is_stop && sr->type == IP4_OPT_SSRR)
		return refuse(ip, pkt);
	return DROP_COUNT;
}

int srcroute_out(struct ip_send *first, uint8_t *opts,
		 const struct ip_send *how)
{
	struct ip4_opts o;
	ip4_addr stop;

	*first = *how;
	if (how->opt_len > IP4_OPTS_MAX || how->opt_len % 4 ||
	    ip4_opts_parse(&o, how->opt, how->opt_len))
		return -EINVAL;
	if (!o.sr.len || how->dst.family != IP_V4)
		return 0;
	if (!ip4_opts_route_begin(opts, how->opt, how->opt_len, how->dst.v4,
				  &stop))
		return -EINVAL;
	first->dst = ip_addr_v4(stop);
	first->opt = opts;
	first->ref = NULL; /* that one knows the way to the destination */
	return 0;
}
