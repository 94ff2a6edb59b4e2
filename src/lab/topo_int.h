/* SPDX-License-Identifier: MIT */
#ifndef LAB_TOPO_INT_H
#define LAB_TOPO_INT_H

/*
 * topo_int.h - what the passes over a topology share; private to lab/
 */

#include "lab/topo.h"

struct topo_ctx {
	struct topo *topo;
	struct diag *diag;
	struct arena *arena;
	struct lab_spec *spec;
};

/* Which networks each switch tells apart (topo_vlan.c). */
void topo_vlans(struct topo_ctx *c);

/* @node's interfaces for VLANs on the cable to @sw, which it knows as @on and
 * where its interface is @base. */
void topo_ifaces_vlan(struct topo_ctx *c, struct lab_node *node,
		      const struct lab_node *sw, const struct lab_str *on,
		      const char *base);

/* Its interface for that VLAN on the cable to @on, or NULL. */
struct lab_iface *topo_iface_vlan(const struct lab_node *node, const char *on,
				  uint16_t vid);

/* Find the segments, their networks' places and their ports. */
void topo_segments(struct topo_ctx *c);

#endif /* LAB_TOPO_INT_H */
