// SPDX-License-Identifier: MIT
/* cable_test.c - rate, delay, queue, and what can go wrong on the way */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pkt.h"

#include "catch_box.h"
#include "vnet/vnet.h"

#define ROOM 60000

static struct mem mem;
static struct world *w;
static struct catch_box a, b;
static struct cable *cable;

static void set_up_rooms(const struct cable_params *p, size_t room)
{
	mem_init_libc(&mem);
	w = world_new(&mem, 7);
	assert_non_null(w);
	catch_init(&a, w, "a", room);
	catch_init(&b, w, "b", room);
	cable = world_link(w, a.port, b.port, p);
	assert_non_null(cable);
}

static void set_up(const struct cable_params *p)
{
	set_up_rooms(p, 100);
}

static void tear_down(void)
{
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
	catch_fini(&a);
	catch_fini(&b);
}

static void send_a(uint32_t number, size_t len)
{
	frame_send(a.port, mac_of(2), mac_of(1), number, len);
}

static const struct cable_stats *stats(void)
{
	return cable_stats(cable, CABLE_AB);
}

static void ten_milliseconds_are_exactly_that(void **state)
{
	struct cable_params p = {.delay_ns = 10 * NS_PER_MS};

	(void)state;
	set_up(&p);
	world_run_until(w, 123);
	send_a(1, 1514);
	send_a(2, 60);
	world_run_until(w, 123 + 10 * NS_PER_MS - 1);
	assert_int_equal(b.count, 0);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.count, 2);
	assert_int_equal(b.caught[0].at_ns, 123 + 10 * NS_PER_MS);
	assert_int_equal(b.caught[1].at_ns, 123 + 10 * NS_PER_MS);
	assert_int_equal(caught_number(&b.caught[0]), 1);
	tear_down();
}

/* 10 Mbit/s: an octet takes 800 ns.  8 + 64 before the gap, 12 in it. */
static void wire_time_counts_preamble_fcs_and_gap(void **state)
{
	struct cable_params p = {.rate_bps = 10000000, .delay_ns = 1000};

	(void)state;
	set_up(&p);
	send_a(1, 60);
	send_a(2, 60);
	send_a(3, 1514);
	send_a(4, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.count, 4);
	assert_int_equal(b.caught[0].at_ns, 72 * 800 + 1000);
	assert_int_equal(b.caught[1].at_ns, (84 + 72) * 800 + 1000);
	assert_int_equal(b.caught[2].at_ns, (2 * 84 + 1526) * 800 + 1000);
	assert_int_equal(b.caught[3].at_ns, (2 * 84 + 1538 + 72) * 800 + 1000);
	assert_int_equal(stats()->busy_ns, (3 * 84 + 1538) * 800);
	tear_down();
}

static void short_frames_take_the_time_of_minimal_ones(void **state)
{
	struct cable_params p = {.rate_bps = 8000000};

	(void)state;
	set_up(&p);
	send_a(1, 20);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.caught[0].at_ns, 72 * 1000);
	assert_int_equal(b.caught[0].len, 20);
	tear_down();
}

/* 84 octets at 9 Mbit/s take 74,666 and two thirds of a nanosecond. */
static void fractions_of_a_nanosecond_are_not_lost(void **state)
{
	struct cable_params p = {.rate_bps = 9000000, .queue_frames = 4000};
	int i;

	(void)state;
	set_up_rooms(&p, 3001);
	for (i = 0; i < 3001; i++)
		send_a((uint32_t)i, 60);
	world_run_idle(w, 10 * NS_PER_S);
	assert_int_equal(b.count, 3001);
	/* 3,000 frames take exactly 0.224 s; the last one 72 octets more. */
	assert_int_equal(b.caught[3000].at_ns, 224 * NS_PER_MS + 64000);
	tear_down();
}

static void rates_change_under_waiting_frames(void **state)
{
	struct cable_params p = {.rate_bps = 8000000};

	(void)state;
	set_up(&p);
	send_a(1, 60);
	send_a(2, 60);
	send_a(3, 60);
	p.rate_bps = 80000000;
	cable_set_params(cable, CABLE_AB, &p);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.caught[0].at_ns, 72000);
	assert_int_equal(b.caught[1].at_ns, 84000 + 7200);
	assert_int_equal(b.caught[2].at_ns, 84000 + 8400 + 7200);
	assert_int_equal(cable_params(cable, CABLE_BA)->rate_bps, 8000000);
	tear_down();
}

static void directions_do_not_disturb_each_other(void **state)
{
	struct cable_params p = {.rate_bps = 8000000};

	(void)state;
	set_up(&p);
	send_a(1, 60);
	frame_send(b.port, mac_of(1), mac_of(2), 9, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(a.caught[0].at_ns, 72000);
	assert_int_equal(b.caught[0].at_ns, 72000);
	tear_down();
}

static void full_queue_drops_the_newest(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .queue_frames = 3};
	uint32_t i;

	(void)state;
	set_up(&p);
	for (i = 0; i < 6; i++)
		send_a(i, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.count, 4); /* one on the wire, three waited */
	assert_int_equal(caught_number(&b.caught[3]), 3);
	assert_int_equal(cable->place.drops[DROP_cable_queue], 2);
	assert_int_equal(stats()->queue_full, 2);
	assert_int_equal(stats()->queue_frames_max, 3);
	tear_down();
}

static void queue_may_be_limited_in_octets(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .queue_octets = 1600};

	(void)state;
	set_up(&p);
	send_a(0, 60);
	send_a(1, 1514);
	send_a(2, 100); /* does not fit any more */
	send_a(3, 86);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.count, 3);
	assert_int_equal(caught_number(&b.caught[2]), 3);
	assert_int_equal(stats()->queue_octets_max, 1600);
	tear_down();
}

static void idle_cable_of_limited_rate_never_drops(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .queue_frames = 1};
	uint32_t i;

	(void)state;
	set_up(&p);
	for (i = 0; i < 50; i++) {
		send_a(i, 60);
		world_run_until(w, world_now(w) + 84000);
	}
	assert_int_equal(b.count, 50);
	assert_int_equal(stats()->queue_frames_max, 0);
	tear_down();
}

/* Send many numbered frames, far enough apart not to meet. */
static void send_many(uint32_t count, uint64_t gap_ns)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		send_a(i, 60);
		world_run_until(w, world_now(w) + gap_ns);
	}
	world_run_idle(w, world_now(w) + 10 * NS_PER_S);
}

static void assert_near(double is, double wanted, double by)
{
	assert_true(is > wanted - by && is < wanted + by);
}

static void loss_is_as_probable_as_said(void **state)
{
	static const double probable[] = {0.001, 0.01, 0.1, 0.5, 1};
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		struct cable_params p = {.loss = probable[i]};

		set_up_rooms(&p, 0);
		send_many(ROOM, 10);
		assert_int_equal(stats()->lost + b.count, ROOM);
		assert_int_equal(cable->place.drops[DROP_cable_loss],
				 stats()->lost);
		assert_near((double)stats()->lost / ROOM, p.loss, 0.01);
		assert_near((double)stats()->lost / ROOM / p.loss, 1, 0.4);
		tear_down();
	}
}

static void lost_frames_still_occupy_the_wire(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .loss = 1};

	(void)state;
	set_up(&p);
	send_a(0, 60);
	send_a(1, 60);
	p.loss = 0;
	cable_set_params(cable, CABLE_BOTH, &p);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.count, 1);
	assert_int_equal(b.caught[0].at_ns, 84000 + 72000);
	tear_down();
}

static void duplicates_come_twice_in_a_row(void **state)
{
	struct cable_params p = {.dup = 0.25, .delay_ns = 1000};
	size_t i, twice = 0;

	(void)state;
	set_up_rooms(&p, 2 * ROOM);
	send_many(ROOM, 10);
	for (i = 1; i < b.count; i++) {
		if (caught_number(&b.caught[i]) ==
		    caught_number(&b.caught[i - 1])) {
			assert_int_equal(b.caught[i].at_ns,
					 b.caught[i - 1].at_ns);
			twice++;
		}
	}
	assert_int_equal(b.count, ROOM + twice);
	assert_int_equal(stats()->duplicated, twice);
	assert_near((double)twice / ROOM, 0.25, 0.01);
	tear_down();
}

static void jitter_is_even_and_keeps_the_order(void **state)
{
	struct cable_params p = {.delay_ns = 1000000, .jitter_ns = 400000};
	double sum = 0, least = 1e9, most = 0;
	uint32_t i;

	(void)state;
	set_up_rooms(&p, ROOM);
	send_many(ROOM, 500000);
	for (i = 0; i < ROOM; i++) {
		double delay =
			(double)(b.caught[i].at_ns - (uint64_t)i * 500000);

		assert_int_equal(caught_number(&b.caught[i]), i);
		sum += delay;
		least = delay < least ? delay : least;
		most = delay > most ? delay : most;
	}
	assert_near(sum / ROOM, 1200000, 2000);
	assert_true(least >= 1000000 && least < 1000100);
	assert_true(most <= 1400000 && most > 1399900);
	tear_down();

	/* Close together: the order stays all the same. */
	set_up_rooms(&p, ROOM);
	send_many(ROOM, 100);
	for (i = 0; i < ROOM; i++)
		assert_int_equal(caught_number(&b.caught[i]), i);
	tear_down();
}

static void reordered_frames_are_overtaken(void **state)
{
	struct cable_params p = {
		.delay_ns = 1000, .reorder = 0.1, .reorder_ns = 350};
	uint32_t i, late = 0;

	(void)state;
	set_up_rooms(&p, ROOM);
	send_many(ROOM, 100);
	assert_int_equal(b.count, ROOM);
	for (i = 0; i < ROOM; i++) {
		uint32_t n = caught_number(&b.caught[i]);
		uint64_t delay = b.caught[i].at_ns - (uint64_t)n * 100;

		assert_true(delay == 1000 || delay == 1350);
		late += delay == 1350;
	}
	assert_int_equal(stats()->reordered, late);
	assert_near((double)late / ROOM, 0.1, 0.01);
	assert_int_not_equal(caught_number(&b.caught[100]) +
				     caught_number(&b.caught[101]) +
				     caught_number(&b.caught[102]),
			     0);
	tear_down();
}

static void what_is_on_a_cable_that_goes_down_is_lost(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .delay_ns = NS_PER_MS};
	int i;

	(void)state;
	set_up(&p);
	for (i = 0; i < 5; i++)
		send_a((uint32_t)i, 60);
	frame_send(b.port, mac_of(1), mac_of(2), 9, 60);
	world_run_until(w, 100000);
	assert_int_equal(cable_in_flight(cable), 6);
	cable_set_up(cable, CABLE_AB, false);
	assert_int_equal(cable_in_flight(cable), 1);
	send_a(7, 60);
	world_run_until(w, 5 * NS_PER_MS);
	assert_int_equal(b.count, 0);
	assert_int_equal(a.count, 1); /* the other way still works */
	assert_int_equal(cable->place.drops[DROP_link_down], 6);
	assert_int_equal(stats()->down, 6);

	cable_set_up(cable, CABLE_BOTH, true);
	send_a(8, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.count, 1);
	assert_int_equal(caught_number(&b.caught[0]), 8);
	tear_down();
}

static enum cable_verdict drop_second(void *arg, struct cable *c,
				      enum cable_dir dir, const struct pkt *pkt)
{
	int *seen = arg;

	assert_ptr_equal(c, cable);
	assert_true(pkt->len >= 60);
	if (dir == CABLE_BA)
		return CABLE_DROP_PARTITION;
	return ++*seen == 2 ? CABLE_DROP_MATCH : CABLE_PASS;
}

static void filters_drop_exactly_what_they_mean(void **state)
{
	int seen = 0;

	(void)state;
	set_up(NULL);
	cable_set_filter(cable, drop_second, &seen);
	send_a(1, 60);
	send_a(2, 60);
	send_a(3, 60);
	frame_send(b.port, mac_of(1), mac_of(2), 9, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.count, 2);
	assert_int_equal(caught_number(&b.caught[1]), 3);
	assert_int_equal(a.count, 0);
	assert_int_equal(cable->place.drops[DROP_fault_match], 1);
	assert_int_equal(cable->place.drops[DROP_partition], 1);
	cable_set_filter(cable, NULL, NULL);
	frame_send(b.port, mac_of(1), mac_of(2), 9, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(a.count, 1);
	tear_down();
}

static void counters_of_a_direction_add_up(void **state)
{
	struct cable_params p = {.rate_bps = 100000000,
				 .loss = 0.1,
				 .dup = 0.1,
				 .corrupt = 0.1,
				 .queue_frames = 50};
	const struct cable_stats *st;

	(void)state;
	set_up_rooms(&p, 0);
	send_many(20000, 6000);
	st = stats();
	assert_int_equal(st->sent_frames, 20000);
	assert_true(st->queue_full > 0);
	assert_int_equal(st->delivered_frames,
			 st->sent_frames - st->queue_full - st->lost +
				 st->duplicated);
	assert_int_equal(st->delivered_frames, b.count);
	assert_int_equal(st->delivered_octets, b.octets);
	tear_down();
}

static void same_seed_gives_the_same_fate(void **state)
{
	struct cable_params p = {
		.loss = 0.3, .dup = 0.2, .jitter_ns = 1000, .corrupt = 0.2};
	struct caught first[100];

	(void)state;
	set_up(&p);
	send_many(100, 100);
	memcpy(first, b.caught, sizeof(first));
	tear_down();
	set_up(&p);
	send_many(100, 100);
	assert_memory_equal(first, b.caught, sizeof(first));
	tear_down();
}

static void parallel_cables_have_names_and_fates_of_their_own(void **state)
{
	struct cable_params p = {.loss = 0.5};
	struct cable *other;
	struct port *pa, *pb;
	uint32_t i;
	size_t before;

	(void)state;
	set_up(&p);
	pa = box_add_port(a.port->node, NULL);
	pb = box_add_port(b.port->node, NULL);
	assert_null(world_link(w, pa, a.port, &p)); /* in use */
	other = world_link(w, pa, pb, &p);
	assert_string_equal(cable->place.name, "a -- b");
	assert_string_equal(other->place.name, "a -- b (2)");
	for (i = 0; i < 50; i++) {
		before = b.count;
		send_a(i, 60);
		frame_send(pa, mac_of(2), mac_of(1), i, 60);
		world_run_idle(w, NS_PER_S);
		if (b.count == before + 1)
			break; /* one of the two was lost */
	}
	assert_true(i < 50);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_milliseconds_are_exactly_that),
		cmocka_unit_test(wire_time_counts_preamble_fcs_and_gap),
		cmocka_unit_test(short_frames_take_the_time_of_minimal_ones),
		cmocka_unit_test(fractions_of_a_nanosecond_are_not_lost),
		cmocka_unit_test(rates_change_under_waiting_frames),
		cmocka_unit_test(directions_do_not_disturb_each_other),
		cmocka_unit_test(full_queue_drops_the_newest),
		cmocka_unit_test(queue_may_be_limited_in_octets),
		cmocka_unit_test(idle_cable_of_limited_rate_never_drops),
		cmocka_unit_test(loss_is_as_probable_as_said),
		cmocka_unit_test(lost_frames_still_occupy_the_wire),
		cmocka_unit_test(duplicates_come_twice_in_a_row),
		cmocka_unit_test(jitter_is_even_and_keeps_the_order),
		cmocka_unit_test(reordered_frames_are_overtaken),
		cmocka_unit_test(what_is_on_a_cable_that_goes_down_is_lost),
		cmocka_unit_test(filters_drop_exactly_what_they_mean),
		cmocka_unit_test(counters_of_a_direction_add_up),
		cmocka_unit_test(same_seed_gives_the_same_fate),
		cmocka_unit_test(
			parallel_cables_have_names_and_fates_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
