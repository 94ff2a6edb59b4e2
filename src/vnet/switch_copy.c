// SPDX-License-Identifier: MIT
/*
 * switch_copy.c - a port that shows what passes at another
 *
 * On a hub everybody hears everything, and whoever wants to know what goes on
 * plugs in and listens.  A switch takes that away, so it gives it back: frames
 * of one port are copied to another one, where somebody listens (SPAN, port
 * mirroring).  A copy is a frame as it was on the cable, tag and all.
 *
 * The port with the listener takes part in nothing else.  Its own frames are
 * dropped, and nothing is flooded there, or he would see frames twice and
 * could be a member of networks that he only watches.
 */

#include "base/check.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "vnet/switch_int.h"
#include "vnet/vnet_int.h"

void switch_mirror(struct port *from, struct port *to, enum mirror_dir dirs)
{
	struct switch_port *of = from->netif.owner, *copy = to->netif.owner;

	check(from->node == to->node && from != to);
	copy->is_mirror = true;
	switch_flush_port(to);
	if (dirs & MIRROR_IN)
		of->copy_in = copy;
	if (dirs & MIRROR_OUT)
		of->copy_out = copy;
}

void switch_copy(struct vswitch *sw, struct switch_port *of,
		 enum mirror_dir dir, const struct pkt *pkt)
{
	struct switch_port *to = dir == MIRROR_IN ? of->copy_in : of->copy_out;
	struct pkt *copy;
	uint32_t n;

	if (!to || !to->port->cable)
		return;
	copy = pkt_clone(pkt);
	if (!copy) {
		sw->place.drops[DROP_no_memory]++;
		return;
	}
	n = PROBE(&sw->place, EV_NOTE, R_SW_MIRROR, pkt,
		  EVF_TEXT("port", of->port->netif.name),
		  EVF_TEXT("to", to->port->netif.name),
		  EVF_TEXT("text",
			   dir == MIRROR_IN ? "that came in" : "that leaves"));
	if (n)
		copy->cause = n;
	(void)netif_transmit(&to->port->netif, copy);
}
