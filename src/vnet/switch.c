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
 * rate (a bucket of tokens), so that even with a loop time goes on.  Which
 * ports are blocked is computed for the whole network (world_open_loops()), or
 * the switches find it out as real ones do (stp.c).
 *
 * Limits: see struct switch_cfg.
 */

#include "vnet/switch.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "wire/ether.h"

#include "core/netif.h"
#include "core/pkt.h"
#include "core/probe.h"

#include "vnet/mac_table.h"
#include "vnet/snoop.h"
#include "vnet/stp.h"
#include "vnet/switch_int.h"
#include "vnet/vnet_int.h"

const struct switch_cfg switch_cfg_default = {
	.age_ns = 300 * NS_PER_S, /* IEEE 802.1D, 7.9.2 */
	.table_max = 8192,
	.port_max = 2048,
	.moves_per_s = 5,
	.floods_per_s = 20000,
	.flood_burst = 2000,
};

struct vswitch *switch_of(struct node *node)
{
	if (node->kind != NODE_SWITCH)
		return NULL;
	return container_of(node, struct vswitch, node);
}

struct node *switch_node(struct vswitch *sw)
{
	return &sw->node;
}

static uint64_t now_of(const struct vswitch *sw)
{
	return sw->place.env->now_ns;
}

static struct vswitch *switch_of_port(struct switch_port *sp)
{
	return container_of(sp->port->node, struct vswitch, node);
}

static struct switch_port *port_of_owner(struct mac_owner *owner)
{
	return container_of(owner, struct switch_port, owner);
}

/* Forget what is too old. */
static void switch_age(struct vswitch *sw)
{
	struct mac_entry *e;

	while ((e = mac_table_oldest(&sw->table, now_of(sw)))) {
		PROBE(&sw->place, EV_LEARN, R_SW_AGE, NULL,
		      EVF_MAC("mac", &e->mac),
		      EVF_TEXT("port",
			       port_of_owner(e->owner)->port->netif.name),
		      EVF_NUM("entries", sw->table.tab.count - 1));
		sw->table.stats.aged++;
		mac_table_del(&sw->table, e);
	}
}

static void tell_learned(struct vswitch *sw, struct switch_port *sp,
			 enum reason what, mac_addr mac)
{
	PROBE(&sw->place, EV_LEARN, what, NULL, EVF_MAC("mac", &mac),
	      EVF_TEXT("port", sp->port->netif.name),
	      EVF_NUM("entries", sw->table.tab.count));
}

static void switch_learn(struct vswitch *sw, struct switch_port *sp,
			 mac_addr mac)
{
	uint64_t evicted = sw->table.stats.evicted;

	switch (mac_table_learn(&sw->table, mac, &sp->owner, now_of(sw))) {
	case MAC_NEW:
		tell_learned(sw, sp, R_SW_LEARN, mac);
		break;
	case MAC_MOVED:
		tell_learned(sw, sp, R_SW_MOVE, mac);
		break;
	case MAC_KNOWN:
	case MAC_REFUSED:
	case MAC_NO_ROOM:
		break;
	}
	if (sw->table.stats.evicted != evicted && !sp->is_full) {
		sp->is_full = true;
		tell_learned(sw, sp, R_SW_FULL, mac);
	}
}

/* May @sp cause one more flood?  A bucket of tokens. */
static bool take_token(struct vswitch *sw, struct switch_port *sp)
{
	const struct switch_cfg *cfg = &sw->table.cfg;
	uint64_t max = cfg->flood_burst * NS_PER_S;
	uint64_t passed = now_of(sw) - sp->filled_ns;

	passed = min_u64(passed, 3600 * NS_PER_S);
	sp->filled_ns = now_of(sw);
	sp->tokens = min_u64(max, sp->tokens + passed * cfg->floods_per_s);
	if (sp->tokens < NS_PER_S)
		return false;
	sp->tokens -= NS_PER_S;
	return true;
}

static bool may_send(const struct switch_port *sp)
{
	return !sp->is_blocked && sp->port->cable && stp_may_forward(sp->stp);
}

/* The frames that leave are caused by the decision that was told. */
static void send_on(struct switch_port *sp, struct pkt *pkt, uint32_t cause)
{
	if (cause)
		pkt->cause = cause;
	netif_transmit(&sp->port->netif, pkt);
}

/* Would a frame from @in go there?  @way NULL: a flood. */
static bool is_target(const struct vswitch *sw, const struct switch_port *in,
		      const struct switch_port *sp, const struct snoop_way *way)
{
	return sp != in && may_send(sp) &&
	       (!way || snoop_goes_to(&sw->snoop, way, sp->port));
}

static unsigned int count_targets(struct vswitch *sw, struct switch_port *in,
				  const struct snoop_way *way)
{
	struct list *pos;
	unsigned int n = 0;

	list_for_each(pos, &sw->ports) {
		struct switch_port *sp =
			list_entry(pos, struct switch_port, list);

		n += is_target(sw, in, sp, way);
	}
	return n;
}

/* A copy to all ports but @in; the last one gets the frame itself. */
static void flood_out(struct vswitch *sw, struct switch_port *in,
		      struct pkt *pkt, const struct snoop_way *way,
		      uint32_t cause)
{
	struct switch_port *last = NULL;
	struct list *pos;

	list_for_each(pos, &sw->ports) {
		struct switch_port *sp =
			list_entry(pos, struct switch_port, list);
		struct pkt *copy;

		if (!is_target(sw, in, sp, way))
			continue;
		if (last) {
			copy = pkt_clone(pkt);
			if (copy)
				send_on(last, copy, cause);
			else
				sw->place.drops[DROP_no_memory]++;
		}
		last = sp;
	}
	if (last)
		send_on(last, pkt, cause);
	else
		pkt_free(pkt); /* alone on the switch: sent to nobody */
}

static void switch_flood(struct vswitch *sw, struct switch_port *in,
			 struct pkt *pkt, mac_addr dst)
{
	uint32_t n;

	if (!take_token(sw, in)) {
		pkt_drop(&sw->place, pkt, DROP_sw_storm);
		return;
	}
	sw->table.stats.flooded++;
	n = PROBE(&sw->place, EV_LOOKUP, R_SW_FLOOD, pkt, EVF_MAC("mac", &dst),
		  EVF_TEXT("in", in->port->netif.name),
		  EVF_NUM("ports", count_targets(sw, in, NULL)));
	flood_out(sw, in, pkt, NULL, n);
}

/* To those who want the group.  False: it is not known who does. */
static bool switch_group(struct vswitch *sw, struct switch_port *in,
			 struct pkt *pkt)
{
	struct snoop_way way = snoop_frame(&sw->snoop, pkt, in->port);
	struct ip_addr group = ip_addr_v4(way.dst);
	unsigned int ports;
	uint32_t n;

	if (way.verdict == SNOOP_FLOOD)
		return false;
	ports = count_targets(sw, in, &way);
	sw->table.stats.grouped++;
	sw->table.stats.spared += count_targets(sw, in, NULL) - ports;
	if (!ports) {
		pkt_drop(&sw->place, pkt, DROP_sw_no_member);
		return true;
	}
	n = PROBE(&sw->place, EV_LOOKUP, R_SW_GROUP, pkt,
		  EVF_IP("group", &group), EVF_TEXT("in", in->port->netif.name),
		  EVF_NUM("ports", ports));
	flood_out(sw, in, pkt, &way, n);
	return true;
}

/* To one port, and to no other. */
static void send_to(struct vswitch *sw, struct switch_port *in,
		    struct mac_owner *owner, struct pkt *pkt, mac_addr dst)
{
	struct switch_port *out = port_of_owner(owner);
	uint32_t n;

	if (out == in) {
		pkt_drop(&sw->place, pkt, DROP_sw_same_port);
		return;
	}
	if (!stp_may_forward(out->stp)) {
		pkt_drop(&sw->place, pkt, DROP_stp_blocked);
		return;
	}
	sw->table.stats.forwarded++;
	n = PROBE(&sw->place, EV_LOOKUP, R_SW_FORWARD, pkt,
		  EVF_MAC("mac", &dst), EVF_TEXT("in", in->port->netif.name),
		  EVF_TEXT("out", out->port->netif.name));
	send_on(out, pkt, n);
}

static void switch_forward(struct vswitch *sw, struct switch_port *in,
			   struct pkt *pkt, mac_addr dst)
{
	struct mac_owner *owner = NULL, *also = NULL;
	struct pkt *copy;

	if (mac_is_group(dst) && !sw->table.cfg.is_deaf &&
	    switch_group(sw, in, pkt))
		return;
	if (!mac_is_group(dst))
		owner = mac_table_find(&sw->table, dst, now_of(sw), &also);
	if (!owner) {
		switch_flood(sw, in, pkt, dst);
		return;
	}
	if (also && also != &in->owner) {
		copy = pkt_clone(pkt);
		if (copy)
			send_to(sw, in, also, copy, dst);
		else
			sw->place.drops[DROP_no_memory]++;
	}
	send_to(sw, in, owner, pkt, dst);
}

/* A frame from @src to @dst has come in whole. */
static void switch_take(struct vswitch *sw, struct switch_port *in,
			struct pkt *pkt, mac_addr dst, mac_addr src)
{
	if (in->stp && mac_eq(dst, bpdu_group)) {
		stp_input(in->stp, pkt);
		return;
	}
	switch_age(sw);
	if (stp_may_learn(in->stp))
		switch_learn(sw, in, src);
	if (stp_may_forward(in->stp))
		switch_forward(sw, in, pkt, dst);
	else
		pkt_drop(&sw->place, pkt, DROP_stp_blocked);
}

/* struct netif.on_input */
static void switch_input(struct netif *netif, struct pkt *pkt)
{
	struct switch_port *in = netif->owner;
	struct vswitch *sw = switch_of_port(in);
	const struct ether_wire *w;

	w = (const void *)pkt_need(pkt, sizeof(*w));
	if (in->is_blocked) {
		pkt_drop(&sw->place, pkt, DROP_link_down);
	} else if (!w) {
		pkt_drop(&sw->place, pkt, DROP_l2_short);
	} else if (pkt->has_fcs && pkt->fcs != cable_fcs(pkt)) {
		pkt_drop(&sw->place, pkt, DROP_l2_fcs);
	} else if (mac_is_group(get_mac(w->src))) {
		pkt_drop(&sw->place, pkt, DROP_mac_src_group);
	} else {
		switch_take(sw, in, pkt, get_mac(w->dst), get_mac(w->src));
	}
}

struct vswitch *world_add_switch(struct world *w, const char *name)
{
	struct vswitch *sw = mem_alloc(w->env.mem, sizeof(*sw));
	struct hash_key key;

	if (!sw)
		return NULL;
	sw->node.place = &sw->place;
	sw->place.env = &w->env;
	sw->place.name = sw->node.name;
	list_init(&sw->ports);
	if (node_init(&sw->node, w, NODE_SWITCH, name)) {
		mem_free(w->env.mem, sw, sizeof(*sw));
		return NULL;
	}
	rng_fill(&sw->node.rng, &key, sizeof(key));
	mac_table_init(&sw->table, w->env.mem, &key);
	snoop_init(&sw->snoop, &sw->place);
	return sw;
}

void switch_free(struct vswitch *sw)
{
	struct mem *mem = sw->place.env->mem;

	mac_table_fini(&sw->table);
	snoop_fini(&sw->snoop);
	stp_free(sw->stp);
	while (!list_is_empty(&sw->ports)) {
		struct switch_port *sp =
			list_first_entry(&sw->ports, struct switch_port, list);

		list_del(&sp->list);
		mem_free(mem, sp, sizeof(*sp));
	}
	node_free_ports(&sw->node);
	node_fini(&sw->node);
	mem_free(mem, sw, sizeof(*sw));
}

struct port *switch_add_port(struct vswitch *sw)
{
	struct mem *mem = sw->place.env->mem;
	struct switch_port *sp = mem_alloc(mem, sizeof(*sp));
	struct port *port;

	if (!sp)
		return NULL;
	port = node_add_port(&sw->node, "p", sw->node.port_count + 1,
			     &MAC_ZERO);
	if (!port) {
		mem_free(mem, sp, sizeof(*sp));
		return NULL;
	}
	if (sw->stp) {
		sp->stp = stp_port_new(sw->stp, port);
		if (!sp->stp) {
			list_del(&port->list);
			mem_free(mem, port, sizeof(*port));
			mem_free(mem, sp, sizeof(*sp));
			return NULL;
		}
	}
	port->netif.owner = sp;
	port->netif.on_input = switch_input;
	list_init(&sp->owner.entries);
	sp->port = port;
	sp->tokens = sw->table.cfg.flood_burst * NS_PER_S;
	sp->filled_ns = now_of(sw);
	list_add_tail(&sw->ports, &sp->list);
	return port;
}

void switch_set_cfg(struct vswitch *sw, const struct switch_cfg *cfg)
{
	sw->table.cfg = *cfg;
}

const struct switch_stats *switch_stats(const struct vswitch *sw)
{
	return &sw->table.stats;
}

void switch_block_port(struct port *port, bool is_blocked)
{
	struct switch_port *sp = port->netif.owner;
	struct vswitch *sw = switch_of(port->node);

	check(sw);
	sp->is_blocked = is_blocked;
	if (is_blocked)
		switch_flush_port(port);
}

void switch_flush_port(struct port *port)
{
	struct switch_port *sp = port->netif.owner;
	struct vswitch *sw = switch_of(port->node);

	while (sp->owner.count)
		mac_table_del(&sw->table,
			      list_first_entry(&sp->owner.entries,
					       struct mac_entry, mine));
}

int switch_stp_start(struct vswitch *sw, uint16_t priority)
{
	struct list *pos;

	check(!sw->stp);
	sw->stp = stp_new(&sw->node, priority);
	if (!sw->stp)
		return -ENOMEM;
	list_for_each(pos, &sw->ports) {
		struct switch_port *sp =
			list_entry(pos, struct switch_port, list);

		sp->stp = stp_port_new(sw->stp, sp->port);
		if (!sp->stp)
			return -ENOMEM;
	}
	return 0;
}

const struct stp_port *switch_port_stp(const struct port *port)
{
	const struct switch_port *sp = port->netif.owner;

	return sp->stp;
}

void switch_keep_loops(struct vswitch *sw)
{
	sw->keeps_loops = true;
}

void switch_for_each(struct vswitch *sw,
		     void (*fn)(void *arg, const struct switch_entry *entry),
		     void *arg)
{
	struct list *pos;

	switch_age(sw);
	list_for_each(pos, &sw->table.ages) {
		struct mac_entry *e = list_entry(pos, struct mac_entry, age);
		struct switch_entry entry = {
			.mac = e->mac,
			.port = port_of_owner(e->owner)->port,
			.seen_ns = e->seen_ns,
			.expires_ns = e->seen_ns + sw->table.cfg.age_ns,
		};

		fn(arg, &entry);
	}
}

size_t switch_count(struct vswitch *sw)
{
	switch_age(sw);
	return sw->table.tab.count;
}

void switch_flush(struct vswitch *sw)
{
	while (!list_is_empty(&sw->table.ages))
		mac_table_del(&sw->table,
			      list_first_entry(&sw->table.ages,
					       struct mac_entry, age));
}
