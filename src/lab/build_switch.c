// SPDX-License-Identifier: MIT
/*
 * build_switch.c - switches of a lab get what the file says of their ports
 *
 * It is done when all cables are plugged in, for a port is known by the node
 * at its other end.  Then the switches begin to look for loops.
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "lab/run_int.h"

/* The port of @sw that leads to @name; it is there, check_switch.c has seen to
 * it. */
static struct port *port_to(const struct lab_run *run,
			    const struct lab_node *sw, const char *name)
{
	const struct topo_cable *cable =
		topo_cable(&run->lab->topo, sw->item.name.s, name);
	const struct topo_cable *all = run->lab->topo.cables.items;
	int end;

	check(cable);
	end = cable->end[0].node == sw ? 0 : 1;
	return run->cables[cable - all].cable->half[end].from;
}

static void build_stp(struct port *port, const struct lab_port *spec)
{
	const struct stp_cfg cfg = {
		.cost = (uint32_t)spec->cost.v,
		.priority = spec->priority.is_set ? (uint8_t)spec->priority.v
						  : STP_PORT_PRIORITY,
		.edge = (enum stp_edge)spec->edge.v,
		.is_guarded = spec->guard.v != 0,
	};

	if (switch_port_stp(port))
		switch_set_stp(port, &cfg);
}

static void build_limits(struct port *port, const struct lab_port *spec)
{
	const struct switch_limits limits = {
		.macs_max = (uint32_t)spec->macs.v,
		.storm = {[STORM_BROADCAST] = (uint32_t)spec->broadcast.v,
			  [STORM_MULTICAST] = (uint32_t)spec->multicast.v,
			  [STORM_UNKNOWN] = (uint32_t)spec->unknown.v},
	};

	switch_set_limits(port, &limits);
}

static void build_mirror(const struct lab_run *run, const struct lab_node *sw,
			 struct port *port, const struct lab_port *spec)
{
	static const enum mirror_dir dirs[] = {
		[LAB_MIRROR_BOTH] = MIRROR_BOTH,
		[LAB_MIRROR_IN] = MIRROR_IN,
		[LAB_MIRROR_OUT] = MIRROR_OUT,
	};
	const struct lab_str *from = spec->mirror.items;

	for (size_t i = 0; i < spec->mirror.count; i++)
		switch_mirror(port_to(run, sw, from[i].s), port,
			      dirs[spec->direction.v]);
}

/* One port with servers is enough for the switch to care. */
static void build_dhcp(struct vswitch *sw, struct port *port,
		       const struct lab_port *spec)
{
	if (!spec->dhcp.v)
		return;
	switch_mark_dhcp(sw);
	switch_trust_dhcp(port);
}

static int build_ports_of(struct lab_run *run, const struct run_node *n)
{
	const struct lab_port *spec = n->spec->ports.items;
	int err = 0;

	for (size_t i = 0; i < n->spec->ports.count && !err; i++) {
		struct port *port = port_to(run, n->spec, spec[i].item.name.s);

		build_limits(port, &spec[i]);
		build_dhcp(n->box.sw, port, &spec[i]);
		build_stp(port, &spec[i]);
		build_mirror(run, n->spec, port, &spec[i]);
		if (spec[i].vlans)
			err = switch_set_vlan(port, spec[i].vlans);
	}
	return err;
}

/* VLANs are named, but no port was told of any: all have the first. */
static int build_first_vlan(const struct run_node *n)
{
	const struct vlan_port vp = {.mode = VLAN_ACCESS, .pvid = VLAN_DEFAULT};
	struct port *port = list_first_entry(&switch_node(n->box.sw)->ports,
					     struct port, list);
	const struct lab_port *spec = n->spec->ports.items;

	for (size_t i = 0; i < n->spec->ports.count; i++)
		if (spec[i].vlans)
			return 0;
	return n->spec->has_vlans && port ? switch_set_vlan(port, &vp) : 0;
}

static void build_table(const struct run_node *n)
{
	struct switch_cfg cfg = switch_cfg_default;

	if (n->spec->ageing.is_set)
		cfg.age_ns = n->spec->ageing.v;
	if (n->spec->macs.is_set)
		cfg.table_max = (uint32_t)n->spec->macs.v;
	cfg.is_deaf = n->spec->snooping.v;
	switch_set_cfg(n->box.sw, &cfg);
}

static int build_tree(const struct run_node *n)
{
	const uint64_t priority_max = 61440;
	uint64_t priority = n->spec->priority.is_set ? n->spec->priority.v
						     : SWITCH_STP_PRIORITY;

	if (n->spec->loops.v)
		switch_keep_loops(n->box.sw);
	if (!n->spec->stp.v)
		return 0;
	return switch_stp_start(n->box.sw,
				(uint16_t)min_u64(priority, priority_max));
}

int build_switches(struct lab_run *run)
{
	int err = 0;

	for (size_t i = 0; i < run_node_count(run) && !err; i++) {
		const struct run_node *n = &run->nodes[i];

		if (!n->box.sw)
			continue;
		build_table(n);
		err = build_tree(n);
		if (!err)
			err = build_ports_of(run, n);
		if (!err)
			err = build_first_vlan(n);
	}
	if (!err)
		world_open_loops(run->world);
	return err;
}
