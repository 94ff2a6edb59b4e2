/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_VERSION_H
#define IP_IP_VERSION_H

/*
 * ip_version.h - how another version of IP hangs itself in
 *
 * Whoever stands above IP speaks to ip.h, icmp.h and ip_conf.h with struct
 * ip_addr and never asks for a version.  IPv4 is built in; a second version
 * registers a table of functions, and those doors then go through it for
 * addresses of its family.  Protocols that were registered with ip_register()
 * get packets and errors of both.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

struct ip_proto;
struct ip_route_ref;
struct ip_send;
struct netif;
struct pkt;
struct stack;

/**
 * struct ip_version - a version of IP; all functions are required
 * @family:		enum ip_family
 * @output:		ip_output() for its destinations; takes the packet
 * @output_whole:	ip_output_whole(), likewise
 * @addr_is_ours:	ip_addr_is_ours()
 * @source_for:		ip_source_for()
 * @mtu_for:		ip_mtu_for()
 * @netif_for:		ip_netif_for()
 * @error:		icmp_error() about its packets, with type and code of
 *			ICMP for IPv4: 3 (1, 2, 3 or 13), 11
 * @confirm:		ip_confirm()
 * @forwarding_set:	ip_forwarding_set()
 * @netif_changed:	ip_netif_changed()
 * @netif_gone:		ip_netif_gone()
 */
struct ip_version {
	uint8_t family;
	int (*output)(struct stack *stack, struct pkt *pkt,
		      const struct ip_send *how);
	int (*output_whole)(struct stack *stack, struct pkt *pkt,
			    const struct ip_send *how);
	bool (*addr_is_ours)(struct stack *stack, struct ip_addr addr);
	int (*source_for)(struct stack *stack, struct ip_addr dst,
			  struct ip_addr *out);
	uint32_t (*mtu_for)(struct stack *stack, struct ip_addr dst);
	struct netif *(*netif_for)(struct stack *stack, struct ip_addr dst);
	bool (*error)(struct stack *stack, const struct pkt *orig, uint8_t type,
		      uint8_t code, uint32_t info);
	void (*confirm)(struct stack *stack, struct ip_addr dst,
			const struct ip_route_ref *ref);
	void (*forwarding_set)(struct stack *stack, bool is_on);
	void (*netif_changed)(struct stack *stack);
	void (*netif_gone)(struct stack *stack, struct netif *netif);
};

/**
 * ip_version_register() - Have a second version
 * @stack:	With ip_init() done
 * @version:	Must stay; static.  NULL: have none any more
 *
 * Return: 0, or -EEXIST
 */
int ip_version_register(struct stack *stack, const struct ip_version *version);

/* Who speaks a protocol over IP of that family, or NULL. */
const struct ip_proto *ip_proto_of(const struct stack *stack, uint8_t family,
				   uint8_t proto);

/* What was set, for both versions (ip_conf.h). */
enum ip_rpf ip_rpf(const struct stack *stack);
bool ip_sends_redirects(const struct stack *stack);

/* Remembered routes are void, of either version: addresses or routes changed. */
void ip_generation_bump(struct stack *stack);
uint32_t ip_generation(const struct stack *stack);

#endif /* IP_IP_VERSION_H */
