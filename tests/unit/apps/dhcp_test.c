// SPDX-License-Identifier: MIT
/* dhcp_test.c - a host gets an address, keeps it, and is not fooled */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/dhcp_client.h"
#include "apps/dhcp_inform.h"
#include "apps/dhcp_server.h"
#include "apps/dhcp_sock.h"
#include "dhcpnet.h"
#include "ip/ip.h"
#include "testnet.h"

/* RFC 2131, 3.1 */
static void a_host_gets_address_router_and_time(void **state)
{
	struct dhcpnet *f = *state;
	const struct ip_route *r;

	dhcpnet_server(f, 3600);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 10000);
	dhcpnet_assert_state(f, DHCP_S_BOUND);
	assert_int_equal(dhcpnet_addr(f).addr.v, dhcpnet_parse("10.0.0.100").v);
	assert_int_equal(dhcpnet_addr(f).len, 24);
	r = ip_route_lookup(testnet_host(f->net, CLIENT),
			    ip_addr_v4(dhcpnet_parse("192.0.2.1")));
	assert_non_null(r);
	assert_int_equal(r->gateway.v, dhcpnet_parse("10.0.0.1").v);
	assert_int_equal(dhcp_server_leases(f->server)->leases[0].state,
			 LEASE_LEASED);
}

/* RFC 2131, 4.4.5 */
static void half_of_a_lease_is_enough_to_renew_it(void **state)
{
	struct dhcpnet *f = *state;

	dhcpnet_server(f, 1000);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 5000000);
	dhcpnet_assert_state(f, DHCP_S_BOUND);
	assert_int_equal(dhcpnet_addr(f).addr.v, dhcpnet_parse("10.0.0.100").v);
	assert_true(f->net->events[R_DHCP_BOUND] >= 9);
	assert_int_equal(f->net->events[R_DHCP_LOST], 0);
}

static void an_address_is_given_up_when_the_lease_is_over(void **state)
{
	struct dhcpnet *f = *state;

	dhcpnet_server(f, 1000);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 10000);
	dhcp_server_stop(f->server);
	f->server = NULL;
	testnet_run_ms(f->net, 900000);
	dhcpnet_assert_state(f, DHCP_S_REBINDING);
	testnet_run_ms(f->net, 110000);
	dhcpnet_assert_state(f, DHCP_S_SELECTING);
	assert_int_equal(dhcpnet_addr(f).addr.v, 0);
	assert_null(ip_route_lookup(testnet_host(f->net, CLIENT),
				    ip_addr_v4(dhcpnet_parse("10.0.0.1"))));
}

/* RFC 2131, 3.1, step 6 */
static void an_address_given_back_is_free(void **state)
{
	struct dhcpnet *f = *state;

	dhcpnet_server(f, 3600);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 10000);
	dhcp_client_release(f->client);
	testnet_run_ms(f->net, 100);
	assert_int_equal(dhcpnet_addr(f).addr.v, 0);
	assert_int_equal(dhcp_server_leases(f->server)->leases[0].state,
			 LEASE_FREE);
}

/* RFC 5227, 2.1; RFC 2131, 3.1, step 5 */
static void an_address_that_a_neighbour_has_is_declined(void **state)
{
	struct dhcpnet *f = *state;

	assert_int_equal(
		ip_addr_add(testnet_host(f->net, SERVER),
			    testnet_netif(f->net, SERVER, 0),
			    (struct ip4_net){dhcpnet_parse("10.0.0.100"), 24}),
		0);
	dhcpnet_server_that(f, 3600, true);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 40000);
	dhcpnet_assert_state(f, DHCP_S_BOUND);
	assert_int_equal(dhcpnet_addr(f).addr.v, dhcpnet_parse("10.0.0.101").v);
	assert_int_equal(dhcp_server_leases(f->server)->leases[0].state,
			 LEASE_DECLINED);
	assert_int_equal(f->net->events[R_DHCP_CONFLICT], 1);
}

/* RFC 2131, 3.1, step 2: the server asks before it offers. */
static void an_address_that_somebody_uses_is_not_offered(void **state)
{
	struct dhcpnet *f = *state;

	assert_int_equal(
		ip_addr_add(testnet_host(f->net, SERVER),
			    testnet_netif(f->net, SERVER, 0),
			    (struct ip4_net){dhcpnet_parse("10.0.0.100"), 24}),
		0);
	dhcpnet_server(f, 3600);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 15000);
	dhcpnet_assert_state(f, DHCP_S_BOUND);
	assert_int_equal(dhcpnet_addr(f).addr.v, dhcpnet_parse("10.0.0.101").v);
	assert_int_equal(f->net->events[R_DHCP_TAKEN], 1);
	assert_int_equal(f->net->events[R_DHCP_CONFLICT], 0);
}

/* Who has a lease is not asked whether he is there. */
static void a_host_that_comes_back_is_offered_its_address_at_once(void **state)
{
	struct dhcpnet *f = *state;

	dhcpnet_server(f, 3600);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 10000);
	dhcp_client_stop(f->client);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 10000);
	dhcpnet_assert_state(f, DHCP_S_BOUND);
	assert_int_equal(dhcpnet_addr(f).addr.v, dhcpnet_parse("10.0.0.100").v);
	assert_int_equal(f->net->events[R_DHCP_CHECK], 1);
}

/* RFC 2131, 2: two hosts behind one MAC address, by their identifiers. */
static void a_client_is_its_identifier(void **state)
{
	struct dhcpnet *f = *state;
	struct dhcp_msg m = {
		.op = BOOTP_REQUEST,
		.type = DHCP_DISCOVER,
		.flags = DHCP_F_BROADCAST,
		.chaddr = {{2, 1, 1, 1, 1, 1}},
		.client = {3, {0, 'a', 'b'}},
	};

	dhcpnet_server(f, 3600);
	dhcpnet_open_liar(f, CLIENT, DHCP_PORT_CLIENT);
	for (int i = 0; i < 3; i++) {
		stack_enter(f->liar.stack);
		dhcp_sock_send(&f->liar, &m, IP4_BROADCAST, DHCP_PORT_SERVER);
		stack_leave(f->liar.stack);
		testnet_run_ms(f->net, 800);
		m.client.v[2] = (uint8_t)('c' + i / 2);
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(dhcp_server_leases(f->server)->leases[i].state,
				 i < 2 ? LEASE_OFFERED : LEASE_FREE);
}

static void an_offer_that_is_not_taken_is_free_after_ten_seconds(void **state)
{
	struct dhcpnet *f = *state;
	const struct lease_table *t;

	f->net->drop_nth[CLIENT] = 2; /* the REQUEST */
	dhcpnet_server(f, 3600);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 500);
	dhcp_client_stop(f->client);
	f->client = NULL;
	t = dhcp_server_leases(f->server);
	testnet_run_ms(f->net, 9000);
	assert_int_equal(t->leases[0].state, LEASE_OFFERED);
	testnet_run_ms(f->net, 1000);
	assert_int_equal(t->leases[0].state, LEASE_FREE);
}

/* RFC 1534, 2: who cannot give an address back gets only one fixed for him. */
static void bootp_is_answered_for_hosts_that_are_known(void **state)
{
	const struct dhcp_client_config cfg = {.is_bootp = true};
	struct dhcpnet *f = *state;
	struct netif *netif = testnet_netif(f->net, CLIENT, 0);

	netif->mac = (mac_addr){{2, 0, 0, 0, 0, 99}};
	dhcpnet_server(f, 3600);
	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT), netif,
					   &cfg, &f->client),
			 0);
	testnet_run_ms(f->net, 10000);
	dhcpnet_assert_state(f, DHCP_S_BOUND);
	assert_int_equal(dhcpnet_addr(f).addr.v, dhcpnet_parse("10.0.0.50").v);
}

static void bootp_from_a_stranger_gets_nothing(void **state)
{
	const struct dhcp_client_config cfg = {.is_bootp = true};
	struct dhcpnet *f = *state;

	dhcpnet_server(f, 3600);
	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT),
					   testnet_netif(f->net, CLIENT, 0),
					   &cfg, &f->client),
			 0);
	testnet_run_ms(f->net, 10000);
	dhcpnet_assert_state(f, DHCP_S_SELECTING);
	assert_true(testnet_drops(f->net, SERVER, DROP_dhcp_none) > 0);
}

/* RFC 2131, 3.2: a host that was switched off remembers. */
static void on_told(void *arg, const struct dhcp_msg *told)
{
	struct dhcpnet *f = arg;

	f->lie = *told;
}

/* RFC 2131, 3.4 and 4.3.5 */
static void a_host_with_an_address_asks_for_the_rest(void **state)
{
	struct dhcpnet *f = *state;
	struct stack *stack = testnet_host(f->net, CLIENT);
	struct netif *netif = testnet_netif(f->net, CLIENT, 0);
	struct dhcp_inform *inform;

	assert_int_equal(dhcp_inform_start(stack, netif, on_told, f, &inform),
			 -EADDRNOTAVAIL);
	assert_int_equal(
		ip_addr_add(stack, netif,
			    (struct ip4_net){dhcpnet_parse("10.0.0.9"), 24}),
		0);
	assert_int_equal(dhcp_inform_start(stack, netif, on_told, f, &inform),
			 0);
	testnet_run_ms(f->net, 2000);
	dhcpnet_server(f, 3600); /* it is switched on later */
	testnet_run_ms(f->net, 10000);
	dhcp_inform_stop(inform);
	assert_int_equal(f->lie.type, DHCP_ACK);
	assert_int_equal(f->lie.dns.v[0].v, dhcpnet_parse("10.0.0.53").v);
	assert_string_equal(f->lie.domain, "home.test");
	assert_int_equal(f->lie.lease_s, 0);
	assert_int_equal(f->lie.yiaddr.v, 0);
	assert_int_equal(f->net->events[R_DHCP_INFO], 1);
	for (int i = 0; i < 4; i++)
		assert_int_equal(dhcp_server_leases(f->server)->leases[i].state,
				 LEASE_FREE);
}

static void a_remembered_address_is_asked_for_again(void **state)
{
	struct dhcp_client_config cfg = {.previous =
						 dhcpnet_parse("10.0.0.100")};
	struct dhcpnet *f = *state;

	dhcpnet_server(f, 3600);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 10000);
	dhcp_client_stop(f->client);
	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT),
					   testnet_netif(f->net, CLIENT, 0),
					   &cfg, &f->client),
			 0);
	dhcpnet_assert_state(f, DHCP_S_INIT_REBOOT);
	testnet_run_ms(f->net, 10000);
	dhcpnet_assert_state(f, DHCP_S_BOUND);
	assert_int_equal(dhcpnet_addr(f).addr.v, dhcpnet_parse("10.0.0.100").v);
}

static void an_address_of_another_network_is_refused_at_once(void **state)
{
	struct dhcp_client_config cfg = {.previous =
						 dhcpnet_parse("192.0.2.9")};
	struct dhcpnet *f = *state;

	dhcpnet_server(f, 3600);
	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT),
					   testnet_netif(f->net, CLIENT, 0),
					   &cfg, &f->client),
			 0);
	testnet_run_ms(f->net, 500);
	dhcpnet_assert_state(f, DHCP_S_INIT);
	testnet_run_ms(f->net, 12000);
	dhcpnet_assert_state(f, DHCP_S_BOUND);
	assert_int_equal(dhcpnet_addr(f).addr.v, dhcpnet_parse("10.0.0.100").v);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, dhcpnet_setup, dhcpnet_teardown)
	const struct CMUnitTest tests[] = {
		T(a_host_gets_address_router_and_time),
		T(half_of_a_lease_is_enough_to_renew_it),
		T(an_address_is_given_up_when_the_lease_is_over),
		T(an_address_given_back_is_free),
		T(an_address_that_a_neighbour_has_is_declined),
		T(an_address_that_somebody_uses_is_not_offered),
		T(a_host_that_comes_back_is_offered_its_address_at_once),
		T(a_client_is_its_identifier),
		T(an_offer_that_is_not_taken_is_free_after_ten_seconds),
		T(bootp_is_answered_for_hosts_that_are_known),
		T(bootp_from_a_stranger_gets_nothing),
		T(a_host_with_an_address_asks_for_the_rest),
		T(a_remembered_address_is_asked_for_again),
		T(an_address_of_another_network_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
