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

bool ip6_net_has(struct ip6_net n, ip6_addr a)
{
	size_t whole = n.len / 8, bits = n.len % 8;

	if (memcmp(a.o, n.addr.o, whole) != 0)
		return false;
	return bits == 0 || (a.o[whole] ^ n.addr.o[whole]) >> (8 - bits) == 0;
}

bool ip_addr_eq(struct ip_addr a, struct ip_addr b)
{
	if (a.family != b.family)
		return false;
	if (a.family == IP_V4)
		return ip4_eq(a.v4, b.v4);
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
