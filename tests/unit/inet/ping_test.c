// SPDX-License-Identifier: MIT
/* ping_test.c - two hosts and a wire: the whole way down and up again */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ip/icmp.h"
#include "ip/ip.h"
#include "link/arp.h"
#include "testnet.h"

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

static struct ip_addr host_b(void)
{
	return ip_addr_v4(ip4_make(10, 0, 0, 2));
}

static void echo_is_answered_after_arp(void **state)
{
	struct testnet *net = *state;
	struct seen seen = {0};
	struct icmp_echo *e =
		icmp_echo_open(testnet_host(net, 0), on_echo, &seen);

	assert_non_null(e);
	net->delay_ns = 1 * NS_PER_MS;
	assert_int_equal(icmp_echo_send(e, host_b(), 1, 56, 0), 0);
	testnet_run_ms(net, 100);
	assert_int_equal(seen.answers, 1);
	assert_true(seen.last.is_intact);
	assert_int_equal(seen.last.len, 56);
	assert_int_equal(seen.last.ttl, 64);
	assert_int_equal(net->events[R_ARP_MISS], 1);
	assert_int_equal(net->events[R_ARP_LEARN], 2); /* one on each side */
	assert_int_equal(net->hosts[0].frames, 2);
	assert_int_equal(net->hosts[1].frames, 2);
	assert_int_equal(testnet_drops_all(net, 0), 0);
	assert_int_equal(testnet_drops_all(net, 1), 0);
	icmp_echo_close(e);
}

/* RFC 791: 65,507 octets of payload are 45 fragments. */
static void largest_echo_is_fragmented_and_comes_back(void **state)
{
	struct testnet *net = *state;
	struct seen seen = {0};
	struct icmp_echo *e =
		icmp_echo_open(testnet_host(net, 0), on_echo, &seen);

	assert_int_equal(icmp_echo_send(e, host_b(), 1, 0, 0), 0);
	testnet_run_ms(net, 1);
	assert_int_equal(icmp_echo_send(e, host_b(), 2, 65507, 0), 0);
	testnet_run_ms(net, 1);
	assert_int_equal(seen.answers, 2);
	assert_true(seen.last.is_intact);
	assert_int_equal(seen.last.len, 65507);
	assert_int_equal(net->hosts[0].frames, 2 + 45);
	assert_int_equal(net->events[R_IP_REASSEMBLED], 2);
	assert_int_equal(icmp_echo_send(e, host_b(), 3, 65508, 0), -EINVAL);
	icmp_echo_close(e);
}

static void silent_neighbour_is_unreachable_after_three_requests(void **state)
{
	struct testnet *net = *state;
	struct seen seen = {0};
	struct stack *a = testnet_host(net, 0);
	struct icmp_echo *e = icmp_echo_open(a, on_echo, &seen);
	struct ip_addr nobody = ip_addr_v4(ip4_make(10, 0, 0, 77));

	assert_int_equal(icmp_echo_send(e, nobody, 1, 8, 0), 0);
	testnet_run_ms(net, 2900);
	assert_int_equal(seen.errors, 0);
	testnet_run_ms(net, 200);
	assert_int_equal(seen.errors, 1);
	assert_int_equal(seen.last.err, EHOSTUNREACH);
	assert_int_equal(net->hosts[0].frames, 3);
	assert_int_equal(testnet_drops(net, 0, DROP_arp_failed), 1);
	/* For one second more it fails at once, then it is asked again. */
	assert_int_equal(icmp_echo_send(e, nobody, 2, 8, 0), 0);
	testnet_run_ms(net, 0);
	assert_int_equal(seen.errors, 2);
	testnet_run_ms(net, 1000);
	assert_int_equal(arp_count(a), 0);
	icmp_echo_close(e);
}

static void host_talks_to_itself_without_a_wire(void **state)
{
	struct testnet *net = *state;
	struct seen seen = {0};
	struct stack *a = testnet_host(net, 0);
	struct icmp_echo *e = icmp_echo_open(a, on_echo, &seen);

	assert_int_equal(
		icmp_echo_send(e, ip_addr_v4(IP4_LOOPBACK), 1, 60000, 0), 0);
	assert_int_equal(
		icmp_echo_send(e, ip_addr_v4(ip4_make(10, 0, 0, 1)), 2, 10, 0),
		0);
	testnet_run_ms(net, 0);
	assert_int_equal(seen.answers, 2);
	assert_true(seen.last.is_intact);
	assert_int_equal(net->hosts[0].frames, 0);
	icmp_echo_close(e);
}

static void no_route_is_an_error_at_once(void **state)
{
	struct testnet *net = *state;
	struct seen seen = {0};
	struct icmp_echo *e =
		icmp_echo_open(testnet_host(net, 0), on_echo, &seen);
	struct ip_addr far = ip_addr_v4(ip4_make(192, 0, 2, 1));

	assert_int_equal(icmp_echo_send(e, far, 1, 8, 0), -ENETUNREACH);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_no_route), 1);
	icmp_echo_close(e);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testnet_setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(echo_is_answered_after_arp),
		T(largest_echo_is_fragmented_and_comes_back),
		T(silent_neighbour_is_unreachable_after_three_requests),
		T(host_talks_to_itself_without_a_wire),
		T(no_route_is_an_error_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
