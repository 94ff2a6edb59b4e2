// SPDX-License-Identifier: MIT
/*
 * loss_test.c - streams arrive intact, whatever the cable does to them
 *
 * Ten megabytes each way at the same time, through every combination of loss
 * with reordering, duplicates and flipped bits in both directions.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair.h"
#include "streams.h"

#define FILE_OCTETS UINT64_C(10000000)

static struct pair p;
static struct streams streams;
static struct stream_server server;

static void transfer(const struct cable_params *params, uint64_t seed)
{
	pair_init(&p, seed, params);
	streams_init(&streams);
	stream_serve(&server, &streams, &p.b->stack, 80, FILE_OCTETS,
		     FILE_OCTETS);
	assert_int_equal(stream_open(&streams, &p.a->stack, ep("10.0.0.2:80"),
				     FILE_OCTETS, FILE_OCTETS),
			 0);
	while (!streams_are_over(&streams, 1) &&
	       world_run_idle(p.w, world_now(p.w) + NS_PER_S))
		assert_true(world_now(p.w) < 86400 * NS_PER_S);
	print_message(
		"# loss %g: %llu frames, %.1f s\n", params->loss,
		(unsigned long long)cable_stats(p.cable, CABLE_AB)->sent_frames,
		(double)streams.last_ns / 1e9);
	assert_int_equal(streams.failed, 0);
	assert_int_equal(streams.done, 2);
	assert_int_equal(streams.octets, 2 * FILE_OCTETS);
}

static void clean_up(void)
{
	stream_server_close(&server);
	streams_fini(&streams);
	/* Whatever the peers still owe each other, then TIME-WAIT is over. */
	assert_int_equal(world_run_idle(p.w, world_now(p.w) + 86400 * NS_PER_S),
			 0);
	assert_int_equal(pair_fini(&p), 0);
}

static struct cable_params bad_cable(double loss)
{
	return (struct cable_params){
		.rate_bps = 100000000,
		.delay_ns = 5 * NS_PER_MS,
		.jitter_ns = 200000,
		.loss = loss,
		.reorder = 0.01,
		.dup = 0.01,
		.corrupt = 0.005,
	};
}

/* What the cable did is what it was told to do, in both directions. */
static void assert_faults_happened(double loss)
{
	enum cable_dir dir;

	for (dir = CABLE_AB; dir <= CABLE_BA; dir++) {
		const struct cable_stats *st = cable_stats(p.cable, dir);
		double sent = (double)(st->sent_frames - st->queue_full);

		assert_true(st->corrupted > 0);
		assert_true(st->duplicated > 0);
		assert_true(st->reordered > 0);
		assert_true((double)st->lost / sent > 0.8 * loss - 1e-9);
		assert_true((double)st->lost / sent < 1.2 * loss + 1e-9);
	}
}

static void transfer_through(double loss)
{
	struct cable_params params = bad_cable(loss);

	transfer(&params, 42);
	assert_faults_happened(loss);
	clean_up();
}

static void ten_megabytes_on_a_good_cable(void **state)
{
	struct cable_params params = {.rate_bps = 1000000000,
				      .delay_ns = NS_PER_MS};

	(void)state;
	transfer(&params, 1);
	assert_int_equal(cable_stats(p.cable, CABLE_AB)->lost, 0);
	/* 10 MB take at least 80 ms at 1 Gbit/s, and not much more. */
	assert_true(streams.last_ns > 80 * NS_PER_MS);
	assert_true(streams.last_ns < 400 * NS_PER_MS);
	clean_up();
}

static void reordered_doubled_and_damaged_frames(void **state)
{
	(void)state;
	transfer_through(0);
}

static void one_percent_lost(void **state)
{
	(void)state;
	transfer_through(0.01);
}

static void five_percent_lost(void **state)
{
	(void)state;
	transfer_through(0.05);
}

static void ten_percent_lost(void **state)
{
	(void)state;
	transfer_through(0.1);
}

static void twenty_percent_lost(void **state)
{
	(void)state;
	transfer_through(0.2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_megabytes_on_a_good_cable),
		cmocka_unit_test(reordered_doubled_and_damaged_frames),
		cmocka_unit_test(one_percent_lost),
		cmocka_unit_test(five_percent_lost),
		cmocka_unit_test(ten_percent_lost),
		cmocka_unit_test(twenty_percent_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
