// SPDX-License-Identifier: MIT
/*
 * host.c - hosts and routers: a stack, driven by the world
 *
 * Theory of operation
 * ===================
 * A stack says when it wants to run next; a host has one event in the world's
 * queue that is armed for that time, and armed again after each run and
 * whenever the stack says that the time has changed (on_kick).
 *
 * The stack's entropy is a random stream derived from the seed and the name:
 * in virtual time the seed is the only secret there is.  After a restart the
 * stream goes on, so a host does not use its old numbers again.
 *
 * Switching a host off is pulling the plug: its interfaces go down first, so
 * that nothing that the protocols want to say while they are taken apart
 * reaches the cable.  Ports and cables stay.
 */

#include <errno.h>
#include <stdio.h>

#include "base/check.h"

#include "core/pkt.h"

#include "inet/inet.h"
#include "vnet/vnet_int.h"

struct host *host_of(struct node *node)
{
	if (node->kind != NODE_HOST && node->kind != NODE_ROUTER)
		return NULL;
	return container_of(node, struct host, node);
}

struct host *host_of_stack(struct stack *stack)
{
	return container_of(stack, struct host, stack);
}

static void host_rearm(struct host *h)
{
	struct world *w = h->node.world;
	uint64_t next;

	if (!h->is_on || h->node.is_frozen) {
		sched_cancel(&w->sched, &h->event);
		return;
	}
	next = stack_next(&h->stack);
	if (next == UINT64_MAX)
		sched_cancel(&w->sched, &h->event);
	else
		sched_arm(&w->sched, &h->event, max_u64(next, w->env.now_ns));
}

static void on_host_event(struct sched_event *ev, void *arg)
{
	struct host *h = arg;

	(void)ev;
	stack_run(&h->stack);
	host_rearm(h);
}

/* struct stack_ops.on_kick */
static void host_kick(struct stack *stack)
{
	host_rearm(host_of_stack(stack));
}

/* struct stack_ops.wait */
static int host_wait(struct stack *stack, bool (*is_done)(void *arg), void *arg,
		     uint64_t until_ns)
{
	return world_run_wait(host_of_stack(stack)->node.world, is_done, arg,
			      until_ns);
}

/* struct stack_ops.sleep */
static int host_sleep(struct stack *stack, struct sleep *s, uint64_t until_ns)
{
	return world_run_sleep(host_of_stack(stack)->node.world, s, until_ns);
}

static const struct stack_ops host_ops = {
	.on_kick = host_kick,
	.wait = host_wait,
	.sleep = host_sleep,
};

/* struct entropy.fill */
static int host_entropy(void *arg, void *buf, size_t len)
{
	rng_fill(arg, buf, len);
	return 0;
}

static int serials_boot(struct host *h)
{
	struct list *pos;
	int err = 0;

	list_for_each(pos, &h->node.ports) {
		struct port *port = list_entry(pos, struct port, list);

		if (port->serial && !err)
			err = port->serial->boot(port->serial);
	}
	return err;
}

static void serials_halt(struct host *h)
{
	struct list *pos;

	list_for_each(pos, &h->node.ports) {
		struct port *port = list_entry(pos, struct port, list);

		if (port->serial)
			port->serial->halt(port->serial);
	}
	h->is_on = false;
	list_for_each(pos, &h->node.ports) {
		struct port *port = list_entry(pos, struct port, list);

		if (port->serial && port->cable)
			cable_carrier(port->cable);
	}
}

/* Make the stack, with the ports that there are already. */
static int host_boot(struct host *h)
{
	struct inet_config cfg = {.is_router = h->node.kind == NODE_ROUTER};
	struct entropy entropy = {.fill = host_entropy, .arg = &h->entropy};
	struct list *pos;
	int err;

	if (h->node.world->entropy.fill)
		entropy = h->node.world->entropy;
	err = stack_init(&h->stack, &h->node.world->env, h->node.name, entropy);
	if (err)
		return err;
	h->stack.ops = &host_ops;
	h->is_on = true;
	err = inet_init(&h->stack, &cfg);
	if (err) {
		stack_fini(&h->stack);
		h->is_on = false;
		return err;
	}
	list_for_each(pos, &h->node.ports) {
		struct port *port = list_entry(pos, struct port, list);

		port->netif.is_up = true;
		if (!port->serial)
			stack_add_netif(&h->stack, &port->netif);
	}
	h->boots++;
	return serials_boot(h);
}

void host_kill(struct host *h)
{
	struct list *pos;

	if (!h->is_on)
		return;
	check(h->stack.depth == 0);
	list_for_each(pos, &h->node.ports)
		list_entry(pos, struct port, list)->netif.is_up = false;
	if (h->on_halt)
		h->on_halt(h, h->arg);
	serials_halt(h);
	inet_fini(&h->stack);
	stack_fini(&h->stack);
	h->is_on = false;
	h->node.is_frozen = true;
	host_rearm(h);
}

static void host_free(struct node *node)
{
	struct host *h = host_of(node);
	struct world *w = h->node.world;

	host_kill(h);
	sched_del(&w->sched, &h->event);
	node_free_ports(&h->node);
	node_fini(&h->node);
	mem_free(w->env.mem, h, sizeof(*h));
}

static const struct node_ops node_ops = {.free = host_free};

static struct host *host_new(struct world *w, enum node_kind kind,
			     const char *name)
{
	struct mem *mem = w->env.mem;
	struct host *h = mem_alloc(mem, sizeof(*h));
	char stream[NODE_NAME_MAX + 16];

	if (!h)
		return NULL;
	h->node.place = &h->stack.place;
	if (node_init(&h->node, w, &node_ops, kind, name))
		goto fail;
	snprintf(stream, sizeof(stream), "%s entropy", name);
	rng_init(&h->entropy, w->seed, stream);
	if (sched_add(&w->sched, &h->event, h->node.id, 0))
		goto fail_node;
	h->event.fn = on_host_event;
	h->event.arg = h;
	if (host_boot(h))
		goto fail_event;
	return h;

fail_event:
	sched_del(&w->sched, &h->event);
fail_node:
	node_fini(&h->node);
fail:
	mem_free(mem, h, sizeof(*h));
	return NULL;
}

struct host *world_add_host(struct world *w, const char *name)
{
	return host_new(w, NODE_HOST, name);
}

struct host *world_add_router(struct world *w, const char *name)
{
	return host_new(w, NODE_ROUTER, name);
}

struct port *host_add_port(struct host *h, const mac_addr *mac)
{
	struct port *port;

	if (!h->is_on)
		return NULL;
	port = node_add_port(&h->node, "eth", h->node.port_count, mac);
	if (port)
		stack_add_netif(&h->stack, &port->netif);
	return port;
}

void host_freeze(struct host *h)
{
	h->node.is_frozen = true;
	host_rearm(h);
}

void host_thaw(struct host *h)
{
	if (!h->is_on)
		return;
	h->node.is_frozen = false;
	host_rearm(h);
}

int host_restart(struct host *h)
{
	int err;

	host_kill(h);
	err = host_boot(h);
	if (err)
		return err;
	h->node.is_frozen = false;
	if (h->on_boot)
		err = h->on_boot(h, h->arg);
	host_rearm(h);
	return err;
}
