/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_PAIR_H
#define SUPPORT_PAIR_H

/*
 * pair.h - two hosts on one cable: a is 10.0.0.1, b is 10.0.0.2
 */

#include "wire/addr.h"

#include "vnet/vnet.h"

struct pair {
	struct mem mem;
	struct world *w;
	struct host *a, *b;
	struct cable *cable;
};

/* Aborts the test program when something fails. */
void pair_init(struct pair *p, uint64_t seed,
	       const struct cable_params *params);

/* Returns leaks: packets, blocks, and allocations. */
size_t pair_fini(struct pair *p);

/* Another port of @h with an address, "10.0.0.1/24". */
struct port *pair_port(struct host *h, const char *net);

/* An endpoint from text, "10.0.0.1:80". */
struct endpoint ep(const char *text);

#endif /* SUPPORT_PAIR_H */
