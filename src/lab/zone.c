// SPDX-License-Identifier: MIT
/*
 * zone.c - who knows which names
 *
 * Theory of operation
 * ===================
 * The file says what a person cares about: which server has which zone, who
 * has the part below, which name stands for which node.  What DNS needs
 * besides is made from it and written into `records`:
 *
 *	@			SOA, and NS with the server's own name
 *	shop-dns		A of the server itself
 *	shop			NS for each delegated part
 *	shop-dns.shop		A of its server, the glue: without it one would
 *				have to ask shop-dns where shop-dns is
 *
 * A server's name in DNS is the node's name within its zone, so that parent
 * and child agree without being told.  Whatever stands in `records` already
 * is left as it is.  A zone-file is taken as it is.
 */
#include <string.h>

#include "base/check.h"

#include "lab/expand.h"
#include "lab/schema_int.h"

#define ZONE_TTL "1h"

static const char *const record_types[] = {"A",	  "AAAA", "NS",	 "CNAME", "MX",
					   "TXT", "PTR",  "SOA", "SRV"};

static struct lab_pair *record_find(const struct lab_node *node,
				    const char *owner)
{
	struct lab_pair *pair = node->records.items;

	for (size_t i = 0; i < node->records.count; i++)
		if (strcmp(pair[i].key.s, owner) == 0)
			return &pair[i];
	return NULL;
}

/* Has this owner a record of that type ("NS ")? */
static bool record_has(const struct lab_node *node, const char *owner,
		       const char *type)
{
	const struct lab_pair *pair = record_find(node, owner);
	const struct lab_str *s = pair ? pair->values.items : NULL;

	for (size_t i = 0; pair && i < pair->values.count; i++)
		if (strncmp(s[i].s, type, strlen(type)) == 0)
			return true;
	return false;
}

static void record_add(struct lab *lab, struct lab_node *node,
		       const char *owner, const char *data)
{
	struct lab_pair *pair = record_find(node, owner);
	struct lab_seq *all = &node->records;
	struct lab_str *s;

	if (!pair) {
		pair = arena_append(&lab->arena, &all->items, &all->count,
				    sizeof(*pair));
		if (!pair)
			return;
		all->is_set = true;
		pair->key.s = owner;
	}
	s = arena_append(&lab->arena, &pair->values.items, &pair->values.count,
			 sizeof(*s));
	if (s)
		s->s = data;
}

static bool record_type_is_known(const char *data)
{
	size_t len = strcspn(data, " ");

	for (size_t i = 0; i < ARRAY_SIZE(record_types); i++)
		if (strlen(record_types[i]) == len &&
		    strncmp(record_types[i], data, len) == 0)
			return true;
	return false;
}

/* "A web" and "AAAA web": the node's address of that version. */
static void record_resolve_typed(struct lab *lab, struct lab_str *value)
{
	bool is_v6 = strncmp(value->s, "AAAA ", 5) == 0;
	const char *name = value->s + (is_v6 ? 5 : 2);
	const struct lab_node *node;
	const struct lab_iface *iface;
	struct ip_addr ip;
	char text[IP_TEXT];

	if (!is_v6 && strncmp(value->s, "A ", 2) != 0)
		return;
	node = topo_node(&lab->topo, name);
	iface = node ? topo_first_iface(node) : NULL;
	if (!iface)
		return; /* an address, as a rule: check_zones() sees to it */
	ip = is_v6 ? ip_addr_v6(iface->ip6.v) : ip_addr_v4(iface->ip.v);
	if (is_v6 && !iface->ip6.is_set)
		diag_error(&lab->diag, value->at, "'%s' has no IPv6 address",
			   name);
	else
		value->s = arena_printf(&lab->arena, "%s",
					ip_addr_print(ip, text));
}

/* A value in `records`: a node becomes its address. */
static void record_resolve(struct lab *lab, struct lab_str *value)
{
	const struct lab_iface *iface;
	const struct lab_node *node;
	char text[IP4_TEXT];
	ip6_addr ip6;
	ip4_addr ip4;

	if (strchr(value->s, ' ')) {
		if (!record_type_is_known(value->s))
			diag_error(&lab->diag, value->at,
				   "'%s': no such record; it is written "
				   "\"TYPE data\" with one of A, AAAA, NS, "
				   "CNAME, MX, TXT, PTR, SOA, SRV",
				   value->s);
		else
			record_resolve_typed(lab, value);
		return;
	}
	if (ip4_parse(&ip4, value->s) == 0 || ip6_parse(&ip6, value->s) == 0)
		return;
	node = check_name(lab, value);
	iface = node ? topo_first_iface(node) : NULL;
	if (iface)
		value->s = arena_printf(&lab->arena, "%s",
					ip4_print(iface->ip.v, text));
	else if (node)
		diag_error(&lab->diag, value->at, "'%s' has no address",
			   value->s);
}

/* A name that stands for a node has all its addresses: AAAA, too. */
static void records_both(struct lab *lab, struct lab_pair *pair)
{
	size_t count = pair->values.count;

	for (size_t i = 0; i < count; i++) {
		const struct lab_str *s = pair->values.items;
		const struct lab_node *node = topo_node(&lab->topo, s[i].s);
		struct lab_pos at = s[i].at;
		const char *data;
		struct lab_str *more;

		if (!node || !topo_first_ip6(node))
			continue;
		data = arena_printf(&lab->arena, "AAAA %s", s[i].s);
		more = arena_append(&lab->arena, &pair->values.items,
				    &pair->values.count, sizeof(*more));
		if (more)
			*more = (struct lab_str){at, data};
	}
}

static void records_check(struct lab *lab, struct lab_node *node)
{
	struct lab_pair *pair = node->records.items;

	for (size_t i = 0; i < node->records.count; i++) {
		struct lab_str *s = pair[i].values.items;
		const char *owner = pair[i].key.s;
		uint64_t ttl;

		if (strcmp(owner, "ttl") == 0) {
			if (pair[i].values.count != 1 ||
			    value_parse(s->s, VALUE_DURATION, &ttl))
				diag_error(&lab->diag,
					   s ? s->at : pair[i].key.at,
					   "'ttl' is a duration: 300s");
			else if (ttl % NS_PER_S || ttl / NS_PER_S > INT32_MAX)
				diag_error(&lab->diag, s->at,
					   "'ttl' counts whole seconds, at "
					   "most %d",
					   INT32_MAX);
			continue;
		}
		if (strcmp(owner, "@") != 0 && strcmp(owner, "*") != 0 &&
		    !schema_is_domain(owner))
			diag_error(&lab->diag, pair[i].key.at,
				   "'%s' is not a domain name", owner);
		records_both(lab, &pair[i]);
		s = pair[i].values.items;
		for (size_t j = 0; j < pair[i].values.count && s[j].s; j++)
			record_resolve(lab, &s[j]);
	}
}

/* "x.shop.test." from "x" and "shop.test"; "x." from "x" and ".". */
static const char *fqdn(struct lab *lab, const char *name, const char *zone)
{
	size_t len = strlen(zone);

	if (len && zone[len - 1] == '.')
		len--;
	return arena_printf(&lab->arena, "%s.%.*s%s", name, (int)len, zone,
			    len ? "." : "");
}

/* The server's address as a record of that owner. */
static void record_add_node(struct lab *lab, struct lab_node *node,
			    const char *owner, const struct lab_node *server)
{
	const struct lab_iface *iface = topo_first_iface(server);
	char text[IP4_TEXT];

	if (iface && owner && !record_find(node, owner))
		record_add(lab, node, owner,
			   arena_printf(&lab->arena, "%s",
					ip4_print(iface->ip.v, text)));
}

static void zone_own(struct lab *lab, struct lab_node *node)
{
	const char *self = fqdn(lab, node->item.name.s, node->zone.s);
	const char *mail = fqdn(lab, "hostmaster", node->zone.s);

	if (!self || !mail)
		return;
	if (!record_has(node, "@", "SOA "))
		record_add(lab, node, "@",
			   arena_printf(&lab->arena,
					"SOA %s %s 1 3600 600 86400 60", self,
					mail));
	if (!record_has(node, "@", "NS ")) {
		record_add(lab, node, "@",
			   arena_printf(&lab->arena, "NS %s", self));
		record_add_node(lab, node, node->item.name.s, node);
	}
	if (!record_find(node, "ttl"))
		record_add(lab, node, "ttl", ZONE_TTL);
}

static bool domain_eq(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 1 && a[n - 1] == '.';
	m -= m > 1 && b[m - 1] == '.';
	return n == m && strncmp(a, b, n) == 0;
}

static void zone_delegate_to(struct lab *lab, struct lab_node *node,
			     const struct lab_str *part,
			     const struct lab_str *name)
{
	const struct lab_node *server = check_name(lab, name);
	const char *child = fqdn(lab, part->s, node->zone.s), *ns, *glue;

	if (!server || !child)
		return;
	if (server->kind.v != LAB_DNS) {
		diag_error(&lab->diag, name->at,
			   "'%s' is no DNS server (kind: dns)", name->s);
		return;
	}
	if (server->zone.s && !domain_eq(server->zone.s, child)) {
		diag_error(&lab->diag, name->at,
			   "'%s' has the zone '%s', not '%.*s'", name->s,
			   server->zone.s, (int)strlen(child) - 1, child);
		return;
	}
	ns = arena_printf(&lab->arena, "NS %s", fqdn(lab, name->s, child));
	glue = arena_printf(&lab->arena, "%s.%s", name->s, part->s);
	if (ns && !record_has(node, part->s, ns))
		record_add(lab, node, part->s, ns);
	record_add_node(lab, node, glue, server);
}

static void zone_delegate(struct lab *lab, struct lab_node *node)
{
	const struct lab_pair *pair = node->delegate.items;

	for (size_t i = 0; i < node->delegate.count; i++) {
		const struct lab_str *s = pair[i].values.items;

		if (!schema_is_domain(pair[i].key.s)) {
			diag_error(&lab->diag, pair[i].key.at,
				   "'%s' is not a domain name", pair[i].key.s);
			continue;
		}
		for (size_t j = 0; j < pair[i].values.count; j++)
			zone_delegate_to(lab, node, &pair[i].key, &s[j]);
	}
}

/* A resolver that is not told where to begin asks every root server. */
static void resolver_root(struct lab *lab, struct lab_node *node)
{
	const struct lab_node *all = lab->spec.nodes.items;
	struct lab_str *s;

	for (size_t i = 0; i < lab->spec.nodes.count && !node->root.at.line;
	     i++) {
		if (all[i].kind.v != LAB_DNS || !all[i].zone.s ||
		    strcmp(all[i].zone.s, ".") != 0)
			continue;
		s = arena_append(&lab->arena, &node->root.items,
				 &node->root.count, sizeof(*s));
		if (!s)
			return;
		*s = all[i].item.name;
		node->root.is_set = true;
	}
	if (!node->root.is_set)
		diag_error(&lab->diag, node->item.at,
			   "'%s' needs 'root': where it begins to ask",
			   node->item.name.s);
}

static void resolver_check_root(struct lab *lab, const struct lab_node *node)
{
	const struct lab_str *s = node->root.items;

	for (size_t i = 0; i < node->root.count; i++) {
		const struct lab_node *root = check_name(lab, &s[i]);

		if (root && (root->kind.v != LAB_DNS || !root->zone.s ||
			     strcmp(root->zone.s, ".") != 0))
			diag_error(&lab->diag, s[i].at,
				   "'%s' is no root server (kind: dns, zone: "
				   ".)",
				   s[i].s);
	}
}

/* `dns` of a host: servers by name or address. */
static void host_dns(struct lab *lab, struct lab_node *node)
{
	const struct lab_seq *preset = &lab->spec.defaults.host.dns;
	const struct lab_str *s;
	ip4_addr ip;

	if (!node->dns.is_set && preset->is_set && node->kind.v == LAB_HOST)
		node->dns = *preset;
	s = node->dns.items;
	for (size_t i = 0; i < node->dns.count; i++) {
		const struct lab_node *server;

		if (ip4_parse(&ip, s[i].s) == 0)
			continue;
		server = check_name(lab, &s[i]);
		if (server && server->kind.v != LAB_RESOLVER &&
		    server->kind.v != LAB_DNS &&
		    !(is_way_out(server) && server->uplink.names.v))
			diag_error(&lab->diag, s[i].at,
				   "'%s' answers no DNS questions (kind: "
				   "dns-resolver or dns)",
				   s[i].s);
	}
}

void expand_names(struct lab *lab)
{
	struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		if (!node[i].item.name.s)
			continue;
		host_dns(lab, &node[i]);
		if (node[i].kind.v == LAB_RESOLVER) {
			if (!node[i].root.is_set)
				resolver_root(lab, &node[i]);
			resolver_check_root(lab, &node[i]);
		}
		if (node[i].kind.v != LAB_DNS || !node[i].zone.s)
			continue;
		records_check(lab, &node[i]);
		if (node[i].zone_file.s)
			continue;
		zone_delegate(lab, &node[i]);
		zone_own(lab, &node[i]);
	}
}

static void zone_line(const char *owner, const char *data, struct strbuf *out)
{
	ip4_addr ip4;
	ip6_addr ip6;

	if (strchr(data, ' '))
		strbuf_printf(out, "%s IN %s\n", owner, data);
	else if (ip4_parse(&ip4, data) == 0)
		strbuf_printf(out, "%s IN A %s\n", owner, data);
	else if (ip6_parse(&ip6, data) == 0)
		strbuf_printf(out, "%s IN AAAA %s\n", owner, data);
}

/* Lines of one owner; the SOA of a zone must be its first record. */
static void zone_lines(const struct lab_pair *pair, struct strbuf *out)
{
	const struct lab_str *s = pair->values.items;

	if (strcmp(pair->key.s, "ttl") == 0 || !s)
		return;
	for (size_t i = 0; i < pair->values.count; i++)
		if (strncmp(s[i].s, "SOA ", 4) != 0)
			zone_line(pair->key.s, s[i].s, out);
}

static void zone_soa(const struct lab_node *node, struct strbuf *out)
{
	const struct lab_pair *apex = record_find(node, "@");
	const struct lab_str *s;

	if (!apex || !apex->values.items)
		return;
	s = apex->values.items;
	for (size_t i = 0; i < apex->values.count; i++)
		if (strncmp(s[i].s, "SOA ", 4) == 0)
			zone_line("@", s[i].s, out);
}

void zone_text(const struct lab_node *node, struct strbuf *out)
{
	const struct lab_pair *pair = node->records.items;
	const struct lab_pair *ttl = record_find(node, "ttl");
	const struct lab_str *ttl_text = ttl ? ttl->values.items : NULL;
	uint64_t ns = 0;
	size_t len = strlen(node->zone.s);

	if (ttl_text)
		(void)value_parse(ttl_text->s, VALUE_DURATION, &ns);
	strbuf_printf(out, "$ORIGIN %s%s\n", node->zone.s,
		      node->zone.s[len - 1] == '.' ? "" : ".");
	strbuf_printf(out, "$TTL %llu\n", (unsigned long long)(ns / NS_PER_S));
	zone_soa(node, out);
	for (size_t i = 0; i < node->records.count; i++)
		zone_lines(&pair[i], out);
}
