// SPDX-License-Identifier: MIT
/*
 * sizes.c - what the idle occupies
 *
 *	sizes time-wait COUNT	octets of a connection in TIME-WAIT
 *	sizes hosts COUNT	octets of a lab host that does nothing
 *
 * Theory of operation
 * ===================
 * The stacks and the world count what they have allocated; the difference of
 * before and after is divided by COUNT.  A host has a name, an interface, an
 * address, a default route and a cable to a switch, HOSTS_EACH of which share
 * one with a router; all have announced themselves.
 */

#include <errno.h>
#include <time.h>

#include "base/check.h"
#include "base/rng.h"

#include "bench.h"
#include "driver/mem.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "sock/sock.h"
#include "stack_up.h"
#include "tcp/tcp.h"
#include "vnet/vnet.h"

enum { PORT = 7, HOSTS_EACH = 50, COUNT_MAX = 48000, STEP_NS = 1000 };

struct pair {
	struct mem mem;
	struct env env;
	struct rng rng;
	struct stack a, b;
	struct mem_wire wire;
	int listener;
};

static struct pair p;

static void run(void)
{
	p.env.now_ns += STEP_NS;
	mem_wire_run(&p.wire);
}

static void pair_up(void)
{
	struct endpoint at = {.addr = ip_addr_v4(IP4_ANY), .port = PORT};

	mem_init_libc(&p.mem);
	env_init(&p.env, &p.mem);
	rng_init(&p.rng, 1, "sizes");
	stack_up(&p.a, &p.env, &p.rng, "a");
	stack_up(&p.b, &p.env, &p.rng, "b");
	mem_wire_init(&p.wire, &p.a, &p.b, NULL);
	check(!ip_addr_add(&p.a, &p.wire.end[0].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 1), 24}));
	check(!ip_addr_add(&p.b, &p.wire.end[1].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 2), 24}));
	check(!tcp_knob_set(&p.a, "port_first", 1024));
	p.listener = sk_socket(&p.b, SK_AF_INET,
			       SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
	check(p.listener >= 0 && !sk_bind(&p.b, p.listener, &at));
	check(!sk_listen(&p.b, p.listener, 16));
	p.env.now_ns += NS_PER_S;
	mem_wire_run(&p.wire);
}

static int pair_down(void)
{
	sk_close(&p.b, p.listener);
	inet_fini(&p.a);
	inet_fini(&p.b);
	mem_wire_fini(&p.wire);
	stack_fini(&p.a);
	stack_fini(&p.b);
	return env_fini(&p.env) || p.mem.in_use_count ? 1 : 0;
}

/* Connect, and close from the client's side first. */
static void pass_one(void)
{
	struct endpoint to = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = PORT};
	int a = sk_socket(&p.a, SK_AF_INET, SK_SOCK_STREAM | SK_SOCK_NONBLOCK,
			  0);
	int b;

	{
		int e = sk_connect(&p.a, a, &to);
		if (a < 0 || e != -EINPROGRESS)
			printf("%d %d\n", a, e);
	}
	run();
	b = sk_accept4(&p.b, p.listener, NULL, SK_SOCK_NONBLOCK);
	check(b >= 0 && !sk_close(&p.a, a));
	run();
	check(!sk_close(&p.b, b));
	run();
}

static int time_wait(uint32_t count)
{
	size_t before;
	uint32_t i;

	check(count <= COUNT_MAX); /* ports of one address */
	pair_up();
	pass_one(); /* tables that are there in any case */
	before = p.mem.in_use_bytes;
	for (i = 0; i < count; i++)
		pass_one();
	printf("{\"octets\": %.1f, \"count\": %u}\n",
	       (double)(p.mem.in_use_bytes - before) / count, count);
	return pair_down();
}

/* Network n is 10.x.y.0/24. */
static struct ip4_net net_of(uint32_t n, uint8_t last)
{
	return (struct ip4_net){ip4_make((uint8_t)(10 + (n >> 16)),
					 (uint8_t)(n >> 8), (uint8_t)n, last),
				24};
}

static void add_host(struct world *w, struct vswitch *sw, uint32_t net,
		     uint32_t i)
{
	struct ip4_net address = net_of(net, (uint8_t)(2 + i));
	char name[32];
	struct host *h;
	struct port *port;

	snprintf(name, sizeof(name), "h%u-%u", net, i);
	h = world_add_host(w, name);
	check(h);
	port = host_add_port(h, NULL);
	check(port && world_link(w, port, switch_add_port(sw), NULL));
	check(!ip_addr_add(&h->stack, &port->netif, address));
	check(!ip_route_add(&h->stack, (struct ip4_net){IP4_ANY, 0},
			    net_of(net, 1).addr, NULL, 0));
}

/* A switch, its router and its hosts. */
static void add_net(struct world *w, uint32_t net)
{
	struct vswitch *sw;
	struct host *router;
	struct port *port;
	char name[32];
	uint32_t i;

	snprintf(name, sizeof(name), "s%u", net);
	sw = world_add_switch(w, name);
	snprintf(name, sizeof(name), "r%u", net);
	router = world_add_router(w, name);
	check(sw && router);
	port = host_add_port(router, NULL);
	check(port && world_link(w, port, switch_add_port(sw), NULL));
	check(!ip_addr_add(&router->stack, &port->netif, net_of(net, 1)));
	for (i = 0; i < HOSTS_EACH; i++)
		add_host(w, sw, net, i);
}

static int hosts(uint32_t count)
{
	clock_t begin = clock();
	struct mem mem;
	struct world *w;
	uint32_t i, nets = count / HOSTS_EACH;

	check(nets);
	mem_init_libc(&mem);
	w = world_new(&mem, 1);
	for (i = 0; i < nets; i++)
		add_net(w, i);
	check(!world_run_until(w, 2 * NS_PER_S));
	printf("{\"octets\": %.1f, \"count\": %u, \"seconds\": %.2f}\n",
	       (double)mem.in_use_bytes / (nets * HOSTS_EACH),
	       nets * HOSTS_EACH, (double)(clock() - begin) / CLOCKS_PER_SEC);
	return world_free(w) || mem.in_use_count ? 1 : 0;
}

int main(int argc, char **argv)
{
	uint32_t count = argc == 3 ? (uint32_t)strtol(argv[2], NULL, 10) : 0;

	if (count && !strcmp(argv[1], "time-wait"))
		return time_wait(count);
	if (count && !strcmp(argv[1], "hosts"))
		return hosts(count);
	fprintf(stderr, "usage: sizes time-wait|hosts COUNT\n");
	return 2;
}
