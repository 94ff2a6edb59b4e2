// SPDX-License-Identifier: MIT
/*
 * address.c - networks and addresses, given out in order
 *
 * Theory of operation
 * ===================
 * What the file says is taken first, so that nothing generated can collide
 * with it; then each segment and each interface, in the order of the file,
 * gets the next that is free:
 *
 *	LANs, switches	10.1.0.0/24, 10.2.0.0/24 ... (a /16 if many join)
 *	bare cables	10.255.0.0/30, 10.255.0.4/30 ...
 *	gateway		.1	the router that a segment's hosts send to
 *	other routers	.2 ...
 *	hosts		.10 ...
 *	ends of a cable	.1 and .2
 *
 * Invariants
 * ----------
 *  (1) No two segments' networks overlap.
 *  (2) Every address lies in the network of its segment, is neither its first
 *	nor its last, and is there once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "lab/expand.h"

enum {
	NET_LAN_MANY = 240,  /* more ports than this need a /16 */
	NET_HOST_FIRST = 10, /* address of the first host */
	NET_HOST_SMALL = 32, /* networks smaller than this begin at 1 */
	NET_BITMAP_MAX = 1 << 20,
	NET_LEN_MAX = 30,
};

/* Where the next free network is looked for. */
struct net_cursor {
	uint32_t lan; /* 10.(lan % 250 + 1).(lan / 250).0 */
	uint32_t cable;
};

static bool nets_overlap(struct ip4_net a, struct ip4_net b)
{
	return ip4_net_has(a, b.addr) || ip4_net_has(b, a.addr);
}

static bool net_is_free(const struct lab *lab, struct ip4_net net)
{
	const struct topo_segment *s = lab->topo.segments.items;

	for (size_t i = 0; i < lab->topo.segments.count; i++)
		if (s[i].net && s[i].net->is_set &&
		    nets_overlap(s[i].net->v, net))
			return false;
	return true;
}

static bool net_next(struct lab *lab, struct net_cursor *cur, bool is_cable,
		     uint8_t len, struct ip4_net *net)
{
	const uint32_t lan_max = 250 * 250, cable_max = 1 << 14;

	while (is_cable ? cur->cable < cable_max : cur->lan < lan_max) {
		uint32_t n = is_cable ? cur->cable++ : cur->lan++;

		net->len = len;
		net->addr.v = is_cable ? 0x0aff0000 + n * 4
				       : 0x0a000000 | (n % 250 + 1) << 16 |
						 n / 250 << 8;
		if (ip4_net_base(*net).addr.v == net->addr.v &&
		    net_is_free(lab, *net))
			return true;
	}
	return false;
}

static int segment_by_net(const void *a, const void *b)
{
	const struct topo_segment *const *x = a, *const *y = b;
	uint32_t p = (*x)->net->v.addr.v, q = (*y)->net->v.addr.v;

	if (p != q)
		return p < q ? -1 : 1;
	return (*x)->net->at.line < (*y)->net->at.line ? -1 : 1;
}

/* Networks that the file gives must not overlap. */
static void nets_check(struct lab *lab)
{
	struct topo_segment *s = lab->topo.segments.items, **sorted;
	size_t n = 0;

	sorted = arena_alloc(&lab->arena, lab->topo.segments.count,
			     sizeof(struct topo_segment *));
	if (!sorted)
		return;
	for (size_t i = 0; i < lab->topo.segments.count; i++)
		if (s[i].net && s[i].net->is_set)
			sorted[n++] = &s[i];
	qsort(sorted, n, sizeof(struct topo_segment *), segment_by_net);
	for (size_t i = 1; i < n; i++) {
		struct topo_segment *a = sorted[i - 1], *b = sorted[i], *later;

		if (!nets_overlap(a->net->v, b->net->v))
			continue;
		later = a->net->at.line > b->net->at.line ? a : b;
		diag_error(&lab->diag, later->net->at,
			   "the networks of '%s' and '%s' overlap", a->name,
			   b->name);
	}
}

static void net_check_size(struct lab *lab, const struct topo_segment *s)
{
	const struct ip4_net *net = &s->net->v;

	if (net->len > NET_LEN_MAX || net->len < 8)
		diag_error(&lab->diag, s->net->at,
			   "a network of a lab is from /8 to /%d, not /%u",
			   NET_LEN_MAX, net->len);
	else if (s->ports.count > (UINT64_C(1) << (32 - net->len)) - 2)
		diag_error(&lab->diag, s->net->at,
			   "a /%u has no room for %zu interfaces", net->len,
			   s->ports.count);
}

/* A trunk may carry VLANs that nobody is in: they need no network. */
static bool is_empty_vlan(const struct topo_segment *s)
{
	return s->is_vlan && !s->ports.count && !s->net->is_set;
}

void expand_nets(struct lab *lab)
{
	struct topo_segment *s = lab->topo.segments.items;
	struct net_cursor cur = {0};

	nets_check(lab);
	for (size_t i = 0; i < lab->topo.segments.count; i++) {
		uint8_t len = s[i].is_cable			? 30
			      : s[i].ports.count > NET_LAN_MANY ? 16
								: 24;

		if (!s[i].net || is_empty_vlan(&s[i]))
			continue;
		if (!s[i].net->is_set)
			s[i].net->is_set = net_next(lab, &cur, s[i].is_cable,
						    len, &s[i].net->v);
		if (s[i].net->is_set)
			net_check_size(lab, &s[i]);
		else
			diag_error(&lab->diag, (struct lab_pos){1, 1},
				   "no network is left for '%s'", s[i].name);
	}
}

/* Does @node hide what is behind it from the hosts of segment @index? */
static bool is_outside_nat(const struct topo_port *port, size_t index)
{
	const struct lab_iface *iface = port->node->interfaces.items;
	const struct lab_str *nat = &port->node->nat;

	if (!nat->s)
		return false;
	for (size_t i = 0; i < port->node->interfaces.count; i++)
		if (iface[i].on.s && strcmp(iface[i].on.s, nat->s) == 0)
			return iface[i].segment != index;
	return false;
}

static void gateway_named(struct lab *lab, struct topo_segment *s)
{
	const struct lab_str *name = &s->lan->gateway;
	const struct topo_port *port = s->ports.items;

	for (size_t i = 0; i < s->ports.count; i++)
		if (strcmp(port[i].node->item.name.s, name->s) == 0)
			s->gateway = (ptrdiff_t)i;
	if (s->gateway < 0)
		diag_error(&lab->diag, name->at, "'%s' is not in LAN '%s'",
			   name->s, s->lan->item.name.s);
	else if (port[s->gateway].node->kind.v != LAB_ROUTER)
		diag_error(&lab->diag, name->at,
			   "'%s' is no router, and so no gateway", name->s);
}

static void gateway_choose(struct lab *lab, size_t index)
{
	struct topo_segment *all = lab->topo.segments.items, *s = &all[index];
	const struct topo_port *port = s->ports.items;

	if (s->lan && s->lan->gateway.s) {
		gateway_named(lab, s);
		return;
	}
	for (size_t i = 0; i < s->ports.count && s->gateway < 0; i++)
		if (port[i].node->kind.v == LAB_ROUTER &&
		    !is_outside_nat(&port[i], index))
			s->gateway = (ptrdiff_t)i;
	if (s->lan && s->gateway >= 0)
		s->lan->gateway.s = port[s->gateway].node->item.name.s;
}

/* Which addresses of a network are taken; one bit for each. */
struct taken {
	uint8_t *bits;
	uint32_t size;
};

static bool taken_test(const struct taken *t, uint32_t n)
{
	return n < t->size && t->bits[n / 8] >> (n % 8) & 1;
}

static void taken_set(struct taken *t, uint32_t n)
{
	if (n < t->size)
		t->bits[n / 8] |= (uint8_t)(1U << (n % 8));
}

/* The next free number from @first on, then from 1 on; 0 if there is none. */
static uint32_t taken_next(const struct taken *t, uint32_t first)
{
	for (uint32_t n = first; n < t->size; n++)
		if (!taken_test(t, n))
			return n;
	for (uint32_t n = 1; n < first && n < t->size; n++)
		if (!taken_test(t, n))
			return n;
	return 0;
}

/* An address that the file gives. */
static void address_check(struct lab *lab, const struct topo_segment *s,
			  const struct lab_ip *ip, struct taken *t)
{
	struct ip4_net net = s->net->v;
	char a[IP4_TEXT], b[IP4_TEXT];

	ip4_print(ip->v, a);
	if (!ip4_net_has(net, ip->v))
		diag_error(&lab->diag, ip->at,
			   "%s is outside %s/%u, the network of '%s'", a,
			   ip4_print(net.addr, b), net.len, s->name);
	else if (ip4_eq(ip->v, net.addr) ||
		 ip4_eq(ip->v, ip4_net_broadcast(net)))
		diag_error(&lab->diag, ip->at,
			   "%s is the %s address of '%s', of no interface", a,
			   ip4_eq(ip->v, net.addr) ? "first" : "broadcast",
			   s->name);
	else if (taken_test(t, ip->v.v - net.addr.v))
		diag_error(&lab->diag, ip->at, "%s is given out already", a);
	taken_set(t, ip->v.v - net.addr.v);
}

static void address_give(struct lab *lab, struct topo_segment *s,
			 struct lab_iface *iface, struct taken *t,
			 uint32_t first)
{
	uint32_t n;

	if (iface->ip.is_set || lab_asks_for_address(iface))
		return;
	n = taken_next(t, first);
	if (!n) {
		diag_error(&lab->diag, s->net->at, "no address is left in '%s'",
			   s->name);
		return;
	}
	iface->ip.is_set = true;
	iface->ip.v.v = s->net->v.addr.v + n;
	taken_set(t, n);
}

static bool taken_init(struct lab *lab, const struct topo_segment *s,
		       struct taken *t)
{
	uint64_t all = UINT64_C(1) << (32 - s->net->v.len);

	t->size = (uint32_t)min_u64(all, NET_BITMAP_MAX);
	t->bits = arena_alloc(&lab->arena, t->size / 8 + 1, 1);
	if (!t->bits)
		return false;
	taken_set(t, 0);
	taken_set(t, (uint32_t)(all - 1));
	return true;
}

/* What is at the far end of an uplink is not ours to give out. */
static void addresses_of_uplinks(struct lab *lab, const struct topo_segment *s,
				 struct taken *t)
{
	const struct topo_segment *all = lab->topo.segments.items;
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (node[i].kind.v == LAB_UPLINK && node[i].ip.is_set &&
		    &all[uplink_segment(lab, &node[i])] == s)
			address_check(lab, s, &node[i].ip, t);
}

static void addresses_of_pairs(const struct topo_segment *s,
			       const struct lab_seq *pairs, struct taken *t)
{
	const struct lab_pair *pair = pairs->items;
	ip4_addr ip;

	for (size_t i = 0; i < pairs->count; i++) {
		const struct lab_str *value = pair[i].values.items;

		if (pair[i].values.count && ip4_parse(&ip, value->s) == 0 &&
		    ip4_net_has(s->net->v, ip))
			taken_set(t, ip.v - s->net->v.addr.v);
	}
}

static void addresses_of_pools(const struct topo_segment *s,
			       const struct lab_seq *pools, struct taken *t)
{
	const struct lab_str *pool = pools->items;
	ip4_addr from, to;

	for (size_t i = 0; i < pools->count; i++) {
		if (!boot_pool(&pool[i], &from, &to) ||
		    !ip4_net_has(s->net->v, from) ||
		    !ip4_net_has(s->net->v, to))
			continue;
		for (uint32_t ip = from.v; ip - from.v <= to.v - from.v; ip++)
			taken_set(t, ip - s->net->v.addr.v);
	}
}

/* What servers give out is not ours to give. */
static void addresses_of_servers(struct lab *lab, const struct topo_segment *s,
				 struct taken *t)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		addresses_of_pairs(s, &node[i].dhcp.fixed, t);
		addresses_of_pairs(s, &node[i].rarp, t);
		addresses_of_pools(s, &node[i].dhcp.pool, t);
	}
}

static void addresses_of_segment(struct lab *lab, struct topo_segment *s)
{
	struct topo_port *port = s->ports.items;
	uint32_t first_host;
	struct taken t;

	if (!s->net || !s->net->is_set || !taken_init(lab, s, &t))
		return;
	for (size_t i = 0; i < s->ports.count; i++)
		if (port[i].iface->ip.is_set)
			address_check(lab, s, &port[i].iface->ip, &t);
	addresses_of_uplinks(lab, s, &t);
	addresses_of_servers(lab, s, &t);
	first_host =
		s->is_cable || t.size < NET_HOST_SMALL ? 1 : NET_HOST_FIRST;
	if (s->gateway >= 0 && !s->is_cable)
		address_give(lab, s, port[s->gateway].iface, &t, 1);
	for (size_t i = 0; i < s->ports.count; i++)
		if (port[i].node->kind.v == LAB_ROUTER && !s->is_cable)
			address_give(lab, s, port[i].iface, &t, 1);
	for (size_t i = 0; i < s->ports.count; i++)
		address_give(lab, s, port[i].iface, &t, first_host);
}

/* `ip` of a node is short for the address of its only interface. */
static void address_of_node(struct lab *lab, struct lab_node *node)
{
	struct lab_iface *iface = node->interfaces.items;

	if (topo_is_switch(node))
		return;
	if (node->address.v && node->interfaces.count == 1)
		iface->address = node->address;
	else if (node->address.v)
		diag_error(&lab->diag, node->address.at,
			   "'%s' has %zu interfaces; say in 'interfaces' which "
			   "asks for its address",
			   node->item.name.s, node->interfaces.count);
	node->address.is_set = false;
	if (!node->ip.is_set)
		return;
	if (node->interfaces.count != 1)
		diag_error(&lab->diag, node->ip.at,
			   "'%s' has %zu interfaces; say in 'interfaces' which "
			   "has this address",
			   node->item.name.s, node->interfaces.count);
	else if (iface->ip.is_set)
		diag_error(&lab->diag, node->ip.at,
			   "'%s' has an address in 'interfaces' already",
			   node->item.name.s);
	else
		iface->ip = node->ip;
	node->ip.is_set = false;
}

void expand_addresses(struct lab *lab)
{
	struct topo_segment *s = lab->topo.segments.items;
	struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		address_of_node(lab, &node[i]);
	for (size_t i = 0; i < lab->topo.segments.count; i++) {
		gateway_choose(lab, i);
		addresses_of_segment(lab, &s[i]);
	}
}
