// SPDX-License-Identifier: MIT
/*
 * node_apps.c - the programs that run on a node
 *
 * Theory of operation
 * ===================
 * A node with programs has one loop, and the programs run in it.  They are
 * started when the node is switched on and stopped before it goes off, in the
 * opposite order; a node that starts again starts them from nothing, with
 * empty caches.
 *
 * A browser visits one page at a time.  A line of the script that comes while
 * it is busy waits; when a visit is over, the next line that waits begins.
 */
#include <assert.h>
#include <errno.h>

#include "base/check.h"

#include "apps/dns_msg.h"
#include "apps/dns_resolver.h"
#include "apps/dns_server.h"
#include "apps/dns_stub.h"
#include "apps/dns_zone.h"
#include "apps/http_server.h"
#include "apps/visit.h"
#include "lab/expand.h"
#include "lab/file.h"
#include "lab/node_boot.h"
#include "lab/run_int.h"
#include "reactor/buf.h"
#include "reactor/reactor.h"

enum { HTTP_PORT = 80, DNS_SERVERS = 8 };
static_assert((int)LAB_OVER_IPV4 == EYEBALLS_IPV4 &&
		      (int)LAB_OVER_IPV6 == EYEBALLS_IPV6,
	      "one is the other");

/* Resolvers that a host was told by DHCP. */
struct dns_told {
	struct endpoint servers[DNS_RESOLVERS_MAX];
	size_t count;
};

/**
 * struct node_apps - what runs on a node; what does not is NULL
 * @loop:	Where they run
 * @site:	Pages of @http
 * @http:	`serve: {http: ...}`
 * @zone:	Names of @dns
 * @dns:	`kind: dns`
 * @resolver:	`kind: dns-resolver`
 * @stub:	How the browser looks names up
 * @told:	Whom it may ask, as DHCP and DHCPv6 have told
 * @visitor:	The browser, if the script visits from here
 * @visiting:	Line whose visit is under way, or NULL
 */
struct node_apps {
	struct loop *loop;
	struct http_source *site;
	struct http_server *http;
	struct dns_zone *zone;
	struct dns_server *dns;
	struct dns_resolver *resolver;
	struct dns_stub *stub;
	struct dns_told told[2];
	struct visitor *visitor;
	struct run_line *visiting;
};

static struct mem *apps_mem(const struct run_node *n)
{
	return n->run->arena.mem;
}

/* Address of a server that the file names: a node or an address. */
static struct ip_addr server_addr(const struct run_node *n, const char *name)
{
	const struct lab_node *node;
	ip4_addr ip;

	if (ip4_parse(&ip, name) == 0)
		return ip_addr_v4(ip);
	node = topo_node(&n->run->lab->topo, name);
	return ip_addr_v4(topo_first_iface(node)->ip.v);
}

static int start_http(struct run_node *n, struct node_apps *a)
{
	struct http_server_config cfg = {.local = {.port = HTTP_PORT}};

	/* One socket for both versions, where there are both. */
	if (topo_first_ip6(n->spec))
		cfg.local.addr = ip_addr_v6(IP6_ANY);

	if (!n->spec->serve.http.s)
		return 0;
	a->site = lab_site_new(n->run->lab, n->spec->serve.http.s, apps_mem(n));
	if (!a->site)
		return -ENOMEM;
	cfg.source = a->site;
	return http_server_start(a->loop, &cfg, &a->http);
}

static int start_dns(struct run_node *n, struct node_apps *a)
{
	const struct endpoint local = {.port = DNS_PORT};
	const struct dns_zone *zones[1];
	int err;

	if (n->spec->kind.v != LAB_DNS)
		return 0;
	err = zone_make(n->run->lab, n->spec, apps_mem(n), &a->zone, NULL);
	if (err)
		return err;
	zones[0] = a->zone;
	return dns_server_start(a->loop, &local, zones, 1, &a->dns);
}

static int start_resolver(struct run_node *n, struct node_apps *a)
{
	const struct lab_str *root = n->spec->root.items;
	struct dns_hint hints[DNS_SERVERS];
	struct dns_resolver_config cfg = {
		.local = {.port = DNS_PORT},
		.roots = hints,
	};

	if (n->spec->kind.v != LAB_RESOLVER)
		return 0;
	for (size_t i = 0; i < n->spec->root.count && i < DNS_SERVERS; i++) {
		struct dns_hint *h = &hints[cfg.root_count++];

		if (dns_name_parse(&h->name, root[i].s) != 0)
			h->name = DNS_ROOT;
		h->addr = server_addr(n, root[i].s);
	}
	return dns_resolver_start(a->loop, &cfg, &a->resolver);
}

/* The hosts file, one line for each name. */
static int set_hosts(struct run_node *n, struct node_apps *a)
{
	const struct lab_pair *pair = n->spec->hosts.items;
	struct strbuf sb;
	char text[IP_TEXT];
	int err;

	strbuf_init(&sb, apps_mem(n));
	for (size_t i = 0; i < n->spec->hosts.count; i++) {
		const struct lab_str *s = pair[i].values.items;

		for (size_t j = 0; j < pair[i].values.count; j++)
			strbuf_printf(
				&sb, "%s %s\n",
				ip_addr_print(server_addr(n, s[j].s), text),
				pair[i].key.s);
	}
	err = sb.error ? sb.error
		       : dns_stub_set_hosts(a->stub, strbuf_text(&sb), NULL);
	strbuf_fini(&sb);
	return err;
}

/* Does the script visit pages from this node? */
static bool has_browser(const struct run_node *n)
{
	const struct lab_line *line = n->run->lab->spec.script.items;

	for (size_t i = 0; i < run_line_count(n->run); i++)
		if (line[i].visit.s && run_node(n->run, line[i].on.s) == n)
			return true;
	return false;
}

static int start_browser(struct run_node *n, struct node_apps *a)
{
	const struct lab_str *dns = n->spec->dns.items;
	struct endpoint servers[DNS_RESOLVERS_MAX];
	size_t count = 0;
	int err;

	if (!has_browser(n))
		return 0;
	while (count < n->spec->dns.count && count < DNS_RESOLVERS_MAX) {
		servers[count] = (struct endpoint){
			.addr = server_addr(n, dns[count].s),
			.port = DNS_PORT,
		};
		count++;
	}
	err = dns_stub_new(a->loop, servers, count, &a->stub);
	if (!err && n->spec->hosts.count)
		err = set_hosts(n, a);
	if (err)
		return err;
	a->visitor = visitor_new(a->loop, a->stub);
	return a->visitor ? 0 : -ENOMEM;
}

/* Put what one version has told in its place; the other's stays. */
static void told_replace(struct dns_told *told, const struct ip_addr *dns,
			 size_t count)
{
	told->count = min_size(count, DNS_RESOLVERS_MAX);
	for (size_t i = 0; i < told->count; i++)
		told->servers[i] = (struct endpoint){
			.addr = dns[i],
			.port = DNS_PORT,
		};
}

void node_apps_set_dns(struct run_node *n, enum ip_family over,
		       const struct ip_addr *dns, size_t count)
{
	struct endpoint all[DNS_RESOLVERS_MAX];
	size_t total = 0, *told = &n->told_count[over == IP_V6];

	*told = min_size(count, TOLD_DNS);
	memcpy(n->told_dns[over == IP_V6], dns, *told * sizeof(*dns));
	if (!n->apps || !n->apps->stub || n->spec->dns.count)
		return;
	told_replace(&n->apps->told[over == IP_V6], dns, count);
	for (size_t v = 0; v < 2; v++)
		for (size_t i = 0; i < n->apps->told[v].count; i++)
			if (total < DNS_RESOLVERS_MAX)
				all[total++] = n->apps->told[v].servers[i];
	if (total)
		dns_stub_set_resolvers(n->apps->stub, all, total);
}

/* Has the node anything to run? */
static bool has_programs(const struct run_node *n)
{
	return n->spec->serve.http.s || n->spec->kind.v == LAB_DNS ||
	       n->spec->kind.v == LAB_RESOLVER || has_browser(n);
}

int node_apps_start(struct run_node *n)
{
	struct node_apps *a;
	int err;

	if (!has_programs(n))
		return 0;
	a = n->apps = mem_alloc(apps_mem(n), sizeof(*a));
	if (!a)
		return -ENOMEM;
	err = loop_new(&n->host->stack, &a->loop);
	if (!err)
		err = start_http(n, a);
	if (!err)
		err = start_dns(n, a);
	if (!err)
		err = start_resolver(n, a);
	if (!err)
		err = start_browser(n, a);
	if (err)
		node_apps_stop(n);
	return err;
}

void node_apps_stop(struct run_node *n)
{
	struct node_apps *a = n->apps;

	if (!a)
		return;
	visitor_free(a->visitor);
	dns_stub_free(a->stub);
	dns_resolver_stop(a->resolver);
	dns_server_stop(a->dns);
	http_server_stop(a->http);
	if (a->loop)
		loop_free(a->loop);
	dns_zone_free(a->zone);
	lab_site_free(a->site);
	mem_free(apps_mem(n), a, sizeof(*a));
	n->apps = NULL;
}

/* The first line of this node that waits for the browser. */
static struct run_line *next_line(struct run_node *n)
{
	for (size_t i = 0; i < run_line_count(n->run); i++)
		if (n->run->lines[i].node == n && n->run->lines[i].is_waiting)
			return &n->run->lines[i];
	return NULL;
}

/* In the world's calendar: the browser is free again. */
static void on_free(void *arg)
{
	struct run_node *n = arg;
	struct run_line *line = next_line(n);
	struct env *env = run_env(n->run);

	if (!line || !n->apps || n->apps->visiting)
		return;
	line->is_waiting = false;
	env->cause = line->event;
	if (node_visit(line) != 0)
		line->is_done = true;
	env->cause = 0;
}

/* Hand out what came; URLs that brought no octets are left out. */
static void tell_resources(struct lab_run *run, const struct visit_result *res)
{
	run->visits++;
	for (size_t i = 0; run->on_resource && i < res->count; i++) {
		const struct visit_resource *r = &res->resources[i];
		const struct lab_resource out = {
			.visit = run->visits,
			.host = r->url.host,
			.path = r->url.target,
			.body = r->body ? buf_rptr(r->body) : NULL,
			.len = r->body ? buf_readable(r->body) : 0,
		};

		if (r->body && r->reason == VISIT_OK)
			run->on_resource(run->resource_arg, &out);
	}
}

static void on_visited(void *arg, const struct visit_result *result)
{
	struct run_line *line = arg;
	struct run_node *n = line->node;
	struct world *w = n->run->world;

	tell_resources(n->run, result);
	n->apps->visiting = NULL;
	line->is_active = false;
	line->is_done = true;
	if (next_line(n) && world_at(w, world_now(w), on_free, n) != 0)
		n->run->error = -ENOMEM;
}

int node_visit(struct run_line *line)
{
	struct node_apps *a = line->node->apps;
	int err;

	if (a->visiting) {
		line->is_waiting = true;
		return 0;
	}
	visitor_over(a->visitor, (enum eyeballs_over)line->spec->over.v);
	err = visit_start(a->visitor, line->spec->visit.s, on_visited, line);
	if (err)
		return err;
	a->visiting = line;
	line->is_active = true;
	return 0;
}
