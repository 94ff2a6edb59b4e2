// SPDX-License-Identifier: MIT
/*
 * chain.c - the price of simulating: TCP over a chain of ten nodes
 *
 * Two hosts, eight routers, nine cables of 1 Gbit/s and 1 ms.  One operation is
 * one frame over one cable, whatever it carries: the figure to compare with
 * other network simulators is hops per second of wall time.
 */

#include <errno.h>

#include "base/check.h"

#include "bench.h"
#include "ip/ip.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

enum { NODES = 10, CABLES = NODES - 1, PORT = 7, CHUNK = 65536 };

static struct mem mem;
static struct world *w;
static struct host *node[NODES];
static struct cable *cable[CABLES];
static int fd[2];
static uint8_t buf[CHUNK];

/* Cable i is 10.i.0.0/24 from node i (.1) to node i + 1 (.2). */
static void join(unsigned int i)
{
	struct cable_params p = {.rate_bps = 1000000000, .delay_ns = NS_PER_MS};
	struct port *a = host_add_port(node[i], NULL);
	struct port *b = host_add_port(node[i + 1], NULL);
	struct ip4_net net = {ip4_make(10, (uint8_t)i, 0, 1), 24};

	check(a && b);
	cable[i] = world_link(w, a, b, &p);
	check(cable[i]);
	check(!ip_addr_add(&node[i]->stack, &a->netif, net));
	net.addr.v++;
	check(!ip_addr_add(&node[i + 1]->stack, &b->netif, net));
}

/* To the right by default; to the left for the networks that are there. */
static void add_routes(unsigned int i)
{
	struct ip4_net net = {IP4_ANY, 0};
	unsigned int j;

	if (i < NODES - 1)
		check(!ip_route_add(&node[i]->stack, net,
				    ip4_make(10, (uint8_t)i, 0, 2), NULL, 0));
	for (j = 0; j + 1 < i; j++) {
		net = (struct ip4_net){ip4_make(10, (uint8_t)j, 0, 0), 24};
		check(!ip_route_add(&node[i]->stack, net,
				    ip4_make(10, (uint8_t)(i - 1), 0, 1), NULL,
				    0));
	}
}

static void build(void)
{
	unsigned int i;
	char name[8];

	mem_init_libc(&mem);
	w = world_new(&mem, 1);
	for (i = 0; i < NODES; i++) {
		bool is_end = i == 0 || i == NODES - 1;

		snprintf(name, sizeof(name), "n%u", i);
		node[i] = is_end ? world_add_host(w, name)
				 : world_add_router(w, name);
		check(node[i]);
	}
	for (i = 0; i < CABLES; i++)
		join(i);
	for (i = 0; i < NODES; i++)
		add_routes(i);
}

static void connect_ends(void)
{
	struct stack *a = &node[0]->stack, *b = &node[NODES - 1]->stack;
	struct endpoint at = {
		.addr = ip_addr_v4(ip4_make(10, CABLES - 1, 0, 2)),
		.port = PORT};
	int listener = sk_socket(b, SK_AF_INET, SK_SOCK_STREAM, 0);

	check(listener >= 0 && !sk_bind(b, listener, &at));
	check(!sk_listen(b, listener, 1));
	fd[0] = sk_socket(a, SK_AF_INET, SK_SOCK_STREAM, 0);
	check(fd[0] >= 0 && !sk_connect(a, fd[0], &at));
	fd[1] = sk_accept(b, listener, NULL);
	check(fd[1] >= 0 && !sk_close(b, listener));
}

static uint64_t hops(void)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < CABLES; i++)
		n += cable_stats(cable[i], CABLE_AB)->delivered_frames +
		     cable_stats(cable[i], CABLE_BA)->delivered_frames;
	return n;
}

static int chain_hop(uint64_t count)
{
	struct stack *a, *b;
	long n;

	build();
	a = &node[0]->stack;
	b = &node[NODES - 1]->stack;
	connect_ends();
	while (hops() < count) {
		while (sk_send(a, fd[0], buf, CHUNK, SK_MSG_DONTWAIT) > 0)
			;
		world_run_until(w, world_now(w) + NS_PER_MS);
		while ((n = sk_recv(b, fd[1], buf, CHUNK, SK_MSG_DONTWAIT)) > 0)
			;
		check(n == -EAGAIN);
	}
	sk_close(a, fd[0]);
	sk_close(b, fd[1]);
	return world_free(w) || mem.in_use_count ? -1 : 0;
}

static const struct bench_op ops[] = {
	{"chain-hop", "a frame over one of nine cables between ten nodes",
	 chain_hop},
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(*ops));
}
