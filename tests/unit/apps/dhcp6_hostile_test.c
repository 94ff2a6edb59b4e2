// SPDX-License-Identifier: MIT
/* dhcp6_hostile_test.c - what strangers say in DHCPv6, and how much of it */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dhcp6net.h"

/* HOSTILE 138: made-up hosts ask for all there is, and take nothing. */
static void who_only_asks_does_not_keep_others_from_the_pool(void **state)
{
	struct dhcp6net *f = *state;
	struct dhcp6_msg m = {.type = DHCP6_SOLICIT, .ia_count = 1};
	uint8_t buf[DHCP6_LEN_MAX];

	dhcp6net_start_server(f);
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
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 5000);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
}

/*
 * A server that lies.
 */

static struct dhcp6_msg good_offer(const struct dhcp6net *f)
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

static void assert_lie_fails(struct dhcp6net *f, const struct dhcp6_msg *lie,
			     enum drop why)
{
	uint64_t before = dhcp6net_drops(f->client_host, why);

	dhcp6net_say(f, lie, lan6_link_local(f->client_host),
		     DHCP6_PORT_CLIENT);
	assert_int_equal(dhcp6net_drops(f->client_host, why), before + 1);
	dhcp6net_assert_state(f, DHCP6_S_SOLICITING);
}

/* HOSTILE 135 and 137; RFC 8415, 16.3 */
static void answers_that_are_not_ours_or_absurd_are_refused(void **state)
{
	struct dhcp6net *f = *state;
	struct dhcp6_msg lie;

	dhcp6net_open_liar(f, DHCP6_PORT_SERVER);
	dhcp6net_start_client(f, false, false);
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
	dhcp6net_say(f, &lie, lan6_link_local(f->client_host),
		     DHCP6_PORT_CLIENT);
	dhcp6net_assert_state(f,
			      DHCP6_S_REQUESTING); /* the good one is taken */
}

/* RFC 8415, 18.4: what is for the group is not for us alone. */
static void who_asks_one_server_alone_is_told_so(void **state)
{
	struct dhcp6net *f = *state;
	struct dhcp6_msg m = {
		.type = DHCP6_REQUEST,
		.xid = 5,
		.client = dhcp6_duid_ll((mac_addr){{2, 5, 5, 5, 5, 5}}),
		.ia_count = 1,
	};

	dhcp6net_start_server(f);
	dhcp6net_open_liar(f, DHCP6_PORT_CLIENT);
	m.server = dhcp6_duid_ll(lan6_netif(f->server_host, 1)->mac);
	dhcp6net_say(f, &m, lan6_link_local(f->server_host), DHCP6_PORT_SERVER);
	assert_int_equal(f->heard.type, DHCP6_REPLY);
	assert_int_equal(f->heard.status, DHCP6_USE_MULTICAST);
	assert_int_equal(dhcp6net_lease_state(f, 0), LEASE_FREE);
	m.type = DHCP6_SOLICIT;
	m.server.len = 0;
	dhcp6net_say(f, &m, lan6_link_local(f->server_host), DHCP6_PORT_SERVER);
	assert_int_equal(dhcp6net_drops(f->server_host, DROP_dhcp_unasked), 1);
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
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_open_liar(f, DHCP6_PORT_CLIENT);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		dhcp6net_say(f, &bad[i], IP6_ALL_DHCP, DHCP6_PORT_SERVER);
		assert_int_equal(
			dhcp6net_drops(f->server_host, DROP_dhcp_unasked),
			i + 1);
	}
	assert_int_equal(f->heard.type, 0);
}

int main(void)
{
#define T(f) \
	cmocka_unit_test_setup_teardown(f, dhcp6net_setup, dhcp6net_teardown)
	const struct CMUnitTest tests[] = {
		T(who_only_asks_does_not_keep_others_from_the_pool),
		T(answers_that_are_not_ours_or_absurd_are_refused),
		T(who_asks_one_server_alone_is_told_so),
		T(questions_with_too_much_or_too_little_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
