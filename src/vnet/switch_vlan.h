/* SPDX-License-Identifier: MIT */
#ifndef VNET_SWITCH_VLAN_H
#define VNET_SWITCH_VLAN_H

/*
 * switch_vlan.h - which networks a port of a switch carries (IEEE 802.1Q)
 *
 * A switch none of whose ports was told anything of VLANs passes tags on as it
 * passes everything on.  As soon as one port was, all have a VLAN: the others
 * are access ports of VLAN 1.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/drop.h"

#define VLAN_WORDS   64 /* 64-bit words for 4096 VLANs */
#define VLAN_DEFAULT 1

struct pkt;
struct port;

enum vlan_mode {
	VLAN_ACCESS, /* one VLAN, no tags: for hosts */
	VLAN_TRUNK,  /* many, told apart by tags: for switches and routers */
	VLAN_TUNNEL, /* one; whatever comes, tags too, is carried inside it */
};

/**
 * struct vlan_port - what a port does about VLANs
 * @mode:	Which kind of port it is
 * @pvid:	VLAN of what has no tag; of a trunk the native VLAN, which
 *		leaves without a tag, too.  0: such frames are dropped
 * @carries:	VLAN_TRUNK: a bit for each VLAN with tags
 */
struct vlan_port {
	enum vlan_mode mode;
	uint16_t pvid;
	uint64_t carries[VLAN_WORDS];
};

/**
 * struct vlan_frame - what a frame on its way through a switch belongs to
 * @vid:	Its VLAN; 0: the switch knows of none
 * @tpid:	ETH_VLAN, or ETH_QINQ: a tunnel
 * @prio:	Priority and drop eligibility, where they stand in a tag
 */
struct vlan_frame {
	uint16_t vid;
	uint16_t tpid;
	uint16_t prio;
};

static inline void vlan_carry(struct vlan_port *vp, uint16_t vid)
{
	vp->carries[vid / 64 % VLAN_WORDS] |= UINT64_C(1) << (vid % 64);
}

static inline bool vlan_carries(const struct vlan_port *vp, uint16_t vid)
{
	return vp->carries[vid / 64 % VLAN_WORDS] >> (vid % 64) & 1;
}

/**
 * switch_set_vlan() - Say what a port does about VLANs
 * @port:	Of a switch
 * @vp:		Copied
 *
 * The switch forgets all addresses: they were learned for other networks.
 *
 * Return: 0, -EINVAL (a VLAN beyond 4094, or none where one is needed),
 * -ENOMEM
 */
int switch_set_vlan(struct port *port, const struct vlan_port *vp);

/* Used by switch.c only */

/**
 * vlan_enter() - To which VLAN does a frame belong that comes in?
 * @vp:		Of the port
 * @pkt:	14 octets at least, in the linear part.  Its tag is taken off,
 *		but not at a tunnel
 * @f:		Set when it may pass
 *
 * Return: DROP_COUNT if it may pass, else why it may not
 */
enum drop vlan_enter(const struct vlan_port *vp, struct pkt *pkt,
		     struct vlan_frame *f);

/* Why it is that VLAN, for a person. */
const char *vlan_why(const struct vlan_port *vp, const struct vlan_frame *f,
		     bool has_tag);

/* May it leave by a port? */
bool vlan_may_leave(const struct vlan_port *vp, const struct vlan_frame *f);

/* Make it ready for the port that it may leave by: a tag, or padding where
 * one was.  0 or -ENOBUFS. */
int vlan_leave(const struct vlan_port *vp, struct pkt *pkt,
	       const struct vlan_frame *f);

#endif /* VNET_SWITCH_VLAN_H */
