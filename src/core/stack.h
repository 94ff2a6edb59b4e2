/* SPDX-License-Identifier: MIT */
#ifndef CORE_STACK_H
#define CORE_STACK_H

/*
 * stack.h - a host's network stack is a value
 *
 * Theory of operation
 * ===================
 * A stack is driven from outside by three calls and knows no thread:
 *
 *	stack_input(stack, netif, pkt)	a frame arrived
 *	stack_run(stack)		time has passed: fire what is due
 *	stack_next(stack)		when to call stack_run() at the latest
 *
 * The time is env->now_ns.  Work that must not happen in the middle of other
 * work (waking an application that may call straight back) is put off with
 * stack_defer() and done at the end of the call that is under way; if none is
 * under way, the driver is told by on_kick() that it has to call stack_run().
 *
 * Protocols know each other upwards by registration only: each keeps its
 * state in a slot, the link layer's entry is one function pointer, EtherTypes
 * and IP protocols are registered with the layer below (link/, ip/).
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/list.h"
#include "base/wheel.h"

#include "core/env.h"
#include "core/netif.h"
#include "core/place.h"
#include "core/signal.h"

struct pkt;

/* Where each protocol keeps what it knows about one stack. */
enum stack_slot {
	SLOT_LINK,
	SLOT_ARP,
	SLOT_RARP,
	SLOT_PPPOE,
	SLOT_IP,
	SLOT_ICMP,
	SLOT_NAT,
	SLOT_FILTER,
	SLOT_IP6,
	SLOT_ND,
	SLOT_UDP,
	SLOT_TCP,
	SLOT_SOCK,
	SLOT_IO,
	SLOT_COUNT
};

/* Work put off to the end of the current call; embedded in its owner. */
struct task {
	struct list node;
	uint32_t cause;
	void (*fn)(struct task *task, void *arg);
	void *arg;
};

/**
 * struct entropy - where a stack's unpredictable numbers come from
 * @fill:	Fill @buf with @len octets; 0 or -errno
 * @arg:	Its first argument
 */
struct entropy {
	int (*fill)(void *arg, void *buf, size_t len);
	void *arg;
};

/**
 * struct sleep - one call that is blocked, until somebody says it is woken
 * @is_woken:	sleep_wake() was called
 * @rouse:	Set by whoever drives the stack, if he has to do something so
 *		that the call goes on: wake its thread
 * @thread:	His own
 */
struct sleep {
	bool is_woken;
	void (*rouse)(struct sleep *s);
	void *thread;
};

/**
 * struct stack_ops - what whoever drives a stack does for it
 * @on_kick:	(required) stack_next() is earlier now, or a task waits
 * @wait:	(optional) Run the world until @is_done(@arg) or @until_ns.
 *		Returns 0, -ETIMEDOUT, -EDEADLK (called from within an event,
 *		or nothing is left that could ever happen).  Without it
 *		blocking calls return -EDEADLK.
 * @sleep:	(optional, else @wait) The same until @s is woken: with threads
 *		nobody need ask again and again whether it is
 */
struct stack_ops {
	void (*on_kick)(struct stack *stack);
	int (*wait)(struct stack *stack, bool (*is_done)(void *arg), void *arg,
		    uint64_t until_ns);
	int (*sleep)(struct stack *stack, struct sleep *s, uint64_t until_ns);
};

/**
 * struct stack_counts - what programs cost
 * @calls:	Public calls
 * @sleeps:	How often a call slept until it was woken, or its time was over
 * @looks:	Files that poll, select and epoll asked whether they are ready
 */
struct stack_counts {
	uint64_t calls, sleeps, looks;
};

/**
 * struct stack - one host's network stack
 * @place:	Its name, world and drop counters
 * @ops:	Whoever drives it
 * @driver:	His own
 * @entropy:	Its source of randomness
 * @signals:	Who delivers its signals; raise NULL: nobody
 * @netifs:	Its interfaces
 * @netif_count: How many there ever were; the next index less one
 * @wheel:	Its timers
 * @tasks:	Put-off work
 * @depth:	Calls under way; tasks run when it falls to 0
 * @slot:	The protocols' own
 * @counts:	What its programs did
 * @epoch:	Grows with every change that the way of a packet may depend on
 * @link_input:	Entry of the link layer; takes the packet
 * @ahead:	What netif_ahead() calls, or NULL
 */
struct stack {
	struct place place;
	const struct stack_ops *ops;
	void *driver;
	struct entropy entropy;
	struct signal_sink signals;
	struct list netifs;
	uint32_t netif_count;
	struct wheel wheel;
	struct list tasks;
	unsigned int depth;
	void *slot[SLOT_COUNT];
	struct stack_counts counts;
	uint64_t epoch;
	void (*link_input)(struct stack *stack, struct netif *netif,
			   struct pkt *pkt);
	stack_ahead_fn *ahead;
};

/**
 * stack_init() - Make an empty stack; inet_init() fills in the protocols
 * @stack:	Filled in
 * @env:	Its world, must outlive it
 * @name:	Its name, must outlive it
 * @entropy:	Must give at least 16 octets now
 *
 * Return: 0, or -EIO if there is no entropy
 */
int stack_init(struct stack *stack, struct env *env, const char *name,
	       struct entropy entropy);

/* Detach interfaces and forget tasks and timers.  Protocols go first. */
void stack_fini(struct stack *stack);

/* Add an interface that netif_init() has prepared; frames go to the stack. */
void stack_add_netif(struct stack *stack, struct netif *netif);
void stack_del_netif(struct stack *stack, struct netif *netif);
struct netif *stack_netif_by_name(struct stack *stack, const char *name);
struct netif *stack_netif_by_index(struct stack *stack, uint32_t index);

/* A frame arrived.  Takes @pkt; may call back anything. */
void stack_input(struct stack *stack, struct netif *netif, struct pkt *pkt);

/* Fire timers due at env->now_ns, then tasks.  May call back anything. */
void stack_run(struct stack *stack);

/* Latest time for the next stack_run(); UINT64_MAX: nothing to wait for. */
uint64_t stack_next(const struct stack *stack);

/*
 * Bracket calls from outside (a program's send(), say) so that put-off work
 * runs at the end of the outermost and not in the middle.
 */
static inline void stack_enter(struct stack *stack)
{
	stack->depth++;
}

void stack_run_tasks(struct stack *stack); /* what stack_leave() calls */

static inline void stack_leave(struct stack *stack)
{
	check(stack->depth > 0);
	if (stack->depth == 1 && !list_is_empty(&stack->tasks))
		stack_run_tasks(stack);
	stack->depth--;
}

/* Put off work; does nothing if @task waits already. */
void stack_defer(struct stack *stack, struct task *task);
void task_init(struct task *task, void (*fn)(struct task *, void *), void *arg);
void task_cancel(struct task *task);

/* Arm @t for @at_ns (absolute); its cause is what is being acted on. */
void stack_arm(struct stack *stack, struct timer *t, uint64_t at_ns);
void stack_arm_in(struct stack *stack, struct timer *t, uint64_t in_ns);
void stack_disarm(struct stack *stack, struct timer *t);

static inline uint64_t stack_now(const struct stack *stack)
{
	return stack->place.env->now_ns;
}

/**
 * stack_random() - Unpredictable octets
 *
 * Return: 0, or -EIO; the caller must then refuse, never go on with less
 */
int stack_random(struct stack *stack, void *buf, size_t len);

/* A fresh secret for one purpose.  0 or -EIO. */
int stack_new_key(struct stack *stack, struct hash_key *key);

/* Block in virtual or real time, see struct stack_ops.wait. */
int stack_wait(struct stack *stack, bool (*is_done)(void *arg), void *arg,
	       uint64_t until_ns);

/**
 * stack_sleep() - Block until sleep_wake()
 * @s:		Zeroed, before anybody can wake it
 *
 * For who has a callback that says when it is over.  stack_wait() is for
 * conditions that nobody announces.
 *
 * Return: as stack_wait()
 */
int stack_sleep(struct stack *stack, struct sleep *s, uint64_t until_ns);

/* From a callback: the call need not sleep any more. */
void sleep_wake(struct sleep *s);

/* The condition of stack_wait() that is the same: @arg is a struct sleep. */
bool sleep_is_woken(void *arg);

#endif /* CORE_STACK_H */
