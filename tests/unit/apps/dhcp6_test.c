// SPDX-License-Identifier: MIT
/* dhcp6_test.c - a host gets an IPv6 address, and keeps it */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apps/dhcp6_rt.h"
#include "dhcp6net.h"

/* RFC 8415, 5.2 */
static void a_host_gets_an_address_in_four_messages(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
	dhcp6net_assert_address(f, "fd00:1::100");
	assert_int_equal(f->l.events[R_DHCP6_ASK], 2);
	assert_int_equal(f->l.events[R_DHCP6_ANSWER], 2);
	assert_int_equal(dhcp6net_lease_state(f, 0), LEASE_LEASED);
	assert_true(f->has_got);
	assert_true(ip6_eq(f->got.dns[0], lan6_addr("fd00:1::53")));
	assert_string_equal(f->got.domain[0], "home.test");
}

/* RFC 8415, 5.1 and 18.2.10.1 */
static void two_messages_will_do(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, true, false);
	lan6_run(&f->l, 6000);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
	assert_int_equal(f->l.events[R_DHCP6_ASK], 1);
	assert_int_equal(f->l.events[R_DHCP6_ANSWER], 1);
}

/* RFC 8415, 6.1 */
static void a_host_with_an_address_asks_for_the_rest(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, true);
	lan6_run(&f->l, 6000);
	dhcp6net_assert_state(f, DHCP6_S_INFORMED);
	dhcp6net_assert_address(f, NULL);
	assert_true(ip6_eq(f->got.dns[0], lan6_addr("fd00:1::53")));
	assert_int_equal(dhcp6net_lease_state(f, 0), LEASE_FREE);
	lan6_run(&f->l, UINT64_C(86500) * 1000); /* and a day later again */
	assert_int_equal(f->l.events[R_DHCP6_INFO], 2);
}

/* RFC 8415, 18.2.4 */
static void half_of_a_lease_is_enough_to_renew_it(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 5000000);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
	dhcp6net_assert_address(f, "fd00:1::100");
	assert_true(f->l.events[R_DHCP6_BOUND] >= 9);
	assert_int_equal(f->l.events[R_DHCP6_LOST], 0);
}

/* RFC 8415, 18.2.5 */
static void an_address_is_given_up_when_the_lease_is_over(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	f->server = NULL;
	lan6_run(&f->l, 700000);
	dhcp6net_assert_state(f, DHCP6_S_RENEWING);
	lan6_run(&f->l, 200000);
	dhcp6net_assert_state(f, DHCP6_S_REBINDING);
	dhcp6net_assert_address(f, "fd00:1::100");
	lan6_run(&f->l, 110000);
	dhcp6net_assert_state(f, DHCP6_S_SOLICITING);
	dhcp6net_assert_address(f, NULL);
	assert_false(f->has_got);
}

/* RFC 8415, 18.3.5: any server that knows the lease may answer. */
static void another_server_may_extend_the_lease(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	lan6_netif(f->server_host, 1)->mac.o[5] ^= 0x40; /* not the same one */
	dhcp6net_start_server(f);
	lan6_run(&f->l, 520000);
	dhcp6net_assert_state(f, DHCP6_S_RENEWING);
	lan6_run(&f->l, 300000);
	dhcp6net_assert_state(f,
			      DHCP6_S_REBINDING); /* it knows nothing: silent */
	assert_true(dhcp6net_drops(f->server_host, DROP_dhcp_unasked) > 0);
}

/* RFC 8415, 18.2.10.1: NoBinding. */
static void a_server_that_has_forgotten_is_asked_again(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	dhcp6net_start_server(f);
	lan6_run(&f->l, 510000);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
	dhcp6net_assert_address(f, "fd00:1::100");
	assert_int_equal(f->l.events[R_DHCP6_LOST], 0);
	assert_int_equal(dhcp6net_lease_state(f, 0), LEASE_LEASED);
}

/* RFC 8415, 18.2.7 */
static void an_address_given_back_is_free(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_client_release(f->client);
	lan6_run(&f->l, 100);
	dhcp6net_assert_address(f, NULL);
	dhcp6net_assert_state(f, DHCP6_S_INIT);
	assert_int_equal(dhcp6net_lease_state(f, 0), LEASE_FREE);
	lan6_run(&f->l, 100000);
	dhcp6net_assert_state(f, DHCP6_S_INIT);
}

static void who_gives_back_to_nobody_stops_asking(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	f->server = NULL;
	f->l.events[R_DHCP6_ASK] = 0;
	dhcp6_client_release(f->client);
	lan6_run(&f->l, 100000);
	dhcp6net_assert_state(f, DHCP6_S_INIT);
	assert_int_equal(f->l.events[R_DHCP6_ASK], 4); /* REL_MAX_RC */
}

/* RFC 8415, 18.2.8 */
static void an_address_that_a_neighbour_has_is_declined(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_give_address(f->other, 1, "fd00:1::100");
	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 30000);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
	dhcp6net_assert_address(f, "fd00:1::101");
	assert_int_equal(f->l.events[R_DHCP6_CONFLICT], 1);
	assert_int_equal(dhcp6net_lease_state(f, 0), LEASE_DECLINED);
	lan6_run(&f->l, 600000);
	assert_int_equal(dhcp6net_lease_state(f, 0), LEASE_FREE);
}

/* RFC 8415, 18.2.3 */
static void the_same_link_confirms_an_address(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_client_confirm(f->client);
	dhcp6net_assert_state(f, DHCP6_S_CONFIRMING);
	lan6_run(&f->l, 100);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
	assert_int_equal(f->l.events[R_DHCP6_LOST], 0);
}

static void where_nobody_confirms_the_address_is_used_on(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	f->server = NULL;
	dhcp6_client_confirm(f->client);
	lan6_run(&f->l, 9000);
	dhcp6net_assert_state(f, DHCP6_S_CONFIRMING);
	lan6_run(&f->l, 2000); /* CNF_MAX_RD */
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
}

static void another_link_takes_the_address_away(void **state)
{
	const struct dhcp6_pool pool =
		dhcp6net_pool_of("fd00:9::/64", "fd00:9::100");
	const struct dhcp6_server_config cfg = dhcp6net_usual(&pool);
	struct dhcp6net *f = *state;

	dhcp6net_start_server(f);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6_server_stop(f->server);
	f->server = NULL;
	dhcp6net_give_address(f->other, 1, "fd00:9::2");
	assert_int_equal(dhcp6_server_start(&f->other->stack,
					    lan6_netif(f->other, 1), &cfg,
					    &f->second),
			 0);
	dhcp6_client_confirm(f->client);
	lan6_run(&f->l, 8000);
	dhcp6net_assert_state(f, DHCP6_S_BOUND);
	dhcp6net_assert_address(f, "fd00:9::100");
	assert_int_equal(f->l.events[R_DHCP6_LOST], 1);
}

/* RFC 8415, 18.2.1 */
static void the_server_that_is_preferred_is_taken(void **state)
{
	const struct dhcp6_pool pool =
		dhcp6net_pool_of("fd00:1::/64", "fd00:1::200");
	struct dhcp6_server_config cfg = dhcp6net_usual(&pool);
	struct dhcp6net *f = *state;

	dhcp6net_give_address(f->other, 1, "fd00:1::3");
	cfg.preference = 7;
	dhcp6net_start_server(f);
	assert_int_equal(dhcp6_server_start(&f->other->stack,
					    lan6_netif(f->other, 1), &cfg,
					    &f->second),
			 0);
	dhcp6net_start_client(f, false, false);
	lan6_run(&f->l, 6000);
	dhcp6net_assert_address(f, "fd00:1::200");
}

/*
 * RFC 8415, 15
 */

static void questions_come_ever_more_seldom(void **state)
{
	static const struct dhcp6_rt_rule rule = {1000, 30000, 10, 0, true};
	struct dhcp6net *f = *state;
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
	struct dhcp6net *f = *state;
	struct stack *stack = &f->client_host->stack;
	struct dhcp6_rt rt;

	dhcp6_rt_begin(&rt, &rule, stack_now(stack),
		       stack_now(stack) + 500 * NS_PER_MS);
	assert_int_equal(dhcp6_rt_next(&rt, stack), 500 * NS_PER_MS);
	assert_true(dhcp6_rt_is_over(&rt, stack_now(stack) + 500 * NS_PER_MS));
}

int main(void)
{
#define T(f) \
	cmocka_unit_test_setup_teardown(f, dhcp6net_setup, dhcp6net_teardown)
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
		T(questions_come_ever_more_seldom),
		T(a_question_with_an_end_does_not_wait_beyond_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
