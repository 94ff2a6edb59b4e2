// SPDX-License-Identifier: MIT
/*
 * check_boot.c - how hosts get their addresses, and who gives them
 *
 * A pool and the addresses fixed in it belong to one network, and the lab gives
 * out none of them itself; a host that asks has no address before it is
 * answered.
 */
#include <string.h>

#include "apps/dhcp_lease.h"
#include "lab/expand.h"

bool boot_pool(const struct lab_str *pool, ip4_addr *from, ip4_addr *to)
{
	const char *dots = pool->s ? strstr(pool->s, "..") : NULL;
	char first[IP4_TEXT];
	size_t len = dots ? (size_t)(dots - pool->s) : 0;

	if (!len || len >= sizeof(first))
		return false;
	memcpy(first, pool->s, len);
	first[len] = '\0';
	return ip4_parse(from, first) == 0 && ip4_parse(to, dots + 2) == 0 &&
	       from->v && from->v <= to->v && to->v - from->v < LEASE_POOL_MAX;
}

static bool has_net_of(const struct lab *lab, const struct lab_node *node,
		       ip4_addr ip)
{
	return boot_iface_for(lab, node, ip) < node->interfaces.count;
}

size_t boot_iface_for(const struct lab *lab, const struct lab_node *node,
		      ip4_addr ip)
{
	const struct topo_segment *seg = lab->topo.segments.items;
	const struct lab_iface *iface = node->interfaces.items;
	size_t i;

	for (i = 0; i < node->interfaces.count; i++) {
		const struct lab_net *net = seg[iface[i].segment].net;

		if (iface[i].is_plugged && net && ip4_net_has(net->v, ip))
			break;
	}
	return i;
}

const struct topo_segment *boot_segment(const struct lab *lab, ip4_addr ip)
{
	const struct topo_segment *s = lab->topo.segments.items;

	for (size_t i = 0; i < lab->topo.segments.count; i++)
		if (s[i].net && s[i].net->is_set &&
		    ip4_net_has(s[i].net->v, ip))
			return &s[i];
	return NULL;
}

/* Does a router carry questions from there? */
static bool has_relay(const struct topo_segment *s)
{
	const struct topo_port *port = s->ports.items;

	for (size_t i = 0; i < s->ports.count; i++)
		if (port[i].node->dhcp_relay.count)
			return true;
	return false;
}

/* Attached, or reached through a relay. */
static bool serves_net_of(const struct lab *lab, const struct lab_node *node,
			  ip4_addr ip)
{
	const struct topo_segment *s = boot_segment(lab, ip);

	return has_net_of(lab, node, ip) || (s && has_relay(s));
}

static void check_pool(struct lab *lab, const struct lab_node *node,
		       const struct lab_str *pool)
{
	ip4_addr from, to;

	if (!boot_pool(pool, &from, &to))
		diag_error(&lab->diag, pool->at,
			   "a pool is written 10.1.0.100..10.1.0.120 and has "
			   "at most %d addresses",
			   LEASE_POOL_MAX);
	else if (!serves_net_of(lab, node, from) ||
		 boot_segment(lab, from) != boot_segment(lab, to))
		diag_error(&lab->diag, pool->at,
			   "the pool is on no network that '%s' is attached "
			   "to, and no router there has 'dhcp-relay'",
			   node->item.name.s);
}

static void check_pairs(struct lab *lab, const struct lab_node *node,
			const struct lab_seq *pairs)
{
	const struct lab_pair *pair = pairs->items;
	ip4_addr ip;

	for (size_t i = 0; i < pairs->count; i++) {
		const struct lab_str *value = pair[i].values.items;
		const struct lab_node *client = check_name(lab, &pair[i].key);

		if (client && !client->interfaces.count)
			diag_error(&lab->diag, pair[i].key.at,
				   "'%s' has no interface that could ask",
				   pair[i].key.s);
		if (pair[i].values.count != 1 || ip4_parse(&ip, value->s) != 0)
			diag_error(&lab->diag, pair[i].key.at,
				   "'%s' gets one address", pair[i].key.s);
		else if (!serves_net_of(lab, node, ip))
			diag_error(&lab->diag, value->at,
				   "%s is on no network that '%s' is attached "
				   "to",
				   value->s, node->item.name.s);
	}
}

static void check_dhcp(struct lab *lab, const struct lab_node *node)
{
	const struct lab_dhcp *d = &node->dhcp;
	const struct lab_str *dns = d->dns.items, *pool = d->pool.items;
	ip4_addr ip;

	if (!d->item.is_set)
		return;
	if (!d->pool.count && !d->fixed.count)
		diag_error(&lab->diag, d->item.at,
			   "'dhcp' needs 'pool' or 'fixed': what it can give");
	for (size_t i = 0; i < d->pool.count; i++)
		check_pool(lab, node, &pool[i]);
	if (d->lease.is_set && (d->lease.v < 10 * UINT64_C(1000000000) ||
				d->lease.v / 1000000000 >= UINT32_MAX))
		diag_error(&lab->diag, d->lease.at,
			   "'lease' is at least 10s and below 136 years");
	for (size_t i = 0; i < d->dns.count; i++)
		if (ip4_parse(&ip, dns[i].s) != 0) {
			const struct lab_node *n = check_name(lab, &dns[i]);

			if (n && !topo_first_iface(n))
				diag_error(&lab->diag, dns[i].at,
					   "'%s' has no address", dns[i].s);
		}
	check_pairs(lab, node, &d->fixed);
}

static void check_iface(struct lab *lab, const struct lab_node *node,
			const struct lab_iface *iface)
{
	if (!iface->address.v || iface->address.v == LAB_NONE)
		return;
	if (node->kind.v != LAB_HOST)
		diag_error(&lab->diag, iface->address.at,
			   "only a host asks for its address; '%s' is none",
			   node->item.name.s);
	if (!lab_asks_for_address(iface))
		return;
	if (iface->ip.is_set)
		diag_error(&lab->diag, iface->address.at,
			   "'%s' has an address already and asks for none",
			   node->item.name.s);
	if (node->gateway.is_set)
		diag_error(&lab->diag, node->gateway.at,
			   "'%s' learns its gateway with its address",
			   node->item.name.s);
	if (node->dhcp.item.is_set || node->rarp.is_set)
		diag_error(&lab->diag, iface->address.at,
			   "'%s' cannot give addresses: it has none of its own",
			   node->item.name.s);
}

void check_boot(struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		const struct lab_iface *iface = node[i].interfaces.items;

		for (size_t j = 0; j < node[i].interfaces.count; j++)
			check_iface(lab, &node[i], &iface[j]);
		check_dhcp(lab, &node[i]);
		check_pairs(lab, &node[i], &node[i].rarp);
	}
}
