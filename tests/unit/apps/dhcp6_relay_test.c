// SPDX-License-Identifier: MIT
/* dhcp6_relay_test.c - DHCPv6 through relays, and who plays one */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dhcp6net.h"

/*
 * Relays.
 */

/* client on the first switch, @r -- server on a second one, fd00:2::2 */
static struct host *far_server(struct dhcp6net *f, struct vswitch *sw)
{
	const struct dhcp6_pool pool =
		dhcp6net_pool_of("fd00:1::/64", "fd00:1::100");
	const struct dhcp6_server_config cfg = dhcp6net_usual(&pool);
	const struct ip6_route all = {.gateway = lan6_addr("fd00:2::1")};
	struct host *h = world_add_host(f->l.w, "far");

	lan6_port(&f->l, h, sw);
	dhcp6net_give_address(h, 1, "fd00:2::2");
	assert_int_equal(ip6_route_add(&h->stack, &all), 0);
	assert_int_equal(dhcp6_server_start(&h->stack, lan6_netif(h, 1), &cfg,
					    &f->server),
			 0);
	return h;
}

static struct host *relay_between(struct dhcp6net *f, const char *name,
				  struct vswitch *in, struct vswitch *out)
{
	struct host *r = world_add_router(f->l.w, name);

	lan6_port(&f->l, r, in);
	lan6_port(&f->l, r, out);
	return r;
}

static void start_relay(struct dhcp6net *f, int i, struct host *r,
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
	struct dhcp6net *f = *state;
	struct vswitch *sw = world_add_switch(f->l.w, "sw2");
	struct host *r = relay_between(f, "router", NULL, sw);

	dhcp6net_give_address(r, 1, "fd00:1::1");
	dhcp6net_give_address(r, 2, "fd00:2::1");
	far_server(f, sw);
	start_relay(f, 0, r, "fd00:2::2", false);
	lan6_run(&f->l, 3000);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 8000);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
	dhcp6net_assert_address(f, "fd00:1::100");
	assert_int_equal(f->l.events[R_DHCP6_RELAY], 4);
}

static void two_relays_are_two_envelopes(void **state)
{
	struct dhcp6net *f = *state;
	struct vswitch *mid = world_add_switch(f->l.w, "sw2");
	struct vswitch *sw = world_add_switch(f->l.w, "sw3");
	struct host *near = relay_between(f, "near", NULL, mid);
	struct host *next = relay_between(f, "next", mid, sw);

	dhcp6net_give_address(near, 1, "fd00:1::1");
	dhcp6net_give_address(near, 2, "fd00:3::1");
	dhcp6net_give_address(next, 1, "fd00:3::2");
	dhcp6net_give_address(next, 2, "fd00:2::1");
	far_server(f, sw);
	start_relay(f, 0, near, "fd00:3::2", false);
	start_relay(f, 1, next, "fd00:2::2", true);
	lan6_run(&f->l, 3000);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 8000);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
	dhcp6net_assert_address(f, "fd00:1::100");
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
	struct dhcp6net *f = *state;
	struct vswitch *sw = world_add_switch(f->l.w, "sw2");
	struct host *r = relay_between(f, "router", NULL, sw);
	uint8_t buf[200];

	dhcp6net_give_address(r, 1, "fd00:1::1");
	dhcp6net_give_address(r, 2, "fd00:2::1");
	start_relay(f, 0, r, "fd00:2::2", false);
	lan6_run(&f->l, 3000);
	dhcp6net_open_liar(f, DHCP6_PORT_CLIENT);
	stack_enter(f->liar.stack);
	dhcp_sock_put(&f->liar, buf, dhcp6_relay_emit(buf, sizeof(buf), &env),
		      ip_addr_v6(IP6_ALL_DHCP), DHCP6_PORT_SERVER);
	stack_leave(f->liar.stack);
	lan6_run(&f->l, 100);
	assert_int_equal(dhcp6net_drops(r, DROP_dhcp_spoofed), 1);
	assert_int_equal(f->l.events[R_DHCP6_RELAY], 0);
}

/* An envelope in an envelope, and so on: RFC 8415, 7.6, HOP_COUNT_LIMIT. */
static void too_many_envelopes_are_not_opened(void **state)
{
	uint8_t buf[DHCP6_LEN_MAX] = {DHCP6_SOLICIT}, inner[DHCP6_LEN_MAX];
	struct dhcp6net *f = *state;
	size_t len = 4;

	dhcp6net_start_server(f);
	for (int i = 0; i < DHCP6_HOPS_MAX + 2; i++) {
		struct dhcp6_relay env = {
			.type = DHCP6_RELAY_FORW,
			.inner = inner,
			.inner_len = len,
		};

		memcpy(inner, buf, len);
		len = dhcp6_relay_emit(buf, sizeof(buf), &env);
	}
	dhcp6net_open_liar(f, DHCP6_PORT_CLIENT);
	stack_enter(f->liar.stack);
	dhcp_sock_put(&f->liar, buf, len, ip_addr_v6(IP6_ALL_DHCP),
		      DHCP6_PORT_SERVER);
	stack_leave(f->liar.stack);
	lan6_run(&f->l, 100);
	assert_int_equal(dhcp6net_drops(f->server_host, DROP_dhcp_hops), 1);
}

int main(void)
{
#define T(f) \
	cmocka_unit_test_setup_teardown(f, dhcp6net_setup, dhcp6net_teardown)
	const struct CMUnitTest tests[] = {
		T(a_host_gets_an_address_through_a_relay),
		T(two_relays_are_two_envelopes),
		T(a_client_that_plays_relay_is_refused),
		T(too_many_envelopes_are_not_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
