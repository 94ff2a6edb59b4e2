// SPDX-License-Identifier: MIT
/*
 * nd_alloc_test.c - a host finds its router and itself, short of memory
 *
 * A router advertises a prefix, a route, a DNS server and a domain; a host
 * makes itself a stable and a temporary address and pings the router.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "ip/icmp.h"
#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "vnet/vnet.h"

static struct nd_ra_conf conf(void)
{
	struct nd_ra_conf c = {.lifetime_s = 1800,
			       .prefix_count = 1,
			       .route_count = 1,
			       .rdnss_count = 1,
			       .domain_count = 1};

	c.prefix[0] = (struct nd_prefix){.is_onlink = true,
					 .is_auto = true,
					 .valid_s = 7200,
					 .preferred_s = 3600};
	ip6_net_parse(&c.prefix[0].net, "2001:db8:1::/64");
	ip6_net_parse(&c.route[0].net, "2001:db8:9::/48");
	c.route[0].lifetime_s = 600;
	ip6_parse(&c.rdnss[0], "2001:db8::53");
	memcpy(c.domain[0], "lab.test", sizeof("lab.test"));
	return c;
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	bool *is_answered = arg;

	*is_answered |= ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

/* Returns whether there was an answer. */
static bool ping(struct world *w, struct host *from)
{
	bool is_answered = false;
	struct icmp_echo *echo =
		icmp_echo_open(&from->stack, on_echo, &is_answered);
	struct ip_addr to;

	ip_addr_parse(&to, "2001:db8:1::1");
	if (!echo)
		return false;
	(void)icmp_echo_send(echo, to, 1, 10, 0);
	world_run_until(w, world_now(w) + 5 * NS_PER_S);
	icmp_echo_close(echo);
	return is_answered;
}

static bool live(struct world *w)
{
	struct host *a = world_add_host(w, "a"), *r = world_add_router(w, "r");
	struct port *pa = a ? host_add_port(a, NULL) : NULL;
	struct port *pr = r ? host_add_port(r, NULL) : NULL;
	const struct nd_conf private = {.has_temporary = true};
	struct nd_ra_conf c = conf();
	struct ip6_net net;

	ip6_net_parse(&net, "2001:db8:1::1/64");
	if (!pa || !pr || !world_link(w, pa, pr, NULL) ||
	    nd_conf_set(&a->stack, &pa->netif, &private) ||
	    ip6_enable(&a->stack, &pa->netif) ||
	    ip6_addr_add(&r->stack, &pr->netif, net) ||
	    nd_router_conf(&r->stack, &pr->netif, &c))
		return false;
	world_run_until(w, 60 * NS_PER_S);
	return ping(w, a);
}

static bool scenario(struct mem *mem, void *arg)
{
	struct world *w = world_new(mem, 7);
	bool is_well = w && live(w);

	(void)arg;
	if (w)
		check(world_free(w) == 0);
	return is_well;
}

static void autoconfiguration_survives_every_failed_allocation(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	assert_true(walk.points > 60);
	assert_true(walk.survived > 0 && walk.survived < walk.runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			autoconfiguration_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
