// SPDX-License-Identifier: MIT
/* nd_router_test.c - routers: found, preferred, lost; redirects; lies */

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

/* RFC 4191, 3.2 */
static void the_preferred_router_is_used(void **state)
{
	(void)state;
	assert_gateway(net.a, SERVER, net.r1);
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 2), 2);
	assert_true(net.r1->stack.place.drops[DROP_ip_no_route] == 0);
}

/* RFC 4861, 7.3 and 6.3.6: nobody says so, and all goes on by the other. */
static void a_dead_router_is_found_out_and_replaced(void **state)
{
	(void)state;
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 2), 2);
	lan6_run(&net.l, 46000); /* not confirmed for a while */
	host_kill(net.r1);
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 5), 0);
	lan6_run(&net.l, 5000);
	assert_gateway(net.a, SERVER, net.r2);
	assert_int_equal(net.l.events[R_ND_ROUTER_DOWN] > 0, 1);
	/* s has found out, too, as soon as it had something to send. */
	lan6_ping(&net.l, net.a, lan6_addr(SERVER), 10);
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 3), 3);
}

/* It was frozen, and advertises again: it is used again. */
static void a_router_that_is_back_is_used_again(void **state)
{
	(void)state;
	lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1);
	lan6_run(&net.l, 46000);
	host_freeze(net.r1);
	lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1);
	lan6_run(&net.l, 10000);
	assert_gateway(net.a, SERVER, net.r2);
	lan6_run(&net.l, 30000); /* its entry has failed, and is forgotten */
	host_thaw(net.r1);
	lan6_run(&net.l, 61000);
	assert_gateway(net.a, SERVER, net.r1);
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 2), 2);
}

/* Both are silent: each has its turn, and whoever comes back first wins. */
static void of_two_silent_routers_each_has_its_turn(void **state)
{
	int turns = 0, i;
	ip6_addr last;

	(void)state;
	lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1);
	lan6_run(&net.l, 46000);
	host_freeze(net.r1);
	host_freeze(net.r2);
	last = routers6_gateway(net.a, SERVER);
	for (i = 0; i < 60; i++) {
		lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1);
		turns += !ip6_eq(routers6_gateway(net.a, SERVER), last);
		last = routers6_gateway(net.a, SERVER);
	}
	assert_true(turns >= 4);
	host_thaw(net.r2);
	lan6_ping(&net.l, net.a, lan6_addr(SERVER), 10);
	assert_gateway(net.a, SERVER, net.r2);
}

/* RFC 4861, 6.2.5: who goes with a word is left at once. */
static void a_router_that_says_goodbye_is_left_at_once(void **state)
{
	(void)state;
	lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1);
	nd_router_conf(&net.r1->stack, lan6_netif(net.r1, 1), NULL);
	nd_router_conf(&net.r1->stack, lan6_netif(net.r1, 2), NULL);
	lan6_run(&net.l, 100);
	assert_gateway(net.a, SERVER, net.r2);
	assert_int_equal(net.l.events[R_ND_RA_FINAL], 2);
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 2), 2);
}

static void a_router_whose_time_is_over_is_none(void **state)
{
	(void)state;
	host_kill(net.r1);
	host_kill(net.r2);
	lan6_run(&net.l, 1700 * 1000);
	assert_false(ip6_is_zero(routers6_gateway(net.a, SERVER)));
	lan6_run(&net.l, 200 * 1000);
	assert_true(ip6_is_zero(routers6_gateway(net.a, SERVER)));
	assert_true(net.l.events[R_ND_ROUTER_LOST] >= 2);
	/* and it is asked for again */
	assert_true(net.l.events[R_ND_RS] > 2);
}

/* RFC 4861, 7.2.5: its answers say that it does not forward any more. */
static void a_router_turned_host_is_left(void **state)
{
	ip6_addr self = lan6_link_local(net.r1);

	(void)state;
	lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1);
	nd_announce(&net.r1->stack, lan6_netif(net.r1, 1), self); /* R is set */
	lan6_run(&net.l, 10);
	assert_gateway(net.a, SERVER, net.r1);
	ip_forwarding_set(&net.r1->stack, false);
	lan6_run(&net.l, 10);
	assert_gateway(net.a, SERVER, net.r2);
}

/* RFC 4191, 2.3: to that prefix, though it is not preferred otherwise. */
static void a_more_specific_route_wins(void **state)
{
	struct nd_ra_conf c = routers6_conf("2001:db8:1::/64", ND_PREF_LOW);

	(void)state;
	c.route[0] = (struct nd_route){.net = lan6_net("2001:db8:2::/48"),
				       .lifetime_s = 600};
	c.route_count = 1;
	nd_router_conf(&net.r2->stack, lan6_netif(net.r2, 1), &c);
	lan6_run(&net.l, 3000);
	assert_gateway(net.a, SERVER, net.r2);
	assert_gateway(net.a, "2001:db8:99::1", net.r1);
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1), 1);
	/* It is silent: better by the default router than not at all. */
	host_kill(net.r2);
	lan6_run(&net.l, 700 * 1000);
	assert_gateway(net.a, SERVER, net.r1);
}

/* RFC 7559: four seconds, eight, ... an hour. */
static void a_host_alone_asks_ever_more_seldom(void **state)
{
	uint64_t before;

	(void)state;
	host_kill(net.r1);
	host_kill(net.r2);
	host_kill(net.s);
	host_kill(net.a);
	host_restart(net.a);
	before = net.l.events[R_ND_RS];
	ip6_enable(&net.a->stack, lan6_netif(net.a, 1));
	lan6_run(&net.l, 60 * 1000);
	assert_in_range(net.l.events[R_ND_RS] - before, 3, 5);
	lan6_run(&net.l, 24 * 3600 * 1000);
	assert_in_range(net.l.events[R_ND_RS] - before, 30, 38);
}

/* RFC 4861, 6.2.4 and 6.2.6 */
static void advertisements_keep_their_distance(void **state)
{
	struct nd_msg rs = {.type = ND_ROUTER_SOLICIT};
	uint8_t buf[ND_RS_LEN];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	struct lan6_msg m = {.to = {{0x33, 0x33, 0, 0, 0, 2}},
			     .from = {{2, 0, 0, 0, 0, 0x66}},
			     .dst = IP6_ALL_ROUTERS,
			     .msg = buf,
			     .len = sizeof(buf)};
	uint64_t before;
	int i;

	(void)state;
	nd_emit(&w, &rs);
	lan6_run(&net.l, 120 * 1000);
	before = net.l.events[R_ND_RA];
	lan6_run(&net.l, 600 * 1000); /* four interfaces, 20 to 60 seconds */
	assert_in_range(net.l.events[R_ND_RA] - before, 40, 125);
	before = net.l.events[R_ND_RA];
	for (i = 0; i < 600; i++) {
		lan6_send(net.box, &m);
		lan6_run(&net.l, 50);
	}
	/* Two routers asked for 30 s: at most one in three seconds each. */
	assert_in_range(net.l.events[R_ND_RA] - before, 10, 24);
}

/* What a router tells besides. */
static void the_values_of_the_link_are_taken(void **state)
{
	struct nd_ra_conf c = routers6_conf("2001:db8:1::/64", ND_PREF_HIGH);

	(void)state;
	c.hop_limit = 77;
	c.mtu = 1400;
	c.retrans_ms = 250;
	nd_router_conf(&net.r1->stack, lan6_netif(net.r1, 1), &c);
	lan6_run(&net.l, 1000);
	assert_int_equal(
		ip6_if_conf_of(&net.a->stack, lan6_netif(net.a, 1)).hops, 77);
	assert_int_equal(
		ip6_if_conf_of(&net.a->stack, lan6_netif(net.a, 1)).mtu, 1400);
	/* Questions come every quarter of a second now. */
	lan6_ping(&net.l, net.a, lan6_addr("fe80::dead"), 1);
	assert_int_equal(lan6_state(net.a, lan6_addr("fe80::dead")), ND_FAILED);
}

/* An RA to all, from the link-local address fe80::66. */
static void lie(const struct nd_msg *ra, void (*put)(struct wcursor *w))
{
	const mac_addr evil = {{2, 0, 0, 0, 0, 0x66}};
	uint8_t buf[1000];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	struct lan6_msg m = {.to = {{0x33, 0x33, 0, 0, 0, 1}},
			     .from = evil,
			     .src = lan6_addr("fe80::66"),
			     .dst = IP6_ALL_NODES,
			     .msg = buf};

	nd_emit(&w, ra);
	if (put)
		put(&w);
	m.len = wcur_len(&w);
	lan6_send(net.box, &m);
	lan6_run(&net.l, 10);
}

static void put_small_mtu(struct wcursor *w)
{
	nd_put_mtu(w, 1279);
}

static void put_huge_mtu(struct wcursor *w)
{
	nd_put_mtu(w, 65535);
}

static void put_prefixes(struct wcursor *w)
{
	struct nd_prefix p = {.net = lan6_net("::/0"),
			      .is_onlink = true,
			      .is_auto = true,
			      .valid_s = 1000,
			      .preferred_s = 1000};

	nd_put_prefix(w, &p); /* everything is on the link */
	p.net = lan6_net("fe80::/64");
	nd_put_prefix(w, &p);
	p.net = lan6_net("ff02::/64");
	nd_put_prefix(w, &p);
	p.net = lan6_net("2001:db8:66::/64");
	p.preferred_s = 2000; /* preferred for longer than valid */
	nd_put_prefix(w, &p);
}

static void count_net(void *arg, const struct nd_net_view *v)
{
	(void)v;
	++*(int *)arg;
}

/* HOSTILE 65 and its kind: each lie is told, and nothing is changed. */
static void lies_of_routers_are_not_believed(void **state)
{
	struct nd_msg ra = {.type = ND_ROUTER_ADVERT,
			    .hop_limit = 1,
			    .reachable_ms = 0xffffffff,
			    .retrans_ms = 1};
	struct ip6_if_conf was =
		ip6_if_conf_of(&net.a->stack, lan6_netif(net.a, 1));
	struct ip6_if_conf is;
	int nets = 0;

	(void)state;
	lie(&ra, put_small_mtu);
	lie(&ra, put_huge_mtu);
	lie(&ra, put_prefixes);
	is = ip6_if_conf_of(&net.a->stack, lan6_netif(net.a, 1));
	assert_true(is.hops == was.hops && is.mtu == was.mtu);
	/* Each host on the link hears each: s does not. */
	assert_int_equal(net.l.events[R_ND_RA_LIE], 3 * 3 + 2 + 3);
	nd_net_for_each(&net.a->stack, count_net, &nets);
	assert_int_equal(nets, 1);
	assert_null(lan6_find(net.a, IP6_FROM_RA, 1));
	assert_gateway(net.a, SERVER, net.r1);
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1), 1);
}

static void put_empty_option(struct wcursor *w)
{
	wcur_u16(w, 0x0300); /* prefix information of no octets */
	wcur_fill(w, 0, 30);
}

static void put_even_rdnss(struct wcursor *w)
{
	wcur_u16(w, 0x1902);
	wcur_fill(w, 0, 14);
}

static void put_short_prefix(struct wcursor *w)
{
	wcur_u16(w, 0x0301);
	wcur_fill(w, 0, 6);
}

static void lying_lengths_drop_the_whole_message(void **state)
{
	struct nd_msg ra = {.type = ND_ROUTER_ADVERT, .lifetime_s = 1800};

	(void)state;
	lie(&ra, put_empty_option);
	lie(&ra, put_even_rdnss);
	lie(&ra, put_short_prefix);
	assert_int_equal(net.a->stack.place.drops[DROP_nd_bad], 3);
	assert_int_equal(lan6_state(net.a, lan6_addr("fe80::66")), ND_STATES);
	lie(&ra, NULL); /* and without them it is a router */
	assert_int_equal(net.a->stack.place.drops[DROP_nd_bad], 3);
}

/* More routers, prefixes and servers than there is room for. */
static void a_flood_of_routers_is_bounded(void **state)
{
	struct nd_msg ra = {.type = ND_ROUTER_ADVERT, .lifetime_s = 9000};
	uint32_t i;

	(void)state;
	for (i = 0; i < 300; i++) {
		uint8_t buf[200];
		struct wcursor w = wcur_init(buf, sizeof(buf));
		struct lan6_msg m = {.to = {{0x33, 0x33, 0, 0, 0, 1}},
				     .from = {{2, 0, 0, 0, 0, 0x66}},
				     .src = lan6_addr("fe80::6600"),
				     .dst = IP6_ALL_NODES,
				     .msg = buf};
		struct nd_prefix p = {.net = lan6_net("2001:db8:66::/64"),
				      .is_onlink = true,
				      .is_auto = true,
				      .valid_s = 7200,
				      .preferred_s = 7200};
		ip6_addr dns = lan6_addr("2001:db8::53");

		put32(m.src.o + 8, i);
		put16(p.net.addr.o + 6, (uint16_t)i);
		put32(dns.o + 8, i);
		nd_emit(&w, &ra);
		nd_put_prefix(&w, &p);
		nd_put_rdnss(&w, 600, &dns, 1);
		m.len = wcur_len(&w);
		lan6_send(net.box, &m);
		lan6_run(&net.l, 1);
	}
	lan6_run(&net.l, 10000);
	assert_gateway(net.a, SERVER, net.r1);
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 2), 2);
	assert_null(lan6_find(net.a, IP6_FROM_RA, ND_AUTO_MAX));
	assert_non_null(lan6_find(net.a, IP6_FROM_RA, ND_AUTO_MAX - 1));
}

/*
 * RFC 6583.
 */

/* A packet through r1 to an address behind it that nobody has. */
static void scan(uint32_t n)
{
	struct ip6_hdr h = {.src = lan6_addr("2001:db8:1::66"),
			    .dst = lan6_addr("2001:db8:2::"),
			    .payload_len = 8,
			    .next = IP_PROTO_NONE,
			    .hops = 64};
	uint8_t frame[ETH_HLEN + IP6_HLEN + 8] = {0};

	memcpy(frame, lan6_netif(net.r1, 1)->mac.o, 6);
	frame[6] = 2;
	put16(frame + 12, ETH_IP6);
	put32(h.dst.o + 8, n * 2654435761u + 1);
	put32(h.dst.o + 12, n);
	ip6_hdr_emit(frame + ETH_HLEN, &h);
	box_send(net.box, frame, sizeof(frame));
}

static void scan_more(void *arg)
{
	uint32_t *n = arg, i;

	for (i = 0; i < 50; i++)
		scan((*n)++);
	if (*n < 100000)
		world_at(net.l.w, world_now(net.l.w) + NS_PER_MS, scan_more,
			 arg);
}

/* HOSTILE 67: a scan of the /64 does not keep an innocent one from being
 * found, nor push out who is talked to. */
static void a_scan_does_not_exhaust_the_router(void **state)
{
	ip6_addr innocent = lan6_find(net.s, IP6_FROM_RA, 0)->net.addr;
	uint32_t n = 0;

	(void)state;
	lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1);
	nd_flush(&net.s->stack, lan6_netif(net.s, 1));
	nd_set_max(&net.r1->stack, 1024);
	world_at(net.l.w, world_now(net.l.w), scan_more,
		 &n); /* 50,000 a second */
	lan6_run(&net.l, 500);
	assert_true(nd_count(&net.r1->stack) >= 256);
	assert_int_equal(lan6_state(net.r1, innocent), ND_STATES);
	assert_int_equal(lan6_ping(&net.l, net.a, innocent, 1), 1);
	assert_true(n < 100000); /* while it lasts */
	assert_true(nd_count(&net.r1->stack) <= 1024);
	assert_int_equal(lan6_ping(&net.l, net.a, lan6_addr(SERVER), 1), 1);
	lan6_run(&net.l, 10000);
	assert_true(nd_count(&net.r1->stack) < 10);
}

static void wrong_configurations_are_refused(void **state)
{
	struct nd_ra_conf c = routers6_conf("2001:db8:1::/64", ND_PREF_MEDIUM);
	struct netif *n = lan6_netif(net.r1, 1);
	struct nd_ra_conf bad = c;

	(void)state;
	bad.max_interval_s = 3;
	assert_int_equal(nd_router_conf(&net.r1->stack, n, &bad), -EINVAL);
	bad = c;
	bad.lifetime_s = 9001;
	assert_int_equal(nd_router_conf(&net.r1->stack, n, &bad), -EINVAL);
	bad = c;
	bad.mtu = 1279;
	assert_int_equal(nd_router_conf(&net.r1->stack, n, &bad), -EINVAL);
	bad = c;
	bad.prefix[0].preferred_s = bad.prefix[0].valid_s + 1;
	assert_int_equal(nd_router_conf(&net.r1->stack, n, &bad), -EINVAL);
	bad = c;
	bad.domain_count = 1; /* an empty name */
	assert_int_equal(nd_router_conf(&net.r1->stack, n, &bad), -EINVAL);
	assert_int_equal(nd_router_conf(&net.r1->stack, n, &c), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(the_preferred_router_is_used),
		T(a_dead_router_is_found_out_and_replaced),
		T(a_router_that_is_back_is_used_again),
		T(of_two_silent_routers_each_has_its_turn),
		T(a_router_that_says_goodbye_is_left_at_once),
		T(a_router_whose_time_is_over_is_none),
		T(a_router_turned_host_is_left),
		T(a_more_specific_route_wins),
		T(a_host_alone_asks_ever_more_seldom),
		T(advertisements_keep_their_distance),
		T(the_values_of_the_link_are_taken),
		T(lies_of_routers_are_not_believed),
		T(lying_lengths_drop_the_whole_message),
		T(a_flood_of_routers_is_bounded),
		T(a_scan_does_not_exhaust_the_router),
		T(wrong_configurations_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
