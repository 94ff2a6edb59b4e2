// SPDX-License-Identifier: MIT
/*
 * etc.c - what the files of a lab host say of the network
 *
 * Names of the lab are good for every program in it, so that one can say `curl
 * http://server/` without a name server; a name that the file gives the host
 * itself (`hosts:`) stands before them and wins.
 */
#include "lab/etc.h"

#include "base/check.h"

#include "lab/run_int.h"

static const struct run_node *node_of(const struct lab_run *run,
				      const struct host *host)
{
	for (size_t i = 0; i < run_node_count(run); i++)
		if (run->nodes[i].host == host)
			return &run->nodes[i];
	return NULL;
}

/* "nameserver 10.2.0.10": a node, or an address. */
static void put_server(const struct lab_run *run, const char *name,
		       struct strbuf *out)
{
	const struct lab_node *node = topo_node(&run->lab->topo, name);
	const struct lab_iface *iface = node ? topo_first_iface(node) : NULL;
	char text[IP_TEXT];

	if (iface)
		name = ip4_print(iface->ip.v, text);
	strbuf_printf(out, "nameserver %s\n", name);
}

static void put_told(const struct run_node *n, struct strbuf *out)
{
	char text[IP_TEXT];

	for (size_t v = 0; v < ARRAY_SIZE(n->told_count); v++)
		for (size_t i = 0; i < n->told_count[v]; i++)
			strbuf_printf(out, "nameserver %s\n",
				      ip_addr_print(n->told_dns[v][i], text));
}

void lab_run_resolv_conf(const struct lab_run *run, const struct host *host,
			 struct strbuf *out)
{
	const struct run_node *n = node_of(run, host);
	const struct lab_str *dns = n ? n->spec->dns.items : NULL;

	for (size_t i = 0; n && i < n->spec->dns.count; i++)
		put_server(run, dns[i].s, out);
	if (n && !n->spec->dns.count)
		put_told(n, out);
}

/* Lines of a node: each of its versions of IP. */
static void put_node(const struct lab_node *node, const char *name,
		     struct strbuf *out)
{
	const struct lab_iface *iface = topo_first_iface(node);
	const struct lab_ip6 *ip6 = topo_first_ip6(node);
	char text[IP_TEXT];

	if (iface && iface->ip.is_set)
		strbuf_printf(out, "%s\t%s\n", ip4_print(iface->ip.v, text),
			      name);
	if (ip6)
		strbuf_printf(out, "%s\t%s\n", ip6_print(ip6->v, text), name);
}

static void put_own(const struct lab_run *run, const struct lab_node *own,
		    struct strbuf *out)
{
	const struct lab_pair *pair = own->hosts.items;

	for (size_t i = 0; i < own->hosts.count; i++) {
		const struct lab_str *s = pair[i].values.items;

		for (size_t j = 0; j < pair[i].values.count; j++) {
			const struct lab_node *node =
				topo_node(&run->lab->topo, s[j].s);

			if (node)
				put_node(node, pair[i].key.s, out);
			else
				strbuf_printf(out, "%s\t%s\n", s[j].s,
					      pair[i].key.s);
		}
	}
}

void lab_run_hosts_file(const struct lab_run *run, const struct host *host,
			struct strbuf *out)
{
	const struct lab_node *node = run->lab->spec.nodes.items;
	const struct run_node *n = node_of(run, host);

	strbuf_puts(out, "127.0.0.1\tlocalhost\n::1\tlocalhost\n");
	if (n)
		put_own(run, n->spec, out);
	for (size_t i = 0; i < run_node_count(run); i++)
		if (run->nodes[i].host)
			put_node(&node[i], node[i].item.name.s, out);
}
