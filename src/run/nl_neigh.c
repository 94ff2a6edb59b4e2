// SPDX-License-Identifier: MIT
/*
 * nl_neigh.c - RTM_GETNEIGH: the neighbours that a lab host knows
 *
 * The caches of ARP and of neighbour discovery, whose states have the names
 * that Linux gives them.
 */
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "core/env.h"

#include "ip6/nd.h"
#include "link/arp.h"
#include "run/nl.h"
#include "vnet/vnet.h"

enum { TICKS_PER_S = 100 };

static const uint16_t of_arp[ARP_STATES] = {
	[ARP_INCOMPLETE] = NUD_INCOMPLETE, [ARP_REACHABLE] = NUD_REACHABLE,
	[ARP_STALE] = NUD_STALE,	   [ARP_PROBE] = NUD_PROBE,
	[ARP_FAILED] = NUD_FAILED,
};

static const uint16_t of_nd[ND_STATES] = {
	[ND_INCOMPLETE] = NUD_INCOMPLETE, [ND_REACHABLE] = NUD_REACHABLE,
	[ND_STALE] = NUD_STALE,		  [ND_DELAY] = NUD_DELAY,
	[ND_PROBE] = NUD_PROBE,		  [ND_UNREACHABLE] = NUD_PROBE,
	[ND_FAILED] = NUD_FAILED,
};

struct neighbour {
	const struct netif *netif;
	const uint8_t *addr;
	size_t addr_len;
	mac_addr mac;
	uint64_t used_ns, confirmed_ns;
};

static uint32_t ticks_since(uint64_t now_ns, uint64_t at_ns)
{
	return (uint32_t)((now_ns - at_ns) / (NS_PER_S / TICKS_PER_S));
}

static void put_neighbour(const struct nl_ask *ask, const struct ndmsg *fixed,
			  const struct neighbour *nb)
{
	const struct ndmsg *asked = ask->fixed;
	uint64_t now = stack_now(nl_stack(ask));
	const struct nda_cacheinfo ci = {
		.ndm_confirmed = ticks_since(now, nb->confirmed_ns),
		.ndm_used = ticks_since(now, nb->used_ns),
		.ndm_updated = ticks_since(now, nb->confirmed_ns),
	};
	struct nl_reply *r = ask->reply;

	if (ask->is_strict && asked->ndm_ifindex &&
	    asked->ndm_ifindex != fixed->ndm_ifindex)
		return;
	nl_begin(r, RTM_NEWNEIGH, fixed, sizeof(*fixed));
	nl_put(r, NDA_DST, nb->addr, nb->addr_len);
	if (!mac_is_zero(nb->mac))
		nl_put(r, NDA_LLADDR, nb->mac.o, sizeof(nb->mac.o));
	nl_put(r, NDA_CACHEINFO, &ci, sizeof(ci));
	nl_end(r);
}

static void put_arp(void *arg, const struct arp_view *v)
{
	const struct ndmsg fixed = {
		.ndm_family = AF_INET,
		.ndm_ifindex = (int)v->netif->index,
		.ndm_state = of_arp[v->state],
		.ndm_type = RTN_UNICAST,
	};
	uint8_t addr[4];
	const struct neighbour nb = {
		v->netif, addr,	      sizeof(addr),
		v->mac,	  v->used_ns, v->confirmed_ns,
	};

	put_ip4(addr, v->addr);
	put_neighbour(arg, &fixed, &nb);
}

static void put_nd(void *arg, const struct nd_neighbour_view *v)
{
	const struct ndmsg fixed = {
		.ndm_family = AF_INET6,
		.ndm_ifindex = (int)v->netif->index,
		.ndm_state = of_nd[v->state],
		.ndm_flags = v->is_router ? NTF_ROUTER : 0,
		.ndm_type = RTN_UNICAST,
	};
	const struct neighbour nb = {
		v->netif, v->addr.o,  sizeof(v->addr.o),
		v->mac,	  v->used_ns, v->confirmed_ns,
	};

	put_neighbour(arg, &fixed, &nb);
}

int nl_neigh_dump(const struct nl_ask *ask)
{
	const struct ndmsg *asked = ask->fixed;
	union {
		const struct nl_ask *in;
		void *out;
	} u = {ask};

	if (asked->ndm_flags & NTF_PROXY)
		return 0; /* answered for others: by networks, not one by one */
	if (nl_wants(ask, AF_INET))
		arp_for_each(nl_stack(ask), put_arp, u.out);
	if (nl_wants(ask, AF_INET6))
		nd_for_each(nl_stack(ask), put_nd, u.out);
	return 0;
}
