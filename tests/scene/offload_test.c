// SPDX-License-Identifier: MIT
/*
 * offload_test.c - 64 KB segments from socket to socket
 *
 * When both ends of a cable take large segments, TCP makes them, IP passes
 * them on whole, and the far end takes them in whole.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pkt.h"
#include "core/probe.h"

#include "pair.h"
#include "streams.h"

#define OCTETS UINT64_C(20000000)

struct sizes {
	uint32_t events;
	uint32_t longest;
	uint64_t frames;
};

static struct pair p;
static struct streams streams;
static struct stream_server server;
static struct sizes sizes;

static uint32_t on_event(void *arg, const struct event *ev)
{
	struct sizes *s = arg;

	if (ev->kind == EV_TX) {
		s->frames++;
		if (ev->pkt->len > s->longest)
			s->longest = ev->pkt->len;
	}
	return ++s->events;
}

static void transfer(const struct cable_params *params)
{
	sizes = (struct sizes){0};
	pair_init(&p, 9, params);
	world_env(p.w)->probe = on_event;
	world_env(p.w)->probe_arg = &sizes;
	streams_init(&streams);
	stream_serve(&server, &streams, &p.b->stack, 80, OCTETS, 1000);
	assert_int_equal(stream_open(&streams, &p.a->stack, ep("10.0.0.2:80"),
				     OCTETS, 1000),
			 0);
	world_run_idle(p.w, 3600 * NS_PER_S);
	print_message("# %llu frames, the longest %u octets, %.3f s\n",
		      (unsigned long long)sizes.frames, sizes.longest,
		      (double)streams.last_ns / 1e9);
	assert_int_equal(streams.failed, 0);
	assert_int_equal(streams.done, 2);
	stream_server_close(&server);
	streams_fini(&streams);
	assert_int_equal(pair_fini(&p), 0);
}

static void large_segments_cross_a_cable_whole(void **state)
{
	struct cable_params params = {.has_offload = true, .delay_ns = 100000};

	(void)state;
	transfer(&params);
	assert_true(sizes.longest > 60000);
	assert_true(sizes.frames < OCTETS / 1460 / 2);
}

static void without_offload_frames_keep_to_the_mtu(void **state)
{
	struct cable_params params = {.delay_ns = 100000};

	(void)state;
	transfer(&params);
	assert_int_equal(sizes.longest, 1514);
}

/* A large segment takes as long as the small ones it stands for. */
static void large_segments_take_their_time(void **state)
{
	struct cable_params params = {.has_offload = true,
				      .rate_bps = 1000000000,
				      .delay_ns = 100000};

	(void)state;
	transfer(&params);
	assert_true(sizes.longest > 30000);
	assert_true(streams.last_ns >
		    OCTETS / 1448 * 1538 * 8); /* a bit takes 1 ns */
}

static void damaged_large_segments_are_found_out(void **state)
{
	struct cable_params params = {
		.has_offload = true, .delay_ns = 100000, .corrupt = 0.05};

	(void)state;
	transfer(&params);
	assert_true(sizes.longest > 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_segments_cross_a_cable_whole),
		cmocka_unit_test(without_offload_frames_keep_to_the_mtu),
		cmocka_unit_test(large_segments_take_their_time),
		cmocka_unit_test(damaged_large_segments_are_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
