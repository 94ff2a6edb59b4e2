// SPDX-License-Identifier: MIT
/*
 * check_uplink.c - where a lab is connected to this machine
 *
 * An uplink is a plug and no switch: one cable leads there.  The kernel at its
 * far end lives by the clock, so the lab has to.
 */
#include "lab/expand.h"

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

static void check_uplink(struct lab *lab, const struct lab_node *node)
{
	const char *name = node->item.name.s;
	size_t cables;

	if (!node->tap.s)
		diag_error(&lab->diag, node->item.at,
			   "'%s' needs 'tap': the device that it leads to",
			   name);
	if (lab->spec.time.v != LAB_REAL)
		diag_error(&lab->diag, node->item.at,
			   "'%s' leads out of the lab, where time is real: the "
			   "lab needs 'time: real'",
			   name);
	(void)find_cable(lab, node, &cables);
	if (cables > 1)
		diag_error(
			&lab->diag, node->item.at,
			"'%s' is an uplink and takes one cable, not %zu; put "
			"a switch in front of it",
			name, cables);
}

void check_uplinks(struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (node[i].kind.v == LAB_UPLINK && node[i].item.name.s)
			check_uplink(lab, &node[i]);
}

size_t uplink_segment(const struct lab *lab, const struct lab_node *uplink)
{
	size_t count;
	const struct topo_cable *c = find_cable(lab, uplink, &count);

	return c ? c->segment : 0;
}
