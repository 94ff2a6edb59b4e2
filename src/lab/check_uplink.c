// SPDX-License-Identifier: MIT
/*
 * check_uplink.c - where a lab is connected to this machine
 *
 * An uplink is a plug and no switch: one cable leads there.  Who is at its far
 * end lives by the clock, so the lab has to; only a capture does not care.
 *
 * `tap: weft0` of a node is short for `uplink: {tap: weft0}`.
 *
 * A router whose uplink is the machine's sockets is no plug: it is a router,
 * with as many cables as it likes, and everything to which the lab has no way
 * goes through it.
 */
#include <string.h>

#include "lab/expand.h"
#include "lab/file.h"
#include "vnet/uplink.h"

/* The first cable to @node; counts all of them. */
static const struct topo_cable *
find_cable(const struct lab *lab, const struct lab_node *node, size_t *count)
{
	const struct topo_cable *c = lab->topo.cables.items, *first = NULL;

	*count = 0;
	for (size_t i = 0; i < lab->topo.cables.count; i++) {
		if (c[i].end[0].node != node && c[i].end[1].node != node)
			continue;
		if (!first)
			first = &c[i];
		*count += 1;
	}
	return first;
}

void fill_uplinks(struct lab *lab)
{
	struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		if (!node[i].uplink.item.is_set || node[i].kind.is_set)
			continue;
		node[i].kind.is_set = true;
		node[i].kind.v =
			node[i].uplink.sockets.is_set ? LAB_ROUTER : LAB_UPLINK;
	}
}

void uplink_device(const struct lab_node *node, struct dev_cfg *cfg)
{
	const struct lab_device *d = &node->uplink;
	const char *names[DEV_KINDS] = {
		[DEV_TAP] = node->tap.s ? node->tap.s : d->tap.s,
		[DEV_PACKET] = d->interface.s,
		[DEV_XDP] = d->xdp.s,
		[DEV_PCAP] = d->pcap.s,
	};

	*cfg = (struct dev_cfg){.record = d->record.s};
	for (int kind = 0; kind < DEV_KINDS; kind++) {
		if (!names[kind] || cfg->device)
			continue;
		cfg->kind = (enum dev_kind)kind;
		cfg->device = names[kind];
	}
}

/* A capture has to be there before anything begins. */
static void check_capture(struct lab *lab, const struct lab_str *file)
{
	int err = lab_file_check(lab, file->s);

	if (err)
		diag_error(&lab->diag, file->at, "%s: %s", file->s,
			   strerror(-err));
}

static void check_device(struct lab *lab, const struct lab_node *node)
{
	const char *name = node->item.name.s;
	struct dev_cfg cfg;

	uplink_device(node, &cfg);
	if (!cfg.device && !node->uplink.item.is_set)
		diag_error(&lab->diag, node->item.at,
			   "'%s' needs 'tap' or 'uplink': the device that it "
			   "leads to",
			   name);
	if (node->tap.s && node->uplink.item.is_set)
		diag_error(&lab->diag, node->uplink.item.at,
			   "'%s' leads to '%s' already", name, node->tap.s);
	if (lab->spec.time.v != LAB_REAL && cfg.kind != DEV_PCAP)
		diag_error(&lab->diag, node->item.at,
			   "'%s' leads out of the lab, where time is real: the "
			   "lab needs 'time: real'",
			   name);
	if (cfg.device && cfg.kind == DEV_PCAP)
		check_capture(lab, &node->uplink.pcap);
}

static void check_uplink(struct lab *lab, const struct lab_node *node)
{
	const char *name = node->item.name.s;
	size_t cables;

	check_device(lab, node);
	(void)find_cable(lab, node, &cables);
	if (cables > 1)
		diag_error(
			&lab->diag, node->item.at,
			"'%s' is an uplink and takes one cable, not %zu; put "
			"a switch in front of it",
			name, cables);
}

bool is_way_out(const struct lab_node *node)
{
	return node->kind.v == LAB_ROUTER && node->uplink.sockets.is_set;
}

static void check_way_out(struct lab *lab, const struct lab_node *node)
{
	const struct lab_device *d = &node->uplink;

	if (d->item.is_set && node->kind.v == LAB_ROUTER && !d->sockets.is_set)
		diag_error(&lab->diag, d->item.at,
			   "'%s' is a router; its uplink can only be {sockets: "
			   "host}",
			   node->item.name.s);
	if (d->sockets.is_set && node->kind.v == LAB_UPLINK)
		diag_error(&lab->diag, d->item.at,
			   "'%s' translates to sockets, so it is a router "
			   "(kind: router)",
			   node->item.name.s);
	if (!is_way_out(node))
		return;
	if (lab->spec.time.v != LAB_REAL)
		diag_error(&lab->diag, d->item.at,
			   "'%s' leads out of the lab, where time is real: the "
			   "lab needs 'time: real'",
			   node->item.name.s);
	if (node->gateway.is_set)
		diag_error(&lab->diag, node->gateway.at,
			   "'%s' is the way out itself and has no 'gateway'",
			   node->item.name.s);
}

/* What it says of a plug: check_way_out() has said it of a router. */
static bool is_plug(const struct lab_node *node)
{
	return node->kind.v == LAB_UPLINK && node->item.name.s &&
	       !node->uplink.sockets.is_set;
}

void check_uplinks(struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		if (is_plug(&node[i]))
			check_uplink(lab, &node[i]);
		if (node[i].item.name.s)
			check_way_out(lab, &node[i]);
	}
}

size_t uplink_segment(const struct lab *lab, const struct lab_node *uplink)
{
	size_t count;
	const struct topo_cable *c = find_cable(lab, uplink, &count);

	return c ? c->segment : 0;
}
