/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ADDR_H
#define WIRE_ADDR_H

/*
 * addr.h - link and network addresses, as values and as text
 *
 * An IPv4 address is a number in host order inside a struct: arithmetic on it
 * is wanted (masks, networks), mixing it with other numbers is not.  MAC and
 * IPv6 addresses are octet strings.
 *
 * The types themselves are in addr_types.h, their text in addr_text.h, what is
 * of IPv6 alone in addr6.h; all come along.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#include "wire/addr6.h"
#include "wire/addr_text.h"
#include "wire/addr_types.h"

#define MAC_BROADCAST ((mac_addr){{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}})
#define MAC_ZERO      ((mac_addr){{0}})
#define IP4_ANY	      ((ip4_addr){0})
#define IP4_BROADCAST ((ip4_addr){0xffffffff})
#define IP4_LOOPBACK  ((ip4_addr){0x7f000001})

static inline ip4_addr ip4_make(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (ip4_addr){(uint32_t)a << 24 | (uint32_t)b << 16 |
			  (uint32_t)c << 8 | d};
}

/* Addresses as they stand in a frame. */
static inline mac_addr get_mac(const uint8_t p[static 6])
{
	mac_addr m;

	memcpy(m.o, p, sizeof(m.o));
	return m;
}

static inline void put_mac(uint8_t p[static 6], mac_addr m)
{
	memcpy(p, m.o, sizeof(m.o));
}

static inline ip4_addr get_ip4(const uint8_t p[static 4])
{
	return (ip4_addr){get32(p)};
}

static inline void put_ip4(uint8_t p[static 4], ip4_addr a)
{
	put32(p, a.v);
}

static inline ip6_addr get_ip6(const uint8_t p[static 16])
{
	ip6_addr a;

	memcpy(a.o, p, sizeof(a.o));
	return a;
}

static inline void put_ip6(uint8_t p[static 16], ip6_addr a)
{
	memcpy(p, a.o, sizeof(a.o));
}

static inline bool mac_eq(mac_addr a, mac_addr b)
{
	return memcmp(a.o, b.o, sizeof(a.o)) == 0;
}

/* Broadcast or multicast: never a source, never learned. */
static inline bool mac_is_group(mac_addr m)
{
	return m.o[0] & 1;
}

static inline bool mac_is_broadcast(mac_addr m)
{
	return mac_eq(m, MAC_BROADCAST);
}

static inline bool mac_is_zero(mac_addr m)
{
	return mac_eq(m, MAC_ZERO);
}

/* The group address that carries an IPv4 group (RFC 1112, 6.4). */
mac_addr mac_of_ip4_group(ip4_addr group);

/* The group address that carries an IPv6 group (RFC 2464, 7). */
mac_addr mac_of_ip6_group(ip6_addr group);

static inline bool ip4_eq(ip4_addr a, ip4_addr b)
{
	return a.v == b.v;
}

static inline bool ip4_is_zero(ip4_addr a)
{
	return a.v == 0;
}

static inline bool ip4_is_loopback(ip4_addr a)
{
	return a.v >> 24 == 127;
}

static inline bool ip4_is_multicast(ip4_addr a)
{
	return a.v >> 28 == 0xe;
}

/* The limited broadcast address, 255.255.255.255. */
static inline bool ip4_is_broadcast(ip4_addr a)
{
	return a.v == 0xffffffff;
}

/* 240.0.0.0/4 without the broadcast address (RFC 1112, 4). */
static inline bool ip4_is_reserved(ip4_addr a)
{
	return a.v >> 28 == 0xf && !ip4_is_broadcast(a);
}

/* 169.254.0.0/16 (RFC 3927). */
static inline bool ip4_is_link_local(ip4_addr a)
{
	return a.v >> 16 == 0xa9fe;
}

/* 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918). */
static inline bool ip4_is_private(ip4_addr a)
{
	return a.v >> 24 == 10 || a.v >> 20 == 0xac1 || a.v >> 16 == 0xc0a8;
}

/* A number with the first @len bits set, 0 ... 32. */
static inline uint32_t ip4_mask(unsigned len)
{
	return len ? 0xffffffffU << (32 - len) : 0;
}

static inline bool ip4_net_has(struct ip4_net n, ip4_addr a)
{
	return ((a.v ^ n.addr.v) & ip4_mask(n.len)) == 0;
}

/* The same network with the host bits zero. */
static inline struct ip4_net ip4_net_base(struct ip4_net n)
{
	n.addr.v &= ip4_mask(n.len);
	return n;
}

/* The directed broadcast address; of a /31 or /32, none: 0. */
static inline ip4_addr ip4_net_broadcast(struct ip4_net n)
{
	return (ip4_addr){n.len < 31 ? n.addr.v | ~ip4_mask(n.len) : 0};
}

static inline struct ip_addr ip_addr_v4(ip4_addr a)
{
	struct ip_addr ip = {.family = IP_V4};

	ip.v4 = a;
	return ip;
}

static inline struct ip_addr ip_addr_v6(ip6_addr a)
{
	struct ip_addr ip = {.family = IP_V6};

	ip.v6 = a;
	return ip;
}

/* The same with the zone that its scope asks for; see struct ip_addr. */
struct ip_addr ip_addr_v6_on(ip6_addr a, uint32_t netif_index);

/* A zone of 0 is equal to any. */
bool ip_addr_eq(struct ip_addr a, struct ip_addr b);

/* 0.0.0.0, ::, or no address at all. */
bool ip_addr_is_zero(struct ip_addr a);
bool ip_addr_is_multicast(struct ip_addr a);
bool ip_addr_is_loopback(struct ip_addr a);

static inline bool endpoint_eq(struct endpoint a, struct endpoint b)
{
	return a.port == b.port && ip_addr_eq(a.addr, b.addr);
}

#endif /* WIRE_ADDR_H */
