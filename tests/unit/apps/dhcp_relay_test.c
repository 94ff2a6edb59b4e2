// SPDX-License-Identifier: MIT
/* dhcp_relay_test.c - a server that is not where its clients are */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/dhcp_client.h"
#include "apps/dhcp_relay.h"
#include "apps/dhcp_server.h"
#include "apps/dhcp_sock.h"
#include "ip/ip.h"
#include "testnet.h"

enum { CLIENT, RELAY, SERVER };

/* client -- 10.1.0.1 relay 10.2.0.1 -- 10.2.0.2 server */
struct fixture {
	struct testnet *net;
	struct dhcp_client *client;
	struct dhcp_relay *relay;
	struct dhcp_server *server;
	struct dhcp_sock liar;
	struct dhcp_msg heard; /* by the liar, last */
};

static ip4_addr addr(const char *text)
{
	ip4_addr a;

	assert_int_equal(ip4_parse(&a, text), 0);
	return a;
}

static struct ip4_net net_of(const char *text)
{
	struct ip4_net n;

	assert_int_equal(ip4_net_parse(&n, text), 0);
	return n;
}

static void start_relay(struct fixture *f, bool is_trusting)
{
	const ip4_addr servers[] = {addr("10.2.0.2")};
	const struct netif *const trusted[] = {testnet_netif(f->net, RELAY, 0)};
	const struct dhcp_relay_config cfg = {
		.servers = servers,
		.count = 1,
		.trusted = trusted,
		.trusted_count = is_trusting,
	};

	assert_int_equal(
		dhcp_relay_start(testnet_host(f->net, RELAY), &cfg, &f->relay),
		0);
}

static int setup(void **state)
{
	const struct inet_config router = {.is_router = true};
	const struct ip4_net all = {.len = 0};
	const struct dhcp_pool far = {
		.net = net_of("10.1.0.0/24"),
		.from = addr("10.1.0.100"),
		.to = addr("10.1.0.101"),
		.router = addr("10.1.0.1"),
	};
	const struct dhcp_fixed fixed = {{{2, 0, 0, 0, 0, 99}},
					 addr("10.1.0.50")};
	const struct dhcp_server_config cfg = {
		.lease_s = 1000,
		.far = &far,
		.far_count = 1,
		.fixed = &fixed,
		.fixed_count = 1,
	};
	struct fixture *f = calloc(1, sizeof(*f));
	struct testnet *net = f->net = testnet_new_empty();

	*state = f;
	testnet_add_host(net, NULL);
	testnet_add_host(net, &router);
	testnet_add_host(net, NULL);
	testnet_join(testnet_add_port(net, CLIENT, NULL),
		     testnet_add_port(net, RELAY, "10.1.0.1/24"));
	testnet_join(testnet_add_port(net, RELAY, "10.2.0.1/24"),
		     testnet_add_port(net, SERVER, "10.2.0.2/24"));
	assert_int_equal(ip_route_add(testnet_host(net, SERVER), all,
				      addr("10.2.0.1"), NULL, 0),
			 0);
	assert_int_equal(dhcp_server_start(testnet_host(net, SERVER),
					   testnet_netif(net, SERVER, 0), &cfg,
					   &f->server),
			 0);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dhcp_client_stop(f->client);
	dhcp_relay_stop(f->relay);
	dhcp_server_stop(f->server);
	dhcp_sock_close(&f->liar);
	testnet_free(f->net);
	free(f);
	return 0;
}

static void start_client(struct fixture *f, bool is_bootp)
{
	const struct dhcp_client_config cfg = {.is_bootp = is_bootp};

	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT),
					   testnet_netif(f->net, CLIENT, 0),
					   &cfg, &f->client),
			 0);
}

static ip4_addr client_addr(struct fixture *f)
{
	return ip_addr_of(testnet_host(f->net, CLIENT),
			  testnet_netif(f->net, CLIENT, 0))
		.addr;
}

/* RFC 2131, 4.1; RFC 1542, 4 */
static void a_host_gets_an_address_of_its_own_network(void **state)
{
	struct fixture *f = *state;

	start_relay(f, false);
	start_client(f, false);
	testnet_run_ms(f->net, 10000);
	assert_int_equal(dhcp_client_state(f->client), DHCP_S_BOUND);
	assert_int_equal(client_addr(f).v, addr("10.1.0.100").v);
	assert_int_equal(f->net->events[R_DHCP_RELAY], 4);
	assert_int_equal(dhcp_server_leases_of(f->server, 1)->leases[0].state,
			 LEASE_LEASED);
}

/* RFC 2131, 4.4.5: to the server itself, and at last through the relay. */
static void a_lease_is_renewed_past_the_relay(void **state)
{
	struct fixture *f = *state;

	start_relay(f, false);
	start_client(f, false);
	testnet_run_ms(f->net, 3000000);
	assert_int_equal(dhcp_client_state(f->client), DHCP_S_BOUND);
	assert_int_equal(f->net->events[R_DHCP_LOST], 0);
	assert_int_equal(f->net->events[R_DHCP_RELAY], 4);
}

static void without_a_relay_nobody_hears_the_host(void **state)
{
	struct fixture *f = *state;

	start_client(f, false);
	testnet_run_ms(f->net, 10000);
	assert_int_equal(dhcp_client_state(f->client), DHCP_S_SELECTING);
}

static void bootp_passes_a_relay(void **state)
{
	struct fixture *f = *state;

	testnet_netif(f->net, CLIENT, 0)->mac = (mac_addr){{2, 0, 0, 0, 0, 99}};
	start_relay(f, false);
	start_client(f, true);
	testnet_run_ms(f->net, 10000);
	assert_int_equal(client_addr(f).v, addr("10.1.0.50").v);
}

static void on_heard(void *arg, const struct dhcp_msg *m,
		     const struct udp_from *from)
{
	struct fixture *f = arg;

	(void)from;
	f->heard = *m;
}

/* Somebody at @host says @m to @to, as from @port. */
static void say(struct fixture *f, int host, uint16_t port, struct dhcp_msg m,
		const char *to)
{
	dhcp_sock_close(&f->liar);
	f->liar = (struct dhcp_sock){
		.stack = testnet_host(f->net, host),
		.netif = testnet_netif(f->net, host, 0),
		.on_msg = on_heard,
		.arg = f,
	};
	m.chaddr = (mac_addr){{2, 9, 9, 9, 9, 9}};
	m.xid = 77;
	assert_int_equal(dhcp_sock_open(&f->liar, port), 0);
	stack_enter(f->liar.stack);
	assert_int_equal(
		dhcp_sock_send(&f->liar, &m, addr(to), DHCP_PORT_SERVER), 0);
	stack_leave(f->liar.stack);
	testnet_run_ms(f->net, 1000);
}

static struct dhcp_msg discover(void)
{
	return (struct dhcp_msg){
		.op = BOOTP_REQUEST,
		.type = DHCP_DISCOVER,
		.flags = DHCP_F_BROADCAST,
	};
}

/* RFC 3046, 2.1: the client never sees the mark. */
static void the_mark_is_taken_off_again(void **state)
{
	struct fixture *f = *state;

	start_relay(f, false);
	say(f, CLIENT, DHCP_PORT_CLIENT, discover(), "255.255.255.255");
	assert_int_equal(f->heard.type, DHCP_OFFER);
	assert_int_equal(f->heard.relay.len, 0);
	assert_int_equal(f->heard.giaddr.v, addr("10.1.0.1").v);
}

static void a_client_that_plays_relay_is_refused(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg m = discover();

	start_relay(f, false);
	m.giaddr = addr("10.2.0.1");
	say(f, CLIENT, DHCP_PORT_CLIENT, m, "255.255.255.255");
	m.giaddr = addr("10.7.0.1");
	say(f, CLIENT, DHCP_PORT_CLIENT, m, "255.255.255.255");
	m = discover();
	m.relay = (struct dhcp_bytes){4, {1, 2, 'h', 'i'}};
	say(f, CLIENT, DHCP_PORT_CLIENT, m, "255.255.255.255");
	assert_int_equal(testnet_drops(f->net, RELAY, DROP_dhcp_spoofed), 3);
	assert_int_equal(f->heard.type, DHCP_NONE);
}

/* Even where relays are believed nobody speaks with our own address. */
static void our_own_giaddr_from_outside_is_refused(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg m = discover();

	start_relay(f, true);
	m.giaddr = addr("10.2.0.1");
	say(f, CLIENT, DHCP_PORT_CLIENT, m, "255.255.255.255");
	assert_int_equal(testnet_drops(f->net, RELAY, DROP_dhcp_spoofed), 1);
}

static void another_relays_question_passes_where_it_is_trusted(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg m = discover();

	start_relay(f, true);
	m.giaddr = addr("10.1.0.77");
	say(f, CLIENT, DHCP_PORT_CLIENT, m, "255.255.255.255");
	assert_int_equal(testnet_drops(f->net, RELAY, DROP_dhcp_spoofed), 0);
	assert_int_equal(f->net->events[R_DHCP_RELAY], 1);
}

/* RFC 1542, 4.1.1 */
static void who_has_passed_too_many_relays_ends(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg m = discover();

	start_relay(f, false);
	m.hops = DHCP_RELAY_HOPS;
	say(f, CLIENT, DHCP_PORT_CLIENT, m, "255.255.255.255");
	assert_int_equal(testnet_drops(f->net, RELAY, DROP_dhcp_hops), 1);
	assert_int_equal(f->heard.type, DHCP_NONE);
}

/* HOSTILE 137: a rogue server, behind the relay and before it. */
static void only_the_server_that_was_asked_is_passed_on(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg m = {
		.op = BOOTP_REPLY,
		.type = DHCP_OFFER,
		.yiaddr = addr("10.1.0.66"),
		.giaddr = addr("10.1.0.1"),
		.flags = DHCP_F_BROADCAST,
	};

	start_relay(f, false);
	assert_int_equal(ip_addr_add(testnet_host(f->net, CLIENT),
				     testnet_netif(f->net, CLIENT, 0),
				     net_of("10.1.0.9/24")),
			 0);
	say(f, CLIENT, DHCP_PORT_CLIENT, m, "10.1.0.1");
	assert_int_equal(testnet_drops(f->net, RELAY, DROP_dhcp_unasked), 1);
	assert_int_equal(f->net->events[R_DHCP_RELAY], 0);
}

/* A second relay has carried the question to a server that we do not know. */
static void what_has_our_mark_is_passed_on_from_anybody_beyond(void **state)
{
	struct fixture *f = *state;
	struct netif *netif = testnet_netif(f->net, RELAY, 0);
	struct dhcp_msg m = {
		.op = BOOTP_REPLY,
		.type = DHCP_OFFER,
		.yiaddr = addr("10.1.0.66"),
		.giaddr = addr("10.1.0.1"),
		.relay = {14, {1, 4, 'e', 't', 'h', '0', 2, 6}},
	};

	put_mac(m.relay.v + 8, netif->mac);
	start_relay(f, false);
	dhcp_server_stop(f->server);
	f->server = NULL;
	assert_int_equal(ip_addr_add(testnet_host(f->net, CLIENT),
				     testnet_netif(f->net, CLIENT, 0),
				     net_of("10.1.0.9/24")),
			 0);
	say(f, CLIENT, DHCP_PORT_SERVER, m, "10.1.0.1"); /* not from there */
	assert_int_equal(testnet_drops(f->net, RELAY, DROP_dhcp_unasked), 1);
	assert_int_equal(ip_addr_del(testnet_host(f->net, SERVER),
				     testnet_netif(f->net, SERVER, 0),
				     net_of("10.2.0.2/24")),
			 0);
	assert_int_equal(ip_addr_add(testnet_host(f->net, SERVER),
				     testnet_netif(f->net, SERVER, 0),
				     net_of("10.2.0.7/24")),
			 0);
	assert_int_equal(ip_route_add(testnet_host(f->net, SERVER),
				      net_of("10.1.0.0/24"), addr("10.2.0.1"),
				      NULL, 0),
			 0);
	say(f, SERVER, DHCP_PORT_SERVER, m, "10.1.0.1");
	assert_int_equal(f->net->events[R_DHCP_RELAY], 1);
	m.relay.v[13] ^= 1;
	say(f, SERVER, DHCP_PORT_SERVER, m, "10.1.0.1");
	assert_int_equal(testnet_drops(f->net, RELAY, DROP_dhcp_unasked), 2);
}

static void a_mark_that_is_not_ours_is_refused(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg m = {
		.op = BOOTP_REPLY,
		.type = DHCP_OFFER,
		.yiaddr = addr("10.1.0.66"),
		.giaddr = addr("10.1.0.1"),
		.relay = {4, {1, 2, 'n', 'o'}},
	};

	start_relay(f, false);
	dhcp_server_stop(f->server);
	f->server = NULL;
	say(f, SERVER, DHCP_PORT_SERVER, m, "10.1.0.1");
	assert_int_equal(testnet_drops(f->net, RELAY, DROP_dhcp_spoofed), 1);
}

static void a_network_that_the_server_does_not_know_gets_nothing(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg m = discover();

	m.giaddr = addr("10.9.0.1");
	m.chaddr = (mac_addr){{2, 9, 9, 9, 9, 9}};
	f->liar = (struct dhcp_sock){
		.stack = testnet_host(f->net, RELAY),
		.netif = testnet_netif(f->net, RELAY, 1),
		.on_msg = on_heard,
		.arg = f,
	};
	assert_int_equal(dhcp_sock_open(&f->liar, DHCP_PORT_SERVER), 0);
	stack_enter(f->liar.stack);
	dhcp_sock_send(&f->liar, &m, addr("10.2.0.2"), DHCP_PORT_SERVER);
	stack_leave(f->liar.stack);
	testnet_run_ms(f->net, 100);
	assert_int_equal(testnet_drops(f->net, SERVER, DROP_dhcp_none), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_host_gets_an_address_of_its_own_network),
		T(a_lease_is_renewed_past_the_relay),
		T(without_a_relay_nobody_hears_the_host),
		T(bootp_passes_a_relay),
		T(the_mark_is_taken_off_again),
		T(a_client_that_plays_relay_is_refused),
		T(our_own_giaddr_from_outside_is_refused),
		T(another_relays_question_passes_where_it_is_trusted),
		T(who_has_passed_too_many_relays_ends),
		T(only_the_server_that_was_asked_is_passed_on),
		T(what_has_our_mark_is_passed_on_from_anybody_beyond),
		T(a_mark_that_is_not_ours_is_refused),
		T(a_network_that_the_server_does_not_know_gets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
