// SPDX-License-Identifier: MIT
/* lab_expand_test.c - what a lab file leaves out is filled in */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "lab/expand.h"

static struct mem mem;
static struct lab lab;

static int setup(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	memset(&lab, 0, sizeof(lab));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lab_fini(&lab);
	return mem.in_use_count ? -1 : 0;
}

static void load(const char *text)
{
	int error = lab_load(&lab, &mem, "dir/some.yaml", text, strlen(text));
	struct strbuf sb;

	if (error) {
		strbuf_init(&sb, &mem);
		diag_print(&lab.diag, &sb);
		print_error("%s", strbuf_text(&sb));
		strbuf_fini(&sb);
	}
	assert_int_equal(error, 0);
}

/* Address of the interface of @node on @on, as text. */
static const char *ip_of(const char *node, const char *on)
{
	static char text[IP4_TEXT];
	const struct lab_node *n = topo_node(&lab.topo, node);
	const struct lab_iface *iface;

	assert_non_null(n);
	iface = n->interfaces.items;
	for (size_t i = 0; i < n->interfaces.count; i++)
		if (strcmp(iface[i].on.s, on) == 0)
			return ip4_print(iface[i].ip.v, text);
	return "none";
}

/* The next hop of @node to a network, as text. */
static const char *via(const char *node, const char *to)
{
	const struct lab_node *n = topo_node(&lab.topo, node);
	const struct lab_route *route;
	struct ip4_net net;

	assert_non_null(n);
	assert_int_equal(ip4_net_parse(&net, to), 0);
	route = n->routes.items;
	for (size_t i = 0; i < n->routes.count; i++)
		if (ip4_eq(route[i].to.v.addr, net.addr) &&
		    route[i].to.v.len == net.len)
			return ((const struct lab_str *)route[i].via.items)->s;
	return "none";
}

static const char home_and_shop[] =
	"lans:\n"
	"  home: {join: [laptop, phone, r1], delay: 200us}\n"
	"  mid: {join: [r1, x, r2]}\n"
	"  shop: {join: [web, r3]}\n"
	"links:\n"
	"  - r2 -- r3: {delay: 20ms}\n"
	"nodes:\n"
	"  r1: {kind: router, nat: home}\n"
	"  r2: {kind: router}\n"
	"  r3: {kind: router}\n";

static void addresses_are_given_out_in_order(void **state)
{
	(void)state;
	load(home_and_shop);
	assert_string_equal(lab.spec.name.s, "some");
	assert_string_equal(ip_of("laptop", "home"), "10.1.0.10");
	assert_string_equal(ip_of("phone", "home"), "10.1.0.11");
	assert_string_equal(ip_of("r1", "home"), "10.1.0.1");
	assert_string_equal(ip_of("x", "mid"), "10.2.0.10");
	assert_string_equal(ip_of("r2", "r3"), "10.255.0.1");
	assert_string_equal(ip_of("r3", "r2"), "10.255.0.2");
}

/* A router that hides others here is not who hosts here send to. */
static void gateway_is_not_the_outside_of_a_nat(void **state)
{
	const struct lab_node *x;
	char text[IP4_TEXT];

	(void)state;
	load(home_and_shop);
	assert_string_equal(ip_of("r2", "mid"), "10.2.0.1");
	assert_string_equal(ip_of("r1", "mid"), "10.2.0.2");
	x = topo_node(&lab.topo, "x");
	assert_string_equal(ip4_print(x->gateway.v, text), "10.2.0.1");
}

static void routes_are_the_shortest(void **state)
{
	(void)state;
	load(home_and_shop);
	assert_string_equal(via("r1", "10.3.0.0/24"), "10.2.0.1");
	assert_string_equal(via("r2", "10.3.0.0/24"), "10.255.0.2");
	assert_string_equal(via("r3", "10.2.0.0/24"), "10.255.0.1");
	assert_string_equal(via("r3", "10.3.0.0/24"), "none");
}

static void nobody_outside_has_a_route_into_a_nat(void **state)
{
	(void)state;
	load(home_and_shop);
	assert_string_equal(via("r2", "10.1.0.0/24"), "none");
	assert_string_equal(via("r3", "10.1.0.0/24"), "none");
}

static void delay_of_a_lan_counts_both_cables(void **state)
{
	const struct topo_cable *cable;

	(void)state;
	load(home_and_shop);
	cable = topo_cable(&lab.topo, "laptop", "home");
	assert_non_null(cable);
	assert_ptr_equal(cable, topo_cable(&lab.topo, "sw-home", "laptop"));
	assert_int_equal(cable->delay_ns, 100000);
	cable = topo_cable(&lab.topo, "r3", "r2");
	assert_int_equal(cable->delay_ns, 20000000);
	assert_null(topo_cable(&lab.topo, "r1", "r3"));
}

static void switches_join_what_hangs_on_them(void **state)
{
	(void)state;
	load("lans:\n  one: {join: [a, s]}\n"
	     "links: [s -- t, t -- b]\n"
	     "nodes: {s: {kind: switch}, t: {kind: switch}}\n");
	assert_int_equal(lab.topo.segments.count, 1);
	assert_string_equal(ip_of("a", "one"), "10.1.0.10");
	assert_string_equal(ip_of("b", "t"), "10.1.0.11");
}

static void what_is_given_is_not_given_out_again(void **state)
{
	(void)state;
	load("lans:\n"
	     "  one: {join: [a, b, c]}\n"
	     "  two: {net: 10.1.0.0/16, join: [d, e]}\n"
	     "nodes:\n"
	     "  e: {ip: 10.1.0.10}\n"
	     "  b: {interfaces: {up: {on: one, ip: 10.2.0.10}}}\n");
	assert_string_equal(ip_of("b", "one"), "10.2.0.10");
	assert_string_equal(ip_of("a", "one"), "10.2.0.11");
	assert_string_equal(ip_of("d", "two"), "10.1.0.11");
}

static void delegations_get_glue(void **state)
{
	const struct lab_node *root;
	struct strbuf sb;

	(void)state;
	load("lans:\n  net: {join: [root, test, web]}\n"
	     "nodes:\n"
	     "  root: {kind: dns, zone: ., delegate: {test: test}}\n"
	     "  test: {kind: dns, zone: test, records: {www: web, ttl: 2min, "
	     "alias: \"CNAME www\"}}\n");
	strbuf_init(&sb, &mem);
	root = topo_node(&lab.topo, "root");
	zone_text(root, &sb);
	assert_string_equal(strbuf_text(&sb),
			    "$ORIGIN .\n$TTL 3600\n"
			    "@ IN SOA root. hostmaster. 1 3600 600 86400 60\n"
			    "test IN NS test.test.\n"
			    "test.test IN A 10.1.0.11\n"
			    "@ IN NS root.\n"
			    "root IN A 10.1.0.10\n");
	strbuf_clear(&sb);
	zone_text(topo_node(&lab.topo, "test"), &sb);
	assert_string_equal(
		strbuf_text(&sb),
		"$ORIGIN test.\n$TTL 120\n"
		"@ IN SOA test.test. hostmaster.test. 1 3600 600 86400 60\n"
		"www IN A 10.1.0.12\n"
		"alias IN CNAME www\n"
		"@ IN NS test.test.\n"
		"test IN A 10.1.0.11\n");
	strbuf_fini(&sb);
}

static void macs_come_from_names_alone(void **state)
{
	const struct lab_iface *iface;
	mac_addr first;

	(void)state;
	load(home_and_shop);
	iface = topo_node(&lab.topo, "web")->interfaces.items;
	first = iface->mac.v;
	assert_int_equal(first.o[0], 2);
	lab_fini(&lab);
	load("lans:\n  other: {join: [z, web]}\n");
	iface = topo_node(&lab.topo, "web")->interfaces.items;
	assert_true(mac_eq(first, iface->mac.v));
}

/* Whatever fails to be allocated: -ENOMEM, no crash, no leak. */
static void every_allocation_may_fail(void **state)
{
	int error = -ENOMEM;
	uint64_t k;

	(void)state;
	for (k = 1; error && k < 10000; k++) {
		lab_fini(&lab);
		mem.fail_at = mem.calls + k;
		mem.fail_ever = true;
		error = lab_load(&lab, &mem, "x.yaml", home_and_shop,
				 strlen(home_and_shop));
		mem.fail_at = 0;
		mem.fail_ever = false;
		assert_true(error == 0 || error == -ENOMEM);
	}
	assert_int_equal(error, 0);
	assert_true(k > 3);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(addresses_are_given_out_in_order),
		TEST(gateway_is_not_the_outside_of_a_nat),
		TEST(routes_are_the_shortest),
		TEST(nobody_outside_has_a_route_into_a_nat),
		TEST(delay_of_a_lan_counts_both_cables),
		TEST(switches_join_what_hangs_on_them),
		TEST(what_is_given_is_not_given_out_again),
		TEST(delegations_get_glue),
		TEST(macs_come_from_names_alone),
		TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
