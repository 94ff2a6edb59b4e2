// SPDX-License-Identifier: MIT
/* host_test.c - stacks in a world: driven, frozen, killed, restarted */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ip/icmp.h"
#include "ip/ip.h"
#include "pair.h"
static struct pair p;

static void set_up(void)
{
	struct cable_params params = {.delay_ns = NS_PER_MS};

	pair_init(&p, 5, &params);
	world_run_until(p.w, NS_PER_S);
}

static void tear_down(void)
{
	assert_int_equal(pair_fini(&p), 0);
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	int *answers = arg;

	*answers += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

/* How many of @count pings from @from are answered within a second each. */
static int ping(struct host *from, const char *to, int count)
{
	struct ip_addr dst;
	int i, answers = 0;
	struct icmp_echo *echo;

	assert_int_equal(ip_addr_parse(&dst, to), 0);
	echo = icmp_echo_open(&from->stack, on_echo, &answers);
	assert_non_null(echo);
	for (i = 0; i < count; i++) {
		(void)icmp_echo_send(echo, dst, (uint16_t)i, 10, 0);
		world_run_until(p.w, world_now(p.w) + NS_PER_S);
	}
	icmp_echo_close(echo);
	return answers;
}

static void two_hosts_reach_each_other(void **state)
{
	(void)state;
	set_up();
	assert_int_equal(ping(p.a, "10.0.0.2", 3), 3);
	assert_int_equal(ping(p.b, "10.0.0.1", 3), 3);
	tear_down();
}

static void router_joins_two_networks(void **state)
{
	struct ip4_net any = {IP4_ANY, 0};
	struct host *r, *c, *d;

	(void)state;
	set_up();
	r = world_add_router(p.w, "r");
	c = world_add_host(p.w, "c");
	d = world_add_host(p.w, "d");
	assert_non_null(world_link(p.w, pair_port(c, "10.1.0.2/24"),
				   pair_port(r, "10.1.0.1/24"), NULL));
	assert_non_null(world_link(p.w, pair_port(d, "10.2.0.2/24"),
				   pair_port(r, "10.2.0.1/24"), NULL));
	ip_route_add(&c->stack, any, ip4_make(10, 1, 0, 1), NULL, 0);
	assert_int_equal(ping(c, "10.2.0.2", 1), 0); /* d knows no way back */
	ip_route_add(&d->stack, any, ip4_make(10, 2, 0, 1), NULL, 0);
	assert_int_equal(ping(c, "10.2.0.2", 2), 2);
	assert_int_equal(ping(p.a, "10.2.0.2", 1), 0);
	tear_down();
}

static void frozen_host_is_silent_and_forgets_nothing(void **state)
{
	(void)state;
	set_up();
	assert_int_equal(ping(p.a, "10.0.0.2", 1), 1);
	host_freeze(p.b);
	assert_int_equal(ping(p.a, "10.0.0.2", 2), 0);
	assert_true(p.b->stack.place.drops[DROP_frozen] >= 2);
	host_thaw(p.b);
	assert_int_equal(ping(p.a, "10.0.0.2", 1), 1);
	assert_int_equal(p.b->boots, 1);
	tear_down();
}

static uint64_t fired_ns;

static void on_timer(struct timer *t, void *arg)
{
	(void)t;
	fired_ns = world_now(arg);
}

static void overdue_timers_fire_when_a_host_thaws(void **state)
{
	struct timer timer;

	(void)state;
	set_up();
	fired_ns = 0;
	timer_init(&timer, on_timer, p.w);
	stack_arm(&p.b->stack, &timer, 2 * NS_PER_S);
	host_freeze(p.b);
	world_run_until(p.w, 5 * NS_PER_S);
	assert_int_equal(fired_ns, 0);
	host_thaw(p.b);
	world_run_until(p.w, 6 * NS_PER_S);
	assert_int_equal(fired_ns, 5 * NS_PER_S);
	stack_arm_in(&p.b->stack, &timer, 1234567);
	world_run_until(p.w, 7 * NS_PER_S);
	assert_int_equal(fired_ns, 6 * NS_PER_S + 1234567);
	tear_down();
}

static int boots, halts;

static int on_boot(struct host *h, void *arg)
{
	struct port *port = list_first_entry(&h->node.ports, struct port, list);

	assert_ptr_equal(arg, &p);
	boots++;
	return ip_addr_add(&h->stack, &port->netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 2), 24});
}

static void on_halt(struct host *h, void *arg)
{
	struct icmp_echo *echo = icmp_echo_open(&h->stack, on_echo, NULL);

	assert_ptr_equal(arg, &p);
	halts++;
	/* A last word that must not leave. */
	(void)icmp_echo_send(echo, ep("10.0.0.1:1").addr, 1, 10, 0);
	icmp_echo_close(echo);
}

static void killed_host_loses_everything_but_its_ports(void **state)
{
	uint64_t sent;

	(void)state;
	set_up();
	boots = halts = 0;
	p.b->on_boot = on_boot;
	p.b->on_halt = on_halt;
	p.b->arg = &p;
	assert_int_equal(ping(p.a, "10.0.0.2", 1), 1);
	sent = cable_stats(p.cable, CABLE_BA)->sent_frames;
	host_kill(p.b);
	assert_int_equal(halts, 1);
	assert_int_equal(ping(p.a, "10.0.0.2", 2), 0);
	assert_int_equal(cable_stats(p.cable, CABLE_BA)->sent_frames, sent);
	host_kill(p.b); /* harmless */
	host_thaw(p.b); /* does not wake the dead */
	assert_null(host_add_port(p.b, NULL));
	assert_int_equal(halts, 1);

	assert_int_equal(host_restart(p.b), 0);
	assert_int_equal(boots, 1);
	assert_int_equal(p.b->boots, 2);
	assert_int_equal(ping(p.a, "10.0.0.2", 2), 2);
	assert_int_equal(host_restart(p.b), 0);
	assert_int_equal(halts, 2);
	assert_int_equal(ping(p.a, "10.0.0.2", 2), 2);
	tear_down();
	assert_int_equal(halts, 3);
}

static void numbers_differ_between_hosts_and_after_a_restart(void **state)
{
	uint64_t a, b, again;

	(void)state;
	set_up();
	assert_int_equal(stack_random(&p.a->stack, &a, sizeof(a)), 0);
	assert_int_equal(stack_random(&p.b->stack, &b, sizeof(b)), 0);
	assert_true(a != b);
	assert_int_equal(host_restart(p.a), 0);
	assert_int_equal(stack_random(&p.a->stack, &again, sizeof(again)), 0);
	assert_true(again != a);
	tear_down();
}

static void addresses_of_ports_come_from_names(void **state)
{
	struct port *a;
	mac_addr mac;

	(void)state;
	set_up();
	a = list_first_entry(&p.a->node.ports, struct port, list);
	mac = a->netif.mac;
	assert_int_equal(mac.o[0], 2);
	assert_string_equal(a->netif.name, "eth0");
	tear_down();
	set_up();
	a = list_first_entry(&p.a->node.ports, struct port, list);
	assert_true(mac_eq(mac, a->netif.mac));
	a = host_add_port(p.a, NULL);
	assert_string_equal(a->netif.name, "eth1");
	assert_false(mac_eq(mac, a->netif.mac));
	tear_down();
}

static void building_hosts_survives_every_failed_allocation(void **state)
{
	uint64_t k, failed = 0;

	(void)state;
	for (k = 1; k < 200; k++) {
		struct mem mem;
		struct world *w;
		struct host *h;

		mem_init_libc(&mem);
		w = world_new(&mem, 1);
		assert_non_null(w);
		mem.fail_at = mem.calls + k;
		h = world_add_router(w, "r");
		if (h) {
			struct port *port = host_add_port(h, NULL);

			if (port)
				(void)ip_addr_add(
					&h->stack, &port->netif,
					(struct ip4_net){ip4_make(10, 0, 0, 1),
							 24});
		}
		failed += mem.failures;
		assert_int_equal(world_free(w), 0);
		assert_int_equal(mem.in_use_count, 0);
	}
	assert_true(failed >= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_hosts_reach_each_other),
		cmocka_unit_test(router_joins_two_networks),
		cmocka_unit_test(frozen_host_is_silent_and_forgets_nothing),
		cmocka_unit_test(overdue_timers_fire_when_a_host_thaws),
		cmocka_unit_test(killed_host_loses_everything_but_its_ports),
		cmocka_unit_test(
			numbers_differ_between_hosts_and_after_a_restart),
		cmocka_unit_test(addresses_of_ports_come_from_names),
		cmocka_unit_test(
			building_hosts_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
