// SPDX-License-Identifier: MIT
/*
 * boot.c - what a host of a lab is told when it is switched on
 *
 * Addresses, routes, translation, filter, settings, programs: all of it from
 * the file, at the beginning and each time it is switched on again.  A host
 * that was killed comes back with what its file says and nothing else.
 *
 * On a bare cable there are two interfaces and no third could answer, so both
 * ends know each other's link address from the start and nobody asks, unless
 * the file wants to see it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "ip/ip.h"
#include "lab/expand.h"
#include "lab/node_boot.h"
#include "lab/ppp.h"
#include "lab/run_group.h"
#include "lab/run_int.h"
#include "link/arp.h"
#include "link/vlan.h"
#include "tcp/tcp_knobs.h"

static const struct topo_segment *segment_of(const struct run_node *n,
					     const struct lab_iface *iface)
{
	const struct topo_segment *s = n->run->lab->topo.segments.items;

	return &s[iface->segment];
}

/* The other interface of a bare cable is a neighbour that needs no asking,
 * unless the cable says `arp: asked`. */
static int boot_neighbours(struct run_node *n, size_t index)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	const struct topo_segment *s = segment_of(n, &iface[index]);
	const struct topo_port *port = s->ports.items;
	int err = 0;

	for (size_t i = 0; s->is_known && i < s->ports.count && !err; i++)
		if (port[i].iface != &iface[index] && port[i].iface->ip.is_set)
			err = arp_add(&n->host->stack, run_netif(n, index),
				      port[i].iface->ip.v,
				      port[i].iface->mac.v);
	return err;
}

static int boot_iface(struct run_node *n, size_t index)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	struct netif *netif = run_netif(n, index);
	struct ip4_net net = {.addr = iface[index].ip.v};
	int err;

	if (segment_of(n, &iface[index])->is_ppp)
		return 0; /* ppp.c, when it is up */
	netif->mtu = (uint32_t)iface[index].mtu.v;
	if (lab_asks_for_address(&iface[index]))
		return boot_neighbours(n, index);
	if (!iface[index].ip.is_set)
		return 0; /* a trunk; those of its VLANs have addresses */
	net.len = segment_of(n, &iface[index])->net->v.len;
	err = ip_addr_add(&n->host->stack, netif, net);
	return err ? err : boot_neighbours(n, index);
}

/* The settings of its TCP, which check_knob.c has seen. */
static int boot_knobs(struct run_node *n)
{
	const struct lab_pair *pair = n->spec->sysctl.items;
	int err = 0;

	for (size_t i = 0; i < n->spec->sysctl.count && !err; i++) {
		const struct lab_str *value = pair[i].values.items;

		err = tcp_knob_set(&n->host->stack, pair[i].key.s,
				   strtoll(value->s, NULL, 10));
	}
	return err;
}

struct netif *run_netif(const struct run_node *n, size_t index)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	struct netif *netif;

	if (n->ports[index])
		return port_netif(n->ports[index]);
	netif = stack_netif_by_name(&n->host->stack, iface[index].item.name.s);
	check(netif);
	return netif;
}

/* The interface that stands on the cable to @on. */
static struct netif *base_of(const struct run_node *n, const char *on)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	size_t i = 0;

	while (iface[i].vlan.is_set || strcmp(iface[i].on.s, on) != 0)
		check(++i < n->spec->interfaces.count);
	return run_netif(n, i);
}

/* Interfaces for VLANs are made anew each time. */
static int boot_vlans(struct run_node *n)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	struct netif *netif;
	int err = 0;

	for (size_t i = 0; i < n->spec->interfaces.count && !err; i++)
		if (iface[i].vlan.is_set)
			err = vlan_add(&n->host->stack,
				       base_of(n, iface[i].on.s),
				       (uint16_t)iface[i].vlan.v, 0, &netif);
	return err;
}

int run_node_boot(struct run_node *n)
{
	int err = boot_vlans(n);

	for (size_t i = 0; i < n->spec->interfaces.count && !err; i++)
		err = boot_iface(n, i);
	if (!err)
		err = boot_routes(n);
	if (!err)
		err = boot_router(n);
	if (!err)
		err = boot_outlet(n);
	if (!err)
		err = boot_filter(n);
	if (!err)
		err = run_node_boot_ip6(n);
	if (!err)
		err = boot_groups(n);
	if (!err)
		err = boot_knobs(n);
	if (!err)
		err = node_boot_start(n);
	if (!err)
		err = node_boot6_start(n);
	if (!err)
		err = boot_rip(n);
	if (!err)
		err = boot_pppoe(n);
	if (!err)
		err = node_apps_start(n);
	if (!err)
		err = program_boot(n);
	return err;
}

void run_node_halt(struct run_node *n)
{
	program_halt(n);
	halt_outlet(n);
	script_forget_host(n->run, n);
	node_apps_stop(n);
	node_boot6_stop(n);
	halt_pppoe(n);
	halt_rip(n);
	node_boot_stop(n);
}
