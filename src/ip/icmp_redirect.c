// SPDX-License-Identifier: MIT
/*
 * icmp_redirect.c - a router says that another one is nearer
 *
 * Theory of operation
 * ===================
 * A host that sends through the wrong one of two routers is told so by it, and
 * believes it (RFC 1122, 3.2.2.2): the destination gets a host route through
 * the other one, which is forgotten after ten minutes.
 *
 * Anybody on the link can forge a redirect, and bend our packets towards
 * himself.  So it must look right in every respect: from the router that we
 * use for this destination at present; to a neighbour on the same link who is
 * not ourselves; about a packet that we sent; and we are a host, not a router
 * (RFC 1812, 5.2.7.2).  Who wants none of it says icmp_redirects_set(false).
 *
 * Limits
 * ------
 * REDIRECTS destinations; the one learned first is forgotten first.
 */

#include <errno.h>

#include "wire/ip4.h"

#include "core/probe.h"

#include "ip/icmp_int.h"
#include "ip/ip_int.h"

#define REDIRECTS   64
#define REDIRECT_NS (600 * NS_PER_S)

struct redirect {
	struct list node;
	struct ip4_net net; /* the one destination, /32 */
	ip4_addr gateway;
	struct netif *netif;
	uint64_t expires_ns;
};

static struct redirect *redirect_oldest(struct icmp *icmp)
{
	return list_first_entry(&icmp->redirects, struct redirect, node);
}

/* Forget one with its route. */
static void redirect_free(struct icmp *icmp, struct redirect *r)
{
	ip_route_del(icmp->stack, r->net, r->gateway, r->netif, 0);
	list_del(&r->node);
	icmp->redirect_count--;
	mem_free(icmp->stack->place.env->mem, r, sizeof(*r));
}

static void redirect_on_timer(struct timer *t, void *arg)
{
	struct icmp *icmp = arg;
	struct redirect *r;

	while ((r = redirect_oldest(icmp)) &&
	       r->expires_ns <= stack_now(icmp->stack))
		redirect_free(icmp, r);
	if (r)
		stack_arm(icmp->stack, t, r->expires_ns);
}

void icmp_redirect_init(struct icmp *icmp)
{
	list_init(&icmp->redirects);
	timer_init(&icmp->redirect_timer, redirect_on_timer, icmp);
	icmp->takes_redirects = true;
}

void icmp_redirect_fini(struct icmp *icmp)
{
	struct redirect *r;

	while ((r = redirect_oldest(icmp)))
		redirect_free(icmp, r);
	stack_disarm(icmp->stack, &icmp->redirect_timer);
}

void icmp_redirects_set(struct stack *stack, bool is_on)
{
	icmp_of(stack)->takes_redirects = is_on;
}

static struct redirect *redirect_find(struct icmp *icmp, ip4_addr dst)
{
	struct redirect *r;

	list_for_each_entry(r, &icmp->redirects, struct redirect, node)
		if (r->net.addr.v == dst.v)
			return r;
	return NULL;
}

/* Is it from the router we use, about a packet of ours, to a neighbour? */
static bool redirect_is_right(struct icmp *icmp, const struct ip4_hdr *about,
			      ip4_addr gateway, const struct ip_meta *meta)
{
	struct stack *stack = icmp->stack;
	struct ip *ip = ip_of(stack);
	const struct ip_route *now = route_find(ip, about->dst);

	if (!icmp->takes_redirects || ip->is_forwarding)
		return false;
	if (!now || now->kind != IP_ROUTE_UNICAST ||
	    now->netif != meta->netif || now->gateway.v != meta->src.v4.v)
		return false;
	return ip_addr_is_ours(stack, ip_addr_v4(about->src)) &&
	       ip_on_same_net(ip, meta->netif, gateway) &&
	       !ip_addr_is_ours(stack, ip_addr_v4(gateway)) &&
	       !ip_addr_is_bcast(stack, ip_addr_v4(gateway)) &&
	       gateway.v != meta->src.v4.v;
}

static void redirect_learn(struct icmp *icmp, ip4_addr dst, ip4_addr gateway,
			   struct netif *netif)
{
	struct redirect *r = redirect_find(icmp, dst);
	struct stack *stack = icmp->stack;
	struct ip_addr to = ip_addr_v4(dst), via = ip_addr_v4(gateway);

	if (r)
		redirect_free(icmp, r);
	else if (icmp->redirect_count == REDIRECTS)
		redirect_free(icmp, redirect_oldest(icmp));
	r = mem_alloc(stack->place.env->mem, sizeof(*r));
	if (!r)
		return; /* we shall be told again */
	r->net = (struct ip4_net){dst, 32};
	r->gateway = gateway;
	r->netif = netif;
	r->expires_ns = stack_now(stack) + REDIRECT_NS;
	if (ip_route_add(stack, r->net, gateway, netif, 0)) {
		mem_free(stack->place.env->mem, r, sizeof(*r));
		return;
	}
	list_add_tail(&icmp->redirects, &r->node);
	icmp->redirect_count++;
	if (!timer_is_armed(&icmp->redirect_timer))
		stack_arm(stack, &icmp->redirect_timer, r->expires_ns);
	PROBE(&stack->place, EV_LEARN, R_ROUTE_REDIRECT, NULL,
	      EVF_IP("dst", &to), EVF_IP("gateway", &via));
}

enum drop icmp_redirect_input(struct icmp *icmp, const struct pkt *pkt,
			      const struct icmp4_hdr *h,
			      const struct ip_meta *meta)
{
	uint8_t quote[IP4_HLEN_MAX + ICMP4_QUOTE_MIN];
	size_t len = min_size(pkt->len - ICMP4_HLEN, sizeof(quote));
	struct ip4_hdr about;
	int hlen;

	pkt_copy_out(pkt, ICMP4_HLEN, quote, len);
	hlen = ip4_hdr_parse_quoted(&about, quote, len);
	if (hlen < 0 || len - (size_t)hlen < ICMP4_QUOTE_MIN)
		return DROP_icmp_embed;
	if (!redirect_is_right(icmp, &about, h->gateway, meta))
		return DROP_icmp_stale;
	redirect_learn(icmp, about.dst, h->gateway, meta->netif);
	return DROP_COUNT;
}
