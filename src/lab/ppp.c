// SPDX-License-Identifier: MIT
/*
 * ppp.c - links of a lab on which PPP is spoken
 *
 * Theory of operation
 * ===================
 * Such a link is a segment as any cable is: it has a network, its ends have
 * addresses in it, routes lead over it.  What is different is when.  A host
 * with Ethernet has its address from the beginning; here an end has none
 * before both have agreed, and loses it with the line.  So what the file says
 * of addresses and routes is kept here until the session is up:
 *
 *	up	own address, way to the peer (vnet/serial.c), then the routes
 *		that lead through him
 *	down	all of it again
 *
 * The server knows both addresses; the other end knows none, unless the file
 * says `address: static`, and gets the one that the file has for it.
 */
#include "lab/ppp.h"

#include <string.h>

#include "core/probe.h"

#include "ip/ip.h"
#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "lab/expand.h"
#include "lab/run_int.h"
#include "lab/schema.h"
#include "lab/schema_int.h"

#define SERIAL_RATE  UINT64_C(115200)
#define SERIAL_QUEUE UINT64_C(16384)

/*
 * What the file leaves out.
 */

static void preset(struct lab_num *n, uint64_t v)
{
	if (!n->is_set)
		*n = (struct lab_num){.is_set = true, .v = v};
}

void fill_ppp(struct lab *lab)
{
	struct lab_link *link = lab->spec.links.items;

	for (size_t i = 0; i < lab->spec.links.count; i++) {
		if (link[i].kind.v == LAB_LINK_ETHERNET)
			continue;
		link[i].ppp.item.is_set = true;
		schema_fill(&lab->diag, &schema_ppp, &link[i].ppp);
		if (link[i].kind.v != LAB_LINK_SERIAL)
			continue;
		preset(&link[i].cable.rate, SERIAL_RATE);
		preset(&link[i].cable.queue, SERIAL_QUEUE);
	}
}

struct lab_link *ppp_link_between(const struct lab_spec *spec, const char *a,
				  const char *b)
{
	struct lab_link *link = spec->links.items;

	for (size_t i = 0; i < spec->links.count; i++) {
		const struct lab_wire *w = &link[i].wire;

		if (link[i].kind.v == LAB_LINK_ETHERNET || !w->a.s || !w->b.s)
			continue;
		if ((!strcmp(w->a.s, a) && !strcmp(w->b.s, b)) ||
		    (!strcmp(w->a.s, b) && !strcmp(w->b.s, a)))
			return &link[i];
	}
	return NULL;
}

bool ppp_is_server(const struct lab *lab, const struct lab_link *link,
		   const struct lab_node *node)
{
	const struct lab_node *a = topo_node(&lab->topo, link->wire.a.s);
	const struct lab_node *b = topo_node(&lab->topo, link->wire.b.s);

	if (link->ppp.server.s)
		return !strcmp(link->ppp.server.s, node->item.name.s);
	if (a->kind.v == LAB_ROUTER && b->kind.v != LAB_ROUTER)
		return node == a;
	return node == b;
}

/*
 * What is wrong with it.
 */

static void check_seconds(struct lab *lab, const struct lab_num *n,
			  const char *key)
{
	if (n->v % NS_PER_S || n->v > 3600 * NS_PER_S)
		diag_error(&lab->diag, n->at,
			   "'%s' is in whole seconds, up to an hour", key);
}

static void check_ends(struct lab *lab, const struct lab_link *link)
{
	const struct lab_str *ends[] = {&link->wire.a, &link->wire.b};

	for (size_t i = 0; i < 2; i++) {
		const struct lab_node *n = topo_node(&lab->topo, ends[i]->s);

		if (n && topo_is_switch(n))
			diag_error(&lab->diag, ends[i]->at,
				   "'%s' passes frames on; PPP is spoken by "
				   "hosts and routers",
				   ends[i]->s);
	}
}

static void check_link(struct lab *lab, const struct lab_link *link)
{
	const struct lab_ppp *p = &link->ppp;

	check_ends(lab, link);
	check_seconds(lab, &p->echo, "echo");
	check_seconds(lab, &p->redial, "redial");
	if (p->server.s && strcmp(p->server.s, link->wire.a.s) != 0 &&
	    strcmp(p->server.s, link->wire.b.s) != 0)
		diag_error(&lab->diag, p->server.at,
			   "'%s' is neither '%s' nor '%s'", p->server.s,
			   link->wire.a.s, link->wire.b.s);
	if (p->mru.is_set && (p->mru.v < 128 || p->mru.v > 1500))
		diag_error(&lab->diag, p->mru.at,
			   "'mru' is from 128B to 1500B");
	if (!p->auth.v && (p->secret.s || p->server_secret.s))
		diag_error(&lab->diag,
			   p->secret.s ? p->secret.at : p->server_secret.at,
			   "a secret without 'auth': nobody asks for it");
	if (link->kind.v == LAB_LINK_SERIAL && link->cable.fec.v)
		diag_error(&lab->diag, link->cable.fec.at,
			   "'fec' is for frames; a serial line has octets");
}

void check_ppp(struct lab *lab)
{
	const struct lab_link *link = lab->spec.links.items;

	for (size_t i = 0; i < lab->spec.links.count; i++) {
		if (!link[i].wire.a.s || !link[i].wire.b.s)
			continue;
		if (link[i].kind.v != LAB_LINK_ETHERNET)
			check_link(lab, &link[i]);
		else if (link[i].ppp.item.is_set)
			diag_error(&lab->diag, link[i].ppp.item.at,
				   "'ppp' needs 'kind: serial': over "
				   "Ethernet frames are sent");
	}
}

/*
 * What an end is to be.
 */

static const char *or_name(const char *text, const struct lab_node *node)
{
	return text ? text : node->item.name.s;
}

/* The other end of a link: its interface and its node. */
static struct topo_port far_end(const struct lab *lab,
				const struct lab_iface *iface)
{
	const struct topo_segment *s = lab->topo.segments.items;
	const struct topo_port *port = s[iface->segment].ports.items;

	return port[0].iface == iface ? port[1] : port[0];
}

struct ppp_conf ppp_conf_of(const struct lab *lab, const struct lab_link *link,
			    const struct lab_node *node,
			    const struct lab_iface *iface)
{
	const struct lab_ppp *p = &link->ppp;
	struct topo_port far = far_end(lab, iface);
	bool is_server = ppp_is_server(lab, link, node);
	struct ppp_conf conf = {
		.name = node->item.name.s,
		.has_ip6 = iface->ip6.is_set,
		.iid = get64(ip6_eui64(IP6_ANY, iface->mac.v).o + 8),
		.mru = (uint16_t)p->mru.v,
		.echo_s = (unsigned int)(p->echo.v / NS_PER_S),
		.no_echo = !p->echo.v,
		.mac = iface->mac.v,
	};

	if (is_server) {
		conf.local = iface->ip.v;
		conf.peer = far.iface->ip.v;
		conf.auth = (enum ppp_auth)p->auth.v;
		conf.peer_name = or_name(p->name.s, far.node);
		conf.peer_secret = p->server_secret.s
					   ? p->server_secret.s
					   : or_name(p->secret.s, far.node);
	} else {
		conf.name = or_name(p->name.s, node);
		conf.secret = or_name(p->secret.s, node);
		if (p->address.v)
			conf.local = iface->ip.v;
	}
	return conf;
}

/*
 * While it runs.
 */

/* Which interface of the node; there is one of that name. */
static size_t index_of(const struct run_node *n, const struct netif *netif)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	size_t i;

	for (i = 0; i + 1 < n->spec->interfaces.count; i++)
		if (!strcmp(iface[i].item.name.s, netif->name))
			break;
	return i;
}

static bool leads_through(const struct lab_route *route, ip4_addr peer)
{
	ip4_addr via;

	for (size_t i = 0; i < route->via.count; i++)
		if (route_via(route, i, &via) && ip4_eq(via, peer))
			return true;
	return false;
}

/* Every route of the file that leads through the peer, added or taken away. */
static void routes_follow(struct run_node *n, struct netif *netif,
			  ip4_addr peer, bool is_up)
{
	const struct lab_route *route = n->spec->routes.items;
	struct stack *stack = &n->host->stack;
	const struct ip4_net all = {.len = 0};

	if (n->spec->gateway.is_set && ip4_eq(n->spec->gateway.v, peer))
		(void)(is_up ? ip_route_add(stack, all, peer, netif, 0)
			     : ip_route_del(stack, all, peer, netif, 0));
	for (size_t i = 0; i < n->spec->routes.count; i++)
		if (leads_through(&route[i], peer))
			(void)(is_up ? ip_route_add(stack, route[i].to.v, peer,
						    netif, 0)
				     : ip_route_del(stack, route[i].to.v, peer,
						    netif, 0));
}

static void on_up(void *arg, struct netif *netif, ip4_addr peer)
{
	routes_follow(arg, netif, peer, true);
}

static void on_down(void *arg, struct netif *netif, ip4_addr peer)
{
	routes_follow(arg, netif, peer, false);
}

static void route6(struct stack *stack, struct netif *netif, struct ip6_net to,
		   ip6_addr via)
{
	const struct ip6_route r = {.net = to, .gateway = via, .netif = netif};

	(void)ip6_route_add(stack, &r);
}

/* The address of the file, beside the link-local one, and routes; they go with
 * the interface. */
static void on_up6(void *arg, struct netif *netif)
{
	struct run_node *n = arg;
	const struct lab_iface *iface = n->spec->interfaces.items;
	const struct lab_route6 *route = n->spec->routes6.items;
	const struct lab_iface *own = &iface[index_of(n, netif)];
	ip6_addr peer = far_end(n->run->lab, own).iface->ip6.v;
	const struct nd_conf by_hand = {.no_autoconf = true,
					.no_routers = true};
	const struct ip6_addr_conf addr = {.net = {own->ip6.v, 64},
					   .no_dad = true};
	struct stack *stack = &n->host->stack;

	if (nd_conf_set(stack, netif, &by_hand) ||
	    ip6_addr_add_conf(stack, netif, &addr))
		return;
	if (n->spec->gateway6.is_set && ip6_eq(n->spec->gateway6.v, peer))
		route6(stack, netif, (struct ip6_net){0}, peer);
	for (size_t i = 0; i < n->spec->routes6.count; i++)
		if (ip6_eq(route[i].via, peer))
			route6(stack, netif, route[i].to, peer);
}

const struct serial_ops ppp_serial_ops = {
	.on_up = on_up,
	.on_down = on_down,
	.on_up6 = on_up6,
};

struct port *ppp_port(struct run_node *n, const struct lab_iface *iface)
{
	const struct lab *lab = n->run->lab;
	const struct lab_link *link =
		ppp_link_between(&lab->spec, n->spec->item.name.s, iface->on.s);
	const struct serial_conf conf = {
		.ppp = ppp_conf_of(lab, link, n->spec, iface),
		.has_carrier = link->ppp.carrier.v != 0,
		.redial_s = (uint32_t)(link->ppp.redial.v / NS_PER_S),
	};

	return host_add_serial(n->host, iface->item.name.s, &conf,
			       &ppp_serial_ops, n);
}

bool ppp_leads_to(const struct lab *lab, const struct lab_node *node,
		  const struct ip_addr *via)
{
	const struct lab_iface *iface = node->interfaces.items;
	const struct topo_segment *s = lab->topo.segments.items;

	for (size_t i = 0; i < node->interfaces.count; i++) {
		const struct lab_iface *far;

		if (!s[iface[i].segment].is_ppp)
			continue;
		far = far_end(lab, &iface[i]).iface;
		if (ip_addr_eq(*via, via->family == IP_V4
					     ? ip_addr_v4(far->ip.v)
					     : ip_addr_v6(far->ip6.v)))
			return true;
	}
	return false;
}
