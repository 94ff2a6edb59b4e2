// SPDX-License-Identifier: MIT
/*
 * backpressure_test.c - a device that takes no frames for ten seconds
 *
 * A hundred streams are under way when the driver of one host begins to refuse
 * every frame.  Nothing that a stream has accepted is lost, nobody spins, and
 * no queue grows.  (HOSTILE 9)
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pkt.h"

#include "pair.h"
#include "streams.h"

#define STREAMS 100
#define OCTETS	UINT64_C(100000)

static struct pair p;
static struct streams streams;
static struct stream_server server;

/* A driver in front of another one. */
static const struct netif_ops *below;
static bool is_stuck;
static uint64_t refused;

static int stuck_transmit(struct netif *netif, struct pkt *pkt)
{
	if (!is_stuck)
		return below->transmit(netif, pkt);
	refused++;
	pkt_drop(netif->place, pkt, DROP_tx_queue);
	return -ENOBUFS;
}

static const struct netif_ops stuck_ops = {.transmit = stuck_transmit};

static void ten_seconds_of_refusal(void **state)
{
	struct cable_params params = {.rate_bps = 100000000,
				      .delay_ns = NS_PER_MS,
				      .queue_frames = 10000};
	struct netif *netif;
	uint64_t events;
	size_t memory;
	int i;

	(void)state;
	pair_init(&p, 3, &params);
	netif = &p.cable->half[0].from->netif;
	below = netif->ops;
	netif->ops = &stuck_ops;
	streams_init(&streams);
	stream_serve(&server, &streams, &p.b->stack, 80, OCTETS, OCTETS);
	for (i = 0; i < STREAMS; i++)
		assert_int_equal(stream_open(&streams, &p.a->stack,
					     ep("10.0.0.2:80"), OCTETS, OCTETS),
				 0);
	world_run_until(p.w, 300 * NS_PER_MS);
	assert_true(streams.octets > 0);
	assert_false(streams_are_over(&streams, STREAMS));

	is_stuck = true;
	memory = p.mem.in_use_bytes;
	events = world_event_count(p.w);
	world_run_until(p.w, world_now(p.w) + 10 * NS_PER_S);
	print_message("# %llu frames refused, %llu events\n",
		      (unsigned long long)refused,
		      (unsigned long long)(world_event_count(p.w) - events));
	assert_true(refused > STREAMS);
	assert_true(refused < 100 * STREAMS);
	assert_true(p.mem.in_use_bytes < memory + 10000000);

	is_stuck = false;
	world_run_until(p.w, world_now(p.w) + 120 * NS_PER_S);
	assert_int_equal(streams.failed, 0);
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
		cmocka_unit_test(ten_seconds_of_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
