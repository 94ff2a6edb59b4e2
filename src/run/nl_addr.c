// SPDX-License-Identifier: MIT
/*
 * nl_addr.c - RTM_GETADDR: the addresses of a lab host
 *
 * getifaddrs(3) asks for these and for the interfaces, and puts them together.
 */
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "core/env.h"

#include "ip/ip.h"
#include "ip6/ip6_conf.h"
#include "run/nl.h"
#include "vnet/vnet.h"

/* Of this interface, if one is asked for. */
static bool is_asked(const struct nl_ask *ask, const struct netif *n)
{
	const struct ifaddrmsg *ifa = ask->fixed;

	return !ask->is_strict || !ifa->ifa_index || ifa->ifa_index == n->index;
}

static void put_cacheinfo(struct nl_reply *r, uint32_t preferred_s,
			  uint32_t valid_s)
{
	const struct ifa_cacheinfo ci = {
		.ifa_prefered = preferred_s,
		.ifa_valid = valid_s,
	};

	nl_put(r, IFA_CACHEINFO, &ci, sizeof(ci));
}

static uint8_t scope4(ip4_addr a)
{
	if (ip4_is_loopback(a))
		return RT_SCOPE_HOST;
	return ip4_is_link_local(a) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

static void put_addr4(void *arg, const struct netif *n, struct ip4_net net)
{
	const struct nl_ask *ask = arg;
	struct nl_reply *r = ask->reply;
	ip4_addr bcast = ip4_net_broadcast(net);
	const struct ifaddrmsg fixed = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = net.len,
		.ifa_flags = IFA_F_PERMANENT,
		.ifa_scope = scope4(net.addr),
		.ifa_index = n->index,
	};
	uint8_t a[4];

	if (!is_asked(ask, n))
		return;
	put_ip4(a, net.addr);
	nl_begin(r, RTM_NEWADDR, &fixed, sizeof(fixed));
	nl_put(r, IFA_ADDRESS, a, sizeof(a));
	nl_put(r, IFA_LOCAL, a, sizeof(a));
	put_ip4(a, bcast);
	if (!ip4_is_zero(bcast) && !(n->features & NETIF_F_NO_ARP))
		nl_put(r, IFA_BROADCAST, a, sizeof(a));
	nl_put_text(r, IFA_LABEL, n->name);
	nl_put_u32(r, IFA_FLAGS, IFA_F_PERMANENT);
	put_cacheinfo(r, UINT32_MAX, UINT32_MAX);
	nl_end(r);
}

static uint32_t flags6(const struct ip6_addr_info *a)
{
	static const uint8_t of_state[IP6_ADDR_STATES] = {
		[IP6_TENTATIVE] = IFA_F_TENTATIVE,
		[IP6_OPTIMISTIC] = IFA_F_OPTIMISTIC,
		[IP6_DEPRECATED] = IFA_F_DEPRECATED,
		[IP6_DUPLICATED] = IFA_F_DADFAILED | IFA_F_TENTATIVE,
	};
	uint32_t flags = of_state[a->state];

	if (a->valid_until_ns == UINT64_MAX)
		flags |= IFA_F_PERMANENT;
	if (a->origin == IP6_FROM_RA_TEMP)
		flags |= IFA_F_TEMPORARY;
	return flags;
}

static uint32_t seconds_to(const struct nl_ask *ask, uint64_t at_ns)
{
	uint64_t now = stack_now(nl_stack(ask));

	if (at_ns == UINT64_MAX)
		return UINT32_MAX;
	return at_ns > now ? (uint32_t)((at_ns - now) / NS_PER_S) : 0;
}

static uint8_t scope6(ip6_addr a)
{
	if (ip6_is_loopback(a))
		return RT_SCOPE_HOST;
	return ip6_is_link_local(a) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

static void put_addr6(void *arg, const struct ip6_addr_info *a)
{
	const struct nl_ask *ask = arg;
	struct nl_reply *r = ask->reply;
	uint32_t flags = flags6(a);
	const struct ifaddrmsg fixed = {
		.ifa_family = AF_INET6,
		.ifa_prefixlen = a->net.len,
		.ifa_flags = (uint8_t)flags,
		.ifa_scope = scope6(a->net.addr),
		.ifa_index = a->netif->index,
	};

	if (!is_asked(ask, a->netif))
		return;
	nl_begin(r, RTM_NEWADDR, &fixed, sizeof(fixed));
	nl_put(r, IFA_ADDRESS, a->net.addr.o, sizeof(a->net.addr.o));
	nl_put_u32(r, IFA_FLAGS, flags);
	put_cacheinfo(r, seconds_to(ask, a->preferred_until_ns),
		      seconds_to(ask, a->valid_until_ns));
	nl_end(r);
}

int nl_addr_dump(const struct nl_ask *ask)
{
	union {
		const struct nl_ask *in;
		void *out;
	} u = {ask};

	if (nl_wants(ask, AF_INET))
		ip_addr_for_each(nl_stack(ask), put_addr4, u.out);
	if (nl_wants(ask, AF_INET6))
		ip6_addr_for_each(nl_stack(ask), put_addr6, u.out);
	return 0;
}
