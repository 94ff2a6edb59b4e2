// SPDX-License-Identifier: MIT
/*
 * cable_plain_test.c - a faultless cable's short way gives what the long one gives
 *
 * Two worlds send the same random frames over a cable.  In one of them it loses
 * frames with a probability that never comes true, so that each frame's times
 * and fate are worked out step by step.  All must arrive at the same times, and
 * what the cable counts be equal.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "catch_box.h"

enum { FRAMES = 3000, KINDS = 6 };

struct twin {
	struct mem mem;
	struct world *w;
	struct cable *cable;
	struct catch_box a, b;
};

static struct twin twins[2];

static void set_params(struct twin *t, const struct cable_params *p)
{
	struct cable_params own = *p;

	if (t == &twins[1])
		own.loss = 1e-300;
	cable_set_params(t->cable, CABLE_BOTH, &own);
}

static void begin(struct twin *t, const struct cable_params *p)
{
	mem_init_libc(&t->mem);
	t->w = world_new(&t->mem, 1);
	assert_non_null(t->w);
	catch_init(&t->a, t->w, "a", FRAMES);
	catch_init(&t->b, t->w, "b", FRAMES);
	t->cable = world_link(t->w, t->a.port, t->b.port, NULL);
	assert_non_null(t->cable);
	set_params(t, p);
}

static void end(struct twin *t)
{
	assert_int_equal(world_free(t->w), 0);
	catch_fini(&t->a);
	catch_fini(&t->b);
	assert_int_equal(t->mem.in_use_count, 0);
}

/* One of these now and then: lengths that repeat, and bursts. */
static void step(struct twin *t, struct rng *rng, uint32_t n)
{
	static const size_t lens[] = {60, 60, 60, 1514, 1514, 61, 100};
	static const uint32_t gaps_ns[] = {0, 0, 0, 1, 700, 12304, 1000000};
	struct port *from = rng_below(rng, 4) ? t->a.port : t->b.port;
	size_t len = lens[rng_below(rng, ARRAY_SIZE(lens))];
	uint32_t left = 1 + rng_below(rng, 4);

	while (left--)
		frame_send(from, mac_of(2), mac_of(1), n, len);
	world_run_until(t->w,
			world_now(t->w) +
				gaps_ns[rng_below(rng, ARRAY_SIZE(gaps_ns))]);
}

/* Every frame of 61 octets has to go. */
static enum cable_verdict drop_61(void *arg, struct cable *cable,
				  enum cable_dir dir, const struct pkt *pkt)
{
	(void)arg;
	(void)cable;
	(void)dir;
	return pkt->len == 61 ? CABLE_DROP_MATCH : CABLE_PASS;
}

/* Now and then it is cut for some frames, or filtered. */
static void trouble(struct twin *t, uint32_t n)
{
	if (n % 70 == 0)
		cable_set_filter(t->cable, n % 140 ? drop_61 : NULL, NULL);
	if (n % 90 == 0)
		cable_set_up(t->cable, CABLE_AB, false);
	if (n % 90 == 3)
		cable_set_up(t->cable, CABLE_AB, true);
}

static void assert_same_box(const struct catch_box *x,
			    const struct catch_box *y)
{
	assert_int_equal(x->count, y->count);
	assert_int_equal(x->octets, y->octets);
	assert_memory_equal(x->caught, y->caught,
			    min_size(x->count, x->room) * sizeof(*x->caught));
}

static void assert_same(void)
{
	const struct cable *x = twins[0].cable, *y = twins[1].cable;

	assert_same_box(&twins[0].a, &twins[1].a);
	assert_same_box(&twins[0].b, &twins[1].b);
	assert_memory_equal(cable_stats(x, CABLE_AB), cable_stats(y, CABLE_AB),
			    sizeof(struct cable_stats));
	assert_memory_equal(cable_stats(x, CABLE_BA), cable_stats(y, CABLE_BA),
			    sizeof(struct cable_stats));
}

static void faultless_cable_gives_what_the_long_way_gives(void **state)
{
	static const struct cable_params kinds[KINDS] = {
		{.rate_bps = 1000000000, .delay_ns = 1000000},
		{.rate_bps = 1000000000},
		{.rate_bps = 3000007, .delay_ns = 77, .queue_frames = 10},
		{.rate_bps = 100000000, .delay_ns = 5, .has_fec = true},
		/* Of three frames of some lengths one leaves no remainder. */
		{.rate_bps = 3000000000, .delay_ns = 5000},
		{.delay_ns = 300},
	};
	struct rng rng[2];
	uint32_t n;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		rng_init(&rng[i], 1, "cables");
		begin(&twins[i], &kinds[0]);
	}
	for (n = 0; n < FRAMES; n++) {
		for (i = 0; i < 2; i++) {
			if (n % 100 == 99)
				set_params(&twins[i], &kinds[n / 100 % KINDS]);
			trouble(&twins[i], n);
			step(&twins[i], &rng[i], n);
		}
		assert_same();
	}
	for (i = 0; i < 2; i++)
		assert_int_equal(world_run_idle(twins[i].w, UINT64_MAX), 0);
	assert_same();
	assert_true(twins[0].b.count > FRAMES);
	for (i = 0; i < 2; i++)
		end(&twins[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faultless_cable_gives_what_the_long_way_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
