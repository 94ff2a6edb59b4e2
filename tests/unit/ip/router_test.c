// SPDX-License-Identifier: MIT
/* router_test.c - what a router may be told: proxy ARP, broadcasts, errors */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/proto.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

static struct frame f;
static const uint8_t payload[100];

static struct netif *in(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

static struct netif *out(struct testnet *net)
{
	return testnet_netif(net, 0, 1);
}

/* Between 10.0.1.0/24 and 10.0.2.0/24, of which hosts think they are one. */
static int setup(void **state)
{
	const struct inet_config cfg = {
		.is_router = true,
		.has_no_transport = true,
	};
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, &cfg);
	testnet_add_port(net, 0, "10.0.1.1/24");
	testnet_add_port(net, 0, "10.0.2.1/24");
	*state = net;
	return 0;
}

/* Somebody at 10.0.1.5 asks; is he answered, and with whose address? */
static bool ask(struct testnet *net, ip4_addr who)
{
	const struct arp_hdr q = {
		.op = ARP_REQUEST,
		.sha = test_mac(5),
		.spa = ip4_make(10, 0, 1, 5),
		.tpa = who,
	};
	struct arp_hdr a;

	frame_arp(&f, MAC_BROADCAST, test_mac(5), &q);
	frame_inject(&f, in(net));
	if (!frame_take(&f, in(net)))
		return false;
	a = frame_to_arp(&f);
	assert_int_equal(a.op, ARP_REPLY);
	assert_int_equal(a.spa.v, who.v);
	assert_memory_equal(a.sha.o, in(net)->mac.o, 6);
	return true;
}

/* RFC 1027, 2; RFC 925 */
static void router_answers_for_what_lies_behind_it(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);

	assert_false(ask(net, ip4_make(10, 0, 2, 9)));
	ip_proxy_arp_set(r, true);
	assert_true(ask(net, ip4_make(10, 0, 2, 9)));
	/* Not for neighbours of who asks, not for nobody's, not for all. */
	assert_false(ask(net, ip4_make(10, 0, 1, 9)));
	assert_false(ask(net, ip4_make(10, 0, 3, 9)));
	assert_false(ask(net, ip4_make(10, 0, 2, 255)));
	assert_false(ask(net, ip4_make(224, 0, 0, 5)));
	assert_int_equal(net->events[R_ARP_PROXY], 1);
	ip_proxy_arp_set(r, false);
	assert_false(ask(net, ip4_make(10, 0, 2, 9)));
}

/* Whoever tries an address out, or announces his own, is not contradicted
 * (RFC 5227, 2.1.1). */
static void proxy_leaves_probes_and_announcements_alone(void **state)
{
	struct testnet *net = *state;
	struct arp_hdr q = {
		.op = ARP_REQUEST,
		.sha = test_mac(5),
		.tpa = ip4_make(10, 0, 2, 9),
	};

	ip_proxy_arp_set(testnet_host(net, 0), true);
	frame_arp(&f, MAC_BROADCAST, test_mac(5), &q);
	frame_inject(&f, in(net));
	q.spa = q.tpa;
	frame_arp(&f, MAC_BROADCAST, test_mac(5), &q);
	frame_inject(&f, in(net));
	assert_int_equal(testnet_sent_count(in(net)), 0);
	assert_int_equal(testnet_drops(net, 0, DROP_arp_other), 2);
}

static void broadcast_to_the_other_side(struct testnet *net)
{
	const struct ip4_hdr h = {
		.src = ip4_make(10, 0, 1, 5),
		.dst = ip4_make(10, 0, 2, 255),
		.ttl = 64,
	};

	frame_udp(&f, in(net), &h, 9, 9, payload, 20);
	frame_inject(&f, in(net));
}

/* RFC 2644 */
static void directed_broadcast_passes_only_if_wanted(void **state)
{
	struct testnet *net = *state;

	broadcast_to_the_other_side(net);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_no_fwd_bcast), 1);
	assert_int_equal(testnet_sent_count(out(net)), 0);
	ip_directed_bcast_set(testnet_host(net, 0), true);
	broadcast_to_the_other_side(net);
	assert_true(frame_take(&f, out(net)) > 0);
	assert_memory_equal(f.b, MAC_BROADCAST.o, 6);
	assert_int_equal(frame_to_ip4(&f).ttl, 63);
	assert_int_equal(testnet_sent_count(in(net)), 0);
}

/* A broadcast that has been one already is not made one again. */
static void broadcast_frame_is_not_directed_on(void **state)
{
	struct testnet *net = *state;
	const struct ip4_hdr h = {
		.src = ip4_make(10, 0, 1, 5),
		.dst = ip4_make(10, 0, 2, 255),
		.ttl = 64,
	};

	ip_directed_bcast_set(testnet_host(net, 0), true);
	frame_udp(&f, in(net), &h, 9, 9, payload, 20);
	memset(f.b, 0xff, 6);
	frame_inject(&f, in(net));
	assert_int_equal(testnet_sent_count(out(net)), 0);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_no_fwd_bcast), 1);
}

/* How many of @n packets with a time to live of 1 are answered. */
static size_t errors_about(struct testnet *net, size_t n)
{
	const struct ip4_hdr h = {
		.src = ip4_make(10, 0, 1, 5),
		.dst = ip4_make(10, 0, 2, 9),
		.ttl = 1,
	};
	size_t count = 0;

	arp_add(testnet_host(net, 0), in(net), h.src, test_mac(5));
	for (size_t i = 0; i < n; i++) {
		frame_udp(&f, in(net), &h, 9, 9, payload, 20);
		frame_inject(&f, in(net));
		while (frame_take(&f, in(net)))
			count++;
	}
	return count;
}

/* RFC 1812, 4.3.2.8 */
static void rate_of_errors_can_be_set(void **state)
{
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);

	assert_in_range(errors_about(net, 50), 5, 10);
	icmp_rate_set(r, 0);
	testnet_run_ms(net, 60000);
	assert_int_equal(errors_about(net, 50), 0);
	icmp_rate_set(r, 30);
	testnet_run_ms(net, 2000);
	assert_in_range(errors_about(net, 50), 15, 30);
	testnet_run_ms(net, 500);
	assert_in_range(errors_about(net, 50), 14, 30);
	assert_int_equal(testnet_drops(net, 0, DROP_ip_ttl), 200);
}

static void sender_is_not_told_of_a_shorter_way_if_so_set(void **state)
{
	const struct ip4_net far = {ip4_make(10, 9, 0, 0), 16};
	const struct ip4_hdr h = {
		.src = ip4_make(10, 0, 1, 5),
		.dst = ip4_make(10, 9, 2, 9),
		.ttl = 9,
	};
	struct testnet *net = *state;
	struct stack *r = testnet_host(net, 0);

	arp_add(r, in(net), h.src, test_mac(5));
	arp_add(r, in(net), ip4_make(10, 0, 1, 2), test_mac(2));
	ip_route_add(r, far, ip4_make(10, 0, 1, 2), NULL, 0);
	ip_redirects_send_set(r, false);
	frame_udp(&f, in(net), &h, 9, 9, payload, 20);
	frame_inject(&f, in(net));
	assert_int_equal(testnet_sent_count(in(net)), 1);
	ip_redirects_send_set(r, true);
	frame_udp(&f, in(net), &h, 9, 9, payload, 20);
	frame_inject(&f, in(net));
	assert_int_equal(testnet_sent_count(in(net)), 3);
	assert_int_equal(net->events[R_ICMP_REDIRECT], 0 + 1);
}

/* RFC 1812, 5.3.7; RFC 1122, 3.2.1.3: never on, never an answer. */
static void martians_go_nowhere(void **state)
{
	static const struct {
		const char *src, *dst;
		enum drop why;
	} bad[] = {
		{"0.0.0.0", "10.0.2.9", DROP_martian},
		{"0.1.2.3", "10.0.2.9", DROP_martian},
		{"127.0.0.1", "10.0.2.9", DROP_martian},
		{"224.0.0.1", "10.0.2.9", DROP_martian},
		{"240.0.0.1", "10.0.2.9", DROP_martian},
		{"255.255.255.255", "10.0.2.9", DROP_martian},
		{"10.0.1.255", "10.0.2.9", DROP_martian},
		{"10.0.2.255", "10.0.2.9", DROP_martian},
		{"10.0.1.1", "10.0.2.9", DROP_martian},
		{"169.254.1.1", "10.0.2.9", DROP_martian},
		{"10.0.1.5", "127.0.0.1", DROP_martian},
		{"10.0.1.5", "0.0.0.9", DROP_martian},
		{"10.0.1.5", "169.254.1.1", DROP_martian},
		{"10.0.1.5", "250.1.1.1", DROP_martian},
	};
	struct testnet *net = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t before = testnet_drops(net, 0, bad[i].why);
		struct ip4_hdr h = {.ttl = 9};

		ip4_parse(&h.src, bad[i].src);
		ip4_parse(&h.dst, bad[i].dst);
		frame_udp(&f, in(net), &h, 9, 9, payload, 20);
		frame_inject(&f, in(net));
		assert_int_equal(testnet_drops(net, 0, bad[i].why), before + 1);
	}
	assert_int_equal(testnet_sent_count(in(net)), 0);
	assert_int_equal(testnet_sent_count(out(net)), 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(router_answers_for_what_lies_behind_it),
		T(proxy_leaves_probes_and_announcements_alone),
		T(directed_broadcast_passes_only_if_wanted),
		T(broadcast_frame_is_not_directed_on),
		T(rate_of_errors_can_be_set),
		T(sender_is_not_told_of_a_shorter_way_if_so_set),
		T(martians_go_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
