/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_MEM_H
#define DRIVER_MEM_H

/*
 * mem.h - a wire in memory between two stacks of one thread
 *
 * No delay, no rate, no loss: for programs that embed two stacks, and for
 * measuring the stack alone.  For a cable that behaves like one, see vnet/.
 *
 *	mem_wire_init(&wire, &a, &b, &cfg);
 *	... ip_addr_add(&a, &wire.end[0].netif, ...) ...
 *	mem_wire_run(&wire);
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

#include "core/netif.h"
#include "core/stack.h"

#define MEM_WIRE_QUEUE 1024 /* default limit */

/**
 * struct mem_wire_cfg - what the wire is to be; zeroed is ordinary Ethernet
 * @mac:	Of the two ends; zero: 02:00:00:00:00:01 and :02
 * @mtu:	Largest IP packet, 0: 1500
 * @queue_max:	Frames that may wait for a stack, 0: MEM_WIRE_QUEUE
 * @has_offload: Takes 64 KB segments and partial checksums
 */
struct mem_wire_cfg {
	mac_addr mac[2];
	uint32_t mtu;
	uint32_t queue_max;
	bool has_offload;
};

/**
 * struct mem_end - one end of the wire
 * @netif:	The interface, in its stack
 * @stack:	Its stack
 * @peer:	The other end
 * @queue:	Frames on their way to this end
 * @queued:	How many
 * @queue_max:	Limit
 * @task:	Takes them in
 */
struct mem_end {
	struct netif netif;
	struct stack *stack;
	struct mem_end *peer;
	struct list queue;
	uint32_t queued, queue_max;
	struct task task;
};

struct mem_wire {
	struct mem_end end[2];
};

/**
 * mem_wire_init() - Connect two stacks
 * @wire:	Filled in; must stay where it is
 * @a:		Gets end[0].netif, called "mem0" or, if that name is in use,
 *		"mem1" and so on
 * @b:		Gets end[1].netif; lives in the same env as @a
 * @cfg:	NULL: ordinary Ethernet
 *
 * A frame is put off to the receiving stack's next run (stack_defer()), so
 * transmit never calls the receiver, and the receiver's driver is told by
 * on_kick().
 */
void mem_wire_init(struct mem_wire *wire, struct stack *a, struct stack *b,
		   const struct mem_wire_cfg *cfg);

/* Take both interfaces out of their stacks (if still in) and drop what waits.
 * Before stack_fini(). */
void mem_wire_fini(struct mem_wire *wire);

/**
 * mem_wire_run() - Run both stacks until no frame is on the wire
 * @wire:	The wire
 *
 * Timers due at env->now_ns fire too.  May call back anything.
 */
void mem_wire_run(struct mem_wire *wire);

#endif /* DRIVER_MEM_H */
