// SPDX-License-Identifier: MIT
/*
 * ping_alloc_test.c - a ping through switch and router, short of memory
 *
 *	laptop --- switch --- router --- web
 *
 * The scenario builds the network, pings once, and takes it down.  It touches
 * worlds, cables, the switch's table, stacks, ARP on three links, routes,
 * forwarding and ICMP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "vnet/vnet.h"

enum { PING_OCTETS = 3000, SECONDS = 5 }; /* larger than a frame: fragments */

static bool add_address(struct host *host, struct port *port, const char *text)
{
	struct ip4_net net;

	return port && ip4_net_parse(&net, text) == 0 &&
	       ip_addr_add(&host->stack, &port->netif, net) == 0;
}

static bool add_default(struct host *host, const char *gateway)
{
	struct ip4_net all;
	ip4_addr via;

	return ip4_net_parse(&all, "0.0.0.0/0") == 0 &&
	       ip4_parse(&via, gateway) == 0 &&
	       ip_route_add(&host->stack, all, via, NULL, 0) == 0;
}

/* The hosts of the network; what the scenario needs of it. */
struct network {
	struct world *world;
	struct host *laptop, *router, *web;
};

static bool network_build(struct network *n)
{
	struct cable_params params = {.delay_ns = NS_PER_MS};
	struct vswitch *sw = world_add_switch(n->world, "sw");
	struct port *ports[6];

	n->laptop = world_add_host(n->world, "laptop");
	n->router = world_add_router(n->world, "router");
	n->web = world_add_host(n->world, "web");
	if (!sw || !n->laptop || !n->router || !n->web)
		return false;
	ports[0] = host_add_port(n->laptop, NULL);
	ports[1] = switch_add_port(sw);
	ports[2] = switch_add_port(sw);
	ports[3] = host_add_port(n->router, NULL);
	ports[4] = host_add_port(n->router, NULL);
	ports[5] = host_add_port(n->web, NULL);
	for (int i = 0; i < 6; i += 2) {
		if (!ports[i] || !ports[i + 1] ||
		    !world_link(n->world, ports[i], ports[i + 1], &params))
			return false;
	}
	return add_address(n->laptop, ports[0], "10.1.0.10/24") &&
	       add_address(n->router, ports[3], "10.1.0.1/24") &&
	       add_address(n->router, ports[4], "10.9.0.1/24") &&
	       add_address(n->web, ports[5], "10.9.0.80/24") &&
	       add_default(n->laptop, "10.1.0.1") &&
	       add_default(n->web, "10.9.0.1");
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	bool *is_answered = arg;

	if (ev->kind == ICMP_ECHO_ANSWER && ev->is_intact &&
	    ev->len == PING_OCTETS)
		*is_answered = true;
}

static bool ping(struct network *n)
{
	bool is_answered = false;
	struct icmp_echo *echo;
	struct ip_addr web;

	echo = icmp_echo_open(&n->laptop->stack, on_echo, &is_answered);
	if (!echo)
		return false;
	check(ip_addr_parse(&web, "10.9.0.80") == 0);
	(void)icmp_echo_send(echo, web, 1, PING_OCTETS, 0);
	(void)world_run_until(n->world, SECONDS * NS_PER_S);
	icmp_echo_close(echo);
	return is_answered;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct network n = {.world = world_new(mem, 42)};
	bool is_answered;

	(void)arg;
	if (!n.world)
		return false;
	is_answered = network_build(&n) && ping(&n);
	check(world_free(n.world) == 0);
	return is_answered;
}

static void ping_survives_every_failed_allocation(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	assert_true(walk.points > 20);
	assert_true(walk.survived < walk.runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ping_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
