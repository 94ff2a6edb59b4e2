// SPDX-License-Identifier: MIT
/* switch_test.c - learning, forwarding, flooding, and those who abuse it */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "catch_box.h"
#include "vnet/vnet.h"

#define HOSTS 4

static struct mem mem;
static struct world *w;
static struct vswitch *sw;
static struct port *port[HOSTS]; /* the switch's */
static struct catch_box host[HOSTS];

static void set_up(void)
{
	static const char *const names[HOSTS] = {"h0", "h1", "h2", "h3"};
	size_t i;

	mem_init_libc(&mem);
	w = world_new(&mem, 3);
	assert_non_null(w);
	sw = world_add_switch(w, "sw");
	assert_non_null(sw);
	for (i = 0; i < HOSTS; i++) {
		catch_init(&host[i], w, names[i], 100);
		port[i] = switch_add_port(sw);
		assert_non_null(world_link(w, host[i].port, port[i], NULL));
	}
}

static void tear_down(void)
{
	size_t i;

	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
	for (i = 0; i < HOSTS; i++)
		catch_fini(&host[i]);
}

/* Host @from sends; addresses are those of mac_of(). */
static void send(unsigned int from, mac_addr dst, mac_addr src, uint32_t number)
{
	frame_send(host[from].port, dst, src, number, 60);
	world_run_until(w, world_now(w) + 1000);
}

static uint64_t drops(enum drop why)
{
	return switch_node(sw)->place->drops[why];
}

struct lookup {
	mac_addr mac;
	const struct port *port;
	uint64_t expires_ns;
};

static void find(void *arg, const struct switch_entry *e)
{
	struct lookup *l = arg;

	if (mac_eq(e->mac, l->mac)) {
		l->port = e->port;
		l->expires_ns = e->expires_ns;
	}
}

static const struct port *where_is(mac_addr mac)
{
	struct lookup l = {.mac = mac};

	switch_for_each(sw, find, &l);
	return l.port;
}

static void unknown_is_flooded_known_is_forwarded(void **state)
{
	(void)state;
	set_up();
	send(0, mac_of(1), mac_of(0), 1);
	assert_int_equal(host[0].count, 0);
	assert_int_equal(host[1].count, 1);
	assert_int_equal(host[2].count, 1);
	assert_int_equal(host[3].count, 1);
	send(1, mac_of(0), mac_of(1), 2);
	assert_int_equal(host[0].count, 1);
	assert_int_equal(host[2].count, 1);
	send(0, mac_of(1), mac_of(0), 3);
	assert_int_equal(host[1].count, 2);
	assert_int_equal(host[2].count, 1);
	assert_int_equal(switch_stats(sw)->flooded, 1);
	assert_int_equal(switch_stats(sw)->forwarded, 2);
	tear_down();
}

static void broadcast_and_groups_go_to_all_others(void **state)
{
	static const mac_addr group = {{1, 0, 0x5e, 0, 0, 9}};

	(void)state;
	set_up();
	send(2, MAC_BROADCAST, mac_of(2), 1);
	send(2, group, mac_of(2), 2);
	assert_int_equal(host[0].count, 2);
	assert_int_equal(host[1].count, 2);
	assert_int_equal(host[2].count, 0);
	assert_int_equal(host[3].count, 2);
	tear_down();
}

static void frames_pass_unchanged(void **state)
{
	(void)state;
	set_up();
	frame_send(host[0].port, mac_of(1), mac_of(0), 77, 1514);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(host[1].caught[0].len, 1514);
	assert_int_equal(caught_number(&host[1].caught[0]), 77);
	assert_true(mac_eq(get_mac(host[1].caught[0].head), mac_of(1)));
	assert_true(mac_eq(get_mac(host[1].caught[0].head + 6), mac_of(0)));
	tear_down();
}

static void destination_on_the_same_port_is_not_sent_back(void **state)
{
	(void)state;
	set_up();
	send(0, MAC_BROADCAST, mac_of(10), 1);
	send(0, MAC_BROADCAST, mac_of(11), 2);
	send(0, mac_of(10), mac_of(11), 3);
	assert_int_equal(host[0].count, 0);
	assert_int_equal(host[1].count, 2);
	assert_int_equal(drops(DROP_sw_same_port), 1);
	tear_down();
}

static void entries_age_after_300_seconds_of_silence(void **state)
{
	(void)state;
	set_up();
	send(0, MAC_BROADCAST, mac_of(0), 1);
	world_run_until(w, 200 * NS_PER_S);
	send(0, MAC_BROADCAST, mac_of(0), 2);
	world_run_until(w, 499 * NS_PER_S);
	assert_ptr_equal(where_is(mac_of(0)), port[0]);
	world_run_until(w, 501 * NS_PER_S);
	assert_int_equal(switch_count(sw), 0);
	assert_int_equal(switch_stats(sw)->aged, 1);
	send(1, mac_of(0), mac_of(1), 3);
	assert_int_equal(host[2].count, 3); /* flooded again */
	tear_down();
}

static void an_address_that_moves_is_followed(void **state)
{
	(void)state;
	set_up();
	send(0, MAC_BROADCAST, mac_of(9), 1);
	send(3, MAC_BROADCAST, mac_of(9), 2);
	assert_ptr_equal(where_is(mac_of(9)), port[3]);
	assert_int_equal(switch_count(sw), 1);
	send(1, mac_of(9), mac_of(1), 3);
	assert_int_equal(host[3].count, 2);
	assert_int_equal(host[0].count, 2); /* for a minute, to both */
	world_run_until(w, 61 * NS_PER_S);
	send(1, mac_of(9), mac_of(1), 4);
	assert_int_equal(host[3].count, 3);
	assert_int_equal(host[0].count, 2);
	tear_down();
}

/* HOSTILE 10: addresses made up by one port push out only its own. */
static void flood_of_addresses_hits_its_own_port_only(void **state)
{
	struct rng rng;
	size_t peak;
	int i;

	(void)state;
	set_up();
	send(0, MAC_BROADCAST, mac_of(0), 1);
	send(1, MAC_BROADCAST, mac_of(1), 1);
	rng_init(&rng, 1, "attacker");
	peak = 0;
	for (i = 0; i < 100000; i++) {
		mac_addr src;

		rng_fill(&rng, src.o, sizeof(src.o));
		src.o[0] &= 0xfe;
		frame_send(host[3].port, mac_of(0), src, 0, 60);
		world_run_until(w, world_now(w) + 10);
		if (i == 10000)
			peak = mem.in_use_bytes;
	}
	assert_int_equal(switch_count(sw), 2 + switch_cfg_default.port_max);
	assert_ptr_equal(where_is(mac_of(0)), port[0]);
	assert_ptr_equal(where_is(mac_of(1)), port[1]);
	assert_true(mem.in_use_bytes <= peak);
	assert_int_equal(host[2].count, 2); /* nothing leaked to others */
	tear_down();
}

static void full_table_makes_the_learner_pay(void **state)
{
	struct switch_cfg cfg = switch_cfg_default;
	uint8_t i;

	(void)state;
	set_up();
	cfg.table_max = 6;
	switch_set_cfg(sw, &cfg);
	for (i = 10; i < 13; i++)
		send(0, MAC_BROADCAST, mac_of(i), 1);
	for (i = 20; i < 30; i++)
		send(1, MAC_BROADCAST, mac_of(i), 1);
	assert_int_equal(switch_count(sw), 6);
	for (i = 10; i < 13; i++)
		assert_ptr_equal(where_is(mac_of(i)), port[0]);
	for (i = 27; i < 30; i++)
		assert_ptr_equal(where_is(mac_of(i)), port[1]);
	/* A port without entries still gets one: the oldest of all goes. */
	send(2, MAC_BROADCAST, mac_of(40), 1);
	assert_ptr_equal(where_is(mac_of(40)), port[2]);
	assert_null(where_is(mac_of(10)));
	assert_int_equal(switch_count(sw), 6);
	tear_down();
}

/* HOSTILE 11: a thief's frames alternate with those of the owner. */
static void port_stealing_is_limited_and_noticed(void **state)
{
	int i;

	(void)state;
	set_up();
	send(0, MAC_BROADCAST, mac_of(0), 1);
	for (i = 0; i < 10000; i++) {
		frame_send(host[3].port, mac_of(2), mac_of(0), 2, 60);
		world_run_until(w, world_now(w) + 50000);
		frame_send(host[0].port, mac_of(2), mac_of(0), 3, 60);
		world_run_until(w, world_now(w) + 50000);
	}
	/* One theft, and back to the owner with his next word. */
	assert_int_equal(switch_stats(sw)->moved, 2);
	assert_int_equal(switch_stats(sw)->move_alarms, 9999);
	assert_ptr_equal(where_is(mac_of(0)), port[0]);
	/* A minute later it may move again. */
	world_run_until(w, world_now(w) + 61 * NS_PER_S);
	send(2, MAC_BROADCAST, mac_of(0), 4);
	assert_ptr_equal(where_is(mac_of(0)), port[2]);
	tear_down();
}

static void frames_for_a_stolen_address_still_reach_its_owner(void **state)
{
	(void)state;
	set_up();
	send(0, MAC_BROADCAST, mac_of(9), 1);
	send(3, mac_of(1), mac_of(9), 2);
	send(1, mac_of(9), mac_of(1), 3);
	assert_int_equal(caught_number(&host[0].caught[host[0].count - 1]), 3);
	assert_int_equal(caught_number(&host[3].caught[host[3].count - 1]), 3);
	send(0, mac_of(1), mac_of(9), 4); /* the owner says a word */
	send(3, mac_of(1), mac_of(9), 5); /* the thief tries again */
	send(1, mac_of(9), mac_of(1), 6);
	assert_int_equal(caught_number(&host[0].caught[host[0].count - 1]), 6);
	assert_int_equal(caught_number(&host[3].caught[host[3].count - 1]), 3);
	tear_down();
}

static void who_stays_away_for_a_minute_has_moved(void **state)
{
	(void)state;
	set_up();
	send(0, MAC_BROADCAST, mac_of(9), 1);
	send(1, MAC_BROADCAST, mac_of(9), 2);
	world_run_until(w, 70 * NS_PER_S);
	send(2, MAC_BROADCAST, mac_of(9), 3); /* from its new home ... */
	world_run_until(w, 71 * NS_PER_S);
	send(0, MAC_BROADCAST, mac_of(9), 4); /* ... which 0 is not */
	assert_ptr_equal(where_is(mac_of(9)), port[0]);
	send(1, MAC_BROADCAST, mac_of(9), 5); /* but 1 is */
	assert_ptr_equal(where_is(mac_of(9)), port[1]);
	send(0, MAC_BROADCAST, mac_of(9), 6);
	assert_ptr_equal(where_is(mac_of(9)), port[1]);
	tear_down();
}

static void an_address_moves_only_so_often(void **state)
{
	unsigned int i;

	(void)state;
	set_up();
	send(0, MAC_BROADCAST, mac_of(9), 1);
	for (i = 0; i < 20; i++)
		send(2 + i % 2, MAC_BROADCAST, mac_of(9), 2);
	assert_int_equal(switch_stats(sw)->moved,
			 switch_cfg_default.moves_per_s);
	/* 15 frames more, of which those from port 3 want to move it. */
	assert_int_equal(switch_stats(sw)->move_alarms, 8);
	tear_down();
}

static void sticky_addresses_do_not_move(void **state)
{
	struct switch_cfg cfg = switch_cfg_default;

	(void)state;
	set_up();
	cfg.is_sticky = true;
	switch_set_cfg(sw, &cfg);
	send(0, MAC_BROADCAST, mac_of(0), 1);
	send(3, MAC_BROADCAST, mac_of(0), 2);
	assert_ptr_equal(where_is(mac_of(0)), port[0]);
	assert_int_equal(switch_stats(sw)->moved, 0);
	assert_int_equal(switch_stats(sw)->move_alarms, 1);
	tear_down();
}

/* HOSTILE 12 */
static void group_addresses_are_never_learned(void **state)
{
	static const mac_addr group = {{1, 0, 0x5e, 0, 0, 1}};

	(void)state;
	set_up();
	send(3, mac_of(0), group, 1);
	send(3, mac_of(0), MAC_BROADCAST, 2);
	assert_int_equal(switch_count(sw), 0);
	assert_int_equal(drops(DROP_mac_src_group), 2);
	assert_int_equal(host[0].count, 0);
	tear_down();
}

/* Three switches in a triangle, a host on each. */
struct triangle {
	struct vswitch *sw[3];
	struct catch_box host[3];
	struct port *ring[3];
};

static void triangle_init(struct triangle *t)
{
	static const char *const names[6] = {"sa", "sb", "sc",
					     "ha", "hb", "hc"};
	int i;

	mem_init_libc(&mem);
	w = world_new(&mem, 3);
	for (i = 0; i < 3; i++) {
		t->sw[i] = world_add_switch(w, names[i]);
		catch_init(&t->host[i], w, names[3 + i], 4);
		world_link(w, t->host[i].port, switch_add_port(t->sw[i]), NULL);
	}
	for (i = 0; i < 3; i++) {
		t->ring[i] = switch_add_port(t->sw[i]);
		assert_non_null(world_link(w, t->ring[i],
					   switch_add_port(t->sw[(i + 1) % 3]),
					   NULL));
	}
}

static void triangle_fini(struct triangle *t)
{
	int i;

	for (i = 0; i < 3; i++)
		catch_fini(&t->host[i]);
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

/* HOSTILE 13, without loop protection: ideal cables, so time stands still. */
static void broadcast_storm_is_capped_and_time_goes_on(void **state)
{
	struct triangle t;
	uint64_t storm = 0;
	int i;

	(void)state;
	triangle_init(&t);
	frame_send(t.host[0].port, MAC_BROADCAST, mac_of(1), 1, 60);
	assert_int_equal(world_run_until(w, NS_PER_MS), 0);
	for (i = 0; i < 3; i++)
		storm += switch_node(t.sw[i])->place->drops[DROP_sw_storm];
	assert_true(storm > 0);
	assert_true(t.host[1].count <=
		    2 * (switch_cfg_default.flood_burst + 100));
	triangle_fini(&t);
}

/* HOSTILE 13, with one port of the loop blocked. */
static void blocked_port_opens_the_loop(void **state)
{
	struct triangle t;

	(void)state;
	triangle_init(&t);
	switch_block_port(t.ring[1], true);
	frame_send(t.host[0].port, MAC_BROADCAST, mac_of(1), 1, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(t.host[0].count, 0);
	assert_int_equal(t.host[1].count, 1);
	assert_int_equal(t.host[2].count, 1);
	triangle_fini(&t);
}

static void loops_are_opened_and_closed_as_cables_break(void **state)
{
	struct triangle t;
	struct cable *c;

	(void)state;
	triangle_init(&t);
	c = t.ring[0]->cable;
	assert_int_equal(world_open_loops(w), 1);
	frame_send(t.host[0].port, MAC_BROADCAST, mac_of(1), 1, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(t.host[0].count, 0);
	assert_int_equal(t.host[1].count, 1);
	assert_int_equal(t.host[2].count, 1);

	cable_set_up(c, CABLE_BOTH, false);
	assert_int_equal(world_open_loops(w), 0);
	frame_send(t.host[0].port, MAC_BROADCAST, mac_of(1), 2, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(t.host[1].count, 2);
	assert_int_equal(t.host[2].count, 2);

	cable_set_up(c, CABLE_BOTH, true);
	assert_int_equal(world_open_loops(w), 1);
	triangle_fini(&t);
}

static void flood_limit_refills_with_time(void **state)
{
	struct switch_cfg cfg = switch_cfg_default;
	int i;

	(void)state;
	set_up();
	cfg.floods_per_s = 10;
	cfg.flood_burst = 3;
	switch_set_cfg(sw, &cfg);
	for (i = 0; i < 10; i++)
		send(0, MAC_BROADCAST, mac_of(0), 1);
	assert_int_equal(host[1].count, 3);
	assert_int_equal(drops(DROP_sw_storm), 7);
	world_run_until(w, world_now(w) + 200 * NS_PER_MS);
	for (i = 0; i < 10; i++)
		send(0, MAC_BROADCAST, mac_of(0), 1);
	assert_int_equal(host[1].count, 5);
	/* Other ports are not concerned. */
	send(2, MAC_BROADCAST, mac_of(2), 1);
	assert_int_equal(host[1].count, 6);
	tear_down();
}

/* HOSTILE 1 */
static void runts_are_dropped_by_name(void **state)
{
	uint8_t frame[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
	size_t len;

	(void)state;
	set_up();
	for (len = 0; len < 14; len++)
		box_send(host[0].port, frame, len);
	box_send(host[0].port, frame, 14);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(drops(DROP_l2_short), 14);
	assert_int_equal(host[1].count, 1);
	tear_down();
}

static void damaged_frames_go_no_further(void **state)
{
	struct cable_params p = {.corrupt = 1};

	(void)state;
	set_up();
	cable_set_params(host[0].port->cable, CABLE_BOTH, &p);
	send(0, MAC_BROADCAST, mac_of(0), 1);
	assert_int_equal(drops(DROP_l2_fcs), 1);
	assert_int_equal(host[1].count, 0);
	assert_int_equal(switch_count(sw), 0);
	tear_down();
}

static void lack_of_memory_costs_copies_only(void **state)
{
	(void)state;
	set_up();
	send(0, MAC_BROADCAST, mac_of(0), 1);
	frame_send(host[0].port, MAC_BROADCAST, mac_of(0), 2, 60);
	pool_set_max(&world_env(w)->pkts, 1);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(drops(DROP_no_memory), 2);
	assert_int_equal(host[1].count + host[2].count + host[3].count, 4);
	tear_down();
}

static uint32_t on_event(void *arg, const struct event *ev)
{
	uint32_t *seen = arg;

	assert_true(ev->what < R_COUNT);
	seen[ev->what]++;
	if (ev->what == R_SW_FORWARD) {
		assert_int_equal(ev->kind, EV_LOOKUP);
		assert_int_not_equal(ev->cause, 0);
		assert_string_equal(ev->place->name, "sw");
	}
	return ++seen[R_COUNT];
}

static void each_decision_is_told(void **state)
{
	static uint32_t seen[R_COUNT + 1];

	(void)state;
	set_up();
	world_env(w)->probe = on_event;
	world_env(w)->probe_arg = seen;
	send(0, mac_of(1), mac_of(0), 1);
	send(1, mac_of(0), mac_of(1), 2);
	send(2, mac_of(0), mac_of(1), 3);
	world_run_until(w, 400 * NS_PER_S);
	switch_count(sw);
	assert_int_equal(seen[R_SW_FLOOD], 1);
	assert_int_equal(seen[R_SW_FORWARD], 2);
	assert_int_equal(seen[R_SW_LEARN], 2);
	assert_int_equal(seen[R_SW_MOVE], 1);
	assert_int_equal(seen[R_SW_AGE], 2);
	world_env(w)->probe = NULL;
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_is_flooded_known_is_forwarded),
		cmocka_unit_test(broadcast_and_groups_go_to_all_others),
		cmocka_unit_test(frames_pass_unchanged),
		cmocka_unit_test(destination_on_the_same_port_is_not_sent_back),
		cmocka_unit_test(entries_age_after_300_seconds_of_silence),
		cmocka_unit_test(an_address_that_moves_is_followed),
		cmocka_unit_test(flood_of_addresses_hits_its_own_port_only),
		cmocka_unit_test(full_table_makes_the_learner_pay),
		cmocka_unit_test(port_stealing_is_limited_and_noticed),
		cmocka_unit_test(
			frames_for_a_stolen_address_still_reach_its_owner),
		cmocka_unit_test(who_stays_away_for_a_minute_has_moved),
		cmocka_unit_test(an_address_moves_only_so_often),
		cmocka_unit_test(sticky_addresses_do_not_move),
		cmocka_unit_test(group_addresses_are_never_learned),
		cmocka_unit_test(broadcast_storm_is_capped_and_time_goes_on),
		cmocka_unit_test(blocked_port_opens_the_loop),
		cmocka_unit_test(loops_are_opened_and_closed_as_cables_break),
		cmocka_unit_test(flood_limit_refills_with_time),
		cmocka_unit_test(runts_are_dropped_by_name),
		cmocka_unit_test(damaged_frames_go_no_further),
		cmocka_unit_test(lack_of_memory_costs_copies_only),
		cmocka_unit_test(each_decision_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
