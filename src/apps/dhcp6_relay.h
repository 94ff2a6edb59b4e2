/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP6_RELAY_H
#define APPS_DHCP6_RELAY_H

/*
 * dhcp6_relay.h - a router carries questions to a DHCPv6 server elsewhere
 *	(RFC 8415, 19)
 */

#include <stddef.h>

#include "wire/addr.h"

struct dhcp6_relay_agent;
struct netif;
struct stack;

enum { DHCP6_RELAY_SERVERS = 4 };

/* As struct dhcp_relay_config. */
struct dhcp6_relay_config {
	const ip6_addr *servers;
	size_t count;
	const struct netif *const *trusted;
	size_t trusted_count;
};

/**
 * dhcp6_relay_start() - Relay between all interfaces that speak IPv6
 * @stack:	Its interfaces are those it has now, and keep their addresses
 *
 * Emits DHCP6_RELAY for each message.
 *
 * Return: 0, -EINVAL (no server, too many, no interface), -EADDRINUSE, -ENOMEM
 */
int dhcp6_relay_start(struct stack *stack, const struct dhcp6_relay_config *cfg,
		      struct dhcp6_relay_agent **relay);

/* NULL is fine. */
void dhcp6_relay_stop(struct dhcp6_relay_agent *relay);

#endif /* APPS_DHCP6_RELAY_H */
