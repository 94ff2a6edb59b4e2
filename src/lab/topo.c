// SPDX-License-Identifier: MIT
/*
 * topo.c - how the nodes of a lab hang together
 *
 * Theory of operation
 * ===================
 * The work is done in passes, each over the file in its order, so that what is
 * generated depends on the file alone:
 *
 *	topo_names	every LAN and node gets into the table of names; a
 *			name that only a LAN or a link mentions is a host
 *	topo_vlans	which networks the switches tell apart
 *	topo_ifaces	every node gets an interface for each cable, unless
 *			`interfaces` has one for it already
 *	topo_cables	the cables, with pointers to their ends
 *	topo_segments	cables that meet in a switch are one segment
 *			(topo_segment.c)
 *
 * Arrays of the spec may move while they grow, so pointers into them are
 * taken only in passes after the one that makes them grow.
 */
#include "lab/topo.h"

#include <string.h>

#include "base/check.h"
#include "base/hash.h"

#include "lab/topo_int.h"

enum { NAMES_NEAR_MAX = 2000, IFACE_NAME = 16 };

/* What a name stands for; exactly one is set. */
struct topo_name {
	const char *name;
	size_t node, lan; /* index + 1 */
};

static uint32_t name_hash(const char *name)
{
	static const struct hash_key key = {{0x6c6162, 0x6e616d65}};

	return (uint32_t)siphash13(&key, name, strlen(name));
}

static bool name_eq(const void *item, const void *key)
{
	return strcmp(((const struct topo_name *)item)->name, key) == 0;
}

static struct topo_name *name_find(const struct topo *topo, const char *name)
{
	return htab_find(&topo->names, name_hash(name), name_eq, name);
}

static void name_add(struct topo_ctx *c, const char *name, size_t node,
		     size_t lan)
{
	struct topo_name *n = arena_alloc(c->arena, 1, sizeof(*n));

	if (!n)
		return;
	*n = (struct topo_name){name, node, lan};
	if (htab_add(&c->topo->names, name_hash(name), n) != 0)
		c->arena->is_out = true;
}

struct lab_node *topo_node(const struct topo *topo, const char *name)
{
	const struct topo_name *n = name_find(topo, name);
	struct lab_node *nodes = topo->nodes->items;

	return n && n->node ? &nodes[n->node - 1] : NULL;
}

struct lab_lan *topo_lan(const struct topo *topo, const char *name)
{
	const struct topo_name *n = name_find(topo, name);
	struct lab_lan *lans = topo->lans->items;

	return n && n->lan ? &lans[n->lan - 1] : NULL;
}

static void names_of_lans(struct topo_ctx *c)
{
	struct lab_lan *lan = c->spec->lans.items;

	for (size_t i = 0; i < c->spec->lans.count; i++)
		if (lan[i].item.name.s)
			name_add(c, lan[i].item.name.s, 0, i + 1);
}

/* The LAN whose switch would have this name, or NULL. */
static struct lab_lan *lan_of_switch(const struct topo *topo, const char *name)
{
	size_t len = strlen(TOPO_SWITCH_PREFIX);

	if (strncmp(name, TOPO_SWITCH_PREFIX, len) != 0)
		return NULL;
	return topo_lan(topo, name + len);
}

static void names_of_nodes(struct topo_ctx *c)
{
	struct lab_node *node = c->spec->nodes.items;

	for (size_t i = 0; i < c->spec->nodes.count; i++) {
		const struct lab_str *name = &node[i].item.name;
		const struct topo_name *old;

		if (!name->s)
			continue;
		old = name_find(c->topo, name->s);
		if (old && old->lan)
			diag_error(c->diag, name->at,
				   "'%s' is the name of a LAN; a node needs "
				   "another",
				   name->s);
		else if (old && !diag_has_at(c->diag, name->at))
			diag_error(c->diag, name->at,
				   "node '%s' stands in line %u already",
				   name->s, node[old->node - 1].item.at.line);
		else if (lan_of_switch(c->topo, name->s))
			diag_error(c->diag, name->at,
				   "'%s' is the name of the switch of LAN "
				   "'%s'; a node needs another",
				   name->s,
				   name->s + strlen(TOPO_SWITCH_PREFIX));
		else if (!old)
			name_add(c, name->s, i + 1, 0);
	}
}

/* A name that a LAN or a link mentions: a node, new if need be. */
static void name_mention(struct topo_ctx *c, const struct lab_str *name)
{
	const struct topo_name *n = name_find(c->topo, name->s);
	struct lab_seq *nodes = &c->spec->nodes;
	struct lab_node *node;
	struct lab_lan *lan = n ? NULL : lan_of_switch(c->topo, name->s);

	if ((n && n->lan) || lan)
		diag_error(c->diag, name->at,
			   "'%s' is a LAN; put the node into its 'join' "
			   "instead",
			   lan ? lan->item.name.s : name->s);
	if (n || lan)
		return;
	node = arena_append(c->arena, &nodes->items, &nodes->count,
			    sizeof(*node));
	if (!node)
		return;
	nodes->is_set = true;
	node->item = (struct lab_item){name->at, true, *name};
	node->is_implied = true;
	name_add(c, name->s, nodes->count, 0);
}

static void topo_names(struct topo_ctx *c)
{
	const struct lab_lan *lan = c->spec->lans.items;
	const struct lab_link *link = c->spec->links.items;

	names_of_lans(c);
	names_of_nodes(c);
	for (size_t i = 0; i < c->spec->lans.count; i++) {
		const struct lab_str *s = lan[i].join.items;

		for (size_t j = 0; j < lan[i].join.count; j++)
			name_mention(c, &s[j]);
	}
	for (size_t i = 0; i < c->spec->links.count; i++) {
		name_mention(c, &link[i].wire.a);
		name_mention(c, &link[i].wire.b);
	}
}

static struct lab_iface *iface_on(const struct lab_node *node, const char *on)
{
	struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].on.s && !iface[i].vlan.is_set &&
		    strcmp(iface[i].on.s, on) == 0)
			return &iface[i];
	return NULL;
}

static bool iface_name_is_used(const struct lab_node *node, const char *name)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].item.name.s &&
		    strcmp(iface[i].item.name.s, name) == 0)
			return true;
	return false;
}

/* Make sure that @node has an interface on the LAN or the node @on. */
static void iface_need(struct topo_ctx *c, struct lab_node *node,
		       const char *on, struct lab_pos at, const char *prefix)
{
	struct lab_seq *seq = &node->interfaces;
	struct lab_iface *iface;
	char *name = NULL;
	size_t n = seq->count;

	if (topo_is_switch(node) || iface_on(node, on))
		return;
	/* A name is taken at most once for each interface there is. */
	for (size_t i = 0; i <= n; i++) {
		name = arena_printf(c->arena, "%s%zu", prefix, i);
		if (!name || !iface_name_is_used(node, name))
			break;
	}
	iface = arena_append(c->arena, &seq->items, &seq->count,
			     sizeof(*iface));
	if (!iface || !name)
		return;
	seq->is_set = true;
	iface->item = (struct lab_item){at, true, {at, name}};
	iface->on = (struct lab_str){at, on};
}

/* Those for VLANs, if the other end is a trunk. */
static void ifaces_vlan(struct topo_ctx *c, struct lab_node *node,
			const struct lab_node *other, const struct lab_str *on)
{
	const struct lab_iface *base = iface_on(node, on->s);

	if (base && base->item.name.s)
		topo_ifaces_vlan(c, node, other, on, base->item.name.s);
}

static void topo_ifaces(struct topo_ctx *c)
{
	const struct lab_lan *lan = c->spec->lans.items;
	const struct lab_link *link = c->spec->links.items;

	for (size_t i = 0; i < c->spec->lans.count; i++) {
		const struct lab_str *s = lan[i].join.items;

		for (size_t j = 0; j < lan[i].join.count; j++) {
			struct lab_node *node = topo_node(c->topo, s[j].s);

			if (node && lan[i].item.name.s)
				iface_need(c, node, lan[i].item.name.s, s[j].at,
					   "eth");
		}
	}
	for (size_t i = 0; i < c->spec->links.count; i++) {
		const struct lab_wire *w = &link[i].wire;
		struct lab_node *a = topo_node(c->topo, w->a.s);
		struct lab_node *b = topo_node(c->topo, w->b.s);
		const char *prefix;

		if (!a || !b)
			continue;
		prefix = link[i].kind.v == LAB_LINK_ETHERNET ? "eth" : "ppp";
		iface_need(c, a, w->b.s, w->at, prefix);
		iface_need(c, b, w->a.s, w->at, prefix);
		ifaces_vlan(c, a, b, &w->b);
		ifaces_vlan(c, b, a, &w->a);
	}
}

const char *topo_end_name(const struct topo_end *end)
{
	return end->lan ? end->lan->item.name.s : end->node->item.name.s;
}

static bool end_is(const struct topo_end *end, const char *name)
{
	if (end->node)
		return strcmp(end->node->item.name.s, name) == 0;
	return strcmp(end->lan->item.name.s, name) == 0 ||
	       (strncmp(name, TOPO_SWITCH_PREFIX, strlen(TOPO_SWITCH_PREFIX)) ==
			0 &&
		strcmp(end->lan->item.name.s,
		       name + strlen(TOPO_SWITCH_PREFIX)) == 0);
}

const struct topo_cable *topo_cable(const struct topo *topo, const char *a,
				    const char *b)
{
	const struct topo_cable *cable = topo->cables.items;

	for (size_t i = 0; i < topo->cables.count; i++) {
		const struct topo_end *e = cable[i].end;

		if ((end_is(&e[0], a) && end_is(&e[1], b)) ||
		    (end_is(&e[0], b) && end_is(&e[1], a)))
			return &cable[i];
	}
	return NULL;
}

static struct topo_cable *cable_add(struct topo_ctx *c, struct topo_end a,
				    struct topo_end b, struct lab_pos at)
{
	struct topo_cable *cable =
		arena_append(c->arena, &c->topo->cables.items,
			     &c->topo->cables.count, sizeof(*cable));

	if (!cable)
		return NULL;
	if (a.iface)
		a.iface->is_plugged = true;
	if (b.iface)
		b.iface->is_plugged = true;
	cable->end[0] = a;
	cable->end[1] = b;
	cable->at = at;
	cable->name = arena_printf(c->arena, "%s -- %s", topo_end_name(&a),
				   topo_end_name(&b));
	return cable;
}

/* The end of a cable from @node to what is called @on. */
static struct topo_end end_make(struct lab_node *node, const char *on)
{
	struct topo_end end = {.node = node};

	if (!topo_is_switch(node))
		end.iface = iface_on(node, on);
	return end;
}

/* Is there a cable between these ends already? */
static bool cable_is_there(struct topo_ctx *c, const struct topo_end *a,
			   const struct topo_end *b)
{
	if (a->iface)
		return a->iface->is_plugged;
	if (b->iface)
		return b->iface->is_plugged;
	return topo_cable(c->topo, topo_end_name(a), topo_end_name(b));
}

static void cables_of_lan(struct topo_ctx *c, struct lab_lan *lan)
{
	const struct lab_str *s = lan->join.items;
	struct topo_end sw = {.lan = lan}, end;
	struct topo_cable *cable;

	for (size_t j = 0; j < lan->join.count; j++) {
		struct lab_node *node = topo_node(c->topo, s[j].s);

		if (!node || !lan->item.name.s)
			continue;
		end = end_make(node, lan->item.name.s);
		if (cable_is_there(c, &end, &sw)) {
			diag_error(c->diag, s[j].at,
				   "'%s' is plugged into '%s' already", s[j].s,
				   lan->item.name.s);
			continue;
		}
		cable = cable_add(c, end, sw, s[j].at);
		if (!cable)
			return;
		cable->params = &lan->cable;
		cable->delay_ns = lan->cable.delay.v / 2;
	}
}

static void cable_of_link(struct topo_ctx *c, struct lab_link *link)
{
	const struct lab_wire *w = &link->wire;
	struct lab_node *a = topo_node(c->topo, w->a.s);
	struct lab_node *b = topo_node(c->topo, w->b.s);
	struct topo_end ends[2];
	const struct topo_cable *old;
	struct topo_cable *cable;

	if (!a || !b)
		return;
	ends[0] = end_make(a, w->b.s);
	ends[1] = end_make(b, w->a.s);
	if (cable_is_there(c, &ends[0], &ends[1])) {
		old = topo_cable(c->topo, w->a.s, w->b.s);
		diag_error(c->diag, w->at,
			   "there is a cable between '%s' and '%s' in line "
			   "%u already",
			   w->a.s, w->b.s, old ? old->at.line : 0);
		return;
	}
	cable = cable_add(c, ends[0], ends[1], w->at);
	if (!cable)
		return;
	cable->params = &link->cable;
	cable->delay_ns = link->cable.delay.v;
}

static void topo_cables(struct topo_ctx *c)
{
	struct lab_lan *lan = c->spec->lans.items;
	struct lab_link *link = c->spec->links.items;

	for (size_t i = 0; i < c->spec->lans.count; i++)
		cables_of_lan(c, &lan[i]);
	for (size_t i = 0; i < c->spec->links.count; i++)
		cable_of_link(c, &link[i]);
}

void topo_build(struct topo *topo, struct diag *diag, struct mem *mem,
		struct lab_spec *spec)
{
	struct topo_ctx c = {
		.topo = topo,
		.diag = diag,
		.arena = diag->arena,
		.spec = spec,
	};

	htab_init(&topo->names, mem, 0);
	topo->nodes = &spec->nodes;
	topo->lans = &spec->lans;
	topo_names(&c);
	if (!arena_is_out(c.arena))
		topo_vlans(&c);
	if (!arena_is_out(c.arena))
		topo_ifaces(&c);
	if (!arena_is_out(c.arena))
		topo_cables(&c);
	if (!arena_is_out(c.arena))
		topo_segments(&c);
}

void topo_fini(struct topo *topo)
{
	if (topo->names.mem)
		htab_fini(&topo->names);
}

const struct lab_iface *topo_first_iface(const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].ip.is_set)
			return &iface[i];
	return NULL;
}

const struct lab_ip6 *topo_first_ip6(const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].ip6.is_set)
			return &iface[i].ip6;
	return NULL;
}

const struct lab_node *topo_node_by_ip(const struct lab_spec *spec, ip4_addr ip)
{
	const struct lab_node *node = spec->nodes.items;

	for (size_t i = 0; i < spec->nodes.count; i++) {
		const struct lab_iface *iface = node[i].interfaces.items;

		for (size_t j = 0; j < node[i].interfaces.count; j++)
			if (iface[j].ip.is_set && ip4_eq(iface[j].ip.v, ip))
				return &node[i];
	}
	return NULL;
}

void topo_unknown(const struct lab_spec *spec, struct diag *diag,
		  const struct lab_str *name)
{
	const struct lab_node *node = spec->nodes.items;
	size_t n = min_size(spec->nodes.count, NAMES_NEAR_MAX);
	const char **names =
		arena_alloc(diag->arena, n + 1, sizeof(const char *));
	const char *near;

	if (!names)
		return;
	for (size_t i = 0; i < n; i++)
		names[i] = node[i].item.name.s ? node[i].item.name.s : "";
	near = diag_nearest(name->s, names, n);
	if (near)
		diag_error(diag, name->at,
			   "there is no node '%s'; did you mean '%s'?", name->s,
			   near);
	else
		diag_error(diag, name->at, "there is no node '%s'", name->s);
}
