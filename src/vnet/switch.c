// SPDX-License-Identifier: MIT
/*
 * switch.c - a learning switch: look, learn, forward or flood
 *
 * Theory of operation
 * ===================
 * A frame that comes in at a port tells where its source lives, and that is
 * all a switch ever knows.  The destination is looked up in what was learned:
 *
 *	known, other port	forward to that port alone
 *	known, same port	discard: it has been there already
 *	unknown, or for all	flood: a copy to every other port
 *	a group			to those who want it, if that is known: snoop.c;
 *				else flood
 *
 * The frame itself is not changed, so pkt->reason, which says why the sender
 * made it, stays as it is; what the switch did is an event of its own, the
 * cause of the frames that leave.
 *
 * A group address as source is never learned, or all traffic to that group
 * would go to one port.  A damaged frame is discarded before it is looked at.
 *
 * In a loop of switches one broadcast frame would go round for ever and
 * multiply.  Two things stand against that: a port that is blocked takes part
 * in nothing (switch_block_port()), and floods from one port are limited to a
 * rate (switch_storm.c), so that even with a loop time goes on.  Which ports
 * are blocked is computed for the whole network (world_open_loops()), or the
 * switches find it out as real ones do (stp.c).
 *
 * With VLANs all this happens in the VLAN of the frame, as if there were a
 * switch for each (switch_vlan.c): an address is learned for it, a flood goes
 * to its ports alone.
 *
 * Limits: see struct switch_cfg.
 */

#include "vnet/switch.h"

#include "base/bytes.h"
#include "base/likely.h"

#include "wire/bpdu.h"
#include "wire/ether.h"

#include "core/netif_hot.h"
#include "core/pkt.h"
#include "core/probe.h"

#include "link/ether.h"
#include "vnet/mac_table_hot.h"
#include "vnet/snoop.h"
#include "vnet/stp.h"
#include "vnet/switch_int.h"
#include "vnet/vnet_int.h"

/* What the steps need to know about a frame that came in. */
struct switch_frame {
	struct switch_port *in;
	mac_addr dst, src;
	struct vlan_frame vlan;
	struct snoop *snoop; /* of its VLAN, if it is for a group */
};

static struct vswitch *switch_of_port(struct switch_port *sp)
{
	return container_of(sp->port->node, struct vswitch, node);
}

/* Forget what is too old. */
void switch_age(struct vswitch *sw)
{
	struct mac_entry *e;

	if (mac_table_is_fresh(&sw->table, switch_now(sw)))
		return;
	while ((e = mac_table_oldest(&sw->table, switch_now(sw)))) {
		PROBE(&sw->place, EV_LEARN, R_SW_AGE, NULL,
		      EVF_MAC("mac", &e->mac),
		      EVF_TEXT("port",
			       port_of_owner(e->owner)->port->netif.name),
		      EVF_NUM("entries", sw->table.tab.count - 1),
		      EVF_NUM(sw->has_vlans ? "vlan" : NULL, e->vid));
		sw->table.stats.aged++;
		mac_table_del(&sw->table, e);
	}
}

static void tell_learned(struct vswitch *sw, const struct switch_frame *f,
			 enum reason what)
{
	PROBE(&sw->place, EV_LEARN, what, NULL, EVF_MAC("mac", &f->src),
	      EVF_TEXT("port", f->in->port->netif.name),
	      EVF_NUM("entries", sw->table.tab.count),
	      EVF_NUM(sw->has_vlans ? "vlan" : NULL, f->vlan.vid));
}

static void switch_learn(struct vswitch *sw, const struct switch_frame *f)
{
	uint64_t evicted = sw->table.stats.evicted;

	switch (mac_table_learn(&sw->table, mac_key(f->src, f->vlan.vid),
				&f->in->owner, switch_now(sw))) {
	case MAC_NEW:
		tell_learned(sw, f, R_SW_LEARN);
		break;
	case MAC_MOVED:
		tell_learned(sw, f, R_SW_MOVE);
		break;
	case MAC_KNOWN:
	case MAC_REFUSED:
	case MAC_NO_ROOM:
		break;
	}
	if (sw->table.stats.evicted != evicted && !f->in->is_full) {
		f->in->is_full = true;
		tell_learned(sw, f, R_SW_FULL);
	}
}

/* 01:80:c2:00:00:00 to :0f concern one cable (IEEE 802.1D-2004, 7.12.6).  The
 * first is spanning tree's: a switch that has none passes it on, so that those
 * around it see a cable and not a wall. */
static bool is_reserved(mac_addr dst)
{
	mac_addr group = dst;

	group.o[5] = 0;
	return mac_eq(group, bpdu_group) && dst.o[5] && dst.o[5] < 0x10;
}

static bool may_send(const struct switch_port *sp)
{
	return !sp->is_blocked && !sp->is_mirror && sp->port->cable &&
	       stp_may_forward(sp->stp);
}

/* Does the port carry the VLAN of the frame? */
static bool is_in_vlan(const struct vswitch *sw, const struct switch_port *sp,
		       const struct switch_frame *f)
{
	return !sw->has_vlans || vlan_may_leave(switch_vlan_of(sp), &f->vlan);
}

/* The frames that leave are caused by the decision that was told. */
static void send_on(struct vswitch *sw, const struct switch_frame *f,
		    struct switch_port *sp, struct pkt *pkt, uint32_t cause)
{
	if (cause)
		pkt->cause = cause;
	if (sw->has_vlans && vlan_leave(switch_vlan_of(sp), pkt, &f->vlan)) {
		pkt_drop(&sw->place, pkt, DROP_no_memory);
		return;
	}
	if (sp->copy_out)
		switch_copy(sw, sp, MIRROR_OUT, pkt);
	(void)netif_transmit(&sp->port->netif, pkt);
}

/* Would a frame go there?  @way NULL: a flood. */
static bool is_target(const struct vswitch *sw, const struct switch_frame *f,
		      const struct switch_port *sp, const struct snoop_way *way)
{
	return sp != f->in && may_send(sp) && is_in_vlan(sw, sp, f) &&
	       (!way || snoop_goes_to(f->snoop, way, sp->port));
}

static unsigned int count_targets(struct vswitch *sw,
				  const struct switch_frame *f,
				  const struct snoop_way *way)
{
	struct list *pos;
	unsigned int n = 0;

	list_for_each(pos, &sw->ports) {
		struct switch_port *sp =
			list_entry(pos, struct switch_port, list);

		n += is_target(sw, f, sp, way);
	}
	return n;
}

/* A copy to all ports but that where it came in; the last one gets the frame
 * itself. */
static void flood_out(struct vswitch *sw, const struct switch_frame *f,
		      struct pkt *pkt, const struct snoop_way *way,
		      uint32_t cause)
{
	struct switch_port *last = NULL;
	struct list *pos;

	list_for_each(pos, &sw->ports) {
		struct switch_port *sp =
			list_entry(pos, struct switch_port, list);
		struct pkt *copy;

		if (!is_target(sw, f, sp, way))
			continue;
		if (last) {
			copy = pkt_clone(pkt);
			if (copy)
				send_on(sw, f, last, copy, cause);
			else
				sw->place.drops[DROP_no_memory]++;
		}
		last = sp;
	}
	if (last)
		send_on(sw, f, last, pkt, cause);
	else
		pkt_free(pkt); /* alone on the switch: sent to nobody */
}

static enum switch_storm storm_of(mac_addr dst)
{
	if (mac_is_broadcast(dst))
		return STORM_BROADCAST;
	return mac_is_group(dst) ? STORM_MULTICAST : STORM_UNKNOWN;
}

static void switch_flood(struct vswitch *sw, const struct switch_frame *f,
			 struct pkt *pkt)
{
	enum drop why = storm_check(sw, f->in, storm_of(f->dst));
	uint32_t n;

	if (why != DROP_COUNT) {
		pkt_drop(&sw->place, pkt, why);
		return;
	}
	sw->table.stats.flooded++;
	n = PROBE(&sw->place, EV_LOOKUP, R_SW_FLOOD, pkt,
		  EVF_MAC("mac", &f->dst),
		  EVF_TEXT("in", f->in->port->netif.name),
		  EVF_NUM("ports", count_targets(sw, f, NULL)),
		  EVF_NUM(sw->has_vlans ? "vlan" : NULL, f->vlan.vid));
	flood_out(sw, f, pkt, NULL, n);
}

/* To those who want the group.  False: it is not known who does. */
static bool switch_group(struct vswitch *sw, const struct switch_frame *f,
			 struct pkt *pkt)
{
	struct snoop_way way;
	struct ip_addr group;
	unsigned int ports;
	uint32_t n;

	if (!f->snoop)
		return false;
	way = snoop_frame(f->snoop, pkt, f->in->port);
	group = way.dst;
	if (way.verdict == SNOOP_FLOOD)
		return false;
	ports = count_targets(sw, f, &way);
	sw->table.stats.grouped++;
	sw->table.stats.spared += count_targets(sw, f, NULL) - ports;
	if (!ports) {
		pkt_drop(&sw->place, pkt, DROP_sw_no_member);
		return true;
	}
	n = PROBE(&sw->place, EV_LOOKUP, R_SW_GROUP, pkt,
		  EVF_IP("group", &group),
		  EVF_TEXT("in", f->in->port->netif.name),
		  EVF_NUM("ports", ports));
	flood_out(sw, f, pkt, &way, n);
	return true;
}

/* Why may it not go to this port, where its address lives?  DROP_COUNT: it
 * may. */
static enum drop check_out(const struct vswitch *sw,
			   const struct switch_frame *f,
			   const struct switch_port *out)
{
	if (out == f->in)
		return DROP_sw_same_port;
	if (!stp_may_forward(out->stp))
		return DROP_stp_blocked;
	return is_in_vlan(sw, out, f) ? DROP_COUNT : DROP_vlan_denied;
}

/* To one port, and to no other. */
static void send_to(struct vswitch *sw, const struct switch_frame *f,
		    struct mac_owner *owner, struct pkt *pkt)
{
	struct switch_port *out = port_of_owner(owner);
	enum drop why = check_out(sw, f, out);
	uint32_t n;

	if (why != DROP_COUNT) {
		pkt_drop(&sw->place, pkt, why);
		return;
	}
	sw->table.stats.forwarded++;
	n = PROBE(&sw->place, EV_LOOKUP, R_SW_FORWARD, pkt,
		  EVF_MAC("mac", &f->dst),
		  EVF_TEXT("in", f->in->port->netif.name),
		  EVF_TEXT("out", out->port->netif.name),
		  EVF_NUM(sw->has_vlans ? "vlan" : NULL, f->vlan.vid));
	send_on(sw, f, out, pkt, n);
}

static void switch_forward(struct vswitch *sw, const struct switch_frame *f,
			   struct pkt *pkt)
{
	struct mac_owner *owner = NULL, *also = NULL;
	struct pkt *copy;

	if (switch_group(sw, f, pkt))
		return;
	if (!mac_is_group(f->dst))
		owner = mac_table_find(&sw->table, mac_key(f->dst, f->vlan.vid),
				       switch_now(sw), &also);
	if (!owner) {
		switch_flood(sw, f, pkt);
		return;
	}
	if (also && also != &f->in->owner) {
		copy = pkt_clone(pkt);
		if (copy)
			send_to(sw, f, also, copy);
		else
			sw->place.drops[DROP_no_memory]++;
	}
	send_to(sw, f, owner, pkt);
}

/* To which VLAN does it belong?  False: to none here, and it is gone. */
static bool switch_enter(struct vswitch *sw, struct switch_frame *f,
			 struct pkt *pkt)
{
	const struct vlan_port *vp = switch_vlan_of(f->in);
	bool has_tag = get16(pkt_cdata(pkt) + 2 * sizeof(mac_addr)) == ETH_VLAN;
	enum drop why = vlan_enter(vp, pkt, &f->vlan);
	uint32_t n;

	if (why != DROP_COUNT) {
		pkt_drop(&sw->place, pkt, why);
		return false;
	}
	n = PROBE(&sw->place, EV_LOOKUP, R_SW_VLAN, pkt,
		  EVF_NUM("vlan", f->vlan.vid),
		  EVF_TEXT("in", f->in->port->netif.name),
		  EVF_TEXT("text", vlan_why(vp, &f->vlan, has_tag)));
	if (n)
		pkt->cause = n;
	return true;
}

/* Is it for one of the groups that no switch passes on?  Takes @pkt if so. */
static bool switch_keep(struct vswitch *sw, const struct switch_frame *f,
			struct pkt *pkt)
{
	if (f->in->stp && mac_eq(f->dst, bpdu_group)) {
		stp_input(f->in->stp, pkt);
		return true;
	}
	if (!is_reserved(f->dst))
		return false;
	pkt_drop(&sw->place, pkt, DROP_sw_reserved);
	return true;
}

/* A frame has come in whole. */
static void switch_take(struct vswitch *sw, struct switch_frame *f,
			struct pkt *pkt)
{
	if (mac_is_group(f->dst) && switch_keep(sw, f, pkt))
		return;
	if (sw->has_vlans && !switch_enter(sw, f, pkt))
		return;
	if (mac_is_group(f->dst) && !sw->table.cfg.is_deaf)
		f->snoop = switch_snoop(sw, f->vlan.vid);
	switch_age(sw);
	if (stp_may_learn(f->in->stp))
		switch_learn(sw, f);
	if (stp_may_forward(f->in->stp))
		switch_forward(sw, f, pkt);
	else
		pkt_drop(&sw->place, pkt, DROP_stp_blocked);
}

/* Why does a frame not even come in?  DROP_COUNT: it does. */
static enum drop check_in(const struct switch_port *in, struct pkt *pkt)
{
	const struct ether_wire *w = (const void *)pkt_need(pkt, sizeof(*w));

	if (in->is_blocked)
		return DROP_link_down;
	if (!w)
		return DROP_l2_short;
	if (pkt->has_fcs && pkt->fcs != ether_fcs(pkt))
		return DROP_l2_fcs;
	if (mac_is_group(get_mac(w->src)))
		return DROP_mac_src_group;
	return in->is_mirror ? DROP_sw_mirror : DROP_COUNT;
}

/* Has nobody said anything about this switch, or this port of it, that makes it
 * more than a table of addresses?  And is the frame what most are: whole, from
 * one station to one? */
static inline bool is_simple(const struct vswitch *sw,
			     const struct switch_port *in,
			     const struct pkt *pkt)
{
	const uint8_t *p = pkt_cdata(pkt);

	return pkt->lin_len >= ETH_HLEN && !pkt->has_fcs &&
	       !((p[0] | p[sizeof(mac_addr)]) & 1) && !sw->place.env->probe &&
	       !sw->has_vlans && !sw->marks_dhcp && !in->is_blocked &&
	       !in->is_mirror && !in->copy_in && !in->stp;
}

/* The ordinary frame: from a known address to another, in one look at the table.
 * The steps of switch_take() would come to the same; nothing else is decided
 * here: tests/unit/vnet/switch_plain_test.c.  (380 instructions become 180,
 * with those of the device that sends.) */
static inline bool switch_plain(struct vswitch *sw, struct switch_port *in,
				struct pkt *pkt)
{
	struct switch_port *out;
	struct mac_owner *owner;

	owner = mac_table_pass(&sw->table, pkt_cdata(pkt), &in->owner,
			       switch_now(sw));
	if (UNLIKELY(!owner))
		return false;
	out = port_of_owner(owner);
	if (UNLIKELY(out == in || out->copy_out || out->stp))
		return false;
	sw->table.stats.forwarded++;
	(void)netif_transmit_hot(&out->port->netif, pkt);
	return true;
}

/* Any other, step by step. */
static __attribute__((noinline)) void
switch_input_far(struct vswitch *sw, struct switch_port *in, struct pkt *pkt)
{
	enum drop why = check_in(in, pkt);
	const struct ether_wire *w;
	struct switch_frame f = {.in = in};

	if (why != DROP_COUNT) {
		pkt_drop(&sw->place, pkt, why);
		return;
	}
	pkt->has_fcs = false; /* it was checked; who sends it makes a new one */
	w = (const void *)pkt_cdata(pkt);
	f.dst = get_mac(w->dst);
	f.src = get_mac(w->src);
	if (in->copy_in)
		switch_copy(sw, in, MIRROR_IN, pkt);
	if (sw->marks_dhcp)
		pkt = switch_dhcp(sw, in, pkt);
	if (pkt)
		switch_take(sw, &f, pkt);
}

HOT void switch_input(struct netif *netif, struct pkt *pkt)
{
	struct switch_port *in = netif->owner;
	struct vswitch *sw = switch_of_port(in);

	if (UNLIKELY(!is_simple(sw, in, pkt)) || !switch_plain(sw, in, pkt))
		switch_input_far(sw, in, pkt);
}
