// SPDX-License-Identifier: MIT
/* rip_test.c - one router, and what neighbours say to it */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/proto.h"
#include "wire/rip.h"

#include "apps/rip.h"
#include "ip/ip.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

static struct frame f;
static struct rip *rip;
static struct rip_config cfg;

static struct netif *side(struct testnet *net, int i)
{
	return testnet_netif(net, 0, i);
}

static ip4_addr neighbour(uint8_t n)
{
	return ip4_make(10, 0, 0, n);
}

/* eth0 10.0.0.1/24, eth1 10.0.1.1/24 */
static int setup(void **state)
{
	const struct inet_config router = {.is_router = true};
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, &router);
	testnet_add_port(net, 0, "10.0.0.1/24");
	testnet_add_port(net, 0, "10.0.1.1/24");
	assert_int_equal(rip_start(testnet_host(net, 0), &cfg, &rip), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(rip_add_netif(rip, side(net, i), false), 0);
	testnet_run_ms(net, 6000); /* the first news has been told */
	testnet_forget(side(net, 0));
	testnet_forget(side(net, 1));
	*state = net;
	return 0;
}

static int setup_md5(void **state)
{
	cfg.md5 = "secret";
	cfg.key_id = 5;
	return setup(state);
}

static int teardown(void **state)
{
	rip_stop(rip);
	cfg = (struct rip_config){0};
	return testnet_teardown(state);
}

/* 20.0.0.0/8 at that distance. */
static struct rip_msg says(uint32_t metric)
{
	return (struct rip_msg){
		.command = RIP_RESPONSE,
		.count = 1,
		.entry = {{.family = RIP_FAMILY_IP,
			   .net = {ip4_make(20, 0, 0, 0), 8},
			   .metric = metric}},
	};
}

static void play(struct testnet *net, const struct rip_msg *m, uint8_t from,
		 uint16_t sport, uint8_t ttl)
{
	const struct ip4_hdr h = {
		.src = neighbour(from),
		.dst = RIP_GROUP,
		.ttl = ttl,
	};
	static const mac_addr group = {{1, 0, 0x5e, 0, 0, 9}};
	uint8_t buf[RIP_LEN_MAX];
	size_t len = rip_emit(buf, m);

	frame_udp(&f, side(net, 0), &h, sport, RIP_PORT, buf, len);
	memcpy(f.b, group.o, 6);
	frame_inject(&f, side(net, 0));
	testnet_run_ms(net, 1);
}

static void hear(struct testnet *net, uint8_t from, uint32_t metric)
{
	const struct rip_msg m = says(metric);

	play(net, &m, from, RIP_PORT, 1);
}

/* How far 20.0.0.0/8 is; 0: not known. */
static void find_step(void *arg, const struct rip_view *v)
{
	if (v->net.addr.v >> 24 == 20)
		*(struct rip_view *)arg = *v;
}

static uint32_t distance(void)
{
	struct rip_view v = {0};

	rip_for_each(rip, find_step, &v);
	return v.metric;
}

/* Next hop to 20.1.2.3, last octet; 0: none. */
static uint8_t gateway(struct testnet *net)
{
	const struct ip_route *r = ip_route_lookup(
		testnet_host(net, 0), ip_addr_v4(ip4_make(20, 1, 2, 3)));

	return r ? (uint8_t)r->gateway.v : 0;
}

/* The next message that leaves; its age is up to @ms. */
static bool told(struct testnet *net, int i, struct rip_msg *m, uint64_t ms)
{
	for (uint64_t t = 0; t <= ms; t += 100) {
		while (frame_take(&f, side(net, i))) {
			struct ip4_hdr h;
			const uint8_t *p;
			size_t len;

			if (get16(f.b + 12) != ETH_IP4)
				continue;
			h = frame_to_ip4(&f);
			p = frame_l4(&f, &len);
			if (h.proto != IP_PROTO_UDP || get16(p + 2) != RIP_PORT)
				continue;
			assert_int_equal(h.ttl, 1);
			assert_int_equal(h.dst.v, RIP_GROUP.v);
			assert_int_equal(rip_parse(m, p + 8, len - 8), 0);
			return true;
		}
		testnet_run_ms(net, 100);
	}
	return false;
}

/* Distance of 20.0.0.0/8 in a message; 0: not in it. */
static uint32_t told_distance(const struct rip_msg *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->entry[i].net.addr.v >> 24 == 20)
			return m->entry[i].metric;
	return 0;
}

/* RFC 2453, 3.9.2 */
static void neighbours_route_is_taken_one_step_further(void **state)
{
	struct testnet *net = *state;

	hear(net, 2, 3);
	assert_int_equal(distance(), 4);
	assert_int_equal(gateway(net), 2);
	hear(net, 3, 3); /* as short: the first is kept */
	assert_int_equal(gateway(net), 2);
	hear(net, 3, 1);
	assert_int_equal(gateway(net), 3);
	assert_int_equal(distance(), 2);
	hear(net, 3, 7); /* he must know */
	assert_int_equal(distance(), 8);
	hear(net, 3, 15);
	assert_int_equal(distance(), 16);
	assert_int_equal(gateway(net), 0);
}

/* 3.8, and 3.9.2: half of its time is over */
static void silent_route_gives_way_then_goes_then_is_forgotten(void **state)
{
	struct testnet *net = *state;

	hear(net, 2, 3);
	testnet_run_ms(net, 91 * 1000);
	hear(net, 3, 3);
	assert_int_equal(gateway(net), 3);
	testnet_run_ms(net, 179 * 1000);
	assert_int_equal(distance(), 4);
	testnet_run_ms(net, 2 * 1000);
	assert_int_equal(distance(), 16);
	assert_int_equal(gateway(net), 0);
	testnet_run_ms(net, 118 * 1000);
	assert_int_equal(distance(), 16);
	testnet_run_ms(net, 2 * 1000);
	assert_int_equal(distance(), 0);
}

/* 3.10.1 and 3.4.3 */
static void news_is_told_soon_and_poisoned_to_whoever_told_it(void **state)
{
	struct testnet *net = *state;
	struct rip_msg m;

	hear(net, 2, 3);
	assert_true(told(net, 1, &m, 5000));
	assert_int_equal(m.count, 1); /* the news alone */
	assert_int_equal(told_distance(&m), 4);
	assert_true(told(net, 0, &m, 100));
	assert_int_equal(told_distance(&m), RIP_INFINITY);
	hear(net, 2, RIP_INFINITY);
	assert_true(told(net, 1, &m, 5000));
	assert_int_equal(told_distance(&m), RIP_INFINITY);
}

static void all_is_said_again_every_half_minute(void **state)
{
	struct testnet *net = *state;
	struct rip_msg m;
	int count = 0;

	hear(net, 2, 3);
	assert_true(told(net, 1, &m, 5000));
	for (int i = 0; i < 10; i++) {
		hear(net, 2, 3);
		assert_true(told(net, 1, &m, 35500));
		count += told_distance(&m) == 4;
	}
	assert_int_equal(count, 10);
	assert_int_equal(m.count, 2); /* and the network of eth0 */
}

static void strangers_are_not_believed(void **state)
{
	struct testnet *net = *state;
	struct rip_msg m = says(3);

	play(net, &m, 2, 5200, 1);	/* not from port 520 */
	play(net, &m, 2, RIP_PORT, 64); /* may have passed a router */
	m.entry[0].metric = 1;
	assert_int_equal(testnet_drops(net, 0, DROP_rip_source), 2);
	{ /* no neighbour */
		const struct ip4_hdr h = {
			.src = ip4_make(10, 9, 0, 2),
			.dst = ip4_make(10, 0, 0, 1),
			.ttl = 64,
		};
		uint8_t buf[RIP_LEN_MAX];

		frame_udp(&f, side(net, 0), &h, RIP_PORT, RIP_PORT, buf,
			  rip_emit(buf, &m));
		frame_inject(&f, side(net, 0));
		testnet_run_ms(net, 1);
	}
	assert_int_equal(testnet_drops(net, 0, DROP_rip_source), 3);
	assert_int_equal(distance(), 0);
}

/* What cannot be is skipped, and the rest counts. */
static void absurd_entries_are_skipped(void **state)
{
	struct testnet *net = *state;
	struct rip_msg m = says(3);
	static const char *const bad[] = {"127.0.0.0", "224.0.0.0", "0.1.0.0",
					  "240.0.0.0"};

	for (size_t i = 0; i < 4; i++) {
		m.entry[m.count] = m.entry[0];
		ip4_parse(&m.entry[m.count].net.addr, bad[i]);
		m.entry[m.count++].net.len = 16;
	}
	m.entry[m.count] = m.entry[0];
	m.entry[m.count++].metric = 17;
	m.entry[m.count] = m.entry[0];
	m.entry[m.count++].family = 9;
	play(net, &m, 2, RIP_PORT, 1);
	assert_int_equal(distance(), 4);
	/* Two of our own, three for each interface, and that one. */
	assert_int_equal(testnet_drops_all(net, 0), 0);
	m = says(1);
	m.entry[0].net = (struct ip4_net){ip4_make(10, 0, 1, 0), 24};
	play(net, &m, 2, RIP_PORT, 1); /* our own network: we know better */
	assert_int_equal(distance(), 4);
}

/* 3.6.1 of the old words, "next hop": a neighbour names another one. */
static void next_hop_that_is_a_neighbour_is_used(void **state)
{
	struct testnet *net = *state;
	struct rip_msg m = says(3);

	m.entry[0].next_hop = neighbour(9);
	play(net, &m, 2, RIP_PORT, 1);
	assert_int_equal(gateway(net), 9);
	m.entry[0].next_hop = ip4_make(10, 77, 0, 1);
	play(net, &m, 2, RIP_PORT, 1);
	assert_int_equal(gateway(net), 2);
}

static void question_is_answered_to_who_asks(void **state)
{
	struct testnet *net = *state;
	struct rip_msg m = {
		.command = RIP_REQUEST,
		.count = 1,
		.entry = {{.family = RIP_FAMILY_ALL, .metric = RIP_INFINITY}},
	};
	const uint8_t *p;
	size_t len;

	arp_add(testnet_host(net, 0), side(net, 0), neighbour(2), test_mac(2));
	play(net, &m, 2, RIP_PORT, 1);
	assert_true(frame_take(&f, side(net, 0)) > 0);
	assert_int_equal(frame_to_ip4(&f).dst.v, neighbour(2).v);
	p = frame_l4(&f, &len);
	assert_int_equal(rip_parse(&m, p + 8, len - 8), 0);
	assert_int_equal(m.command, RIP_RESPONSE);
	assert_int_equal(m.count, 1); /* not the link that both are on */
	assert_int_equal(m.entry[0].net.addr.v, ip4_make(10, 0, 1, 0).v);
}

static void cable_without_signal_takes_its_routes_with_it(void **state)
{
	struct testnet *net = *state;

	hear(net, 2, 3);
	side(net, 0)->has_no_carrier = true;
	testnet_run_ms(net, 1100);
	assert_int_equal(distance(), 16);
	assert_int_equal(gateway(net), 0);
	side(net, 0)->has_no_carrier = false;
	testnet_run_ms(net, 1100);
	hear(net, 2, 3);
	assert_int_equal(distance(), 4);
}

/* RFC 4822 */
static void message_without_the_secret_is_not_believed(void **state)
{
	struct testnet *net = *state;
	struct rip_msg m = says(3);

	play(net, &m, 2, RIP_PORT, 1);
	m.auth = RIP_AUTH_PASSWORD;
	memcpy(m.secret, "secret", 6);
	play(net, &m, 2, RIP_PORT, 1);
	m.auth = RIP_AUTH_MD5;
	m.key_id = 4; /* another one */
	m.seq = 10;
	play(net, &m, 2, RIP_PORT, 1);
	assert_int_equal(testnet_drops(net, 0, DROP_rip_auth), 3);
	assert_int_equal(distance(), 0);
	m.key_id = 5;
	play(net, &m, 2, RIP_PORT, 1);
	assert_int_equal(distance(), 4);
	m.seq = 9; /* said before */
	m.entry[0].metric = 1;
	play(net, &m, 2, RIP_PORT, 1);
	assert_int_equal(distance(), 4);
	assert_int_equal(testnet_drops(net, 0, DROP_rip_auth), 4);
}

/* A table that a stranger can fill has an end. */
static void table_has_an_end(void **state)
{
	struct testnet *net = *state;
	struct rip_msg m = says(3);

	m.count = 25;
	for (uint32_t i = 0; i < 200; i++) {
		for (uint32_t j = 0; j < 25; j++) {
			m.entry[j] = m.entry[0];
			m.entry[j].net.addr.v = 0x14000000 | (i * 25 + j) << 8;
			m.entry[j].net.len = 24;
		}
		play(net, &m, 2, RIP_PORT, 1);
	}
	assert_true(ip_route_count(testnet_host(net, 0)) < RIP_ROUTES_MAX + 16);
	testnet_run_ms(net, 310 * 1000);
	assert_true(ip_route_count(testnet_host(net, 0)) < 16);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(neighbours_route_is_taken_one_step_further),
		T(silent_route_gives_way_then_goes_then_is_forgotten),
		T(news_is_told_soon_and_poisoned_to_whoever_told_it),
		T(all_is_said_again_every_half_minute),
		T(strangers_are_not_believed),
		T(absurd_entries_are_skipped),
		T(next_hop_that_is_a_neighbour_is_used),
		T(question_is_answered_to_who_asks),
		T(cable_without_signal_takes_its_routes_with_it),
		cmocka_unit_test_setup_teardown(
			message_without_the_secret_is_not_believed, setup_md5,
			teardown),
		T(table_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
