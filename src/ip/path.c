// SPDX-License-Identifier: MIT
/*
 * path.c - the way of a packet that is like those before it, in one step
 *
 * Theory of operation
 * ===================
 * Nearly every packet goes where one went a moment ago: the same destination,
 * the same source, by the same interface, to the same neighbour.  What the
 * first found out step by step (ip_out.c, ip_xmit.c, arp.c, ether.c)
 *
 *	route, next hop, source, path MTU, neighbour, header of the frame
 *
 * stands in a struct ip_path afterwards, and the next ones need only headers:
 *
 *	      copied		      composed
 *	+-----------------+--------------------------------+---------
 *	|  dst  src  type | ver tos len id frag ttl proto ..| segment
 *	+-----------------+--------------------------------+---------
 *
 * A path is true while nothing has changed that it follows from.  Rather than
 * tell each path, whoever changes something moves the stack's epoch, and every
 * path of an older one is void.  What the interface itself says (is it up, its
 * MTU, its address) is not remembered but read: drivers change that at will.
 *
 * A neighbour that is REACHABLE becomes STALE with time, and that he is in use
 * is noted once in a second.  Both are arp_resolve()'s, so a path ends when one
 * of them is due: that packet goes the long way, and renews it.
 *
 * The long way is taken too whenever the packet is not an ordinary one (it has
 * options, or is too large, or an interface of its own), and while somebody
 * listens to events: he is told of every step.  The short way gives exactly
 * what the long one gives, octet by octet and count by count:
 * tests/unit/ip/path_test.c.
 *
 * Why the paths are a table of the stack, and not a part of each connection: a
 * million connections talk to few neighbours, sockets without a peer gain as
 * well, and a connection need not grow.
 *
 * Measured (callgrind, from ip_output() to netif_transmit(), the transport's
 * checksum aside): about 640 instructions for the long way, 210 for this.
 *
 * Limits
 * ------
 * PATHS destinations, direct-mapped.  Where several ways of equal cost lead,
 * the flow chooses and not the destination: no path.
 */

#include <string.h>

#include "base/likely.h"
#include "base/small.h"

#include "wire/csum.h"
#include "wire/udp.h"

#include "core/pkt_hot.h"

#include "ip/ip_id.h"
#include "ip/ip_int.h"
#include "link/arp.h"
#include "link/ether.h"

static struct ip_path *path_slot(struct ip *ip, ip4_addr dst)
{
	return &ip->paths[dst.v * 0x9e3779b1u >> (32 - PATH_BITS)];
}

/* Is it about such packets, and true still? */
static inline bool path_is_for(const struct ip_path *p,
			       const struct stack *stack,
			       const struct ip_addr *src,
			       const struct ip_addr *dst)
{
	return p->epoch == stack->epoch && p->dst.v == dst->v4.v &&
	       dst->family == IP_V4 && p->asked_family == src->family &&
	       p->asked.v == src->v4.v && stack_now(stack) < p->until_ns;
}

/* Does the device cut it itself? */
static __attribute__((noinline)) bool
path_takes_gso(const struct ip_path *p, struct pkt *pkt, size_t len)
{
	if (pkt->gso == PKT_GSO_UDP || len > IP4_LEN_MAX)
		return false;
	/* Where headers begin says how long they are.  The long way would set
	 * both again. */
	pkt->l4_off = pkt->lin_off;
	pkt->l3_off = (uint16_t)(pkt->l4_off - IP4_HLEN);
	return ip_takes_gso(p->netif, pkt, len, min_u32(p->mtu, p->netif->mtu));
}

/* May a packet without its headers go that way as it is? */
static inline bool path_is_open(const struct ip_path *p, const struct pkt *pkt)
{
	const struct netif *netif = p->netif;

	return netif->is_up && pkt->lin_off >= ETH_HLEN + IP4_HLEN &&
	       memcmp(p->head + 6, netif->mac.o, 6) == 0;
}

/* ... and need not be cut?  @len: with the header of IP. */
static inline bool path_takes(const struct ip_path *p, struct pkt *pkt,
			      const struct ip_send *how, size_t len)
{
	if (how->opt_len || how->netif || !path_is_open(p, pkt))
		return false;
	if (pkt->gso_size)
		return path_takes_gso(p, pkt, len);
	return len <= p->mtu && len <= p->netif->mtu;
}

/* The header of the frame and that of IP, as ether_emit() and ip4_hdr_emit()
 * write them: a copy of what is always the same, and the rest of it in words of
 * eight octets, as they will be read.  @id: the second one of four. */
static inline void path_headers(uint8_t *frame, const struct ip_path *p,
				uint32_t id, const struct ip_mark *m,
				uint32_t len)
{
	uint32_t first = p->first | (uint32_t)m->tos << 16 | len;
	uint8_t ttl = m->ttl ? m->ttl : IP_TTL_DEFAULT;
	uint32_t third = (uint32_t)ttl << 8 | m->proto;
	uint32_t sum =
		p->sum + m->tos + len + third + (id >> 16) + (id & 0xffff);
	uint8_t *o = frame + ETH_HLEN;

	third = third << 16 | csum_fold(sum);
	memcpy(frame, p->head, sizeof(p->head));
	put64_whole(o, (uint64_t)first << 32 | id);
	put64_whole(o + 8, (uint64_t)third << 32 | p->src.v);
}

/* As ip_complete_csum(), behind headers that path_headers() wrote.  (150
 * instructions of a segment become 70.) */
HOT static inline void path_csum(struct pkt *pkt, uint8_t proto)
{
	const size_t off = ETH_HLEN + IP4_HLEN;
	uint16_t sum = csum_fold(pkt_csum_hot(pkt, off, pkt->len - off));

	if (UNLIKELY(proto == IP_PROTO_UDP))
		sum = udp_sum_to_send(sum);
	put16(pkt_data(pkt) + off + pkt->csum_off, sum);
	pkt->csum = PKT_CSUM_NONE;
}

static inline int path_send(const struct ip_path *p, struct stack *stack,
			    struct pkt *pkt, uint32_t id,
			    const struct ip_mark *m)
{
	uint32_t len = pkt->len + IP4_HLEN;
	struct netif *netif = p->netif;

	pkt->l4_off = pkt->lin_off;
	pkt->l3_off = (uint16_t)(pkt->l4_off - IP4_HLEN);
	path_headers(pkt_push(pkt, ETH_HLEN + IP4_HLEN), p, id, m, len);
	if (pkt->csum == PKT_CSUM_PARTIAL &&
	    !(netif->features & NETIF_F_CSUM_TX))
		path_csum(pkt, m->proto);
	return ether_output_whole(stack, netif, pkt);
}

/* What is too large as it is, or not ordinary. */
static __attribute__((noinline)) int output_cut(const struct ip_path *p,
						struct stack *stack,
						struct pkt *pkt,
						const struct ip_send *how)
{
	int err;

	if (pkt->gso_size && !how->opt_len && !how->netif &&
	    path_cut(stack, pkt, how, min_u32(p->mtu, p->netif->mtu), &err))
		return err;
	return ip_output_far(stack, pkt, how);
}

int ip_output(struct stack *stack, struct pkt *pkt, const struct ip_send *how)
{
	struct ip *ip = ip_of(stack);
	const struct ip_path *p = path_slot(ip, how->dst.v4);
	const struct ip_mark m = {how->proto, how->ttl, how->tos};

	pkt->is_relayed = false;
	if (!HAS_SHORT_WAYS || !path_is_for(p, stack, &how->src, &how->dst) ||
	    stack->place.env->probe)
		return ip_output_far(stack, pkt, how);
	if (!path_takes(p, pkt, how, pkt->len + IP4_HLEN))
		return output_cut(p, stack, pkt, how);
	return path_send(
		p, stack, pkt,
		how->df ? IP4_DF << 13 : (uint32_t)ip_id_next(ip) << 16, &m);
}

static __attribute__((noinline)) int output_ends_far(struct stack *stack,
						     struct pkt *pkt,
						     const struct ip_ends *e,
						     struct ip_mark m)
{
	struct ip_send how = {.src = *e->src,
			      .dst = *e->dst,
			      .proto = m.proto,
			      .ttl = m.ttl,
			      .tos = m.tos,
			      .df = true,
			      .ref = e->ref};

	return ip_output(stack, pkt, &how);
}

HOT int ip_output_ends(struct stack *stack, struct pkt *pkt,
		       const struct ip_ends *e, struct ip_mark m)
{
	const struct ip_path *p = path_slot(ip_of(stack), e->dst->v4);
	uint32_t len = pkt->len + IP4_HLEN;

	if (!HAS_SHORT_WAYS ||
	    UNLIKELY(!path_is_for(p, stack, e->src, e->dst)) ||
	    UNLIKELY(stack->place.env->probe) ||
	    UNLIKELY(!path_is_open(p, pkt)) || UNLIKELY(pkt->gso_size) ||
	    UNLIKELY(len > p->mtu) || UNLIKELY(len > p->netif->mtu))
		return output_ends_far(stack, pkt, e, m);
	pkt->is_relayed = false;
	return path_send(p, stack, pkt, IP4_DF << 13, &m);
}

ip4_addr path_home(struct ip *ip, ip4_addr dst)
{
	const struct ip_path *p = path_slot(ip, dst);

	if (HAS_SHORT_WAYS && p->epoch == ip->stack->epoch &&
	    p->dst.v == dst.v && p->netif->is_up)
		return p->home;
	return IP4_ANY;
}

uint32_t path_mtu(struct ip *ip, ip4_addr dst)
{
	const struct ip_path *p = path_slot(ip, dst);

	if (HAS_SHORT_WAYS && p->epoch == ip->stack->epoch &&
	    p->dst.v == dst.v && p->netif->mtu <= IP4_LEN_MAX)
		return min_u32(p->mtu, p->netif->mtu);
	return 0;
}

/* Do all packets to @dst leave by @hop, whoever sends them? */
static bool is_the_way(struct ip *ip, ip4_addr dst, const struct ip_hop *hop)
{
	const struct ip_route *r = route_find(ip, dst);
	struct ip_hop now = {.next_hop = dst};

	return r && r->ways < 2 && !ip_hop_by_route(ip, r, &now) &&
	       now.netif == hop->netif && now.src.v == hop->src.v &&
	       now.next_hop.v == hop->next_hop.v;
}

bool path_is_plain(const struct netif *netif)
{
	return netif->ops && !netif->ops->output && !ether_is_tagged(netif);
}

/* What all headers have in common; the fields that differ are zero. */
static void path_head(struct ip_path *p, const struct ether_hdr *link)
{
	uint8_t *o = p->head + ETH_HLEN;

	ether_emit(p->head, link);
	o[offsetof(struct ip4_wire, ver_hlen)] = IP_V4 << 4 | IP4_HLEN / 4;
	put_ip4(o + offsetof(struct ip4_wire, src), p->src);
	put_ip4(o + offsetof(struct ip4_wire, dst), p->dst);
	p->first = get32(o);
	p->sum = csum_fold_raw(csum_add(0, o, IP4_HLEN));
}

void path_learn(struct ip *ip, const struct ip_send *how,
		const struct ip_hop *hop, ip4_addr src)
{
	struct ether_hdr link = {.src = hop->netif->mac, .type = ETH_IP4};
	struct ip_path *p = path_slot(ip, how->dst.v4);
	bool is_floor = false;
	struct ip_path new = {
		.epoch = ip->stack->epoch,
		.netif = hop->netif,
		.dst = how->dst.v4,
		.asked = how->src.v4,
		.asked_family = how->src.family,
		.src = src,
		.home = hop->src,
	};

	if (how->opt_len || how->netif || hop->to_all || hop->to_group ||
	    path_is_for(p, ip->stack, &how->src, &how->dst))
		return;
	new.mtu = pmtu_get(ip->stack, how->dst, &is_floor);
	if (!new.mtu || new.mtu > IP4_LEN_MAX)
		new.mtu = IP4_LEN_MAX;
	if (is_floor || !path_is_plain(hop->netif) ||
	    !is_the_way(ip, how->dst.v4, hop) ||
	    !arp_current(ip->stack, hop->netif, hop->next_hop, &link.dst,
			 &new.until_ns))
		return;
	path_head(&new, &link);
	*p = new;
}
