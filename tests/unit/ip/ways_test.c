// SPDX-License-Identifier: MIT
/* ways_test.c - a router with several ways of equal cost to 10.9.0.0/16 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "wire/proto.h"

#include "ip/ip.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

static struct frame f;
static const uint8_t payload[100];

/* The neighbour through which way @i leads: 10.1.i.2. */
static ip4_addr gateway(uint8_t i)
{
	return ip4_make(10, 1, i, 2);
}

static struct netif *in(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

static struct netif *way(struct testnet *net, int i)
{
	return testnet_netif(net, 0, i);
}

static void gateway_speaks(struct testnet *net, uint8_t i)
{
	arp_add(testnet_host(net, 0), way(net, i), gateway(i), test_mac(i));
}

static void add_way(struct testnet *net, uint8_t i)
{
	const struct ip4_net far = {ip4_make(10, 9, 0, 0), 16};

	assert_int_equal(
		ip_route_add(testnet_host(net, 0), far, gateway(i), NULL, 0),
		0);
}

/* eth0: 10.0.0.1, where packets come from; eth1 and eth2 lead on. */
static int setup(void **state)
{
	const struct inet_config cfg = {
		.is_router = true,
		.has_no_transport = true,
	};
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, &cfg);
	testnet_add_port(net, 0, "10.0.0.1/24");
	testnet_add_port(net, 0, "10.1.1.1/24");
	testnet_add_port(net, 0, "10.1.2.1/24");
	testnet_add_port(net, 0, "10.1.3.1/24");
	for (uint8_t i = 1; i < 4; i++)
		gateway_speaks(net, i);
	add_way(net, 1);
	add_way(net, 2);
	*state = net;
	return 0;
}

/* Which way a datagram from that port takes; 0: none. */
static int way_of(struct testnet *net, uint16_t sport)
{
	const struct ip4_hdr h = {
		.src = ip4_make(10, 0, 0, 5),
		.dst = ip4_make(10, 9, 7, 7),
		.ttl = 64,
	};
	int taken = 0;

	frame_udp(&f, in(net), &h, sport, 53, payload, sizeof(payload));
	frame_inject(&f, in(net));
	for (int i = 1; i < 4; i++)
		while (frame_take(&f, way(net, i)))
			if (get16(f.b + 12) == ETH_IP4)
				taken = i;
	return taken;
}

/* RFC 2992, 2 */
static void flows_are_spread_and_stay_where_they_are(void **state)
{
	struct testnet *net = *state;
	uint8_t taken[1000];
	int count[4] = {0};

	for (uint16_t i = 0; i < 1000; i++)
		count[taken[i] = (uint8_t)way_of(net, (uint16_t)(5000 + i))]++;
	assert_int_equal(count[1] + count[2], 1000);
	assert_in_range(count[1], 400, 600);
	for (uint16_t i = 0; i < 1000; i += 7)
		assert_int_equal(way_of(net, (uint16_t)(5000 + i)), taken[i]);
	assert_true(net->events[R_ROUTE_WAY] >= 1000);
}

/* RFC 2992, 3: with a third way half of the flows move, not two thirds. */
static void new_way_takes_flows_from_its_neighbours_only(void **state)
{
	struct testnet *net = *state;
	uint8_t taken[1000];
	int moved = 0;

	for (uint16_t i = 0; i < 1000; i++)
		taken[i] = (uint8_t)way_of(net, (uint16_t)(5000 + i));
	add_way(net, 3);
	for (uint16_t i = 0; i < 1000; i++)
		moved += way_of(net, (uint16_t)(5000 + i)) != taken[i];
	assert_in_range(moved, 430, 570);
	for (uint16_t i = 0; i < 1000; i++) /* and none from 1 to 2 and back */
		if (taken[i] == 2)
			assert_int_not_equal(way_of(net, (uint16_t)(5000 + i)),
					     1);
}

/* A port of a flow that takes way 2 now. */
static uint16_t port_of_way_2(struct testnet *net)
{
	uint16_t port = 5000;

	while (port < 5100 && way_of(net, port) != 2)
		port++;
	assert_in_range(port, 5000, 5099);
	return port;
}

static void silent_next_hop_is_left_out_until_it_answers(void **state)
{
	struct testnet *net = *state;
	uint16_t port = port_of_way_2(net);
	uint32_t asked = 0;

	arp_flush(testnet_host(net, 0), way(net, 2));
	assert_int_equal(way_of(net, port), 0); /* it waits for ARP */
	testnet_run_ms(net, 1500);
	gateway_speaks(net, 1);
	assert_int_equal(way_of(net, port), 1);
	assert_int_equal(net->events[R_ROUTE_WAY_LOST], 1);
	testnet_run_ms(net, 10000);
	assert_int_equal(way_of(net, port), 1);
	testnet_forget(way(net, 2));
	/* Asked anew, and no packet of anybody's waits for the answer. */
	testnet_run_ms(net, 31000);
	gateway_speaks(net, 1);
	assert_int_equal(way_of(net, port), 1);
	asked = (uint32_t)net->events[R_ARP_REQUEST];
	testnet_run_ms(net, 20);
	gateway_speaks(net, 2);
	assert_int_equal(way_of(net, port), 2);
	assert_int_equal(net->events[R_ROUTE_WAY_BACK], 1);
	assert_int_equal(net->events[R_ARP_REQUEST], asked);
}

static void cable_without_signal_is_left_out_at_once(void **state)
{
	struct testnet *net = *state;
	uint16_t port = port_of_way_2(net);

	way(net, 2)->has_no_carrier = true;
	assert_int_equal(way_of(net, port), 1);
	way(net, 2)->has_no_carrier = false;
	assert_int_equal(way_of(net, port), 2);
	way(net, 1)->has_no_carrier = way(net, 2)->has_no_carrier = true;
	assert_int_equal(way_of(net, port), 2); /* to try is better */
}

static void smaller_metric_wins_over_many_ways(void **state)
{
	const struct ip4_net far = {ip4_make(10, 9, 0, 0), 16};
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);

	for (uint8_t i = 1; i < 3; i++)
		assert_int_equal(ip_route_del(r, far, gateway(i), NULL, 0), 0);
	for (uint8_t i = 1; i < 3; i++)
		assert_int_equal(ip_route_add(r, far, gateway(i), NULL, 5), 0);
	assert_int_equal(ip_route_add(r, far, gateway(3), NULL, 2), 0);
	for (uint16_t i = 0; i < 20; i++)
		assert_int_equal(way_of(net, (uint16_t)(5000 + i)), 3);
	assert_int_equal(net->events[R_ROUTE_WAY], 0);
	assert_int_equal(ip_route_del(r, far, gateway(3), NULL, 2), 0);
	way_of(net, 5000);
	assert_int_equal(net->events[R_ROUTE_WAY], 1);
}

static void fragments_of_a_datagram_stay_together(void **state)
{
	struct testnet *net = *state;

	for (uint8_t host = 2; host < 50; host++) {
		size_t sent[3] = {0};

		for (uint16_t i = 0; i < 3; i++) {
			const struct ip4_hdr h = {
				.src = ip4_make(10, 0, 0, host),
				.dst = ip4_make(10, 9, 7, 7),
				.proto = IP_PROTO_UDP,
				.ttl = 64,
				.id = host,
				.frag_off = (uint16_t)(i * 96),
				.flags = i < 2 ? IP4_MF : 0,
			};

			frame_ip4(&f, in(net), &h, payload, 96);
			frame_inject(&f, in(net));
		}
		for (int i = 1; i < 3; i++)
			while (frame_take(&f, way(net, i)))
				sent[i]++;
		assert_int_equal(max_size(sent[1], sent[2]), 3);
	}
}

/* With 600 routes the fast table answers, and must know of ways, too. */
static void large_table_knows_ways_too(void **state)
{
	struct testnet *net = *state;
	int count[4] = {0};

	for (uint16_t i = 0; i < 600; i++) {
		const struct ip4_net n = {
			ip4_make(20, (uint8_t)(i >> 8), (uint8_t)i, 0), 24};

		ip_route_add(testnet_host(net, 0), n, gateway(1), NULL, 0);
	}
	for (uint16_t i = 0; i < 200; i++)
		count[way_of(net, (uint16_t)(5000 + i))]++;
	assert_in_range(count[1], 60, 140);
	assert_int_equal(count[1] + count[2], 200);
}

/* RFC 3704, 2.3: an answer may take any of the ways. */
static void source_may_come_by_any_of_its_ways(void **state)
{
	struct testnet *net = *state;
	struct ip4_hdr h = {
		.src = ip4_make(10, 9, 7, 7),
		.dst = ip4_make(10, 0, 0, 5),
		.ttl = 64,
	};

	ip_rpf_set(testnet_host(net, 0), IP_RPF_STRICT);
	arp_add(testnet_host(net, 0), in(net), h.dst, test_mac(5));
	for (int i = 1; i < 4; i++) {
		frame_udp(&f, way(net, i), &h, 53, 5000, payload, 10);
		frame_inject(&f, way(net, i));
	}
	assert_int_equal(testnet_sent_count(in(net)), 2);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_rpf), 1);
	/* Loose: there is a way, and it does not matter which. */
	ip_rpf_set(testnet_host(net, 0), IP_RPF_LOOSE);
	frame_udp(&f, way(net, 3), &h, 53, 5000, payload, 10);
	frame_inject(&f, way(net, 3));
	assert_int_equal(testnet_sent_count(in(net)), 3);
	h.src = ip4_make(172, 16, 1, 1);
	frame_udp(&f, way(net, 3), &h, 53, 5000, payload, 10);
	frame_inject(&f, way(net, 3));
	assert_int_equal(testnet_drops(net, 0, DROP_ip_rpf), 2);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(flows_are_spread_and_stay_where_they_are),
		T(new_way_takes_flows_from_its_neighbours_only),
		T(silent_next_hop_is_left_out_until_it_answers),
		T(cable_without_signal_is_left_out_at_once),
		T(smaller_metric_wins_over_many_ways),
		T(fragments_of_a_datagram_stay_together),
		T(large_table_knows_ways_too),
		T(source_may_come_by_any_of_its_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
