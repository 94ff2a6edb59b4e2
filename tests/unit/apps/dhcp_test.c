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
#include "ip/ip.h"
#include "testnet.h"

enum { SERVER, CLIENT };

/* h0 10.0.0.1 serves .100 to .103; h1 has no address. */
struct fixture {
	struct testnet *net;
	struct dhcp_server *server;
	struct dhcp_client *client;
	struct dhcp_sock liar; /* of h0, when the server is off */
	struct dhcp_msg lie;
};

static ip4_addr addr(const char *text)
{
	ip4_addr a;

	assert_int_equal(ip4_parse(&a, text), 0);
	return a;
}

static void start_server_that(struct fixture *f, uint32_t lease_s,
			      bool is_careless)
{
	const struct dhcp_fixed fixed = {
		.mac = {{2, 0, 0, 0, 0, 99}},
		.ip = addr("10.0.0.50"),
	};
	const struct dhcp_server_config cfg = {
		.from = addr("10.0.0.100"),
		.to = addr("10.0.0.103"),
		.router = addr("10.0.0.1"),
		.dns = {1, {addr("10.0.0.53")}},
		.domain = "home.test",
		.lease_s = lease_s,
		.fixed = &fixed,
		.fixed_count = 1,
		.no_check = is_careless,
	};

	assert_int_equal(dhcp_server_start(testnet_host(f->net, SERVER),
					   testnet_netif(f->net, SERVER, 0),
					   &cfg, &f->server),
			 0);
}

static void start_server(struct fixture *f, uint32_t lease_s)
{
	start_server_that(f, lease_s, false);
}

static void start_client(struct fixture *f)
{
	const struct dhcp_client_config cfg = {.host_name = "laptop"};

	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT),
					   testnet_netif(f->net, CLIENT, 0),
					   &cfg, &f->client),
			 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->net = testnet_new_empty();
	testnet_add_host(f->net, NULL);
	testnet_add_host(f->net, NULL);
	testnet_join(testnet_add_port(f->net, SERVER, "10.0.0.1/24"),
		     testnet_add_port(f->net, CLIENT, NULL));
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dhcp_client_stop(f->client);
	dhcp_server_stop(f->server);
	dhcp_sock_close(&f->liar);
	testnet_free(f->net);
	free(f);
	return 0;
}

static struct ip4_net client_addr(struct fixture *f)
{
	return ip_addr_of(testnet_host(f->net, CLIENT),
			  testnet_netif(f->net, CLIENT, 0));
}

static void assert_state(struct fixture *f, enum dhcp_state want)
{
	assert_string_equal(dhcp_state_name(dhcp_client_state(f->client)),
			    dhcp_state_name(want));
}

/* RFC 2131, 3.1 */
static void a_host_gets_address_router_and_time(void **state)
{
	struct fixture *f = *state;
	const struct ip_route *r;

	start_server(f, 3600);
	start_client(f);
	testnet_run_ms(f->net, 10000);
	assert_state(f, DHCP_S_BOUND);
	assert_int_equal(client_addr(f).addr.v, addr("10.0.0.100").v);
	assert_int_equal(client_addr(f).len, 24);
	r = ip_route_lookup(testnet_host(f->net, CLIENT),
			    ip_addr_v4(addr("192.0.2.1")));
	assert_non_null(r);
	assert_int_equal(r->gateway.v, addr("10.0.0.1").v);
	assert_int_equal(dhcp_server_leases(f->server)->leases[0].state,
			 LEASE_LEASED);
}

/* RFC 2131, 4.4.5 */
static void half_of_a_lease_is_enough_to_renew_it(void **state)
{
	struct fixture *f = *state;

	start_server(f, 1000);
	start_client(f);
	testnet_run_ms(f->net, 5000000);
	assert_state(f, DHCP_S_BOUND);
	assert_int_equal(client_addr(f).addr.v, addr("10.0.0.100").v);
	assert_true(f->net->events[R_DHCP_BOUND] >= 9);
	assert_int_equal(f->net->events[R_DHCP_LOST], 0);
}

static void an_address_is_given_up_when_the_lease_is_over(void **state)
{
	struct fixture *f = *state;

	start_server(f, 1000);
	start_client(f);
	testnet_run_ms(f->net, 10000);
	dhcp_server_stop(f->server);
	f->server = NULL;
	testnet_run_ms(f->net, 900000);
	assert_state(f, DHCP_S_REBINDING);
	testnet_run_ms(f->net, 110000);
	assert_state(f, DHCP_S_SELECTING);
	assert_int_equal(client_addr(f).addr.v, 0);
	assert_null(ip_route_lookup(testnet_host(f->net, CLIENT),
				    ip_addr_v4(addr("10.0.0.1"))));
}

/* RFC 2131, 3.1, step 6 */
static void an_address_given_back_is_free(void **state)
{
	struct fixture *f = *state;

	start_server(f, 3600);
	start_client(f);
	testnet_run_ms(f->net, 10000);
	dhcp_client_release(f->client);
	testnet_run_ms(f->net, 100);
	assert_int_equal(client_addr(f).addr.v, 0);
	assert_int_equal(dhcp_server_leases(f->server)->leases[0].state,
			 LEASE_FREE);
}

/* RFC 5227, 2.1; RFC 2131, 3.1, step 5 */
static void an_address_that_a_neighbour_has_is_declined(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ip_addr_add(testnet_host(f->net, SERVER),
				     testnet_netif(f->net, SERVER, 0),
				     (struct ip4_net){addr("10.0.0.100"), 24}),
			 0);
	start_server_that(f, 3600, true);
	start_client(f);
	testnet_run_ms(f->net, 40000);
	assert_state(f, DHCP_S_BOUND);
	assert_int_equal(client_addr(f).addr.v, addr("10.0.0.101").v);
	assert_int_equal(dhcp_server_leases(f->server)->leases[0].state,
			 LEASE_DECLINED);
	assert_int_equal(f->net->events[R_DHCP_CONFLICT], 1);
}

/* RFC 2131, 3.1, step 2: the server asks before it offers. */
static void an_address_that_somebody_uses_is_not_offered(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ip_addr_add(testnet_host(f->net, SERVER),
				     testnet_netif(f->net, SERVER, 0),
				     (struct ip4_net){addr("10.0.0.100"), 24}),
			 0);
	start_server(f, 3600);
	start_client(f);
	testnet_run_ms(f->net, 15000);
	assert_state(f, DHCP_S_BOUND);
	assert_int_equal(client_addr(f).addr.v, addr("10.0.0.101").v);
	assert_int_equal(f->net->events[R_DHCP_TAKEN], 1);
	assert_int_equal(f->net->events[R_DHCP_CONFLICT], 0);
}

/* Who has a lease is not asked whether he is there. */
static void a_host_that_comes_back_is_offered_its_address_at_once(void **state)
{
	struct fixture *f = *state;

	start_server(f, 3600);
	start_client(f);
	testnet_run_ms(f->net, 10000);
	dhcp_client_stop(f->client);
	start_client(f);
	testnet_run_ms(f->net, 10000);
	assert_state(f, DHCP_S_BOUND);
	assert_int_equal(client_addr(f).addr.v, addr("10.0.0.100").v);
	assert_int_equal(f->net->events[R_DHCP_CHECK], 1);
}

/* A server that answers a DISCOVER with @lie, whatever stands in it. */
static void on_lie(void *arg, const struct dhcp_msg *m,
		   const struct udp_from *from)
{
	struct fixture *f = arg;
	struct dhcp_msg a = f->lie;

	(void)from;
	if (m->type != DHCP_DISCOVER)
		return;
	a.xid = a.xid ? a.xid : m->xid;
	a.chaddr = mac_is_zero(a.chaddr) ? m->chaddr : a.chaddr;
	assert_int_equal(
		dhcp_sock_send(&f->liar, &a, IP4_BROADCAST, DHCP_PORT_CLIENT),
		0);
}

static void open_liar(struct fixture *f, int host, uint16_t port)
{
	f->liar = (struct dhcp_sock){
		.stack = testnet_host(f->net, host),
		.netif = testnet_netif(f->net, host, 0),
		.on_msg = on_lie,
		.arg = f,
	};
	assert_int_equal(dhcp_sock_open(&f->liar, port), 0);
}

/* RFC 2131, 2: two hosts behind one MAC address, by their identifiers. */
static void a_client_is_its_identifier(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg m = {
		.op = BOOTP_REQUEST,
		.type = DHCP_DISCOVER,
		.flags = DHCP_F_BROADCAST,
		.chaddr = {{2, 1, 1, 1, 1, 1}},
		.client = {3, {0, 'a', 'b'}},
	};

	start_server(f, 3600);
	open_liar(f, CLIENT, DHCP_PORT_CLIENT);
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

static struct dhcp_msg good_offer(void)
{
	return (struct dhcp_msg){
		.op = BOOTP_REPLY,
		.type = DHCP_OFFER,
		.yiaddr = addr("10.0.0.7"),
		.mask = addr("255.255.255.0"),
		.routers = {1, {addr("10.0.0.1")}},
		.server = addr("10.0.0.1"),
		.lease_s = 600,
	};
}

static void start_liar(struct fixture *f, struct dhcp_msg lie)
{
	f->lie = lie;
	open_liar(f, SERVER, DHCP_PORT_SERVER);
	start_client(f);
	testnet_run_ms(f->net, 2000);
	dhcp_sock_close(&f->liar);
}

static void a_good_offer_is_taken(void **state)
{
	struct fixture *f = *state;

	start_liar(f, good_offer());
	assert_state(f, DHCP_S_REQUESTING);
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
	struct dhcp_msg m = good_offer();
	struct dhcp_got got;
	const char *why;

	(void)state;
	assert_int_equal(dhcp_got_read(&got, &m, &why), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		m.yiaddr = addr(rows[i].yiaddr);
		m.mask = addr(rows[i].mask);
		m.routers.v[0] = addr(rows[i].router);
		assert_int_equal(dhcp_got_read(&got, &m, &why), -EINVAL);
		assert_non_null(why);
	}
}

static void an_absurd_offer_is_counted_and_the_host_asks_on(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg lie = good_offer();

	lie.yiaddr = addr("127.0.0.1");
	start_liar(f, lie);
	assert_state(f, DHCP_S_SELECTING);
	assert_int_equal(testnet_drops(f->net, CLIENT, DROP_dhcp_absurd), 1);
}

/* HOSTILE 137: a rogue answer. */
static void an_offer_for_another_question_is_ignored(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg lie = good_offer();

	lie.xid = 1;
	start_liar(f, lie);
	assert_state(f, DHCP_S_SELECTING);
	assert_int_equal(testnet_drops(f->net, CLIENT, DROP_dhcp_unasked), 1);
}

static void an_offer_for_another_host_is_ignored(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg lie = good_offer();

	lie.chaddr = (mac_addr){{2, 9, 9, 9, 9, 9}};
	start_liar(f, lie);
	assert_state(f, DHCP_S_SELECTING);
	assert_int_equal(testnet_drops(f->net, CLIENT, DROP_dhcp_unasked), 1);
}

static void nothing_that_comes_late_moves_a_bound_host(void **state)
{
	struct fixture *f = *state;
	struct dhcp_msg late = good_offer();

	start_server(f, 3600);
	start_client(f);
	testnet_run_ms(f->net, 10000);
	late.type = DHCP_NAK;
	late.chaddr = testnet_netif(f->net, CLIENT, 0)->mac;
	dhcp_server_stop(f->server);
	f->server = NULL;
	open_liar(f, SERVER, DHCP_PORT_SERVER);
	stack_enter(f->liar.stack);
	dhcp_sock_send(&f->liar, &late, IP4_BROADCAST, DHCP_PORT_CLIENT);
	late.type = DHCP_OFFER;
	dhcp_sock_send(&f->liar, &late, IP4_BROADCAST, DHCP_PORT_CLIENT);
	stack_leave(f->liar.stack);
	testnet_run_ms(f->net, 100);
	assert_state(f, DHCP_S_BOUND);
	assert_int_equal(testnet_drops(f->net, CLIENT, DROP_dhcp_unasked), 2);
}

/* HOSTILE 138: made-up hosts ask for all there is, and take nothing. */
static void who_only_asks_does_not_keep_others_from_the_pool(void **state)
{
	struct fixture *f = *state;
	struct dhcp_sock *crowd = &f->liar;
	struct dhcp_msg m = {.op = BOOTP_REQUEST, .type = DHCP_DISCOVER};

	start_server(f, 3600);
	*crowd = (struct dhcp_sock){
		.stack = testnet_host(f->net, CLIENT),
		.netif = testnet_netif(f->net, CLIENT, 0),
		.on_msg = on_lie,
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
	start_client(f);
	testnet_run_ms(f->net, 100);
	assert_state(f, DHCP_S_CHECKING);
}

/* A made-up host asks, as if a switch had marked where it is. */
static void ask_from_port(struct fixture *f, uint8_t host, const char *port)
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
	struct fixture *f = *state;
	const struct lease_table *t;
	uint8_t i;

	start_server_that(f, 3600, true);
	f->liar = (struct dhcp_sock){
		.stack = testnet_host(f->net, CLIENT),
		.netif = testnet_netif(f->net, CLIENT, 0),
		.on_msg = on_lie,
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

static void an_offer_that_is_not_taken_is_free_after_ten_seconds(void **state)
{
	struct fixture *f = *state;
	const struct lease_table *t;

	f->net->drop_nth[CLIENT] = 2; /* the REQUEST */
	start_server(f, 3600);
	start_client(f);
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
	struct fixture *f = *state;
	struct netif *netif = testnet_netif(f->net, CLIENT, 0);

	netif->mac = (mac_addr){{2, 0, 0, 0, 0, 99}};
	start_server(f, 3600);
	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT), netif,
					   &cfg, &f->client),
			 0);
	testnet_run_ms(f->net, 10000);
	assert_state(f, DHCP_S_BOUND);
	assert_int_equal(client_addr(f).addr.v, addr("10.0.0.50").v);
}

static void bootp_from_a_stranger_gets_nothing(void **state)
{
	const struct dhcp_client_config cfg = {.is_bootp = true};
	struct fixture *f = *state;

	start_server(f, 3600);
	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT),
					   testnet_netif(f->net, CLIENT, 0),
					   &cfg, &f->client),
			 0);
	testnet_run_ms(f->net, 10000);
	assert_state(f, DHCP_S_SELECTING);
	assert_true(testnet_drops(f->net, SERVER, DROP_dhcp_none) > 0);
}

/* RFC 2131, 3.2: a host that was switched off remembers. */
static void on_told(void *arg, const struct dhcp_msg *told)
{
	struct fixture *f = arg;

	f->lie = *told;
}

/* RFC 2131, 3.4 and 4.3.5 */
static void a_host_with_an_address_asks_for_the_rest(void **state)
{
	struct fixture *f = *state;
	struct stack *stack = testnet_host(f->net, CLIENT);
	struct netif *netif = testnet_netif(f->net, CLIENT, 0);
	struct dhcp_inform *inform;

	assert_int_equal(dhcp_inform_start(stack, netif, on_told, f, &inform),
			 -EADDRNOTAVAIL);
	assert_int_equal(ip_addr_add(stack, netif,
				     (struct ip4_net){addr("10.0.0.9"), 24}),
			 0);
	assert_int_equal(dhcp_inform_start(stack, netif, on_told, f, &inform),
			 0);
	testnet_run_ms(f->net, 2000);
	start_server(f, 3600); /* it is switched on later */
	testnet_run_ms(f->net, 10000);
	dhcp_inform_stop(inform);
	assert_int_equal(f->lie.type, DHCP_ACK);
	assert_int_equal(f->lie.dns.v[0].v, addr("10.0.0.53").v);
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
	struct dhcp_client_config cfg = {.previous = addr("10.0.0.100")};
	struct fixture *f = *state;

	start_server(f, 3600);
	start_client(f);
	testnet_run_ms(f->net, 10000);
	dhcp_client_stop(f->client);
	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT),
					   testnet_netif(f->net, CLIENT, 0),
					   &cfg, &f->client),
			 0);
	assert_state(f, DHCP_S_INIT_REBOOT);
	testnet_run_ms(f->net, 10000);
	assert_state(f, DHCP_S_BOUND);
	assert_int_equal(client_addr(f).addr.v, addr("10.0.0.100").v);
}

static void an_address_of_another_network_is_refused_at_once(void **state)
{
	struct dhcp_client_config cfg = {.previous = addr("192.0.2.9")};
	struct fixture *f = *state;

	start_server(f, 3600);
	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT),
					   testnet_netif(f->net, CLIENT, 0),
					   &cfg, &f->client),
			 0);
	testnet_run_ms(f->net, 500);
	assert_state(f, DHCP_S_INIT);
	testnet_run_ms(f->net, 12000);
	assert_state(f, DHCP_S_BOUND);
	assert_int_equal(client_addr(f).addr.v, addr("10.0.0.100").v);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_host_gets_address_router_and_time),
		T(half_of_a_lease_is_enough_to_renew_it),
		T(an_address_is_given_up_when_the_lease_is_over),
		T(an_address_given_back_is_free),
		T(an_address_that_a_neighbour_has_is_declined),
		T(an_address_that_somebody_uses_is_not_offered),
		T(a_host_that_comes_back_is_offered_its_address_at_once),
		T(a_client_is_its_identifier),
		T(a_good_offer_is_taken),
		T(absurd_assignments_are_refused),
		T(an_absurd_offer_is_counted_and_the_host_asks_on),
		T(an_offer_for_another_question_is_ignored),
		T(an_offer_for_another_host_is_ignored),
		T(nothing_that_comes_late_moves_a_bound_host),
		T(who_only_asks_does_not_keep_others_from_the_pool),
		T(a_port_of_a_switch_has_its_share),
		T(an_offer_that_is_not_taken_is_free_after_ten_seconds),
		T(bootp_is_answered_for_hosts_that_are_known),
		T(bootp_from_a_stranger_gets_nothing),
		T(a_host_with_an_address_asks_for_the_rest),
		T(a_remembered_address_is_asked_for_again),
		T(an_address_of_another_network_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
