// SPDX-License-Identifier: MIT
/*
 * random_test.c - random networks, random faults, streams that check themselves
 *
 * Theory of operation
 * ===================
 * A seed decides about everything: rates, delays, loss, damage, how many
 * streams of what length begin when, which cable goes down and which host
 * freezes for how long.
 *
 *	a --- switch --- router --- b
 *
 * Every fault ends after a while, so every stream must get through, however
 * late, and nothing may be left in memory.  A failure names its seed.  Every
 * tenth seed runs twice, and must do the same at the same times.
 *
 * The environment may say which seeds (seeds.h), and how many times as long
 * the streams are: WEFT_SEEDS=100000 WEFT_LONGER=20 is 100 GB.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "ip/ip.h"
#include "pair.h"
#include "seeds.h"
#include "streams.h"

#define SEEDS	     100
#define STREAMS_MAX  8
#define FAULTS_MAX   5
#define FAULTS_UNTIL (10 * NS_PER_S)
#define PORT	     80

enum fault_kind { FAULT_DOWN, FAULT_FREEZE, FAULT_PARAMS, FAULT_KINDS };

struct fault {
	enum fault_kind kind;
	unsigned int which;
	bool is_over;
};

struct start {
	struct stream_server server;
	uint64_t up, down;
};

static struct mem mem;
static struct world *w;
static struct rng rng;
static struct host *a, *b, *r;
static struct cable *cable[3];
static struct streams streams;
static struct start starts[STREAMS_MAX];
static struct fault faults[FAULTS_MAX];
static unsigned int start_count;
static uint32_t longer; /* times as many octets in a stream */
static uint64_t stream_count, octets;

static double chance(double most)
{
	/* Half of all cables are perfect in each respect. */
	return rng_below(&rng, 2) ? rng_double(&rng) * most : 0;
}

static struct cable_params random_params(void)
{
	static const uint64_t rates[] = {1000000, 10000000, 100000000,
					 1000000000, 0};

	return (struct cable_params){
		.rate_bps = rates[rng_below(&rng, ARRAY_SIZE(rates))],
		.delay_ns = rng_below(&rng, 30) * NS_PER_MS,
		.jitter_ns = rng_below(&rng, 2) * rng_below(&rng, 5000000),
		.queue_frames = 20 + rng_below(&rng, 1000),
		.loss = chance(0.05),
		.dup = chance(0.05),
		.reorder = chance(0.05),
		.corrupt = chance(0.05),
		.has_fec = rng_below(&rng, 4) == 0,
	};
}

static struct cable *join(struct port *x, struct port *y)
{
	struct cable_params p = random_params();
	struct cable *c = world_link(w, x, y, &p);

	assert_non_null(c);
	if (rng_below(&rng, 2)) { /* the other way is different */
		p = random_params();
		cable_set_params(c, CABLE_BA, &p);
	}
	return c;
}

static void build(uint64_t seed)
{
	static const struct ip4_net any;
	struct vswitch *sw;

	memset(starts, 0, sizeof(starts));
	mem_init_libc(&mem);
	rng_init(&rng, seed, "random lab");
	w = world_new(&mem, seed);
	a = world_add_host(w, "a");
	b = world_add_host(w, "b");
	r = world_add_router(w, "r");
	sw = world_add_switch(w, "sw");
	cable[0] = join(pair_port(a, "10.1.0.2/24"), switch_add_port(sw));
	cable[1] = join(switch_add_port(sw), pair_port(r, "10.1.0.1/24"));
	cable[2] =
		join(pair_port(r, "10.2.0.1/24"), pair_port(b, "10.2.0.2/24"));
	assert_int_equal(
		ip_route_add(&a->stack, any, ip4_make(10, 1, 0, 1), NULL, 0),
		0);
	assert_int_equal(
		ip_route_add(&b->stack, any, ip4_make(10, 2, 0, 1), NULL, 0),
		0);
	streams_init(&streams);
}

static void on_start(void *arg)
{
	struct start *s = arg;
	struct endpoint peer = ep("10.2.0.2:80");

	peer.port = (uint16_t)(PORT + (s - starts));
	assert_int_equal(stream_open(&streams, &a->stack, peer, s->up, s->down),
			 0);
}

/* Of all magnitudes up to 128 KB, or what it is made. */
static uint64_t random_length(void)
{
	uint32_t magnitude = rng_below(&rng, 18);

	return UINT64_C(1) * longer * rng_below(&rng, 1 + (1U << magnitude));
}

static void plan_streams(void)
{
	unsigned int i;

	start_count = 1 + rng_below(&rng, STREAMS_MAX);
	for (i = 0; i < start_count; i++) {
		struct start *s = &starts[i];

		s->up = random_length();
		s->down = random_length();
		stream_serve(&s->server, &streams, &b->stack,
			     (uint16_t)(PORT + i), s->up, s->down);
		assert_int_equal(world_at(w, rng_below(&rng, 5000) * NS_PER_MS,
					  on_start, s),
				 0);
	}
}

/* Begins a fault, and the second time ends it. */
static void on_fault(void *arg)
{
	static struct host *const *const hosts[] = {&a, &b, &r};
	struct fault *f = arg;
	struct host *h = *hosts[f->which];
	struct cable_params p;

	switch (f->kind) {
	case FAULT_DOWN:
		cable_set_up(cable[f->which], CABLE_BOTH, f->is_over);
		break;
	case FAULT_FREEZE:
		if (f->is_over)
			host_thaw(h);
		else
			host_freeze(h);
		break;
	case FAULT_PARAMS:
		p = *cable_params(cable[f->which], CABLE_AB);
		p.loss = f->is_over ? 0 : 0.5;
		p.delay_ns += NS_PER_MS;
		cable_set_params(cable[f->which], CABLE_AB, &p);
		break;
	case FAULT_KINDS:
		break;
	}
	f->is_over = true;
}

static void plan_faults(void)
{
	unsigned int i, n = rng_below(&rng, FAULTS_MAX + 1);

	for (i = 0; i < n; i++) {
		uint64_t from = rng_below(&rng, 8000) * NS_PER_MS;
		uint64_t until = from + rng_below(&rng, 2000) * NS_PER_MS;

		faults[i] = (struct fault){
			.kind = (enum fault_kind)rng_below(&rng, FAULT_KINDS),
			.which = rng_below(&rng, 3),
		};
		world_at(w, from, on_fault, &faults[i]);
		world_at(w, until, on_fault, &faults[i]);
	}
}

/* Everything heals; faults may have overlapped and ended each other. */
static void heal(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cable); i++)
		cable_set_up(cable[i], CABLE_BOTH, true);
	host_thaw(a);
	host_thaw(b);
	host_thaw(r);
}

static void take_down(void)
{
	unsigned int i;

	for (i = 0; i < start_count; i++)
		stream_server_close(&starts[i].server);
	streams_fini(&streams);
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

/* Returns something that tells two runs apart. */
static uint64_t run(uint64_t seed)
{
	uint64_t events, last;

	build(seed);
	plan_streams();
	plan_faults();
	world_run_until(w, FAULTS_UNTIL);
	heal();
	while (!streams_are_over(&streams, start_count) &&
	       world_now(w) < 7200 * NS_PER_S)
		world_run_until(w, world_now(w) + NS_PER_S);
	if (streams.failed || streams.done != 2 * start_count)
		fail_msg("seed %llu: %u of %u ends done, %u failed (%s)",
			 (unsigned long long)seed, streams.done,
			 2 * start_count, streams.failed,
			 strerror(-streams.last_err));
	events = world_event_count(w);
	last = streams.last_ns;
	stream_count += 2 * start_count;
	octets += streams.octets;
	take_down();
	return last * 31 + events;
}

static void every_stream_gets_through(void **state)
{
	const struct seeds seeds = seeds_from(1, SEEDS);
	uint64_t seed, mark;

	(void)state;
	longer = (uint32_t)seeds_number("WEFT_LONGER", 1);
	for (seed = seeds.first; seed < seeds.end; seed++) {
		mark = run(seed);
		if (seed % 10 == 0)
			assert_true(run(seed) == mark);
	}
	print_message("# %" PRIu64 " seeds, %" PRIu64 " streams, %" PRIu64
		      " octets\n",
		      seeds.end - seeds.first, stream_count, octets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_stream_gets_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
