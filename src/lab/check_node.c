// SPDX-License-Identifier: MIT
/*
 * check_node.c - what each kind of node may have
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "lab/expand.h"
#include "lab/file.h"
#include "lab/schema.h"
#include "lab/schema_int.h"

enum { ANY = ~0U };
#define KIND(k) (1U << LAB_##k)
#define NO_IP	(KIND(SWITCH) | KIND(HUB) | KIND(UPLINK))

/* clang-format off */
/* Members of struct lab_node that only some kinds have. */
static const struct {
	const char *key;
	unsigned kinds;
	const char *who;
} rules[] = {
	{"nat",		KIND(ROUTER),		"a router"},
	{"filter",	KIND(ROUTER),		"a router"},
	{"groups",	KIND(ROUTER),		"a router"},
	{"snooping",	KIND(SWITCH),		"a switch"},
	{"forward",	KIND(ROUTER),		"a router"},
	{"nat-filter",	KIND(ROUTER),		"a router"},
	{"proxy-arp",	KIND(ROUTER),		"a router"},
	{"directed-broadcast",	KIND(ROUTER),		"a router"},
	{"redirects",	KIND(ROUTER),		"a router"},
	{"rpf",		KIND(ROUTER),		"a router"},
	{"icmp-rate",	KIND(ROUTER),		"a router"},
	{"multipath",	KIND(ROUTER),		"a router"},
	{"routing",	KIND(ROUTER),		"a router"},
	{"rip",		KIND(ROUTER),		"a router"},
	{"address",	KIND(HOST),		"a host"},
	{"dhcp",	ANY & ~NO_IP,	"what has an address"},
	{"rarp",	ANY & ~NO_IP,	"what has an address"},
	{"dhcp6",	ANY & ~NO_IP,	"what has an address"},
	{"pppoe",	ANY & ~NO_IP,	"what has an address"},
	{"dhcp-relay",	KIND(ROUTER),		"a router"},
	{"dhcp6-relay",	KIND(ROUTER),		"a router"},
	{"routes",	KIND(ROUTER),		"a router"},
	{"net",		NO_IP,			"a switch"},
	{"net6",	KIND(SWITCH) | KIND(HUB),	"a switch"},
	{"ip6",		ANY & ~NO_IP,	"what has an address"},
	{"tap",		KIND(UPLINK),		"an uplink"},
	{"uplink",	KIND(UPLINK) | KIND(ROUTER),	"an uplink or a router"},
	{"stp",		KIND(SWITCH),		"a switch"},
	{"loops",	KIND(SWITCH),		"a switch"},
	{"priority",	KIND(SWITCH),		"a switch"},
	{"ageing",	KIND(SWITCH),		"a switch"},
	{"macs",	KIND(SWITCH),		"a switch"},
	{"vlans",	KIND(SWITCH),		"a switch"},
	{"ports",	KIND(SWITCH),		"a switch"},
	{"vlan",	ANY & ~(KIND(SWITCH) | KIND(HUB)),	"what is plugged into a switch"},
	{"root",	KIND(RESOLVER),		"a dns-resolver"},
	{"zone",	KIND(DNS),		"a dns server"},
	{"hosts",	KIND(HOST),		"a host"},
	{"serve",	KIND(HOST),		"a host"},
	{"run",		KIND(HOST),		"a host"},
	{"sysctl",	ANY & ~NO_IP,	"what has an address"},
	{"dns",		ANY & ~NO_IP,	"what has an address"},
	{"ip",		ANY & ~(KIND(SWITCH) | KIND(HUB)),	"what has an address"},
	{"gateway",	ANY & ~NO_IP,	"what has an address"},
	{"interfaces",	ANY & ~NO_IP,	"what has an address"},
};
static_assert(LAB_KINDS <= 32, "kinds are bits");
/* clang-format on */

static const char *kind_word(const struct schema_field *kind, uint64_t v)
{
	return kind->words[v];
}

static void check_keys(struct lab *lab, const struct lab_node *node)
{
	const struct schema_object *o = schema_find_object("nodes");
	const struct schema_field *kind = schema_find(o, "kind");

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct schema_field *f = schema_find(o, rules[i].key);
		const struct lab_pos *at;

		check(f);
		at = schema_member_const(f, node);
		if (!schema_is_set(f, node) ||
		    rules[i].kinds >> node->kind.v & 1)
			continue;
		diag_error(&lab->diag, at->line ? *at : node->item.at,
			   "'%s' is for %s; '%s' is a %s", rules[i].key,
			   rules[i].who, node->item.name.s,
			   kind_word(kind, node->kind.v));
	}
}

/* Interfaces that no cable leads to. */
static void check_plugs(struct lab *lab, const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++) {
		if (iface[i].is_plugged || !iface[i].on.s)
			continue;
		diag_error(&lab->diag, iface[i].on.at,
			   "no cable leads from '%s' to '%s'",
			   node->item.name.s, iface[i].on.s);
	}
}

static bool is_connected(const struct lab *lab, const struct lab_node *node)
{
	const struct topo_cable *cable = lab->topo.cables.items;

	if (!topo_is_switch(node))
		return node->interfaces.count;
	for (size_t i = 0; i < lab->topo.cables.count; i++)
		if (cable[i].end[0].node == node ||
		    cable[i].end[1].node == node)
			return true;
	return false;
}

/* Not connected: perhaps a LAN spells its name differently. */
static void say_not_connected(struct lab *lab, const struct lab_node *node)
{
	const struct lab_node *all = lab->spec.nodes.items;
	size_t n = 0, count = lab->spec.nodes.count;
	const char **implied = arena_alloc(&lab->arena, count,
					   sizeof(const char *)),
		   *near;

	if (!implied)
		return;
	for (size_t i = 0; i < count; i++)
		if (all[i].is_implied)
			implied[n++] = all[i].item.name.s;
	near = diag_nearest(node->item.name.s, implied, n);
	if (near)
		diag_error(&lab->diag, node->item.at,
			   "'%s' is connected to nothing; is '%s' meant to be "
			   "the same?",
			   node->item.name.s, near);
	else
		diag_error(&lab->diag, node->item.at,
			   "'%s' is connected to nothing: no LAN or link has "
			   "it",
			   node->item.name.s);
}

static void check_nat(struct lab *lab, const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	if (!node->nat.s || node->kind.v != LAB_ROUTER)
		return;
	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].on.s && strcmp(iface[i].on.s, node->nat.s) == 0)
			return;
	diag_error(&lab->diag, node->nat.at,
		   "'%s' is not plugged into '%s', and so cannot hide it",
		   node->item.name.s, node->nat.s);
}

/* RFC 791, 3.2: every host takes 68 octets. */
static void check_mtu(struct lab *lab, const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++) {
		const struct lab_num *mtu = &iface[i].mtu;

		if (mtu->is_set && (mtu->v < 68 || mtu->v > 65535))
			diag_error(&lab->diag, mtu->at,
				   "'mtu' is from 68B to 65535B");
	}
}

static bool nets_are_equal(const struct lab_route *a, const struct lab_route *b)
{
	return a->to.v.addr.v == b->to.v.addr.v && a->to.v.len == b->to.v.len;
}

/* Two ways to one network: only one would be taken. */
static void check_routes(struct lab *lab, const struct lab_node *node)
{
	const struct lab_route *route = node->routes.items;

	for (size_t i = 1; i < node->routes.count; i++)
		for (size_t j = 0; j < i; j++)
			if (route[i].to.at.line && route[j].to.at.line &&
			    nets_are_equal(&route[i], &route[j]))
				diag_error(&lab->diag, route[i].to.at,
					   "a second way to the same network; "
					   "the first stands in line %u",
					   route[j].to.at.line);
}

static void check_dns(struct lab *lab, const struct lab_node *node,
		      bool is_clean)
{
	if (node->kind.v != LAB_DNS)
		return;
	if (!node->zone.s && is_clean)
		diag_error(&lab->diag, node->item.at,
			   "'%s' needs 'zone': the names that it knows",
			   node->item.name.s);
	if (node->zone_file.s &&
	    (node->records.is_set || node->delegate.is_set))
		diag_error(&lab->diag, node->zone_file.at,
			   "'%s' has a zone-file; records and delegate belong "
			   "there",
			   node->item.name.s);
}

static void check_hosts(struct lab *lab, const struct lab_node *node)
{
	const struct lab_pair *pair = node->hosts.items;
	ip4_addr ip;

	for (size_t i = 0; i < node->hosts.count; i++) {
		const struct lab_str *s = pair[i].values.items;

		if (!schema_is_domain(pair[i].key.s))
			diag_error(&lab->diag, pair[i].key.at,
				   "'%s' is not a domain name", pair[i].key.s);
		for (size_t j = 0; j < pair[i].values.count; j++)
			if (ip4_parse(&ip, s[j].s) != 0)
				(void)check_name(lab, &s[j]);
	}
}

/* The pages must be there: a directory cannot be read, and says so. */
static void check_serve(struct lab *lab, const struct lab_node *node)
{
	const struct lab_str *dir = &node->serve.http;
	struct strbuf none;
	char name[256];
	size_t len;
	int err;

	if (!dir->s)
		return;
	len = strlen(dir->s);
	len -= len > 1 && dir->s[len - 1] == '/';
	strbuf_init(&none, lab->arena.mem);
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, dir->s);
	err = lab_read_file(lab, name, &none);
	strbuf_fini(&none);
	if (err != -EISDIR)
		diag_error(&lab->diag, dir->at, "there is no directory '%s'",
			   dir->s);
}

void check_nodes(struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;
	/* What is missing may be what could not be read. */
	bool is_clean = !lab->diag.count;

	if (!lab->spec.nodes.count && is_clean)
		diag_error(&lab->diag, (struct lab_pos){1, 1},
			   "the lab has no nodes");
	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		if (!node[i].item.name.s)
			continue;
		check_keys(lab, &node[i]);
		check_plugs(lab, &node[i]);
		check_nat(lab, &node[i]);
		check_filter(lab, &node[i]);
		check_router(lab, &node[i]);
		check_mtu(lab, &node[i]);
		check_routes(lab, &node[i]);
		check_dns(lab, &node[i], is_clean);
		check_hosts(lab, &node[i]);
		check_serve(lab, &node[i]);
		check_knobs(lab, &node[i]);
		if (is_clean && !is_connected(lab, &node[i]))
			say_not_connected(lab, &node[i]);
	}
}
