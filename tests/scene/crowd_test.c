// SPDX-License-Identifier: MIT
/*
 * crowd_test.c - a thousand streams at the same time, through loss
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair.h"
#include "streams.h"

#define STREAMS 1000
#define OCTETS	UINT64_C(20000)

static struct pair p;
static struct streams streams;
static struct stream_server server;

static void thousand_streams_survive_two_percent_loss(void **state)
{
	struct cable_params params = {
		.rate_bps = 1000000000,
		.delay_ns = 2 * NS_PER_MS,
		.loss = 0.02,
		.reorder = 0.01,
		.queue_frames = 20000,
	};
	int i;

	(void)state;
	pair_init(&p, 7, &params);
	streams_init(&streams);
	stream_serve(&server, &streams, &p.b->stack, 80, OCTETS, OCTETS);
	for (i = 0; i < STREAMS; i++)
		assert_int_equal(stream_open(&streams, &p.a->stack,
					     ep("10.0.0.2:80"), OCTETS, OCTETS),
				 0);
	while (!streams_are_over(&streams, STREAMS) &&
	       world_run_idle(p.w, world_now(p.w) + NS_PER_S))
		assert_true(world_now(p.w) < 3600 * NS_PER_S);
	print_message("# %d streams done after %.1f s, %llu events\n", STREAMS,
		      (double)streams.last_ns / 1e9,
		      (unsigned long long)world_event_count(p.w));
	assert_int_equal(streams.failed, 0);
	assert_int_equal(streams.accepted, STREAMS);
	assert_int_equal(streams.done, 2 * STREAMS);
	assert_int_equal(streams.octets, 2 * STREAMS * OCTETS);
	stream_server_close(&server);
	streams_fini(&streams);
	world_run_idle(p.w, world_now(p.w) + 86400 * NS_PER_S);
	assert_int_equal(pair_fini(&p), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thousand_streams_survive_two_percent_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
