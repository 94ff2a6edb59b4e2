// SPDX-License-Identifier: MIT
/* nd_cache_test.c - neighbours: found, confirmed, lost; what is believed */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ip/icmp.h"
#include "lan6.h"
#include "streams.h"

static struct lan6 l;
static struct host *a, *b;
static struct port *box;

static const mac_addr evil = {{2, 0, 0, 0, 0, 0x66}};

static int set_up(void **state)
{
	(void)state;
	lan6_init(&l, 11);
	a = lan6_host(&l, "a");
	b = lan6_host(&l, "b");
	box = lan6_box(&l, "box");
	lan6_run(&l, 5000);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lan6_fini(&l);
	return 0;
}

static uint64_t drops(const struct host *h, enum drop why)
{
	return h->stack.place.drops[why];
}

/* An advertisement of @target to @a, as if from @mac. */
static void advertise(ip6_addr target, mac_addr mac, bool is_solicited,
		      bool is_override)
{
	struct nd_msg na = {.type = ND_NEIGHBOUR_ADVERT,
			    .target = target,
			    .is_solicited = is_solicited,
			    .is_override = is_override};
	uint8_t buf[64];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	struct lan6_msg m = {.to = lan6_netif(a, 1)->mac,
			     .from = mac,
			     .src = target,
			     .dst = lan6_link_local(a),
			     .msg = buf};

	nd_emit(&w, &na);
	nd_put_mac(&w, ND_OPT_TARGET_MAC, mac);
	m.len = wcur_len(&w);
	lan6_send(box, &m);
	lan6_run(&l, 10);
}

static void two_hosts_find_each_other(void **state)
{
	ip6_addr to = lan6_link_local(b);

	(void)state;
	assert_int_equal(lan6_ping(&l, a, to, 1), 1);
	assert_int_equal(l.events[R_ND_SOLICIT], 1);
	assert_int_equal(lan6_state(a, to), ND_REACHABLE);
	assert_true(mac_eq(lan6_mac(a, to), lan6_netif(b, 1)->mac));
	/* b learned from the question; its answer made a's entry used. */
	assert_int_equal(lan6_state(b, lan6_link_local(a)), ND_DELAY);
	lan6_run(&l, 6000);
	assert_int_equal(lan6_state(b, lan6_link_local(a)), ND_REACHABLE);
	assert_int_equal(l.events[R_ND_SOLICIT], 1);
	assert_int_equal(l.events[R_ND_REFRESH], 1);
}

/* RFC 4861, 7.3.3: each state in its turn, with the times of each. */
static void a_silent_neighbour_is_given_up_step_by_step(void **state)
{
	ip6_addr to = lan6_link_local(b);

	(void)state;
	assert_int_equal(lan6_ping(&l, a, to, 1), 1);
	host_kill(b);
	lan6_run(&l, 46000); /* more than any reachable time */
	assert_int_equal(lan6_state(a, to), ND_REACHABLE);
	assert_int_equal(lan6_ping(&l, a, to, 1), 0);
	assert_int_equal(lan6_state(a, to), ND_DELAY);
	lan6_run(&l, 5000);
	assert_int_equal(lan6_state(a, to), ND_PROBE);
	lan6_run(&l, 3000);
	assert_int_equal(lan6_state(a, to), ND_UNREACHABLE);
	lan6_run(&l, 12500); /* 1 + 3 + 9 seconds, begun one ago */
	assert_int_equal(lan6_state(a, to), ND_FAILED);
	lan6_run(&l, 1000);
	assert_int_equal(lan6_state(a, to), ND_STATES);
	/* 3 probes to itself, 3 questions to everybody */
	assert_int_equal(l.events[R_ND_REFRESH], 3);
	assert_int_equal(l.events[R_ND_RETRY], 3);
}

static void an_unreachable_neighbour_that_answers_is_back(void **state)
{
	ip6_addr to = lan6_link_local(b);

	(void)state;
	lan6_ping(&l, a, to, 1);
	lan6_run(&l, 46000);
	host_freeze(b);
	lan6_ping(&l, a, to, 1);
	lan6_run(&l, 8000);
	assert_int_equal(lan6_state(a, to), ND_UNREACHABLE);
	host_thaw(b);
	lan6_run(&l, 4000);
	assert_int_equal(lan6_state(a, to), ND_REACHABLE);
	assert_int_equal(lan6_ping(&l, a, to, 1), 1);
}

/* RFC 4861, 7.3.1: a transport's progress spares the questions. */
static void what_a_transport_confirms_is_not_asked(void **state)
{
	ip6_addr to = lan6_link_local(b), back = lan6_link_local(a);
	int i;

	(void)state;
	lan6_ping(&l, a, to, 1);
	for (i = 0; i < 100; i++) {
		lan6_ping(&l, a, to, 1);
		nd_confirm(&a->stack, lan6_netif(a, 1), &to);
		nd_confirm(&b->stack, lan6_netif(b, 1), &back);
	}
	assert_int_equal(l.events[R_ND_REFRESH], 0);
	assert_int_equal(lan6_state(a, to), ND_REACHABLE);
}

static bool is_over(void *arg)
{
	return streams_are_over(arg, 1);
}

/* The same by TCP itself: more than a minute of it, and no question after the first
 * ones. */
static void a_stream_confirms_its_neighbours(void **state)
{
	const struct cable_params slow = {.delay_ns = NS_PER_MS,
					  .rate_bps = 1000000};
	struct host *c = world_add_host(l.w, "c");
	struct host *d = world_add_host(l.w, "d");
	struct endpoint peer = {.port = 80};
	struct stream_server server;
	struct streams streams;

	(void)state;
	assert_non_null(world_link(l.w, host_add_port(c, NULL),
				   host_add_port(d, NULL), &slow));
	ip6_addr_add(&c->stack, lan6_netif(c, 1), lan6_net("2001:db8::c/64"));
	ip6_addr_add(&d->stack, lan6_netif(d, 1), lan6_net("2001:db8::d/64"));
	lan6_run(&l, 5000);
	peer.addr = ip_addr_v6(lan6_addr("2001:db8::d"));
	streams_init(&streams);
	stream_serve(&server, &streams, &d->stack, 80, 10 << 20, 10 << 20);
	assert_int_equal(
		stream_open(&streams, &c->stack, peer, 10 << 20, 10 << 20), 0);
	assert_int_equal(world_run_wait(l.w, is_over, &streams,
					world_now(l.w) + 300 * NS_PER_S),
			 0);
	assert_int_equal(streams.failed, 0);
	assert_true(world_now(l.w) > 80 * NS_PER_S);
	assert_int_equal(l.events[R_ND_SOLICIT], 1);
	assert_int_equal(l.events[R_ND_REFRESH], 0);
	stream_server_close(&server);
	streams_fini(&streams);
}

static void on_error(void *arg, const struct icmp_echo_event *ev)
{
	int *errors = arg;

	if (ev->kind == ICMP_ECHO_ERROR && ev->err == EHOSTUNREACH)
		++*errors;
}

/* HOSTILE 20 for IPv6: not too many wait, and are told. */
static void what_waits_for_nobody_is_told_so(void **state)
{
	ip6_addr nobody = lan6_addr("fe80::dead");
	int errors = 0, i;
	struct icmp_echo *echo = icmp_echo_open(&a->stack, on_error, &errors);

	(void)state;
	for (i = 0; i < ND_WAITING_MAX + 2; i++)
		icmp_echo_send(echo,
			       ip_addr_v6_on(nobody, lan6_netif(a, 1)->index),
			       (uint16_t)i, 10, 0);
	assert_int_equal(drops(a, DROP_nd_queue), 2);
	lan6_run(&l, 2900);
	assert_int_equal(errors, 0);
	lan6_run(&l, 200);
	assert_int_equal(lan6_state(a, nobody), ND_FAILED);
	assert_true(errors > 0); /* as many as the limiter lets through */
	icmp_echo_close(echo);
	lan6_run(&l, 2000);
	assert_int_equal(nd_count(&a->stack), 0);
}

/* RFC 4861, 7.2.5: who was not asked about is not heard. */
static void an_unasked_advertisement_makes_no_entry(void **state)
{
	(void)state;
	advertise(lan6_addr("fe80::77"), evil, true, true);
	assert_int_equal(drops(a, DROP_nd_unasked), 1);
	assert_int_equal(nd_count(&a->stack), 0);
}

static void without_override_a_mac_stays(void **state)
{
	ip6_addr to = lan6_link_local(b);
	mac_addr mac = lan6_netif(b, 1)->mac;

	(void)state;
	lan6_ping(&l, a, to, 1);
	advertise(to, evil, true, false);
	assert_true(mac_eq(lan6_mac(a, to), mac));
	assert_int_equal(lan6_state(a, to), ND_STALE); /* in doubt now */
	assert_int_equal(drops(a, DROP_nd_conflict), 1);
	assert_int_equal(lan6_ping(&l, a, to, 1), 1);
	lan6_run(&l, 6000);
	assert_int_equal(lan6_state(a, to), ND_REACHABLE);
	assert_true(mac_eq(lan6_mac(a, to), mac));
}

static void with_override_unasked_a_mac_is_taken_and_probed(void **state)
{
	ip6_addr to = lan6_link_local(b);

	(void)state;
	lan6_ping(&l, a, to, 1);
	advertise(to, evil, false, true);
	assert_true(mac_eq(lan6_mac(a, to), evil));
	assert_int_equal(lan6_state(a, to), ND_STALE);
	/* The liar is silent when he is asked: everybody is, b answers. */
	lan6_ping(&l, a, to, 1);
	lan6_run(&l, 12000);
	assert_true(mac_eq(lan6_mac(a, to), lan6_netif(b, 1)->mac));
	assert_int_equal(lan6_ping(&l, a, to, 1), 1);
}

/* HOSTILE 65: one hop limit too little, and it is not believed. */
static void what_crossed_a_router_is_dropped(void **state)
{
	struct nd_msg ns = {.type = ND_NEIGHBOUR_SOLICIT,
			    .target = lan6_link_local(a)};
	uint8_t buf[ND_NS_LEN + 8];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	struct lan6_msg m = {.to = lan6_netif(a, 1)->mac,
			     .from = evil,
			     .src = lan6_addr("fe80::66"),
			     .dst = lan6_link_local(a),
			     .hops = 254,
			     .msg = buf};

	(void)state;
	nd_emit(&w, &ns);
	nd_put_mac(&w, ND_OPT_SOURCE_MAC, evil);
	m.len = wcur_len(&w);
	lan6_send(box, &m);
	lan6_run(&l, 10);
	assert_int_equal(drops(a, DROP_nd_hops), 1);
	assert_int_equal(nd_count(&a->stack), 0);
	m.hops = 255;
	lan6_send(box, &m);
	lan6_run(&l, 10);
	assert_int_equal(nd_count(&a->stack), 1);
}

/* One octet of a good solicitation is another; whatever it is, the host
 * lives, and the frame is counted or used. */
static void every_changed_octet_is_survived(void **state)
{
	struct nd_msg ns = {.type = ND_NEIGHBOUR_SOLICIT,
			    .target = lan6_link_local(a)};
	uint8_t buf[ND_NS_LEN + 8];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	struct lan6_msg m = {.to = lan6_netif(a, 1)->mac,
			     .from = evil,
			     .src = lan6_addr("fe80::66"),
			     .dst = lan6_link_local(a),
			     .msg = buf,
			     .len = sizeof(buf)};
	size_t i;
	int bit;

	(void)state;
	nd_emit(&w, &ns);
	nd_put_mac(&w, ND_OPT_SOURCE_MAC, evil);
	for (i = 0; i < sizeof(buf); i++)
		for (bit = 0; bit < 8; bit++) {
			buf[i] ^= (uint8_t)(1 << bit);
			lan6_send(box, &m);
			buf[i] ^= (uint8_t)(1 << bit);
		}
	lan6_run(&l, 1000);
	assert_int_equal(lan6_ping(&l, a, lan6_link_local(b), 1), 1);
}

/* HOSTILE 23 for IPv6. */
static void impossible_senders_are_not_learned(void **state)
{
	static const mac_addr bad[] = {{{0x33, 0x33, 0, 0, 0, 1}},
				       {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
				       {{0}}};
	struct nd_msg ns = {.type = ND_NEIGHBOUR_SOLICIT,
			    .target = lan6_link_local(a)};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t buf[ND_NS_LEN + 8];
		struct wcursor w = wcur_init(buf, sizeof(buf));
		struct lan6_msg m = {.to = lan6_netif(a, 1)->mac,
				     .from = evil,
				     .src = lan6_addr("fe80::66"),
				     .dst = lan6_link_local(a),
				     .msg = buf,
				     .len = sizeof(buf)};

		nd_emit(&w, &ns);
		nd_put_mac(&w, ND_OPT_SOURCE_MAC, bad[i]);
		lan6_send(box, &m);
	}
	lan6_run(&l, 10);
	assert_int_equal(drops(a, DROP_nd_sender), 3);
	assert_int_equal(nd_count(&a->stack), 0);
}

/* HOSTILE 19 for IPv6: strangers do not push out who is talked to. */
static void a_flood_of_solicitations_keeps_live_entries(void **state)
{
	struct nd_msg ns = {.type = ND_NEIGHBOUR_SOLICIT,
			    .target = lan6_link_local(a)};
	ip6_addr to = lan6_link_local(b);
	uint32_t i;

	(void)state;
	nd_set_max(&a->stack, 64);
	lan6_ping(&l, a, to, 1);
	for (i = 0; i < 5000; i++) {
		uint8_t buf[ND_NS_LEN + 8];
		struct wcursor w = wcur_init(buf, sizeof(buf));
		struct lan6_msg m = {.to = lan6_netif(a, 1)->mac,
				     .from = evil,
				     .src = lan6_addr("fe80::1:0"),
				     .dst = lan6_link_local(a),
				     .msg = buf,
				     .len = sizeof(buf)};

		put32(m.src.o + 10, i);
		nd_emit(&w, &ns);
		nd_put_mac(&w, ND_OPT_SOURCE_MAC, evil);
		lan6_send(box, &m);
		if (i % 100 == 0)
			lan6_run(&l, 10);
	}
	lan6_run(&l, 10);
	assert_true(nd_count(&a->stack) <= 64);
	assert_true(lan6_state(a, to) != ND_STATES);
}

static void a_proxy_answers_later_and_overrides_nothing(void **state)
{
	struct host *c = lan6_host(&l, "c");
	ip6_addr far = lan6_addr("fe80::abc");

	(void)state;
	lan6_run(&l, 3000);
	assert_int_equal(nd_proxy_add(&c->stack, lan6_netif(c, 1), far), 0);
	assert_int_equal(nd_proxy_add(&c->stack, lan6_netif(c, 1), far),
			 -EEXIST);
	lan6_ping(&l, a, far, 3);
	assert_int_equal(l.events[R_ND_PROXY], 1);
	assert_true(mac_eq(lan6_mac(a, far), lan6_netif(c, 1)->mac));
	nd_proxy_del(&c->stack, lan6_netif(c, 1), far);
	advertise(far, evil, false, false);
	assert_false(mac_eq(lan6_mac(a, far), evil));
}

static void an_announcement_moves_an_address(void **state)
{
	ip6_addr to = lan6_link_local(b);

	(void)state;
	lan6_ping(&l, a, to, 1);
	lan6_netif(b, 1)->mac.o[5] ^= 0x55;
	nd_announce(&b->stack, lan6_netif(b, 1), to);
	lan6_run(&l, 10);
	assert_true(mac_eq(lan6_mac(a, to), lan6_netif(b, 1)->mac));
	assert_int_equal(lan6_ping(&l, a, to, 1), 1);
}

static void entries_by_hand_and_the_end_of_all(void **state)
{
	ip6_addr to = lan6_link_local(b);
	struct netif *netif = lan6_netif(a, 1);

	(void)state;
	assert_int_equal(nd_add(&a->stack, netif, to, MAC_ZERO), -EINVAL);
	assert_int_equal(nd_add(&a->stack, netif, to, lan6_netif(b, 1)->mac),
			 0);
	assert_int_equal(lan6_ping(&l, a, to, 1), 1);
	assert_int_equal(l.events[R_ND_MISS], 1); /* b's own, for its answer */
	nd_flush(&a->stack, netif);
	assert_int_equal(nd_count(&a->stack), 0);
}

static void what_is_not_used_is_forgotten(void **state)
{
	(void)state;
	lan6_ping(&l, a, lan6_link_local(b), 1);
	assert_int_equal(nd_count(&a->stack), 1);
	lan6_run(&l, 2 * ND_AGE_S * 1000);
	assert_int_equal(nd_count(&a->stack), 0);
	assert_int_equal(l.events[R_ND_AGE], 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(two_hosts_find_each_other),
		T(a_silent_neighbour_is_given_up_step_by_step),
		T(an_unreachable_neighbour_that_answers_is_back),
		T(what_a_transport_confirms_is_not_asked),
		T(a_stream_confirms_its_neighbours),
		T(what_waits_for_nobody_is_told_so),
		T(an_unasked_advertisement_makes_no_entry),
		T(without_override_a_mac_stays),
		T(with_override_unasked_a_mac_is_taken_and_probed),
		T(what_crossed_a_router_is_dropped),
		T(every_changed_octet_is_survived),
		T(impossible_senders_are_not_learned),
		T(a_flood_of_solicitations_keeps_live_entries),
		T(a_proxy_answers_later_and_overrides_nothing),
		T(an_announcement_moves_an_address),
		T(entries_by_hand_and_the_end_of_all),
		T(what_is_not_used_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
