/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ADDR6_H
#define WIRE_ADDR6_H

/*
 * addr6.h - IPv6 addresses, as values (RFC 4291)
 *
 * Include addr.h, which brings this.
 */

#include <stdbool.h>
#include <string.h>

#include "wire/addr_types.h"

#define IP6_ANY ((ip6_addr){{0}})
#define IP6_LOOPBACK \
	((ip6_addr){{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}})

static inline bool ip6_eq(ip6_addr a, ip6_addr b)
{
	return memcmp(a.o, b.o, sizeof(a.o)) == 0;
}

static inline bool ip6_is_zero(ip6_addr a)
{
	return ip6_eq(a, IP6_ANY);
}

static inline bool ip6_is_loopback(ip6_addr a)
{
	return ip6_eq(a, IP6_LOOPBACK);
}

static inline bool ip6_is_multicast(ip6_addr a)
{
	return a.o[0] == 0xff;
}

static inline bool ip6_is_link_local(ip6_addr a)
{
	return a.o[0] == 0xfe && (a.o[1] & 0xc0) == 0x80;
}

/* How far an address is valid (RFC 4291, 2.7; RFC 4007, 4). */
enum ip6_scope {
	IP6_SCOPE_INTERFACE = 1,
	IP6_SCOPE_LINK = 2,
	IP6_SCOPE_REALM = 3,
	IP6_SCOPE_ADMIN = 4,
	IP6_SCOPE_SITE = 5,
	IP6_SCOPE_ORG = 8,
	IP6_SCOPE_GLOBAL = 14,
};

/* Scope of a unicast address, or of a group as it says itself. */
enum ip6_scope ip6_scope_of(ip6_addr a);

/* Everybody on a link, and every router (RFC 4291, 2.7.1). */
#define IP6_ALL_NODES \
	((ip6_addr){{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}})
#define IP6_ALL_ROUTERS \
	((ip6_addr){{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}})

/* How many bits two addresses have in common at the front, up to 128. */
unsigned ip6_common_len(ip6_addr a, ip6_addr b);

/* The same network with the host bits zero. */
struct ip6_net ip6_net_base(struct ip6_net n);

/* ::ffff:0:0/96, an IPv4 address in IPv6 clothes (RFC 4291, 2.5.5.2). */
bool ip6_is_mapped(ip6_addr a);

/* ff02::1:ffXX:XXXX, where the neighbours of @a ask (RFC 4291, 2.7.1). */
ip6_addr ip6_solicited_node(ip6_addr a);

bool ip6_net_has(struct ip6_net n, ip6_addr a);

#endif /* WIRE_ADDR6_H */
