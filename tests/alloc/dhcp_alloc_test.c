// SPDX-License-Identifier: MIT
/*
 * dhcp_alloc_test.c - a host gets its addresses through a relay, short of memory
 *
 * Server, relay and client of DHCP and of DHCPv6.  What could not be had the
 * first time is asked for again, so most runs come to the same end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "apps/dhcp6_client.h"
#include "apps/dhcp6_relay.h"
#include "apps/dhcp6_server.h"
#include "apps/dhcp_client.h"
#include "apps/dhcp_relay.h"
#include "apps/dhcp_server.h"
#include "ip6/ip6.h"
#include "vnet/vnet.h"

struct net {
	struct world *w;
	struct host *client, *relay, *server;
	struct port *pc, *pr[2], *ps;
	struct dhcp_client *c4;
	struct dhcp6_client *c6;
	struct dhcp_relay *r4;
	struct dhcp6_relay_agent *r6;
	struct dhcp_server *s4;
	struct dhcp6_server *s6;
};

static ip4_addr a4(const char *text)
{
	ip4_addr a = IP4_ANY;
	int err = ip4_parse(&a, text);

	check(!err);
	return a;
}

static ip6_addr a6(const char *text)
{
	ip6_addr a = IP6_ANY;
	int err = ip6_parse(&a, text);

	check(!err);
	return a;
}

static int give(struct host *h, struct port *p, const char *v4, const char *v6)
{
	const struct ip6_addr_conf conf = {
		.net = {a6(v6), 64},
		.no_dad = true,
	};
	int err =
		ip_addr_add(&h->stack, &p->netif, (struct ip4_net){a4(v4), 24});

	return err ? err : ip6_addr_add_conf(&h->stack, &p->netif, &conf);
}

static bool wire_up(struct net *n)
{
	const struct ip4_net all = {.len = 0};
	const struct ip6_route all6 = {.gateway = a6("fd00:2::1")};

	n->client = world_add_host(n->w, "client");
	n->relay = world_add_router(n->w, "relay");
	n->server = world_add_host(n->w, "server");
	if (!n->client || !n->relay || !n->server)
		return false;
	n->pc = host_add_port(n->client, NULL);
	n->pr[0] = host_add_port(n->relay, NULL);
	n->pr[1] = host_add_port(n->relay, NULL);
	n->ps = host_add_port(n->server, NULL);
	return n->pc && n->pr[0] && n->pr[1] && n->ps &&
	       world_link(n->w, n->pc, n->pr[0], NULL) &&
	       world_link(n->w, n->pr[1], n->ps, NULL) &&
	       !give(n->relay, n->pr[0], "10.1.0.1", "fd00:1::1") &&
	       !give(n->relay, n->pr[1], "10.2.0.1", "fd00:2::1") &&
	       !give(n->server, n->ps, "10.2.0.2", "fd00:2::2") &&
	       !ip_route_add(&n->server->stack, all, a4("10.2.0.1"), NULL, 0) &&
	       !ip6_route_add(&n->server->stack, &all6) &&
	       !ip6_enable(&n->client->stack, &n->pc->netif);
}

static bool serve(struct net *n)
{
	const struct dhcp_pool far = {
		.net = {a4("10.1.0.0"), 24},
		.from = a4("10.1.0.100"),
		.to = a4("10.1.0.101"),
		.router = a4("10.1.0.1"),
	};
	const struct dhcp_server_config cfg = {
		.lease_s = 100,
		.far = &far,
		.far_count = 1,
	};
	const struct dhcp6_pool pool = {
		{a6("fd00:1::"), 64}, a6("fd00:1::100"), 2};
	const struct dhcp6_server_config cfg6 = {
		.pools = &pool,
		.pool_count = 1,
		.lease_s = 100,
	};
	const ip4_addr to4[] = {a4("10.2.0.2")};
	const ip6_addr to6[] = {a6("fd00:2::2")};
	const struct dhcp_relay_config relay = {.servers = to4, .count = 1};
	const struct dhcp6_relay_config relay6 = {.servers = to6, .count = 1};

	return !dhcp_server_start(&n->server->stack, &n->ps->netif, &cfg,
				  &n->s4) &&
	       !dhcp6_server_start(&n->server->stack, &n->ps->netif, &cfg6,
				   &n->s6) &&
	       !dhcp_relay_start(&n->relay->stack, &relay, &n->r4) &&
	       !dhcp6_relay_start(&n->relay->stack, &relay6, &n->r6);
}

static bool live(struct net *n)
{
	const struct dhcp_client_config c4 = {.host_name = "client"};
	const struct dhcp6_client_config c6 = {.is_rapid = false};

	if (!wire_up(n) || !serve(n))
		return false;
	world_run_until(n->w, world_now(n->w) + 3 * NS_PER_S);
	if (dhcp_client_start(&n->client->stack, &n->pc->netif, &c4, &n->c4) ||
	    dhcp6_client_start(&n->client->stack, &n->pc->netif, &c6, &n->c6))
		return false;
	world_run_until(n->w, world_now(n->w) + 60 * NS_PER_S);
	return dhcp_client_state(n->c4) == DHCP_S_BOUND &&
	       dhcp6_client_state(n->c6) == DHCP6_S_BOUND;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct net n = {.w = world_new(mem, 1)};
	bool is_well;

	(void)arg;
	if (!n.w)
		return false;
	is_well = live(&n);
	dhcp_client_stop(n.c4);
	dhcp6_client_stop(n.c6);
	dhcp_relay_stop(n.r4);
	dhcp6_relay_stop(n.r6);
	dhcp_server_stop(n.s4);
	dhcp6_server_stop(n.s6);
	assert_int_equal(world_free(n.w), 0);
	return is_well;
}

static void addresses_are_given_through_a_relay_or_not(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	assert_true(walk.points > 50);
	assert_true(walk.survived > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_given_through_a_relay_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
