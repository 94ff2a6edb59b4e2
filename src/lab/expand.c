// SPDX-License-Identifier: MIT
/*
 * expand.c - everything that a lab file leaves out, in order
 *
 * Theory of operation
 * ===================
 * Each pass needs what the passes before it have filled in:
 *
 *	values		defaults of single values, cables from the defaults
 *	topology	who is connected to whom
 *	nodes		may each node have what it has?
 *	networks, addresses, link addresses, the same for IPv6
 *	routes		need addresses
 *	names		DNS needs addresses
 *	script, expectations
 *
 * A pass that finds the file contradicting itself notes it and goes on; the
 * passes after the topology are not run on one that is wrong, because they
 * would only repeat it in other words.
 */
#include "lab/expand.h"

#include <string.h>

#include "lab/schema.h"

static void fill_num(struct lab_num *n, const struct lab_num *from)
{
	if (!n->is_set) {
		n->is_set = from->is_set;
		n->v = from->v;
	}
}

static void fill_cable(struct lab_cable *c, const struct lab_cable *from)
{
	fill_num(&c->delay, &from->delay);
	fill_num(&c->jitter, &from->jitter);
	fill_num(&c->rate, &from->rate);
	fill_num(&c->loss, &from->loss);
	fill_num(&c->dup, &from->dup);
	fill_num(&c->corrupt, &from->corrupt);
	fill_num(&c->bit_errors, &from->bit_errors);
	fill_num(&c->fec, &from->fec);
	fill_num(&c->reorder, &from->reorder);
	fill_num(&c->queue, &from->queue);
	fill_num(&c->ecn, &from->ecn);
}

/* Name of the lab from that of its file: labs/x.yaml is x. */
static void fill_name(struct lab *lab)
{
	const char *file = lab->diag.file, *slash = strrchr(file, '/'), *dot;

	if (lab->spec.name.s || lab->spec.name.at.line)
		return;
	if (slash)
		file = slash + 1;
	dot = strrchr(file, '.');
	lab->spec.name.s = arena_text(&lab->arena, file,
				      dot && dot > file ? (size_t)(dot - file)
							: strlen(file));
}

static void fill_cables(struct lab *lab)
{
	const struct lab_cable *preset = &lab->spec.defaults.link.cable;
	struct lab_lan *lan = lab->spec.lans.items;
	struct lab_link *link = lab->spec.links.items;

	for (size_t i = 0; i < lab->spec.lans.count; i++)
		fill_cable(&lan[i].cable, preset);
	for (size_t i = 0; i < lab->spec.links.count; i++)
		fill_cable(&link[i].cable, preset);
}

/* Presets of every element of a sequence of objects. */
static void fill_items(struct lab *lab, const char *key, struct lab_seq *seq)
{
	const struct schema_object *o = schema_find_object(key);
	char *item = seq->items;

	for (size_t i = 0; i < seq->count; i++)
		schema_fill(&lab->diag, o, item + i * o->size);
}

static void fill_values(struct lab *lab)
{
	struct lab_spec *spec = &lab->spec;

	fill_name(lab);
	schema_fill(&lab->diag, &schema_lab, spec);
	spec->defaults.item.is_set = true;
	spec->defaults.link.item.is_set = true;
	fill_hub_rates(lab);
	fill_uplinks(lab);
	fill_ppp(lab);
	fill_cables(lab);
	fill_items(lab, "nodes", &spec->nodes);
	fill_items(lab, "script", &spec->script);
	fill_items(lab, "expect", &spec->expect);
}

static void fill_interfaces(struct lab *lab)
{
	struct lab_node *node = lab->spec.nodes.items;
	const struct schema_field *f =
		schema_find(schema_find_object("nodes"), "interfaces");

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		struct lab_iface *iface = node[i].interfaces.items;

		for (size_t j = 0; j < node[i].interfaces.count; j++)
			schema_fill(&lab->diag, f->object, &iface[j]);
		/* Nodes that only a LAN or a link mentions are new. */
		schema_fill(&lab->diag, schema_find_object("nodes"), &node[i]);
	}
}

void expand(struct lab *lab, struct mem *mem)
{
	fill_values(lab);
	topo_build(&lab->topo, &lab->diag, mem, &lab->spec);
	if (arena_is_out(&lab->arena))
		return;
	fill_interfaces(lab);
	check_nodes(lab);
	check_hubs(lab);
	check_ppp(lab);
	expand_pppoe(lab);
	check_uplinks(lab);
	check_switches(lab);
	if (lab->diag.count)
		return;
	expand_nets(lab);
	if (lab->diag.count)
		return;
	expand_addresses(lab);
	expand_macs(lab);
	check_boot(lab);
	check_pppoe(lab);
	expand_ip6(lab);
	check_boot6(lab);
	if (lab->diag.count || arena_is_out(&lab->arena))
		return;
	expand_routes(lab);
	expand_names(lab);
	if (!lab->diag.count && !arena_is_out(&lab->arena))
		check_zones(lab);
	check_script(lab);
	check_expect(lab);
}
