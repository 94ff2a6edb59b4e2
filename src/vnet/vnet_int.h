/* SPDX-License-Identifier: MIT */
#ifndef VNET_VNET_INT_H
#define VNET_VNET_INT_H

/*
 * vnet_int.h - what the files of this directory know of each other
 *
 * Private to vnet/.
 */

#include "base/htab.h"

#include "vnet/real.h"
#include "vnet/vnet.h"

/**
 * struct world - a network and its clock
 * @env:	What all its stacks share: time, memory, listener
 * @seed:	From which every random stream is derived
 * @sched:	What happens next
 * @place:	The place called "lab"
 * @nodes:	struct node.list
 * @names:	The same, by name
 * @cables:	struct cable.list
 * @lines:	struct script_line.list, not yet run
 * @node_count:	Nodes there ever were
 * @cable_count: Cables there ever were
 * @line_count:	Script lines there ever were
 * @event_count: Events that ran
 * @is_running:	An event is under way
 * @wait:	Who lets time pass, or NULL: the world itself
 * @wait_arg:	His argument
 * @sleep:	Who lets calls sleep, or NULL: as @wait
 * @sleep_arg:	His argument
 * @entropy:	Of hosts, see vnet/real.h
 */
struct world {
	struct env env;
	uint64_t seed;
	struct sched sched;
	struct place place;
	struct list nodes;
	struct htab names;
	struct list cables;
	struct list lines;
	uint32_t node_count;
	uint32_t cable_count;
	uint64_t line_count;
	uint64_t event_count;
	bool is_running;
	world_wait_fn *wait;
	void *wait_arg;
	world_sleep_fn *sleep;
	void *sleep_arg;
	struct entropy entropy;
};

/**
 * struct node_ops - what differs from one kind of node to the next
 * @free:	The node and all that is on it
 * @plug:	(hubs only) @port has a cable now: what is at its other end is
 *		a station.  0 or -ENOMEM
 * @unplug:	(hubs only) And has not any more
 * @transmit:	(hubs only) A frame to send.  Takes @pkt.  0 or -ENOBUFS
 *
 * Who makes a node says what it is: a program that makes no hub has none
 * linked in, and likewise with the session of a serial port, and PPP.
 */
struct node_ops {
	void (*free)(struct node *node);
	int (*plug)(struct port *port);
	void (*unplug)(struct hub_station *st);
	int (*transmit)(struct hub_station *st, struct pkt *pkt);
};

/*
 * node_init() takes the name into the world: 0, -EEXIST, -EINVAL (empty or too
 * long) or -ENOMEM.  node_fini() gives it back; ports and what they are part
 * of must be gone.
 */
int node_init(struct node *node, struct world *w, const struct node_ops *ops,
	      enum node_kind kind, const char *name);
void node_fini(struct node *node);

/* Another port; @mac NULL: made from the names.  NULL: no memory. */
struct port *node_add_port(struct node *node, const char *prefix,
			   uint32_t number, const mac_addr *mac);
void node_free_ports(struct node *node);
/* A link address made from names: the same in every run. */
mac_addr node_mac(const char *node, const char *port);

/* The cable hands a frame to the port at its end.  Takes @pkt. */
void port_input(struct port *port, struct pkt *pkt);

void switch_flush_port(struct port *port); /* forget what lives there */
void cable_free(struct cable *c);	   /* with all that is on it */

/**
 * struct serial - what makes a port a serial one (serial.c)
 * @boot:	The host was switched on: begin a session.  0 or -ENOMEM
 * @halt:	It is about to be switched off
 * @free:	The port goes
 * @input:	Octets have come over the cable.  Takes @pkt
 * @carrier:	The cable, or who is at its other end, has come or gone
 */
struct serial {
	int (*boot)(struct serial *s);
	void (*halt)(struct serial *s);
	void (*free)(struct serial *s);
	void (*input)(struct serial *s, struct pkt *pkt);
	void (*carrier)(struct serial *s);
};

/* cable.c: tell the serial ports at both ends. */
void cable_carrier(struct cable *c);

/* cable_fate.c: a frame begins its way; what becomes of it. */
void cable_fate(struct cable_half *half, struct pkt *pkt, uint64_t arrival_ns);
void cable_fly(struct cable_half *half, struct pkt *pkt, uint64_t arrival_ns);
uint64_t cable_octets_ns(const struct cable_half *half, uint64_t octets);

/*
 * cable_plain.c: ports' way into a cable, and what its event does; and handing
 * a frame to the port at its end.  Takes @pkt.
 */
extern const struct netif_ops cable_ops;
void cable_event(struct sched_event *ev, void *arg);
void cable_deliver(struct cable_half *half, struct pkt *pkt);

/* cable.c: both of these, step by step.  0 or -ENOBUFS; takes @pkt. */
int cable_transmit(struct cable_half *half, struct pkt *pkt);
void cable_happen(struct cable_half *half);

/* cable.c: a frame that came by another way is at the near end of the last
 * piece; if it may pass, it arrives now.  Takes @pkt. */
void cable_arrive(struct cable_half *half, struct pkt *pkt);

/* cable_mark.c: congestion that @pkt finds in front of it. */
void cable_mark(struct cable_half *half, struct pkt *pkt);

/* cable_bits.c: damage the frame if its fate says so.  0 or -ENOMEM. */
int cable_corrupt(struct cable_half *half, struct pkt *pkt);
uint32_t cable_fec_octets(uint32_t len); /* check octets of a frame */

#endif /* VNET_VNET_INT_H */
