// SPDX-License-Identifier: MIT
/* dhcp_hostile_test.c - liars on both sides, and how little they get */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dhcpnet.h"
#include "testnet.h"

static void a_good_offer_is_taken(void **state)
{
	struct dhcpnet *f = *state;

	dhcpnet_start_liar(f, dhcpnet_good_offer());
	dhcpnet_assert_state(f, DHCP_S_REQUESTING);
}

/* HOSTILE 135: an assignment that no host can use. */
static void absurd_assignments_are_refused(void **state)
{
	static const struct {
		const char *yiaddr, *mask, *router;
	} rows[] = {
		{"127.0.0.1", "255.0.0.0", "127.0.0.2"},
		{"224.0.0.1", "255.255.255.0", "224.0.0.2"},
		{"0.0.0.0", "255.255.255.0", "10.0.0.1"},
		{"255.255.255.255", "255.255.255.0", "10.0.0.1"},
		{"10.0.0.255", "255.255.255.0", "10.0.0.1"},
		{"10.0.0.0", "255.255.255.0", "10.0.0.1"},
		{"10.0.0.7", "128.0.0.0", "10.0.0.1"},
		{"10.0.0.7", "255.0.255.0", "10.0.0.1"},
		{"10.0.0.7", "255.255.255.0", "192.0.2.1"},
		{"10.0.0.7", "255.255.255.0", "10.0.0.7"},
		{"10.0.0.7", "255.255.255.0", "127.0.0.1"},
	};
	struct dhcp_msg m = dhcpnet_good_offer();
	struct dhcp_got got;
	const char *why;

	(void)state;
	assert_int_equal(dhcp_got_read(&got, &m, &why), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		m.yiaddr = dhcpnet_parse(rows[i].yiaddr);
		m.mask = dhcpnet_parse(rows[i].mask);
		m.routers.v[0] = dhcpnet_parse(rows[i].router);
		assert_int_equal(dhcp_got_read(&got, &m, &why), -EINVAL);
		assert_non_null(why);
	}
}

static void an_absurd_offer_is_counted_and_the_host_asks_on(void **state)
{
	struct dhcpnet *f = *state;
	struct dhcp_msg lie = dhcpnet_good_offer();

	lie.yiaddr = dhcpnet_parse("127.0.0.1");
	dhcpnet_start_liar(f, lie);
	dhcpnet_assert_state(f, DHCP_S_SELECTING);
	assert_int_equal(testnet_drops(f->net, CLIENT, DROP_dhcp_absurd), 1);
}

/* HOSTILE 137: a rogue answer. */
static void an_offer_for_another_question_is_ignored(void **state)
{
	struct dhcpnet *f = *state;
	struct dhcp_msg lie = dhcpnet_good_offer();

	lie.xid = 1;
	dhcpnet_start_liar(f, lie);
	dhcpnet_assert_state(f, DHCP_S_SELECTING);
	assert_int_equal(testnet_drops(f->net, CLIENT, DROP_dhcp_unasked), 1);
}

static void an_offer_for_another_host_is_ignored(void **state)
{
	struct dhcpnet *f = *state;
	struct dhcp_msg lie = dhcpnet_good_offer();

	lie.chaddr = (mac_addr){{2, 9, 9, 9, 9, 9}};
	dhcpnet_start_liar(f, lie);
	dhcpnet_assert_state(f, DHCP_S_SELECTING);
	assert_int_equal(testnet_drops(f->net, CLIENT, DROP_dhcp_unasked), 1);
}

static void nothing_that_comes_late_moves_a_bound_host(void **state)
{
	struct dhcpnet *f = *state;
	struct dhcp_msg late = dhcpnet_good_offer();

	dhcpnet_server(f, 3600);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 10000);
	late.type = DHCP_NAK;
	late.chaddr = testnet_netif(f->net, CLIENT, 0)->mac;
	dhcp_server_stop(f->server);
	f->server = NULL;
	dhcpnet_open_liar(f, SERVER, DHCP_PORT_SERVER);
	stack_enter(f->liar.stack);
	dhcp_sock_send(&f->liar, &late, IP4_BROADCAST, DHCP_PORT_CLIENT);
	late.type = DHCP_OFFER;
	dhcp_sock_send(&f->liar, &late, IP4_BROADCAST, DHCP_PORT_CLIENT);
	stack_leave(f->liar.stack);
	testnet_run_ms(f->net, 100);
	dhcpnet_assert_state(f, DHCP_S_BOUND);
	assert_int_equal(testnet_drops(f->net, CLIENT, DROP_dhcp_unasked), 2);
}

/* HOSTILE 138: made-up hosts ask for all there is, and take nothing. */
static void who_only_asks_does_not_keep_others_from_the_pool(void **state)
{
	struct dhcpnet *f = *state;
	struct dhcp_sock *crowd = &f->liar;
	struct dhcp_msg m = {.op = BOOTP_REQUEST, .type = DHCP_DISCOVER};

	dhcpnet_server(f, 3600);
	*crowd = (struct dhcp_sock){
		.stack = testnet_host(f->net, CLIENT),
		.netif = testnet_netif(f->net, CLIENT, 0),
		.on_msg = dhcpnet_on_lie,
		.arg = f,
	};
	assert_int_equal(dhcp_sock_open(crowd, 1068), 0);
	for (uint32_t i = 1; i <= 10000; i++) {
		m.chaddr =
			(mac_addr){{2, 1, 1, 1, (uint8_t)(i >> 8), (uint8_t)i}};
		m.xid = i;
		m.flags = DHCP_F_BROADCAST;
		stack_enter(crowd->stack);
		dhcp_sock_send(crowd, &m, IP4_BROADCAST, DHCP_PORT_SERVER);
		stack_leave(crowd->stack);
		if (i % 100 == 0)
			testnet_run_ms(f->net, 10);
	}
	dhcpnet_client(f);
	testnet_run_ms(f->net, 100);
	dhcpnet_assert_state(f, DHCP_S_CHECKING);
}

/* A made-up host asks, as if a switch had marked where it is. */
static void ask_from_port(struct dhcpnet *f, uint8_t host, const char *port)
{
	struct dhcp_msg m = {.op = BOOTP_REQUEST, .type = DHCP_DISCOVER};

	m.chaddr = (mac_addr){{2, 1, 1, 1, 1, host}};
	m.xid = host;
	m.flags = DHCP_F_BROADCAST;
	m.relay.len = (uint8_t)(2 + strlen(port));
	m.relay.v[0] = 1;
	m.relay.v[1] = (uint8_t)strlen(port);
	memcpy(m.relay.v + 2, port, strlen(port));
	stack_enter(f->liar.stack);
	dhcp_sock_send(&f->liar, &m, IP4_BROADCAST, DHCP_PORT_SERVER);
	stack_leave(f->liar.stack);
	testnet_run_ms(f->net, 10);
}

/* HOSTILE 138: of four addresses a port of a switch gets one. */
static void a_port_of_a_switch_has_its_share(void **state)
{
	struct dhcpnet *f = *state;
	const struct lease_table *t;
	uint8_t i;

	dhcpnet_server_that(f, 3600, true);
	f->liar = (struct dhcp_sock){
		.stack = testnet_host(f->net, CLIENT),
		.netif = testnet_netif(f->net, CLIENT, 0),
		.on_msg = dhcpnet_on_lie,
		.arg = f,
	};
	assert_int_equal(dhcp_sock_open(&f->liar, 1068), 0);
	t = dhcp_server_leases(f->server);
	for (i = 0; i < 10; i++)
		ask_from_port(f, i, "p3");
	assert_int_equal(testnet_drops(f->net, SERVER, DROP_dhcp_port), 9);
	ask_from_port(f, 0, "p3"); /* who has an offer may ask again */
	ask_from_port(f, 20, "p4");
	assert_int_equal(testnet_drops(f->net, SERVER, DROP_dhcp_port), 9);
	assert_int_equal(t->leases[0].state, LEASE_OFFERED);
	assert_int_equal(t->leases[1].state, LEASE_OFFERED);
	assert_int_equal(t->leases[2].state, LEASE_FREE);
	testnet_run_ms(f->net, 11000); /* an offer that is not taken ... */
	ask_from_port(f, 5, "p3");
	assert_int_equal(testnet_drops(f->net, SERVER, DROP_dhcp_port), 9);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, dhcpnet_setup, dhcpnet_teardown)
	const struct CMUnitTest tests[] = {
		T(a_good_offer_is_taken),
		T(absurd_assignments_are_refused),
		T(an_absurd_offer_is_counted_and_the_host_asks_on),
		T(an_offer_for_another_question_is_ignored),
		T(an_offer_for_another_host_is_ignored),
		T(nothing_that_comes_late_moves_a_bound_host),
		T(who_only_asks_does_not_keep_others_from_the_pool),
		T(a_port_of_a_switch_has_its_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
