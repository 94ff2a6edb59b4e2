/* SPDX-License-Identifier: MIT */
#ifndef APPS_RIP_INT_H
#define APPS_RIP_INT_H

/*
 * rip_int.h - what the files of RIP share
 *
 *	rip.c		beginning, end, interfaces, times
 *	rip_table.c	routes: learned, lost, forgotten
 *	rip_in.c	what to believe of a message
 *	rip_out.c	what to say, and to whom
 */

#include "base/list.h"
#include "base/mem.h"
#include "base/wheel.h"

#include "wire/rip.h"

#include "core/drop.h"
#include "core/netif.h"
#include "core/stack.h"

#include "apps/rip.h"
#include "udp/udp.h"

/**
 * struct rip_if - an interface where RIP is spoken
 * @net:	Our address there, with its prefix
 * @udp:	Bound to the interface; NULL: passive
 * @is_lost:	Its cable has no signal
 * @neighbours:	struct rip_neighbour
 */
struct rip_if {
	struct list node;
	struct rip *rip;
	struct netif *netif;
	struct ip4_net net;
	struct udp_sock *udp;
	struct task task;
	bool is_lost;
	struct list neighbours;
	size_t neighbour_count;
};

/* A neighbour who has proved himself, and the number of his last message. */
struct rip_neighbour {
	struct list node;
	ip4_addr addr;
	uint32_t seq;
};

enum { RIP_NEIGHBOURS_MAX = 64 };

/**
 * struct rip_route - a network, and how far it is
 * @net:	The network
 * @from:	Who told us; 0: it is attached
 * @gateway:	Next hop; @from, or whom he named
 * @ifc:	Where
 * @metric:	Routers on the way and one more; RIP_INFINITY: it is gone
 * @tag:	As it came
 * @is_changed:	Not told yet
 * @timer:	Until it is gone; then until it is forgotten.  Not of attached
 *		ones that are there
 */
struct rip_route {
	struct list node;
	struct rip *rip;
	struct ip4_net net;
	ip4_addr from, gateway;
	struct rip_if *ifc;
	uint32_t metric;
	uint16_t tag;
	bool is_changed;
	struct timer timer;
};

/**
 * struct rip - RIP on one router
 * @routes:	In order of network
 * @update:	Next message of all routes
 * @triggered:	Next message of what has changed
 * @watch:	Next look at the cables
 * @auth:	How messages are secured, with @secret
 * @seq:	Number of our next secured message
 */
struct rip {
	struct stack *stack;
	struct rip_config cfg;
	struct list ifs, routes;
	size_t route_count;
	struct timer update, triggered, watch;
	enum rip_auth auth;
	uint8_t secret[RIP_SECRET_LEN];
	uint32_t seq;
};

static inline struct mem *rip_mem(const struct rip *rip)
{
	return rip->stack->place.env->mem;
}

/* rip.c */
/* A time between two. */
uint64_t rip_random(struct rip *rip, uint64_t min, uint64_t max);
/* There is news: tell it soon. */
void rip_trigger(struct rip *rip);

/* rip_table.c */
struct rip_route *rip_find(const struct rip *rip, struct ip4_net net);
/* The network of an interface, attached.  0 or -ENOMEM. */
int rip_attach(struct rip_if *ifc);
/* What @from, a neighbour at @ifc, says about a network; @e->metric is how far
 * it is for us. */
void rip_learn(struct rip_if *ifc, ip4_addr from, const struct rip_entry *e);
/* An interface is of no use any more: all through it is gone. */
void rip_lose(struct rip_if *ifc);
/* Forget all, the stack's routes too. */
void rip_table_fini(struct rip *rip);

/* rip_in.c: a task */
void rip_on_input(struct task *task, void *arg);

/* rip_out.c */
/* Ask neighbours for all that they know. */
void rip_ask(struct rip_if *ifc);
/* Tell neighbours; @only_news: of what has changed. */
void rip_tell(struct rip_if *ifc, const struct endpoint *to, bool only_news);
/* Answer a question about some networks, in @m. */
void rip_answer(struct rip_if *ifc, const struct endpoint *to,
		struct rip_msg *m);

#endif /* APPS_RIP_INT_H */
