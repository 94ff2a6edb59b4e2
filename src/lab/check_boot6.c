// SPDX-License-Identifier: MIT
/*
 * check_boot6.c - who gives IPv6 addresses, and who carries the questions
 *
 * A LAN says that there is DHCPv6 (`dhcp6: managed` or `other`), its routers
 * advertise it, and its hosts begin to ask.  The lab gives out no address of a
 * pool itself.
 */
#include <string.h>

#include "apps/dhcp6_server.h"
#include "apps/dhcp_relay.h"
#include "lab/expand.h"

bool boot_pool6(const struct lab_str *pool, ip6_addr *from, size_t *count)
{
	const char *dots = pool->s ? strstr(pool->s, "..") : NULL;
	size_t len = dots ? (size_t)(dots - pool->s) : 0;
	char first[IP6_TEXT];
	uint64_t a, b;
	ip6_addr to;

	if (!len || len >= sizeof(first))
		return false;
	memcpy(first, pool->s, len);
	first[len] = '\0';
	if (ip6_parse(from, first) != 0 || ip6_parse(&to, dots + 2) != 0 ||
	    memcmp(from->o, to.o, 8) != 0)
		return false;
	a = get64(from->o + 8);
	b = get64(to.o + 8);
	*count = (size_t)(b - a) + 1;
	return a && a <= b && b - a < LEASE_POOL_MAX;
}

const struct topo_segment *boot_segment6(const struct lab *lab, ip6_addr ip)
{
	const struct topo_segment *s = lab->topo.segments.items;

	for (size_t i = 0; i < lab->topo.segments.count; i++)
		if (s[i].net6 && s[i].net6->is_set &&
		    ip6_net_has(s[i].net6->v, ip))
			return &s[i];
	return NULL;
}

/* Is the server there, or a router that carries questions from there? */
static bool is_heard(const struct topo_segment *s,
		     const struct lab_node *server)
{
	const struct topo_port *port = s->ports.items;

	for (size_t i = 0; i < s->ports.count; i++)
		if (port[i].node == server || port[i].node->dhcp6_relay.count)
			return true;
	return false;
}

/* What the pool gives, an interface has already. */
static void check_taken(struct lab *lab, const struct topo_segment *s,
			const struct lab_str *pool, ip6_addr from, size_t count)
{
	const struct topo_port *port = s->ports.items;
	char text[IP_TEXT];

	for (size_t i = 0; i < s->ports.count; i++) {
		const struct lab_ip6 *ip = &port[i].iface->ip6;

		if (ip->is_set && memcmp(ip->v.o, from.o, 8) == 0 &&
		    get64(ip->v.o + 8) - get64(from.o + 8) < count)
			diag_error(&lab->diag, pool->at,
				   "the pool has %s, which '%s' has already",
				   ip_addr_print(ip_addr_v6(ip->v), text),
				   port[i].node->item.name.s);
	}
}

static void check_pool(struct lab *lab, const struct lab_node *node,
		       const struct lab_str *pool)
{
	const struct topo_segment *s;
	ip6_addr from;
	size_t count;

	if (!boot_pool6(pool, &from, &count)) {
		diag_error(&lab->diag, pool->at,
			   "an IPv6 pool is written fd00:1::100..fd00:1::120 "
			   "and has at most %d addresses",
			   LEASE_POOL_MAX);
		return;
	}
	s = boot_segment6(lab, from);
	if (!s || !is_heard(s, node))
		diag_error(&lab->diag, pool->at,
			   "the pool is on no network that '%s' is attached "
			   "to, and no router there has 'dhcp6-relay'",
			   node->item.name.s);
	else
		check_taken(lab, s, pool, from, count);
}

/* A node with an IPv6 address, or such an address. */
static void check_server6(struct lab *lab, const struct lab_str *name)
{
	const struct lab_node *node;
	ip6_addr ip;

	if (ip6_parse(&ip, name->s) == 0)
		return;
	node = check_name(lab, name);
	if (node && !topo_first_ip6(node))
		diag_error(&lab->diag, name->at, "'%s' has no IPv6 address",
			   name->s);
}

static void check_dhcp6(struct lab *lab, const struct lab_node *node)
{
	const struct lab_dhcp6 *d = &node->dhcp6;
	const struct lab_str *pool = d->pool.items, *dns = d->dns.items;

	if (!d->item.is_set)
		return;
	if (!topo_first_ip6(node))
		diag_error(&lab->diag, d->item.at,
			   "'%s' has no IPv6 address to serve from",
			   node->item.name.s);
	for (size_t i = 0; i < d->pool.count; i++)
		check_pool(lab, node, &pool[i]);
	for (size_t i = 0; i < d->dns.count; i++)
		check_server6(lab, &dns[i]);
	if (d->lease.is_set && (d->lease.v < 10 * UINT64_C(1000000000) ||
				d->lease.v / 1000000000 >= UINT32_MAX))
		diag_error(&lab->diag, d->lease.at,
			   "'lease' is at least 10s and below 136 years");
}

static void check_relays(struct lab *lab, const struct lab_node *node)
{
	const struct lab_str *to = node->dhcp_relay.items;
	ip4_addr ip;

	for (size_t i = 0; i < node->dhcp_relay.count; i++) {
		const struct lab_node *server =
			ip4_parse(&ip, to[i].s) ? check_name(lab, &to[i])
						: NULL;

		if (server && !topo_first_iface(server))
			diag_error(&lab->diag, to[i].at, "'%s' has no address",
				   to[i].s);
	}
	to = node->dhcp6_relay.items;
	for (size_t i = 0; i < node->dhcp6_relay.count; i++)
		check_server6(lab, &to[i]);
	if (node->dhcp_relay.count > DHCP_RELAY_SERVERS ||
	    node->dhcp6_relay.count > DHCP_RELAY_SERVERS)
		diag_error(&lab->diag, node->item.at,
			   "'%s' relays to more than %d servers",
			   node->item.name.s, DHCP_RELAY_SERVERS);
}

/* Hosts must hear of it, and those that only ask for the rest must have an
 * address. */
static void check_lan(struct lab *lab, const struct topo_segment *s)
{
	if (!s->lan || !s->lan->dhcp6.v)
		return;
	if (!s->net6 || !s->net6->is_set)
		diag_error(&lab->diag, s->lan->dhcp6.at,
			   "'dhcp6' of '%s' needs 'net6': what is to be given",
			   s->name);
	if (s->lan->dhcp6.v == LAB_DHCP6_OTHER && !s->lan->slaac.v)
		diag_error(&lab->diag, s->lan->dhcp6.at,
			   "'dhcp6: other' of '%s' is for hosts that have an "
			   "address: it needs 'slaac: true'",
			   s->name);
}

void check_boot6(struct lab *lab)
{
	const struct topo_segment *s = lab->topo.segments.items;
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->topo.segments.count; i++)
		check_lan(lab, &s[i]);
	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		check_dhcp6(lab, &node[i]);
		check_relays(lab, &node[i]);
	}
}
