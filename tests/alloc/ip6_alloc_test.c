// SPDX-License-Identifier: MIT
/*
 * ip6_alloc_test.c - a ping over IPv6 through a router, short of memory
 *
 * The scenario touches addresses and their states, routes, groups, duplicate
 * detection, neighbours, forwarding, fragments both ways, errors and ICMPv6.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "ip/icmp.h"
#include "ip6/ip6.h"
#include "vnet/vnet.h"

enum { PING_OCTETS = 3000 };

static ip6_addr addr(uint8_t side, uint8_t host)
{
	return (ip6_addr){{0x20, 0x01, 0x0d, 0xb8, 0, side, [15] = host}};
}

static struct port *port(struct host *h, uint8_t side, uint8_t host)
{
	const struct ip6_net net = {addr(side, host), 64};
	struct port *p = h ? host_add_port(h, NULL) : NULL;

	return p && !ip6_addr_add(&h->stack, &p->netif, net) ? p : NULL;
}

static bool way_out(struct host *h, uint8_t side)
{
	const struct ip6_route r = {.gateway = addr(side, 254)};

	return !ip6_route_add(&h->stack, &r);
}

/* Two hosts and a router between. */
static struct host *build(struct world *w)
{
	struct host *a = world_add_host(w, "a"), *b = world_add_host(w, "b");
	struct host *r = world_add_router(w, "r");
	struct port *pa = port(a, 0, 1), *pb = port(b, 1, 1);
	struct port *left = port(r, 0, 254), *right = port(r, 1, 254);

	if (!pa || !pb || !left || !right || !world_link(w, pa, left, NULL) ||
	    !world_link(w, right, pb, NULL))
		return NULL;
	world_run_until(w, 5 * NS_PER_S);
	return way_out(a, 0) && way_out(b, 1) ? a : NULL;
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	*(bool *)arg |= ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

static bool ping(struct world *w, struct host *a, struct ip_addr to)
{
	bool is_answered = false;
	struct icmp_echo *e = icmp_echo_open(&a->stack, on_echo, &is_answered);

	if (!e)
		return false;
	(void)icmp_echo_send(e, to, 1, PING_OCTETS, 0);
	world_run_until(w, world_now(w) + 70 * NS_PER_S);
	icmp_echo_close(e);
	return is_answered;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct world *w = world_new(mem, 1);
	struct host *a = w ? build(w) : NULL;
	bool is_answered = false;

	(void)arg;
	if (a) {
		is_answered = ping(w, a, ip_addr_v6(addr(1, 1)));
		(void)ping(w, a, ip_addr_v6(addr(1, 77))); /* nobody */
		(void)ping(w, a, ip_addr_v6(IP6_LOOPBACK));
	}
	if (w)
		check(world_free(w) == 0);
	return is_answered;
}

static void ipv6_survives_every_failed_allocation(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	assert_true(walk.points > 20);
	assert_true(walk.survived < walk.runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv6_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
