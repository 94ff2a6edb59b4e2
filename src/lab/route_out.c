// SPDX-License-Identifier: MIT
/*
 * route_out.c - the way out of the lab, for its other routers
 *
 * A router whose uplink is this machine's sockets takes what no route leads to.
 * The others have to send it there, and each knows the way already: it is that
 * to the router's own network.  Hosts have a router for everything anyway.
 *
 * Of several ways out each router takes the first of the file.
 */
#include "lab/expand.h"

static const struct topo_segment *segment_of(const struct lab *lab,
					     const struct lab_iface *iface)
{
	const struct topo_segment *s = lab->topo.segments.items;

	return &s[iface->segment];
}

static bool same_net(struct ip4_net a, struct ip4_net b)
{
	return a.len == b.len && ip4_net_has(a, b.addr);
}

/* @out's own address on a network of @node; NULL: they are no neighbours. */
static const struct lab_iface *neighbour_of(const struct lab_node *node,
					    const struct lab_node *out)
{
	const struct lab_iface *a = node->interfaces.items,
			       *b = out->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		for (size_t j = 0; j < out->interfaces.count; j++)
			if (a[i].segment == b[j].segment && b[j].ip.is_set)
				return &b[j];
	return NULL;
}

static void way4(const struct lab *lab, struct lab_node *node,
		 const struct lab_node *out)
{
	const struct lab_iface *near = neighbour_of(node, out);
	const struct lab_iface *first = topo_first_iface(out);
	const struct lab_route *route = node->routes.items;
	ip4_addr via;

	if (node->gateway.is_set || is_rip(lab, node))
		return;
	if (near) {
		node->gateway.v = near->ip.v;
		node->gateway.is_set = true;
		return;
	}
	for (size_t i = 0; first && i < node->routes.count; i++) {
		if (!same_net(route[i].to.v, segment_of(lab, first)->net->v) ||
		    !route_via(&route[i], 0, &via))
			continue;
		node->gateway.v = via;
		node->gateway.is_set = true;
		return;
	}
}

static void way6(const struct lab *lab, struct lab_node *node,
		 const struct lab_node *out)
{
	const struct lab_iface *near = neighbour_of(node, out);
	const struct lab_iface *first = topo_first_iface(out);
	const struct lab_route6 *route = node->routes6.items;

	if (node->gateway6.is_set || !topo_first_ip6(out))
		return;
	if (near && near->ip6.is_set) {
		node->gateway6 = near->ip6;
		return;
	}
	for (size_t i = 0; first && i < node->routes6.count; i++) {
		const struct topo_segment *s = segment_of(lab, first);

		if (!s->net6 || !ip6_net_has(s->net6->v, route[i].to.addr))
			continue;
		node->gateway6.v = route[i].via;
		node->gateway6.is_set = true;
		return;
	}
}

void routes_out(struct lab *lab)
{
	struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		if (!is_way_out(&node[i]))
			continue;
		for (size_t j = 0; j < lab->spec.nodes.count; j++) {
			if (node[j].kind.v != LAB_ROUTER ||
			    is_way_out(&node[j]))
				continue;
			way4(lab, &node[j], &node[i]);
			way6(lab, &node[j], &node[i]);
		}
	}
}
