// SPDX-License-Identifier: MIT
/*
 * basics.c - the price of what every packet pays: sums, hashes, timers
 */
#include "base/hash.h"
#include "base/wheel.h"

#include "wire/csum.h"

#include "bench.h"

enum { MSS = 1460, HEADER = 20, TIMERS = 1000 };

static uint8_t from[MSS], to[MSS];

static int csum_header(uint64_t count)
{
	while (count--) {
		from[0]++;
		bench_use(csum(from, HEADER));
	}
	return 0;
}

static int csum_segment(uint64_t count)
{
	while (count--) {
		from[0]++;
		bench_use(csum(from, MSS));
	}
	return 0;
}

static int copy_segment(uint64_t count)
{
	while (count--) {
		from[0]++;
		bench_use(csum_copy(0, to, from, MSS));
	}
	return 0;
}

static int hash_tuple(uint64_t count)
{
	static const struct hash_key key = {{1, 2}};

	while (count--) {
		from[0]++;
		bench_use(siphash13(&key, from, 16));
	}
	return 0;
}

/* Arm one of many timers far ahead and take it back, as an ACK does. */
static int timer_rearm(uint64_t count)
{
	static struct timer timers[TIMERS];
	struct wheel wheel;

	wheel_init(&wheel, 0);
	for (size_t i = 0; i < TIMERS; i++) {
		timer_init(&timers[i], NULL, NULL);
		wheel_arm(&wheel, &timers[i], 200000000 + 1000 * i);
	}
	for (uint64_t i = 0; i < count; i++) {
		struct timer *t = &timers[i % TIMERS];

		timer_cancel(&wheel, t);
		wheel_arm(&wheel, t, 300000000 + 1000 * i);
	}
	for (size_t i = 0; i < TIMERS; i++)
		timer_cancel(&wheel, &timers[i]);
	return 0;
}

static const struct bench_op ops[] = {
	{"csum-20", "checksum of a header", csum_header},
	{"csum-1460", "checksum of a full segment", csum_segment},
	{"copy-1460", "copy and checksum of a full segment", copy_segment},
	{"hash-16", "keyed hash of 16 octets", hash_tuple},
	{"timer-rearm", "cancel and arm one of 1,000 timers", timer_rearm},
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(*ops));
}
