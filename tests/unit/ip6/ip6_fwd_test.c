// SPDX-License-Identifier: MIT
/* ip6_fwd_test.c - a router for IPv6 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ip6net.h"

static struct frame f;

/* A router with 2001:db8:a::1 on eth0 and 2001:db8:b::1 on eth1, no wires. */
static int setup(void **state)
{
	const struct inet_config cfg = {.is_router = true};
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, &cfg);
	ip6net_port(net, 0, "2001:db8:a::1/64");
	ip6net_port(net, 0, "2001:db8:b::1/64");
	ip6net_route(net, 0, "2001:db8:c::/48", "2001:db8:b::9");
	testnet_forget(testnet_netif(net, 0, 0));
	testnet_forget(testnet_netif(net, 0, 1));
	*state = net;
	return 0;
}

static struct netif *in(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

static struct netif *out(struct testnet *net)
{
	return testnet_netif(net, 0, 1);
}

static struct ip6_hdr hdr(const char *src, const char *dst, uint8_t hops)
{
	return (struct ip6_hdr){
		.src = a6(src),
		.dst = a6(dst),
		.hops = hops,
		.next = 253,
	};
}

/* A packet comes in by eth0. */
static void comes(struct testnet *net, const char *src, const char *dst,
		  uint8_t hops, size_t len)
{
	const struct ip6_hdr h = hdr(src, dst, hops);
	static uint8_t payload[65000];

	frame_ip6(&f, in(net), &h, payload, len);
	frame_inject(&f, in(net));
}

static void told(struct testnet *net, enum drop why, uint8_t type, uint8_t code)
{
	assert_int_equal(testnet_drops(net, 0, why), 1);
	assert_int_equal(testnet_drops_all(net, 0), 1);
	assert_int_equal(testnet_sent_count(out(net)), 0);
	assert_true(frame_take(&f, in(net)));
	assert_int_equal(frame_to_icmp6(&f).type, type);
	assert_int_equal(frame_to_icmp6(&f).code, code);
}

static void a_packet_goes_on_with_one_hop_less(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h;

	comes(net, "2001:db8:a::9", "2001:db8:b::7", 64, 100);
	assert_true(frame_take(&f, out(net)));
	h = frame_to_ip6(&f);
	assert_int_equal(h.hops, 63);
	assert_int_equal(h.payload_len, 100);
	comes(net, "2001:db8:a::9", "2001:db8:c:1::7", 2, 100);
	assert_true(frame_take(&f, out(net)));
	assert_int_equal(frame_to_ip6(&f).hops, 1);
	assert_int_equal(testnet_drops_all(net, 0), 0);
}

static void the_last_hop_is_told(void **state)
{
	comes(*state, "2001:db8:a::9", "2001:db8:b::7", 1, 100);
	told(*state, DROP_ip_ttl, ICMP6_TIME_EXCEEDED, ICMP6_HOPS);
}

static void a_packet_to_nowhere_is_told(void **state)
{
	comes(*state, "2001:db8:a::9", "2001:db8:d::7", 64, 100);
	told(*state, DROP_ip_no_route, ICMP6_UNREACHABLE, ICMP6_NO_ROUTE);
}

/* RFC 8200, 5: routers do not cut. */
static void a_packet_too_big_is_told_the_mtu(void **state)
{
	struct testnet *net = *state;

	out(net)->mtu = 1300;
	comes(net, "2001:db8:a::9", "2001:db8:b::7", 64, 1261);
	assert_int_equal(testnet_sent_count(out(net)), 0);
	assert_true(frame_take(&f, in(net)));
	assert_int_equal(frame_to_icmp6(&f).type, ICMP6_TOO_BIG);
	assert_int_equal(frame_to_icmp6(&f).mtu, 1300);
	/* As much as fits into 1280 octets. */
	assert_int_equal(frame_to_ip6(&f).payload_len, 1280 - IP6_HLEN);
	assert_int_equal(testnet_drops(net, 0, DROP_ip6_too_big), 1);
	comes(net, "2001:db8:a::9", "2001:db8:b::7", 64, 1260);
	assert_int_equal(testnet_sent_count(out(net)), 1);
}

/* RFC 4291, 2.5.6; RFC 4443, 3.1. */
static void a_link_local_source_stays_on_its_link(void **state)
{
	comes(*state, "fe80::9", "2001:db8:b::7", 64, 100);
	told(*state, DROP_ip6_scope, ICMP6_UNREACHABLE, ICMP6_BEYOND_SCOPE);
}

static void what_is_of_one_link_is_not_forwarded(void **state)
{
	static const char *const dests[] = {"fe80::77", "ff02::5", "ff0e::5"};
	struct testnet *net = *state;
	size_t i;

	for (i = 0; i < 3; i++)
		comes(net, "2001:db8:a::9", dests[i], 64, 100);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_not_ours), 3);
	comes(net, "::", "2001:db8:b::7", 64, 100);
	assert_int_equal(testnet_drops(net, 0, DROP_martian), 1);
	assert_int_equal(testnet_sent_count(in(net)), 0);
	assert_int_equal(testnet_sent_count(out(net)), 0);
}

static void a_host_does_not_forward(void **state)
{
	struct testnet *net = *state;

	ip_forwarding_set(testnet_host(net, 0), false);
	comes(net, "2001:db8:a::9", "2001:db8:b::7", 64, 100);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_not_ours), 1);
	assert_false(
		ip6_in_group(testnet_host(net, 0), in(net), IP6_ALL_ROUTERS));
	ip_forwarding_set(testnet_host(net, 0), true);
	assert_true(
		ip6_in_group(testnet_host(net, 0), in(net), IP6_ALL_ROUTERS));
}

/* Extension headers are for the ends, but for hop-by-hop options. */
static void only_hop_by_hop_options_are_looked_at(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h = hdr("2001:db8:a::9", "2001:db8:b::7", 64);
	uint8_t opt[8] = {253, 0, 0x9e, 4};

	h.next = IP_PROTO_DSTOPTS;
	frame_ip6(&f, in(net), &h, opt, 8);
	frame_inject(&f, in(net));
	assert_int_equal(testnet_sent_count(out(net)), 1);
	testnet_forget(out(net));
	h.next = IP_PROTO_HOPOPTS;
	frame_ip6(&f, in(net), &h, opt, 8);
	frame_inject(&f, in(net));
	told(net, DROP_ip6_opt, ICMP6_PARAM_PROBLEM, ICMP6_BAD_OPTION);
}

/* A frame for all that holds a packet for one host is nobody's. */
static void a_frame_for_many_is_not_forwarded(void **state)
{
	struct testnet *net = *state;
	const struct ip6_hdr h = hdr("2001:db8:a::9", "2001:db8:b::7", 1);

	frame_ip6(&f, in(net), &h, "x", 1);
	memcpy(f.b, "\x33\x33\0\0\0\1", 6);
	frame_inject(&f, in(net));
	assert_int_equal(testnet_drops(net, 0, DROP_ip_bcast), 1);
	assert_int_equal(testnet_sent_count(in(net)), 0);
}

/* A source of the other side, when that is looked at. */
static void a_source_lives_where_its_packets_come_from(void **state)
{
	struct testnet *net = *state;

	comes(net, "2001:db8:b::9", "2001:db8:b::7", 64, 100);
	assert_int_equal(testnet_sent_count(out(net)), 1);
	ip_rpf_set(testnet_host(net, 0), IP_RPF_STRICT);
	comes(net, "2001:db8:b::9", "2001:db8:b::7", 64, 100);
	comes(net, "2001:db8:77::9", "2001:db8:b::7", 64, 100);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_rpf), 2);
	comes(net, "2001:db8:a::9", "2001:db8:b::7", 64, 100);
	assert_int_equal(testnet_sent_count(out(net)), 2);
}

/* Two routers that point at each other: it ends. */
static void a_loop_ends(void **state)
{
	struct testnet *net = ip6net_new_routed(1500);
	struct ip6_hdr h = hdr("2001:db8:0::1", "2001:db8:77::1", 255);

	(void)state;
	ip6net_route(net, 1, "2001:db8:77::/64", "2001:db8:1::2");
	ip6net_route(net, 2, "2001:db8:77::/64", "2001:db8:1::1");
	frame_ip6(&f, testnet_netif(net, 1, 0), &h, "x", 1);
	frame_inject(&f, testnet_netif(net, 1, 0));
	testnet_run_ms(net, 1000);
	assert_int_equal(testnet_drops(net, 1, DROP_ip_ttl) +
				 testnet_drops(net, 2, DROP_ip_ttl),
			 1);
	assert_true(net->hosts[1].frames + net->hosts[2].frames < 260);
	testnet_free(net);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_packet_goes_on_with_one_hop_less),
		T(the_last_hop_is_told),
		T(a_packet_to_nowhere_is_told),
		T(a_packet_too_big_is_told_the_mtu),
		T(a_link_local_source_stays_on_its_link),
		T(what_is_of_one_link_is_not_forwarded),
		T(a_host_does_not_forward),
		T(only_hop_by_hop_options_are_looked_at),
		T(a_frame_for_many_is_not_forwarded),
		T(a_source_lives_where_its_packets_come_from),
		cmocka_unit_test(a_loop_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
