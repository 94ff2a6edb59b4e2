// SPDX-License-Identifier: MIT
/*
 * route.c - which way from here
 *
 * Theory of operation
 * ===================
 * A host sends what is not on its own segments to one router.  A router
 * needs to know the way to every segment.  For each segment a search begins
 * there and goes outwards, router by router, segment by segment (breadth
 * first): the first time a router is met is by a shortest way, and it sends
 * back to where the search came from.  Ties are decided by the order of the
 * file.
 *
 *	target <-- R1 <-- segment <-- R2 <-- segment <-- R3
 *	           attached        via R1             via R2
 *
 * NAT hides a LAN: from outside there is no way into it.  So the search may
 * not leave a NAT router's inner LAN through that router.
 *
 * A router with `multipath` takes all neighbours that are one step nearer; a
 * router that speaks RIP has to find out itself.
 *
 * Routes that the file gives replace the computed ones of that router.
 *
 * Limits
 * ------
 * The length of a way is the number of routers on it, not the delay.
 */
#include <string.h>

#include "lab/expand.h"

/* A search from one segment. */
struct search {
	struct lab *lab;
	size_t *queue; /* segments */
	size_t head, tail;
	struct lab_ip *entry; /* of each segment: who leads to the target */
	bool *seen;	      /* segments */
	bool *done;	      /* nodes */
	struct ways ways;
	size_t target;
};

static size_t node_index(const struct lab *lab, const struct lab_node *node)
{
	return (size_t)(node - (const struct lab_node *)lab->spec.nodes.items);
}

size_t route_nat_inside(const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; node->nat.s && i < node->interfaces.count; i++)
		if (iface[i].on.s && strcmp(iface[i].on.s, node->nat.s) == 0)
			return iface[i].segment;
	return SIZE_MAX;
}

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

static struct lab_route *route_new(struct search *s, struct lab_node *node)
{
	const struct topo_segment *seg = s->lab->topo.segments.items;
	struct lab_route *route;

	if (is_rip(s->lab, node) ||
	    (node->routes.is_set && !node->routes_are_ours))
		return NULL;
	node->routes.is_set = node->routes_are_ours = true;
	route = arena_append(&s->lab->arena, &node->routes.items,
			     &node->routes.count, sizeof(*route));
	if (!route)
		return NULL;
	route->item.is_set = true;
	route->to = *seg[s->target].net;
	return route;
}

static void route_add(struct search *s, struct lab_node *node, ip4_addr via)
{
	struct lab_route *route = route_new(s, node);

	if (route)
		via_add(s->lab, route, via);
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

/* `multipath`: all the shortest ways, when the search is over. */
static void routes_add_all(struct search *s)
{
	struct lab_node *node = s->lab->spec.nodes.items;

	for (size_t i = 0; i < s->lab->spec.nodes.count; i++) {
		struct via_arg arg = {.lab = s->lab};

		if (!node[i].router.multipath.v || !s->ways.node[i] ||
		    s->ways.node[i] == SIZE_MAX)
			continue;
		arg.route = route_new(s, &node[i]);
		if (arg.route)
			ways_each(&s->ways, &node[i], on_way, &arg);
	}
}

/* A router met for the first time, coming from segment @from. */
static void search_router(struct search *s, struct lab_node *node, size_t from)
{
	const struct lab_iface *iface = node->interfaces.items;
	size_t inside = route_nat_inside(node);
	bool is_attached = false;

	s->done[node_index(s->lab, node)] = true;
	s->ways.node[node_index(s->lab, node)] = s->ways.segment[from];
	for (size_t i = 0; i < node->interfaces.count; i++)
		is_attached |=
			iface[i].is_plugged && iface[i].segment == s->target;
	if (!is_attached && !node->router.multipath.v)
		route_add(s, node, s->entry[from].v);
	if (from == inside)
		return;
	for (size_t i = 0; i < node->interfaces.count; i++) {
		size_t to = iface[i].segment;

		if (!iface[i].is_plugged || iface[i].address.v == LAB_NONE ||
		    s->seen[to])
			continue;
		s->seen[to] = true;
		s->ways.segment[to] = s->ways.segment[from] + 1;
		s->entry[to] = iface[i].ip;
		s->queue[s->tail++] = to;
	}
}

static void search_segment(struct search *s, size_t index)
{
	const struct topo_segment *seg = s->lab->topo.segments.items;
	const struct topo_port *port = seg[index].ports.items;

	for (size_t i = 0; i < seg[index].ports.count; i++)
		if (port[i].node->kind.v == LAB_ROUTER &&
		    port[i].iface->address.v != LAB_NONE &&
		    !s->done[node_index(s->lab, port[i].node)])
			search_router(s, port[i].node, index);
}

static void search_run(struct search *s, size_t target)
{
	struct lab *lab = s->lab;

	memset(s->seen, 0, lab->topo.segments.count * sizeof(bool));
	memset(s->done, 0, lab->spec.nodes.count * sizeof(bool));
	s->target = target;
	ways_clear(&s->ways, target);
	s->queue[0] = target;
	s->head = 0;
	s->tail = 1;
	s->seen[target] = true;
	while (s->head < s->tail)
		search_segment(s, s->queue[s->head++]);
	routes_add_all(s);
}

static void routes_of_routers(struct lab *lab)
{
	const struct topo_segment *seg = lab->topo.segments.items;
	size_t n = lab->topo.segments.count;
	struct search s = {.lab = lab};

	s.queue = arena_alloc(&lab->arena, n, sizeof(*s.queue));
	s.entry = arena_alloc(&lab->arena, n, sizeof(*s.entry));
	s.seen = arena_alloc(&lab->arena, n, sizeof(*s.seen));
	s.done = arena_alloc(&lab->arena, lab->spec.nodes.count,
			     sizeof(*s.done));
	if (!s.queue || !s.entry || !s.seen || !s.done ||
	    ways_alloc(lab, &s.ways))
		return;
	for (size_t i = 0; i < n; i++)
		if (seg[i].net && seg[i].net->is_set)
			search_run(&s, i);
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
}
