// SPDX-License-Identifier: MIT
/* source6_test.c - which source, which destination (RFC 6724) */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ip6net.h"

static struct netif *eth(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

/* One host with nothing but its link-local address. */
static int setup(void **state)
{
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, NULL);
	ip6net_port(net, 0, NULL);
	assert_int_equal(ip6_enable(testnet_host(net, 0), eth(net)), 0);
	testnet_forget(eth(net));
	*state = net;
	return 0;
}

static void add(struct testnet *net, const char *address,
		enum ip6_addr_origin origin, enum ip6_addr_state state)
{
	const struct ip6_addr_conf conf = {
		.net = n6(address),
		.origin = origin,
		.no_dad = true,
	};

	assert_int_equal(
		ip6_addr_add_conf(testnet_host(net, 0), eth(net), &conf), 0);
	assert_int_equal(ip6_addr_state_set(testnet_host(net, 0), eth(net),
					    conf.net.addr, state),
			 0);
}

static void chosen(struct testnet *net, const char *dst, const char *src)
{
	ip6_addr got;
	char a[IP6_TEXT];

	assert_int_equal(ip6_source_select(testnet_host(net, 0), eth(net),
					   a6(dst), NULL, &got),
			 0);
	if (!ip6_eq(got, a6(src)))
		fail_msg("to %s: %s and not %s", dst, ip6_print(got, a), src);
}

static void rule_1_the_destination_itself(void **state)
{
	add(*state, "2001:db8::1/64", 0, IP6_PREFERRED);
	add(*state, "2001:db8::2/64", 0, IP6_DEPRECATED);
	chosen(*state, "2001:db8::2", "2001:db8::2");
}

static void rule_2_the_scope_reaches(void **state)
{
	struct testnet *net = *state;
	char ll[IP6_TEXT];

	ip6_print(ip6_link_local(testnet_host(net, 0), eth(net))->net.addr, ll);
	add(net, "2001:db8:3::1/64", 0, IP6_PREFERRED);
	chosen(net, "2001:db8:1::1", "2001:db8:3::1");
	chosen(net, "ff05::1", "2001:db8:3::1");
	chosen(net, "fe80::1", ll);
	chosen(net, "ff02::1", ll);
}

static void rule_3_not_deprecated(void **state)
{
	add(*state, "2001:db8:1::2/64", 0, IP6_DEPRECATED);
	add(*state, "2001:db8:3::1/64", 0, IP6_PREFERRED);
	chosen(*state, "2001:db8:1::1", "2001:db8:3::1");
}

static void tentative_addresses_are_nobodys(void **state)
{
	add(*state, "2001:db8:3::1/64", 0, IP6_PREFERRED);
	add(*state, "2001:db8:1::2/64", 0, IP6_DUPLICATED);
	chosen(*state, "2001:db8:1::1", "2001:db8:3::1");
}

static void rule_5_and_5_5_interface_and_next_hop(void **state)
{
	struct testnet *net = *state;
	struct netif *other = ip6net_port(net, 0, "2001:db8:9::1/64");
	ip6_addr r1 = a6("fe80::1"), r2 = a6("fe80::2"), got;
	struct ip6_addr_conf conf = {.no_dad = true, .origin = IP6_FROM_RA};

	conf.net = n6("2001:db8:a::1/64");
	conf.router = r1;
	assert_int_equal(
		ip6_addr_add_conf(testnet_host(net, 0), eth(net), &conf), 0);
	conf.net = n6("2001:db8:b::1/64");
	conf.router = r2;
	assert_int_equal(
		ip6_addr_add_conf(testnet_host(net, 0), eth(net), &conf), 0);
	ip6_source_select(testnet_host(net, 0), other, a6("2001:db8:a::7"),
			  NULL, &got);
	assert_true(ip6_eq(got, a6("2001:db8:9::1")));
	ip6_source_select(testnet_host(net, 0), eth(net), a6("2001:db8:a::7"),
			  &r2, &got);
	assert_true(ip6_eq(got, a6("2001:db8:b::1")));
}

static void rule_6_the_same_label(void **state)
{
	add(*state, "2002:c633:6401::d5e3/64", 0, IP6_PREFERRED);
	add(*state, "2001:db8:1::2/64", 0, IP6_PREFERRED);
	add(*state, "fd00::1/64", 0, IP6_PREFERRED);
	chosen(*state, "2002:c633:6401::1", "2002:c633:6401::d5e3");
	chosen(*state, "2001:db8:1::1", "2001:db8:1::2");
	chosen(*state, "fd12::1", "fd00::1");
}

static void rule_7_temporary_if_wanted(void **state)
{
	struct testnet *net = *state;

	add(net, "2001:db8:1::2/64", IP6_FROM_RA, IP6_PREFERRED);
	add(net, "2001:db8:1::d5e3/64", IP6_FROM_RA_TEMP, IP6_PREFERRED);
	chosen(net, "2001:db8:1::1", "2001:db8:1::d5e3");
	ip6_prefer_temporary(testnet_host(net, 0), false);
	chosen(net, "2001:db8:1::1", "2001:db8:1::2");
}

static void rule_8_most_in_common(void **state)
{
	add(*state, "2001:db8:3::2/64", 0, IP6_PREFERRED);
	add(*state, "2001:db8:1::2/64", 0, IP6_PREFERRED);
	chosen(*state, "2001:db8:1::1", "2001:db8:1::2");
	chosen(*state, "2001:db8:3::1", "2001:db8:3::2");
}

/*
 * Destinations; RFC 6724, 10.2.
 */

static void sorted(struct testnet *net, const char *a, const char *b)
{
	struct ip_addr want[2], list[2];
	int i;

	ip_addr_parse(&want[0], a);
	ip_addr_parse(&want[1], b);
	for (i = 0; i < 2; i++) {
		list[0] = want[i];
		list[1] = want[1 - i];
		ip6_dest_sort(testnet_host(net, 0), list, 2);
		if (!ip_addr_eq(list[0], want[0]))
			fail_msg("%s is not before %s", a, b);
	}
}

static void default_route(struct testnet *net)
{
	struct ip6_route r = {.gateway = a6("fe80::1"), .netif = eth(net)};
	struct ip4_net any = {.len = 0};

	assert_int_equal(ip6_route_add(testnet_host(net, 0), &r), 0);
	if (ip_addr_of(testnet_host(net, 0), eth(net)).len)
		ip_route_add(testnet_host(net, 0), any, IP4_ANY, eth(net), 0);
}

static void destinations_are_sorted(void **state)
{
	struct testnet *net = *state;
	struct ip4_net four;

	ip4_net_parse(&four, "198.51.100.117/24");
	ip_addr_add(testnet_host(net, 0), eth(net), four);
	add(net, "2001:db8:1::2/64", 0, IP6_PREFERRED);
	default_route(net);
	sorted(net, "2001:db8:1::1", "198.51.100.121");	   /* precedence */
	sorted(net, "2001:db8:1::1", "2002:c633:6401::1"); /* label */
	sorted(net, "2001:db8:1::1", "2001:db8:3ffe::1");  /* common bits */
	sorted(net, "fe80::1", "2001:db8:1::1");	   /* scope */
}

static void why(struct testnet *net, const char *first, const char *second,
		const char *what)
{
	struct ip_addr a, b;

	assert_int_equal(ip_addr_parse(&a, first), 0);
	assert_int_equal(ip_addr_parse(&b, second), 0);
	assert_string_equal(ip6_dest_why(testnet_host(net, 0), a, b), what);
}

/* The rule that decides is the one that is told. */
static void the_order_has_a_reason(void **state)
{
	struct testnet *net = *state;
	struct ip4_net four;

	why(net, "198.51.100.121", "2001:db8:1::1",
	    "no rule prefers one; it came first"); /* neither has a source */
	ip4_net_parse(&four, "198.51.100.117/24");
	ip_addr_add(testnet_host(net, 0), eth(net), four);
	why(net, "198.51.100.121", "2001:db8:1::1",
	    "for the other one there is no way, or no address of our own");
	add(net, "2001:db8:1::2/64", 0, IP6_PREFERRED);
	default_route(net);
	why(net, "2001:db8:1::1", "198.51.100.121",
	    "the policy table puts its kind in front");
	why(net, "2001:db8:1::1", "2002:c633:6401::1",
	    "it and our own address for it are of the same kind");
	why(net, "2001:db8:1::1", "2001:db8:3ffe::1",
	    "it has more bits in common with our own address");
	why(net, "fe80::1", "2001:db8:1::1", "it is nearer");
}

static void what_cannot_be_reached_comes_last(void **state)
{
	struct testnet *net = *state;
	struct ip4_net four;

	ip4_net_parse(&four, "198.51.100.117/24");
	ip_addr_add(testnet_host(net, 0), eth(net), four);
	sorted(net, "198.51.100.121", "2001:db8:1::1"); /* no route */
	default_route(net);				/* scopes differ */
	sorted(net, "198.51.100.121", "2001:db8:1::1");
	add(net, "2001:db8:1::2/64", 0, IP6_DEPRECATED);
	sorted(net, "198.51.100.121", "2001:db8:1::1"); /* rule 3 */
}

/* A table of one's own (RFC 6724, 10.3): IPv4 first. */
static void the_policy_may_be_changed(void **state)
{
	static const struct ip6_policy rows[] = {
		{{{{0}}, 0}, 40, 1},
		{{{{[10] = 0xff, [11] = 0xff}}, 96}, 100, 4},
	};
	struct testnet *net = *state;
	struct ip4_net four;

	ip4_net_parse(&four, "198.51.100.117/24");
	ip_addr_add(testnet_host(net, 0), eth(net), four);
	add(net, "2001:db8:1::2/64", 0, IP6_PREFERRED);
	default_route(net);
	ip6_policy_set(testnet_host(net, 0), rows, 2);
	sorted(net, "198.51.100.121", "2001:db8:1::1");
	ip6_policy_set(testnet_host(net, 0), NULL, 0);
	sorted(net, "2001:db8:1::1", "198.51.100.121");
}

/*
 * Lives of addresses.
 */

static void an_address_grows_old_and_goes(void **state)
{
	struct testnet *net = *state;
	struct stack *stack = testnet_host(net, 0);
	ip6_addr addr = a6("2001:db8::7");
	const struct ip6_addr_conf conf = {
		.net = {addr, 64},
		.no_dad = true,
		.preferred_ns = 10 * NS_PER_S,
		.valid_ns = 20 * NS_PER_S,
	};

	assert_int_equal(ip6_addr_add_conf(stack, eth(net), &conf), 0);
	assert_int_equal(ip6_addr_add_conf(stack, eth(net), &conf), -EEXIST);
	assert_int_equal(ip6_addr_find(stack, NULL, addr)->state,
			 IP6_PREFERRED);
	testnet_run_ms(net, 11000);
	assert_int_equal(ip6_addr_find(stack, NULL, addr)->state,
			 IP6_DEPRECATED);
	assert_true(ip_addr_is_ours(stack, ip_addr_v6(addr)));
	ip6_addr_life_set(stack, eth(net), addr, 10 * NS_PER_S, 20 * NS_PER_S);
	assert_int_equal(ip6_addr_find(stack, NULL, addr)->state,
			 IP6_PREFERRED);
	testnet_run_ms(net, 21000);
	assert_null(ip6_addr_find(stack, NULL, addr));
	assert_false(ip_addr_is_ours(stack, ip_addr_v6(addr)));
	assert_false(ip6_in_group(stack, eth(net), ip6_solicited_node(addr)));
	assert_int_equal(ip6_route_count(stack), 2); /* ::1 and link-local */
}

/* It has no preferred time to lose; its validity still ends. */
static void what_somebody_else_has_too_ends_with_its_validity(void **state)
{
	struct testnet *net = *state;
	struct stack *stack = testnet_host(net, 0);
	ip6_addr addr = a6("2001:db8::8");
	const struct ip6_addr_conf conf = {
		.net = {addr, 64},
		.no_dad = true,
		.preferred_ns = 10 * NS_PER_S,
		.valid_ns = 20 * NS_PER_S,
	};

	assert_int_equal(ip6_addr_add_conf(stack, eth(net), &conf), 0);
	assert_int_equal(
		ip6_addr_state_set(stack, eth(net), addr, IP6_DUPLICATED), 0);
	testnet_run_ms(net, 11000);
	assert_int_equal(ip6_addr_find(stack, NULL, addr)->state,
			 IP6_DUPLICATED);
	testnet_run_ms(net, 10000);
	assert_null(ip6_addr_find(stack, NULL, addr));
}

static void addresses_that_cannot_be_are_refused(void **state)
{
	static const char *const bad[] = {"::/64", "ff02::1/64", "::1/128",
					  "::ffff:10.0.0.1/96"};
	struct testnet *net = *state;
	size_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(ip6_addr_add(testnet_host(net, 0), eth(net),
					      n6(bad[i])),
				 -EINVAL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(rule_1_the_destination_itself),
		T(rule_2_the_scope_reaches),
		T(rule_3_not_deprecated),
		T(tentative_addresses_are_nobodys),
		T(rule_5_and_5_5_interface_and_next_hop),
		T(rule_6_the_same_label),
		T(rule_7_temporary_if_wanted),
		T(rule_8_most_in_common),
		T(destinations_are_sorted),
		T(the_order_has_a_reason),
		T(what_cannot_be_reached_comes_last),
		T(the_policy_may_be_changed),
		T(an_address_grows_old_and_goes),
		T(what_somebody_else_has_too_ends_with_its_validity),
		T(addresses_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
