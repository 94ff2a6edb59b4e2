// SPDX-License-Identifier: MIT
/*
 * switch_admin.c - a switch is made, told what to do, asked what it knows
 *
 * What a switch does with a frame stands in switch.c; here stands what a person
 * does with a switch.  All of it may be done at any time.
 */

#include <errno.h>

#include "base/check.h"

#include "link/vlan.h"
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

static void snoops_free(struct vswitch *sw)
{
	struct vlan_snoop *s;

	while ((s = list_first_entry(&sw->snoops, struct vlan_snoop, list))) {
		list_del(&s->list);
		snoop_fini(&s->snoop);
		mem_free(sw->place.env->mem, s, sizeof(*s));
	}
}

static void switch_free(struct node *node)
{
	struct vswitch *sw = switch_of(node);
	struct mem *mem = sw->place.env->mem;

	mac_table_fini(&sw->table);
	snoop_fini(&sw->snoop);
	snoops_free(sw);
	stp_free(sw->stp);
	while (!list_is_empty(&sw->ports)) {
		struct switch_port *sp =
			list_first_entry(&sw->ports, struct switch_port, list);

		list_del(&sp->list);
		mem_free(mem, sp->vlan, sizeof(*sp->vlan));
		mem_free(mem, sp, sizeof(*sp));
	}
	node_free_ports(&sw->node);
	node_fini(&sw->node);
	mem_free(mem, sw, sizeof(*sw));
}

static const struct node_ops switch_ops = {.free = switch_free};

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
	list_init(&sw->snoops);
	if (node_init(&sw->node, w, &switch_ops, NODE_SWITCH, name)) {
		mem_free(w->env.mem, sw, sizeof(*sw));
		return NULL;
	}
	rng_fill(&sw->node.rng, &key, sizeof(key));
	mac_table_init(&sw->table, w->env.mem, &key);
	snoop_init(&sw->snoop, &sw->place);
	return sw;
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
	sp->floods = bucket_full(sw->table.cfg.flood_burst, switch_now(sw));
	list_add_tail(&sw->ports, &sp->list);
	return port;
}

void switch_set_cfg(struct vswitch *sw, const struct switch_cfg *cfg)
{
	mac_table_set_cfg(&sw->table, cfg);
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
			.vid = e->vid,
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

/* What is said of a VLAN that cannot be. */
static bool is_vlan_bad(const struct vlan_port *vp)
{
	return vp->pvid > VLAN_ID_MAX ||
	       (vp->mode != VLAN_TRUNK && !vp->pvid) || vlan_carries(vp, 0) ||
	       vlan_carries(vp, VLAN_ID_MASK);
}

int switch_set_vlan(struct port *port, const struct vlan_port *vp)
{
	struct switch_port *sp = port->netif.owner;
	struct vswitch *sw = switch_of(port->node);

	check(sw);
	if (is_vlan_bad(vp))
		return -EINVAL;
	if (!sp->vlan)
		sp->vlan = mem_alloc(sw->place.env->mem, sizeof(*sp->vlan));
	if (!sp->vlan)
		return -ENOMEM;
	*sp->vlan = *vp;
	sw->has_vlans = true;
	switch_flush(sw);
	return 0;
}

const struct vlan_port *switch_vlan_of(const struct switch_port *sp)
{
	static const struct vlan_port ordinary = {.mode = VLAN_ACCESS,
						  .pvid = VLAN_DEFAULT};

	return sp->vlan ? sp->vlan : &ordinary;
}

struct snoop *switch_snoop(struct vswitch *sw, uint16_t vid)
{
	struct vlan_snoop *s;

	if (!vid)
		return &sw->snoop;
	list_for_each_entry(s, &sw->snoops, struct vlan_snoop, list)
		if (s->vid == vid)
			return &s->snoop;
	s = mem_alloc(sw->place.env->mem, sizeof(*s));
	if (!s) {
		sw->place.drops[DROP_no_memory]++;
		return NULL;
	}
	s->vid = vid;
	snoop_init(&s->snoop, &sw->place);
	list_add_tail(&sw->snoops, &s->list);
	return &s->snoop;
}

void switch_set_stp(struct port *port, const struct stp_cfg *cfg)
{
	struct switch_port *sp = port->netif.owner;

	check(sp->stp);
	stp_port_set(sp->stp, cfg);
}
