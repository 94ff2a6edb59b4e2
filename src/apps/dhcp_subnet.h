/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_SUBNET_H
#define APPS_DHCP_SUBNET_H

/*
 * dhcp_subnet.h - the networks that a DHCP server gives addresses of
 *
 * The first is its own, where clients reach it by broadcast.  The others are
 * elsewhere: a relay there carries questions to it and says, in giaddr, which
 * of them it is.
 */

#include "apps/dhcp_lease.h"
#include "apps/dhcp_server.h"

/**
 * struct dhcp_subnet - a network
 * @net:	Its prefix; of the first, with the server's own address
 * @router:	Said to clients; 0: none
 * @leases:	Addresses; count 0: it gives none here
 */
struct dhcp_subnet {
	struct ip4_net net;
	ip4_addr router;
	struct lease_table leases;
};

/**
 * struct dhcp_subnets - all of a server
 * @key:	Of lease_owner()
 * @list:	@count of them, the own one first
 */
struct dhcp_subnets {
	struct mem *mem;
	struct hash_key key;
	size_t count;
	struct dhcp_subnet *list;
};

/**
 * dhcp_subnets_init() - Make the tables
 * @own:	Address and prefix of the server
 * @key:	A secret
 *
 * Return: 0, -EINVAL (nothing to give, a pool outside its network), -ENOMEM;
 * then dhcp_subnets_fini() is still due
 */
int dhcp_subnets_init(struct dhcp_subnets *s, struct mem *mem,
		      const struct dhcp_server_config *cfg, struct ip4_net own,
		      const struct hash_key *key);
void dhcp_subnets_fini(struct dhcp_subnets *s);

/* The network that has @addr, or NULL. */
struct dhcp_subnet *dhcp_subnet_with(struct dhcp_subnets *s, ip4_addr addr);

/* Of which network is the client who sent @m?  NULL: of none that we serve. */
struct dhcp_subnet *dhcp_subnet_of(struct dhcp_subnets *s,
				   const struct dhcp_msg *m);

/**
 * dhcp_client_owner() - Who sent @m, as a number
 *
 * Its client identifier, if it has one that says more than its MAC address
 * (RFC 2131, 2); but a host to which an address is fixed goes by its MAC.
 */
uint64_t dhcp_client_owner(const struct dhcp_subnets *s, struct dhcp_subnet *n,
			   const struct dhcp_msg *m);

#endif /* APPS_DHCP_SUBNET_H */
