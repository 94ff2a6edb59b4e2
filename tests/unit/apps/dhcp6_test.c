// SPDX-License-Identifier: MIT
/* dhcp6_test.c - a host gets an IPv6 address, keeps it, and is not fooled */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/dhcp6_client.h"
#include "apps/dhcp6_relay.h"
#include "apps/dhcp6_rt.h"
#include "apps/dhcp6_server.h"
#include "apps/dhcp_sock.h"
#include "lan6.h"

/* client, server (fd00:1::2 gives ::100 to ::103) and a neighbour on a switch */
struct fixture {
	struct lan6 l;
	struct host *client_host, *server_host, *other;
	struct dhcp6_client *client;
	struct dhcp6_server *server, *second;
	struct dhcp6_relay_agent *relays[2];
	struct dhcp_sock liar;
	struct dhcp6_msg heard;
	struct dhcp6_got got;
	bool has_got;
};

static void give_address(struct host *h, uint32_t index, const char *text)
{
	const struct ip6_addr_conf conf = {
		.net = {lan6_addr(text), 64},
		.no_dad = true,
	};

	assert_int_equal(
		ip6_addr_add_conf(&h->stack, lan6_netif(h, index), &conf), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	lan6_init(&f->l, 7);
	f->client_host = lan6_host(&f->l, "client");
	f->server_host = lan6_host(&f->l, "server");
	f->other = lan6_host(&f->l, "other");
	give_address(f->server_host, 1, "fd00:1::2");
	lan6_run(&f->l, 3000);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dhcp6_client_stop(f->client);
	dhcp6_server_stop(f->server);
	dhcp6_server_stop(f->second);
	dhcp6_relay_stop(f->relays[0]);
	dhcp6_relay_stop(f->relays[1]);
	dhcp_sock_close(&f->liar);
	lan6_fini(&f->l);
	free(f);
	return 0;
}

static struct dhcp6_server_config usual(const struct dhcp6_pool *pool)
{
	return (struct dhcp6_server_config){
		.pools = pool,
		.pool_count = 1,
		.lease_s = 1000,
		.dns = {lan6_addr("fd00:1::53")},
		.dns_count = 1,
		.domain = "home.test",
	};
}

static struct dhcp6_pool pool_of(const char *net, const char *from)
{
	return (struct dhcp6_pool){lan6_net(net), lan6_addr(from), 4};
}

static void start_server(struct fixture *f)
{
	const struct dhcp6_pool pool = pool_of("fd00:1::/64", "fd00:1::100");
	struct dhcp6_server_config cfg = usual(&pool);

	cfg.is_rapid = true;
	assert_int_equal(dhcp6_server_start(&f->server_host->stack,
					    lan6_netif(f->server_host, 1), &cfg,
					    &f->server),
			 0);
}

static void on_change(void *arg, const struct dhcp6_got *got)
{
	struct fixture *f = arg;

	f->has_got = got;
	if (got)
		f->got = *got;
}

static void start_client(struct fixture *f, bool is_rapid, bool is_stateless)
{
	const struct dhcp6_client_config cfg = {
		.is_rapid = is_rapid,
		.is_stateless = is_stateless,
		.on_change = on_change,
		.arg = f,
	};

	assert_int_equal(dhcp6_client_start(&f->client_host->stack,
					    lan6_netif(f->client_host, 1), &cfg,
					    &f->client),
			 0);
}

static void assert_state(struct fixture *f, enum dhcp6_state want)
{
	assert_string_equal(dhcp6_state_name(dhcp6_client_state(f->client)),
			    dhcp6_state_name(want));
}

static void assert_address(struct fixture *f, const char *want)
{
	const struct ip6_addr_info *a =
		lan6_find(f->client_host, IP6_FROM_DHCP, 0);
	char text[IP6_TEXT];

	if (!want) {
		assert_null(a);
		return;
	}
	assert_non_null(a);
	assert_int_equal(a->state, IP6_PREFERRED);
	assert_string_equal(ip6_print(a->net.addr, text), want);
}

static enum lease_state lease_state(struct fixture *f, size_t i)
{
	return dhcp6_server_leases(f->server, 0)->leases[i].state;
}

static uint64_t drops(struct host *h, enum drop why)
{
	return h->stack.place.drops[why];
}

/* RFC 8415, 5.2 */
static void a_host_gets_an_address_in_four_messages(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	assert_state(f, DHCP6_S_BOUND);
	assert_address(f, "fd00:1::100");
	assert_int_equal(f->l.events[R_DHCP6_ASK], 2);
	assert_int_equal(f->l.events[R_DHCP6_ANSWER], 2);
	assert_int_equal(lease_state(f, 0), LEASE_LEASED);
	assert_true(f->has_got);
	assert_true(ip6_eq(f->got.dns[0], lan6_addr("fd00:1::53")));
	assert_string_equal(f->got.domain[0], "home.test");
}

/* RFC 8415, 5.1 and 18.2.10.1 */
static void two_messages_will_do(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, true, false);
	lan6_run(&f->l, 6000);
	assert_state(f, DHCP6_S_BOUND);
	assert_int_equal(f->l.events[R_DHCP6_ASK], 1);
	assert_int_equal(f->l.events[R_DHCP6_ANSWER], 1);
}

/* RFC 8415, 6.1 */
static void a_host_with_an_address_asks_for_the_rest(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, true);
	lan6_run(&f->l, 6000);
	assert_state(f, DHCP6_S_INFORMED);
	assert_address(f, NULL);
	assert_true(ip6_eq(f->got.dns[0], lan6_addr("fd00:1::53")));
	assert_int_equal(lease_state(f, 0), LEASE_FREE);
	lan6_run(&f->l, UINT64_C(86500) * 1000); /* and a day later again */
	assert_int_equal(f->l.events[R_DHCP6_INFO], 2);
}

/* RFC 8415, 18.2.4 */
static void half_of_a_lease_is_enough_to_renew_it(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 5000000);
	assert_state(f, DHCP6_S_BOUND);
	assert_address(f, "fd00:1::100");
	assert_true(f->l.events[R_DHCP6_BOUND] >= 9);
	assert_int_equal(f->l.events[R_DHCP6_LOST], 0);
}

/* RFC 8415, 18.2.5 */
static void an_address_is_given_up_when_the_lease_is_over(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	f->server = NULL;
	lan6_run(&f->l, 700000);
	assert_state(f, DHCP6_S_RENEWING);
	lan6_run(&f->l, 200000);
	assert_state(f, DHCP6_S_REBINDING);
	assert_address(f, "fd00:1::100");
	lan6_run(&f->l, 110000);
	assert_state(f, DHCP6_S_SOLICITING);
	assert_address(f, NULL);
	assert_false(f->has_got);
}

/* RFC 8415, 18.3.5: any server that knows the lease may answer. */
static void another_server_may_extend_the_lease(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	lan6_netif(f->server_host, 1)->mac.o[5] ^= 0x40; /* not the same one */
	start_server(f);
	lan6_run(&f->l, 520000);
	assert_state(f, DHCP6_S_RENEWING);
	lan6_run(&f->l, 300000);
	assert_state(f, DHCP6_S_REBINDING); /* it knows nothing: silent */
	assert_true(drops(f->server_host, DROP_dhcp_unasked) > 0);
}

/* RFC 8415, 18.2.10.1: NoBinding. */
static void a_server_that_has_forgotten_is_asked_again(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	start_server(f);
	lan6_run(&f->l, 510000);
	assert_state(f, DHCP6_S_BOUND);
	assert_address(f, "fd00:1::100");
	assert_int_equal(f->l.events[R_DHCP6_LOST], 0);
	assert_int_equal(lease_state(f, 0), LEASE_LEASED);
}

/* RFC 8415, 18.2.7 */
static void an_address_given_back_is_free(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_client_release(f->client);
	lan6_run(&f->l, 100);
	assert_address(f, NULL);
	assert_state(f, DHCP6_S_INIT);
	assert_int_equal(lease_state(f, 0), LEASE_FREE);
	lan6_run(&f->l, 100000);
	assert_state(f, DHCP6_S_INIT);
}

static void who_gives_back_to_nobody_stops_asking(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	f->server = NULL;
	f->l.events[R_DHCP6_ASK] = 0;
	dhcp6_client_release(f->client);
	lan6_run(&f->l, 100000);
	assert_state(f, DHCP6_S_INIT);
	assert_int_equal(f->l.events[R_DHCP6_ASK], 4); /* REL_MAX_RC */
}

/* RFC 8415, 18.2.8 */
static void an_address_that_a_neighbour_has_is_declined(void **state)
{
	struct fixture *f = *state;

	give_address(f->other, 1, "fd00:1::100");
	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 30000);
	assert_state(f, DHCP6_S_BOUND);
	assert_address(f, "fd00:1::101");
	assert_int_equal(f->l.events[R_DHCP6_CONFLICT], 1);
	assert_int_equal(lease_state(f, 0), LEASE_DECLINED);
	lan6_run(&f->l, 600000);
	assert_int_equal(lease_state(f, 0), LEASE_FREE);
}

/* RFC 8415, 18.2.3 */
static void the_same_link_confirms_an_address(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_client_confirm(f->client);
	assert_state(f, DHCP6_S_CONFIRMING);
	lan6_run(&f->l, 100);
	assert_state(f, DHCP6_S_BOUND);
	assert_int_equal(f->l.events[R_DHCP6_LOST], 0);
}

static void where_nobody_confirms_the_address_is_used_on(void **state)
{
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	f->server = NULL;
	dhcp6_client_confirm(f->client);
	lan6_run(&f->l, 9000);
	assert_state(f, DHCP6_S_CONFIRMING);
	lan6_run(&f->l, 2000); /* CNF_MAX_RD */
	assert_state(f, DHCP6_S_BOUND);
}

static void another_link_takes_the_address_away(void **state)
{
	const struct dhcp6_pool pool = pool_of("fd00:9::/64", "fd00:9::100");
	const struct dhcp6_server_config cfg = usual(&pool);
	struct fixture *f = *state;

	start_server(f);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	f->server = NULL;
	give_address(f->other, 1, "fd00:9::2");
	assert_int_equal(dhcp6_server_start(&f->other->stack,
					    lan6_netif(f->other, 1), &cfg,
					    &f->second),
			 0);
	dhcp6_client_confirm(f->client);
	lan6_run(&f->l, 8000);
	assert_state(f, DHCP6_S_BOUND);
	assert_address(f, "fd00:9::100");
	assert_int_equal(f->l.events[R_DHCP6_LOST], 1);
}

/* RFC 8415, 18.2.1 */
static void the_server_that_is_preferred_is_taken(void **state)
{
	const struct dhcp6_pool pool = pool_of("fd00:1::/64", "fd00:1::200");
	struct dhcp6_server_config cfg = usual(&pool);
	struct fixture *f = *state;

	give_address(f->other, 1, "fd00:1::3");
	cfg.preference = 7;
	start_server(f);
	assert_int_equal(dhcp6_server_start(&f->other->stack,
					    lan6_netif(f->other, 1), &cfg,
					    &f->second),
			 0);
	start_client(f, false, false);
	lan6_run(&f->l, 6000);
	assert_address(f, "fd00:1::200");
}

/* HOSTILE 138: made-up hosts ask for all there is, and take nothing. */
static void who_only_asks_does_not_keep_others_from_the_pool(void **state)
{
	struct fixture *f = *state;
	struct dhcp6_msg m = {.type = DHCP6_SOLICIT, .ia_count = 1};
	uint8_t buf[DHCP6_LEN_MAX];

	start_server(f);
	f->liar = (struct dhcp_sock){
		.stack = &f->other->stack,
		.netif = lan6_netif(f->other, 1),
		.family = IP_V6,
	};
	assert_int_equal(dhcp_sock_open(&f->liar, 1546), 0);
	for (uint32_t i = 1; i <= 10000; i++) {
		m.client = dhcp6_duid_llt((mac_addr){{2, 1, 1, 1, 1, 1}}, i);
		stack_enter(f->liar.stack);
		dhcp_sock_put(&f->liar, buf, dhcp6_emit(buf, sizeof(buf), &m),
			      ip_addr_v6(IP6_ALL_DHCP), DHCP6_PORT_SERVER);
		stack_leave(f->liar.stack);
		if (i % 50 == 0)
			lan6_run(&f->l, 10);
	}
	lan6_run(&f->l, 1000);
	start_client(f, false, false);
	lan6_run(&f->l, 5000);
	assert_state(f, DHCP6_S_BOUND);
}

/*
 * A server that lies.
 */

static void on_octets(void *arg, uint8_t *buf, size_t len,
		      const struct udp_from *from)
{
	struct fixture *f = arg;
	struct dhcp6_msg m;

	(void)from;
	assert_int_equal(dhcp6_parse(&m, buf, len), len);
	f->heard = m;
}

static void open_liar(struct fixture *f, uint16_t port)
{
	f->liar = (struct dhcp_sock){
		.stack = &f->other->stack,
		.netif = lan6_netif(f->other, 1),
		.family = IP_V6,
		.on_octets = on_octets,
		.arg = f,
	};
	assert_int_equal(dhcp_sock_open(&f->liar, port), 0);
	assert_int_equal(
		ip6_group_add(f->liar.stack, f->liar.netif, IP6_ALL_DHCP), 0);
}

static void say(struct fixture *f, const struct dhcp6_msg *m, ip6_addr to,
		uint16_t port)
{
	uint8_t buf[DHCP6_LEN_MAX];

	stack_enter(f->liar.stack);
	assert_int_equal(dhcp_sock_put(&f->liar, buf,
				       dhcp6_emit(buf, sizeof(buf), m),
				       ip_addr_v6(to), port),
			 0);
	stack_leave(f->liar.stack);
	lan6_run(&f->l, 50);
}

static struct dhcp6_msg good_offer(const struct fixture *f)
{
	return (struct dhcp6_msg){
		.type = DHCP6_ADVERTISE,
		.xid = f->heard.xid,
		.client = f->heard.client,
		.server = dhcp6_duid_ll((mac_addr){{2, 6, 6, 6, 6, 6}}),
		.has_preference = true,
		.preference = 255,
		.ia_count = 1,
		.ia = {{.id = f->heard.ia[0].id,
			.count = 1,
			.addr = {{lan6_addr("fd00:1::66"), 60, 100, false,
				  0}}}},
	};
}

static void assert_lie_fails(struct fixture *f, const struct dhcp6_msg *lie,
			     enum drop why)
{
	uint64_t before = drops(f->client_host, why);

	say(f, lie, lan6_link_local(f->client_host), DHCP6_PORT_CLIENT);
	assert_int_equal(drops(f->client_host, why), before + 1);
	assert_state(f, DHCP6_S_SOLICITING);
}

/* HOSTILE 135 and 137; RFC 8415, 16.3 */
static void answers_that_are_not_ours_or_absurd_are_refused(void **state)
{
	struct fixture *f = *state;
	struct dhcp6_msg lie;

	open_liar(f, DHCP6_PORT_SERVER);
	start_client(f, false, false);
	lan6_run(&f->l, 2500);
	assert_int_equal(f->heard.type, DHCP6_SOLICIT);
	lie = good_offer(f);
	lie.xid ^= 1;
	assert_lie_fails(f, &lie, DROP_dhcp_unasked);
	lie = good_offer(f);
	lie.client.v[9] ^= 1;
	assert_lie_fails(f, &lie, DROP_dhcp_unasked);
	lie = good_offer(f);
	lie.server.len = 0;
	assert_lie_fails(f, &lie, DROP_dhcp_unasked);
	lie = good_offer(f);
	lie.type = DHCP6_REPLY; /* in two messages: nobody asked for that */
	assert_lie_fails(f, &lie, DROP_dhcp_unasked);
	lie = good_offer(f);
	lie.ia[0].addr[0].addr = lan6_addr("ff02::1");
	assert_lie_fails(f, &lie, DROP_dhcp_absurd);
	lie.ia[0].addr[0].addr = lan6_addr("::1");
	assert_lie_fails(f, &lie, DROP_dhcp_absurd);
	lie = good_offer(f);
	lie.ia[0].addr[0].preferred_s = 101;
	assert_lie_fails(f, &lie, DROP_dhcp_absurd);
	lie = good_offer(f);
	lie.ia[0].t1_s = 90;
	lie.ia[0].t2_s = 80;
	assert_lie_fails(f, &lie, DROP_dhcp_absurd);
	lie = good_offer(f);
	lie.ia[0].id++;
	assert_lie_fails(f, &lie, DROP_dhcp_absurd);
	lie = good_offer(f);
	say(f, &lie, lan6_link_local(f->client_host), DHCP6_PORT_CLIENT);
	assert_state(f, DHCP6_S_REQUESTING); /* the good one is taken */
}

/* RFC 8415, 18.4: what is for the group is not for us alone. */
static void who_asks_one_server_alone_is_told_so(void **state)
{
	struct fixture *f = *state;
	struct dhcp6_msg m = {
		.type = DHCP6_REQUEST,
		.xid = 5,
		.client = dhcp6_duid_ll((mac_addr){{2, 5, 5, 5, 5, 5}}),
		.ia_count = 1,
	};

	start_server(f);
	open_liar(f, DHCP6_PORT_CLIENT);
	m.server = dhcp6_duid_ll(lan6_netif(f->server_host, 1)->mac);
	say(f, &m, lan6_link_local(f->server_host), DHCP6_PORT_SERVER);
	assert_int_equal(f->heard.type, DHCP6_REPLY);
	assert_int_equal(f->heard.status, DHCP6_USE_MULTICAST);
	assert_int_equal(lease_state(f, 0), LEASE_FREE);
	m.type = DHCP6_SOLICIT;
	m.server.len = 0;
	say(f, &m, lan6_link_local(f->server_host), DHCP6_PORT_SERVER);
	assert_int_equal(drops(f->server_host, DROP_dhcp_unasked), 1);
}

/* RFC 8415, 16 */
static void questions_with_too_much_or_too_little_are_refused(void **state)
{
	const struct dhcp6_duid who =
		dhcp6_duid_ll((mac_addr){{2, 5, 5, 5, 5, 5}});
	const struct dhcp6_msg bad[] = {
		{.type = DHCP6_SOLICIT, .ia_count = 1},
		{.type = DHCP6_SOLICIT, .client = who, .server = who},
		{.type = DHCP6_REQUEST, .client = who},
		{.type = DHCP6_REQUEST, .client = who, .server = who},
		{.type = DHCP6_REBIND, .client = who, .server = who},
		{.type = DHCP6_INFORMATION, .ia_count = 1},
		{.type = DHCP6_ADVERTISE, .client = who, .server = who},
		{.type = DHCP6_RECONFIGURE, .client = who, .server = who},
	};
	struct fixture *f = *state;

	start_server(f);
	open_liar(f, DHCP6_PORT_CLIENT);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		say(f, &bad[i], IP6_ALL_DHCP, DHCP6_PORT_SERVER);
		assert_int_equal(drops(f->server_host, DROP_dhcp_unasked),
				 i + 1);
	}
	assert_int_equal(f->heard.type, 0);
}

/*
 * Relays.
 */

/* client on the first switch, @r -- server on a second one, fd00:2::2 */
static struct host *far_server(struct fixture *f, struct vswitch *sw)
{
	const struct dhcp6_pool pool = pool_of("fd00:1::/64", "fd00:1::100");
	const struct dhcp6_server_config cfg = usual(&pool);
	const struct ip6_route all = {.gateway = lan6_addr("fd00:2::1")};
	struct host *h = world_add_host(f->l.w, "far");

	lan6_port(&f->l, h, sw);
	give_address(h, 1, "fd00:2::2");
	assert_int_equal(ip6_route_add(&h->stack, &all), 0);
	assert_int_equal(dhcp6_server_start(&h->stack, lan6_netif(h, 1), &cfg,
					    &f->server),
			 0);
	return h;
}

static struct host *relay_between(struct fixture *f, const char *name,
				  struct vswitch *in, struct vswitch *out)
{
	struct host *r = world_add_router(f->l.w, name);

	lan6_port(&f->l, r, in);
	lan6_port(&f->l, r, out);
	return r;
}

static void start_relay(struct fixture *f, int i, struct host *r,
			const char *server, bool is_trusting)
{
	const ip6_addr servers[] = {lan6_addr(server)};
	const struct netif *const trusted[] = {lan6_netif(r, 1)};
	const struct dhcp6_relay_config cfg = {
		.servers = servers,
		.count = 1,
		.trusted = trusted,
		.trusted_count = is_trusting,
	};

	assert_int_equal(dhcp6_relay_start(&r->stack, &cfg, &f->relays[i]), 0);
}

/* RFC 8415, 19 */
static void a_host_gets_an_address_through_a_relay(void **state)
{
	struct fixture *f = *state;
	struct vswitch *sw = world_add_switch(f->l.w, "sw2");
	struct host *r = relay_between(f, "router", NULL, sw);

	give_address(r, 1, "fd00:1::1");
	give_address(r, 2, "fd00:2::1");
	far_server(f, sw);
	start_relay(f, 0, r, "fd00:2::2", false);
	lan6_run(&f->l, 3000);
	start_client(f, false, false);
	lan6_run(&f->l, 8000);
	assert_state(f, DHCP6_S_BOUND);
	assert_address(f, "fd00:1::100");
	assert_int_equal(f->l.events[R_DHCP6_RELAY], 4);
}

static void two_relays_are_two_envelopes(void **state)
{
	struct fixture *f = *state;
	struct vswitch *mid = world_add_switch(f->l.w, "sw2");
	struct vswitch *sw = world_add_switch(f->l.w, "sw3");
	struct host *near = relay_between(f, "near", NULL, mid);
	struct host *next = relay_between(f, "next", mid, sw);

	give_address(near, 1, "fd00:1::1");
	give_address(near, 2, "fd00:3::1");
	give_address(next, 1, "fd00:3::2");
	give_address(next, 2, "fd00:2::1");
	far_server(f, sw);
	start_relay(f, 0, near, "fd00:3::2", false);
	start_relay(f, 1, next, "fd00:2::2", true);
	lan6_run(&f->l, 3000);
	start_client(f, false, false);
	lan6_run(&f->l, 8000);
	assert_state(f, DHCP6_S_BOUND);
	assert_address(f, "fd00:1::100");
	assert_int_equal(f->l.events[R_DHCP6_RELAY], 8);
}

static void a_client_that_plays_relay_is_refused(void **state)
{
	static const uint8_t solicit[] = {DHCP6_SOLICIT, 0, 0, 1};
	const struct dhcp6_relay env = {
		.type = DHCP6_RELAY_FORW,
		.link = lan6_addr("fd00:7::1"),
		.peer = lan6_addr("fe80::7"),
		.inner = solicit,
		.inner_len = sizeof(solicit),
	};
	struct fixture *f = *state;
	struct vswitch *sw = world_add_switch(f->l.w, "sw2");
	struct host *r = relay_between(f, "router", NULL, sw);
	uint8_t buf[200];

	give_address(r, 1, "fd00:1::1");
	give_address(r, 2, "fd00:2::1");
	start_relay(f, 0, r, "fd00:2::2", false);
	lan6_run(&f->l, 3000);
	open_liar(f, DHCP6_PORT_CLIENT);
	stack_enter(f->liar.stack);
	dhcp_sock_put(&f->liar, buf, dhcp6_relay_emit(buf, sizeof(buf), &env),
		      ip_addr_v6(IP6_ALL_DHCP), DHCP6_PORT_SERVER);
	stack_leave(f->liar.stack);
	lan6_run(&f->l, 100);
	assert_int_equal(drops(r, DROP_dhcp_spoofed), 1);
	assert_int_equal(f->l.events[R_DHCP6_RELAY], 0);
}

/* An envelope in an envelope, and so on: RFC 8415, 7.6, HOP_COUNT_LIMIT. */
static void too_many_envelopes_are_not_opened(void **state)
{
	uint8_t buf[DHCP6_LEN_MAX] = {DHCP6_SOLICIT}, inner[DHCP6_LEN_MAX];
	struct fixture *f = *state;
	size_t len = 4;

	start_server(f);
	for (int i = 0; i < DHCP6_HOPS_MAX + 2; i++) {
		struct dhcp6_relay env = {
			.type = DHCP6_RELAY_FORW,
			.inner = inner,
			.inner_len = len,
		};

		memcpy(inner, buf, len);
		len = dhcp6_relay_emit(buf, sizeof(buf), &env);
	}
	open_liar(f, DHCP6_PORT_CLIENT);
	stack_enter(f->liar.stack);
	dhcp_sock_put(&f->liar, buf, len, ip_addr_v6(IP6_ALL_DHCP),
		      DHCP6_PORT_SERVER);
	stack_leave(f->liar.stack);
	lan6_run(&f->l, 100);
	assert_int_equal(drops(f->server_host, DROP_dhcp_hops), 1);
}

/*
 * RFC 8415, 15
 */

static void questions_come_ever_more_seldom(void **state)
{
	static const struct dhcp6_rt_rule rule = {1000, 30000, 10, 0, true};
	struct fixture *f = *state;
	struct stack *stack = &f->client_host->stack;
	uint64_t last = 500 * NS_PER_MS;
	struct dhcp6_rt rt;

	dhcp6_rt_begin(&rt, &rule, stack_now(stack), UINT64_MAX);
	for (int i = 0; i < 10; i++) {
		uint64_t ns = dhcp6_rt_next(&rt, stack);

		assert_true(ns <= 33 * NS_PER_S);
		if (i == 0)
			assert_true(ns > NS_PER_S && ns <= 11 * NS_PER_S / 10);
		else if (i < 5)
			assert_true(ns * 10 >= last * 19 &&
				    ns * 10 <= last * 21);
		else if (i > 6)
			assert_true(ns >= 27 * NS_PER_S);
		assert_int_equal(dhcp6_rt_is_over(&rt, stack_now(stack)),
				 i == 9);
		last = ns;
	}
}

static void a_question_with_an_end_does_not_wait_beyond_it(void **state)
{
	static const struct dhcp6_rt_rule rule = {1000, 4000, 0, 10000, false};
	struct fixture *f = *state;
	struct stack *stack = &f->client_host->stack;
	struct dhcp6_rt rt;

	dhcp6_rt_begin(&rt, &rule, stack_now(stack),
		       stack_now(stack) + 500 * NS_PER_MS);
	assert_int_equal(dhcp6_rt_next(&rt, stack), 500 * NS_PER_MS);
	assert_true(dhcp6_rt_is_over(&rt, stack_now(stack) + 500 * NS_PER_MS));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_host_gets_an_address_in_four_messages),
		T(two_messages_will_do),
		T(a_host_with_an_address_asks_for_the_rest),
		T(half_of_a_lease_is_enough_to_renew_it),
		T(an_address_is_given_up_when_the_lease_is_over),
		T(another_server_may_extend_the_lease),
		T(a_server_that_has_forgotten_is_asked_again),
		T(an_address_given_back_is_free),
		T(who_gives_back_to_nobody_stops_asking),
		T(an_address_that_a_neighbour_has_is_declined),
		T(the_same_link_confirms_an_address),
		T(where_nobody_confirms_the_address_is_used_on),
		T(another_link_takes_the_address_away),
		T(the_server_that_is_preferred_is_taken),
		T(who_only_asks_does_not_keep_others_from_the_pool),
		T(answers_that_are_not_ours_or_absurd_are_refused),
		T(who_asks_one_server_alone_is_told_so),
		T(questions_with_too_much_or_too_little_are_refused),
		T(a_host_gets_an_address_through_a_relay),
		T(two_relays_are_two_envelopes),
		T(a_client_that_plays_relay_is_refused),
		T(too_many_envelopes_are_not_opened),
		T(questions_come_ever_more_seldom),
		T(a_question_with_an_end_does_not_wait_beyond_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
