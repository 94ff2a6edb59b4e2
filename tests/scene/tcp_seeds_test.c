// SPDX-License-Identifier: MIT
/*
 * tcp_seeds_test.c - streams over a thousand cables made by chance
 *
 * Rate, delay, queue, loss, duplication, reordering and bit errors are drawn
 * for each seed; which seeds, and how many octets at most, the environment may
 * say (seeds.h): WEFT_SEEDS=100000 WEFT_OCTETS=1400000 is 100 GB.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"

#include "core/env.h"

#include "bulk.h"
#include "seeds.h"

/* Up to @n hundredths, or, half of the time, 0. */
static double chance(struct rng *r, uint32_t n)
{
	return rng_below(r, 2) ? 0 : rng_below(r, n) / 100.0;
}

static struct cable_params draw(struct rng *r)
{
	struct cable_params p = {
		.delay_ns = rng_below(r, 60) * NS_PER_MS,
		.loss = chance(r, 20),
		.dup = chance(r, 30),
		.reorder = chance(r, 40),
		.corrupt = chance(r, 10),
		.has_offload = rng_below(r, 2),
	};

	if (rng_below(r, 3) == 0)
		p.jitter_ns = rng_below(r, 20) * NS_PER_MS;
	if (rng_below(r, 3) == 0)
		p.rate_bps = (1 + rng_below(r, 100)) * UINT64_C(1000000);
	if (rng_below(r, 3) == 0)
		p.queue_frames = 3 + rng_below(r, 30);
	return p;
}

static void no_octet_is_lost_on_any_cable(void **state)
{
	const struct seeds seeds = seeds_from(0, 1000);
	uint32_t most = (uint32_t)seeds_number("WEFT_OCTETS", 200000), octets;
	uint64_t seed, connected = 0, slow = 0, sum = 0, ms;
	uint64_t count = seeds.end - seeds.first;
	struct cable_params cable;
	struct rng r;

	(void)state;
	for (seed = seeds.first; seed < seeds.end; seed++) {
		rng_init(&r, seed, "cable");
		cable = draw(&r);
		octets = 1 + rng_below(&r, most);
		ms = bulk_run(&cable, seed, octets);
		connected += ms > 0;
		slow += ms > 300 * 1000 + UINT64_C(1500) * (octets / 1000);
		sum += ms ? octets + octets / 2 : 0;
	}
	print_message("# %" PRIu64 " seeds, %" PRIu64 " streams, %" PRIu64
		      " octets\n",
		      count, 2 * connected, sum);
	/* Some find no way even to ARP; nearly none crawls. */
	assert_true(connected >= count - count / 20);
	assert_true(slow <= count / 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_octet_is_lost_on_any_cable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
