// SPDX-License-Identifier: MIT
/*
 * nd_net.c - prefixes on the link, DNS servers and search lists
 *
 * Theory of operation
 * ===================
 * Which addresses are neighbours' is a thing of its own in IPv6: having an
 * address from a prefix does not mean that the prefix is on the link
 * (RFC 5942).  A router says so with the L flag, and then a route without
 * gateway is in the table for as long as it said.
 *
 * DNS servers and domains (RFC 8106) are kept for a resolver, which is told
 * when they have changed.
 *
 * Limits
 * ------
 * ND_NETS_MAX prefixes; ND_DNS_MAX servers and domains, of which the one that
 * would end first makes room (RFC 8106, 6.2).
 */

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

#define METRIC_RA 256

static struct ip6_route route_of(const struct nd_link *link,
				 const struct nd_net *n)
{
	return (struct ip6_route){
		.net = n->net,
		.netif = link->netif,
		.metric = METRIC_RA,
		.kind = IP_ROUTE_UNICAST,
		.origin = IP6_ROUTE_RA,
	};
}

static void tell_net(const struct nd_link *link, enum reason what,
		     const struct nd_net *n)
{
	struct ip_addr ip = ip_addr_v6(n->net.addr);

	PROBE(&link->nd->stack->place, EV_LEARN, what, NULL, EVF_IP("ip", &ip),
	      EVF_NUM("len", n->net.len), EVF_TEXT("netif", link->netif->name));
}

static void net_free(struct nd_link *link, struct nd_net *n)
{
	struct ip6_route route = route_of(link, n);

	ip6_route_del(link->nd->stack, &route);
	list_del(&n->node);
	link->net_count--;
	mem_free(link->nd->stack->place.env->mem, n, sizeof(*n));
}

static struct nd_net *net_find(const struct nd_link *link, struct ip6_net net)
{
	struct nd_net *n;

	list_for_each_entry(n, &link->nets, struct nd_net, node)
		if (n->net.len == net.len && ip6_eq(n->net.addr, net.addr))
			return n;
	return NULL;
}

/* A prefix not known yet, with its route; NULL: no room or no memory. */
static struct nd_net *net_new(struct nd_link *link, struct ip6_net net)
{
	struct mem *mem = link->nd->stack->place.env->mem;
	struct ip6_route route;
	struct nd_net *n = NULL;

	if (link->net_count < ND_NETS_MAX)
		n = mem_alloc(mem, sizeof(*n));
	if (!n)
		return NULL;
	n->net = net;
	route = route_of(link, n);
	if (ip6_route_add(link->nd->stack, &route)) {
		mem_free(mem, n, sizeof(*n));
		return NULL;
	}
	list_add_tail(&link->nets, &n->node);
	link->net_count++;
	tell_net(link, R_ND_NET, n);
	return n;
}

void nd_net_learn(struct nd_link *link, const struct nd_prefix *p)
{
	struct ip6_net net = ip6_net_base(p->net);
	struct nd_net *n = net_find(link, net);

	if (!p->valid_s) {
		if (!n)
			return;
		tell_net(link, R_ND_NET_END, n);
		net_free(link, n);
		return;
	}
	/* All of IPv6 is on no link; a lie that would catch every packet. */
	if (net.len == 0) {
		nd_tell_lie(link, "prefix length", 0);
		return;
	}
	if (!n)
		n = net_new(link, net);
	if (!n)
		return;
	n->expires_ns = nd_until(link->nd, p->valid_s);
	nd_ends_at(link, n->expires_ns);
}

uint64_t nd_net_sweep(struct nd_link *link)
{
	uint64_t next = UINT64_MAX;
	struct list *pos, *tmp;

	list_for_each_safe(pos, tmp, &link->nets) {
		struct nd_net *n = container_of(pos, struct nd_net, node);

		if (n->expires_ns > nd_now(link->nd)) {
			next = min_u64(next, n->expires_ns);
			continue;
		}
		tell_net(link, R_ND_NET_END, n);
		net_free(link, n);
	}
	return next;
}

void nd_net_forget(struct nd_link *link)
{
	struct nd_net *n;

	while ((n = list_first_entry(&link->nets, struct nd_net, node)))
		net_free(link, n);
}

void nd_net_for_each(struct stack *stack,
		     void (*fn)(void *arg, const struct nd_net_view *v),
		     void *arg)
{
	const struct nd_link *link;
	const struct nd_net *n;

	list_for_each_entry(link, &nd_of(stack)->links, struct nd_link, node)
		list_for_each_entry(n, &link->nets, struct nd_net, node) {
			struct nd_net_view v = {link->netif, n->net,
						n->expires_ns};

			fn(arg, &v);
		}
}

/*
 * DNS.
 */

static void dns_changed(struct nd *nd)
{
	if (nd->on_dns)
		nd->on_dns(nd->on_dns_arg, nd->stack);
}

static void dns_free(struct nd_link *link, struct nd_dns *d)
{
	struct mem *mem = link->nd->stack->place.env->mem;

	list_del(&d->node);
	link->dns_count--;
	if (d->domain)
		mem_free(mem, d->domain, strlen(d->domain) + 1);
	mem_free(mem, d, sizeof(*d));
}

static struct nd_dns *dns_find(const struct nd_link *link, ip6_addr addr,
			       const char *domain)
{
	struct nd_dns *d;

	list_for_each_entry(d, &link->dns, struct nd_dns, node)
		if (domain ? d->domain && strcmp(d->domain, domain) == 0
			   : !d->domain && ip6_eq(d->addr, addr))
			return d;
	return NULL;
}

/* There is no room: the one that ends first goes. */
static void dns_make_room(struct nd_link *link)
{
	struct nd_dns *d, *first = NULL;

	if (link->dns_count < ND_DNS_MAX)
		return;
	list_for_each_entry(d, &link->dns, struct nd_dns, node)
		if (!first || d->expires_ns < first->expires_ns)
			first = d;
	if (first)
		dns_free(link, first);
}

static struct nd_dns *dns_new(struct nd_link *link, ip6_addr addr,
			      const char *domain)
{
	struct mem *mem = link->nd->stack->place.env->mem;
	struct nd_dns *d;

	dns_make_room(link);
	d = mem_alloc(mem, sizeof(*d));
	if (!d)
		return NULL;
	d->addr = addr;
	if (domain) {
		d->domain = mem_alloc(mem, strlen(domain) + 1);
		if (!d->domain) {
			mem_free(mem, d, sizeof(*d));
			return NULL;
		}
		memcpy(d->domain, domain, strlen(domain) + 1);
	}
	list_add_tail(&link->dns, &d->node);
	link->dns_count++;
	return d;
}

static void tell_dns(const struct nd_link *link, const struct nd_dns *d)
{
	struct ip_addr ip = ip_addr_v6(d->addr);
	struct place *place = &link->nd->stack->place;

	if (d->domain)
		PROBE(place, EV_LEARN, R_ND_DOMAIN, NULL,
		      EVF_TEXT("name", d->domain),
		      EVF_TEXT("netif", link->netif->name));
	else
		PROBE(place, EV_LEARN, R_ND_DNS, NULL, EVF_IP("ip", &ip),
		      EVF_TEXT("netif", link->netif->name));
}

/* Returns whether the list is another now. */
static bool dns_take(struct nd_link *link, ip6_addr addr, const char *domain,
		     uint32_t lifetime_s)
{
	struct nd_dns *d = dns_find(link, addr, domain);
	bool is_new = !d;

	if (!lifetime_s) {
		if (d)
			dns_free(link, d);
		return !is_new;
	}
	if (!d)
		d = dns_new(link, addr, domain);
	if (!d)
		return false;
	d->expires_ns = nd_until(link->nd, lifetime_s);
	nd_ends_at(link, d->expires_ns);
	if (is_new)
		tell_dns(link, d);
	return is_new;
}

void nd_dns_learn(struct nd_link *link, const struct nd_opts *o)
{
	bool has_changed = false;
	size_t i;

	for (i = 0; i < o->rdnss_count; i++)
		if (!ip6_is_multicast(o->rdnss[i].addr) &&
		    !ip6_is_zero(o->rdnss[i].addr))
			has_changed |= dns_take(link, o->rdnss[i].addr, NULL,
						o->rdnss[i].lifetime_s);
	for (i = 0; i < o->dnssl_count; i++)
		has_changed |= dns_take(link, IP6_ANY, o->dnssl[i].name,
					o->dnssl[i].lifetime_s);
	if (has_changed)
		dns_changed(link->nd);
}

uint64_t nd_dns_sweep(struct nd_link *link)
{
	uint64_t next = UINT64_MAX;
	struct list *pos, *tmp;
	bool has_changed = false;

	list_for_each_safe(pos, tmp, &link->dns) {
		struct nd_dns *d = container_of(pos, struct nd_dns, node);

		if (d->expires_ns > nd_now(link->nd)) {
			next = min_u64(next, d->expires_ns);
			continue;
		}
		dns_free(link, d);
		has_changed = true;
	}
	if (has_changed)
		dns_changed(link->nd);
	return next;
}

void nd_dns_forget(struct nd_link *link)
{
	struct nd_dns *d;

	while ((d = list_first_entry(&link->dns, struct nd_dns, node)))
		dns_free(link, d);
}

void nd_dns_for_each(struct stack *stack,
		     void (*fn)(void *arg, const struct nd_dns_view *v),
		     void *arg)
{
	const struct nd_link *link;
	const struct nd_dns *d;

	list_for_each_entry(link, &nd_of(stack)->links, struct nd_link, node)
		list_for_each_entry(d, &link->dns, struct nd_dns, node) {
			struct nd_dns_view v = {link->netif, d->addr, d->domain,
						d->expires_ns};

			fn(arg, &v);
		}
}
