/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_SERVER_H
#define APPS_DHCP_SERVER_H

/*
 * dhcp_server.h - a server that gives addresses (RFC 2131; BOOTP: RFC 951)
 */

#include <stddef.h>

#include "wire/dhcp.h"

#include "apps/dhcp_lease.h"

struct dhcp_server;
struct netif;
struct stack;

/* A client that always gets the same address; the only kind that BOOTP has. */
struct dhcp_fixed {
	mac_addr mac;
	ip4_addr ip;
};

enum { DHCP_POOLS_MAX = 64 };

/**
 * struct dhcp_pool - addresses of one network
 * @net:	Its prefix
 * @from:	First address, 0: there is none
 * @to:		The last
 * @router:	Said to clients; 0: none
 */
struct dhcp_pool {
	struct ip4_net net;
	ip4_addr from, to, router;
};

/**
 * struct dhcp_server_config - what to give
 * @from:	First address of the own network's pool, 0: there is none
 * @to:		Its last
 * @router:	Said to clients; 0: none
 * @far:	@far_count networks behind relays, copied
 * @dns:	The same
 * @domain:	The same; may be NULL, else copied
 * @lease_s:	For how long
 * @fixed:	@fixed_count of them, copied
 * @no_check:	Offer addresses without asking whether somebody uses them
 */
struct dhcp_server_config {
	ip4_addr from, to, router;
	struct dhcp_addrs dns;
	const char *domain;
	uint32_t lease_s;
	const struct dhcp_fixed *fixed;
	size_t fixed_count;
	const struct dhcp_pool *far;
	size_t far_count;
	bool no_check;
};

/**
 * dhcp_server_start() - Serve the network of an interface
 * @netif:	Has an address; its prefix is what clients get
 *
 * Emits DHCP_ANSWER, which is the cause of the frame, and DHCP_LEASE for each
 * change of an address of the pool.
 *
 * Return: 0, -EINVAL (no address, nothing to give, a pool outside its
 * network), -EADDRINUSE, -ENOMEM, -EIO (no entropy)
 */
int dhcp_server_start(struct stack *stack, struct netif *netif,
		      const struct dhcp_server_config *cfg,
		      struct dhcp_server **server);

/* Stop, and forget the leases.  NULL is fine. */
void dhcp_server_stop(struct dhcp_server *server);

/* The table of its own network, and of all others from 1 on; lent until
 * anything arrives. */
const struct lease_table *dhcp_server_leases(const struct dhcp_server *server);
const struct lease_table *
dhcp_server_leases_of(const struct dhcp_server *server, size_t index);

#endif /* APPS_DHCP_SERVER_H */
