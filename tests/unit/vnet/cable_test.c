// SPDX-License-Identifier: MIT
/* cable_test.c - rate, delay, queue, and what can go wrong on the way */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pkt.h"

#include "cablebed.h"
#include "vnet/vnet.h"

#define ROOM 60000

static struct cablebed bed;

static void set_up(const struct cable_params *p)
{
	cablebed_init(&bed, p, 100);
}

static void ten_milliseconds_are_exactly_that(void **state)
{
	struct cable_params p = {.delay_ns = 10 * NS_PER_MS};

	(void)state;
	set_up(&p);
	world_run_until(bed.w, 123);
	cablebed_send(&bed, 1, 1514);
	cablebed_send(&bed, 2, 60);
	world_run_until(bed.w, 123 + 10 * NS_PER_MS - 1);
	assert_int_equal(bed.b.count, 0);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.count, 2);
	assert_int_equal(bed.b.caught[0].at_ns, 123 + 10 * NS_PER_MS);
	assert_int_equal(bed.b.caught[1].at_ns, 123 + 10 * NS_PER_MS);
	assert_int_equal(caught_number(&bed.b.caught[0]), 1);
	cablebed_fini(&bed);
}

/* 10 Mbit/s: an octet takes 800 ns.  8 + 64 before the gap, 12 in it. */
static void wire_time_counts_preamble_fcs_and_gap(void **state)
{
	struct cable_params p = {.rate_bps = 10000000, .delay_ns = 1000};

	(void)state;
	set_up(&p);
	cablebed_send(&bed, 1, 60);
	cablebed_send(&bed, 2, 60);
	cablebed_send(&bed, 3, 1514);
	cablebed_send(&bed, 4, 60);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.count, 4);
	assert_int_equal(bed.b.caught[0].at_ns, 72 * 800 + 1000);
	assert_int_equal(bed.b.caught[1].at_ns, (84 + 72) * 800 + 1000);
	assert_int_equal(bed.b.caught[2].at_ns, (2 * 84 + 1526) * 800 + 1000);
	assert_int_equal(bed.b.caught[3].at_ns,
			 (2 * 84 + 1538 + 72) * 800 + 1000);
	assert_int_equal(cablebed_stats(&bed)->busy_ns, (3 * 84 + 1538) * 800);
	cablebed_fini(&bed);
}

static void short_frames_take_the_time_of_minimal_ones(void **state)
{
	struct cable_params p = {.rate_bps = 8000000};

	(void)state;
	set_up(&p);
	cablebed_send(&bed, 1, 20);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.caught[0].at_ns, 72 * 1000);
	assert_int_equal(bed.b.caught[0].len, 20);
	cablebed_fini(&bed);
}

/* 84 octets at 9 Mbit/s take 74,666 and two thirds of a nanosecond. */
static void fractions_of_a_nanosecond_are_not_lost(void **state)
{
	struct cable_params p = {.rate_bps = 9000000, .queue_frames = 4000};
	int i;

	(void)state;
	cablebed_init(&bed, &p, 3001);
	for (i = 0; i < 3001; i++)
		cablebed_send(&bed, (uint32_t)i, 60);
	world_run_idle(bed.w, 10 * NS_PER_S);
	assert_int_equal(bed.b.count, 3001);
	/* 3,000 frames take exactly 0.224 s; the last one 72 octets more. */
	assert_int_equal(bed.b.caught[3000].at_ns, 224 * NS_PER_MS + 64000);
	cablebed_fini(&bed);
}

static void rates_change_under_waiting_frames(void **state)
{
	struct cable_params p = {.rate_bps = 8000000};

	(void)state;
	set_up(&p);
	cablebed_send(&bed, 1, 60);
	cablebed_send(&bed, 2, 60);
	cablebed_send(&bed, 3, 60);
	p.rate_bps = 80000000;
	cable_set_params(bed.cable, CABLE_AB, &p);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.caught[0].at_ns, 72000);
	assert_int_equal(bed.b.caught[1].at_ns, 84000 + 7200);
	assert_int_equal(bed.b.caught[2].at_ns, 84000 + 8400 + 7200);
	assert_int_equal(cable_params(bed.cable, CABLE_BA)->rate_bps, 8000000);
	cablebed_fini(&bed);
}

static void directions_do_not_disturb_each_other(void **state)
{
	struct cable_params p = {.rate_bps = 8000000};

	(void)state;
	set_up(&p);
	cablebed_send(&bed, 1, 60);
	frame_send(bed.b.port, mac_of(1), mac_of(2), 9, 60);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.a.caught[0].at_ns, 72000);
	assert_int_equal(bed.b.caught[0].at_ns, 72000);
	cablebed_fini(&bed);
}

static void full_queue_drops_the_newest(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .queue_frames = 3};
	uint32_t i;

	(void)state;
	set_up(&p);
	for (i = 0; i < 6; i++)
		cablebed_send(&bed, i, 60);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.count, 4); /* one on the wire, three waited */
	assert_int_equal(caught_number(&bed.b.caught[3]), 3);
	assert_int_equal(bed.cable->place.drops[DROP_cable_queue], 2);
	assert_int_equal(cablebed_stats(&bed)->queue_full, 2);
	assert_int_equal(cablebed_stats(&bed)->queue_frames_max, 3);
	cablebed_fini(&bed);
}

static void queue_may_be_limited_in_octets(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .queue_octets = 1600};

	(void)state;
	set_up(&p);
	cablebed_send(&bed, 0, 60);
	cablebed_send(&bed, 1, 1514);
	cablebed_send(&bed, 2, 100); /* does not fit any more */
	cablebed_send(&bed, 3, 86);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.count, 3);
	assert_int_equal(caught_number(&bed.b.caught[2]), 3);
	assert_int_equal(cablebed_stats(&bed)->queue_octets_max, 1600);
	cablebed_fini(&bed);
}

static void idle_cable_of_limited_rate_never_drops(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .queue_frames = 1};
	uint32_t i;

	(void)state;
	set_up(&p);
	for (i = 0; i < 50; i++) {
		cablebed_send(&bed, i, 60);
		world_run_until(bed.w, world_now(bed.w) + 84000);
	}
	assert_int_equal(bed.b.count, 50);
	assert_int_equal(cablebed_stats(&bed)->queue_frames_max, 0);
	cablebed_fini(&bed);
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

		cablebed_init(&bed, &p, 0);
		cablebed_send_many(&bed, ROOM, 10);
		assert_int_equal(cablebed_stats(&bed)->lost + bed.b.count,
				 ROOM);
		assert_int_equal(bed.cable->place.drops[DROP_cable_loss],
				 cablebed_stats(&bed)->lost);
		assert_near((double)cablebed_stats(&bed)->lost / ROOM, p.loss,
			    0.01);
		assert_near((double)cablebed_stats(&bed)->lost / ROOM / p.loss,
			    1, 0.4);
		cablebed_fini(&bed);
	}
}

static void lost_frames_still_occupy_the_wire(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .loss = 1};

	(void)state;
	set_up(&p);
	cablebed_send(&bed, 0, 60);
	cablebed_send(&bed, 1, 60);
	p.loss = 0;
	cable_set_params(bed.cable, CABLE_BOTH, &p);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.count, 1);
	assert_int_equal(bed.b.caught[0].at_ns, 84000 + 72000);
	cablebed_fini(&bed);
}

static void duplicates_come_twice_in_a_row(void **state)
{
	struct cable_params p = {.dup = 0.25, .delay_ns = 1000};
	size_t i, twice = 0;

	(void)state;
	cablebed_init(&bed, &p, 2 * ROOM);
	cablebed_send_many(&bed, ROOM, 10);
	for (i = 1; i < bed.b.count; i++) {
		if (caught_number(&bed.b.caught[i]) ==
		    caught_number(&bed.b.caught[i - 1])) {
			assert_int_equal(bed.b.caught[i].at_ns,
					 bed.b.caught[i - 1].at_ns);
			twice++;
		}
	}
	assert_int_equal(bed.b.count, ROOM + twice);
	assert_int_equal(cablebed_stats(&bed)->duplicated, twice);
	assert_near((double)twice / ROOM, 0.25, 0.01);
	cablebed_fini(&bed);
}

static void jitter_is_even_and_keeps_the_order(void **state)
{
	struct cable_params p = {.delay_ns = 1000000, .jitter_ns = 400000};
	double sum = 0, least = 1e9, most = 0;
	uint32_t i;

	(void)state;
	cablebed_init(&bed, &p, ROOM);
	cablebed_send_many(&bed, ROOM, 500000);
	for (i = 0; i < ROOM; i++) {
		double delay =
			(double)(bed.b.caught[i].at_ns - (uint64_t)i * 500000);

		assert_int_equal(caught_number(&bed.b.caught[i]), i);
		sum += delay;
		least = delay < least ? delay : least;
		most = delay > most ? delay : most;
	}
	assert_near(sum / ROOM, 1200000, 2000);
	assert_true(least >= 1000000 && least < 1000100);
	assert_true(most <= 1400000 && most > 1399900);
	cablebed_fini(&bed);

	/* Close together: the order stays all the same. */
	cablebed_init(&bed, &p, ROOM);
	cablebed_send_many(&bed, ROOM, 100);
	for (i = 0; i < ROOM; i++)
		assert_int_equal(caught_number(&bed.b.caught[i]), i);
	cablebed_fini(&bed);
}

static void reordered_frames_are_overtaken(void **state)
{
	struct cable_params p = {
		.delay_ns = 1000, .reorder = 0.1, .reorder_ns = 350};
	uint32_t i, late = 0;

	(void)state;
	cablebed_init(&bed, &p, ROOM);
	cablebed_send_many(&bed, ROOM, 100);
	assert_int_equal(bed.b.count, ROOM);
	for (i = 0; i < ROOM; i++) {
		uint32_t n = caught_number(&bed.b.caught[i]);
		uint64_t delay = bed.b.caught[i].at_ns - (uint64_t)n * 100;

		assert_true(delay == 1000 || delay == 1350);
		late += delay == 1350;
	}
	assert_int_equal(cablebed_stats(&bed)->reordered, late);
	assert_near((double)late / ROOM, 0.1, 0.01);
	assert_int_not_equal(caught_number(&bed.b.caught[100]) +
				     caught_number(&bed.b.caught[101]) +
				     caught_number(&bed.b.caught[102]),
			     0);
	cablebed_fini(&bed);
}

static void what_is_on_a_cable_that_goes_down_is_lost(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .delay_ns = NS_PER_MS};
	int i;

	(void)state;
	set_up(&p);
	for (i = 0; i < 5; i++)
		cablebed_send(&bed, (uint32_t)i, 60);
	frame_send(bed.b.port, mac_of(1), mac_of(2), 9, 60);
	world_run_until(bed.w, 100000);
	assert_int_equal(cable_in_flight(bed.cable), 6);
	cable_set_up(bed.cable, CABLE_AB, false);
	assert_int_equal(cable_in_flight(bed.cable), 1);
	cablebed_send(&bed, 7, 60);
	world_run_until(bed.w, 5 * NS_PER_MS);
	assert_int_equal(bed.b.count, 0);
	assert_int_equal(bed.a.count, 1); /* the other way still works */
	assert_int_equal(bed.cable->place.drops[DROP_link_down], 6);
	assert_int_equal(cablebed_stats(&bed)->down, 6);

	cable_set_up(bed.cable, CABLE_BOTH, true);
	cablebed_send(&bed, 8, 60);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.count, 1);
	assert_int_equal(caught_number(&bed.b.caught[0]), 8);
	cablebed_fini(&bed);
}

static enum cable_verdict drop_second(void *arg, struct cable *c,
				      enum cable_dir dir, const struct pkt *pkt)
{
	int *seen = arg;

	assert_ptr_equal(c, bed.cable);
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
	cable_set_filter(bed.cable, drop_second, &seen);
	cablebed_send(&bed, 1, 60);
	cablebed_send(&bed, 2, 60);
	cablebed_send(&bed, 3, 60);
	frame_send(bed.b.port, mac_of(1), mac_of(2), 9, 60);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.count, 2);
	assert_int_equal(caught_number(&bed.b.caught[1]), 3);
	assert_int_equal(bed.a.count, 0);
	assert_int_equal(bed.cable->place.drops[DROP_fault_match], 1);
	assert_int_equal(bed.cable->place.drops[DROP_partition], 1);
	cable_set_filter(bed.cable, NULL, NULL);
	frame_send(bed.b.port, mac_of(1), mac_of(2), 9, 60);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.a.count, 1);
	cablebed_fini(&bed);
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
	cablebed_init(&bed, &p, 0);
	cablebed_send_many(&bed, 20000, 6000);
	st = cablebed_stats(&bed);
	assert_int_equal(st->sent_frames, 20000);
	assert_true(st->queue_full > 0);
	assert_int_equal(st->delivered_frames,
			 st->sent_frames - st->queue_full - st->lost +
				 st->duplicated);
	assert_int_equal(st->delivered_frames, bed.b.count);
	assert_int_equal(st->delivered_octets, bed.b.octets);
	cablebed_fini(&bed);
}

static void same_seed_gives_the_same_fate(void **state)
{
	struct cable_params p = {
		.loss = 0.3, .dup = 0.2, .jitter_ns = 1000, .corrupt = 0.2};
	struct caught first[100];

	(void)state;
	set_up(&p);
	cablebed_send_many(&bed, 100, 100);
	memcpy(first, bed.b.caught, sizeof(first));
	cablebed_fini(&bed);
	set_up(&p);
	cablebed_send_many(&bed, 100, 100);
	assert_memory_equal(first, bed.b.caught, sizeof(first));
	cablebed_fini(&bed);
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
	pa = box_add_port(bed.a.port->node, NULL);
	pb = box_add_port(bed.b.port->node, NULL);
	assert_null(world_link(bed.w, pa, bed.a.port, &p)); /* in use */
	other = world_link(bed.w, pa, pb, &p);
	assert_string_equal(bed.cable->place.name, "a -- b");
	assert_string_equal(other->place.name, "a -- b (2)");
	for (i = 0; i < 50; i++) {
		before = bed.b.count;
		cablebed_send(&bed, i, 60);
		frame_send(pa, mac_of(2), mac_of(1), i, 60);
		world_run_idle(bed.w, NS_PER_S);
		if (bed.b.count == before + 1)
			break; /* one of the two was lost */
	}
	assert_true(i < 50);
	cablebed_fini(&bed);
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
