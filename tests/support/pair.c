// SPDX-License-Identifier: MIT
/* pair.c - two hosts on one cable */

#include "pair.h"

#include <string.h>

#include "base/check.h"

#include "ip/ip.h"

struct endpoint ep(const char *text)
{
	struct endpoint e;
	int err = endpoint_parse(&e, text);

	check(!err);
	return e;
}

struct port *pair_port(struct host *h, const char *net)
{
	struct port *port = host_add_port(h, NULL);
	struct ip4_net n;
	int err = ip4_net_parse(&n, net);

	check(port && !err);
	err = ip_addr_add(&h->stack, &port->netif, n);
	check(!err);
	return port;
}

void pair_init(struct pair *p, uint64_t seed, const struct cable_params *params)
{
	struct port *pa, *pb;

	memset(p, 0, sizeof(*p));
	mem_init_libc(&p->mem);
	p->w = world_new(&p->mem, seed);
	check(p->w);
	p->a = world_add_host(p->w, "a");
	p->b = world_add_host(p->w, "b");
	check(p->a && p->b);
	pa = host_add_port(p->a, NULL);
	pb = host_add_port(p->b, NULL);
	check(pa && pb);
	p->cable = world_link(p->w, pa, pb, params);
	check(p->cable);
	check(ip_addr_add(&p->a->stack, &pa->netif,
			  (struct ip4_net){ip4_make(10, 0, 0, 1), 24}) == 0);
	check(ip_addr_add(&p->b->stack, &pb->netif,
			  (struct ip4_net){ip4_make(10, 0, 0, 2), 24}) == 0);
}

size_t pair_fini(struct pair *p)
{
	size_t leaked = world_free(p->w);

	return leaked + p->mem.in_use_count;
}
