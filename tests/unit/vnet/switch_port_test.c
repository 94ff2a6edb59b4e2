// SPDX-License-Identifier: MIT
/* switch_port_test.c - what one port of a switch may do, and who watches it */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "wire/bpdu.h"
#include "wire/llc.h"

#include "core/drop.h"

#include "catch_box.h"
#include "vnet/stp.h"
#include "vnet/vnet.h"

enum { A, B, SPY, PORTS };

static struct mem mem;
static struct world *w;
static struct vswitch *sw;
static struct port *port[PORTS];
static struct catch_box box[PORTS];

static void set_up(void)
{
	static const char *const names[] = {"a", "b", "spy"};
	int i;

	mem_init_libc(&mem);
	w = world_new(&mem, 3);
	sw = world_add_switch(w, "sw");
	for (i = 0; i < PORTS; i++) {
		catch_init(&box[i], w, names[i], 1000);
		port[i] = switch_add_port(sw);
		assert_non_null(world_link(w, box[i].port, port[i], NULL));
	}
}

static void tear_down(void)
{
	int i;

	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
	for (i = 0; i < PORTS; i++)
		catch_fini(&box[i]);
}

static void send(int from, mac_addr dst, mac_addr src)
{
	frame_send(box[from].port, dst, src, 1, 60);
	world_run_until(w, world_now(w) + 1000);
}

static uint64_t drops(enum drop why)
{
	return switch_node(sw)->place->drops[why];
}

static void a_mirror_shows_what_comes_in_and_what_leaves(void **state)
{
	(void)state;
	set_up();
	switch_mirror(port[A], port[SPY], MIRROR_BOTH);
	send(A, MAC_BROADCAST, mac_of(1));
	assert_int_equal(box[B].count, 1);
	assert_int_equal(box[SPY].count, 1); /* the copy, and no flood */
	send(B, mac_of(1), mac_of(2));
	assert_int_equal(box[A].count, 1);
	assert_int_equal(box[SPY].count, 2);
	send(B, mac_of(2), mac_of(2)); /* not of port A at all */
	assert_int_equal(box[SPY].count, 2);
	tear_down();
}

static void a_mirror_may_show_one_direction(void **state)
{
	(void)state;
	set_up();
	switch_mirror(port[A], port[SPY], MIRROR_OUT);
	send(A, MAC_BROADCAST, mac_of(1));
	assert_int_equal(box[SPY].count, 0);
	send(B, mac_of(1), mac_of(2));
	assert_int_equal(box[SPY].count, 1);
	tear_down();
}

static void who_watches_takes_part_in_nothing(void **state)
{
	(void)state;
	set_up();
	send(SPY, MAC_BROADCAST, mac_of(9));
	switch_mirror(port[A], port[SPY], MIRROR_BOTH);
	assert_int_equal(switch_count(sw), 0);
	box[A].count = box[B].count = 0;
	send(SPY, MAC_BROADCAST, mac_of(9));
	assert_int_equal(box[A].count + box[B].count, 0);
	assert_int_equal(drops(DROP_sw_mirror), 1);
	send(B, mac_of(9), mac_of(2)); /* floods, but not to the spy */
	assert_int_equal(box[A].count, 1);
	assert_int_equal(box[SPY].count, 1); /* as it leaves by A */
	tear_down();
}

static void copies_show_the_tag_that_is_on_the_cable(void **state)
{
	struct vlan_port vp = {.mode = VLAN_TRUNK};

	(void)state;
	set_up();
	vlan_carry(&vp, 1);
	assert_int_equal(switch_set_vlan(port[A], &vp), 0);
	switch_mirror(port[A], port[SPY], MIRROR_BOTH);
	send(B, MAC_BROADCAST, mac_of(2));
	assert_int_equal(box[SPY].count, 1);
	assert_int_equal(get32(box[SPY].caught[0].head + 12), 0x81000001);
	tear_down();
}

static void a_port_keeps_no_more_addresses_than_it_may(void **state)
{
	const struct switch_limits limits = {.macs_max = 3};
	uint8_t i;

	(void)state;
	set_up();
	switch_set_limits(port[A], &limits);
	for (i = 1; i <= 50; i++)
		send(A, mac_of(100), mac_of(i));
	for (i = 60; i <= 70; i++)
		send(B, mac_of(100), mac_of(i));
	assert_int_equal(switch_count(sw), 3 + 11);
	assert_int_equal(switch_stats(sw)->evicted, 47);
	tear_down();
}

/* Each kind has its own limit and its own name. */
static void each_kind_of_flood_has_its_limit(void **state)
{
	static const mac_addr group = {{1, 0, 0x5e, 1, 1, 1}};
	const struct switch_limits limits = {.storm = {100, 50, 20}};
	int i;

	(void)state;
	set_up();
	switch_set_limits(port[A], &limits);
	send(B, mac_of(1), mac_of(2));
	box[B].count = 0;
	for (i = 0; i < 100; i++) {
		send(A, MAC_BROADCAST, mac_of(1));
		send(A, group, mac_of(1));
		send(A, mac_of(77), mac_of(1));
		send(A, mac_of(2), mac_of(1)); /* known: no flood */
	}
	/* A tenth of a second's worth at once, and next to no time passed. */
	assert_int_equal(drops(DROP_sw_storm_broadcast), 90);
	assert_int_equal(drops(DROP_sw_storm_multicast), 95);
	assert_int_equal(drops(DROP_sw_storm_unknown), 98);
	assert_int_equal(drops(DROP_sw_storm), 0);
	assert_int_equal(box[B].count, 10 + 5 + 2 + 100);
	world_run_until(w, world_now(w) + NS_PER_S);
	send(A, mac_of(77), mac_of(1));
	assert_int_equal(drops(DROP_sw_storm_unknown), 98);
	tear_down();
}

static void ageing_time_is_a_setting(void **state)
{
	struct switch_cfg cfg = switch_cfg_default;

	(void)state;
	set_up();
	cfg.age_ns = 2 * NS_PER_S;
	switch_set_cfg(sw, &cfg);
	send(A, mac_of(9), mac_of(1));
	world_run_until(w, NS_PER_S);
	assert_int_equal(switch_count(sw), 1);
	world_run_until(w, 3 * NS_PER_S);
	assert_int_equal(switch_count(sw), 0);
	tear_down();
}

/* IEEE 802.1D-2004, 7.12.6: these concern one cable. */
static void reserved_groups_are_not_forwarded(void **state)
{
	mac_addr dst = {{0x01, 0x80, 0xc2, 0, 0, 0}};
	int last;

	(void)state;
	set_up();
	for (last = 1; last < 0x10; last++) {
		dst.o[5] = (uint8_t)last;
		send(A, dst, mac_of(1));
	}
	assert_int_equal(drops(DROP_sw_reserved), 15);
	assert_int_equal(box[B].count, 0);
	dst.o[5] = 0x10;
	send(A, dst, mac_of(1));
	dst.o[5] = 0; /* BPDUs pass a switch that has no spanning tree */
	send(A, dst, mac_of(1));
	assert_int_equal(box[B].count, 2);
	tear_down();
}

/* A BPDU of a bridge that would be a better root. */
static void send_bpdu(int from)
{
	uint8_t f[60] = {0x01, 0x80, 0xc2,	  0,	       0,     0,
			 2,    0,    0,		  0,	       0,     1,
			 0,    39,   LLC_SAP_STP, LLC_SAP_STP, LLC_UI};
	const struct bpdu_hdr h = {
		.version = 2,
		.type = BPDU_RST,
		.flags = BPDU_F_PROPOSAL | BPDU_ROLE_DESIGNATED
						   << BPDU_ROLE_SHIFT,
		.root = 1,
		.bridge = 1,
		.port = 1,
		.max_age = 20 * BPDU_SECOND,
		.hello = 2 * BPDU_SECOND,
		.fwd_delay = 15 * BPDU_SECOND,
	};

	bpdu_emit(f + 17, &h);
	assert_int_equal(box_send(box[from].port, f, sizeof(f)), 0);
	world_run_until(w, world_now(w) + 100 * NS_PER_MS);
}

static size_t count_got(int i)
{
	size_t n = 0, k;

	for (k = 0; k < box[i].count; k++)
		n += caught_number(&box[i].caught[k]) == 1;
	box[i].count = 0;
	return n;
}

static void a_guarded_port_closes_when_a_bridge_speaks(void **state)
{
	const struct stp_cfg cfg = {.priority = STP_PORT_PRIORITY,
				    .edge = STP_EDGE_YES,
				    .is_guarded = true};

	(void)state;
	set_up();
	assert_int_equal(switch_stp_start(sw, SWITCH_STP_PRIORITY), 0);
	switch_set_stp(port[A], &cfg);
	world_run_until(w, 10 * NS_PER_S);
	send(A, MAC_BROADCAST, mac_of(1));
	assert_int_equal(count_got(B), 1);
	send_bpdu(A);
	assert_int_equal(drops(DROP_stp_guard), 1);
	assert_int_equal(switch_port_stp(port[A])->role, STP_DISABLED);
	assert_null(switch_port_stp(port[A])->stp->root_port);
	send(A, MAC_BROADCAST, mac_of(1));
	assert_int_equal(count_got(B), 0);
	assert_int_equal(drops(DROP_stp_blocked), 1);
	send_bpdu(A); /* nothing more comes in there */
	assert_int_equal(drops(DROP_link_down), 1);
	/* Its cable is pulled out and plugged in again. */
	cable_set_up(port[A]->cable, CABLE_BOTH, false);
	world_run_until(w, world_now(w) + 2 * NS_PER_S);
	cable_set_up(port[A]->cable, CABLE_BOTH, true);
	world_run_until(w, world_now(w) + 2 * NS_PER_S);
	send(A, MAC_BROADCAST, mac_of(1));
	assert_int_equal(count_got(B), 1);
	tear_down();
}

static void an_edge_forwards_at_once_others_wait(void **state)
{
	struct stp_cfg cfg = {.priority = STP_PORT_PRIORITY,
			      .edge = STP_EDGE_YES,
			      .cost = 4711};

	(void)state;
	set_up();
	assert_int_equal(switch_stp_start(sw, SWITCH_STP_PRIORITY), 0);
	switch_set_stp(port[A], &cfg);
	cfg.edge = STP_EDGE_NO;
	cfg.priority = 16;
	switch_set_stp(port[B], &cfg);
	world_run_until(w, 100 * NS_PER_MS);
	assert_int_equal(switch_port_stp(port[A])->state, STP_FORWARDING);
	assert_int_equal(switch_port_stp(port[B])->state, STP_DISCARDING);
	assert_int_equal(switch_port_stp(port[A])->cost, 4711);
	assert_int_equal(switch_port_stp(port[A])->id, 0x8001);
	assert_int_equal(switch_port_stp(port[B])->id, 0x1002);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mirror_shows_what_comes_in_and_what_leaves),
		cmocka_unit_test(a_mirror_may_show_one_direction),
		cmocka_unit_test(who_watches_takes_part_in_nothing),
		cmocka_unit_test(copies_show_the_tag_that_is_on_the_cable),
		cmocka_unit_test(a_port_keeps_no_more_addresses_than_it_may),
		cmocka_unit_test(each_kind_of_flood_has_its_limit),
		cmocka_unit_test(ageing_time_is_a_setting),
		cmocka_unit_test(reserved_groups_are_not_forwarded),
		cmocka_unit_test(a_guarded_port_closes_when_a_bridge_speaks),
		cmocka_unit_test(an_edge_forwards_at_once_others_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
