/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_RELAY_H
#define APPS_DHCP_RELAY_H

/*
 * dhcp_relay.h - a router carries questions to a DHCP server elsewhere
 *	(RFC 1542, 4; RFC 3046)
 */

#include <stddef.h>

#include "wire/addr.h"

struct dhcp_relay;
struct netif;
struct stack;

enum {
	DHCP_RELAY_SERVERS = 4,
	DHCP_RELAY_HOPS = 4, /* relays on the way (RFC 1542, 4.1.1) */
};

/**
 * struct dhcp_relay_config - to whom
 * @servers:	@count of them, copied; each gets every question
 * @trusted:	@trusted_count interfaces on which there may be other relays;
 *		elsewhere only clients are believed
 */
struct dhcp_relay_config {
	const ip4_addr *servers;
	size_t count;
	const struct netif *const *trusted;
	size_t trusted_count;
};

/**
 * dhcp_relay_start() - Relay between all interfaces of a router
 * @stack:	Its interfaces are those it has now, and keep their addresses
 *
 * A question is carried from every interface with an address, except to a
 * server that hears it there itself.  Emits DHCP_RELAY for each.
 *
 * Return: 0, -EINVAL (no server, too many, no interface), -EADDRINUSE, -ENOMEM
 */
int dhcp_relay_start(struct stack *stack, const struct dhcp_relay_config *cfg,
		     struct dhcp_relay **relay);

/* NULL is fine. */
void dhcp_relay_stop(struct dhcp_relay *relay);

#endif /* APPS_DHCP_RELAY_H */
