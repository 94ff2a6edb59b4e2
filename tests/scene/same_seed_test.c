// SPDX-License-Identifier: MIT
/*
 * same_seed_test.c - the same seed gives the same bytes at the same times
 *
 * Two hosts talk through two switches and bad cables.  Every event of the run
 * goes into one hash: time, place, kind, cause, and all octets of the frame.
 * Memory is laid out differently in the second run on purpose: nothing may
 * depend on where a thing lies.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "pair.h"
#include "streams.h"

#define OCTETS	UINT64_C(200000)
#define STREAMS 20

struct record {
	struct world *w;
	uint64_t hash;
	uint32_t events;
	uint64_t frames;
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

static void link_up(struct world *w, struct port *a, struct port *b)
{
	struct cable_params params = {
		.rate_bps = 50000000,
		.delay_ns = 3 * NS_PER_MS,
		.jitter_ns = NS_PER_MS,
		.loss = 0.03,
		.dup = 0.01,
		.reorder = 0.01,
		.corrupt = 0.01,
	};

	assert_non_null(world_link(w, a, b, &params));
}

static struct record run(uint64_t seed, size_t ballast)
{
	struct record r = {.hash = 0};
	struct stream_server server;
	struct streams streams;
	struct host *a, *b;
	struct vswitch *s, *t;
	struct mem mem;
	void *weight;
	int i;

	mem_init_libc(&mem);
	weight = mem_alloc(&mem, ballast);
	r.w = world_new(&mem, seed);
	a = world_add_host(r.w, "a");
	b = world_add_host(r.w, "b");
	s = world_add_switch(r.w, "s");
	t = world_add_switch(r.w, "t");
	world_env(r.w)->probe = on_event;
	world_env(r.w)->probe_arg = &r;
	link_up(r.w, pair_port(a, "10.0.0.1/24"), switch_add_port(s));
	link_up(r.w, switch_add_port(s), switch_add_port(t));
	link_up(r.w, switch_add_port(t), pair_port(b, "10.0.0.2/24"));
	streams_init(&streams);
	stream_serve(&server, &streams, &b->stack, 80, OCTETS, OCTETS);
	for (i = 0; i < STREAMS; i++)
		assert_int_equal(stream_open(&streams, &a->stack,
					     ep("10.0.0.2:80"), OCTETS, OCTETS),
				 0);
	world_run_until(r.w, 120 * NS_PER_S);
	assert_int_equal(streams.done, 2 * STREAMS);
	stream_server_close(&server);
	streams_fini(&streams);
	assert_int_equal(world_free(r.w), 0);
	mem_free(&mem, weight, ballast);
	return r;
}

static void same_seed_same_bytes(void **state)
{
	struct record first = run(42, 1), second = run(42, 1000000);

	(void)state;
	print_message("# %u events, %llu with frames\n", first.events,
		      (unsigned long long)first.frames);
	assert_true(first.frames > 10000);
	assert_int_equal(first.events, second.events);
	assert_true(first.hash == second.hash);
}

static void other_seed_other_bytes(void **state)
{
	struct record first = run(42, 1), second = run(43, 1);

	(void)state;
	assert_true(first.hash != second.hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_bytes),
		cmocka_unit_test(other_seed_other_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
