// SPDX-License-Identifier: MIT
/*
 * tcp_grid_test.c - every algorithm over every path of a grid
 *
 * Loss, delay, reordering, rate and queue each take a few values; each path is
 * tried with each algorithm and five seeds.  Every octet must arrive once, in
 * order, both ways, and nothing may be left of the connection.  How fast it was
 * is written into a table, tests/golden/tcp-grid.txt: virtual time is the same
 * on every machine, so a figure that changes was changed by somebody.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include "core/env.h"

#include "bulk.h"
#include "golden.h"

/* The sanitizers look for other things than speed, and take their time. */
#ifdef __SANITIZE_ADDRESS__
#define SEEDS 1
#else
#define SEEDS 5
#endif

static const char *const algorithms[] = {"reno", "cubic", "bbr", "dctcp"};
static const unsigned int rates_mbit[] = {1, 10, 100};
static const unsigned int delays_ms[] = {1, 20, 80};
static const unsigned int losses[] = {0, 1, 5}; /* per cent */
static const unsigned int reorders[] = {0, 3};	/* per cent */
static const unsigned int queues[] = {20, 200}; /* frames */

struct cell {
	unsigned int rate, delay, loss;
};

static unsigned int runs;

/* Enough to leave slow start behind. */
static uint64_t octets_of(unsigned int rate_mbit)
{
	return rate_mbit == 1 ? 60000 : rate_mbit == 10 ? 200000 : 500000;
}

/* One run.  Returns kbit/s of the larger stream. */
static uint64_t run(const char *algorithm, const struct cell *cell,
		    unsigned int reorder, unsigned int queue, uint64_t seed)
{
	const struct cable_params cable = {
		.rate_bps = cell->rate * UINT64_C(1000000),
		.delay_ns = cell->delay * NS_PER_MS,
		.loss = cell->loss / 100.0,
		.reorder = reorder / 100.0,
		.queue_frames = queue,
	};
	uint64_t octets = octets_of(cell->rate);
	uint64_t ms = bulk_run_with(algorithm, &cable, seed, octets);

	runs++;
	return ms ? octets * 8 / ms : 0;
}

/* Mean over reordering, queues and seeds.  Those that never came to be
 * connected do not count; on such paths there are none but by very bad luck. */
static uint64_t mean(const char *algorithm, const struct cell *cell)
{
	uint64_t sum = 0, count = 0, seed;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(reorders); i++)
		for (j = 0; j < ARRAY_SIZE(queues); j++)
			for (seed = 1; seed <= SEEDS; seed++) {
				uint64_t kbit =
					run(algorithm, cell, reorders[i],
					    queues[j], seed);

				sum += kbit;
				count += kbit > 0;
			}
	assert_true(count + 1 >= 4 * SEEDS);
	return sum / count;
}

static void put_row(struct strbuf *out, const struct cell *cell)
{
	size_t i;

	strbuf_printf(out, "%4u %6u %5u  ", cell->rate, cell->delay,
		      cell->loss);
	for (i = 0; i < ARRAY_SIZE(algorithms); i++)
		strbuf_printf(out, " %7llu",
			      (unsigned long long)mean(algorithms[i], cell));
	strbuf_putc(out, '\n');
}

static void put_head(struct strbuf *out)
{
	size_t i;

	strbuf_puts(out,
		    "kbit/s that arrived, mean of 20 runs: two queues, two "
		    "shares of reordering, five seeds\n");
	strbuf_puts(out, "Mbit  delay  loss  ");
	for (i = 0; i < ARRAY_SIZE(algorithms); i++)
		strbuf_printf(out, " %7s", algorithms[i]);
	strbuf_puts(out, "\n  /s  ms      %\n");
}

static void
every_octet_arrives_on_every_path_at_the_speed_of_before(void **state)
{
	struct strbuf out;
	struct mem mem;
	size_t i, j, k;

	(void)state;
	mem_init_libc(&mem);
	strbuf_init(&out, &mem);
	put_head(&out);
	for (i = 0; i < ARRAY_SIZE(rates_mbit); i++)
		for (j = 0; j < ARRAY_SIZE(delays_ms); j++)
			for (k = 0; k < ARRAY_SIZE(losses); k++) {
				const struct cell cell = {
					rates_mbit[i], delays_ms[j], losses[k]};

				put_row(&out, &cell);
			}
	if (SEEDS == 5)
		assert_golden("tcp-grid.txt", strbuf_text(&out));
	strbuf_fini(&out);
	assert_int_equal(mem.in_use_count, 0);
	assert_true(runs >= 400 * SEEDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_octet_arrives_on_every_path_at_the_speed_of_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
