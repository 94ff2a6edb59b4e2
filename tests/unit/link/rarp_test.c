// SPDX-License-Identifier: MIT
/* rarp_test.c - a host without a disk learns its address, and only its own */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/arp.h"
#include "wire/ether.h"

#include "link/rarp.h"
#include "testnet.h"

enum { SERVER, CLIENT };

struct answer {
	int calls;
	ip4_addr addr;
};

static void on_done(void *arg, struct netif *netif, ip4_addr addr)
{
	struct answer *a = arg;

	assert_non_null(netif);
	a->calls++;
	a->addr = addr;
}

static int setup(void **state)
{
	struct testnet *net = testnet_new();

	*state = net;
	assert_int_equal(rarp_init(testnet_host(net, SERVER)), 0);
	assert_int_equal(rarp_init(testnet_host(net, CLIENT)), 0);
	return 0;
}

static int teardown(void **state)
{
	rarp_fini(testnet_host(*state, SERVER));
	rarp_fini(testnet_host(*state, CLIENT));
	testnet_free(*state);
	return 0;
}

static void ask(struct testnet *net, struct answer *a)
{
	assert_int_equal(rarp_ask(testnet_host(net, CLIENT),
				  testnet_netif(net, CLIENT, 0), on_done, a),
			 0);
}

/* A RARP frame from nowhere arrives at the client. */
static void inject(struct testnet *net, const struct arp_hdr *h, size_t len)
{
	struct netif *netif = testnet_netif(net, CLIENT, 0);
	uint8_t frame[ETH_FRAME_MIN] = {0};

	ether_emit(frame, &(struct ether_hdr){.dst = netif->mac,
					      .src = {{2, 6, 6, 6, 6, 6}},
					      .type = ETH_RARP});
	arp_emit(frame + ETH_HLEN, h);
	testnet_inject(netif, frame, len);
}

/* RFC 903 */
static void a_host_learns_the_address_of_its_mac(void **state)
{
	struct testnet *net = *state;
	struct answer a = {0};

	assert_int_equal(rarp_serve(testnet_host(net, SERVER),
				    testnet_netif(net, CLIENT, 0)->mac,
				    (ip4_addr){0x0a000063}),
			 0);
	ask(net, &a);
	testnet_run_ms(net, 100);
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.addr.v, 0x0a000063);
	testnet_run_ms(net, 100000);
	assert_int_equal(a.calls, 1);
}

static void who_is_not_in_the_table_asks_on(void **state)
{
	struct testnet *net = *state;
	struct answer a = {0};

	ask(net, &a);
	testnet_run_ms(net, 20000); /* at 0, 1, 3, 7, 15 s */
	assert_int_equal(a.calls, 0);
	assert_int_equal(net->events[R_RARP_TIMER], 5);
	assert_int_equal(testnet_drops(net, SERVER, DROP_rarp_unasked), 5);
}

static void an_answer_for_another_or_an_absurd_one_is_dropped(void **state)
{
	struct testnet *net = *state;
	mac_addr own = testnet_netif(net, CLIENT, 0)->mac;
	struct arp_hdr h = {
		.op = RARP_REPLY,
		.sha = {{2, 6, 6, 6, 6, 6}},
		.tha = {{2, 7, 7, 7, 7, 7}},
		.tpa = {0x0a000063},
	};
	struct answer a = {0};

	inject(net, &h, ETH_FRAME_MIN); /* nobody has asked */
	ask(net, &a);
	testnet_run_ms(net, 10);
	inject(net, &h, ETH_FRAME_MIN);
	assert_int_equal(testnet_drops(net, CLIENT, DROP_rarp_unasked), 2);
	h.tha = own;
	h.tpa.v = 0x7f000001;
	inject(net, &h, ETH_FRAME_MIN);
	h.tpa.v = 0xe0000001;
	inject(net, &h, ETH_FRAME_MIN);
	h.tpa.v = 0;
	inject(net, &h, ETH_FRAME_MIN);
	inject(net, &h, ETH_HLEN + ARP_LEN - 1);
	assert_int_equal(testnet_drops(net, CLIENT, DROP_rarp_bad), 4);
	assert_int_equal(a.calls, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_host_learns_the_address_of_its_mac),
		T(who_is_not_in_the_table_asks_on),
		T(an_answer_for_another_or_an_absurd_one_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
