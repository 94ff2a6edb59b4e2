// SPDX-License-Identifier: MIT
/*
 * nl_way.c - RTM_GETROUTE, RTM_GETRULE: the routes of a lab host
 *
 * Linux keeps several tables: routes to our own addresses are in one ("local"),
 * all others in another ("main"), and three rules say in which order they are
 * looked into.  The stack has one table with kinds of routes, which comes to
 * the same.
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "ip/ip.h"
#include "ip6/ip6_route.h"
#include "run/nl.h"
#include "vnet/vnet.h"

/* A route of either version. */
struct way {
	int family;
	const uint8_t *dst, *gateway, *src;
	uint8_t dst_len, scope, protocol, type;
	uint32_t ifindex, metric, flags;
};

static size_t addr_len(int family)
{
	return family == AF_INET ? 4 : 16;
}

static uint8_t table_of(const struct way *w)
{
	return w->type == RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL;
}

/* In the order of the kernel, on which some programs rely. */
static void put_way(const struct nl_ask *ask, const struct way *w)
{
	const struct rtmsg fixed = {
		.rtm_family = (uint8_t)w->family,
		.rtm_dst_len = w->dst_len,
		.rtm_table = table_of(w),
		.rtm_protocol = w->protocol,
		.rtm_scope = w->scope,
		.rtm_type = w->type,
		.rtm_flags = w->flags,
	};
	static const struct rta_cacheinfo unused;
	bool is_lookup = w->flags & RTM_F_CLONED;
	size_t len = addr_len(w->family);
	struct nl_reply *r = ask->reply;

	nl_begin(r, RTM_NEWROUTE, &fixed, sizeof(fixed));
	nl_put_u32(r, RTA_TABLE, fixed.rtm_table);
	if (w->dst_len)
		nl_put(r, RTA_DST, w->dst, len);
	if (is_lookup && w->ifindex)
		nl_put_u32(r, RTA_OIF, w->ifindex);
	if ((w->metric || w->family == AF_INET6) && !is_lookup)
		nl_put_u32(r, RTA_PRIORITY, w->metric);
	if (w->src)
		nl_put(r, RTA_PREFSRC, w->src, len);
	if (w->gateway)
		nl_put(r, RTA_GATEWAY, w->gateway, len);
	if (!is_lookup && w->ifindex)
		nl_put_u32(r, RTA_OIF, w->ifindex);
	if (is_lookup)
		nl_put(r, RTA_CACHEINFO, &unused, sizeof(unused));
	if (w->family == AF_INET6)
		nl_put_u8(r, RTA_PREF, 0);
	nl_end(r);
}

/* Of this table, type and interface, if that is asked for. */
static bool is_asked(const struct nl_ask *ask, const struct way *w)
{
	const struct rtmsg *rtm = ask->fixed;
	const void *attr;
	uint32_t table = rtm->rtm_table, oif = 0;

	if (!ask->is_strict)
		return true;
	attr = nl_find(ask->attrs, ask->attrs_len, RTA_TABLE, sizeof(table));
	if (attr)
		memcpy(&table, attr, sizeof(table));
	attr = nl_find(ask->attrs, ask->attrs_len, RTA_OIF, sizeof(oif));
	if (attr)
		memcpy(&oif, attr, sizeof(oif));
	return (!table || table == table_of(w)) &&
	       (!oif || oif == w->ifindex) &&
	       (!rtm->rtm_type || rtm->rtm_type == w->type);
}

static uint8_t type_of(enum ip_route_kind kind)
{
	switch (kind) {
	case IP_ROUTE_LOCAL:
		return RTN_LOCAL;
	case IP_ROUTE_BCAST:
		return RTN_BROADCAST;
	case IP_ROUTE_UNICAST:
		break;
	}
	return RTN_UNICAST;
}

static void put_way4(void *arg, const struct ip_route *route)
{
	const struct nl_ask *ask = arg;
	uint8_t dst[4], gateway[4], src[4];
	bool is_far = !ip4_is_zero(route->gateway);
	struct way w = {
		.family = AF_INET,
		.dst = dst,
		.dst_len = route->net.len,
		.type = type_of(route->kind),
		.scope = is_far ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.protocol = is_far ? RTPROT_BOOT : RTPROT_KERNEL,
		.gateway = is_far ? gateway : NULL,
		.src = is_far || ip4_is_zero(route->src) ? NULL : src,
		.ifindex = route->netif ? route->netif->index : 0,
		.metric = route->metric,
	};

	if (route->kind == IP_ROUTE_LOCAL)
		w.scope = RT_SCOPE_HOST;
	put_ip4(dst, route->net.addr);
	put_ip4(gateway, route->gateway);
	put_ip4(src, route->src);
	if (is_asked(ask, &w))
		put_way(ask, &w);
}

static uint8_t protocol6(const struct ip6_route *route)
{
	if (route->origin == IP6_ROUTE_RA)
		return RTPROT_RA;
	if (route->origin == IP6_ROUTE_REDIRECT)
		return RTPROT_REDIRECT;
	return ip6_is_zero(route->gateway) ? RTPROT_KERNEL : RTPROT_BOOT;
}

static struct way way6(const struct ip6_route *route)
{
	return (struct way){
		.family = AF_INET6,
		.dst = route->net.addr.o,
		.dst_len = route->net.len,
		.type = type_of(route->kind),
		.protocol = protocol6(route),
		.gateway =
			ip6_is_zero(route->gateway) ? NULL : route->gateway.o,
		.ifindex = route->netif ? route->netif->index : 0,
		.metric = route->metric,
	};
}

static void put_way6(void *arg, const struct ip6_route *route)
{
	const struct nl_ask *ask = arg;
	struct way w = way6(route);

	if (is_asked(ask, &w))
		put_way(ask, &w);
}

int nl_way_dump(const struct nl_ask *ask)
{
	union {
		const struct nl_ask *in;
		void *out;
	} u = {ask};

	if (nl_wants(ask, AF_INET))
		ip_route_for_each(nl_stack(ask), put_way4, u.out);
	if (nl_wants(ask, AF_INET6))
		ip6_route_for_each(nl_stack(ask), put_way6, u.out);
	return 0;
}

/*
 * Which way would a packet take?
 */

static int get4(const struct nl_ask *ask, struct ip_addr dst)
{
	const struct ip_route *route = ip_route_lookup(nl_stack(ask), dst);
	struct ip_addr from = {0};
	uint8_t to[4], gateway[4], src[4];
	struct way w = {.family = AF_INET, .dst = to, .dst_len = 32};

	if (!route || ip_source_for(nl_stack(ask), dst, &from))
		return -ENETUNREACH;
	put_ip4(to, dst.v4);
	put_ip4(gateway, route->gateway);
	put_ip4(src, from.v4);
	w.gateway = ip4_is_zero(route->gateway) ? NULL : gateway;
	w.src = src;
	w.type = type_of(route->kind);
	w.flags = RTM_F_CLONED;
	w.ifindex = route->netif ? route->netif->index : 0;
	if (route->kind == IP_ROUTE_LOCAL) /* it does not leave */
		w.ifindex = stack_netif_by_name(nl_stack(ask), "lo")->index;
	put_way(ask, &w);
	return 0;
}

static int get6(const struct nl_ask *ask, struct ip_addr dst)
{
	const struct ip6_route *route =
		ip6_route_lookup(nl_stack(ask), dst.v6, NULL);
	struct ip_addr from = {0};
	struct way w;

	if (!route || ip_source_for(nl_stack(ask), dst, &from))
		return -ENETUNREACH;
	w = way6(route);
	w.dst = dst.v6.o;
	w.dst_len = 128;
	w.src = from.v6.o;
	w.flags = RTM_F_CLONED;
	put_way(ask, &w);
	return 0;
}

int nl_way_get(const struct nl_ask *ask)
{
	int family = *(const uint8_t *)ask->fixed;
	const uint8_t *dst =
		nl_find(ask->attrs, ask->attrs_len, RTA_DST, addr_len(family));

	if (family != AF_INET && family != AF_INET6)
		return -EOPNOTSUPP;
	if (!dst)
		return -EINVAL;
	return family == AF_INET ? get4(ask, ip_addr_v4(get_ip4(dst)))
				 : get6(ask, ip_addr_v6(get_ip6(dst)));
}

/*
 * Rules.
 */

static void put_rule(const struct nl_ask *ask, int family, uint32_t priority,
		     uint8_t table)
{
	const struct fib_rule_hdr fixed = {
		.family = (uint8_t)family,
		.table = table,
		.action = FR_ACT_TO_TBL,
	};
	struct nl_reply *r = ask->reply;

	nl_begin(r, RTM_NEWRULE, &fixed, sizeof(fixed));
	nl_put_u32(r, FRA_TABLE, table);
	nl_put_u32(r, FRA_SUPPRESS_PREFIXLEN, UINT32_MAX);
	nl_put_u8(r, FRA_PROTOCOL, RTPROT_KERNEL);
	if (priority)
		nl_put_u32(r, FRA_PRIORITY, priority);
	nl_end(r);
}

int nl_rule_dump(const struct nl_ask *ask)
{
	enum { MAIN_PRIORITY = 32766, DEFAULT_PRIORITY };

	for (int i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;

		if (!nl_wants(ask, family))
			continue;
		put_rule(ask, family, 0, RT_TABLE_LOCAL);
		put_rule(ask, family, MAIN_PRIORITY, RT_TABLE_MAIN);
		if (family == AF_INET)
			put_rule(ask, family, DEFAULT_PRIORITY,
				 RT_TABLE_DEFAULT);
	}
	return 0;
}
