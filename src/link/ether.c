// SPDX-License-Identifier: MIT
/*
 * ether.c - Ethernet: which frames are for us, and for which protocol
 *
 * Theory of operation
 * ===================
 * A frame that arrives passes these steps in this order; each may drop it
 * under its own name.
 *
 *	1  length		l2_short, rx_oversize
 *	2  frame check sequence	l2_fcs
 *	3  header		l2_len, mac_src_group
 *	4  destination		l2_other
 *	5  VLAN tag		vlan_unknown
 *	6  type			l2_proto
 *
 * The check sequence comes before the header, for in a damaged frame no field
 * means anything.  Drivers of real devices never show it to us; a cable of
 * the virtual network does when it has flipped bits.
 *
 * Sending is the mirror, shorter: push the header, pad to the minimum with
 * zeroes (never with what happens to lie in memory), hand to the device.
 *
 * A frame with a length instead of a type (802.3) is taken if a SNAP header
 * behind it says the type; others of that kind are for nobody here.  We send
 * types only, as RFC 1122, 2.3.3, wants.
 *
 * A frame with an 802.1Q tag belongs to the interface of its VLAN: vlan.c.
 *
 * A driver whose link is no Ethernet (PPP) has its own way in and out, and
 * hands what is behind its header to ether_deliver().
 */

#include "link/ether.h"

#include <errno.h>
#include <string.h>

#include "base/crc32.h"
#include "base/likely.h"

#include "wire/ether.h"
#include "wire/llc.h"

#include "core/netif_hot.h"
#include "core/pkt.h"
#include "core/stack.h"

#include "link/ether_int.h"
#include "link/vlan.h"

static ether_input_fn *ether_find(const struct ether *e, uint16_t type)
{
	int i;

	for (i = 0; i < e->type_count; i++)
		if (e->types[i].type == type)
			return e->types[i].fn;
	return NULL;
}

/* Largest frame the interface may bring; a VLAN tag comes on top.  A device
 * that segments for us may also join segments for us; those packets say so in
 * gso_size.  @p: the Ethernet header. */
static size_t frame_max(const struct netif *netif, const struct pkt *pkt,
			const uint8_t *p)
{
	size_t mtu = netif->mtu;

	if (pkt->gso_size && netif->gso_max > mtu)
		mtu = netif->gso_max;
	if (get16(p + ETH_HLEN - 2) == ETH_VLAN)
		mtu += ETH_VLAN_LEN;
	return mtu + ETH_HLEN;
}

uint32_t ether_fcs(const struct pkt *pkt)
{
	uint32_t crc = crc32_update(0, pkt_cdata(pkt), pkt->lin_len);
	int i;

	for (i = 0; i < pkt->frag_count; i++) {
		const struct frag *f = &pkt->frag[i];

		crc = crc32_update(crc, f->blk->data + f->off, f->len);
	}
	return crc;
}

static enum pkt_dest dest_of(const struct netif *netif, mac_addr dst)
{
	if (mac_eq(dst, netif->mac))
		return PKT_TO_US;
	if (mac_is_broadcast(dst))
		return PKT_TO_ALL;
	return mac_is_group(dst) ? PKT_TO_GROUP : PKT_TO_OTHER;
}

/* Steps 1 to 4.  Returns DROP_COUNT if the frame is good. */
static enum drop ether_accept(const struct netif *netif, struct pkt *pkt,
			      struct ether_hdr *hdr)
{
	const uint8_t *p = pkt_need(pkt, ETH_HLEN);

	if (!p)
		return DROP_l2_short;
	if (pkt->len > frame_max(netif, pkt, p))
		return DROP_rx_oversize;
	if (pkt->has_fcs && ether_fcs(pkt) != pkt->fcs)
		return DROP_l2_fcs;
	pkt->has_fcs = false;
	if (ether_parse(hdr, p, pkt->len) < 0)
		return DROP_l2_len;
	if (mac_is_group(hdr->src))
		return DROP_mac_src_group;
	pkt->dest = (uint8_t)dest_of(netif, hdr->dst);
	return pkt->dest == PKT_TO_OTHER ? DROP_l2_other : DROP_COUNT;
}

/* A frame with a length: cut it to that, and learn the type from its SNAP
 * header (RFC 1042); none: the type stays 0.  Returns the header's octets. */
static size_t ether_snap(struct pkt *pkt, struct ether_hdr *hdr)
{
	const uint8_t *p = pkt_need(pkt, ETH_HLEN + LLC_SNAP_LEN);
	struct llc_hdr llc;

	if (!p || hdr->has_vlan ||
	    llc_parse(&llc, p + ETH_HLEN, hdr->length) != LLC_SNAP_LEN ||
	    llc.org != 0)
		return ETH_HLEN;
	pkt_trim(pkt, ETH_HLEN + (size_t)hdr->length);
	hdr->type = llc.type;
	return ETH_HLEN + LLC_SNAP_LEN;
}

/* The interface to which a frame belongs: that of its VLAN, or @netif. */
static struct netif *ether_netif(const struct ether *e, struct netif *netif,
				 const struct pkt *pkt,
				 const struct ether_hdr *hdr)
{
	struct vlan_if *v;

	if (!hdr->has_vlan || !ether_vlan_id(hdr))
		return netif;
	v = vlan_find(e, netif, ether_vlan_id(hdr));
	if (!v || !v->netif.is_up)
		return NULL;
	v->netif.stats.rx_frames++;
	v->netif.stats.rx_octets += pkt->len - ETH_VLAN_LEN;
	return &v->netif;
}

/* Step 6: what it carries is somebody's here. */
static void ether_up(struct stack *stack, struct pkt *pkt,
		     struct ether_hdr *hdr)
{
	size_t len = hdr->type ? hdr->len : ether_snap(pkt, hdr);
	ether_input_fn *fn = ether_find(stack->slot[SLOT_LINK], hdr->type);

	if (!fn && pkt->is_heard) {
		pkt_free(pkt);
		return;
	}
	if (!fn) {
		pkt_drop(&stack->place, pkt, DROP_l2_proto);
		return;
	}
	pkt->l2_off = pkt->lin_off;
	pkt_pull(pkt, len);
	pkt->l3_off = pkt->lin_off;
	fn(stack, pkt);
}

void ether_deliver(struct stack *stack, struct pkt *pkt, uint16_t type)
{
	ether_input_fn *fn = ether_find(stack->slot[SLOT_LINK], type);

	if (fn)
		fn(stack, pkt);
	else
		pkt_drop(&stack->place, pkt, DROP_l2_proto);
}

/* The ordinary frame: IP of either version, without a tag, for us alone.  The
 * six steps would let it pass unchanged; nothing else is decided here. */
static inline bool is_plain(const struct ether *e, const struct netif *netif,
			    const struct pkt *pkt)
{
	const uint8_t *p = pkt_cdata(pkt);
	uint16_t type;

	if ((netif->ops && UNLIKELY(netif->ops->input)) ||
	    UNLIKELY(pkt->lin_len < ETH_HLEN))
		return false;
	type = get16(p + ETH_HLEN - 2);
	if ((UNLIKELY(type != ETH_IP4) && type != ETH_IP6) ||
	    UNLIKELY(memcmp(p, netif->mac.o, 6) != 0) || UNLIKELY(p[6] & 1))
		return false;
	return LIKELY(!e->tap && !pkt->has_fcs &&
		      pkt->len <= (size_t)netif->mtu + ETH_HLEN);
}

static void ether_input(struct stack *stack, struct netif *netif,
			struct pkt *pkt);

/* All six steps. */
static __attribute__((noinline)) void
ether_input_far(struct stack *stack, struct netif *netif, struct pkt *pkt)
{
	const struct ether *e = stack->slot[SLOT_LINK];
	struct ether_hdr hdr;
	enum drop why;

	if (netif->ops && netif->ops->input) {
		netif->ops->input(netif, pkt);
		return;
	}
	why = ether_accept(netif, pkt, &hdr);
	pkt->is_heard = false;
	if (e->tap && (why == DROP_COUNT || why == DROP_l2_other))
		pkt->is_heard = e->tap(stack, netif, pkt, false);
	if (why != DROP_COUNT) {
		pkt_drop(&stack->place, pkt, why);
		return;
	}
	netif = ether_netif(e, netif, pkt, &hdr);
	if (!netif) {
		pkt_drop(&stack->place, pkt, DROP_vlan_unknown);
		return;
	}
	if (hdr.has_vlan && !pkt_need(pkt, hdr.len)) {
		pkt_drop(&stack->place, pkt, DROP_l2_short);
		return;
	}
	pkt->netif = netif;
	if (hdr.has_vlan && hdr.type == ETH_VLAN && ether_vlan_id(&hdr)) {
		vlan_pop(pkt); /* a VLAN in a VLAN: eth0.10.20 */
		ether_input(stack, netif, pkt);
		return;
	}
	ether_up(stack, pkt, &hdr);
}

/* Nothing comes after who takes it, so this is gone when he works.  (160
 * instructions of the six steps become 50.) */
HOT static void ether_input(struct stack *stack, struct netif *netif,
			    struct pkt *pkt)
{
	const struct ether *e = stack->slot[SLOT_LINK];
	ether_input_fn *fn = NULL;

	if (LIKELY(is_plain(e, netif, pkt)))
		fn = e->ip[get16(pkt_cdata(pkt) + ETH_HLEN - 2) == ETH_IP6];
	if (UNLIKELY(!fn)) {
		ether_input_far(stack, netif, pkt);
		return;
	}
	pkt->dest = PKT_TO_US;
	pkt->is_heard = false;
	pkt->netif = netif;
	pkt->l2_off = pkt->lin_off;
	pkt_pull(pkt, ETH_HLEN);
	pkt->l3_off = pkt->lin_off;
	fn(stack, pkt);
}

int ether_init(struct stack *stack)
{
	struct ether *e = mem_alloc(stack->place.env->mem, sizeof(*e));

	if (!e)
		return -ENOMEM;
	list_init(&e->vlans);
	stack->slot[SLOT_LINK] = e;
	stack->link_input = ether_input;
	return 0;
}

void ether_fini(struct stack *stack)
{
	vlan_fini(stack);
	mem_free(stack->place.env->mem, stack->slot[SLOT_LINK],
		 sizeof(struct ether));
	stack->slot[SLOT_LINK] = NULL;
}

int ether_register(struct stack *stack, uint16_t type, ether_input_fn *fn)
{
	struct ether *e = stack->slot[SLOT_LINK];

	if (ether_find(e, type))
		return -EEXIST;
	if (e->type_count == ETHER_TYPES_MAX)
		return -ENOSPC;
	e->types[e->type_count].type = type;
	e->types[e->type_count].fn = fn;
	e->type_count++;
	if (type == ETH_IP4 || type == ETH_IP6)
		e->ip[type == ETH_IP6] = fn;
	return 0;
}

/* Lengthen a short frame with zeroes.  Its few octets of payload are drawn
 * into the linear part, so that the pad can follow them without a block. */
static int ether_pad(struct pkt *pkt)
{
	static const uint8_t zeroes[ETH_FRAME_MIN];

	if (!pkt_need(pkt, pkt->len))
		return -ENOBUFS;
	return pkt_append(pkt, zeroes, ETH_FRAME_MIN - pkt->len);
}

/* Link header in place and padded: out, by the device itself. */
static __attribute__((noinline)) int
ether_send(struct stack *stack, struct netif *netif, struct pkt *pkt)
{
	const struct ether *e = stack->slot[SLOT_LINK];
	struct vlan_if *v = vlan_of(netif);

	if (pkt->len < ETH_FRAME_MIN && !(netif->features & NETIF_F_LOOPBACK) &&
	    ether_pad(pkt)) {
		pkt_drop(&stack->place, pkt, DROP_no_memory);
		return -ENOMEM;
	}
	if (e->tap)
		e->tap(stack, v ? v->parent : netif, pkt, true);
	if (!v)
		return netif_transmit(netif, pkt);
	netif->stats.tx_frames++;
	netif->stats.tx_octets += pkt->len - ETH_VLAN_LEN;
	return netif_transmit(v->parent, pkt);
}

int ether_output(struct stack *stack, struct netif *netif, struct pkt *pkt,
		 mac_addr dst, uint16_t type)
{
	struct ether_hdr hdr = {.dst = dst, .src = netif->mac, .type = type};
	const struct vlan_if *v = vlan_of(netif);
	uint8_t *p;

	if (v) {
		hdr.has_vlan = true;
		hdr.tci = v->tci;
	}
	pkt->l3_off = pkt->lin_off;
	if (netif->ops && netif->ops->output)
		return netif->ops->output(netif, pkt, type);
	pkt->link = PKT_ETHER;
	p = pkt_push(pkt, ether_len(&hdr));
	if (!p) {
		pkt_drop(&stack->place, pkt, DROP_no_memory);
		return -ENOBUFS;
	}
	ether_emit(p, &hdr);
	pkt->l2_off = pkt->lin_off;
	pkt->has_fcs = false;
	return ether_send(stack, netif, pkt);
}

void ether_tap_set(struct stack *stack, ether_tap_fn *fn)
{
	struct ether *e = stack->slot[SLOT_LINK];

	e->tap = fn;
}

HOT int ether_output_whole(struct stack *stack, struct netif *netif,
			   struct pkt *pkt)
{
	const struct ether *e = stack->slot[SLOT_LINK];

	pkt->l2_off = pkt->lin_off;
	pkt->has_fcs = false;
	pkt->link = PKT_ETHER;
	if (UNLIKELY(e->tap) || UNLIKELY(pkt->len < ETH_FRAME_MIN) ||
	    UNLIKELY(vlan_of(netif)))
		return ether_send(stack, netif, pkt);
	return netif_transmit_hot(netif, pkt);
}
