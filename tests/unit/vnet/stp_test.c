// SPDX-License-Identifier: MIT
/* stp_test.c - switches in a ring agree on a tree, and on another one */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/llc.h"

#include "core/pkt.h"

#include "catch_box.h"
#include "vnet/stp.h"
#include "vnet/vnet.h"

#define RING	    3
#define HOSTS	    30
#define AFTER_CUT_S 5

static struct mem mem;
static struct world *w;
static struct vswitch *sw[RING];
static struct port *from[RING], *to[RING]; /* of the cable sw[i] -- sw[i+1] */
static struct catch_box host[HOSTS];

static void link_ring(void)
{
	const struct cable_params p = {.rate_bps = UINT64_C(1000000000),
				       .delay_ns = NS_PER_MS};
	size_t i;

	for (i = 0; i < RING; i++) {
		from[i] = switch_add_port(sw[i]);
		to[i] = switch_add_port(sw[(i + 1) % RING]);
		assert_non_null(world_link(w, from[i], to[i], &p));
	}
}

/* Ten hosts at each of three switches. */
static void set_up(void)
{
	char name[16];
	size_t i;

	mem_init_libc(&mem);
	w = world_new(&mem, 5);
	assert_non_null(w);
	for (i = 0; i < RING; i++) {
		snprintf(name, sizeof(name), "s%zu", i);
		sw[i] = world_add_switch(w, name);
		assert_non_null(sw[i]);
	}
	link_ring();
	for (i = 0; i < HOSTS; i++) {
		snprintf(name, sizeof(name), "h%zu", i);
		catch_init(&host[i], w, name, 4);
		assert_non_null(world_link(
			w, host[i].port, switch_add_port(sw[i % RING]), NULL));
	}
	for (i = 0; i < RING; i++)
		assert_int_equal(switch_stp_start(sw[i], SWITCH_STP_PRIORITY),
				 0);
}

static void tear_down(void)
{
	size_t i;

	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
	for (i = 0; i < HOSTS; i++)
		catch_fini(&host[i]);
}

static void run_s(uint64_t s)
{
	world_run_until(w, world_now(w) + s * NS_PER_S);
}

static uint64_t drops(size_t i, enum drop why)
{
	return switch_node(sw[i])->place->drops[why];
}

static size_t count_state(enum stp_state state)
{
	size_t i, n = 0;

	for (i = 0; i < RING; i++) {
		n += switch_port_stp(from[i])->state == state;
		n += switch_port_stp(to[i])->state == state;
	}
	return n;
}

/* BPDUs come to the boxes, too; only what host 0 sent has its number. */
static size_t count_got(size_t h)
{
	size_t i, n = 0;

	for (i = 0; i < host[h].count && i < host[h].room; i++)
		n += caught_number(&host[h].caught[i]) == 4711;
	return n;
}

/* A broadcast of host 0 arrives once at each other host and nowhere else. */
static void check_broadcast(void)
{
	size_t i;

	for (i = 0; i < HOSTS; i++)
		host[i].count = 0;
	frame_send(host[0].port, MAC_BROADCAST, mac_of(1), 4711, 60);
	world_run_until(w, world_now(w) + 50 * NS_PER_MS);
	for (i = 0; i < HOSTS; i++)
		assert_int_equal(count_got(i), i ? 1 : 0);
}

static void ring_has_one_closed_port_and_no_frame_circulates(void **state)
{
	(void)state;
	set_up();
	run_s(AFTER_CUT_S);
	assert_int_equal(count_state(STP_DISCARDING), 1);
	assert_int_equal(count_state(STP_FORWARDING), 2 * RING - 1);
	check_broadcast();
	assert_true(drops(0, DROP_stp_blocked) + drops(1, DROP_stp_blocked) +
			    drops(2, DROP_stp_blocked) >=
		    1);
	tear_down();
}

static void traffic_returns_after_each_cut_and_each_repair(void **state)
{
	size_t i;

	(void)state;
	set_up();
	run_s(AFTER_CUT_S);
	for (i = 0; i < RING; i++) {
		cable_set_up(from[i]->cable, CABLE_BOTH, false);
		run_s(AFTER_CUT_S);
		assert_int_equal(count_state(STP_FORWARDING), 2 * RING - 2);
		check_broadcast();
		cable_set_up(from[i]->cable, CABLE_BOTH, true);
		run_s(AFTER_CUT_S);
		assert_int_equal(count_state(STP_DISCARDING), 1);
		check_broadcast();
	}
	tear_down();
}

/* A loop may not close even for a moment while the tree changes. */
static void no_frame_multiplies_while_the_tree_changes(void **state)
{
	size_t i;

	(void)state;
	set_up();
	for (i = 0; i < HOSTS; i++)
		host[i].count = 0;
	for (i = 0; i < 500; i++) {
		if (i % 100 == 50)
			cable_set_up(from[i / 100 % RING]->cable, CABLE_BOTH,
				     i / 100 % 2);
		frame_send(host[0].port, MAC_BROADCAST, mac_of(1), 1, 60);
		world_run_until(w, world_now(w) + 20 * NS_PER_MS);
	}
	assert_int_equal(drops(0, DROP_sw_storm), 0);
	assert_int_equal(drops(1, DROP_sw_storm), 0);
	assert_int_equal(drops(2, DROP_sw_storm), 0);
	for (i = 1; i < HOSTS; i++)
		assert_in_range(host[i].count, 1, 500 + 100);
	tear_down();
}

/* IEEE 802.1D-2004, 17.3.1: the least identifier is the root. */
static void least_priority_becomes_the_root(void **state)
{
	size_t i;

	(void)state;
	mem_init_libc(&mem);
	w = world_new(&mem, 5);
	for (i = 0; i < RING; i++) {
		sw[i] = world_add_switch(w, (const char *[]){"a", "b", "c"}[i]);
		assert_int_equal(switch_stp_start(sw[i], i == 1 ? 4096 : 8192),
				 0);
	}
	link_ring();
	run_s(AFTER_CUT_S);
	assert_int_equal(switch_port_stp(from[1])->role, STP_DESIGNATED);
	assert_int_equal(switch_port_stp(to[0])->role, STP_DESIGNATED);
	assert_int_equal(switch_port_stp(from[0])->role, STP_ROOT);
	assert_int_equal(switch_port_stp(to[1])->role, STP_ROOT);
	assert_int_equal(switch_port_stp(from[0])->cost, 20000);
	assert_int_equal(world_free(w), 0);
}

/* Sends a BPDU from host 0 with one octet of it changed. */
static void send_bpdu(size_t at, uint8_t octet)
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
		.cost = UINT32_MAX,
		.bridge = 1,
		.port = 1,
		.max_age = 20 * BPDU_SECOND,
		.hello = 2 * BPDU_SECOND,
		.fwd_delay = 15 * BPDU_SECOND,
	};

	bpdu_emit(f + 17, &h);
	if (at)
		f[at] = octet;
	assert_int_equal(box_send(host[0].port, f, sizeof(f)), 0);
	world_run_until(w, world_now(w) + 100 * NS_PER_MS);
}

static void hostile_bpdus_are_dropped_by_name(void **state)
{
	uint64_t before;
	size_t at;

	(void)state;
	set_up();
	run_s(AFTER_CUT_S);
	send_bpdu(13, 10);   /* a length that cuts it */
	send_bpdu(14, 0xaa); /* another service */
	send_bpdu(18, 9);    /* another protocol */
	send_bpdu(20, 9);    /* no such type */
	send_bpdu(46, 0);    /* maximum age 0 */
	assert_int_equal(drops(0, DROP_stp_bad), 5);
	assert_int_equal(count_state(STP_DISCARDING), 1);
	before = drops(0, DROP_stp_bad);
	for (at = 12; at < 53; at++)
		send_bpdu(at, 0xff);
	assert_true(drops(0, DROP_stp_bad) > before);
	run_s(30);
	check_broadcast();
	tear_down();
}

/* Whoever claims to be the root at an absurd cost is believed, and forgotten
 * when it is silent (17.21.23). */
static void a_root_that_falls_silent_is_forgotten(void **state)
{
	(void)state;
	set_up();
	run_s(AFTER_CUT_S);
	send_bpdu(0, 0);
	assert_int_equal(switch_port_stp(from[0])->vec.root, 1);
	run_s(30);
	assert_int_not_equal(switch_port_stp(from[0])->vec.root, 1);
	assert_int_equal(count_state(STP_DISCARDING), 1);
	check_broadcast();
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			ring_has_one_closed_port_and_no_frame_circulates),
		cmocka_unit_test(
			traffic_returns_after_each_cut_and_each_repair),
		cmocka_unit_test(no_frame_multiplies_while_the_tree_changes),
		cmocka_unit_test(least_priority_becomes_the_root),
		cmocka_unit_test(hostile_bpdus_are_dropped_by_name),
		cmocka_unit_test(a_root_that_falls_silent_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
