// SPDX-License-Identifier: MIT
/*
 * node_boot6.c - DHCPv6 and relays of a node
 *
 * Theory of operation
 * ===================
 * A host does not decide by itself to ask by DHCPv6: routers say that there is
 * such a thing, with two flags in their advertisements (RFC 4861, 4.2).  M:
 * addresses are to be had; O: only the rest.  So each interface watches for
 * them and begins when the first comes.  A flag that vanishes again ends
 * nothing: the lease does.
 *
 * A router with `dhcp-relay` or `dhcp6-relay` believes other relays on wires
 * where another such router is, and only clients elsewhere.
 */
#include <errno.h>

#include "apps/dhcp6_client.h"
#include "apps/dhcp6_relay.h"
#include "apps/dhcp6_server.h"
#include "apps/dhcp_relay.h"
#include "ip6/nd.h"
#include "lab/expand.h"
#include "lab/node_boot.h"
#include "lab/run_int.h"

enum { NS_PER_SECOND = 1000000000 };

/**
 * struct asker - an interface that may ask
 * @client:	Since a router has said so, or NULL
 */
struct asker {
	struct dhcp6_client *client;
	bool is_stateless;
};

/**
 * struct node_boot6 - of one node; what it does not do is NULL
 * @watch:	What routers say
 * @server:	`dhcp6: ...`
 * @relay:	`dhcp-relay`
 * @relay6:	`dhcp6-relay`
 * @askers:	One for each interface
 */
struct node_boot6 {
	struct run_node *n;
	struct nd_watch watch;
	struct dhcp6_server *server;
	struct dhcp_relay *relay;
	struct dhcp6_relay_agent *relay6;
	struct asker askers[];
};

static size_t size_of(const struct run_node *n)
{
	return sizeof(struct node_boot6) +
	       n->spec->interfaces.count * sizeof(struct asker);
}

static ip6_addr address_of(const struct run_node *n, const struct lab_str *name)
{
	ip6_addr ip;

	if (ip6_parse(&ip, name->s) != 0)
		ip = topo_first_ip6(run_node(n->run, name->s)->spec)->v;
	return ip;
}

/*
 * Asking.
 */

static void on_change(void *arg, const struct dhcp6_got *got)
{
	struct ip_addr dns[DHCP6_DNS];

	if (!got)
		return;
	for (size_t i = 0; i < got->dns_count; i++)
		dns[i] = ip_addr_v6(got->dns[i]);
	node_apps_set_dns(arg, IP_V6, dns, got->dns_count);
}

static void on_ra(void *arg, struct netif *netif, bool is_managed,
		  bool is_other)
{
	struct node_boot6 *b = arg;
	struct dhcp6_client_config cfg = {
		.is_stateless = !is_managed,
		.is_rapid = true,
		.on_change = on_change,
		.arg = b->n,
	};

	if (!is_managed && !is_other)
		return;
	for (size_t i = 0; i < b->n->spec->interfaces.count; i++) {
		struct asker *a = &b->askers[i];

		if (run_netif(b->n, i) != netif ||
		    (a->client && (!a->is_stateless || cfg.is_stateless)))
			continue;
		dhcp6_client_stop(a->client);
		a->client = NULL;
		a->is_stateless = cfg.is_stateless;
		/* Without memory it begins with the next advertisement. */
		(void)dhcp6_client_start(&b->n->host->stack, netif, &cfg,
					 &a->client);
	}
}

/*
 * Giving.
 */

static struct netif *netif_of_server(const struct run_node *n)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	size_t i = 0;

	while (i < n->spec->interfaces.count && !iface[i].ip6.is_set)
		i++;
	return run_netif(n, i);
}

static int start_server(struct run_node *n)
{
	const struct lab_dhcp6 *d = &n->spec->dhcp6;
	const struct lab_str *pool = d->pool.items, *dns = d->dns.items;
	struct dhcp6_pool pools[DHCP6_POOLS_MAX];
	struct dhcp6_server_config cfg = {
		.pools = pools,
		.lease_s = (uint32_t)(d->lease.v / NS_PER_SECOND),
		.domain = d->domain.s,
		.is_rapid = d->rapid.v,
	};

	if (!d->item.is_set)
		return 0;
	for (size_t i = 0; i < d->pool.count && i < DHCP6_POOLS_MAX; i++) {
		struct dhcp6_pool *p = &pools[cfg.pool_count++];

		(void)boot_pool6(&pool[i], &p->from, &p->count);
		p->net = boot_segment6(n->run->lab, p->from)->net6->v;
	}
	for (size_t i = 0; i < d->dns.count && i < DHCP6_DNS; i++)
		cfg.dns[cfg.dns_count++] = address_of(n, &dns[i]);
	return dhcp6_server_start(&n->host->stack, netif_of_server(n), &cfg,
				  &n->boot6->server);
}

/*
 * Relaying.
 */

/* Other relays may be on that wire. */
static bool has_other_relay(const struct run_node *n, size_t index, bool is_v6)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	const struct topo_segment *s = n->run->lab->topo.segments.items;
	const struct topo_port *port = s[iface[index].segment].ports.items;

	for (size_t i = 0; i < s[iface[index].segment].ports.count; i++) {
		const struct lab_node *other = port[i].node;

		if (other != n->spec && (is_v6 ? other->dhcp6_relay.count
					       : other->dhcp_relay.count))
			return true;
	}
	return false;
}

enum { TRUSTED_MAX = 16 };

static size_t trusted(const struct run_node *n, bool is_v6,
		      const struct netif *out[static TRUSTED_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < n->spec->interfaces.count; i++)
		if (count < TRUSTED_MAX && has_other_relay(n, i, is_v6))
			out[count++] = run_netif(n, i);
	return count;
}

static int start_relay(struct run_node *n)
{
	const struct lab_str *to = n->spec->dhcp_relay.items;
	const struct netif *netifs[TRUSTED_MAX];
	ip4_addr servers[DHCP_RELAY_SERVERS];
	struct dhcp_relay_config cfg = {
		.servers = servers,
		.trusted = netifs,
		.trusted_count = trusted(n, false, netifs),
	};

	for (size_t i = 0; i < n->spec->dhcp_relay.count; i++) {
		ip4_addr *ip = &servers[cfg.count++];

		if (ip4_parse(ip, to[i].s) != 0)
			*ip = topo_first_iface(run_node(n->run, to[i].s)->spec)
				      ->ip.v;
	}
	if (!cfg.count)
		return 0;
	return dhcp_relay_start(&n->host->stack, &cfg, &n->boot6->relay);
}

static int start_relay6(struct run_node *n)
{
	const struct lab_str *to = n->spec->dhcp6_relay.items;
	const struct netif *netifs[TRUSTED_MAX];
	ip6_addr servers[DHCP6_RELAY_SERVERS];
	struct dhcp6_relay_config cfg = {
		.servers = servers,
		.trusted = netifs,
		.trusted_count = trusted(n, true, netifs),
	};

	for (size_t i = 0; i < n->spec->dhcp6_relay.count; i++)
		servers[cfg.count++] = address_of(n, &to[i]);
	if (!cfg.count)
		return 0;
	return dhcp6_relay_start(&n->host->stack, &cfg, &n->boot6->relay6);
}

/* Is there a LAN where routers may send it asking? */
static bool may_ask(const struct run_node *n)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	const struct topo_segment *s = n->run->lab->topo.segments.items;
	bool may = false;

	for (size_t i = 0; i < n->spec->interfaces.count; i++) {
		const struct lab_lan *lan = s[iface[i].segment].lan;

		may |= iface[i].is_plugged && lan && lan->dhcp6.v;
	}
	return may && n->spec->kind.v != LAB_ROUTER;
}

int node_boot6_start(struct run_node *n)
{
	int err;

	if (!may_ask(n) && !n->spec->dhcp6.item.is_set &&
	    !n->spec->dhcp_relay.count && !n->spec->dhcp6_relay.count)
		return 0;
	n->boot6 = mem_alloc(n->run->arena.mem, size_of(n));
	if (!n->boot6)
		return -ENOMEM;
	n->boot6->n = n;
	n->boot6->watch = (struct nd_watch){.on_ra = on_ra, .arg = n->boot6};
	nd_watch_begin(&n->host->stack, &n->boot6->watch);
	err = start_server(n);
	if (!err)
		err = start_relay(n);
	if (!err)
		err = start_relay6(n);
	if (err)
		node_boot6_stop(n);
	return err;
}

void node_boot6_stop(struct run_node *n)
{
	struct node_boot6 *b = n->boot6;

	if (!b)
		return;
	nd_watch_end(&b->watch);
	for (size_t i = 0; i < n->spec->interfaces.count; i++)
		dhcp6_client_stop(b->askers[i].client);
	dhcp6_server_stop(b->server);
	dhcp_relay_stop(b->relay);
	dhcp6_relay_stop(b->relay6);
	mem_free(n->run->arena.mem, b, size_of(n));
	n->boot6 = NULL;
}
