// SPDX-License-Identifier: MIT
/*
 * build.c - a lab comes to life: its nodes and cables in a world
 *
 * Theory of operation
 * ===================
 * The expanded file says everything, so building decides nothing: each node
 * becomes a host, a router or a switch, each LAN a switch, each cable a cable.
 * What a host knows is given to it when it boots: boot.c.
 *
 * The log begins with what there is: one event for each node, address and
 * cable, so that it explains itself without the file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "lab/expand.h"
#include "lab/file.h"
#include "lab/ppp.h"
#include "lab/program.h"
#include "lab/real.h"
#include "lab/run_int.h"
#include "lab/schema.h"
#include "vnet/uplink.h"

struct run_node *run_node(struct lab_run *run, const char *name)
{
	const struct lab_node *nodes = run->lab->spec.nodes.items;
	const struct lab_node *node = topo_node(&run->lab->topo, name);

	check(node);
	return &run->nodes[node - nodes];
}

struct run_cable *run_cable(struct lab_run *run, const struct lab_wire *wire)
{
	const struct topo_cable *cables = run->lab->topo.cables.items;
	const struct topo_cable *cable =
		topo_cable(&run->lab->topo, wire->a.s, wire->b.s);

	check(cable);
	return &run->cables[cable - cables];
}

static int on_boot(struct host *h, void *arg)
{
	(void)h;
	return run_node_boot(arg);
}

static void on_halt(struct host *h, void *arg)
{
	(void)h;
	run_node_halt(arg);
}

static bool is_ppp(const struct run_node *n, const struct lab_iface *iface)
{
	const struct topo_segment *s = n->run->lab->topo.segments.items;

	return iface->is_plugged && s[iface->segment].is_ppp;
}

static int build_ports(struct run_node *n)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	size_t count = n->spec->interfaces.count;

	n->ports = arena_alloc(&n->run->arena, count, sizeof(struct port *));
	if (!n->ports)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct port *port;

		if (iface[i].vlan.is_set)
			continue; /* it stands on another one: boot.c */
		port = is_ppp(n, &iface[i])
			       ? ppp_port(n, &iface[i])
			       : host_add_port(n->host, &iface[i].mac.v);
		if (!port)
			return -ENOMEM;
		(void)snprintf(port->netif.name, sizeof(port->netif.name), "%s",
			       iface[i].item.name.s);
		n->ports[i] = port;
	}
	return 0;
}

/* A switch or a hub. */
static int box_add(struct world *w, struct run_box *box, const char *name,
		   bool is_hub, uint64_t rate)
{
	if (is_hub)
		box->hub = world_add_hub(w, name, rate);
	else
		box->sw = world_add_switch(w, name);
	return box->hub || box->sw ? 0 : -ENOMEM;
}

static int uplink_add(struct run_node *n)
{
	struct run_box *box = &n->box;
	char path[LAB_PATH], record[LAB_PATH];
	struct dev_cfg cfg;
	int err = 0;

	uplink_device(n->spec, &cfg);
	if (cfg.kind == DEV_PCAP) {
		err = lab_file_path(n->run->lab, cfg.device, path);
		cfg.device = path;
	}
	if (!err && cfg.record) {
		err = lab_file_path(n->run->lab, cfg.record, record);
		cfg.record = record;
	}
	if (!err)
		err = uplink_open(n->run->world, n->spec->item.name.s, &cfg,
				  &box->uplink);
	if (err || !n->run->real)
		return err;
	return real_add_uplink(n->run->real, box->uplink);
}

static struct port *box_port(struct run_box *box)
{
	if (box->uplink)
		return uplink_port(box->uplink);
	return box->hub ? hub_add_port(box->hub) : switch_add_port(box->sw);
}

/* Its cables all have the same: check_hub.c. */
static uint64_t hub_rate(const struct lab *lab, const struct lab_node *hub)
{
	const struct topo_cable *cable = lab->topo.cables.items;

	for (size_t i = 0; i < lab->topo.cables.count; i++)
		if (cable[i].end[0].node == hub || cable[i].end[1].node == hub)
			return cable[i].params->rate.v;
	return 0;
}

static int build_node(struct run_node *n)
{
	const char *name = n->spec->item.name.s;
	struct world *w = n->run->world;

	if (n->spec->kind.v == LAB_UPLINK)
		return uplink_add(n);
	if (topo_is_switch(n->spec))
		return box_add(w, &n->box, name, n->spec->kind.v == LAB_HUB,
			       hub_rate(n->run->lab, n->spec));
	n->host = n->spec->kind.v == LAB_ROUTER ? world_add_router(w, name)
						: world_add_host(w, name);
	if (!n->host)
		return -ENOMEM;
	n->host->on_boot = on_boot;
	n->host->on_halt = on_halt;
	n->host->arg = n;
	return build_ports(n);
}

static int build_nodes(struct lab_run *run)
{
	const struct lab_node *node = run->lab->spec.nodes.items;
	int err = 0;

	for (size_t i = 0; i < run_node_count(run) && !err; i++) {
		run->nodes[i].run = run;
		run->nodes[i].spec = &node[i];
		err = build_node(&run->nodes[i]);
	}
	return err;
}

static int build_lans(struct lab_run *run)
{
	const struct lab_lan *lan = run->lab->spec.lans.items;
	struct switch_cfg deaf = switch_cfg_default;
	char name[NODE_NAME_MAX];
	int err = 0;

	deaf.is_deaf = true;
	for (size_t i = 0; i < run->lab->spec.lans.count && !err; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", TOPO_SWITCH_PREFIX,
			       lan[i].item.name.s);
		err = box_add(run->world, &run->lan_boxes[i], name,
			      lan[i].kind.v != 0, lan[i].cable.rate.v);
		if (!err && lan[i].snooping.v && run->lan_boxes[i].sw)
			switch_set_cfg(run->lan_boxes[i].sw, &deaf);
	}
	return err;
}

static double share(const struct lab_num *n)
{
	return (double)n->v / (double)VALUE_WHOLE;
}

/* What a cable does, from the file's values. */
static struct cable_params params_of(const struct lab_cable *c)
{
	return (struct cable_params){
		.rate_bps = c->rate.v,
		.jitter_ns = c->jitter.v,
		.loss = share(&c->loss),
		.dup = share(&c->dup),
		.corrupt = share(&c->corrupt),
		.bit_errors = share(&c->bit_errors),
		.has_fec = c->fec.v != 0,
		.reorder = share(&c->reorder),
		.queue_octets = (uint32_t)min_u64(c->queue.v, UINT32_MAX),
		.queue_frames = UINT32_MAX,
		.mark_octets = (uint32_t)min_u64(c->ecn.v, UINT32_MAX),
	};
}

static struct port *build_end(struct lab_run *run, const struct topo_end *end)
{
	const struct lab_lan *lans = run->lab->spec.lans.items;
	const struct lab_iface *iface;
	struct run_node *n;

	if (end->lan)
		return box_port(&run->lan_boxes[end->lan - lans]);
	n = run_node(run, end->node->item.name.s);
	if (topo_is_switch(n->spec))
		return box_port(&n->box);
	iface = n->spec->interfaces.items;
	return n->ports[end->iface - iface];
}

static int build_cables(struct lab_run *run)
{
	const struct topo_cable *topo = run->lab->topo.cables.items;

	for (size_t i = 0; i < run->lab->topo.cables.count; i++) {
		struct run_cable *c = &run->cables[i];
		struct port *a = build_end(run, &topo[i].end[0]);
		struct port *b = build_end(run, &topo[i].end[1]);

		c->run = run;
		c->topo = &topo[i];
		c->base = params_of(topo[i].params);
		c->base.delay_ns = topo[i].delay_ns;
		if (!a || !b)
			return -ENOMEM;
		c->cable = world_link(run->world, a, b, &c->base);
		if (!c->cable)
			return -ENOMEM;
		c->cable->user = c;
	}
	return build_switches(run);
}

static struct node *box_node(const struct run_box *box)
{
	return box->hub ? hub_node(box->hub) : switch_node(box->sw);
}

static void tell_node(struct lab_run *run, const char *name, const char *kind)
{
	PROBE(world_place(run->world), EV_NOTE, R_LAB_NODE, NULL,
	      EVF_TEXT("name", name), EVF_TEXT("kind", kind));
}

static void tell_address(struct lab_run *run, const struct run_node *n,
			 const struct lab_iface *iface, struct ip_addr ip)
{
	PROBE(world_place(run->world), EV_NOTE, R_LAB_ADDRESS, NULL,
	      EVF_TEXT("name", n->spec->item.name.s), EVF_IP("ip", &ip),
	      EVF_TEXT("if", iface->item.name.s),
	      EVF_MAC("mac", &iface->mac.v));
}

/* An interface that asks for its address. */
static void tell_asker(struct lab_run *run, const struct run_node *n,
		       const struct lab_iface *iface)
{
	PROBE(world_place(run->world), EV_NOTE, R_LAB_ADDRESS, NULL,
	      EVF_TEXT("name", n->spec->item.name.s),
	      EVF_TEXT("if", iface->item.name.s),
	      EVF_MAC("mac", &iface->mac.v));
}

static void tell_addresses(struct lab_run *run, const struct run_node *n)
{
	const struct lab_iface *iface = n->spec->interfaces.items;

	for (size_t i = 0; i < n->spec->interfaces.count; i++) {
		if (iface[i].ip.is_set)
			tell_address(run, n, &iface[i],
				     ip_addr_v4(iface[i].ip.v));
		else
			tell_asker(run, n, &iface[i]);
		if (iface[i].ip6.is_set)
			tell_address(run, n, &iface[i],
				     ip_addr_v6(iface[i].ip6.v));
	}
}

static const char *end_text(const struct lab_run *run,
			    const struct topo_end *end)
{
	const struct lab_lan *lans = run->lab->spec.lans.items;

	return end->lan ? box_node(&run->lan_boxes[end->lan - lans])->name
			: end->node->item.name.s;
}

/* The first events of the log: what there is.  The very first is the cause of
 * all that follows. */
static void tell_all(struct lab_run *run)
{
	const struct topo_cable *cable = run->lab->topo.cables.items;
	struct place *place = world_place(run->world);

	PROBE_CAUSE(place, EV_ACTION, R_LAB_BEGIN, NULL,
		    EVF_TEXT("lab", run->lab->spec.name.s),
		    EVF_NUM("seed", world_seed(run->world)));
	for (size_t i = 0; i < run_node_count(run); i++)
		tell_node(run, run->nodes[i].spec->item.name.s,
			  schema_kinds[run->nodes[i].spec->kind.v]);
	for (size_t i = 0; i < run->lab->spec.lans.count; i++)
		tell_node(run, box_node(&run->lan_boxes[i])->name,
			  run->lan_boxes[i].hub ? "hub" : "switch");
	for (size_t i = 0; i < run_node_count(run); i++)
		tell_addresses(run, &run->nodes[i]);
	for (size_t i = 0; i < run->lab->topo.cables.count; i++)
		PROBE(place, EV_NOTE, R_LAB_LINK, NULL,
		      EVF_TEXT("a", end_text(run, &cable[i].end[0])),
		      EVF_TEXT("b", end_text(run, &cable[i].end[1])));
}

/* Switch them on, each because the lab begins. */
static int boot_all(struct lab_run *run)
{
	struct env *env = world_env(run->world);
	uint32_t begin = env->cause;
	int err = 0;

	for (size_t i = 0; i < run_node_count(run) && !err; i++) {
		env->cause = begin;
		if (run->nodes[i].host)
			err = run_node_boot(&run->nodes[i]);
	}
	env->cause = 0;
	return err;
}

static int build_all(struct lab_run *run)
{
	int err = build_nodes(run);

	if (!err)
		err = build_lans(run);
	if (!err)
		err = build_cables(run);
	if (err)
		return err;
	tell_all(run);
	err = boot_all(run);
	return err ? err : script_schedule(run);
}

/* Arrays of a run, and its world and log. */
static int run_init(struct lab_run *run, struct mem *mem, uint64_t seed)
{
	const struct lab *lab = run->lab;
	struct arena *a = &run->arena;

	arena_init(a, mem);
	run->nodes = arena_alloc(a, lab->spec.nodes.count, sizeof(*run->nodes));
	run->lan_boxes =
		arena_alloc(a, lab->spec.lans.count, sizeof(*run->lan_boxes));
	run->cables =
		arena_alloc(a, lab->topo.cables.count, sizeof(*run->cables));
	run->lines =
		arena_alloc(a, lab->spec.script.count, sizeof(*run->lines));
	run->world = world_new(mem, seed);
	run->log = trace_log_new(mem, LOG_FRAMES);
	if (arena_is_out(a) || !run->world || !run->log)
		return -ENOMEM;
	trace_log_attach(run->log, world_env(run->world));
	if (lab->spec.time.v == LAB_REAL)
		return real_new(&run->real, mem, run->world);
	return 0;
}

/* What this program cannot do yet. */
static int run_check(const struct lab *lab)
{
	if (lab_has_programs(lab) && lab->spec.time.v != LAB_REAL)
		return -EOPNOTSUPP;
	return 0;
}

int lab_run_new(struct lab_run **out, struct mem *mem, const struct lab *lab,
		uint64_t seed)
{
	struct lab_run *run;
	int err = run_check(lab);

	if (err)
		return err;
	run = mem_alloc(mem, sizeof(*run));
	if (!run)
		return -ENOMEM;
	run->lab = lab;
	err = run_init(run, mem, seed);
	if (!err)
		err = build_all(run);
	if (err) {
		(void)lab_run_free(run);
		return err;
	}
	*out = run;
	return 0;
}

/* What ties a node to the machine goes before the clock does. */
static void node_unplug(struct run_node *n)
{
	halt_outlet(n);
	uplink_free(n->box.uplink);
}

size_t lab_run_free(struct lab_run *run)
{
	struct mem *mem = run->arena.mem;
	size_t leaked = 0;

	if (run->log)
		trace_log_detach(run->log);
	for (size_t i = 0; run->nodes && i < run_node_count(run); i++)
		node_unplug(&run->nodes[i]);
	real_free(run->real);
	if (run->world)
		leaked = world_free(run->world);
	trace_log_free(run->log);
	arena_fini(&run->arena);
	mem_free(mem, run, sizeof(*run));
	return leaked;
}

/* When a line of the script begins the last thing that it does. */
static uint64_t line_last_ns(const struct lab_line *line)
{
	if (line->ping.s || line->connect.s)
		return line->when.v + line->count.v * line->every.v;
	return max_u64(line->when.v, line->fault.from.v);
}

/* In the time that the lab has. */
static void run_until(struct lab_run *run, uint64_t t_ns)
{
	if (run->real)
		real_run_until(run->real, t_ns);
	else
		(void)world_run_until(run->world, t_ns);
}

/* When the lab ends: as the file says, or when nothing more is to come.  In
 * real time without a script somebody has to interrupt it. */
int lab_run_go(struct lab_run *run)
{
	const struct lab_line *line = run->lab->spec.script.items;
	const struct lab_num *until = &run->lab->spec.until;
	uint64_t last = 0;

	if (until->is_set) {
		run_until(run, until->v);
		return run->error;
	}
	if (run->real && !run_line_count(run)) {
		run_until(run, UINT64_MAX);
		return run->error;
	}
	for (size_t i = 0; i < run_line_count(run); i++)
		last = max_u64(last, line_last_ns(&line[i]));
	(void)world_run_wait(run->world, script_is_done, run,
			     last + LAB_LIMIT_NS);
	run_until(run, world_now(run->world) + LAB_SETTLE_NS);
	return run->error;
}

void lab_run_on_resource(struct lab_run *run, lab_resource_fn *fn, void *arg)
{
	run->on_resource = fn;
	run->resource_arg = arg;
}

struct pace *lab_run_pace(struct lab_run *run)
{
	return run->real ? real_pace(run->real) : NULL;
}

void lab_run_keep_signals(struct lab_run *run)
{
	real_keep_signals(run->real);
}

struct trace_log *lab_run_log(struct lab_run *run)
{
	return run->log;
}

struct world *lab_run_world(struct lab_run *run)
{
	return run->world;
}

const struct lab *lab_run_lab(const struct lab_run *run)
{
	return run->lab;
}
