/* SPDX-License-Identifier: MIT */
#ifndef VNET_VNET_H
#define VNET_VNET_H

/*
 * vnet.h - a whole network in one process, in virtual time
 *
 * Theory of operation
 * ===================
 * A world has nodes (hosts, routers, switches, boxes), each with ports, and
 * cables between ports.  It owns the clock: time jumps from one event to the
 * next, so an hour takes as long as what happens in it.
 *
 *	struct world *w = world_new(&mem, 42);
 *	struct host *a = world_add_host(w, "a");
 *	struct host *b = world_add_host(w, "b");
 *	struct cable_params p = {.delay_ns = 10 * NS_PER_MS};
 *
 *	world_link(w, host_add_port(a, NULL), host_add_port(b, NULL), &p);
 *	... addresses, sockets ...
 *	world_run_until(w, 5 * NS_PER_S);
 *	check(world_free(w) == 0);
 *
 * Events run in order of (time, node, lane), which does not depend on
 * addresses in memory or on hash order; each node and each direction of a
 * cable has a random stream of its own, derived from the seed and the name.
 * Same seed, same bytes.
 *
 * A call that blocks (connect() on a blocking socket) runs the world until it
 * can return.  That works outside of events only: code called by the world
 * (a script line, a waiter, a handler) gets -EDEADLK and must not block.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/rng.h"

#include "core/env.h"
#include "core/netif.h"
#include "core/stack.h"

#include "vnet/cable.h"
#include "vnet/hub.h"
#include "vnet/sched.h"
#include "vnet/switch.h"

struct world;

#define NODE_NAME_MAX 64

enum node_kind { NODE_HOST, NODE_ROUTER, NODE_SWITCH, NODE_HUB, NODE_BOX };

/**
 * struct node - what all kinds of nodes have in common
 * @list:	In the world, in order of creation
 * @world:	Where it is
 * @kind:	What the node is part of: host_of(), switch_of(), hub_of();
 *		@ops goes with it
 * @id:		Counted from 1; 0 is the script
 * @name:	Unique in the world
 * @place:	Its counters and events
 * @rng:	Its own stream, for its behaviour (a host's entropy is another)
 * @ports:	struct port.list, in order of creation
 * @port_count:	How many
 * @is_frozen:	Takes no frames, runs no timers
 * @user:	For whoever built the world
 */
struct node {
	struct list list;
	struct world *world;
	const struct node_ops *ops;
	enum node_kind kind;
	uint32_t id;
	char name[NODE_NAME_MAX];
	struct place *place;
	struct rng rng;
	struct list ports;
	uint32_t port_count;
	bool is_frozen;
	void *user;
};

/**
 * struct port - where a cable is plugged in
 * @list:	In the node
 * @netif:	The interface
 * @node:	Whose it is
 * @cable:	What is plugged in, or NULL
 * @out:	The direction of it that leads away from here, or NULL
 * @serial:	Octets come and go here, not frames; or NULL
 * @is_line:	Likewise, and nobody here knows what they mean
 */
struct port {
	struct list list;
	struct netif netif;
	struct node *node;
	struct cable *cable;
	struct cable_half *out;
	struct serial *serial;
	bool is_line;
};

/* World */

/**
 * world_new() - An empty world at time 0
 * @mem:	Where all its memory comes from; must outlive it
 * @seed:	The same seed gives the same bytes
 *
 * Return: the world, or NULL (no memory)
 */
struct world *world_new(struct mem *mem, uint64_t seed);

/* Power everything off and free all.  Returns packets and blocks leaked. */
size_t world_free(struct world *w);

struct env *world_env(struct world *w);
uint64_t world_now(const struct world *w);
uint64_t world_seed(const struct world *w);

/* The place called "lab": for events that belong to no node. */
struct place *world_place(struct world *w);

/* Time of the next event, UINT64_MAX if there is none: for real-time loops. */
uint64_t world_next(const struct world *w);

/**
 * world_run_until() - Let everything up to @t_ns happen; then it is @t_ns
 *
 * May call back anything.
 *
 * Return: 0, or -EDEADLK when called from within an event
 */
int world_run_until(struct world *w, uint64_t t_ns);

/**
 * world_run_idle() - Run until nothing is left to happen
 * @limit_ns:	... but do nothing that is later than this
 *
 * The time is that of the last event afterwards.
 *
 * Return: 0 when nothing is left, -ETIMEDOUT when there is more after
 * @limit_ns (it is @limit_ns then), -EDEADLK from within an event
 */
int world_run_idle(struct world *w, uint64_t limit_ns);

/**
 * world_run_wait() - Run until a condition holds
 * @is_done:	Asked before every event
 *
 * Return: 0, -ETIMEDOUT (it is @until_ns then), -EDEADLK (called from within an
 * event, or nothing is left that could ever happen)
 */
int world_run_wait(struct world *w, bool (*is_done)(void *arg), void *arg,
		   uint64_t until_ns);

/**
 * world_at() - Call a function at a time: a line of a script
 * @t_ns:	When; the past counts as now.  Lines of the same time run in
 *		the order of these calls, before anything else of that time
 *
 * Return: 0 or -ENOMEM
 */
int world_at(struct world *w, uint64_t t_ns, void (*fn)(void *arg), void *arg);

struct node *world_find(struct world *w, const char *name); /* or NULL */
struct list *world_nodes(struct world *w);  /* struct node.list */
struct list *world_cables(struct world *w); /* struct cable.list */

/* How many events ran so far. */
uint64_t world_event_count(const struct world *w);

/* Hosts and routers */

/**
 * struct host - a node with a stack
 * @node:	What it has in common with others
 * @stack:	Its stack; not there while the host is off
 * @event:	When the stack wants to run
 * @entropy:	The stack's randomness: a stream, since the seed is the secret
 * @boots:	How often it was switched on
 * @is_on:	It has not been killed
 * @on_boot:	(optional) Called after each restart: give the stack its
 *		addresses and start its programs.  0 or -errno
 * @on_halt:	(optional) Called before the stack goes away: forget programs.
 *		Nothing that is sent here leaves the host
 * @arg:	Their argument
 */
struct host {
	struct node node;
	struct stack stack;
	struct sched_event event;
	struct rng entropy;
	uint32_t boots;
	bool is_on;
	int (*on_boot)(struct host *h, void *arg);
	void (*on_halt)(struct host *h, void *arg);
	void *arg;
};

/* NULL: no memory, or the name is in use, empty or too long. */
struct host *world_add_host(struct world *w, const char *name);
struct host *world_add_router(struct world *w, const char *name);

struct host *host_of(struct node *node); /* NULL if it is none */
struct host *host_of_stack(struct stack *stack);

/**
 * host_add_port() - Another interface: eth0, eth1, ...
 * @mac:	Its address; NULL for one made from the node's name
 *
 * Return: the port, or NULL (no memory, or the host is off)
 */
struct port *host_add_port(struct host *h, const mac_addr *mac);

/* Faults.  A frozen host keeps its state; frames to it are dropped (`frozen`)
 * and overdue timers fire when it thaws.  A killed host loses all but its
 * ports; nobody is told.  From a script line, not from the host's own stack. */
void host_freeze(struct host *h);
void host_thaw(struct host *h);
void host_kill(struct host *h);
int host_restart(struct host *h); /* kills it if need be; 0 or -errno */

/* Cables */

/**
 * world_link() - Plug a cable into two ports
 * @a:		One end
 * @b:		The other end, not the same
 * @params:	Of both directions; NULL: an ideal cable
 *
 * Its name is that of the nodes, "a -- b"; a second cable between the same
 * two is "a -- b (2)".
 *
 * With a hub at one end the station at the other takes its turn on the hub's
 * wire: hub.h.
 *
 * Return: the cable, owned by the world; NULL: no memory, a port in use, a hub
 * at both ends, or a serial port at one only
 */
struct cable *world_link(struct world *w, struct port *a, struct port *b,
			 const struct cable_params *params);

#include "vnet/box.h"
#include "vnet/serial.h"

#endif /* VNET_VNET_H */
