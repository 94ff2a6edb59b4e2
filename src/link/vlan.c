// SPDX-License-Identifier: MIT
/*
 * vlan.c - interfaces for VLANs, and the tag itself (IEEE 802.1Q, 9.6)
 *
 * Theory of operation
 * ===================
 * A router with one cable can serve many networks if each frame says which one
 * it belongs to.  That is the tag; and what speaks for one network is a VLAN
 * interface.  It needs no code of its own in the protocols above: they see an
 * interface with an address, routes and neighbours.  Below, ether.c gives what
 * comes in with a tag to the interface of that VLAN, and writes the tag into
 * the header of what goes out by it.
 *
 * A tag for VLAN 0 names no network, it only has a priority; such a frame is
 * taken as if it had no tag.  A tag of a VLAN that has no interface here is
 * dropped (vlan_unknown): whoever reads along on a trunk is not in all of its
 * networks.
 *
 * Limits
 * ------
 * Interfaces are found by walking over all of them, which is fine for dozens.
 * Checksums and segmentation are left to the device only where the device does
 * not have to find its way behind a tag: never.
 */

#include "link/vlan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#include "wire/ether.h"

#include "core/pkt.h"
#include "core/probe.h"
#include "core/stack.h"

#include "link/ether_int.h"

#define MACS_LEN 12 /* both addresses: what stands in front of a tag */

int vlan_push(struct pkt *pkt, uint16_t tpid, uint16_t tci)
{
	uint8_t *p = pkt_need(pkt, ETH_HLEN);

	if (p)
		p = pkt_push(pkt, ETH_VLAN_LEN);
	if (!p)
		return -ENOBUFS;
	memmove(p, p + ETH_VLAN_LEN, MACS_LEN);
	put16(p + MACS_LEN, tpid);
	put16(p + MACS_LEN + 2, tci);
	return 0;
}

void vlan_pop(struct pkt *pkt)
{
	uint8_t *p = pkt_data(pkt);

	memmove(p + ETH_VLAN_LEN, p, MACS_LEN);
	pkt_pull(pkt, ETH_VLAN_LEN);
}

struct vlan_if *vlan_find(const struct ether *e, const struct netif *parent,
			  uint16_t vid)
{
	struct vlan_if *v;

	list_for_each_entry(v, &e->vlans, struct vlan_if, list)
		if (v->parent == parent && v->vid == vid)
			return v;
	return NULL;
}

/* A frame that did not come by ether_output(): it has a header, and no tag. */
static int vlan_transmit(struct netif *netif, struct pkt *pkt)
{
	struct vlan_if *v = netif->drv;

	if (vlan_push(pkt, ETH_VLAN, v->tci)) {
		pkt_drop(netif->place, pkt, DROP_no_memory);
		return -ENOBUFS;
	}
	return netif_transmit(v->parent, pkt);
}

const struct netif_ops vlan_ops = {.transmit = vlan_transmit};

bool ether_is_tagged(const struct netif *netif)
{
	return netif->ops == &vlan_ops;
}

static void vlan_init(struct stack *stack, struct vlan_if *v)
{
	char name[2 * NETIF_NAME_MAX];

	snprintf(name, sizeof(name), "%s.%u", v->parent->name, v->vid);
	netif_init(&v->netif, &stack->place, name, v->parent->mac);
	v->netif.ops = &vlan_ops;
	v->netif.drv = v;
	v->netif.mtu = v->parent->mtu;
	stack_add_netif(stack, &v->netif);
	PROBE(&stack->place, EV_NOTE, R_VLAN_IFACE, NULL,
	      EVF_TEXT("if", v->netif.name), EVF_TEXT("on", v->parent->name),
	      EVF_NUM("vlan", v->vid));
}

int vlan_add(struct stack *stack, struct netif *parent, uint16_t vid,
	     uint8_t priority, struct netif **out)
{
	struct ether *e = stack->slot[SLOT_LINK];
	struct vlan_if *v;

	if (!vid || vid > VLAN_ID_MAX || priority > 7)
		return -EINVAL;
	if (vlan_find(e, parent, vid))
		return -EEXIST;
	v = mem_alloc(stack->place.env->mem, sizeof(*v));
	if (!v)
		return -ENOMEM;
	v->parent = parent;
	v->vid = vid;
	v->tci = (uint16_t)(priority << VLAN_PRIORITY_SHIFT | vid);
	list_add_tail(&e->vlans, &v->list);
	vlan_init(stack, v);
	*out = &v->netif;
	return 0;
}

void vlan_fini(struct stack *stack)
{
	struct ether *e = stack->slot[SLOT_LINK];
	struct vlan_if *v;

	if (!e)
		return;
	while ((v = list_first_entry(&e->vlans, struct vlan_if, list))) {
		list_del(&v->list);
		stack_del_netif(stack, &v->netif);
		mem_free(stack->place.env->mem, v, sizeof(*v));
	}
}
