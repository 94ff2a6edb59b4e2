// SPDX-License-Identifier: MIT
/*
 * same_seed_test.c - the same seed gives the same bytes at the same times
 *
 * Two hosts talk through two switches and bad cables.  Every event of the run
 * goes into one hash: time, place, kind, cause, and all octets of the frame.
 * Memory is laid out differently in each further run on purpose: nothing may
 * depend on where a thing lies.  One seed is held at length; of the others
 * (seeds.h), each has cables of its own, and runs three times.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/rng.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "pair.h"
#include "seeds.h"
#include "streams.h"

/* What the two hosts say to each other, and over what. */
struct talk {
	uint64_t seed;
	uint64_t octets; /* of each stream, in each direction */
	uint32_t streams;
	struct cable_params cable;
};

static const struct talk long_talk = {
	.seed = 42,
	.octets = 200000,
	.streams = 20,
	.cable =
		{
			.rate_bps = 50000000,
			.delay_ns = 3 * NS_PER_MS,
			.jitter_ns = NS_PER_MS,
			.loss = 0.03,
			.dup = 0.01,
			.reorder = 0.01,
			.corrupt = 0.01,
		},
};

struct record {
	struct world *w;
	uint64_t hash;
	uint32_t events;
	uint64_t frames;
	uint32_t done; /* ends of streams that finished well */
};

static void mix(struct record *r, const void *buf, size_t len)
{
	struct hash_key key = {{r->hash, r->events}};

	r->hash = siphash13(&key, buf, len);
}

static uint32_t on_event(void *arg, const struct event *ev)
{
	static uint8_t frame[65536];
	struct record *r = arg;
	uint64_t head[4] = {world_now(r->w), ev->kind, ev->what, ev->cause};

	r->events++;
	mix(r, head, sizeof(head));
	mix(r, ev->place->name, strlen(ev->place->name));
	if (ev->pkt) {
		pkt_copy_out(ev->pkt, 0, frame, ev->pkt->len);
		mix(r, frame, ev->pkt->len);
		r->frames++;
	}
	return r->events;
}

static void link_up(struct record *r, struct port *a, struct port *b,
		    const struct cable_params *params)
{
	assert_non_null(world_link(r->w, a, b, params));
}

static struct record run(const struct talk *talk, size_t ballast)
{
	struct record r = {.hash = 0};
	struct stream_server server;
	struct streams streams;
	struct host *a, *b;
	struct vswitch *s, *t;
	struct port *pa, *pb;
	struct mem mem;
	void *weight;
	uint32_t i;

	mem_init_libc(&mem);
	weight = mem_alloc(&mem, ballast);
	r.w = world_new(&mem, talk->seed);
	a = world_add_host(r.w, "a");
	b = world_add_host(r.w, "b");
	s = world_add_switch(r.w, "s");
	t = world_add_switch(r.w, "t");
	world_env(r.w)->probe = on_event;
	world_env(r.w)->probe_arg = &r;
	pa = pair_port(a, "10.0.0.1/24");
	pb = pair_port(b, "10.0.0.2/24");
	link_up(&r, pa, switch_add_port(s), &talk->cable);
	link_up(&r, switch_add_port(s), switch_add_port(t), &talk->cable);
	link_up(&r, switch_add_port(t), pb, &talk->cable);
	streams_init(&streams);
	stream_serve(&server, &streams, &b->stack, 80, talk->octets,
		     talk->octets);
	for (i = 0; i < talk->streams; i++)
		assert_int_equal(stream_open(&streams, &a->stack,
					     ep("10.0.0.2:80"), talk->octets,
					     talk->octets),
				 0);
	world_run_until(r.w, 120 * NS_PER_S);
	r.done = streams.done;
	stream_server_close(&server);
	streams_fini(&streams);
	assert_int_equal(world_free(r.w), 0);
	mem_free(&mem, weight, ballast);
	return r;
}

static void assert_same(const struct talk *talk, const struct record *first,
			const struct record *again)
{
	if (first->events != again->events || first->hash != again->hash)
		fail_msg("seed %" PRIu64 ": %u events, then %u, hash %" PRIx64
			 ", then %" PRIx64,
			 talk->seed, first->events, again->events, first->hash,
			 again->hash);
}

static void same_seed_same_bytes(void **state)
{
	struct record first = run(&long_talk, 1);
	struct record second = run(&long_talk, 1000000);

	(void)state;
	print_message("# %u events, %" PRIu64 " with frames\n", first.events,
		      first.frames);
	assert_int_equal(first.done, 2 * long_talk.streams);
	assert_true(first.frames > 10000);
	assert_same(&long_talk, &first, &second);
}

/* A few short streams over cables that are bad in ways of their own. */
static struct talk draw(uint64_t seed)
{
	struct talk t = {.seed = seed};
	struct rng r;

	rng_init(&r, seed, "talk");
	t.octets = rng_below(&r, 30000);
	t.streams = 1 + rng_below(&r, 5);
	t.cable = (struct cable_params){
		.rate_bps = (1 + rng_below(&r, 100)) * UINT64_C(1000000),
		.delay_ns = rng_below(&r, 30) * NS_PER_MS,
		.jitter_ns = rng_below(&r, 2) * NS_PER_MS,
		.queue_frames = 10 + rng_below(&r, 100),
		.loss = rng_below(&r, 10) / 100.0,
		.dup = rng_below(&r, 5) / 100.0,
		.reorder = rng_below(&r, 5) / 100.0,
		.corrupt = rng_below(&r, 5) / 100.0,
		.has_offload = rng_below(&r, 2),
	};
	return t;
}

static void every_seed_gives_its_bytes_three_times(void **state)
{
	const struct seeds seeds = seeds_from(1, 20);
	uint64_t seed, frames = 0, others = 0, before = 0;

	(void)state;
	for (seed = seeds.first; seed < seeds.end; seed++) {
		struct talk talk = draw(seed);
		struct record first = run(&talk, 1), again;

		again = run(&talk, 1 + seed * 4000);
		assert_same(&talk, &first, &again);
		again = run(&talk, 1000000 - seed);
		assert_same(&talk, &first, &again);
		frames += first.frames;
		others += first.hash != before;
		before = first.hash;
	}
	print_message("# %" PRIu64 " seeds, each 3 times %" PRIu64
		      " frames on average\n",
		      seeds.end - seeds.first,
		      frames / (seeds.end - seeds.first));
	assert_true(others == seeds.end - seeds.first);
}

static void other_seed_other_bytes(void **state)
{
	struct talk other = long_talk;
	struct record first = run(&long_talk, 1), second;

	(void)state;
	other.seed = 43;
	second = run(&other, 1);
	assert_true(first.hash != second.hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_bytes),
		cmocka_unit_test(every_seed_gives_its_bytes_three_times),
		cmocka_unit_test(other_seed_other_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
