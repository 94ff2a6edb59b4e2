// SPDX-License-Identifier: MIT
/* ip_opts_test.c - options that everybody on the way writes into */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ip4_opt.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "link/arp.h"
#include "testframe.h"
#include "testnet.h"

static struct frame f;
static const uint8_t octets[100];

static int setup(void **state)
{
	struct testnet *net = testnet_new_empty();
	uint8_t i;

	testnet_add_host(net, NULL);
	testnet_add_port(net, 0, "10.0.0.2/24");
	for (i = 3; i < 10; i++)
		arp_add(testnet_host(net, 0), testnet_netif(net, 0, 0),
			ip4_make(10, 0, 0, i), test_mac(i));
	*state = net;
	return 0;
}

/* RFC 1122, 3.2.2.6; the last place of the route is empty still. */
static void an_echo_is_answered_with_the_options_it_came_with(void **state)
{
	static const uint8_t opts[36] = {IP4_OPT_LSRR,
					 7,
					 8,
					 10,
					 0,
					 0,
					 9,
					 IP4_OPT_RR,
					 15,
					 8,
					 10,
					 0,
					 0,
					 3,
					 0,
					 0,
					 0,
					 0,
					 0,
					 0,
					 0,
					 0,
					 IP4_OPT_TS,
					 12,
					 5,
					 IP4_TS_ADDR};
	const struct icmp4_hdr echo = {.type = ICMP4_ECHO, .id = 1, .seq = 7};
	struct testnet *net = *state;
	struct netif *eth = testnet_netif(net, 0, 0);
	struct ip4_hdr h = {.src = ip4_make(10, 0, 0, 3),
			    .dst = ip4_make(10, 0, 0, 2)},
		       got;
	struct ip4_opts o;

	ip_source_routes_set(testnet_host(net, 0), true);
	h.opts = opts;
	h.opts_len = sizeof(opts);
	frame_icmp4(&f, eth, &h, &echo, octets, 100);
	frame_inject(&f, eth);
	frame_take(&f, eth);
	assert_int_equal(frame_to_icmp4(&f).type, ICMP4_ECHO_REPLY);
	got = frame_to_ip4(&f);
	assert_int_equal(got.dst.v, ip4_make(10, 0, 0, 9).v);
	assert_int_equal(ip4_opts_parse(&o, got.opts, got.opts_len), 0);
	assert_int_equal(get32(o.sr.data + 3), h.src.v);
	assert_int_equal(get32(o.rr.data + 3), h.src.v);
	assert_int_equal(get32(o.rr.data + 7), h.dst.v);
	assert_int_equal(get32(o.rr.data + 11), h.dst.v);
	assert_int_equal(o.rr.data[2], 16);
	assert_int_equal(get32(o.ts.data + 4), h.dst.v);
	assert_int_equal(o.ts.data[2], 13);
	assert_int_equal(o.ts.data[3] >> 4, 1); /* once without room */
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_echo_is_answered_with_the_options_it_came_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
