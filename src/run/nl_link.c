// SPDX-License-Identifier: MIT
/*
 * nl_link.c - RTM_GETLINK: the interfaces of a lab host
 *
 * One message for each, with what `ip link` and if_nameindex(3) want to know:
 * name, flags, MTU, MAC address, what has gone through.
 */
#include "run/nl_link.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "run/nl.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

enum { QUEUE_LEN = 1000, OPER_UP = 6, OPER_DOWN = 2, OPER_UNKNOWN = 0 };

/* A MAC of all ones. */
static const uint8_t everybody[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

uint32_t nl_link_flags(struct stack *stack, const struct netif *n)
{
	struct sk_ifreq req = {0};
	uint32_t flags;

	memcpy(req.name, n->name, sizeof(req.name));
	if (sk_if_ask(stack, SK_SIOCGIFFLAGS, &req))
		return 0;
	flags = (uint16_t)req.flags;
	return flags & IFF_RUNNING ? flags | IFF_LOWER_UP : flags;
}

uint16_t nl_link_type(const struct netif *n)
{
	if (n->features & NETIF_F_LOOPBACK)
		return ARPHRD_LOOPBACK;
	return n->features & NETIF_F_PPP ? ARPHRD_PPP : ARPHRD_ETHER;
}

static uint8_t operstate(const struct netif *n)
{
	if (n->features & NETIF_F_LOOPBACK)
		return OPER_UNKNOWN;
	return n->is_up && !n->has_no_carrier ? OPER_UP : OPER_DOWN;
}

/* A PPP link has nothing to call its ends by. */
static void put_mac_of(struct nl_reply *r, const struct netif *n)
{
	bool is_lo = n->features & NETIF_F_LOOPBACK;

	if (n->features & NETIF_F_PPP)
		return;
	nl_put(r, IFLA_ADDRESS, n->mac.o, sizeof(n->mac.o));
	nl_put(r, IFLA_BROADCAST, is_lo ? n->mac.o : everybody,
	       sizeof(everybody));
}

static void put_stats(struct nl_reply *r, const struct netif *n)
{
	const struct rtnl_link_stats64 st = {
		.rx_packets = n->stats.rx_frames,
		.tx_packets = n->stats.tx_frames,
		.rx_bytes = n->stats.rx_octets,
		.tx_bytes = n->stats.tx_octets,
	};
	const struct rtnl_link_stats low = {
		.rx_packets = (uint32_t)st.rx_packets,
		.tx_packets = (uint32_t)st.tx_packets,
		.rx_bytes = (uint32_t)st.rx_bytes,
		.tx_bytes = (uint32_t)st.tx_bytes,
	};

	nl_put(r, IFLA_STATS64, &st, sizeof(st));
	nl_put(r, IFLA_STATS, &low, sizeof(low));
}

static void put_link(const struct nl_ask *ask, const struct netif *n)
{
	const struct ifinfomsg fixed = {
		.ifi_type = nl_link_type(n),
		.ifi_index = (int)n->index,
		.ifi_flags = nl_link_flags(nl_stack(ask), n),
	};
	struct nl_reply *r = ask->reply;

	nl_begin(r, RTM_NEWLINK, &fixed, sizeof(fixed));
	nl_put_text(r, IFLA_IFNAME, n->name);
	nl_put_u32(r, IFLA_TXQLEN, QUEUE_LEN);
	nl_put_u8(r, IFLA_OPERSTATE, operstate(n));
	nl_put_u8(r, IFLA_LINKMODE, 0);
	nl_put_u32(r, IFLA_MTU, n->mtu);
	nl_put_u32(r, IFLA_GROUP, 0);
	nl_put_u32(r, IFLA_PROMISCUITY, 0);
	nl_put_u32(r, IFLA_NUM_TX_QUEUES, 1);
	nl_put_u32(r, IFLA_NUM_RX_QUEUES, 1);
	nl_put_u8(r, IFLA_CARRIER, !n->has_no_carrier);
	nl_put_text(r, IFLA_QDISC, "noqueue");
	put_mac_of(r, n);
	put_stats(r, n);
	nl_end(r);
}

int nl_link_dump(const struct nl_ask *ask)
{
	struct netif *n;

	list_for_each_entry(n, &nl_stack(ask)->netifs, struct netif, node)
		put_link(ask, n);
	return 0;
}

/* By index, or else by name. */
int nl_link_get(const struct nl_ask *ask)
{
	const struct ifinfomsg *ifi = ask->fixed;
	const char *name = nl_find(ask->attrs, ask->attrs_len, IFLA_IFNAME, 1);
	const struct netif *n = NULL;

	if (!name)
		name = nl_find(ask->attrs, ask->attrs_len, IFLA_ALT_IFNAME, 1);
	if (ifi->ifi_index <= 0 && !name)
		return -EINVAL;
	if (ifi->ifi_index > 0)
		n = stack_netif_by_index(nl_stack(ask),
					 (uint32_t)ifi->ifi_index);
	else if (memchr(name, '\0', NETIF_NAME_MAX))
		n = stack_netif_by_name(nl_stack(ask), name);
	if (!n)
		return -ENODEV;
	put_link(ask, n);
	return 0;
}
