// SPDX-License-Identifier: MIT
/* ip6_stack_test.c - ping, UDP and TCP over IPv6, through two routers */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "ip/icmp.h"
#include "ip6net.h"
#include "talker.h"
#include "udp/udp.h"

struct seen {
	int answers, errors;
	struct icmp_echo_event last;
};

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	struct seen *s = arg;

	if (ev->kind == ICMP_ECHO_ANSWER)
		s->answers++;
	else
		s->errors++;
	s->last = *ev;
}

static void ping(struct testnet *net, int from, const char *to, size_t len,
		 uint8_t ttl, struct seen *seen)
{
	struct icmp_echo *e =
		icmp_echo_open(testnet_host(net, from), on_echo, seen);

	memset(seen, 0, sizeof(*seen));
	assert_non_null(e);
	assert_int_equal(icmp_echo_send(e, i6(to), 1, len, ttl), 0);
	testnet_run_ms(net, 2000);
	icmp_echo_close(e);
}

static void an_echo_comes_back_through_two_routers(void **state)
{
	struct testnet *net = ip6net_new_routed(1500);
	struct seen seen;

	(void)state;
	ping(net, 0, "2001:db8:2::1", 56, 0, &seen);
	assert_int_equal(seen.answers, 1);
	assert_true(seen.last.is_intact);
	assert_int_equal(seen.last.ttl, 62);
	assert_true(ip_addr_eq(seen.last.from, i6("2001:db8:2::1")));
	testnet_free(net);
}

static void hop_limits_find_the_routers_on_the_way(void **state)
{
	struct testnet *net = ip6net_new_routed(1500);
	struct seen seen;

	(void)state;
	ping(net, 0, "2001:db8:2::1", 56, 1, &seen);
	assert_int_equal(seen.errors, 1);
	assert_int_equal(seen.last.type, ICMP6_TIME_EXCEEDED);
	assert_true(ip_addr_eq(seen.last.from, i6("2001:db8:0::ff")));
	assert_int_equal(testnet_drops(net, 1, DROP_ip_ttl), 1);
	ping(net, 0, "2001:db8:2::1", 56, 2, &seen);
	assert_int_equal(seen.errors, 1);
	assert_true(ip_addr_eq(seen.last.from, i6("2001:db8:1::2")));
	testnet_free(net);
}

/* RFC 8201: the first is lost and tells; then the source cuts. */
static void a_narrow_link_is_found_and_packets_are_cut_for_it(void **state)
{
	struct testnet *net = ip6net_new_routed(1280);
	struct seen seen;

	(void)state;
	ping(net, 0, "2001:db8:2::1", 1400, 0, &seen);
	assert_int_equal(seen.answers, 0);
	assert_int_equal(seen.errors, 1);
	assert_int_equal(seen.last.type, ICMP6_TOO_BIG);
	assert_int_equal(net->events[R_PMTU_LOWER], 1);
	assert_int_equal(ip_mtu_for(testnet_host(net, 0), i6("2001:db8:2::1")),
			 1280);
	assert_int_equal(testnet_drops(net, 1, DROP_ip6_too_big), 1);
	/* The answer is cut without having to learn. */
	ping(net, 0, "2001:db8:2::1", 1400, 0, &seen);
	assert_int_equal(seen.answers, 1);
	assert_true(seen.last.is_intact);
	assert_int_equal(net->events[R_IP6_FRAGMENT], 2);
	assert_int_equal(testnet_drops(net, 2, DROP_ip6_too_big), 0);
	testnet_free(net);
}

static void the_largest_echo_is_fragmented_and_comes_back(void **state)
{
	struct testnet *net = ip6net_new_routed(1500);
	struct seen seen;

	(void)state;
	ping(net, 0, "2001:db8:2::1", 65507, 0, &seen);
	assert_int_equal(seen.answers, 1);
	assert_true(seen.last.is_intact);
	assert_int_equal(net->events[R_IP_REASSEMBLED], 2);
	testnet_free(net);
}

static void a_host_answers_itself_on_loopback(void **state)
{
	struct testnet *net = *state;
	struct seen seen;

	ping(net, 0, "::1", 1000, 0, &seen);
	assert_int_equal(seen.answers, 1);
	ping(net, 0, "2001:db8::2", 1000, 0, &seen);
	assert_int_equal(seen.answers, 1);
	assert_int_equal(testnet_sent_count(testnet_netif(net, 0, 0)), 0);
}

/* RFC 4861, 7.2.2: nobody there is told as address unreachable. */
static void a_neighbour_that_is_not_there_is_told(void **state)
{
	struct testnet *net = ip6net_new_routed(1500);
	struct seen seen;

	(void)state;
	ping(net, 0, "2001:db8:2::77", 56, 0, &seen);
	assert_int_equal(seen.errors, 1);
	assert_int_equal(seen.last.err, EHOSTUNREACH);
	assert_true(ip_addr_eq(seen.last.from, i6("2001:db8:1::2")));
	assert_int_equal(testnet_drops(net, 2, DROP_nd_failed), 1);
	ping(net, 0, "2001:db8:9::1", 56, 0, &seen);
	assert_int_equal(seen.last.err, ENETUNREACH);
	assert_int_equal(testnet_drops(net, 1, DROP_ip_no_route), 1);
	testnet_free(net);
}

/*
 * UDP.
 */

static void nothing(struct udp_sock *u, void *arg, uint32_t events)
{
	(void)u;
	(void)arg;
	(void)events;
}

static const struct udp_user user = {.on_event = nothing};

static struct udp_sock *bound(struct testnet *net, int host, const char *to)
{
	struct udp_sock *u = udp_new(testnet_host(net, host), &user, NULL);
	struct endpoint ep = talker_ep(to);

	assert_non_null(u);
	assert_int_equal(udp_bind(u, &ep), 0);
	return u;
}

static void datagrams_arrive_and_are_answered(void **state)
{
	struct testnet *net = ip6net_new_routed(1280);
	struct udp_sock *a = bound(net, 0, "[::]:5000");
	struct udp_sock *b = bound(net, 3, "[2001:db8:2::1]:53");
	struct endpoint to = talker_ep("[2001:db8:2::1]:53");
	static uint8_t out[3000], in[4000];
	struct udp_from from;

	(void)state;
	memset(out, 0x5a, sizeof(out));
	assert_int_equal(udp_send(a, "hello", 5, &to), 5);
	testnet_run_ms(net, 10);
	assert_int_equal(udp_recv(b, in, sizeof(in), false, &from), 5);
	assert_true(ip_addr_eq(from.peer.addr, i6("2001:db8:0::1")));
	assert_int_equal(udp_send(b, "world", 5, &from.peer), 5);
	testnet_run_ms(net, 10);
	assert_int_equal(udp_recv(a, in, sizeof(in), false, &from), 5);
	assert_memory_equal(in, "world", 5);
	/* The first large one is lost on the narrow link. */
	assert_int_equal(udp_send(a, out, sizeof(out), &to), 3000);
	testnet_run_ms(net, 10);
	assert_int_equal(udp_recv(b, in, sizeof(in), false, &from), -EAGAIN);
	assert_int_equal(udp_send(a, out, sizeof(out), &to), 3000);
	testnet_run_ms(net, 10);
	assert_int_equal(udp_recv(b, in, sizeof(in), false, &from), 3000);
	assert_memory_equal(in, out, sizeof(out));
	udp_free(a);
	udp_free(b);
	testnet_free(net);
}

static void a_closed_port_is_told(void **state)
{
	struct testnet *net = ip6net_new_routed(1500);
	struct udp_sock *a = udp_new(testnet_host(net, 0), &user, NULL);
	struct endpoint to = talker_ep("[2001:db8:2::1]:9999");

	(void)state;
	assert_int_equal(udp_connect(a, &to), 0);
	assert_int_equal(udp_send(a, "x", 1, NULL), 1);
	testnet_run_ms(net, 10);
	assert_int_equal(udp_error(a), -ECONNREFUSED);
	assert_int_equal(testnet_drops(net, 3, DROP_udp_no_port), 1);
	udp_free(a);
	testnet_free(net);
}

/*
 * TCP.
 */

static void deaf_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	(void)c;
	(void)arg;
	(void)events;
}

static struct tcp_conn *listening(struct testnet *net, int host)
{
	static const struct tcp_user deaf = {.on_event = deaf_event};
	struct tcp_conn *l = tcp_new(testnet_host(net, host), &deaf, NULL);
	struct endpoint at = talker_ep("[::]:80");

	assert_int_equal(tcp_bind(l, &at, true), 0);
	assert_int_equal(tcp_listen(l, 5), 0);
	return l;
}

static bool has_one(void *arg)
{
	return tcp_poll(arg) & WAIT_IN;
}

static bool both_done(void *arg)
{
	struct talker **t = arg;

	return talker_is_done(t[0]) && talker_is_done(t[1]);
}

/* A stream each way between two hosts; every octet is compared. */
static void streams(struct testnet *net, int from, int to, const char *where,
		    uint64_t octets)
{
	struct endpoint ep = talker_ep(where);
	struct tcp_conn *l = listening(net, to);
	struct talker a, b, *both[] = {&a, &b};

	talker_init(&a, testnet_host(net, from), NULL);
	assert_int_equal(tcp_connect(a.c, &ep), 0);
	assert_true(testnet_run_until(net, has_one, l, 60000));
	talker_init(&b, testnet_host(net, to), tcp_accept(l));
	b.seed = a.peer_seed = 1;
	a.to_send = octets;
	b.to_send = octets / 2;
	a.closes = b.closes = true;
	talker_go(&a);
	talker_go(&b);
	assert_true(testnet_run_until(net, both_done, both, 600000));
	assert_int_equal(a.received, octets / 2);
	assert_int_equal(b.received, octets);
	assert_int_equal(a.error, 0);
	assert_int_equal(b.error, 0);
	talker_close(&a);
	talker_close(&b);
	tcp_close(l);
}

static void streams_flow_through_two_routers(void **state)
{
	struct testnet *net = ip6net_new_routed(1500);

	(void)state;
	net->delay_ns = NS_PER_MS;
	streams(net, 0, 3, "[2001:db8:2::1]:80", 1000000);
	assert_int_equal(testnet_drops(net, 1, DROP_ip6_too_big), 0);
	testnet_free(net);
}

/* RFC 8201: segments shrink to the path, nothing is fragmented. */
static void streams_fit_themselves_to_a_narrow_path(void **state)
{
	struct testnet *net = ip6net_new_routed(1280);

	(void)state;
	net->delay_ns = NS_PER_MS;
	streams(net, 0, 3, "[2001:db8:2::1]:80", 500000);
	assert_true(net->events[R_PMTU_LOWER] >= 1);
	assert_int_equal(net->events[R_IP6_FRAGMENT], 0);
	testnet_free(net);
}

static enum testnet_fate every_37th_is_lost(void *arg, int from, uint64_t n,
					    struct pkt *pkt)
{
	(void)arg;
	(void)pkt;
	return from == 1 && n % 37 == 0	  ? TESTNET_DROP
	       : from == 2 && n % 29 == 0 ? TESTNET_DUP
					  : TESTNET_PASS;
}

static void streams_survive_loss_and_duplication(void **state)
{
	struct testnet *net = ip6net_new_routed(1280);

	(void)state;
	net->delay_ns = 3 * NS_PER_MS;
	net->hook = every_37th_is_lost;
	streams(net, 0, 3, "[2001:db8:2::1]:80", 300000);
	testnet_free(net);
}

static void streams_flow_on_loopback_in_large_segments(void **state)
{
	struct testnet *net = *state;

	streams(net, 0, 0, "[::1]:80", 3000000);
	assert_int_equal(testnet_sent_count(testnet_netif(net, 0, 0)), 0);
}

/* Offload: large segments cross the first wire whole; the router cuts them. */
static void a_router_cuts_what_its_next_device_cannot_take(void **state)
{
	struct testnet *net = ip6net_new_routed(1500);
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct netif *n = testnet_netif(net, i, 0);

		n->features |= NETIF_F_CSUM_TX | NETIF_F_GSO_TCP;
		n->gso_max = 65535;
	}
	net->delay_ns = NS_PER_MS;
	streams(net, 0, 3, "[2001:db8:2::1]:80", 1000000);
	assert_true(net->hosts[0].frames < 600);
	testnet_free(net);
}

/* RFC 4007: the same address on two links is two hosts. */
static void link_local_addresses_need_a_zone(void **state)
{
	struct testnet *net = ip6net_new_routed(1500);
	const struct ip6_addr_info *ll =
		ip6_link_local(testnet_host(net, 1), testnet_netif(net, 1, 0));
	struct ip_addr to = ip_addr_v6_on(ll->net.addr, 2);
	struct seen seen = {0};
	struct icmp_echo *e =
		icmp_echo_open(testnet_host(net, 0), on_echo, &seen);

	(void)state;
	assert_int_equal(testnet_netif(net, 0, 0)->index, 2); /* 1 is "lo" */
	assert_int_equal(icmp_echo_send(e, to, 1, 56, 0), 0);
	testnet_run_ms(net, 10);
	assert_int_equal(seen.answers, 1);
	assert_int_equal(seen.last.from.zone, 2);
	icmp_echo_close(e);
	testnet_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_echo_comes_back_through_two_routers),
		cmocka_unit_test(hop_limits_find_the_routers_on_the_way),
		cmocka_unit_test(
			a_narrow_link_is_found_and_packets_are_cut_for_it),
		cmocka_unit_test(the_largest_echo_is_fragmented_and_comes_back),
		cmocka_unit_test_setup_teardown(
			a_host_answers_itself_on_loopback, ip6net_setup,
			testnet_teardown),
		cmocka_unit_test(a_neighbour_that_is_not_there_is_told),
		cmocka_unit_test(datagrams_arrive_and_are_answered),
		cmocka_unit_test(a_closed_port_is_told),
		cmocka_unit_test(streams_flow_through_two_routers),
		cmocka_unit_test(streams_fit_themselves_to_a_narrow_path),
		cmocka_unit_test(streams_survive_loss_and_duplication),
		cmocka_unit_test_setup_teardown(
			streams_flow_on_loopback_in_large_segments,
			ip6net_setup, testnet_teardown),
		cmocka_unit_test(
			a_router_cuts_what_its_next_device_cannot_take),
		cmocka_unit_test(link_local_addresses_need_a_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
