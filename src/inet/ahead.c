// SPDX-License-Identifier: MIT
/*
 * ahead.c - frames that wait are looked at before their turn
 *
 * Theory of operation
 * ===================
 * A driver says which frames come next (netif_ahead()).  Who they are for
 * stands at a fixed place in nearly all of them: Ethernet II, IPv4 without
 * options or IPv6 without extensions, whole, TCP.  That is read here, across
 * all layers at once, and TCP asks for the memory of these connections
 * (tcp_ahead.c).  The layers will read it again, and believe nothing of this:
 * what is wrong or unusual is passed over, nothing is counted or changed.
 */

#include "inet/ahead.h"

#include <stdbool.h>

#include "base/bytes.h"
#include "base/list.h"

#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/proto.h"
#include "wire/tcp.h"

#include "core/netif.h"
#include "core/pkt.h"

#include "tcp/tcp_ahead.h"

static_assert(NETIF_AHEAD <= TCP_AHEAD_MAX, "a batch is one of TCP's");

enum { PLAIN_IP4 = 4 << 4 | IP4_HLEN / 4, FRAGMENT = 0x3fff };

static void read_ports(struct tcp_ahead *a, const struct tcp_wire *w)
{
	a->sport = get16(w->sport);
	a->dport = get16(w->dport);
}

static bool read_ip4(struct tcp_ahead *a, const uint8_t *p, size_t len)
{
	const struct ip4_wire *w = (const void *)p;

	if (len < IP4_HLEN + TCP_HLEN || w->ver_hlen[0] != PLAIN_IP4 ||
	    w->proto[0] != IP_PROTO_TCP || get16(w->frag) & FRAGMENT)
		return false;
	a->src = ip_addr_v4(get_ip4(w->src));
	a->dst = ip_addr_v4(get_ip4(w->dst));
	read_ports(a, (const void *)(p + IP4_HLEN));
	return true;
}

static bool read_ip6(struct tcp_ahead *a, const uint8_t *p, size_t len)
{
	const struct ip6_wire *w = (const void *)p;

	if (len < IP6_HLEN + TCP_HLEN || w->next[0] != IP_PROTO_TCP)
		return false;
	a->src = ip_addr_v6(get_ip6(w->src));
	a->dst = ip_addr_v6(get_ip6(w->dst));
	read_ports(a, (const void *)(p + IP6_HLEN));
	return true;
}

/* Whose segment a frame is, if it is one and looks as nearly all do. */
static bool read_frame(struct tcp_ahead *a, const struct pkt *pkt)
{
	const uint8_t *p = pkt_cdata(pkt);
	size_t len = pkt->lin_len;
	uint16_t type;

	if (len < ETH_HLEN || pkt->link != PKT_ETHER)
		return false;
	type = get16(((const struct ether_wire *)(const void *)p)->type);
	if (type == ETH_IP4)
		return read_ip4(a, p + ETH_HLEN, len - ETH_HLEN);
	return type == ETH_IP6 && read_ip6(a, p + ETH_HLEN, len - ETH_HLEN);
}

void inet_ahead(struct stack *stack, const struct list *frames, uint32_t count)
{
	struct tcp_ahead a[NETIF_AHEAD];
	const struct list *node = frames->next;
	uint32_t found = 0;

	if (!tcp_ahead_is_useful(stack))
		return;
	for (; count && node != frames; count--, node = node->next)
		found += read_frame(&a[found],
				    container_of_const(node, struct pkt, node));
	tcp_ahead(stack, a, found);
}
