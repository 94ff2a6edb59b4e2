// SPDX-License-Identifier: MIT
/*
 * tcp_bulk_test.c - streams over cables that lose, repeat, reorder and corrupt
 *
 * Both ends send and check a pattern; whatever the cable does, every octet must
 * arrive, in order, and both must come to the end in finite time.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "pair.h"
#include "talker.h"
#include "tcp/tcp.h"

struct bulk {
	struct pair p;
	struct talker a, b;
	struct tcp_conn *listener;
};

static bool both_are_done(void *arg)
{
	struct bulk *t = arg;

	if (!t->b.c) {
		struct tcp_conn *c = tcp_accept(t->listener);

		if (!c)
			return false;
		tcp_set_user(c, NULL, NULL);
		talker_init(&t->b, &t->p.b->stack, c);
		t->b.to_send = t->a.to_send / 2;
		t->b.closes = true;
		t->b.seed = 1;
	}
	talker_go(&t->b);
	return talker_is_done(&t->a) && talker_is_done(&t->b);
}

/* Returns how long it took, milliseconds of virtual time. */
static uint64_t run(const struct cable_params *cable, uint64_t seed,
		    uint64_t octets)
{
	static struct bulk t;
	struct endpoint to = talker_ep("10.0.0.2:9");
	uint64_t done;

	memset(&t, 0, sizeof(t));
	pair_init(&t.p, seed, cable);
	world_env(t.p.w)->pkts.poison = true;
	t.listener = talker_listen(&t.p.b->stack, 9, 1);
	talker_init(&t.a, &t.p.a->stack, NULL);
	t.a.to_send = octets;
	t.a.closes = true;
	t.a.peer_seed = 1;
	assert_int_equal(tcp_connect(t.a.c, &to), 0);
	assert_int_equal(world_run_wait(t.p.w, both_are_done, &t,
					UINT64_C(36000) * NS_PER_S),
			 0);
	assert_int_equal(t.a.error, 0);
	assert_int_equal(t.b.error, 0);
	assert_int_equal(t.b.received, octets);
	assert_int_equal(t.a.received, octets / 2);
	done = world_now(t.p.w) / NS_PER_MS;
	talker_close(&t.a);
	talker_close(&t.b);
	tcp_close(t.listener);
	/* Both must be gone for good when 2MSL is over. */
	world_run_until(t.p.w, world_now(t.p.w) + 400 * NS_PER_S);
	assert_int_equal(tcp_stats(&t.p.a->stack)->conns, 0);
	assert_int_equal(tcp_stats(&t.p.b->stack)->conns, 0);
	assert_int_equal(tcp_stats(&t.p.a->stack)->time_waits, 0);
	assert_int_equal(pair_fini(&t.p), 0);
	return done;
}

static void a_clean_cable_is_filled(void **state)
{
	struct cable_params cable = {.delay_ns = NS_PER_MS,
				     .rate_bps = 100 * 1000 * 1000};

	(void)state;
	/* 3 MB at 100 Mbit/s take 240 ms; both directions at once. */
	assert_true(run(&cable, 1, 3000000) < 320);
}

static void an_ideal_cable_needs_no_time(void **state)
{
	struct cable_params cable = {0};

	(void)state;
	assert_true(run(&cable, 1, 3000000) < 60);
}

static void whole_segments_of_64_kb_arrive(void **state)
{
	struct cable_params cable = {.delay_ns = NS_PER_MS,
				     .has_offload = true};

	(void)state;
	assert_true(run(&cable, 1, 10000000) < 1000);
}

static void one_percent_loss_is_survived(void **state)
{
	struct cable_params cable = {.delay_ns = 5 * NS_PER_MS, .loss = 0.01};
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 10; seed++)
		run(&cable, seed, 1000000);
}

static void twenty_percent_loss_is_survived(void **state)
{
	struct cable_params cable = {.delay_ns = 5 * NS_PER_MS, .loss = 0.2};
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 10; seed++)
		run(&cable, seed, 100000);
}

static void a_cable_that_does_everything_is_survived(void **state)
{
	struct cable_params cable = {.delay_ns = 3 * NS_PER_MS,
				     .jitter_ns = 2 * NS_PER_MS,
				     .loss = 0.05,
				     .dup = 0.05,
				     .reorder = 0.1,
				     .corrupt = 0.03};
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 20; seed++)
		run(&cable, seed, 200000);
}

static void reordering_alone_loses_nothing(void **state)
{
	struct cable_params cable = {
		.delay_ns = 3 * NS_PER_MS, .reorder = 0.3, .dup = 0.3};
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 10; seed++)
		run(&cable, seed, 300000);
}

static void a_short_queue_is_shared(void **state)
{
	struct cable_params cable = {.delay_ns = 10 * NS_PER_MS,
				     .rate_bps = 10 * 1000 * 1000,
				     .queue_frames = 10};

	(void)state;
	run(&cable, 3, 2000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_cable_is_filled),
		cmocka_unit_test(an_ideal_cable_needs_no_time),
		cmocka_unit_test(whole_segments_of_64_kb_arrive),
		cmocka_unit_test(one_percent_loss_is_survived),
		cmocka_unit_test(twenty_percent_loss_is_survived),
		cmocka_unit_test(a_cable_that_does_everything_is_survived),
		cmocka_unit_test(reordering_alone_loses_nothing),
		cmocka_unit_test(a_short_queue_is_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
