// SPDX-License-Identifier: MIT
/*
 * switch_vlan.c - one switch, many networks (IEEE 802.1Q, 6.9, 8.6)
 *
 * Theory of operation
 * ===================
 * What a frame belongs to is decided once, where it comes in; inside the switch
 * it has no tag, only a number beside it; where it leaves it gets the tag that
 * the port wants.
 *
 *	comes in	access port	trunk			tunnel
 *	no tag		its VLAN	native VLAN, or		its VLAN
 *					vlan_untagged
 *	VLAN 0		its VLAN	the same; the priority	its VLAN, tag kept
 *			(priority)	is kept
 *	VLAN n		vlan_tagged	n if it carries n,	its VLAN, tag kept
 *					else vlan_denied
 *	VLAN 4095	vlan_reserved	vlan_reserved		its VLAN, tag kept
 *	two tags	vlan_tagged	vlan_double; if the	its VLAN, tags kept
 *					outer is 802.1ad: its VLAN
 *
 * An access port takes no tags: who writes one hopes to reach a network that is
 * not his.  The classic way there is two tags, the outer one for the native
 * VLAN of a trunk, which would be taken off, so that the next switch finds the
 * inner one.  A second tag is dropped, unless a tunnel has put the outer one
 * there: that has a type of its own (802.1ad), leaves by trunks and tunnels
 * only, and what is inside is never looked at.
 *
 * Invariants
 * ----------
 *  (1) A frame leaves by a port only if the port carries its VLAN.
 *  (2) What leaves by an access port has no tag of this switch's networks.
 */

#include "vnet/switch_vlan.h"

#include <errno.h>

#include "base/bytes.h"

#include "wire/ether.h"

#include "core/pkt.h"

#include "link/vlan.h"

#define TYPE_AT	  12
#define TAGGED	  (ETH_HLEN + ETH_VLAN_LEN)
#define PRIO_MASK 0xf000 /* priority and drop eligibility */

static bool is_tag(uint16_t type)
{
	return type == ETH_VLAN || type == ETH_QINQ;
}

static enum drop enter_untagged(const struct vlan_port *vp,
				struct vlan_frame *f, uint16_t prio)
{
	if (!vp->pvid)
		return DROP_vlan_untagged;
	*f = (struct vlan_frame){vp->pvid, ETH_VLAN, prio};
	return DROP_COUNT;
}

/* May a tag of this kind come in here at all? */
static enum drop check_tag(const struct vlan_port *vp, uint16_t tpid,
			   uint16_t vid, uint16_t inner)
{
	if (vid > VLAN_ID_MAX)
		return DROP_vlan_reserved;
	if (vp->mode == VLAN_ACCESS && (vid || tpid == ETH_QINQ))
		return DROP_vlan_tagged;
	if (tpid == ETH_VLAN && is_tag(inner))
		return DROP_vlan_double;
	return DROP_COUNT;
}

static enum drop enter_tagged(const struct vlan_port *vp, struct pkt *pkt,
			      struct vlan_frame *f)
{
	const uint8_t *p = pkt_need(pkt, TAGGED);
	uint16_t tpid, tci, vid;
	enum drop why;

	if (!p)
		return DROP_l2_short;
	tpid = get16(p + TYPE_AT);
	tci = get16(p + TYPE_AT + 2);
	vid = tci & VLAN_ID_MASK;
	why = check_tag(vp, tpid, vid, get16(p + TYPE_AT + 4));
	if (why != DROP_COUNT)
		return why;
	if (!vid && tpid == ETH_VLAN)
		why = enter_untagged(vp, f, tci & PRIO_MASK);
	else if (!vlan_carries(vp, vid))
		why = DROP_vlan_denied;
	else
		*f = (struct vlan_frame){vid, tpid, tci & PRIO_MASK};
	if (why == DROP_COUNT)
		vlan_pop(pkt);
	return why;
}

enum drop vlan_enter(const struct vlan_port *vp, struct pkt *pkt,
		     struct vlan_frame *f)
{
	if (vp->mode == VLAN_TUNNEL) {
		*f = (struct vlan_frame){vp->pvid, ETH_QINQ, 0};
		return DROP_COUNT;
	}
	if (is_tag(get16(pkt_cdata(pkt) + TYPE_AT)))
		return enter_tagged(vp, pkt, f);
	return enter_untagged(vp, f, 0);
}

const char *vlan_why(const struct vlan_port *vp, const struct vlan_frame *f,
		     bool has_tag)
{
	if (vp->mode == VLAN_TUNNEL)
		return "the port carries all that comes inside one VLAN";
	if (vp->mode == VLAN_TRUNK && f->vid != vp->pvid)
		return "its tag says so";
	if (has_tag)
		return "its tag says how urgent it is and no more; the port is "
		       "of that VLAN";
	return vp->mode == VLAN_TRUNK
		       ? "it has no tag; that is the native VLAN of the trunk"
		       : "the port is of that VLAN";
}

bool vlan_may_leave(const struct vlan_port *vp, const struct vlan_frame *f)
{
	bool is_tunnelled = f->tpid == ETH_QINQ;

	if (vp->mode == VLAN_TUNNEL)
		return is_tunnelled && f->vid == vp->pvid;
	if (vp->mode == VLAN_TRUNK && vlan_carries(vp, f->vid))
		return true;
	return !is_tunnelled && f->vid == vp->pvid;
}

/* The tag is gone, and with it four of the octets that a frame must have. */
static int pad(struct pkt *pkt)
{
	static const uint8_t zeroes[ETH_FRAME_MIN];

	if (pkt->len >= ETH_FRAME_MIN)
		return 0;
	if (!pkt_need(pkt, pkt->len) ||
	    pkt_append(pkt, zeroes, ETH_FRAME_MIN - pkt->len))
		return -ENOBUFS;
	return 0;
}

int vlan_leave(const struct vlan_port *vp, struct pkt *pkt,
	       const struct vlan_frame *f)
{
	if (vp->mode != VLAN_TRUNK ||
	    (f->vid == vp->pvid && f->tpid == ETH_VLAN))
		return pad(pkt);
	return vlan_push(pkt, f->tpid, (uint16_t)(f->prio | f->vid));
}
