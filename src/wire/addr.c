// SPDX-License-Identifier: MIT
/*
 * addr.c - what addresses are equal to, and which group carries which
 *
 * Their text is in addr_text.c.
 */

#include "wire/addr.h"

mac_addr mac_of_ip4_group(ip4_addr group)
{
	mac_addr m = {{0x01, 0x00, 0x5e}};

	put24(m.o + 3, group.v & 0x7fffff);
	return m;
}

mac_addr mac_of_ip6_group(ip6_addr group)
{
	mac_addr m = {{0x33, 0x33}};

	memcpy(m.o + 2, group.o + 12, 4);
	return m;
}

bool ip6_is_mapped(ip6_addr a)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(a.o, prefix, sizeof(prefix)) == 0;
}

ip6_addr ip6_solicited_node(ip6_addr a)
{
	ip6_addr g = {{0xff, 0x02, [11] = 0x01, [12] = 0xff}};

	memcpy(g.o + 13, a.o + 13, 3);
	return g;
}

enum ip6_scope ip6_scope_of(ip6_addr a)
{
	if (ip6_is_multicast(a))
		return (enum ip6_scope)(a.o[1] & 15);
	if (ip6_is_link_local(a) || ip6_is_loopback(a))
		return IP6_SCOPE_LINK; /* RFC 4007, 4 */
	return IP6_SCOPE_GLOBAL;
}

unsigned ip6_common_len(ip6_addr a, ip6_addr b)
{
	unsigned i = 0, bit;

	while (i < 16 && a.o[i] == b.o[i])
		i++;
	if (i == 16)
		return 128;
	for (bit = 0; ((a.o[i] ^ b.o[i]) & 0x80 >> bit) == 0; bit++)
		;
	return i * 8 + bit;
}

struct ip6_net ip6_net_base(struct ip6_net n)
{
	unsigned i;

	for (i = n.len; i < 128; i += 8 - i % 8)
		n.addr.o[i / 8] &= (uint8_t) ~(0xffu >> i % 8);
	return n;
}

bool ip6_net_has(struct ip6_net n, ip6_addr a)
{
	size_t whole = n.len / 8, bits = n.len % 8;

	if (memcmp(a.o, n.addr.o, whole) != 0)
		return false;
	return bits == 0 || (a.o[whole] ^ n.addr.o[whole]) >> (8 - bits) == 0;
}

/* RFC 4007, 4 and 6: scopes that are links have zones. */
static bool ip6_is_of_link(ip6_addr a)
{
	return ip6_is_link_local(a) ||
	       (ip6_is_multicast(a) && ((a.o[1] & 15) == IP6_SCOPE_INTERFACE ||
					(a.o[1] & 15) == IP6_SCOPE_LINK));
}

struct ip_addr ip_addr_v6_on(ip6_addr a, uint32_t netif_index)
{
	struct ip_addr ip = ip_addr_v6(a);

	if (ip6_is_of_link(a))
		ip.zone = (uint16_t)netif_index;
	return ip;
}

bool ip_addr_eq(struct ip_addr a, struct ip_addr b)
{
	if (a.family != b.family)
		return false;
	if (a.family == IP_V4)
		return ip4_eq(a.v4, b.v4);
	if (a.zone && b.zone && a.zone != b.zone)
		return false;
	return a.family == IP_NONE || ip6_eq(a.v6, b.v6);
}

bool ip_addr_is_zero(struct ip_addr a)
{
	if (a.family == IP_V4)
		return ip4_is_zero(a.v4);
	return a.family == IP_NONE || ip6_is_zero(a.v6);
}

bool ip_addr_is_multicast(struct ip_addr a)
{
	if (a.family == IP_V4)
		return ip4_is_multicast(a.v4);
	return a.family == IP_V6 && ip6_is_multicast(a.v6);
}

bool ip_addr_is_loopback(struct ip_addr a)
{
	if (a.family == IP_V4)
		return ip4_is_loopback(a.v4);
	return a.family == IP_V6 && ip6_is_loopback(a.v6);
}
