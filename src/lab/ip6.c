// SPDX-License-Identifier: MIT
/*
 * ip6.c - IPv6 in a lab: networks, addresses and ways, for who asks for them
 *
 * Theory of operation
 * ===================
 * A segment has IPv6 if its LAN or link says `net6`, or all have if the lab
 * says `ipv6: true`; a lab that says neither is the same to the octet as
 * before there was any.
 *
 *	networks	fd00:1::/64, fd00:2::/64 ... in the order of the file
 *	addresses	those of IPv4, so that a person knows them again:
 *			10.1.0.80 has fd00:1::80 beside it
 *	slaac		what the host will make itself: its MAC address, with
 *			two octets in the middle (RFC 4291, App. A)
 *	dhcp6: managed	nothing: a server will give one
 *	ways		as for IPv4 (route.c), but nothing hides behind NAT
 *
 * Invariants
 * ----------
 *  (1) No two segments have the same network, no two interfaces the same
 *	address.
 *  (2) An address lies in the network of its segment.
 *  (3) Expanding the expanded file changes nothing: an address that is the one
 *	a host of a `slaac` LAN would make is left to the host.
 */
#include "ip6/ip6.h"

#include <string.h>

#include "base/check.h"

#include "lab/expand.h"

enum { NETS_MAX = 0xffff };

static const ip6_addr first_net = {.o = {0xfd}};

static struct topo_segment *segment_at(const struct lab *lab, size_t i)
{
	struct topo_segment *all = lab->topo.segments.items;

	return &all[i];
}

static bool net_is_taken(const struct lab *lab, const struct topo_segment *own,
			 ip6_addr net)
{
	for (size_t i = 0; i < lab->topo.segments.count; i++) {
		const struct topo_segment *s = segment_at(lab, i);

		if (s != own && topo_has_ip6(s) && ip6_eq(s->net6->v.addr, net))
			return true;
	}
	return false;
}

/* The next free fd00:N::/64. */
static void net_give(struct lab *lab, struct topo_segment *s, uint32_t *last)
{
	ip6_addr net = first_net;

	while (++*last <= NETS_MAX) {
		put16(net.o + 2, (uint16_t)*last);
		if (net_is_taken(lab, s, net))
			continue;
		s->net6->v = (struct ip6_net){net, 64};
		s->net6->is_set = true;
		s->net6->is_auto = false;
		return;
	}
	diag_error(&lab->diag, s->net6->at, "no IPv6 network is left for '%s'",
		   s->name);
}

static void nets_of_segments(struct lab *lab)
{
	uint32_t last = 0;

	for (size_t i = 0; i < lab->topo.segments.count; i++) {
		struct topo_segment *s = segment_at(lab, i);

		if (s->net6 && topo_has_ip6(s) &&
		    net_is_taken(lab, s, s->net6->v.addr))
			diag_error(&lab->diag, s->net6->at,
				   "the IPv6 network of '%s' is another's, too",
				   s->name);
	}
	for (size_t i = 0; i < lab->topo.segments.count; i++) {
		struct topo_segment *s = segment_at(lab, i);

		if (s->net6 && !topo_has_ip6(s) &&
		    (s->net6->is_auto || lab->spec.ipv6.v))
			net_give(lab, s, &last);
		if (s->lan && s->lan->slaac.v && !topo_has_ip6(s))
			diag_error(&lab->diag, s->lan->slaac.at,
				   "'slaac' of '%s' needs 'net6': what is to "
				   "be advertised",
				   s->name);
	}
}

/* 80 becomes 0x80, which is written as 80. */
static uint32_t digits(uint32_t n)
{
	uint32_t d = 0;

	for (int at = 0; n && at < 32; at += 4, n /= 10)
		d |= n % 10 << at;
	return d;
}

static bool makes_its_own(const struct topo_segment *s,
			  const struct lab_node *node)
{
	return s->lan && s->lan->slaac.v && node->kind.v != LAB_ROUTER &&
	       !node->dhcp6.item.is_set;
}

static ip6_addr own_address(const struct topo_segment *s,
			    const struct lab_iface *iface)
{
	return ip6_eui64(s->net6->v.addr, iface->mac.v);
}

bool expand_is_slaac(const struct lab *lab, const struct lab_node *node,
		     const struct lab_iface *iface)
{
	const struct topo_segment *s = segment_at(lab, iface->segment);

	return topo_has_ip6(s) && makes_its_own(s, node) &&
	       ip6_eq(iface->ip6.v, own_address(s, iface));
}

/* A host that is given its address when it asks, and makes none itself; the
 * server cannot ask itself. */
static bool is_given(const struct topo_segment *s, const struct lab_node *node)
{
	return s->lan && s->lan->dhcp6.v == LAB_DHCP6_MANAGED &&
	       !s->lan->slaac.v && node->kind.v != LAB_ROUTER &&
	       !node->dhcp6.item.is_set;
}

bool expand_is_managed(const struct lab *lab, const struct lab_node *node,
		       const struct lab_iface *iface)
{
	const struct topo_segment *s = segment_at(lab, iface->segment);

	return topo_has_ip6(s) && !iface->ip6.is_set && is_given(s, node);
}

static void address_give(const struct topo_segment *s,
			 const struct topo_port *port)
{
	struct lab_iface *iface = port->iface;

	if (iface->ip6.is_set || is_given(s, port->node))
		return;
	iface->ip6.is_set = true;
	iface->ip6.v = s->net6->v.addr;
	if (makes_its_own(s, port->node))
		iface->ip6.v = own_address(s, iface);
	else
		put32(iface->ip6.v.o + 12,
		      digits(iface->ip.v.v - s->net->v.addr.v));
}

/* What the file says about one interface. */
static void address_check(struct lab *lab, const struct topo_segment *s,
			  const struct lab_iface *iface)
{
	char text[IP_TEXT];

	if (topo_has_ip6(s) && iface->mtu.v < 1280)
		diag_error(&lab->diag, iface->mtu.at,
			   "IPv6 on '%s' needs an 'mtu' of 1280B or more",
			   s->name);
	if (!iface->ip6.is_set)
		return;
	if (!topo_has_ip6(s))
		diag_error(&lab->diag, iface->ip6.at,
			   "'%s' has no IPv6 network; give it 'net6: auto'",
			   s->name);
	else if (!ip6_net_has(s->net6->v, iface->ip6.v))
		diag_error(&lab->diag, iface->ip6.at,
			   "%s is outside the IPv6 network of '%s'",
			   ip_addr_print(ip_addr_v6(iface->ip6.v), text),
			   s->name);
}

/* Only what stands in the file can be there twice. */
static void address_check_once(struct lab *lab, const struct topo_segment *s,
			       size_t index)
{
	const struct topo_port *port = s->ports.items;
	const struct lab_ip6 *ip = &port[index].iface->ip6;
	char text[IP_TEXT];

	for (size_t i = 0; ip->at.line && i < s->ports.count; i++)
		if (i != index && ip6_eq(port[i].iface->ip6.v, ip->v) &&
		    (i < index || !port[i].iface->ip6.at.line))
			diag_error(&lab->diag, ip->at,
				   "%s is given out already",
				   ip_addr_print(ip_addr_v6(ip->v), text));
}

static void addresses_of_segment(struct lab *lab, struct topo_segment *s)
{
	const struct topo_port *port = s->ports.items;

	for (size_t i = 0; i < s->ports.count; i++)
		address_check(lab, s, port[i].iface);
	if (!topo_has_ip6(s))
		return;
	for (size_t i = 0; i < s->ports.count; i++)
		address_give(s, &port[i]);
	for (size_t i = 0; i < s->ports.count; i++)
		address_check_once(lab, s, i);
}

/* `ip6` of a node is short for the address of its only interface. */
static void address_of_node(struct lab *lab, struct lab_node *node)
{
	struct lab_iface *iface = node->interfaces.items;

	if (!node->ip6.is_set)
		return;
	if (topo_is_switch(node) || node->interfaces.count != 1 ||
	    iface->ip6.is_set)
		diag_error(&lab->diag, node->ip6.at,
			   "'ip6' of '%s' is for a node with one interface; "
			   "else say it in 'interfaces'",
			   node->item.name.s);
	else
		iface->ip6 = node->ip6;
	node->ip6.is_set = false;
}

const struct lab_ip6 *expand_stolen_ip6(const struct lab *lab,
					const struct lab_node *thief)
{
	const struct lab_node *node =
		thief->steal_ip6.s ? topo_node(&lab->topo, thief->steal_ip6.s)
				   : NULL;
	const struct lab_iface *own = thief->interfaces.items, *iface;

	if (!node || node == thief || thief->interfaces.count != 1)
		return NULL;
	iface = node->interfaces.items;
	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].is_plugged && iface[i].segment == own->segment &&
		    iface[i].ip6.is_set)
			return &iface[i].ip6;
	return NULL;
}

static void check_theft(struct lab *lab, const struct lab_node *thief)
{
	if (!thief->steal_ip6.s || !check_name(lab, &thief->steal_ip6))
		return;
	if (topo_is_switch(thief) || !expand_stolen_ip6(lab, thief))
		diag_error(&lab->diag, thief->steal_ip6.at,
			   "'%s' has no IPv6 address on the only LAN of '%s'",
			   thief->steal_ip6.s, thief->item.name.s);
}

/* The router of a segment, whoever hides behind it for IPv4. */
static const struct topo_port *router_of(const struct topo_segment *s)
{
	const struct topo_port *port = s->ports.items;

	if (s->gateway >= 0)
		return &port[s->gateway];
	for (size_t i = 0; i < s->ports.count; i++)
		if (port[i].node->kind.v == LAB_ROUTER)
			return &port[i];
	return NULL;
}

/* Where a host sends everything else; one that listens to routers knows. */
static void gateway_of_host(struct lab *lab, struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++) {
		const struct topo_segment *s =
			segment_at(lab, iface[i].segment);
		const struct topo_port *router = router_of(s);

		if (node->gateway6.is_set || !iface[i].is_plugged ||
		    !topo_has_ip6(s) || !router ||
		    expand_is_slaac(lab, node, &iface[i]) ||
		    expand_is_managed(lab, node, &iface[i]))
			continue;
		node->gateway6 = router->iface->ip6;
	}
}

struct via6_arg {
	struct lab *lab;
	struct lab_node *node;
	struct ip6_net to;
};

static void on_way(void *arg, const struct lab_iface *via)
{
	const struct via6_arg *a = arg;
	struct lab_route6 *r;

	if (!via->ip6.is_set)
		return;
	r = arena_append(&a->lab->arena, &a->node->routes6.items,
			 &a->node->routes6.count, sizeof(*r));
	if (r)
		*r = (struct lab_route6){a->to, via->ip6.v};
}

static void routes_of_routers(struct lab *lab)
{
	struct lab_node *node = lab->spec.nodes.items;
	struct ways w;

	if (ways_alloc(lab, &w, IP_V6))
		return;
	for (size_t i = 0; i < lab->topo.segments.count; i++) {
		struct via6_arg arg = {.lab = lab};

		if (!topo_has_ip6(segment_at(lab, i)))
			continue;
		arg.to = segment_at(lab, i)->net6->v;
		ways_search(&w, i);
		for (size_t j = 0; j < lab->spec.nodes.count; j++) {
			arg.node = &node[j];
			ways_each(&w, &node[j], on_way, &arg);
		}
	}
}

void expand_ip6(struct lab *lab)
{
	struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		address_of_node(lab, &node[i]);
	nets_of_segments(lab);
	if (lab->diag.count)
		return;
	for (size_t i = 0; i < lab->topo.segments.count; i++)
		addresses_of_segment(lab, segment_at(lab, i));
	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		check_theft(lab, &node[i]);
	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (!topo_is_switch(&node[i]) && node[i].kind.v != LAB_ROUTER)
			gateway_of_host(lab, &node[i]);
	routes_of_routers(lab);
}
