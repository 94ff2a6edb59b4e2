/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP6_SERVER_H
#define APPS_DHCP6_SERVER_H

/*
 * dhcp6_server.h - a server of DHCPv6: addresses, or only the rest (RFC 8415)
 */

#include <stddef.h>

#include "wire/dhcp6.h"

#include "apps/dhcp_lease.h"

struct dhcp6_server;
struct netif;
struct stack;

enum { DHCP6_POOLS_MAX = 64 };

/* @count addresses from @from on, of the network @net. */
struct dhcp6_pool {
	struct ip6_net net;
	ip6_addr from;
	size_t count;
};

/**
 * struct dhcp6_server_config - what to give
 * @pools:	@pool_count of them, copied; the one whose network an address of
 *		the interface is in serves its own link, the others those of
 *		relays.  None: it gives no addresses
 * @lease_s:	For how long
 * @dns:	@dns_count resolvers
 * @domain:	The first of the search list; may be NULL, else copied
 * @is_rapid:	Two messages will do (RFC 8415, 18.3.1); only right where it is
 *		the only server, for each that hears the question gives one
 * @preference:	The greater the better; 255: clients wait for nobody else
 */
struct dhcp6_server_config {
	const struct dhcp6_pool *pools;
	size_t pool_count;
	uint32_t lease_s;
	ip6_addr dns[DHCP6_DNS];
	uint8_t dns_count;
	const char *domain;
	bool is_rapid;
	uint8_t preference;
};

/**
 * dhcp6_server_start() - Serve the link of an interface, and those of relays
 * @netif:	Speaks IPv6
 *
 * Emits DHCP6_ANSWER, which is the cause of the frame, and DHCP6_LEASE for each
 * change of an address.
 *
 * Return: 0, -EINVAL (too many pools, an address outside its network),
 * -EADDRINUSE, -ENOMEM, -EIO (no entropy)
 */
int dhcp6_server_start(struct stack *stack, struct netif *netif,
		       const struct dhcp6_server_config *cfg,
		       struct dhcp6_server **server);

/* Stop, and forget the leases.  NULL is fine. */
void dhcp6_server_stop(struct dhcp6_server *server);

/* The table of a pool; lent until anything arrives. */
const struct lease_table *dhcp6_server_leases(const struct dhcp6_server *server,
					      size_t pool);

#endif /* APPS_DHCP6_SERVER_H */
