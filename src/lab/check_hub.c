// SPDX-License-Identifier: MIT
/*
 * check_hub.c - can these cables hang on one wire?
 *
 * A hub only repeats, so all that is plugged into it sends at one rate, and
 * that is one at which hubs were built.
 */
#include <string.h>

#include "lab/expand.h"
#include "lab/value.h"

#define HUB_RATE_MAX	 UINT64_C(100000000)
#define HUB_RATE_DEFAULT UINT64_C(10000000)

static bool is_hub(const struct topo_end *end)
{
	return end->lan ? end->lan->kind.v != 0 : end->node->kind.v == LAB_HUB;
}

/* The first cable that is plugged into the same hub. */
static const struct topo_cable *first_cable(const struct lab *lab,
					    const struct topo_end *hub)
{
	const struct topo_cable *c = lab->topo.cables.items;

	for (size_t i = 0; i < lab->topo.cables.count; i++)
		for (size_t j = 0; j < 2; j++)
			if (c[i].end[j].node == hub->node &&
			    c[i].end[j].lan == hub->lan)
				return &c[i];
	return NULL;
}

static void check_rate(struct lab *lab, const struct topo_cable *c,
		       const struct topo_end *hub)
{
	const struct topo_cable *first = first_cable(lab, hub);
	uint64_t rate = c->params->rate.v;

	if (!rate || rate > HUB_RATE_MAX)
		diag_error(&lab->diag, c->at,
			   "'%s' is a hub; its wire carries 10mbit or 100mbit, "
			   "so this cable needs a rate",
			   topo_end_name(hub));
	else if (first && first->params->rate.v != rate)
		diag_error(&lab->diag, c->at,
			   "'%s' is a hub; all its cables have the same rate, "
			   "and that of line %u has another",
			   topo_end_name(hub), first->at.line);
}

void check_hubs(struct lab *lab)
{
	const struct topo_cable *c = lab->topo.cables.items;

	for (size_t i = 0; i < lab->topo.cables.count; i++) {
		const struct topo_end *end = c[i].end;

		if (is_hub(&end[0]) && is_hub(&end[1]))
			diag_error(&lab->diag, c[i].at,
				   "'%s' and '%s' are hubs; put a switch "
				   "between them",
				   topo_end_name(&end[0]),
				   topo_end_name(&end[1]));
		else if (is_hub(&end[0]))
			check_rate(lab, &c[i], &end[0]);
		else if (is_hub(&end[1]))
			check_rate(lab, &c[i], &end[1]);
	}
}

static bool names_a_hub(const struct lab *lab, const char *name)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (node[i].kind.v == LAB_HUB && node[i].item.name.s &&
		    strcmp(node[i].item.name.s, name) == 0)
			return true;
	return false;
}

static void preset_rate(struct lab_num *rate)
{
	if (!rate->is_set)
		*rate = (struct lab_num){.is_set = true, .v = HUB_RATE_DEFAULT};
}

void fill_hub_rates(struct lab *lab)
{
	struct lab_lan *lan = lab->spec.lans.items;
	struct lab_link *link = lab->spec.links.items;

	for (size_t i = 0; i < lab->spec.lans.count; i++)
		if (lan[i].kind.v != 0)
			preset_rate(&lan[i].cable.rate);
	for (size_t i = 0; i < lab->spec.links.count; i++)
		if ((link[i].wire.a.s && names_a_hub(lab, link[i].wire.a.s)) ||
		    (link[i].wire.b.s && names_a_hub(lab, link[i].wire.b.s)))
			preset_rate(&link[i].cable.rate);
}
