// SPDX-License-Identifier: MIT
/*
 * path_fwd.c - the packet that goes on like those before it
 *
 * Theory of operation
 * ===================
 * Of the steps that a packet takes through a router (ip_in.c, ip_fwd.c,
 * ip_xmit.c, arp.c, ether.c) most ask whether it is one of the odd ones: it has
 * options, is a fragment, too large, to be translated, to be told of a shorter
 * way, its neighbour not known.  Nearly none is.  A packet of which that can be
 * seen at once needs four things only:
 *
 *	source		may be asked of nobody but the table: is it somebody
 *			else's, and (RFC 3704) does it live behind this link?
 *	destination	the route: where it leaves, and to which neighbour
 *	time to live	one less, and the checksum with it (RFC 1624)
 *	frame		the header that the neighbour's frames have, copied
 *
 * The neighbour is what is remembered, in a struct ip_next; it is true as long
 * as a struct ip_path would be, see path.c.  There are few of them, however
 * many destinations there are, and so this way is as short for a million flows
 * as it is for one.  A source that lives behind the link is remembered, too; to
 * look at that costs a tenth of asking the table, and is in vain where every
 * packet has another.
 *
 * Any other packet goes the long way, and so does every one while somebody
 * listens to events.  Both ways give the same, octet by octet and count by
 * count: tests/unit/ip/path_fwd_test.c.
 *
 * Measured (callgrind, from netif_input() to the driver, with a million
 * routes): 1,030 instructions for the long way, 450 for this.
 *
 * Limits
 * ------
 * NEXTS neighbours and FROMS sources, direct-mapped.
 */

#include <string.h>

#include "base/likely.h"

#include "wire/csum.h"

#include "ip/filter_int.h"
#include "ip/ip_int.h"
#include "link/arp.h"
#include "link/ether.h"

static struct ip_next *next_slot(struct ip *ip, ip4_addr addr)
{
	return &ip->nexts[addr.v * 0x9e3779b1u >> (32 - NEXT_BITS)];
}

static inline bool next_is(const struct ip_next *n, const struct stack *stack,
			   const struct netif *netif, ip4_addr addr,
			   ip4_addr src)
{
	return n->epoch == stack->epoch && n->addr.v == addr.v &&
	       n->netif == netif && n->src.v == src.v &&
	       stack_now(stack) < n->until_ns;
}

/* An address of one host, somewhere: none of those that ip_in.c or ip_fwd.c
 * call martian, and no group's. */
static bool is_ordinary(ip4_addr a)
{
	return (a.v >> 24) - 1 < 223 && !ip4_is_loopback(a) &&
	       !ip4_is_link_local(a);
}

/* As in_source() has it; of several ways of equal cost it is to judge.  What is
 * remembered holds by whatever rule (RFC 3704) sources are judged. */
static __attribute__((noinline)) bool source_look(struct ip *ip,
						  const struct netif *netif,
						  ip4_addr src,
						  struct ip_from *f)
{
	const struct ip_route *r;

	if (!is_ordinary(src) || netif->features & NETIF_F_LOOPBACK)
		return false;
	r = route_find(ip, src);
	if (!r)
		return ip->rpf == IP_RPF_OFF;
	if (r->kind != IP_ROUTE_UNICAST)
		return false;
	if (r->netif != netif)
		return ip->rpf != IP_RPF_STRICT;
	*f = (struct ip_from){
		.epoch = ip->stack->epoch, .netif = netif, .src = src};
	return true;
}

static inline bool source_is_good(struct ip *ip, const struct netif *netif,
				  ip4_addr src)
{
	struct ip_from *f = &ip->froms[src.v * 0x9e3779b1u >> (32 - FROM_BITS)];

	return (f->src.v == src.v && f->netif == netif &&
		f->epoch == ip->stack->epoch) ||
	       source_look(ip, netif, src, f);
}

/* Has the packet nothing about it that another file should see? */
static inline bool is_plain(const struct ip *ip, const struct pkt *pkt)
{
	return !ip->stack->place.env->probe && !filter_of(ip->stack) &&
	       pkt_cdata(pkt)[offsetof(struct ip4_wire, ttl)] > 1 &&
	       !pkt->gso_size && pkt->csum != PKT_CSUM_PARTIAL &&
	       pkt->lin_off >= ETH_HLEN;
}

/* The neighbour to whom a packet of @len octets goes by @r; NULL: ask others. */
static inline const struct ip_next *
next_of(struct ip *ip, const struct ip_route *r, ip4_addr dst, size_t len)
{
	ip4_addr addr = r->gateway.v ? r->gateway : dst;
	const struct ip_next *n = next_slot(ip, addr);

	if (!next_is(n, ip->stack, r->netif, addr, r->src) ||
	    len > r->netif->mtu ||
	    memcmp(n->link + sizeof(mac_addr), r->netif->mac.o,
		   sizeof(mac_addr)) != 0)
		return NULL;
	return n;
}

/* One hop less (RFC 1812, 5.3.1).  The word that the time to live is the upper
 * half of becomes 0x100 less, whatever it was, so all that csum_update16() adds
 * is known: ~from + to is 0xffff - 0x100. */
static inline void count_hop(uint8_t *p)
{
	struct ip4_wire *w = (void *)p;
	uint32_t sum = (uint16_t)~get16(w->sum) + UINT32_C(0xfeff);

	put16(w->sum, csum_fold(sum));
	w->ttl[0]--;
}

/* False: it has no short way from here, and nothing has happened. */
static inline bool forward(struct ip *ip, struct pkt *pkt, ip4_addr src,
			   ip4_addr dst, uint32_t len)
{
	const struct ip_next *n;
	const struct ip_route *r;

	if (!is_plain(ip, pkt) || !is_ordinary(dst) ||
	    !source_is_good(ip, pkt->netif, src))
		return false;
	r = route_find(ip, dst);
	if (!r || r->kind != IP_ROUTE_UNICAST || r->ways > 1 ||
	    r->netif == pkt->netif)
		return false;
	n = next_of(ip, r, dst, len);
	if (!n)
		return false;
	if (len < pkt->len)
		pkt_trim(pkt, len);
	pkt->l3_off = pkt->lin_off;
	pkt->l4_off = (uint16_t)(pkt->lin_off + IP4_HLEN);
	count_hop(pkt_data(pkt));
	memcpy(pkt_push(pkt, ETH_HLEN), n->link, ETH_HLEN);
	(void)ether_output_whole(ip->stack, r->netif, pkt);
	return true;
}

/* The last thing that ip_input() does is to call this, and the last thing here
 * is to call somebody, so that nothing is saved and fetched again on the way.
 * (A packet through a router: 20 instructions less.) */
HOT void path_forward(struct ip *ip, struct pkt *pkt, ip4_addr src,
		      ip4_addr dst, uint32_t len)
{
	if (!forward(ip, pkt, src, dst, len))
		path_keep(ip, pkt, src, dst, len);
}

void path_forward_learn(struct ip *ip, const struct ip_hop *hop)
{
	struct ether_hdr link = {.src = hop->netif->mac, .type = ETH_IP4};
	struct ip_next *n = next_slot(ip, hop->next_hop);
	struct ip_next new = {
		.epoch = ip->stack->epoch,
		.netif = hop->netif,
		.addr = hop->next_hop,
		.src = hop->src,
	};

	if (hop->to_all || !path_is_plain(hop->netif) ||
	    next_is(n, ip->stack, hop->netif, hop->next_hop, hop->src) ||
	    !arp_current(ip->stack, hop->netif, hop->next_hop, &link.dst,
			 &new.until_ns))
		return;
	ether_emit(new.link, &link);
	*n = new;
}
