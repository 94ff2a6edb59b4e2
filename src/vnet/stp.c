// SPDX-License-Identifier: MIT
/*
 * stp.c - rapid spanning tree: switches agree which cables to use
 *
 * Theory of operation
 * ===================
 * In a ring of switches a broadcast goes round for ever: a frame of Ethernet
 * has no hop count that would stop it.  So the switches choose one of them as
 * the root, every other one keeps its best way there, and what is left over
 * forwards nothing until it is needed (IEEE 802.1D-2004, 17; first 802.1w).
 *
 *	heard (stp_io.c) -> roles (stp_role.c) -> states (stp_port.c) -> said
 *	                          ^
 *	a cable comes or goes ----+---- a timer ends
 *
 * The standard describes nine state machines for each port.  Here they are
 * conditions that are tried again and again until nothing changes: the order
 * does not matter, and each rule stands alone.
 *
 * A port whose other end is a host or a router is an edge: it forwards at once.
 * The first BPDU heard there ends that.  Any other port becomes an edge if
 * nobody answers its proposals for three seconds.
 *
 * Limits
 * ------
 * One tree for all VLANs.  4,095 ports.  Timers count whole seconds.  A port
 * speaks the old protocol as soon as it hears it, and the new one again when it
 * hears that (17.24 waits three seconds).  A host that claims to be the root is
 * believed, unless its port is guarded.
 */

#include "vnet/stp.h"

#include <string.h>

#include "base/check.h"

#include "core/probe.h"

#include "vnet/vnet_int.h"

#define PORT_MAX    4095
#define COST_OF_BPS UINT64_C(20000000000000) /* table 17-3 */
#define COST_MAX    UINT64_C(200000000)
#define STEPS_MAX   100000 /* rules end; this is for a bug in them */

static uint32_t cost_of_rate(uint64_t rate_bps)
{
	uint64_t cost = rate_bps ? COST_OF_BPS / rate_bps : 1;

	return (uint32_t)min_u64(max_u64(cost, 1), COST_MAX);
}

static const struct cable_half *half_out(const struct stp_port *p)
{
	const struct cable *c = p->port->cable;

	return c ? p->port->out : NULL;
}

static bool is_cable_up(const struct stp_port *p)
{
	const struct cable *c = p->port->cable;

	return c && c->half[0].is_up && c->half[1].is_up;
}

/* 17.27, DISABLED: as if nothing had been heard. */
static void port_off(struct stp_port *p)
{
	p->info = STP_INFO_NONE;
	memset(p->timer, 0, sizeof(p->timer));
	p->is_proposing = p->is_proposed = false;
	p->has_agreed = p->is_agreed = p->is_disputed = false;
	p->must_sync = p->is_synced = p->must_reroot = false;
	p->must_tell_tc = p->must_ack_tc = p->must_send = false;
	p->is_edge = p->is_old = false;
}

static bool is_edge(const struct stp_port *p, enum node_kind kind)
{
	if (p->cfg.edge == STP_EDGE_AUTO)
		return kind == NODE_HOST || kind == NODE_ROUTER;
	return p->cfg.edge == STP_EDGE_YES;
}

static void port_on(struct stp_port *p)
{
	const struct cable_half *half = half_out(p);
	enum node_kind kind = half->to->node->kind;

	p->info = STP_INFO_AGED;
	p->cost =
		p->cfg.cost ? p->cfg.cost : cost_of_rate(half->params.rate_bps);
	p->is_p2p = kind != NODE_HUB;
	p->is_edge = is_edge(p, kind);
	p->timer[STP_T_FD] = p->stp->times.fwd_delay;
}

static void look_at_port(struct stp_port *p)
{
	bool is_up = is_cable_up(p);

	p->is_shut = p->is_shut && is_up;
	is_up = is_up && !p->is_shut;
	if (is_up == (p->info != STP_INFO_NONE))
		return;
	if (is_up)
		port_on(p);
	else
		port_off(p);
	p->stp->must_select = true;
}

void stp_look(struct stp *stp)
{
	struct list *pos;

	if (!stp->is_started)
		return;
	list_for_each(pos, &stp->ports)
		look_at_port(list_entry(pos, struct stp_port, list));
	stp_settle(stp);
}

void stp_settle(struct stp *stp)
{
	unsigned int steps = 0;
	struct list *pos;
	bool is_moving;

	do {
		is_moving = false;
		if (stp->must_select)
			stp_select(stp);
		list_for_each(pos, &stp->ports)
			is_moving |= stp_port_step(
				list_entry(pos, struct stp_port, list));
		check(++steps < STEPS_MAX);
	} while (is_moving || stp->must_select);
	list_for_each(pos, &stp->ports)
		stp_port_send(list_entry(pos, struct stp_port, list));
}

/* What a port does when its seconds are over. */
static void port_timers_ended(struct stp_port *p, const uint16_t *before)
{
	if (!p->timer[STP_T_INFO] && p->info == STP_INFO_HEARD) {
		PROBE(p->stp->node->place, EV_TIMER, R_STP_SILENT, NULL,
		      EVF_TEXT("port", p->port->netif.name));
		p->info = STP_INFO_AGED;
		p->stp->must_select = true;
	}
	if (before[STP_T_EDGE] && !p->timer[STP_T_EDGE] &&
	    p->role == STP_DESIGNATED && p->is_proposing) {
		p->is_edge = true;
		p->is_proposing = false;
	}
	if (!p->timer[STP_T_HELLO]) {
		p->timer[STP_T_HELLO] = p->stp->times.hello;
		p->must_send |= p->role == STP_DESIGNATED ||
				(p->role == STP_ROOT && p->timer[STP_T_TC]);
	}
}

static void port_tick(struct stp_port *p)
{
	uint16_t before[STP_TIMERS];
	size_t i;

	memcpy(before, p->timer, sizeof(before));
	for (i = 0; i < STP_TIMERS; i++)
		if (p->timer[i])
			p->timer[i]--;
	if (p->info != STP_INFO_NONE)
		port_timers_ended(p, before);
}

static void stp_begin(struct stp *stp)
{
	stp->is_started = true;
	stp->cause = PROBE(stp->node->place, EV_NOTE, R_STP_START, NULL,
			   EVF_NUM("priority", stp->id >> 48));
}

/* struct sched_event.fn: once a second */
static void stp_tick(struct sched_event *ev, void *arg)
{
	struct stp *stp = arg;
	struct env *env = &stp->node->world->env;
	uint32_t outer = env->cause;
	struct list *pos;

	sched_arm(&stp->node->world->sched, ev, env->now_ns + NS_PER_S);
	if (!stp->is_started)
		stp_begin(stp);
	env->cause = stp->cause;
	list_for_each(pos, &stp->ports)
		port_tick(list_entry(pos, struct stp_port, list));
	stp_look(stp);
	env->cause = outer;
}

static uint64_t id_of(uint16_t priority, mac_addr mac)
{
	uint64_t id = priority;
	size_t i;

	for (i = 0; i < sizeof(mac.o); i++)
		id = id << 8 | mac.o[i];
	return id;
}

struct stp *stp_new(struct node *node, uint16_t priority)
{
	struct world *w = node->world;
	struct stp *stp = mem_alloc(w->env.mem, sizeof(*stp));

	if (!stp)
		return NULL;
	stp->node = node;
	list_init(&stp->ports);
	stp->id = id_of(priority, node_mac(node->name, "bridge"));
	stp->best = (struct stp_vec){.root = stp->id, .bridge = stp->id};
	stp->times = (struct stp_times){0, 20, 2, 15};
	if (sched_add(&w->sched, &stp->event, node->id, 0)) {
		mem_free(w->env.mem, stp, sizeof(*stp));
		return NULL;
	}
	stp->event.fn = stp_tick;
	stp->event.arg = stp;
	sched_arm(&w->sched, &stp->event, w->env.now_ns);
	return stp;
}

void stp_free(struct stp *stp)
{
	struct world *w;

	if (!stp)
		return;
	w = stp->node->world;
	while (!list_is_empty(&stp->ports)) {
		struct stp_port *p =
			list_first_entry(&stp->ports, struct stp_port, list);

		list_del(&p->list);
		mem_free(w->env.mem, p, sizeof(*p));
	}
	sched_del(&w->sched, &stp->event);
	mem_free(w->env.mem, stp, sizeof(*stp));
}

/* 9.2.7: four bits of priority, twelve of number. */
static uint16_t port_id(const struct stp_port *p)
{
	unsigned int priority = p->cfg.priority & 0xf0;

	return (uint16_t)(priority << 8 | (p->port->netif.index & PORT_MAX));
}

void stp_port_set(struct stp_port *p, const struct stp_cfg *cfg)
{
	p->cfg = *cfg;
	p->id = port_id(p);
	if (p->info == STP_INFO_NONE)
		return;
	port_off(p);
	p->stp->must_select = true;
	stp_settle(p->stp);
	stp_look(p->stp);
}

struct stp_port *stp_port_new(struct stp *stp, struct port *port)
{
	struct stp_port *p = mem_alloc(port->node->world->env.mem, sizeof(*p));

	if (!p)
		return NULL;
	p->stp = stp;
	p->port = port;
	p->cfg.priority = STP_PORT_PRIORITY;
	p->id = port_id(p);
	port->netif.mac = node_mac(stp->node->name, port->netif.name);
	list_add_tail(&stp->ports, &p->list);
	return p;
}
