// SPDX-License-Identifier: MIT
/*
 * dhcp_ports.c - the interfaces of a relay, of either version
 *
 * Those that the stack has when the relay begins.  There is room for all of
 * them, whether they will do or not, so that no port moves: its socket refers
 * to it.
 */

#include "apps/dhcp_ports.h"

#include <errno.h>

#include "core/netif.h"

#include "ip/ip_conf.h"

static int port_open(struct dhcp_ports *ports, struct netif *netif,
		     const struct dhcp_ports_config *cfg)
{
	struct dhcp_port *p = &ports->list[ports->count];

	if (netif->features & NETIF_F_LOOPBACK ||
	    !cfg->may_be(ports->stack, netif))
		return 0;
	p->owner = cfg->owner;
	p->sock = (struct dhcp_sock){
		.stack = ports->stack,
		.netif = netif,
		.family = cfg->family,
		.on_octets = cfg->on_octets,
		.arg = p,
	};
	for (size_t i = 0; i < cfg->trusted_count; i++)
		p->is_trusted |= cfg->trusted[i] == netif;
	ports->count++;
	return dhcp_sock_open(&p->sock, cfg->port);
}

int dhcp_ports_open(struct dhcp_ports *ports, struct stack *stack,
		    const struct dhcp_ports_config *cfg)
{
	struct netif *netif;
	int err = 0;

	*ports = (struct dhcp_ports){.stack = stack};
	list_for_each_entry(netif, &stack->netifs, struct netif, node)
		ports->room++;
	ports->list = mem_alloc(stack->place.env->mem,
				ports->room * sizeof(*ports->list));
	if (!ports->list)
		return -ENOMEM;
	list_for_each_entry(netif, &stack->netifs, struct netif, node)
		if (!err)
			err = port_open(ports, netif, cfg);
	return err || ports->count ? err : -EINVAL;
}

void dhcp_ports_close(struct dhcp_ports *ports)
{
	if (!ports->list)
		return;
	for (size_t i = 0; i < ports->count; i++)
		dhcp_sock_close(&ports->list[i].sock);
	mem_free(ports->stack->place.env->mem, ports->list,
		 ports->room * sizeof(*ports->list));
	ports->list = NULL;
	ports->count = 0;
}

struct dhcp_port *dhcp_port_towards(const struct dhcp_ports *ports,
				    struct ip_addr to)
{
	const struct netif *netif = ip_netif_for(ports->stack, to);

	for (size_t i = 0; i < ports->count; i++)
		if (ports->list[i].sock.netif == netif)
			return &ports->list[i];
	return NULL;
}
