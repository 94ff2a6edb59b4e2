/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_DUMBBELL_H
#define SUPPORT_DUMBBELL_H

/*
 * dumbbell.h - several senders, one narrow cable, one receiver
 *
 *	s0 --+
 *	     |  fast             narrow
 *	s1 --+------- router ============== d
 *	     |
 *	s2 --+
 *
 * Each sender has one connection to d and always more to send.  What is sent
 * is zeros, by reference; d throws it away and counts.
 */

#include "base/mem.h"

#include "core/stack.h"

#include "tcp/tcp.h"
#include "tcp/tcp_knobs.h"
#include "vnet/vnet.h"

#define DUMBBELL_FLOWS 8

/**
 * struct flow - one sender and what d has of it
 * @is_stopped:	Send no more
 * @is_bulk:	Always more to send; else @to_send octets are left
 * @received:	Octets that d has read
 */
struct flow {
	struct dumbbell *net;
	struct host *host;
	struct tcp_conn *snd, *rcv;
	struct task snd_task, rcv_task;
	bool is_stopped, is_bulk;
	uint64_t to_send;
	uint64_t received;
};

struct dumbbell {
	struct mem mem;
	struct world *w;
	struct host *router, *dst;
	struct cable *narrow;
	struct cable *access[DUMBBELL_FLOWS];
	struct tcp_conn *listener;
	struct task accept_task;
	struct block *zeros;
	struct flow flow[DUMBBELL_FLOWS];
	unsigned int count;
};

/**
 * dumbbell_init() - Build it, connect nothing
 * @count:	Senders
 * @narrow:	Of the narrow cable, from the router to d; the way back has its
 *		rate and delay only
 */
void dumbbell_init(struct dumbbell *d, uint64_t seed, unsigned int count,
		   const struct cable_params *narrow);

/* Turn a knob of all hosts. */
void dumbbell_set(struct dumbbell *d, const char *knob, int64_t value);

/* Flow @i connects with that algorithm (NULL: the default) and sends. */
void dumbbell_start(struct dumbbell *d, unsigned int i, const char *algorithm);

/* It sends no more, but stays. */
void dumbbell_stop(struct dumbbell *d, unsigned int i);

/* Send @octets and then rest; after dumbbell_start() and dumbbell_stop(). */
void dumbbell_send(struct dumbbell *d, unsigned int i, uint64_t octets);

void dumbbell_run(struct dumbbell *d, uint64_t until_ns);

/* Returns leaks. */
size_t dumbbell_fini(struct dumbbell *d);

/* (sum x)^2 / (n sum x^2): 1 if all are equal, 1/n if one has all. */
double jain_index(const double *x, unsigned int n);

#endif /* SUPPORT_DUMBBELL_H */
