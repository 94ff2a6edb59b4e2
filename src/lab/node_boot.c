// SPDX-License-Identifier: MIT
/*
 * node_boot.c - hosts that ask for their address, and nodes that give them
 *
 * Theory of operation
 * ===================
 * `address: dhcp`, `bootp` or `rarp` leaves an interface without address; a
 * client asks for one and sets it.  A node with `dhcp` serves at the interface
 * on whose network its first pool is, and through relays the networks of the
 * others; one with `rarp` answers everywhere.  Both stop
 * before the node's stack goes, and begin from nothing when it is switched on
 * again.
 *
 * RARP brings an address and nothing else, so the mask is what hosts of its
 * time took: that of the address's class (RFC 791, 3.2).
 */
#include "lab/node_boot.h"

#include <errno.h>

#include "apps/dhcp_client.h"
#include "apps/dhcp_inform.h"
#include "apps/dhcp_server.h"
#include "ip/ip.h"
#include "lab/expand.h"
#include "lab/run_int.h"
#include "link/arp.h"
#include "link/rarp.h"

enum { NS_PER_SECOND = 1000000000 };

/**
 * struct node_boot - of one node
 * @server:	`dhcp: ...`, or NULL
 * @askers:	One for each interface; what does not ask is NULL
 */
struct node_boot {
	struct dhcp_server *server;
	struct asker {
		struct dhcp_client *client;
		struct dhcp_inform *inform;
	} askers[];
};

static size_t size_of(const struct run_node *n)
{
	return sizeof(struct node_boot) +
	       n->spec->interfaces.count * sizeof(struct asker);
}

static uint8_t class_len(ip4_addr a)
{
	if (a.v >> 31 == 0)
		return 8;
	return a.v >> 30 == 2 ? 16 : 24;
}

static void on_rarp(void *arg, struct netif *netif, ip4_addr addr)
{
	const struct ip4_net net = {addr, class_len(addr)};
	struct run_node *n = arg;

	if (ip_addr_add(&n->host->stack, netif, net) == 0)
		arp_announce(&n->host->stack, netif, addr);
}

static void set_dns(struct run_node *n, const struct dhcp_addrs *told)
{
	struct ip_addr dns[DHCP_ADDRS];

	for (size_t i = 0; i < told->count; i++)
		dns[i] = ip_addr_v4(told->v[i]);
	node_apps_set_dns(n, IP_V4, dns, told->count);
}

static void on_told(void *arg, const struct dhcp_msg *told)
{
	set_dns(arg, &told->dns);
}

static void on_change(void *arg, const struct dhcp_got *got)
{
	if (got)
		set_dns(arg, &got->dns);
}

static int start_client(struct run_node *n, size_t index)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	struct netif *netif = run_netif(n, index);
	const struct dhcp_client_config cfg = {
		.is_bootp = iface[index].address.v == LAB_BOOTP,
		.host_name = n->spec->item.name.s,
		.on_change = on_change,
		.arg = n,
	};
	int err;

	switch (iface[index].address.v) {
	case LAB_DHCP:
	case LAB_BOOTP:
		return dhcp_client_start(&n->host->stack, netif, &cfg,
					 &n->boot->askers[index].client);
	case LAB_INFORM:
		return dhcp_inform_start(&n->host->stack, netif, on_told, n,
					 &n->boot->askers[index].inform);
	case LAB_RARP:
		err = rarp_init(&n->host->stack);
		return err ? err : rarp_ask(&n->host->stack, netif, on_rarp, n);
	default:
		return 0;
	}
}

static ip4_addr address_of(const struct run_node *n, const struct lab_str *name)
{
	ip4_addr ip;

	if (ip4_parse(&ip, name->s) != 0)
		ip = topo_first_iface(run_node(n->run, name->s)->spec)->ip.v;
	return ip;
}

/* Node @key of the file gets this address. */
static struct dhcp_fixed fixed_of(const struct run_node *n,
				  const struct lab_pair *pair)
{
	const struct lab_iface *iface =
		run_node(n->run, pair->key.s)->spec->interfaces.items;

	return (struct dhcp_fixed){
		.mac = iface->mac.v,
		.ip = address_of(n, pair->values.items),
	};
}

static ip4_addr gateway_of(const struct topo_segment *s)
{
	const struct topo_port *port = s->ports.items;

	return s->gateway >= 0 ? port[s->gateway].iface->ip.v : IP4_ANY;
}

/* The pools: of the network that the server is on, and of those behind relays.
 * Returns the index of its interface. */
static size_t pools_fill(const struct run_node *n,
			 struct dhcp_server_config *cfg,
			 struct dhcp_pool far[static DHCP_POOLS_MAX])
{
	const struct lab *lab = n->run->lab;
	const struct lab_dhcp *d = &n->spec->dhcp;
	const struct lab_str *text = d->pool.items;
	size_t count = n->spec->interfaces.count, own = count;

	for (size_t i = 0; i < d->pool.count; i++) {
		struct dhcp_pool p = {.from = IP4_ANY};
		size_t index;

		(void)boot_pool(&text[i], &p.from, &p.to);
		index = boot_iface_for(lab, n->spec, p.from);
		if (index < count && own == count) {
			own = index;
			cfg->from = p.from;
			cfg->to = p.to;
		} else if (cfg->far_count < DHCP_POOLS_MAX) {
			const struct topo_segment *s =
				boot_segment(lab, p.from);

			p.net = s->net->v;
			p.router = gateway_of(s);
			far[cfg->far_count++] = p;
		}
	}
	if (own == count && cfg->fixed && cfg->fixed_count)
		own = boot_iface_for(lab, n->spec, cfg->fixed[0].ip);
	return own < count ? own : 0;
}

/* What the file says, and the LAN's gateway if it does not say a router. */
static void config_fill(const struct run_node *n, size_t index,
			struct dhcp_server_config *cfg)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	const struct topo_segment *s = n->run->lab->topo.segments.items;
	const struct lab_dhcp *d = &n->spec->dhcp;
	const struct lab_str *dns = d->dns.items;

	cfg->lease_s = (uint32_t)(d->lease.v / NS_PER_SECOND);
	cfg->router = d->router.is_set ? d->router.v
				       : gateway_of(&s[iface[index].segment]);
	for (size_t i = 0; i < d->dns.count && i < DHCP_ADDRS; i++)
		cfg->dns.v[cfg->dns.count++] = address_of(n, &dns[i]);
}

static int start_server(struct run_node *n)
{
	const struct lab_dhcp *d = &n->spec->dhcp;
	const struct lab_pair *pair = d->fixed.items;
	struct dhcp_pool far[DHCP_POOLS_MAX];
	struct dhcp_server_config cfg = {.fixed_count = d->fixed.count,
					 .far = far};
	struct mem *mem = n->run->arena.mem;
	struct dhcp_fixed *fixed = NULL;
	size_t size = d->fixed.count * sizeof(*fixed), index;
	int err;

	if (!d->item.is_set)
		return 0;
	if (size && !(fixed = mem_alloc(mem, size)))
		return -ENOMEM;
	for (size_t i = 0; fixed && i < d->fixed.count; i++)
		fixed[i] = fixed_of(n, &pair[i]);
	cfg.fixed = fixed;
	index = pools_fill(n, &cfg, far);
	config_fill(n, index, &cfg);
	err = dhcp_server_start(&n->host->stack, run_netif(n, index), &cfg,
				&n->boot->server);
	if (size)
		mem_free(mem, fixed, size);
	return err;
}

static int start_rarp(struct run_node *n)
{
	const struct lab_pair *pair = n->spec->rarp.items;
	int err = n->spec->rarp.count ? rarp_init(&n->host->stack) : 0;

	for (size_t i = 0; i < n->spec->rarp.count && !err; i++) {
		struct dhcp_fixed f = fixed_of(n, &pair[i]);

		err = rarp_serve(&n->host->stack, f.mac, f.ip);
	}
	return err;
}

static bool has_to_boot(const struct run_node *n)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	bool asks = n->spec->dhcp.item.is_set || n->spec->rarp.count;

	for (size_t i = 0; i < n->spec->interfaces.count; i++)
		asks |= iface[i].address.v != LAB_STATIC;
	return asks;
}

int node_boot_start(struct run_node *n)
{
	int err;

	if (!has_to_boot(n))
		return 0;
	n->boot = mem_alloc(n->run->arena.mem, size_of(n));
	if (!n->boot)
		return -ENOMEM;
	err = start_server(n);
	if (!err)
		err = start_rarp(n);
	for (size_t i = 0; i < n->spec->interfaces.count && !err; i++)
		err = start_client(n, i);
	if (err)
		node_boot_stop(n);
	return err;
}

void node_boot_stop(struct run_node *n)
{
	if (!n->boot)
		return;
	for (size_t i = 0; i < n->spec->interfaces.count; i++) {
		dhcp_client_stop(n->boot->askers[i].client);
		dhcp_inform_stop(n->boot->askers[i].inform);
	}
	dhcp_server_stop(n->boot->server);
	rarp_fini(&n->host->stack);
	mem_free(n->run->arena.mem, n->boot, size_of(n));
	n->boot = NULL;
}
