// SPDX-License-Identifier: MIT
/* hub_test.c - stations that share one wire */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/drop.h"
#include "core/pkt.h"

#include "catch_box.h"
#include "vnet/vnet.h"

#define STATIONS 64

static struct mem mem;
static struct world *w;
static struct hub *hub;
static struct catch_box box[STATIONS];
static unsigned int stations;

/* @delay_ns: from each station to the hub. */
static void set_up(unsigned int count, uint64_t delay_ns, size_t room)
{
	const struct cable_params p = {.delay_ns = delay_ns};
	unsigned int i;
	char name[16];

	mem_init_libc(&mem);
	w = world_new(&mem, 7);
	hub = world_add_hub(w, "hub", 0);
	stations = count;
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		catch_init(&box[i], w, name, room);
		assert_non_null(
			world_link(w, box[i].port, hub_add_port(hub), &p));
	}
}

static void tear_down(void)
{
	unsigned int i;

	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
	for (i = 0; i < stations; i++)
		catch_fini(&box[i]);
}

static void send(unsigned int from, uint32_t number, size_t len)
{
	frame_send(box[from].port, MAC_BROADCAST, mac_of((uint8_t)(from + 1)),
		   number, len);
}

static void what_one_sends_all_others_hear(void **state)
{
	unsigned int i;

	(void)state;
	set_up(4, 1000, 10);
	send(0, 5, 100);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(box[0].count, 0);
	for (i = 1; i < 4; i++) {
		assert_int_equal(box[i].count, 1);
		assert_int_equal(caught_number(&box[i].caught[0]), 5);
		/* preamble, frame, FCS; the hub's 8 bits; two cables */
		assert_int_equal(box[i].caught[0].at_ns,
				 (8 + 100 + 4) * 800 + 800 + 2000);
	}
	assert_int_equal(hub_stats(hub)->collisions, 0);
	tear_down();
}

static void who_hears_somebody_waits_and_leaves_a_gap(void **state)
{
	(void)state;
	set_up(3, 0, 10);
	send(0, 1, 100);
	world_run_until(w, 20000);
	send(1, 2, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(hub_stats(hub)->collisions, 0);
	assert_int_equal(box[2].count, 2);
	/* 112 octets, heard 0.8 us later, 12 octets of gap, 72 octets */
	assert_int_equal(box[2].caught[1].at_ns, (112 + 1 + 12 + 72 + 1) * 800);
	tear_down();
}

static void two_that_begin_together_collide_and_both_get_through(void **state)
{
	(void)state;
	set_up(3, 1000, 10);
	send(0, 1, 100);
	send(1, 2, 100);
	world_run_idle(w, NS_PER_S);
	assert_true(hub_stats(hub)->collisions >= 2);
	assert_int_equal(hub_stats(hub)->collisions % 2, 0);
	assert_int_equal(hub_stats(hub)->late, 0);
	assert_int_equal(hub_stats(hub)->sent, 2);
	assert_int_equal(box[2].count, 2);
	assert_int_equal(box[0].count, 1);
	assert_int_equal(box[1].count, 1);
	tear_down();
}

static void nobody_hears_a_frame_that_was_disturbed(void **state)
{
	unsigned int i, n;

	(void)state;
	set_up(8, 2000, 200);
	for (i = 0; i < 8; i++)
		for (n = 0; n < 20; n++)
			send(i, i * 100 + n, 300);
	world_run_idle(w, 10 * NS_PER_S);
	assert_true(hub_stats(hub)->collisions > 100);
	assert_int_equal(hub_stats(hub)->sent + hub_stats(hub)->given_up, 160);
	/* Everybody has all of the others', each once, in order of its sender. */
	for (i = 0; i < 8; i++) {
		uint32_t last[8] = {0};

		for (n = 0; n < box[i].count; n++) {
			uint32_t number = caught_number(&box[i].caught[n]);
			unsigned int from = number / 100;

			assert_true(from < 8 && from != i);
			assert_true(number >= last[from]);
			last[from] = number + 1;
		}
	}
	assert_true(box[0].count + 20 >= hub_stats(hub)->sent);
	tear_down();
}

static void after_sixteen_collisions_a_frame_is_given_up(void **state)
{
	unsigned int i;
	uint64_t dropped = 0;
	struct list *pos;

	(void)state;
	/* So far apart that who begins within 11 slots of another collides:
	 * too many for 1024 slots. */
	set_up(STATIONS, 280 * NS_PER_US, 0);
	for (i = 0; i < STATIONS; i++)
		send(i, i, 1500);
	world_run_idle(w, 100 * NS_PER_S);
	assert_true(hub_stats(hub)->given_up > 0);
	list_for_each(pos, world_cables(w))
		dropped += list_entry(pos, struct cable, list)
				   ->place.drops[DROP_hub_collisions];
	assert_int_equal(dropped, hub_stats(hub)->given_up);
	assert_int_equal(hub_stats(hub)->sent + dropped, STATIONS);
	tear_down();
}

/* Why a frame has at least 64 octets, and a wire at most so many metres. */
static void on_too_long_a_wire_short_frames_die_unnoticed(void **state)
{
	(void)state;
	set_up(3, 100 * NS_PER_US, 10);
	send(0, 1, 60); /* 57.6 us; its news takes 200 us */
	send(1, 2, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(hub_stats(hub)->sent, 2); /* so they think */
	assert_int_equal(box[2].count, 0);
	tear_down();

	set_up(3, 100 * NS_PER_US, 10);
	send(0, 1, 1500); /* 1.2 ms: it is noticed, but late */
	send(1, 2, 1500);
	world_run_idle(w, NS_PER_S);
	assert_true(hub_stats(hub)->late >= 2);
	assert_int_equal(box[2].count, 2);
	tear_down();
}

/* Share of the time in which frames get through when @q always want to send. */
static double efficiency(unsigned int q, size_t len)
{
	const uint64_t end = 20 * NS_PER_S;
	double busy;
	unsigned int i;

	set_up(q, 12 * NS_PER_US, 0); /* a round trip of nearly one slot */
	while (world_now(w) < end) {
		for (i = 0; i < q; i++) /* more than they can send till then */
			while (cable_stats(box[i].port->cable, CABLE_AB)
				       ->queue_full <
			       1 + world_now(w) / (500 * NS_PER_MS))
				send(i, 0, len);
		world_run_until(w, world_now(w) + 500 * NS_PER_MS);
	}
	busy = (double)hub_stats(hub)->busy_ns / (double)end;
	tear_down();
	return busy;
}

/* Metcalfe and Boggs, "Ethernet: Distributed Packet Switching for Local
 * Computer Networks", 1976, section 6: with Q stations that always want to
 * send, a slot is acquired with probability A = (1 - 1/Q)^(Q-1). */
static double in_theory(unsigned int q, size_t len)
{
	double a = pow(1 - 1.0 / q, q - 1.0);
	double frame = (double)(8 + len + 4) * 0.8;

	return frame / (frame + (1 - a) / a * 51.2 + 9.6);
}

/*
 * The theory has all stations try with the best probability, and every
 * contention slot last 51.2 us.  Back-off is worse at guessing when there are
 * many; but a collision of few is over sooner, and who has just sent backs off
 * from 0 and often sends again (the capture effect), so what is measured lies
 * above, as Boggs, Mogul and Kent found on a real wire ("Measured Capacity of
 * an Ethernet", 1988).
 */
static void throughput_under_load_is_what_textbooks_say(void **state)
{
	static const struct {
		unsigned int q;
		size_t len;
	} loads[] = {{2, 1500}, {5, 1500}, {10, 1500}, {32, 1500},
		     {5, 512},	{10, 512}, {5, 60}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		double seen = efficiency(loads[i].q, loads[i].len);
		double said = in_theory(loads[i].q, loads[i].len);

		print_message(
			"# %2u stations, %4zu octets: %.3f, theory %.3f\n",
			loads[i].q, loads[i].len, seen, said);
		assert_true(seen > said - 0.05 && seen < said + 0.2);
	}
}

static void hubs_do_not_join(void **state)
{
	struct hub *other;

	(void)state;
	set_up(2, 0, 0);
	other = world_add_hub(w, "other", 0);
	assert_null(
		world_link(w, hub_add_port(hub), hub_add_port(other), NULL));
	tear_down();
}

static void a_hub_and_a_switch_get_on(void **state)
{
	struct vswitch *sw;

	(void)state;
	set_up(2, 0, 10);
	sw = world_add_switch(w, "sw");
	assert_non_null(
		world_link(w, switch_add_port(sw), hub_add_port(hub), NULL));
	send(0, 1, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(switch_count(sw), 1);
	assert_int_equal(box[1].count, 1);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_sends_all_others_hear),
		cmocka_unit_test(who_hears_somebody_waits_and_leaves_a_gap),
		cmocka_unit_test(
			two_that_begin_together_collide_and_both_get_through),
		cmocka_unit_test(nobody_hears_a_frame_that_was_disturbed),
		cmocka_unit_test(after_sixteen_collisions_a_frame_is_given_up),
		cmocka_unit_test(on_too_long_a_wire_short_frames_die_unnoticed),
		cmocka_unit_test(throughput_under_load_is_what_textbooks_say),
		cmocka_unit_test(hubs_do_not_join),
		cmocka_unit_test(a_hub_and_a_switch_get_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
