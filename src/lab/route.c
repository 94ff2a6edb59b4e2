// SPDX-License-Identifier: MIT
/*
 * route.c - which way from here
 *
 * Theory of operation
 * ===================
 * A host sends what is not on its own segments to one router.  A router
 * needs to know the way to every segment: route_ways.c finds the neighbours
 * that lead there, and each becomes a next router of the route.  A router that
 * speaks RIP has to find out itself.
 *
 * Routes that the file gives replace the computed ones of that router.
 */
#include <string.h>

#include "lab/expand.h"

/* One more next router of a route. */
static void via_add(struct lab *lab, struct lab_route *route, ip4_addr ip)
{
	struct lab_str *s = arena_append(&lab->arena, &route->via.items,
					 &route->via.count, sizeof(*s));
	char text[IP4_TEXT];

	ip4_print(ip, text);
	if (s)
		s->s = arena_text(&lab->arena, text, strlen(text));
	route->via.is_set = true;
}

/* To a segment, the next router still missing.  NULL: the node is told
 * otherwise. */
static struct lab_route *route_new(struct lab *lab, struct lab_node *node,
				   const struct topo_segment *to)
{
	struct lab_route *route;

	if (is_rip(lab, node) ||
	    (node->routes.is_set && !node->routes_are_ours))
		return NULL;
	node->routes.is_set = node->routes_are_ours = true;
	route = arena_append(&lab->arena, &node->routes.items,
			     &node->routes.count, sizeof(*route));
	if (!route)
		return NULL;
	route->item.is_set = true;
	route->to = *to->net;
	return route;
}

struct via_arg {
	struct lab *lab;
	struct lab_route *route;
};

static void on_way(void *arg, const struct lab_iface *via)
{
	const struct via_arg *a = arg;

	via_add(a->lab, a->route, via->ip.v);
}

static void routes_to(struct lab *lab, const struct ways *w,
		      const struct topo_segment *to)
{
	struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		struct via_arg arg = {.lab = lab};

		if (!ways_are_there(w, &node[i]))
			continue;
		arg.route = route_new(lab, &node[i], to);
		if (arg.route)
			ways_each(w, &node[i], on_way, &arg);
	}
}

static void routes_of_routers(struct lab *lab)
{
	const struct topo_segment *seg = lab->topo.segments.items;
	struct ways w;

	if (ways_alloc(lab, &w, IP_V4))
		return;
	for (size_t i = 0; i < lab->topo.segments.count; i++) {
		if (!seg[i].net || !seg[i].net->is_set)
			continue;
		ways_search(&w, i);
		routes_to(lab, &w, &seg[i]);
	}
}

static bool is_attached_to(const struct lab *lab, const struct lab_node *node,
			   ip4_addr ip)
{
	const struct topo_segment *seg = lab->topo.segments.items;
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].is_plugged && seg[iface[i].segment].net &&
		    ip4_net_has(seg[iface[i].segment].net->v, ip))
			return true;
	return false;
}

static bool is_own(const struct lab_node *node, ip4_addr ip)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].ip.is_set && iface[i].ip.v.v == ip.v)
			return true;
	return false;
}

static void via_check(struct lab *lab, const struct lab_node *node,
		      struct lab_pos at, ip4_addr via)
{
	char text[IP4_TEXT];

	if (is_own(node, via))
		diag_error(&lab->diag, at,
			   "%s is '%s' itself; the way leads to a neighbour",
			   ip4_print(via, text), node->item.name.s);
	else if (!is_attached_to(lab, node, via))
		diag_error(&lab->diag, at,
			   "%s is on no network that '%s' is attached to",
			   ip4_print(via, text), node->item.name.s);
}

bool route_via(const struct lab_route *route, size_t i, ip4_addr *out)
{
	const struct lab_str *s = route->via.items;

	return ip4_parse(out, s[i].s) == 0;
}

static void vias_check(struct lab *lab, const struct lab_node *node,
		       const struct lab_route *route)
{
	const struct lab_str *s = route->via.items;
	ip4_addr via;

	for (size_t i = 0; i < route->via.count; i++) {
		if (!s[i].at.line)
			continue;
		if (!route_via(route, i, &via))
			diag_error(&lab->diag, s[i].at,
				   "'%s' is not an IPv4 address such as "
				   "10.1.0.1",
				   s[i].s);
		else
			via_check(lab, node, s[i].at, via);
	}
}

static void gateway_of_host(struct lab *lab, struct lab_node *node)
{
	const struct topo_segment *seg = lab->topo.segments.items;
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++) {
		const struct topo_segment *s = &seg[iface[i].segment];
		const struct topo_port *port = s->ports.items;

		if (node->gateway.is_set || !iface[i].is_plugged ||
		    lab_asks_for_address(&iface[i]) || s->gateway < 0)
			continue;
		node->gateway = port[s->gateway].iface->ip;
		node->gateway.at = (struct lab_pos){0, 0};
	}
}

void expand_routes(struct lab *lab)
{
	struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		const struct lab_route *route = node[i].routes.items;

		if (node[i].gateway.is_set && node[i].gateway.at.line)
			via_check(lab, &node[i], node[i].gateway.at,
				  node[i].gateway.v);
		for (size_t j = 0; j < node[i].routes.count; j++)
			vias_check(lab, &node[i], &route[j]);
		if (!topo_is_switch(&node[i]) && node[i].kind.v != LAB_ROUTER)
			gateway_of_host(lab, &node[i]);
	}
	routes_of_routers(lab);
	routes_out(lab);
}
