/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_PORTS_H
#define APPS_DHCP_PORTS_H

/*
 * dhcp_ports.h - the interfaces of a relay, of either version
 *
 * A socket of DHCP hears and sends by one interface.  A relay hears by all of
 * them, and what it sends to a server leaves by the one that leads there.
 */

#include "apps/dhcp_sock.h"

/**
 * struct dhcp_port - an interface of a relay
 * @owner:	The relay
 * @sock:	Where it listens; its @on_octets gets the port
 * @is_trusted:	Other relays may be there; elsewhere only clients are
 */
struct dhcp_port {
	void *owner;
	struct dhcp_sock sock;
	bool is_trusted;
};

/**
 * struct dhcp_ports - all of them
 * @list:	@count of them, in the order of the interfaces
 */
struct dhcp_ports {
	struct stack *stack;
	size_t count, room;
	struct dhcp_port *list;
};

/**
 * struct dhcp_ports_config - which, and what to do there
 * @family:	enum ip_family
 * @port:	Where to listen
 * @on_octets:	Called with the port
 * @owner:	Of all ports
 * @may_be:	Is this interface one of them?
 * @trusted:	@trusted_count interfaces with other relays
 */
struct dhcp_ports_config {
	uint8_t family;
	uint16_t port;
	dhcp_octets_fn *on_octets;
	void *owner;
	bool (*may_be)(struct stack *stack, const struct netif *netif);
	const struct netif *const *trusted;
	size_t trusted_count;
};

/* 0, -EINVAL (no interface will do), -EADDRINUSE, -ENOMEM; after an error
 * dhcp_ports_close() is still due. */
int dhcp_ports_open(struct dhcp_ports *ports, struct stack *stack,
		    const struct dhcp_ports_config *cfg);
void dhcp_ports_close(struct dhcp_ports *ports);

/* The port by which a packet to @to leaves, or NULL. */
struct dhcp_port *dhcp_port_towards(const struct dhcp_ports *ports,
				    struct ip_addr to);

#endif /* APPS_DHCP_PORTS_H */
