// SPDX-License-Identifier: MIT
/* nd_redirect_test.c - what routers tell besides: shorter ways, DNS servers */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ether.h"
#include "wire/ip6.h"

#include "ip/ip.h"
#include "routers6.h"

#define SERVER ROUTERS6_SERVER

static struct routers6 net;

static int set_up(void **state)
{
	(void)state;
	routers6_init(&net);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	routers6_fini(&net);
	return 0;
}

/*
 * DNS.
 */

struct dns_seen {
	int servers, domains, changes;
	char domain[ND_NAME_MAX];
};

static void see_dns(void *arg, const struct nd_dns_view *v)
{
	struct dns_seen *seen = arg;

	seen->servers += !v->domain;
	seen->domains += v->domain != NULL;
	if (v->domain)
		snprintf(seen->domain, sizeof(seen->domain), "%s", v->domain);
}

static void on_dns(void *arg, struct stack *stack)
{
	struct dns_seen *seen = arg;

	(void)stack;
	seen->changes++;
}

/* RFC 8106: they come, a resolver is told, they go. */
static void dns_servers_and_domains_come_and_go(void **state)
{
	struct nd_ra_conf c = routers6_conf("2001:db8:1::/64", ND_PREF_HIGH);
	struct dns_seen seen = {0};

	(void)state;
	nd_dns_hook_set(&net.a->stack, on_dns, &seen);
	c.rdnss[0] = lan6_addr("2001:db8:2::53");
	c.rdnss[1] = lan6_addr("2001:db8:2::54");
	c.rdnss_count = 2;
	memcpy(c.domain[0], "lab.test", sizeof("lab.test"));
	c.domain_count = 1;
	c.dns_lifetime_s = 200;
	nd_router_conf(&net.r1->stack, lan6_netif(net.r1, 1), &c);
	lan6_run(&net.l, 1000);
	nd_dns_for_each(&net.a->stack, see_dns, &seen);
	assert_true(seen.servers == 2 && seen.domains == 1);
	assert_string_equal(seen.domain, "lab.test");
	assert_int_equal(seen.changes, 1);
	host_kill(net.r1);
	lan6_run(&net.l, 201 * 1000);
	seen = (struct dns_seen){.changes = seen.changes};
	nd_dns_for_each(&net.a->stack, see_dns, &seen);
	assert_true(seen.servers == 0 && seen.domains == 0);
	assert_int_equal(seen.changes, 2);
}

/*
 * Redirects.
 */

/* RFC 4861, 8: r1 is told to send by net.r2, tells net.a, and a does so itself. */
static void a_redirect_makes_the_way_shorter(void **state)
{
	const struct ip6_route by_r2 = {
		.net = lan6_net("2001:db8:9::/64"),
		.gateway = lan6_link_local(net.r2),
		.netif = lan6_netif(net.r1, 1),
	};
	struct host *t = world_add_host(net.l.w, "t");
	struct vswitch *third = world_add_switch(net.l.w, "sw3");
	struct netif *n = lan6_port(&net.l, net.r2, third);
	const struct ip6_route back = {
		.net = lan6_net("::/0"),
		.gateway = lan6_addr("2001:db8:9::2"),
	};

	(void)state;
	ip6_addr_add(&net.r2->stack, n, lan6_net("2001:db8:9::2/64"));
	ip6_addr_add(&t->stack, lan6_port(&net.l, t, third),
		     lan6_net("2001:db8:9::5/64"));
	assert_int_equal(ip6_route_add(&net.r1->stack, &by_r2), 0);
	assert_int_equal(ip6_route_add(&t->stack, &back), 0);
	lan6_run(&net.l, 5000);
	assert_gateway(net.a, "2001:db8:9::5", net.r1);
	assert_int_equal(
		lan6_ping(&net.l, net.a, lan6_addr("2001:db8:9::5"), 1), 1);
	assert_int_equal(net.l.events[R_ND_REDIRECT], 1);
	assert_int_equal(net.l.events[R_ND_REDIRECTED], 1);
	assert_gateway(net.a, "2001:db8:9::5", net.r2);
	assert_gateway(net.a, "2001:db8:9::6", net.r1); /* only that one */
	assert_int_equal(
		lan6_ping(&net.l, net.a, lan6_addr("2001:db8:9::5"), 3), 3);
	assert_int_equal(net.l.events[R_ND_REDIRECT], 1);
	lan6_run(&net.l, 601 * 1000);
	assert_gateway(net.a, "2001:db8:9::5", net.r1); /* not for ever */
}

/* A host that does not know that the destination is a neighbour. */
static void a_redirect_to_the_destination_itself(void **state)
{
	struct host *b = lan6_host(&net.l, "b");
	const struct ip6_route direct = {
		.net = lan6_net("2001:db8:77::/64"),
		.netif = lan6_netif(net.r1, 1),
	};

	(void)state;
	ip6_addr_add(&b->stack, lan6_netif(b, 1),
		     (struct ip6_net){lan6_addr("2001:db8:77::b"), 128});
	assert_int_equal(ip6_route_add(&net.r1->stack, &direct), 0);
	lan6_run(&net.l, 10000);
	assert_gateway(net.a, "2001:db8:77::b", net.r1);
	lan6_ping(&net.l, net.a, lan6_addr("2001:db8:77::b"), 1);
	assert_true(ip6_is_zero(routers6_gateway(net.a, "2001:db8:77::b")));
	assert_int_equal(
		lan6_ping(&net.l, net.a, lan6_addr("2001:db8:77::b"), 2), 2);
}

static void forge_redirect(ip6_addr src, ip6_addr target, ip6_addr dst)
{
	struct nd_msg rd = {.type = ND_REDIRECT, .target = target, .dst = dst};
	uint8_t buf[ND_REDIRECT_LEN];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	struct lan6_msg m = {.to = lan6_netif(net.a, 1)->mac,
			     .from = {{2, 0, 0, 0, 0, 0x66}},
			     .src = src,
			     .dst = lan6_link_local(net.a),
			     .msg = buf,
			     .len = sizeof(buf)};

	nd_emit(&w, &rd);
	lan6_send(net.box, &m);
	lan6_run(&net.l, 10);
}

static void forged_redirects_are_not_obeyed(void **state)
{
	ip6_addr evil = lan6_addr("fe80::66"), dst = lan6_addr(SERVER);

	(void)state;
	forge_redirect(evil, evil, dst);		    /* not our router */
	forge_redirect(lan6_link_local(net.r2), evil, dst); /* not in use */
	forge_redirect(lan6_link_local(net.r1), lan6_link_local(net.r1), dst);
	forge_redirect(lan6_link_local(net.r1), lan6_link_local(net.a), dst);
	assert_int_equal(net.a->stack.place.drops[DROP_nd_redirect], 4);
	/* a gateway by a global address; from a global address */
	forge_redirect(lan6_link_local(net.r1), lan6_addr("2001:db8:1::66"),
		       dst);
	forge_redirect(lan6_addr("2001:db8:1::1"), evil, dst);
	assert_int_equal(net.a->stack.place.drops[DROP_nd_bad], 2);
	assert_gateway(net.a, SERVER, net.r1);
}

static void redirects_are_bounded(void **state)
{
	ip6_addr dst = lan6_addr("2001:db8:50::");
	size_t before = ip6_route_count(&net.a->stack);
	uint32_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		put32(dst.o + 12, i);
		forge_redirect(lan6_link_local(net.r1), lan6_addr("fe80::66"),
			       dst);
	}
	assert_int_equal(ip6_route_count(&net.a->stack),
			 before + ND_REDIRECTS_MAX);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(dns_servers_and_domains_come_and_go),
		T(a_redirect_makes_the_way_shorter),
		T(a_redirect_to_the_destination_itself),
		T(forged_redirects_are_not_obeyed),
		T(redirects_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
